use gen_lsp_types::{ClientCapabilities, InitializeParams, PositionEncodingKind};

use crate::text::Encoding;

/// The client's command that shows every place which names what is declared at a position: its arguments are the document's
/// URI and the position.
pub(super) const SHOW_REFERENCES: &str = "platformc.showReferences";

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

    /// Whether it has a command of its own, which it says as others' servers ask it to: below `experimental`.
    pub(super) fn knows_command(&self, command: &str) -> bool {
        let experimental = self.capabilities.experimental.as_ref();
        let commands = experimental.and_then(|experimental| experimental.pointer("/commands/commands"));
        let commands = commands.and_then(serde_json::Value::as_array);
        commands.is_some_and(|commands| commands.iter().any(|known| known == command))
    }

    /// Which of what it shows it asks for again when it is told to: hints, lenses and colours.
    pub(super) fn refreshes(&self) -> [bool; 3] {
        let Some(workspace) = &self.capabilities.workspace else { return [false; 3] };
        let hints = workspace.inlay_hint.is_some_and(|can| can.refresh_support == Some(true));
        let lenses = workspace.code_lens.is_some_and(|can| can.refresh_support == Some(true));
        let colours = workspace.semantic_tokens.is_some_and(|can| can.refresh_support == Some(true));
        [hints, lenses, colours]
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
