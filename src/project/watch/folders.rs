use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher as _};

/// What the system tells.
#[derive(Debug)]
pub(super) enum Told {
    /// Something happened at these paths; and whether what stands there may be another than before.
    Paths(Vec<Utf8PathBuf>, bool),
    /// Some events got lost.
    Lost,
}

/// The folders that the system watches for us, each by itself: what lies between them is others'.
pub(super) struct Folders {
    watcher: RecommendedWatcher,
    watched: BTreeSet<Utf8PathBuf>,
    refused: Option<String>,
}

impl Folders {
    /// Watches nothing yet. `tell` hears of everything that matters.
    pub(super) fn new(tell: impl Fn(Told) + Send + 'static) -> io::Result<Self> {
        let handler = move |event| told(event).into_iter().for_each(&tell);
        let watcher = notify::recommended_watcher(handler).map_err(io::Error::other)?;
        Ok(Self { watcher, watched: BTreeSet::new(), refused: None })
    }

    /// Watches exactly these folders, as far as they are there; says which are new among them.
    pub(super) fn follow(&mut self, wanted: &BTreeSet<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
        let left: Vec<_> = self.watched.difference(wanted).cloned().collect();
        left.iter().for_each(|folder| self.leave(folder));
        let missing = wanted.difference(&self.watched).filter(|folder| folder.is_dir()).cloned().collect::<Vec<_>>();
        self.refused = None;
        missing.into_iter().filter(|folder| self.add(folder)).collect()
    }

    /// Another folder may stand at the path from now on, or none: what is watched there is gone.
    pub(super) fn lose(&mut self, path: &Utf8Path) {
        let below = self.watched.range(path.to_owned()..).take_while(|folder| folder.starts_with(path));
        let lost: Vec<_> = below.cloned().collect();
        lost.iter().for_each(|folder| self.leave(folder));
    }

    /// Why not everything can be watched, if so.
    pub(super) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    fn add(&mut self, folder: &Utf8Path) -> bool {
        match self.watcher.watch(folder.as_std_path(), RecursiveMode::NonRecursive) {
            Ok(()) => self.watched.insert(folder.to_owned()),
            Err(error) => {
                if !is_gone(&error.kind) {
                    self.refused = Some(format!("{folder}: {error}"));
                }
                false
            }
        }
    }

    fn leave(&mut self, folder: &Utf8Path) {
        self.watched.remove(folder);
        // It is gone already where the folder is.
        let _ = self.watcher.unwatch(folder.as_std_path());
    }
}

fn is_gone(error: &ErrorKind) -> bool {
    match error {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
        _ => false,
    }
}

/// What is worth knowing of an event. Who only reads changes nothing, and what is called like our own files is ours.
fn told(event: notify::Result<Event>) -> Option<Told> {
    let Ok(event) = event else { return Some(Told::Lost) };
    if event.need_rescan() {
        return Some(Told::Lost);
    }
    let is_other = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) | EventKind::Modify(ModifyKind::Data(_)) => false,
        EventKind::Modify(ModifyKind::Metadata(_)) => false,
        EventKind::Access(_) => return None,
        _ => true,
    };
    let paths = event.paths.iter().filter_map(|path| named(path)).collect::<Vec<_>>();
    (!paths.is_empty()).then_some(Told::Paths(paths, is_other))
}

fn named(path: &Path) -> Option<Utf8PathBuf> {
    let path = Utf8Path::from_path(path)?;
    let is_ours = path.components().any(|part| part.as_str().starts_with(".platformc"));
    (!is_ours).then(|| path.to_owned())
}
