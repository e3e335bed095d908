//! Inside strings.

use crate::source::{Lexeme, Lexer};

/// Where in a string a cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// It is behind the string.
    No,
    /// In its text.
    Text,
    /// In an interpolation, which begins at this byte.
    Interpolation(usize),
}

/// A key without its quotes.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches('"')
}

/// Where in the string that begins at `start` a cursor is.
pub(super) fn inside(text: &str, start: usize, cursor: usize) -> Inside {
    let rest = |at: usize| text.get(at..).unwrap_or("");
    let (quote, is_raw) = match rest(start) {
        string if string.starts_with("r\"") => ("\"", true),
        string if string.starts_with("\"\"\"") => ("\"\"\"", false),
        _ => ("\"", false),
    };
    let mut at = start + quote.len() + usize::from(is_raw);
    while at < cursor {
        let here = rest(at);
        at += match here.chars().next() {
            None => break,
            Some(_) if here.starts_with(quote) => return if at < cursor { Inside::No } else { Inside::Text },
            Some('\\') if !is_raw => 2,
            Some('$') if !is_raw && here.starts_with("$${") => 3,
            Some('$') if !is_raw && here.starts_with("${") && !here.starts_with("${{") => {
                match end_of_interpolation(text, at + 2, cursor) {
                    Some(end) => end - at,
                    None => return Inside::Interpolation(at + 2),
                }
            }
            Some(character) => character.len_utf8(),
        };
    }
    Inside::Text
}

/// The byte behind the `}` of an interpolation, if that lies before the cursor.
fn end_of_interpolation(text: &str, from: usize, cursor: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (lexeme, range) in Lexer::new(text, from).take_while(|(_, range)| range.end as usize <= cursor) {
        match lexeme {
            Lexeme::Open => depth += 1,
            Lexeme::Close if depth == 0 => return Some(range.end as usize),
            Lexeme::Close => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The end of the text of a string whose text is being typed: its closing quote, or the end of its line.
pub(super) fn end_of_text(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or("");
    from + rest.find(['"', '\n']).unwrap_or(rest.len())
}
