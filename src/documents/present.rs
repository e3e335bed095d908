//! Which Applications a file of the tree makes, read back from its text: what the tree held before a build is known only
//! from there.

use std::collections::BTreeMap;

use serde_yaml::Value as Yaml;

use super::argocd::{CLUSTER_OF_LABELS, LEAVING, RENAMED};

/// The instance that an Application is of, by the names that its labels say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Of {
    /// The service.
    pub service: String,
    /// The cluster.
    pub cluster: String,
    /// The item of `each`.
    pub item: Option<String>,
}

/// An Application that some file of the tree makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Present {
    /// The namespace of its Argo CD.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Whether its objects stay on the cluster when it goes.
    pub keeps_workload: bool,
    /// Whether it has handed them over to another.
    pub is_leaving: bool,
    /// The instance that it is of; nothing for roots, layers and foundations.
    pub of: Option<Of>,
    /// The team that owns it, or nothing where that is not said.
    pub owner: String,
    /// The environment that it is in, or nothing where that is not said.
    pub environment: String,
    /// The `ApplicationSet` that makes it, if one does.
    pub set: Option<String>,
}

/// A cluster as its registration shows it to generators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    name: String,
    server: String,
    labels: BTreeMap<String, String>,
}

/// The cluster that a file registers, by whichever kind of object.
#[must_use]
pub fn registration_in(text: &str) -> Option<Registration> {
    let object: Yaml = serde_yaml::from_str(text).ok()?;
    let templates: [&[&str]; 3] = [&[], &["spec", "target", "template"], &["spec", "template"]];
    let mut templates = templates.iter().filter_map(|path| at(&object, path));
    templates.find_map(|secret| {
        let labels: BTreeMap<String, String> = texts(at(secret, &["metadata", "labels"])?).collect();
        let data = secret.get("stringData").or_else(|| secret.get("data"))?;
        Some(Registration { name: word(data, &["name"])?, server: word(data, &["server"])?, labels })
    })
}

impl Registration {
    /// What templates show of it, by what stands for it there.
    fn parameters(&self) -> Vec<(String, String)> {
        let labels = self.labels.iter();
        let labels = labels.map(|(key, value)| (format!("{{{{index .metadata.labels \"{key}\"}}}}"), value.clone()));
        let cluster = self.labels.get(RENAMED).unwrap_or(&self.name);
        let own = [(parameter("name"), &self.name), (parameter("server"), &self.server)];
        let own = own.into_iter().chain([(CLUSTER_OF_LABELS.to_owned(), cluster)]);
        own.map(|(key, value)| (key, value.clone())).chain(labels).collect()
    }

    fn is_selected(&self, selector: &Yaml) -> bool {
        let has =
            |key: &str, values: &[&str]| self.labels.get(key).is_some_and(|value| values.contains(&value.as_str()));
        let mut labels = at(selector, &["matchLabels"]).into_iter().flat_map(texts);
        let mut expressions = at(selector, &["matchExpressions"]).and_then(Yaml::as_sequence).into_iter().flatten();
        labels.all(|(key, value)| has(&key, &[&value]))
            && expressions.all(|expression| {
                let values = expression.get("values").and_then(Yaml::as_sequence).into_iter().flatten();
                let values: Vec<&str> = values.filter_map(Yaml::as_str).collect();
                let is_negated = word(expression, &["operator"]).as_deref() == Some("NotIn");
                has(&word(expression, &["key"]).unwrap_or_default(), &values) != is_negated
            })
    }
}

/// Whether the text of a file is a set that asks which clusters are registered.
#[must_use]
pub fn asks_for_clusters(text: &str) -> bool {
    text.contains("\nkind: ApplicationSet\n") && text.contains("- clusters:\n")
}

/// The Applications that the text of a file makes: itself, or what its generators give where these clusters are registered. A
/// set whose generators ask others, as those of previews do, stands for all that it makes. Other files make none.
#[must_use]
pub fn applications_in(text: &str, registered: &[Registration]) -> Vec<Present> {
    if text.contains("\nkind: Application\n") {
        return application(text).into_iter().collect();
    }
    if !text.contains("\nkind: ApplicationSet\n") {
        return vec![];
    }
    serde_yaml::from_str::<Yaml>(text).ok().map(|set| generated(&set, registered)).unwrap_or_default()
}

/// Reads the metadata alone: there are many Applications, and their specs may be long.
fn application(text: &str) -> Option<Present> {
    let start = text.find("\nmetadata:\n")? + 1;
    let end = text.get(start..)?.find("\nspec:").map_or(text.len(), |length| start + length);
    let metadata: Yaml = serde_yaml::from_str(text.get(start..end)?).ok()?;
    let metadata = metadata.get("metadata")?;
    let keeps_workload = metadata.get("finalizers").is_none();
    let known = Known { metadata, namespace: word(metadata, &["namespace"])?, keeps_workload, set: None };
    known.filled(&Element::default())
}

/// What a file says of an Application, with what an element fills in.
struct Known<'y> {
    metadata: &'y Yaml,
    namespace: String,
    keeps_workload: bool,
    set: Option<String>,
}

impl Known<'_> {
    fn filled(&self, element: &Element<'_>) -> Option<Present> {
        let label = |key: &str| word(self.metadata, &["labels", key]).map(|text| element.filled(text));
        let instance =
            |service| Some(Of { service, cluster: label("platformc.io/cluster")?, item: label("platformc.io/item") });
        Some(Present {
            namespace: self.namespace.clone(),
            name: element.filled(word(self.metadata, &["name"])?),
            keeps_workload: self.keeps_workload && !element.has_finalizer(),
            is_leaving: word(self.metadata, &["annotations", LEAVING]).is_some(),
            of: label("platformc.io/service").and_then(instance),
            owner: label("platformc.io/owner").unwrap_or_default(),
            environment: label("platformc.io/env").unwrap_or_default(),
            set: self.set.clone(),
        })
    }
}

fn at<'y>(value: &'y Yaml, path: &[&str]) -> Option<&'y Yaml> {
    path.iter().try_fold(value, |value, key| value.get(*key))
}

fn word(value: &Yaml, path: &[&str]) -> Option<String> {
    at(value, path).and_then(Yaml::as_str).map(str::to_owned)
}

/// The entries of a mapping whose values are texts.
fn texts(mapping: &Yaml) -> impl Iterator<Item = (String, String)> {
    let entries = mapping.as_mapping().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned())))
}

/// What a template has in the place of a parameter.
fn parameter(key: &str) -> String {
    format!("{{{{.{key}}}}}")
}

/// One element of a generator: what stands for what in the template, and how the Application differs from it.
#[derive(Clone, Default)]
struct Element<'y> {
    parameters: Vec<(String, String)>,
    patch: Option<&'y Yaml>,
}

impl Element<'_> {
    fn filled(&self, template: String) -> String {
        self.parameters.iter().fold(template, |text, (key, value)| text.replace(key, value))
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    fn has_finalizer(&self) -> bool {
        self.patch.and_then(|patch| at(patch, &["metadata", "finalizers"])).is_some()
    }
}

fn generated(set: &Yaml, registered: &[Registration]) -> Vec<Present> {
    let Some(metadata) = at(set, &["spec", "template", "metadata"]) else { return vec![] };
    let preserves = at(set, &["spec", "syncPolicy", "preserveResourcesOnDeletion"]) == Some(&Yaml::Bool(true));
    let keeps_workload = preserves && metadata.get("finalizers").is_none();
    let namespace = word(set, &["metadata", "namespace"]).unwrap_or_default();
    let known = Known { metadata, namespace, keeps_workload, set: word(set, &["metadata", "name"]) };
    let elements = generators(at(set, &["spec"])).map(|generator| elements(generator, registered));
    match elements.collect::<Option<Vec<_>>>() {
        Some(all) => all.iter().flatten().filter_map(|element| known.filled(element)).collect(),
        None => known.filled(&Element::default()).into_iter().collect(),
    }
}

fn generators(of: Option<&Yaml>) -> impl Iterator<Item = &Yaml> {
    of.and_then(|of| of.get("generators")).and_then(Yaml::as_sequence).into_iter().flatten()
}

/// The elements of a generator; nothing where it asks others for them.
fn elements<'y>(generator: &'y Yaml, registered: &[Registration]) -> Option<Vec<Element<'y>>> {
    if let Some(list) = generator.get("list") {
        return list.get("elements")?.as_sequence().map(|elements| elements.iter().map(listed).collect());
    }
    if let Some(clusters) = generator.get("clusters") {
        let selector = clusters.get("selector").unwrap_or(&Yaml::Null);
        let selected = registered.iter().filter(|cluster| cluster.is_selected(selector));
        return Some(selected.map(|it| Element { parameters: it.parameters(), patch: None }).collect());
    }
    if let Some(matrix) = generator.get("matrix") {
        let mut parts = generators(Some(matrix)).map(|part| elements(part, registered));
        let (left, right) = (parts.next()??, parts.next()??);
        return Some(left.iter().flat_map(|left| right.iter().map(|right| both(left, right))).collect());
    }
    let merge = generator.get("merge")?;
    let keys = merge.get("mergeKeys")?.as_sequence()?.iter().filter_map(Yaml::as_str).map(parameter);
    let keys: Vec<String> = keys.collect();
    let mut parts = generators(Some(merge)).map(|part| elements(part, registered));
    let (base, patches) = (parts.next()??, parts.next()??);
    let merged = |element: &Element<'y>| {
        let is_it = |other: &&Element<'_>| keys.iter().all(|key| other.get(key) == element.get(key));
        patches.iter().find(is_it).map_or_else(|| element.clone(), |patch| both(element, patch))
    };
    Some(base.iter().map(merged).collect())
}

fn listed(element: &Yaml) -> Element<'_> {
    let parameters = texts(element).map(|(key, value)| (parameter(&key), value));
    Element { parameters: parameters.collect(), patch: element.get("patch") }
}

fn both<'y>(left: &Element<'y>, right: &Element<'y>) -> Element<'y> {
    let parameters = left.parameters.iter().chain(&right.parameters).cloned().collect();
    Element { parameters, patch: right.patch.or(left.patch) }
}
