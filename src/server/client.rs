use gen_lsp_types::{
    ClientCapabilities, ClientCompletionItemOptions, InitializeParams, PositionEncodingKind,
    TextDocumentClientCapabilities, WorkspaceEditClientCapabilities,
};

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

    fn edits(&self) -> Option<&WorkspaceEditClientCapabilities> {
        self.capabilities.workspace.as_ref()?.workspace_edit.as_ref()
    }

    /// Whether it takes edits of documents as it knows them, and refuses those that come too late.
    pub(super) fn edits_versions(&self) -> bool {
        self.edits().is_some_and(|edits| edits.document_changes == Some(true))
    }

    /// Whether it can ask about edits before it makes them.
    pub(super) fn asks_about_edits(&self) -> bool {
        self.edits_versions() && self.edits().is_some_and(|edits| edits.change_annotation_support.is_some())
    }

    fn document(&self) -> Option<&TextDocumentClientCapabilities> {
        self.capabilities.text_document.as_ref()
    }

    /// Whether it takes places with what surrounds them: for definitions, declarations and implementations.
    pub(super) fn takes_links(&self) -> [bool; 3] {
        let Some(document) = self.document() else { return [false; 3] };
        let definition = document.definition.is_some_and(|can| can.link_support == Some(true));
        let declaration = document.declaration.is_some_and(|can| can.link_support == Some(true));
        let implementation = document.implementation.is_some_and(|can| can.link_support == Some(true));
        [definition, declaration, implementation]
    }

    /// Whether it asks what can be renamed before it asks for a new name.
    pub(super) fn prepares_renames(&self) -> bool {
        let rename = self.document().and_then(|document| document.rename.as_ref());
        rename.is_some_and(|rename| rename.prepare_support == Some(true))
    }

    /// Whether it shows what stands in what else.
    pub(super) fn nests_symbols(&self) -> bool {
        let symbols = self.document().and_then(|document| document.document_symbol.as_ref());
        symbols.is_some_and(|symbols| symbols.hierarchical_document_symbol_support == Some(true))
    }

    /// Whether it fills in the places of snippets.
    pub(super) fn snippets(&self) -> bool {
        self.completion_items().is_some_and(|can| can.snippet_support == Some(true))
    }

    /// Whether it can choose between inserting and replacing the rest of a word.
    pub(super) fn inserts_or_replaces(&self) -> bool {
        self.completion_items().is_some_and(|can| can.insert_replace_support == Some(true))
    }

    /// Whether a list of completions may say for all of them what they replace.
    pub(super) fn shares_edit_ranges(&self) -> bool {
        let document = self.capabilities.text_document.as_ref();
        let lists = document.and_then(|document| document.completion.as_ref()?.completion_list.as_ref());
        let defaults = lists.and_then(|lists| lists.item_defaults.as_ref());
        defaults.is_some_and(|defaults| defaults.iter().any(|default| default == "editRange"))
    }

    fn completion_items(&self) -> Option<&ClientCompletionItemOptions> {
        self.capabilities.text_document.as_ref()?.completion.as_ref()?.completion_item.as_ref()
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
