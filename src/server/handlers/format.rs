use gen_lsp_types as lsp;

use crate::ide;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;

/// `textDocument/formatting`
pub(in crate::server) fn whole(
    snapshot: &Snapshot,
    params: lsp::DocumentFormattingParams,
) -> Answer<Option<Vec<lsp::TextEdit>>> {
    let file = snapshot.file(&params.text_document.uri);
    Ok(file.map(|file| snapshot.edits(file, ide::format(&snapshot.db, file))))
}
