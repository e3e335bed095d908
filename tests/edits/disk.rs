//! A folder in memory, and what a process that builds reads of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use platformc::db::{Changes, Content, Database, Workspace};
use platformc::model::wanted_files;
use platformc::names::{Wanted, wanted};

/// Files and folders by path.
pub type Disk = BTreeMap<String, Content>;

/// Adds the folders that files lie in.
pub fn with_folders(mut files: Disk) -> Disk {
    let mut folders: BTreeMap<String, BTreeSet<Arc<str>>> = BTreeMap::new();
    for path in files.keys() {
        let mut path = path.as_str();
        let mut end = "";
        while let Some((folder, name)) = path.rsplit_once('/') {
            folders.entry(folder.to_owned()).or_default().insert(format!("{name}{end}").into());
            (path, end) = (folder, "/");
        }
    }
    files.extend(folders.into_iter().map(|(path, names)| (path, Content::Folder(names.into_iter().collect()))));
    files
}

/// Reads again what was read before, and what is asked for now.
pub fn reload(db: &mut Database, disk: &Disk) {
    let known: Vec<String> = Workspace::get(db).files(db).keys().cloned().collect();
    db.apply(known.into_iter().map(|path| read(disk, path)).collect());
    load(db, disk);
}

/// Reads what is asked for, until nothing more is.
pub fn load(db: &mut Database, disk: &Disk) {
    loop {
        let mut paths: BTreeSet<String> = wanted(db).into_iter().flat_map(|wanted| paths(disk, wanted)).collect();
        let is_known = |path: &String| Workspace::get(db).files(db).contains_key(path);
        if paths.iter().all(is_known) {
            paths = wanted_files(db);
        }
        let new: Changes = paths.into_iter().filter(|path| !is_known(path)).map(|path| read(disk, path)).collect();
        if new.is_empty() {
            return;
        }
        db.apply(new);
    }
}

fn read(disk: &Disk, path: String) -> (String, Content) {
    let content = disk.get(&path).cloned().unwrap_or(Content::Missing);
    (path, content)
}

fn paths(disk: &Disk, wanted: Wanted) -> Vec<String> {
    let pattern = match wanted {
        Wanted::File(path) => return vec![path.to_string()],
        Wanted::Pattern(pattern) => pattern,
    };
    let start = pattern.split(['*', '?', '[', '{']).next().and_then(|fixed| fixed.rfind('/')).map_or(0, |at| at + 1);
    let is_in = |path: &&String| path.starts_with(&pattern[..start]) && path.ends_with(".pf");
    disk.keys().filter(is_in).cloned().collect()
}

/// The files that an edit changes, before and after, for people.
pub fn changed(old: &Disk, new: &Disk) -> String {
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differ = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
    let mut out = String::new();
    for path in differ {
        let _ = writeln!(out, "== {path} was\n{}\n== and is\n{}", show(old.get(path)), show(new.get(path)));
    }
    out
}

fn show(content: Option<&Content>) -> String {
    match content {
        Some(Content::Text(text)) => text.to_string(),
        other => format!("{other:?}"),
    }
}
