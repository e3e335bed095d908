//! Positions in text: byte ranges and the table that turns them into lines and columns.

mod line_index;
mod range;

pub use line_index::{Encoding, LineColumn, LineIndex};
pub use range::TextRange;
