//! Files of Helm values: they are no objects, so the judge is not shown them. Applications that name one find it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::Texts;
use crate::trial::{Difference, Trial};

/// The files of the output folder that Applications take values from, with what is wrong with them.
pub(crate) fn values(trial: &Trial) -> (BTreeSet<String>, Vec<Difference>) {
    let named: BTreeSet<String> = trial.hubs.iter().flat_map(|hub| hub.applications.values()).flat_map(files).collect();
    let own = format!("{}/", trial.output);
    let named: BTreeSet<String> = named.into_iter().filter(|path| path.starts_with(&own)).collect();
    let found = named.iter().filter_map(|path| wrong(&trial.repository, path)).collect();
    (named, found)
}

/// The paths that an Application's charts take values from, from the root of the platform's repository.
fn files(application: &Value) -> Vec<String> {
    let spec = &application["spec"];
    let sources = spec["sources"].as_array().cloned().unwrap_or_else(|| vec![spec["source"].clone()]);
    let files = sources.iter().filter_map(|source| source["helm"]["valueFiles"].as_array()).flatten();
    let files = files.filter_map(Value::as_str);
    files.map(|file| file.strip_prefix("$values/").or(file.strip_prefix('/')).unwrap_or(file).to_owned()).collect()
}

fn wrong(repository: &Texts, path: &str) -> Option<Difference> {
    let Some(text) = repository.get(path) else {
        return Some(Difference::new("values/missing", format!("there is no {path}")));
    };
    let is_mapping = serde_yaml::from_str::<Value>(text).is_ok_and(|values| values.is_object());
    (!is_mapping).then(|| Difference::new("values/no-mapping", format!("{path} is no mapping")))
}
