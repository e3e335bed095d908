use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value as Json};

use super::super::fields::source_blocks;
use super::schema::{MAX_QUESTIONS, depth, is_endless};
use super::{Chart, Entry, chart, entry};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span, did_you_mean};
use crate::overlays::Tree;
use crate::values::{DataFormat, Value, data_file};

/// What a release gives a chart of the repository.
pub(in crate::model) struct Given<'g> {
    /// The values, where there are some.
    pub(in crate::model) values: Option<&'g Tree>,
    /// Files of values, the last one wins.
    pub(in crate::model) files: &'g [Arc<str>],
    /// Whether parameters win over all of them.
    pub(in crate::model) has_parameters: bool,
    /// What to point at where a value is missing.
    pub(in crate::model) span: Span,
}

/// Checks values as Helm does: by the chart's schema, where it has one. Where it has none, a key that neither its values nor
/// its templates know is a warning.
pub(in crate::model) fn check_values(db: &dyn Db, folder: &str, given: &Given<'_>, sink: &mut Sink) {
    let chart = chart(db, folder);
    match (&chart.schema, &chart.defaults) {
        (Some(schema), _) => by_schema(db, &chart, schema, given, sink),
        (None, Some(Value::Object(_))) => by_defaults(db, &chart, given, sink),
        (None, _) => {}
    }
}

/// Whether some chart checks values by a schema, which may ask for a text that is an instance's own.
pub(in crate::model) fn asks_for_texts(db: &dyn Db, tree: &Tree) -> bool {
    source_blocks(tree).any(|block| {
        let Some(Tree::Leaf(path, _)) = block.at(&["helm", "path"]) else { return false };
        let has_patterns = block.at(&["helm", "values"]).is_some_and(has_patterns);
        let is_own = block.at(&["helm", "repo"]).is_none();
        let schema = |path: &Arc<str>| entry(db, &format!("{}/values.schema.json", path.trim_end_matches('/')));
        has_patterns && is_own && path.as_text().is_some_and(|path| matches!(schema(path), Entry::File(_)))
    })
}

fn has_patterns(tree: &Tree) -> bool {
    match tree {
        Tree::Branch(children, _) => children.values().any(has_patterns),
        Tree::Leaf(value, _) => value.has_patterns(),
        Tree::Broken(_) => false,
    }
}

fn by_schema(db: &dyn Db, chart: &Chart, schema: &Json, given: &Given<'_>, sink: &mut Sink) {
    let mut all = chart.defaults.as_ref().map_or_else(|| Json::Object(Map::new()), Value::to_json);
    for path in given.files {
        if let Some(values) = values_file(db, path) {
            coalesce(&mut all, values.to_json());
        }
    }
    if let Some(values) = given.values {
        coalesce(&mut all, values.value().to_json());
    }
    if is_endless(schema, depth(&all)) {
        let message = format!("the chart's schema asks a value more than {MAX_QUESTIONS} times");
        sink.push(
            Diagnostic::new(codes::TOO_MUCH, given.span, message)
                .note("each reference is followed wherever it stands; Helm would not come to an end either")
                .help("mend the circle of `$ref`, or the references that multiply, in values.schema.json"),
        );
        return;
    }
    let Ok(validator) = jsonschema::validator_for(schema) else { return };
    for error in validator.iter_errors(&all) {
        let path: Vec<String> = error.instance_path().as_str().split('/').skip(1).map(unescaped).collect();
        let (span, depth) = place(given, &path);
        // A parameter may give what is missing, or another value than the one that is refused.
        let is_missing = matches!(error.kind(), ValidationErrorKind::Required { .. });
        if given.has_parameters && (is_missing || depth < path.len()) {
            continue;
        }
        let at = if path.is_empty() { String::new() } else { format!(" at `{}`", path.join(".")) };
        sink.push(
            Diagnostic::new(codes::REFUSED_VALUE, span, format!("the chart refuses a value{at}: {error}"))
                .note("Helm checks values by the chart's values.schema.json and renders nothing if they don't fit")
                .help("change the value, or the schema if it is yours"),
        );
    }
}

/// As Helm: objects merge, `null` takes a key away, everything else replaces.
fn coalesce(base: &mut Json, over: Json) {
    match (base, over) {
        (Json::Object(base), Json::Object(over)) => {
            for (key, value) in over {
                if value.is_null() {
                    base.remove(&key);
                } else {
                    coalesce(base.entry(key).or_insert(Json::Null), value);
                }
            }
        }
        (base, over) => *base = over,
    }
}

/// A key in a JSON pointer.
fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// Where a value stands, or what is nearest above it, and how many keys deep that is.
fn place(given: &Given<'_>, path: &[String]) -> (Span, usize) {
    let Some(mut tree) = given.values else { return (given.span, 0) };
    let mut depth = 0;
    while let Some(child) = path.get(depth).and_then(|key| tree.get(key)) {
        tree = child;
        depth += 1;
    }
    (tree.span(), depth)
}

fn by_defaults(db: &dyn Db, chart: &Chart, given: &Given<'_>, sink: &mut Sink) {
    let (Some(Tree::Branch(children, _)), Some(defaults)) = (given.values, &chart.defaults) else { return };
    let Some(known) = defaults.as_object() else { return };
    for (key, child) in children {
        match known.get(key) {
            Some(default) => nested(db, chart, child, default, key, sink),
            None if key.as_ref() == "global" || chart.subcharts.contains(key) || chart.mentions(db, key) => {}
            None => {
                let near = did_you_mean(key, known.keys().map(AsRef::as_ref));
                sink.push(unknown(child.span(), key, near));
            }
        }
    }
}

/// Further down a chart takes keys that its values don't list, so only what is nearly one of them is suspect.
fn nested(db: &dyn Db, chart: &Chart, tree: &Tree, default: &Value, path: &str, sink: &mut Sink) {
    let (Tree::Branch(children, _), Some(known)) = (tree, default.as_object()) else { return };
    for (key, child) in children {
        let path = format!("{path}.{key}");
        match known.get(key) {
            Some(default) => nested(db, chart, child, default, &path, sink),
            None if chart.mentions(db, key) => {}
            None => {
                if let Some(near) = did_you_mean(key, known.keys().map(AsRef::as_ref)) {
                    sink.push(unknown(child.span(), &path, Some(near)));
                }
            }
        }
    }
}

fn unknown(span: Span, path: &str, near: Option<&str>) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_VALUE, span, format!("the chart knows no value `{path}`"))
        .note("neither its values.yaml nor its templates speak of it; Helm passes over what no template reads")
        .help_if(near.map(|near| format!("did you mean `{near}`?")))
        .meant_key(path.rsplit('.').next().unwrap_or(path), near)
        .superfluous("Take the value away", path.rsplit('.').next())
}

/// What a file of values says, if it has been loaded and can be read.
pub(in crate::model) fn values_file<'db>(db: &'db dyn Db, path: &str) -> Option<&'db Value> {
    match entry(db, path) {
        Entry::File(file) => data_file(db, file, DataFormat::Yaml).as_ref().ok(),
        Entry::Unknown | Entry::Missing | Entry::Folder(_) => None,
    }
}
