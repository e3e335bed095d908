use std::hash::{Hash as _, Hasher as _};

use gen_lsp_types as lsp;
use rustc_hash::FxHasher;

use crate::db::SourceFile;
use crate::ide::{Token, TokenKind, tokens};
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;
use crate::text::TextRange;

/// What the numbers of tokens stand for.
pub(in crate::server) fn legend() -> lsp::SemanticTokensLegend {
    lsp::SemanticTokensLegend {
        token_types: TokenKind::ALL.iter().map(|kind| name(*kind).to_owned()).collect(),
        token_modifiers: vec!["declaration".to_owned(), "defaultLibrary".to_owned()],
    }
}

fn name(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Keyword => "keyword",
        TokenKind::Class => "class",
        TokenKind::Interface => "interface",
        TokenKind::Type => "type",
        TokenKind::EnumMember => "enumMember",
        TokenKind::Property => "property",
        TokenKind::Variable => "variable",
        TokenKind::Parameter => "parameter",
        TokenKind::Function => "function",
        TokenKind::String => "string",
        TokenKind::Number => "number",
        TokenKind::Comment => "comment",
    }
}

/// `textDocument/semanticTokens/full`
pub(in crate::server) fn full(
    snapshot: &Snapshot,
    params: lsp::SemanticTokensParams,
) -> Answer<Option<lsp::SemanticTokens>> {
    let uri = &params.text_document.uri;
    Ok(snapshot.file(uri).map(|file| remembered(snapshot, uri, encoded(snapshot, file, None))))
}

/// `textDocument/semanticTokens/range`
pub(in crate::server) fn of_range(
    snapshot: &Snapshot,
    params: lsp::SemanticTokensRangeParams,
) -> Answer<Option<lsp::SemanticTokens>> {
    let found = snapshot.file(&params.text_document.uri).map(|file| {
        let within = snapshot.bytes(file, params.range);
        lsp::SemanticTokens { result_id: None, data: encoded(snapshot, file, Some(within)) }
    });
    Ok(found)
}

/// `textDocument/semanticTokens/full/delta`
pub(in crate::server) fn delta(
    snapshot: &Snapshot,
    params: lsp::SemanticTokensDeltaParams,
) -> Answer<Option<lsp::SemanticTokensDeltaResponse>> {
    let uri = &params.text_document.uri;
    let Some(file) = snapshot.file(uri) else { return Ok(None) };
    let before = snapshot.colours.get(uri.as_ref(), &params.previous_result_id);
    let full = remembered(snapshot, uri, encoded(snapshot, file, None));
    Ok(Some(match before {
        Some(before) => {
            let edits = edits(&before, &full.data);
            lsp::SemanticTokensDelta { result_id: full.result_id, edits }.into()
        }
        None => full.into(),
    }))
}

fn remembered(snapshot: &Snapshot, uri: &lsp::Uri, data: Vec<lsp::SemanticToken>) -> lsp::SemanticTokens {
    let mut hasher = FxHasher::default();
    data.iter().for_each(|token| numbers(token).hash(&mut hasher));
    let id = format!("{:016x}", hasher.finish());
    snapshot.colours.keep(uri.as_ref(), &id, &data);
    lsp::SemanticTokens { result_id: Some(id), data }
}

fn numbers(token: &lsp::SemanticToken) -> [u32; 5] {
    [token.delta_line, token.delta_start, token.length, token.token_type, token.token_modifiers_bitset]
}

/// What lies between the beginning and the end that both have.
fn edits(before: &[lsp::SemanticToken], after: &[lsp::SemanticToken]) -> Vec<lsp::SemanticTokensEdit> {
    let same = |(left, right): &(&lsp::SemanticToken, &lsp::SemanticToken)| numbers(left) == numbers(right);
    let first = before.iter().zip(after).take_while(same).count();
    let (before, after) = (before.get(first..).unwrap_or_default(), after.get(first..).unwrap_or_default());
    let last = before.iter().rev().zip(after.iter().rev()).take_while(same).count();
    let (gone, come) = (before.len() - last, after.len() - last);
    if gone == 0 && come == 0 {
        return vec![];
    }
    let data = after.iter().take(come).flat_map(numbers).collect();
    let count = |tokens: usize| u32::try_from(tokens * 5).unwrap_or(u32::MAX);
    vec![lsp::SemanticTokensEdit { start: count(first), delete_count: count(gone), data: Some(data) }]
}

/// Each token with its place seen from the one before it.
fn encoded(snapshot: &Snapshot, file: SourceFile, within: Option<TextRange>) -> Vec<lsp::SemanticToken> {
    let mut last = lsp::Position { line: 0, character: 0 };
    let found = tokens(&snapshot.db, file, within).into_iter();
    let encoded = found.map(|token| {
        let lsp::Range { start, end } = snapshot.range(file, token.range);
        let delta_line = start.line - last.line;
        let delta_start = if delta_line == 0 { start.character - last.character } else { start.character };
        last = start;
        let length = end.character.saturating_sub(start.character);
        lsp::SemanticToken {
            delta_line,
            delta_start,
            length,
            token_type: number(token.of),
            token_modifiers_bitset: modifiers(&token),
        }
    });
    encoded.collect()
}

fn number(kind: TokenKind) -> u32 {
    let place = TokenKind::ALL.iter().position(|known| *known == kind);
    place.and_then(|place| u32::try_from(place).ok()).unwrap_or(0)
}

fn modifiers(token: &Token) -> u32 {
    u32::from(token.declares) | u32::from(token.is_built_in) << 1
}
