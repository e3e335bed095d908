use std::hash::{Hash as _, Hasher as _};

use gen_lsp_types as lsp;
use rustc_hash::FxHasher;

use crate::server::convert;
use crate::server::platform::Found;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;

/// `textDocument/diagnostic`
pub(in crate::server) fn of_document(
    snapshot: &Snapshot,
    params: lsp::DocumentDiagnosticParams,
) -> Answer<lsp::DocumentDiagnosticReport> {
    let path = snapshot.file(&params.text_document.uri).map(|file| file.path(&snapshot.db));
    let items = diagnostics(path.and_then(|path| snapshot.found.get(path)).map_or(&[], Vec::as_slice));
    let id = result_id(&items);
    if params.previous_result_id.as_ref() == Some(&id) {
        let unchanged_document_diagnostic_report = lsp::UnchangedDocumentDiagnosticReport { result_id: id };
        let related_documents = None;
        return Ok(lsp::RelatedUnchangedDocumentDiagnosticReport {
            unchanged_document_diagnostic_report,
            related_documents,
        }
        .into());
    }
    let full_document_diagnostic_report = lsp::FullDocumentDiagnosticReport { result_id: Some(id), items };
    Ok(lsp::RelatedFullDocumentDiagnosticReport { full_document_diagnostic_report, related_documents: None }.into())
}

/// `workspace/diagnostic`
pub(in crate::server) fn of_workspace(
    snapshots: &[Snapshot],
    params: lsp::WorkspaceDiagnosticParams,
) -> Answer<lsp::WorkspaceDiagnosticReport> {
    let mut items: Vec<lsp::WorkspaceDocumentDiagnosticReport> = snapshots.iter().flat_map(of_platform).collect();
    // What had findings and has none any more is said too.
    for previous in params.previous_result_ids {
        let is_there = items.iter().any(|item| uri(item) == &previous.uri);
        if !is_there {
            items.push(report(previous.uri, vec![]));
        }
    }
    Ok(lsp::WorkspaceDiagnosticReport { items })
}

fn of_platform(snapshot: &Snapshot) -> Vec<lsp::WorkspaceDocumentDiagnosticReport> {
    let uri = |path: &String| convert::uri(&snapshot.folder.join(path));
    snapshot.found.iter().filter_map(|(path, items)| Some(report(uri(path)?, diagnostics(items)))).collect()
}

fn diagnostics(found: &[Found]) -> Vec<lsp::Diagnostic> {
    found.iter().map(|found| found.diagnostic.clone()).collect()
}

fn report(uri: lsp::Uri, items: Vec<lsp::Diagnostic>) -> lsp::WorkspaceDocumentDiagnosticReport {
    let full_document_diagnostic_report =
        lsp::FullDocumentDiagnosticReport { result_id: Some(result_id(&items)), items };
    lsp::WorkspaceFullDocumentDiagnosticReport { full_document_diagnostic_report, uri, version: None }.into()
}

fn uri(item: &lsp::WorkspaceDocumentDiagnosticReport) -> &lsp::Uri {
    match item {
        lsp::WorkspaceDocumentDiagnosticReport::WorkspaceFullDocumentDiagnosticReport(report) => &report.uri,
        lsp::WorkspaceDocumentDiagnosticReport::WorkspaceUnchangedDocumentDiagnosticReport(report) => &report.uri,
    }
}

fn result_id(items: &[lsp::Diagnostic]) -> String {
    let mut hasher = FxHasher::default();
    items.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
