//! What a service leaves on the platform as a whole: repositories and words for people. A changed Helm value does not
//! show here, so projects, foundations and the map of the platform stay as they are.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::readme::address;
use crate::db::Db;
use crate::model::{Origin, Source, Tool, estate, service};
use crate::names::Item;

/// What a service leaves on the platform as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Footprint {
    /// The repositories that it reads, by hub.
    pub(super) repositories: BTreeSet<(Arc<str>, Arc<str>)>,
    /// The namespaces that it writes to: the cluster, the namespace that it is deployed to, and the one that it writes to.
    pub(super) writes: BTreeSet<(Arc<str>, Arc<str>, Arc<str>)>,
    /// The first sentence of its doc comment.
    pub(super) summary: Option<Arc<str>>,
    /// Where its manifests come from, for people.
    pub(super) sources: Vec<String>,
}

/// The footprint of a service.
#[salsa::tracked]
pub(super) fn footprint<'db>(db: &'db dyn Db, item: Item<'db>) -> Footprint {
    let (Some(platform), Some(service)) = (&estate(db).platform, service(db, item)) else {
        return Footprint::default();
    };
    let mut footprint = Footprint { summary: service.doc.as_deref().map(summary), ..Footprint::default() };
    for variant in &service.variants {
        let slots = variant.instances.iter().filter_map(|position| service.head.instances.get(*position));
        let clusters: Vec<_> = slots.filter_map(|slot| estate(db).cluster(&slot.cluster)).collect();
        for source in &variant.spec.sources {
            for repository in repositories(source, &platform.repo) {
                footprint
                    .repositories
                    .extend(clusters.iter().map(|cluster| (Arc::clone(&cluster.hub), Arc::clone(&repository))));
            }
            if let Some(told) = tell(source).filter(|told| !footprint.sources.contains(told)) {
                footprint.sources.push(told);
            }
        }
        for namespace in [&variant.spec.namespace].into_iter().chain(&variant.spec.extra_namespaces) {
            for cluster in &clusters {
                let (cluster, own) = (Arc::clone(&cluster.name), Arc::clone(&variant.spec.namespace));
                footprint.writes.insert((cluster, own, Arc::clone(namespace)));
            }
        }
    }
    footprint.sources.sort();
    footprint
}

/// The repositories that a source reads.
fn repositories(source: &Source, own: &Arc<str>) -> Vec<Arc<str>> {
    let with_files = matches!(&source.tool, Tool::Helm(helm) if !helm.value_files.is_empty());
    match &source.origin {
        Origin::Own(_) | Origin::Written => vec![Arc::clone(own)],
        Origin::Git { url, .. } | Origin::Chart { url, .. } if with_files => vec![Arc::clone(url), Arc::clone(own)],
        Origin::Git { url, .. } | Origin::Chart { url, .. } => vec![Arc::clone(url)],
    }
}

fn tell(source: &Source) -> Option<String> {
    let tool = match &source.tool {
        Tool::Helm(_) => "Helm",
        Tool::Kustomize(_) => "Kustomize",
        Tool::Directory { .. } => "manifests",
        Tool::Objects(_) => return Some("objects in the platform file".to_owned()),
        // Secrets have a table of their own.
        Tool::Secrets(_) => return None,
        Tool::Plugin(_) => "plugin",
    };
    Some(match &source.origin {
        Origin::Own(path) => format!("{tool} `{path}`"),
        Origin::Git { url, revision, path } => format!("{tool} `{path}` of {} at `{revision}`", address(url)),
        Origin::Chart { url, chart, version } => format!("{tool} chart `{chart}` {version} of {}", address(url)),
        Origin::Written => tool.to_owned(),
    })
}

/// The first sentence of a doc comment, on one line.
pub(super) fn summary(doc: &str) -> Arc<str> {
    let line = doc.lines().take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ");
    let end = line.find(". ").map_or(line.len(), |at| at + 1);
    line.get(..end).unwrap_or(&line).trim().into()
}
