//! Which words of the language some platforms use, by the compiler's own table.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use platformc::schema::{Attribute, FACTS, FORGES, FUNCTIONS, KINDS, QUESTIONS, Type};
use platformc::values::PULL_FACTS;
use regex::Regex;

use crate::support::Texts;

/// Statements that are in no table.
const STATEMENTS: &[(&str, &str)] = &[
    ("import", r"(?m)^import "),
    ("import for TEAM", r"(?m)^import .* for \w+"),
    ("for", r"(?m)^ *for \w+ in "),
    ("when", r"\bwhen "),
    ("each", r"\beach \w+ in "),
    ("param", r"\bparam "),
    ("object", r"\bobject "),
    ("unset", r"\bunset "),
    ("override", r"\boverride "),
    ("+=", r"\+="),
    ("if", r"\bif .* then .* else "),
    ("comprehension", r"\[for .* where .*: "),
    ("not in", r" not in \["),
    ("or", r" or "),
    ("raw string", "r\""),
    ("long string", "\"\"\""),
    ("on CLUSTER", r"needs = .* on "),
    ("expect", r"\bexpect "),
];

static WORDS: LazyLock<Vec<(String, Regex)>> = LazyLock::new(words);

fn words() -> Vec<(String, Regex)> {
    let regex = |pattern: &str| Regex::new(pattern).expect("patterns are regular expressions");
    let mut words: Vec<(String, Regex)> =
        STATEMENTS.iter().map(|(name, pattern)| ((*name).to_owned(), regex(pattern))).collect();
    for kind in KINDS {
        let word = kind.kind.word();
        words.push((word.to_owned(), regex(&format!(r"(?m)^ *{word} "))));
        attributes(kind.body.attributes, &mut |name| {
            words.push((format!("{word}.{name}"), regex(&format!(r"\b{name} *(\+?=|\{{|\w+ *\{{)"))));
        });
    }
    words.extend(FORGES.iter().map(|(name, _)| (format!("{name}()"), regex(&format!(r"\b{name}\(")))));
    words
        .extend(PULL_FACTS.iter().map(|fact| (format!("pr.{}", fact.name), regex(&format!(r"\bpr\.{}\b", fact.name)))));
    words.extend(
        FACTS.iter().map(|fact| (format!("policy: {}", fact.name), regex(&format!(r"require = .*\b{}\b", fact.name)))),
    );
    words.extend(
        FUNCTIONS
            .iter()
            .chain(QUESTIONS)
            .map(|function| (format!("{}()", function.name), regex(&format!(r"\b{}\(", function.name)))),
    );
    words
}

fn attributes(all: &'static [Attribute], each: &mut dyn FnMut(&'static str)) {
    for attribute in all {
        each(attribute.name);
        if let Type::Block(block) | Type::Named(block) | Type::Steps(block) = attribute.of {
            attributes(block.attributes, each);
        }
    }
}

/// The words of the language that none of these use.
pub(crate) fn unused<'t>(platforms: impl Iterator<Item = &'t Texts>) -> BTreeSet<&'static str> {
    let mut unused: BTreeSet<&str> = WORDS.iter().map(|(name, _)| name.as_str()).collect();
    for sources in platforms {
        let texts = || sources.iter().filter(|(path, _)| path.ends_with(".pf")).map(|(_, text)| text);
        for (name, pattern) in WORDS.iter() {
            if unused.contains(name.as_str()) && texts().any(|text| pattern.is_match(text)) {
                unused.remove(name.as_str());
            }
        }
    }
    unused
}
