//! What is wrong, by file.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cursor::FileRange;
use crate::compile;
use crate::db::{Db, SourceFile};
use crate::diagnostics::{Code, Diagnostic, Fix, Label, place};

/// One finding, as it is shown in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The code.
    pub code: Code,
    /// Where.
    pub place: FileRange,
    /// What is wrong, why, and how to mend it.
    pub message: String,
    /// Other places that play a part, each with what to say there.
    pub related: Vec<Related>,
    /// How it can be mended.
    pub fixes: Vec<Fix>,
}

/// Another place that plays a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: FileRange,
    /// What to say there.
    pub text: String,
}

/// Every finding of the platform, by the path of its file; the same as `platformc check` gives, in the same order.
pub fn findings(db: &dyn Db, today: Date) -> BTreeMap<String, Vec<Finding>> {
    let mut by_file: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for diagnostic in compile::diagnostics(db, today) {
        let path = diagnostic.primary.span.file.path(db).to_owned();
        by_file.entry(path).or_default().push(finding(db, &diagnostic));
    }
    by_file
}

pub(super) fn finding(db: &dyn Db, diagnostic: &Diagnostic) -> Finding {
    Finding {
        code: diagnostic.code,
        place: range(place(db, diagnostic.primary.span)),
        message: message(diagnostic),
        related: diagnostic.secondary.iter().map(|label| related(db, label)).collect(),
        fixes: diagnostic.fixes.clone(),
    }
}

fn related(db: &dyn Db, label: &Label) -> Related {
    Related { place: range(place(db, label.span)), text: label.text.to_string() }
}

fn range((file, range): (SourceFile, crate::text::TextRange)) -> FileRange {
    FileRange { file, range }
}

/// Everything that a finding says, but for other places.
fn message(diagnostic: &Diagnostic) -> String {
    let label = Some(diagnostic.primary.text.as_ref()).filter(|label| !label.is_empty());
    let first = label.map_or(diagnostic.message.clone(), |label| format!("{} ({label})", diagnostic.message));
    let notes = diagnostic.notes.iter().map(|note| format!("note: {note}"));
    let helps = diagnostic.helps.iter().map(|help| format!("help: {help}"));
    std::iter::once(first).chain(notes).chain(helps).collect::<Vec<_>>().join("\n")
}
