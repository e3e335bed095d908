//! The platform's own repository, as far as it lies in the platform's folder and has been loaded: charts, Kustomize bases,
//! folders of manifests, files of values.

mod chart;
mod closure;
mod files;
mod known;
mod kustomized;
mod manifests;
mod paths;
mod reads;
mod schema;
mod values;

pub use closure::closure;
pub use files::wanted_files;
pub use known::{ValueKey, images, value_keys, workloads};
pub(super) use reads::local_reads;

use chart::{Chart, chart};
pub(super) use kustomized::{kustomized, rename};
pub(super) use manifests::{Manifest, Manifests, definitions, manifests_below};
pub(super) use paths::{check_files, check_folder};
pub(super) use values::{Given, asks_for_texts, check_values, values_file};

use std::sync::Arc;

use super::estates::estate;
use crate::db::{Content, Db, SourceFile, Workspace};

/// The names that a kustomization may have.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What lies at a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry<'db> {
    /// It was not looked at: it lies outside the platform's folder, or nobody has asked the disk yet.
    Unknown,
    Missing,
    File(SourceFile),
    /// A folder; the names of folders in it end in `/`.
    Folder(&'db [Arc<str>]),
}

/// What lies at a path of the repository.
pub(super) fn entry<'db>(db: &'db dyn Db, path: &str) -> Entry<'db> {
    let Some(file) = *loaded(db, RepositoryPath::new(db, path.to_owned())) else { return Entry::Unknown };
    match file.content(db) {
        Content::Text(_) | Content::Unreadable(_) => Entry::File(file),
        Content::Missing => Entry::Missing,
        Content::Folder(names) => Entry::Folder(names),
    }
}

/// A path from the repository's root.
#[salsa::interned]
struct RepositoryPath<'db> {
    #[returns(deref)]
    path: String,
}

/// What has been loaded from a path: a narrow view of all files, so that a further one concerns nobody who does not name it.
#[salsa::tracked]
fn loaded<'db>(db: &'db dyn Db, path: RepositoryPath<'db>) -> Option<SourceFile> {
    Workspace::get(db).files(db).get(&local(db, path.path(db))?).copied()
}

/// A path of the repository, seen from the platform's folder; nothing where it lies outside.
pub fn local(db: &dyn Db, path: &str) -> Option<String> {
    let prefix = estate(db).platform.as_ref().map_or("", |platform| platform.folder.as_ref());
    if prefix.is_empty() {
        return Some(path.to_owned());
    }
    let rest = path.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/').to_owned())
}

/// What makes a folder what a source needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    Chart,
    Kustomization,
    Manifests,
    Any,
}

impl Nature {
    /// Why a folder with these files is not of this nature: what is wrong, the rule, and the mend.
    pub(super) fn refuses(self, names: &[Arc<str>]) -> Option<(&'static str, &'static str, &'static str)> {
        let has = |name: &str| names.iter().any(|known| known.as_ref() == name);
        let kustomization = KUSTOMIZATIONS.into_iter().any(has);
        match self {
            Self::Chart if !has("Chart.yaml") => Some((
                "there is no Chart.yaml in it",
                "Argo CD renders a folder with Helm only if it is a chart",
                "name the folder that holds the Chart.yaml",
            )),
            Self::Kustomization if !kustomization => Some((
                "there is no kustomization.yaml in it",
                "Argo CD renders a folder with Kustomize only if it has a kustomization",
                "name the folder that holds it, or write `manifests { path = ... }` for plain files",
            )),
            Self::Manifests if kustomization => Some((
                "it holds a kustomization",
                "Argo CD renders a folder with a kustomization by Kustomize, not as plain files",
                "write `kustomize { path = ... }`",
            )),
            Self::Manifests if has("Chart.yaml") => Some((
                "it holds a chart",
                "Argo CD renders a folder with a Chart.yaml by Helm, not as plain files",
                "write `helm { path = ... }`",
            )),
            _ => None,
        }
    }
}
