//! What changes alike in several instances, folded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::detail::sources;
use super::fields::Field;
use super::instances::{Found, Touched};
use super::{Pair, lines};
use crate::db::Database;

/// A field that changes in the same way on some instances of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The environment.
    pub environment: Arc<str>,
    /// Whether that is protected.
    pub protected: bool,
    /// The field.
    pub field: Field,
    /// The instances, by name.
    pub instances: Vec<String>,
    /// Their services.
    pub services: BTreeSet<Arc<str>>,
    /// Their clusters.
    pub clusters: BTreeSet<Arc<str>>,
    /// The teams that own them.
    pub teams: BTreeSet<Arc<str>>,
    /// The line that causes it.
    pub place: String,
}

/// What differs alike becomes one.
pub(super) fn updates(db: &Database, pair: &Pair<'_>, found: &[Found]) -> Vec<Update> {
    let mut folded: BTreeMap<(usize, Arc<str>, String), Vec<Update>> = BTreeMap::new();
    let ranks = super::rollout::ranks(pair);
    for (touched, field) in found.iter().flat_map(|(touched, fields)| fields.iter().map(move |field| (touched, field)))
    {
        let rank = ranks.get(&touched.environment).copied().unwrap_or(0);
        let known = folded.entry((rank, Arc::clone(&touched.environment), field.name())).or_default();
        let index = known.iter().position(|update| update.field == *field).unwrap_or_else(|| {
            known.push(Update::new(touched, field));
            known.len() - 1
        });
        if let Some(update) = known.get_mut(index) {
            update.add(touched);
        }
    }
    let mut all: Vec<Update> = folded.into_values().flatten().collect();
    for update in &mut all {
        update.instances.sort_unstable();
        update.place = lines::of_update(db, pair, update);
    }
    all
}

impl Update {
    fn new(touched: &Touched, field: &Field) -> Self {
        Self {
            environment: Arc::clone(&touched.environment),
            protected: touched.protected,
            field: field.clone(),
            instances: vec![],
            services: BTreeSet::new(),
            clusters: BTreeSet::new(),
            teams: BTreeSet::new(),
            place: String::new(),
        }
    }

    fn add(&mut self, touched: &Touched) {
        self.instances.push(touched.name.clone());
        self.services.insert(Arc::clone(&touched.service));
        self.clusters.insert(Arc::clone(&touched.cluster));
        self.teams.insert(Arc::clone(&touched.team));
    }

    /// The charts that a revision of a source is of, if that is what changes.
    pub(super) fn chart(&self, pair: &Pair<'_>) -> Option<String> {
        if self.field.path.last().map(String::as_str) != Some("targetRevision") {
            return None;
        }
        let service = pair.new_detail.services.get(self.services.first()?)?;
        let one = service.instances.values().next()?;
        sources(&one.application).into_iter().find_map(|source| source.get("chart")?.as_str().map(str::to_owned))
    }
}
