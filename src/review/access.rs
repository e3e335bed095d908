//! Who gains and who loses what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::declared::place;
use super::detail::One;
use super::{Pair, lines};
use crate::db::Database;
use crate::ide::instance_name;
use crate::model::{Estate, Slot};
use crate::schema::Kind;

/// What a team may do otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessChange {
    /// The team.
    pub team: Arc<str>,
    /// What it may do now.
    pub gained: Vec<String>,
    /// What it may not do any more.
    pub lost: Vec<String>,
    /// The environment; nothing where it is so everywhere.
    pub environment: Option<Arc<str>>,
    /// Whether that is protected, or everywhere includes one that is.
    pub protected: bool,
    /// The instances, by name; none where it is all that the team has.
    pub instances: Vec<String>,
    /// The groups of the identity provider that it is about, where it is about who belongs to the team.
    pub groups: Vec<String>,
    /// The line that causes it.
    pub place: String,
}

type Key = (Arc<str>, Arc<str>, Vec<&'static str>, Vec<&'static str>);

/// Compares what teams may do.
pub(super) fn compare(db: &Database, pair: &Pair<'_>) -> Vec<AccessChange> {
    let mut found: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    for (name, known) in &pair.new_detail.services {
        let owner = pair.new.services.get(name).map(|known| &known.service.head.owner);
        for (slot, one) in &known.instances {
            let before = pair.old_detail.services.get(name).and_then(|known| known.instances.get(slot));
            of_instance(pair, slot, before, one, owner, &instance_name(name, slot), &mut found);
        }
    }
    let mut all: Vec<AccessChange> = everywhere(db, pair);
    all.extend(found.into_iter().map(|(key, instances)| change(db, pair, key, instances)));
    all
}

fn of_instance(
    pair: &Pair<'_>,
    slot: &Slot,
    before: Option<&One>,
    after: &One,
    owner: Option<&Arc<str>>,
    name: &str,
    found: &mut BTreeMap<Key, Vec<String>>,
) {
    let nothing = BTreeMap::new();
    let old = before.map_or(&nothing, |one| &one.allowed);
    let Some(environment) = pair.new.estate.cluster(&slot.cluster).map(|cluster| &cluster.environment) else { return };
    let teams: BTreeSet<&Arc<str>> = old.keys().chain(after.allowed.keys()).collect();
    // That who owns something new may use it is no news, and admins, who may do everything, are told of everywhere.
    let is_admin = |team: &Arc<str>| pair.old.estate.is_admin(team) || pair.new.estate.is_admin(team);
    let is_news = |team: &&Arc<str>| !is_admin(team) && (before.is_some() || Some(*team) != owner);
    for team in teams.into_iter().filter(is_news) {
        let none = BTreeSet::new();
        let (had, has) = (old.get(team).unwrap_or(&none), after.allowed.get(team).unwrap_or(&none));
        let beyond = |one: &BTreeSet<&'static str>, other| one.difference(other).copied().collect::<Vec<_>>();
        let (gained, lost) = (beyond(has, had), beyond(had, has));
        if !gained.is_empty() || !lost.is_empty() {
            let key = (Arc::clone(environment), Arc::clone(team), gained, lost);
            found.entry(key).or_default().push(name.to_owned());
        }
    }
}

fn change(
    db: &Database,
    pair: &Pair<'_>,
    (environment, team, gained, lost): Key,
    instances: Vec<String>,
) -> AccessChange {
    let own = |words: Vec<&'static str>| words.into_iter().map(str::to_owned).collect();
    let service = instances.first().and_then(|name| name.split(['.', '@']).next()).map(Arc::from);
    let place = lines::of_value(db, pair, instances.first(), service.as_ref(), (&["access".to_owned()], ""));
    AccessChange {
        protected: is_protected(&pair.new.estate, &environment),
        team,
        gained: own(gained),
        lost: own(lost),
        environment: Some(environment),
        place,
        instances,
        groups: vec![],
    }
}

fn is_protected(estate: &Estate, environment: &str) -> bool {
    estate.environments.iter().any(|known| known.name.as_ref() == environment && known.protected)
}

/// Teams that become admins or cease to be, and groups that teams are made of.
fn everywhere(db: &Database, pair: &Pair<'_>) -> Vec<AccessChange> {
    let (old, new) = (&pair.old.estate, &pair.new.estate);
    let admins = |estate: &Estate| estate.admins().cloned().collect::<BTreeSet<_>>();
    let (were, are) = (admins(old), admins(new));
    let whole = |team: &Arc<str>, gained: bool, words: Vec<String>, groups: Vec<String>| AccessChange {
        team: Arc::clone(team),
        gained: if gained { words.clone() } else { vec![] },
        lost: if gained { vec![] } else { words },
        environment: None,
        protected: new.environments.iter().any(|environment| environment.protected),
        instances: vec![],
        place: pair.causes.of(&[declared_at(db, new, team, groups.is_empty())], None, None),
        groups,
    };
    let everything = || vec!["everything".to_owned()];
    let mut all: Vec<AccessChange> =
        are.difference(&were).map(|team| whole(team, true, everything(), vec![])).collect();
    all.extend(were.difference(&are).map(|team| whole(team, false, everything(), vec![])));
    for team in &new.teams {
        let Some(before) = old.team(&team.name) else { continue };
        let beyond = |one: &[Arc<str>], other: &[Arc<str>]| -> Vec<String> {
            one.iter().filter(|group| !other.contains(group)).map(ToString::to_string).collect()
        };
        let words = || vec!["membership".to_owned()];
        let (come, gone) = (beyond(&team.sso, &before.sso), beyond(&before.sso, &team.sso));
        all.extend((!come.is_empty()).then(|| whole(&team.name, true, words(), come)));
        all.extend((!gone.is_empty()).then(|| whole(&team.name, false, words(), gone)));
    }
    all
}

/// Where it is said who the admins are, or who belongs to a team.
fn declared_at(db: &Database, estate: &Estate, team: &str, of_admins: bool) -> String {
    match &estate.platform {
        Some(platform) if of_admins => place(db, Kind::Platform.word(), &platform.name),
        _ => place(db, Kind::Team.word(), team),
    }
}
