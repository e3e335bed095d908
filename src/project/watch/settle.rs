use std::time::{Duration, Instant};

/// One save is several events; no more of them for so long, and it is over.
const QUIET: Duration = Duration::from_millis(30);

/// So long a file may be gone or empty while it is saved.
const GAP: Duration = Duration::from_secs(1);

/// Events that never end are looked at after so long.
const MOST: Duration = Duration::from_secs(3);

/// How often it is looked whether a time is over.
pub(super) const TICK: Duration = Duration::from_millis(10);

/// Tells when a burst of events is over.
#[derive(Debug, Default)]
pub(super) struct Settle {
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Settle {
    /// Another event.
    pub(super) fn note(&mut self) {
        let now = Instant::now();
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// Whether there is something to wait for.
    pub(super) fn is_pending(&self) -> bool {
        self.first.is_some()
    }

    /// Whether it is over. Where something is missing for a moment, it takes longer.
    pub(super) fn is_over(&self, has_gap: impl FnOnce() -> bool) -> bool {
        let (Some(first), Some(last)) = (self.first, self.last) else { return false };
        let (quiet, all) = (last.elapsed(), first.elapsed());
        (quiet >= QUIET || all >= MOST) && (quiet >= GAP || all >= MOST || !has_gap())
    }
}
