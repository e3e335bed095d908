//! Formatting, as edits of the lines that change.

use crate::db::{Db, SourceFile};
use crate::syntax;
use crate::text::TextRange;

/// A part of a file and what is to stand there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go.
    pub range: TextRange,
    /// What comes.
    pub text: String,
}

/// The edit that lays a file out; none where it is laid out already, or has syntax errors.
pub fn format(db: &dyn Db, file: SourceFile) -> Option<Edit> {
    let text = file.text(db);
    let formatted = syntax::format::format(text)?;
    (formatted != text).then(|| Edit { range: TextRange::new(0, text.len()), text: formatted })
}
