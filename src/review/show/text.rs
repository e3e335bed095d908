//! For a terminal.

use std::fmt::Write as _;

use super::sections::{sections, summary};
use super::words::{Line, Word};
use crate::diagnostics::printable;
use crate::review::Review;

/// A review for a terminal.
#[must_use]
pub fn text(review: &Review) -> String {
    let mut out = format!("{} -> {}: {}\n", review.from, review.to, summary(review));
    for section in sections(review) {
        let _ = writeln!(out, "\n{}", section.title);
        for line in &section.lines {
            let _ = writeln!(out, "{}", one(line));
        }
    }
    printable(&out)
}

fn one(line: &Line) -> String {
    let mut out = "  ".repeat(line.depth + 1);
    for word in &line.words {
        match word {
            Word::Plain(text) | Word::Code(text) => out.push_str(text),
        }
    }
    if !line.place.is_empty() {
        let _ = write!(out, "  [{}]", line.place);
    }
    out
}
