use rustc_hash::FxHashMap;

use super::Span;
use super::place::place;
use crate::db::{Db, SourceFile};
use crate::text::LineIndex;

/// Where something stands, for programs. Lines and columns count from 1, columns in characters; bytes count from 0. An end
/// lies behind the last character.
pub(super) struct Region<'a> {
    pub(super) file: &'a str,
    pub(super) start: Position,
    pub(super) end: Position,
}

/// One place in a text.
#[derive(Clone, Copy)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) byte: u32,
}

/// The line tables of the files that were met so far.
pub(super) struct Lines<'a> {
    db: &'a dyn Db,
    indices: FxHashMap<SourceFile, LineIndex>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(db: &'a dyn Db) -> Self {
        Self { db, indices: FxHashMap::default() }
    }

    pub(super) fn region(&mut self, span: Span) -> Region<'a> {
        let (file, range) = place(self.db, span);
        Region {
            file: file.path(self.db),
            start: self.position(file, range.start),
            end: self.position(file, range.end),
        }
    }

    fn position(&mut self, file: SourceFile, byte: u32) -> Position {
        let text = file.text(self.db);
        let index = self.indices.entry(file).or_insert_with(|| LineIndex::new(text));
        let position = index.line_column(text, byte);
        Position { line: position.line.saturating_add(1), column: position.column.saturating_add(1), byte }
    }
}
