use std::slice;
use std::sync::Arc;

use super::yaml::Template;

/// One file of the output folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// The path from the output folder, with `/` between its parts.
    pub path: String,
    /// What stands in it.
    pub content: OutputContent,
}

/// How a file's bytes come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputContent {
    /// A text that stands as it is.
    Text(Arc<str>),
    /// A template that many files share, with this file's values for its holes.
    Filled(Arc<Template>, Arc<[Arc<str>]>),
    /// A header, and documents with one hole each.
    Documents(Arc<str>, Arc<[(Arc<Template>, Arc<str>)]>),
}

impl OutputFile {
    /// A file whose text stands as it is.
    pub(super) fn of_text(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), content: OutputContent::Text(text.into()) }
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.render(&mut text);
        text
    }

    /// Appends the file's text to `out`.
    pub fn render(&self, out: &mut String) {
        match &self.content {
            OutputContent::Text(text) => out.push_str(text),
            OutputContent::Filled(template, values) => template.fill(values, out),
            OutputContent::Documents(header, documents) => {
                out.push_str(header);
                for (index, (template, value)) in documents.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "---\n" });
                    template.fill(slice::from_ref(value), out);
                }
            }
        }
    }
}
