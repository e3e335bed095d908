//! The salsa database: the inputs of every query and the only place where they change.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use salsa::Setter as _;

/// What a path of the platform's folder holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// A text, without a byte order mark.
    Text(Arc<str>),
    /// Nothing is there.
    Missing,
    /// It can't be read as text; the reason in words.
    Unreadable(Arc<str>),
    /// A folder: the names in it, sorted, those of folders with a `/` at the end.
    Folder(Arc<[Arc<str>]>),
}

impl Content {
    /// The text, or why there is none.
    ///
    /// # Errors
    /// The reason in words.
    pub fn text(&self) -> Result<&Arc<str>, &str> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Missing => Err("there is no such file"),
            Self::Unreadable(reason) => Err(reason),
            Self::Folder(_) => Err("it is a folder"),
        }
    }
}

/// One file or folder of the platform's folder: a `.pf` file, or what one names.
#[salsa::input(debug)]
pub struct SourceFile {
    /// The path from the platform's folder, with `/` between its parts.
    #[returns(deref)]
    pub path: String,
    /// What the file holds.
    pub content: Content,
}

/// Every file that has been loaded, and where the compilation starts.
#[salsa::input(singleton, debug)]
pub struct Workspace {
    /// The path of the main file, usually `platform.pf`.
    #[returns(deref)]
    pub main: String,
    /// All loaded files by path.
    pub files: BTreeMap<String, SourceFile>,
}

/// What queries see: salsa's own interface.
#[salsa::db]
pub trait Db: salsa::Database {}

/// The database of one platform.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {}

/// Files that appeared, changed or vanished, by path.
pub type Changes = BTreeMap<String, Content>;

impl Database {
    /// An empty platform whose main file is `main`.
    #[must_use]
    pub fn new(main: &str) -> Self {
        Self::with_events(main, None)
    }

    /// The same, and `events` hears of everything that salsa does.
    #[must_use]
    pub fn with_events(main: &str, events: Option<Box<dyn Fn(salsa::Event) + Send + Sync>>) -> Self {
        let database = Self { storage: salsa::Storage::new(events) };
        Workspace::new(&database, main.to_owned(), BTreeMap::new());
        database
    }

    /// Brings the inputs up to date: with [`Database::forget`] the only write path.
    pub fn apply(&mut self, changes: Changes) {
        let workspace = Workspace::get(self);
        let mut files = workspace.files(self).clone();
        let known = files.len();
        for (path, content) in changes {
            match files.get(&path) {
                Some(file) if *file.content(self) == content => {}
                Some(file) => {
                    file.set_content(self).to(content);
                }
                None => {
                    let file = SourceFile::new(self, path.clone(), content);
                    files.insert(path, file);
                }
            }
        }
        if files.len() != known {
            workspace.set_files(self).to(files);
        }
    }

    /// Brings the set of inputs back to what it is without these files, which nothing asks for any more.
    pub fn forget(&mut self, paths: &[String]) {
        self.apply(paths.iter().map(|path| (path.clone(), Content::Missing)).collect());
        let workspace = Workspace::get(self);
        let mut files = workspace.files(self).clone();
        let known = files.len();
        files.retain(|path, _| paths.binary_search(path).is_err());
        if files.len() != known {
            workspace.set_files(self).to(files);
        }
    }
}

impl SourceFile {
    /// The text of the file, empty where there is none.
    pub fn text(self, db: &dyn Db) -> &str {
        self.content(db).text().map_or("", |text| text)
    }
}

/// Does something for each part of `0..count`, on all cores.
pub fn in_parallel<T: Send>(
    db: &Database,
    count: usize,
    part: impl Fn(&Database, Range<usize>) -> T + Sync + Send,
) -> Vec<T> {
    let size = count.div_ceil(rayon::current_num_threads() * 8).max(1);
    let parts: Vec<(Database, Range<usize>)> =
        (0..count).step_by(size).map(|start| (db.clone(), start..count.min(start + size))).collect();
    parts.into_par_iter().map(|(db, range)| part(&db, range)).collect()
}
