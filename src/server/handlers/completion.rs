use gen_lsp_types as lsp;
use serde_json::json;

use crate::ide::{self, Completion, Offer, Sort};
use crate::project::names_in;
use crate::schema::kind_of_word;
use crate::server::convert;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;
use crate::text::TextRange;

/// `textDocument/completion`
pub(in crate::server) fn completion(
    snapshot: &Snapshot,
    params: lsp::CompletionParams,
) -> Answer<Option<lsp::CompletionResponse>> {
    let trigger = params.context.and_then(|context| context.trigger_character).and_then(|text| text.chars().next());
    let Some(at) = snapshot.position(&params.text_document_position_params) else { return Ok(None) };
    let list = |folder: &str| names_in(&snapshot.folder.join(folder));
    let Some(completion) = ide::completion(&snapshot.db, at, trigger, &list) else { return Ok(None) };
    let uri = &params.text_document_position_params.text_document.uri;
    Ok(Some(listed(snapshot, uri, at.offset, &completion).into()))
}

/// `completionItem/resolve`
pub(in crate::server) fn resolve(snapshots: &[Snapshot], mut item: lsp::CompletionItem) -> Answer<lsp::CompletionItem> {
    let data = item.data.clone().unwrap_or_default();
    let text = |key: &str| data.get(key).and_then(serde_json::Value::as_str);
    if let (Some(snapshot), Some(kind), Some(name)) =
        (snapshots.first(), text("kind").and_then(kind_of_word), text("name"))
    {
        item.documentation = ide::documentation(&snapshot.db, kind, name).map(|doc| markdown(&doc));
    }
    Ok(item)
}

/// Where the client lets a list say for all its items what they replace, none says so itself.
fn listed(snapshot: &Snapshot, uri: &lsp::Uri, cursor: u32, completion: &Completion) -> lsp::CompletionList {
    let file = completion.replaced.file;
    let whole = completion.replaced.range;
    let typed = TextRange { start: whole.start, end: cursor.clamp(whole.start, whole.end) };
    let (insert, replace) = (snapshot.range(file, typed), snapshot.range(file, whole));
    let chooses = snapshot.client.inserts_or_replaces();
    let edit_range: lsp::EditRange =
        if chooses { lsp::EditRangeWithInsertReplace { insert, replace }.into() } else { replace.into() };
    let is_shared = snapshot.client.shares_edit_ranges();
    let offers = completion.offers.iter().enumerate();
    let items = offers.map(|(place, offer)| {
        let text = new_text(snapshot, offer);
        let item = item(snapshot, uri, place, offer);
        match &edit_range {
            _ if is_shared => lsp::CompletionItem { text_edit_text: Some(text), ..item },
            lsp::EditRange::Range(range) => edited(item, lsp::TextEdit { range: *range, new_text: text }),
            lsp::EditRange::EditRangeWithInsertReplace(_) => {
                edited(item, lsp::InsertReplaceEdit { new_text: text, insert, replace })
            }
        }
    });
    let items = items.collect();
    let defaults =
        lsp::CompletionItemDefaults { edit_range: Some(edit_range), ..lsp::CompletionItemDefaults::default() };
    let item_defaults = is_shared.then_some(defaults);
    lsp::CompletionList {
        is_incomplete: completion.is_truncated,
        item_defaults,
        items,
        ..lsp::CompletionList::default()
    }
}

fn edited(item: lsp::CompletionItem, edit: impl Into<lsp::CompletionItemTextEdit>) -> lsp::CompletionItem {
    lsp::CompletionItem { text_edit: Some(edit.into()), ..item }
}

fn snippet<'o>(snapshot: &Snapshot, offer: &'o Offer) -> Option<&'o String> {
    offer.snippet.as_ref().filter(|_| snapshot.client.snippets())
}

fn new_text(snapshot: &Snapshot, offer: &Offer) -> String {
    snippet(snapshot, offer).unwrap_or(&offer.text).clone()
}

/// An offer, but for what it replaces. What is typed is compared with its label; some clients, Neovim for one, do that only where
/// they are told with what, and take an edit for a sign that it has been done.
fn item(snapshot: &Snapshot, uri: &lsp::Uri, place: usize, offer: &Offer) -> lsp::CompletionItem {
    let snippet = snippet(snapshot, offer);
    let declared = offer.declared.as_ref();
    lsp::CompletionItem {
        label: offer.label.clone(),
        kind: Some(kind(offer.sort)),
        detail: offer.detail.clone(),
        documentation: offer.doc.as_deref().filter(|doc| !doc.is_empty()).map(markdown),
        sort_text: Some(format!("{place:05}")),
        filter_text: Some(offer.label.clone()),
        insert_text_format: snippet.map(|_| lsp::InsertTextFormat::Snippet),
        insert_text_mode: snippet.map(|_| lsp::InsertTextMode::AdjustIndentation),
        data: declared.map(|(kind, name)| json!({ "uri": uri, "kind": kind.word(), "name": name.as_ref() })),
        ..lsp::CompletionItem::default()
    }
}

fn kind(sort: Sort) -> lsp::CompletionItemKind {
    match sort {
        Sort::Word => lsp::CompletionItemKind::Keyword,
        Sort::Key => lsp::CompletionItemKind::Property,
        Sort::Name => lsp::CompletionItemKind::Reference,
        Sort::Choice => lsp::CompletionItemKind::EnumMember,
        Sort::Function => lsp::CompletionItemKind::Function,
        Sort::Variable => lsp::CompletionItemKind::Variable,
        Sort::File => lsp::CompletionItemKind::File,
        Sort::Folder => lsp::CompletionItemKind::Folder,
        Sort::Text => lsp::CompletionItemKind::Value,
    }
}

fn markdown(text: &str) -> lsp::Documentation {
    convert::markdown(text.to_owned()).into()
}
