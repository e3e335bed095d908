//! What an instance needs: what is written, and what follows from the objects it holds.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{Head, Need, Used};

/// All heads by name, and who provides what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heads {
    pub(super) all: Vec<Arc<Head>>,
    by_name: FxHashMap<Arc<str>, usize>,
    providers: FxHashMap<Used, Vec<usize>>,
}

impl Heads {
    pub(super) fn new(heads: Vec<Arc<Head>>) -> Self {
        let mut providers: FxHashMap<Used, Vec<usize>> = FxHashMap::default();
        for (index, head) in heads.iter().enumerate() {
            head.provides.iter().for_each(|provided| providers.entry(provided.clone()).or_default().push(index));
        }
        let by_name = heads.iter().enumerate().map(|(index, head)| (Arc::clone(&head.name), index)).collect();
        Self { by_name, providers, all: heads }
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The positions of a head's instances on a cluster; instances are sorted by cluster.
    pub(super) fn on(&self, head: usize, cluster: &str) -> Range<usize> {
        let instances = self.all.get(head).map(|head| head.instances.as_slice()).unwrap_or_default();
        // Most services have one instance on each cluster, and where one begins the next one ends.
        let start = instances.partition_point(|slot| slot.cluster.as_ref() < cluster);
        let after = instances.get(start..).unwrap_or_default();
        start..start + after.iter().take_while(|slot| slot.cluster.as_ref() == cluster).count()
    }

    /// Positions that stand for all instances of a head: one for each list of needs, unless objects in place use what
    /// may be there on one cluster and not on another.
    pub(super) fn typical(&self, head: usize) -> Vec<usize> {
        let Some(this) = self.all.get(head) else { return vec![] };
        let mut seen = FxHashSet::default();
        let is_new = |position: &usize| !this.uses.is_empty() || seen.insert(this.needs_of.get(*position));
        (0..this.instances.len()).filter(is_new).collect()
    }

    /// Everything that an instance needs, the inferred needs last.
    pub(super) fn needs(&self, head: usize, position: usize) -> Vec<Need> {
        let Some(this) = self.all.get(head) else { return vec![] };
        let written = this.needs_of.get(position).and_then(|list| this.needs.get(*list));
        let mut needs = written.cloned().unwrap_or_default();
        let Some(cluster) = this.instances.get(position).map(|slot| slot.cluster.as_ref()) else { return needs };
        for used in &this.uses {
            for provider in self.providers.get(used).into_iter().flatten() {
                self.infer(head, *provider, cluster, used, &mut needs);
            }
        }
        needs
    }

    /// A provider that stands on the same cluster is needed, unless that is written down.
    fn infer(&self, head: usize, provider: usize, cluster: &str, used: &Used, needs: &mut Vec<Need>) {
        let Some(name) = self.all.get(provider).map(|head| &head.name) else { return };
        let known = needs.iter().any(|need| need.service == *name && need.on.is_none());
        if provider != head && !known && !self.on(provider, cluster).is_empty() {
            let why = format!("{}(\"{}\")", used.what, used.name);
            needs.push(Need { service: Arc::clone(name), on: None, inferred: Some(why.into()) });
        }
    }

    /// The instances on a cluster that a need of an instance means: with one list of items on both sides, item by item.
    pub(super) fn meant(&self, head: usize, position: usize, needed: usize, cluster: &str) -> Vec<usize> {
        let all = self.on(needed, cluster);
        let (Some(this), Some(other)) = (self.all.get(head), self.all.get(needed)) else { return vec![] };
        let item = |head: &Head, position: usize| head.instances.get(position).and_then(|slot| slot.item.clone());
        let items =
            |head: usize, of: &Head| self.on(head, cluster).map(|position| item(of, position)).collect::<Vec<_>>();
        let own = item(this, position);
        if own.is_some() && items(head, this) == items(needed, other) {
            return all.filter(|position| item(other, *position) == own).collect();
        }
        all.collect()
    }
}
