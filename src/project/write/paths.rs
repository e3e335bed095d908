//! Paths from the output folder: their parts, and which of them can be written.

use std::collections::BTreeSet;
use std::hash::BuildHasher as _;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

use super::marks::{is_reserved, is_temporary};
use super::outcome::Problem;
use crate::project::disk::{Disk, Refusal};

/// The folder and the name of a path; the folder of a path without `/` is empty.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The path of `name` in `folder`.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Where `name` in `folder` is on the disk.
pub(super) fn place(root: &Utf8Path, folder: &str, name: &str) -> Utf8PathBuf {
    let mut place = String::with_capacity(root.as_str().len() + folder.len() + name.len() + 2);
    for part in [root.as_str(), folder, name] {
        let needs_slash = !place.is_empty() && !part.is_empty() && !place.ends_with('/');
        place.push_str(if needs_slash { "/" } else { "" });
        place.push_str(part);
    }
    Utf8PathBuf::from(place)
}

/// Whether `path` is `prefix` or lies below it.
pub(super) fn is_within(path: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || prefix.is_empty() || rest.starts_with('/'))
}

/// The one spelling of an absolute path: without `.` and `..`, and without links on the way to it. Whether there is
/// something at its end, and what, changes nothing.
///
/// # Errors
/// The folder on the way that the disk refuses to look at, and why.
pub fn settled(disk: &dyn Disk, path: &Utf8Path) -> Result<Utf8PathBuf, Refusal> {
    let path: Utf8PathBuf = path.components().collect();
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return disk.resolve(&path).map_err(|error| (path, error));
    };
    match disk.resolve(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(settled(disk, folder)?.join(name)),
        resolved => resolved.map(|found| found.join(name)).map_err(|error| (folder.to_owned(), error)),
    }
}

/// Whether a path can be written: relative, plain on every system, and without a reserved part.
pub(super) fn is_plain(path: &str) -> bool {
    let has_drive = path.as_bytes().get(1) == Some(&b':');
    !has_drive && !path.contains('\\') && !path.contains(char::is_control) && path.split('/').all(is_plain_part)
}

fn is_plain_part(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && !is_reserved(part) && !is_temporary(part)
}

/// All folders above `paths`, the output folder (empty) among them.
pub(super) fn folders_above<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut folders = BTreeSet::new();
    for path in paths {
        let mut folder = split(path).0;
        while folders.insert(folder) && !folder.is_empty() {
            folder = split(folder).0;
        }
    }
    folders
}

/// The pairs of files and folders that are one on a disk that ignores case.
pub(super) fn collisions(files: &[&str], folders: &BTreeSet<&str>) -> Vec<Problem> {
    let folders: Vec<&str> = folders.iter().copied().collect();
    let mut hashed: Vec<(u64, &str)> =
        files.par_iter().chain(&folders).map(|path| (folded_hash(path), *path)).collect();
    hashed.par_sort_unstable();
    let pairs = hashed.iter().zip(hashed.iter().skip(1)).filter(|(left, right)| left.0 == right.0);
    pairs.filter_map(|(left, right)| collision(left.1, right.1)).collect()
}

fn folded_hash(path: &str) -> u64 {
    FxBuildHasher.hash_one(path.to_lowercase())
}

fn collision(left: &str, right: &str) -> Option<Problem> {
    let is_one = left.to_lowercase() == right.to_lowercase();
    is_one.then(|| Problem::Collision(Utf8PathBuf::from(left), Utf8PathBuf::from(right)))
}
