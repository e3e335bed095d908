use super::Context;
use super::frame::{Frame, Holds, Token};
use super::place::Place;
use super::text::{Inside, end_of_text, inside};
use crate::source::{Lexeme, Lexer};
use crate::text::TextRange;

/// Reads a declaration up to a cursor.
pub(super) struct Reader<'t> {
    text: &'t str,
    around: TextRange,
    cursor: u32,
    at: usize,
    /// Never empty.
    frames: Vec<Frame<'t>>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, around: TextRange, cursor: u32) -> Self {
        let frames = vec![Frame::file(around.start)];
        Self { text, around, cursor, at: around.start as usize, frames }
    }

    pub(super) fn read(mut self) -> Context<'t> {
        let cursor = TextRange { start: self.cursor, end: self.cursor };
        while let Some((lexeme, range)) = Lexer::new(self.text, self.at).next() {
            if range.start >= self.cursor {
                break;
            }
            let is_here = self.cursor <= range.end;
            match lexeme {
                Lexeme::Comment | Lexeme::Doc if is_here => return self.found(cursor, |_| Place::Nothing),
                Lexeme::Word if is_here => return self.word(range),
                Lexeme::Text if is_here => match inside(self.text, range.start as usize, self.cursor as usize) {
                    Inside::No => self.take(lexeme, range),
                    Inside::Text => return self.string(range),
                    Inside::Interpolation(start) => {
                        let frame =
                            self.frames.last().map(|frame| frame.interpolation(TextRange::new(start, start).end));
                        self.frames.extend(frame);
                        self.at = start;
                    }
                },
                _ => self.take(lexeme, range),
            }
        }
        self.found(cursor, Frame::place)
    }

    /// A number has no letters to go on with.
    fn word(self, range: TextRange) -> Context<'t> {
        let is_number = range.of(self.text).starts_with(|first: char| first.is_ascii_digit());
        self.found(range, |frame| if is_number { Place::Nothing } else { frame.place() })
    }

    fn string(self, range: TextRange) -> Context<'t> {
        let string = range.of(self.text);
        let quote = string.find('"').map_or(0, |at| at + 1);
        let start = range.start as usize + quote;
        let typed = TextRange::new(start, end_of_text(self.text, self.cursor as usize));
        let is_plain = !string.starts_with("\"\"\"") && !typed.of(self.text).contains("${");
        self.found(typed, |frame| if is_plain { frame.written() } else { Place::Nothing })
    }

    fn found(self, replaced: TextRange, place: impl FnOnce(&Frame<'t>) -> Place<'t>) -> Context<'t> {
        let place = self.frames.last().map_or(Place::Nothing, place);
        Context { text: self.text, around: self.around, frames: self.frames, place, replaced }
    }

    fn take(&mut self, lexeme: Lexeme, range: TextRange) {
        let range = if lexeme == Lexeme::Other { self.operator(range) } else { range };
        self.at = range.end as usize;
        let token = Token { lexeme, range, text: range.of(self.text) };
        let Some(top) = self.frames.last_mut() else { return };
        let opened = match lexeme {
            Lexeme::Comment | Lexeme::Doc => return,
            Lexeme::Newline if self.text.get(self.at..).is_some_and(continues) => return,
            Lexeme::Newline => return top.line(),
            Lexeme::Comma => return top.comma(),
            Lexeme::Open => top.block(range.end),
            Lexeme::OpenBracket => top.bracket(token.text, range),
            Lexeme::Close => return self.close(token),
            Lexeme::CloseBracket => return self.close_bracket(token),
            Lexeme::Word | Lexeme::Text | Lexeme::Other => return top.push(token),
        };
        self.frames.push(opened);
    }

    /// An operator of two characters is one.
    fn operator(&self, range: TextRange) -> TextRange {
        let two = TextRange { end: range.end + 1, ..range };
        let is_one = ["==", "!=", "<=", ">=", "+=", "&&", "||"].contains(&two.of(self.text));
        if is_one { two } else { range }
    }

    fn is_block(frame: &Frame<'t>) -> bool {
        matches!(frame.holds, Holds::Declarations | Holds::Entries(_))
    }

    /// A brace closes the brackets in its block too.
    fn close(&mut self, token: Token<'t>) {
        while self.frames.len() > 1 {
            let Some(frame) = self.frames.pop() else { return };
            if Self::is_block(&frame) {
                let Some(top) = self.frames.last_mut() else { return };
                return if frame.is_entry { top.statement.clear() } else { top.push(token) };
            }
        }
    }

    fn close_bracket(&mut self, token: Token<'t>) {
        if self.frames.len() > 1 && self.frames.last().is_some_and(|frame| !Self::is_block(frame)) {
            self.frames.pop();
            self.frames.iter_mut().last().into_iter().for_each(|top| top.push(token));
        }
    }
}

/// Whether a line goes on with the one above it.
fn continues(below: &str) -> bool {
    below.trim_start().starts_with(['{', '[', '('])
}
