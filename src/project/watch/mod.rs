//! Waits until something changes that a platform is made of, or that was written of it.
//!
//! 1. `folders` has the system watch every folder that matters, each by itself.
//! 2. `settle` tells when a burst of events is over, and waits longer where a file is gone for a moment.
//! 3. `written` tells what a build did itself from what others did to its files.
//!
//! What happened is only looked at when it is over: no event is believed, each path is read again.

mod folders;
mod settle;
mod written;

use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::load::{Project, Touched};
use folders::{Folders, Told};
use settle::{Settle, TICK};

pub use written::Written;

/// What there is to do.
#[derive(Debug)]
pub enum News<T> {
    /// The disk has changed, and has come to rest.
    Disk(Batch),
    /// Work on another thread sends its result.
    Done(T),
    /// The user wants to end.
    Stop,
}

/// What has changed on the disk.
#[derive(Debug, Default)]
pub struct Batch {
    /// Where the platform may be another.
    pub sources: Touched,
    /// Whether somebody else changed what was written.
    pub tree: bool,
}

/// What is written, and where.
#[derive(Debug, Default)]
pub struct Tree {
    /// The output folder, absolute.
    pub folder: Utf8PathBuf,
    /// The folders in it, absolute.
    pub folders: BTreeSet<Utf8PathBuf>,
    /// The files beside it of which a part is written, absolute.
    pub beside: Vec<Utf8PathBuf>,
}

/// Where threads send their results to.
pub struct Reporter<T>(Sender<Message<T>>);

enum Message<T> {
    Told(Told),
    Done(T),
    Stop,
}

/// Hears everything, and says when there is something to do.
pub struct Watch<T> {
    sender: Sender<Message<T>>,
    receiver: Receiver<Message<T>>,
    folders: Folders,
    links: BTreeSet<Utf8PathBuf>,
    tree: Tree,
    is_tree_read: bool,
    /// Whether something may have happened in the tree before it was watched.
    was_unwatched: bool,
    written: Written,
    sources: Touched,
    sources_settle: Settle,
    in_tree: BTreeSet<Utf8PathBuf>,
    tree_settle: Settle,
}

/// Where the system tells nothing, it is looked so often.
const BLIND: Duration = Duration::from_secs(2);

impl<T: Send + 'static> Watch<T> {
    /// Begins to listen.
    ///
    /// # Errors
    /// If the system can't watch anything.
    pub fn new() -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let told = sender.clone();
        let folders = Folders::new(move |event| drop(told.send(Message::Told(event))))?;
        Ok(Self {
            sender,
            receiver,
            folders,
            links: BTreeSet::new(),
            tree: Tree::default(),
            is_tree_read: false,
            was_unwatched: false,
            written: Written::default(),
            sources: Touched::default(),
            sources_settle: Settle::default(),
            in_tree: BTreeSet::new(),
            tree_settle: Settle::default(),
        })
    }

    /// Where a thread sends its result, or a signal its wish to end.
    #[must_use]
    pub fn reporter(&self) -> Reporter<T> {
        Reporter(self.sender.clone())
    }

    /// Why not every change will be heard of, if so; what the system does not tell is looked for every few seconds.
    #[must_use]
    pub fn refused(&self) -> Option<&str> {
        self.folders.refused()
    }

    /// Says what a build wrote. What others did to it before counts if it still shows.
    pub fn wrote(&mut self, written: Written) {
        self.written = written;
    }

    /// Says what stands in the output folder.
    pub fn expect(&mut self, tree: Tree) {
        self.tree = tree;
    }

    /// What stands in the output folder, as far as that was said.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Watches what the platform is made of now; says where that is new, since something may have happened there before.
    pub fn follow(&mut self, project: &Project) -> Touched {
        let folders = project.folders();
        let tree = self.tree.folder.strip_prefix(&project.folder).ok();
        self.is_tree_read =
            tree.is_some_and(|tree| folders.iter().any(|folder| Utf8Path::new(folder).starts_with(tree)));
        self.links = project.behind_links();
        let mut wanted: BTreeSet<_> = folders.into_iter().map(|folder| below(&project.folder, folder)).collect();
        wanted.extend(above(&project.folder).into_iter().chain(above(&self.tree.folder)).map(Utf8Path::to_owned));
        wanted.extend(self.links.iter().chain(&self.tree.folders).cloned());
        wanted.extend(self.tree.beside.iter().filter_map(|path| path.parent()).map(Utf8Path::to_owned));
        let fresh = self.folders.follow(&wanted);
        self.was_unwatched |= fresh.iter().any(|folder| self.tree.folders.contains(folder));
        let mut touched =
            Touched { everything: fresh.iter().any(|folder| self.links.contains(folder)), ..Touched::default() };
        touched.paths.extend(fresh.iter().filter_map(|folder| from(&project.folder, folder)));
        touched.paths.retain(|path| self.is_tree_read || !self.tree.folders.contains(&below(&project.folder, path)));
        touched
    }

    /// Whether a part of the tree is watched since the last question and was not before: what others did there meanwhile
    /// was not heard.
    pub fn takes_unwatched(&mut self) -> bool {
        std::mem::take(&mut self.was_unwatched)
    }

    /// Waits for the next news. While other work is busy writing, nobody can tell whose the changes in its tree are.
    pub fn next(&mut self, project: &Project, is_busy: bool) -> News<T> {
        loop {
            let batch = Batch { sources: self.settled_sources(project), tree: !is_busy && self.is_tree_touched() };
            if batch.tree || batch.sources != Touched::default() {
                return News::Disk(batch);
            }
            match self.receive(is_busy) {
                Some(Message::Told(told)) => self.note(project, told),
                Some(Message::Done(result)) => return News::Done(result),
                Some(Message::Stop) => return News::Stop,
                None => {}
            }
        }
    }

    fn receive(&mut self, is_busy: bool) -> Option<Message<T>> {
        let is_pending = self.sources_settle.is_pending() || self.tree_settle.is_pending() && !is_busy;
        match (is_pending, self.folders.refused()) {
            (true, _) => self.receiver.recv_timeout(TICK).ok(),
            (false, None) => self.receiver.recv().ok(),
            (false, Some(_)) => Some(self.receiver.recv_timeout(BLIND).unwrap_or(Message::Told(Told::Lost))),
        }
    }

    fn note(&mut self, project: &Project, told: Told) {
        match told {
            Told::Lost => {
                self.sources.everything = true;
                self.sources_settle.note();
                self.in_tree.insert(self.tree.folder.join("?"));
                self.tree_settle.note();
            }
            Told::Paths(paths, is_other) => paths.into_iter().for_each(|path| self.note_path(project, path, is_other)),
        }
    }

    fn note_path(&mut self, project: &Project, path: Utf8PathBuf, is_other: bool) {
        if is_other {
            self.folders.lose(&path);
        }
        let is_written = self.is_written(&path);
        if !is_written || self.is_tree_read {
            let inside = from(&project.folder, &path);
            let is_linked = inside.is_some() || self.links.iter().any(|folder| path.starts_with(folder));
            let is_wide = project.folder.starts_with(&path) || !self.links.is_empty() && is_linked;
            if is_wide || inside.is_some() {
                self.sources.everything |= is_wide;
                self.sources.paths.extend(inside);
                self.sources_settle.note();
            }
        }
        if is_written {
            self.in_tree.insert(path);
            self.tree_settle.note();
        }
    }

    /// Whether a path is one that builds write.
    fn is_written(&self, path: &Utf8Path) -> bool {
        let folder = &self.tree.folder;
        !folder.as_str().is_empty() && (path.starts_with(folder) || self.tree.beside.iter().any(|file| file == path))
    }

    fn settled_sources(&mut self, project: &Project) -> Touched {
        if !self.sources_settle.is_over(|| project.has_gap(&self.sources)) {
            return Touched::default();
        }
        self.sources_settle = Settle::default();
        std::mem::take(&mut self.sources)
    }

    /// Whether somebody else changed what was written, and is done with it.
    fn is_tree_touched(&mut self) -> bool {
        if !self.tree_settle.is_pending() {
            return false;
        }
        self.in_tree.retain(|path| !self.written.is_own(path));
        if self.in_tree.is_empty() {
            self.tree_settle = Settle::default();
            return false;
        }
        let is_over = self.tree_settle.is_over(|| self.in_tree.iter().any(|path| path.symlink_metadata().is_err()));
        if is_over {
            self.tree_settle = Settle::default();
            self.in_tree.clear();
        }
        is_over
    }
}

impl<T> Reporter<T> {
    /// Sends a result.
    pub fn done(&self, result: T) {
        let _ = self.0.send(Message::Done(result));
    }

    /// Asks for the end.
    pub fn stop(&self) {
        let _ = self.0.send(Message::Stop);
    }
}

/// The folder in which a folder's own coming and going shows, or the first that is there of those above.
fn above(folder: &Utf8Path) -> Option<&Utf8Path> {
    folder.ancestors().skip(1).find(|folder| folder.is_dir())
}

/// A path from a folder, which is empty for the folder itself.
fn below(folder: &Utf8Path, path: &str) -> Utf8PathBuf {
    if path.is_empty() { folder.to_owned() } else { folder.join(path) }
}

/// A path as it is seen from the folder, with `/` between its parts; nothing where it lies outside.
fn from(folder: &Utf8Path, path: &Utf8Path) -> Option<String> {
    let parts: Vec<&str> = path.strip_prefix(folder).ok()?.components().map(|part| part.as_str()).collect();
    Some(parts.join("/"))
}
