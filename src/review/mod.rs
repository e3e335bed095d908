//! What a change does, before it does it: two revisions of a platform, compared by what they mean.
//!
//! One database shows one revision at a time, so that only what differs is resolved twice. What is compared is therefore
//! taken out of it first: a [`Sketch`] of everything, and then a [`Detail`] of what the sketches differ in.

mod access;
mod causes;
mod declared;
mod detail;
mod facts;
mod fields;
mod gate;
mod instances;
mod lines;
mod next;
mod policies;
mod renamed;
mod reviewers;
mod risk;
mod rollout;
mod show;
mod sketch;
mod updates;

pub use access::AccessChange;
pub use declared::Declared;
pub use detail::{Detail, detail};
pub use fields::Field;
pub use gate::{Denied, Gate, Refused};
pub use instances::{Fate, Touched, rendered_from, rendered_paths};
pub use next::{Next, unsaid};
pub use policies::{Violation, violated};
pub use renamed::Renames;
pub use reviewers::Reviewer;
pub use risk::{Level, Reason};
pub use rollout::Step;
pub use show::{MARK, Section, html, json, markdown, text};
pub use sketch::{Sketch, differing, sketch};
pub use updates::Update;

use std::collections::BTreeSet;

use crate::db::Database;

/// Everything that a change does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// What people call the revision that there is.
    pub from: String,
    /// What people call the revision that comes.
    pub to: String,
    /// The environments that are touched, in their order.
    pub environments: Vec<String>,
    /// Every instance that something happens to, by environment, cluster and name.
    pub instances: Vec<Touched>,
    /// What changes in instances, what is alike folded.
    pub updates: Vec<Update>,
    /// Who gains and who loses what.
    pub access: Vec<AccessChange>,
    /// What else is declared otherwise than before.
    pub declared: Vec<Declared>,
    /// The order in which it rolls out.
    pub steps: Vec<Step>,
    /// What policies and tests say of it.
    pub violations: Vec<Violation>,
    /// What is to be done after it, for what takes several steps.
    pub next: Vec<Next>,
    /// What makes it risky, the worst first.
    pub reasons: Vec<Reason>,
    /// Who is asked for a review.
    pub reviewers: Vec<Reviewer>,
    /// The files of the source that differ.
    pub sources: Vec<String>,
}

impl Review {
    /// Whether nothing that Argo CD sees changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.instances.is_empty() && self.access.is_empty() && self.declared.is_empty()
    }

    /// How risky it is.
    #[must_use]
    pub fn risk(&self) -> Level {
        self.reasons.iter().map(|reason| reason.level).max().unwrap_or(Level::Low)
    }

    /// How many instances something happens to.
    #[must_use]
    pub fn count(&self, fate: Fate) -> usize {
        self.instances.iter().filter(|touched| touched.fate == fate).count()
    }
}

/// Two revisions, side by side.
pub struct Pair<'p> {
    old: &'p Sketch,
    new: &'p Sketch,
    old_detail: &'p Detail,
    new_detail: &'p Detail,
    renames: &'p Renames,
    causes: causes::Causes,
}

impl<'p> Pair<'p> {
    /// The revision that there is, with the names of the one that comes, and that one: each as a whole and with the services
    /// that differ.
    #[must_use]
    pub fn new(
        renames: &'p Renames,
        (old, old_detail): (&'p Sketch, &'p Detail),
        (new, new_detail): (&'p Sketch, &'p Detail),
    ) -> Self {
        Self { old, new, old_detail, new_detail, renames, causes: causes::Causes::between(old, new) }
    }
}

/// Compares two revisions. The database shows the one that comes; `changed` are the files below the platform's folder that
/// differ, those of the language and those that services are rendered from.
#[must_use]
pub fn compare(db: &Database, pair: &Pair<'_>, changed: &[String]) -> Review {
    let mut review = Review { declared: declared::declared(db, pair), ..Review::default() };
    instances::compare(db, pair, changed, &mut review);
    review.access = access::compare(db, pair);
    review.environments = rollout::environments(pair, &review);
    review.steps = rollout::steps(pair, &review.instances);
    review.next = next::next(pair, &review);
    review.violations = policies::broken(pair);
    review.sources = sources(pair, changed);
    review.reviewers = reviewers::reviewers(db, pair, &review);
    review.reasons = risk::reasons(pair, &review);
    review
}

fn sources(pair: &Pair<'_>, changed: &[String]) -> Vec<String> {
    let read = pair.old.texts.keys().chain(pair.new.texts.keys());
    let differing = read.filter(|path| pair.old.texts.get(*path) != pair.new.texts.get(*path));
    let platform = pair.new.estate.platform.as_ref();
    let differing = differing.map(|path| platform.map_or_else(|| path.clone(), |it| it.source_path(path).to_string()));
    let all: BTreeSet<String> = differing.chain(changed.iter().cloned()).collect();
    all.into_iter().collect()
}
