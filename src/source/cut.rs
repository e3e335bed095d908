//! The cutter: follows strings, comments and braces, and nothing else.

use rustc_hash::FxHashMap;

use crate::text::TextRange;

/// One declaration's place in the text.
#[derive(Debug)]
pub(super) struct Piece {
    /// From the doc comment to the closing brace.
    pub range: TextRange,
    word: TextRange,
    name: TextRange,
}

impl Piece {
    pub(super) fn word<'t>(&self, text: &'t str) -> &'t str {
        slice(text, self.word)
    }

    pub(super) fn name<'t>(&self, text: &'t str) -> &'t str {
        let name = slice(text, self.name);
        name.strip_prefix('"').map_or(name, |inner| inner.strip_suffix('"').unwrap_or(inner))
    }
}

/// A file's declarations and the text that belongs to none.
#[derive(Debug, Default)]
pub(super) struct Cut {
    pub pieces: Vec<Piece>,
    pub stray: Vec<TextRange>,
}

/// Cuts `text` into declarations.
pub(super) fn cut(text: &str) -> Cut {
    let mut cut = Cut::default();
    let mut lexer = Lexer::new(text, 0);
    let mut doc = None;
    let mut pairs = Pairs::default();
    while let Some((lexeme, range)) = lexer.next() {
        match lexeme {
            Lexeme::Doc => doc = doc.or(Some(range.start)),
            Lexeme::Comment | Lexeme::Newline | Lexeme::Comma => {}
            Lexeme::Word => {
                let piece = declaration(text, range, doc.take(), &mut pairs);
                lexer = Lexer::new(text, piece.range.end as usize);
                cut.pieces.push(piece);
            }
            _ => {
                doc = None;
                let end = next_head(text, range.end as usize).unwrap_or(text.len());
                let stray = slice(text, TextRange::new(range.start as usize, end)).trim_end();
                let line = stray.lines().next().unwrap_or(stray).trim_end().len();
                cut.stray.push(TextRange::new(range.start as usize, range.start as usize + line));
                lexer = Lexer::new(text, end);
            }
        }
    }
    cut
}

/// The declaration whose first word stands at `word`.
fn declaration(text: &str, word: TextRange, doc: Option<u32>, pairs: &mut Pairs) -> Piece {
    let after = word.end as usize;
    let name = match slice(text, word) {
        first if takes_kind(first) => names_after(text, after),
        _ => name_after(text, after),
    };
    let end = if slice(text, word) == "import" { import_end(text, after) } else { block_end(text, after, pairs) };
    let start = doc.unwrap_or(word.start) as usize;
    Piece { range: TextRange::new(start, end), word, name }
}

/// The word or string behind a declaration's first word, on its line.
fn name_after(text: &str, from: usize) -> TextRange {
    match Lexer::new(text, from).next() {
        Some((Lexeme::Word | Lexeme::Text, range)) => range,
        _ => TextRange::new(from, from),
    }
}

/// The kind and the name behind a word that takes both, on its line.
fn names_after(text: &str, from: usize) -> TextRange {
    let first = name_after(text, from);
    let second = name_after(text, first.end as usize);
    if first.end as usize > from && second.end > first.end { first.cover(second) } else { first }
}

/// Whether a declaration's first word takes a kind before the name: `moved service chat { }`.
#[must_use]
pub fn takes_kind(word: &str) -> bool {
    matches!(word, "moved" | "removed")
}

/// The end of `import "path"` and of the team behind `for`; `for NAME in` is the head of the next declaration.
fn import_end(text: &str, from: usize) -> usize {
    let mut lexer = Lexer::new(text, from);
    let Some((Lexeme::Text, path)) = lexer.next() else { return line_end(text, from) };
    let word =
        |next: Option<(Lexeme, TextRange)>| next.filter(|(lexeme, _)| *lexeme == Lexeme::Word).map(|(_, range)| range);
    let (Some(keyword), Some(team)) = (word(lexer.next()), word(lexer.next())) else { return path.end as usize };
    let is_loop = word(lexer.next()).is_some_and(|range| slice(text, range) == "in");
    if slice(text, keyword) == "for" && !is_loop { team.end as usize } else { path.end as usize }
}

fn line_end(text: &str, from: usize) -> usize {
    let ends = |lexeme: &Lexeme| matches!(lexeme, Lexeme::Newline | Lexeme::Comment | Lexeme::Doc);
    Lexer::new(text, from).take_while(|(lexeme, _)| !ends(lexeme)).last().map_or(from, |(_, range)| range.end as usize)
}

/// The end of a declaration's block; where it is never closed, the next line that heads a declaration.
fn block_end(text: &str, from: usize, pairs: &mut Pairs) -> usize {
    match block(text, from, pairs) {
        Block::Closed(end) | Block::None(end) => end,
        Block::Unclosed => {
            let stop = next_head(text, from).unwrap_or(text.len());
            from + text.get(from..stop).unwrap_or("").trim_end().len()
        }
    }
}

/// What follows a declaration's first word.
enum Block {
    /// A block, and its end.
    Closed(usize),
    /// A block, or a bracket before it, that nothing closes.
    Unclosed,
    /// No block; the end of the head.
    None(usize),
}

fn block(text: &str, from: usize, pairs: &mut Pairs) -> Block {
    let mut end = from;
    let mut lexer = Lexer::new(text, from);
    while let Some((lexeme, range)) = lexer.next() {
        let open = match lexeme {
            Lexeme::Open => range.start,
            // A bracket in the head may hold more lines, and objects.
            Lexeme::OpenBracket => {
                let Some(close) = pairs.close(text, range.start) else { return Block::Unclosed };
                end = close;
                lexer = Lexer::new(text, close);
                continue;
            }
            Lexeme::Close => return Block::None(end),
            // A brace that stands a line too low still belongs to the head above it.
            Lexeme::Newline => match lexer.find(|(lexeme, _)| *lexeme != Lexeme::Newline) {
                Some((Lexeme::Open, range)) => range.start,
                _ => return Block::None(end),
            },
            Lexeme::Comment | Lexeme::Doc => continue,
            _ => {
                end = range.end as usize;
                continue;
            }
        };
        return pairs.close(text, open).map_or(Block::Unclosed, Block::Closed);
    }
    Block::None(end)
}

/// Which braces and brackets of a text are closed. The first one that is not makes a table of all behind it, so that a
/// file of blocks that are never closed is not read to its end for each of them.
#[derive(Debug, Default)]
struct Pairs {
    closed: Option<FxHashMap<u32, usize>>,
}

impl Pairs {
    /// The byte behind what closes the brace or bracket at `open`.
    fn close(&mut self, text: &str, open: u32) -> Option<usize> {
        if let Some(closed) = &self.closed {
            return closed.get(&open).copied();
        }
        let mut closed = vec![];
        let mut pending: Vec<(Lexeme, u32)> = vec![];
        for (lexeme, range) in Lexer::new(text, open as usize) {
            let is_bracket = |(lexeme, _): &mut (Lexeme, u32)| *lexeme == Lexeme::OpenBracket;
            let start = match lexeme {
                Lexeme::Open | Lexeme::OpenBracket => {
                    pending.push((lexeme, range.start));
                    continue;
                }
                Lexeme::CloseBracket => pending.pop_if(is_bracket),
                // A brace counts for more than the brackets in it.
                Lexeme::Close => {
                    while pending.pop_if(is_bracket).is_some() {}
                    pending.pop()
                }
                _ => continue,
            };
            closed.extend(start.map(|(_, start)| (start, range.end as usize)));
            if start.is_some_and(|(_, start)| start == open) {
                return Some(range.end as usize);
            }
        }
        self.closed = Some(closed.into_iter().collect());
        None
    }
}

/// The next line, outside a multi-line string, that starts in column 0 with a top-level word and a name or string.
fn next_head(text: &str, from: usize) -> Option<usize> {
    let mut previous = None;
    for (lexeme, range) in Lexer::new(text, from) {
        let starts_line = range.start == 0 || previous == Some(Lexeme::Newline) && column(text, range.start) == 0;
        if starts_line && lexeme == Lexeme::Word && range.start as usize > from && is_head(text, range) {
            return Some(range.start as usize);
        }
        previous = Some(lexeme);
    }
    None
}

fn column(text: &str, offset: u32) -> usize {
    let before = text.get(..offset as usize).unwrap_or("");
    before.len() - before.rfind('\n').map_or(0, |at| at + 1)
}

fn is_head(text: &str, word: TextRange) -> bool {
    let mut lexer = Lexer::new(text, word.end as usize);
    let next = lexer.next().map(|(lexeme, _)| lexeme);
    match slice(text, word) {
        "for" => next == Some(Lexeme::Word) && lexer.next().is_some_and(|(_, range)| slice(text, range) == "in"),
        name if TOP_LEVEL_WORDS.contains(&name) => matches!(next, Some(Lexeme::Word | Lexeme::Text)),
        _ => false,
    }
}

/// The words that may head a declaration; others are cut as well, but never resynchronise.
const TOP_LEVEL_WORDS: &[&str] = &[
    "import",
    "platform",
    "hub",
    "team",
    "environment",
    "cluster",
    "layer",
    "service",
    "repository",
    "health",
    "template",
    "policy",
    "test",
    "store",
    "role",
    "removed",
    "moved",
    "namespace",
];

fn slice(text: &str, range: TextRange) -> &str {
    text.get(range.start as usize..range.end as usize).unwrap_or("")
}

/// What the cutter tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lexeme {
    /// A name, keyword or number.
    Word,
    /// A string of any form, closed or not.
    Text,
    /// `{`
    Open,
    /// `}`
    Close,
    /// `(` or `[`
    OpenBracket,
    /// `)` or `]`
    CloseBracket,
    /// `,`
    Comma,
    /// The end of a line.
    Newline,
    /// `# ...`
    Comment,
    /// `## ...`
    Doc,
    /// Any other character.
    Other,
}

/// Splits a text into lexemes, blanks left out.
#[derive(Clone, Debug)]
pub struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// How many interpolations surround this text.
    depth: u8,
}

/// Interpolations nested deeper than this are not followed; the parser refuses them anyway.
const MAX_DEPTH: u8 = 16;

impl<'t> Lexer<'t> {
    /// A lexer of `text` from byte `at`.
    #[must_use]
    pub fn new(text: &'t str, at: usize) -> Self {
        Self { text, at, depth: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }
}

impl Iterator for Lexer<'_> {
    type Item = (Lexeme, TextRange);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        let rest = self.rest();
        let first = rest.chars().next()?;
        let (lexeme, length) = match first {
            '\n' => (Lexeme::Newline, 1),
            '{' => (Lexeme::Open, 1),
            '}' => (Lexeme::Close, 1),
            '(' | '[' => (Lexeme::OpenBracket, 1),
            ')' | ']' => (Lexeme::CloseBracket, 1),
            ',' => (Lexeme::Comma, 1),
            '#' => comment(rest),
            '"' => (Lexeme::Text, string_length(rest, self.depth)),
            'r' if rest.starts_with("r\"") => (Lexeme::Text, raw_length(rest)),
            _ if is_word_character(first) => (Lexeme::Word, rest.find(|c| !is_word_character(c)).unwrap_or(rest.len())),
            _ => (Lexeme::Other, first.len_utf8()),
        };
        let start = self.at;
        self.at += length;
        Some((lexeme, TextRange::new(start, self.at)))
    }
}

/// Whether a character may stand in a word.
#[must_use]
pub fn is_word_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '-'
}

fn comment(rest: &str) -> (Lexeme, usize) {
    let length = rest.find('\n').unwrap_or(rest.len());
    let lexeme = if rest.starts_with("##") && !rest.starts_with("###") { Lexeme::Doc } else { Lexeme::Comment };
    (lexeme, length)
}

fn raw_length(rest: &str) -> usize {
    let inner = rest.get(2..).unwrap_or("");
    inner.find(['"', '\n']).map_or(rest.len(), |at| at + 2 + usize::from(inner.as_bytes().get(at) == Some(&b'"')))
}

/// The length of a `"` string, which an unclosed one ends at its line's end; interpolations may hold strings.
fn string_length(rest: &str, depth: u8) -> usize {
    if rest.starts_with("\"\"\"") {
        return rest.get(3..).and_then(|inner| inner.find("\"\"\"")).map_or(rest.len(), |at| at + 6);
    }
    let bytes = rest.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' => return at,
            b'\\' if bytes.get(at + 1) != Some(&b'\n') => at += 2,
            b'$' if rest.get(at..).is_some_and(|tail| tail.starts_with("$${")) => at += 3,
            b'$' if bytes.get(at + 1) == Some(&b'{') && bytes.get(at + 2) != Some(&b'{') && depth < MAX_DEPTH => {
                at = interpolation_end(rest, at + 2, depth + 1);
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// The byte after the `}` that closes an interpolation, or the end of the line.
fn interpolation_end(rest: &str, from: usize, depth: u8) -> usize {
    let mut braces = 1;
    for (lexeme, range) in (Lexer { text: rest, at: from, depth }) {
        match lexeme {
            Lexeme::Open => braces += 1,
            Lexeme::Close if braces == 1 => return range.end as usize,
            Lexeme::Close => braces -= 1,
            Lexeme::Newline => return range.start as usize,
            _ => {}
        }
    }
    rest.len()
}
