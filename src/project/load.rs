//! From the main file to everything that it asks for.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::compile::{read_ahead, resolve_ahead};
use crate::db::{Changes, Content, Database, Workspace};
use crate::model::wanted_files;
use crate::names::{Wanted, wanted};

use super::Timings;

/// A platform on disk.
pub struct Project {
    /// The folder of the main file.
    pub folder: Utf8PathBuf,
    /// The database, with every file loaded that the platform asks for.
    pub database: Database,
    /// The folders that could not be listed although a pattern looks into them: what is missing may be in there.
    pub unreadable: Vec<LoadError>,
    /// How long reading and resolving took, and what is measured behind them.
    pub timings: Timings,
    patterns: BTreeSet<Arc<str>>,
}

/// Why a platform can't be opened.
#[derive(Debug)]
pub struct LoadError {
    /// The path.
    pub path: Utf8PathBuf,
    /// The reason in words.
    pub reason: String,
}

/// A larger file of the language is refused, for what is made of it takes many times its length.
const MAX_SOURCE: u64 = 64 << 20;

/// The same for any other file.
const MAX_FILE: u64 = 256 << 20;

/// The main file: `file` itself, `platform.pf` in the folder `file`, or `platform.pf` here or in a parent folder.
///
/// # Errors
/// There is none.
pub fn find(file: Option<&Utf8Path>, here: &Utf8Path) -> Result<Utf8PathBuf, LoadError> {
    if let Some(file) = file {
        let path = here.join(file);
        let path = if path.is_dir() { path.join("platform.pf") } else { path };
        return if path.is_file() {
            Ok(path)
        } else {
            Err(LoadError { path, reason: "there is no such file".to_owned() })
        };
    }
    let found = here.ancestors().map(|folder| folder.join("platform.pf")).find(|path| path.is_file());
    found.ok_or_else(|| LoadError {
        path: here.join("platform.pf"),
        reason: "there is no platform.pf here or in a parent folder; `platformc init` writes a first one".to_owned(),
    })
}

impl Project {
    /// Loads a main file and everything that it asks for.
    #[must_use]
    pub fn open(main: &Utf8Path) -> Self {
        let folder = main.parent().map_or_else(|| Utf8PathBuf::from("."), Utf8Path::to_owned);
        let name = main.file_name().unwrap_or("platform.pf");
        let mut project = Self {
            folder,
            database: Database::new(name),
            unreadable: vec![],
            timings: Timings::default(),
            patterns: BTreeSet::new(),
        };
        project.load();
        project
    }

    /// Loads what is asked for and not loaded yet, until nothing is.
    fn load(&mut self) {
        loop {
            let mut changes = Changes::new();
            self.timings.measure("parse", || read_ahead(&self.database));
            for wanted in wanted(&self.database) {
                match wanted {
                    Wanted::File(path) => self.file(&path, &mut changes),
                    Wanted::Pattern(pattern) => self.pattern(pattern, &mut changes),
                }
            }
            if changes.is_empty() {
                self.timings.measure("resolve", || resolve_ahead(&self.database));
                wanted_files(&self.database).iter().for_each(|path| self.file(path, &mut changes));
            }
            if changes.is_empty() {
                return;
            }
            self.database.apply(changes);
        }
    }

    fn file(&self, path: &str, changes: &mut Changes) {
        if !Workspace::get(&self.database).files(&self.database).contains_key(path) {
            changes.insert(path.to_owned(), read(&self.folder.join(path)));
        }
    }

    /// The files of the folder that a pattern starts in, and below; which of them match is the compiler's business.
    fn pattern(&mut self, pattern: Arc<str>, changes: &mut Changes) {
        if !self.patterns.insert(Arc::clone(&pattern)) {
            return;
        }
        let fixed = pattern.split(['*', '?', '[', '{']).next().unwrap_or("");
        let start = fixed.rfind('/').and_then(|at| fixed.get(..at)).unwrap_or("");
        let depth = if pattern.contains("**") {
            usize::MAX
        } else {
            pattern.get(start.len()..).unwrap_or("").matches('/').count()
        };
        let (mut found, folder) = (vec![], self.folder.join(start));
        walk(&folder, start, depth, &mut found, &mut self.unreadable);
        for path in found {
            self.file(&path, changes);
        }
    }
}

/// The `.pf` files of a folder and, down to a depth, of those below it; hidden folders and links are passed over.
fn walk(folder: &Utf8Path, prefix: &str, depth: usize, found: &mut Vec<String>, unreadable: &mut Vec<LoadError>) {
    let entries = match list(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return,
        Err(error) => {
            return unreadable.push(LoadError { path: folder.to_owned(), reason: error.to_string() });
        }
    };
    for (name, is_folder) in entries {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        if is_folder && depth > 1 && !name.starts_with('.') {
            walk(&folder.join(name), &path, depth - 1, found, unreadable);
        } else if !is_folder && path.ends_with(".pf") {
            found.push(path);
        }
    }
}

/// The entries of a folder, by name, and which of them are folders; names that are not UTF-8 are left out.
fn list(path: &Utf8Path) -> std::io::Result<Vec<(String, bool)>> {
    let mut entries = vec![];
    for entry in path.as_std_path().read_dir()? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        entries.extend(entry.file_name().into_string().ok().map(|name| (name, is_folder)));
    }
    entries.sort_unstable();
    Ok(entries)
}

fn read(path: &Utf8Path) -> Content {
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

fn text(bytes: Vec<u8>) -> Content {
    match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text.strip_prefix('\u{feff}').unwrap_or(&text).into()),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            Content::Unreadable(format!("line {line} is no UTF-8").into())
        }
    }
}
