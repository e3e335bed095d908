//! What a preview knows of its pull request. No pull request is there when the platform is compiled, so each fact is a sign
//! that stands in texts until a document or a list of pull requests gives it a meaning.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::Value;
use crate::syntax::ast::{Block, EntryKind, Expr, ExprKind, TextPart};
use crate::text::TextRange;

/// Something that is known of a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullFact {
    /// The word behind `pr.`.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// Whether only letters, digits and dashes can stand in it: whoever opens a pull request writes the rest.
    pub is_plain: bool,
    /// What one may look like, as long as it can be: what is checked with it holds for every pull request.
    pub sample: &'static str,
    sign: char,
}

/// How long the name that is made of a branch may be.
pub const LONGEST_SLUG: usize = 30;

/// All that is known of a pull request. The signs are private use characters, which no name and no manifest holds.
pub const PULL_FACTS: [PullFact; 8] = [
    fact("number", "its number", true, "2147483647", '\u{F5001}'),
    fact(
        "slug",
        "its branch as a part of a name: small letters, digits and dashes, at most 30; its number where nothing is left",
        true,
        "abcdefghijklmnopqrstuvwxyz0123",
        '\u{F5002}',
    ),
    fact("sha", "its newest commit", true, "0123456789abcdef0123456789abcdef01234567", '\u{F5003}'),
    fact("short_sha", "the first eight characters of its newest commit", true, "01234567", '\u{F5004}'),
    fact("branch", "its branch", false, "branch", '\u{F5005}'),
    fact("target", "the branch that it shall be merged into", false, "main", '\u{F5006}'),
    fact("title", "its title", false, "title", '\u{F5007}'),
    fact("author", "who opened it", false, "author", '\u{F5008}'),
];

impl PullFact {
    /// The sign that stands for it in texts.
    #[must_use]
    pub fn sign(&self) -> char {
        self.sign
    }
}

const fn fact(name: &'static str, doc: &'static str, is_plain: bool, sample: &'static str, sign: char) -> PullFact {
    PullFact { name, doc, is_plain, sample, sign }
}

/// The ambient name.
pub const PULL: &str = "pr";

/// What `pr` stands for.
pub(super) fn pull() -> Value {
    let facts = PULL_FACTS.iter().map(|fact| (Arc::from(fact.name), Value::text(fact.sign.to_string())));
    Value::Object(Arc::new(facts.collect::<BTreeMap<_, _>>()))
}

/// A text with every fact replaced.
pub fn with_facts(text: &str, of: impl Fn(&'static PullFact) -> String) -> Cow<'_, str> {
    if !text.contains(|character| fact_of(character).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for character in text.chars() {
        match fact_of(character) {
            Some(fact) => out.push_str(&of(fact)),
            None => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// The same with what a fact may look like.
#[must_use]
pub fn with_samples(text: &str) -> Cow<'_, str> {
    with_facts(text, |fact| fact.sample.to_owned())
}

/// The facts that a text shows.
pub fn facts_in(text: &str) -> impl Iterator<Item = &'static PullFact> {
    text.chars().filter_map(fact_of)
}

fn fact_of(character: char) -> Option<&'static PullFact> {
    PULL_FACTS.iter().find(|fact| fact.sign == character)
}

/// Where an expression does more with a pull request than to show what is known of it. The compiler has nothing to compute
/// with, and the controller of `ApplicationSets` gets texts alone.
pub fn computed(expr: &Expr, found: &mut Vec<TextRange>) {
    match &expr.kind {
        ExprKind::Member(of, _) if is_pull(of) => {}
        ExprKind::Text(parts) => parts.iter().for_each(|part| {
            if let TextPart::Value(value) = part {
                computed(value, found);
            }
        }),
        ExprKind::List(items) => items.iter().for_each(|item| computed(item, found)),
        ExprKind::Object(block) => computed_in(block, found),
        _ => expr.walk(&mut |inner| {
            if is_pull(inner) {
                found.push(expr.range);
            }
        }),
    }
}

fn computed_in(block: &Block, found: &mut Vec<TextRange>) {
    for entry in &block.entries {
        match &entry.kind {
            EntryKind::Assign { value, .. } => computed(value, found),
            EntryKind::Nested { body, .. } => computed_in(body, found),
            _ => {}
        }
    }
}

fn is_pull(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Name(name) if name.as_ref() == PULL)
}
