//! The table of requests.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use gen_lsp_types::{self as lsp, Request as _};
use lsp_server::ErrorCode;
use salsa::Cancelled;
use serde_json::Value;

use super::handlers;
use super::snapshot::Snapshot;

/// Why a request has no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something has changed meanwhile: it is asked again.
    Stale,
    /// It fails, with the protocol's code and a reason.
    Refused(ErrorCode, String),
}

/// What answers a request about a document gives.
pub(super) type Answer<T> = Result<T, Failure>;

type Handler = Box<dyn Fn(&[Snapshot], Value) -> Answer<Value> + Send + Sync>;

/// What is answered, by method.
static TABLE: LazyLock<HashMap<String, Handler>> = LazyLock::new(|| {
    HashMap::from([
        of_document::<lsp::CompletionRequest>(handlers::completion::completion),
        of_workspace::<lsp::CompletionResolveRequest>(handlers::completion::resolve),
        of_document::<lsp::SignatureHelpRequest>(handlers::signature::signature),
        of_document::<lsp::HoverRequest>(handlers::hover::hover),
        of_document::<lsp::DefinitionRequest>(handlers::navigate::definition),
        of_document::<lsp::ReferencesRequest>(handlers::navigate::references),
        of_document::<lsp::DeclarationRequest>(handlers::navigate::declaration),
        of_document::<lsp::ImplementationRequest>(handlers::navigate::implementation),
        of_document::<lsp::DocumentHighlightRequest>(handlers::navigate::highlights),
        of_document::<lsp::DocumentLinkRequest>(handlers::navigate::links),
        of_document::<lsp::PrepareRenameRequest>(handlers::rename::prepare),
        of_document::<lsp::RenameRequest>(handlers::rename::rename),
        of_workspace::<lsp::WillRenameFilesRequest>(handlers::rename::files),
        of_document::<lsp::DocumentSymbolRequest>(handlers::structure::symbols),
        of_workspace::<lsp::WorkspaceSymbolRequest>(handlers::structure::search),
        of_document::<lsp::FoldingRangeRequest>(handlers::structure::folds),
        of_document::<lsp::SelectionRangeRequest>(handlers::structure::selections),
        of_document::<lsp::DocumentFormattingRequest>(handlers::format::whole),
        of_document::<lsp::DocumentRangeFormattingRequest>(handlers::format::range),
        of_document::<lsp::DocumentOnTypeFormattingRequest>(handlers::format::on_type),
        of_document::<lsp::InlayHintRequest>(handlers::hints::of_range),
        of_document::<lsp::InlayHintResolveRequest>(handlers::hints::resolve),
        of_document::<lsp::CodeLensRequest>(handlers::lenses::of_document),
        of_document::<lsp::CodeLensResolveRequest>(handlers::lenses::resolve),
        of_document::<lsp::CallHierarchyPrepareRequest>(handlers::calls::prepare),
        of_document::<lsp::CallHierarchyIncomingCallsRequest>(handlers::calls::incoming),
        of_document::<lsp::CallHierarchyOutgoingCallsRequest>(handlers::calls::outgoing),
        of_document::<lsp::SemanticTokensRequest>(handlers::tokens::full),
        of_document::<lsp::SemanticTokensDeltaRequest>(handlers::tokens::delta),
        of_document::<lsp::SemanticTokensRangeRequest>(handlers::tokens::of_range),
        of_document::<lsp::DocumentDiagnosticRequest>(handlers::diagnostics::of_document),
        of_workspace::<lsp::WorkspaceDiagnosticRequest>(handlers::diagnostics::of_workspace),
        of_document::<lsp::CodeActionRequest>(handlers::actions::offered),
        of_document::<lsp::CodeActionResolveRequest>(handlers::actions::resolved),
        of_workspace::<lsp::ExecuteCommandRequest>(handlers::commands::execute),
    ])
});

/// Whether there is an answer to a method.
pub(super) fn knows(method: &str) -> bool {
    TABLE.contains_key(method)
}

/// Whether a request is for what is wrong, which must be known as it is now.
pub(super) fn wants_findings(method: &str) -> bool {
    [
        String::from(lsp::DocumentDiagnosticRequest::METHOD),
        String::from(lsp::WorkspaceDiagnosticRequest::METHOD),
        String::from(lsp::CodeActionRequest::METHOD),
        String::from(lsp::CodeActionResolveRequest::METHOD),
        String::from(lsp::ExecuteCommandRequest::METHOD),
    ]
    .iter()
    .any(|wants| wants == method)
}

/// The file on the disk that the answer to a command leads to.
pub(super) fn to_show(method: &str, result: &Value) -> Option<lsp::Uri> {
    let uri = result.get("show")?.as_str()?;
    (method == String::from(lsp::ExecuteCommandRequest::METHOD)).then(|| lsp::Uri(uri.to_owned()))
}

/// Answers a request. The first snapshot is that of the document which it is about, if it is about one.
pub(super) fn answer(method: &str, snapshots: &[Snapshot], params: Value) -> Answer<Value> {
    let Some(handler) = TABLE.get(method) else {
        return Err(Failure::Refused(ErrorCode::MethodNotFound, format!("there is no method `{method}`")));
    };
    let answered = catch_unwind(AssertUnwindSafe(|| Cancelled::catch(AssertUnwindSafe(|| handler(snapshots, params)))));
    match answered {
        Ok(Ok(answer)) => answer,
        Ok(Err(Cancelled::PendingWrite | Cancelled::Local)) => Err(Failure::Stale),
        Ok(Err(_)) | Err(_) => Err(Failure::Refused(ErrorCode::InternalError, "the compiler broke off".to_owned())),
    }
}

/// The document that a request is about, wherever its parameters say so.
pub(super) fn document(params: &Value) -> Option<lsp::Uri> {
    const PLACES: [&str; 4] = ["/textDocument/uri", "/item/uri", "/data/uri", "/arguments/0/uri"];
    let uri = PLACES.iter().find_map(|place| params.pointer(place)?.as_str())?;
    Some(lsp::Uri(uri.to_owned()))
}

/// A request about a document: where that belongs to no platform, the answer is the protocol's nothing.
fn of_document<R: lsp::Request>(handler: fn(&Snapshot, R::Params) -> Answer<R::Result>) -> (String, Handler)
where
    R::Result: 'static,
{
    let handler: Handler = Box::new(move |snapshots, params| {
        let params = read::<R>(params)?;
        match snapshots.first() {
            Some(snapshot) => written(&handler(snapshot, params)?),
            None => Ok(Value::Null),
        }
    });
    (String::from(R::METHOD), handler)
}

/// A request about all that is open.
fn of_workspace<R: lsp::Request>(handler: fn(&[Snapshot], R::Params) -> Answer<R::Result>) -> (String, Handler) {
    let handler: Handler = Box::new(move |snapshots, params| written(&handler(snapshots, read::<R>(params)?)?));
    (String::from(R::METHOD), handler)
}

fn read<R: lsp::Request>(params: Value) -> Answer<R::Params> {
    serde_json::from_value(params).map_err(|error| Failure::Refused(ErrorCode::InvalidParams, error.to_string()))
}

fn written<T: serde::Serialize>(result: &T) -> Answer<Value> {
    serde_json::to_value(result).map_err(|error| Failure::Refused(ErrorCode::InternalError, error.to_string()))
}
