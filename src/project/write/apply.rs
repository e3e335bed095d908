//! Carries a plan out: first everything that can be undone, then the rest.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU32, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::cache::{Known, digest};
use super::marks::temporary_name;
use super::outcome::Problem;
use super::paths::{place, split};
use super::plan::{Action, Plan, Step};

/// Writes into one output folder.
pub(super) struct Writer<'a> {
    root: &'a Utf8Path,
    in_place: bool,
    temporaries: AtomicU32,
}

impl<'a> Writer<'a> {
    /// New files are written `in_place` if a journal tells the next build of them, which is much faster; otherwise they
    /// too get a temporary name first.
    pub(super) fn new(root: &'a Utf8Path, in_place: bool) -> Self {
        Self { root, in_place, temporaries: AtomicU32::new(0) }
    }

    /// Removes what an interrupted build left under temporary names.
    pub(super) fn sweep(&self, plan: &mut Plan) -> Result<(), Problem> {
        let mut left = plan.steps.iter_mut().filter(|step| step.action == Action::Sweep);
        left.try_for_each(|step| self.remove(step))
    }

    /// Creates the folders, the new files, and the others under temporary names; what was there stays as it is.
    pub(super) fn stage(&self, plan: &mut Plan) -> Result<(), Problem> {
        plan.folders.iter().try_for_each(|folder| self.create_folder(folder))?;
        by_folder(plan).try_for_each_init(String::new, |text, steps| {
            steps.iter_mut().try_for_each(|step| self.stage_step(step, text))
        })
    }

    /// Takes back what was staged, as far as it can be.
    pub(super) fn undo(&self, plan: &Plan) {
        self.drop_temporaries(plan);
        for step in plan.steps.iter().filter(|step| step.action == Action::Staged(None)) {
            fs::remove_file(self.place(step, None)).ok();
        }
        for folder in plan.folders.iter().rev() {
            fs::remove_dir(self.root.join(folder)).ok();
        }
    }

    /// Gives staged files their names and removes stale ones.
    pub(super) fn commit(&self, plan: &mut Plan) -> Result<(), Problem> {
        let done = by_folder(plan).try_for_each(|steps| steps.iter_mut().try_for_each(|step| self.commit_step(step)));
        self.drop_temporaries(plan);
        done
    }

    /// Removes the folders that became empty; the output folder itself stays.
    pub(super) fn remove_emptied(&self, plan: &Plan) {
        let gone = plan.steps.iter().filter(|step| step.action == Action::Gone);
        for mut folder in gone.map(|step| step.folder).collect::<BTreeSet<&str>>() {
            // The system removes no folder that holds anything.
            while !folder.is_empty() && fs::remove_dir(self.root.join(folder)).is_ok() {
                folder = split(folder).0;
            }
        }
    }

    fn create_folder(&self, folder: &str) -> Result<(), Problem> {
        let place = self.root.join(folder);
        let created = if folder.is_empty() { fs::create_dir_all(&place) } else { fs::create_dir(&place) };
        created.map_err(|error| Problem::io(&place, error))
    }

    fn stage_step(&self, step: &mut Step, text: &mut String) -> Result<(), Problem> {
        let number = match step.action {
            Action::Create if self.in_place => None,
            Action::Create | Action::Update => Some(self.temporaries.fetch_add(1, Ordering::Relaxed)),
            _ => return Ok(()),
        };
        let is_update = step.action == Action::Update;
        text.clear();
        step.file.iter().for_each(|file| file.render(text));
        let place = self.place(step, number);
        create(step, &place, number, text.as_bytes()).map_err(|error| Problem::io(&place, error))?;
        // Nothing stands there yet, so that even this can be undone.
        if is_update { Ok(()) } else { number.map_or(Ok(()), |number| self.rename(step, number)) }
    }

    fn commit_step(&self, step: &mut Step) -> Result<(), Problem> {
        match step.action {
            Action::Staged(Some(number)) => self.rename(step, number),
            Action::Remove => self.remove(step),
            _ => Ok(()),
        }
    }

    fn rename(&self, step: &mut Step, number: u32) -> Result<(), Problem> {
        let place = self.place(step, None);
        let renamed = fs::rename(self.place(step, Some(number)), &place).and_then(|()| place.symlink_metadata());
        let metadata = renamed.map_err(|error| Problem::io(&place, error))?;
        step.known = step.known.map(|known| Known::new(&metadata, known.digest));
        step.action = Action::Staged(None);
        Ok(())
    }

    fn remove(&self, step: &mut Step) -> Result<(), Problem> {
        let place = self.place(step, None);
        fs::remove_file(&place).map_err(|error| Problem::io(&place, error))?;
        step.action = Action::Gone;
        Ok(())
    }

    fn drop_temporaries(&self, plan: &Plan) {
        for step in &plan.steps {
            if let Action::Staged(Some(number)) = step.action {
                fs::remove_file(self.place(step, Some(number))).ok();
            }
        }
    }

    /// Where the step's file is, or where it waits under a temporary name.
    fn place(&self, step: &Step, temporary: Option<u32>) -> Utf8PathBuf {
        match temporary {
            Some(number) => place(self.root, step.folder, &temporary_name(number)),
            None => place(self.root, step.folder, step.name),
        }
    }
}

/// The steps of one folder go to one thread, for the system locks a folder while a name in it changes.
fn by_folder<'p, 'a>(plan: &'p mut Plan<'a>) -> impl ParallelIterator<Item = &'p mut [Step<'a>]> {
    plan.steps.par_chunk_by_mut(|left, right| left.folder == right.folder)
}

/// Writes a file that must not be there yet; from then on the step is staged, even if its text can't be written.
fn create(step: &mut Step, place: &Utf8Path, number: Option<u32>, text: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(place)?;
    step.action = Action::Staged(number);
    file.write_all(text)?;
    step.known = Some(Known::new(&file.metadata()?, digest(text)));
    step.is_news = true;
    Ok(())
}
