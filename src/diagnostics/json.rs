use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::place::place;
use super::render::is_harmful;
use super::{Diagnostic, Label, Severity, Span};
use crate::db::{Db, SourceFile};
use crate::text::LineIndex;

/// The findings as a JSON array, in the order given.
///
/// Lines and columns count from 1, columns in characters; bytes count from 0. An end lies behind the last character.
#[must_use]
pub fn to_json(db: &dyn Db, diagnostics: &[Diagnostic]) -> String {
    let mut lines = Lines { db, indices: FxHashMap::default() };
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

/// The line tables of the files that were met so far.
struct Lines<'a> {
    db: &'a dyn Db,
    indices: FxHashMap<SourceFile, LineIndex>,
}

impl<'a> Lines<'a> {
    fn place(&mut self, span: Span) -> Place<'a> {
        let (file, range) = place(self.db, span);
        Place { file: file.path(self.db), start: self.position(file, range.start), end: self.position(file, range.end) }
    }

    fn position(&mut self, file: SourceFile, byte: u32) -> Position {
        let text = file.text(self.db);
        let index = self.indices.entry(file).or_insert_with(|| LineIndex::new(text));
        let position = index.line_column(text, byte);
        Position { line: position.line.saturating_add(1), column: position.column.saturating_add(1), byte }
    }
}

fn finding<'a>(lines: &mut Lines<'a>, diagnostic: &'a Diagnostic) -> Finding<'a> {
    Finding {
        code: diagnostic.code.id,
        severity: severity_word(diagnostic.severity()),
        message: &diagnostic.message,
        place: lines.place(diagnostic.primary.span),
        label: &diagnostic.primary.text,
        related: diagnostic.secondary.iter().map(|label| related(lines, label)).collect(),
        notes: &diagnostic.notes,
        helps: &diagnostic.helps,
    }
}

fn related<'a>(lines: &mut Lines<'a>, label: &'a Label) -> Related<'a> {
    Related { place: lines.place(label.span), label: &label.text }
}

/// What a severity is called in lower case.
pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
