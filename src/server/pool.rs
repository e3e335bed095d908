//! Threads that answer.

use std::thread::Builder;

use crossbeam_channel::{Sender, unbounded};

/// So many requests are answered at once.
const THREADS: usize = 4;

/// As much as the first thread of a process has: what is deep enough for `build` is for this.
const STACK: usize = 8 << 20;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that wait for jobs, and end with the pool.
pub(super) struct Pool {
    jobs: Sender<Job>,
}

impl Pool {
    pub(super) fn new() -> Self {
        let (jobs, waiting) = unbounded::<Job>();
        for _ in 0..THREADS {
            let waiting = waiting.clone();
            // With fewer threads it takes longer; with none at all, jobs run where they are handed over.
            let _ = Builder::new().stack_size(STACK).spawn(move || waiting.into_iter().for_each(|job| job()));
        }
        Self { jobs }
    }

    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) {
        if let Err(refused) = self.jobs.send(Box::new(job)) {
            (refused.into_inner())();
        }
    }
}
