//! Policies and tests that don't hold, in words and with their lines.

use super::answers::Allowed;
use super::ask::Failure;
use super::reasons::{converging, granting, nobody};
use super::{Claim, Objection, Outcome};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic};
use crate::names::{doc, name_span};
use crate::syntax::ast::Expr;
use crate::text::{counted, some};

/// What a policy comes to: a finding for each line that breaks it, and for each part of it that can't be asked.
pub(super) fn objections(db: &dyn Db, claim: &Claim<'_>, outcome: Outcome) -> Vec<Objection> {
    let failed = grouped(outcome.failures).into_iter().map(|mut failure| {
        failure.of.sort();
        let text = said(db, claim, &failure);
        Objection { finding: failed(db, claim, &failure, &text), text, of: failure.of }
    });
    failed.chain(unasked(outcome.broken)).collect()
}

/// Failures at one line with the same values are one.
fn grouped(failures: Vec<Failure>) -> Vec<Failure> {
    let mut groups: Vec<Failure> = vec![];
    for failure in failures {
        match groups.iter_mut().find(|known| known.span == failure.span && known.values == failure.values) {
            Some(known) => known.of.extend(failure.of),
            None => groups.push(failure),
        }
    }
    groups
}

/// What is said of a failure, by the policy or of it.
fn said(db: &dyn Db, claim: &Claim<'_>, failure: &Failure) -> String {
    match failure.message.trim() {
        "" => format!("policy `{}` does not hold", claim.name(db)),
        said => said.to_owned(),
    }
}

fn failed(db: &dyn Db, claim: &Claim<'_>, failure: &Failure, text: &str) -> Diagnostic {
    let is_own = !failure.message.trim().is_empty();
    let message = if is_own { format!("{text} (policy `{}`)", claim.name(db)) } else { text.to_owned() };
    let code = if claim.warns { codes::POLICY_WARNS } else { codes::POLICY_VIOLATED };
    let names: Vec<&str> = failure.of.iter().map(String::as_str).collect();
    let mut finding = Diagnostic::new(code, failure.span, message);
    if let Some(required) = claim.required.first() {
        finding = finding.also(claim.site(db).span(required.range), "required here");
    }
    let of = match names.len() {
        1 => format!("of {} {}", claim.over.word(), some(&names)),
        count => format!("of {}: {}", counted(count, claim.over.word()), some(&names)),
    };
    finding = finding.note(of);
    if !failure.values.is_empty() {
        finding = finding.note(failure.values.join(", "));
    }
    if let Some(doc) = doc(db, claim.item) {
        finding = finding.note(doc.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    finding
}

/// Each thing that can't be asked once, and of what.
fn unasked(broken: Vec<(Diagnostic, Vec<String>)>) -> Vec<Objection> {
    let mut found: Vec<(Diagnostic, Vec<String>)> = vec![];
    for (finding, names) in broken {
        let place = |finding: &Diagnostic| (finding.code, finding.primary.span);
        match found.iter_mut().find(|(known, _)| place(known) == place(&finding)) {
            Some((_, known)) => known.extend(names),
            None => found.push((finding, names)),
        }
    }
    let say = |(finding, names): (Diagnostic, Vec<String>)| {
        let shown: Vec<&str> = names.iter().map(String::as_str).collect();
        let text = finding.message.clone();
        Objection { finding: finding.note(format!("asked of {}", some(&shown))), text, of: names }
    };
    found.into_iter().map(say).collect()
}

/// A policy that passes because it is asked of nothing.
pub(super) fn asks_nothing(db: &dyn Db, claim: &Claim<'_>) -> Diagnostic {
    let (place, message) = match claim.filter {
        Some(filter) => (claim.site(db).span(filter.range), format!("no {} meets this condition", claim.over.word())),
        None => (name_span(db, claim.item), format!("there is no {} that this could be asked of", claim.over.word())),
    };
    Diagnostic::new(codes::POLICY_ASKS_NOTHING, place, message)
        .note(format!("policy `{}` holds, whatever it requires", claim.name(db)))
        .help("mend the condition, or take the policy away")
}

/// An `expect` that is false.
pub(super) fn expected(
    db: &dyn Db,
    claim: &Claim<'_>,
    expr: &Expr,
    values: Vec<String>,
    allowed: Option<&Allowed<'_>>,
) -> Diagnostic {
    let message = format!("test \"{}\" fails: {expr}", claim.name(db));
    let mut finding = Diagnostic::new(codes::EXPECTATION_FAILED, claim.site(db).span(expr.range), message);
    finding = finding.label("this is false");
    if let Some((span, what)) = allowed.and_then(|allowed| granting(db, allowed)) {
        finding = finding.also(span, what);
    }
    if let Some(nobody) = nobody(db, expr) {
        finding = finding.note(nobody);
    }
    if let Some(because) = converging(db, expr) {
        finding = finding.note(format!("{expr}: {because}"));
    }
    if values.is_empty() { finding } else { finding.note(values.join(", ")) }
}
