//! The order in which a change reaches instances.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::instances::{Fate, Touched};
use super::{Pair, Review};
use crate::model::{Deliver, Environment, Order};

/// Instances that are synced together, behind those of the steps before it in the same environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The environment.
    pub environment: Arc<str>,
    /// The layer.
    pub layer: Arc<str>,
    /// The wave within the layer.
    pub wave: i64,
    /// The step of their rollouts, where they have one.
    pub rollout_step: Option<usize>,
    /// The services, each with the number of its instances.
    pub services: BTreeMap<Arc<str>, usize>,
    /// Whether Argo CD holds some of them back until what comes before is healthy.
    pub waits: bool,
}

/// How many environments come before each, on the longest way.
pub(super) fn ranks(pair: &Pair<'_>) -> BTreeMap<Arc<str>, usize> {
    let mut all: BTreeMap<&Arc<str>, &Environment> = BTreeMap::new();
    for environment in pair.old.estate.environments.iter().chain(&pair.new.estate.environments) {
        all.insert(&environment.name, environment);
    }
    all.keys().map(|name| (Arc::clone(name), rank(&all, name, all.len()))).collect()
}

/// Circles are refused before; here they end all the same.
fn rank(all: &BTreeMap<&Arc<str>, &Environment>, name: &Arc<str>, left: usize) -> usize {
    let Some(environment) = all.get(name).filter(|_| left > 0) else { return 0 };
    environment.after.iter().map(|before| rank(all, before, left - 1) + 1).max().unwrap_or(0)
}

/// The environments that are touched, in their order.
pub(super) fn environments(pair: &Pair<'_>, review: &Review) -> Vec<String> {
    let ranks = ranks(pair);
    let touched = review.instances.iter().map(|touched| &touched.environment);
    let access = review.access.iter().filter_map(|change| change.environment.as_ref());
    let names: BTreeSet<&Arc<str>> = touched.chain(access).collect();
    let mut names: Vec<_> = names.into_iter().map(|name| (ranks.get(name).copied().unwrap_or(0), name)).collect();
    names.sort();
    names.into_iter().map(|(_, name)| name.to_string()).collect()
}

/// What is synced, step by step.
pub(super) fn steps(pair: &Pair<'_>, instances: &[Touched]) -> Vec<Step> {
    let ranks = ranks(pair);
    let always = pair.new.estate.platform.as_ref().is_some_and(|platform| platform.order == Order::Always);
    let mut found: BTreeMap<_, Step> = BTreeMap::new();
    for touched in instances.iter().filter(|touched| touched.fate != Fate::Deleted) {
        let wave = touched.wave.unwrap_or(0);
        let rank = ranks.get(&touched.environment).copied().unwrap_or(0);
        let layer = (touched.depth, Arc::clone(&touched.layer));
        let key = (rank, Arc::clone(&touched.environment), layer, wave, touched.rollout_step);
        let step = found.entry(key).or_insert_with(|| Step {
            environment: Arc::clone(&touched.environment),
            layer: Arc::clone(&touched.layer),
            wave,
            rollout_step: touched.rollout_step,
            services: BTreeMap::new(),
            waits: false,
        });
        *step.services.entry(Arc::clone(&touched.service)).or_default() += 1;
        let layer = pair.new.estate.layer(&touched.layer);
        let by_application = layer.is_some_and(|layer| layer.deliver == Deliver::Applications);
        step.waits |= touched.rollout_step.is_some_and(|step| step > 1);
        step.waits |= by_application && (always || matches!(touched.fate, Fate::Created | Fate::Moved));
    }
    found.into_values().collect()
}
