//! What a folder of the platform's repository reads outside itself: Kustomize bases and components, and charts that a chart
//! depends on by `file://`. Argo CD renders an Application again only when one of these has changed, so none may be missing.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::manifests::is_manifest;
use super::{Entry, KUSTOMIZATIONS, RepositoryPath, entry};
use crate::db::{Db, SourceFile};
use crate::values::{DataFormat, Value, data_file, join_path};

/// How many folders and files a source may read, from one to the next.
pub(super) const MAX_READ: usize = 2_000;

/// A folder and everything outside it that it reads, folders and files alike, from the repository's root.
pub fn closure<'db>(db: &'db dyn Db, folder: &str) -> &'db [Arc<str>] {
    closure_of(db, RepositoryPath::new(db, folder.to_owned()))
}

/// The same, and what it reads of what lies within itself.
pub(super) fn followed<'db>(db: &'db dyn Db, folder: &str) -> &'db [Arc<str>] {
    &followed_of(db, RepositoryPath::new(db, folder.to_owned())).paths
}

/// Whether that is all.
pub(super) fn is_whole(db: &dyn Db, folder: &str) -> bool {
    followed_of(db, RepositoryPath::new(db, folder.to_owned())).is_whole
}

#[derive(Debug, PartialEq, Eq)]
struct Followed {
    paths: Vec<Arc<str>>,
    is_whole: bool,
}

/// Computed once for all Applications of a folder; while it stays the same, a new file changes none of them.
#[salsa::tracked]
fn closure_of<'db>(db: &'db dyn Db, folder: RepositoryPath<'db>) -> Vec<Arc<str>> {
    let own = folder.path(db);
    let outside =
        |path: &&Arc<str>| !path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let mut outside: Vec<Arc<str>> = followed_of(db, folder).paths.iter().filter(outside).cloned().collect();
    outside.sort();
    outside.insert(0, own.into());
    outside
}

#[salsa::tracked]
fn followed_of<'db>(db: &'db dyn Db, folder: RepositoryPath<'db>) -> Followed {
    let folder: Arc<str> = folder.path(db).into();
    let mut found = Found { list: vec![Arc::clone(&folder)], seen: FxHashSet::from_iter([folder]), is_whole: true };
    let mut next = 0;
    while let Some(path) = found.list.get(next).cloned() {
        next += 1;
        reads(db, &path).into_iter().for_each(|read| found.add(read));
    }
    Followed { paths: found.list, is_whole: found.is_whole }
}

/// What was found to be read so far, in that order.
struct Found {
    list: Vec<Arc<str>>,
    seen: FxHashSet<Arc<str>>,
    is_whole: bool,
}

impl Found {
    fn add(&mut self, path: Arc<str>) {
        if self.seen.contains(&path) {
            return;
        }
        self.is_whole &= self.list.len() < MAX_READ;
        if self.is_whole {
            self.seen.insert(Arc::clone(&path));
            self.list.push(path);
        }
    }
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
    let files = descriptions(folder).into_iter().filter_map(|path| match entry(db, &path) {
        Entry::File(file) => Some(file),
        Entry::Unknown | Entry::Missing | Entry::Folder(_) => None,
    });
    // The folder's own name stands for a file in it, so that relative paths start there.
    files
        .flat_map(|file| named_paths(db, file))
        .filter_map(|path| join_path(&format!("{folder}/x"), path))
        .map(Arc::from)
        .collect()
}

/// Every relative path that a kustomization or a Chart.yaml names.
fn named_paths(db: &dyn Db, file: SourceFile) -> Vec<&str> {
    let Ok(Value::Object(document)) = data_file(db, file, DataFormat::Yaml) else { return vec![] };
    let items = |key: &str| document.get(key).and_then(Value::as_list).unwrap_or_default();
    let plain = LISTS.iter().flat_map(|key| items(key)).filter_map(Value::as_text);
    let patches = ["patches", "replacements"].into_iter().flat_map(items).filter_map(|item| text_at(item, "path"));
    let charts = items("dependencies").iter().filter_map(|item| text_at(item, "repository")?.strip_prefix("file://"));
    let mut found: Vec<&str> = plain.chain(patches).map(AsRef::as_ref).chain(charts).collect();
    found.retain(|path| {
        !path.contains("://") && !path.contains('\n') && !path.starts_with('/') && !path.contains("?ref=")
    });
    found
}

fn text_at<'v>(value: &'v Value, key: &str) -> Option<&'v Arc<str>> {
    value.as_object()?.get(key)?.as_text()
}

/// The keys of a kustomization whose lists hold paths.
const LISTS: [&str; 8] = [
    "resources",
    "bases",
    "components",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "patchesStrategicMerge",
];
