//! Objects in files of the platform's repository.

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize as _;
use serde_yaml::Value as Yaml;

use super::{Entry, KUSTOMIZATIONS, entry};
use crate::db::{Db, SourceFile};
use crate::model::refusals::{Refusal, refusals};
use crate::text::TextRange;
use crate::values::bounded;

/// An object in a file, as far as it can be wrong before anything is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::model) struct Manifest {
    /// The file.
    pub(in crate::model) file: SourceFile,
    /// The line that says what it is.
    pub(in crate::model) range: TextRange,
    /// The API version.
    pub(in crate::model) api_version: Arc<str>,
    /// The kind.
    pub(in crate::model) kind: Arc<str>,
    /// The namespace, where it says one.
    pub(in crate::model) namespace: Option<Arc<str>>,
    /// The name; nothing where Kubernetes is to make one up.
    pub(in crate::model) name: Option<Arc<str>>,
    /// The annotations that are texts.
    pub(in crate::model) annotations: BTreeMap<Arc<str>, Arc<str>>,
    /// What is wrong with it by itself.
    pub(in crate::model) refusals: Vec<Refusal>,
    /// Whether it says how many replicas it has.
    pub(in crate::model) has_replicas: bool,
    /// The kind and the name of what it scales.
    pub(in crate::model) scales: Option<(Arc<str>, Arc<str>)>,
    /// Whether it is a Secret with data that nobody has encrypted.
    pub(in crate::model) reveals: bool,
}

/// What a file of manifests holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::model) struct Manifests {
    /// Its objects.
    pub(in crate::model) objects: Vec<Manifest>,
    /// Why it can't be read, where it looks like manifests.
    pub(in crate::model) problem: Option<(SourceFile, TextRange, String)>,
}

/// Whether Argo CD takes a file of this name for manifests.
pub(super) fn is_manifest(name: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end))
}

/// Whether a file of this name says how Kustomize builds a folder.
pub(super) fn is_kustomization(name: &str) -> bool {
    KUSTOMIZATIONS.contains(&name)
}

/// What the files of a folder hold, as Argo CD chooses them: `include` and `exclude` see the path from the folder.
pub(in crate::model) fn manifests_below<'db>(
    db: &'db dyn Db,
    folder: &str,
    recurse: bool,
    (include, exclude): (Option<&str>, Option<&str>),
) -> Vec<&'db Manifests> {
    // A set says that a pattern is too large; a matcher alone would panic.
    let set = |glob: Glob| GlobSetBuilder::new().add(glob).build().ok();
    let pattern = |text: Option<&str>| text.and_then(|text| Glob::new(text).ok()).and_then(set);
    let (include, exclude) = (pattern(include), pattern(exclude));
    let fits = |path: &str| {
        let is = |glob: &GlobSet| glob.is_match(path);
        include.as_ref().is_none_or(is) && !exclude.as_ref().is_some_and(is)
    };
    let mut files = vec![];
    below(db, folder, "", recurse, &mut files);
    files.into_iter().filter(|(path, _)| fits(path)).map(|(_, file)| manifests(db, file)).collect()
}

/// What the `crds` folder of a chart holds.
pub(in crate::model) fn definitions<'db>(db: &'db dyn Db, chart: &str) -> Vec<&'db Manifests> {
    manifests_below(db, &format!("{chart}/crds"), true, (None, None))
}

fn below(db: &dyn Db, folder: &str, prefix: &str, recurse: bool, files: &mut Vec<(String, SourceFile)>) {
    let Entry::Folder(names) = entry(db, folder) else { return };
    for name in names {
        let plain = name.trim_end_matches('/');
        let (path, relative) = (format!("{folder}/{plain}"), format!("{prefix}{plain}"));
        match entry(db, &path) {
            Entry::Folder(_) if recurse => below(db, &path, &format!("{relative}/"), true, files),
            Entry::File(file) if is_manifest(plain) => files.push((relative, file)),
            _ => {}
        }
    }
}

/// What a file holds, read once for all who name it.
#[salsa::tracked]
pub(super) fn manifests(db: &dyn Db, file: SourceFile) -> Manifests {
    let mut read = Manifests::default();
    let text = file.text(db);
    if let Err(reason) = bounded(text) {
        read.problem = looks_like_manifests(text).then(|| (file, line_at(text, 0), reason));
        return read;
    }
    let mut ranges = kinds(text).into_iter();
    for document in serde_yaml::Deserializer::from_str(text) {
        let document = match Yaml::deserialize(document) {
            Ok(document) => document,
            Err(error) => {
                let line = error.location().map_or(0, |place| place.line().saturating_sub(1));
                read.problem = looks_like_manifests(text).then(|| (file, line_at(text, line), error.to_string()));
                return read;
            }
        };
        for object in objects(&document) {
            let range = ranges.next().unwrap_or_else(|| line_at(text, 0));
            read.objects.extend(manifest(object, file, range));
        }
    }
    read
}

/// Argo CD passes over a file that it can't read, unless these words stand in it.
fn looks_like_manifests(text: &str) -> bool {
    ["apiVersion:", "kind:", "metadata:"].iter().all(|word| text.contains(word))
}

/// The objects of a document: itself, or the items of a list.
fn objects(document: &Yaml) -> Vec<&Yaml> {
    match document.get("items").and_then(Yaml::as_sequence) {
        Some(items) if text(document, "kind").is_some_and(|kind| kind.ends_with("List")) => items.iter().collect(),
        _ => vec![document],
    }
}

fn manifest(object: &Yaml, file: SourceFile, range: TextRange) -> Option<Manifest> {
    let (api_version, kind) = (text(object, "apiVersion")?, text(object, "kind")?);
    let metadata = object.get("metadata").unwrap_or(&Yaml::Null);
    let written = metadata.get("annotations").and_then(Yaml::as_mapping).into_iter().flatten();
    let texts = written.filter_map(|(key, value)| Some((key.as_str()?.into(), value.as_str()?.into())));
    let filled = |key: &str| object.get(key).and_then(Yaml::as_mapping).is_some_and(|data| !data.is_empty());
    let spec = object.get("spec").unwrap_or(&Yaml::Null);
    let target = spec.get("scaleTargetRef").unwrap_or(&Yaml::Null);
    Some(Manifest {
        file,
        range,
        has_replicas: spec.get("replicas").is_some(),
        scales: text(target, "kind").zip(text(target, "name")),
        reveals: kind.as_ref() == "Secret" && object.get("sops").is_none() && (filled("data") || filled("stringData")),
        api_version,
        kind,
        namespace: text(metadata, "namespace"),
        name: text(metadata, "name"),
        annotations: texts.collect(),
        refusals: serde_json::to_value(object).map(|object| refusals(&object)).unwrap_or_default(),
    })
}

fn text(value: &Yaml, key: &str) -> Option<Arc<str>> {
    value.get(key).and_then(Yaml::as_str).map(Arc::from)
}

/// The lines that say the kinds of the documents of a file, in their order; of a list, none.
fn kinds(text: &str) -> Vec<TextRange> {
    let mut start = 0;
    let mut found = vec![];
    for line in text.split_inclusive('\n') {
        if line.starts_with("kind:") {
            found.push(range(start, line));
        }
        start += line.len();
    }
    found
}

/// The line that a key at the top of a document stands on.
pub(super) fn line_of_key(text: &str, key: &str) -> TextRange {
    let is_it = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
    line_at(text, text.lines().position(is_it).unwrap_or(0))
}

/// A line by its number, or the last one.
fn line_at(text: &str, index: usize) -> TextRange {
    let (mut start, mut last) = (0, "");
    for line in text.split_inclusive('\n').take(index.saturating_add(1)) {
        start += last.len();
        last = line;
    }
    range(start, last)
}

fn range(start: usize, line: &str) -> TextRange {
    let start = u32::try_from(start).unwrap_or(u32::MAX);
    let length = u32::try_from(line.trim_end().len()).unwrap_or(0);
    TextRange { start, end: start.saturating_add(length) }
}
