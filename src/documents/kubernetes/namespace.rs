use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::header;
use super::super::yaml::{Node, Template};
use crate::model::{Cluster, Platform};

/// The namespaces of a cluster, in one file; those that Kubernetes brings itself are left out.
pub(in crate::documents) fn namespaces(
    platform: &Platform,
    cluster: &Cluster,
    names: &BTreeSet<Arc<str>>,
) -> Option<Arc<str>> {
    let own = names.iter().filter(|name| name.as_ref() != "default" && !name.starts_with("kube-"));
    let nodes: Vec<Node> = own.map(|name| namespace(platform, cluster, name)).collect();
    if nodes.is_empty() {
        return None;
    }
    let mut out = String::new();
    let header = header::yaml_of_platform(&format!("the namespaces of cluster {}", cluster.name));
    Template::new(&header, &nodes).fill(&[], &mut out);
    Some(out.into())
}

/// A namespace that is no longer asked for stays, since others may have put something into it; and what is not pruned must
/// not count as a difference, or the foundation would never be Synced.
fn namespace(platform: &Platform, cluster: &Cluster, name: &Arc<str>) -> Node {
    let options = if cluster.protected { "Prune=false,Delete=false" } else { "Prune=false" };
    let metadata = Node::map([
        ("name", Node::text(Arc::clone(name))),
        (
            "labels",
            Node::map([
                ("app.kubernetes.io/managed-by", Node::text("platformc")),
                ("app.kubernetes.io/part-of", Node::text(Arc::clone(&platform.name))),
            ]),
        ),
        (
            "annotations",
            Node::map([
                ("argocd.argoproj.io/compare-options", Node::text("IgnoreExtraneous")),
                ("argocd.argoproj.io/sync-options", Node::text(options)),
            ]),
        ),
    ]);
    Node::map([("apiVersion", Node::text("v1")), ("kind", Node::text("Namespace")), ("metadata", metadata)])
}
