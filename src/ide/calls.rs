//! Who needs whom, as a tree that one can walk either way.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cursor::{FileRange, in_file, whole};
use super::summary::glance;
use super::symbols::{Role, symbols};
use crate::db::Db;
use crate::diagnostics::place;
use crate::model::head;
use crate::names::{Item, declarations, name_span};
use crate::plan::{self, Reason};
use crate::schema::Kind;

/// A service that needs others, or is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needing {
    /// Its name.
    pub name: Arc<str>,
    /// Its layer and its wave.
    pub detail: String,
    /// Its declaration.
    pub place: FileRange,
    /// Its name there.
    pub name_place: FileRange,
}

/// A need: the service at its other end, and where the one that needs says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// The other service.
    pub other: Needing,
    /// Where the need is written; where it only follows, the name of the service that has it.
    pub places: Vec<FileRange>,
}

/// A service by name.
#[must_use]
pub fn needing(db: &dyn Db, name: &str) -> Option<Needing> {
    let item = declarations(db).get(Kind::Service, name)?;
    let wave = glance(db, item).as_ref().map(|glance| format!(", {}", glance.wave())).unwrap_or_default();
    let layer = head(db, item).as_ref().map(|head| head.layer.to_string()).unwrap_or_default();
    Some(Needing {
        name: Arc::clone(item.name(db)),
        detail: format!("{layer}{wave}"),
        place: whole_of(db, item),
        name_place: name_of(db, item),
    })
}

/// Who needs a service.
#[must_use]
pub fn needed_by(db: &dyn Db, name: &str) -> Vec<Needed> {
    let Some(item) = declarations(db).get(Kind::Service, name) else { return vec![] };
    let others = plan::needed_anyhow(db, item);
    let needed = |other: &Arc<str>| {
        let from = declarations(db).get(Kind::Service, other)?;
        Some(Needed { other: needing(db, other)?, places: places(db, from, name) })
    };
    others.iter().filter_map(needed).collect()
}

/// What a service needs.
#[must_use]
pub fn needs(db: &dyn Db, name: &str) -> Vec<Needed> {
    let Some(item) = declarations(db).get(Kind::Service, name) else { return vec![] };
    let edges = plan::needs(db, name, None).into_iter().filter(|edge| !matches!(edge.reason, Reason::Layer(_)));
    let others: BTreeSet<Arc<str>> = edges.map(|edge| edge.service).collect();
    let needed = |other: &Arc<str>| Some(Needed { other: needing(db, other)?, places: places(db, item, other) });
    others.iter().filter_map(needed).collect()
}

/// Where a service names another.
fn places<'db>(db: &'db dyn Db, from: Item<'db>, to: &str) -> Vec<FileRange> {
    let decl = from.decl(db);
    let is_it = |role: &Role| matches!(role, Role::Reference(Kind::Service, name) if name.as_ref() == to);
    let named = symbols(db, decl).into_iter().filter(|symbol| is_it(&symbol.role));
    let places: Vec<FileRange> = named.map(|symbol| in_file(db, decl, symbol.range)).collect();
    if places.is_empty() { vec![name_of(db, from)] } else { places }
}

fn name_of<'db>(db: &'db dyn Db, item: Item<'db>) -> FileRange {
    let (file, range) = place(db, name_span(db, item));
    FileRange { file, range }
}

fn whole_of<'db>(db: &'db dyn Db, item: Item<'db>) -> FileRange {
    FileRange { file: item.decl(db).file(db), range: whole(db, item.decl(db)) }
}
