//! The door to pest: limits, the parse itself, and the builder behind it.

use pest::Parser as _;

use super::ast::Declaration;
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

/// The largest declaration that is read.
const MAX_TEXT: usize = 16 << 20;

/// How much of a line is shown of one that is larger.
const MAX_HEAD: usize = 80;

/// Reads the text of one declaration.
pub(super) fn parse(text: &str, site: Site) -> Parsed {
    let mut sink = Sink::default();
    let declaration = match obstacle(text, site) {
        Some(finding) => {
            sink.push(finding);
            None
        }
        None => read(text, site, &mut sink),
    };
    let declaration = declaration.unwrap_or(Declaration::broken());
    Parsed { declaration, diagnostics: sink.finish() }
}

/// What would make the grammar's reader use memory without measure.
fn obstacle(text: &str, site: Site) -> Option<Diagnostic> {
    if text.len() > MAX_TEXT {
        let first = text.lines().next().unwrap_or("").len().min(MAX_HEAD);
        let first = (0..=first).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let message = format!("a declaration larger than {} MiB", MAX_TEXT >> 20);
        let finding = Diagnostic::new(codes::TOO_MUCH, site.span(TextRange::new(0, first)), message);
        return Some(finding.help("put data into a data file, or divide the declaration"));
    }
    too_deep(text).map(|range| deep(site, range))
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
