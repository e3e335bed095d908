//! What layout needs to know of a text: tokens, brackets and their members, and how wide each is on one line.

use super::gap::Gap;

/// A word, operator, string or bracket.
#[derive(Debug, Default)]
pub(super) struct Token<'t> {
    /// The text as the source has it.
    pub text: &'t str,
    /// What stands before it.
    pub before: Gap<'t>,
    /// Whether it follows the token before it without a blank.
    pub glued: bool,
    /// Whether neighbouring entries align on it.
    pub aligned: bool,
}

/// A part of a phrase.
#[derive(Debug)]
pub(super) enum Part<'t> {
    Token(Token<'t>),
    Group(Group<'t>),
}

/// A declaration, an entry, or what stands between the commas of a list or call.
#[derive(Debug, Default)]
pub(super) struct Phrase<'t> {
    /// What stands before it.
    pub lead: Gap<'t>,
    /// Its parts; the gap before the first one is empty.
    pub parts: Vec<Part<'t>>,
}

/// The forms of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The block that ends a declaration or entry.
    Body,
    /// An object.
    Object,
    /// A list or the arguments of a call: members with commas.
    List,
    /// One phrase in parentheses or brackets.
    Wrapped,
}

/// Brackets and what stands between them.
#[derive(Debug)]
pub(super) struct Group<'t> {
    pub form: Form,
    pub open: Token<'t>,
    pub members: Vec<Phrase<'t>>,
    pub close: Token<'t>,
    /// The width on one line; `None` where the source has several, or one is not possible.
    pub width: Option<usize>,
}

impl<'t> Part<'t> {
    pub(super) fn first(&self) -> &Token<'t> {
        match self {
            Self::Token(token) => token,
            Self::Group(group) => &group.open,
        }
    }

    /// The width on one line, with the blank before it.
    pub(super) fn width(&self, index: usize) -> Option<usize> {
        let own = match self {
            Self::Token(token) => token.width(),
            Self::Group(group) => group.width,
        };
        let first = self.first();
        own.filter(|_| !first.before.newline).map(|own| own + first.blank(index).len())
    }
}

impl Token<'_> {
    /// What stands before it as part number `index` of a phrase on one line.
    pub(super) fn blank(&self, index: usize) -> &'static str {
        if index > 0 && !self.glued { " " } else { "" }
    }

    pub(super) fn width(&self) -> Option<usize> {
        (!self.text.contains('\n')).then(|| self.text.chars().count())
    }
}

impl Phrase<'_> {
    fn width(&self) -> Option<usize> {
        let parts = self.parts.iter().enumerate().map(|(index, part)| part.width(index));
        parts.sum::<Option<usize>>().filter(|_| !self.lead.newline)
    }

    fn is_object(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Group(group)] if group.form == Form::Object)
    }

    /// Whether it is an `import`, which would take a `for` behind it on its line for its own.
    fn is_import(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Token(first), Part::Token(second), ..]
            if first.text == "import" && second.text.ends_with('"'))
    }
}

impl Group<'_> {
    /// Measures the members, once they are complete.
    pub(super) fn measured(mut self) -> Self {
        self.width = if self.is_empty() { Some(2) } else { self.measure() };
        self
    }

    fn measure(&self) -> Option<usize> {
        let members = self.members.iter().map(Phrase::width).sum::<Option<usize>>()?;
        let between = self.separator().len() * self.members.len().saturating_sub(1);
        let possible = !self.close.before.newline && !self.members.iter().any(Phrase::is_import);
        possible.then_some(2 + 2 * self.padding().len() + members + between)
    }

    /// Whether nothing stands between the brackets.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.close.before.comments.is_empty()
    }

    /// What stands between two members on one line.
    pub(super) fn separator(&self) -> &'static str {
        if self.form == Form::List { ", " } else { "  " }
    }

    /// What stands inside the brackets on one line.
    pub(super) fn padding(&self) -> &'static str {
        match self.form {
            Form::Body | Form::Object if !self.members.is_empty() => " ",
            _ => "",
        }
    }

    /// Whether the brackets stay next to what they hold when that has several lines: one phrase, or a lone object.
    pub(super) fn hugs(&self) -> bool {
        let one = self.form == Form::Wrapped || matches!(self.members.as_slice(), [member] if member.is_object());
        one && !self.is_open()
    }

    /// Whether a line ends right inside one of the brackets.
    fn is_open(&self) -> bool {
        self.close.before.newline || self.members.iter().any(|member| member.lead.newline)
    }
}
