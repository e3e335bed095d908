//! Previews: the Application of a pull request, and the `ApplicationSet` that makes one for each.

mod pulls;
mod set;

use std::sync::Arc;

pub use pulls::{Pull, previews_of};
pub(in crate::documents) use set::preview_sets;

use super::super::holes;
use super::super::kubernetes::TIME_TO_LIVE;
use super::super::leaf::Sources;
use super::super::paths::bounds_folder;
use super::super::yaml::Node;
use super::application::{Alike, alike, application_of};
use crate::db::Db;
use crate::model::{Platform, Preview, Workloads, estate};
use crate::values::{PULL_FACTS, PullFact, with_facts};

/// The label that says which pull request an Application is for.
const PULL: &str = "platformc.io/pull";

/// The Application of a preview; its texts hold what is known of a pull request.
fn application(db: &dyn Db, platform: &Platform, preview: &Preview) -> Option<Node> {
    let service = &preview.service;
    let estate = estate(db);
    let cluster = estate.cluster(&preview.cluster)?;
    // What `removed` says of the service concerns its instances: a preview goes with its pull request, and takes all along.
    let alike = Alike { workloads: Workloads::Delete, ..alike(db, service).into_iter().next()? };
    let sources = Sources::of_preview(db, platform, service);
    let made = application_of(platform, service, &alike, &sources);
    let mut made = made.fill(&holes::values_of(db, cluster, None, 0));
    let number = number()?;
    if let Some(metadata) = made.at_mut(&["metadata"]) {
        metadata.insert("name", format!("{}.pr.{number}", service.head.identity.workload));
    }
    if let Some(labels) = made.at_mut(&["metadata", "labels"]) {
        labels.insert(PULL, number);
        sort(labels);
    }
    if let (Some(_), Some(automated)) = (&preview.ttl, made.at_mut(&["spec", "syncPolicy", "automated"])) {
        // What the time to live has removed stays away until a commit.
        automated.insert("selfHeal", false);
    }
    if let Some(annotations) = made.at_mut(&["metadata", "annotations"]) {
        add_read(annotations, &platform.repository_path(&bounds_folder(&preview.service.head)));
    }
    if let Some(Node::Map(spec)) = made.at_mut(&["spec"]) {
        put_bounds_last(spec, bounds(platform, preview)?);
    }
    Some(made)
}

/// Argo CD looks at commits that touch what an Application reads, once it is told what that is.
fn add_read(annotations: &mut Node, folder: &str) {
    const READS: &str = "argocd.argoproj.io/manifest-generate-paths";
    if let Some(paths) = annotations.get(READS).and_then(Node::as_str) {
        annotations.insert(READS, format!("{paths};/{folder}"));
    }
}

/// The sign that stands for the number of a pull request.
fn number() -> Option<String> {
    let fact = PULL_FACTS.iter().find(|fact| fact.name == "number")?;
    Some(fact.sign().to_string())
}

fn sort(labels: &mut Node) {
    if let Node::Map(entries) = labels {
        entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    }
}

/// Of two sources that bring one object, Argo CD takes the last: nothing that a preview deploys can stand in for what
/// bounds it.
fn put_bounds_last(spec: &mut [(Arc<str>, Node)], bounds: Node) {
    for (key, node) in spec {
        match (key.as_ref(), &mut *node) {
            ("source", only) => {
                *only = Node::List(vec![only.clone(), bounds.clone()]);
                *key = "sources".into();
            }
            ("sources", Node::List(sources)) => sources.push(bounds.clone()),
            _ => {}
        }
    }
}

/// The folder with what bounds a preview. Only names differ from one to the next, so they are patched in.
fn bounds(platform: &Platform, preview: &Preview) -> Option<Node> {
    let folder = bounds_folder(&preview.service.head);
    let of = |kind: &str| Node::map([("kind", Node::text(kind))]);
    let mut patches = vec![
        replace(of("Namespace"), "/metadata/name", &preview.namespace),
        replace(of("Service"), "/metadata/name", &format!("pr-{}", number()?)),
    ];
    if preview.ttl.is_some() {
        let binding = of("RoleBinding").with("name", TIME_TO_LIVE);
        patches.push(replace(binding, "/subjects/0/namespace", &preview.namespace));
    }
    Some(Node::map([
        ("repoURL", Node::text(Arc::clone(&platform.repo))),
        ("targetRevision", Node::text(Arc::clone(&platform.revision))),
        ("path", Node::text(platform.repository_path(&folder))),
        ("kustomize", Node::map([("patches", Node::List(patches))])),
    ]))
}

/// What Kustomize puts another text in place of.
fn replace(target: Node, path: &str, value: &str) -> Node {
    let operation = format!("- op: replace\n  path: {path}\n  value: \"{value}\"\n");
    Node::map([("target", target), ("patch", Node::text(operation))])
}

/// A document with every fact of a pull request replaced, and every other text changed.
fn replaced(node: &Node, fact: &dyn Fn(&PullFact) -> String, rest: &dyn Fn(&str) -> String) -> Node {
    match node {
        Node::Text(text) => {
            let text = rest(text.as_str().unwrap_or_default());
            Node::text(with_facts(&text, fact).into_owned())
        }
        Node::List(items) => Node::List(items.iter().map(|item| replaced(item, fact, rest)).collect()),
        Node::Map(entries) => {
            let entries = entries.iter().map(|(key, node)| (Arc::from(rest(key)), replaced(node, fact, rest)));
            Node::Map(entries.collect())
        }
        other => other.clone(),
    }
}
