//! What Kubernetes takes as a quota and as limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fields::Fields;
use crate::diagnostics::{self as codes, Diagnostic, Sink, did_you_mean};
use crate::overlays::Tree;
use crate::values::{is_qualified_name, quantity};

type Resources = BTreeMap<Arc<str>, Arc<str>>;

/// What one container may take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The least that it may ask for.
    pub min: Resources,
    /// What it asks for where it says nothing.
    pub request: Resources,
    /// Its limit where it says none.
    pub default: Resources,
    /// The highest limit.
    pub max: Resources,
}

impl Limits {
    /// Whether nothing is limited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.min, &self.request, &self.default, &self.max].iter().all(|resources| resources.is_empty())
    }

    /// Reads the limits, and checks that each is at most the next.
    pub(super) fn read(fields: Fields<'_>, sink: &mut Sink) -> Self {
        for resource in ["cpu", "memory"] {
            ascending(fields, resource, sink);
        }
        let of = |key: &str| Fields(fields.tree(key)).all_texts();
        Self { min: of("min"), request: of("request"), default: of("default"), max: of("max") }
    }
}

/// Kubernetes refuses limits of which one is above the next.
fn ascending(fields: Fields<'_>, resource: &str, sink: &mut Sink) {
    let said = ["min", "request", "default", "max"].into_iter().filter_map(|key| {
        let tree = fields.block(key).tree(resource)?;
        Some((key, tree, quantity(tree.value().as_text()?)?))
    });
    let said: Vec<(&str, &Tree, f64)> = said.collect();
    for pair in said.windows(2) {
        let [(low, small, less), (high, large, more)] = pair else { continue };
        if less > more {
            let message = format!("`{low}.{resource}` is above `{high}.{resource}`");
            sink.push(
                Diagnostic::new(codes::BAD_VALUE, small.span(), message)
                    .also(large.span(), "the other one")
                    .note("Kubernetes refuses a LimitRange unless `min`, `request`, `default` and `max` go up"),
            );
        }
    }
}

/// What a quota can be of without a group (`core/v1`, and `ValidateResourceQuotaResourceName`).
const QUOTAS: [&str; 19] = [
    "configmaps",
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];

/// Kubernetes refuses a quota of what it does not count.
pub(super) fn quota(fields: Fields<'_>, sink: &mut Sink) {
    let Some(Tree::Branch(entries, _)) = fields.0 else { return };
    for (key, entry) in entries.iter().filter(|(key, _)| !is_counted(key)) {
        let message = format!("Kubernetes has no quota of `{key}`");
        let near = did_you_mean(key, QUOTAS);
        let help = || "take `requests.cpu`, `limits.memory`, `pods`, or `count/deployments.apps`".to_owned();
        sink.push(
            Diagnostic::new(codes::BAD_VALUE, entry.span(), message)
                .note("the API server refuses a ResourceQuota with a name that it does not know")
                .help(near.map_or_else(help, |near| format!("did you mean `{near}`?")))
                .meant_key(key, near),
        );
    }
}

fn is_counted(key: &str) -> bool {
    let plain = key.strip_prefix("requests.").unwrap_or(key);
    QUOTAS.contains(&key)
        || plain.starts_with("hugepages-")
        || (plain.contains('/') && is_qualified_name(plain).is_ok())
}
