//! What stands above a declaration: what becomes of it, and who names it.

use std::sync::Arc;

use super::about::{services, users};
use super::cursor::{FileRange, in_file};
use super::summary::glance;
use crate::db::{Db, SourceFile};
use crate::model::estate;
use crate::names::declarations;
use crate::schema::{Kind, kind_of_word};
use crate::source::{Decl, outline};
use crate::syntax::ast::DeclarationKind;
use crate::syntax::syntax;
use crate::text::counted;

/// A declaration that something is said above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Its first word and its name.
    pub place: FileRange,
    /// Its name alone.
    pub name_place: FileRange,
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: Arc<str>,
}

/// The declarations of a file that something can be said above; what that is, is worked out for those that are seen.
#[must_use]
pub fn lenses(db: &dyn Db, file: SourceFile) -> Vec<Lens> {
    outline(db, file).decls.iter().filter_map(|decl| lens(db, *decl)).collect()
}

fn lens(db: &dyn Db, decl: Decl<'_>) -> Option<Lens> {
    let DeclarationKind::Named(named) = &syntax(db, decl).declaration.kind else { return None };
    let kind = kind_of_word(&named.word.text).filter(|kind| has_lens(*kind))?;
    let name = named.name.as_ref()?;
    Some(Lens {
        place: in_file(db, decl, named.word.range.cover(name.range)),
        name_place: in_file(db, decl, name.range),
        kind,
        name: name.plain_text()?.into(),
    })
}

fn has_lens(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Service | Kind::Template | Kind::Team | Kind::Layer | Kind::Cluster | Kind::Environment | Kind::Hub
    )
}

/// What is said above a declaration.
#[must_use]
pub fn lens_text(db: &dyn Db, kind: Kind, name: &str) -> Option<String> {
    let item = declarations(db).get(kind, name)?;
    let clusters = |is: &dyn Fn(&crate::model::Cluster) -> bool| {
        counted(estate(db).clusters.iter().filter(|cluster| is(cluster)).count(), "cluster")
    };
    Some(match kind {
        Kind::Service => {
            let glance = glance(db, item).as_ref()?;
            let places = [counted(glance.instances, "instance"), counted(glance.clusters, "cluster")].join(" on ");
            format!("{places} · {} · needed by {}", glance.wave(), glance.needed_by)
        }
        Kind::Template => format!("used by {}", counted(users(db, name).len(), "service")),
        Kind::Team => format!("owns {}", of_services(services(db, |head| head.owner.as_ref() == name).len())),
        Kind::Layer => of_services(services(db, |head| head.layer.as_ref() == name).len()),
        Kind::Cluster => of_services(services(db, |head| head.runs_on(name)).len()),
        Kind::Environment => clusters(&|cluster| cluster.environment.as_ref() == name),
        Kind::Hub => clusters(&|cluster| cluster.hub.as_ref() == name),
        _ => return None,
    })
}

fn of_services(count: usize) -> String {
    counted(count, "service")
}
