use std::collections::BTreeMap;
use std::slice;
use std::sync::Arc;

use super::super::header;
use super::super::yaml::{Hole, Node, Template};
use super::bounds::{bounds, security};
use crate::model::{Bounds, Cluster, Owned, Platform};

/// The name of the namespace.
const NAME: Hole = Hole(0);

/// The namespaces of a cluster, in one file, each with its bounds behind it; those that Kubernetes brings itself are left out.
pub(in crate::documents) fn namespaces(
    platform: &Platform,
    cluster: &Cluster,
    names: &BTreeMap<Arc<str>, Owned>,
) -> Option<Arc<str>> {
    let plain = Template::new("", &[namespace(platform, None)]);
    let mut out = String::new();
    for (name, owned) in names.iter().filter(|(name, _)| name.as_ref() != "default" && !name.starts_with("kube-")) {
        if out.is_empty() {
            out.push_str(&header::yaml_of_platform(&format!("the namespaces of cluster {}", cluster.name)));
        } else {
            out.push_str("---\n");
        }
        match &owned.bounds {
            Some(declared) => bounded(platform, declared).fill(slice::from_ref(name), &mut out),
            None => plain.fill(slice::from_ref(name), &mut out),
        }
    }
    (!out.is_empty()).then(|| out.into())
}

fn bounded(platform: &Platform, declared: &Bounds) -> Template {
    let mut documents = vec![namespace(platform, Some(declared))];
    documents.extend(bounds(platform, declared, NAME));
    Template::new("", &documents)
}

/// What the compiler makes in a namespace says whose it is.
pub(super) fn labels(platform: &Platform) -> Node {
    Node::map([
        ("app.kubernetes.io/managed-by", Node::text("platformc")),
        ("app.kubernetes.io/part-of", Node::text(Arc::clone(&platform.name))),
    ])
}

/// A namespace that is no longer asked for stays, since others may have put something into it; and what is not pruned must
/// not count as a difference, or the foundation would never be Synced.
fn namespace(platform: &Platform, declared: Option<&Bounds>) -> Node {
    let mut labels = labels(platform);
    let mut annotations = Node::map([
        ("argocd.argoproj.io/compare-options", Node::text("IgnoreExtraneous")),
        ("argocd.argoproj.io/sync-options", Node::text("Prune=false,Delete=false")),
    ]);
    if let Some(declared) = declared {
        security(declared, &mut labels);
        add(&mut labels, &declared.labels);
        add(&mut annotations, &declared.annotations);
    }
    let metadata = Node::map([("name", Node::hole(NAME)), ("labels", labels), ("annotations", annotations)]);
    Node::map([("apiVersion", Node::text("v1")), ("kind", Node::text("Namespace")), ("metadata", metadata)])
}

fn add(to: &mut Node, entries: &BTreeMap<Arc<str>, Arc<str>>) {
    for (key, value) in entries {
        to.insert(Arc::clone(key), Node::text(Arc::clone(value)));
    }
}
