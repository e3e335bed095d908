//! The cache folder: the lock, the cache and the journal.

use std::fs::{self, File};
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use super::Target;
use super::cache::{self, Entries, stamp};
use super::journal::{self, Excuses};
use super::outcome::Problem;
use super::plan::Plan;

const CACHE: &str = "cache";
const JOURNAL: &str = "journal";
const LOCK: &str = "lock";

/// What earlier builds left in the cache folder.
#[derive(Default)]
pub(super) struct Memory {
    key: String,
    cache: Vec<u8>,
    /// The files that an interrupted build may have left.
    pub excuses: Excuses,
}

impl Memory {
    /// Reads what is there; what is missing, damaged or meant for another output folder is as if it were empty.
    pub(super) fn load(target: &Target) -> Self {
        let Some(folder) = target.cache else { return Self::default() };
        let key = key(target, folder);
        let journal = fs::read_to_string(folder.join(JOURNAL)).unwrap_or_default();
        let excuses = journal::decode(&journal, &key);
        Self { cache: fs::read(folder.join(CACHE)).unwrap_or_default(), excuses, key }
    }

    /// What is known of every file, by folder and name.
    pub(super) fn entries(&self) -> Entries<'_> {
        Entries::new(&self.cache, &self.key)
    }
}

/// The cache folder, locked for one build; without one, everything that is kept here is kept nowhere.
pub(super) struct Store<'a> {
    folder: Option<&'a Utf8Path>,
    key: String,
    _lock: Option<File>,
}

impl<'a> Store<'a> {
    /// Makes the folder and waits until no other build has it.
    pub(super) fn open(target: &Target<'a>) -> Result<Self, Problem> {
        let Some(folder) = target.cache else { return Ok(Self { folder: None, key: String::new(), _lock: None }) };
        let lock =
            prepare(folder).and_then(|()| lock(&folder.join(LOCK))).map_err(|error| Problem::io(folder, error))?;
        Ok(Self { folder: Some(folder), key: key(target, folder), _lock: Some(lock) })
    }

    /// Whether the next build will know of this one if it is interrupted.
    pub(super) fn keeps_journal(&self) -> bool {
        self.folder.is_some()
    }

    /// Writes down, for sure, what is going to happen.
    pub(super) fn begin(&self, plan: &Plan, memory: &Memory) -> Result<(), Problem> {
        self.replace(JOURNAL, |_| journal::encode(plan, &memory.excuses, &self.key).into_bytes(), File::sync_all)
    }

    /// Remembers what is on the disk now; with this the build is complete.
    pub(super) fn finish(&self, plan: &Plan) -> Result<(), Problem> {
        if plan.is_news() {
            self.replace(CACHE, |now| cache::encode(&self.key, now, plan.entries()), |_| Ok(()))?;
        }
        self.forget_journal()
    }

    /// Ends a build of which nothing is left on the disk. What an older one left is named by the present journal too.
    pub(super) fn abandon(&self, memory: &Memory) -> Result<(), Problem> {
        if memory.excuses.is_empty() { self.forget_journal() } else { Ok(()) }
    }

    fn forget_journal(&self) -> Result<(), Problem> {
        let Some(path) = self.folder.map(|folder| folder.join(JOURNAL)) else { return Ok(()) };
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Problem::io(&path, error)),
            _ => Ok(()),
        }
    }

    /// Writes a file of the folder in one step, from the disk's own time.
    fn replace(
        &self,
        name: &str,
        bytes: impl FnOnce(i64) -> Vec<u8>,
        settle: impl FnOnce(&File) -> io::Result<()>,
    ) -> Result<(), Problem> {
        let Some(path) = self.folder.map(|folder| folder.join(name)) else { return Ok(()) };
        replace(&path, bytes, settle).map_err(|error| Problem::io(&path, error))
    }
}

/// Waits until no build has the cache folder, and keeps the next one off for as long as the answer lives. Without a
/// lock to wait for there is nothing to wait for.
pub(super) fn wait_for_builds(folder: &Utf8Path) -> Option<File> {
    let lock = File::open(folder.join(LOCK)).ok()?;
    lock.lock_shared().ok().map(|()| lock)
}

/// How the cache names the output folder: so that it may move together with the cache.
fn key(target: &Target, folder: &Utf8Path) -> String {
    let home = folder.parent().unwrap_or(folder);
    target.folder.strip_prefix(home).unwrap_or(target.folder).to_string()
}

fn prepare(folder: &Utf8Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let ignore = folder.join(".gitignore");
    if ignore.exists() { Ok(()) } else { fs::write(ignore, "*\n") }
}

fn lock(path: &Utf8Path) -> io::Result<File> {
    let file = File::options().create(true).append(true).open(path)?;
    match file.lock() {
        Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(error),
        _ => Ok(file),
    }
}

fn replace(
    path: &Utf8Path,
    bytes: impl FnOnce(i64) -> Vec<u8>,
    settle: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    let temporary = Utf8PathBuf::from(format!("{path}.tmp"));
    let mut file = File::create(&temporary)?;
    let now = stamp(&file.metadata()?);
    file.write_all(&bytes(now))?;
    settle(&file)?;
    fs::rename(&temporary, path)
}
