//! The door to pest: limits, the parse itself, and the builder behind it.

use pest::Parser as _;

use super::ast::{Declaration, DeclarationKind};
use super::build::Builder;
use super::{Parsed, expected};
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::source::{Lexeme, Lexer, Site};
use crate::text::TextRange;

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/platform.pest"]
pub(super) struct PlatformParser;

/// How deep brackets, operators and conditions may nest.
pub(super) const MAX_DEPTH: usize = 64;

/// Reads the text of one declaration.
pub(super) fn parse(text: &str, site: Site) -> Parsed {
    let mut sink = Sink::default();
    let declaration = match too_deep(text) {
        Some(range) => {
            sink.push(deep(site, range));
            None
        }
        None => read(text, site, &mut sink),
    };
    let declaration = declaration.unwrap_or(Declaration { doc: None, kind: DeclarationKind::Broken });
    Parsed { declaration, diagnostics: sink.finish() }
}

/// The finding that something nests too deep.
pub(super) fn deep(site: Site, range: TextRange) -> Diagnostic {
    Diagnostic::new(codes::NESTED_TOO_DEEP, site.span(range), format!("nested deeper than {MAX_DEPTH} levels"))
        .help("give the inner part a name of its own, such as a template or a variable")
}

fn read(text: &str, site: Site, sink: &mut Sink) -> Option<Declaration> {
    match PlatformParser::parse(Rule::declaration, text) {
        Ok(mut pairs) => pairs.next().map(|pair| Builder::new(site, sink).declaration(pair)),
        Err(error) => {
            sink.push(expected::diagnostic(&error, text, site, 0));
            None
        }
    }
}

/// The bracket that is one too deep, or the string whose interpolations are.
fn too_deep(text: &str) -> Option<TextRange> {
    let mut depth = 0_usize;
    for (lexeme, range) in Lexer::new(text, 0) {
        let inner = || text.get(range.start as usize..range.end as usize).unwrap_or("");
        match lexeme {
            Lexeme::Open | Lexeme::OpenBracket => depth += 1,
            Lexeme::Close | Lexeme::CloseBracket => depth = depth.saturating_sub(1),
            Lexeme::Text if inner().contains("${") && nested_text(inner()) => return Some(range),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Some(range);
        }
    }
    None
}

/// Whether brackets inside a string ever nest too deep, counted without regard to what they are.
fn nested_text(text: &str) -> bool {
    let mut depth = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}
