use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Entry, entry};
use crate::db::{Db, SourceFile};
use crate::values::{DataFormat, Value, data_file};

/// What a chart of the repository says about its values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::model) struct Chart {
    /// What its values are where nobody says otherwise.
    pub(in crate::model) defaults: Option<Value>,
    /// The JSON schema of its values.
    pub(in crate::model) schema: Option<serde_json::Value>,
    /// The keys that hold values of subcharts.
    pub(in crate::model) subcharts: BTreeSet<Arc<str>>,
    /// The texts of its templates.
    templates: Vec<SourceFile>,
}

/// Reads what has been loaded of a chart.
pub(in crate::model) fn chart(db: &dyn Db, folder: &str) -> Chart {
    let file = |name: &str| match entry(db, &format!("{folder}/{name}")) {
        Entry::File(file) => Some(file),
        Entry::Unknown | Entry::Missing | Entry::Folder(_) => None,
    };
    let defaults = file("values.yaml").and_then(|file| data_file(db, file, DataFormat::Yaml).as_ref().ok().cloned());
    let schema = file("values.schema.json").and_then(|file| serde_json::from_str(file.text(db)).ok());
    let mut subcharts = file("Chart.yaml").map(|file| dependencies(db, file)).unwrap_or_default();
    subcharts.extend(folders(db, &format!("{folder}/charts")));
    Chart { defaults, schema, subcharts, templates: templates(db, folder) }
}

impl Chart {
    /// Whether some template speaks of a value of this name.
    pub(in crate::model) fn mentions(&self, db: &dyn Db, key: &str) -> bool {
        self.templates.is_empty() || self.templates.iter().any(|file| file.text(db).contains(key))
    }
}

/// Under which keys a Chart.yaml's dependencies take their values.
fn dependencies(db: &dyn Db, file: SourceFile) -> BTreeSet<Arc<str>> {
    let Ok(Value::Object(document)) = data_file(db, file, DataFormat::Yaml) else { return BTreeSet::new() };
    let dependencies = document.get("dependencies").and_then(Value::as_list).unwrap_or_default();
    let name = |dependency: &Value| {
        let dependency = dependency.as_object()?;
        ["alias", "name"].iter().find_map(|key| dependency.get(*key)?.as_text().cloned())
    };
    dependencies.iter().filter_map(name).collect()
}

fn folders<'db>(db: &'db dyn Db, path: &str) -> impl Iterator<Item = Arc<str>> + use<'db> {
    let names = match entry(db, path) {
        Entry::Folder(names) => names,
        Entry::Unknown | Entry::Missing | Entry::File(_) => &[],
    };
    names.iter().filter_map(|name| name.strip_suffix('/')).map(Arc::from)
}

fn templates(db: &dyn Db, folder: &str) -> Vec<SourceFile> {
    let folder = format!("{folder}/templates");
    let Entry::Folder(names) = entry(db, &folder) else { return vec![] };
    let files = names.iter().filter_map(|name| match entry(db, &format!("{folder}/{name}")) {
        Entry::File(file) => Some(file),
        Entry::Unknown | Entry::Missing | Entry::Folder(_) => None,
    });
    files.collect()
}
