//! Paths in the source: where they lead, and what becomes of them when files move.

use super::cursor::{At, FileRange, in_file};
use super::symbols::{Role, Symbol, symbols};
use crate::db::{Content, Db, SourceFile, Workspace};
use crate::model::local_path;
use crate::names::{imported, is_pattern, reachable};
use crate::source::outline;
use crate::text::TextRange;
use crate::values::join_path;

/// A path that leads to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The path, with its quotes.
    pub range: TextRange,
    /// The file.
    pub target: SourceFile,
}

/// A file or folder that moves, from the platform's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where it was.
    pub from: String,
    /// Where it will be.
    pub to: String,
}

/// The files that a word names as a path.
pub(super) fn files_of(db: &dyn Db, at: &At<'_>) -> Vec<SourceFile> {
    files_named(db, at.decl.file(db), &at.symbol.role)
}

fn files_named(db: &dyn Db, file: SourceFile, role: &Role) -> Vec<SourceFile> {
    match role {
        Role::Import(path) => imported(db, file, path),
        Role::Data(path) => join_path(file.path(db), path).and_then(|path| there(db, &path)).into_iter().collect(),
        Role::Path(path) => local_path(db, path).and_then(|path| described(db, &path)).into_iter().collect(),
        _ => vec![],
    }
}

fn there(db: &dyn Db, path: &str) -> Option<SourceFile> {
    let file = Workspace::get(db).files(db).get(path).copied()?;
    matches!(file.content(db), Content::Text(_)).then_some(file)
}

/// The file at a path, or the one that says what its folder is.
fn described(db: &dyn Db, path: &str) -> Option<SourceFile> {
    let path = path.trim_end_matches('/');
    let within = |name: &str| there(db, &format!("{path}/{name}"));
    let known = ["Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"];
    there(db, path).or_else(|| known.into_iter().find_map(within)).or_else(|| first_in(db, path))
}

fn first_in(db: &dyn Db, folder: &str) -> Option<SourceFile> {
    match Workspace::get(db).files(db).get(folder)?.content(db) {
        Content::Folder(names) => names.iter().find_map(|name| there(db, &format!("{folder}/{name}"))),
        _ => None,
    }
}

/// Every path in a file that leads to one file.
pub fn links(db: &dyn Db, file: SourceFile) -> Vec<Link> {
    let mut links = vec![];
    for decl in &outline(db, file).decls {
        for symbol in symbols(db, *decl) {
            if let [target] = files_named(db, file, &symbol.role).as_slice() {
                links.push(Link { range: in_file(db, *decl, symbol.range).range, target: *target });
            }
        }
    }
    links
}

/// The edits that keep every path true when files and folders move.
pub fn moved(db: &dyn Db, moves: &[Moved]) -> Vec<(FileRange, String)> {
    let mut edits = vec![];
    for file in &reachable(db).files {
        for decl in &outline(db, *file).decls {
            for symbol in symbols(db, *decl) {
                let path = moved_path(db, *file, &symbol, moves);
                edits.extend(path.map(|path| (in_file(db, *decl, symbol.range), format!("\"{path}\""))));
            }
        }
    }
    edits
}

/// The path that a word must say after the move, if it is another.
fn moved_path(db: &dyn Db, file: SourceFile, symbol: &Symbol, moves: &[Moved]) -> Option<String> {
    let (path, new) = match &symbol.role {
        Role::Import(path) | Role::Data(path) if !is_pattern(path) => {
            let (from, to) = (file.path(db), after(file.path(db), moves));
            (path, relative(&to, &after(&join_path(from, path)?, moves)))
        }
        Role::Path(path) => {
            let local = local_path(db, path)?;
            let folder = path.strip_suffix(local.as_str())?;
            (path, format!("{folder}{}", after(&local, moves)))
        }
        _ => return None,
    };
    (new != normal(path)).then_some(new)
}

/// A path without what leads nowhere.
fn normal(path: &str) -> String {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

fn after(path: &str, moves: &[Moved]) -> String {
    let there = moves.iter().find_map(|Moved { from, to }| {
        let rest = path.strip_prefix(from.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
    });
    there.unwrap_or_else(|| path.to_owned())
}

/// A path as it is seen from the folder of a file.
fn relative(file: &str, path: &str) -> String {
    let folders: Vec<&str> = file.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect();
    let parts: Vec<&str> = path.split('/').collect();
    let shared = folders.iter().zip(&parts).take_while(|(left, right)| left == right).count();
    let up = folders.iter().skip(shared).map(|_| "..");
    up.chain(parts.into_iter().skip(shared)).collect::<Vec<_>>().join("/")
}
