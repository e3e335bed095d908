//! The last check before a formatted text is handed out: it has the tokens and comments of the source.

use crate::db::{Content, Database, SourceFile};
use crate::source::{Lexeme, Lexer, outline};

/// Whether two texts have the same declarations, tokens and comments, each in the same order.
///
/// Where the cutter and the grammar disagree about where a string, comment or head ends, layout could move what one of
/// them takes for something else: such a file is left alone.
pub(super) fn same(before: &str, after: &str) -> bool {
    tokens(before, after) && declarations(before) == declarations(after)
}

/// The keys of the declarations, and how many findings the cutter has.
fn declarations(text: &str) -> (Vec<u64>, usize) {
    let db = Database::new("");
    let outline = outline(&db, SourceFile::new(&db, String::new(), Content::Text(text.into())));
    (outline.decls.iter().map(|decl| decl.key(&db)).collect(), outline.diagnostics.len())
}

fn tokens(before: &str, after: &str) -> bool {
    let is_comment = |lexeme: &Lexeme| matches!(lexeme, Lexeme::Comment | Lexeme::Doc);
    let comments = |text| lexemes(text).filter(move |(lexeme, _)| is_comment(lexeme));
    let others = |text| lexemes(text).filter(move |(lexeme, _)| !is_comment(lexeme));
    comments(before).eq(comments(after)) && others(before).eq(others(after))
}

/// The lexemes that layout may not touch.
fn lexemes(text: &str) -> impl Iterator<Item = (Lexeme, String)> {
    let kept = Lexer::new(text, 0).filter(|(lexeme, _)| !matches!(lexeme, Lexeme::Newline | Lexeme::Comma));
    kept.map(|(lexeme, range)| {
        let text = text.get(range.start as usize..range.end as usize).unwrap_or("");
        (lexeme, text.trim_end().replace("\r\n", "\n"))
    })
}
