use std::collections::{BTreeMap, HashMap};

use camino::Utf8Path;
use gen_lsp_types as lsp;
use lsp_server::ErrorCode;

use crate::ide::{self, FileRange, Moved};
use crate::server::convert;
use crate::server::requests::{Answer, Failure};
use crate::server::snapshot::Snapshot;

/// `textDocument/prepareRename`
pub(in crate::server) fn prepare(
    snapshot: &Snapshot,
    params: lsp::PrepareRenameParams,
) -> Answer<Option<lsp::PrepareRenameResult>> {
    let Some(at) = snapshot.at(&params.text_document_position_params) else { return Ok(None) };
    let rename = ide::prepare_rename(&snapshot.db, &at).map_err(refused)?;
    let range = snapshot.range(rename.place.file, rename.place.range);
    Ok(Some(lsp::PrepareRenamePlaceholder { range, placeholder: rename.name.to_string() }.into()))
}

/// `textDocument/rename`
pub(in crate::server) fn rename(snapshot: &Snapshot, params: lsp::RenameParams) -> Answer<Option<lsp::WorkspaceEdit>> {
    let Some(at) = snapshot.at(&params.text_document_position_params) else { return Ok(None) };
    let renamed = ide::rename(&snapshot.db, &at, &params.new_name).map_err(refused)?;
    Ok(Some(workspace_edit(snapshot, renamed.edits, renamed.warning)))
}

/// `workspace/willRenameFiles`
pub(in crate::server) fn files(
    snapshots: &[Snapshot],
    params: lsp::RenameFilesParams,
) -> Answer<Option<lsp::WorkspaceEdit>> {
    let edits = snapshots.iter().map(|snapshot| {
        let moves: Vec<Moved> = params.files.iter().filter_map(|file| moved(&snapshot.folder, file)).collect();
        let edits = if moves.is_empty() { vec![] } else { ide::moved(&snapshot.db, &moves) };
        workspace_edit(snapshot, edits, None)
    });
    Ok(edits.reduce(both).filter(|edit| !is_empty(edit)))
}

fn both(mut one: lsp::WorkspaceEdit, other: lsp::WorkspaceEdit) -> lsp::WorkspaceEdit {
    one.changes.iter_mut().for_each(|changes| changes.extend(other.changes.clone().unwrap_or_default()));
    one.document_changes
        .iter_mut()
        .for_each(|changes| changes.extend(other.document_changes.clone().unwrap_or_default()));
    one
}

fn is_empty(edit: &lsp::WorkspaceEdit) -> bool {
    edit.changes.as_ref().is_none_or(HashMap::is_empty) && edit.document_changes.as_ref().is_none_or(Vec::is_empty)
}

fn moved(folder: &Utf8Path, file: &lsp::FileRename) -> Option<Moved> {
    let inside = |uri: &str| {
        let path = convert::path(&lsp::Uri(uri.to_owned()))?;
        Some(path.strip_prefix(folder).ok()?.as_str().trim_end_matches('/').to_owned())
    };
    Some(Moved { from: inside(file.old_uri.as_ref())?, to: inside(file.new_uri.as_ref())? })
}

fn refused(reason: String) -> Failure {
    Failure::Refused(ErrorCode::RequestFailed, reason)
}

/// Edits of several files. What they mean beside their text is asked about first, where the client can ask.
pub(in crate::server) fn workspace_edit(
    snapshot: &Snapshot,
    edits: Vec<(FileRange, String)>,
    warning: Option<String>,
) -> lsp::WorkspaceEdit {
    let edits = text_edits(snapshot, edits);
    if !snapshot.client.edits_versions() {
        return lsp::WorkspaceEdit { changes: Some(edits.into_iter().collect()), ..lsp::WorkspaceEdit::default() };
    }
    let annotation = warning.filter(|_| snapshot.client.asks_about_edits()).map(annotation);
    let is_annotated = annotation.is_some();
    let document = |(uri, edits)| document_edit(snapshot, uri, edits, is_annotated).into();
    lsp::WorkspaceEdit {
        changes: None,
        document_changes: Some(edits.into_iter().map(document).collect()),
        change_annotations: annotation.map(|annotation| HashMap::from([(ANNOTATION.to_owned(), annotation)])),
    }
}

const ANNOTATION: &str = "meaning";

fn annotation(warning: String) -> lsp::ChangeAnnotation {
    lsp::ChangeAnnotation {
        label: "Changes what Argo CD deploys".to_owned(),
        needs_confirmation: Some(true),
        description: Some(warning),
    }
}

/// Edits of a document in the version that they were made for.
fn document_edit(
    snapshot: &Snapshot,
    uri: lsp::Uri,
    edits: Vec<lsp::TextEdit>,
    is_annotated: bool,
) -> lsp::TextDocumentEdit {
    let edit = |edit: lsp::TextEdit| {
        if is_annotated {
            lsp::AnnotatedTextEdit { annotation_id: ANNOTATION.to_owned(), text_edit: edit }.into()
        } else {
            edit.into()
        }
    };
    lsp::TextDocumentEdit {
        text_document: lsp::OptionalVersionedTextDocumentIdentifier {
            version: snapshot.version(&uri),
            text_document_identifier: lsp::TextDocumentIdentifier { uri },
        },
        edits: edits.into_iter().map(edit).collect(),
    }
}

/// Edits by file.
fn text_edits(snapshot: &Snapshot, edits: Vec<(FileRange, String)>) -> Vec<(lsp::Uri, Vec<lsp::TextEdit>)> {
    let mut by_file: BTreeMap<String, (lsp::Uri, Vec<lsp::TextEdit>)> = BTreeMap::new();
    for (place, new_text) in edits {
        let Some(lsp::Location { uri, range }) = snapshot.location(place) else { continue };
        let (_, edits) = by_file.entry(uri.0.clone()).or_insert_with(|| (uri, vec![]));
        edits.push(lsp::TextEdit { range, new_text });
    }
    by_file.into_values().collect()
}
