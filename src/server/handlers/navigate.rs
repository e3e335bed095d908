use gen_lsp_types as lsp;

use super::generated;
use crate::ide::{self, At, FileRange};
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;

/// `textDocument/definition`
pub(in crate::server) fn definition(
    snapshot: &Snapshot,
    params: lsp::DefinitionParams,
) -> Answer<Option<lsp::DefinitionResponse>> {
    if let Some(places) = generated::origin(snapshot, &params.text_document_position_params) {
        return Ok(Some(lsp::Definition::from(locations(snapshot, &[places])).into()));
    }
    let at = at(snapshot, &params.text_document_position_params);
    let places = at.map(|at| ide::definition(&snapshot.db, &at)).unwrap_or_default();
    Ok(Some(lsp::Definition::from(locations(snapshot, &places)).into()))
}

/// `textDocument/references`
pub(in crate::server) fn references(
    snapshot: &Snapshot,
    params: lsp::ReferenceParams,
) -> Answer<Option<Vec<lsp::Location>>> {
    let at = at(snapshot, &params.text_document_position_params);
    let places = at.map(|at| ide::references(&snapshot.db, &at, params.context.include_declaration));
    Ok(places.map(|places| locations(snapshot, &places)))
}

fn at<'s>(snapshot: &'s Snapshot, position: &lsp::TextDocumentPositionParams) -> Option<At<'s>> {
    ide::at(&snapshot.db, snapshot.position(position)?)
}

fn locations(snapshot: &Snapshot, places: &[FileRange]) -> Vec<lsp::Location> {
    places.iter().filter_map(|place| snapshot.location(*place)).collect()
}
