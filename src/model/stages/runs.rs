//! What each environment runs of a service, as far as it is a version.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::order::{Stages, stage_order};
use super::step::{Relation, Step, by_step, is_step};
use super::watch::{Said, Watched};
use crate::db::Db;
use crate::model::estate;
use crate::model::services::running_of;
use crate::names::Item;
use crate::text::some;
use crate::values::Value;

/// Something that has versions, and which of them each environment runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// What it is: a path such as `helm.version`, or an image.
    pub what: Arc<str>,
    /// The environments that run it, in their order.
    pub stages: Vec<Stage>,
}

/// What an environment runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The environment.
    pub environment: Arc<str>,
    /// The versions that it runs, the lowest first.
    pub runs: Vec<Runs>,
    /// How that stands to each environment that comes just before it.
    pub against: Vec<(Arc<str>, Relation)>,
}

/// A version, and where it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runs {
    /// The version, as it is written.
    pub text: Arc<str>,
    /// The clusters.
    pub clusters: Vec<Arc<str>>,
}

/// What each environment runs of a service. A changed Helm value shows here only where `same_across` names it.
#[salsa::tracked]
pub fn running<'db>(db: &'db dyn Db, item: Item<'db>) -> Arc<[Running]> {
    Arc::clone(running_of(db, item))
}

impl Running {
    /// Whether some stage runs something else than one before it.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.stages.iter().any(|stage| !stage.standing().is_empty())
    }

    /// Whether some stage runs an older version than one before it.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.stages.iter().any(|stage| stage.against.iter().any(|(_, relation)| *relation == Relation::Behind))
    }

    /// The stage of an environment.
    #[must_use]
    pub fn stage(&self, environment: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.environment.as_ref() == environment)
    }
}

impl Stage {
    /// How it stands to earlier ones where that is not the same, such as `behind stage`.
    #[must_use]
    pub fn standing(&self) -> Vec<String> {
        let others = self.against.iter().filter(|(_, relation)| *relation != Relation::Same);
        others.map(|(before, relation)| format!("{} {before}", relation.words())).collect()
    }

    /// Its clusters, each beside its version where there are several.
    #[must_use]
    pub fn places(&self) -> String {
        let places = |runs: &Runs| some(&runs.clusters.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        match self.runs.as_slice() {
            [alone] => places(alone),
            runs => {
                let each: Vec<String> = runs.iter().map(|runs| format!("{}: {}", runs.text, places(runs))).collect();
                some(&each.iter().map(AsRef::as_ref).collect::<Vec<_>>())
            }
        }
    }

    /// Its versions and how they stand to earlier ones, in one line; of many only some.
    #[must_use]
    pub fn show(&self) -> String {
        let texts: Vec<&str> = self.runs.iter().map(|runs| runs.text.as_ref()).collect();
        let (texts, standing) = (some(&texts), self.standing());
        if standing.is_empty() { texts } else { format!("{texts} ({})", standing.join(", ")) }
    }
}

/// The clusters that run each version.
type Cell = BTreeMap<Arc<str>, Vec<Arc<str>>>;

impl Watched<'_> {
    /// What each environment runs, of all that has versions.
    pub(in crate::model) fn running(&self) -> Arc<[Running]> {
        let order = stage_order(self.db);
        let of_any_form = |path: &[Arc<str>]| !path.iter().any(|key| key.as_ref() == "values");
        let shown = self.said.iter().filter(|(what, said)| {
            let has_key = |key: &str| what.path.last().is_some_and(|last| last.as_ref() == key);
            let is_version = has_key("version") || has_key("revision") || what.image.is_some();
            is_version && of_any_form(&what.path) || said.list.iter().all(|said| is_step(&said.value))
        });
        let rows = shown.map(|(what, said)| Running { what: what.show().into(), stages: self.row(order, &said.list) });
        rows.collect()
    }

    fn row(&self, order: &Stages, said: &[Said]) -> Vec<Stage> {
        let mut cells: BTreeMap<(usize, &Arc<str>), Cell> = BTreeMap::new();
        for said in said {
            let Some(text) = said.value.as_text() else { continue };
            let slots = said.members.iter().filter_map(|member| self.head.instances.get(*member));
            for cluster in slots.filter_map(|slot| estate(self.db).cluster(&slot.cluster)) {
                let cell = cells.entry((order.place(&cluster.environment), &cluster.environment)).or_default();
                cell.entry(Arc::clone(text)).or_default().push(Arc::clone(&cluster.name));
            }
        }
        let mut stages: Vec<Stage> =
            cells.into_iter().map(|((_, environment), cell)| stage(environment, cell)).collect();
        let against: Vec<_> = stages.iter().map(|stage| against(order, stage, &stages)).collect();
        stages.iter_mut().zip(against).for_each(|(stage, against)| stage.against = against);
        stages
    }
}

fn stage(environment: &Arc<str>, cell: Cell) -> Stage {
    let runs = cell.into_iter().map(|(text, mut clusters)| {
        clusters.sort();
        clusters.dedup();
        Runs { text, clusters }
    });
    let mut runs: Vec<Runs> = runs.collect();
    runs.sort_by(|left, right| by_step(&left.text, &right.text));
    Stage { environment: Arc::clone(environment), runs, against: vec![] }
}

fn against(order: &Stages, stage: &Stage, all: &[Stage]) -> Vec<(Arc<str>, Relation)> {
    let nearest = order.nearest(&stage.environment, all.iter().map(|stage| &stage.environment));
    let earlier = |name: &Arc<str>| all.iter().find(|stage| stage.environment == *name);
    let relation = |name: &Arc<str>| Some((Arc::clone(name), between(&stage.runs, &earlier(name)?.runs)));
    nearest.into_iter().filter_map(relation).collect()
}

/// How all that a stage runs stands to all that an earlier one runs: each version to the highest one of its name.
fn between(later: &[Runs], earlier: &[Runs]) -> Relation {
    let name = |text: &'_ str| Step::of(text).map(|step| step.name.to_owned());
    let texts: FxHashSet<&Arc<str>> = earlier.iter().map(|runs| &runs.text).collect();
    let highest: FxHashMap<String, &Arc<str>> =
        earlier.iter().filter_map(|runs| Some((name(&runs.text)?, &runs.text))).collect();
    let stands = |text: &Arc<str>| match name(text).and_then(|name| highest.get(&name)) {
        Some(highest) => Relation::of(&Value::Text(Arc::clone(text)), &Value::Text(Arc::clone(highest))),
        None if texts.contains(text) => Relation::Same,
        None => Relation::Differs,
    };
    later.iter().map(|runs| stands(&runs.text)).max().unwrap_or(Relation::Same)
}
