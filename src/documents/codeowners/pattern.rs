//! What a rule speaks of: a path, or all paths that differ from one where a name of the tree may be anything.

use std::fmt;

/// One part of a path between two `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A name.
    Name(String),
    /// Any name.
    Any,
    /// Names that go on with a dot behind this one.
    Dotted(String),
}

/// The paths that a rule speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
    is_folder: bool,
}

impl Pattern {
    /// One path, from the repository's root; of a folder, everything in it.
    pub(super) fn path(path: &str, is_folder: bool) -> Self {
        let parts = path.split('/').filter(|part| !part.is_empty());
        Self { parts: parts.map(|part| Part::Name(part.to_owned())).collect(), is_folder }
    }

    /// The same with any name behind it.
    pub(super) fn any(mut self) -> Self {
        self.parts.push(Part::Any);
        self
    }

    /// The same with a name behind it.
    pub(super) fn then(mut self, name: &str) -> Self {
        self.parts.push(Part::Name(name.to_owned()));
        self
    }

    /// The files behind it of which the names begin with this one and a dot.
    pub(super) fn dotted(mut self, name: &str) -> Self {
        self.parts.push(Part::Dotted(name.to_owned()));
        self.is_folder = false;
        self
    }

    /// Whether forges can be told exactly this: they know no way to write some characters.
    pub(super) fn is_sayable(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, Part::Name(name) if name.contains(is_special)))
    }

    /// Whether it speaks of a path.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let mut asked = path.split('/').filter(|part| !part.is_empty());
        let begins = self.parts.iter().all(|part| asked.next().is_some_and(|name| part.matches(name)));
        begins && (self.is_folder || asked.next().is_none())
    }

    /// The order of the rules: what is wider stands first, and of two neighbours what may be more than it says.
    pub(super) fn order(&self) -> Vec<String> {
        self.parts.iter().map(|part| part.to_string().replace(['?', '*'], "\0")).collect()
    }
}

impl Part {
    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Name(own) => own == name,
            Self::Any => true,
            Self::Dotted(own) => name.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('.')),
        }
    }
}

/// Characters that mean something in patterns, or end them, and that not every forge lets one escape.
fn is_special(character: char) -> bool {
    matches!(character, '\\' | '*' | '?' | '[' | ']' | '#' | '!')
        || character.is_control()
        || character.is_whitespace() && character != ' '
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Any => out.write_str("*"),
            Self::Dotted(name) => write!(out, "{name}.*"),
            Self::Name(name) => name.chars().try_for_each(|character| match character {
                ' ' => out.write_str("\\ "),
                special if is_special(special) => out.write_str("?"),
                other => write!(out, "{other}"),
            }),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        if self.parts.is_empty() {
            return out.write_str("*");
        }
        self.parts.iter().try_for_each(|part| write!(out, "/{part}"))?;
        out.write_str(if self.is_folder { "/" } else { "" })
    }
}
