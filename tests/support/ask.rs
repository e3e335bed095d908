//! What must hold of any text, asked by tests and by the fuzz targets.
#![allow(dead_code, unreachable_pub, reason = "each user has its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use platformc::compile;
use platformc::db::{Changes, Content, Database};
use platformc::diagnostics::{Diagnostic, Span, render, to_json};
use platformc::documents::files;
use platformc::project::today;
use platformc::source::{Lexeme, Lexer, absolute};
use platformc::syntax::format::format;

/// Every finding, each within its file.
pub fn find(db: &Database) -> Vec<Diagnostic> {
    let findings = compile::diagnostics(db, today());
    for finding in &findings {
        check_span(db, finding, finding.primary.span);
        finding.secondary.iter().for_each(|label| check_span(db, finding, label.span));
    }
    findings
}

/// The same, printed as text and as JSON.
pub fn ask(db: &Database) -> Vec<Diagnostic> {
    let findings = find(db);
    let some = findings.get(..RENDERED).unwrap_or(&findings);
    for color in [false, true] {
        let text = render(db, some, color);
        assert_eq!(some.is_empty(), text.is_empty());
        check_printable(&text, color);
    }
    let json = to_json(db, some);
    assert!(json.starts_with('['));
    check_printable(&json, false);
    findings
}

/// The same, and the files that such a platform would get.
pub fn ask_for_files(db: &Database) -> Vec<Diagnostic> {
    let findings = ask(db);
    for file in files(db) {
        file.render(&mut String::new());
    }
    findings
}

/// Thousands of the same findings need not all be drawn.
const RENDERED: usize = 10;

fn check_span(db: &Database, finding: &Diagnostic, span: Span) {
    let (file, range) = absolute(db, span);
    let text = file.text(db);
    let inside = text.get(range.start as usize..range.end as usize).is_some();
    assert!(inside, "{finding:?} points at {range:?} of {} bytes", text.len());
}

/// Nothing reaches a terminal but text and, where they are asked for, colours.
pub fn check_printable(text: &str, color: bool) {
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' if color => {
                assert_eq!(rest.next(), Some('['), "an escape that is no colour in {text:?}");
                assert_eq!(rest.find(|c| !c.is_ascii_digit() && *c != ';'), Some('m'), "{text:?}");
            }
            '\n' | '\t' => {}
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => panic!("a turn of direction in {text:?}"),
            other => assert!(!other.is_control(), "{other:?} in {text:?}"),
        }
    }
}

/// The formatter refuses a text, or its result has the same tokens and stays as it is when formatted again.
pub fn check_format(text: &str) {
    let Some(formatted) = format(text) else { return };
    assert_eq!(format(&formatted).as_deref(), Some(formatted.as_str()), "formatted twice:\n{text}");
    assert_eq!(tokens(text), tokens(&formatted), "the tokens of:\n{text}\nas:\n{formatted}");
}

/// Everything but line ends and commas.
fn tokens(text: &str) -> Vec<(bool, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let kept = Lexer::new(text, 0).filter(|(lexeme, _)| !matches!(lexeme, Lexeme::Newline | Lexeme::Comma));
    let mut tokens: Vec<_> = kept
        .map(|(lexeme, range)| {
            let is_comment = matches!(lexeme, Lexeme::Comment | Lexeme::Doc);
            (is_comment, text[range.start as usize..range.end as usize].trim_end().replace("\r\n", "\n"))
        })
        .collect();
    // A comment may move behind the bracket or comma that stood after it.
    tokens.sort_by_key(|(is_comment, _)| *is_comment);
    tokens
}

/// A platform that is nothing but these files.
pub fn database(sources: &Changes) -> Database {
    let mut database = Database::new("platform.pf");
    database.apply(sources.clone());
    database
}

/// Sources from paths and texts.
pub fn texts(files: &[(&str, &str)]) -> Changes {
    files.iter().map(|(path, text)| ((*path).to_owned(), Content::Text((*text).into()))).collect()
}
