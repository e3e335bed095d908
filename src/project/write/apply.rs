//! Carries a plan out: first everything that can be undone, then the rest.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::cache::{Known, digest};
use super::marks::temporary_name;
use super::outcome::Problem;
use super::paths::{place, split};
use super::plan::{Action, Plan, Step};
use crate::project::disk::{Disk, create_folders, gone};

/// Writes into one output folder.
pub(super) struct Writer<'a> {
    disk: &'a dyn Disk,
    root: &'a Utf8Path,
    in_place: bool,
    temporaries: AtomicU32,
    /// The folders that were created, outer ones first.
    created: Vec<Utf8PathBuf>,
}

impl<'a> Writer<'a> {
    /// New files are written `in_place` if a journal tells the next build of them, which is much faster; otherwise they
    /// too get a temporary name first.
    pub(super) fn new(disk: &'a dyn Disk, root: &'a Utf8Path, in_place: bool) -> Self {
        Self { disk, root, in_place, temporaries: AtomicU32::new(0), created: vec![] }
    }

    /// Removes what an interrupted build left under temporary names.
    pub(super) fn sweep(&self, plan: &mut Plan) -> Result<(), Problem> {
        let mut left = plan.steps.iter_mut().filter(|step| step.action == Action::Sweep);
        left.try_for_each(|step| self.remove(step))
    }

    /// Creates the folders, the new files, and the others under temporary names; what was there stays as it is.
    pub(super) fn stage(&mut self, plan: &mut Plan) -> Result<(), Problem> {
        plan.folders.iter().try_for_each(|folder| self.create_folder(folder))?;
        let writer = &*self;
        by_folder(plan).try_for_each_init(String::new, |text, steps| {
            steps.iter_mut().try_for_each(|step| writer.stage_step(step, text))
        })
    }

    /// Takes back what was staged; fails if something of it stays.
    pub(super) fn undo(&self, plan: &Plan) -> io::Result<()> {
        let new = plan.steps.iter().filter(|step| step.action == Action::Staged(None));
        let removed = new.map(|step| gone(self.disk.remove(&self.place(step, None))));
        let removed = removed.fold(self.drop_temporaries(plan), Result::and);
        let emptied = self.created.iter().rev().map(|folder| self.disk.remove_folder(folder));
        emptied.fold(removed, Result::and)
    }

    /// Gives staged files their names and removes stale ones.
    pub(super) fn commit(&self, plan: &mut Plan) -> Result<(), Problem> {
        let done = by_folder(plan).try_for_each(|steps| steps.iter_mut().try_for_each(|step| self.commit_step(step)));
        if done.is_err() {
            // The next build removes what stays.
            let _ = self.drop_temporaries(plan);
        }
        done
    }

    /// Removes the folders that became empty, now or in an interrupted build; the output folder itself stays.
    pub(super) fn remove_emptied(&self, plan: &Plan) -> Result<(), Problem> {
        let gone = plan.steps.iter().filter(|step| step.action == Action::Gone).map(|step| step.folder);
        for mut folder in gone.chain(plan.suspects.iter().copied()).collect::<BTreeSet<&str>>() {
            while !folder.is_empty() && self.remove_if_empty(folder)? {
                folder = split(folder).0;
            }
        }
        Ok(())
    }

    /// Whether the folder is gone.
    fn remove_if_empty(&self, folder: &str) -> Result<bool, Problem> {
        let place = self.root.join(folder);
        match self.disk.remove_folder(&place).map_err(|error| (error.kind(), error)) {
            Ok(()) | Err((io::ErrorKind::NotFound, _)) => Ok(true),
            // The system removes no folder that holds anything, or on which another disk is mounted.
            Err((io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists | io::ErrorKind::ResourceBusy, _)) => {
                Ok(false)
            }
            Err((_, error)) => Err(Problem::io(&place, error)),
        }
    }

    fn create_folder(&mut self, folder: &str) -> Result<(), Problem> {
        if folder.is_empty() {
            return create_folders(self.disk, self.root, &mut self.created).map_err(Problem::refused);
        }
        let place = self.root.join(folder);
        self.disk.create_folder(&place).map_err(|error| Problem::io(&place, error))?;
        self.created.push(place);
        Ok(())
    }

    fn stage_step(&self, step: &mut Step, text: &mut String) -> Result<(), Problem> {
        let number = match step.action {
            Action::Create if self.in_place => None,
            Action::Create | Action::Update => Some(self.temporaries.fetch_add(1, Ordering::Relaxed)),
            _ => return Ok(()),
        };
        let is_new = step.action == Action::Create;
        text.clear();
        step.file.iter().for_each(|file| file.render(text));
        let place = self.place(step, number);
        let created = self.create(step, &place, number, text.as_bytes());
        created.map_err(|error| Problem::io(&self.place(step, None), error))?;
        // Nothing stands there yet, so that even this can be undone.
        number.filter(|_| is_new).map_or(Ok(()), |number| self.rename_new(step, number))
    }

    fn commit_step(&self, step: &mut Step) -> Result<(), Problem> {
        match step.action {
            Action::Staged(Some(number)) => self.rename(step, number),
            Action::Remove => self.remove(step),
            _ => Ok(()),
        }
    }

    /// Writes a file that must not be there yet; from then on the step is staged, even if its text can't be written.
    fn create(&self, step: &mut Step, place: &Utf8Path, number: Option<u32>, text: &[u8]) -> io::Result<()> {
        let mut file = self.disk.create(place)?;
        step.action = Action::Staged(number);
        self.disk.write(place, &mut file, text)?;
        step.known = Some(Known::new(&self.disk.metadata_of(place, &file)?, digest(text)));
        step.is_news = true;
        Ok(())
    }

    /// Nothing goes that took the name since the folder was listed, or that this disk takes for the same name.
    fn rename_new(&self, step: &mut Step, number: u32) -> Result<(), Problem> {
        let place = self.place(step, None);
        match self.disk.metadata(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.rename(step, number),
            Err(error) => Err(Problem::io(&place, error)),
            Ok(_) => Err(Problem::io(&place, io::ErrorKind::AlreadyExists.into())),
        }
    }

    fn rename(&self, step: &mut Step, number: u32) -> Result<(), Problem> {
        let place = self.place(step, None);
        self.disk.rename(&self.place(step, Some(number)), &place).map_err(|error| Problem::io(&place, error))?;
        step.action = Action::Staged(None);
        let metadata = self.disk.metadata(&place).map_err(|error| Problem::io(&place, error))?;
        step.known = step.known.map(|known| Known::new(&metadata, known.digest));
        Ok(())
    }

    fn remove(&self, step: &mut Step) -> Result<(), Problem> {
        let place = self.place(step, None);
        self.disk.remove(&place).map_err(|error| Problem::io(&place, error))?;
        step.action = Action::Gone;
        Ok(())
    }

    fn drop_temporaries(&self, plan: &Plan) -> io::Result<()> {
        let waiting = plan.steps.iter().filter_map(|step| match step.action {
            Action::Staged(Some(number)) => Some(self.place(step, Some(number))),
            _ => None,
        });
        waiting.map(|place| gone(self.disk.remove(&place))).fold(Ok(()), Result::and)
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
