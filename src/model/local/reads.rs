use std::collections::BTreeMap;
use std::sync::Arc;

use super::closure::closure;
use super::manifests::is_manifest;
use super::{Entry, entry};
use crate::db::Db;
use crate::model::services::service;
use crate::model::spec::{Origin, Source, Tool};
use crate::names::Item;

/// Everything of the platform's repository that a service reads, from its root, and whether it is a folder.
#[salsa::tracked]
pub(in crate::model) fn local_reads<'db>(db: &'db dyn Db, item: Item<'db>) -> BTreeMap<Arc<str>, bool> {
    let variants = service(db, item).iter().flat_map(|service| &service.variants);
    variants.flat_map(|variant| &variant.spec.sources).flat_map(|source| of_source(db, source)).collect()
}

fn of_source(db: &dyn Db, source: &Source) -> Vec<(Arc<str>, bool)> {
    let own = match &source.origin {
        Origin::Own(path) => Some(path),
        Origin::Git { .. } | Origin::Chart { .. } | Origin::Written => None,
    };
    let (components, files) = match &source.tool {
        Tool::Helm(helm) => (&[][..], helm.value_files.as_slice()),
        Tool::Kustomize(kustomize) => (kustomize.components.as_slice(), &[][..]),
        Tool::Directory { .. } | Tool::Objects(_) | Tool::Secrets(_) | Tool::Plugin(_) => (&[][..], &[][..]),
    };
    let folders = own.into_iter().chain(components).flat_map(|folder| closure(db, folder));
    let folders = folders.map(|path| (Arc::clone(path), is_folder(db, path)));
    folders.chain(files.iter().map(|path| (Arc::clone(path), false))).collect()
}

/// What lies outside the platform's folder is told by its name.
fn is_folder(db: &dyn Db, path: &str) -> bool {
    match entry(db, path) {
        Entry::Folder(_) => true,
        Entry::File(_) => false,
        Entry::Missing | Entry::Unknown => !is_manifest(path),
    }
}
