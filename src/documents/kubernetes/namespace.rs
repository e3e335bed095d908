use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::argocd::{SYNC_WAVE, object};
use super::super::yaml::{Hole, Node, Template};
use super::bounds::{bounds, security};
use crate::model::{Bounds, Owned, Platform, is_reserved};

/// The name of the namespace.
pub(super) const NAME: Hole = Hole(0);

/// The namespaces of a cluster, each with its bounds behind it: the template, and the name that fills it. Those that
/// Kubernetes brings itself are left out.
pub(in crate::documents) fn namespaces(
    platform: &Platform,
    names: &BTreeMap<Arc<str>, Owned>,
) -> Vec<(Arc<Template>, Arc<str>)> {
    let plain = Arc::new(Template::new("", &[namespace(platform, None)]));
    let made = names.iter().filter(|(name, _)| !is_reserved(name)).map(|(name, owned)| {
        let template = owned.bounds.as_ref().map_or_else(|| Arc::clone(&plain), |declared| bounded(platform, declared));
        (template, Arc::clone(name))
    });
    made.collect()
}

fn bounded(platform: &Platform, declared: &Bounds) -> Arc<Template> {
    let mut documents = vec![namespace(platform, Some(declared))];
    documents.extend(bounds(platform, declared, Some(NAME)));
    Arc::new(Template::new("", &documents))
}

/// What the compiler makes in a namespace says whose it is.
pub(in crate::documents) fn labels(platform: &Platform) -> Node {
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

/// Of what holds a state that nothing else has, such as what was promoted: it never goes by itself.
pub(in crate::documents) fn lasting(wave: &str) -> Node {
    Node::map([
        ("argocd.argoproj.io/compare-options", Node::text("IgnoreExtraneous")),
        ("argocd.argoproj.io/sync-options", Node::text("Prune=false,Delete=false")),
        (SYNC_WAVE, Node::text(wave)),
    ])
}

/// A namespace beside Argo CD, before all that stands in it.
pub(in crate::documents) fn lasting_namespace(platform: &Platform, name: &Arc<str>, more: Node) -> Node {
    let mut labels = labels(platform);
    if let Node::Map(more) = more {
        more.into_iter().for_each(|(key, value)| labels.insert(key, value));
    }
    let metadata =
        Node::map([("name", Node::text(Arc::clone(name))), ("labels", labels), ("annotations", lasting("-2"))]);
    object("v1", "Namespace", metadata)
}
