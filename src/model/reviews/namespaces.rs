//! Who writes to a namespace.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::db::Db;
use crate::model::heads::head;
use crate::model::services::{Variant, service};
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// A service that writes to a namespace of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamespaceUse {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The cluster.
    pub cluster: Arc<str>,
    /// The service.
    pub service: Arc<str>,
    /// The team that owns the service, and with it the namespace.
    pub owner: Arc<str>,
}

/// Who writes to which namespace of which cluster, in that order.
#[must_use]
pub fn namespace_uses(db: &dyn Db) -> BTreeSet<NamespaceUse> {
    declarations(db).of(db, Kind::Service).flat_map(|item| of_service(db, item)).collect()
}

fn of_service<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<NamespaceUse> {
    let (Some(head), Some(service)) = (head(db, item), service(db, item)) else { return vec![] };
    let of = |variant: &Variant| -> Vec<NamespaceUse> {
        let slots = variant.instances.iter().filter_map(|position| head.instances.get(*position));
        let namespaces = || std::iter::once(&variant.spec.namespace).chain(&variant.spec.extra_namespaces);
        let uses = slots.flat_map(|slot| namespaces().map(move |namespace| (namespace, &slot.cluster)));
        uses.map(|(namespace, cluster)| NamespaceUse {
            namespace: Arc::clone(namespace),
            cluster: Arc::clone(cluster),
            service: Arc::clone(&head.name),
            owner: Arc::clone(&head.owner),
        })
        .collect()
    };
    service.variants.iter().flat_map(of).collect()
}
