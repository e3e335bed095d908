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
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_formatting_provider: Some(true.into()),
        code_action_provider: Some(actions().into()),
        execute_command_provider: Some(lsp::ExecuteCommandOptions {
            commands: COMMANDS.map(str::to_owned).to_vec(),
            ..lsp::ExecuteCommandOptions::default()
        }),
        document_link_provider: Some(lsp::DocumentLinkOptions::default()),
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
        ..lsp::WorkspaceOptions::default()
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
