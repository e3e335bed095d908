use gen_lsp_types as lsp;

use super::client::Client;
use super::handlers::commands::COMMANDS;
use crate::text::Encoding;

/// What the server can do.
pub(super) fn capabilities(client: &Client) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(match client.encoding {
            Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
            Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
            Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(lsp::TextDocumentSync::Options(sync())),
        workspace: Some(workspace()),
        diagnostic_provider: client.pulls().then(|| diagnostics().into()),
        completion_provider: Some(completion()),
        signature_help_provider: Some(signatures()),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        declaration_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        document_link_provider: Some(lsp::DocumentLinkOptions::default()),
        implementation_provider: Some(true.into()),
        rename_provider: Some(renames(client)),
        document_symbol_provider: Some(true.into()),
        workspace_symbol_provider: Some(true.into()),
        folding_range_provider: Some(true.into()),
        selection_range_provider: Some(true.into()),
        inlay_hint_provider: Some(hints().into()),
        code_lens_provider: Some(lsp::CodeLensOptions {
            resolve_provider: Some(true),
            ..lsp::CodeLensOptions::default()
        }),
        call_hierarchy_provider: Some(true.into()),
        semantic_tokens_provider: Some(tokens().into()),
        document_formatting_provider: Some(true.into()),
        document_range_formatting_provider: Some(true.into()),
        document_on_type_formatting_provider: Some(lsp::DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_owned(),
            more_trigger_character: Some(vec!["\n".to_owned()]),
        }),
        code_action_provider: Some(actions().into()),
        execute_command_provider: Some(lsp::ExecuteCommandOptions {
            commands: COMMANDS.map(str::to_owned).to_vec(),
            ..lsp::ExecuteCommandOptions::default()
        }),
        ..lsp::ServerCapabilities::default()
    }
}

fn actions() -> lsp::CodeActionOptions {
    lsp::CodeActionOptions {
        code_action_kinds: Some(vec![lsp::CodeActionKind::QuickFix, lsp::CodeActionKind::SourceFixAll]),
        resolve_provider: Some(true),
        ..lsp::CodeActionOptions::default()
    }
}

fn sync() -> lsp::TextDocumentSyncOptions {
    lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::Incremental),
        save: Some(true.into()),
        ..lsp::TextDocumentSyncOptions::default()
    }
}

fn workspace() -> lsp::WorkspaceOptions {
    lsp::WorkspaceOptions {
        workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
            supported: Some(true),
            change_notifications: Some(true.into()),
        }),
        file_operations: Some(lsp::FileOperationOptions {
            will_rename: Some(any_file()),
            ..lsp::FileOperationOptions::default()
        }),
        ..lsp::WorkspaceOptions::default()
    }
}

fn hints() -> lsp::InlayHintOptions {
    lsp::InlayHintOptions { resolve_provider: Some(true), ..lsp::InlayHintOptions::default() }
}

fn tokens() -> lsp::SemanticTokensOptions {
    lsp::SemanticTokensOptions {
        legend: super::handlers::tokens::legend(),
        range: Some(true.into()),
        full: Some(lsp::SemanticTokensFullDelta { delta: Some(true) }.into()),
        ..lsp::SemanticTokensOptions::default()
    }
}

/// Only who says that it asks first may be told that it can.
fn renames(client: &Client) -> lsp::RenameProvider {
    if client.prepares_renames() {
        lsp::RenameOptions { prepare_provider: Some(true), ..lsp::RenameOptions::default() }.into()
    } else {
        true.into()
    }
}

fn diagnostics() -> lsp::DiagnosticOptions {
    lsp::DiagnosticOptions {
        identifier: Some("platformc".to_owned()),
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        ..lsp::DiagnosticOptions::default()
    }
}

fn any_file() -> lsp::FileOperationRegistrationOptions {
    let pattern = lsp::FileOperationPattern { glob: "**/*".to_owned(), matches: None, options: None };
    lsp::FileOperationRegistrationOptions {
        filters: vec![lsp::FileOperationFilter { scheme: Some("file".to_owned()), pattern }],
    }
}

/// A blank and a bracket ask only behind what takes one of some names.
fn completion() -> lsp::CompletionOptions {
    lsp::CompletionOptions {
        trigger_characters: Some([".", "\"", "/", "(", "[", "{", " "].map(str::to_owned).to_vec()),
        resolve_provider: Some(true),
        ..lsp::CompletionOptions::default()
    }
}

fn signatures() -> lsp::SignatureHelpOptions {
    lsp::SignatureHelpOptions {
        trigger_characters: Some(["(", ","].map(str::to_owned).to_vec()),
        retrigger_characters: Some(vec![" ".to_owned(), "=".to_owned()]),
        ..lsp::SignatureHelpOptions::default()
    }
}
