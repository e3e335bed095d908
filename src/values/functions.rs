//! The functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arithmetic;
use super::data::{DataFormat, data_file, join_path};
use super::resolve::Scope;
use super::value::Value;
use crate::db::Workspace;
use crate::diagnostics::{self as codes, Reported, Sink};
use crate::schema::Function;
use crate::syntax::ast::{Argument, Float};
use crate::text::TextRange;

/// Why a function gives nothing.
enum Problem {
    /// The argument of this number is of another type than the table says.
    Argument(usize),
    /// Anything else, in words.
    Other(String),
}

type Given = Result<Value, Problem>;

/// Calls a function; the number of arguments has been checked.
pub(super) fn call(
    scope: &Scope<'_>,
    function: &'static Function,
    values: &[Value],
    arguments: &[Argument],
    at: TextRange,
    sink: &mut Sink,
) -> Result<Value, Reported> {
    let given = match DataFormat::of_function(function.name) {
        Some(format) => read(scope, format, arguments.first().map_or(&[][..], std::slice::from_ref)),
        None => apply(function.name, values),
    };
    given.map_err(|problem| match problem {
        Problem::Argument(index) => {
            let place = arguments.get(index).map_or(at, |argument| argument.value.range);
            let wanted = function.parameters.get(index).map_or("another value", |parameter| parameter.of);
            scope.mismatch(place, wanted, values.get(index).unwrap_or(&Value::Null), sink)
        }
        Problem::Other(message) => {
            let code =
                if DataFormat::of_function(function.name).is_some() { codes::DATA_FILE } else { codes::BAD_ARGUMENTS };
            scope.fail(code, at, message, sink)
        }
    })
}

fn read(scope: &Scope<'_>, format: DataFormat, arguments: &[Argument]) -> Given {
    let path = arguments.first().and_then(|argument| argument.value.literal());
    let path = path.ok_or_else(|| Problem::Other("the path of a data file must be a plain string".to_owned()))?;
    let full = join_path(scope.site.file.path(scope.db), path)
        .ok_or_else(|| Problem::Other(format!("`{path}` leaves the platform's folder")))?;
    let file = Workspace::get(scope.db).files(scope.db).get(&full);
    let file = file.ok_or_else(|| Problem::Other(format!("`{full}` can't be read: there is no such file")))?;
    data_file(scope.db, *file, format)
        .clone()
        .map_err(|reason| Problem::Other(format!("`{full}` can't be read: {reason}")))
}

fn text(values: &[Value], index: usize) -> Result<&Arc<str>, Problem> {
    values.get(index).and_then(Value::as_text).ok_or(Problem::Argument(index))
}

fn list(values: &[Value], index: usize) -> Result<&[Value], Problem> {
    values.get(index).and_then(Value::as_list).ok_or(Problem::Argument(index))
}

fn object(values: &[Value], index: usize) -> Result<&BTreeMap<Arc<str>, Value>, Problem> {
    values.get(index).and_then(Value::as_object).ok_or(Problem::Argument(index))
}

fn int(values: &[Value], index: usize) -> Result<i64, Problem> {
    match values.get(index) {
        Some(Value::Int(number)) => Ok(*number),
        _ => Err(Problem::Argument(index)),
    }
}

fn apply(name: &str, values: &[Value]) -> Given {
    let first = values.first().unwrap_or(&Value::Null);
    let second = values.get(1).unwrap_or(&Value::Null);
    Ok(match name {
        "abs" | "int" => return number(name, first),
        "contains" => Value::Bool(contains(first, second)?),
        "default" => {
            if *first == Value::Null {
                second.clone()
            } else {
                first.clone()
            }
        }
        "ends_with" => Value::Bool(text(values, 0)?.ends_with(text(values, 1)?.as_ref())),
        "starts_with" => Value::Bool(text(values, 0)?.starts_with(text(values, 1)?.as_ref())),
        "flatten" => flatten(list(values, 0)?)?,
        "get" => get(first, second, values.get(2))?,
        "has" => Value::Bool(has(first, second)?),
        "join" => join(list(values, 0)?, text(values, 1)?)?,
        "keys" => Value::List(object(values, 0)?.keys().cloned().map(Value::Text).collect()),
        "values" => Value::List(object(values, 0)?.values().cloned().collect()),
        "length" => length(first)?,
        "lower" => Value::text(text(values, 0)?.to_lowercase()),
        "upper" => Value::text(text(values, 0)?.to_uppercase()),
        "trim" => Value::text(text(values, 0)?.trim()),
        "matches" => Value::Bool(pattern(text(values, 1)?)?.is_match(text(values, 0)?)),
        "max" => extreme(list(values, 0)?, std::cmp::Ordering::Greater)?,
        "min" => extreme(list(values, 0)?, std::cmp::Ordering::Less)?,
        "merge" => merge(object(values, 0)?, object(values, 1)?),
        "range" => range(int(values, 0)?, int(values, 1)?)?,
        "replace" => Value::text(text(values, 0)?.replace(text(values, 1)?.as_ref(), text(values, 2)?)),
        "reverse" => Value::List(list(values, 0)?.iter().rev().cloned().collect()),
        "sort" => sort(list(values, 0)?)?,
        "split" => Value::List(text(values, 0)?.split(text(values, 1)?.as_ref()).map(Value::text).collect()),
        "string" => Value::Text(first.to_text().ok_or(Problem::Argument(0))?),
        "to_json" => Value::text(first.to_json().to_string()),
        "to_yaml" => {
            Value::text(serde_yaml::to_string(&first.to_json()).map_err(|error| Problem::Other(error.to_string()))?)
        }
        "unique" => unique(list(values, 0)?),
        other => return Err(Problem::Other(format!("there is no function `{other}`"))),
    })
}

fn number(name: &str, value: &Value) -> Given {
    match (name, value) {
        ("abs", Value::Int(number)) => {
            number.checked_abs().map(Value::Int).ok_or_else(|| Problem::Other("too large".to_owned()))
        }
        ("abs", Value::Float(number)) => Ok(Value::Float(Float(number.0.abs()))),
        ("int", Value::Int(_)) => Ok(value.clone()),
        ("int", Value::Float(number)) if number.0.abs() < 9e15 =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "cutting the fraction is what is asked for")]
            Ok(Value::Int(number.0.trunc() as i64))
        }
        ("int", Value::Text(text)) => {
            text.trim().parse().map(Value::Int).map_err(|_| Problem::Other(format!("\"{text}\" is no whole number")))
        }
        _ => Err(Problem::Argument(0)),
    }
}

fn contains(of: &Value, what: &Value) -> Result<bool, Problem> {
    match (of, what) {
        (Value::Text(text) | Value::Reference(_, text), Value::Text(part) | Value::Reference(_, part)) => {
            Ok(text.contains(part.as_ref()))
        }
        (Value::Text(_), _) => Err(Problem::Argument(1)),
        (Value::List(items), what) => Ok(holds(items, what)),
        _ => Err(Problem::Argument(0)),
    }
}

/// Whether a list has an item; a name and its text are the same, as they are for `in`.
fn holds(items: &[Value], what: &Value) -> bool {
    let is_named = |item: &Value| matches!((item, what), (Value::Reference(_, one), Value::Text(other)) | (Value::Text(one), Value::Reference(_, other)) if one == other);
    items.iter().any(|item| item == what || is_named(item))
}

fn has(of: &Value, key: &Value) -> Result<bool, Problem> {
    match (of, key) {
        (Value::Object(object), Value::Text(key) | Value::Reference(_, key)) => Ok(object.contains_key(key)),
        (Value::Object(_), _) => Err(Problem::Argument(1)),
        (Value::List(items), item) => Ok(holds(items, item)),
        _ => Err(Problem::Argument(0)),
    }
}

fn get(of: &Value, key: &Value, otherwise: Option<&Value>) -> Given {
    let found = match (of, key) {
        (Value::Object(object), Value::Text(key) | Value::Reference(_, key)) => object.get(key),
        (Value::List(items), Value::Int(index)) => usize::try_from(*index).ok().and_then(|index| items.get(index)),
        (Value::Object(_) | Value::List(_), _) => return Err(Problem::Argument(1)),
        _ => return Err(Problem::Argument(0)),
    };
    Ok(found.or(otherwise).cloned().unwrap_or(Value::Null))
}

fn flatten(items: &[Value]) -> Given {
    let mut out = vec![];
    for item in items {
        out.extend(item.as_list().ok_or(Problem::Argument(0))?.iter().cloned());
    }
    Ok(Value::List(out.into()))
}

fn join(items: &[Value], by: &str) -> Given {
    let texts: Option<Vec<_>> = items.iter().map(Value::to_text).collect();
    Ok(Value::text(texts.ok_or(Problem::Argument(0))?.join(by)))
}

fn length(of: &Value) -> Given {
    let length = match of {
        Value::Text(text) => text.chars().count(),
        Value::List(items) => items.len(),
        Value::Object(object) => object.len(),
        _ => return Err(Problem::Argument(0)),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// A regular expression; the crate's own limits keep hostile ones small.
fn pattern(text: &str) -> Result<regex::Regex, Problem> {
    regex::Regex::new(text).map_err(|_| Problem::Other(format!("`{text}` is no regular expression")))
}

fn extreme(items: &[Value], wanted: std::cmp::Ordering) -> Given {
    let mut best: Option<&Value> = None;
    for item in items {
        arithmetic::float(item).ok_or(Problem::Argument(0))?;
        let better = best.is_none_or(|best| arithmetic::compare(item, best) == Ok(wanted));
        best = if better { Some(item) } else { best };
    }
    best.cloned().ok_or_else(|| Problem::Other("the list is empty".to_owned()))
}

fn merge(left: &BTreeMap<Arc<str>, Value>, right: &BTreeMap<Arc<str>, Value>) -> Value {
    let mut out = left.clone();
    for (key, value) in right {
        let merged = match (out.get(key), value) {
            (Some(Value::Object(left)), Value::Object(right)) => merge(left, right),
            _ => value.clone(),
        };
        out.insert(Arc::clone(key), merged);
    }
    Value::Object(Arc::new(out))
}

/// The longest list that `range` makes.
const MAX_RANGE: i64 = 100_000;

fn range(from: i64, to: i64) -> Given {
    if to.saturating_sub(from) > MAX_RANGE {
        return Err(Problem::Other(format!("a range of more than {MAX_RANGE} numbers")));
    }
    Ok(Value::List((from..to).map(Value::Int).collect()))
}

fn sort(items: &[Value]) -> Given {
    let mut items = items.to_vec();
    let comparable =
        items.windows(2).all(|pair| matches!(pair, [left, right] if arithmetic::compare(left, right).is_ok()));
    if !comparable {
        return Err(Problem::Other("only numbers or only strings can be sorted".to_owned()));
    }
    items.sort_by(|left, right| arithmetic::compare(left, right).unwrap_or(std::cmp::Ordering::Equal));
    Ok(Value::List(items.into()))
}

fn unique(items: &[Value]) -> Value {
    let mut seen = rustc_hash::FxHashSet::default();
    Value::List(items.iter().filter(|item| seen.insert(*item)).cloned().collect())
}
