//! Paths in the source: where they lead.

use super::cursor::{At, in_file};
use super::symbols::{Role, symbols};
use crate::db::{Content, Db, SourceFile, Workspace};
use crate::model::local_path;
use crate::names::imported;
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

/// A file that has been loaded and has a text.
pub(super) fn there(db: &dyn Db, path: &str) -> Option<SourceFile> {
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
