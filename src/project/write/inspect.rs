//! Looks at one path and decides what happens to it.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::Target;
use super::cache::{Digest, Known, digest};
use super::journal::{Excuse, Journal};
use super::marks::{HEAD, is_cut_short, is_ours, is_temporary};
use super::outcome::Problem;
use super::paths::{is_within, place};
use super::plan::{Action, Step};
use super::walk::Kind;
use crate::documents::OutputFile;
use crate::project::disk::Disk;

/// What a decision depends on beside the path itself.
pub(super) struct Look<'a> {
    pub target: &'a Target<'a>,
    pub journal: &'a Journal,
}

/// Buffers that one thread uses for many files.
#[derive(Default)]
pub(super) struct Scratch {
    wanted: String,
    found: Vec<u8>,
}

/// Whose a file is.
enum Owner {
    /// Ours, and nothing is lost with it.
    Ours,
    /// Ours, cut short.
    Partial,
    /// Ours, and changed by someone.
    Edited,
    /// Someone's.
    Foreign,
}

impl Look<'_> {
    /// Sets the step's action, and what the cache will say of the path.
    pub(super) fn decide(&self, step: &mut Step, scratch: &mut Scratch) -> Result<(), Problem> {
        match (step.file, step.found) {
            (Some(_), None) => step.action = Action::Create,
            (Some(file), Some(Kind::File)) => return self.decide_wanted(step, file, scratch),
            (Some(_), Some(Kind::Link)) => return Err(Problem::Symlink(self.place(step))),
            (Some(_), Some(_)) => return Err(Problem::NotAFile(self.place(step))),
            (None, _) if is_temporary(step.name) => step.action = Action::Sweep,
            (None, _) => return self.decide_unwanted(step, scratch),
        }
        Ok(())
    }

    fn decide_wanted(&self, step: &mut Step, file: &OutputFile, scratch: &mut Scratch) -> Result<(), Problem> {
        let place = self.place(step);
        let metadata = self.target.disk.metadata(&place).map_err(|error| Problem::io(&place, error))?;
        let wanted = Known::new(&metadata, self.digest(scratch.render(file)));
        match step.known.filter(|known| known.describes(&metadata) && !self.target.verify) {
            Some(known) if known == wanted => return Ok(()),
            Some(_) => step.action = Action::Update,
            None => step.action = self.compare(step, place, scratch)?,
        }
        step.known = Some(wanted);
        step.is_news = true;
        Ok(())
    }

    /// Whether a file that has to be read is left or replaced.
    fn compare(&self, step: &Step, place: Utf8PathBuf, scratch: &mut Scratch) -> Result<Action, Problem> {
        scratch.read(self.target.disk, &place, u64::MAX).map_err(|error| Problem::io(&place, error))?;
        if scratch.found == scratch.wanted.as_bytes() {
            return Ok(Action::Leave);
        }
        match self.owner(step, &scratch.found) {
            Owner::Ours | Owner::Partial => Ok(Action::Update),
            Owner::Edited => Err(Problem::Edited(place)),
            Owner::Foreign => Err(Problem::Foreign(place)),
        }
    }

    fn decide_unwanted(&self, step: &mut Step, scratch: &mut Scratch) -> Result<(), Problem> {
        let is_removable = self.is_removable(step);
        if !is_removable && self.excuses(step).is_empty() {
            return Ok(());
        }
        let place = self.place(step);
        match self.owner_of_unwanted(step, &place, scratch)? {
            Owner::Edited if is_removable => return Err(Problem::Edited(place)),
            Owner::Ours if is_removable => step.action = Action::Remove,
            Owner::Partial => step.action = Action::Remove,
            // What the cache says shows the edit to the build that wants the file, or wants it gone.
            Owner::Edited => return Ok(()),
            Owner::Ours => return self.learn(step, &place, scratch),
            Owner::Foreign => {}
        }
        step.known = None;
        Ok(())
    }

    /// The journal will be forgotten, so the cache has to say what an interrupted build gave a file.
    fn learn(&self, step: &mut Step, place: &Utf8Path, scratch: &Scratch) -> Result<(), Problem> {
        let metadata = self.target.disk.metadata(place).map_err(|error| Problem::io(place, error))?;
        if let Some(known) = step.known.filter(|known| !known.describes(&metadata)) {
            step.known = Some(Known::new(&metadata, digest(&scratch.found)));
            step.is_news = step.known != Some(known);
        }
        Ok(())
    }

    /// Reads no more of a file than it takes: there may be many large ones that are not ours.
    fn owner_of_unwanted(&self, step: &Step, place: &Utf8Path, scratch: &mut Scratch) -> Result<Owner, Problem> {
        let disk = self.target.disk;
        let Some(known) = step.known else {
            return match scratch.read(disk, place, HEAD as u64) {
                Ok(()) => Ok(self.owner(step, &scratch.found)),
                Err(_) if self.excuses(step).is_empty() => Ok(Owner::Foreign),
                Err(error) => Err(Problem::io(place, error)),
            };
        };
        let metadata = disk.metadata(place).map_err(|error| Problem::io(place, error))?;
        if known.describes(&metadata) {
            return Ok(Owner::Ours);
        }
        scratch.read(disk, place, u64::MAX).map_err(|error| Problem::io(place, error))?;
        Ok(self.owner(step, &scratch.found))
    }

    /// Whose the file with this text is; of a file that the cache does not know, the beginning is enough.
    fn owner(&self, step: &Step, found: &[u8]) -> Owner {
        let excuses = self.excuses(step);
        // A disk that lost its power may leave a new file empty; there is nothing in it to lose.
        let is_husk = found.is_empty() && step.known.is_some();
        match is_ours(found) {
            false if is_husk || excuses.contains(&Excuse::Partial) && is_cut_short(found) => Owner::Partial,
            false => Owner::Foreign,
            true if self.is_as_written(step.known, excuses, found) => Owner::Ours,
            true => Owner::Edited,
        }
    }

    fn is_as_written(&self, known: Option<Known>, excuses: &[Excuse], found: &[u8]) -> bool {
        if self.target.force || known.is_none() || excuses.contains(&Excuse::Partial) {
            return true;
        }
        let found = digest(found);
        known.is_some_and(|known| known.digest == found) || excuses.contains(&Excuse::Written(found))
    }

    /// The digest for the cache, if there is one.
    fn digest(&self, text: &[u8]) -> Digest {
        if self.target.cache.is_some() { digest(text) } else { Digest::default() }
    }

    fn excuses(&self, step: &Step) -> &[Excuse] {
        if self.journal.is_empty() { &[] } else { self.journal.excuses(&step.path()) }
    }

    fn is_removable(&self, step: &Step) -> bool {
        self.target.within.is_none_or(|prefixes| {
            let path = step.path();
            prefixes.iter().any(|prefix| is_within(&path, prefix))
        })
    }

    fn place(&self, step: &Step) -> Utf8PathBuf {
        place(self.target.folder, step.folder, step.name)
    }
}

impl Scratch {
    fn render(&mut self, file: &OutputFile) -> &[u8] {
        self.wanted.clear();
        file.render(&mut self.wanted);
        self.wanted.as_bytes()
    }

    fn read(&mut self, disk: &dyn Disk, path: &Utf8Path, limit: u64) -> io::Result<()> {
        self.found.clear();
        disk.read(path, limit, &mut self.found)
    }
}
