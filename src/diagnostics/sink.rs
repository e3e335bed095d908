use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::budget::Budget;
use super::{Diagnostic, Severity};

/// Proof that an error was reported: only [`Sink::error`] makes one, so nothing fails silently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reported(());

/// Collects the findings of one query, the same finding once, and counts what the query computes.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
    seen: FxHashSet<u64>,
    budget: Budget,
}

impl Sink {
    /// A sink for one of so many items that one declaration makes.
    #[must_use]
    pub fn of_one_in(siblings: usize) -> Self {
        Self { budget: Budget::of_one_in(siblings), ..Self::default() }
    }

    /// An expression is going to be evaluated.
    pub fn begin_expression(&mut self) {
        self.budget.begin();
    }

    /// What the expression may still cost; nothing once something was too much.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.budget.left()
    }

    /// Takes a cost from what is left, and says whether there was so much.
    pub fn spend(&mut self, cost: u64) -> bool {
        self.budget.spend(cost)
    }

    /// Keeps a finding unless it is there already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.seen.insert(FxBuildHasher.hash_one(&diagnostic)) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Keeps an error and gives the proof.
    pub fn error(&mut self, diagnostic: Diagnostic) -> Reported {
        debug_assert_eq!(diagnostic.severity(), Severity::Error, "{} is no error", diagnostic.code.id);
        self.push(diagnostic);
        Reported(())
    }

    /// The proof for a place that could not be read, which the parser has reported.
    pub fn broken(&mut self) -> Reported {
        Reported(())
    }

    /// Keeps all of them.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// What was collected, in the order of discovery.
    #[must_use]
    pub fn finish(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// The same, to go on with what is left of what may be computed.
    pub fn take(&mut self) -> Vec<Diagnostic> {
        self.seen.clear();
        std::mem::take(&mut self.diagnostics)
    }

    /// Whether an error was collected.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error)
    }
}
