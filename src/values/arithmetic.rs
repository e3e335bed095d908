//! Operators on values.

use std::cmp::Ordering;

use super::value::Value;
use crate::diagnostics::{self as codes, Code};
use crate::syntax::ast::{BinaryOperator, Float};

/// Why an operator gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The operands don't go together.
    Types,
    /// The result does not fit into 64 bits.
    Overflow,
    /// Division by zero.
    Zero,
}

impl Problem {
    pub(super) fn code(self) -> Code {
        if self == Self::Types { codes::TYPE_MISMATCH } else { codes::ARITHMETIC }
    }

    pub(super) fn message(self, operator: BinaryOperator, left: &Value, right: &Value) -> String {
        let (left, right) = (left.type_name(), right.type_name());
        match self {
            Self::Types if operator == BinaryOperator::In || operator == BinaryOperator::NotIn => {
                format!("`in` asks for a list on its right, got {right}")
            }
            Self::Types if operator.is_comparison() => format!("{left} and {right} can't be compared"),
            Self::Types => format!("`{}` does not work on {left} and {right}", operator.text()),
            Self::Overflow => "the result does not fit into 64 bits".to_owned(),
            Self::Zero => "division by zero".to_owned(),
        }
    }
}

pub(super) fn negate(value: &Value) -> Option<Value> {
    match value {
        Value::Int(number) => number.checked_neg().map(Value::Int),
        Value::Float(number) => Some(Value::Float(Float(-number.0))),
        _ => None,
    }
}

/// The result of an operator other than `and` and `or`.
pub(super) fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value, Problem> {
    match operator {
        BinaryOperator::Equal => equal(left, right).map(Value::Bool),
        BinaryOperator::NotEqual => equal(left, right).map(|equal| Value::Bool(!equal)),
        BinaryOperator::In => within(left, right).map(Value::Bool),
        BinaryOperator::NotIn => within(left, right).map(|within| Value::Bool(!within)),
        BinaryOperator::Less => compare(left, right).map(|order| Value::Bool(order.is_lt())),
        BinaryOperator::AtMost => compare(left, right).map(|order| Value::Bool(order.is_le())),
        BinaryOperator::Greater => compare(left, right).map(|order| Value::Bool(order.is_gt())),
        BinaryOperator::AtLeast => compare(left, right).map(|order| Value::Bool(order.is_ge())),
        _ => compute(operator, left, right),
    }
}

fn equal(left: &Value, right: &Value) -> Result<bool, Problem> {
    match (left, right) {
        (Value::Null, other) | (other, Value::Null) => Ok(*other == Value::Null),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => compare(left, right).map(Ordering::is_eq),
        (Value::Reference(kind, left), Value::Reference(other, right)) if kind == other => Ok(left == right),
        (Value::Reference(_, name), Value::Text(text)) | (Value::Text(text), Value::Reference(_, name)) => {
            Ok(name == text)
        }
        _ if std::mem::discriminant(left) == std::mem::discriminant(right) => Ok(left == right),
        _ => Err(Problem::Types),
    }
}

fn within(item: &Value, list: &Value) -> Result<bool, Problem> {
    let Value::List(items) = list else { return Err(Problem::Types) };
    let mut found = false;
    for candidate in items.iter() {
        found |= equal(item, candidate)?;
    }
    Ok(found)
}

pub(super) fn compare(left: &Value, right: &Value) -> Result<Ordering, Problem> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Ok(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Ok(left.cmp(right)),
        _ => {
            let (left, right) = (float(left).ok_or(Problem::Types)?, float(right).ok_or(Problem::Types)?);
            Ok(left.total_cmp(&right))
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "an int beside a float is compared as one")]
pub(super) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(number.0),
        _ => None,
    }
}

fn compute(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value, Problem> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => whole(operator, *left, *right).map(Value::Int),
        (Value::Text(left) | Value::Reference(_, left), Value::Text(right) | Value::Reference(_, right))
            if operator == BinaryOperator::Plus =>
        {
            Ok(Value::text(format!("{left}{right}")))
        }
        (Value::List(left), Value::List(right)) if operator == BinaryOperator::Plus => {
            Ok(Value::List(left.iter().chain(right.iter()).cloned().collect()))
        }
        _ => {
            let (left, right) = (float(left).ok_or(Problem::Types)?, float(right).ok_or(Problem::Types)?);
            fraction(operator, left, right)
        }
    }
}

fn whole(operator: BinaryOperator, left: i64, right: i64) -> Result<i64, Problem> {
    let result = match operator {
        BinaryOperator::Plus => left.checked_add(right),
        BinaryOperator::Minus => left.checked_sub(right),
        BinaryOperator::Times => left.checked_mul(right),
        BinaryOperator::Divided | BinaryOperator::Remainder if right == 0 => return Err(Problem::Zero),
        BinaryOperator::Divided => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result.ok_or(Problem::Overflow)
}

fn fraction(operator: BinaryOperator, left: f64, right: f64) -> Result<Value, Problem> {
    let result = match operator {
        BinaryOperator::Plus => left + right,
        BinaryOperator::Minus => left - right,
        BinaryOperator::Times => left * right,
        BinaryOperator::Divided | BinaryOperator::Remainder if right == 0.0 => return Err(Problem::Zero),
        BinaryOperator::Divided => left / right,
        _ => left % right,
    };
    if result.is_finite() { Ok(Value::Float(Float(result))) } else { Err(Problem::Overflow) }
}
