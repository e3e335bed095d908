//! What bounds a namespace: Pod Security, a `ResourceQuota`, a `LimitRange` and a `NetworkPolicy`. They stand in the
//! foundation, so the team that works in the namespace can't change them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::yaml::{Hole, Node};
use super::namespace::labels;
use crate::model::{Bounds, Limits, Platform};

/// The names of the objects; each has a kind of its own.
const BOUNDS: &str = "bounds";
const ISOLATED: &str = "isolated";

/// Writes the level of Pod Security among a namespace's labels.
pub(super) fn security(declared: &Bounds, labels: &mut Node) {
    let Some(level) = &declared.security else { return };
    for mode in ["audit", "enforce", "warn"] {
        labels.insert(format!("pod-security.kubernetes.io/{mode}"), Node::text(Arc::clone(level)));
    }
}

/// The objects that bound what is in a namespace; without one, in whichever they are applied to.
pub(super) fn bounds(platform: &Platform, declared: &Bounds, namespace: Option<Hole>) -> Vec<Node> {
    let object = |api_version: &str, kind: &str, name: &str, spec: Node| {
        let metadata = Node::map([("name", Node::text(name))])
            .with_some("namespace", namespace.map(Node::hole))
            .with("labels", labels(platform));
        Node::map([("apiVersion", Node::text(api_version)), ("kind", Node::text(kind)), ("metadata", metadata)])
            .with("spec", spec)
    };
    let mut objects = vec![];
    if !declared.quota.is_empty() {
        let spec = Node::map([("hard", quantities(&declared.quota))]);
        objects.push(object("v1", "ResourceQuota", BOUNDS, spec));
    }
    if !declared.limits.is_empty() {
        objects.push(object("v1", "LimitRange", BOUNDS, limits(&declared.limits)));
    }
    if declared.isolated {
        objects.push(object("networking.k8s.io/v1", "NetworkPolicy", ISOLATED, isolation()));
    }
    objects
}

fn quantities(resources: &BTreeMap<Arc<str>, Arc<str>>) -> Node {
    Node::map(resources.iter().map(|(name, quantity)| (name.as_ref(), Node::text(Arc::clone(quantity)))))
}

fn limits(limits: &Limits) -> Node {
    let limit = Node::map([("type", Node::text("Container"))])
        .with_filled("min", quantities(&limits.min))
        .with_filled("defaultRequest", quantities(&limits.request))
        .with_filled("default", quantities(&limits.default))
        .with_filled("max", quantities(&limits.max));
    Node::map([("limits", Node::List(vec![limit]))])
}

/// Every pod hears pods of its own namespace and nobody else; whom it speaks to is for those who hear.
fn isolation() -> Node {
    let everybody_here = Node::map([("podSelector", Node::Map(vec![]))]);
    let rule = Node::map([("from", Node::List(vec![everybody_here]))]);
    Node::map([
        ("podSelector", Node::Map(vec![])),
        ("policyTypes", Node::list(["Ingress"])),
        ("ingress", Node::List(vec![rule])),
    ])
}
