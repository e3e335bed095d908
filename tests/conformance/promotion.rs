//! What Kargo's definitions leave open, held against the schemas that its controllers read it by.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::judge::Judge;
use crate::support::Texts;
use crate::trial::Difference;

/// By name, the schemas of steps and subscriptions.
static SCHEMAS: OnceLock<BTreeMap<String, Validator>> = OnceLock::new();

/// Where a configuration or a subscription is not what Kargo reads.
///
/// # Errors
/// Where the judge is gone, or a file is no YAML.
pub(crate) fn differences(judge: &mut Judge, repository: &Texts) -> Result<Vec<Difference>, String> {
    let mut found = vec![];
    for (path, text) in repository.iter().filter(|(_, text)| text.contains("apiVersion: kargo.akuity.io/")) {
        for document in serde_yaml::Deserializer::from_str(text) {
            let object = Value::deserialize(document).map_err(|error| format!("{path}: {error}"))?;
            for (name, value) in opaque(&object) {
                let message = |problem: String| format!("{path}: {} {name}: {problem}", object["metadata"]["name"]);
                found.extend(problems(judge, &name, value)?.into_iter().map(message));
            }
        }
    }
    Ok(found.into_iter().map(|message| Difference::new("promotion/schema", message)).collect())
}

/// What is open in an object, each with the name of its schema.
fn opaque(object: &Value) -> Vec<(String, Value)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let spec = &object["spec"];
    let steps = [&spec["steps"], &spec["promotionTemplate"]["spec"]["steps"]].map(list).concat();
    let config =
        |step: Value| Some((format!("steps/{}-config.json", step["uses"].as_str()?), evaluated(&step["config"])));
    let subscriptions = list(&spec["subscriptions"]).into_iter().flat_map(|one| one.as_object().cloned());
    let subscriptions = subscriptions.flatten().map(|(kind, value)| (format!("subscriptions/{kind}.json"), value));
    steps.into_iter().filter_map(config).chain(subscriptions).collect()
}

/// A configuration after its expressions: the only one that is no text is the number of a pull request.
fn evaluated(config: &Value) -> Value {
    let mut config = config.clone();
    if let Some(number) = config.get_mut("prNumber").filter(|number| number.as_str().is_some_and(is_expression)) {
        *number = json!(1);
    }
    config
}

fn is_expression(text: &str) -> bool {
    text.starts_with("${{ ") && text.ends_with(" }}")
}

fn problems(judge: &mut Judge, name: &str, value: Value) -> Result<Vec<String>, String> {
    if SCHEMAS.get().is_none() {
        let schemas = judge.ask(&["schemas"])?;
        let _ = SCHEMAS.set(validators(&schemas)?);
    }
    let Some(validator) = SCHEMAS.get().and_then(|schemas| schemas.get(name)) else {
        return Ok(vec!["Kargo has none of these".to_owned()]);
    };
    Ok(validator.iter_errors(&value).map(|error| error.to_string()).collect())
}

/// The schemas, ready for use. What several steps share is put into each of them.
fn validators(schemas: &Value) -> Result<BTreeMap<String, Validator>, String> {
    let shared = &schemas["steps/argocd-common.json"]["definitions"];
    let all = schemas.as_object().ok_or("the judge has no schemas")?;
    let mut validators = BTreeMap::new();
    for (name, schema) in all.iter().filter(|(name, _)| !name.ends_with("common.json")) {
        let text = schema.to_string().replace("argocd-common.json#", "#");
        let mut schema: Value = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        for (key, definition) in shared.as_object().into_iter().flatten() {
            schema["definitions"][key] = definition.clone();
        }
        let Ok(validator) = jsonschema::validator_for(&schema) else { continue };
        validators.insert(name.clone(), validator);
    }
    Ok(validators)
}
