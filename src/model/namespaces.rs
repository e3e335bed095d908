//! Which namespaces a service may take.

use super::estates::estate;
use super::fields::Fields;
use super::lower::Instances;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
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
