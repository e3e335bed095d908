use serde_json::{Value, json};

use super::super::lines::Lines;
use super::{fingerprint, path_in, whole};
use crate::db::Db;
use crate::diagnostics::{Diagnostic, Severity};

/// The findings as a report of GitLab's Code Quality.
#[must_use]
pub fn to_gitlab(db: &dyn Db, findings: &[Diagnostic], folder: &str) -> String {
    let mut lines = Lines::new(db);
    let issue = |(count, finding): (usize, &Diagnostic)| -> Value {
        let region = lines.region(finding.primary.span);
        json!({
            "description": format!("{}: {}", finding.code.id, whole(finding)),
            "check_name": finding.code.id,
            "fingerprint": fingerprint(finding, region.file, count),
            "severity": if finding.severity() == Severity::Error { "critical" } else { "minor" },
            "location": { "path": path_in(folder, region.file), "lines": { "begin": region.start.line } },
        })
    };
    let issues: Vec<Value> = super::counted(findings).map(issue).collect();
    serde_json::to_string_pretty(&issues).unwrap_or_default() + "\n"
}
