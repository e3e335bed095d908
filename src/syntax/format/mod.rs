//! The formatter: one way to lay out a text, whose tokens, comments and meaning stay what they are.
//!
//! `read` turns the grammar's pairs into tokens, brackets and the gaps between them (`tree`), `print` lays those out
//! in lines, `lines` aligns neighbouring lines. Layout depends on tokens and on where the source has line ends, never
//! on blanks or alignment, so that formatting twice changes nothing.

mod gap;
mod lines;
mod print;
mod read;
mod same;
mod tree;

/// The text in its canonical layout, or `None` where it has syntax errors: those have to be mended first.
///
/// What [`super::syntax`] and [`crate::source::outline`] report is an obstacle, but for keys given twice and
/// interpolations where none may be.
#[must_use]
pub fn format(text: &str) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let formatted = lines::render(print::file(read::file(text)?));
    Some(if same::same(text, &formatted) { formatted } else { text.to_owned() })
}
