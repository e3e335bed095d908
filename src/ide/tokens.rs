//! What every word is, as colours show it.

use super::cursor::whole;
use super::symbols::{Role, Symbol, symbols};
use crate::db::{Db, SourceFile};
use crate::names::names;
use crate::schema::Kind;
use crate::source::{Lexeme, Lexer, outline};
use crate::text::TextRange;

/// A piece of a line and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The bytes, from the start of the file; never more than one line's.
    pub range: TextRange,
    /// What it is.
    pub of: TokenKind,
    /// Whether it is given here.
    pub declares: bool,
    /// Whether the language gives it.
    pub is_built_in: bool,
}

/// What a piece of text can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// A word of the language.
    Keyword,
    /// A service.
    Class,
    /// A template.
    Interface,
    /// Any other declaration, and the type of a parameter.
    Type,
    /// A word of an enumeration.
    EnumMember,
    /// A key.
    Property,
    /// A variable, a label, and what every expression may name.
    Variable,
    /// A parameter, and what `for` and `each` give.
    Parameter,
    /// A function.
    Function,
    /// A text.
    String,
    /// A number.
    Number,
    /// A comment.
    Comment,
}

impl TokenKind {
    /// All of them, in their order.
    pub const ALL: [Self; 12] = [
        Self::Keyword,
        Self::Class,
        Self::Interface,
        Self::Type,
        Self::EnumMember,
        Self::Property,
        Self::Variable,
        Self::Parameter,
        Self::Function,
        Self::String,
        Self::Number,
        Self::Comment,
    ];
}

/// Words of the language that are no names.
const KEYWORDS: [&str; 26] = [
    "import", "for", "in", "when", "each", "param", "object", "unset", "override", "expect", "if", "then", "else",
    "where", "and", "or", "not", "on", "all", "true", "false", "null", "as", "allow", "until", "because",
];

/// The tokens of a file, or of those of its declarations that touch a part of it.
#[must_use]
pub fn tokens(db: &dyn Db, file: SourceFile, within: Option<TextRange>) -> Vec<Token> {
    let part = within.map_or_else(|| TextRange::new(0, file.text(db).len()), |within| part(db, file, within));
    let text = file.text(db);
    let named = named(db, file, part);
    let mut named = named.as_slice();
    let mut found = vec![];
    let lexemes = Lexer::new(text, part.start as usize).take_while(|(_, range)| range.start < part.end);
    for (lexeme, range) in lexemes {
        let before = named.partition_point(|token| token.range.start < range.end);
        let (inside, behind) = named.split_at(before);
        named = behind;
        found.extend(inside.iter().flat_map(|token| by_line(text, *token)));
        let is_free = inside.is_empty() && found.last().is_none_or(|last: &Token| last.range.end <= range.start);
        found.extend(plain(text, lexeme, range).filter(|_| is_free).into_iter().flat_map(|token| by_line(text, token)));
    }
    found
}

/// The part of a file that is read for another: whole declarations, as no text or comment reaches from one into another.
fn part(db: &dyn Db, file: SourceFile, within: TextRange) -> TextRange {
    let decls = outline(db, file).decls.iter().map(|decl| whole(db, *decl));
    let before = decls.clone().filter(|decl| decl.end <= within.start).last();
    let behind = decls.filter(|decl| decl.start < within.end).last();
    let start = before.map_or(0, |decl| decl.end);
    TextRange { start, end: behind.map_or(within.end, |decl| decl.end.max(within.end)) }
}

/// The words of a part that mean something, without any that overlap.
fn named(db: &dyn Db, file: SourceFile, part: TextRange) -> Vec<Token> {
    let mut found: Vec<Token> = vec![];
    for decl in &outline(db, file).decls {
        let place = whole(db, *decl);
        if place.start >= part.end || place.end <= part.start {
            continue;
        }
        for symbol in symbols(db, *decl) {
            let token = token(db, &symbol, place.start);
            let is_free = |token: &Token| found.last().is_none_or(|last| last.range.end <= token.range.start);
            found.extend(token.filter(is_free));
        }
    }
    found
}

fn token(db: &dyn Db, symbol: &Symbol, start: u32) -> Option<Token> {
    let of = kind_of(db, &symbol.role)?;
    let declares = match &symbol.role {
        Role::Declared(..) | Role::Variable(_, true) | Role::Label(_, true) => true,
        Role::Local(_, place) => *place == symbol.range,
        _ => false,
    };
    let is_built_in = matches!(symbol.role, Role::Function(_) | Role::Provider(_) | Role::Ambient(_));
    Some(Token { range: symbol.range.shift(start), of, declares, is_built_in })
}

/// What a word is; one that nothing bears is nothing.
fn kind_of(db: &dyn Db, role: &Role) -> Option<TokenKind> {
    Some(match role {
        Role::Kind(_) => TokenKind::Keyword,
        Role::Declared(kind, _) => declared(*kind),
        Role::Reference(kind, name) => {
            names(db).get(*kind, name)?;
            declared(*kind)
        }
        Role::Attribute(..) | Role::Key(_) => TokenKind::Property,
        Role::Variable(..) | Role::Label(..) | Role::Ambient(_) => TokenKind::Variable,
        Role::Function(_) | Role::Provider(_) => TokenKind::Function,
        Role::Choice(_) => TokenKind::EnumMember,
        Role::Local(..) | Role::Argument(..) => TokenKind::Parameter,
        Role::Code(_) => TokenKind::EnumMember,
        Role::ParameterType(_) => TokenKind::Type,
        Role::Import(_) | Role::Data(_) | Role::Path(_) => TokenKind::String,
        Role::Unknown => return None,
    })
}

fn declared(kind: Kind) -> TokenKind {
    match kind {
        Kind::Service => TokenKind::Class,
        Kind::Template => TokenKind::Interface,
        _ => TokenKind::Type,
    }
}

/// What a piece is that is no name.
fn plain(text: &str, lexeme: Lexeme, range: TextRange) -> Option<Token> {
    let of = match lexeme {
        Lexeme::Comment | Lexeme::Doc => TokenKind::Comment,
        // What stands in an interpolation is coloured by itself.
        Lexeme::Text if !range.of(text).contains("${") => TokenKind::String,
        Lexeme::Word if KEYWORDS.contains(&range.of(text)) => TokenKind::Keyword,
        Lexeme::Word if range.of(text).starts_with(|first: char| first.is_ascii_digit()) => TokenKind::Number,
        _ => return None,
    };
    Some(Token { range, of, declares: false, is_built_in: false })
}

/// A token as one for each of its lines, as not every client takes longer ones.
fn by_line(text: &str, token: Token) -> Vec<Token> {
    let mut start = token.range.start as usize;
    let lines = token.range.of(text).split_inclusive('\n').map(|line| {
        let place = TextRange::new(start, start + line.trim_end_matches(['\n', '\r']).len());
        start += line.len();
        Token { range: place, ..token }
    });
    lines.filter(|token| token.range.start < token.range.end).collect()
}
