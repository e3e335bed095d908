use std::fmt::{Debug, Display, Write as _};
use std::ops::Range;

use ariadne::{Cache, CharSet, Color, Config, Fmt as _, Report, ReportKind, Source};
use rustc_hash::FxHashMap;

use super::json::severity_word;
use super::place::place;
use super::{Diagnostic, Label, Severity};
use crate::db::{Db, SourceFile};
use crate::text::{LineIndex, TextRange};

/// The findings as text for people, in the order given, an empty line between two.
#[must_use]
pub fn render(db: &dyn Db, diagnostics: &[Diagnostic], color: bool) -> String {
    let secrets = diagnostics.iter().filter(|finding| finding.is_secret).map(|finding| place(db, finding.primary.span));
    let mut renderer = Renderer { db, color, files: FxHashMap::default(), secrets: secrets.collect() };
    let reports: Vec<String> = diagnostics.iter().map(|diagnostic| renderer.render(diagnostic)).collect();
    reports.join("\n")
}

/// Draws findings, and keeps what ariadne needs of each file that it met.
struct Renderer<'db> {
    db: &'db dyn Db,
    color: bool,
    files: FxHashMap<SourceFile, Drawn>,
    /// The bytes of files that are drawn as stars.
    secrets: Vec<(SourceFile, TextRange)>,
}

/// A file as it is drawn.
struct Drawn {
    source: Source,
    lines: LineIndex,
}

/// A range of characters in a file.
type CharSpan = (SourceFile, Range<usize>);

impl Renderer<'_> {
    fn render(&mut self, diagnostic: &Diagnostic) -> String {
        if self.is_blank(&diagnostic.primary) { self.plain(diagnostic) } else { self.report(diagnostic) }
    }

    /// Whether there is nothing in the label's file to point at.
    fn is_blank(&self, label: &Label) -> bool {
        label.span.file.text(self.db).is_empty()
    }

    /// The finding with the lines that it is about.
    fn report(&mut self, diagnostic: &Diagnostic) -> String {
        let span = self.char_span(&diagnostic.primary);
        let (pointing, blank): (Vec<_>, Vec<_>) = diagnostic.secondary.iter().partition(|label| !self.is_blank(label));
        let mut report = Report::build(kind(diagnostic.severity()), span.clone())
            .with_config(self.config())
            .with_code(diagnostic.code.id)
            .with_message(one_line(&diagnostic.message));
        report.add_labels(self.labels(diagnostic, span, &pointing));
        report.with_helps(diagnostic.helps.iter().map(|help| printable(help)));
        report.with_notes(diagnostic.notes.iter().map(|note| printable(note)));
        report.with_notes(blank.into_iter().map(|label| self.reference(label)));
        self.draw(&report.finish())
    }

    fn draw(&mut self, report: &Report<'_, CharSpan>) -> String {
        let mut bytes = Vec::new();
        // Writing to memory never fails.
        let _ = report.write(self, &mut bytes);
        let text = String::from_utf8_lossy(&bytes);
        text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
    }

    fn config(&self) -> Config {
        let char_set = if self.color { CharSet::Unicode } else { CharSet::Ascii };
        Config::new().with_color(self.color).with_char_set(char_set)
    }

    /// The labels file by file, the main one's first, and downwards in each: otherwise ariadne opens a file twice.
    fn labels(
        &mut self,
        diagnostic: &Diagnostic,
        primary: CharSpan,
        secondary: &[&Label],
    ) -> Vec<ariadne::Label<CharSpan>> {
        let main = primary.0;
        let mut labels = vec![(primary, &diagnostic.primary, color_of(diagnostic.severity()))];
        labels.extend(secondary.iter().map(|label| (self.char_span(label), *label, Color::Cyan)));
        labels.sort_by_key(|((file, range), ..)| (*file != main, file.path(self.db), range.end, range.start));
        let draw = |(span, label, color): (_, &Label, _)| {
            ariadne::Label::new(span).with_message(one_line(&label.text)).with_color(color)
        };
        labels.into_iter().map(draw).collect()
    }

    /// The characters of a label; at least one, or nothing would be drawn.
    fn char_span(&mut self, label: &Label) -> CharSpan {
        let (file, range) = place(self.db, label.span);
        let start = self.char_offset(file, range.start);
        let end = self.char_offset(file, range.end).max(start + 1);
        (file, start..end)
    }

    /// Ariadne could count in bytes itself, but then takes characters for bytes in the heading of a second file.
    fn char_offset(&mut self, file: SourceFile, byte: u32) -> usize {
        let text = file.text(self.db);
        let drawn = self.drawn(file);
        let position = drawn.lines.line_column(text, byte);
        let line = drawn.source.line(position.line as usize).map_or(0, |line| line.offset());
        line + position.column as usize
    }

    fn drawn(&mut self, file: SourceFile) -> &Drawn {
        let text = file.text(self.db);
        let secrets: Vec<TextRange> =
            self.secrets.iter().filter(|(holder, _)| *holder == file).map(|(_, range)| *range).collect();
        self.files
            .entry(file)
            .or_insert_with(|| Drawn { source: Source::from(drawable(text, &secrets)), lines: LineIndex::new(text) })
    }

    /// The finding without lines, where there are none.
    fn plain(&self, diagnostic: &Diagnostic) -> String {
        let severity = diagnostic.severity();
        let head = format!("{}[{}]", severity_word(severity), diagnostic.code.id);
        let head = head.fg(Some(color_of(severity)).filter(|_| self.color));
        let path = one_line(diagnostic.primary.span.file.path(self.db));
        let mut out = format!("{head}: {} --> {path}\n", one_line(&diagnostic.message));
        let related = diagnostic.secondary.iter().map(|label| ("see", self.reference(label)));
        let helps = diagnostic.helps.iter().map(|help| ("help", printable(help)));
        let notes = diagnostic.notes.iter().map(|note| ("note", printable(note)));
        for (title, text) in related.chain(helps).chain(notes) {
            let _ = writeln!(out, "  {title}: {}", text.replace('\n', "\n        "));
        }
        out
    }

    /// A label as words: its place and its text.
    fn reference(&self, label: &Label) -> String {
        let (file, TextRange { start, .. }) = place(self.db, label.span);
        let text = file.text(self.db);
        let mut out = one_line(file.path(self.db));
        if !text.is_empty() {
            let position = LineIndex::new(text).line_column(text, start);
            let _ = write!(out, ":{}:{}", position.line + 1, position.column + 1);
        }
        if !label.text.is_empty() {
            let _ = write!(out, ": {}", one_line(&label.text));
        }
        out
    }
}

impl Cache<SourceFile> for &mut Renderer<'_> {
    type Storage = String;

    fn fetch(&mut self, file: &SourceFile) -> Result<&Source, impl Debug> {
        Ok::<_, std::convert::Infallible>(&self.drawn(*file).source)
    }

    fn display<'a>(&self, file: &'a SourceFile) -> Option<impl Display + 'a> {
        Some(one_line(file.path(self.db)))
    }
}

fn kind(severity: Severity) -> ReportKind<'static> {
    match severity {
        Severity::Error => ReportKind::Error,
        Severity::Warning => ReportKind::Warning,
    }
}

fn color_of(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    }
}

/// The text of a file, character by character, with lines that end where ours do and room for a label at its end.
fn drawable(text: &str, secrets: &[TextRange]) -> String {
    let is_secret = |at: usize| secrets.iter().any(|range| (range.start as usize..range.end as usize).contains(&at));
    let draw = |(at, character)| if character != '\n' && is_secret(at) { '*' } else { visible(character) };
    text.char_indices().map(draw).chain([' ']).collect()
}

/// A text as it may be shown on a terminal; names and paths in it may come from anywhere.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(visible).collect()
}

fn one_line(text: &str) -> String {
    text.chars().map(|character| if character == '\n' { ' ' } else { visible(character) }).collect()
}

/// What stands for a character on a terminal: nothing that moves its cursor, breaks its lines or turns its direction.
fn visible(character: char) -> char {
    match character {
        '\n' | '\t' => character,
        _ if character.is_whitespace() => ' ',
        _ if is_harmful(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// Whether a character commands a terminal, or turns the direction of a text.
pub(super) fn is_harmful(character: char) -> bool {
    let turns = matches!(character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || character.is_control()
}
