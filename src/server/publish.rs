//! Findings as the client takes them.

use gen_lsp_types as lsp;

use super::platform::Findings;
use super::snapshot::Snapshot;
use crate::diagnostics::Severity;
use crate::ide::{Finding, Related, findings};

/// Every finding of a platform, by path.
pub(super) fn all(snapshot: &Snapshot) -> Findings {
    let by_file = findings(&snapshot.db).into_iter();
    by_file.map(|(path, found)| (path, found.iter().map(|finding| diagnostic(snapshot, finding)).collect())).collect()
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
        tags: None,
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    }
}

fn related(snapshot: &Snapshot, place: &Related) -> Option<lsp::DiagnosticRelatedInformation> {
    let message = if place.text.is_empty() { "see here".to_owned() } else { place.text.clone() };
    Some(lsp::DiagnosticRelatedInformation { location: snapshot.location(place.place)?, message })
}
