//! Everything that is done to the disk while files are written, one operation each.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, FileType, Metadata, Permissions};
use std::io::{self, Read as _, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

/// The operations as the system does them. The tests put one in its place that fails at a chosen operation.
pub trait Disk: fmt::Debug + Sync {
    /// What stands at a path; a link is not followed.
    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        fs::symlink_metadata(path)
    }

    /// The same path without links and `..`.
    fn resolve(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        path.canonicalize_utf8()
    }

    /// The entries of a folder in any order.
    fn list(&self, path: &Utf8Path) -> io::Result<Vec<(OsString, FileType)>> {
        let named = |entry: fs::DirEntry| Ok((entry.file_name(), entry.file_type()?));
        fs::read_dir(path)?.map(|entry| entry.and_then(named)).collect()
    }

    /// Reads at most `limit` bytes of a file to the end of `into`.
    fn read(&self, path: &Utf8Path, limit: u64, into: &mut Vec<u8>) -> io::Result<()> {
        File::open(path)?.take(limit).read_to_end(into).map(|_| ())
    }

    /// Creates a file where nothing stands.
    fn create(&self, path: &Utf8Path) -> io::Result<File> {
        File::create_new(path)
    }

    /// Writes all of a file that was created at `path`.
    fn write(&self, _path: &Utf8Path, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    /// What the system knows of a file that was created at `path`.
    fn metadata_of(&self, _path: &Utf8Path, file: &File) -> io::Result<Metadata> {
        file.metadata()
    }

    /// Waits until a file that was created at `path` would outlast a loss of power.
    fn sync(&self, _path: &Utf8Path, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    /// Says who may do what with a file.
    fn permit(&self, path: &Utf8Path, permissions: Permissions) -> io::Result<()> {
        fs::set_permissions(path, permissions)
    }

    /// Gives a file another name; what has that name goes.
    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// Removes a file, or a link itself.
    fn remove(&self, path: &Utf8Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// Creates a folder in one that is there.
    fn create_folder(&self, path: &Utf8Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    /// Removes a folder that is empty.
    fn remove_folder(&self, path: &Utf8Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    /// Opens a file, which is created if need be, and waits until nobody else has it locked.
    fn lock(&self, path: &Utf8Path) -> io::Result<File> {
        let file = File::options().create(true).append(true).open(path)?;
        where_locks_are(file.lock()).map(|()| file)
    }

    /// Opens a file to read it, and waits until nobody has it locked but those who read too.
    fn lock_to_read(&self, path: &Utf8Path) -> io::Result<File> {
        let file = File::open(path)?;
        where_locks_are(file.lock_shared()).map(|()| file)
    }

    /// Opens a file that is there, and waits until nobody else has it locked, as far as its disk can lock what is only
    /// read.
    fn lock_to_replace(&self, path: &Utf8Path) -> io::Result<File> {
        let file = File::open(path)?;
        let _ = file.lock();
        Ok(file)
    }
}

/// The disk as it is.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Disk for System {}

/// Some network disks know no locks; builds on them are not kept apart.
fn where_locks_are(locked: io::Result<()>) -> io::Result<()> {
    locked.or_else(|error| if error.kind() == io::ErrorKind::Unsupported { Ok(()) } else { Err(error) })
}

/// Creates a folder with all above it that are missing, outer ones first, and adds them to `created`.
pub(super) fn create_folders(disk: &dyn Disk, path: &Utf8Path, created: &mut Vec<Utf8PathBuf>) -> Result<(), Refusal> {
    let mut missing = vec![];
    for folder in path.ancestors().filter(|folder| !folder.as_str().is_empty()) {
        match disk.metadata(folder) {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(folder),
            Err(error) => return Err((folder.to_owned(), error)),
        }
    }
    for folder in missing.into_iter().rev() {
        match disk.create_folder(folder) {
            Ok(()) => created.push(folder.to_owned()),
            // Another build was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err((folder.to_owned(), error)),
        }
    }
    Ok(())
}

/// A path, and why the system refused to do something to it.
pub(super) type Refusal = (Utf8PathBuf, io::Error);

/// `Ok` if a file is gone, even if it was not there.
pub(super) fn gone(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// What is put into a new file at `beside` takes the name `path` at once; a crash leaves the old file or the new one.
pub(super) fn replace(
    disk: &dyn Disk,
    beside: &Utf8Path,
    path: &Utf8Path,
    put: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = disk.create(beside)?;
    let written = put(&mut file).and_then(|()| disk.rename(beside, path));
    if written.is_err() {
        // What stays is removed the next time.
        let _ = disk.remove(beside);
    }
    written
}
