//! Turns pest's errors into findings in the words of the language.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::parser::Rule;
use crate::diagnostics::{self as codes, Change, Diagnostic};
use crate::source::{Lexeme, Lexer, Site, is_word_character};
use crate::text::TextRange;

/// The finding for a text that the grammar refuses; `offset` is where `text` starts in its declaration.
pub(super) fn diagnostic(error: &Error<Rule>, text: &str, site: Site, offset: u32) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let range = TextRange::new(at, at + next_length(text, at)).shift(offset);
    let span = site.span(range);
    if let Some((start, hint)) = foreign(text, at) {
        let finding = Diagnostic::new(codes::FOREIGN_SYNTAX, span, hint.0).label(hint.1).help(hint.2);
        let range = TextRange::new(at, at + start.len()).shift(offset);
        let own = OWN.iter().find(|(foreign, _)| *foreign == start);
        return own.into_iter().fold(finding, |finding, (_, own)| {
            finding.fix(
                format!("{}{}", hint.2.get(..1).unwrap_or("").to_uppercase(), hint.2.get(1..).unwrap_or("")),
                Change::Replace(site.span(range), (*own).to_owned()),
            )
        });
    }
    if let Some(string) = unclosed_string(text, at) {
        return Diagnostic::new(codes::UNCLOSED, site.span(string.shift(offset)), "this string is never closed")
            .help("a string ends on its line with `\"`; a longer one stands between `\"\"\"` and `\"\"\"`");
    }
    if let Some((message, help, range, own)) = key_hint(text, at) {
        let finding = Diagnostic::new(codes::SYNTAX, span, message).help(help);
        return own.into_iter().fold(finding, |finding, own| {
            finding.fix(format!("Write `{}`", own.trim()), Change::Replace(site.span(range.shift(offset)), own))
        });
    }
    let found = found(text, at);
    let message = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } if positives.iter().any(|rule| !describe(*rule).is_empty()) => {
            format!("expected {}, found {found}", list(positives))
        }
        ErrorVariant::ParsingError { .. } => format!("unexpected {found}"),
        // The parser's own limit of nesting.
        ErrorVariant::CustomError { .. } => return super::parser::deep(site, range),
    };
    let word = text.get(at..at + next_length(text, at)).unwrap_or("");
    let reserved = RESERVED.contains(&word).then(|| format!("`{word}` is reserved; as a key it stands in quotes"));
    Diagnostic::new(codes::SYNTAX, span, message).help_if(reserved)
}

/// Words that are neither names nor keys (`reserved` of the grammar).
const RESERVED: [&str; 10] = ["or", "and", "not", "in", "if", "then", "else", "true", "false", "null"];

/// Whether a text is a word of the grammar: a name or a key that needs no quotes.
#[must_use]
pub fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(is_word_character)
        && !RESERVED.contains(&text)
}

/// The length of the word or character at `at`.
fn next_length(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
    if word > 0 {
        word
    } else {
        rest.chars().next().map_or(0, |first| if first == '\n' { 0 } else { first.len_utf8() })
    }
}

fn found(text: &str, at: usize) -> String {
    match text.get(at..).unwrap_or("").chars().next() {
        None => "the end".to_owned(),
        Some('\n' | '\r') => "the end of the line".to_owned(),
        Some(_) => format!("`{}`", text.get(at..at + next_length(text, at)).unwrap_or("")),
    }
}

/// The string that no quote ends: one of this line, or a multi-line one anywhere above.
fn unclosed_string(text: &str, at: usize) -> Option<TextRange> {
    let long = Lexer::new(text, 0).find(|(lexeme, range)| {
        let string = text.get(range.start as usize..range.end as usize).unwrap_or("");
        *lexeme == Lexeme::Text && string.starts_with("\"\"\"") && (string.len() < 6 || !string.ends_with("\"\"\""))
    });
    if let Some((_, range)) = long {
        return Some(TextRange { start: range.start, end: range.start + 3 });
    }
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line = Lexer::new(text, start).take_while(|(lexeme, _)| *lexeme != Lexeme::Newline);
    let open = |range: &TextRange| {
        let string = text.get(range.start as usize..range.end as usize).unwrap_or("").trim_start_matches('r');
        string.len() < 2 || !string.ends_with('"')
    };
    line.filter(|(lexeme, _)| *lexeme == Lexeme::Text).map(|(_, range)| range).find(open)
}

/// What is wrong with an entry that does not get beyond its key: message and mend.
fn key_hint(text: &str, at: usize) -> Option<(String, String, TextRange, Option<String>)> {
    let place = |length: usize| TextRange::new(at, at + length);
    let rest = text.get(at..)?;
    let key = text.get(..at)?.trim();
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    let word = rest.get(..next_length(text, at)).unwrap_or("");
    let behind = rest.get(word.len()..).unwrap_or("").trim_start();
    if key.is_empty() && is_word(word) && behind.starts_with('=') {
        let message = format!("`{word}` can't be a key as it stands");
        let help = format!("quote it: `\"{word}\" = ...`");
        return Some((message, help, place(word.len()), Some(format!("\"{word}\""))));
    }
    if let Some((first, value)) =
        key.split_once(' ').filter(|(first, value)| is_word(first) && !value.trim().contains(' '))
    {
        let value = value.trim();
        return Some((
            format!("a `=` is missing behind `{first}`, or a `{{` behind `{value}`"),
            format!("write `{first} = {value}`"),
            behind_key(text, first),
            Some(" =".to_owned()),
        ));
    }
    if !is_word(key) {
        return None;
    }
    if rest.starts_with("==") {
        let message = "a value is given with `=`".to_owned();
        return Some((message, format!("write `{key} = ...`"), place(2), Some("=".to_owned())));
    }
    if rest.starts_with('.') {
        let message = "a key has no `.` in it".to_owned();
        return Some((message, format!("nest it: `{key} {{ ... = ... }}`"), place(1), None));
    }
    let is_value = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '"' | '[' | '-'));
    is_value.then(|| {
        let message = format!("a `=` is missing behind `{key}`");
        (message, format!("write `{key} = {}`", first_line(rest)), behind_key(text, key), Some(" =".to_owned()))
    })
}

/// Where a `=` is missing.
fn behind_key(text: &str, key: &str) -> TextRange {
    let at = text.find(key).map_or(0, |start| start + key.len());
    TextRange::new(at, at)
}

/// The first line of a text, cut where it grows long.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("").trim_end().chars().take(40).collect()
}

/// What stands for a sign of another language, where it is one sign.
const OWN: [(&str, &str); 4] = [("//", "#"), (";", "\n"), ("=>", "="), (":=", "=")];

type Hint = (&'static str, &'static str, &'static str);

/// What people write who come from another language.
fn foreign(text: &str, at: usize) -> Option<(&'static str, Hint)> {
    let rest = text.get(at..).unwrap_or("");
    let hints: [(&'static str, Hint); 8] = [
        ("//", ("`//` starts no comment", "this is a comment in other languages", "write `#`")),
        (
            "/*",
            ("`/*` starts no comment", "this is a comment in other languages", "write `#` at the start of each line"),
        ),
        (
            ";",
            ("entries are not separated by `;`", "this separator is not needed", "put each entry on a line of its own"),
        ),
        ("- ", ("this is a list of YAML", "items can't be written with `-`", "write `key = [a, b]`")),
        (
            "?",
            (
                "there is no `? :` operator",
                "this is a condition in other languages",
                "write `if CONDITION then A else B`",
            ),
        ),
        ("=>", ("`=>` has no meaning here", "this is an arrow of other languages", "write `=`")),
        (":=", ("`:=` has no meaning here", "this is an assignment in other languages", "write `=`")),
        (
            "{{",
            (
                "a template in `{{ }}` stands in a string",
                "this is Go template or Jinja",
                "write it between quotes: it reaches the workload untouched",
            ),
        ),
    ];
    hints.into_iter().find(|(start, _)| rest.starts_with(start))
}

/// The rules that could have come next, in words, each once.
fn list(rules: &[Rule]) -> String {
    let mut words: Vec<&str> = vec![];
    for word in rules.iter().map(|rule| describe(*rule)).filter(|word| !word.is_empty()) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.as_slice() {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn describe(rule: Rule) -> &'static str {
    match rule {
        Rule::open_brace | Rule::block => "`{`",
        Rule::close_brace | Rule::missing_brace => "`}`",
        Rule::open_bracket => "`[`",
        Rule::close_bracket => "`]`",
        Rule::open_paren => "`(`",
        Rule::close_paren => "`)`",
        Rule::comma | Rule::missing_comma => "`,`",
        Rule::colon | Rule::foreign_colon => "`:`",
        Rule::assign | Rule::append => "`=`",
        Rule::quote | Rule::long_quote | Rule::string | Rule::short_string | Rule::long_string | Rule::raw => {
            "a string"
        }
        Rule::kw_in => "`in`",
        Rule::kw_then => "`then`",
        Rule::kw_else => "`else`",
        Rule::kw_where => "`where`",
        Rule::word | Rule::key | Rule::path_key | Rule::path => "a name",
        Rule::number
        | Rule::constant
        | Rule::primary
        | Rule::expr
        | Rule::inside
        | Rule::list
        | Rule::postfixed
        | Rule::comprehension
        | Rule::parenthesis
        | Rule::object_literal
        | Rule::conditional
        | Rule::item
        | Rule::foreign_string
        | Rule::minus
        | Rule::negation
        | Rule::argument => "a value",
        Rule::declared | Rule::declaration | Rule::import | Rule::for_loop => "a declaration",
        Rule::EOI => "the end",
        _ => "",
    }
}
