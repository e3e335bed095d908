//! What it takes to mend a finding, in bytes of the text as it now is.
//!
//! 1. A finding says what can be changed (`diagnostics::Change`), in terms of what is wrong.
//! 2. `tree` finds the entries and blocks around a place.
//! 3. `declare` writes what is missing: entries, and whole declarations.

mod declare;
mod remove;
mod tree;

use self::tree::{Around, around};
use super::cursor::FileRange;
use super::format::Edit;
use crate::db::{Db, SourceFile};
use crate::diagnostics::{Change, Fix, Span, place};
use crate::source::Lexer;
use crate::source::is_word_character;
use crate::text::TextRange;

/// What mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// What it does, as an order.
    pub title: String,
    /// What changes, each with its file.
    pub edits: Vec<(SourceFile, Edit)>,
    /// Whether it can be done unseen, to many findings at once.
    pub is_sure: bool,
}

/// The repairs that can be made of what a finding offers, by the text as it is.
pub fn repairs(db: &dyn Db, fixes: &[Fix]) -> Vec<Repair> {
    let mut found: Vec<Repair> = fixes.iter().flat_map(|fix| repair(db, fix)).collect();
    found.retain(|repair| !repair.edits.is_empty());
    found
}

fn repair(db: &dyn Db, fix: &Fix) -> Vec<Repair> {
    let one = |edits: Option<Vec<(SourceFile, Edit)>>| {
        let edits = edits.unwrap_or_default();
        vec![Repair { title: fix.title.clone(), edits, is_sure: fix.is_sure }]
    };
    match &fix.change {
        Change::Replace(span, text) => one(Some(vec![apart(db, file_range(db, *span), text)])),
        Change::Around(span, before, behind) => one(Some(embraced(db, *span, before, behind))),
        Change::Word { within, from, to } => one(word(db, *within, from, to)),
        Change::Key { to, from, name } => one(key(db, *to, from, name)),
        Change::Entry { in_block_of, key, value } => declare::entry(db, *in_block_of, key, value.as_deref())
            .into_iter()
            .map(|(line, edit)| Repair { title: format!("Add `{line}`"), edits: vec![edit], is_sure: false })
            .collect(),
        Change::Remove { at, key } => one(remove::entry(db, *at, key.as_deref())),
        Change::Cut(span) => one(Some(vec![remove::line(db, file_range(db, *span))])),
        Change::Before(span, text) => one(before(db, *span, text)),
        Change::Item { at, key, name } => one(remove::item(db, *at, key, name)),
        Change::Declare { kind, name, near } => one(declare::declaration(db, kind, name, *near)),
    }
}

pub(super) fn file_range(db: &dyn Db, span: Span) -> FileRange {
    let (file, range) = place(db, span);
    FileRange { file, range }
}

fn replace(at: FileRange, text: impl Into<String>) -> (SourceFile, Edit) {
    (at.file, Edit { range: at.range, text: text.into() })
}

/// A text in a place, kept apart from the words around it.
fn apart(db: &dyn Db, at: FileRange, text: &str) -> (SourceFile, Edit) {
    let whole = at.file.text(db);
    let before = whole.get(..at.range.start as usize).and_then(|before| before.chars().next_back());
    let behind = whole.get(at.range.end as usize..).and_then(|behind| behind.chars().next());
    let joins = |left: Option<char>, right: Option<char>| {
        left.is_some_and(is_word_character) && right.is_some_and(is_word_character)
    };
    let left = if joins(before, text.chars().next()) { " " } else { "" };
    let right = if joins(text.chars().next_back(), behind) { " " } else { "" };
    replace(at, format!("{left}{text}{right}"))
}

fn embraced(db: &dyn Db, span: Span, before: &str, behind: &str) -> Vec<(SourceFile, Edit)> {
    let FileRange { file, range } = file_range(db, span);
    let at = |offset: u32| FileRange { file, range: TextRange { start: offset, end: offset } };
    vec![replace(at(range.start), before), replace(at(range.end), behind)]
}

/// The first word or string that is spelt so; in quotes it stays in quotes.
fn word(db: &dyn Db, within: Span, from: &str, to: &str) -> Option<Vec<(SourceFile, Edit)>> {
    let at = file_range(db, within);
    let (range, quoted) = spelt(at.file.text(db), at.range, from)?;
    let text = if quoted { format!("\"{to}\"") } else { to.to_owned() };
    Some(vec![replace(FileRange { range, ..at }, text)])
}

/// Where a word stands in a range of a text, and whether it stands in quotes.
fn spelt(text: &str, within: TextRange, word: &str) -> Option<(TextRange, bool)> {
    let inside = Lexer::new(text, within.start as usize).take_while(|(_, range)| range.start < within.end);
    let mut inside = inside.map(|(_, range)| range);
    inside.find_map(|range| {
        let found = text.get(range.start as usize..range.end as usize)?;
        let inner = found.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
        match (found == word, inner == Some(word)) {
            (true, _) => Some((range, false)),
            (false, is_quoted) => is_quoted.then_some((range, true)),
        }
    })
}

fn key(db: &dyn Db, to: Span, from: &str, name: &str) -> Option<Vec<(SourceFile, Edit)>> {
    let around = around(db, to)?;
    let entry = around.keyed(from)?;
    let range = around.in_file(entry.key?);
    let text = around.file.text(db).get(range.start as usize..range.end as usize)?;
    let is_bare = !text.starts_with('"') && name.chars().all(is_word_character);
    let text = if is_bare { name.to_owned() } else { format!("\"{name}\"") };
    Some(vec![replace(FileRange { file: around.file, range }, text)])
}

fn before(db: &dyn Db, span: Span, text: &str) -> Option<Vec<(SourceFile, Edit)>> {
    let around: Around<'_> = around(db, span)?;
    let start = around.in_file(around.innermost()?.key?).start;
    let range = TextRange { start, end: start };
    Some(vec![replace(FileRange { file: around.file, range }, text)])
}
