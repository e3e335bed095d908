use std::collections::BTreeSet;
use std::sync::Arc;

use super::closure::{descriptions, followed};
use super::manifests::{is_kustomization, is_manifest};
use super::{Entry, entry, local};
use crate::db::Db;
use crate::model::services::service;
use crate::model::spec::{Origin, Source, Tool};
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// The files and folders that services name, and those that these read: they are loaded so that they can be checked, and so
/// that the closure is whole.
pub fn wanted_files(db: &dyn Db) -> BTreeSet<String> {
    declarations(db).of(db, Kind::Service).flat_map(|item| wanted_by(db, item)).cloned().collect()
}

/// The same of one service.
#[salsa::tracked]
fn wanted_by<'db>(db: &'db dyn Db, item: Item<'db>) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    let variants = service(db, item).iter().flat_map(|service| &service.variants);
    for source in variants.flat_map(|variant| &variant.spec.sources) {
        for folder in folders(source) {
            for path in followed(db, folder) {
                wanted.insert(path.to_string());
                wanted.extend(descriptions(path));
            }
        }
        if let (Tool::Directory { recurse, .. }, Origin::Own(folder)) = (&source.tool, &source.origin) {
            manifest_files(db, folder, *recurse, &mut wanted);
        }
        if let Tool::Helm(helm) = &source.tool {
            wanted.extend(helm.value_files.iter().map(ToString::to_string));
            if let Origin::Own(folder) = &source.origin {
                chart_files(db, folder, &mut wanted);
            }
        }
    }
    wanted.into_iter().filter_map(|path| local(db, &path)).filter(|path| !path.is_empty()).collect()
}

fn folders(source: &Source) -> Vec<&Arc<str>> {
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

/// The manifests of a folder and, if they count, of the folders below it.
fn manifest_files(db: &dyn Db, folder: &str, recurse: bool, wanted: &mut BTreeSet<String>) {
    let Entry::Folder(names) = entry(db, folder) else { return };
    for name in names {
        let path = format!("{folder}/{}", name.trim_end_matches('/'));
        if recurse && name.ends_with('/') {
            manifest_files(db, &path, true, wanted);
            wanted.insert(path);
        } else if is_manifest(name) && !is_kustomization(name) {
            wanted.insert(path);
        }
    }
}

/// What says which values a chart knows, and which definitions it brings.
fn chart_files(db: &dyn Db, folder: &str, wanted: &mut BTreeSet<String>) {
    let definitions = format!("{folder}/crds");
    manifest_files(db, &definitions, true, wanted);
    wanted.insert(definitions);
    for name in ["values.yaml", "values.schema.json", "charts", "templates"] {
        wanted.insert(format!("{folder}/{name}"));
    }
    let templates = format!("{folder}/templates");
    if let Entry::Folder(names) = entry(db, &templates) {
        wanted.extend(names.iter().map(|name| format!("{templates}/{}", name.trim_end_matches('/'))));
    }
}
