//! Which condition is narrower. `when A` is narrower than `when B` if A implies B on every cluster that could be, so that a
//! platform with one cluster in prod orders `cluster == x` below `env == prod` all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::contribution::{Condition, Contributions};
use super::locals::{locals, scope_in};
use super::mentions::Mention;
use crate::db::Db;
use crate::diagnostics::Sink;
use crate::schema::Kind;
use crate::syntax::ast::{Expr, ExprKind};
use crate::values::{Ambients, Names, Value, World, boolean};

/// What conditions are asked about.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// For data files.
    pub db: &'a dyn Db,
    /// Everything that is declared.
    pub names: Names<'a>,
    /// The clusters that there are.
    pub clusters: &'a [World],
    /// The name that `each` gives, and its items.
    pub each: Option<(&'a Arc<str>, &'a [Value])>,
}

/// How the combinations of conditions relate.
#[derive(Debug, Default)]
pub struct Narrowness {
    implies: Vec<Vec<bool>>,
}

impl Narrowness {
    /// Whether the first combination holds on fewer clusters than the second, and only where that holds.
    #[must_use]
    pub fn is_narrower(&self, first: usize, second: usize) -> bool {
        self.implies(first, second) && !self.implies(second, first)
    }

    fn implies(&self, first: usize, second: usize) -> bool {
        self.implies.get(first).and_then(|row| row.get(second)).copied().unwrap_or(false)
    }

    /// A number that grows with narrowness: a narrower combination has a larger one.
    #[must_use]
    pub fn rank(&self, combination: usize) -> usize {
        self.implies.get(combination).map_or(0, |row| row.iter().filter(|implied| **implied).count())
    }
}

/// Compares all combinations with each other.
#[must_use]
pub fn narrowness(facts: Facts<'_>, contributions: &Contributions<'_>) -> Narrowness {
    let count = contributions.combinations.len();
    if count <= 2 {
        // Nothing but "always", or one condition beside it.
        let implies = (0..count).map(|first| (0..count).map(|second| second <= first).collect());
        return Narrowness { implies: implies.collect() };
    }
    let worlds = possible_worlds(facts, &contributions.conditions);
    let truth: Vec<Vec<bool>> = contributions
        .conditions
        .iter()
        .map(|condition| worlds.iter().map(|world| holds(facts, contributions, *condition, world)).collect())
        .collect();
    let column = |combination: &Vec<usize>| -> Vec<bool> {
        (0..worlds.len()).map(|world| combination.iter().all(|condition| truth[*condition][world])).collect()
    };
    let columns: Vec<Vec<bool>> = contributions.combinations.iter().map(column).collect();
    let implies =
        |first: &Vec<bool>, second: &Vec<bool>| first.iter().zip(second).all(|(first, second)| !first || *second);
    Narrowness {
        implies: columns.iter().map(|first| columns.iter().map(|second| implies(first, second)).collect()).collect(),
    }
}

/// Whether a condition holds; one that can't be evaluated does not.
pub(super) fn holds(
    facts: Facts<'_>,
    contributions: &Contributions<'_>,
    condition: Condition<'_>,
    world: &World,
) -> bool {
    let locals = locals(facts, contributions, condition.frame, world);
    let scope = scope_in(facts, contributions, condition.frame, &locals, Ambients::Condition, Some(world));
    boolean(&scope, condition.expr, &mut Sink::default()).unwrap_or(false)
}

/// Clusters that are not there, but could be.
const MAX_WORLDS: usize = 20_000;

/// The clusters that there are, and one for every mixture of environment, region, labels and item that the conditions can
/// tell apart.
fn possible_worlds(facts: Facts<'_>, conditions: &[Condition<'_>]) -> Vec<World> {
    let asked = asked(conditions, facts.each.map(|(name, _)| name));
    let literals = literals(conditions);
    let mut worlds = vec![World::default()];
    let environments = facts.names.of(Kind::Environment).into_iter().chain([Arc::from("")]);
    let mut is_whole = spread(&mut worlds, asked.contains(&Mention::Environment), environments, |world, name| {
        world.environment = name;
    });
    let regions = facts.clusters.iter().filter_map(|cluster| cluster.region.clone()).chain(literals.iter().cloned());
    let regions: BTreeSet<Option<Arc<str>>> = regions.map(Some).chain([None]).collect();
    is_whole &= spread(&mut worlds, asked.contains(&Mention::Region), regions, |world, region| world.region = region);
    for mention in &asked {
        let Mention::Label(Some(key)) = mention else { continue };
        let values: Vec<Option<Arc<str>>> = literals.iter().cloned().map(Some).chain([None]).collect();
        is_whole &= spread(&mut worlds, true, values, |world, value| set_label(world, key, value));
    }
    // Of what has been spread out, a cluster that is there has nothing new.
    let is_spread = |mention: &Mention| matches!(mention, Mention::Environment | Mention::Region | Mention::Item);
    if !is_whole || !asked.iter().all(is_spread) {
        worlds.extend(facts.clusters.iter().cloned());
    }
    if let Some((name, items)) = facts.each.filter(|_| asked.contains(&Mention::Item)) {
        spread(&mut worlds, true, items.iter().cloned(), |world, item| world.item = Some((Arc::clone(name), item)));
    }
    worlds
}

fn set_label(world: &mut World, key: &Arc<str>, value: Option<Arc<str>>) {
    let mut labels: BTreeMap<Arc<str>, Arc<str>> = world.labels.as_ref().clone();
    if let Some(value) = value {
        labels.insert(Arc::clone(key), value);
    }
    world.labels = Arc::new(labels);
}

/// Every world once for each value, unless that would be too many; then the answer is `false`.
fn spread<T: Clone>(
    worlds: &mut Vec<World>,
    asked: bool,
    values: impl IntoIterator<Item = T>,
    set: impl Fn(&mut World, T),
) -> bool {
    let values: Vec<T> = values.into_iter().collect();
    if !asked || values.is_empty() {
        return true;
    }
    if worlds.len().saturating_mul(values.len()) > MAX_WORLDS {
        return false;
    }
    let spread = worlds.iter().flat_map(|world| {
        values.iter().map(|value| {
            let mut world = world.clone();
            set(&mut world, value.clone());
            world
        })
    });
    *worlds = spread.collect();
    true
}

fn asked(conditions: &[Condition<'_>], item: Option<&Arc<str>>) -> BTreeSet<Mention> {
    let mut found = BTreeSet::new();
    for condition in conditions {
        super::mentions::of_expr(condition.expr, item, &mut found);
    }
    found
}

/// The strings that conditions compare with.
fn literals(conditions: &[Condition<'_>]) -> BTreeSet<Arc<str>> {
    let mut found = BTreeSet::new();
    for condition in conditions {
        condition.expr.walk(&mut |expr: &Expr| {
            if matches!(expr.kind, ExprKind::Text(_)) {
                found.extend(expr.literal().map(Arc::from));
            }
        });
    }
    found
}
