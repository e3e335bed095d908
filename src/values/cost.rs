//! What evaluation costs, so that no expression computes without end, eats memory without bound or nests without floor.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::resolve::Scope;
use super::value::Value;
use crate::diagnostics::{self as codes, Diagnostic, Reported, Sink};
use crate::syntax::ast::{Argument, BinaryOperator};
use crate::text::TextRange;

/// How deep lists and objects may nest in a value.
pub const MAX_NESTING: usize = 256;

const STEP: u64 = 4;
const ELEMENT: u64 = 16;
/// A regular expression that is not known before has to be compiled.
const COMPILATION: u64 = 100_000;

/// Why a value can't be made.
enum Excess {
    Large,
    Deep,
}

impl Scope<'_> {
    /// Pays for one step of the evaluation.
    pub(super) fn step(&self, at: TextRange, sink: &mut Sink) -> Result<(), Reported> {
        self.spend(STEP, at, sink)
    }

    /// Pays a cost. Only the first thing that is too much is reported.
    pub(super) fn spend(&self, cost: u64, at: TextRange, sink: &mut Sink) -> Result<(), Reported> {
        let is_first = sink.left() > 0;
        match sink.spend(cost) {
            true => Ok(()),
            false if is_first => Err(sink.error(too_much(Diagnostic::new(
                codes::TOO_MUCH,
                self.site.span(at),
                "this takes too much to compute",
            )))),
            false => Err(sink.broken()),
        }
    }

    /// Pays for a value that has just been made, with all that is in it.
    pub(super) fn pay(&self, value: &Value, at: TextRange, sink: &mut Sink) -> Result<(), Reported> {
        let mut left = sink.left();
        match measure(value, 0, &mut left) {
            Ok(()) => self.spend(sink.left() - left, at, sink),
            Err(Excess::Large) => self.spend(u64::MAX, at, sink),
            Err(Excess::Deep) => {
                let message = format!("a value that nests deeper than {MAX_NESTING} levels");
                Err(self.fail(codes::NESTED_TOO_DEEP, at, message, sink))
            }
        }
    }
}

fn too_much(diagnostic: Diagnostic) -> Diagnostic {
    let limit = codes::MAX_EXPRESSION / 1_000_000;
    diagnostic
        .note(format!(
            "an expression may cost {limit} million: a step 4, an element of a new value {ELEMENT}, a byte of new text 1; \
             all of one declaration forty times as much"
        ))
        .help("walk over less, or put the result into a data file")
}

/// Takes the size of a value from what is left: its elements and its texts, each as often as it would be written.
fn measure(value: &Value, depth: usize, left: &mut u64) -> Result<(), Excess> {
    if depth > MAX_NESTING {
        return Err(Excess::Deep);
    }
    let own = ELEMENT + value.as_text().map_or(0, |text| bytes(text));
    *left = left.checked_sub(own).ok_or(Excess::Large)?;
    match value {
        Value::List(items) => items.iter().try_for_each(|item| measure(item, depth + 1, left)),
        Value::Object(object) => object.values().try_for_each(|value| measure(value, depth + 1, left)),
        _ => Ok(()),
    }
}

/// The size of a value, as far as it is below `limit`.
fn size(value: &Value, limit: u64) -> u64 {
    let mut left = limit;
    measure(value, 0, &mut left).map_or(limit, |()| limit - left)
}

fn bytes(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

fn elements(count: usize) -> u64 {
    ELEMENT.saturating_mul(u64::try_from(count).unwrap_or(u64::MAX))
}

/// What an operator costs, beyond the step.
pub(super) fn of_binary(operator: BinaryOperator, left: &Value, right: &Value, limit: u64) -> u64 {
    match (operator, left, right) {
        (BinaryOperator::In | BinaryOperator::NotIn, item, Value::List(items)) => search(items, item, limit),
        (_, Value::Text(left), Value::Text(right)) => bytes(left).saturating_add(bytes(right)),
        (_, Value::List(_) | Value::Object(_), _) => size(left, limit).saturating_add(size(right, limit)),
        _ => 0,
    }
}

fn search(items: &[Value], item: &Value, limit: u64) -> u64 {
    (size(item, limit) / ELEMENT).saturating_mul(u64::try_from(items.len()).unwrap_or(u64::MAX))
}

/// What a function costs, beyond the step and the text that it gives.
pub(super) fn of_call(name: &str, values: &[Value], arguments: &[Argument], limit: u64) -> u64 {
    let first = values.first().unwrap_or(&Value::Null);
    let second = values.get(1).unwrap_or(&Value::Null);
    match (name, first, second) {
        ("to_json" | "to_yaml" | "unique", value, _) => size(value, limit),
        ("contains" | "has", Value::List(items), item) => search(items, item, limit),
        ("flatten", Value::List(items), _) => {
            items.iter().filter_map(Value::as_list).map(|list| elements(list.len())).sum()
        }
        ("join", Value::List(items), by) => {
            items.iter().map(text).sum::<u64>().saturating_add(times(text(by), items.len()))
        }
        ("merge", Value::Object(left), Value::Object(right)) => merged(left, right),
        ("range", Value::Int(from), Value::Int(to)) => elements(usize::try_from(to.saturating_sub(*from)).unwrap_or(0)),
        ("replace", Value::Text(of), Value::Text(what)) => replaced(of, what, values.get(2).map_or(0, text)),
        ("split", Value::Text(of), Value::Text(by)) => {
            bytes(of).saturating_add(elements(of.matches(by.as_ref()).count()))
        }
        ("matches", Value::Text(of), Value::Text(pattern)) => bytes(of).saturating_add(compilation(pattern, arguments)),
        ("get" | "has" | "default" | "length", Value::List(_) | Value::Object(_), _) => 0,
        (_, Value::List(items), _) => elements(items.len()),
        (_, Value::Object(object), _) => elements(object.len()),
        (_, value, _) => text(value),
    }
}

fn text(value: &Value) -> u64 {
    value.as_text().map_or(ELEMENT, |text| bytes(text))
}

fn times(cost: u64, count: usize) -> u64 {
    cost.saturating_mul(u64::try_from(count).unwrap_or(u64::MAX))
}

fn replaced(of: &str, what: &str, by: u64) -> u64 {
    bytes(of).saturating_add(times(by, of.matches(what).count()))
}

fn compilation(pattern: &str, arguments: &[Argument]) -> u64 {
    let is_known = arguments.get(1).is_some_and(|argument| argument.value.literal().is_some());
    if is_known { ELEMENT } else { COMPILATION.saturating_add(bytes(pattern)) }
}

fn merged(left: &BTreeMap<Arc<str>, Value>, right: &BTreeMap<Arc<str>, Value>) -> u64 {
    let both = right.iter().map(|(key, value)| match (left.get(key), value) {
        (Some(Value::Object(left)), Value::Object(right)) => merged(left, right),
        _ => 0,
    });
    both.fold(elements(left.len() + right.len()), u64::saturating_add)
}
