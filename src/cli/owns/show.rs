use std::fmt::Write as _;

use serde_json::{Value, json};

use super::answers::Answer;

/// More declarations than this are counted.
const MAX_SHOWN: usize = 8;

pub(super) fn text(answers: &[Answer]) -> String {
    answers.iter().map(one).collect()
}

fn one(answer: &Answer) -> String {
    let on = if answer.clusters.is_empty() { String::new() } else { format!(" on {}", answer.clusters.join(", ")) };
    let owners: Vec<String> = answer
        .owners
        .iter()
        .map(|(team, handle)| match handle {
            Some(handle) => format!("{team} ({handle})"),
            None => team.to_string(),
        })
        .collect();
    let owners = if owners.is_empty() { "nobody: the platform has no `admins`".to_owned() } else { owners.join(", ") };
    let mut out = format!("{} {}{on}: {owners}\n", answer.kind, answer.name);
    if let Some(rule) = &answer.rule {
        let _ = writeln!(out, "  rule      {rule}");
    }
    let _ = writeln!(out, "  because   {}", answer.because);
    for (name, place) in answer.declared.iter().take(MAX_SHOWN) {
        let _ = writeln!(out, "  declared  {name}, {place}");
    }
    if let Some(more @ 1..) = answer.declared.len().checked_sub(MAX_SHOWN) {
        let _ = writeln!(out, "            and {more} more");
    }
    out
}

pub(super) fn json(answers: &[Answer]) -> String {
    let all: Vec<Value> = answers.iter().map(object).collect();
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}

fn object(answer: &Answer) -> Value {
    let owners =
        answer.owners.iter().map(|(team, handle)| json!({ "team": team.as_ref(), "handle": handle.as_deref() }));
    let declared = answer.declared.iter().map(|(name, place)| json!({ "declaration": name, "place": place }));
    json!({
        "kind": answer.kind,
        "name": answer.name,
        "clusters": answer.clusters.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
        "owners": owners.collect::<Vec<_>>(),
        "rule": answer.rule,
        "because": answer.because,
        "declared": declared.collect::<Vec<_>>(),
    })
}
