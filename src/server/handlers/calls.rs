use gen_lsp_types as lsp;

use crate::ide::{self, Needed, Needing, Role};
use crate::schema::Kind;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;

/// `textDocument/prepareCallHierarchy`: the service at a place.
pub(in crate::server) fn prepare(
    snapshot: &Snapshot,
    params: lsp::CallHierarchyPrepareParams,
) -> Answer<Option<Vec<lsp::CallHierarchyItem>>> {
    let at = snapshot.at(&params.text_document_position_params);
    let name = at.and_then(|at| match at.symbol.role {
        Role::Declared(Kind::Service, name) | Role::Reference(Kind::Service, name) => Some(name),
        _ => None,
    });
    let found = name.and_then(|name| ide::needing(&snapshot.db, &name));
    Ok(found.and_then(|found| Some(vec![item(snapshot, found)?])))
}

/// `callHierarchy/incomingCalls`: who needs a service.
pub(in crate::server) fn incoming(
    snapshot: &Snapshot,
    params: lsp::CallHierarchyIncomingCallsParams,
) -> Answer<Option<Vec<lsp::CallHierarchyIncomingCall>>> {
    let found = ide::needed_by(&snapshot.db, &params.item.name).into_iter();
    let call = |Needed { other, places }| {
        let from_ranges = ranges(snapshot, &places);
        Some(lsp::CallHierarchyIncomingCall { from: item(snapshot, other)?, from_ranges })
    };
    Ok(Some(found.filter_map(call).collect()))
}

/// `callHierarchy/outgoingCalls`: what a service needs.
pub(in crate::server) fn outgoing(
    snapshot: &Snapshot,
    params: lsp::CallHierarchyOutgoingCallsParams,
) -> Answer<Option<Vec<lsp::CallHierarchyOutgoingCall>>> {
    let found = ide::needs(&snapshot.db, &params.item.name).into_iter();
    let call = |Needed { other, places }| {
        let from_ranges = ranges(snapshot, &places);
        Some(lsp::CallHierarchyOutgoingCall { to: item(snapshot, other)?, from_ranges })
    };
    Ok(Some(found.filter_map(call).collect()))
}

fn ranges(snapshot: &Snapshot, places: &[ide::FileRange]) -> Vec<lsp::Range> {
    places.iter().map(|place| snapshot.range(place.file, place.range)).collect()
}

fn item(snapshot: &Snapshot, service: Needing) -> Option<lsp::CallHierarchyItem> {
    Some(lsp::CallHierarchyItem {
        name: service.name.to_string(),
        kind: lsp::SymbolKind::Class,
        tags: None,
        detail: Some(service.detail),
        uri: snapshot.uri(service.place.file)?,
        range: snapshot.range(service.place.file, service.place.range),
        selection_range: snapshot.range(service.name_place.file, service.name_place.range),
        data: None,
    })
}
