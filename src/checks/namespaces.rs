//! On one cluster a namespace has one owner; who else deploys into it is let in by name.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::lines::line_of;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::model::{Owned, User, estate, namespace, ownership, some, users};
use crate::names::{Item, declarations, name_span};
use crate::schema::Kind;

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    for (name, users) in users(db) {
        let users: Vec<&User> = users.iter().filter(|user| !estate(db).is_admin(&user.team)).collect();
        let teams: BTreeSet<&Arc<str>> = users.iter().map(|user| &user.team).collect();
        if teams.len() > 1 {
            (0..users.len()).for_each(|index| contested(db, name, &users, index, sink));
        }
        if let Some(item) = declarations(db).get(Kind::Namespace, name) {
            users.iter().for_each(|user| not_let_in(db, item, user, sink));
        }
    }
}

/// The cluster's namespace of this name.
pub(super) fn owned<'db>(db: &'db dyn Db, cluster: &str, name: &str) -> Option<&'db Owned> {
    ownership(db).get(cluster)?.get(name)
}

/// Where nothing is declared, the first service of another team that comes before this one.
fn contested(db: &dyn Db, name: &str, users: &[&User], index: usize, sink: &mut Sink) {
    let Some(user) = users.get(index) else { return };
    for other in users.iter().take(index).filter(|other| other.team != user.team) {
        let both = user.clusters.iter().filter(|cluster| other.clusters.binary_search(cluster).is_ok());
        let open = both.filter(|cluster| owned(db, cluster, name).is_some_and(|owned| owned.bounds.is_none()));
        let clusters: Vec<&str> = open.map(AsRef::as_ref).collect();
        if !clusters.is_empty() {
            sink.extend(two_teams(db, name, (user, other), &clusters));
            return;
        }
    }
}

fn two_teams(db: &dyn Db, name: &str, (user, other): (&User, &User), clusters: &[&str]) -> Option<Diagnostic> {
    let (owner, guest) = if user.is_home && !other.is_home { (user, other) } else { (other, user) };
    let message = format!("`{name}` is a namespace of two teams on {}", some(clusters));
    let help = format!(
        "write `namespace {name} {{ owner = {}  guests = [{}] }}`, or take another namespace",
        owner.team, guest.team
    );
    Some(
        Diagnostic::new(codes::CONTESTED_NAMESPACE, line_of(db, &user.service, key(user))?, message)
            .label(format!("`{}` of team {} writes to it", user.service, user.team))
            .also(line_of(db, &other.service, key(other))?, format!("and so does `{}` of team {}", other.service, other.team))
            .note("who may write to a namespace can reach everything in it, so each has one owner, who lets others in by name")
            .help(help),
    )
}

fn key(user: &User) -> &'static str {
    if user.is_home { "namespace" } else { "extra_namespaces" }
}

/// Where the namespace is declared, its owner and guests are all who may write to it.
fn not_let_in(db: &dyn Db, item: Item<'_>, user: &User, sink: &mut Sink) {
    let Some(declared) = namespace(db, item) else { return };
    let Some(owner) = &declared.owner else { return };
    let shut = |cluster: &&Arc<str>| {
        let here = owned(db, cluster, &declared.name).filter(|here| here.bounds.is_some());
        here.is_some_and(|here| !here.lets_in(&user.team))
    };
    let clusters: Vec<&str> = user.clusters.iter().filter(shut).map(AsRef::as_ref).collect();
    let (false, Some(span)) = (clusters.is_empty(), line_of(db, &user.service, key(user))) else { return };
    let message = format!(
        "`{}` of team {} has no part in the namespace `{}` on {}",
        user.service,
        user.team,
        declared.name,
        some(&clusters)
    );
    sink.push(
        Diagnostic::new(codes::CONTESTED_NAMESPACE, span, message)
            .also(name_span(db, item), format!("it belongs to team {owner}"))
            .note("who may write to a namespace can reach everything in it, so each has one owner, who lets others in by name")
            .help(format!("add `{}` to its `guests`, or take another namespace", user.team)),
    );
}
