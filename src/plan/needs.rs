//! What an instance needs: what is written, and what follows from the objects it holds.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::{Head, Need, Used};

/// All heads, and who provides what.
pub(super) struct Heads<'h> {
    pub(super) all: Vec<&'h Head>,
    by_name: FxHashMap<&'h str, usize>,
    providers: FxHashMap<&'h Used, Vec<usize>>,
    /// For each head, the positions of its instances by cluster.
    by_cluster: Vec<FxHashMap<&'h str, Vec<usize>>>,
}

impl<'h> Heads<'h> {
    pub(super) fn new(heads: Vec<&'h Head>) -> Self {
        let mut providers: FxHashMap<&Used, Vec<usize>> = FxHashMap::default();
        for (index, head) in heads.iter().enumerate() {
            head.provides.iter().for_each(|provided| providers.entry(provided).or_default().push(index));
        }
        let by_cluster = heads.iter().map(|head| {
            let mut clusters: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
            for (position, slot) in head.instances.iter().enumerate() {
                clusters.entry(&slot.cluster).or_default().push(position);
            }
            clusters
        });
        Self {
            by_name: heads.iter().enumerate().map(|(index, head)| (head.name.as_ref(), index)).collect(),
            by_cluster: by_cluster.collect(),
            providers,
            all: heads,
        }
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The positions of a head's instances on a cluster.
    pub(super) fn on(&self, head: usize, cluster: &str) -> &[usize] {
        self.by_cluster.get(head).and_then(|clusters| clusters.get(cluster)).map(Vec::as_slice).unwrap_or_default()
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
        let items = |head: usize, of: &Head| {
            self.on(head, cluster).iter().map(|position| item(of, *position)).collect::<Vec<_>>()
        };
        let own = item(this, position);
        if own.is_some() && items(head, this) == items(needed, other) {
            return all.iter().copied().filter(|position| item(other, *position) == own).collect();
        }
        all.to_vec()
    }
}
