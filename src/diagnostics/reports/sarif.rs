use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::json::severity_word;
use super::super::lines::{Lines, Region};
use super::{fingerprint, path_in, whole};
use crate::db::Db;
use crate::diagnostics::{Code, Diagnostic, Label, Waived};

/// The findings as a SARIF log, version 2.1.0; warnings that are allowed are in it as suppressed.
#[must_use]
pub fn to_sarif(db: &dyn Db, findings: &[Diagnostic], waived: &[Waived], folder: &str) -> String {
    let mut lines = Lines::new(db);
    let all: Vec<&Diagnostic> = findings.iter().chain(waived.iter().map(|waived| &waived.finding)).collect();
    let codes: BTreeMap<&str, Code> = all.iter().map(|finding| (finding.code.id, finding.code)).collect();
    let mut results: Vec<Value> =
        super::counted(all).map(|(count, finding)| result(&mut lines, finding, count, folder)).collect();
    results.iter_mut().skip(findings.len()).zip(waived).for_each(|(result, waived)| suppress(result, waived));
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "platformc",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.values().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.id,
        "shortDescription": { "text": code.title },
        "help": { "text": code.page, "markdown": code.page },
        "defaultConfiguration": { "level": severity_word(code.severity) },
    })
}

fn result(lines: &mut Lines<'_>, finding: &Diagnostic, count: usize, folder: &str) -> Value {
    let region = lines.region(finding.primary.span);
    let fingerprint = fingerprint(finding, region.file, count);
    let related: Vec<Value> = finding.secondary.iter().map(|label| related(lines, label, folder)).collect();
    json!({
        "ruleId": finding.code.id,
        "level": severity_word(finding.severity()),
        "message": { "text": whole(finding) },
        "locations": [{ "physicalLocation": location(&region, folder) }],
        "relatedLocations": related,
        "partialFingerprints": { "finding/v1": fingerprint },
    })
}

fn suppress(result: &mut Value, waived: &Waived) {
    let why = format!("until {}: {}", waived.until, waived.because);
    if let Some(result) = result.as_object_mut() {
        result.insert("suppressions".to_owned(), json!([{ "kind": "inSource", "justification": why }]));
    }
}

fn related(lines: &mut Lines<'_>, label: &Label, folder: &str) -> Value {
    let region = lines.region(label.span);
    json!({ "message": { "text": label.text }, "physicalLocation": location(&region, folder) })
}

fn location(region: &Region<'_>, folder: &str) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&path_in(folder, region.file)) },
        "region": {
            "startLine": region.start.line,
            "startColumn": region.start.column,
            "endLine": region.end.line,
            "endColumn": region.end.column,
        },
    })
}

/// A path as a relative URI.
fn uri(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let part = |byte: u8| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(part).collect()
}
