//! Who may do what, as rows: for the READMEs and for the commands.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::db::Db;
use crate::model::{ADMINS_ALWAYS, Head, Rights, actions, estate, head, rights};
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// What a team may do with a service, on clusters where that is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRow {
    /// The team.
    pub team: Arc<str>,
    /// The service.
    pub service: Arc<str>,
    /// The team that owns it.
    pub owner: Arc<str>,
    /// The roles that the team has.
    pub roles: Vec<Arc<str>>,
    /// The words of what they allow together.
    pub actions: Vec<&'static str>,
    /// The clusters where it has them.
    pub clusters: Vec<Arc<str>>,
}

/// Everything that any team may do, by team and service; teams of `admins` may do everything with each.
#[must_use]
pub fn access_rows(db: &dyn Db) -> Vec<AccessRow> {
    let mut rows: Vec<AccessRow> =
        declarations(db).of(db, Kind::Service).flat_map(|item| of_service(db, item)).collect();
    rows.sort_by(|left, right| (&left.team, &left.service).cmp(&(&right.team, &right.service)));
    rows
}

/// What teams may do with one service.
pub(in crate::documents) fn of_service<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<AccessRow> {
    let Some(head) = head(db, item) else { return vec![] };
    let row = |team: &Arc<str>, roles: Vec<Arc<str>>, clusters: Vec<Arc<str>>| AccessRow {
        team: Arc::clone(team),
        service: Arc::clone(&head.name),
        owner: Arc::clone(&head.owner),
        actions: actions(estate(db), &roles).into_iter().map(|action| action.name).collect(),
        roles,
        clusters,
    };
    let mut rows: Vec<AccessRow> = by_roles(head, rights(db, item))
        .into_iter()
        .map(|((team, roles), clusters)| row(&team, roles, clusters))
        .collect();
    let everywhere = clusters(head, 0..head.instances.len());
    rows.extend(estate(db).admins().map(|team| row(team, vec![ADMINS_ALWAYS.into()], everywhere.clone())));
    rows
}

/// A team and its roles.
type Has = (Arc<str>, Vec<Arc<str>>);

fn by_roles(head: &Head, rights: &Rights) -> BTreeMap<Has, Vec<Arc<str>>> {
    let mut found: BTreeMap<Has, Vec<usize>> = BTreeMap::new();
    for (granted, positions) in &rights.groups {
        for (team, roles) in granted {
            let has = (Arc::clone(team), roles.iter().cloned().collect());
            found.entry(has).or_default().extend(positions);
        }
    }
    found.values_mut().for_each(|positions| positions.sort_unstable());
    found.into_iter().map(|(has, positions)| (has, clusters(head, positions))).collect()
}

/// The clusters of instances, each once. Instances stand by cluster, so that equal ones are neighbours.
fn clusters(head: &Head, positions: impl IntoIterator<Item = usize>) -> Vec<Arc<str>> {
    let slots = positions.into_iter().filter_map(|position| head.instances.get(position));
    let mut clusters: Vec<Arc<str>> = slots.map(|slot| Arc::clone(&slot.cluster)).collect();
    clusters.dedup();
    clusters
}

/// The table in the page of a service.
pub(super) fn table<'db>(db: &'db dyn Db, item: Item<'db>) -> String {
    let mut out = String::from("\n## Who may do what\n\n| team | may | where |\n|---|---|---|\n");
    let all = head(db, item).as_ref().map_or(0, |head| clusters(head, 0..head.instances.len()).len());
    for row in of_service(db, item) {
        let places = if row.clusters.len() == all { "everywhere".to_owned() } else { row.clusters.join(", ") };
        let may = if row.roles.iter().any(|role| role.as_ref() == ADMINS_ALWAYS) {
            "everything".to_owned()
        } else {
            row.actions.join(", ")
        };
        let _ = writeln!(out, "| {} | {may} | {places} |", row.team);
    }
    out
}
