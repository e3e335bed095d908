use gen_lsp_types as lsp;
use serde_json::json;

use crate::ide::{self, Hint, HintKind, hints};
use crate::schema::Kind;
use crate::server::convert;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;

/// `textDocument/inlayHint`
pub(in crate::server) fn of_range(
    snapshot: &Snapshot,
    params: lsp::InlayHintParams,
) -> Answer<Option<Vec<lsp::InlayHint>>> {
    let uri = &params.text_document.uri;
    let Some(file) = snapshot.file(uri) else { return Ok(None) };
    let within = snapshot.bytes(file, params.range);
    let found = hints(&snapshot.db, file, within).into_iter();
    Ok(Some(found.map(|hint| shown(uri, snapshot.place(file, hint.at), hint)).collect()))
}

fn shown(uri: &lsp::Uri, position: lsp::Position, hint: Hint) -> lsp::InlayHint {
    let is_parameter = hint.kind == HintKind::Parameter;
    let tooltip = match hint.kind {
        HintKind::Defaults => Some("arguments that are left out".to_owned().into()),
        _ => None,
    };
    lsp::InlayHint {
        position,
        label: hint.text.into(),
        kind: is_parameter.then_some(lsp::InlayHintKind::Parameter),
        text_edits: None,
        tooltip,
        padding_left: Some(!is_parameter),
        padding_right: Some(is_parameter),
        data: match hint.kind {
            HintKind::Service(name) => Some(json!({ "uri": uri, "service": name.as_ref() })),
            _ => None,
        },
    }
}

/// `inlayHint/resolve`: what the service is, for who points at what becomes of it.
pub(in crate::server) fn resolve(snapshot: &Snapshot, mut hint: lsp::InlayHint) -> Answer<lsp::InlayHint> {
    let service = hint.data.as_ref().and_then(|data| data.get("service")).and_then(serde_json::Value::as_str);
    let about = service.and_then(|name| ide::about(&snapshot.db, Kind::Service, name));
    hint.tooltip = about.map(|about| convert::markdown(about).into()).or(hint.tooltip);
    Ok(hint)
}
