//! What hangs on an instance: everything that needs it, directly or by way of others.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::{heads, plan};
use super::order::{Edge, Guarantee, needs_of};
use crate::db::Db;
use crate::model::{Deliver, Slot};

/// An instance: its service, and which.
pub type Placed = (Arc<str>, Slot);

/// An instance that needs something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// The instance.
    pub placed: Placed,
    /// How many needs lie between: 1 where it needs one of those that were asked about itself.
    pub distance: usize,
    /// What it needs of them, or of what needs them.
    pub by: Edge,
    /// Whether Argo CD holds it back, all the way, while what was asked about is not well.
    pub waits: bool,
}

/// All that need one of these instances, the nearest first, each once and by the shortest way.
#[must_use]
pub fn dependents(db: &dyn Db, of: &[Placed]) -> Vec<Dependent> {
    let needed_by = needed_by(db);
    let mut seen: FxHashSet<&Placed> = of.iter().collect();
    let mut queue: VecDeque<(&Placed, usize, bool)> = of.iter().map(|placed| (placed, 0, true)).collect();
    let mut found = vec![];
    while let Some((placed, distance, waits)) = queue.pop_front() {
        for (dependent, by) in needed_by.get(placed).into_iter().flatten() {
            if seen.insert(dependent) {
                let waits = waits && by.guarantee == Guarantee::Ordered;
                let distance = distance + 1;
                found.push(Dependent { placed: dependent.clone(), distance, by: by.clone(), waits });
                queue.push_back((dependent, distance, waits));
            }
        }
    }
    found.sort_by(|left, right| (left.distance, &left.placed).cmp(&(right.distance, &right.placed)));
    found
}

/// Every instance that is needed, with those that need it.
fn needed_by(db: &dyn Db) -> FxHashMap<Placed, Vec<(Placed, Edge)>> {
    let mut found: FxHashMap<Placed, Vec<(Placed, Edge)>> = FxHashMap::default();
    for (index, head) in heads(db).all.iter().enumerate() {
        for (position, slot) in head.instances.iter().enumerate() {
            for edge in needs_of(db, index, position) {
                let needed = (Arc::clone(&edge.service), edge.slot.clone());
                found.entry(needed).or_default().push(((Arc::clone(&head.name), slot.clone()), edge));
            }
        }
    }
    found
}

/// The layers of a cluster that wait for an instance which is not well, with how many Applications each has there. What
/// comes from an `ApplicationSet` holds nothing back.
#[must_use]
pub fn layers_behind(db: &dyn Db, (service, slot): &Placed) -> Vec<(Arc<str>, usize)> {
    let heads = heads(db);
    let Some(head) = heads.index(service).and_then(|index| heads.all.get(index)) else { return vec![] };
    if head.deliver == Deliver::ApplicationSet {
        return vec![];
    }
    let layers = &plan(db).layers;
    let mut behind: FxHashMap<&Arc<str>, usize> = FxHashMap::default();
    for (index, other) in heads.all.iter().enumerate().filter(|(_, other)| other.deliver == Deliver::Applications) {
        if layers.is_before(&head.layer, &other.layer) {
            *behind.entry(&other.layer).or_default() += heads.on(index, &slot.cluster).len();
        }
    }
    let mut behind: Vec<_> = behind.into_iter().filter(|(_, count)| *count > 0).collect();
    behind.sort_by_key(|(layer, _)| (layers.depth(layer), Arc::clone(layer)));
    behind.into_iter().map(|(layer, count)| (Arc::clone(layer), count)).collect()
}
