use std::fs::File;
use std::io;

use camino::Utf8Path;

use super::disk::{self, Disk, gone};

/// Replaces the text of a file at once, so that a crash leaves the old text or the new one; of a link, what it leads to.
/// Two that replace one file wait for each other.
///
/// # Errors
/// What the disk says; or that the file does not hold `old` any more, for then somebody's edit would be lost.
pub fn replace(disk: &dyn Disk, path: &Utf8Path, old: &str, new: &str) -> io::Result<()> {
    let path = disk.resolve(path)?;
    let _lock = disk.lock_to_replace(&path)?;
    let mut found = vec![];
    disk.read(&path, u64::MAX, &mut found)?;
    let found = found.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&found);
    match found {
        text if text == new.as_bytes() => Ok(()),
        text if text == old.as_bytes() => put(disk, &path, new),
        _ => Err(io::Error::other("it was changed in the meantime; nothing was written to it")),
    }
}

fn put(disk: &dyn Disk, path: &Utf8Path, text: &str) -> io::Result<()> {
    // The name of the file may be as long as names can be.
    let name = blake3::hash(path.file_name().unwrap_or_default().as_bytes()).to_hex();
    let beside = path.with_file_name(format!(".platformc-{name}.tmp"));
    gone(disk.remove(&beside))?;
    let permissions = disk.metadata(path)?.permissions();
    disk::replace(disk, &beside, path, |file: &mut File| {
        disk.write(&beside, file, text.as_bytes())?;
        disk.permit(&beside, permissions)
    })
}
