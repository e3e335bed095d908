//! One policy, asked of one thing.

use super::answers::Asked;
use crate::db::Db;
use crate::diagnostics::{Diagnostic, Sink, Span};
use crate::model::{Claim, masked};
use crate::syntax::ast::{BinaryOperator, Expr, ExprKind, TextPart, UnaryOperator};
use crate::values::{Expected, Scope, Value, World, asked_in, boolean, evaluate, path_keys};

/// What a policy says of one thing.
pub(super) enum Ruled {
    NotConcerned,
    Holds,
    Fails {
        /// The line that gives the value.
        span: Span,
        message: String,
        /// What is asked for, with its value.
        values: Vec<String>,
    },
    /// It can't be asked.
    Broken(Vec<Diagnostic>),
}

/// Things of which a policy does not hold for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) values: Vec<String>,
    /// What they are called.
    pub(super) of: Vec<String>,
}

/// Asks for something that a policy or a test requires. What that computes is taken from what the sink may cost; it is left
/// empty.
pub(super) fn rule(
    db: &dyn Db,
    (claim, required): (&Claim<'_>, &Expr),
    world: &World,
    asked: &Asked<'_>,
    sink: &mut Sink,
) -> Ruled {
    let scope = claim.scope(db, Some(world), Some(asked));
    let holds = match claim.filter.map_or(Ok(true), |filter| boolean(&scope, filter, sink)) {
        Ok(true) => boolean(&scope, required, sink),
        Ok(false) => return Ruled::NotConcerned,
        Err(reported) => Err(reported),
    };
    match holds {
        Ok(true) => Ruled::Holds,
        Ok(false) => {
            let culprit = culprit(&scope, required, sink);
            let lines = asked_in(&scope, culprit).into_iter().find_map(|expr| asked.line(expr));
            let message = claim.message.map(|message| report(&scope, message, sink)).unwrap_or_default();
            Ruled::Fails { span: lines.unwrap_or(asked.origin), message, values: values(&scope, required, sink) }
        }
        Err(_) => Ruled::Broken(sink.take()),
    }
}

/// The part of a condition because of which it is false.
fn culprit<'e>(scope: &Scope<'_>, expr: &'e Expr, sink: &mut Sink) -> &'e Expr {
    match &expr.kind {
        ExprKind::Binary(BinaryOperator::And, left, right) => {
            let is_left = boolean(scope, left, sink) == Ok(false);
            sink.take();
            culprit(scope, if is_left { left } else { right }, sink)
        }
        ExprKind::Unary(UnaryOperator::Not, of) => of,
        _ => expr,
    }
}

/// More of a text than one reads at a glance is cut off.
const MOST: usize = 400;

/// A text for people: what has no text in the language is shown as it would be written.
fn report(scope: &Scope<'_>, message: &Expr, sink: &mut Sink) -> String {
    let text = match &message.kind {
        ExprKind::Text(parts) => {
            let parts = parts.iter().map(|part| match part {
                TextPart::Literal(text) => text.to_string(),
                TextPart::Value(value) => shown(scope, value, sink),
            });
            parts.collect()
        }
        _ => shown(scope, message, sink),
    };
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain("...".chars()).collect() }
}

fn shown(scope: &Scope<'_>, expr: &Expr, sink: &mut Sink) -> String {
    match value(scope, expr, sink) {
        Some(value) => value.to_text().map_or_else(|| value.show(), |text| text.to_string()),
        None => "?".to_owned(),
    }
}

/// The value of an expression as it may be shown: one that is made of a secret is none.
fn value(scope: &Scope<'_>, expr: &Expr, sink: &mut Sink) -> Option<Value> {
    let found = plain(scope, expr, sink)?;
    if path_keys(expr).is_some() {
        return Some(masked(&keys(expr), &found));
    }
    if matches!(found, Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_)) {
        return Some(found);
    }
    let mut is_secret = masked(&keys(expr), &found) != found;
    expr.walk(&mut |part| {
        let has_keys = path_keys(part).is_some() || matches!(part.kind, ExprKind::Call(..));
        if !is_secret && has_keys && part.range != expr.range {
            is_secret = plain(scope, part, sink).is_some_and(|value| masked(&keys(part), &value) != value);
        }
    });
    Some(if is_secret { Value::text("***") } else { found })
}

fn plain(scope: &Scope<'_>, expr: &Expr, sink: &mut Sink) -> Option<Value> {
    let value = evaluate(scope, expr, Expected::Value, sink);
    sink.take();
    value.ok()
}

/// The keys by which a value is known: those of an attribute, also where a question asks for it.
fn keys(expr: &Expr) -> Vec<&str> {
    match &expr.kind {
        ExprKind::Call(callee, arguments) if callee.plain_text() == Some("value") => {
            arguments.get(2).map(|argument| keys(&argument.value)).unwrap_or_default()
        }
        ExprKind::Name(name) => vec![name.as_ref()],
        ExprKind::Member(of, key) => keys(of).into_iter().chain([key.text.as_ref()]).collect(),
        ExprKind::Index(of, key) => keys(of).into_iter().chain(key.literal()).collect(),
        _ => vec![],
    }
}

/// A list of objects as the list of their names, so that one can read it.
fn named(value: Value) -> Value {
    let name = |item: &Value| item.as_object()?.get("name").cloned();
    let names = value.as_list().and_then(|items| items.iter().map(name).collect::<Option<Vec<_>>>());
    names.map_or(value, |names| Value::List(names.into()))
}

/// Everything that a condition asks for, with its value.
fn values(scope: &Scope<'_>, required: &Expr, sink: &mut Sink) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    for expr in asked_in(scope, required) {
        if let Some(value) = value(scope, expr, sink) {
            let value = named(value);
            let count = value.as_list().filter(|_| value.to_json().to_string().chars().count() > 60);
            let count = count.map(|items| format!(", {} of them", items.len())).unwrap_or_default();
            let line = format!("`{expr}` is {}{count}", value.show());
            if !found.contains(&line) {
                found.push(line);
            }
        }
    }
    found
}
