//! What differs between two documents, field by field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::model::masked;
use crate::values::from_json;

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The keys that lead to it; an item of a list by its name, or else in brackets.
    pub path: Vec<String>,
    /// What stands there; nothing where it is added. What may be secret is hidden.
    pub old: Option<Value>,
    /// What will stand there; nothing where it is taken away.
    pub new: Option<Value>,
}

impl Field {
    /// The path as people write it.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.iter().fold(String::new(), |name, part| match part.as_str() {
            part if part.starts_with('[') => name + part,
            part if name.is_empty() => part.to_owned(),
            part if part.contains('.') => format!("{name}[{part}]"),
            part => format!("{name}.{part}"),
        })
    }
}

/// The fields in which two documents differ, in the order of their names.
pub(super) fn fields(old: &Value, new: &Value) -> Vec<Field> {
    let mut found = vec![];
    compare(&mut vec![], Some(old), Some(new), &mut found);
    found
}

fn compare(path: &mut Vec<String>, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Field>) {
    match (old, new) {
        (Some(old), Some(new)) if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => maps(path, old, new, found),
        (Some(Value::Array(old)), Some(Value::Array(new))) => lists(path, old, new, found),
        (None, Some(Value::Object(new))) if !new.is_empty() && path.len() > 1 => maps(path, &Map::new(), new, found),
        (Some(Value::Object(old)), None) if !old.is_empty() && path.len() > 1 => maps(path, old, &Map::new(), found),
        _ => {
            let hide = |value: &Value| hidden(path, value);
            let (old, new) = (old.map(hide), new.map(hide));
            found.push(Field { path: path.clone(), old, new });
        }
    }
}

fn below(path: &mut Vec<String>, key: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Field>) {
    path.push(key.to_owned());
    compare(path, old, new, found);
    path.pop();
}

fn maps(path: &mut Vec<String>, old: &Map<String, Value>, new: &Map<String, Value>, found: &mut Vec<Field>) {
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        below(path, key, old.get(key), new.get(key), found);
    }
}

fn lists(path: &mut Vec<String>, old: &[Value], new: &[Value], found: &mut Vec<Field>) {
    if let (Some(old), Some(new)) = (by_name(old), by_name(new)) {
        let mut names: Vec<&str> = old.keys().chain(new.keys()).copied().collect();
        names.sort_unstable();
        names.dedup();
        return names.into_iter().for_each(|name| {
            below(path, &format!("[{name}]"), old.get(name).copied(), new.get(name).copied(), found);
        });
    }
    if old.len() == new.len() && old.iter().chain(new).all(Value::is_object) {
        let pairs = old.iter().zip(new).enumerate();
        return pairs.for_each(|(index, (old, new))| below(path, &format!("[{index}]"), Some(old), Some(new), found));
    }
    sets(path, old, new, found);
}

/// The items of a list by their names, if each has one of its own.
fn by_name(items: &[Value]) -> Option<BTreeMap<&str, &Value>> {
    let named: BTreeMap<&str, &Value> =
        items.iter().map(|item| Some((item.get("name")?.as_str()?, item))).collect::<Option<_>>()?;
    (named.len() == items.len()).then_some(named)
}

/// Lists whose order matters to nobody: what came and what went, or both lists where only the order differs.
fn sets(path: &[String], old: &[Value], new: &[Value], found: &mut Vec<Field>) {
    let keys = |items: &[Value]| items.iter().map(|item| (item.to_string(), item.clone())).collect::<BTreeMap<_, _>>();
    let (before, after) = (keys(old), keys(new));
    let gone: Vec<&Value> = before.iter().filter(|(key, _)| !after.contains_key(*key)).map(|(_, item)| item).collect();
    let come: Vec<&Value> = after.iter().filter(|(key, _)| !before.contains_key(*key)).map(|(_, item)| item).collect();
    let hide = |value: &Value| hidden(path, value);
    let whole = |items: &[Value]| Some(hide(&Value::Array(items.to_vec())));
    match (gone.as_slice(), come.as_slice()) {
        ([], []) => found.push(Field { path: path.to_vec(), old: whole(old), new: whole(new) }),
        ([one], [other]) => {
            let inner: Vec<String> = path.iter().cloned().chain(["[]".to_owned()]).collect();
            found.push(Field { old: Some(hide(one)), new: Some(hide(other)), path: inner });
        }
        (gone, come) => {
            let inner: Vec<String> = path.iter().cloned().chain(["[]".to_owned()]).collect();
            let field = |old: Option<Value>, new: Option<Value>| Field { path: inner.clone(), old, new };
            found.extend(gone.iter().map(|item| field(Some(hide(item)), None)));
            found.extend(come.iter().map(|item| field(None, Some(hide(item)))));
        }
    }
}

/// A value as it may be shown.
pub(super) fn hidden(path: &[String], value: &Value) -> Value {
    let keys: Vec<&str> = path.iter().map(String::as_str).filter(|key| *key != "[]").collect();
    // The value of a variable is as secret as its name says.
    let keys = if let [above @ .., name, "value"] = keys.as_slice() { [above, &[*name]].concat() } else { keys };
    masked(&keys, &from_json(value.clone())).to_json()
}
