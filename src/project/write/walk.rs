//! What the output folder holds; links are seen and never followed.

use std::fs::FileType;
use std::io;

use camino::Utf8Path;
use rayon::prelude::*;

use super::marks::is_reserved;
use super::outcome::Problem;
use super::paths::{join, split};
use crate::project::disk::Disk;

/// A folder on the disk.
pub(super) struct Folder {
    /// Its path from the output folder.
    pub path: String,
    /// What is in it.
    pub contents: Contents,
}

/// What is known of a folder's inside.
pub(super) enum Contents {
    /// Its entries by name; names that are not UTF-8 or reserved are left out.
    Listed(Vec<Entry>),
    /// It holds a platform of its own, whose files are not ours to judge.
    Platform,
    /// It can't be listed.
    Unreadable(io::Error),
}

/// One entry of a folder.
pub(super) struct Entry {
    pub name: Box<str>,
    pub kind: Kind,
}

/// What an entry is; links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    /// A pipe, a socket or a device.
    Other,
}

impl Folder {
    /// Its entries by name, as far as they are known.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.contents {
            Contents::Listed(entries) => entries,
            Contents::Platform | Contents::Unreadable(_) => &[],
        }
    }
}

/// All folders from `root` down by path; none if there is no such folder. Fails if `root` is a link or a file.
pub(super) fn walk(disk: &dyn Disk, root: &Utf8Path) -> Result<Vec<Folder>, Problem> {
    match standing(disk, root) {
        Ok(Some(Kind::Folder)) => Ok(sorted(below(disk, root, String::new()))),
        Ok(Some(Kind::Link)) => Err(Problem::Symlink(root.to_owned())),
        Ok(Some(_)) => Err(Problem::NotAFolder(root.to_owned())),
        Ok(None) => Ok(Vec::new()),
        Err(error) => Err(Problem::io(root, error)),
    }
}

/// What stands at a place on the disk, if anything does.
pub(super) fn standing(disk: &dyn Disk, place: &Utf8Path) -> io::Result<Option<Kind>> {
    match disk.metadata(place) {
        Ok(metadata) => Ok(Some(kind(metadata.file_type()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What was found at `path`, if anything was.
pub(super) fn kind_at(folders: &[Folder], path: &str) -> Option<Kind> {
    let (parent, name) = split(path);
    let entries = folder_at(folders, parent)?.entries();
    let index = entries.binary_search_by(|entry| (*entry.name).cmp(name)).ok()?;
    entries.get(index).map(|entry| entry.kind)
}

/// The folder at `path`, if one was found there.
pub(super) fn folder_at<'a>(folders: &'a [Folder], path: &str) -> Option<&'a Folder> {
    folders.binary_search_by(|folder| folder.path.as_str().cmp(path)).ok().and_then(|index| folders.get(index))
}

/// The innermost folder that was found above `path`.
pub(super) fn folder_above<'a>(folders: &'a [Folder], path: &str) -> Option<&'a Folder> {
    let mut folder = path;
    while !folder.is_empty() {
        folder = split(folder).0;
        if let Some(found) = folder_at(folders, folder) {
            return Some(found);
        }
    }
    None
}

fn sorted(mut folders: Vec<Folder>) -> Vec<Folder> {
    folders.par_sort_unstable_by(|left, right| left.path.cmp(&right.path));
    folders
}

fn below(disk: &dyn Disk, root: &Utf8Path, path: String) -> Vec<Folder> {
    let folder = Folder { contents: contents(disk, &root.join(&path), path.is_empty()), path };
    let inner = folder.entries().iter().filter(|entry| entry.kind == Kind::Folder);
    let inner: Vec<String> = inner.map(|entry| join(&folder.path, &entry.name)).collect();
    let mut folders: Vec<Folder> = inner.into_par_iter().flat_map_iter(|path| below(disk, root, path)).collect();
    folders.push(folder);
    folders
}

fn contents(disk: &dyn Disk, path: &Utf8Path, is_root: bool) -> Contents {
    match list(disk, path) {
        Ok(entries) if !is_root && entries.iter().any(|entry| *entry.name == *"platform.pf") => Contents::Platform,
        Ok(entries) => Contents::Listed(entries),
        Err(error) => Contents::Unreadable(error),
    }
}

fn list(disk: &dyn Disk, path: &Utf8Path) -> io::Result<Vec<Entry>> {
    let named = disk.list(path)?.into_iter();
    let named = named.filter_map(|(name, file_type)| name.into_string().ok().map(|name| (name, kind(file_type))));
    let named = named.filter(|(name, _)| !is_reserved(name));
    let mut entries: Vec<Entry> = named.map(|(name, kind)| Entry { name: name.into(), kind }).collect();
    entries.sort_unstable_by(|left, right| left.name.cmp(&right.name));
    Ok(entries)
}

/// What an entry of this type is.
pub(super) fn kind(file_type: FileType) -> Kind {
    match file_type {
        link if link.is_symlink() => Kind::Link,
        folder if folder.is_dir() => Kind::Folder,
        file if file.is_file() => Kind::File,
        _ => Kind::Other,
    }
}
