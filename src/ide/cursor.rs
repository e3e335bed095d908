//! What is at a place of a file.

use super::symbols::{Symbol, symbols};
use crate::db::{Db, SourceFile};
use crate::names::{Item, items};
use crate::schema::Kind;
use crate::source::{Decl, outline};
use crate::text::TextRange;

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilePosition {
    /// The file.
    pub file: SourceFile,
    /// The byte.
    pub offset: u32,
}

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileRange {
    /// The file.
    pub file: SourceFile,
    /// The bytes, from the start of the file.
    pub range: TextRange,
}

impl FileRange {
    /// Where it begins.
    #[must_use]
    pub fn position(&self) -> FilePosition {
        FilePosition { file: self.file, offset: self.range.start }
    }

    /// The text in it.
    #[must_use]
    pub fn text<'db>(&self, db: &'db dyn Db) -> &'db str {
        self.range.of(self.file.text(db))
    }
}

/// A word of a file, and the declaration that it stands in.
#[derive(Clone, Debug)]
pub struct At<'db> {
    /// The declaration.
    pub decl: Decl<'db>,
    /// The word; its range counts from the start of the declaration.
    pub symbol: Symbol,
}

impl At<'_> {
    /// Where the word stands.
    pub fn range(&self, db: &dyn Db) -> FileRange {
        in_file(db, self.decl, self.symbol.range)
    }
}

/// The declaration that a place lies in; of two that touch there the second.
pub(super) fn declaration_at(db: &dyn Db, position: FilePosition) -> Option<Decl<'_>> {
    let decls = &outline(db, position.file).decls;
    let after = decls.partition_point(|decl| decl.start(db) <= position.offset);
    let decl = *decls.get(after.checked_sub(1)?)?;
    whole(db, decl).touches(position.offset).then_some(decl)
}

/// The word that a cursor touches; of two that touch there the second, and of one in another the inner.
pub fn at(db: &dyn Db, position: FilePosition) -> Option<At<'_>> {
    let decl = declaration_at(db, position)?;
    let offset = position.offset - decl.start(db);
    let touched = symbols(db, decl).into_iter().filter(|symbol| symbol.range.touches(offset));
    let symbol = touched.max_by_key(|symbol| symbol.range.start)?;
    Some(At { decl, symbol })
}

/// The service that a place lies in: the first that its declaration makes.
pub fn service_at(db: &dyn Db, position: FilePosition) -> Option<Item<'_>> {
    let decl = declaration_at(db, position)?;
    items(db, decl).items.iter().find(|item| item.kind(db) == Kind::Service).copied()
}

/// The bytes of a declaration in its file.
pub(super) fn whole(db: &dyn Db, decl: Decl<'_>) -> TextRange {
    TextRange::new(0, decl.text(db).len()).shift(decl.start(db))
}

/// A range of a declaration's text as one of its file.
pub(super) fn in_file(db: &dyn Db, decl: Decl<'_>, range: TextRange) -> FileRange {
    FileRange { file: decl.file(db), range: range.shift(decl.start(db)) }
}
