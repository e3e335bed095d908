/// What one expression may cost: a step of the evaluation costs 4, an element of a new value 16, a byte of new text 1.
///
/// That is a list of five million numbers; an inventory of 100,000 rows, made anew with 20 columns, takes a half.
pub const MAX_EXPRESSION: u64 = 100_000_000;

/// What all expressions of a declaration may cost together, on all its clusters and for all its items. What a `for` declares
/// shares it in equal parts.
pub const MAX_DECLARATION: u64 = 40 * MAX_EXPRESSION;

/// What may still be computed.
#[derive(Debug)]
pub(super) struct Budget {
    expression: u64,
    declaration: u64,
}

impl Budget {
    /// The part of one of so many items of a declaration.
    pub(super) fn of_one_in(siblings: usize) -> Self {
        let siblings = u64::try_from(siblings).unwrap_or(u64::MAX).max(1);
        Self { expression: MAX_EXPRESSION, declaration: MAX_DECLARATION / siblings }
    }

    /// An expression begins; where something was too much, nothing is computed any more.
    pub(super) fn begin(&mut self) {
        if self.left() > 0 {
            self.expression = MAX_EXPRESSION;
        }
    }

    pub(super) fn left(&self) -> u64 {
        self.expression.min(self.declaration)
    }

    /// Takes a cost; where there is not so much left, it leaves nothing.
    pub(super) fn spend(&mut self, cost: u64) -> bool {
        let enough = cost < self.left();
        let cost = if enough { cost } else { self.left() };
        self.expression -= cost;
        self.declaration -= cost;
        enough
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::of_one_in(1)
    }
}
