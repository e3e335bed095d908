use super::args::SpeedArgs;
use super::ui;
use crate::project::Timings;

impl SpeedArgs {
    /// Takes as many threads as are asked for, for everything that follows.
    pub(super) fn begin(&self) {
        if let Some(jobs) = self.jobs {
            // It fails only where threads are at work already, and then they do the work.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs.get())).build_global();
        }
    }

    /// Says how long the stages took, if that is asked for.
    pub(super) fn end(&self, timings: &Timings) {
        if !self.timings {
            return;
        }
        let stages = timings.stages();
        let total = ("total", stages.iter().map(|(_, took)| *took).sum());
        for (stage, took) in stages.iter().chain([&total]) {
            ui::say(&format!("{stage:<12}{:>10.2} ms", took.as_secs_f64() * 1000.0));
        }
    }
}
