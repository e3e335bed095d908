//! Formatting, as edits of the lines that change, so that cursors and marks stay where they are.

use similar::{DiffOp, TextDiff};

use super::cursor::whole;
use crate::db::{Db, SourceFile};
use crate::source::outline;
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

/// The edits that lay a file out; none where it is laid out already. Of a file with syntax errors, those declarations are laid
/// out that have none.
pub fn format(db: &dyn Db, file: SourceFile) -> Vec<Edit> {
    let text = file.text(db);
    match syntax::format::format(text) {
        Some(formatted) => edits(text, &formatted),
        None => format_declarations(db, file, TextRange::new(0, text.len())),
    }
}

/// The same for the declarations that a range touches, and for them alone: others may have syntax errors.
pub fn format_declarations(db: &dyn Db, file: SourceFile, range: TextRange) -> Vec<Edit> {
    let touched = outline(db, file).decls.iter().filter(|decl| {
        let decl = whole(db, **decl);
        decl.start <= range.end && range.start <= decl.end
    });
    let edits = touched.flat_map(|decl| {
        let text = decl.text(db);
        let formatted = syntax::format::format(text).unwrap_or_else(|| text.to_owned());
        let formatted = formatted.trim_end();
        edits(text, formatted).into_iter().map(|edit| Edit { range: edit.range.shift(decl.start(db)), ..edit })
    });
    edits.collect()
}

fn edits(old: &str, new: &str) -> Vec<Edit> {
    let diff = TextDiff::from_lines(old, new);
    let changed = diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let lines = |slices: &[&str], until: usize| slices.iter().take(until).map(|line| line.len()).sum::<usize>();
    let edit = |op: &DiffOp| {
        let (before, after) = (op.old_range(), op.new_range());
        let range = TextRange::new(lines(diff.old_slices(), before.start), lines(diff.old_slices(), before.end));
        Edit { range, text: diff.new_slices().get(after).unwrap_or_default().concat() }
    };
    changed.map(edit).collect()
}
