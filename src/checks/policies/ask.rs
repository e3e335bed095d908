//! One policy, asked of one thing.

use super::answers::Asked;
use crate::db::Db;
use crate::diagnostics::{Diagnostic, Sink, Span};
use crate::model::{Claim, masked};
use crate::syntax::ast::{Expr, ExprKind, TextPart};
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

/// Asks a policy, or one `expect`. What it computes is taken from what the sink may cost; it is left empty.
pub(super) fn rule(db: &dyn Db, claim: &Claim<'_>, world: &World, asked: &Asked<'_>, sink: &mut Sink) -> Ruled {
    let scope = claim.scope(db, Some(world), Some(asked));
    let Some(required) = claim.required.first() else { return Ruled::NotConcerned };
    let holds = match claim.filter.map_or(Ok(true), |filter| boolean(&scope, filter, sink)) {
        Ok(true) => boolean(&scope, required, sink),
        Ok(false) => return Ruled::NotConcerned,
        Err(reported) => Err(reported),
    };
    match holds {
        Ok(true) => Ruled::Holds,
        Ok(false) => {
            let span = asked.line(required).unwrap_or(asked.origin);
            let message = claim.message.map(|message| report(&scope, message, sink)).unwrap_or_default();
            Ruled::Fails { span, message, values: values(&scope, required, sink) }
        }
        Err(_) => Ruled::Broken(sink.take()),
    }
}

/// A text for people: what has no text in the language is shown as it would be written.
fn report(scope: &Scope<'_>, message: &Expr, sink: &mut Sink) -> String {
    let ExprKind::Text(parts) = &message.kind else { return shown(scope, message, sink) };
    let parts = parts.iter().map(|part| match part {
        TextPart::Literal(text) => text.to_string(),
        TextPart::Value(value) => shown(scope, value, sink),
    });
    parts.collect()
}

fn shown(scope: &Scope<'_>, expr: &Expr, sink: &mut Sink) -> String {
    match value(scope, expr, sink) {
        Some(value) => value.to_text().map_or_else(|| value.show(), |text| text.to_string()),
        None => "?".to_owned(),
    }
}

/// The value of an expression as it may be shown.
fn value(scope: &Scope<'_>, expr: &Expr, sink: &mut Sink) -> Option<Value> {
    let value = evaluate(scope, expr, Expected::Value, sink);
    sink.take();
    let value = value.ok()?;
    let keys = path_keys(expr).unwrap_or_default();
    let keys: Vec<&str> = keys.iter().map(|(key, _)| key.as_ref()).collect();
    Some(masked(&keys, &value))
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
            let line = format!("`{expr}` is {}", named(value).show());
            if !found.contains(&line) {
                found.push(line);
            }
        }
    }
    found
}
