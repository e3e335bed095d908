//! Where a cursor is, told from the text before it: what is being typed is seldom whole, so no syntax tree is asked.

mod frame;
mod place;
mod read;
mod text;

pub(super) use frame::{Callee, Frame, Holds};
pub(super) use place::{Place, Written};

use super::cursor::FilePosition;
use crate::db::Db;
use crate::schema::{Kind, Over, Type};
use crate::source::{Decl, Lexeme, Lexer, outline};
use crate::text::TextRange;
use read::Reader;
use text::bare;

/// What a cursor stands in; all ranges count from the start of the file.
#[derive(Debug)]
pub(super) struct Context<'t> {
    /// The text of the file.
    pub(super) text: &'t str,
    /// Where the declaration begins and where the next one does.
    pub(super) around: TextRange,
    /// The blocks and brackets that are open, from the file inwards.
    pub(super) frames: Vec<Frame<'t>>,
    /// What may stand here.
    pub(super) place: Place<'t>,
    /// The word that is being typed, or the text of the string.
    pub(super) replaced: TextRange,
}

/// What a place of a file is in.
pub(super) fn context(db: &dyn Db, at: FilePosition) -> Context<'_> {
    let text = at.file.text(db);
    let decls = &outline(db, at.file).decls;
    let next = decls.partition_point(|decl| decl.start(db) <= at.offset);
    let before = decls.get(..next).unwrap_or_default();
    let start = before.last().map_or(0, |decl| first_of_line(db, text, before, decl.start(db)));
    let end = decls.get(next).map_or(text.len(), |decl| decl.start(db) as usize);
    Reader::new(text, TextRange::new(start, end), at.offset).read()
}

/// Where the first declaration of a line begins: `for` behind an import that names no team yet is cut off from it.
fn first_of_line(db: &dyn Db, text: &str, decls: &[Decl<'_>], last: u32) -> usize {
    let is_on_line = |decl: &&Decl<'_>| !TextRange { start: decl.start(db), end: last }.of(text).contains('\n');
    decls.iter().rev().take_while(is_on_line).last().map_or(last, |decl| decl.start(db)) as usize
}

impl<'t> Context<'t> {
    /// The innermost of what is open.
    pub(super) fn inner(&self) -> Option<&Frame<'t>> {
        self.frames.last()
    }

    /// The kind of the declaration.
    pub(super) fn kind(&self) -> Option<Kind> {
        self.inner().and_then(|frame| frame.kind)
    }

    /// The keys that lead from the declaration to here.
    pub(super) fn path(&self) -> Vec<&'t str> {
        self.frames.iter().filter_map(|frame| frame.key).collect()
    }

    /// Whether what is said here holds only under a condition.
    pub(super) fn is_overlay(&self) -> bool {
        self.inner().is_some_and(|frame| frame.is_overlay)
    }

    /// The lexemes behind what is being typed, up to the next declaration.
    fn below(&self) -> impl Iterator<Item = (Lexeme, &'t str)> {
        self.lexemes(self.replaced.end)
    }

    fn lexemes(&self, from: u32) -> impl Iterator<Item = (Lexeme, &'t str)> {
        let (text, end) = (self.text, self.around.end);
        let here = Lexer::new(text, from as usize).take_while(move |(_, range)| range.start < end);
        here.map(move |(lexeme, range)| (lexeme, range.of(text)))
    }

    /// What stands directly behind what is being typed.
    pub(super) fn follows(&self) -> &'t str {
        self.below().next().map_or("", |(_, text)| text)
    }

    /// The keys that the block says already, above and below.
    pub(super) fn said(&self) -> Vec<&'t str> {
        let mut said = self.inner().map(|frame| frame.said.clone()).unwrap_or_default();
        let mut previous = None;
        for (depth, lexeme, text) in level(self.below()) {
            if depth == 0 && (lexeme == Lexeme::Open || text == "=") {
                said.extend(previous.map(bare));
            }
            previous = matches!(lexeme, Lexeme::Word | Lexeme::Text).then_some(text);
        }
        said
    }

    /// The plain string that a block says for a key.
    pub(super) fn literal(&self, frame: &Frame<'t>, key: &str) -> Option<&'t str> {
        literal(self.lexemes(frame.opens), key)
    }

    /// What a policy or a test is asked of, unless this is a condition over clusters.
    pub(super) fn over(&self) -> Option<Over> {
        if matches!(self.place, Place::Value(Type::Placement)) {
            return None;
        }
        match self.kind()? {
            Kind::Test => Some(Over::Platform),
            Kind::Policy => Some(self.own_word("over").and_then(Over::of_word).unwrap_or(Over::Instance)),
            _ => None,
        }
    }

    /// The template that the declaration says it uses.
    pub(super) fn used(&self) -> Option<&'t str> {
        self.own_word("use")
    }

    /// The word that the declaration itself says for a key.
    fn own_word(&self, key: &str) -> Option<&'t str> {
        let declaration = self.frames.iter().find(|frame| frame.kind.is_some())?;
        let own: Vec<_> = level(self.lexemes(declaration.opens)).filter(|(depth, ..)| *depth == 0).collect();
        own.windows(3).find_map(|window| match window {
            [(_, _, said), (_, _, "="), (_, Lexeme::Word, name)] if *said == key => Some(*name),
            _ => None,
        })
    }

    /// The names that hold here, the innermost last, each with the word that gives it.
    pub(super) fn locals(&self) -> Vec<(&'t str, &'t str)> {
        let mut locals = self.hoisted();
        for frame in &self.frames {
            for tokens in [&frame.head, &frame.statement] {
                if let [word, name, within, ..] = tokens.as_slice()
                    && (word.text, within.text) == ("for", "in")
                {
                    locals.push((name.text, word.text));
                }
            }
        }
        locals
    }

    /// The function and the path of the file that a name of `for` walks over.
    pub(super) fn walked(&self, name: &str) -> Option<(&'t str, &'t str)> {
        let all = self.frames.iter().rev().flat_map(|frame| [&frame.statement, &frame.head]);
        let over = all.filter_map(|tokens| match tokens.as_slice() {
            [word, local, within, ..] if (word.text, local.text, within.text) == ("for", name, "in") => {
                Some(within.range.end)
            }
            _ => None,
        });
        let call: Vec<_> = self.lexemes(over.into_iter().next()?).take(4).collect();
        match call.as_slice() {
            [(Lexeme::Word, function), (_, "("), (Lexeme::Text, path), (_, ")")] => Some((function, bare(path))),
            _ => None,
        }
    }

    /// Parameters and `each` hold in the whole declaration.
    fn hoisted(&self) -> Vec<(&'t str, &'t str)> {
        let words: Vec<_> = self.lexemes(self.around.start).collect();
        let given = words.windows(3).filter_map(|window| match window {
            [(_, word @ "param"), (Lexeme::Word, name), (_, ":")]
            | [(_, word @ "each"), (Lexeme::Word, name), (_, "in")] => Some((*name, *word)),
            _ => None,
        });
        given.collect()
    }
}

/// The plain string that the first block of a key in a text says for another key.
pub(super) fn literal_in<'t>(text: &'t str, block: &str, key: &str) -> Option<&'t str> {
    let lexemes: Vec<_> = Lexer::new(text, 0).map(|(lexeme, range)| (lexeme, range.of(text))).collect();
    let opens = lexemes.windows(2).position(|pair| matches!(pair, [(_, word), (Lexeme::Open, _)] if *word == block))?;
    literal(lexemes.into_iter().skip(opens + 2), key)
}

/// Lexemes with how deep each lies, up to what closes the block that they begin in.
fn level<'t>(lexemes: impl Iterator<Item = (Lexeme, &'t str)>) -> impl Iterator<Item = (usize, Lexeme, &'t str)> {
    let mut depth = 0_usize;
    lexemes.map_while(move |(lexeme, text)| {
        let before = depth;
        match lexeme {
            Lexeme::Open | Lexeme::OpenBracket => depth += 1,
            Lexeme::Close | Lexeme::CloseBracket => depth = depth.checked_sub(1)?,
            _ => {}
        }
        Some((before, lexeme, text))
    })
}

/// The plain string that a block gives a key, from the block's first lexeme on.
fn literal<'t>(block: impl Iterator<Item = (Lexeme, &'t str)>, key: &str) -> Option<&'t str> {
    let own: Vec<_> = level(block).filter(|(depth, ..)| *depth == 0).map(|(_, lexeme, text)| (lexeme, text)).collect();
    own.windows(3).find_map(|window| match window {
        [(_, name), (_, "="), (Lexeme::Text, text)] if bare(name) == key => Some(bare(text)),
        _ => None,
    })
}
