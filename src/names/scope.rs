//! The table of all names.

use std::sync::Arc;

use super::imports::reachable;
use super::item::{Item, body, items};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::schema::{Kind, ROLES};
use crate::source::outline;
use crate::text::TextRange;
use crate::values::{Lookup, Names};

/// Everything that is declared, sorted by kind and name. Who asks for one kind depends on that kind alone.
#[derive(Clone, Copy)]
pub struct Declarations<'db> {
    db: &'db dyn Db,
}

impl<'db> Declarations<'db> {
    /// All items; of two with one name the first in the order of files and lines.
    #[must_use]
    pub fn items(self) -> &'db [Item<'db>] {
        &declared(self.db).items
    }

    /// The item of this kind and name.
    #[must_use]
    pub fn get(self, kind: Kind, name: &str) -> Option<Item<'db>> {
        let of_kind = of_kind(self.db, Key::new(self.db, kind));
        let found = of_kind.binary_search_by(|item| item.name(self.db).as_ref().cmp(name));
        found.ok().and_then(|index| of_kind.get(index)).copied()
    }

    /// The items of a kind, by name.
    pub fn of(self, db: &'db dyn Db, kind: Kind) -> impl Iterator<Item = Item<'db>> {
        of_kind(db, Key::new(db, kind)).iter().copied()
    }
}

/// All declarations of the platform.
pub fn declarations(db: &dyn Db) -> Declarations<'_> {
    Declarations { db }
}

#[derive(Debug, PartialEq, Eq, salsa::SalsaValue)]
struct Declared<'db> {
    items: Vec<Item<'db>>,
    /// Names that are declared twice.
    duplicates: Vec<(Item<'db>, Item<'db>)>,
}

#[salsa::tracked]
fn declared(db: &dyn Db) -> Declared<'_> {
    let files = reachable(db).files.iter();
    let decls = files.flat_map(|file| outline(db, *file).decls.iter());
    let mut all: Vec<Item<'_>> = decls.flat_map(|decl| items(db, *decl).items.iter().copied()).collect();
    all.sort_by(|left, right| (left.kind(db), left.name(db)).cmp(&(right.kind(db), right.name(db))));
    let mut declared = Declared { items: Vec::with_capacity(all.len()), duplicates: vec![] };
    for item in all {
        match declared.items.last() {
            Some(first) if (first.kind(db), first.name(db)) == (item.kind(db), item.name(db)) => {
                declared.duplicates.push((*first, item));
            }
            _ => declared.items.push(item),
        }
    }
    declared
}

/// A kind, as queries take it.
#[salsa::interned]
struct Key<'db> {
    #[returns(copy)]
    kind: Kind,
}

/// The items of a kind: a narrow view of all of them.
#[salsa::tracked]
fn of_kind<'db>(db: &'db dyn Db, key: Key<'db>) -> Vec<Item<'db>> {
    let is_it = |item: &Item<'db>| item.kind(db) == key.kind(db);
    declared(db).items.iter().copied().filter(is_it).collect()
}

/// Whether something bears a name: for who needs one of many services, to whom the others are nothing.
#[salsa::tracked(returns(copy))]
fn is_declared(db: &dyn Db, kind: Kind, name: Arc<str>) -> bool {
    declarations(db).get(kind, &name).is_some()
}

static LOOKUP: Lookup = Lookup { get: name_of_kind, of: names_of_kind };

/// The names alone. A new service concerns only those that name it; of the other kinds there are few, and nearly all that
/// is declared depends on them anyway.
pub fn names(db: &dyn Db) -> Names<'_> {
    Names::new(db, &LOOKUP)
}

fn name_of_kind(db: &dyn Db, kind: Kind, name: &str) -> Option<Arc<str>> {
    match kind {
        Kind::Service => {
            let name: Arc<str> = name.into();
            is_declared(db, kind, Arc::clone(&name)).then_some(name)
        }
        Kind::Role if ROLES.iter().any(|role| role.name == name) => Some(name.into()),
        _ => declarations(db).get(kind, name).map(|item| Arc::clone(item.name(db))),
    }
}

fn names_of_kind(db: &dyn Db, kind: Kind) -> Vec<Arc<str>> {
    let built_in = ROLES.iter().filter(|_| kind == Kind::Role).map(|role| role.name.into());
    let mut names: Vec<Arc<str>> =
        declarations(db).of(db, kind).map(|item| Arc::clone(item.name(db))).chain(built_in).collect();
    names.sort();
    names.dedup();
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
    for (first, second) in &declared(db).duplicates {
        let message = format!("{} `{}` is declared twice", first.kind(db).word(), first.name(db));
        let finding = Diagnostic::new(codes::DUPLICATE_DECLARATION, name_span(db, *second), message)
            .label("again here")
            .also(name_span(db, *first), "first declared here");
        let is_alone = second.path(db).is_empty();
        sink.push(if is_alone { finding.superfluous("Take the second one away", None) } else { finding });
    }
    sink.finish()
}
