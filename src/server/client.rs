use gen_lsp_types::{ClientCapabilities, InitializeParams, PositionEncodingKind};

use crate::text::Encoding;

/// What the client can do.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    /// What columns count.
    pub(super) encoding: Encoding,
    /// Everything else that it says of itself.
    pub(super) capabilities: ClientCapabilities,
}

impl Client {
    pub(super) fn new(params: &InitializeParams) -> Self {
        let capabilities = params.capabilities.clone();
        Self { encoding: encoding(&capabilities), capabilities }
    }

    /// Whether it asks for findings itself, and can be told to ask again; others are sent them.
    pub(super) fn pulls(&self) -> bool {
        let asks = self.capabilities.text_document.as_ref().is_some_and(|document| document.diagnostic.is_some());
        let workspace = self.capabilities.workspace.as_ref();
        asks && workspace
            .and_then(|workspace| workspace.diagnostics)
            .is_some_and(|can| can.refresh_support == Some(true))
    }

    /// Whether it shows a document when it is asked to.
    pub(super) fn shows(&self) -> bool {
        let window = self.capabilities.window.as_ref();
        window.and_then(|window| window.show_document.as_ref()).is_some_and(|show| show.support)
    }

    /// Whether it asks for the edit of an action once somebody takes it.
    pub(super) fn resolves_edits(&self) -> bool {
        let document = self.capabilities.text_document.as_ref();
        let action = document.and_then(|document| document.code_action.as_ref());
        let resolves = action.filter(|action| action.data_support == Some(true));
        let resolves = resolves.and_then(|action| action.resolve_support.as_ref());
        resolves.is_some_and(|resolves| resolves.properties.iter().any(|property| property == "edit"))
    }

    /// Whether it tells of files that change, once it is asked to.
    pub(super) fn watches(&self) -> bool {
        let workspace = self.capabilities.workspace.as_ref();
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files);
        watched.is_some_and(|watched| watched.dynamic_registration == Some(true))
    }
}

/// Bytes where the client knows them, or else what every client knows.
fn encoding(capabilities: &ClientCapabilities) -> Encoding {
    let general = capabilities.general.as_ref();
    let known = general.and_then(|general| general.position_encodings.as_deref()).unwrap_or_default();
    let has = |kind: &PositionEncodingKind| known.contains(kind);
    match () {
        () if has(&PositionEncodingKind::UTF8) => Encoding::Utf8,
        () if !known.is_empty() && !has(&PositionEncodingKind::UTF16) && has(&PositionEncodingKind::UTF32) => {
            Encoding::Utf32
        }
        () => Encoding::Utf16,
    }
}
