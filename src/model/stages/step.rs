//! Texts that name a version, and which of two is ahead.

use std::cmp::Ordering;

use semver::Prerelease;

use crate::values::Value;

/// How what a stage runs stands to what an earlier one runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// It is the same.
    Same,
    /// An older version of it.
    Behind,
    /// A newer version of it.
    Ahead,
    /// Something else.
    Differs,
}

impl Relation {
    /// In one word or two, before the name of the earlier stage.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Same => "as",
            Self::Behind => "behind",
            Self::Ahead => "ahead of",
            Self::Differs => "other than",
        }
    }

    /// Whether it may be so where nothing may be ahead.
    #[must_use]
    pub fn is_in_step(self) -> bool {
        matches!(self, Self::Same | Self::Behind)
    }

    /// How a later value stands to an earlier one.
    pub(super) fn of(later: &Value, earlier: &Value) -> Self {
        if later == earlier {
            return Self::Same;
        }
        let (Some(later), Some(earlier)) = (later.as_text(), earlier.as_text()) else { return Self::Differs };
        match (Step::of(later), Step::of(earlier)) {
            (Some(later), Some(earlier)) if later.name == earlier.name => match later.rank().cmp(&earlier.rank()) {
                Ordering::Less => Self::Behind,
                Ordering::Equal => Self::Same,
                Ordering::Greater => Self::Ahead,
            },
            _ => Self::Differs,
        }
    }
}

/// A text that names a version: `1.15.3`, `v2.0.0-rc.1`, `registry.example.com/shop:1.4`, `chart-1.2.3`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step<'t> {
    /// What stands before the version.
    pub(super) name: &'t str,
    /// Its numbers, without zeros at the end.
    numbers: Vec<u64>,
    /// What makes it a version before the release; that of the release itself is greater.
    pre: Prerelease,
}

impl<'t> Step<'t> {
    /// Reads a text, if it ends with a version. Behind a name a version has a dot or a `v`, since a number may be a port.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let text = text.strip_prefix("refs/tags/").unwrap_or(text);
        if text.contains("://") {
            return None;
        }
        Self::read("", text).or_else(|| {
            let signs = text.char_indices().filter(|(_, sign)| matches!(sign, '-' | '_' | '/' | ':' | '@'));
            let parts = signs.map(|(at, sign)| text.split_at(at + sign.len_utf8()));
            parts
                .filter(|(_, rest)| rest.starts_with('v') || rest.contains('.'))
                .find_map(|(name, rest)| Self::read(name, rest))
        })
    }

    fn read(name: &'t str, text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split_once('+').map_or(text, |(text, _)| text);
        let (numbers, pre) = text.split_once('-').unwrap_or((text, ""));
        let mut numbers: Vec<u64> = numbers.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
        while numbers.pop_if(|last| *last == 0).is_some() {}
        Some(Self { name, numbers, pre: Prerelease::new(pre).ok()? })
    }

    /// What tells which of two versions is the greater one.
    pub(super) fn rank(&self) -> (&[u64], &Prerelease) {
        (&self.numbers, &self.pre)
    }
}

/// Whether a value is a text that names a version.
pub(super) fn is_step(value: &Value) -> bool {
    value.as_text().is_some_and(|text| Step::of(text).is_some())
}

/// Sorts texts: what is no version first, then versions from the lowest to the highest.
pub(super) fn by_step(left: &str, right: &str) -> Ordering {
    let (one, other) = (Step::of(left), Step::of(right));
    one.as_ref().map(Step::rank).cmp(&other.as_ref().map(Step::rank)).then_with(|| left.cmp(right))
}
