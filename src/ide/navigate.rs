//! From a word to where it is declared, and to everywhere that it is used.

use std::sync::Arc;

use super::cursor::{At, FileRange, in_file};
use super::symbols::{Role, symbols};
use crate::db::Db;
use crate::names::{declarations, name_span, reachable};
use crate::schema::Kind;
use crate::source::{Decl, absolute, outline};

/// What a name stands for: two words with equal targets mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target<'db> {
    Declared(Kind, Arc<str>),
    Variable(Arc<str>),
    Label(Arc<str>),
    Local(Decl<'db>, crate::text::TextRange),
    Parameter(Arc<str>, Arc<str>),
}

/// What a word stands for, if it is a name.
pub(super) fn target<'db>(at: &At<'db>) -> Option<Target<'db>> {
    target_of(at.decl, &at.symbol.role)
}

fn target_of<'db>(decl: Decl<'db>, role: &Role) -> Option<Target<'db>> {
    match role {
        Role::Declared(kind, name) | Role::Reference(kind, name) => Some(Target::Declared(*kind, Arc::clone(name))),
        Role::Variable(name, _) => Some(Target::Variable(Arc::clone(name))),
        Role::Label(name, _) => Some(Target::Label(Arc::clone(name))),
        Role::Local(_, place) => Some(Target::Local(decl, *place)),
        Role::Argument(template, name) => Some(Target::Parameter(Arc::clone(template), Arc::clone(name))),
        _ => None,
    }
}

/// Where a word is declared.
pub fn definition(db: &dyn Db, at: &At<'_>) -> Vec<FileRange> {
    match target(at) {
        Some(Target::Declared(kind, name)) => {
            let item = declarations(db).get(kind, &name);
            item.map(|item| absolute(db, name_span(db, item)))
                .map(|(file, range)| FileRange { file, range })
                .into_iter()
                .collect()
        }
        Some(Target::Local(decl, place)) => vec![in_file(db, decl, place)],
        Some(target) => occurrences(db, &target, true),
        None => vec![],
    }
}

/// Everywhere that a word's name stands; also where it is declared, if that is asked for.
pub fn references(db: &dyn Db, at: &At<'_>, declarations: bool) -> Vec<FileRange> {
    let Some(target) = target(at) else { return vec![] };
    let mut all = occurrences(db, &target, false);
    if declarations {
        all.extend(occurrences(db, &target, true));
    }
    all.sort_by_key(|found| (found.file.path(db), found.range));
    all
}

fn occurrences(db: &dyn Db, target: &Target<'_>, declared: bool) -> Vec<FileRange> {
    let mut found = vec![];
    for file in &reachable(db).files {
        for decl in &outline(db, *file).decls {
            let of_this = symbols(db, *decl).into_iter().filter(|symbol| {
                target_of(*decl, &symbol.role).as_ref() == Some(target)
                    && is_declaration(&symbol.role, symbol.range) == declared
            });
            found.extend(of_this.map(|symbol| in_file(db, *decl, symbol.range)));
        }
    }
    found
}

fn is_declaration(role: &Role, range: crate::text::TextRange) -> bool {
    match role {
        Role::Declared(..) | Role::Variable(_, true) | Role::Label(_, true) => true,
        Role::Local(_, place) => *place == range,
        _ => false,
    }
}
