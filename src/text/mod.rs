//! Positions in text: byte ranges and the table that turns them into lines and columns; and the text of numbers.

mod line_index;
mod range;

pub use line_index::{Encoding, LineColumn, LineIndex};
pub use range::TextRange;

/// A number with its noun.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
