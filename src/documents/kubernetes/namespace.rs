use std::collections::BTreeSet;
use std::slice;
use std::sync::Arc;

use super::super::header;
use super::super::yaml::{Hole, Node, Template};
use crate::model::{Cluster, Platform};

/// The name of the namespace.
const NAME: Hole = Hole(0);

/// The namespaces of a cluster, in one file; those that Kubernetes brings itself are left out.
pub(in crate::documents) fn namespaces(
    platform: &Platform,
    cluster: &Cluster,
    names: &BTreeSet<Arc<str>>,
) -> Option<Arc<str>> {
    let mut own = names.iter().filter(|name| name.as_ref() != "default" && !name.starts_with("kube-"));
    let first = own.next()?;
    let header = header::yaml_of_platform(&format!("the namespaces of cluster {}", cluster.name));
    let document = [namespace(platform)];
    let mut out = String::new();
    Template::new(&header, &document).fill(slice::from_ref(first), &mut out);
    let further = Template::new("---\n", &document);
    own.for_each(|name| further.fill(slice::from_ref(name), &mut out));
    Some(out.into())
}

/// A namespace that is no longer asked for stays, since others may have put something into it; and what is not pruned must
/// not count as a difference, or the foundation would never be Synced.
fn namespace(platform: &Platform) -> Node {
    let metadata = Node::map([
        ("name", Node::hole(NAME)),
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
                ("argocd.argoproj.io/sync-options", Node::text("Prune=false,Delete=false")),
            ]),
        ),
    ]);
    Node::map([("apiVersion", Node::text("v1")), ("kind", Node::text("Namespace")), ("metadata", metadata)])
}
