//! Words that every form has, and how values look in them.

use serde_json::Value;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Text.
    Plain(String),
    /// A name or a value of the source, which is no text of ours.
    Code(String),
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its words, without blanks between them.
    pub words: Vec<Word>,
    /// The place in the source, where there is one.
    pub place: String,
    /// How far it stands in.
    pub depth: usize,
}

impl Line {
    pub(super) fn at(depth: usize) -> Self {
        Self { depth, ..Self::default() }
    }

    pub(super) fn plain(mut self, text: impl Into<String>) -> Self {
        self.words.push(Word::Plain(text.into()));
        self
    }

    /// Text in which names stand between backticks.
    pub(super) fn ticked(self, text: &str) -> Self {
        text.split('`').enumerate().fold(self, |line, (index, part)| match index % 2 {
            0 if part.is_empty() => line,
            0 => line.plain(part),
            _ => line.code(part),
        })
    }

    pub(super) fn code(mut self, text: impl Into<String>) -> Self {
        self.words.push(Word::Code(text.into()));
        self
    }

    /// Names with commas between them, and how many more there are.
    pub(super) fn codes<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.some_of(MOST_NAMES, names)
    }

    /// The same of all names.
    pub(super) fn all_of<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.some_of(usize::MAX, names)
    }

    fn some_of<'n>(mut self, most: usize, names: impl IntoIterator<Item = &'n str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        for (index, name) in names.iter().take(most).enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            self = if comma.is_empty() { self } else { self.plain(comma) }.code(*name);
        }
        match names.len().checked_sub(most) {
            Some(more @ 1..) => self.plain(format!(" and {more} more")),
            _ => self,
        }
    }

    pub(super) fn from(mut self, place: &str) -> Self {
        place.clone_into(&mut self.place);
        self
    }
}

/// More names than this are counted.
const MOST_NAMES: usize = 6;

/// More characters than this of a value are cut off.
const MOST_CHARACTERS: usize = 120;

/// A value in one line of bounded length.
pub(super) fn value(value: Option<&Value>) -> String {
    let text = match value {
        None => return "nothing".to_owned(),
        Some(Value::String(text)) if is_plain(text) => text.clone(),
        Some(other) => other.to_string(),
    };
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains(char::is_control)
}

/// Whether a value says more than a line of it.
pub(super) fn is_text(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::String(text)) if text.contains('\n'))
}
