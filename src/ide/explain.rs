//! Where a value of an instance comes from, for people.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use super::instance::Instance;
use super::lines;
use crate::db::Db;
use crate::diagnostics::{Span, did_you_mean, place};
use crate::model::{Explained, explain_value};
use crate::names::{Item, body};
use crate::schema::{Form, SERVICE_DEFAULTS, attribute_at};

/// Why a value can't be explained.
pub enum Unexplained {
    /// There are mistakes, and it is not known.
    Mistakes,
    /// No service has such an attribute.
    Unknown(String),
}

/// The value at a path of keys joined by dots, and every line that has a say in it, strongest first.
///
/// # Errors
/// If there is no such value, or none is known.
pub fn explain(db: &dyn Db, instance: &Instance<'_>, path: &str) -> Result<String, Unexplained> {
    let keys: Vec<&str> = path.split('.').collect();
    let explained = explain_value(db, instance.item(), &instance.slot.cluster, instance.slot.item.as_deref(), &keys);
    let explained = explained.ok_or(Unexplained::Mistakes)?;
    let mut out = match (&explained.value, attribute_at(&keys)) {
        (Some(value), _) => format!("{path} = {}\n", value.to_json()),
        (None, None) => return Err(Unexplained::Unknown(unknown(&keys))),
        (None, Some(Form::Default(value))) => format!("{path} = {value}\n  the language's default\n"),
        (None, Some(_)) => format!("{path} has no value here\n"),
    };
    steps(db, &explained, &mut out);
    Ok(out)
}

fn steps(db: &dyn Db, explained: &Explained, out: &mut String) {
    let mut won = false;
    for step in &explained.steps {
        let mark = match (step.holds, won) {
            (false, _) => "does not hold",
            (true, false) => "wins",
            (true, true) => "overridden or added to",
        };
        won |= step.holds;
        let condition = if step.condition.is_empty() { String::new() } else { format!(" when {}", step.condition) };
        let _ =
            writeln!(out, "  {}  {}{condition}: {}  ({mark})", line_of(db, step.span), step.level.name(), step.text);
    }
    if explained.steps.is_empty() && explained.value.is_none() {
        out.push_str("  no line sets it\n");
    }
}

fn unknown(keys: &[&str]) -> String {
    let first = keys.first().copied().unwrap_or("");
    let known = SERVICE_DEFAULTS.attributes.iter().map(|attribute| attribute.name);
    let near = did_you_mean(first, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("a service has no `{}`{near}", keys.join("."))
}

/// Where something stands: `FILE:LINE`.
pub fn line_of(db: &dyn Db, span: Span) -> String {
    let (file, range) = place(db, span);
    let line = lines(db, file).line_column(file.text(db), range.start).line + 1;
    format!("{}:{line}", file.path(db))
}

/// The file and the lines of a declaration.
pub fn extent_of<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<(String, RangeInclusive<u32>)> {
    let span = item.decl(db).site(db).span(body(db, item)?.body.range);
    let (file, range) = place(db, span);
    let line = |at| lines(db, file).line_column(file.text(db), at).line + 1;
    Some((file.path(db).to_owned(), line(range.start)..=line(range.end)))
}
