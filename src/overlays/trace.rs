//! The way of one value: every line that has a say in it, strongest first.

use super::Narrowness;
use super::contribution::{Action, Contributions, Level};
use super::merge::strongest_first;
use crate::diagnostics::Span;

/// A line that has a say in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands.
    pub span: Span,
    /// The level it is written on.
    pub level: Level,
    /// The condition it stands under; empty for none.
    pub condition: String,
    /// Whether the condition holds for the instance.
    pub holds: bool,
    /// The line as one would write it.
    pub text: String,
}

/// Every line that sets the value at `path`, something above it or something below it, strongest first.
#[must_use]
pub fn trace(
    contributions: &Contributions<'_>,
    narrowness: &Narrowness,
    holds: &dyn Fn(usize) -> bool,
    path: &[&str],
) -> Vec<Step> {
    let touches = |line: &usize| {
        let keys = &contributions.list[*line].path;
        keys.iter().map(AsRef::as_ref).zip(path).all(|(left, right): (&str, &&str)| left == *right)
    };
    let lines = strongest_first(contributions, narrowness).into_iter().filter(touches);
    lines.map(|line| step(contributions, holds, line)).collect()
}

fn step(contributions: &Contributions<'_>, holds: &dyn Fn(usize) -> bool, line: usize) -> Step {
    let contribution = &contributions.list[line];
    let path = contribution.path.join(".");
    let text = match contribution.action {
        Action::Set(expr) => format!("{path} = {expr}"),
        Action::Append(expr) => format!("{path} += {expr}"),
        Action::Unset => format!("unset {path}"),
        Action::Exists => format!("{path} {{ }}"),
    };
    Step {
        span: contributions.span(line),
        level: contributions.level(line),
        condition: contributions.show(contribution.combination),
        holds: holds(contribution.combination),
        text,
    }
}
