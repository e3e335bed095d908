use gen_lsp_types as lsp;

use crate::ide::{self, Signature};
use crate::server::convert;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;
use crate::text::TextRange;

/// `textDocument/signatureHelp`
pub(in crate::server) fn signature(
    snapshot: &Snapshot,
    params: lsp::SignatureHelpParams,
) -> Answer<Option<lsp::SignatureHelp>> {
    let at = snapshot.position(&params.text_document_position_params);
    let signature = at.and_then(|at| ide::signature(&snapshot.db, at));
    Ok(signature.map(|signature| lsp::SignatureHelp {
        active_signature: Some(0),
        active_parameter: Some(active(&signature)),
        signatures: vec![information(&signature)],
    }))
}

/// Where none is being typed, one behind the last: editors then mark none.
fn active(signature: &Signature) -> lsp::ActiveParameter {
    let active = signature.active.unwrap_or(signature.parameters.len());
    u32::try_from(active).unwrap_or(u32::MAX).into()
}

fn information(signature: &Signature) -> lsp::SignatureInformation {
    let parameters = signature.parameters.iter().map(|(place, doc)| lsp::ParameterInformation {
        label: units(&signature.label, *place).into(),
        documentation: doc.as_deref().map(markdown),
    });
    lsp::SignatureInformation {
        label: signature.label.clone(),
        documentation: signature.doc.as_deref().map(markdown),
        parameters: Some(parameters.collect()),
        active_parameter: None,
    }
}

/// Offsets in a label count units of UTF-16, whatever was agreed on for documents.
fn units(label: &str, place: TextRange) -> (u32, u32) {
    let before = |end: u32| label.get(..end as usize).unwrap_or(label).encode_utf16().count();
    let [start, end] = [place.start, place.end].map(|at| u32::try_from(before(at)).unwrap_or(u32::MAX));
    (start, end)
}

fn markdown(text: &str) -> lsp::Documentation {
    convert::markdown(text.to_owned()).into()
}
