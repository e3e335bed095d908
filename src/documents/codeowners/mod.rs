//! CODEOWNERS: whose review a change needs.

mod part;
mod pattern;
mod rules;

pub use part::{Damaged, Part, merged};
pub use pattern::Pattern;
pub use rules::{OwnerRule, Why, deciding, owner_rules};

use std::fmt::Write as _;
use std::sync::Arc;

use super::header;
use crate::db::{Db, Workspace};
use crate::model::{Estate, Forge, Platform, estate};

/// Where the file stands if the repository's root is not ours to write to.
const APART: &str = "CODEOWNERS";

/// What the compiler says in the CODEOWNERS of a repository in whose root the platform lies: for which forge, and the
/// lines between the markers.
#[must_use]
pub fn codeowners(db: &dyn Db) -> Option<Part<'_>> {
    let platform = estate(db).platform.as_ref().filter(|platform| platform.folder.is_empty())?;
    platform.codeowners.map(|forge| Part { forge, lines: lines(db) })
}

/// The same as a file of the output folder, where the repository's root lies outside the platform's folder.
#[salsa::tracked]
pub(super) fn codeowners_apart(db: &dyn Db) -> Option<(String, Arc<str>)> {
    let platform = estate(db).platform.as_ref().filter(|platform| !platform.folder.is_empty())?;
    platform.codeowners?;
    let head = header::yaml(Workspace::get(db).main(db), &format!("platform {}", platform.name));
    Some((APART.to_owned(), (head + lines(db)).into()))
}

#[salsa::tracked(returns(deref))]
fn lines(db: &dyn Db) -> String {
    let estate = estate(db);
    let Some((platform, forge)) = estate.platform.as_ref().and_then(|it| Some((it, it.codeowners?))) else {
        return String::new();
    };
    // In GitLab a section of its own is asked beside all others, so that no line elsewhere takes the reviews away.
    let mut out = if forge == Forge::GitLab { "[platformc]\n".to_owned() } else { String::new() };
    for rule in owner_rules(db) {
        let _ = writeln!(out, "{} {}", rule.pattern, owners(estate, platform, rule, forge).join(" "));
    }
    out
}

fn owners<'e>(estate: &'e Estate, platform: &'e Platform, rule: &'e OwnerRule, forge: Forge) -> Vec<&'e str> {
    let handle = |team: &Arc<str>| Some(estate.team(team)?.handle(forge)?.as_ref());
    let mut handles: Vec<&str> = rule.teams(platform).iter().filter_map(handle).collect();
    let mut seen = std::collections::BTreeSet::new();
    handles.retain(|handle| seen.insert(*handle));
    handles
}

impl OwnerRule {
    /// The teams that own what the rule speaks of.
    #[must_use]
    pub fn teams<'r>(&'r self, platform: &'r Platform) -> &'r [Arc<str>] {
        self.team.as_ref().map_or(&platform.admins, std::slice::from_ref)
    }
}
