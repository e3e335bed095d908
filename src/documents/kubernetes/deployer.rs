//! Impersonation: a `ServiceAccount` in each namespace that is deployed to, with rights there and nowhere else. Argo CD
//! syncs as this account, so that a chart can't write where its team may not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::argocd::object;
use super::super::yaml::Node;
use super::binding::binding;
use crate::model::{Hub, Platform, is_reserved};

/// The name of the account in each namespace.
pub(in crate::documents) const ACCOUNT: &str = "platformc-deployer";

const RBAC: &str = "rbac.authorization.k8s.io/v1";
const GROUP: &str = "rbac.authorization.k8s.io";

/// A group and a kind.
type Kind = (Arc<str>, Arc<str>);

/// What deploys on a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::documents) struct Deployed {
    /// For each namespace that is deployed to, all namespaces that are written to from there.
    pub(in crate::documents) writes: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// For each of them, the cluster-scoped kinds that are written.
    pub(in crate::documents) kinds: BTreeMap<Arc<str>, BTreeSet<Kind>>,
}

/// The accounts of a cluster and their rights; none where the hub does not impersonate.
pub(in crate::documents) fn deployers(platform: &Platform, hub: &Hub, deployed: &Deployed) -> Vec<Node> {
    if !hub.impersonation {
        return vec![];
    }
    let mut nodes = vec![];
    for (from, to) in deployed.writes.iter().filter(|(from, _)| !is_reserved(from)) {
        nodes.push(object("v1", "ServiceAccount", metadata(ACCOUNT, Some(from))));
        for namespace in to {
            // Custom resources are part of what a chart brings, and few of them join the ClusterRole `admin`.
            let name = format!("{ACCOUNT}.{from}");
            nodes.push(binding(
                platform,
                &name,
                Some(Node::text(Arc::clone(namespace))),
                "cluster-admin",
                &[subject(from)],
            ));
        }
        if let Some(kinds) = deployed.kinds.get(from).filter(|kinds| !kinds.is_empty()) {
            nodes.extend(cluster_scoped(from, kinds));
        }
    }
    nodes
}

fn metadata(name: &str, namespace: Option<&Arc<str>>) -> Node {
    Node::map([("name", Node::text(name))])
        .with_some("namespace", namespace.map(|namespace| Node::text(Arc::clone(namespace))))
}

fn subject(namespace: &Arc<str>) -> Node {
    Node::map([
        ("kind", Node::text("ServiceAccount")),
        ("name", Node::text(ACCOUNT)),
        ("namespace", Node::text(Arc::clone(namespace))),
    ])
}

/// The rights on cluster-scoped kinds: those that the layer allows, by the names that their resources have as a rule.
fn cluster_scoped(namespace: &Arc<str>, kinds: &BTreeSet<Kind>) -> [Node; 2] {
    let name = format!("{ACCOUNT}:{namespace}");
    let allowed = |(group, kind): &Kind| {
        Node::map([
            ("apiGroups", Node::list([group.as_ref()])),
            ("resources", Node::list([plural(kind).as_str()])),
            ("verbs", Node::list(["*"])),
        ])
    };
    let role = object(RBAC, "ClusterRole", metadata(&name, None))
        .with("rules", Node::List(kinds.iter().map(allowed).collect()));
    let target = Node::map([
        ("apiGroup", Node::text(GROUP)),
        ("kind", Node::text("ClusterRole")),
        ("name", Node::text(name.as_str())),
    ]);
    let binding = object(RBAC, "ClusterRoleBinding", metadata(&name, None))
        .with("roleRef", target)
        .with("subjects", Node::List(vec![subject(namespace)]));
    [role, binding]
}

/// The name of a kind's resource, as Kubernetes itself guesses it (`meta.UnsafeGuessKindToResource`).
fn plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    match lower.chars().last() {
        _ if kind == "*" => lower,
        Some('s') => format!("{lower}es"),
        Some('y') => format!("{}ies", lower.trim_end_matches('y')),
        _ => format!("{lower}s"),
    }
}
