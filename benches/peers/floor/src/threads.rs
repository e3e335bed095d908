//! Work shared among threads, piece by piece.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Outcome;

pub(crate) fn each(count: usize, threads: usize, work: impl Fn(usize) -> Outcome<()> + Sync) -> Outcome<()> {
    let next = AtomicUsize::new(0);
    let run = || loop {
        let piece = next.fetch_add(1, Ordering::Relaxed);
        if piece >= count {
            return Ok(());
        }
        work(piece)?;
    };
    if threads < 2 {
        return run();
    }
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        started.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })
}
