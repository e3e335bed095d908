//! For a comment in a pull request: it can be found again, and fits into one.

use std::fmt::Write as _;

use super::sections::{Section, sections_with, summary};
use super::words::{Line, Word};
use crate::review::{Denied, Review};

/// What a comment begins with, so that the next plan finds it and takes its place.
pub const MARK: &str = "<!-- platformc plan -->";

/// GitHub takes 65,536 characters; some are left for whoever posts it.
const MOST: usize = 60_000;

/// So many lines each section has at most, from the first number that makes the whole fit.
const LIMITS: [usize; 9] = [usize::MAX, 400, 200, 100, 50, 25, 10, 5, 2];

/// A review as a comment in Markdown.
#[must_use]
pub fn markdown(review: &Review, denied: &[Denied]) -> String {
    let sections = sections_with(review, denied);
    let whole = |limit: usize| {
        let head = format!("{MARK}\n### Plan: {}\n\n{} → {}\n", summary(review), code(&review.from), code(&review.to));
        sections.iter().fold(head, |out, section| out + &of_section(section, limit))
    };
    let fits = LIMITS.into_iter().map(whole).find(|text| text.chars().count() <= MOST);
    fits.unwrap_or_else(|| format!("{MARK}\n### Plan: {}\n\nIt is too long for a comment.\n", summary(review)))
}

fn of_section(section: &Section, limit: usize) -> String {
    let mut out = String::new();
    let is_folded = section.is_folded || section.lines.len() > UNFOLDED;
    let title = escaped(&section.title);
    let _ = if is_folded {
        write!(out, "\n<details><summary>{title}</summary>\n\n")
    } else {
        write!(out, "\n#### {title}\n\n")
    };
    for line in section.lines.iter().take(limit) {
        let _ = writeln!(out, "{}", one(line));
    }
    if let Some(more @ 1..) = section.lines.len().checked_sub(limit) {
        let _ = writeln!(out, "- and {more} more");
    }
    if is_folded {
        out.push_str("\n</details>\n");
    }
    out
}

/// Longer sections are folded.
const UNFOLDED: usize = 25;

fn one(line: &Line) -> String {
    let mut out = format!("{}- ", "  ".repeat(line.depth));
    for (index, word) in line.words.iter().enumerate() {
        match word {
            // A sign at the beginning would make another list.
            Word::Plain(text) if index == 0 && text.starts_with(['-', '+']) => {
                out.push('\\');
                out.push_str(&escaped(text));
            }
            Word::Plain(text) => out.push_str(&escaped(text)),
            Word::Code(text) => out.push_str(&code(text)),
        }
    }
    if !line.place.is_empty() {
        let _ = write!(out, " <sub>{}</sub>", code(&line.place));
    }
    out
}

/// Text in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}

/// A span of code, whatever stands in it: more backticks around it than in it.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}
