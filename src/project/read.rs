//! What stands at a path, as the compiler takes it.

use std::io::{ErrorKind, Read as _};
use std::sync::Arc;

use camino::Utf8Path;

use crate::db::Content;

/// A larger file of the language is refused, for what is made of it takes many times its length.
const MAX_SOURCE: u64 = 64 << 20;

/// The same for any other file.
const MAX_FILE: u64 = 256 << 20;

/// What stands at `path`.
pub(super) fn read(path: &Utf8Path) -> Content {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return folder(path),
        // Reading a pipe waits for a writer, and a device may never end.
        Ok(metadata) if !metadata.is_file() => {
            return Content::Unreadable("it is a device, a pipe or a socket".into());
        }
        _ => {}
    }
    match bytes(path) {
        Ok(bytes) if bytes.len() as u64 > limit(path) => {
            Content::Unreadable(format!("it is larger than {} MiB", limit(path) >> 20).into())
        }
        Ok(bytes) => text(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => Content::Missing,
        Err(error) => Content::Unreadable(error.to_string().into()),
    }
}

/// Whether nothing stands at `path`, or nothing yet: an empty file.
pub(super) fn is_vacant(path: &Utf8Path) -> bool {
    match std::fs::metadata(path) {
        Ok(metadata) => metadata.is_file() && metadata.len() == 0,
        Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

/// The entries of a folder, by name, and which of them are folders; names that are not UTF-8 are left out.
pub(super) fn list(path: &Utf8Path) -> std::io::Result<Vec<(String, bool)>> {
    let mut entries = vec![];
    for entry in path.as_std_path().read_dir()? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        entries.extend(entry.file_name().into_string().ok().map(|name| (name, is_folder)));
    }
    entries.sort_unstable();
    Ok(entries)
}

/// The names in a folder, those of folders with a `/` at the end; none where it can't be listed.
#[must_use]
pub fn names_in(path: &Utf8Path) -> Vec<String> {
    let entries = list(path).unwrap_or_default().into_iter();
    entries.map(|(name, is_folder)| if is_folder { name + "/" } else { name }).collect()
}

/// The bytes of a file, or more than it may have: one that grows while it is read has no end either.
fn bytes(path: &Utf8Path) -> std::io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let length = file.metadata()?.len().min(limit(path) + 1);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(limit(path) + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn limit(path: &Utf8Path) -> u64 {
    if path.extension() == Some("pf") { MAX_SOURCE } else { MAX_FILE }
}

fn folder(path: &Utf8Path) -> Content {
    let entries = match list(path) {
        Ok(entries) => entries,
        Err(error) => return Content::Unreadable(error.to_string().into()),
    };
    let names = entries.into_iter().map(|(name, is_folder)| if is_folder { name + "/" } else { name });
    let mut names: Vec<Arc<str>> = names.map(Into::into).collect();
    names.sort();
    Content::Folder(names.into())
}

/// A file's bytes as a text.
pub(super) fn text(bytes: Vec<u8>) -> Content {
    match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text.strip_prefix('\u{feff}').unwrap_or(&text).into()),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            Content::Unreadable(format!("line {line} is no UTF-8").into())
        }
    }
}
