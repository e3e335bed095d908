//! What a Kustomize base brings, as far as it can be said without building it: its resources and those of its bases, with
//! their namespaces, prefixes and suffixes.

use std::sync::Arc;

use serde_yaml::Value as Yaml;

use super::closure::MAX_READ;
use super::manifests::{Manifest, is_manifest, manifests};
use super::{Entry, KUSTOMIZATIONS, entry};
use crate::db::{Db, SourceFile};
use crate::diagnostics::did_you_mean;
use crate::values::{bounded, join_path};

/// Bases that lie deeper in each other are not followed.
const MAX_DEPTH: usize = 32;

/// Kinds that Kustomize neither puts into a namespace nor gives another name.
const KEPT: [&str; 3] = ["CustomResourceDefinition", "APIService", "Namespace"];

/// What a kustomization may say, with what older ones say.
const FIELDS: [&str; 36] = [
    "apiVersion",
    "kind",
    "metadata",
    "bases",
    "buildMetadata",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "configurations",
    "crds",
    "generatorOptions",
    "generators",
    "helmChartInflationGenerator",
    "helmCharts",
    "helmGlobals",
    "imageTags",
    "images",
    "inventory",
    "labels",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "openapi",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "resources",
    "secretGenerator",
    "sortOptions",
    "transformers",
    "validators",
    "vars",
    "legacySortOptions",
];

/// The fields of a folder's kustomization that Kustomize does not know, each with what is probably meant.
pub(super) fn unknown_fields(db: &dyn Db, folder: &str) -> Vec<(SourceFile, String, Option<&'static str>)> {
    let Some((file, kustomization)) = kustomization(db, folder) else { return vec![] };
    let keys = kustomization.as_mapping().into_iter().flatten().filter_map(|(key, _)| key.as_str());
    let unknown = keys.filter(|key| !FIELDS.contains(key));
    unknown.map(|key| (file, key.to_owned(), did_you_mean(key, FIELDS))).collect()
}

fn kustomization(db: &dyn Db, folder: &str) -> Option<(SourceFile, Yaml)> {
    let file = KUSTOMIZATIONS.iter().find_map(|name| match entry(db, &format!("{folder}/{name}")) {
        Entry::File(file) => Some(file),
        Entry::Unknown | Entry::Missing | Entry::Folder(_) => None,
    })?;
    bounded(file.text(db)).ok()?;
    Some((file, serde_yaml::from_str(file.text(db)).ok()?))
}

/// The objects of a base. What patches delete is not known and counts as being there; what is generated does not count.
pub(in crate::model) fn kustomized(db: &dyn Db, folder: &str) -> Vec<Manifest> {
    let (mut objects, mut left) = (vec![], MAX_READ);
    base(db, folder, MAX_DEPTH, &mut left, &mut objects);
    objects
}

/// `left` is how many paths are still followed: two that each lead to both would never end.
fn base(db: &dyn Db, folder: &str, depth: usize, left: &mut usize, objects: &mut Vec<Manifest>) {
    let Some((_, kustomization)) = kustomization(db, folder) else { return };
    let first = objects.len();
    for key in ["resources", "bases"] {
        let paths = kustomization.get(key).and_then(Yaml::as_sequence).into_iter().flatten().filter_map(Yaml::as_str);
        for path in paths.filter_map(|path| join_path(&format!("{folder}/x"), path)) {
            let Some(fewer) = left.checked_sub(1) else { return };
            *left = fewer;
            match entry(db, &path) {
                Entry::File(file) if is_manifest(&path) => objects.extend(manifests(db, file).objects.iter().cloned()),
                Entry::Folder(_) if depth > 0 => base(db, &path, depth - 1, left, objects),
                _ => {}
            }
        }
    }
    objects.iter_mut().skip(first).for_each(|object| transform(object, &kustomization));
}

fn transform(object: &mut Manifest, kustomization: &Yaml) {
    let text = |key: &str| kustomization.get(key).and_then(Yaml::as_str);
    if let Some(namespace) = text("namespace") {
        set_namespace(object, namespace);
    }
    rename(object, text("namePrefix").unwrap_or(""), text("nameSuffix").unwrap_or(""));
}

fn set_namespace(object: &mut Manifest, namespace: &str) {
    if !KEPT.contains(&object.kind.as_ref()) {
        object.namespace = Some(namespace.into());
    }
}

/// Puts a prefix and a suffix around a name, as Kustomize does.
pub(in crate::model) fn rename(object: &mut Manifest, prefix: &str, suffix: &str) {
    if KEPT.contains(&object.kind.as_ref()) || (prefix.is_empty() && suffix.is_empty()) {
        return;
    }
    let renamed = |name: Arc<str>| Arc::from(format!("{prefix}{name}{suffix}"));
    object.name = object.name.take().map(renamed);
    object.scales = object.scales.take().map(|(kind, name)| (kind, renamed(name)));
}
