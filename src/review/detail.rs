//! What differing services are, instance by instance.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::causes::Extent;
use crate::db::{Database, Db, in_parallel};
use crate::documents::yaml::Node;
use crate::documents::{applications_of, rendered_from};
use crate::ide::{extent_of, line_of};
use crate::model::{Slot, actions, estate, head, rights};
use crate::names::{Item, declarations, name_span};
use crate::schema::Kind;

/// The services that were asked for, as far as a revision has them.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    pub(super) services: BTreeMap<Arc<str>, Known>,
    /// Where each cluster is declared.
    pub(super) clusters: BTreeMap<Arc<str>, String>,
}

/// A service.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Where it is declared: `FILE:LINE`.
    pub(super) declared: String,
    pub(super) extent: Option<Extent>,
    pub(super) instances: BTreeMap<Slot, One>,
}

/// An instance.
#[derive(Clone, Debug)]
pub(super) struct One {
    /// Its Application, without the wave.
    pub(super) application: Node,
    /// The files that the compiler writes and Argo CD renders, by what they are and their name.
    pub(super) files: BTreeMap<String, Arc<str>>,
    /// What teams may do, but for those that may do everything.
    pub(super) allowed: BTreeMap<Arc<str>, BTreeSet<&'static str>>,
}

/// Takes down services of what the database shows.
#[must_use]
pub fn detail(db: &Database, names: &BTreeSet<Arc<str>>) -> Detail {
    let names: Vec<&Arc<str>> = names.iter().collect();
    let known = in_parallel(db, names.len(), |db, part| {
        let names = names.iter().skip(part.start).take(part.len());
        let items = names.filter_map(|name| declarations(db).get(Kind::Service, name));
        items.map(|item| (Arc::clone(item.name(db)), known(db, item))).collect::<Vec<_>>()
    });
    let clusters = declarations(db).of(db, Kind::Cluster);
    let clusters = clusters.map(|item| (Arc::clone(item.name(db)), line_of(db, name_span(db, item))));
    Detail { services: known.into_iter().flatten().collect(), clusters: clusters.collect() }
}

fn known<'db>(db: &'db dyn Db, item: Item<'db>) -> Known {
    let allowed = allowed(db, item);
    let instances = applications_of(db, item).into_iter().map(|meaning| {
        let files = files(db, item, &meaning.application);
        let allowed = allowed.get(&meaning.slot).cloned().unwrap_or_default();
        (meaning.slot, One { application: meaning.application, files, allowed })
    });
    Known { declared: line_of(db, name_span(db, item)), extent: extent_of(db, item), instances: instances.collect() }
}

/// The sources of an Application, each with its place in it.
pub(super) fn sources(application: &Node) -> Vec<&Node> {
    match (application.at(&["spec", "source"]), application.at(&["spec", "sources"])) {
        (Some(only), _) => vec![only],
        (None, Some(Node::List(sources))) => sources.iter().collect(),
        _ => vec![],
    }
}

/// The files that the sources of an Application consist of: those in the folder that one names, and values that it names.
fn files<'db>(db: &'db dyn Db, item: Item<'db>, application: &Node) -> BTreeMap<String, Arc<str>> {
    let Some(platform) = &estate(db).platform else { return BTreeMap::new() };
    let written = rendered_from(db, item);
    let mut found = BTreeMap::new();
    for (index, source) in sources(application).into_iter().enumerate().filter(|_| !written.is_empty()) {
        let place = if index == 0 { String::new() } else { format!("{}.", index + 1) };
        for (path, text) in written {
            let name = name_in(source, &platform.repository_path(path));
            found.extend(name.map(|name| (format!("{place}{name}"), Arc::clone(text))));
        }
    }
    found
}

/// What a file is to a source: `overlays/kustomization.yaml`, or `values.yaml` whatever its own name is.
fn name_in(source: &Node, path: &str) -> Option<String> {
    let folder = source.get("path").and_then(Node::as_str);
    let inside = folder.and_then(|folder| Some((folder, path.strip_prefix(folder)?.strip_prefix('/')?)));
    if let Some((folder, file)) = inside {
        return Some(format!("{}/{file}", folder.rsplit('/').nth(1).unwrap_or("")));
    }
    let Some(Node::List(files)) = source.at(&["helm", "valueFiles"]) else { return None };
    let mut named = files.iter().filter_map(Node::as_str);
    named
        .any(|named| named.trim_start_matches("$values").trim_start_matches('/') == path)
        .then(|| "values.yaml".to_owned())
}

type Allowed = BTreeMap<Arc<str>, BTreeSet<&'static str>>;

fn allowed<'db>(db: &'db dyn Db, item: Item<'db>) -> BTreeMap<Slot, Allowed> {
    let Some(head) = head(db, item) else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    for (granted, positions) in &rights(db, item).groups {
        let words = |roles| actions(estate(db), roles).into_iter().map(|action| action.name).collect();
        let all: Allowed = granted.iter().map(|(team, roles)| (Arc::clone(team), words(roles))).collect();
        let slots = positions.iter().filter_map(|position| head.instances.get(*position));
        found.extend(slots.map(|slot| (slot.clone(), all.clone())));
    }
    found
}
