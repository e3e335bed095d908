//! What a folder of the platform's repository reads outside itself: Kustomize bases and components, and charts that a chart
//! depends on by `file://`. Argo CD renders an Application again only when one of these has changed, so none may be missing.

use std::sync::Arc;

use super::manifests::is_manifest;
use super::{Entry, KUSTOMIZATIONS, RepositoryPath, entry};
use crate::db::Db;
use crate::values::join_path;

/// More folders than this are not followed.
const MAX_FOLDERS: usize = 1_000;

/// A folder and everything outside it that it reads, folders and files alike, from the repository's root.
pub fn closure<'db>(db: &'db dyn Db, folder: &str) -> &'db [Arc<str>] {
    closure_of(db, RepositoryPath::new(db, folder.to_owned()))
}

/// The same, and what it reads of what lies within itself.
pub(super) fn followed<'db>(db: &'db dyn Db, folder: &str) -> &'db [Arc<str>] {
    followed_of(db, RepositoryPath::new(db, folder.to_owned()))
}

/// Computed once for all Applications of a folder; while it stays the same, a new file changes none of them.
#[salsa::tracked]
fn closure_of<'db>(db: &'db dyn Db, folder: RepositoryPath<'db>) -> Vec<Arc<str>> {
    let own = folder.path(db);
    let outside =
        |path: &&Arc<str>| !path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let mut outside: Vec<Arc<str>> = followed_of(db, folder).iter().filter(outside).cloned().collect();
    outside.sort();
    outside.insert(0, own.into());
    outside
}

#[salsa::tracked]
fn followed_of<'db>(db: &'db dyn Db, folder: RepositoryPath<'db>) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = vec![folder.path(db).into()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        next += 1;
        for read in reads(db, &path) {
            if found.len() < MAX_FOLDERS && !found.contains(&read) {
                found.push(read);
            }
        }
    }
    found
}

/// The files of a folder that say what it reads.
pub(super) fn descriptions(folder: &str) -> Vec<String> {
    if is_manifest(folder) {
        return vec![];
    }
    KUSTOMIZATIONS.into_iter().chain(["Chart.yaml"]).map(|name| format!("{folder}/{name}")).collect()
}

/// The paths that a folder's kustomization or chart names, from the repository's root.
pub(super) fn reads(db: &dyn Db, folder: &str) -> Vec<Arc<str>> {
    let texts = descriptions(folder).into_iter().filter_map(|path| match entry(db, &path) {
        Entry::File(file) => Some(file.text(db)),
        Entry::Unknown | Entry::Missing | Entry::Folder(_) => None,
    });
    // The folder's own name stands for a file in it, so that relative paths start there.
    texts.flat_map(named_paths).filter_map(|path| join_path(&format!("{folder}/x"), &path)).map(Arc::from).collect()
}

/// Every relative path that a kustomization or a Chart.yaml names.
fn named_paths(text: &str) -> Vec<String> {
    let Ok(document) = serde_yaml::from_str::<serde_yaml::Value>(text) else { return vec![] };
    let mut found = vec![];
    for key in [
        "resources",
        "bases",
        "components",
        "crds",
        "configurations",
        "generators",
        "transformers",
        "patchesStrategicMerge",
    ] {
        let items = document.get(key).and_then(serde_yaml::Value::as_sequence).into_iter().flatten();
        found.extend(items.filter_map(|item| item.as_str().map(str::to_owned)));
    }
    for key in ["patches", "replacements"] {
        let items = document.get(key).and_then(serde_yaml::Value::as_sequence).into_iter().flatten();
        found.extend(items.filter_map(|item| item.get("path").and_then(serde_yaml::Value::as_str)).map(str::to_owned));
    }
    let dependencies = document.get("dependencies").and_then(serde_yaml::Value::as_sequence).into_iter().flatten();
    let repositories = dependencies.filter_map(|item| item.get("repository").and_then(serde_yaml::Value::as_str));
    found.extend(repositories.filter_map(|url| url.strip_prefix("file://").map(str::to_owned)));
    found.retain(|path| {
        !path.contains("://") && !path.contains('\n') && !path.starts_with('/') && !path.contains("?ref=")
    });
    found
}
