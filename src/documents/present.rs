//! Which Applications a file of the tree makes, read back from its text: what the tree held before a build is known only
//! from there.

use serde_yaml::Value as Yaml;

/// An Application that some file of the tree makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Present {
    /// The namespace of its Argo CD.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Whether its objects stay on the cluster when it goes.
    pub keeps_workload: bool,
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
    let word = |key: &str| metadata.get(key).and_then(Yaml::as_str).map(str::to_owned);
    Some(Present {
        namespace: word("namespace")?,
        name: word("name")?,
        keeps_workload: metadata.get("finalizers").is_none(),
    })
}

fn generated(set: &Yaml) -> Vec<Present> {
    let at = |path: &[&str]| path.iter().try_fold(set, |value, key| value.get(*key));
    let word = |path: &[&str]| at(path).and_then(Yaml::as_str).unwrap_or("").to_owned();
    let template = word(&["spec", "template", "metadata", "name"]);
    let namespace = word(&["metadata", "namespace"]);
    let keeps_workload = at(&["spec", "syncPolicy", "preserveResourcesOnDeletion"]) == Some(&Yaml::Bool(true));
    let generators = at(&["spec", "generators"]).and_then(Yaml::as_sequence).into_iter().flatten();
    let mut names: Vec<String> = generators.flat_map(|generator| listed(generator, &template)).collect();
    if names.is_empty() {
        names.push(template);
    }
    names.into_iter().map(|name| Present { namespace: namespace.clone(), name, keeps_workload }).collect()
}

fn listed(generator: &Yaml, template: &str) -> Vec<String> {
    let elements = generator.get("list").and_then(|list| list.get("elements")).and_then(Yaml::as_sequence);
    elements.into_iter().flatten().map(|element| filled(template, element)).collect()
}

/// The name that an element gives: its texts stand for `{{.key}}`.
fn filled(template: &str, element: &Yaml) -> String {
    let parts = element.as_mapping().into_iter().flatten();
    let texts = parts.filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?)));
    texts.fold(template.to_owned(), |name, (key, value)| name.replace(&format!("{{{{.{key}}}}}"), value))
}
