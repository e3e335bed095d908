use gen_lsp_types as lsp;
use serde_json::{Value, json};

use crate::ide::{Lens, lens_text, lenses};
use crate::schema::kind_of_word;
use crate::server::client::SHOW_REFERENCES;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;

/// `textDocument/codeLens`: where something can be said; what, is asked for where one looks.
pub(in crate::server) fn of_document(
    snapshot: &Snapshot,
    params: lsp::CodeLensParams,
) -> Answer<Option<Vec<lsp::CodeLens>>> {
    let uri = &params.text_document.uri;
    let Some(file) = snapshot.file(uri) else { return Ok(None) };
    let found = lenses(&snapshot.db, file).into_iter();
    Ok(Some(found.map(|lens| unresolved(snapshot, uri, &lens)).collect()))
}

fn unresolved(snapshot: &Snapshot, uri: &lsp::Uri, lens: &Lens) -> lsp::CodeLens {
    let position = snapshot.range(lens.name_place.file, lens.name_place.range).start;
    lsp::CodeLens {
        range: snapshot.range(lens.place.file, lens.place.range),
        command: None,
        data: Some(json!({ "uri": uri, "kind": lens.kind.word(), "name": lens.name.as_ref(), "position": position })),
    }
}

/// `codeLens/resolve`
pub(in crate::server) fn resolve(snapshot: &Snapshot, mut lens: lsp::CodeLens) -> Answer<lsp::CodeLens> {
    let data = lens.data.as_ref();
    let word = |key: &str| data.and_then(|data| data.get(key)).and_then(Value::as_str);
    let title = word("kind").and_then(kind_of_word).zip(word("name"));
    // A declaration with mistakes has no instances to speak of.
    let title = title.and_then(|(kind, name)| lens_text(&snapshot.db, kind, name)).unwrap_or_default();
    let place = data.and_then(|data| Some(vec![data.get("uri")?.clone(), data.get("position")?.clone()]));
    let can_show = snapshot.client.knows_command(SHOW_REFERENCES) && !title.is_empty();
    lens.command = Some(match place.filter(|_| can_show) {
        Some(arguments) => {
            lsp::Command { title, tooltip: None, command: SHOW_REFERENCES.to_owned(), arguments: Some(arguments) }
        }
        // Without a command it is a text that one can only read.
        None => lsp::Command { title, tooltip: None, command: String::new(), arguments: None },
    });
    Ok(lens)
}
