//! Where a platform's files are taken from: the disk, or a revision that Git keeps.

use std::sync::Arc;

use camino::Utf8Path;

use super::git::Revision;
use super::read;
use crate::db::Content;

/// Where a platform's files are taken from.
#[derive(Clone, Debug, Default)]
pub enum Origin {
    /// The disk as it is.
    #[default]
    Worktree,
    /// A revision; the disk is not looked at.
    Revision(Arc<Revision>),
}

/// Names, each with whether it is a folder.
pub(super) type Entries = Vec<(String, bool)>;

impl Origin {
    /// What stands at a path of the platform's folder.
    pub(super) fn read(&self, folder: &Utf8Path, path: &str) -> Content {
        match self {
            Self::Worktree => read::read(&folder.join(path)),
            Self::Revision(revision) => revision.read(path),
        }
    }

    /// The entries of a folder in the platform's folder, by name.
    pub(super) fn list(&self, folder: &Utf8Path, path: &str) -> std::io::Result<Entries> {
        match self {
            Self::Worktree => read::list(&folder.join(path)),
            Self::Revision(revision) => revision.list(path),
        }
    }
}
