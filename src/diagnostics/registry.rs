use super::Severity;

/// The identity of a kind of finding: stable across releases, with a page of its own.
#[derive(Clone, Copy)]
pub struct Code {
    /// The stable id, such as `PF0201`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// The page that `platformc explain` prints, in Markdown.
    pub page: &'static str,
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

impl std::hash::Hash for Code {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

impl Code {
    /// The code with this id, in any case.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        super::CODES.iter().copied().find(|code| code.id.eq_ignore_ascii_case(id))
    }
}
