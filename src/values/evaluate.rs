//! Evaluation.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Ambients;
use super::arithmetic;
use super::check::{function, is_provider, sides};
use super::claim::{self, Call};
use super::cost;
use super::functions;
use super::path;
use super::pattern::{Composed, Own};
use super::pull::{PULL, pull};
use super::resolve::{Expected, Meaning, Scope, World};
use super::value::Value;
use crate::diagnostics::{self as codes, Code, Diagnostic, Reported, Sink, did_you_mean};
use crate::schema::Kind;
use crate::syntax::ast::{
    Argument, BinaryOperator, Block, EntryKind, Expr, ExprKind, Operator, TextPart, UnaryOperator, Word,
};
use crate::text::TextRange;

type Evaluated = Result<Value, Reported>;

/// The value of an expression. `expected` is what its place asks of bare words.
///
/// # Errors
/// What is wrong is in the sink.
pub fn evaluate(scope: &Scope<'_>, expr: &Expr, expected: Expected, sink: &mut Sink) -> Evaluated {
    sink.begin_expression();
    value_of(scope, expr, expected, sink)
}

/// The value of a part of an expression.
pub(super) fn value_of(scope: &Scope<'_>, expr: &Expr, expected: Expected, sink: &mut Sink) -> Evaluated {
    scope.step(expr.range, sink)?;
    if let (Expected::Path, Some(keys)) = (expected, path::path_keys(expr)) {
        return path::value(scope, &keys, sink);
    }
    if let (Expected::Value, Some(keys)) = (expected, scope.attribute_keys(expr)) {
        return scope.attribute(&keys, sink);
    }
    match &expr.kind {
        ExprKind::Null => Ok(Value::Null),
        ExprKind::Bool(value) => Ok(Value::Bool(*value)),
        ExprKind::Int(value) => Ok(Value::Int(*value)),
        ExprKind::Float(value) => Ok(Value::Float(*value)),
        ExprKind::Text(parts) => text(scope, parts, sink),
        ExprKind::Name(word) => name(scope, word, expr.range, expected, sink),
        ExprKind::List(items) => list(scope, items, expr.range, expected, sink),
        ExprKind::On(service, cluster) => on(scope, service, cluster, expected, sink),
        ExprKind::Object(block) => object(scope, block, expr.range, sink),
        ExprKind::Comprehension { name, over, filter, value } => {
            comprehension(scope, (name, over, filter.as_deref(), value), expected, sink)
        }
        ExprKind::Member(of, key) => member(scope, of, key, sink),
        ExprKind::Index(of, key) => index(scope, of, key, sink),
        ExprKind::Call(callee, arguments) => call(scope, callee, arguments, expr.range, sink),
        ExprKind::Unary(operator, of) => unary(scope, *operator, of, sink),
        ExprKind::Binary(operator, left, right) => binary(scope, *operator, (left, right), expr.range, sink),
        ExprKind::If(condition, then, otherwise) => {
            let taken = if truth(scope, condition, sink)? { then } else { otherwise };
            value_of(scope, taken, expected, sink)
        }
        ExprKind::Broken => Err(sink.broken()),
    }
}

/// The same, where a string that is computed may name what is expected: `env = row.env`.
///
/// # Errors
/// What is wrong is in the sink.
pub fn evaluate_named(scope: &Scope<'_>, expr: &Expr, expected: Expected, sink: &mut Sink) -> Evaluated {
    let value = evaluate(scope, expr, expected, sink)?;
    let Expected::Kind(kind) = expected else { return Ok(value) };
    named(scope, value, expr, kind, sink)
}

fn named(scope: &Scope<'_>, value: Value, expr: &Expr, kind: Kind, sink: &mut Sink) -> Evaluated {
    match value {
        Value::Text(text) if expr.literal().is_none() => match scope.names.get(kind, &text) {
            Some(name) => Ok(Value::Reference(kind, name)),
            None => Err(scope.unknown_name(&text, expr.range, Expected::Kind(kind), sink)),
        },
        Value::List(items) if !matches!(expr.kind, ExprKind::List(_)) => {
            let named = items.iter().map(|item| named(scope, item.clone(), expr, kind, sink));
            Ok(Value::List(named.collect::<Result<_, _>>()?))
        }
        value => Ok(value),
    }
}

/// The value of a condition.
///
/// # Errors
/// What is wrong is in the sink.
pub fn boolean(scope: &Scope<'_>, expr: &Expr, sink: &mut Sink) -> Result<bool, Reported> {
    sink.begin_expression();
    truth(scope, expr, sink)
}

pub(super) fn truth(scope: &Scope<'_>, expr: &Expr, sink: &mut Sink) -> Result<bool, Reported> {
    match value_of(scope, expr, Expected::Value, sink)? {
        Value::Bool(value) => Ok(value),
        other => {
            let message = format!("expected a bool, got {}", other.type_name());
            Err(scope.fail(codes::TYPE_MISMATCH, expr.range, message, sink))
        }
    }
}

impl Scope<'_> {
    pub(super) fn fail(&self, code: Code, at: TextRange, message: impl Into<String>, sink: &mut Sink) -> Reported {
        sink.error(Diagnostic::new(code, self.site.span(at), message))
    }

    /// Says that something else was expected.
    pub(super) fn mismatch(&self, at: TextRange, wanted: &str, got: &Value, sink: &mut Sink) -> Reported {
        let message = format!("expected {wanted}, got {}: {}", got.type_name(), got.show());
        self.fail(codes::TYPE_MISMATCH, at, message, sink)
    }
}

fn text(scope: &Scope<'_>, parts: &[TextPart], sink: &mut Sink) -> Evaluated {
    if let [TextPart::Literal(text)] = parts {
        return Ok(Value::Text(Arc::clone(text)));
    }
    let mut out = Composed::default();
    for part in parts {
        match part {
            TextPart::Literal(text) => out.literal(text),
            TextPart::Value(expr) => match value_of(scope, expr, Expected::Value, sink)? {
                Value::Pattern(pieces) => out.pieces(&pieces),
                value => out.literal(&shown(scope, &value, expr, sink)?),
            },
        }
    }
    Ok(out.finish())
}

fn shown(scope: &Scope<'_>, value: &Value, expr: &Expr, sink: &mut Sink) -> Result<Arc<str>, Reported> {
    let Some(text) = value.to_text() else {
        return Err(scope.mismatch(expr.range, "something that can stand in a string", value, sink));
    };
    scope.spend(text.len() as u64, expr.range, sink)?;
    Ok(text)
}

fn name(scope: &Scope<'_>, word: &str, at: TextRange, expected: Expected, sink: &mut Sink) -> Evaluated {
    scope.spend(scope.locals.len() as u64, at, sink)?;
    match scope.meaning(word, at, expected, sink)? {
        Meaning::Declared(kind, name) => Ok(Value::Reference(kind, name)),
        Meaning::Choice(word) => Ok(Value::text(word)),
        Meaning::Local(value) => Ok(value.clone()),
        Meaning::Fact(fact) => Ok(scope.answers.map_or(Value::Null, |answers| answers.fact(fact.name))),
        Meaning::Item => {
            let item = scope.world.and_then(|world| world.item.as_ref());
            Ok(item.map_or(Value::Null, |(_, value)| own(scope, Own::Item, value.clone())))
        }
        Meaning::Ambient(name) => {
            let value = scope.world.map_or(Value::Null, |world| ambient(world, name));
            let value = if scope.over().is_some() { as_name(name, value) } else { value };
            Ok(match Own::of_ambient(name) {
                Some(of) => own(scope, of, value),
                None => value,
            })
        }
    }
}

/// The service is asked for by its name, as every declaration is.
fn as_name(ambient: &str, value: Value) -> Value {
    match value {
        Value::Text(name) if ambient == "service" => Value::Reference(Kind::Service, name),
        other => other,
    }
}

/// What is an instance's own, left open where the scope asks for that.
fn own(scope: &Scope<'_>, of: Own, value: Value) -> Value {
    if scope.ambients == Ambients::Patterns && value.as_text().is_some() { of.pattern() } else { value }
}

fn ambient(world: &World, name: &str) -> Value {
    let text = |text: &Option<Arc<str>>| text.as_ref().map_or(Value::Null, |text| Value::Text(Arc::clone(text)));
    match name {
        "cluster" => {
            world.cluster.as_ref().map_or(Value::Null, |name| Value::Reference(Kind::Cluster, Arc::clone(name)))
        }
        "env" => Value::Reference(Kind::Environment, Arc::clone(&world.environment)),
        "region" => text(&world.region),
        PULL => pull(),
        "service" => text(&world.service),
        "owner" => world.owner.as_ref().map_or(Value::Null, |name| Value::Reference(Kind::Team, Arc::clone(name))),
        "labels" => {
            let labels = world.labels.iter().map(|(key, value)| (Arc::clone(key), Value::Text(Arc::clone(value))));
            Value::Object(Arc::new(labels.collect()))
        }
        _ => Value::Object(Arc::clone(&world.vars)),
    }
}

fn list(scope: &Scope<'_>, items: &[Expr], at: TextRange, expected: Expected, sink: &mut Sink) -> Evaluated {
    let values: Vec<_> = items.iter().map(|item| value_of(scope, item, expected, sink)).collect();
    let list = Value::List(values.into_iter().collect::<Result<_, _>>()?);
    scope.pay(&list, at, sink).map(|()| list)
}

fn on(scope: &Scope<'_>, service: &Expr, cluster: &Expr, expected: Expected, sink: &mut Sink) -> Evaluated {
    let value = value_of(scope, service, expected, sink)?;
    let place = value_of(scope, cluster, Expected::Kind(Kind::Cluster), sink)?;
    match (&value, &place) {
        (Value::Reference(Kind::Service, service), Value::Reference(Kind::Cluster, cluster)) => {
            Ok(Value::Placed(Arc::clone(service), Arc::clone(cluster)))
        }
        (Value::Reference(Kind::Service, _), other) => {
            Err(scope.mismatch(cluster.range, "the name of a cluster", other, sink))
        }
        (other, _) => Err(scope.mismatch(service.range, "the name of a service", other, sink)),
    }
}

fn object(scope: &Scope<'_>, block: &Block, at: TextRange, sink: &mut Sink) -> Evaluated {
    let mut object = BTreeMap::new();
    let mut failed = None;
    for entry in &block.entries {
        let (key, value) = match &entry.kind {
            EntryKind::Assign { key, operator: Operator::Set, value, forced: false } => {
                (key, value_of(scope, value, Expected::Value, sink))
            }
            EntryKind::Nested { key, body, forced: false } => (key, self::object(scope, body, key.range, sink)),
            _ => {
                let message = "only `key = value` and `key { }` can stand in an object";
                failed = Some(scope.fail(codes::MISPLACED_STATEMENT, entry.range, message, sink));
                continue;
            }
        };
        match value {
            Ok(value) => drop(object.insert(Arc::clone(&key.text), value)),
            Err(reported) => failed = Some(reported),
        }
    }
    let object = failed.map_or_else(|| Ok(Value::Object(Arc::new(object))), Err)?;
    scope.pay(&object, at, sink).map(|()| object)
}

type ComprehensionParts<'e> = (&'e Word, &'e Expr, Option<&'e Expr>, &'e Expr);

fn comprehension(scope: &Scope<'_>, parts: ComprehensionParts<'_>, expected: Expected, sink: &mut Sink) -> Evaluated {
    let (name, over, filter, value) = parts;
    let items = value_of(scope, over, Expected::Value, sink)?;
    let Some(items) = items.as_list() else {
        return Err(scope.mismatch(over.range, "a list", &items, sink));
    };
    scope.spend(scope.locals.len() as u64, over.range, sink)?;
    let mut locals = scope.locals.to_vec();
    let mut out = vec![];
    for item in items {
        locals.push((Arc::clone(&name.text), item.clone()));
        let inner = Scope { locals: &locals, ..*scope };
        let kept = filter.map_or(Ok(true), |filter| truth(&inner, filter, sink));
        if kept? {
            let made = value_of(&inner, value, expected, sink)?;
            scope.pay(&made, value.range, sink)?;
            out.push(made);
        }
        locals.pop();
    }
    Ok(Value::List(out.into()))
}

fn member(scope: &Scope<'_>, of: &Expr, key: &Word, sink: &mut Sink) -> Evaluated {
    let ambient = match &of.kind {
        ExprKind::Name(name) if !scope.locals.iter().any(|(local, _)| local == name) => Some(name.as_ref()),
        _ => None,
    };
    let value = value_of(scope, of, Expected::Value, sink)?;
    if scope.over().is_some() && value == Value::Null {
        return Ok(Value::Null);
    }
    let Some(object) = value.as_object() else {
        return Err(scope.mismatch(of.range, "an object", &value, sink));
    };
    match (object.get(&key.text), ambient) {
        (Some(value), _) => Ok(value.clone()),
        (None, Some("labels")) if scope.ambients == Ambients::Condition => Ok(Value::Null),
        (None, Some("labels" | "vars")) if scope.over().is_some() => Ok(Value::Null),
        (None, Some("vars")) => Err(missing_variable(scope, key, sink)),
        (None, _) => Err(missing_key(scope, key.range, &key.text, object.keys(), sink)),
    }
}

fn missing_variable(scope: &Scope<'_>, key: &Word, sink: &mut Sink) -> Reported {
    let world = scope.world;
    let cluster = world.and_then(|world| world.cluster.as_deref()).unwrap_or("");
    let near = world.and_then(|world| did_you_mean(&key.text, world.vars.keys().map(AsRef::as_ref)));
    let message = format!("cluster `{cluster}` has no variable `{}`", key.text);
    let diagnostic = Diagnostic::new(codes::MISSING_VARIABLE, scope.site.span(key.range), message)
        .note("every cluster on which a service uses a variable must have it")
        .meant(&key.text, near)
        .help("set it in the `vars` of the platform, the environment or the cluster");
    sink.error(diagnostic)
}

fn missing_key<'k>(
    scope: &Scope<'_>,
    at: TextRange,
    key: &str,
    keys: impl Iterator<Item = &'k Arc<str>>,
    sink: &mut Sink,
) -> Reported {
    let near = did_you_mean(key, keys.map(AsRef::as_ref));
    let diagnostic = Diagnostic::new(codes::MISSING_KEY, scope.site.span(at), format!("there is no key `{key}`"))
        .meant(key, near)
        .help("where it may be missing, write `get(object, \"key\", otherwise)`");
    sink.error(diagnostic)
}

fn index(scope: &Scope<'_>, of: &Expr, key: &Expr, sink: &mut Sink) -> Evaluated {
    let value = value_of(scope, of, Expected::Value, sink)?;
    let place = value_of(scope, key, Expected::Value, sink)?;
    match (&value, &place) {
        (Value::Object(object), Value::Text(name) | Value::Reference(_, name)) => match object.get(name) {
            Some(value) => Ok(value.clone()),
            None if is_labels(scope, of) || is_asked(scope, of) => Ok(Value::Null),
            None => Err(missing_key(scope, key.range, name, object.keys(), sink)),
        },
        (Value::List(items), Value::Int(number)) => {
            let item = usize::try_from(*number).ok().and_then(|number| items.get(number));
            let message = || format!("the list has {} items, there is no item {number}", items.len());
            item.cloned().ok_or_else(|| scope.fail(codes::MISSING_KEY, key.range, message(), sink))
        }
        (Value::Null, _) if scope.over().is_some() => Ok(Value::Null),
        (Value::Object(_), other) => Err(scope.mismatch(key.range, "a string", other, sink)),
        (Value::List(_), other) => Err(scope.mismatch(key.range, "an int", other, sink)),
        (other, _) => Err(scope.mismatch(of.range, "an object or a list", other, sink)),
    }
}

/// Whether an expression is an attribute of what a policy asks about.
fn is_asked(scope: &Scope<'_>, of: &Expr) -> bool {
    scope.attribute_keys(of).is_some()
}

fn is_labels(scope: &Scope<'_>, of: &Expr) -> bool {
    (scope.ambients == Ambients::Condition || scope.over().is_some())
        && matches!(&of.kind, ExprKind::Name(name) if name.as_ref() == "labels")
}

fn call(scope: &Scope<'_>, callee: &Expr, arguments: &[Argument], at: TextRange, sink: &mut Sink) -> Evaluated {
    if let ExprKind::Name(name) = &callee.kind
        && is_provider(name)
    {
        return provided(scope, name, arguments, at, sink);
    }
    if let Some(question) = scope.question(callee, arguments.len()) {
        return claim::ask(scope, question, Call { callee, arguments, at }, sink);
    }
    let Some(function) = function(scope, callee, arguments, sink) else { return Err(sink.broken()) };
    let values: Vec<_> =
        arguments.iter().map(|argument| value_of(scope, &argument.value, Expected::Value, sink)).collect();
    let values = values.into_iter().collect::<Result<Vec<_>, _>>()?;
    scope.spend(cost::of_call(function.name, &values, arguments, sink.left()), at, sink)?;
    let given = functions::call(scope, function, &values, arguments, at, sink)?;
    let text = if let Value::Text(text) = &given { text.len() as u64 } else { 0 };
    scope.spend(text, at, sink).map(|()| given)
}

fn provided(scope: &Scope<'_>, what: &Arc<str>, arguments: &[Argument], at: TextRange, sink: &mut Sink) -> Evaluated {
    let [argument] = arguments else {
        return Err(scope.fail(codes::BAD_ARGUMENTS, at, format!("`{what}` takes one name"), sink));
    };
    match value_of(scope, &argument.value, Expected::Value, sink)? {
        Value::Text(name) => Ok(Value::Provided(Arc::clone(what), name)),
        other => Err(scope.mismatch(argument.value.range, "a string", &other, sink)),
    }
}

fn unary(scope: &Scope<'_>, operator: UnaryOperator, of: &Expr, sink: &mut Sink) -> Evaluated {
    if operator == UnaryOperator::Not {
        return Ok(Value::Bool(!truth(scope, of, sink)?));
    }
    let value = value_of(scope, of, Expected::Value, sink)?;
    match arithmetic::negate(&value) {
        Some(value) => Ok(value),
        None => Err(scope.mismatch(of.range, "a number", &value, sink)),
    }
}

fn binary(
    scope: &Scope<'_>,
    operator: BinaryOperator,
    (left, right): (&Expr, &Expr),
    at: TextRange,
    sink: &mut Sink,
) -> Evaluated {
    match operator {
        BinaryOperator::And => return Ok(Value::Bool(truth(scope, left, sink)? && truth(scope, right, sink)?)),
        BinaryOperator::Or => return Ok(Value::Bool(truth(scope, left, sink)? || truth(scope, right, sink)?)),
        _ => {}
    }
    let (for_left, for_right) = sides(scope, operator, left, right);
    let first = value_of(scope, left, for_left, sink);
    let second = value_of(scope, right, for_right, sink);
    let (first, second) = (first?, second?);
    scope.spend(cost::of_binary(operator, &first, &second, sink.left()), at, sink)?;
    arithmetic::binary(operator, &first, &second)
        .map_err(|problem| scope.fail(problem.code(), at, problem.message(operator, &first, &second), sink))
}
