//! Ways to mend a finding that an editor can carry out: said where the finding is made, in terms of what is wrong. What that
//! is in bytes follows from the text as it then is.

use super::{Diagnostic, Span};

/// A way to mend a finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What it does, as an order.
    pub title: String,
    /// What changes.
    pub change: Change,
    /// Whether it says the same as was meant, so that it can be done unseen to many findings at once.
    pub is_sure: bool,
}

/// A change of the source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Something else stands at a place.
    Replace(Span, String),
    /// Something is put before and behind a place.
    Around(Span, String, String),
    /// The first word or string of a place that is spelt `from`, bare or in quotes, becomes `to`.
    Word { within: Span, from: String, to: String },
    /// The key that leads to a place becomes another.
    Key { to: Span, from: String, name: String },
    /// A block of the declaration around a place gets an entry, with this value or one that fits.
    Entry { in_block_of: Span, key: String, value: Option<String> },
    /// The entry around a place that has this key goes, or the innermost without one; outside of all, the declaration.
    Remove { at: Span, key: Option<String> },
    /// A place goes, with the line that it leaves empty.
    Cut(Span),
    /// Something is put before the entry around a place.
    Before(Span, String),
    /// A name goes out of the lists of an attribute: that at the place, or else those of the declaration around it.
    Item { at: Span, key: &'static str, name: String },
    /// Something is declared, with what it must say.
    Declare { kind: &'static str, name: String, near: Span },
}

impl Diagnostic {
    /// Adds a way to mend it that says what was meant.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, change: Change) -> Self {
        self.with_fix(Fix { title: title.into(), change, is_sure: true })
    }

    /// Adds a way to mend it that is one of several, or needs a look.
    #[must_use]
    pub fn offer(self, title: impl Into<String>, change: Change) -> Self {
        self.with_fix(Fix { title: title.into(), change, is_sure: false })
    }

    fn with_fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Says what belongs at the place itself, and can write it there.
    #[must_use]
    pub fn write(self, text: &str) -> Self {
        let at = self.primary.span;
        self.help(format!("write `{text}`")).fix(format!("Write `{text}`"), Change::Replace(at, text.to_owned()))
    }

    /// Says which word was probably meant by the one at the place.
    #[must_use]
    pub fn meant(self, word: &str, near: Option<&str>) -> Self {
        let at = self.primary.span;
        self.help_if(near.map(|near| format!("did you mean `{near}`?"))).meant_by(at, word, near)
    }

    /// Can put the word that was probably meant in the place of the one that stands there.
    #[must_use]
    pub fn meant_by(self, within: Span, word: &str, near: Option<&str>) -> Self {
        let Some(near) = near else { return self };
        let change = Change::Word { within, from: word.to_owned(), to: near.to_owned() };
        self.fix(format!("Write `{near}`"), change)
    }

    /// Can put the key that was probably meant in the place of the one that leads to the finding.
    #[must_use]
    pub fn meant_key(self, key: &str, near: Option<&str>) -> Self {
        let Some(near) = near else { return self };
        let change = Change::Key { to: self.primary.span, from: key.to_owned(), name: near.to_owned() };
        self.fix(format!("Write `{near}`"), change)
    }

    /// Can declare what is named and not declared.
    #[must_use]
    pub fn declare(self, kind: &'static str, name: &str) -> Self {
        let change = Change::Declare { kind, name: name.to_owned(), near: self.primary.span };
        self.offer(format!("Declare {kind} `{name}`"), change)
    }

    /// Can add an attribute to the block that the finding is about.
    #[must_use]
    pub fn lacks(self, key: &str, value: Option<&str>) -> Self {
        let value = value.map(str::to_owned);
        let change = Change::Entry { in_block_of: self.primary.span, key: key.to_owned(), value };
        self.offer(format!("Add `{key}`"), change)
    }

    /// Can take away the entry that the finding is about: the innermost around it with this key, if one is given.
    #[must_use]
    pub fn superfluous(self, title: &str, key: Option<&str>) -> Self {
        let change = Change::Remove { at: self.primary.span, key: key.map(str::to_owned) };
        self.offer(title, change)
    }
}
