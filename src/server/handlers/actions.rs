use std::collections::HashMap;

use gen_lsp_types::{self as lsp, CodeActionKind as Kind};
use serde_json::{Value, json};

use crate::db::SourceFile;
use crate::ide::{self, Edit, Repair};
use crate::server::platform::Found;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;

/// `textDocument/codeAction`
pub(in crate::server) fn offered(
    snapshot: &Snapshot,
    params: lsp::CodeActionParams,
) -> Answer<Option<Vec<lsp::CodeActionResponse>>> {
    let uri = params.text_document.uri;
    let Some(file) = snapshot.file(&uri) else { return Ok(None) };
    let Some(all) = snapshot.found.get(file.path(&snapshot.db)) else { return Ok(Some(vec![])) };
    let [start, end] = [params.range.start, params.range.end].map(|position| snapshot.offset(file, position));
    let touched = all.iter().filter(|found| found.range.start <= end && start <= found.range.end);
    let wants =
        |kind: &Kind| params.context.only.as_ref().is_none_or(|only| only.iter().any(|asked| holds(asked, kind)));
    let mut actions = vec![];
    if wants(&Kind::QuickFix) {
        let mut codes = vec![];
        for found in touched {
            actions.extend(fixes(snapshot, found));
            if !codes.contains(&found.code()) {
                codes.push(found.code());
            }
        }
        for code in codes {
            actions.extend(everywhere(snapshot, &uri, all, code));
            actions.extend(explained(code));
        }
    }
    if wants(&Kind::SourceFixAll) && all.iter().any(is_surely_mended) {
        let title = "Mend what is surely meant otherwise in this file".to_owned();
        actions.push(lazy(snapshot, action(title, Kind::SourceFixAll), &json!({ "uri": uri, "code": null })));
    }
    Ok(Some(actions.into_iter().map(Into::into).collect()))
}

/// `codeAction/resolve`
pub(in crate::server) fn resolved(snapshot: &Snapshot, action: lsp::CodeAction) -> Answer<lsp::CodeAction> {
    let edit = action.data.as_ref().and_then(|data| edit_of(snapshot, data));
    Ok(lsp::CodeAction { edit: action.edit.clone().or(edit), ..action })
}

/// Whether a kind that is asked for holds another: `source` holds `source.fixAll`.
fn holds(asked: &Kind, kind: &Kind) -> bool {
    let [asked, kind] = [asked, kind].map(|kind| String::from(kind.clone()));
    kind.strip_prefix(&asked).is_some_and(|rest| asked.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

fn action(title: String, kind: Kind) -> lsp::CodeAction {
    lsp::CodeAction { title, kind: Some(kind), ..lsp::CodeAction::default() }
}

/// What mends one finding.
fn fixes(snapshot: &Snapshot, found: &Found) -> Vec<lsp::CodeAction> {
    let repairs = ide::repairs(&snapshot.db, &found.fixes);
    let preferred = repairs.iter().position(|repair| repair.is_sure);
    let as_action = |(place, repair): (usize, Repair)| lsp::CodeAction {
        diagnostics: Some(vec![found.diagnostic.clone()]),
        is_preferred: (preferred == Some(place)).then_some(true),
        edit: edit(snapshot, repair.edits),
        ..action(repair.title, Kind::QuickFix)
    };
    repairs.into_iter().enumerate().map(as_action).collect()
}

fn is_surely_mended(found: &Found) -> bool {
    found.fixes.iter().any(|fix| fix.is_sure)
}

/// All findings of a code in a file at once, where there are several.
fn everywhere(snapshot: &Snapshot, uri: &lsp::Uri, all: &[Found], code: &str) -> Option<lsp::CodeAction> {
    let count = all.iter().filter(|found| found.code() == code && is_surely_mended(found)).count();
    let title = format!("Mend all {count} of {code} in this file");
    (count > 1).then(|| lazy(snapshot, action(title, Kind::QuickFix), &json!({ "uri": uri, "code": code })))
}

/// The page of a code.
fn explained(code: &str) -> Option<lsp::CodeAction> {
    crate::diagnostics::Code::find(code)?;
    let title = format!("Explain {code}");
    let arguments = Some(vec![json!({ "code": code })]);
    let command =
        lsp::Command { title: title.clone(), tooltip: None, command: "platformc.explain".to_owned(), arguments };
    Some(lsp::CodeAction { command: Some(command), ..action(title, Kind::QuickFix) })
}

/// An action whose edit is made when somebody takes it, if the client asks for it then.
fn lazy(snapshot: &Snapshot, action: lsp::CodeAction, data: &Value) -> lsp::CodeAction {
    if snapshot.client.resolves_edits() {
        return lsp::CodeAction { data: Some(data.clone()), ..action };
    }
    lsp::CodeAction { edit: edit_of(snapshot, data), ..action }
}

/// The sure repairs of a file, of one code or of all.
fn edit_of(snapshot: &Snapshot, data: &Value) -> Option<lsp::WorkspaceEdit> {
    let uri = lsp::Uri(data.get("uri")?.as_str()?.to_owned());
    let code = data.get("code").and_then(Value::as_str);
    let file = snapshot.file(&uri)?;
    let all = snapshot.found.get(file.path(&snapshot.db))?.iter();
    let wanted = all.filter(|found| code.is_none_or(|code| found.code() == code));
    let first = |found: &Found| ide::repairs(&snapshot.db, &found.fixes).into_iter().find(|repair| repair.is_sure);
    edit(snapshot, wanted.filter_map(first).flat_map(|repair| repair.edits).collect())
}

/// Edits by file; of two that touch the first counts.
fn edit(snapshot: &Snapshot, mut edits: Vec<(SourceFile, Edit)>) -> Option<lsp::WorkspaceEdit> {
    edits.sort_by_key(|(file, edit)| (file.path(&snapshot.db), edit.range));
    edits.dedup();
    let mut changes: HashMap<lsp::Uri, Vec<lsp::TextEdit>> = HashMap::new();
    let mut last: Option<(SourceFile, u32)> = None;
    for (file, edit) in edits {
        if last.is_some_and(|(other, end)| other == file && edit.range.start < end) {
            continue;
        }
        last = Some((file, edit.range.end));
        changes.entry(snapshot.uri(file)?).or_default().extend(snapshot.edits(file, [edit]));
    }
    Some(lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() })
}
