use std::collections::BTreeMap;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};

use crate::project::write::Change;

/// What a build left on the disk, to tell what it did itself from what others do.
#[derive(Debug, Default)]
pub struct Written {
    known: BTreeMap<Utf8PathBuf, Standing>,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Nothing,
    Folder,
    File { size: u64, modified: Option<SystemTime>, changed: i64, number: u64 },
}

impl Written {
    /// What a build has changed: absolute paths.
    pub fn of_changes(changes: impl Iterator<Item = (Change, Utf8PathBuf)>) -> Self {
        let mut written = Self::default();
        for (change, path) in changes {
            if change == Change::Remove {
                written.remember_above(&path);
            }
            written.remember(path);
        }
        written
    }

    /// What a build that failed may have changed and taken back: all of these absolute paths, and the folders above them.
    pub fn of_attempt(paths: impl Iterator<Item = Utf8PathBuf>, root: &Utf8Path) -> Self {
        let mut written = Self::default();
        for path in paths {
            let above = path.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
            above.for_each(|folder| written.remember(folder.to_owned()));
            written.remember(path);
        }
        written
    }

    /// Whether a path is still as the build left it. Folders say nothing: what matters is in them.
    pub(super) fn is_own(&self, path: &Utf8Path) -> bool {
        let now = standing(path);
        now == Standing::Folder || self.known.get(path) == Some(&now)
    }

    /// A folder goes with the last file in it.
    fn remember_above(&mut self, path: &Utf8Path) {
        let gone = path.ancestors().skip(1).take_while(|folder| standing(folder) == Standing::Nothing);
        self.known.extend(gone.map(|folder| (folder.to_owned(), Standing::Nothing)));
    }

    fn remember(&mut self, path: Utf8PathBuf) {
        self.known.entry(path).or_insert_with_key(|path| standing(path));
    }
}

fn standing(path: &Utf8Path) -> Standing {
    match path.symlink_metadata() {
        Err(_) => Standing::Nothing,
        Ok(metadata) if metadata.is_dir() => Standing::Folder,
        Ok(metadata) => Standing::File {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            changed: changed(&metadata),
            number: number(&metadata),
        },
    }
}

#[cfg(unix)]
fn changed(metadata: &std::fs::Metadata) -> i64 {
    std::os::unix::fs::MetadataExt::ctime_nsec(metadata)
}

#[cfg(unix)]
fn number(metadata: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn changed(_: &std::fs::Metadata) -> i64 {
    0
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> u64 {
    0
}
