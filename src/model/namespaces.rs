//! Which namespaces a service may take.

use std::sync::Arc;

use super::estates::estate;
use super::fields::Fields;
use super::lower::Instances;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::names::{Item, name_span};
use crate::overlays::Tree;
use crate::values::Value;

/// The server of the cluster that Argo CD itself runs in.
const IN_CLUSTER: &str = "https://kubernetes.default.svc";

/// Refuses namespaces that belong to Kubernetes or to Argo CD, unless admins own the service.
pub(super) fn check(db: &dyn Db, instances: &Instances<'_>, tree: &Tree, sink: &mut Sink) {
    let estate = estate(db);
    let owner = &instances.head.owner;
    if estate.platform.as_ref().is_none_or(|platform| platform.admins.contains(owner)) {
        return;
    }
    let in_cluster = instances.clusters.iter().filter(|cluster| cluster.server.as_ref() == IN_CLUSTER);
    let hubs: Vec<&str> =
        in_cluster.filter_map(|cluster| estate.hub(&cluster.hub)).map(|hub| hub.namespace.as_ref()).collect();
    let fields = Fields(Some(tree));
    for key in ["namespace", "extra_namespaces"] {
        let Some(tree) = fields.tree(key) else { continue };
        let one = fields.text(key).into_iter();
        let many = fields.values(key).iter().filter_map(Value::as_text).cloned();
        for namespace in one.chain(many) {
            if let Some((what, rule)) = taken(&namespace, &hubs) {
                sink.push(
                    Diagnostic::new(codes::RESERVED_NAME, tree.span(), format!("`{namespace}` is {what}"))
                        .note(rule)
                        .help("take another namespace, or let a team of `admins` own the service"),
                );
            }
        }
    }
}

/// Refuses to declare a namespace that belongs to Kubernetes, or to Argo CD unless admins own it.
pub(super) fn check_declared<'c>(
    db: &dyn Db,
    item: Item<'_>,
    owner: Option<&str>,
    clusters: impl Iterator<Item = &'c Arc<str>>,
    sink: &mut Sink,
) {
    let estate = estate(db);
    let is_admin = owner.is_some_and(|owner| estate.is_admin(owner));
    let known = clusters.filter_map(|name| estate.cluster(name));
    let in_cluster = known.filter(|cluster| cluster.server.as_ref() == IN_CLUSTER && !is_admin);
    let hubs: Vec<&str> =
        in_cluster.filter_map(|cluster| estate.hub(&cluster.hub)).map(|hub| hub.namespace.as_ref()).collect();
    let name = item.name(db);
    if let Some((what, rule)) = taken(name, &hubs) {
        sink.push(
            Diagnostic::new(codes::RESERVED_NAME, name_span(db, item), format!("`{name}` is {what}"))
                .note(rule)
                .help("leave the declaration away: only services of `admins` can deploy there"),
        );
    }
}

/// Keys of labels and annotations that the compiler, Kubernetes or Argo CD reads, and what says them instead.
const SPOKEN_FOR: [(&str, &str); 5] = [
    ("pod-security.kubernetes.io/", "write `security`"),
    ("argocd.argoproj.io/", "leave it away: the foundation says how Argo CD treats its namespaces"),
    ("app.kubernetes.io/managed-by", "leave it away: it says that platformc made the namespace"),
    ("app.kubernetes.io/part-of", "leave it away: it names the platform"),
    ("kubernetes.io/metadata.name", "leave it away: Kubernetes sets it"),
];

/// Refuses keys of labels and annotations that are written for every namespace, or follow from other words.
pub(super) fn check_metadata(fields: Fields<'_>, sink: &mut Sink) {
    for (key, tree) in ["labels", "annotations"].into_iter().flat_map(|block| fields.entries(block)) {
        let matches = |own: &str| key.as_ref() == own || (own.ends_with('/') && key.starts_with(own));
        if let Some((_, help)) = SPOKEN_FOR.iter().find(|(own, _)| matches(own)) {
            let message = format!("`{key}` can't be set on a namespace");
            sink.push(Diagnostic::new(codes::BAD_VALUE, tree.span(), message).help(*help));
        }
    }
}

/// Whose a namespace is, and what follows.
fn taken(namespace: &str, hubs: &[&str]) -> Option<(&'static str, &'static str)> {
    match namespace {
        _ if hubs.contains(&namespace) => Some((
            "the namespace of Argo CD itself",
            "a project that may write there can make itself an admin of everything",
        )),
        "default" => Some((
            "the namespace of whoever names none",
            "what is applied by hand without a namespace lands there, so nobody can own it",
        )),
        _ if namespace.starts_with("kube-") => Some((
            "a namespace of Kubernetes",
            "Kubernetes keeps names that begin with `kube-` for itself: what runs a cluster runs there",
        )),
        _ => None,
    }
}
