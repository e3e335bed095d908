//! For programs: `docs/plan.md` says what each field means.

use serde_json::{Value, json};

use crate::review::{AccessChange, Declared, Denied, Field, Next, Review, Touched, Update, Violation};

/// The version of the format: it goes up when a field is taken away or means something else.
const VERSION: u32 = 1;

/// A review for programs, with what a gate says of it.
#[must_use]
pub fn json(review: &Review, denied: &[Denied]) -> String {
    let reasons = review.reasons.iter();
    let reasons = reasons.map(|it| json!({ "level": it.level.word(), "rule": it.rule, "text": it.text }));
    let steps = review.steps.iter().map(|it| {
        json!({
            "environment": it.environment, "layer": it.layer, "wave": it.wave, "rollout_step": it.rollout_step,
            "services": it.services,
            "waits": it.waits,
        })
    });
    let reviewers = review.reviewers.iter();
    let reviewers = reviewers.map(|it| json!({ "team": it.team, "handle": it.handle, "because": it.because }));
    let denied = denied.iter().map(|it| json!({ "rule": it.rule, "because": it.because }));
    let whole = json!({
        "version": VERSION,
        "from": review.from,
        "to": review.to,
        "environments": review.environments,
        "risk": { "level": review.risk().word(), "reasons": reasons.collect::<Vec<_>>() },
        "instances": review.instances.iter().map(instance).collect::<Vec<_>>(),
        "updates": review.updates.iter().map(update).collect::<Vec<_>>(),
        "access": review.access.iter().map(access).collect::<Vec<_>>(),
        "declared": review.declared.iter().map(declared).collect::<Vec<_>>(),
        "order": steps.collect::<Vec<_>>(),
        "policies": review.violations.iter().map(violation).collect::<Vec<_>>(),
        "next": review.next.iter().map(next).collect::<Vec<_>>(),
        "reviewers": reviewers.collect::<Vec<_>>(),
        "sources": review.sources,
        "denied": denied.collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&whole).unwrap_or_default() + "\n"
}

fn instance(it: &Touched) -> Value {
    let moves = it.moves.iter().map(|(what, from, to)| json!({ "what": what, "old": from, "new": to }));
    json!({
        "instance": it.name,
        "change": it.fate.word(),
        "service": it.service,
        "cluster": it.cluster,
        "item": it.item,
        "environment": it.environment,
        "protected": it.protected,
        "hub": it.hub,
        "layer": it.layer,
        "team": it.team,
        "wave": { "old": it.old_wave, "new": it.wave },
        "rollout_step": it.rollout_step,
        "keeps_workload": it.keeps_workload,
        "removed": it.is_removed,
        "moves": moves.collect::<Vec<_>>(),
        "place": place(&it.place),
    })
}

fn violation(it: &Violation) -> Value {
    json!({
        "kind": it.kind.word(),
        "name": it.name,
        "severity": if it.warns { "warning" } else { "error" },
        "new": it.is_new,
        "text": it.text,
        "notes": it.notes,
        "of": it.of,
        "place": place(&it.place),
    })
}

fn next(it: &Next) -> Value {
    json!({ "kind": it.kind.word(), "name": it.name, "step": it.step, "text": it.text, "place": place(&it.place) })
}

fn update(it: &Update) -> Value {
    json!({
        "environment": it.environment,
        "protected": it.protected,
        "field": field(&it.field),
        "instances": it.instances,
        "place": place(&it.place),
    })
}

fn field(it: &Field) -> Value {
    json!({ "path": it.path, "name": it.name(), "old": it.old, "new": it.new })
}

fn access(it: &AccessChange) -> Value {
    json!({
        "team": it.team,
        "gained": it.gained,
        "lost": it.lost,
        "environment": it.environment,
        "protected": it.protected,
        "instances": it.instances,
        "groups": it.groups,
        "place": place(&it.place),
    })
}

fn declared(it: &Declared) -> Value {
    json!({
        "kind": it.kind,
        "name": it.name,
        "change": it.fate.word(),
        "fields": it.fields.iter().map(field).collect::<Vec<_>>(),
        "clusters": it.clusters,
        "place": place(&it.place),
    })
}

fn place(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
