//! Whether Kargo can write a version where the source reads it.

use std::sync::Arc;

use super::trace::Lookup;
use crate::db::{Db, Workspace};
use crate::values::{DataFormat, Value, data_file};

/// Why it can't.
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) rule: &'static str,
    pub(super) help: String,
}

/// Kargo changes lines: of a YAML file, with a key that is there already, and it writes the rest of the line anew.
pub(super) fn check(db: &dyn Db, lookup: &Lookup) -> Result<(), Problem> {
    const RULE: &str =
        "Kargo changes what stands behind a key of a YAML file; it makes no keys, and knows no other files";
    let problem = |message: String, help: String| Err(Problem { message, rule: RULE, help });
    if !lookup.is_yaml {
        return problem("it is no YAML file".to_owned(), "keep the versions in a YAML file".to_owned());
    }
    let key = lookup.keys.join(".");
    if lookup.keys.is_empty() || !lookup.keys.iter().all(|key| is_plain(key)) {
        return problem(
            format!("`{key}` is no key that it can name"),
            "take letters, digits, `-`, `_` and `.`".to_owned(),
        );
    }
    let files = Workspace::get(db).files(db);
    let Some(file) = files.get(lookup.file.as_ref()) else {
        return problem("there is no such file".to_owned(), "write it".to_owned());
    };
    let data = data_file(db, *file, DataFormat::Yaml).as_ref().ok();
    let Some(value) = data.and_then(|data| lookup.keys.iter().try_fold(data, |value, key| below(value, key))) else {
        return problem(format!("it has no `{key}`"), format!("write the version that runs now as `{key}`"));
    };
    let Some(text) = value.as_text() else {
        let help = "write it as a string, in quotes where it looks like a number".to_owned();
        return problem(format!("`{key}` is {}", value.type_name()), help);
    };
    let source = file.content(db).text().map_or("", |text| text.as_ref());
    let last = lookup.keys.last().map_or("", AsRef::as_ref);
    if !source.lines().any(|line| is_line(line, last, text)) {
        let help = format!("write `{last}: {text}` on a line of its own");
        return problem(format!("`{key}` shares its line with others"), help);
    }
    Ok(())
}

/// The key as Kargo reads it: the way through the file, with dots between.
pub(super) fn key(keys: &[Arc<str>]) -> Arc<str> {
    keys.iter().map(|key| key.replace('.', "\\.")).collect::<Vec<_>>().join(".").into()
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
}

fn below<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Object(object) => object.get(key),
        Value::List(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    }
}

/// Whether a line says nothing but this text, behind its key or as an item.
fn is_line(line: &str, key: &str, text: &str) -> bool {
    let line = line.trim().trim_start_matches("- ");
    let after_key = || {
        let line = line.trim_start_matches(['"', '\'']);
        line.strip_prefix(key)?.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')
    };
    let says = |rest: &str| {
        let rest = rest.split(" #").next().unwrap_or(rest).trim();
        rest == text
            || [("\"", "\""), ("'", "'")]
                .iter()
                .any(|(open, close)| rest.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) == Some(text))
    };
    says(line) || after_key().is_some_and(says)
}
