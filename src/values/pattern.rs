use std::sync::Arc;

use super::Value;

/// Something of an instance that its texts can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Own {
    /// Its cluster's name.
    Cluster,
    /// Its environment's name.
    Environment,
    /// Its cluster's region.
    Region,
    /// Its item of `each`.
    Item,
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// The same for every instance.
    Literal(Arc<str>),
    /// The instance's own.
    Own(Own),
}

impl Own {
    /// What an ambient name shows, if it is an instance's own.
    #[must_use]
    pub fn of_ambient(name: &str) -> Option<Self> {
        match name {
            "cluster" => Some(Self::Cluster),
            "env" => Some(Self::Environment),
            "region" => Some(Self::Region),
            _ => None,
        }
    }

    /// The pattern that shows it and nothing else.
    #[must_use]
    pub fn pattern(self) -> Value {
        Value::Pattern([Piece::Own(self)].into())
    }

    fn word(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Environment => "env",
            Self::Region => "region",
            Self::Item => "item",
        }
    }
}

/// The text of pieces, with `own` for what is the instance's own.
#[must_use]
pub fn text_of(pieces: &[Piece], own: impl Fn(&'static str) -> String) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => text.to_string(),
        Piece::Own(of) => own(of.word()),
    };
    pieces.iter().map(piece).collect()
}

/// Puts a text together, which is a pattern only where something in it is an instance's own.
#[derive(Default)]
pub(super) struct Composed {
    pieces: Vec<Piece>,
    text: String,
}

impl Composed {
    pub(super) fn literal(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Literal(text) => self.literal(text),
                Piece::Own(own) => {
                    self.cut();
                    self.pieces.push(Piece::Own(*own));
                }
            }
        }
    }

    pub(super) fn finish(mut self) -> Value {
        if self.pieces.is_empty() {
            return Value::text(self.text);
        }
        self.cut();
        Value::Pattern(self.pieces.into())
    }

    fn cut(&mut self) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.text).into()));
        }
    }
}
