//! What bears another name now: the revision that there is, as if it had the names of the one that comes. What differs besides is
//! then found as always.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::detail::{Detail, Known, One};
use super::sketch::Sketched;
use super::{Pair, Sketch};
use crate::model::{Head, Need, Rollout, Service, Slot, Variant};
use crate::schema::Kind;

/// New names by kind and old name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renames(BTreeMap<(Kind, Arc<str>), Arc<str>>);

impl Renames {
    /// What `moved` of the revision that comes says of the one that there is; or what the one that there is said, if what it
    /// speaks of has the name before again.
    #[must_use]
    pub fn between(old: &Sketch, new: &Sketch) -> Self {
        let mut found = BTreeMap::new();
        for ((kind, name), chain) in &new.moves {
            let is_old = |from: &&Arc<str>| declares(old, *kind, from) && !declares(new, *kind, from);
            let from = chain.iter().rev().map(|moved| &moved.from).find(is_old);
            if let Some(from) = from.filter(|_| !declares(old, *kind, name)) {
                found.insert((*kind, Arc::clone(from)), Arc::clone(name));
            }
        }
        for ((kind, name), chain) in &old.moves {
            let is_back = |to: &&Arc<str>| declares(new, *kind, to) && !declares(old, *kind, to);
            let to = chain.iter().rev().map(|moved| &moved.from).find(is_back);
            if let Some(to) = to.filter(|to| !declares(new, *kind, name) && !found.values().any(|known| known == *to)) {
                found.entry((*kind, Arc::clone(name))).or_insert_with(|| Arc::clone(to));
            }
        }
        Self(found)
    }

    /// The name that something has now.
    #[must_use]
    pub fn new_name(&self, kind: Kind, old: &Arc<str>) -> Arc<str> {
        self.0.get(&(kind, Arc::clone(old))).map_or_else(|| Arc::clone(old), Arc::clone)
    }

    /// The name that it had, if it was another one.
    #[must_use]
    pub fn old_name(&self, kind: Kind, new: &str) -> Option<&Arc<str>> {
        self.all().find(|(of, _, to)| *of == kind && to.as_ref() == new).map(|(_, from, _)| from)
    }

    /// Everything that was renamed: its kind, its old name and its new one.
    pub fn all(&self) -> impl Iterator<Item = (Kind, &Arc<str>, &Arc<str>)> {
        self.0.iter().map(|((kind, from), to)| (*kind, from, to))
    }

    /// Services by the names that they had.
    #[must_use]
    pub fn before(&self, services: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        let old = |name: &Arc<str>| self.old_name(Kind::Service, name).cloned().unwrap_or_else(|| Arc::clone(name));
        services.iter().map(old).collect()
    }

    /// Whether a service, its owner or one of its clusters was renamed.
    pub(super) fn concern(&self, head: &Head) -> bool {
        let is = |kind, name: &str| self.old_name(kind, name).is_some();
        !self.0.is_empty()
            && (is(Kind::Service, &head.name)
                || is(Kind::Team, &head.owner)
                || head.instances.iter().any(|slot| is(Kind::Cluster, &slot.cluster)))
    }

    /// A revision with the new names.
    #[must_use]
    pub fn sketch(&self, old: Sketch) -> Sketch {
        if self.0.is_empty() {
            return old;
        }
        let clusters = |name: &Arc<str>| self.new_name(Kind::Cluster, name);
        let services = old.services.iter();
        let services = services.map(|(name, known)| (self.new_name(Kind::Service, name), self.service(known)));
        let beside = old.beside.into_iter();
        let beside = beside.map(|((kind, name), all)| ((kind, self.new_name(Kind::Service, &name)), all));
        Sketch {
            estate: old.estate.renamed(&|kind, name| self.new_name(kind, name)),
            services: services.collect(),
            beside: beside.collect(),
            frozen: old.frozen.renamed(&|kind, name| self.new_name(kind, name)),
            guarded: old.guarded.into_iter().map(|(name, hub)| (self.new_name(Kind::Service, &name), hub)).collect(),
            namespaces: old.namespaces.into_iter().map(|(cluster, all)| (clusters(&cluster), all)).collect(),
            ..old
        }
    }

    /// Services of a revision with the new names.
    #[must_use]
    pub fn detail(&self, old: Detail) -> Detail {
        let clusters = old.clusters.into_iter().map(|(name, line)| (self.new_name(Kind::Cluster, &name), line));
        let services = old.services.into_iter().map(|(name, known)| {
            let instances = known.instances.into_iter().map(|(slot, one)| {
                let allowed = one.allowed.into_iter().map(|(team, words)| (self.new_name(Kind::Team, &team), words));
                (self.slot(&slot), One { allowed: allowed.collect(), ..one })
            });
            (self.new_name(Kind::Service, &name), Known { instances: instances.collect(), ..known })
        });
        Detail { services: services.collect(), clusters: clusters.collect() }
    }

    fn slot(&self, slot: &Slot) -> Slot {
        Slot { cluster: self.new_name(Kind::Cluster, &slot.cluster), item: slot.item.clone() }
    }

    /// A service with the new names; its instances are sorted by them again.
    fn service(&self, known: &Sketched) -> Sketched {
        let old = &known.service;
        let slots: Vec<Slot> = old.head.instances.iter().map(|slot| self.slot(slot)).collect();
        let mut order: Vec<usize> = (0..slots.len()).collect();
        order.sort_by(|left, right| slots.get(*left).cmp(&slots.get(*right)));
        let mut new_position = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            if let Some(position) = new_position.get_mut(*old) {
                *position = new;
            }
        }
        let variants = old.variants.iter().map(|variant| {
            let mut instances: Vec<usize> = picked(&new_position, &variant.instances);
            instances.sort_unstable();
            Variant { spec: Arc::clone(&variant.spec), instances }
        });
        let rollout = old.rollout.as_ref().map(|rollout| {
            let step_of = picked(&rollout.step_of, &order);
            Arc::new(Rollout { step_of, ..rollout.as_ref().clone() })
        });
        let head = Head {
            name: self.new_name(Kind::Service, &old.head.name),
            owner: self.new_name(Kind::Team, &old.head.owner),
            instances: picked(&slots, &order),
            needs_of: picked(&old.head.needs_of, &order),
            needs: old.head.needs.iter().map(|needs| needs.iter().map(|need| self.need(need)).collect()).collect(),
            ..old.head.as_ref().clone()
        };
        let service = Service { head: Arc::new(head), variants: variants.collect(), rollout, ..old.as_ref().clone() };
        Sketched { service: Arc::new(service), waves: picked(&known.waves, &order) }
    }

    fn need(&self, need: &Need) -> Need {
        Need {
            service: self.new_name(Kind::Service, &need.service),
            on: need.on.as_ref().map(|cluster| self.new_name(Kind::Cluster, cluster)),
            inferred: need.inferred.clone(),
        }
    }
}

/// The items at these positions.
fn picked<T: Clone>(items: &[T], positions: &[usize]) -> Vec<T> {
    positions.iter().filter_map(|position| items.get(*position)).cloned().collect()
}

/// What would be one and was two, by kind: the one that would have the name of the other, and that.
pub(super) fn merged(pair: &Pair<'_>) -> Vec<(Kind, Arc<str>, Arc<str>)> {
    let there = pair.new.moves.iter().filter(|((kind, name), _)| declares(pair.old, *kind, name));
    let both = there.flat_map(|((kind, name), chain)| {
        let old = chain.iter().map(|moved| &moved.from).filter(|from| declares(pair.old, *kind, from));
        old.map(|from| (*kind, Arc::clone(from), Arc::clone(name)))
    });
    both.collect()
}

fn declares(sketch: &Sketch, kind: Kind, name: &str) -> bool {
    match kind {
        Kind::Service => sketch.services.contains_key(name),
        Kind::Cluster => sketch.estate.cluster(name).is_some(),
        Kind::Team => sketch.estate.team(name).is_some(),
        _ => false,
    }
}
