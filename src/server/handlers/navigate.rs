use gen_lsp_types as lsp;

use super::generated;
use crate::db::Db;
use crate::ide::{self, At, FileRange};
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;

/// `textDocument/definition`
pub(in crate::server) fn definition(
    snapshot: &Snapshot,
    params: lsp::DefinitionParams,
) -> Answer<Option<lsp::DefinitionResponse>> {
    let at = &params.text_document_position_params;
    if let Some(place) = generated::origin(snapshot, at) {
        return Ok(Some(lsp::Definition::from(locations(snapshot, &[place])).into()));
    }
    let [takes_links, _, _] = snapshot.client.takes_links();
    Ok(Some(match led(snapshot, at, ide::definition, takes_links) {
        Led::Links(links) => links.into(),
        Led::Places(places) => lsp::Definition::from(places).into(),
    }))
}

/// `textDocument/declaration`: the same place, for there is only one.
pub(in crate::server) fn declaration(
    snapshot: &Snapshot,
    params: lsp::DeclarationParams,
) -> Answer<Option<lsp::DeclarationResponse>> {
    let [_, takes_links, _] = snapshot.client.takes_links();
    Ok(Some(match led(snapshot, &params.text_document_position_params, ide::definition, takes_links) {
        Led::Links(links) => links.into(),
        Led::Places(places) => lsp::Declaration::from(places).into(),
    }))
}

/// `textDocument/implementation`: what is made from a template.
pub(in crate::server) fn implementation(
    snapshot: &Snapshot,
    params: lsp::ImplementationParams,
) -> Answer<Option<lsp::ImplementationResponse>> {
    let [_, _, takes_links] = snapshot.client.takes_links();
    Ok(Some(match led(snapshot, &params.text_document_position_params, ide::implementations, takes_links) {
        Led::Links(links) => links.into(),
        Led::Places(places) => lsp::Definition::from(places).into(),
    }))
}

/// Where a word leads, as the client takes it.
enum Led {
    Links(Vec<lsp::LocationLink>),
    Places(Vec<lsp::Location>),
}

fn led(
    snapshot: &Snapshot,
    at: &lsp::TextDocumentPositionParams,
    question: fn(&dyn Db, &At<'_>) -> Vec<FileRange>,
    takes_links: bool,
) -> Led {
    let Some(at) = snapshot.at(at) else { return Led::Places(vec![]) };
    let places = question(&snapshot.db, &at);
    if takes_links {
        Led::Links(places.iter().filter_map(|place| link_to(snapshot, &at, *place)).collect())
    } else {
        Led::Places(locations(snapshot, &places))
    }
}

/// A place with what surrounds it.
fn link_to(snapshot: &Snapshot, at: &At<'_>, place: FileRange) -> Option<lsp::LocationLink> {
    let from = at.range(&snapshot.db);
    let around = ide::surroundings(&snapshot.db, place);
    Some(lsp::LocationLink {
        origin_selection_range: Some(snapshot.range(from.file, from.range)),
        target_uri: snapshot.uri(place.file)?,
        target_range: snapshot.range(around.file, around.range),
        target_selection_range: snapshot.range(place.file, place.range),
    })
}

/// `textDocument/references`
pub(in crate::server) fn references(
    snapshot: &Snapshot,
    params: lsp::ReferenceParams,
) -> Answer<Option<Vec<lsp::Location>>> {
    let at = snapshot.at(&params.text_document_position_params);
    let places = at.map(|at| ide::references(&snapshot.db, &at, params.context.include_declaration));
    Ok(places.map(|places| locations(snapshot, &places)))
}

fn locations(snapshot: &Snapshot, places: &[FileRange]) -> Vec<lsp::Location> {
    places.iter().filter_map(|place| snapshot.location(*place)).collect()
}

/// `textDocument/documentHighlight`
pub(in crate::server) fn highlights(
    snapshot: &Snapshot,
    params: lsp::DocumentHighlightParams,
) -> Answer<Option<Vec<lsp::DocumentHighlight>>> {
    let Some(at) = snapshot.at(&params.text_document_position_params) else { return Ok(None) };
    let file = at.decl.file(&snapshot.db);
    let highlight = |found: ide::Highlight| lsp::DocumentHighlight {
        range: snapshot.range(file, found.range),
        kind: Some(if found.is_declaration {
            lsp::DocumentHighlightKind::Write
        } else {
            lsp::DocumentHighlightKind::Read
        }),
    };
    Ok(Some(ide::highlights(&snapshot.db, &at).into_iter().map(highlight).collect()))
}

/// `textDocument/documentLink`
pub(in crate::server) fn links(
    snapshot: &Snapshot,
    params: lsp::DocumentLinkParams,
) -> Answer<Option<Vec<lsp::DocumentLink>>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    if let Some(link) = generated::link(snapshot, file) {
        return Ok(Some(vec![link]));
    }
    let link = |link: ide::Link| {
        Some(lsp::DocumentLink {
            range: snapshot.range(file, link.range),
            target: Some(snapshot.uri(link.target)?),
            tooltip: Some(link.target.path(&snapshot.db).to_owned()),
            data: None,
        })
    };
    Ok(Some(ide::links(&snapshot.db, file).into_iter().filter_map(link).collect()))
}
