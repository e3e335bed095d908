//! Argo CD's `ApplicationSet` controller in miniature, written from its documentation and not from the compiler: what the
//! files of a tree generate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use crate::support::{Texts, operators};

type Params = Map<String, Value>;

/// The YAML documents of a file.
pub(crate) fn documents(path: &str, text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents.map(|document| Value::deserialize(document).unwrap_or_else(|error| panic!("{path}: {error}"))).collect()
}

fn of_kind<'o>(outputs: &'o Texts, kind: &'o str) -> impl Iterator<Item = (&'o str, Value)> {
    let yaml = outputs.iter().filter(|(path, _)| path.ends_with(".yaml"));
    let all = yaml.flat_map(|(path, text)| documents(path, text).into_iter().map(move |value| (path.as_str(), value)));
    all.filter(move |(_, value)| value["kind"] == kind)
}

/// The Secrets by which control planes know clusters, those that operators make among them.
pub(crate) fn registrations(outputs: &Texts) -> impl Iterator<Item = (&str, Value)> {
    let made = ["ExternalSecret", "SealedSecret"].into_iter().flat_map(|kind| of_kind(outputs, kind));
    let made = made.filter_map(|(path, object)| Some((path, operators::made(&object, "{}")?)));
    of_kind(outputs, "Secret")
        .chain(made)
        .filter(|(path, _)| path.starts_with("argocd/") && path.contains("/clusters/"))
}

/// The clusters that each control plane knows: its folder for every server, or for none where they are not registered.
pub(crate) fn hubs(outputs: &Texts) -> BTreeMap<String, String> {
    registrations(outputs)
        .map(|(path, secret)| (string(&secret["stringData"]["server"]).to_owned(), folder(path).to_owned()))
        .collect()
}

/// What tells an Application from all others: its control plane and its name.
pub(crate) fn key(hubs: &BTreeMap<String, String>, application: &Value) -> (String, String) {
    let server = string(&application["spec"]["destination"]["server"]);
    (hubs.get(server).cloned().unwrap_or_default(), string(&application["metadata"]["name"]).to_owned())
}

/// The Applications of services that stand in the tree, without the wave in which their parent syncs them.
pub(crate) fn leaves(outputs: &Texts) -> Vec<Value> {
    let leaves = of_kind(outputs, "Application").map(|(_, value)| value);
    leaves.filter(|value| value["metadata"]["labels"].get("platformc.io/service").is_some()).map(without_wave).collect()
}

fn without_wave(mut application: Value) -> Value {
    let metadata = application["metadata"].as_object_mut().unwrap();
    let annotations = metadata["annotations"].as_object_mut().unwrap();
    let wave = annotations.remove("argocd.argoproj.io/sync-wave");
    assert!(wave.is_some(), "a leaf without a wave");
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
    application
}

/// The Applications that the tree's `ApplicationSets` generate.
pub(crate) fn generated(outputs: &Texts) -> Vec<Value> {
    of_kind(outputs, "ApplicationSet").flat_map(|(path, set)| generated_by(outputs, path, &set)).collect()
}

/// The Applications that one `ApplicationSet` generates.
pub(crate) fn generated_by(outputs: &Texts, path: &str, set: &Value) -> Vec<Value> {
    Set::new(outputs, path, set).applications()
}

/// `argocd/eu/clusters/x.yaml` and `application-sets/eu/x.yaml` belong to `eu`.
fn folder(path: &str) -> &str {
    let folders: Vec<&str> = path.split('/').collect();
    match folders.as_slice() {
        ["argocd", hub, "clusters", _] | ["application-sets", hub, _] => hub,
        ["argocd", "clusters", _] | ["application-sets", _] => "",
        _ => panic!("{path} stands in an unknown folder"),
    }
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no string"))
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{value} is no object"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// One `ApplicationSet` and the registrations of its control plane.
struct Set<'s> {
    path: &'s str,
    object: &'s Value,
    secrets: Vec<Value>,
}

impl<'s> Set<'s> {
    fn new(outputs: &Texts, path: &'s str, set: &'s Value) -> Self {
        let here = |(other, _): &(&str, Value)| folder(other) == folder(path);
        let secrets = registrations(outputs).filter(here).map(|(_, secret)| secret).collect();
        Self { path, object: set, secrets }
    }

    fn applications(&self) -> Vec<Value> {
        let spec = &self.object["spec"];
        assert_eq!(spec["goTemplate"], true, "{}", self.path);
        assert_eq!(spec["goTemplateOptions"], json!(["missingkey=error"]), "{}", self.path);
        let generators = list(&spec["generators"]);
        let params = generators.iter().flat_map(|generator| self.params(generator));
        params.map(|params| self.application(&params)).collect()
    }

    fn params(&self, generator: &Value) -> Vec<Params> {
        let (kind, of) = match object(generator).iter().collect::<Vec<_>>().as_slice() {
            [one] => *one,
            other => panic!("{}: one generator per entry: {other:?}", self.path),
        };
        match kind.as_str() {
            "list" => list(&of["elements"]).iter().map(|element| object(element).clone()).collect(),
            "clusters" => self.clusters(&of["selector"]),
            "matrix" => self.matrix(list(&of["generators"])),
            // Nobody has opened one. tests/previews.rs has some.
            "pullRequest" => vec![],
            "merge" => self.merge(list(&of["mergeKeys"]), list(&of["generators"])),
            other => panic!("{}: an unknown generator {other}", self.path),
        }
    }

    fn clusters(&self, selector: &Value) -> Vec<Params> {
        let chosen = self.secrets.iter().filter(|secret| selects(selector, object(&secret["metadata"]["labels"])));
        let params = chosen.map(|secret| {
            let data = &secret["stringData"];
            json!({ "name": data["name"], "server": data["server"], "metadata": { "labels": secret["metadata"]["labels"] } })
        });
        params.map(|params| object(&params).clone()).collect()
    }

    /// The product of two; of two equal keys the first generator's wins.
    fn matrix(&self, generators: &[Value]) -> Vec<Params> {
        let [first, second] = generators else { panic!("{}: a matrix has two generators", self.path) };
        assert!(!second.to_string().contains("{{"), "{}: the second generator is templated", self.path);
        let seconds = self.params(second);
        let both = |first: &Params, second: &Params| {
            let mut both = second.clone();
            both.extend(first.clone());
            both
        };
        self.params(first).iter().flat_map(|first| seconds.iter().map(move |second| both(first, second))).collect()
    }

    /// The first generator's params with what later ones say of the same keys.
    fn merge(&self, keys: &[Value], generators: &[Value]) -> Vec<Params> {
        let (base, later) = generators.split_first().expect("a merge has generators");
        let key = |params: &Params| -> Vec<Value> { keys.iter().map(|key| params[string(key)].clone()).collect() };
        let mut merged = self.unique(base, &key);
        for generator in later {
            for (key, params) in self.unique(generator, &key) {
                let Some((_, base)) = merged.iter_mut().find(|(known, _)| *known == key) else { continue };
                base.extend(params);
            }
        }
        merged.into_iter().map(|(_, params)| params).collect()
    }

    fn unique(&self, generator: &Value, key: &dyn Fn(&Params) -> Vec<Value>) -> Vec<(Vec<Value>, Params)> {
        let mut sets: Vec<(Vec<Value>, Params)> = vec![];
        for params in self.params(generator) {
            assert!(sets.iter().all(|(known, _)| *known != key(&params)), "{}: merge keys are not unique", self.path);
            sets.push((key(&params), params));
        }
        sets
    }

    fn application(&self, params: &Params) -> Value {
        let spec = &self.object["spec"];
        let mut template = render(&spec["template"], params);
        let preserved = spec["syncPolicy"]["preserveResourcesOnDeletion"] == true;
        if !preserved && template["metadata"].get("finalizers").is_none() {
            template["metadata"]["finalizers"] = json!(["resources-finalizer.argocd.argoproj.io"]);
        }
        let project = template["spec"]["project"].clone();
        if let Some(patch) = self.patch(params) {
            strategic(&mut template, &patch, &mut vec![]);
        }
        // Argo CD takes the template's project, whatever a patch says.
        template["spec"]["project"] = project;
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": metadata(&template["metadata"], &self.object["metadata"]["namespace"]),
            "spec": template["spec"],
        })
    }

    /// `templatePatch` is one constant everywhere: it renders the element's own `patch`.
    fn patch(&self, params: &Params) -> Option<Value> {
        let text = string(self.object["spec"].get("templatePatch")?);
        let constant = "{{ if hasKey . \"patch\" }}{{ toJson .patch }}{{ else }}{}{{ end }}";
        assert_eq!(text, constant, "{}", self.path);
        Some(params.get("patch").cloned().unwrap_or_else(|| json!({})))
    }
}

/// Only these fields are taken of a template, and the namespace is the set's own.
fn metadata(template: &Value, namespace: &Value) -> Value {
    let mut metadata = Map::from_iter([("namespace".to_owned(), namespace.clone())]);
    for (key, value) in object(template) {
        assert!(["name", "labels", "annotations", "finalizers"].contains(&key.as_str()), "metadata.{key} is not taken");
        metadata.insert(key.clone(), value.clone());
    }
    Value::Object(metadata)
}

fn selects(selector: &Value, labels: &Map<String, Value>) -> bool {
    let matches = |(key, value): (&String, &Value)| labels.get(key) == Some(value);
    let meets = |requirement: &Value| {
        let label = labels.get(string(&requirement["key"]));
        let among = label.is_some_and(|label| list(&requirement["values"]).contains(label));
        match string(&requirement["operator"]) {
            "In" => among,
            "NotIn" => !among,
            other => panic!("an unknown operator {other}"),
        }
    };
    selector.get("matchLabels").is_none_or(|labels| object(labels).iter().all(matches))
        && selector.get("matchExpressions").is_none_or(|requirements| list(requirements).iter().all(meets))
}

/// Every string and every key, rendered with the params.
fn render(template: &Value, params: &Params) -> Value {
    match template {
        Value::String(text) => Value::String(render_text(text, params)),
        Value::Array(items) => items.iter().map(|item| render(item, params)).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (render_text(key, params), render(value, params))).collect()
        }
        other => other.clone(),
    }
}

fn render_text(text: &str, params: &Params) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, action)) = rest.split_once("{{") {
        let (action, after) = action.split_once("}}").unwrap_or_else(|| panic!("{text} never closes an action"));
        out.push_str(before);
        out.push_str(&evaluate(action.trim(), params));
        rest = after;
    }
    out + rest
}

fn evaluate(action: &str, params: &Params) -> String {
    // What a label says, if it is there, and else a parameter: `or (index .PATH "LABEL") .NAME`.
    if let Some((label, name)) = action.strip_prefix("or (").and_then(|rest| rest.split_once(") ")) {
        let (path, key) = label.strip_prefix("index ").and_then(|rest| rest.split_once(' ')).expect("an index");
        let labels = Value::Object(params.clone());
        let label = at(&labels, path).and_then(|labels| labels.get(key.trim_matches('"')));
        return label.map_or_else(|| evaluate(name, params), |label| string(label).to_owned());
    }
    let params = Value::Object(params.clone());
    let found = match action.split_once(' ') {
        _ if action == "\"{{\"" => return "{{".to_owned(),
        Some(("index", rest)) => {
            let (path, key) = rest.split_once(' ').expect("index has two arguments");
            at(&params, path).and_then(|map| map.get(key.trim_matches('"')))
        }
        None => at(&params, action),
        Some(_) => panic!("an unknown action {action}"),
    };
    string(found.unwrap_or_else(|| panic!("{action} is missing in {params}"))).to_owned()
}

fn at<'p>(params: &'p Value, path: &str) -> Option<&'p Value> {
    path.strip_prefix('.')?.split('.').try_fold(params, |value, key| value.get(key))
}

/// A strategic merge patch of Kubernetes over the type Application.
fn strategic(target: &mut Value, patch: &Value, keys: &mut Vec<String>) {
    let patch = object(patch);
    if patch.get("$patch").is_some_and(|directive| directive == "replace") {
        *target =
            patch.iter().filter(|(key, _)| *key != "$patch").map(|(key, value)| (key.clone(), value.clone())).collect();
        return;
    }
    for (key, value) in patch {
        let map = target.as_object_mut().expect("a map is merged into a map");
        keys.push(key.clone());
        match (map.get_mut(key), value) {
            (_, Value::Null) => drop(map.remove(key)),
            (Some(Value::Object(_)), Value::Object(_)) | (Some(Value::Array(_)), Value::Array(_)) if is_raw(keys) => {
                panic!("a patch can't look into valuesObject: {keys:?}");
            }
            (Some(old @ Value::Object(_)), Value::Object(_)) => strategic(old, value, keys),
            (Some(Value::Array(old)), Value::Array(new)) if *keys == ["metadata", "finalizers"] => {
                let added: Vec<Value> = new.iter().filter(|item| !old.contains(item)).cloned().collect();
                old.extend(added);
            }
            _ => drop(map.insert(key.clone(), without_nulls(value))),
        }
        keys.pop();
    }
}

/// Whether a path leads into an object that the type says nothing of.
fn is_raw(path: &[String]) -> bool {
    path.iter().rev().skip(1).any(|key| key == "valuesObject")
}

/// What a patch adds loses its nulls, outside lists.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect()
        }
        other => other.clone(),
    }
}
