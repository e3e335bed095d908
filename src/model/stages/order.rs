//! The order of environments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use petgraph::algo::toposort;
use petgraph::graphmap::DiGraphMap;

use crate::db::Db;
use crate::model::entities::Environment;
use crate::model::estate;

/// The order of environments, as far as `after` says one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stages {
    /// All environments, the first one first; what nothing orders stands by name.
    pub order: Vec<Arc<str>>,
    /// For each environment, all that changes reach before it.
    before: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

/// The order of the platform's environments. It changes only with them.
#[salsa::tracked]
pub fn stage_order(db: &dyn Db) -> Stages {
    Stages::of(&estate(db).environments)
}

impl Stages {
    /// Orders environments by the longest way to each, and then by name. In a circle nothing is before anything.
    #[must_use]
    pub fn of(environments: &[Environment]) -> Self {
        let names: BTreeMap<&Arc<str>, &Environment> =
            environments.iter().map(|environment| (&environment.name, environment)).collect();
        let mut graph = DiGraphMap::<&Arc<str>, ()>::new();
        for environment in environments {
            graph.add_node(&environment.name);
            for before in environment.after.iter().filter(|before| names.contains_key(before)) {
                graph.add_edge(before, &environment.name, ());
            }
        }
        let Ok(sorted) = toposort(&graph, None) else {
            return Self { order: names.into_keys().cloned().collect(), ..Self::default() };
        };
        let mut stages = Self::default();
        let mut ranks: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
        for name in sorted {
            let after: Vec<_> = graph.neighbors_directed(name, petgraph::Direction::Incoming).collect();
            let rank = after.iter().filter_map(|before| ranks.get(*before)).max().map_or(0, |rank| rank + 1);
            ranks.insert(name, rank);
            stages.reach(name, &after);
        }
        stages.order = names.into_keys().cloned().collect();
        stages.order.sort_by_key(|name| ranks.get(name).copied());
        stages
    }

    fn reach(&mut self, name: &Arc<str>, after: &[&Arc<str>]) {
        let further = after.iter().filter_map(|before| self.before.get(*before)).flatten();
        let all = after.iter().copied().chain(further).cloned().collect();
        self.before.insert(Arc::clone(name), all);
    }

    /// Whether changes reach the first environment before the second.
    #[must_use]
    pub fn is_before(&self, first: &str, second: &str) -> bool {
        self.before.get(second).is_some_and(|before| before.contains(first))
    }

    /// Of some environments the last ones before another: those that none of the others stands between.
    #[must_use]
    pub fn nearest<'e>(&self, of: &str, among: impl IntoIterator<Item = &'e Arc<str>>) -> Vec<&'e Arc<str>> {
        let before: Vec<_> = among.into_iter().filter(|first| self.is_before(first, of)).collect();
        let is_last = |first: &&&Arc<str>| !before.iter().any(|between| self.is_before(first, between));
        before.iter().filter(is_last).copied().collect()
    }

    /// Where an environment stands in the order.
    #[must_use]
    pub fn place(&self, environment: &str) -> usize {
        self.order.iter().position(|name| name.as_ref() == environment).unwrap_or(self.order.len())
    }
}
