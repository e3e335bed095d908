//! A repository before the judge: what Argo CD's own code makes of it, beside what platformc says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::access;
use crate::claims::{Hub, Permissions, name};
use crate::judge::Judge;
use crate::support::{Texts, operators};

/// A repository as it is pushed, and what is claimed of it.
#[derive(Clone)]
pub(crate) struct Trial {
    /// All files, by path from the root.
    pub(crate) repository: Texts,
    /// The output folder, from the root.
    pub(crate) output: String,
    pub(crate) url: String,
    pub(crate) hubs: Vec<Hub>,
}

/// Where the judge and platformc disagree, or the judge finds something wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    /// What was asked, and the rule: `lint/strict-decode`, `order/not-held`.
    pub(crate) rule: String,
    pub(crate) message: String,
}

impl Difference {
    pub(crate) fn new(rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule: rule.into(), message: message.into() }
    }
}

/// How much was compared.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) files: usize,
    pub(crate) applications: usize,
    pub(crate) ordered: usize,
    pub(crate) permissions: usize,
    pub(crate) decisions: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.applications += other.applications;
        self.ordered += other.ordered;
        self.permissions += other.permissions;
        self.decisions += other.decisions;
    }
}

type Differences = Result<Vec<Difference>, String>;

impl Trial {
    /// Asks everything there is to ask.
    ///
    /// # Errors
    /// Where the judge could not answer, or the disk not hold the files.
    pub(crate) fn differences(&self, judge: &mut Judge) -> Result<(Vec<Difference>, Tally), String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let repository = folder.path().join("repository");
        let (values, wrong) = crate::values::values(self);
        let shown = self.repository.iter().filter(|(path, _)| !values.contains(*path));
        write_all(&repository, &shown.map(|(path, text)| (path.clone(), text.clone())).collect())?;
        let repository = text(&repository);
        let output = format!("{repository}/{}", self.output);
        let pulls: BTreeMap<&String, _> = self.hubs.iter().flat_map(|hub| &hub.pulls).collect();
        let file = folder.path().join("pulls.json");
        fs::write(&file, json!(pulls).to_string()).map_err(|error| error.to_string())?;
        let file = text(&file);
        let mut found = findings("lint", &judge.ask(&["lint", &output, "--each", "--pulls", &file])?);
        found.extend(wrong);
        found.extend(crate::promotion::differences(judge, &self.repository)?);
        let mut tally = Tally { files: self.repository.len(), ..Tally::default() };
        for hub in &self.hubs {
            let own = folder.path().join(&hub.name);
            let hearing = Hearing { trial: self, hub, repository: &repository, pulls: &file, folder: own };
            hearing.lay_out()?;
            found.extend(hearing.together(judge)?);
            found.extend(hearing.applications(judge, &mut tally)?);
            found.extend(hearing.order(judge, &mut tally)?);
            found.extend(hearing.permissions(judge, &mut tally)?);
            found.extend(hearing.access(judge, &mut tally)?);
        }
        found.sort();
        found.dedup();
        Ok((found, tally))
    }

    fn inside(&self, path: &str) -> String {
        format!("{}/{path}", self.output)
    }
}

/// The Secret that an operator makes of the object in a file, with a token as `config` that nobody takes.
fn made(text: &str) -> Option<String> {
    const CONFIG: &str = r#"{"bearerToken": "none", "tlsClientConfig": {"insecure": false}}"#;
    let is_one = text.contains("\nkind: ExternalSecret\n") || text.contains("\nkind: SealedSecret\n");
    let object: Value = is_one.then(|| serde_yaml::from_str(text).ok())??;
    Some(operators::made(&object, CONFIG)?.to_string())
}

/// One control plane's part of a trial.
struct Hearing<'t> {
    trial: &'t Trial,
    hub: &'t Hub,
    /// The folder of the whole repository.
    repository: &'t str,
    /// The file with the pull requests that there are.
    pulls: &'t str,
    /// The folder of what is asked here.
    folder: PathBuf,
}

impl Hearing<'_> {
    /// Writes the view: what is applied to the cluster that Argo CD runs on.
    fn lay_out(&self) -> Result<(), String> {
        let mut view = Texts::new();
        for prefix in &self.hub.prefixes {
            let prefix = self.trial.inside(prefix);
            let files = self.trial.repository.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix));
            let files = files.filter(|(path, _)| path.ends_with(".yaml"));
            let files =
                files.filter(|(path, _)| !path.contains("/foundation/") && !path.ends_with("kustomization.yaml"));
            view.extend(files.map(|(path, text)| (path.clone(), text.clone())));
        }
        let registered = view.iter().filter(|(path, _)| path.contains("/clusters/"));
        let made: Vec<_> = registered.filter_map(|(path, text)| Some((path.clone(), made(text)?))).collect();
        view.extend(made.into_iter().map(|(path, secret)| (format!("made-by-operators/{path}"), secret)));
        for (name, server) in &self.hub.unregistered {
            view.insert(format!("registered-by-others/{name}.yaml"), self.registration(name, server));
        }
        write_all(&self.folder.join("view"), &view)
    }

    /// The Secret that the owner of an unregistered cluster writes.
    fn registration(&self, name: &str, server: &str) -> String {
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {
                "name": format!("elsewhere-{name}"), "namespace": self.hub.namespace,
                "labels": { "argocd.argoproj.io/secret-type": "cluster" },
            },
            "stringData": { "name": name, "server": server },
        });
        secret.to_string()
    }

    fn ask(&self, judge: &mut Judge, command: &str, more: &[&str]) -> Result<Value, String> {
        let view = text(&self.folder.join("view"));
        let repository = format!("{}={}", self.trial.url, self.repository);
        let mut arguments = vec![command, &view, "--namespace", &self.hub.namespace, "--repo", &repository];
        arguments.extend(["--pulls", self.pulls]);
        arguments.extend(more);
        judge.ask(&arguments)
    }

    /// What only all files of a control plane together can show.
    fn together(&self, judge: &mut Judge) -> Differences {
        Ok(findings("lint", &self.ask(judge, "lint", &["--build=false"])?))
    }

    /// The Applications that arrive, from files and from `ApplicationSets`.
    fn applications(&self, judge: &mut Judge, tally: &mut Tally) -> Differences {
        let answer = self.ask(judge, "expand", &[])?;
        let mut found = findings("expand", &answer["report"]);
        found.extend(findings("expand", &answer));
        let generated = answer["applications"].as_array().cloned().unwrap_or_default();
        let mut arrived: BTreeMap<String, Value> = BTreeMap::new();
        for application in generated.into_iter().chain(self.leaves()?) {
            let name = name(&application);
            if arrived.insert(name.clone(), application).is_some() {
                found.push(Difference::new("expand/twice", format!("{name} arrives twice")));
            }
        }
        let claimed = &self.hub.applications;
        tally.applications += claimed.len();
        let missing = claimed.keys().filter(|name| !arrived.contains_key(*name));
        found.extend(missing.map(|name| Difference::new("expand/missing", format!("{name} does not arrive"))));
        let surplus = arrived.keys().filter(|name| !claimed.contains_key(*name));
        found.extend(surplus.map(|name| Difference::new("expand/surplus", format!("{name} is not claimed"))));
        arrived.retain(|name, _| claimed.contains_key(name));
        found.extend(self.compare(judge, &arrived)?);
        Ok(found)
    }

    /// The Applications of services that stand in files, without the wave in which their parent syncs them.
    fn leaves(&self) -> Result<Vec<Value>, String> {
        let mut leaves = vec![];
        for prefix in self.hub.prefixes.iter().filter(|prefix| prefix.starts_with("clusters/")) {
            let prefix = self.trial.inside(prefix);
            for (path, text) in self.trial.repository.iter().filter(|(path, _)| path.starts_with(&prefix)) {
                for document in serde_yaml::Deserializer::from_str(text) {
                    let mut object = Value::deserialize(document).map_err(|error| format!("{path}: {error}"))?;
                    if object["kind"] == "Application"
                        && object["metadata"]["labels"]["platformc.io/service"].is_string()
                    {
                        without_wave(&mut object);
                        leaves.push(object);
                    }
                }
            }
        }
        Ok(leaves)
    }

    /// As the ApplicationSet controller decides whether two Applications are the same.
    fn compare(&self, judge: &mut Judge, arrived: &BTreeMap<String, Value>) -> Differences {
        let claimed: Vec<&Value> = self
            .hub
            .applications
            .iter()
            .filter(|(name, _)| arrived.contains_key(*name))
            .map(|(_, value)| value)
            .collect();
        let ours = self.write("claimed.json", &json!(claimed).to_string())?;
        let theirs = self.write("arrived.json", &json!(arrived.values().collect::<Vec<_>>()).to_string())?;
        let answer = judge.ask(&["compare", &ours, &theirs, "--namespace", &self.hub.namespace])?;
        let changed = answer["changed"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut found = findings("expand", &answer);
        found.extend(changed.iter().map(|change| Difference::new("expand/different", change.to_string())));
        Ok(found)
    }

    /// The order in which the sync engine applies what a person's first command brings.
    fn order(&self, judge: &mut Judge, tally: &mut Tally) -> Differences {
        let bootstrap = format!("{}/{}", self.repository, self.trial.inside(&self.hub.bootstrap));
        let bootstrap = bootstrap.trim_end_matches('/');
        let answer = self.ask(judge, "waves", &["--root", "root", "--bootstrap", bootstrap, "--sync-manual"])?;
        let mut found = findings("order", &answer);
        // What leaves shares its objects with what took them over, until it is gone.
        let shares = |finding: &Difference| {
            let words = finding.message.split([' ', ':']).filter_map(|word| word.rsplit_once('/'));
            words.filter(|(_, name)| self.hub.leaving.contains(*name)).count() > 0
        };
        found.retain(|finding| finding.rule != "order/shared-resource" || !shares(finding));
        // When an Application was applied, and when what it applies itself was all applied.
        let (mut applied, mut ended) = (BTreeMap::<&str, u64>::new(), BTreeMap::<&str, u64>::new());
        let events = answer["order"].as_array().map(Vec::as_slice).unwrap_or_default();
        for event in events {
            let step = event["step"].as_u64().unwrap_or_default();
            if event["kind"] == "Application" {
                applied.entry(event["name"].as_str().unwrap_or_default()).or_insert(step);
            }
            ended.insert(event["app"].as_str().unwrap_or_default(), step);
        }
        tally.ordered += self.hub.ordered.len();
        for (dependent, needed) in &self.hub.ordered {
            let (start, end) = (applied.get(dependent.as_str()), applied.get(needed.as_str()));
            let end = end.max(ended.get(needed.as_str()));
            if !matches!((start, end), (Some(start), Some(end)) if start > end) {
                let message = format!("{dependent} (step {start:?}) is claimed to come after {needed} (step {end:?})");
                found.push(Difference::new("order/not-held", message));
            }
        }
        Ok(found)
    }

    /// Every AppProject permits what is claimed of it, and nothing that lies near.
    fn permissions(&self, judge: &mut Judge, tally: &mut Tally) -> Differences {
        let requests = requests(self.hub);
        tally.permissions += requests.len();
        let lines: String = requests.iter().fold(String::new(), |mut lines, (request, _)| {
            let _ = writeln!(lines, "{request}");
            lines
        });
        let file = self.write("permissions.jsonl", &lines)?;
        let answer = self.ask(judge, "permissions", &["--requests", &file])?;
        let mut found = findings("permissions", &answer);
        let decisions = answer["decisions"].as_array().map(Vec::as_slice).unwrap_or_default();
        if decisions.len() != requests.len() {
            let message = format!("{} requests, {} decisions", requests.len(), decisions.len());
            found.push(Difference::new("permissions/unanswered", message));
        }
        let wrong = requests.iter().zip(decisions).filter(|((_, claimed), decision)| decision["allowed"] != *claimed);
        let difference = |((request, claimed), decision): (&(Value, bool), &Value)| {
            let rule = if *claimed { "permissions/refused" } else { "permissions/surplus" };
            Difference::new(rule, format!("{request}: {}", decision["refusals"]))
        };
        found.extend(wrong.map(difference));
        Ok(found)
    }

    /// What the API server lets groups do, for every group, Application and action.
    fn access(&self, judge: &mut Judge, tally: &mut Tally) -> Differences {
        let questions = access::questions(self.hub);
        let subjects: String = access::subjects(self.hub).iter().fold(String::new(), |mut lines, group| {
            let _ = writeln!(lines, "group:{group}");
            lines
        });
        let requests: String = questions.iter().fold(String::new(), |mut lines, question| {
            let _ = writeln!(lines, "{question}");
            lines
        });
        let subjects = self.write("subjects", &subjects)?;
        let requests = self.write("requests", &requests)?;
        let answer = self.ask(judge, "rbac-matrix", &["--subjects", &subjects, "--requests", &requests])?;
        let decisions = answer["decisions"].as_array().map(Vec::as_slice).unwrap_or_default();
        tally.decisions += decisions.len();
        let mut found = findings("rbac", &answer);
        if decisions.len() != questions.len() * access::subjects(self.hub).len() {
            found.push(Difference::new("rbac/unanswered", format!("{} decisions", decisions.len())));
        }
        found.extend(access::wrong(self.hub, &questions, decisions));
        Ok(found)
    }

    fn write(&self, file: &str, content: &str) -> Result<String, String> {
        let path = self.folder.join(file);
        fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(text(&path))
    }
}

/// Every project with everything that any project of its hub permits, and near misses, each with what is claimed.
fn requests(hub: &Hub) -> Vec<(Value, bool)> {
    let mut all = Permissions::default();
    for project in hub.projects.values() {
        all.repositories.extend(project.repositories.iter().flat_map(|url| [url.clone(), format!("{url}2")]));
        all.destinations.extend(project.destinations.iter().cloned());
        all.kinds.extend(project.kinds.iter().cloned());
        all.namespaces.extend(project.namespaces.iter().flat_map(|name| [name.clone(), format!("a-{name}")]));
    }
    let servers: BTreeSet<String> = all.destinations.iter().map(|(server, _)| server.clone()).collect();
    let namespaces: Vec<String> =
        all.destinations.iter().map(|(_, namespace)| namespace.clone()).chain(["kube-system".to_owned()]).collect();
    let namespaces = namespaces.into_iter().filter(|namespace| namespace != "*");
    let namespaces: BTreeSet<String> = namespaces.chain(["default".to_owned()]).collect();
    all.kinds.extend(
        [("", "Node"), ("rbac.authorization.k8s.io", "ClusterRoleBinding")]
            .map(|(group, kind)| (group.to_owned(), kind.to_owned())),
    );
    let mut requests = vec![];
    // Nothing of the platform is in `default`, which permits nothing.
    let nothing = Permissions { is_hardened: true, ..Permissions::default() };
    let hardened = hub.hardens_default.then_some(("default", &nothing));
    for (name, project) in hub.projects.iter().map(|(name, project)| (name.as_str(), project)).chain(hardened) {
        for repo in &all.repositories {
            requests.push((json!({ "project": name, "repo": repo }), project.repositories.contains(repo)));
        }
        for server in &servers {
            for namespace in &namespaces {
                let permitted = project.goes_to(server, namespace);
                requests.push((json!({ "project": name, "server": server, "namespace": namespace }), permitted));
            }
        }
        for namespace in &all.namespaces {
            let named = project.namespaces.contains(namespace);
            let permitted = named || project.kinds.contains(&(String::new(), "Namespace".to_owned()));
            let request = json!({ "project": name, "group": "", "kind": "Namespace", "resource": namespace, "namespaced": false });
            requests.push((request, permitted));
        }
        for (group, kind) in &all.kinds {
            let permitted = project.kinds.contains(&(group.clone(), kind.clone()));
            let request =
                json!({ "project": name, "group": group, "kind": kind, "resource": "x", "namespaced": false });
            requests.push((request, permitted));
        }
        for kind in ["ConfigMap", "LimitRange", "ResourceQuota"] {
            let permitted = !project.is_hardened && !project.refused.contains(&(String::new(), kind.to_owned()));
            let request = json!({ "project": name, "group": "", "kind": kind, "resource": "x", "namespaced": true });
            requests.push((request, permitted));
        }
    }
    requests
}

/// The errors and warnings of a report; its notes are none of ours.
fn findings(command: &str, report: &Value) -> Vec<Difference> {
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let real = findings.iter().filter(|finding| finding["severity"] != "note");
    let show = |finding: &Value| {
        let part = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let message = format!("{} {}: {} [{}]", part("file"), part("object"), part("message"), part("by"));
        Difference::new(format!("{command}/{}", part("rule")), message)
    };
    real.map(show).collect()
}

fn without_wave(application: &mut Value) {
    if let Some(metadata) = application["metadata"].as_object_mut() {
        let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut);
        let empty = annotations.is_some_and(|annotations| {
            annotations.remove("argocd.argoproj.io/sync-wave");
            annotations.is_empty()
        });
        if empty {
            metadata.remove("annotations");
        }
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn write_all(folder: &Path, files: &Texts) -> Result<(), String> {
    for (path, content) in files {
        let path = folder.join(path);
        let written = fs::create_dir_all(path.parent().unwrap_or(folder)).and_then(|()| fs::write(&path, content));
        written.map_err(|error| format!("{}: {error}", path.display()))?;
    }
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}
