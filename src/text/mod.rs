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

/// The first names of a list, and how many more there are.
#[must_use]
pub fn some(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    match names.get(..SHOWN).filter(|_| names.len() > SHOWN + 1) {
        Some(first) => format!("{} and {} more", first.join(", "), names.len() - SHOWN),
        None => names.join(", "),
    }
}
