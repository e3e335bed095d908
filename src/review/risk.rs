//! How risky a change is, and why: one table.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::declared::Declared;
use super::instances::{Fate, Touched};
use super::updates::Update;
use super::{Pair, Review};
use crate::text::counted;

/// How risky something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What happens every day.
    Low,
    /// Somebody should think about it.
    Medium,
    /// Somebody should watch it.
    High,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Something that makes a change risky.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// How much.
    pub level: Level,
    /// What it is called where programs read it.
    pub rule: &'static str,
    /// What it is, in words.
    pub text: String,
}

/// More instances than this are many at once.
const MANY: usize = 50;

/// Everything that makes a change risky, the worst first.
pub(super) fn reasons(pair: &Pair<'_>, review: &Review) -> Vec<Reason> {
    let mut all = of_instances(review);
    all.extend(of_workloads(pair));
    all.extend(of_access(review));
    all.extend(of_declared(&review.declared));
    all.extend(of_charts(pair, &review.updates));
    all.sort_by(|left, right| right.level.cmp(&left.level).then_with(|| left.cmp(right)));
    all.dedup();
    all
}

fn reason(level: Level, rule: &'static str, text: String) -> Reason {
    Reason { level, rule, text }
}

/// What happens to instances: the level in a protected environment, and in others.
const FATES: [(Fate, &str, Level, Level); 6] = [
    (Fate::Deleted, "delete", Level::High, Level::Medium),
    (Fate::Moved, "move", Level::High, Level::Medium),
    (Fate::Renamed, "rename", Level::Medium, Level::Low),
    (Fate::Created, "create", Level::Medium, Level::Low),
    (Fate::Updated, "update", Level::Medium, Level::Low),
    (Fate::Shifted, "shift", Level::Medium, Level::Low),
];

fn of_instances(review: &Review) -> Vec<Reason> {
    let mut all = vec![];
    for environment in &review.environments {
        for (fate, rule, protected, other) in FATES {
            let is = |touched: &&Touched| touched.fate == fate && *touched.environment == **environment;
            let touched: Vec<&Touched> = review.instances.iter().filter(is).collect();
            let Some(first) = touched.first() else { continue };
            let level = if first.protected { protected } else { other };
            let guarded = if first.protected { ", which is protected" } else { "" };
            let count = counted(touched.len(), "instance");
            let verb = if touched.len() == 1 { "is" } else { "are" };
            all.push(reason(level, rule, format!("{count} {verb} {} in `{environment}`{guarded}", fate.word())));
        }
    }
    if review.instances.len() > MANY {
        let text = format!("{} instances are touched, more than {MANY}", review.instances.len());
        all.push(reason(Level::Medium, "many", text));
    }
    all
}

/// What is on clusters can't be renamed: with another name it is made anew, and the one that was there is deleted.
fn of_workloads(pair: &Pair<'_>) -> impl Iterator<Item = Reason> {
    pair.new.services.iter().filter_map(|(name, known)| {
        let old = &pair.old.services.get(name)?.service.head.identity.workload;
        let new = &known.service.head.identity.workload;
        let text = format!(
            "releases, bindings and namespaces of `{name}` that are named after it are made anew, and those that run deleted: \
             `{old}` → `{new}`"
        );
        (old != new).then(|| reason(Level::High, "workload-renamed", text))
    })
}

fn of_access(review: &Review) -> Vec<Reason> {
    let text = |more: &str, change: &super::AccessChange| {
        let place = change.environment.as_ref().map_or("all environments".to_owned(), |name| format!("`{name}`"));
        let who = if change.groups.is_empty() { "team" } else { "people of team" };
        format!("{who} `{}` may do {more} in {place}", change.team)
    };
    let of = |change: &super::AccessChange| {
        let level = if change.protected { Level::High } else { Level::Medium };
        let wider = (!change.gained.is_empty()).then(|| reason(level, "access-widened", text("more", change)));
        let narrower = (!change.lost.is_empty()).then(|| reason(Level::Low, "access-narrowed", text("less", change)));
        [wider, narrower]
    };
    let all: BTreeSet<Reason> = review.access.iter().flat_map(of).flatten().collect();
    all.into_iter().collect()
}

/// What a project permits.
const PERMITS: [&str; 3] = ["sourceRepos", "destinations", "clusterResourceWhitelist"];

impl Declared {
    /// Whether it is a project that permits more than before.
    pub(super) fn is_wider_project(&self) -> bool {
        let adds = |field: &super::Field| {
            field.new.is_some() && field.path.get(1).is_some_and(|key| PERMITS.contains(&key.as_str()))
        };
        self.kind == "project" && self.fate == Fate::Updated && self.fields.iter().any(adds)
    }

    fn changes(&self, key: &str) -> bool {
        self.fields.iter().any(|field| field.path.first().is_some_and(|first| first == key))
    }
}

/// All declarations that are risky in one way make one reason.
fn of_declared(declared: &[Declared]) -> Vec<Reason> {
    let mut found: BTreeMap<(Level, &'static str, &'static str), Vec<&str>> = BTreeMap::new();
    for it in declared {
        if let Some(key) = danger(it) {
            found.entry(key).or_default().push(&it.name);
        }
    }
    let text = |what: &str, names: Vec<&str>| {
        let shown: Vec<String> = names.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
        let more = names.len().saturating_sub(MOST_NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{what}: {}{more}", shown.join(", "))
    };
    found.into_iter().map(|((level, rule, what), names)| reason(level, rule, text(what, names))).collect()
}

/// More names than this are counted.
const MOST_NAMES: usize = 4;

fn danger(it: &Declared) -> Option<(Level, &'static str, &'static str)> {
    Some(match (it.kind, it.fate) {
        ("freeze", Fate::Deleted) => (Level::High, "freeze-removed", "a freeze is taken away"),
        ("freeze", _) => (Level::Medium, "freeze", "a freeze is new or changes"),
        ("cluster", Fate::Deleted) => (Level::High, "cluster-removed", "a cluster is taken away"),
        ("cluster", Fate::Updated) => (Level::Medium, "cluster", "a cluster changes"),
        ("hub", _) => (Level::High, "hub", "a hub comes, goes or changes"),
        ("environment", Fate::Updated) if it.changes("protected") => {
            (Level::High, "protection", "the protection of an environment changes")
        }
        ("namespace", Fate::Updated) => (Level::Medium, "namespace", "the bounds of a namespace change"),
        ("project", Fate::Updated) if it.is_wider_project() => {
            (Level::Medium, "project-widened", "a project permits more")
        }
        ("set", Fate::Updated) if it.fields.iter().any(|field| field.new.is_none()) => {
            (Level::Medium, "set-unguarded", "a set with protected instances may delete Applications")
        }
        ("platform", Fate::Updated) => (Level::High, "platform", "the platform's own attributes change"),
        ("role", Fate::Updated) => (Level::Medium, "role", "a role means something else"),
        ("settings", _) => (Level::Medium, "settings", "settings of Argo CD change"),
        _ => return None,
    })
}

/// Charts of which the major version changes: with CRDs among them all who use these are concerned.
fn of_charts(pair: &Pair<'_>, updates: &[Update]) -> Vec<Reason> {
    let mut all = vec![];
    for update in updates {
        let version = |value: &Option<Value>| major(value.as_ref()?.as_str()?);
        let (Some(chart), Some(old), Some(new)) =
            (update.chart(pair), version(&update.field.old), version(&update.field.new))
        else {
            continue;
        };
        if old != new {
            let provides =
                |name| pair.new.services.get(name).is_some_and(|known| !known.service.head.provides.is_empty());
            let others = update.services.iter().any(provides);
            let (level, rest) = if others && update.protected {
                (Level::High, ", and others use what it provides")
            } else {
                (Level::Medium, "")
            };
            let text =
                format!("chart `{chart}` goes from major version {old} to {new} in `{}`{rest}", update.environment);
            all.push(reason(level, "chart-major", text));
        }
    }
    all
}

fn major(version: &str) -> Option<u64> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}
