//! The folder that a cluster's foundation is made of: namespaces, and who may do what in them. Its Application belongs to
//! the platform's admins, so that no team changes its own bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::file::{OutputContent, OutputFile};
use super::super::yaml::{Node, Template};
use super::super::{header, paths};
use super::binding::{of_admins, own_roles};
use super::deployer::{Deployed, deployers};
use super::kustomization::text;
use super::namespace::namespaces;
use super::preview::slots;
use crate::model::{Cluster, Estate, Hub, Namespaces, Platform};

/// A cluster, and what it is a part of.
#[derive(Clone, Copy)]
pub(in crate::documents) struct Place<'p> {
    pub(in crate::documents) estate: &'p Estate,
    pub(in crate::documents) platform: &'p Platform,
    pub(in crate::documents) hub: &'p Hub,
    pub(in crate::documents) cluster: &'p Cluster,
}

/// What stands in the foundation of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::documents) struct Foundation {
    /// The folders with the `RoleBindings` of its services, from the output folder, sorted, each once.
    pub(in crate::documents) access: Vec<Arc<str>>,
    /// The roles that somebody has here and that need a `ClusterRole` of our own.
    pub(in crate::documents) roles: BTreeSet<Arc<str>>,
    /// The namespaces in which previews take their slots, with how many there are.
    pub(in crate::documents) slots: BTreeMap<Arc<str>, i64>,
    /// What deploys as a `ServiceAccount`.
    pub(in crate::documents) deployed: Deployed,
}

/// The files of a foundation; none where the cluster has no namespace of ours.
pub(in crate::documents) fn foundation_files(
    place: &Place<'_>,
    owned: &Namespaces,
    foundation: &Foundation,
) -> Vec<OutputFile> {
    let Place { estate, platform, hub, cluster } = place;
    let made = namespaces(platform, owned);
    if made.is_empty() && foundation.slots.is_empty() {
        return vec![];
    }
    let admins = of_admins(estate, platform, cluster, owned.keys());
    let roles = own_roles(estate, platform, &foundation.roles);
    let accounts = deployers(platform, hub, &foundation.deployed);
    let slots: Vec<Node> = foundation.slots.iter().flat_map(|(name, limit)| slots(platform, name, *limit)).collect();
    let header = |what: &str| header::yaml_of_platform(&format!("{what} cluster {}", cluster.name));
    let files = [
        ("admins.yaml", repeated(header("the rights of admins on"), admins)),
        ("deployers.yaml", documents(&header("the accounts that deploy on"), &accounts)),
        ("namespaces.yaml", repeated(header("the namespaces of"), made)),
        ("previews.yaml", documents(&header("the slots for previews on"), &slots)),
        ("roles.yaml", documents(&header("the roles on"), &roles)),
    ];
    let files: Vec<(&str, OutputContent)> =
        files.into_iter().filter_map(|(name, content)| Some((name, content?))).collect();
    let access = foundation.access.iter().map(|folder| format!("../../../{folder}"));
    let resources: Vec<String> = files.iter().map(|(name, _)| (*name).to_owned()).chain(access).collect();
    let kustomization = text(&resources, &format!("the foundation of cluster {}", cluster.name));
    let folder = format!("{}/foundation", paths::cluster(&cluster.name));
    let files = files.into_iter().chain([("kustomization.yaml", OutputContent::Text(kustomization))]);
    files.map(|(name, content)| OutputFile { path: format!("{folder}/{name}"), content }).collect()
}

/// A file with a document for each namespace.
fn repeated(header: String, documents: Vec<(Arc<Template>, Arc<str>)>) -> Option<OutputContent> {
    (!documents.is_empty()).then(|| OutputContent::Documents(header.into(), documents.into()))
}

/// A file with several documents.
fn documents(header: &str, nodes: &[Node]) -> Option<OutputContent> {
    let mut out = String::new();
    Template::new(header, nodes).fill(&[], &mut out);
    (!nodes.is_empty()).then(|| OutputContent::Text(out.into()))
}
