use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the stages of a command took, in the order in which they began.
#[derive(Debug, Default)]
pub struct Timings {
    stages: Mutex<Vec<(&'static str, Duration)>>,
}

impl Timings {
    /// Does something that belongs to a stage, and adds the time that it takes.
    pub fn measure<T>(&self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        self.add(stage, start.elapsed());
        done
    }

    /// The stages, and how long each took.
    #[must_use]
    pub fn stages(&self) -> Vec<(&'static str, Duration)> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, stage: &'static str, took: Duration) {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        match stages.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, sum)) => *sum += took,
            None => stages.push((stage, took)),
        }
    }
}
