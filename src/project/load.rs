//! From the main file to everything that it asks for, and how that stays so while the disk changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::listing::{Listing, is_at_or_below};
use super::origin::Origin;
use super::read::is_vacant;
use super::timings::Timings;
use crate::compile::{read_ahead, resolve_ahead};
use crate::db::{Changes, Content, Database, SourceFile, Workspace};
use crate::model::wanted_files;
use crate::names::{Wanted, wanted};

/// A platform on disk.
pub struct Project {
    /// The folder of the main file.
    pub folder: Utf8PathBuf,
    /// The database, with every file loaded that the platform asks for.
    pub database: Database,
    /// How long reading and resolving took, and what is measured behind them.
    pub timings: Arc<Timings>,
    listings: Arc<Listings>,
    /// Where files are taken from.
    origin: Origin,
    /// Texts that count instead of what stands on the disk.
    open: BTreeMap<String, Arc<str>>,
}

/// The patterns that were looked for.
#[derive(Clone, Debug, Default)]
struct Listings {
    by_pattern: BTreeMap<Arc<str>, Listing>,
    /// Whether something may be loaded that nothing asks for any more.
    may_hold_surplus: bool,
}

/// Why a platform can't be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The path.
    pub path: Utf8PathBuf,
    /// The reason in words.
    pub reason: String,
}

impl Project {
    /// Loads a main file and everything that it asks for.
    #[must_use]
    pub fn open(main: &Utf8Path) -> Self {
        Self::open_at(main, Origin::Worktree)
    }

    /// The same of the files that an origin has.
    #[must_use]
    pub fn open_at(main: &Utf8Path, origin: Origin) -> Self {
        let mut project = Self { origin, ..Self::new(main) };
        project.complete();
        project
    }

    /// Takes all files from another origin. What is the same in both is not resolved again.
    pub fn turn(&mut self, origin: Origin) {
        self.origin = origin;
        self.refresh(&Touched { everything: true, ..Touched::default() });
        self.complete();
    }

    /// Loads what is missing until nothing is.
    fn complete(&mut self) {
        loop {
            // The question must be gone before anything changes.
            let survey = self.question().ask();
            if !self.provide(&survey) {
                return;
            }
        }
    }

    /// A platform of which nothing is loaded yet.
    #[must_use]
    pub fn new(main: &Utf8Path) -> Self {
        let folder = main.parent().map_or_else(|| Utf8PathBuf::from("."), Utf8Path::to_owned);
        let name = main.file_name().unwrap_or("platform.pf");
        Self {
            folder,
            database: Database::new(name),
            timings: Arc::default(),
            listings: Arc::default(),
            origin: Origin::Worktree,
            open: BTreeMap::new(),
        }
    }

    /// The question what is missing, which may be asked on another thread. A change of the database cancels the answer.
    #[must_use]
    pub fn question(&self) -> Question {
        Question {
            database: self.database.clone(),
            timings: Arc::clone(&self.timings),
            listings: Arc::clone(&self.listings),
            open: self.open.keys().cloned().collect(),
        }
    }

    /// Loads what is asked for, and forgets what nothing asks for; says whether there was anything to do.
    pub fn provide(&mut self, survey: &Survey) -> bool {
        if survey.is_empty() {
            return false;
        }
        let listings = Arc::make_mut(&mut self.listings);
        survey.spent.iter().for_each(|pattern| drop(listings.by_pattern.remove(pattern)));
        let mut paths = survey.files.clone();
        for pattern in &survey.patterns {
            let listing = Listing::new(&self.origin, &self.folder, pattern);
            paths.extend(listing.files.iter().cloned());
            listings.by_pattern.insert(Arc::clone(pattern), listing);
        }
        listings.may_hold_surplus &= survey.surplus.is_empty();
        let known = Workspace::get(&self.database).files(&self.database);
        paths.retain(|path| !known.contains_key(path));
        self.load(paths);
        self.database.forget(&survey.surplus);
        true
    }

    /// Brings everything that is loaded up to date with what stands at these paths, and below them.
    pub fn refresh(&mut self, touched: &Touched) -> Refreshed {
        let mut paths = self.list_again(touched);
        paths.extend(self.concerned(touched));
        let refreshed = self.load(paths);
        Arc::make_mut(&mut self.listings).may_hold_surplus |= refreshed.anything;
        refreshed
    }

    /// Has a text count instead of what stands on the disk, until it is [closed](Self::close).
    pub fn edit(&mut self, path: &str, text: Arc<str>) {
        self.database.apply(Changes::from([(path.to_owned(), Content::Text(Arc::clone(&text)))]));
        self.open.insert(path.to_owned(), text);
        Arc::make_mut(&mut self.listings).may_hold_surplus = true;
    }

    /// Has what stands on the disk count again.
    pub fn close(&mut self, path: &str) {
        self.open.remove(path);
        self.load(BTreeSet::from([path.to_owned()]));
        Arc::make_mut(&mut self.listings).may_hold_surplus = true;
    }

    /// Whether one of the loaded files or folders is gone or became empty: editors do that for a moment.
    #[must_use]
    pub fn has_gap(&self, touched: &Touched) -> bool {
        let files = Workspace::get(&self.database).files(&self.database);
        let is_full = |path: &String| match files.get(path).map(|file| file.content(&self.database)) {
            Some(Content::Text(text)) => !text.is_empty(),
            Some(Content::Folder(_)) => true,
            _ => false,
        };
        self.concerned(touched).iter().any(|path| is_full(path) && is_vacant(&self.folder.join(path)))
    }

    /// The folders that could not be listed although a pattern looks into them: what is missing may be in there.
    pub fn unreadable(&self) -> impl Iterator<Item = &LoadError> {
        self.listings.unreadable()
    }

    /// The folders in which something can happen that matters, from the platform's folder, which is empty. They need not
    /// be there.
    #[must_use]
    pub fn folders(&self) -> BTreeSet<&str> {
        let files = Workspace::get(&self.database).files(&self.database);
        let is_folder = |file: &SourceFile| matches!(file.content(&self.database), Content::Folder(_));
        let own = files.iter().filter(|(_, file)| is_folder(file)).map(|(path, _)| path);
        let listed = self.listings.by_pattern.values().flat_map(|listing| &listing.folders);
        let mut folders = BTreeSet::from([""]);
        for folder in own.chain(listed).map(String::as_str).chain(files.keys().map(|path| above(path))) {
            let mut folder = folder;
            while folders.insert(folder) {
                folder = above(folder);
            }
        }
        folders
    }

    /// The folders that links lead to, absolute: what changes in there shows nowhere else.
    #[must_use]
    pub fn behind_links(&self) -> BTreeSet<Utf8PathBuf> {
        let paths = Workspace::get(&self.database).files(&self.database).keys().map(|path| self.folder.join(path));
        let links = paths.filter(|path| path.is_symlink());
        links.filter_map(|link| Some(link.canonicalize_utf8().ok()?.parent()?.to_owned())).collect()
    }

    /// Reads paths anew.
    fn load(&mut self, paths: BTreeSet<String>) -> Refreshed {
        let mut changes = Changes::new();
        let mut refreshed = Refreshed::default();
        let files = Workspace::get(&self.database).files(&self.database);
        for path in paths {
            let open = self.open.get(&path).map(|text| Content::Text(Arc::clone(text)));
            let content = open.unwrap_or_else(|| self.origin.read(&self.folder, &path));
            let known = files.get(&path).map(|file| file.content(&self.database));
            if known != Some(&content) {
                refreshed.anything = true;
                refreshed.texts |= !matches!(content, Content::Folder(_));
                changes.insert(path, content);
            }
        }
        self.database.apply(changes);
        refreshed
    }

    /// Looks again for what a pattern may match, where that may have changed; what is new or gone is to be read.
    fn list_again(&mut self, touched: &Touched) -> BTreeSet<String> {
        let mut changed = BTreeSet::new();
        for (pattern, listing) in &mut Arc::make_mut(&mut self.listings).by_pattern {
            let is_stale = |path: &String| listing.is_stale(&self.folder.join(path), path);
            if touched.everything || touched.paths.iter().any(is_stale) {
                let now = Listing::new(&self.origin, &self.folder, pattern);
                changed.extend(now.files.symmetric_difference(&listing.files).cloned());
                *listing = now;
            }
        }
        changed
    }

    /// What is loaded of these paths, of what lies below them, and of the folders that they lie in.
    fn concerned(&self, touched: &Touched) -> BTreeSet<String> {
        let files = Workspace::get(&self.database).files(&self.database);
        if touched.everything {
            return files.keys().cloned().collect();
        }
        let mut concerned = BTreeSet::new();
        for path in &touched.paths {
            let named = [path.as_str(), above(path)].into_iter().filter(|path| files.contains_key(*path));
            concerned.extend(named.map(str::to_owned));
            let below = files.range(path.clone()..).map(|(below, _)| below);
            let below = below.take_while(|below| below.starts_with(path.as_str()));
            concerned.extend(below.filter(|below| is_at_or_below(below, path)).cloned());
        }
        concerned
    }
}

/// The folder that a path lies in.
fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl Listings {
    fn unreadable(&self) -> impl Iterator<Item = &LoadError> {
        self.by_pattern.values().flat_map(|listing| &listing.unreadable)
    }
}

/// Paths from the platform's folder at which the disk changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The paths; what lies below them may have changed as well.
    pub paths: BTreeSet<String>,
    /// Whether any other may have changed too.
    pub everything: bool,
}

/// What a look at the disk has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// Whether anything differs.
    pub anything: bool,
    /// Whether it is more than which names a folder holds.
    pub texts: bool,
}

/// A platform as it was at one time, to be asked what it lacks.
pub struct Question {
    /// The database.
    pub database: Database,
    timings: Arc<Timings>,
    listings: Arc<Listings>,
    /// What is open in an editor.
    open: BTreeSet<String>,
}

impl Question {
    /// What is to be loaded before the platform is whole.
    #[must_use]
    pub fn ask(&self) -> Survey {
        let database = &self.database;
        self.timings.measure("parse", || read_ahead(database));
        let mut asked = Survey::default();
        for wanted in wanted(database) {
            match wanted {
                Wanted::File(path) => drop(asked.files.insert(path.to_string())),
                Wanted::Pattern(pattern) => drop(asked.patterns.insert(pattern)),
            }
        }
        let lacking = self.lacking(&asked);
        if !lacking.is_empty() {
            return lacking;
        }
        self.timings.measure("resolve", || resolve_ahead(database));
        asked.files.extend(wanted_files(database));
        let lacking = self.lacking(&asked);
        if lacking.is_empty() && self.listings.may_hold_surplus { self.surplus(&asked) } else { lacking }
    }

    /// The folders that could not be listed although a pattern looks into them.
    pub fn unreadable(&self) -> impl Iterator<Item = &LoadError> {
        self.listings.unreadable()
    }

    fn lacking(&self, asked: &Survey) -> Survey {
        let files = Workspace::get(&self.database).files(&self.database);
        let listed = &self.listings.by_pattern;
        Survey {
            files: asked.files.iter().filter(|path| !files.contains_key(*path)).cloned().collect(),
            patterns: asked.patterns.iter().filter(|pattern| !listed.contains_key(*pattern)).cloned().collect(),
            ..Survey::default()
        }
    }

    /// Whether a file stays although nothing asks for it. While somebody types, what names a chart or a base is often half
    /// typed, and what lies in it is about to be offered; a file of the language would match patterns.
    fn is_kept(&self, path: &str, file: SourceFile) -> bool {
        let is_there = || *file.content(&self.database) != Content::Missing;
        self.open.contains(path) || !self.open.is_empty() && !path.ends_with(".pf") && is_there()
    }

    /// What a platform that is loaded from the start would not have.
    fn surplus(&self, asked: &Survey) -> Survey {
        let listed = &self.listings.by_pattern;
        let is_listed = |path: &String| {
            asked.patterns.iter().filter_map(|pattern| listed.get(pattern)).any(|listing| listing.files.contains(path))
        };
        let files = Workspace::get(&self.database).files(&self.database).iter();
        let is_surplus = |(path, file): &(&String, &SourceFile)| {
            !asked.files.contains(*path) && !is_listed(path) && !self.is_kept(path, **file)
        };
        Survey {
            surplus: files.filter(is_surplus).map(|(path, _)| path.clone()).collect(),
            spent: listed.keys().filter(|pattern| !asked.patterns.contains(*pattern)).cloned().collect(),
            ..Survey::default()
        }
    }
}

/// What a platform asks for and has not been given, and what it was given and does not ask for any more.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    files: BTreeSet<String>,
    patterns: BTreeSet<Arc<str>>,
    surplus: Vec<String>,
    spent: Vec<Arc<str>>,
}

impl Survey {
    /// Whether the platform has exactly what it asks for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.patterns.is_empty() && self.surplus.is_empty() && self.spent.is_empty()
    }
}
