use std::fmt::Write as _;

use serde::Serialize;

use super::lines::{self, Lines, Region};
use super::render::is_harmful;
use super::{Diagnostic, Label, Severity};
use crate::db::Db;

/// The findings as a JSON array, in the order given.
///
/// Lines and columns count from 1, columns in characters; bytes count from 0. An end lies behind the last character.
#[must_use]
pub fn to_json(db: &dyn Db, diagnostics: &[Diagnostic]) -> String {
    let mut lines = Lines::new(db);
    let findings: Vec<_> = diagnostics.iter().map(|diagnostic| finding(&mut lines, diagnostic)).collect();
    // Only maps with keys that are no strings fail, and there are none.
    escaped(&serde_json::to_string_pretty(&findings).unwrap_or_default())
}

/// The same JSON, where what would command a terminal is escaped; it only stands in strings.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && is_harmful(character) {
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    label: &'a str,
    related: Vec<Related<'a>>,
    notes: &'a [String],
    helps: &'a [String],
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    label: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    byte: u32,
}

fn place(region: Region<'_>) -> Place<'_> {
    let position = |at: lines::Position| Position { line: at.line, column: at.column, byte: at.byte };
    Place { file: region.file, start: position(region.start), end: position(region.end) }
}

fn finding<'a>(lines: &mut Lines<'a>, diagnostic: &'a Diagnostic) -> Finding<'a> {
    Finding {
        code: diagnostic.code.id,
        severity: severity_word(diagnostic.severity()),
        message: &diagnostic.message,
        place: place(lines.region(diagnostic.primary.span)),
        label: &diagnostic.primary.text,
        related: diagnostic.secondary.iter().map(|label| related(lines, label)).collect(),
        notes: &diagnostic.notes,
        helps: &diagnostic.helps,
    }
}

fn related<'a>(lines: &mut Lines<'a>, label: &'a Label) -> Related<'a> {
    Related { place: place(lines.region(label.span)), label: &label.text }
}

/// What a severity is called in lower case.
pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
