//! The table of all names.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::imports::reachable;
use super::item::{Item, body, items};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::schema::{Kind, ROLES};
use crate::source::outline;
use crate::text::TextRange;
use crate::values::Names;

/// Everything that is declared, sorted by kind and name.
#[derive(Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Declarations<'db> {
    /// The items; of two with one name the first in the order of files and lines.
    pub items: Vec<Item<'db>>,
    index: FxHashMap<(Kind, Arc<str>), usize>,
    /// Names that are declared twice.
    pub duplicates: Vec<(Item<'db>, Item<'db>)>,
}

impl<'db> Declarations<'db> {
    /// The item of this kind and name.
    #[must_use]
    pub fn get(&self, kind: Kind, name: &str) -> Option<Item<'db>> {
        self.index.get(&(kind, Arc::from(name))).and_then(|index| self.items.get(*index)).copied()
    }

    /// The items of a kind, by name.
    pub fn of(&self, db: &'db dyn Db, kind: Kind) -> impl Iterator<Item = Item<'db>> + use<'_, 'db> {
        self.items.iter().copied().filter(move |item| item.kind(db) == kind)
    }
}

/// All declarations of the platform.
#[salsa::tracked]
pub fn declarations(db: &dyn Db) -> Declarations<'_> {
    let files = reachable(db).files.iter();
    let decls = files.flat_map(|file| outline(db, *file).decls.iter());
    let mut all: Vec<Item<'_>> = decls.flat_map(|decl| items(db, *decl).items.iter().copied()).collect();
    all.sort_by(|left, right| (left.kind(db), left.name(db)).cmp(&(right.kind(db), right.name(db))));
    let mut declarations =
        Declarations { items: Vec::with_capacity(all.len()), index: FxHashMap::default(), duplicates: vec![] };
    for item in all {
        let key = (item.kind(db), Arc::clone(item.name(db)));
        if let Some(first) = declarations.index.get(&key).and_then(|index| declarations.items.get(*index)) {
            declarations.duplicates.push((*first, item));
        } else {
            declarations.index.insert(key, declarations.items.len());
            declarations.items.push(item);
        }
    }
    declarations
}

/// The names alone: they change only when something appears, vanishes or is renamed.
#[salsa::tracked]
pub fn names(db: &dyn Db) -> Names {
    let mut names = Names::default();
    for role in ROLES {
        names.insert(Kind::Role, role.name.into());
    }
    for item in &declarations(db).items {
        names.insert(item.kind(db), Arc::clone(item.name(db)));
    }
    names
}

/// Where an item's name stands.
pub(crate) fn name_span<'db>(db: &'db dyn Db, item: Item<'db>) -> Span {
    let range = body(db, item)
        .map_or(TextRange::default(), |named| named.name.as_ref().map_or(named.word.range, |name| name.range));
    item.decl(db).site(db).span(range)
}

/// Names that are declared twice.
pub(crate) fn duplicates(db: &dyn Db) -> Vec<Diagnostic> {
    let mut sink = Sink::default();
    for (first, second) in &declarations(db).duplicates {
        let message = format!("{} `{}` is declared twice", first.kind(db).word(), first.name(db));
        sink.push(
            Diagnostic::new(codes::DUPLICATE_DECLARATION, name_span(db, *second), message)
                .label("again here")
                .also(name_span(db, *first), "first declared here"),
        );
    }
    sink.finish()
}
