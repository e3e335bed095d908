//! Whose review a change needs, by who owns what it touches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Pair, Review};
use crate::db::Database;
use crate::documents::{deciding, owner_rules};
use crate::model::estate;

/// A team that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// The team.
    pub team: Arc<str>,
    /// Its handle, where CODEOWNERS is written.
    pub handle: Option<Arc<str>>,
    /// What of its own is touched.
    pub because: Vec<String>,
}

/// The teams that own something that is touched; the database shows the revision that comes.
pub(super) fn reviewers(db: &Database, pair: &Pair<'_>, review: &Review) -> Vec<Reviewer> {
    let Some(platform) = &estate(db).platform else { return vec![] };
    let mut found: BTreeMap<Arc<str>, BTreeSet<String>> = BTreeMap::new();
    for path in &review.sources {
        let rule = deciding(owner_rules(db), path);
        for team in rule.map_or(platform.admins.as_slice(), |rule| rule.teams(platform)) {
            found.entry(Arc::clone(team)).or_default().insert(format!("file {path}"));
        }
    }
    for touched in &review.instances {
        let services = found.entry(Arc::clone(&touched.team)).or_default();
        services.insert(format!("service {}", touched.service));
        let before = pair.old.services.get(&touched.service).map(|known| &known.service.head.owner);
        let before = before.filter(|owner| **owner != touched.team);
        before.into_iter().for_each(|owner| {
            found.entry(Arc::clone(owner)).or_default().insert(format!("service {} before", touched.service));
        });
    }
    if !review.declared.is_empty() || !review.access.is_empty() {
        for admin in &platform.admins {
            found.entry(Arc::clone(admin)).or_default().insert("the platform as a whole".to_owned());
        }
    }
    let handle = |team: &Arc<str>| platform.codeowners.and_then(|forge| estate(db).team(team)?.handle(forge).cloned());
    let reviewer = |(team, because): (Arc<str>, BTreeSet<String>)| Reviewer {
        handle: handle(&team),
        team,
        because: because.into_iter().collect(),
    };
    found.into_iter().map(reviewer).collect()
}
