use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Code, Fix};
use crate::db::SourceFile;
use crate::text::TextRange;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be written.
    Error,
    /// Probably not meant; the tree is written all the same.
    Warning,
}

/// A place in the source: a range relative to its declaration, so that text above never moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file.
    pub file: SourceFile,
    /// The key of the declaration that the range counts from, or `None` for the start of the file.
    pub anchor: Option<u64>,
    /// The bytes, counted from the start of the declaration.
    pub range: TextRange,
}

/// A place with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there; may be empty.
    pub text: Cow<'static, str>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// The place, and what to say there.
    pub primary: Label,
    /// Other places that play a part.
    pub secondary: Vec<Label>,
    /// Why: the rule, usually Argo CD's or Kubernetes'.
    pub notes: Vec<String>,
    /// How to mend it.
    pub helps: Vec<String>,
    /// How an editor can mend it.
    pub fixes: Vec<Fix>,
    /// Whether the text at the place must never be shown.
    pub is_secret: bool,
}

/// A warning that is allowed, and so is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// The warning.
    pub finding: Diagnostic,
    /// Why it is allowed.
    pub because: Arc<str>,
    /// The last day on which it is.
    pub until: Date,
}

impl Diagnostic {
    /// A finding of `code` at `span`.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let primary = Label { span, text: Cow::Borrowed("") };
        Self {
            code,
            message: message.into(),
            primary,
            secondary: vec![],
            notes: vec![],
            helps: vec![],
            fixes: vec![],
            is_secret: false,
        }
    }

    /// Says something at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Points at another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<Cow<'static, str>>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Keeps the text at the place from ever being shown.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// Adds the rule behind the finding.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a way to mend it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(text.into());
        self
    }

    /// Adds a way to mend it, if there is one.
    #[must_use]
    pub fn help_if(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }

    /// The severity that the code has.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity
    }
}
