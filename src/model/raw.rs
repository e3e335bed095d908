//! What `application` may merge into an Application.

use crate::diagnostics::{self as codes, Diagnostic, Sink, did_you_mean};
use crate::overlays::Tree;

/// What the compiler derives can't be set behind its back: names, projects, destinations and namespaces rest on each other.
const DERIVED: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "spec.destination",
    "spec.project",
    "spec.source",
    "spec.sourceHydrator",
    "spec.sources",
    "spec.syncPolicy.managedNamespaceMetadata",
    "status",
];

/// The fields of an Application that hold others, and what those are.
const FIELDS: [(&str, &[&str]); 7] = [
    ("", &["metadata", "operation", "spec"]),
    ("metadata", &["annotations", "finalizers", "labels"]),
    ("spec", &["ignoreDifferences", "info", "revisionHistoryLimit", "syncPolicy"]),
    ("spec.syncPolicy", &["automated", "retry", "syncOptions"]),
    ("spec.syncPolicy.automated", &["allowEmpty", "enabled", "prune", "selfHeal"]),
    ("spec.syncPolicy.retry", &["backoff", "limit", "refresh"]),
    ("spec.syncPolicy.retry.backoff", &["duration", "factor", "maxDuration"]),
];

/// Checks the fields that are said raw.
pub(super) fn check(tree: &Tree, sink: &mut Sink) {
    if let Some(raw) = tree.get("application") {
        fields(raw, "", sink);
    }
}

fn fields(tree: &Tree, path: &str, sink: &mut Sink) {
    let Some((_, known)) = FIELDS.iter().find(|(parent, _)| *parent == path) else { return };
    let Tree::Branch(children, _) = tree else { return };
    for (key, child) in children {
        let inner = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        if DERIVED.contains(&inner.as_str()) {
            sink.push(derived(child, &inner));
        } else if known.contains(&key.as_ref()) {
            fields(child, &inner, sink);
        } else {
            sink.push(unknown(child, &inner, did_you_mean(key, known.iter().copied())));
        }
    }
}

fn derived(tree: &Tree, path: &str) -> Diagnostic {
    Diagnostic::new(codes::BAD_VALUE, tree.span(), format!("`application` can't set `{path}`"))
        .help("it follows from the service, and the project is exact about it")
        .superfluous("Take it away", path.rsplit('.').next())
}

fn unknown(tree: &Tree, path: &str, near: Option<&str>) -> Diagnostic {
    Diagnostic::new(codes::BAD_VALUE, tree.span(), format!("an Application has no `{path}`"))
        .note("Kubernetes drops fields that it does not know, without a word")
        .help(near.map_or_else(|| "leave it away".to_owned(), |near| format!("did you mean `{near}`?")))
        .meant_key(path.rsplit('.').next().unwrap_or(path), near)
        .superfluous("Take it away", path.rsplit('.').next())
}
