use super::TextRange;

/// A position for people and editors; both parts count from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line, from 0.
    pub line: u32,
    /// The column, from 0, in characters or in what was asked for.
    pub column: u32,
}

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16.
    Utf16,
    /// Characters.
    #[default]
    Utf32,
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
        self.position(text, offset, Encoding::Utf32)
    }

    /// The same, with the column in units of an encoding.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32, encoding: Encoding) -> LineColumn {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let prefix = text.get(start as usize..offset as usize).unwrap_or("");
        LineColumn { line: u32::try_from(line).unwrap_or(u32::MAX), column: encoding.length(prefix) }
    }

    /// The byte of a position. One behind a line's end is that end, one behind the last line the end of the text, and one
    /// inside a character the character's start.
    #[must_use]
    pub fn offset(&self, text: &str, position: LineColumn, encoding: Encoding) -> u32 {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let Some(start) = self.starts.get(position.line as usize) else { return length };
        let end = self.starts.get(position.line as usize + 1).copied().unwrap_or(length);
        let line = text.get(*start as usize..end as usize).unwrap_or("");
        let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        start + encoding.bytes(line, position.column)
    }
}

impl Encoding {
    /// The length of a text in its units.
    fn length(self, text: &str) -> u32 {
        let length = match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        };
        u32::try_from(length).unwrap_or(u32::MAX)
    }

    /// The bytes of the characters that lie wholly in the first `units` of a text.
    fn bytes(self, text: &str, units: u32) -> u32 {
        let (mut bytes, mut left) = (0, units as usize);
        for character in text.chars() {
            let size = match self {
                Self::Utf8 => character.len_utf8(),
                Self::Utf16 => character.len_utf16(),
                Self::Utf32 => 1,
            };
            let Some(rest) = left.checked_sub(size) else { break };
            left = rest;
            bytes += character.len_utf8();
        }
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }
}

impl TextRange {
    /// The range moved inwards until it lies in `text` and on character boundaries.
    #[must_use]
    pub fn clamp_to(self, text: &str) -> Self {
        Self::new(floor_boundary(text, self.start), floor_boundary(text, self.end))
    }

    /// Whether a cursor at `offset` touches it, at either end too.
    #[must_use]
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// The text in it.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

fn floor_boundary(text: &str, offset: u32) -> usize {
    let mut offset = (offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
