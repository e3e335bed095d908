//! What can be folded away, and what a selection grows to. Both work in half-typed text.

use super::cursor::{FilePosition, declaration_at, whole};
use super::lines;
use crate::db::{Db, SourceFile};
use crate::source::{Lexeme, Lexer};
use crate::syntax::ast::{Block, DeclarationKind, EntryKind, Expr};
use crate::syntax::syntax;
use crate::text::TextRange;

/// Something that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From what stays to what closes it.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
}

/// What can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// What stands between brackets, or a long string.
    Region,
    /// Comments in lines one after the other.
    Comment,
    /// Imports in lines one after the other.
    Imports,
}

/// Everything of a file that can be folded away: it covers more than one line.
pub fn folds(db: &dyn Db, file: SourceFile) -> Vec<Fold> {
    let text = file.text(db);
    let regions = brackets(text).into_iter().map(|range| Fold { range, kind: FoldKind::Region });
    let mut folds: Vec<Fold> = regions.collect();
    folds.extend(runs(text));
    let lines = lines(db, file);
    let line = |offset: u32| lines.line_column(text, offset).line;
    folds.retain(|fold| line(fold.range.start) < line(fold.range.end));
    folds.sort_by_key(|fold| (fold.range.start, fold.range.end));
    folds
}

/// What stands between brackets, with them, and strings. One that nothing closes ends with the brace around it.
fn brackets(text: &str) -> Vec<TextRange> {
    let mut found = vec![];
    let mut pending: Vec<(Lexeme, u32)> = vec![];
    for (lexeme, range) in Lexer::new(text, 0) {
        let is_bracket = |(lexeme, _): &mut (Lexeme, u32)| *lexeme == Lexeme::OpenBracket;
        let start = match lexeme {
            Lexeme::Open | Lexeme::OpenBracket => {
                pending.push((lexeme, range.start));
                continue;
            }
            Lexeme::Text => Some((lexeme, range.start)),
            Lexeme::CloseBracket => pending.pop_if(is_bracket),
            Lexeme::Close => {
                while pending.pop_if(is_bracket).is_some() {}
                pending.pop()
            }
            _ => None,
        };
        found.extend(start.map(|(_, start)| TextRange { start, end: range.end }));
    }
    found
}

/// Lines one after the other that are comments, or imports.
fn runs(text: &str) -> Vec<Fold> {
    let mut folds: Vec<Fold> = vec![];
    let (mut last, mut begins_line) = (None, true);
    for (lexeme, range) in Lexer::new(text, 0) {
        let is_newline = lexeme == Lexeme::Newline;
        if begins_line {
            let kind = run(lexeme, range.of(text));
            match (kind, folds.last_mut()) {
                (Some(kind), Some(fold)) if last == Some(kind) => fold.range.end = range.end,
                (Some(kind), _) => folds.push(Fold { range, kind }),
                (None, _) => {}
            }
            last = kind;
        }
        begins_line = is_newline;
    }
    folds
}

/// What a line is a part of that begins like this.
fn run(lexeme: Lexeme, text: &str) -> Option<FoldKind> {
    match lexeme {
        Lexeme::Comment | Lexeme::Doc => Some(FoldKind::Comment),
        Lexeme::Word if text == "import" => Some(FoldKind::Imports),
        _ => None,
    }
}

/// The ranges that a selection at a place grows through, the innermost first.
pub fn selections(db: &dyn Db, position: FilePosition) -> Vec<TextRange> {
    let text = position.file.text(db);
    let mut ranges = vec![TextRange::new(0, text.len())];
    if let Some(decl) = declaration_at(db, position) {
        let start = decl.start(db);
        let mut inside = vec![];
        match &syntax(db, decl).declaration.kind {
            DeclarationKind::Named(named) => {
                named.name.iter().for_each(|name| expressions(name, &mut inside));
                blocks(&named.body, &mut inside);
            }
            DeclarationKind::For(each) => {
                expressions(&each.over, &mut inside);
                blocks(&each.body, &mut inside);
            }
            DeclarationKind::Import(import) => inside.push(import.path.range),
            DeclarationKind::Broken => {}
        }
        inside.extend(words(decl.text(db)));
        ranges.extend(inside.into_iter().map(|range| range.shift(start)).chain([whole(db, decl)]));
    }
    ranges.retain(|range| range.touches(position.offset));
    nested(ranges)
}

/// Words, strings, and what stands between brackets, without them and with them: that is there in half-typed text too.
fn words(text: &str) -> impl Iterator<Item = TextRange> {
    let words = Lexer::new(text, 0).filter(|(lexeme, _)| *lexeme == Lexeme::Word).map(|(_, range)| range);
    let inner = |range: &TextRange| TextRange { start: range.start + 1, end: range.end.saturating_sub(1) };
    let around = brackets(text).into_iter();
    words.chain(around.flat_map(move |range| [inner(&range), range]).filter(|range| range.start < range.end))
}

/// Those of some ranges of which each holds the one before, from the smallest on.
fn nested(mut ranges: Vec<TextRange>) -> Vec<TextRange> {
    ranges.sort_by_key(|range| (range.end - range.start, range.start));
    let mut chain: Vec<TextRange> = vec![];
    for range in ranges {
        let holds = |inner: &TextRange| range.start <= inner.start && inner.end <= range.end && *inner != range;
        if chain.last().is_none_or(holds) {
            chain.push(range);
        }
    }
    chain
}

fn blocks(block: &Block, ranges: &mut Vec<TextRange>) {
    ranges.push(block.range);
    for entry in &block.entries {
        ranges.push(entry.range);
        match &entry.kind {
            EntryKind::Nested { body, .. } | EntryKind::When { body, .. } | EntryKind::Object { body, .. } => {
                blocks(body, ranges);
            }
            EntryKind::Named(named) => blocks(&named.body, ranges),
            EntryKind::For(each) => blocks(&each.body, ranges),
            _ => {}
        }
    }
    block.walk(&mut |expr| ranges.push(expr.range));
}

fn expressions(expr: &Expr, ranges: &mut Vec<TextRange>) {
    expr.walk(&mut |expr| ranges.push(expr.range));
}
