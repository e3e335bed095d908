use super::place::Place;
use super::text::bare;
use crate::ide::symbols::{ANY, Shape, inner, item_type, of};
use crate::schema::{Kind, Type, body_of, kind_of_word};
use crate::source::Lexeme;
use crate::text::TextRange;

/// A lexeme; what lies in braces or brackets that are closed again is one, by what closes it.
#[derive(Clone, Copy, Debug)]
pub(in crate::ide) struct Token<'t> {
    pub(in crate::ide) lexeme: Lexeme,
    pub(in crate::ide) range: TextRange,
    pub(in crate::ide) text: &'t str,
}

/// What stands in a block or bracket.
#[derive(Clone, Copy, Debug)]
pub(in crate::ide) enum Holds<'t> {
    /// Declarations.
    Declarations,
    /// Keys and statements.
    Entries(Shape),
    /// Values of a type.
    Items(&'static Type),
    /// Arguments.
    Arguments(Callee<'t>),
}

/// What is called.
#[derive(Clone, Copy, Debug)]
pub(in crate::ide) enum Callee<'t> {
    Template(&'t str),
    Function(&'t str),
}

/// Something that is open.
#[derive(Clone, Debug)]
pub(in crate::ide) struct Frame<'t> {
    /// The byte behind what opens it.
    pub(in crate::ide) opens: u32,
    pub(in crate::ide) holds: Holds<'t>,
    /// The kind of the declaration that it belongs to.
    pub(in crate::ide) kind: Option<Kind>,
    /// The key that it stands behind.
    pub(in crate::ide) key: Option<&'t str>,
    /// What stands before what opens it.
    pub(in crate::ide) head: Vec<Token<'t>>,
    /// What has begun in it.
    pub(in crate::ide) statement: Vec<Token<'t>>,
    /// The keys that it has said.
    pub(in crate::ide) said: Vec<&'t str>,
    /// How many commas lie behind.
    pub(in crate::ide) commas: usize,
    /// Whether it stands in `when`.
    pub(in crate::ide) is_overlay: bool,
    /// Whether it is an entry of its own, and no value.
    pub(in crate::ide) is_entry: bool,
}

impl Token<'_> {
    /// Whether a value ends here.
    pub(super) fn is_operand(&self) -> bool {
        const INFIX: [&str; 9] = ["and", "or", "not", "in", "if", "then", "else", "on", "where"];
        match self.lexeme {
            Lexeme::Word => !INFIX.contains(&self.text),
            lexeme => matches!(lexeme, Lexeme::Text | Lexeme::Close | Lexeme::CloseBracket),
        }
    }

    pub(super) fn is_assign(&self) -> bool {
        matches!(self.text, "=" | "+=")
    }
}

impl<'t> Frame<'t> {
    /// What a file holds.
    pub(super) fn file(opens: u32) -> Self {
        let holds = Holds::Declarations;
        let (head, statement, said) = (vec![], vec![], vec![]);
        Self {
            opens,
            holds,
            kind: None,
            key: None,
            head,
            statement,
            said,
            commas: 0,
            is_overlay: false,
            is_entry: true,
        }
    }

    fn within(&self, opens: u32, holds: Holds<'t>) -> Self {
        let head = self.statement.clone();
        Self { holds, kind: self.kind, head, is_overlay: self.is_overlay, is_entry: false, ..Self::file(opens) }
    }

    /// Goes on with a lexeme that opens and closes nothing.
    pub(super) fn push(&mut self, token: Token<'t>) {
        let is_whole = self.statement.last().is_some_and(Token::is_operand);
        let is_said = self.statement.iter().any(Token::is_assign);
        let is_name = matches!(token.lexeme, Lexeme::Word | Lexeme::Text);
        match self.holds {
            Holds::Entries(_) if is_whole && is_said && is_name && token.is_operand() => self.statement.clear(),
            Holds::Entries(_) | Holds::Arguments(_) if token.is_assign() => self.assign(),
            _ => {}
        }
        self.statement.push(token);
    }

    fn assign(&mut self) {
        if let [key] | [Token { text: "override", .. }, key] = *self.statement.as_slice() {
            self.said.push(bare(key.text));
            self.statement = vec![key];
        }
    }

    pub(super) fn comma(&mut self) {
        self.commas += 1;
        self.statement.clear();
    }

    /// A line ends; that ends what was begun, unless it can't be whole.
    pub(super) fn line(&mut self) {
        let goes_on = self.statement.last().is_some_and(|last| !last.is_operand() && !last.is_assign());
        if matches!(self.holds, Holds::Declarations | Holds::Entries(_)) && !goes_on {
            self.statement.clear();
        }
    }

    /// What a brace opens here.
    pub(super) fn block(&mut self, opens: u32) -> Self {
        let words: Vec<&'t str> = self.statement.iter().map(|token| token.text).collect();
        let mut frame = self.within(opens, Holds::Entries(Shape::Free(&ANY)));
        frame.is_entry = true;
        match (self.holds, words.as_slice()) {
            (Holds::Declarations, ["for", _, ..]) => frame.holds = Holds::Declarations,
            (Holds::Declarations, [word, ..]) => {
                frame.kind = kind_of_word(word);
                let subject = words.get(1).copied().and_then(kind_of_word);
                let body = |of| Holds::Entries(Shape::Attributes(body_of(of, subject)));
                frame.holds = frame.kind.map_or(frame.holds, body);
            }
            (Holds::Entries(_), ["when" | "for", _, ..]) => {
                frame.holds = self.holds;
                frame.is_overlay |= words.first() == Some(&"when");
            }
            (Holds::Entries(_), ["object", _, ..]) => frame.key = Some("object"),
            (Holds::Entries(shape), [key] | ["override", key]) => self.nested(&mut frame, key, shape),
            (Holds::Entries(shape), [key, _]) if !self.statement.iter().any(Token::is_assign) => {
                self.nested(&mut frame, key, shape);
            }
            (Holds::Entries(_) | Holds::Declarations, []) => {}
            _ => {
                frame.is_entry = false;
                frame.key = self
                    .statement
                    .first()
                    .filter(|_| matches!(self.holds, Holds::Entries(_)))
                    .map(|key| bare(key.text));
                frame.holds = Holds::Entries(inner(item_type(self.asked())));
            }
        }
        frame
    }

    fn nested(&mut self, frame: &mut Self, key: &'t str, shape: Shape) {
        self.said.push(bare(key));
        frame.key = Some(bare(key));
        frame.holds = Holds::Entries(inner(of(bare(key), shape)));
    }

    /// What a bracket opens here: `touches` says whether it stands directly behind a word.
    pub(super) fn bracket(&self, bracket: &str, range: TextRange) -> Self {
        let last = self.statement.last().filter(|last| last.is_operand() && last.range.end == range.start);
        let asked = self.asked_behind(last.is_some());
        let holds = match (bracket, last) {
            ("(", Some(name)) if matches!(asked, Type::Use) => Holds::Arguments(Callee::Template(name.text)),
            ("(", Some(name)) => Holds::Arguments(Callee::Function(name.text)),
            ("(", None) => Holds::Items(asked),
            (_, Some(_)) => Holds::Items(&ANY),
            (_, None) => Holds::Items(item_type(asked)),
        };
        self.within(range.end, holds)
    }

    /// What an interpolation opens here.
    pub(super) fn interpolation(&self, opens: u32) -> Self {
        let names_only = matches!(self.asked(), Type::NameScheme);
        self.within(opens, Holds::Items(if names_only { &Type::NameScheme } else { &ANY }))
    }

    /// The type of the value that may begin here.
    fn asked(&self) -> &'static Type {
        self.asked_behind(false)
    }

    /// The same, where a value has begun already.
    fn asked_behind(&self, begun: bool) -> &'static Type {
        match self.place() {
            Place::Value(of) => of,
            Place::Operator(of) | Place::Key(Some(of)) if begun => of,
            _ => &ANY,
        }
    }
}
