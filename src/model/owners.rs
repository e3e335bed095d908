//! Who owns each namespace of each cluster: one answer for projects, foundations and whoever grants rights in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::bounds::{Bounds, namespace};
use super::estates::estate;
use super::targets::{User, users};
use crate::db::Db;
use crate::names::declarations;
use crate::schema::Kind;

/// A namespace of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owned {
    /// The team that it belongs to; none where several lay claim to it, which is an error.
    pub team: Option<Arc<str>>,
    /// What its declaration says of it, if it has one here.
    pub bounds: Option<Arc<Bounds>>,
    claim: Claim,
}

/// How strong a claim is: teams of `admins` may deploy anywhere, so any other team goes before them, and a service that lives
/// there before one that only writes there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    is_no_admin: bool,
    is_home: bool,
}

/// The namespaces of one cluster.
pub type Namespaces = BTreeMap<Arc<str>, Owned>;

/// The namespaces of each cluster: those that services write to, and those that are declared for it.
#[salsa::tracked]
pub fn ownership(db: &dyn Db) -> FxHashMap<Arc<str>, Arc<Namespaces>> {
    let mut all = claimed(db);
    for item in declarations(db).of(db, Kind::Namespace) {
        let Some(declared) = namespace(db, item) else { continue };
        for (cluster, bounds) in &declared.bounds {
            let owned = all.entry(Arc::clone(cluster)).or_default().entry(Arc::clone(&declared.name)).or_default();
            owned.team.clone_from(&declared.owner);
            owned.bounds = Some(Arc::clone(bounds));
        }
    }
    all.into_iter().map(|(cluster, namespaces)| (cluster, Arc::new(namespaces))).collect()
}

/// What services write to, by cluster.
fn claimed(db: &dyn Db) -> FxHashMap<Arc<str>, Namespaces> {
    let estate = estate(db);
    let mut all: FxHashMap<Arc<str>, Vec<(Arc<str>, Owned)>> = FxHashMap::default();
    for (namespace, users) in users(db) {
        for user in users {
            let claim = Claim { is_no_admin: !estate.is_admin(&user.team), is_home: user.is_home };
            for cluster in user.clusters.iter() {
                let namespaces = all.entry(Arc::clone(cluster)).or_default();
                // Namespaces come in their order, so that one that is known is the last.
                if namespaces.last().is_none_or(|(last, _)| last != namespace) {
                    namespaces.push((Arc::clone(namespace), Owned::default()));
                }
                namespaces.iter_mut().next_back().into_iter().for_each(|(_, owned)| owned.claim(user, claim));
            }
        }
    }
    all.into_iter().map(|(cluster, namespaces)| (cluster, namespaces.into_iter().collect())).collect()
}

/// A cluster by name, as what queries are asked of.
#[salsa::interned]
pub struct ClusterName<'db> {
    /// The name.
    #[returns(ref)]
    pub name: Arc<str>,
}

/// The namespaces of a cluster: a narrow view of all, so that what changes on one cluster concerns no other.
#[salsa::tracked]
pub fn namespaces_of<'db>(db: &'db dyn Db, cluster: ClusterName<'db>) -> Option<Arc<Namespaces>> {
    ownership(db).get(cluster.name(db)).cloned()
}

impl Owned {
    fn claim(&mut self, user: &User, claim: Claim) {
        if self.team.is_none() || claim > self.claim {
            self.team = Some(Arc::clone(&user.team));
            self.claim = claim;
        }
    }

    /// Whether services of a team may deploy into it, by its declaration.
    #[must_use]
    pub fn lets_in(&self, team: &str) -> bool {
        let is_guest = |bounds: &Arc<Bounds>| bounds.guests.iter().any(|guest| guest.as_ref() == team);
        self.team.as_deref() == Some(team) || self.bounds.as_ref().is_some_and(is_guest)
    }
}

/// The team that a namespace of a cluster belongs to.
pub fn namespace_owner<'db>(db: &'db dyn Db, cluster: &str, namespace: &str) -> Option<&'db Arc<str>> {
    ownership(db).get(cluster)?.get(namespace)?.team.as_ref()
}
