//! Whose a file of the language is.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::db::{Db, SourceFile};
use crate::model::estates::attribute;
use crate::model::heads::head;
use crate::model::identity::spoken_of;
use crate::names::{Item, declarations, items};
use crate::schema::Kind;
use crate::source::{Decl, outline};
use crate::syntax::ast::{Expr, ExprKind};

/// The team that a file belongs to: it declares nothing but services of one team, and templates that only they use.
/// Everything else belongs to the platform's admins, imports too, for they decide what the platform is.
#[salsa::tracked]
pub fn file_owner(db: &dyn Db, file: SourceFile) -> Option<Arc<str>> {
    let mut owners = BTreeSet::new();
    for decl in &outline(db, file).decls {
        owners.extend(owners_of(db, *decl)?);
    }
    let first = owners.pop_first()?;
    owners.is_empty().then_some(first)
}

/// The teams that a declaration belongs to; nothing where it is more than a service, a template, or what a service was called.
fn owners_of<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Option<BTreeSet<Arc<str>>> {
    if !matches!(decl.word(db), "service" | "template" | "for" | "moved" | "removed") {
        return None;
    }
    let mut owners = BTreeSet::new();
    for item in &items(db, decl).items {
        match item.kind(db) {
            Kind::Service => drop(owners.insert(Arc::clone(&head(db, *item).as_ref()?.owner))),
            Kind::Template => owners.extend(users(db, *item)?),
            Kind::Moved | Kind::Removed => owners.extend(spoken_of(db, *item)?),
            _ => return None,
        }
    }
    Some(owners)
}

/// The owners of the services that use a template; nothing where no service does.
fn users(db: &dyn Db, template: Item<'_>) -> Option<BTreeSet<Arc<str>>> {
    let services = declarations(db).of(db, Kind::Service);
    let users = services.filter(|service| used_template(db, *service) == Some(template.name(db)));
    let owners: Option<BTreeSet<_>> =
        users.map(|user| head(db, user).as_ref().map(|head| Arc::clone(&head.owner))).collect();
    owners.filter(|owners| !owners.is_empty())
}

fn used_template<'db>(db: &'db dyn Db, service: Item<'db>) -> Option<&'db Arc<str>> {
    let used = attribute(db, service, "use")?;
    let callee: &Expr = if let ExprKind::Call(callee, _) = &used.kind { callee } else { used };
    if let ExprKind::Name(name) = &callee.kind { Some(name) } else { None }
}
