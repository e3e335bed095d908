use gen_lsp_types as lsp;

use crate::ide;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;

type Edits = Answer<Option<Vec<lsp::TextEdit>>>;

/// `textDocument/formatting`
pub(in crate::server) fn whole(snapshot: &Snapshot, params: lsp::DocumentFormattingParams) -> Edits {
    let file = snapshot.file(&params.text_document.uri);
    Ok(file.map(|file| snapshot.edits(file, ide::format(&snapshot.db, file))))
}

/// `textDocument/rangeFormatting`: the declarations that the range touches.
pub(in crate::server) fn range(snapshot: &Snapshot, params: lsp::DocumentRangeFormattingParams) -> Edits {
    Ok(declarations(snapshot, &params.text_document.uri, params.range))
}

/// `textDocument/onTypeFormatting`: the declaration that a closing brace ends, or a new line stands in.
pub(in crate::server) fn on_type(snapshot: &Snapshot, params: lsp::DocumentOnTypeFormattingParams) -> Edits {
    let range = lsp::Range { start: params.position, end: params.position };
    let edits = declarations(snapshot, &params.text_document.uri, range);
    // Where the cursor is, somebody is about to type.
    let is_elsewhere = |edit: &lsp::TextEdit| {
        params.ch != "\n" || edit.range.end <= params.position && edit.range.end.line < params.position.line
    };
    Ok(edits.map(|edits| edits.into_iter().filter(is_elsewhere).collect()))
}

fn declarations(snapshot: &Snapshot, uri: &lsp::Uri, range: lsp::Range) -> Option<Vec<lsp::TextEdit>> {
    let file = snapshot.file(uri)?;
    let [start, end] = [range.start, range.end].map(|position| snapshot.offset(file, position) as usize);
    let range = crate::text::TextRange::new(start, end);
    Some(snapshot.edits(file, ide::format_declarations(&snapshot.db, file, range)))
}
