//! Rights that Kubernetes gives on more than the service that grants them, for its bindings hold in a whole namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::lines::line_of;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::model::{Estate, Given, Granted, Reached, User, estate, given, is_reserved, namespace_owner, some, users};
use crate::names::declarations;
use crate::schema::Kind;

/// Roles by team, for each service that grants them in one namespace of one cluster.
type Neighbours<'m> = BTreeMap<&'m str, Granted>;

/// What a team has on a service, and on others that don't say so.
#[derive(Default)]
struct Spill<'m> {
    roles: BTreeSet<Arc<str>>,
    others: BTreeSet<&'m str>,
    clusters: BTreeSet<&'m str>,
}

/// What spills over, by service and team.
type Spills<'m> = BTreeMap<(&'m str, Arc<str>), Spill<'m>>;

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    for (namespace, users) in users(db).iter().filter(|(namespace, _)| !is_reserved(namespace)) {
        let mut spills = Spills::new();
        for (neighbours, clusters) in neighbours(db, namespace, users) {
            compare(estate(db), &neighbours, &clusters, &mut spills);
        }
        sink.extend(spills.iter().filter_map(|((service, team), spill)| wide(db, namespace, service, team, spill)));
    }
}

/// The services of the namespace's owner that live in it together, with the clusters where they grant the same.
fn neighbours<'m>(db: &'m dyn Db, namespace: &str, users: &'m [User]) -> BTreeMap<Neighbours<'m>, BTreeSet<&'m str>> {
    let mut on: BTreeMap<&str, Neighbours<'_>> = BTreeMap::new();
    for user in users.iter().filter(|user| is_shared(user, users)) {
        for (cluster, granted) in grants(db, namespace, user) {
            if namespace_owner(db, cluster, namespace) == Some(&user.team) {
                let here = on.entry(cluster).or_default().entry(user.service.as_ref()).or_default();
                granted
                    .iter()
                    .for_each(|(team, roles)| here.entry(Arc::clone(team)).or_default().extend(roles.clone()));
            }
        }
    }
    let mut alike: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    on.into_iter().for_each(|(cluster, neighbours)| {
        alike.entry(neighbours).or_default().insert(cluster);
    });
    alike
}

/// Whether another service of the team lives in the namespace.
fn is_shared(user: &User, users: &[User]) -> bool {
    let is_other = |other: &&User| other.is_home && other.team == user.team;
    user.is_home && users.iter().filter(is_other).take(2).count() > 1
}

/// What a service grants in a namespace, by cluster.
fn grants<'m>(db: &'m dyn Db, namespace: &str, user: &User) -> impl Iterator<Item = (&'m str, &'m Granted)> {
    let item = declarations(db).get(Kind::Service, &user.service);
    let all: &'m [Given] = item.map(|item| given(db, item).as_slice()).unwrap_or_default();
    let here = all.iter().filter(move |given| given.namespace.as_ref() == namespace);
    here.flat_map(|given| given.clusters.iter().map(|cluster| (cluster.as_ref(), &given.granted)))
}

/// Compares those who grant different things with each other.
fn compare<'m>(estate: &Estate, neighbours: &Neighbours<'m>, clusters: &BTreeSet<&'m str>, spills: &mut Spills<'m>) {
    let mut classes: BTreeMap<&Granted, Vec<&'m str>> = BTreeMap::new();
    neighbours.iter().for_each(|(service, granted)| classes.entry(granted).or_default().push(service));
    for (granted, services) in &classes {
        for (other, others) in classes.iter().filter(|(other, _)| *other != granted) {
            for (team, roles) in beyond(estate, granted, other) {
                for service in services {
                    let spill = spills.entry((*service, Arc::clone(&team))).or_default();
                    spill.roles.extend(roles.iter().cloned());
                    spill.others.extend(others);
                    spill.clusters.extend(clusters);
                }
            }
        }
    }
}

/// The `ClusterRoles` that each team gets by the first and not by the second.
fn beyond(estate: &Estate, granted: &Granted, other: &Granted) -> Vec<(Arc<str>, Vec<Arc<str>>)> {
    let is_somebody = |team: &str| estate.team(team).is_some_and(|team| !team.sso.is_empty());
    let teams = granted.iter().filter(|(team, _)| is_somebody(team));
    let more = teams.map(|(team, roles)| {
        let there = Reached::of(estate, other.get(team).into_iter().flatten());
        (Arc::clone(team), Reached::of(estate, roles).beyond(&there).cloned().collect())
    });
    more.filter(|(_, roles): &(_, Vec<_>)| !roles.is_empty()).collect()
}

fn wide(db: &dyn Db, namespace: &str, service: &str, team: &str, spill: &Spill<'_>) -> Option<Diagnostic> {
    let quoted = |name: &str| format!("`{name}`");
    let roles: Vec<String> = spill.roles.iter().map(|role| quoted(role)).collect();
    let others: Vec<String> = spill.others.iter().map(|other| quoted(other)).collect();
    let clusters: Vec<&str> = spill.clusters.iter().copied().collect();
    let [roles, others] = [roles, others].map(|names| some(&names.iter().map(String::as_str).collect::<Vec<_>>()));
    let message = format!("`{team}` gets ClusterRole {roles} on {others} as well, on {}", some(&clusters));
    Some(
        Diagnostic::new(codes::NAMESPACE_WIDE, line_of(db, service, "access")?, message)
            .label(format!("`{service}` gives it in the namespace `{namespace}`, which they share"))
            .note("a RoleBinding holds for a namespace: Kubernetes knows no services, so it allows there what Argo CD denies")
            .help("give the services the same `access`, or a namespace each"),
    )
}
