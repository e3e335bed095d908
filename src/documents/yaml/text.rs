use std::sync::Arc;

/// What differs per instance of a document: an index into the values that fill it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hole(pub u8);

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Stands as it is.
    Literal(Arc<str>),
    /// Stands for a value that is known when the document is filled.
    Hole(Hole),
}

/// A string, possibly with holes. An ordinary string has one literal part, an empty one has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text(pub Vec<Part>);

impl Text {
    /// A text without holes.
    pub fn literal(text: impl Into<Arc<str>>) -> Self {
        Self::default().then(text)
    }

    /// The text with a hole after it.
    #[must_use]
    pub fn hole(mut self, hole: Hole) -> Self {
        self.0.push(Part::Hole(hole));
        self
    }

    /// The text with a literal after it; neighbouring literals become one.
    #[must_use]
    pub fn then(mut self, literal: impl Into<Arc<str>>) -> Self {
        let literal = literal.into();
        match self.0.last_mut() {
            _ if literal.is_empty() => {}
            Some(Part::Literal(last)) => *last = format!("{last}{literal}").into(),
            _ => self.0.push(Part::Literal(literal)),
        }
        self
    }

    /// The text with another one after it.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        other.0.into_iter().fold(self, |text, part| match part {
            Part::Literal(literal) => text.then(literal),
            Part::Hole(hole) => text.hole(hole),
        })
    }

    /// Whether values are missing before the text is known.
    pub fn has_holes(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Hole(_)))
    }

    /// The whole text, if it is empty or one literal.
    pub fn as_str(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Appends the text to `out`, with `values` in its holes; a hole without a value stays empty.
    pub fn fill(&self, values: &[Arc<str>], out: &mut String) {
        for part in &self.0 {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Hole(hole) => out.push_str(values.get(usize::from(hole.0)).map_or("", |value| value)),
            }
        }
    }

    /// The text as a string, with `values` in its holes.
    pub fn filled(&self, values: &[Arc<str>]) -> String {
        let mut out = String::new();
        self.fill(values, &mut out);
        out
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}

impl From<Hole> for Text {
    fn from(hole: Hole) -> Self {
        Self::default().hole(hole)
    }
}
