//! From phrases to lines.

use super::gap::{Comment, Gap};
use super::lines::Line;
use super::read::File;
use super::tree::{Form, Group, Part, Phrase, Token};

/// What is wider is broken, if it can be.
const WIDTH: usize = 100;
/// How much deeper each level stands.
const INDENT: usize = 2;

/// Lays out a file.
pub(super) fn file(file: File<'_>) -> Vec<Line<'_>> {
    let mut printer = Printer::default();
    let mut long_before = false;
    for Phrase { mut lead, parts } in file.declarations {
        let lines = declaration(&parts);
        let long = lines.len() > 1;
        let first = printer.lines.is_empty();
        if (long || long_before) && !first {
            lead.separate();
        }
        printer.lead(&lead, 0, first);
        printer.lines.extend(lines);
        long_before = long;
    }
    printer.comments(&file.end, 0, printer.lines.is_empty());
    printer.lines
}

fn declaration<'t>(parts: &[Part<'t>]) -> Vec<Line<'t>> {
    let mut printer = Printer::default();
    printer.start(0);
    printer.phrase(parts, 0);
    printer.lines
}

#[derive(Default)]
struct Printer<'t> {
    lines: Vec<Line<'t>>,
    /// The indentation of the line being written.
    level: usize,
    /// Its width so far.
    column: usize,
}

impl<'t> Printer<'t> {
    fn start(&mut self, level: usize) {
        self.lines.push(Line::new(level));
        self.level = level;
        self.column = level;
    }

    /// Writes on the current line; the further lines of a multi-line string are kept as they are.
    fn push(&mut self, text: &str) {
        let mut lines = text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let ends = lines.peek().is_some();
            let line = if ends { without_return(line) } else { line };
            self.lines.last_mut().into_iter().for_each(|current| current.push(line));
            self.column += line.chars().count();
            if ends {
                self.lines.push(Line::new(0));
                self.column = 0;
            }
        }
    }

    /// Writes a comment behind the current line or on one of its own; says whether it has its own.
    fn comment(&mut self, comment: &Comment<'t>, level: usize) -> bool {
        let trailing = self.lines.last_mut().filter(|line| !comment.own_line && line.comment.is_none());
        let own_line = trailing.is_none();
        match trailing {
            Some(line) => line.comment = Some(comment.text),
            None => self.lines.push(Line::comment(level, comment.text)),
        }
        own_line
    }

    /// The comments of a gap; says whether still nothing stands below the opening bracket.
    fn comments(&mut self, gap: &Gap<'t>, level: usize, mut first: bool) -> bool {
        for comment in &gap.comments {
            self.blank_line(comment.blank_before && !first);
            first &= !self.comment(comment, level);
        }
        first
    }

    /// What stands above a phrase.
    fn lead(&mut self, gap: &Gap<'t>, level: usize, first: bool) {
        let first = self.comments(gap, level, first);
        self.blank_line(gap.blank && !first);
    }

    fn blank_line(&mut self, wanted: bool) {
        self.lines.extend(wanted.then(|| Line::new(0)));
    }

    /// Writes the parts; `tail` is the width of what follows without a possible line end.
    fn phrase(&mut self, parts: &[Part<'t>], tail: usize) {
        let first_line = self.lines.len();
        let level = self.level;
        for (index, part) in parts.iter().enumerate() {
            self.advance(part.first(), index, level);
            match part {
                Part::Token(token) => self.token(token),
                Part::Group(group) => {
                    let base = if group.form == Form::Body { level } else { self.level };
                    self.group(group, base, following(parts, index + 1, tail));
                }
            }
        }
        if self.lines.len() > first_line {
            self.lines.iter_mut().skip(first_line.saturating_sub(1)).take(1).for_each(Line::unalign);
        }
    }

    /// Goes to where a part stands: behind a blank, or on the next line where the source has a line end.
    fn advance(&mut self, token: &Token<'t>, index: usize, level: usize) {
        if token.before.newline {
            for comment in &token.before.comments {
                self.comment(comment, level + INDENT);
            }
            self.start(level + INDENT);
        } else {
            self.push(token.blank(index));
        }
    }

    fn token(&mut self, token: &Token<'t>) {
        if token.aligned {
            self.lines.last_mut().into_iter().for_each(Line::cell);
        }
        self.push(token.text);
    }

    fn group(&mut self, group: &Group<'t>, level: usize, tail: usize) {
        let fits = group.width.is_some_and(|width| self.column + width + tail <= WIDTH);
        if fits || group.is_empty() {
            self.flat(group);
        } else if group.hugs() {
            self.wrapped(group, tail);
        } else {
            self.broken(group, level);
        }
    }

    /// The whole group on one line.
    fn flat(&mut self, group: &Group<'t>) {
        self.push(group.open.text);
        for (index, member) in group.members.iter().enumerate() {
            self.push(if index == 0 { group.padding() } else { group.separator() });
            self.flat_parts(&member.parts);
        }
        self.push(group.padding());
        self.push(group.close.text);
    }

    fn flat_parts(&mut self, parts: &[Part<'t>]) {
        for (index, part) in parts.iter().enumerate() {
            self.push(part.first().blank(index));
            match part {
                Part::Token(token) => self.push(token.text),
                Part::Group(group) => self.flat(group),
            }
        }
    }

    /// The brackets next to what they hold, which has lines of its own.
    fn wrapped(&mut self, group: &Group<'t>, tail: usize) {
        self.push(group.open.text);
        group.members.iter().for_each(|member| self.phrase(&member.parts, tail + 1));
        self.push(group.close.text);
    }

    /// Each member on a line of its own.
    fn broken(&mut self, group: &Group<'t>, level: usize) {
        let comma = if group.form == Form::List { "," } else { "" };
        self.push(group.open.text);
        for (index, member) in group.members.iter().enumerate() {
            self.lead(&member.lead, level + INDENT, index == 0);
            self.start(level + INDENT);
            self.phrase(&member.parts, comma.len());
            self.push(comma);
        }
        self.comments(&group.close.before, level + INDENT, group.members.is_empty());
        self.start(level);
        self.push(group.close.text);
    }
}

/// The width from part number `from` to the next place where a line may end.
fn following(parts: &[Part<'_>], from: usize, tail: usize) -> usize {
    let mut width = 0;
    for (index, part) in parts.iter().enumerate().skip(from) {
        let first = part.first();
        if first.before.newline {
            return width;
        }
        width += first.blank(index).len() + first.width().unwrap_or(0);
        if matches!(part, Part::Group(_)) {
            return width;
        }
    }
    width + tail
}

/// A line without the return character of `\r\n`.
fn without_return(line: &str) -> &str {
    line.strip_suffix('\r').filter(|rest| !rest.ends_with('\r')).unwrap_or(line)
}
