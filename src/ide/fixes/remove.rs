//! What goes, and what goes with it: the line that would stay empty, the comma behind an item.

use super::super::cursor::{FileRange, whole};
use super::super::format::Edit;
use super::tree::around;
use crate::db::{Db, SourceFile};
use crate::diagnostics::Span;
use crate::syntax::ast::{Block, DeclarationKind, EntryKind, Expr, ExprKind};
use crate::syntax::syntax;
use crate::text::TextRange;

/// The entry around a place with this key, or the innermost; outside of all entries, the declaration.
pub(super) fn entry(db: &dyn Db, at: Span, key: Option<&str>) -> Option<Vec<(SourceFile, Edit)>> {
    let around = around(db, at)?;
    let range = match key {
        Some(key) => around.in_file(around.keyed(key).map(|found| found.entry).or_else(|| around.said(key))?.range),
        None => around.innermost().map_or(whole(db, around.decl), |found| around.in_file(found.entry.range)),
    };
    Some(vec![line(db, FileRange { file: around.file, range })])
}

/// A range without what it leaves of its line, if that is nothing; of several empty lines, one.
pub(super) fn line(db: &dyn Db, at: FileRange) -> (SourceFile, Edit) {
    let text = at.file.text(db);
    let (start, end) = (at.range.start as usize, at.range.end as usize);
    let before = text.get(..start).unwrap_or("").trim_end_matches([' ', '\t']);
    let before = without_docs(before);
    let behind = text.get(end..).unwrap_or("").trim_start_matches([' ', '\t', '\r']);
    let range = match (before.is_empty() || before.ends_with('\n'), behind.find('\n')) {
        (true, Some(0)) => TextRange::new(before.len(), text.len() - behind.len() + 1),
        (true, None) if behind.is_empty() => TextRange::new(before.len(), text.len()),
        // Something else stands on the line: a comment of the entry's stays.
        _ => at.range,
    };
    (at.file, Edit { range, text: String::new() })
}

/// The text before an entry without the lines that document it.
fn without_docs(before: &str) -> &str {
    let Some(above) = before.strip_suffix('\n') else { return before };
    let line = above.rfind('\n').map_or(0, |newline| newline + 1);
    let is_doc = above.get(line..).is_some_and(|line| line.trim_start().starts_with("##"));
    if is_doc { without_docs(above.get(..line).unwrap_or("")) } else { before }
}

/// A name in the lists of an attribute: of that at a place, or else of the declaration's.
pub(super) fn item(db: &dyn Db, at: Span, key: &str, name: &str) -> Option<Vec<(SourceFile, Edit)>> {
    let around = around(db, at)?;
    let declaration = &syntax(db, around.decl).declaration.kind;
    let DeclarationKind::Named(named) = declaration else { return None };
    let mut lists = vec![];
    values(&named.body, key, &mut lists);
    let is_at = |list: &&&Expr| list.range == at.range;
    let chosen: Vec<&Expr> = match lists.iter().find(is_at) {
        Some(list) => vec![list],
        None => lists,
    };
    let text = around.decl.text(db);
    let ranges = chosen.into_iter().filter_map(|list| without(text, list, name));
    let edit = |range| (around.file, Edit { range: around.in_file(range), text: String::new() });
    Some(ranges.map(edit).collect())
}

fn values<'t>(block: &'t Block, key: &str, found: &mut Vec<&'t Expr>) {
    for entry in &block.entries {
        match &entry.kind {
            EntryKind::Assign { key: word, value, .. } if word.text.as_ref() == key => found.push(value),
            EntryKind::When { body, .. } => values(body, key, found),
            _ => {}
        }
    }
}

/// The part of a list that names something, with the comma that belongs to it.
fn without(text: &str, list: &Expr, name: &str) -> Option<TextRange> {
    let ExprKind::List(items) = &list.kind else { return None };
    let place = items.iter().position(|item| names(item, name))?;
    let item = items.get(place)?.range;
    let next = items.get(place + 1).map(|next| next.range.start);
    let previous = place.checked_sub(1).and_then(|place| items.get(place)).map(|previous| previous.range.end);
    Some(match (next, previous) {
        (Some(next), _) => TextRange { start: item.start, end: next },
        (None, Some(previous)) => TextRange { start: previous, end: item.end },
        (None, None) => {
            let behind = text.get(item.end as usize..list.range.end as usize).unwrap_or("");
            let comma = behind.trim_start().starts_with(',').then(|| behind.find(',')).flatten();
            TextRange::new(item.start as usize, item.end as usize + comma.map_or(0, |comma| comma + 1))
        }
    })
}

fn names(item: &Expr, name: &str) -> bool {
    match &item.kind {
        ExprKind::Name(word) => word.as_ref() == name,
        ExprKind::On(service, _) => names(service, name),
        _ => false,
    }
}
