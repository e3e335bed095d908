//! What is a service's own: where its versions come from, and through which environments they go.

use std::sync::Arc;

use super::super::yaml::Node;
use super::artifact::{subscription, synced, version};
use super::{At, CHECKOUT, MERGE, in_project, step};
use crate::model::{Estate, Promoted, Stop, canonical};

pub(super) fn objects(at: &At<'_>, promoted: &Promoted, estate: &Estate) -> Vec<Node> {
    let stages = promoted.stops.iter().map(|stop| stage(at, stop, estate));
    std::iter::once(warehouse(at, promoted)).chain(stages).collect()
}

fn labels(at: &At<'_>) -> Node {
    Node::map([("platformc.io/service", Node::text(Arc::clone(at.service)))])
}

fn warehouse(at: &At<'_>, promoted: &Promoted) -> Node {
    let artifacts = promoted.artifacts().into_iter();
    let subscriptions = artifacts.map(|artifact| subscription(artifact, &promoted.within)).collect();
    let spec = Node::map([
        ("interval", Node::text("5m0s")),
        ("freightCreationPolicy", Node::text("Automatic")),
        ("subscriptions", Node::List(subscriptions)),
    ]);
    in_project(at.platform, "Warehouse", at.known, labels(at)).with("spec", spec)
}

fn stage(at: &At<'_>, stop: &Stop, estate: &Estate) -> Node {
    let origin = Node::map([("kind", Node::text("Warehouse")), ("name", Node::text(Arc::clone(at.known)))]);
    let requested = Node::map([("origin", origin), ("sources", sources(at, stop))]);
    let spec = Node::map([
        ("requestedFreight", Node::List(vec![requested])),
        ("promotionTemplate", Node::map([("spec", Node::map([("steps", steps(at, stop, estate))]))])),
    ]);
    let labels = labels(at).with("platformc.io/env", Node::text(Arc::clone(&stop.environment)));
    in_project(at.platform, "Stage", &Stop::name_of(at.known, &stop.environment), labels).with("spec", spec)
}

/// From the Warehouse, or once it is in every environment just before.
fn sources(at: &At<'_>, stop: &Stop) -> Node {
    if stop.after.is_empty() {
        return Node::map([("direct", Node::Bool(true))]);
    }
    let stages = stop.after.iter().map(|before| Node::text(Stop::name_of(at.known, before))).collect();
    Node::map([("stages", Node::List(stages))])
        .with_some("availabilityStrategy", (stop.after.len() > 1).then_some("All"))
}

fn steps(at: &At<'_>, stop: &Stop, estate: &Estate) -> Node {
    let task = |name: &str| Node::map([("task", Node::map([("name", Node::text(name))])), ("as", Node::text(name))]);
    let mut steps = vec![task(CHECKOUT)];
    for (file, edits) in &stop.edits {
        let update = |(key, edit)| {
            let key: &Arc<str> = key;
            Node::map([("key", Node::text(Arc::clone(key))), ("value", Node::text(version(edit)))])
        };
        let config = Node::map([("path", Node::text(format!("./src/{file}")))])
            .with("updates", Node::List(edits.iter().map(update).collect()));
        steps.push(step("yaml-update", config));
    }
    let is = |name: &&crate::model::Environment| name.name == stop.environment;
    let protected = estate.environments.iter().find(is).is_some_and(|environment| environment.protected);
    let merge = if protected { "reviewed" } else { "checked" };
    let variable = Node::map([("name", Node::text("merge")), ("value", Node::text(merge))]);
    steps.push(task(MERGE).with("vars", Node::List(vec![variable])));
    steps.push(sync(at, stop));
    Node::List(steps)
}

/// Argo CD syncs by itself; this makes it look at once, and the promotion wait until all Applications of the environment have
/// the new version and are well.
fn sync(at: &At<'_>, stop: &Stop) -> Node {
    let labels = Node::map([
        ("platformc.io/env", Node::text(Arc::clone(&stop.environment))),
        ("platformc.io/service", Node::text(Arc::clone(at.service))),
    ]);
    let mut sources: Vec<Node> = vec![];
    for source in stop.artifacts().filter_map(synced) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let applications = Node::map([
        ("namespace", Node::text(Arc::clone(&at.hub.namespace))),
        ("selector", Node::map([("matchLabels", labels)])),
    ]);
    let applications = applications.with_filled("sources", Node::List(sources));
    let timeout = Node::map([("timeout", Node::text(canonical(&format!("{}s", at.hub.sync_timeout))))]);
    step("argocd-update", Node::map([("apps", Node::List(vec![applications]))])).with("retry", timeout)
}
