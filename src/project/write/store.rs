//! The cache folder: the lock, the cache and the journal.

use std::fs::File;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashSet;

use super::Target;
use super::cache::{Digest, Entries, Known, encode, mark, stamp};
use super::journal::Journal;
use super::outcome::Problem;
use super::paths::settled;
use super::plan::{Key, Plan};
use crate::project::disk::{self, Disk, create_folders, gone};

const CACHE: &str = "cache";
const JOURNAL: &str = "journal";
const LOCK: &str = "lock";
const IGNORE: &str = ".gitignore";

/// What earlier builds left in the cache folder.
#[derive(Default)]
pub(super) struct Memory {
    /// How the cache names the output folder.
    pub key: String,
    /// What tells the cache from others.
    pub mark: Digest,
    cache: Vec<u8>,
    /// What an interrupted build may have left.
    pub journal: Journal,
}

impl Memory {
    /// Reads what is there; what is missing, damaged or meant for another output folder is as if it were empty. What is
    /// there and can't be read is a problem, for it may tell of edits by hand.
    pub(super) fn load(target: &Target) -> Result<Self, Problem> {
        let Some(folder) = target.cache else { return Ok(Self::default()) };
        let key = key(target, folder)?;
        let cache = read(target.disk, &folder.join(CACHE))?;
        let text = read(target.disk, &folder.join(JOURNAL))?;
        let journal = Journal::decode(&String::from_utf8(text).unwrap_or_default(), &key, &cache);
        Ok(Self { key, mark: mark(&cache), cache, journal })
    }

    /// What is left on the disk by a build of this process, which has no need of the entries.
    pub(super) fn new(key: &str, mark: Digest, journal: Journal) -> Self {
        Self { key: key.to_owned(), mark, cache: vec![], journal }
    }

    /// What is known of every file, by folder and name.
    pub(super) fn entries(&self) -> Entries<'_> {
        Entries::new(&self.cache, &self.key)
    }
}

/// What shows whether another process has built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Seal {
    cache: Option<Known>,
    journal: Option<Known>,
}

/// The cache folder, locked for one build; without one, everything that is kept here is kept nowhere.
pub(super) struct Store<'a> {
    disk: &'a dyn Disk,
    folder: Option<&'a Utf8Path>,
    _lock: Option<File>,
}

impl<'a> Store<'a> {
    /// Makes the folder and waits until no other build has it.
    pub(super) fn open(target: &Target<'a>) -> Result<Self, Problem> {
        let Some(folder) = target.cache else { return Ok(Self { disk: target.disk, folder: None, _lock: None }) };
        create_folders(target.disk, folder, &mut vec![]).map_err(Problem::refused)?;
        let path = folder.join(LOCK);
        let lock = target.disk.lock(&path).map_err(|error| Problem::io(&path, error))?;
        let store = Self { disk: target.disk, folder: Some(folder), _lock: Some(lock) };
        store.tidy(folder).map(|()| store)
    }

    /// Whether the next build will know of this one if it is interrupted.
    pub(super) fn keeps_journal(&self) -> bool {
        self.folder.is_some()
    }

    /// Writes down, for sure, what is going to happen.
    pub(super) fn begin(&self, plan: &Plan, memory: &Memory) -> Result<(), Problem> {
        let text = |_| memory.journal.encode(plan, &memory.key, memory.mark).into_bytes();
        self.replace(JOURNAL, text, |path, file| self.disk.sync(path, file))
    }

    /// Remembers what is on the disk now; with this the build is complete. Gives the mark of the cache.
    pub(super) fn finish(&self, plan: &Plan, memory: &Memory) -> Result<Digest, Problem> {
        let is_news = plan.is_news();
        let renewed = is_news.then(|| self.renew(&memory.key, plan.entries())).transpose()?;
        self.forget_journal()?;
        Ok(renewed.unwrap_or(memory.mark))
    }

    /// Writes into the cache what has changed since it was written, and forgets the journal. Gives the cache's mark.
    pub(super) fn amend(
        &self,
        memory: &Memory,
        changed: &FxHashSet<Key>,
        news: &[(Key, Known)],
    ) -> Result<Digest, Problem> {
        let Some(path) = self.folder.map(|folder| folder.join(CACHE)) else { return Ok(memory.mark) };
        let bytes = read(self.disk, &path)?;
        let mut entries: Vec<(Key, Known)> =
            Entries::new(&bytes, &memory.key).filter(|(key, _)| !changed.contains(key)).collect();
        entries.extend_from_slice(news);
        entries.sort_by_key(|(key, _)| *key);
        let mark = self.renew(&memory.key, entries.into_iter())?;
        self.forget_journal().map(|()| mark)
    }

    /// How the cache and the journal lie on the disk, unless that can't be seen.
    pub(super) fn seal(&self) -> Option<Seal> {
        let [cache, journal] = [CACHE, JOURNAL].map(|name| match self.disk.metadata(&self.folder?.join(name)) {
            Ok(metadata) => Some(Some(Known::new(&metadata, Digest::default()))),
            Err(error) => (error.kind() == io::ErrorKind::NotFound).then_some(None),
        });
        Some(Seal { cache: cache?, journal: journal? })
    }

    fn renew<'e>(&self, key: &str, entries: impl Iterator<Item = (Key<'e>, Known)>) -> Result<Digest, Problem> {
        let mut renewed = Digest::default();
        let bytes = |now| {
            let bytes = encode(key, now, entries);
            renewed = mark(&bytes);
            bytes
        };
        self.replace(CACHE, bytes, |_, _| Ok(())).map(|()| renewed)
    }

    /// Ends a build of which nothing is left on the disk. What an older one left is named by the present journal too.
    pub(super) fn abandon(&self, memory: &Memory) -> Result<(), Problem> {
        if memory.journal.is_empty() { self.forget_journal() } else { Ok(()) }
    }

    fn forget_journal(&self) -> Result<(), Problem> {
        let Some(path) = self.folder.map(|folder| folder.join(JOURNAL)) else { return Ok(()) };
        gone(self.disk.remove(&path)).map_err(|error| Problem::io(&path, error))
    }

    /// Removes what an interrupted build left half-written here, and keeps Git away.
    fn tidy(&self, folder: &Utf8Path) -> Result<(), Problem> {
        for name in [CACHE, JOURNAL, IGNORE] {
            let path = temporary(&folder.join(name));
            gone(self.disk.remove(&path)).map_err(|error| Problem::io(&path, error))?;
        }
        let ignore = folder.join(IGNORE);
        match self.disk.metadata(&ignore) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.replace(IGNORE, |_| b"*\n".to_vec(), |_, _| Ok(()))
            }
            Err(error) => Err(Problem::io(&ignore, error)),
        }
    }

    /// Writes a file of the folder in one step, from the disk's own time.
    fn replace(
        &self,
        name: &str,
        bytes: impl FnOnce(i64) -> Vec<u8>,
        settle: impl FnOnce(&Utf8Path, &File) -> io::Result<()>,
    ) -> Result<(), Problem> {
        let Some(path) = self.folder.map(|folder| folder.join(name)) else { return Ok(()) };
        let beside = temporary(&path);
        let fill = |file: &mut File| {
            let now = stamp(&self.disk.metadata_of(&beside, file)?);
            self.disk.write(&beside, file, &bytes(now))?;
            settle(&beside, file)
        };
        disk::replace(self.disk, &beside, &path, fill).map_err(|error| Problem::io(&path, error))
    }
}

/// Waits until no build has the cache folder, and keeps the next one off for as long as the answer lives. Without a
/// lock to wait for there is nothing to wait for.
pub(super) fn wait_for_builds(target: &Target) -> Result<Option<File>, Problem> {
    let Some(path) = target.cache.map(|folder| folder.join(LOCK)) else { return Ok(None) };
    match target.disk.lock_to_read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::io(&path, error)),
        Ok(lock) => Ok(Some(lock)),
    }
}

/// How the cache names the output folder: so that it may move together with the cache, and however its path is spelled.
fn key(target: &Target, folder: &Utf8Path) -> Result<String, Problem> {
    let settled = |path: &Utf8Path| settled(target.disk, path).map_err(Problem::refused);
    let (output, home) = (settled(target.folder)?, settled(folder)?);
    let home = home.parent().unwrap_or(folder);
    Ok(output.strip_prefix(home).unwrap_or(&output).to_string())
}

fn read(disk: &dyn Disk, path: &Utf8Path) -> Result<Vec<u8>, Problem> {
    let mut bytes = vec![];
    gone(disk.read(path, u64::MAX, &mut bytes)).map_err(|error| Problem::io(path, error))?;
    Ok(bytes)
}

fn temporary(path: &Utf8Path) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{path}.tmp"))
}
