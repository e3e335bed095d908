//! What a service leaves on the platform as a whole: repositories and words for people. A changed Helm value does not
//! show here, so projects, foundations and the map of the platform stay as they are.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::leaf::reads_values;
use super::readme::address;
use crate::db::Db;
use crate::model::{Cluster, Origin, Preview, Service, Source, Tool, Variant, estate, service};
use crate::names::Item;

/// What a service is for people, on the map of the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Footprint {
    /// The first sentence of its doc comment.
    pub(super) summary: Option<Arc<str>>,
    /// Where its manifests come from.
    pub(super) sources: Vec<String>,
}

/// The footprint of a service.
#[salsa::tracked]
pub(super) fn footprint<'db>(db: &'db dyn Db, item: Item<'db>) -> Footprint {
    let Some(service) = service(db, item) else { return Footprint::default() };
    let sources = service.variants.iter().flat_map(|variant| &variant.spec.sources);
    let sources: BTreeSet<String> = sources.filter_map(tell).collect();
    Footprint { summary: service.doc.as_deref().map(summary), sources: sources.into_iter().collect() }
}

/// The repositories that a service reads, by hub.
#[salsa::tracked]
pub(super) fn repositories<'db>(db: &'db dyn Db, item: Item<'db>) -> BTreeSet<(Arc<str>, Arc<str>)> {
    let (Some(platform), Some(service)) = (&estate(db).platform, service(db, item)) else { return BTreeSet::new() };
    let mut read = BTreeSet::new();
    for variant in &service.variants {
        let hubs: FxHashSet<&Arc<str>> = clusters(db, service, variant).map(|cluster| &cluster.hub).collect();
        for url in variant.spec.sources.iter().flat_map(|source| urls(service, source, &platform.repo)) {
            read.extend(hubs.iter().map(|hub| (Arc::clone(hub), Arc::clone(&url))));
        }
    }
    read
}

/// The repositories that the preview of a service reads.
pub(super) fn preview_repositories(preview: &Preview, own: &Arc<str>) -> BTreeSet<Arc<str>> {
    let sources = preview.service.variants.iter().flat_map(|variant| &variant.spec.sources);
    // What bounds it lies in the platform's.
    sources.flat_map(|source| urls(&preview.service, source, own)).chain([Arc::clone(own)]).collect()
}

/// Where a service writes on clusters whose hub impersonates: the cluster, the namespace that it is deployed to, and the one
/// that it writes to. No other hub asks.
#[salsa::tracked]
pub(super) fn writes<'db>(db: &'db dyn Db, item: Item<'db>) -> BTreeSet<(Arc<str>, Arc<str>, Arc<str>)> {
    let mut found = BTreeSet::new();
    let Some(service) = service(db, item).as_ref().filter(|_| estate(db).hubs.iter().any(|hub| hub.impersonation))
    else {
        return found;
    };
    let impersonates = |cluster: &&Cluster| estate(db).hub(&cluster.hub).is_some_and(|hub| hub.impersonation);
    for variant in &service.variants {
        let own = &variant.spec.namespace;
        for namespace in [own].into_iter().chain(&variant.spec.extra_namespaces) {
            let clusters = clusters(db, service, variant).filter(impersonates);
            found.extend(clusters.map(|it| (Arc::clone(&it.name), Arc::clone(own), Arc::clone(namespace))));
        }
    }
    found
}

fn clusters<'s>(db: &'s dyn Db, service: &'s Service, variant: &'s Variant) -> impl Iterator<Item = &'s Cluster> {
    let slots = variant.instances.iter().filter_map(|position| service.head.instances.get(*position));
    slots.filter_map(|slot| estate(db).cluster(&slot.cluster))
}

/// The repositories that a source reads.
fn urls(service: &Service, source: &Source, own: &Arc<str>) -> Vec<Arc<str>> {
    let with_files = reads_values(service, source);
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
