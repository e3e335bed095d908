//! Which Applications a file of the tree makes, read back from its text: what the tree held before a build is known only
//! from there.

use serde_yaml::Value as Yaml;

use super::argocd::LEAVING;

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
    /// The environment that it is in, or nothing where that is not said.
    pub environment: String,
    /// The `ApplicationSet` that makes it, if one does.
    pub set: Option<String>,
}

/// The Applications that the text of a file makes: itself, or what its generators list. What a generator selects by labels
/// stands for its set: `shop.{{.name}}`. Other files make none.
#[must_use]
pub fn applications_in(text: &str) -> Vec<Present> {
    if text.contains("\nkind: Application\n") {
        return application(text).into_iter().collect();
    }
    if !text.contains("\nkind: ApplicationSet\n") {
        return vec![];
    }
    serde_yaml::from_str::<Yaml>(text).ok().map(|set| generated(&set)).unwrap_or_default()
}

/// Reads the metadata alone: there are many Applications, and their specs may be long.
fn application(text: &str) -> Option<Present> {
    let start = text.find("\nmetadata:\n")? + 1;
    let end = text.get(start..)?.find("\nspec:").map_or(text.len(), |length| start + length);
    let metadata: Yaml = serde_yaml::from_str(text.get(start..end)?).ok()?;
    let metadata = metadata.get("metadata")?;
    let keeps_workload = metadata.get("finalizers").is_none();
    let known = Known { metadata, namespace: word(metadata, &["namespace"])?, keeps_workload, set: None };
    known.filled(&str::to_owned)
}

/// What a file says of an Application, with what an element fills in.
struct Known<'y> {
    metadata: &'y Yaml,
    namespace: String,
    keeps_workload: bool,
    set: Option<String>,
}

impl Known<'_> {
    fn filled(&self, fill: &dyn Fn(&str) -> String) -> Option<Present> {
        let label = |key: &str| word(self.metadata, &["labels", key]).map(|text| fill(&text));
        let instance =
            |service| Some(Of { service, cluster: label("platformc.io/cluster")?, item: label("platformc.io/item") });
        Some(Present {
            namespace: self.namespace.clone(),
            name: fill(&word(self.metadata, &["name"])?),
            keeps_workload: self.keeps_workload,
            is_leaving: word(self.metadata, &["annotations", LEAVING]).is_some(),
            of: label("platformc.io/service").and_then(instance),
            environment: label("platformc.io/env").unwrap_or_default(),
            set: self.set.clone(),
        })
    }
}

fn word(value: &Yaml, path: &[&str]) -> Option<String> {
    path.iter().try_fold(value, |value, key| value.get(*key)).and_then(Yaml::as_str).map(str::to_owned)
}

fn generated(set: &Yaml) -> Vec<Present> {
    let at = |path: &[&str]| path.iter().try_fold(set, |value, key| value.get(*key));
    let Some(metadata) = at(&["spec", "template", "metadata"]) else { return vec![] };
    let keeps_workload = at(&["spec", "syncPolicy", "preserveResourcesOnDeletion"]) == Some(&Yaml::Bool(true));
    let namespace = word(set, &["metadata", "namespace"]).unwrap_or_default();
    let known = Known { metadata, namespace, keeps_workload, set: word(set, &["metadata", "name"]) };
    let generators = at(&["spec", "generators"]).and_then(Yaml::as_sequence).into_iter().flatten();
    let elements = generators.flat_map(listed);
    let mut all: Vec<Present> = elements.filter_map(|element| known.filled(&|text| filled(text, element))).collect();
    if all.is_empty() {
        all.extend(known.filled(&str::to_owned));
    }
    all
}

fn listed(generator: &Yaml) -> impl Iterator<Item = &Yaml> {
    let elements = generator.get("list").and_then(|list| list.get("elements")).and_then(Yaml::as_sequence);
    elements.into_iter().flatten()
}

/// A text of the template as an element fills it: its texts stand for `{{.key}}`.
fn filled(template: &str, element: &Yaml) -> String {
    let parts = element.as_mapping().into_iter().flatten();
    let texts = parts.filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?)));
    texts.fold(template.to_owned(), |name, (key, value)| name.replace(&format!("{{{{.{key}}}}}"), value))
}
