//! What a run would change: the files laid beside the listing of the folder and the cache.

use std::collections::BTreeSet;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::Target;
use super::cache::{Entries, Known};
use super::inspect::{Look, Scratch};
use super::journal::Journal;
use super::outcome::{Change, Outcome, Problem};
use super::paths::{collisions, folders_above, is_plain, is_within, join, split};
use super::store::Memory;
use super::walk::{Contents, Folder, Kind, folder_above, folder_at, kind_at};
use crate::documents::OutputFile;

/// What happens to one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing.
    Leave,
    /// It is written.
    Create,
    /// It is replaced.
    Update,
    /// It goes.
    Remove,
    /// It goes without a word: an interrupted build left it.
    Sweep,
    /// It has been written, under the temporary name of this number if there is one.
    Staged(Option<u32>),
    /// It is gone.
    Gone,
}

/// A path that is wanted, or a file that is on the disk.
pub(super) struct Step<'a> {
    /// The folder from the output folder.
    pub folder: &'a str,
    /// The name in the folder.
    pub name: &'a str,
    /// What should stand there.
    pub file: Option<&'a OutputFile>,
    /// What stands there before the run.
    pub found: Option<Kind>,
    /// What the cache says of it; after [`Plan::new`], what the cache will say.
    pub known: Option<Known>,
    /// Whether the cache does not say so yet.
    pub is_news: bool,
    /// What happens.
    pub action: Action,
}

impl Step<'_> {
    /// The path from the output folder.
    pub(super) fn path(&self) -> String {
        join(self.folder, self.name)
    }

    fn change(&self) -> Option<(Change, String)> {
        let change = match self.action {
            Action::Create => Change::Create,
            Action::Update => Change::Update,
            Action::Remove => Change::Remove,
            _ => return None,
        };
        Some((change, self.path()))
    }
}

/// Everything that a run does.
pub(super) struct Plan<'a> {
    /// The folders to create, outer ones first; the output folder itself has an empty path.
    pub folders: Vec<&'a str>,
    /// The paths by folder and name.
    pub steps: Vec<Step<'a>>,
    /// The folders that an interrupted build may have emptied.
    pub suspects: BTreeSet<&'a str>,
    /// How many entries the cache had.
    remembered: usize,
}

/// A folder and a name in it.
pub(super) type Key<'a> = (&'a str, &'a str);

impl<'a> Plan<'a> {
    /// Compares the files with the disk. Reads, and changes nothing.
    pub(super) fn new(
        target: &Target,
        files: &[&'a OutputFile],
        disk: &'a [Folder],
        memory: &'a Memory,
    ) -> Result<Self, Vec<Problem>> {
        let (wanted, outside): (Vec<_>, Vec<_>) = files.iter().copied().partition(|file| is_plain(&file.path));
        let mut problems: Vec<Problem> =
            outside.iter().map(|file| Problem::Outside(file.path.as_str().into())).collect();
        let paths: Vec<&str> = wanted.iter().map(|file| file.path.as_str()).collect();
        let above = folders_above(paths.iter().copied());
        problems.extend(collisions(&paths, &above));
        problems.extend(unreadable_folders(target.folder, &above, disk, memory));
        let folders = missing_folders(target.folder, above, disk, &mut problems);
        let (mut steps, remembered) = lay_side_by_side(wanted, disk, memory.entries());
        problems.extend(decide(target, &mut steps, &memory.journal));
        problems.sort_by(|left, right| left.path().cmp(right.path()));
        let suspects = memory.journal.paths().filter_map(|path| folder_above(disk, path));
        let suspects = suspects.map(|folder| folder.path.as_str()).collect();
        if problems.is_empty() { Ok(Self { folders, steps, suspects, remembered }) } else { Err(problems) }
    }

    /// A plan that consists of these steps, by folder and name.
    pub(super) fn of_steps(folders: Vec<&'a str>, steps: Vec<Step<'a>>) -> Self {
        Self { folders, steps, suspects: BTreeSet::new(), remembered: 0 }
    }

    /// What the run changes; to be asked before it does.
    pub(super) fn outcome(&self) -> Outcome {
        let mut changes: Vec<(Change, String)> = self.steps.iter().filter_map(Step::change).collect();
        changes.sort_unstable_by(|left, right| left.1.cmp(&right.1));
        let unchanged = self.steps.iter().filter(|step| step.file.is_some() && step.action == Action::Leave).count();
        Outcome { changes, beside: vec![], unchanged, going: vec![], unknown: vec![] }
    }

    /// Whether a file of the tree will change.
    pub(super) fn changes_files(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.action, Action::Create | Action::Update | Action::Remove))
    }

    /// What the cache shall hold after the run.
    pub(super) fn entries(&self) -> impl Iterator<Item = (Key<'a>, Known)> {
        self.steps.iter().filter_map(|step| step.known.map(|known| ((step.folder, step.name), known)))
    }

    /// Whether that differs from what it holds.
    pub(super) fn is_news(&self) -> bool {
        self.steps.iter().any(|step| step.is_news) || self.entries().count() != self.remembered
    }
}

/// Folders in which nothing is wanted, but which hold files of ours that nobody can see.
fn unreadable_folders(root: &Utf8Path, wanted: &BTreeSet<&str>, disk: &[Folder], memory: &Memory) -> Vec<Problem> {
    let unreadable = disk.iter().filter_map(|folder| match &folder.contents {
        Contents::Unreadable(error) if !wanted.contains(folder.path.as_str()) => Some((&folder.path, error)),
        _ => None,
    });
    let ours = unreadable.filter(|(path, _)| {
        memory.entries().any(|((folder, _), _)| is_within(folder, path))
            || memory.journal.paths().any(|named| is_within(named, path))
    });
    ours.map(|(path, error)| Problem::io(&root.join(path), copy(error))).collect()
}

fn copy(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// The folders among `wanted` that have to be created; what stands in the way goes to `problems`.
fn missing_folders<'a>(
    root: &Utf8Path,
    wanted: BTreeSet<&'a str>,
    disk: &[Folder],
    problems: &mut Vec<Problem>,
) -> Vec<&'a str> {
    let mut missing = Vec::new();
    for path in wanted {
        match place(root.join(path), path, disk) {
            Ok(true) => {}
            Ok(false) => missing.push(path),
            Err(problem) => problems.push(problem),
        }
    }
    missing
}

/// Whether there is a folder at `path`, which is at `place` on the disk.
fn place(place: Utf8PathBuf, path: &str, disk: &[Folder]) -> Result<bool, Problem> {
    match folder_at(disk, path).map(|folder| &folder.contents) {
        Some(Contents::Listed(_)) => return Ok(true),
        Some(Contents::Platform) => return Err(Problem::Foreign(place)),
        Some(Contents::Unreadable(error)) => return Err(Problem::io(&place, copy(error))),
        None => {}
    }
    match kind_at(disk, path) {
        None => Ok(false),
        Some(Kind::Folder) => Ok(true),
        Some(Kind::Link) => Err(Problem::Symlink(place)),
        Some(Kind::File | Kind::Other) => Err(Problem::NotAFolder(place)),
    }
}

/// One step per path that is wanted or holds a file, and the number of cached entries.
fn lay_side_by_side<'a>(files: Vec<&'a OutputFile>, disk: &'a [Folder], cached: Entries<'a>) -> (Vec<Step<'a>>, usize) {
    let mut wanted: Vec<(Key, &OutputFile)> = files.into_iter().map(|file| (split(&file.path), file)).collect();
    wanted.par_sort_unstable_by_key(|(key, _)| *key);
    let mut wanted = wanted.into_iter().peekable();
    let mut found = disk.iter().flat_map(in_folder).peekable();
    let mut cached = cached.peekable();
    let (mut steps, mut remembered) = (Vec::new(), 0);
    while let Some(key) = least([wanted.peek().map(key), found.peek().map(key), cached.peek().map(key)]) {
        let file = wanted.next_if(|next| next.0 == key).map(value);
        let found = found.next_if(|next| next.0 == key).map(value);
        let known = cached.next_if(|next| next.0 == key).map(value);
        remembered += usize::from(known.is_some());
        if file.is_some() || found == Some(Kind::File) {
            let (folder, name) = key;
            steps.push(Step { folder, name, file, found, known, is_news: false, action: Action::Leave });
        }
    }
    (steps, remembered)
}

fn in_folder(folder: &Folder) -> impl Iterator<Item = (Key<'_>, Kind)> {
    folder.entries().iter().map(|entry| ((folder.path.as_str(), &*entry.name), entry.kind))
}

fn least(keys: [Option<Key>; 3]) -> Option<Key> {
    keys.into_iter().flatten().min()
}

fn key<'a, T>(pair: &(Key<'a>, T)) -> Key<'a> {
    pair.0
}

fn value<K, T>(pair: (K, T)) -> T {
    pair.1
}

/// Gives every step its action.
pub(super) fn decide(target: &Target, steps: &mut [Step], journal: &Journal) -> Vec<Problem> {
    let look = Look { target, journal };
    steps
        .par_iter_mut()
        .map_init(Scratch::default, |scratch, step| look.decide(step, scratch).err())
        .flatten()
        .collect()
}
