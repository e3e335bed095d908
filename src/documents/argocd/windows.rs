//! Sync windows of projects: what freezes come to. Argo CD knows an Application by its name, and its cluster by the server
//! that it says itself; both are compared as patterns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::yaml::Node;
use crate::db::Db;
use crate::model::{Cluster, Deliver, Estate, Freeze, Head, Hub, Order, Platform, Slot, estate, frozen, head};
use crate::names::declarations;
use crate::schema::{Kind, Version};

/// The windows of one project.
#[derive(Default)]
pub(super) struct Windows(BTreeMap<Timing, Selected>);

/// What tells windows apart.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Timing {
    schedule: Arc<str>,
    duration: Arc<str>,
    zone: Arc<str>,
    manual: bool,
}

/// What a window acts on, and which freezes it comes from.
#[derive(Default)]
struct Selected {
    applications: BTreeSet<String>,
    clusters: BTreeSet<String>,
    freezes: BTreeMap<String, Option<Arc<str>>>,
}

/// The most bytes of a description.
const MAX_DESCRIPTION: usize = 255;

/// The windows of all teams' projects, by hub and project.
pub(super) fn of_teams(db: &dyn Db) -> BTreeMap<(Arc<str>, Arc<str>), Windows> {
    let mut all: BTreeMap<_, Windows> = BTreeMap::new();
    let Some(platform) = estate(db).platform.as_ref().filter(|_| !frozen(db).is_empty()) else { return all };
    for head in heads(db) {
        for (slot, cluster) in placed(estate(db), head) {
            let windows = all.entry((Arc::clone(&cluster.hub), Arc::clone(&head.project))).or_default();
            windows.instance(db, head, cluster, &pattern(platform, head, slot, cluster));
        }
    }
    all
}

/// The windows of a hub's project of roots, layers and foundations: what a freeze holds back must not be waited for.
pub(super) fn of_admin(db: &dyn Db, platform: &Platform, hub: &Hub) -> Windows {
    let mut windows = Windows::default();
    if frozen(db).is_empty() {
        return windows;
    }
    for head in heads(db) {
        for (_, cluster) in placed(estate(db), head).filter(|(_, cluster)| cluster.hub == hub.name) {
            // Its root, its foundation and its layers, for no part of a name holds a dot.
            windows.add(db, Kind::Environment, &cluster.environment, |selected| {
                selected.applications.insert(format!("*.{}", cluster.identity));
            });
            if head.deliver == Deliver::Applications {
                windows.add(db, Kind::Layer, &head.layer, |selected| parents(platform, head, cluster, selected));
            }
        }
    }
    windows
}

/// A layer's Applications, and the roots that wait for them.
fn parents(platform: &Platform, head: &Head, cluster: &Cluster, selected: &mut Selected) {
    selected.applications.insert(format!("cluster.{}", cluster.identity));
    if platform.order == Order::Bootstrap {
        selected.applications.insert(format!("{}.*", head.layer));
    }
}

fn heads(db: &dyn Db) -> impl Iterator<Item = &Arc<Head>> {
    declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref())
}

fn placed<'e>(estate: &'e Estate, head: &'e Head) -> impl Iterator<Item = (&'e Slot, &'e Cluster)> {
    head.instances.iter().filter_map(|slot| Some((slot, estate.cluster(&slot.cluster)?)))
}

/// All Applications of a service where their names say so, for no part of a name holds a dot; else each by itself.
fn pattern(platform: &Platform, head: &Head, slot: &Slot, cluster: &Cluster) -> String {
    match platform.names.parts {
        None => format!("{}.*", head.identity.application),
        Some(_) => platform.names.name(&head.identity.application, slot.item.as_deref(), cluster),
    }
}

/// A server as a pattern that nothing else meets.
fn literal(server: &str) -> String {
    let mut out = String::with_capacity(server.len());
    for letter in server.chars() {
        if matches!(letter, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

impl Windows {
    /// What holds one Application of a service back.
    fn instance(&mut self, db: &dyn Db, head: &Head, cluster: &Cluster, pattern: &str) {
        self.add(db, Kind::Environment, &cluster.environment, |selected| {
            selected.clusters.insert(literal(&cluster.server));
        });
        for (kind, of) in [(Kind::Layer, &head.layer), (Kind::Service, &head.name)] {
            self.add(db, kind, of, |selected| {
                selected.applications.insert(pattern.to_owned());
            });
        }
    }

    /// Lets the windows of a declaration's freezes act on something.
    fn add(&mut self, db: &dyn Db, kind: Kind, of: &str, select: impl Fn(&mut Selected)) {
        for freeze in frozen(db).of(kind, of) {
            let selected = self.0.entry(timing(freeze)).or_default();
            let from = format!("{} of {} {of}", freeze.name, kind.word());
            selected.freezes.entry(from).or_insert_with(|| freeze.description.clone());
            select(selected);
        }
    }

    /// The list of them, sorted.
    pub(super) fn list(&self, version: Version) -> Node {
        let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut windows = vec![];
        for (timing, selected) in &self.0 {
            let same = known.entry((&timing.schedule, &timing.duration)).or_default();
            // Before 3.5 Argo CD takes two windows of one schedule and one duration for one, whatever else they say.
            let duration = format!(
                "{}{}",
                timing.duration,
                if version < Version::of(3, 5) { "0s".repeat(*same) } else { String::new() }
            );
            *same += 1;
            windows.push(window(timing, selected, &duration, version));
        }
        Node::List(windows)
    }
}

fn timing(freeze: &Freeze) -> Timing {
    Timing {
        schedule: Arc::clone(&freeze.schedule),
        duration: Arc::clone(&freeze.duration),
        zone: Arc::clone(&freeze.zone),
        manual: freeze.manual,
    }
}

fn window(timing: &Timing, selected: &Selected, duration: &str, version: Version) -> Node {
    let texts = |texts: &BTreeSet<String>| Node::List(texts.iter().map(|text| Node::text(text.as_str())).collect());
    // Without it a sync that runs when the freeze begins stands still until it is given up for the time it took.
    let overrun = (version >= Version::of(3, 5)).then_some(true);
    let described = (version >= Version::of(3, 1)).then(|| Node::text(description(selected)));
    Node::map([
        ("kind", Node::text("deny")),
        ("schedule", Node::text(Arc::clone(&timing.schedule))),
        ("duration", Node::text(duration)),
        ("timeZone", Node::text(Arc::clone(&timing.zone))),
    ])
    .with_filled("applications", texts(&selected.applications))
    .with_filled("clusters", texts(&selected.clusters))
    .with_some("manualSync", timing.manual.then_some(true))
    .with_some("syncOverrun", overrun)
    .with_some("description", described)
}

/// Which freezes a window comes from and why they are there, as far as that fits.
fn description(selected: &Selected) -> String {
    let said = |(from, why): (&String, &Option<Arc<str>>)| match why {
        Some(why) => format!("{from}: {why}"),
        None => from.clone(),
    };
    let whole: Vec<String> = selected.freezes.iter().map(said).collect();
    let short: Vec<&str> = selected.freezes.keys().map(String::as_str).collect();
    let fitting = [whole.join("; "), short.join("; ")].into_iter().find(|text| text.len() <= MAX_DESCRIPTION);
    fitting.unwrap_or_else(|| format!("{} freezes", selected.freezes.len()))
}
