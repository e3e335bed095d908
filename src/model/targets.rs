//! Where services write to. A changed Helm value changes nothing here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::services::{Service, Variant, service};
use crate::db::Db;
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// A namespace that instances of a service write to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The namespace.
    pub namespace: Arc<str>,
    /// Whether it is the service's `namespace`, or one of `extra_namespaces`.
    pub is_home: bool,
    /// The clusters of these instances, sorted.
    pub clusters: Arc<[Arc<str>]>,
}

/// Somebody who writes to a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The service.
    pub service: Arc<str>,
    /// The team that owns the service.
    pub team: Arc<str>,
    /// Whether it is the service's `namespace`, or one of `extra_namespaces`.
    pub is_home: bool,
    /// Where it does so, sorted.
    pub clusters: Arc<[Arc<str>]>,
}

/// The namespaces that a service writes to, homes first, each once.
#[salsa::tracked]
pub fn places<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Place> {
    let Some(service) = service(db, item) else { return vec![] };
    let mut found: BTreeMap<(bool, Arc<str>), BTreeSet<Arc<str>>> = BTreeMap::new();
    for variant in &service.variants {
        let home = (false, Arc::clone(&variant.spec.namespace));
        found.entry(home).or_default().extend(clusters(service, variant));
        for extra in variant.spec.extra_namespaces.iter().filter(|extra| **extra != variant.spec.namespace) {
            found.entry((true, Arc::clone(extra))).or_default().extend(clusters(service, variant));
        }
    }
    let place = |((is_extra, namespace), clusters): ((bool, Arc<str>), BTreeSet<Arc<str>>)| Place {
        namespace,
        is_home: !is_extra,
        clusters: clusters.into_iter().collect(),
    };
    found.into_iter().map(place).collect()
}

fn clusters(service: &Service, variant: &Variant) -> impl Iterator<Item = Arc<str>> {
    let slots = variant.instances.iter().filter_map(|position| service.head.instances.get(*position));
    slots.map(|slot| Arc::clone(&slot.cluster))
}

/// Who writes to each namespace, by the names of the services.
#[salsa::tracked]
pub fn users(db: &dyn Db) -> BTreeMap<Arc<str>, Vec<User>> {
    let mut users: BTreeMap<Arc<str>, Vec<User>> = BTreeMap::new();
    for item in declarations(db).of(db, Kind::Service) {
        let Some(head) = super::heads::head(db, item) else { continue };
        for place in places(db, item) {
            users.entry(Arc::clone(&place.namespace)).or_default().push(User {
                service: Arc::clone(&head.name),
                team: Arc::clone(&head.owner),
                is_home: place.is_home,
                clusters: Arc::clone(&place.clusters),
            });
        }
    }
    users
}
