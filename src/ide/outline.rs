//! The structure of a file, and the search for names in all of them.

use std::sync::Arc;

use super::cursor::{FileRange, in_file, whole};
use crate::db::{Db, SourceFile};
use crate::names::{Item, declarations, name_span};
use crate::schema::{Kind, kind_of_word};
use crate::source::{self, Decl, absolute};
use crate::syntax::ast::{Block, DeclarationKind, EntryKind as Form, Expr, For, Named};
use crate::syntax::syntax;
use crate::text::TextRange;

/// A part of a file with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// A word on what it is; may be empty.
    pub detail: String,
    /// What it is.
    pub kind: EntryKind,
    /// All of it, in the file.
    pub range: TextRange,
    /// Its name, in the file.
    pub name_range: TextRange,
    /// What stands in it.
    pub children: Vec<Entry>,
}

/// What a part of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A declaration.
    Declaration(Kind),
    /// An import.
    Import,
    /// `for`, `when` or `each`.
    Statement,
    /// A parameter of a template.
    Parameter,
    /// A block.
    Block,
    /// A key with a value.
    Key,
    /// An object written in place.
    Object,
}

/// A declaration somewhere in the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceEntry {
    /// Its name.
    pub name: Arc<str>,
    /// Its kind.
    pub kind: Kind,
    /// Where the name stands.
    pub place: FileRange,
}

/// What a file declares, and what stands in that.
pub fn outline(db: &dyn Db, file: SourceFile) -> Vec<Entry> {
    source::outline(db, file).decls.iter().filter_map(|decl| declaration(db, *decl)).collect()
}

fn declaration(db: &dyn Db, decl: Decl<'_>) -> Option<Entry> {
    let start = decl.start(db);
    let entry = match &syntax(db, decl).declaration.kind {
        DeclarationKind::Named(named) => declared(named, TextRange::new(0, decl.text(db).len())),
        DeclarationKind::For(each) => repeated(each, TextRange::new(0, decl.text(db).len())),
        DeclarationKind::Import(import) => {
            leaf(import.path.text.to_string(), "import", EntryKind::Import, import.path.range, import.path.range)
        }
        DeclarationKind::Broken => return broken(db, decl),
    };
    Some(shifted(entry, start))
}

/// A declaration that can't be read has its name all the same.
fn broken(db: &dyn Db, decl: Decl<'_>) -> Option<Entry> {
    let kind = kind_of_word(decl.word(db))?;
    let place = in_file(db, decl, TextRange::new(0, decl.word(db).len())).range;
    Some(leaf(decl.name(db).to_owned(), kind.word(), EntryKind::Declaration(kind), whole(db, decl), place))
}

fn shifted(entry: Entry, start: u32) -> Entry {
    let children = entry.children.into_iter().map(|child| shifted(child, start)).collect();
    Entry { range: entry.range.shift(start), name_range: entry.name_range.shift(start), children, ..entry }
}

fn leaf(name: String, detail: &str, kind: EntryKind, range: TextRange, name_range: TextRange) -> Entry {
    // The protocol wants the name inside of the whole, and no empty name.
    let name = if name.is_empty() { "?".to_owned() } else { name };
    let range = range.cover(name_range);
    Entry { name, detail: detail.to_owned(), kind, range, name_range, children: vec![] }
}

fn declared(named: &Named, range: TextRange) -> Entry {
    let place = named.name.as_ref().map_or(named.word.range, |name| name.range);
    let kind = kind_of_word(&named.word.text).map_or(EntryKind::Block, EntryKind::Declaration);
    let entry = leaf(shown(named.name.as_ref()), &named.word.text, kind, range, place);
    Entry { children: block(&named.body), ..entry }
}

fn repeated(each: &For, range: TextRange) -> Entry {
    let entry = leaf(format!("for {}", each.name.text), "", EntryKind::Statement, range, each.name.range);
    Entry { children: block(&each.body), ..entry }
}

fn shown(expr: Option<&Expr>) -> String {
    expr.map_or(String::new(), |expr| expr.plain_text().map_or_else(|| expr.to_string(), str::to_owned))
}

fn block(block: &Block) -> Vec<Entry> {
    block.entries.iter().filter_map(|entry| inner(&entry.kind, entry.range)).collect()
}

fn inner(form: &Form, range: TextRange) -> Option<Entry> {
    Some(match form {
        Form::Assign { key, .. } => leaf(key.text.to_string(), "", EntryKind::Key, range, key.range),
        Form::Nested { key, body, .. } => {
            let entry = leaf(key.text.to_string(), "", EntryKind::Block, range, key.range);
            Entry { children: block(body), ..entry }
        }
        Form::Named(named) => declared(named, range),
        Form::For(each) => repeated(each, range),
        Form::When { condition, body } => {
            let entry = leaf(format!("when {condition}"), "", EntryKind::Statement, range, condition.range);
            Entry { children: block(body), ..entry }
        }
        Form::Param { name, of, .. } => leaf(name.text.to_string(), &of.text, EntryKind::Parameter, range, name.range),
        Form::Each { name, .. } => leaf(format!("each {}", name.text), "", EntryKind::Statement, range, name.range),
        Form::Object { kind, name, .. } => {
            leaf(shown(Some(name)), &shown(Some(kind)), EntryKind::Object, range, name.range)
        }
        Form::Unset { .. } | Form::Expect(_) | Form::Import(_) => return None,
    })
}

/// So many names are found at most; who wants others types more.
const MOST: usize = 512;

/// The declarations whose names hold the letters of a query in their order, in any case, the nearest first. A kind before the
/// name leaves out all others: `service shop`.
pub fn search(db: &dyn Db, query: &str) -> Vec<WorkspaceEntry> {
    let query = query.trim().to_lowercase();
    let (kind, name) = match query.split_once(' ') {
        Some((word, name)) if kind_of_word(word).is_some() => (kind_of_word(word), name),
        _ => (None, query.as_str()),
    };
    let name: String = name.split_whitespace().collect();
    let all = declarations(db).items().iter().filter(|item| kind.is_none_or(|kind| item.kind(db) == kind));
    let mut found: Vec<_> = all.filter_map(|item| Some((distance(item.name(db), &name)?, item))).collect();
    found.sort_by_key(|(distance, _)| *distance);
    let entry = |(_, item): (u8, &Item<'_>)| {
        let (file, range) = absolute(db, name_span(db, *item));
        WorkspaceEntry { name: Arc::clone(item.name(db)), kind: item.kind(db), place: FileRange { file, range } }
    };
    found.into_iter().take(MOST).map(entry).collect()
}

/// How far a name is from a query in small letters, if it holds its letters.
fn distance(name: &str, query: &str) -> Option<u8> {
    let name = name.to_lowercase();
    let mut letters = name.chars();
    match () {
        () if name == query => Some(0),
        () if name.starts_with(query) => Some(1),
        () if name.contains(query) => Some(2),
        () => query.chars().all(|wanted| letters.any(|letter| letter == wanted)).then_some(3),
    }
}
