//! What can be said about an expression without values: names, functions, and kinds on both sides of a comparison.

use std::sync::Arc;

use super::Value;
use super::claim::{self, Call};
use super::path;
use super::resolve::{Expected, Scope};
use crate::diagnostics::{self as codes, Diagnostic, Sink, did_you_mean, with_article};
use crate::schema::{FORGES, FUNCTIONS, Function, Kind, PROVIDERS};
use crate::syntax::ast::{Argument, BinaryOperator, Block, EntryKind, Expr, ExprKind, TextPart};

/// Checks an expression, evaluated or not, so that a mistake on a path that is never taken is found too.
pub fn check(scope: &Scope<'_>, expr: &Expr, expected: Expected, sink: &mut Sink) {
    if let (Expected::Path, Some(keys)) = (expected, path::path_keys(expr)) {
        let _ = path::value(scope, &keys, sink);
        return;
    }
    if let (Expected::Value, Some(keys)) = (expected, scope.attribute_keys(expr)) {
        let _ = scope.check_attribute(&keys, sink);
        return;
    }
    match &expr.kind {
        ExprKind::Name(word) => {
            let _ = scope.meaning(word, expr.range, expected, sink);
        }
        ExprKind::Text(parts) => parts.iter().for_each(|part| {
            if let TextPart::Value(value) = part {
                check(scope, value, Expected::Value, sink);
            }
        }),
        ExprKind::List(items) => items.iter().for_each(|item| check(scope, item, expected, sink)),
        ExprKind::On(service, cluster) => {
            check(scope, service, expected, sink);
            check(scope, cluster, Expected::Kind(crate::schema::Kind::Cluster), sink);
        }
        ExprKind::Object(block) => check_object(scope, block, sink),
        ExprKind::Comprehension { name, over, filter, value } => {
            check(scope, over, Expected::Value, sink);
            let locals = with_local(scope, &name.text);
            let inner = Scope { locals: &locals, ..*scope };
            filter.iter().for_each(|filter| check(&inner, filter, Expected::Value, sink));
            check(&inner, value, expected, sink);
        }
        ExprKind::Member(of, _) => check(scope, of, Expected::Value, sink),
        ExprKind::Index(of, key) => {
            check(scope, of, Expected::Value, sink);
            check(scope, key, Expected::Value, sink);
        }
        ExprKind::Call(callee, arguments) => {
            check_call(scope, Call { callee, arguments, at: expr.range }, sink);
        }
        ExprKind::Unary(_, of) => check(scope, of, Expected::Value, sink),
        ExprKind::Binary(operator, left, right) => check_binary(scope, *operator, left, right, sink),
        ExprKind::If(condition, then, otherwise) => {
            check(scope, condition, Expected::Value, sink);
            check(scope, then, expected, sink);
            check(scope, otherwise, expected, sink);
        }
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Broken => {}
    }
}

/// The locals of a scope with one more, whose value is not known yet.
fn with_local(scope: &Scope<'_>, name: &Arc<str>) -> Vec<(Arc<str>, Value)> {
    let mut locals = scope.locals.to_vec();
    locals.push((Arc::clone(name), Value::Null));
    locals
}

fn check_object(scope: &Scope<'_>, block: &Block, sink: &mut Sink) {
    for entry in &block.entries {
        match &entry.kind {
            EntryKind::Assign { value, .. } => check(scope, value, Expected::Value, sink),
            EntryKind::Nested { body, .. } => check_object(scope, body, sink),
            _ => {}
        }
    }
}

/// What the two sides of an operator expect of each other.
pub(super) fn sides(scope: &Scope<'_>, operator: BinaryOperator, left: &Expr, right: &Expr) -> (Expected, Expected) {
    if !operator.is_comparison() {
        return (Expected::Value, Expected::Value);
    }
    let kind = |expr: &Expr| match &expr.kind {
        ExprKind::Name(name) => scope.kind_of_ambient(name).map_or(Expected::Value, Expected::Kind),
        ExprKind::Call(callee, arguments) => {
            let question = scope.question(callee, arguments.len());
            question
                .filter(|question| question.name == "clusters")
                .map_or(Expected::Value, |_| Expected::Kind(Kind::Cluster))
        }
        _ => Expected::Value,
    };
    (kind(right), kind(left))
}

fn check_binary(scope: &Scope<'_>, operator: BinaryOperator, left: &Expr, right: &Expr, sink: &mut Sink) {
    let (for_left, for_right) = sides(scope, operator, left, right);
    let ambient = |expr: &Expr| matches!(&expr.kind, ExprKind::Name(name) if scope.kind_of_ambient(name).is_some());
    check(scope, left, if ambient(left) { Expected::Value } else { for_left }, sink);
    check(scope, right, if ambient(right) { Expected::Value } else { for_right }, sink);
    check_quoted(scope, for_right, right, sink);
    check_quoted(scope, for_left, left, sink);
}

/// A quoted name where a bare one belongs never matches, so it is refused.
fn check_quoted(scope: &Scope<'_>, expected: Expected, expr: &Expr, sink: &mut Sink) {
    let Expected::Kind(kind) = expected else { return };
    if let ExprKind::List(items) = &expr.kind {
        items.iter().for_each(|item| check_quoted(scope, expected, item, sink));
    }
    if let Some(text) = expr.literal() {
        sink.push(
            Diagnostic::new(
                codes::TYPE_MISMATCH,
                scope.site.span(expr.range),
                format!("{} is named without quotes", with_article(kind.word())),
            )
            .note("names are checked, so that a misspelt one is found; a string is only data")
            .write(text),
        );
    }
}

fn check_call(scope: &Scope<'_>, call: Call<'_>, sink: &mut Sink) {
    if let Some(question) = scope.question(call.callee, call.arguments.len()) {
        return claim::check_question(scope, question, call, sink);
    }
    let is_asked_elsewhere =
        matches!(&call.callee.kind, ExprKind::Name(name) if claim::is_question(name) && Function::find(name).is_none());
    if function(scope, call.callee, call.arguments, sink).is_none() && is_asked_elsewhere {
        return;
    }
    call.arguments.iter().for_each(|argument| check(scope, &argument.value, Expected::Value, sink));
}

/// Whether a function names something and computes nothing: those of `provides`, and of a preview's `from`.
pub(super) fn is_provider(name: &str) -> bool {
    PROVIDERS.iter().chain(&FORGES).any(|(provider, _)| *provider == name)
}

/// The function that is called, if it exists and takes that many arguments.
pub(super) fn function(
    scope: &Scope<'_>,
    callee: &Expr,
    arguments: &[Argument],
    sink: &mut Sink,
) -> Option<&'static Function> {
    let span = scope.site.span(callee.range);
    let ExprKind::Name(name) = &callee.kind else {
        sink.push(
            Diagnostic::new(codes::UNKNOWN_FUNCTION, span, "only a function can be called")
                .help("a function is called by its name"),
        );
        return None;
    };
    if is_provider(name) {
        return None;
    }
    let Some(function) = Function::find(name) else {
        let names = FUNCTIONS
            .iter()
            .map(|function| function.name)
            .chain(PROVIDERS.iter().chain(&FORGES).map(|(name, _)| *name));
        let message = format!("there is no function `{name}`");
        let finding = Diagnostic::new(codes::UNKNOWN_FUNCTION, span, message);
        sink.push(if claim::is_question(name) {
            finding
                .label("this can only be asked in a `policy` or a `test`")
                .note("what it asks for follows from the whole platform, and so from the value that would depend on it")
        } else {
            finding.meant(name, did_you_mean(name, names))
        });
        return None;
    };
    let (fewest, most) = function.arity();
    let named = arguments.iter().find_map(|argument| argument.name.as_ref());
    if named.is_none() && (fewest..=most).contains(&arguments.len()) {
        return Some(function);
    }
    let parameters = function.parameters.iter().map(|parameter| parameter.name).collect::<Vec<_>>().join(", ");
    let message = match named {
        Some(word) => format!("`{name}` takes its arguments by their order, not as `{} =`", word.text),
        None => {
            format!("`{name}` takes {fewest} argument{}, not {}", if fewest == 1 { "" } else { "s" }, arguments.len())
        }
    };
    sink.push(Diagnostic::new(codes::BAD_ARGUMENTS, span, message).help(format!("write `{name}({parameters})`")));
    None
}
