use gen_lsp_types as lsp;

use super::generated;
use crate::ide;
use crate::server::convert;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;

/// `textDocument/hover`
pub(in crate::server) fn hover(snapshot: &Snapshot, params: lsp::HoverParams) -> Answer<Option<lsp::Hover>> {
    if let Some(hover) = generated::hover(snapshot, &params.text_document_position_params) {
        return Ok(Some(hover));
    }
    let at = snapshot.at(&params.text_document_position_params);
    let hover = at.and_then(|at| ide::hover(&snapshot.db, &at));
    Ok(hover.map(|hover| lsp::Hover {
        contents: convert::markdown(hover.markdown).into(),
        range: Some(snapshot.range(hover.place.file, hover.place.range)),
    }))
}
