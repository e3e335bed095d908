//! What a folder of the platform's repository reads outside itself: Kustomize bases and components, and charts that a chart
//! depends on by `file://`. Argo CD renders an Application again only when one of these has changed, so none may be missing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::estates::estate;
use super::services::service;
use super::spec::{Origin, Source, Tool};
use crate::db::{Db, Workspace};
use crate::names::declarations;
use crate::schema::Kind;
use crate::values::join_path;

/// The names that a kustomization may have.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// More folders than this are not followed.
const MAX_FOLDERS: usize = 1_000;

/// A folder and everything outside it that it reads, folders and files alike, from the repository's root.
pub fn closure<'db>(db: &'db dyn Db, folder: &str) -> &'db [Arc<str>] {
    closure_of(db, Folder::new(db, folder.to_owned()))
}

/// A folder of the repository, by its path from the repository's root.
#[salsa::interned]
struct Folder<'db> {
    #[returns(deref)]
    path: String,
}

/// Computed once for all Applications of a folder; while it stays the same, a new file changes none of them.
#[salsa::tracked]
fn closure_of<'db>(db: &'db dyn Db, folder: Folder<'db>) -> Vec<Arc<str>> {
    let folder = folder.path(db);
    let mut found: Vec<Arc<str>> = vec![folder.into()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        next += 1;
        for read in reads(db, &path) {
            if found.len() < MAX_FOLDERS && !found.contains(&read) {
                found.push(read);
            }
        }
    }
    let within = |path: &str| path != folder && !path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let mut outside: Vec<Arc<str>> = found.into_iter().filter(|path| within(path)).collect();
    outside.sort();
    outside.insert(0, folder.into());
    outside
}

/// The files that say what the platform's folders read; they are loaded so that the closure is whole.
pub fn wanted_files(db: &dyn Db) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    let services = declarations(db).of(db, Kind::Service).filter_map(|item| service(db, item).as_ref());
    for source in services.flat_map(|service| &service.variants).flat_map(|variant| &variant.spec.sources) {
        for folder in own_folders(source) {
            for path in closure(db, folder) {
                wanted.extend(descriptions(db, path));
            }
        }
    }
    wanted
}

fn own_folders(source: &Source) -> Vec<&Arc<str>> {
    let folder = match &source.origin {
        Origin::Own(path) => Some(path),
        Origin::Git { .. } | Origin::Chart { .. } | Origin::Written => None,
    };
    let components = match &source.tool {
        Tool::Kustomize(kustomize) => kustomize.components.as_slice(),
        _ => &[],
    };
    folder.into_iter().chain(components).collect()
}

/// The files of a folder that say what it reads, from the platform's folder.
fn descriptions(db: &dyn Db, folder: &str) -> Vec<String> {
    let is_file = [".yaml", ".yml", ".json"].iter().any(|end| folder.ends_with(end));
    let Some(local) = local(db, folder).filter(|_| !is_file) else { return vec![] };
    let join = |name: &str| if local.is_empty() { name.to_owned() } else { format!("{local}/{name}") };
    KUSTOMIZATIONS.into_iter().chain(["Chart.yaml"]).map(join).collect()
}

/// A path of the repository, seen from the platform's folder; nothing where it lies outside.
fn local(db: &dyn Db, path: &str) -> Option<String> {
    let prefix = estate(db).platform.as_ref().map_or("", |platform| platform.folder.as_ref());
    if prefix.is_empty() {
        return Some(path.to_owned());
    }
    path.strip_prefix(prefix).map(|rest| rest.trim_start_matches('/').to_owned())
}

/// The paths that a folder's kustomization or chart names.
fn reads(db: &dyn Db, folder: &str) -> Vec<Arc<str>> {
    let files = Workspace::get(db).files(db);
    let loaded = descriptions(db, folder).into_iter().filter_map(|path| files.get(&path).copied());
    let named = loaded.flat_map(|file| named_paths(file.text(db)));
    // The folder's own name stands for a file in it, so that relative paths start there.
    named.filter_map(|path| join_path(&format!("{folder}/x"), &path)).map(Arc::from).collect()
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
