use std::fmt::Write as _;

use super::super::json::severity_word;
use super::super::lines::Lines;
use super::{path_in, whole};
use crate::db::Db;
use crate::diagnostics::Diagnostic;

/// The findings as workflow commands of GitHub Actions, which become annotations.
#[must_use]
pub fn to_github(db: &dyn Db, findings: &[Diagnostic], folder: &str) -> String {
    let mut lines = Lines::new(db);
    let mut out = String::new();
    for finding in findings {
        let region = lines.region(finding.primary.span);
        let property = |name: &str, value: &str| format!("{name}={}", escaped(value, true));
        let mut properties = vec![
            property("file", &path_in(folder, region.file)),
            property("line", &region.start.line.to_string()),
            property("endLine", &region.end.line.to_string()),
        ];
        // GitHub takes columns only within one line.
        if region.start.line == region.end.line {
            properties.push(property("col", &region.start.column.to_string()));
            properties.push(property("endColumn", &region.end.column.to_string()));
        }
        properties.push(property("title", &format!("{}: {}", finding.code.id, finding.code.title)));
        let severity = severity_word(finding.severity());
        let _ = writeln!(out, "::{severity} {}::{}", properties.join(","), escaped(&whole(finding), false));
    }
    out
}

/// What would end a command, or one of its properties, is escaped as GitHub's own toolkit does it.
fn escaped(text: &str, is_property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if is_property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}
