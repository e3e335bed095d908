//! `platformc watch`: builds whenever something changes that the platform is made of.
//!
//! The thread of the command hears of changes and brings the database up to date, which cancels what is computed from
//! the old state; `job` compiles and writes on a thread of its own, and is never cancelled while it writes.

mod job;
mod screen;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use salsa::Database as _;

use super::args::WatchArgs;
use super::ui;
use crate::project::watch::{Batch, News, Reporter, Watch};
use crate::project::write::Kept;
use crate::project::{Project, Refreshed, find};
use job::{Answer, Done, Job};
use screen::Screen;

/// Ended by a signal, as shells say it.
const INTERRUPTED: u8 = 130;

/// `platformc watch`
pub(super) fn run(arguments: &WatchArgs) -> u8 {
    let main = match find(arguments.file.as_deref(), &ui::here()) {
        Ok(main) => settled(main),
        Err(error) => return ui::refuse(&error),
    };
    let watch = match Watch::new() {
        Ok(watch) => watch,
        Err(error) => return ui::fail(ui::DISK, &format!("nothing can be watched: {error}")),
    };
    stop_on_signals(watch.reporter());
    let out = arguments.out.as_ref().map(|out| ui::here().join(out));
    Session::new(&main, watch, out, arguments.force).run()
}

/// The system tells of changes by paths without links.
fn settled(main: Utf8PathBuf) -> Utf8PathBuf {
    let folder = main.parent().and_then(|folder| folder.canonicalize_utf8().ok());
    folder.zip(main.file_name()).map(|(folder, name)| folder.join(name)).unwrap_or(main)
}

/// The first signal ends the command when nothing is written any more, the second at once.
fn stop_on_signals(reporter: Reporter<Answer>) {
    let is_asked = AtomicBool::new(false);
    let heard = move || {
        if is_asked.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
        reporter.stop();
    };
    // Where it can't be heard, the signal ends the process, and the next build mends what that leaves.
    let _ = ctrlc::set_handler(heard);
}

/// A platform that is being watched.
struct Session {
    project: Project,
    watch: Watch<Answer>,
    screen: Screen,
    out: Option<Utf8PathBuf>,
    force: bool,
    /// What was written.
    kept: Arc<Mutex<Kept>>,
    /// Whether others may have changed that without being heard.
    looks_again: bool,
    /// What compiles and writes at present.
    worker: Option<JoinHandle<()>>,
    /// Whether its result is old already.
    is_stale: bool,
    /// Whether the last build failed by something that no source is to blame for.
    may_retry: bool,
    /// Whether a text has changed since the last result.
    is_edited: bool,
    since: Instant,
}

impl Session {
    fn new(main: &Utf8Path, watch: Watch<Answer>, out: Option<Utf8PathBuf>, force: bool) -> Self {
        Self {
            project: Project::new(main),
            watch,
            screen: Screen::new(main),
            out,
            force,
            kept: Arc::default(),
            looks_again: true,
            worker: None,
            is_stale: false,
            may_retry: false,
            is_edited: true,
            since: Instant::now(),
        }
    }

    fn run(mut self) -> u8 {
        self.screen.begin();
        self.follow();
        self.start();
        loop {
            match self.watch.next(&self.project, self.worker.is_some()) {
                News::Disk(batch) => self.changed(&batch),
                News::Done(answer) => self.answered(answer),
                News::Stop => return self.stop(),
            }
        }
    }

    fn changed(&mut self, batch: &Batch) {
        self.since = Instant::now();
        let refreshed = self.project.refresh(&batch.sources);
        let followed = self.follow();
        self.is_edited |= refreshed.texts;
        self.looks_again |= batch.tree || self.may_retry;
        if refreshed.anything || followed || batch.tree || self.may_retry {
            self.start();
        }
    }

    /// Watches what the platform is made of now, and looks again where it was not watched before.
    fn follow(&mut self) -> bool {
        let mut all = Refreshed::default();
        loop {
            let fresh = self.watch.follow(&self.project);
            self.looks_again |= self.watch.takes_unwatched();
            if fresh.paths.is_empty() && !fresh.everything {
                self.is_edited |= all.texts;
                return all.anything;
            }
            let refreshed = self.project.refresh(&fresh);
            all.anything |= refreshed.anything;
            all.texts |= refreshed.texts;
        }
    }

    /// Compiles and writes, now or when the present job is over.
    fn start(&mut self) {
        if self.worker.is_some() {
            self.is_stale = true;
            return;
        }
        let job = Job {
            question: self.project.question(),
            home: self.project.folder.clone(),
            out: self.out.clone(),
            force: self.force,
            kept: Arc::clone(&self.kept),
            is_watched: !self.looks_again && self.watch.refused().is_none(),
            known: self.watch.tree().folder.clone(),
            since: self.since,
        };
        match job.spawn(self.watch.reporter()) {
            Ok(worker) => self.worker = Some(worker),
            Err(error) => {
                self.may_retry = true;
                self.screen.trouble(&format!("error: no thread can be started: {error}"));
            }
        }
    }

    fn answered(&mut self, answer: Answer) {
        self.worker = None;
        let was_stale = std::mem::take(&mut self.is_stale);
        match answer {
            Answer::Lacks(survey) if !was_stale => {
                self.project.provide(&survey);
                self.follow();
                self.start();
            }
            Answer::Lacks(_) | Answer::Cancelled => self.start(),
            Answer::Done(done) => self.done(*done, was_stale),
        }
    }

    fn done(&mut self, done: Done, was_stale: bool) {
        self.may_retry = done.may_retry;
        if let Some(written) = done.written {
            self.watch.wrote(written);
        }
        if let Some(tree) = done.tree {
            self.watch.expect(tree);
        }
        let has_written = done.said.summary.is_some();
        self.looks_again &= !has_written;
        let is_stale = self.follow() || was_stale;
        self.screen.warn(self.watch.refused());
        // What is wrong with an old state is mended perhaps; what was written, was.
        if !is_stale || has_written {
            self.screen.show(&done.said, std::mem::take(&mut self.is_edited));
        }
        if is_stale {
            self.start();
        }
    }

    /// Ends what is computed, and waits for what is written.
    fn stop(mut self) -> u8 {
        self.project.database.trigger_cancellation();
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
        // The process ends with it, and that frees all at once.
        std::mem::forget(self);
        INTERRUPTED
    }
}
