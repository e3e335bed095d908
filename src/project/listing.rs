//! The files that a pattern may match: those of the folder that it starts in, and below.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use camino::{Utf8Path, Utf8PathBuf};

use super::load::LoadError;
use super::origin::Origin;

/// What was found for a pattern. Paths are seen from the platform's folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    /// The folder that the pattern starts in; empty for the platform's own.
    pub start: String,
    /// The `.pf` files; which of them match is the compiler's business.
    pub files: BTreeSet<String>,
    /// The folders that were looked into.
    pub folders: BTreeSet<String>,
    /// The folders that could not be listed.
    pub unreadable: Vec<LoadError>,
}

impl Listing {
    /// Looks for the files of a pattern.
    pub(super) fn new(origin: &Origin, folder: &Utf8Path, pattern: &str) -> Self {
        let fixed = pattern.split(['*', '?', '[', '{']).next().unwrap_or("");
        let start = fixed.rfind('/').and_then(|at| fixed.get(..at)).unwrap_or("");
        let depth = if pattern.contains("**") {
            usize::MAX
        } else {
            pattern.get(start.len()..).unwrap_or("").trim_start_matches('/').matches('/').count() + 1
        };
        let mut listing = Self { start: start.to_owned(), ..Self::default() };
        listing.walk(origin, folder, start, depth);
        listing
    }

    /// The `.pf` files of a folder and, down to a depth, of those below it; hidden folders and links are passed over.
    fn walk(&mut self, origin: &Origin, folder: &Utf8Path, prefix: &str, depth: usize) {
        self.folders.insert(prefix.to_owned());
        let entries = match origin.list(folder, prefix) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return,
            Err(error) => return self.unreadable.push(refused(folder.join(prefix), &error)),
        };
        for (name, is_folder) in entries {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            if is_folder && depth > 1 && !name.starts_with('.') {
                self.walk(origin, folder, &path, depth - 1);
            } else if !is_folder && path.ends_with(".pf") {
                self.files.insert(path);
            }
        }
    }

    /// Whether something at `path`, which now is a folder or is none, may have changed what is found.
    pub(super) fn is_stale(&self, place: &Utf8Path, path: &str) -> bool {
        if self.folders.iter().any(|folder| is_at_or_below(folder, path)) {
            return true;
        }
        match place.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => is_at_or_below(path, &self.start),
            Ok(_) => path.ends_with(".pf") && !self.files.contains(path) && is_at_or_below(path, &self.start),
            Err(_) => self.files.contains(path),
        }
    }
}

/// Whether `path` is `folder` or lies below it; everything lies below the platform's folder, which is empty.
pub(super) fn is_at_or_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn refused(path: Utf8PathBuf, error: &std::io::Error) -> LoadError {
    LoadError { path, reason: error.to_string() }
}
