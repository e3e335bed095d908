//! The Markdown that is shown for a word.

use std::fmt::Write as _;

/// So many names stand in a row.
const NAMES: usize = 6;

/// A code span; one that holds a grave accent gets two.
pub(super) fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A list of which each item says one thing of what is shown: a table without a head is not drawn everywhere.
#[derive(Default)]
pub(super) struct Facts(String);

impl Facts {
    /// Adds an item, unless there is nothing to say.
    pub(super) fn item(&mut self, name: &str, text: impl AsRef<str>) {
        if !text.as_ref().is_empty() {
            let _ = writeln!(self.0, "- **{name}**: {}", text.as_ref().replace('\n', " "));
        }
    }

    /// Adds an item that names some of several.
    pub(super) fn names<T: AsRef<str>>(&mut self, name: &str, all: impl IntoIterator<Item = T>) {
        self.item(name, names(all));
    }

    /// The list; nothing where it has no items.
    pub(super) fn list(self) -> Option<String> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

/// A text as a cell of a table: a bar or a line's end would end it.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The first of several names, and how many more there are.
pub(super) fn names<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> String {
    let all: Vec<T> = all.into_iter().collect();
    let first: Vec<&str> = all.iter().take(NAMES).map(AsRef::as_ref).collect();
    match all.len().checked_sub(NAMES + 1) {
        Some(more) => format!("{} and {} more", first.join(", "), more + 1),
        None => first.join(", "),
    }
}
