//! From a word to where it is declared, and to everywhere that it is used.

use std::sync::Arc;

use super::charts::default_of;
use super::cursor::{At, FileRange, declaration_at, in_file, whole};
use super::paths::files_of;
use super::symbols::{Role, Symbol, symbols};
use crate::db::Db;
use crate::names::{declarations, items, name_span, reachable};
use crate::schema::Kind;
use crate::source::{Decl, absolute, outline};
use crate::syntax::ast::{DeclarationKind, EntryKind};
use crate::syntax::syntax;
use crate::text::TextRange;

/// What a name stands for: two words with equal targets mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target<'db> {
    Declared(Kind, Arc<str>),
    Variable(Arc<str>),
    Label(Arc<str>),
    Local(Decl<'db>, TextRange),
    /// A parameter of a template.
    Parameter(Arc<str>, Arc<str>),
}

/// Where a name stands, and whether it is declared there.
pub(super) struct Occurrence {
    pub(super) place: FileRange,
    pub(super) is_declaration: bool,
}

/// Where a word stands in the file at hand, and whether it is declared there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// Where.
    pub range: TextRange,
    /// Whether it is said here what the word stands for.
    pub is_declaration: bool,
}

/// What a word stands for, if it is a name.
pub(super) fn target<'db>(db: &'db dyn Db, at: &At<'db>) -> Option<Target<'db>> {
    target_of(db, at.decl, &at.symbol.role)
}

fn target_of<'db>(db: &'db dyn Db, decl: Decl<'db>, role: &Role) -> Option<Target<'db>> {
    match role {
        Role::Declared(kind, name) | Role::Reference(kind, name) => Some(Target::Declared(*kind, Arc::clone(name))),
        Role::Variable(name, _) => Some(Target::Variable(Arc::clone(name))),
        Role::Label(name, _) => Some(Target::Label(Arc::clone(name))),
        Role::Local(name, place) => Some(match template_with(db, decl, *place) {
            Some(template) => Target::Parameter(template, Arc::clone(name)),
            None => Target::Local(decl, *place),
        }),
        Role::Argument(template, name) => Some(Target::Parameter(Arc::clone(template), Arc::clone(name))),
        _ => None,
    }
}

/// The template that has a parameter which stands at a place of a declaration.
fn template_with<'db>(db: &'db dyn Db, decl: Decl<'db>, place: TextRange) -> Option<Arc<str>> {
    let DeclarationKind::Named(named) = &syntax(db, decl).declaration.kind else { return None };
    let is_it = |kind: &EntryKind| matches!(kind, EntryKind::Param { name, .. } if name.range == place);
    named.body.entries.iter().any(|entry| is_it(&entry.kind)).then(|| decl.name(db).into())
}

/// Where a word is declared.
pub fn definition(db: &dyn Db, at: &At<'_>) -> Vec<FileRange> {
    match target(db, at) {
        Some(Target::Declared(kind, name)) => declaration(db, kind, &name).into_iter().collect(),
        Some(Target::Local(decl, place)) => vec![in_file(db, decl, place)],
        Some(target) => declared(db, &target),
        None => outside(db, at),
    }
}

/// Where a word leads out of the language: to files, and into charts.
fn outside(db: &dyn Db, at: &At<'_>) -> Vec<FileRange> {
    let files = files_of(db, at).into_iter().map(|file| FileRange { file, range: TextRange::default() });
    files.chain(default_of(db, at)).collect()
}

/// The declarations that are made from a template: their names.
pub fn implementations(db: &dyn Db, at: &At<'_>) -> Vec<FileRange> {
    let Some(target @ Target::Declared(Kind::Template, _)) = target(db, at) else { return vec![] };
    let used = occurrences(db, &target).into_iter().filter(|found| !found.is_declaration);
    let name = |found: Occurrence| {
        let decl = declaration_at(db, found.place.position())?;
        let named = items(db, decl).items.iter().map(|item| absolute(db, name_span(db, *item)));
        let before = named.filter(|(_, range)| range.start <= found.place.range.start);
        let (file, range) = before.max_by_key(|(_, range)| range.start)?;
        Some(FileRange { file, range })
    };
    used.filter_map(name).collect()
}

/// All of what a name that is declared at a place stands for.
pub fn surroundings(db: &dyn Db, place: FileRange) -> FileRange {
    let is_source = reachable(db).files.contains(&place.file);
    let decl = declaration_at(db, place.position()).filter(|_| is_source);
    decl.map_or(place, |decl| FileRange { range: whole(db, decl), ..place })
}

fn declaration(db: &dyn Db, kind: Kind, name: &str) -> Option<FileRange> {
    let (file, range) = absolute(db, name_span(db, declarations(db).get(kind, name)?));
    Some(FileRange { file, range })
}

fn declared(db: &dyn Db, target: &Target<'_>) -> Vec<FileRange> {
    let all = occurrences(db, target).into_iter();
    all.filter(|found| found.is_declaration).map(|found| found.place).collect()
}

/// Everywhere that a word's name stands; also where it is declared, if that is asked for.
pub fn references(db: &dyn Db, at: &At<'_>, declarations: bool) -> Vec<FileRange> {
    let all = target(db, at).map(|target| occurrences(db, &target)).unwrap_or_default().into_iter();
    all.filter(|found| declarations || !found.is_declaration).map(|found| found.place).collect()
}

/// Everywhere in its own file that a word's name stands.
pub fn highlights(db: &dyn Db, at: &At<'_>) -> Vec<Highlight> {
    let Some(target) = target(db, at) else { return vec![] };
    let decls = outline(db, at.decl.file(db)).decls.iter();
    let found = decls.flat_map(|decl| occurrences_in(db, *decl, &target));
    found.map(|found| Highlight { range: found.place.range, is_declaration: found.is_declaration }).collect()
}

/// Everywhere that a name stands, by file and place.
pub(super) fn occurrences(db: &dyn Db, target: &Target<'_>) -> Vec<Occurrence> {
    let files = reachable(db).files.iter();
    let decls = files.flat_map(|file| outline(db, *file).decls.iter());
    decls.flat_map(|decl| occurrences_in(db, *decl, target)).collect()
}

fn occurrences_in<'db>(db: &'db dyn Db, decl: Decl<'db>, target: &Target<'db>) -> Vec<Occurrence> {
    if !may_hold(db, decl, target) {
        return vec![];
    }
    let is_it = |symbol: &Symbol| target_of(db, decl, &symbol.role).as_ref() == Some(target);
    let occurrence = |symbol: Symbol| Occurrence {
        place: in_file(db, decl, symbol.range),
        is_declaration: is_declaration(&symbol.role, symbol.range),
    };
    symbols(db, decl).into_iter().filter(is_it).map(occurrence).collect()
}

/// Whether a declaration is worth a look: most of a thousand do not hold the word at all.
fn may_hold(db: &dyn Db, decl: Decl<'_>, target: &Target<'_>) -> bool {
    match target {
        Target::Local(of, _) => *of == decl,
        Target::Declared(_, name) | Target::Variable(name) | Target::Label(name) | Target::Parameter(_, name) => {
            decl.text(db).contains(name.as_ref())
        }
    }
}

fn is_declaration(role: &Role, range: TextRange) -> bool {
    match role {
        Role::Declared(..) | Role::Variable(_, true) | Role::Label(_, true) => true,
        Role::Local(_, place) => *place == range,
        _ => false,
    }
}
