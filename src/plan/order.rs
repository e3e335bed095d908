//! What orders an instance, and how far that can be relied on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::graph::{heads, plan};
use crate::db::Db;
use crate::model::{Deliver, Head, Slot, estate};
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// How far an edge can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Guarantee {
    /// Argo CD starts the dependent only when what it needs is Synced and Healthy.
    Ordered,
    /// Both start when they will; the dependent is tried again until it succeeds.
    Converges,
}

/// Why an edge is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is written in `needs`.
    Written,
    /// It follows from something that an object in place uses.
    Inferred(Arc<str>),
    /// The layer comes after.
    Layer(Arc<str>),
}

/// Something that comes before an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The service that comes before.
    pub service: Arc<str>,
    /// The instance of it.
    pub slot: Slot,
    /// Why.
    pub reason: Reason,
    /// How far that can be relied on.
    pub guarantee: Guarantee,
    /// What the guarantee rests on, or what it lacks.
    pub because: &'static str,
}

const ORDERED_LAYER: &str =
    "its layer's Application starts when every Application of the layers before is Synced and Healthy";
const ORDERED_WAVE: &str = "it stands in a later sync wave of the same layer's Application";
const ORDERED_ALWAYS: &str = "both are Applications below the cluster's root, in waves";
const FROM_SET: &str = "it comes from an ApplicationSet, and nothing in Argo CD holds that back";
const NEEDS_SET: &str =
    "what it needs comes from an ApplicationSet, which is Healthy as soon as its Applications exist";
const ELSEWHERE: &str = "it is on another cluster, and no sync spans two clusters' roots";

/// Everything that comes before an instance: what it needs, and the services of earlier layers on its cluster.
#[must_use]
pub fn edges(db: &dyn Db, service: &str, position: usize) -> Vec<Edge> {
    let Some(this) = heads(db).index(service) else { return vec![] };
    let mut edges = needs_of(db, this, position);
    edges.extend(layered(db, this, position, &edges));
    edges
}

/// What the instances of a service need, on one cluster or on all: each service once for each reason and guarantee.
#[must_use]
pub fn needs(db: &dyn Db, service: &str, cluster: Option<&str>) -> Vec<Edge> {
    let heads = heads(db);
    let Some(this) = heads.index(service) else { return vec![] };
    let positions = cluster.map_or_else(|| heads.typical(this), |cluster| heads.on(this, cluster).collect());
    positions.into_iter().flat_map(|position| needs_of(db, this, position)).collect()
}

/// For each service, who says that it needs it.
#[salsa::tracked]
fn dependents(db: &dyn Db) -> BTreeMap<Arc<str>, BTreeSet<Arc<str>>> {
    let mut dependents: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for head in declarations(db).of(db, Kind::Service).filter_map(|item| crate::model::head(db, item).as_ref()) {
        for need in head.needs.iter().flatten() {
            dependents.entry(Arc::clone(&need.service)).or_default().insert(Arc::clone(&head.name));
        }
    }
    dependents
}

/// Who says that it needs a service; it changes only when some need does.
#[salsa::tracked]
pub fn needed_by<'db>(db: &'db dyn Db, item: Item<'db>) -> BTreeSet<Arc<str>> {
    dependents(db).get(item.name(db)).cloned().unwrap_or_default()
}

/// Who needs a service, also where that only follows from what it uses.
#[must_use]
pub fn needed_anyhow<'db>(db: &'db dyn Db, item: Item<'db>) -> BTreeSet<Arc<str>> {
    let mut found = needed_by(db, item).clone();
    let heads = heads(db);
    let this = heads.index(item.name(db)).and_then(|index| heads.all.get(index));
    if let Some(this) = this.filter(|this| !this.provides.is_empty()) {
        let users = heads.all.iter().filter(|other| other.name != this.name && uses(other, this));
        found.extend(users.map(|other| Arc::clone(&other.name)));
    }
    found
}

/// Whether a service uses what another provides, on some cluster that holds both.
fn uses(this: &Head, provider: &Head) -> bool {
    let clusters = |head: &Head| head.instances.iter().map(|slot| Arc::clone(&slot.cluster)).collect::<BTreeSet<_>>();
    this.uses.iter().any(|used| provider.provides.contains(used)) && !clusters(this).is_disjoint(&clusters(provider))
}

/// What an instance needs.
pub(super) fn needs_of(db: &dyn Db, this: usize, position: usize) -> Vec<Edge> {
    let heads = heads(db);
    let Some(head) = heads.all.get(this) else { return vec![] };
    let Some(slot) = head.instances.get(position) else { return vec![] };
    let mut edges = vec![];
    for need in heads.needs(this, position) {
        let Some(needed) = heads.index(&need.service) else { continue };
        let cluster = need.on.as_deref().unwrap_or(&slot.cluster);
        let meant = heads.meant(this, position, needed, cluster);
        let Some(other) = heads.all.get(needed) else { continue };
        let reason = need.inferred.clone().map_or(Reason::Written, Reason::Inferred);
        let (guarantee, because) =
            guarantee(db, (head.deliver, &head.layer), (other.deliver, &other.layer), need.on.is_some());
        edges.extend(meant.into_iter().filter_map(|position| other.instances.get(position)).map(|slot| Edge {
            service: Arc::clone(&need.service),
            slot: slot.clone(),
            reason: reason.clone(),
            guarantee,
            because,
        }));
    }
    edges
}

/// The services of earlier layers on an instance's cluster, beside those that it needs.
fn layered(db: &dyn Db, this: usize, position: usize, needed: &[Edge]) -> Vec<Edge> {
    let heads = heads(db);
    let Some(head) = heads.all.get(this) else { return vec![] };
    let Some(slot) = head.instances.get(position) else { return vec![] };
    let layers = &plan(db).layers;
    let mut edges = vec![];
    for (index, other) in heads.all.iter().enumerate() {
        if layers.is_before(&other.layer, &head.layer) && !needed.iter().any(|edge| edge.service == other.name) {
            let (guarantee, because) = guarantee(db, (head.deliver, &head.layer), (other.deliver, &other.layer), false);
            let slots = heads.on(index, &slot.cluster).filter_map(|position| other.instances.get(position));
            edges.extend(slots.map(|slot| Edge {
                service: Arc::clone(&other.name),
                slot: slot.clone(),
                reason: Reason::Layer(Arc::clone(&other.layer)),
                guarantee,
                because,
            }));
        }
    }
    edges
}

fn guarantee(
    db: &dyn Db,
    dependent: (Deliver, &str),
    needed: (Deliver, &str),
    elsewhere: bool,
) -> (Guarantee, &'static str) {
    let always = estate(db).platform.as_ref().is_some_and(|platform| platform.order == crate::model::Order::Always);
    match (dependent.0, needed.0) {
        _ if elsewhere => (Guarantee::Converges, ELSEWHERE),
        (Deliver::ApplicationSet, _) => (Guarantee::Converges, FROM_SET),
        (_, Deliver::ApplicationSet) => (Guarantee::Converges, NEEDS_SET),
        _ if always => (Guarantee::Ordered, ORDERED_ALWAYS),
        _ if dependent.1 == needed.1 => (Guarantee::Ordered, ORDERED_WAVE),
        _ => (Guarantee::Ordered, ORDERED_LAYER),
    }
}
