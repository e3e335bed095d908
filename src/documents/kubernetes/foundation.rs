//! The folder that a cluster's foundation is made of: namespaces, and who may do what in them. Its Application belongs to
//! the platform's admins, so that no team changes its own bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::header;
use super::super::yaml::{Node, Template};
use super::binding::{of_admins, own_roles};
use super::deployer::{Deployed, deployers};
use super::kustomization::text;
use super::namespace::namespaces;
use crate::model::{Cluster, Estate, Hub, Owned, Platform};

/// What stands in the foundation of a cluster.
#[derive(Clone, Debug, Default)]
pub(in crate::documents) struct Foundation {
    /// The folders with the `RoleBindings` of its services, from the output folder.
    pub(in crate::documents) access: BTreeSet<String>,
    /// The roles that somebody has here and that need a `ClusterRole` of our own.
    pub(in crate::documents) roles: BTreeSet<Arc<str>>,
    /// What deploys as a `ServiceAccount`.
    pub(in crate::documents) deployed: Deployed,
}

/// Path and text of each file of a foundation; none where the cluster has no namespace.
pub(in crate::documents) fn foundation_files(
    estate: &Estate,
    platform: &Platform,
    hub: &Hub,
    cluster: &Cluster,
    owned: &BTreeMap<Arc<str>, Owned>,
    foundation: &Foundation,
) -> Vec<(String, Arc<str>)> {
    let Some(made) = namespaces(platform, cluster, owned) else { return vec![] };
    let mut files = BTreeMap::from([("namespaces.yaml", made)]);
    let others = [
        ("admins.yaml", "the rights of admins", of_admins(estate, platform, cluster, owned.keys())),
        ("roles.yaml", "the roles", own_roles(estate, platform, &foundation.roles)),
        ("deployers.yaml", "the accounts that deploy", deployers(platform, hub, &foundation.deployed)),
    ];
    for (name, what, nodes) in others.into_iter().filter(|(.., nodes)| !nodes.is_empty()) {
        files.insert(name, documents(&nodes, &format!("{what} on cluster {}", cluster.name)));
    }
    let access = foundation.access.iter().map(|folder| format!("../../../{folder}"));
    let resources: Vec<String> = files.keys().map(|name| (*name).to_owned()).chain(access).collect();
    let folder = format!("{}/foundation", super::super::paths::cluster(&cluster.name));
    let kustomization = text(&resources, &format!("the foundation of cluster {}", cluster.name));
    let files = files.into_iter().chain([("kustomization.yaml", kustomization)]);
    files.map(|(name, text)| (format!("{folder}/{name}"), text)).collect()
}

/// A file with several documents that comes from the whole platform.
fn documents(nodes: &[Node], what: &str) -> Arc<str> {
    let mut out = String::new();
    Template::new(&header::yaml_of_platform(what), nodes).fill(&[], &mut out);
    out.into()
}
