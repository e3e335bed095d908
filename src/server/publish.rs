//! Findings as the client takes them.

use gen_lsp_types as lsp;

use super::platform::{Findings, Found};
use super::snapshot::Snapshot;
use crate::db::Workspace;
use crate::diagnostics::{self as codes, Code, Severity};
use crate::ide::{Finding, Related, findings, strays, text_findings};
use crate::project::today;
use crate::text::TextRange;

/// Every finding of a platform, by path.
pub(super) fn all(snapshot: &Snapshot) -> Findings {
    let by_file = findings(&snapshot.db, today()).into_iter();
    let found =
        by_file.map(|(path, found)| (path, found.iter().map(|finding| self::found(snapshot, finding)).collect()));
    let mut all: Findings = found.collect();
    for file in strays(&snapshot.db) {
        let text = text_findings(&snapshot.db, file);
        let text = text.iter().map(|finding| self::found(snapshot, finding));
        let why = "no import of the platform reaches this file: only its text is checked";
        all.insert(file.path(&snapshot.db).to_owned(), std::iter::once(apart(why)).chain(text).collect());
    }
    let main = Workspace::get(&snapshot.db).main(&snapshot.db);
    if main != "platform.pf" {
        let why = "this file belongs to no platform: there is no platform.pf in its folder or above";
        all.entry(main.to_owned()).or_default().insert(0, apart(why));
    }
    all
}

/// Says of a file that it belongs to no platform.
fn apart(why: &str) -> Found {
    let diagnostic = lsp::Diagnostic {
        severity: Some(lsp::DiagnosticSeverity::Information),
        code: Some(lsp::Code::String("no-platform".to_owned())),
        source: Some("platformc".to_owned()),
        message: why.to_owned().into(),
        ..lsp::Diagnostic::default()
    };
    Found { diagnostic, range: TextRange::default(), fixes: vec![] }
}

fn found(snapshot: &Snapshot, finding: &Finding) -> Found {
    let diagnostic = diagnostic(snapshot, finding);
    Found { diagnostic, range: finding.place.range, fixes: finding.fixes.clone() }
}

/// Codes of what has no effect, and can go.
const UNNECESSARY: [Code; 5] = [
    codes::IMPORT_MATCHES_NOTHING,
    codes::OVERLAY_NEVER_HOLDS,
    codes::HIDDEN_VALUE,
    codes::NAMESPACE_NOWHERE,
    codes::WAY_NOT_TAKEN,
];

fn tags(code: Code) -> Option<Vec<lsp::DiagnosticTag>> {
    UNNECESSARY.contains(&code).then(|| vec![lsp::DiagnosticTag::Unnecessary])
}

fn diagnostic(snapshot: &Snapshot, finding: &Finding) -> lsp::Diagnostic {
    let related: Vec<_> = finding.related.iter().filter_map(|place| related(snapshot, place)).collect();
    lsp::Diagnostic {
        range: snapshot.range(finding.place.file, finding.place.range),
        severity: Some(match finding.code.severity {
            Severity::Error => lsp::DiagnosticSeverity::Error,
            Severity::Warning => lsp::DiagnosticSeverity::Warning,
        }),
        code: Some(lsp::Code::String(finding.code.id.to_owned())),
        code_description: None,
        source: Some("platformc".to_owned()),
        message: finding.message.clone().into(),
        tags: tags(finding.code),
        related_information: (!related.is_empty()).then_some(related),
        data: Some(serde_json::json!({ "fixes": finding.fixes.len() })),
    }
}

fn related(snapshot: &Snapshot, place: &Related) -> Option<lsp::DiagnosticRelatedInformation> {
    let message = if place.text.is_empty() { "see here".to_owned() } else { place.text.clone() };
    Some(lsp::DiagnosticRelatedInformation { location: snapshot.location(place.place)?, message })
}
