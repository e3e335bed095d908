use super::TextRange;

/// A position for people and editors; both parts count from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line, from 0.
    pub line: u32,
    /// The column, from 0, in characters.
    pub column: u32,
}

/// Where each line of a text begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`; a line ends at `\n`, which also covers `\r\n`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let after_breaks = text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next);
        Self { starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// The line and the column in characters of a byte of `text`, which must be the indexed text.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let prefix = text.get(start as usize..offset as usize).unwrap_or("");
        let column = u32::try_from(prefix.chars().count()).unwrap_or(u32::MAX);
        LineColumn { line: u32::try_from(line).unwrap_or(u32::MAX), column }
    }
}

impl TextRange {
    /// The range moved inwards until it lies in `text` and on character boundaries.
    #[must_use]
    pub fn clamp_to(self, text: &str) -> Self {
        Self::new(floor_boundary(text, self.start), floor_boundary(text, self.end))
    }
}

fn floor_boundary(text: &str, offset: u32) -> usize {
    let mut offset = (offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
