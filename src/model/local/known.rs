//! What a folder of the repository would take: the values of a chart, the workloads and images of a base.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::closure::followed;
use super::kustomized::kustomized;
use super::manifests::is_manifest;
use super::{Entry, chart, entry};
use crate::db::Db;
use crate::values::Value;

/// A key of a chart's values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueKey {
    /// What it is where nobody says otherwise.
    pub default: Option<Value>,
    /// What the chart's schema says of it.
    pub doc: Option<String>,
    /// Its type, as the chart's schema calls it.
    pub of: Option<String>,
    /// Whether keys stand below it.
    pub is_object: bool,
}

/// The keys that a chart of the repository knows below a path in its values.
pub fn value_keys(db: &dyn Db, folder: &str, path: &[&str]) -> BTreeMap<Arc<str>, ValueKey> {
    let chart = chart(db, folder.trim_end_matches('/'));
    let mut keys = BTreeMap::new();
    if let Some(root) = &chart.schema {
        let at = path.iter().try_fold(root, |schema, key| resolved(root, schema).get("properties")?.get(key));
        let properties = at.and_then(|schema| resolved(root, schema).get("properties")).and_then(Json::as_object);
        keys.extend(
            properties
                .into_iter()
                .flatten()
                .map(|(key, schema)| (key.as_str().into(), of_schema(resolved(root, schema)))),
        );
    }
    let defaults = path.iter().try_fold(chart.defaults.as_ref(), |value, key| Some(value?.as_object()?.get(*key)));
    for (key, default) in defaults.flatten().and_then(Value::as_object).into_iter().flatten() {
        let known: &mut ValueKey = keys.entry(Arc::clone(key)).or_default();
        known.is_object |= default.as_object().is_some();
        known.default = Some(default.clone());
    }
    if path.is_empty() {
        let subcharts = chart.subcharts.into_iter().filter(|key| !keys.contains_key(key)).collect::<Vec<_>>();
        keys.extend(subcharts.into_iter().map(|key| (key, ValueKey { is_object: true, ..ValueKey::default() })));
    }
    keys
}

/// What a schema refers to, if that is another part of the same file.
fn resolved<'s>(root: &'s Json, schema: &'s Json) -> &'s Json {
    let target = schema.get("$ref").and_then(Json::as_str).and_then(|reference| reference.strip_prefix('#'));
    target.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

fn of_schema(schema: &Json) -> ValueKey {
    let text = |key: &str| schema.get(key).and_then(Json::as_str).map(str::to_owned);
    let of = text("type");
    let is_object = of.as_deref() == Some("object") || schema.get("properties").is_some();
    ValueKey { default: None, doc: text("description").or_else(|| text("title")), of, is_object }
}

/// The names of what a Kustomize base has replicas of, each with its kind.
pub fn workloads(db: &dyn Db, folder: &str) -> BTreeMap<Arc<str>, Arc<str>> {
    const KINDS: [&str; 4] = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];
    let objects = kustomized(db, folder.trim_end_matches('/')).into_iter();
    let scaled = objects.filter(|object| KINDS.contains(&object.kind.as_ref()));
    scaled.filter_map(|object| Some((object.name?, object.kind))).collect()
}

/// The images that the files of a Kustomize base name, without their tags.
pub fn images(db: &dyn Db, folder: &str) -> Vec<Arc<str>> {
    let mut images: Vec<Arc<str>> = vec![];
    for path in followed(db, folder.trim_end_matches('/')).iter().filter(|path| is_manifest(path)) {
        if let Entry::File(file) = entry(db, path) {
            images.extend(file.text(db).lines().filter_map(image).map(Arc::from));
        }
    }
    images.sort();
    images.dedup();
    images
}

/// The image that a line of a manifest names.
fn image(line: &str) -> Option<&str> {
    let named = line.trim_start().trim_start_matches("- ").strip_prefix("image:")?.trim().trim_matches(['"', '\'']);
    let name = named.split('@').next()?;
    let tag = name.rfind('/').unwrap_or(0);
    let end = name.get(tag..)?.find(':').map_or(name.len(), |colon| tag + colon);
    name.get(..end).filter(|name| !name.is_empty())
}
