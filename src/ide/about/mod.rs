//! What is said of something that is declared.

mod entities;
mod service;

pub(super) use entities::services;
pub(super) use service::users;

use super::markdown::Facts;
use crate::db::Db;
use crate::model::estate;
use crate::names::{Item, declarations, doc};
use crate::schema::{Kind, ROLES, kind as schema_of};

/// Everything that is worth knowing of a name; nothing if nothing bears it.
#[must_use]
pub fn about(db: &dyn Db, kind: Kind, name: &str) -> Option<String> {
    let item = declarations(db).get(kind, name);
    let is_built_in = kind == Kind::Role && ROLES.iter().any(|role| role.name == name);
    if item.is_none() && !is_built_in {
        return None;
    }
    let doc = match item {
        Some(item) => doc(db, item),
        None => estate(db).role(name).and_then(|role| role.doc.clone()),
    };
    let facts = item.map_or_else(|| entities::facts(db, kind, name), |item| facts(db, item));
    let head = format!("{} **{name}**", kind.word());
    let what = if doc.is_some() { doc } else { Some(schema_of(kind).doc.into()) };
    let parts = [Some(head), what.map(|what| what.to_string()), facts.list()];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n"))
}

fn facts<'db>(db: &'db dyn Db, item: Item<'db>) -> Facts {
    match item.kind(db) {
        Kind::Service => service::facts(db, item),
        Kind::Template => service::of_template(db, item),
        kind => entities::facts(db, kind, item.name(db)),
    }
}
