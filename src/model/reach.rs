//! What roles mean in Kubernetes: the `ClusterRoles` that they are bound to, in a whole namespace at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::access::{Granted, actions};
use super::entities::{Estate, Role};
use super::services::service;
use crate::db::Db;
use crate::names::Item;
use crate::schema::{Action, Reach};

/// How the names of our own `ClusterRoles` begin.
pub const OWN_ROLE: &str = "platformc:";

/// What Kubernetes brings, from the narrowest on; each allows what those before it do.
const LADDER: [&str; 4] = ["view", "edit", "admin", "cluster-admin"];

/// Namespaces that no foundation makes: in them nobody gets anything from the platform.
#[must_use]
pub fn is_reserved(namespace: &str) -> bool {
    namespace == "default" || namespace.starts_with("kube-")
}

/// The `ClusterRoles` that a role is bound to: what Kubernetes brings, and one of ours where that does not do.
#[must_use]
pub fn cluster_roles(estate: &Estate, role: &Role) -> Vec<Arc<str>> {
    if let Some(name) = &role.cluster_role {
        return vec![Arc::clone(name)];
    }
    let mut names: Vec<Arc<str>> = vec![];
    let reaches = || actions(estate, [&role.name]).into_iter().map(|action| &action.kubernetes);
    for name in ["edit", "view"] {
        // Whoever may edit may view.
        if names.is_empty() && reaches().any(|reach| matches!(reach, Reach::Role(known) if *known == name)) {
            names.push(name.into());
        }
    }
    if !own_actions(estate, role).is_empty() {
        names.push(format!("{OWN_ROLE}{}", role.name).into());
    }
    names
}

/// The actions of a role that need a `ClusterRole` of ours, beside those that Kubernetes brings.
#[must_use]
pub fn own_actions(estate: &Estate, role: &Role) -> Vec<&'static Action> {
    let mut words = actions(estate, [&role.name]);
    let edits = words.iter().any(|action| matches!(action.kubernetes, Reach::Role("edit")));
    if role.cluster_role.is_some() || edits {
        return vec![];
    }
    words.retain(|action| matches!(action.kubernetes, Reach::Verbs(..)));
    words
}

/// What a service grants in a namespace where it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The namespace.
    pub namespace: Arc<str>,
    /// Roles by team.
    pub granted: Granted,
    /// The clusters where it does so.
    pub clusters: BTreeSet<Arc<str>>,
}

/// What a service grants in the namespaces where it lives. A changed Helm value changes nothing here.
#[salsa::tracked]
pub fn given<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Given> {
    let Some(service) = service(db, item) else { return vec![] };
    let mut found: BTreeMap<(&Arc<str>, &Granted), BTreeSet<Arc<str>>> = BTreeMap::new();
    for variant in &service.variants {
        let slots = variant.instances.iter().filter_map(|position| service.head.instances.get(*position));
        let clusters = slots.map(|slot| Arc::clone(&slot.cluster));
        found.entry((&variant.spec.namespace, &variant.spec.access)).or_default().extend(clusters);
    }
    let all = found.into_iter();
    all.map(|((namespace, granted), clusters)| Given {
        namespace: Arc::clone(namespace),
        granted: granted.clone(),
        clusters,
    })
    .collect()
}

/// What a team's roles reach in Kubernetes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The `ClusterRoles`, each with the actions that ours are made of.
    roles: BTreeMap<Arc<str>, BTreeSet<&'static str>>,
}

impl Reached {
    /// What roles reach together.
    pub fn of<'r>(estate: &Estate, names: impl IntoIterator<Item = &'r Arc<str>>) -> Reached {
        let mut reached = Reached::default();
        for role in names.into_iter().filter_map(|name| estate.role(name)) {
            for name in cluster_roles(estate, role) {
                let is_own = name.strip_prefix(OWN_ROLE) == Some(&role.name);
                let words = own_actions(estate, role).into_iter().filter(|_| is_own).map(|action| action.name);
                reached.roles.entry(name).or_default().extend(words);
            }
        }
        reached
    }

    /// The `ClusterRoles` that allow something that others don't.
    pub fn beyond<'r>(&'r self, other: &'r Reached) -> impl Iterator<Item = &'r Arc<str>> {
        let more = self.roles.iter().filter(|(name, words)| !other.covers(name, words));
        more.map(|(name, _)| name)
    }

    fn covers(&self, name: &str, words: &BTreeSet<&'static str>) -> bool {
        let height = self.roles.keys().filter_map(|known| step(known)).max();
        let has_words = || {
            let known: BTreeSet<&str> = self.roles.values().flatten().copied().collect();
            height >= step("edit") || words.iter().all(|word| known.contains(word))
        };
        self.roles.contains_key(name)
            || step(name).is_some_and(|step| height >= Some(step))
            || (!words.is_empty() && has_words())
    }
}

fn step(name: &str) -> Option<usize> {
    LADDER.iter().position(|known| *known == name)
}
