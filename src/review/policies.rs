//! Policies and tests that the change breaks, or mends.

use std::sync::Arc;

use jiff::civil::Date;

use super::gate::Denied;
use super::{Pair, Review};
use crate::checks::Objection;
use crate::compile::asked;
use crate::db::Db;
use crate::diagnostics::Severity;
use crate::ide::line_of;
use crate::schema::Kind;

/// Something that a policy or a test says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `policy` or `test`.
    pub kind: Kind,
    /// Its name.
    pub name: Arc<str>,
    /// Whether it only warns.
    pub warns: bool,
    /// What does not hold, in words.
    pub text: String,
    /// Of what, and the values.
    pub notes: Vec<String>,
    /// The instances, services, clusters or teams that it is about; none for a test.
    pub of: Vec<String>,
    /// The line that gives the value.
    pub place: String,
    /// Whether it is the change that breaks it.
    pub is_new: bool,
}

/// Everything that a revision's policies and tests say on a day.
pub(super) fn violations(db: &dyn Db, today: Date) -> Vec<Violation> {
    let mut all = vec![];
    for ruling in asked(db, today) {
        all.extend(ruling.objections.into_iter().map(|Objection { finding, text, of }| Violation {
            kind: ruling.item.kind(db),
            name: Arc::clone(ruling.item.name(db)),
            warns: finding.severity() == Severity::Warning,
            text,
            notes: finding.notes,
            of,
            place: line_of(db, finding.primary.span),
            is_new: true,
        }));
    }
    all
}

/// What the revision that comes breaks. A warning that there was before is left out; an error is not, for it stops a build.
pub(super) fn broken(pair: &Pair<'_>) -> Vec<Violation> {
    let was = |it: &Violation| {
        let before = || pair.old.violations.iter().filter(|old| (old.kind, &old.name) == (it.kind, &it.name));
        match it.of.as_slice() {
            [] => before().any(|old| old.text == it.text),
            of => of.iter().all(|name| before().any(|old| old.of.contains(name))),
        }
    };
    let all = pair.new.violations.iter().map(|it| Violation { is_new: !was(it), ..it.clone() });
    all.filter(|it| it.is_new || !it.warns).collect()
}

/// What a build refuses because of a policy or a test.
#[must_use]
pub fn violated(review: &Review) -> Vec<Denied> {
    let errors = review.violations.iter().filter(|it| !it.warns);
    let denied = errors.map(|it| Denied {
        rule: format!("{} {}", it.kind.word(), it.name),
        because: if it.is_new { it.text.clone() } else { format!("{}, as before", it.text) },
    });
    denied.collect()
}
