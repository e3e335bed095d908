//! Services and templates.

use super::conditions::{Condition, comparison, condition};
use super::estate::{Estate, freezes, maybe};
use super::namespaces::SHARED;
use super::policies::policies;
use super::previews::{Surroundings, preview};
use super::renames;
use super::rollouts::rollout;
use super::secrets::{secret, store};
use super::sources::{Source, config_map};
use super::text::{Text, list};
use super::values::{DATA, text as awkward, value};
use crate::support::{Random, Texts};
use platformc::schema::Version;

/// What later services may need.
struct Service {
    name: String,
    layer: usize,
    placement: Vec<bool>,
    /// What makes it one instance for each item; empty where nothing does.
    items: &'static str,
    /// The word that it provides, and the name.
    provides: Option<(&'static str, String)>,
}

/// A template, and the arguments that it is used with.
struct Template {
    arguments: &'static str,
    chart: bool,
}

const TEMPLATES: &[Template] = &[
    Template { arguments: "chart-shape(title = \"for ${cluster}\")", chart: true },
    Template {
        arguments: "chart-shape(title = \"x\", port = 80, ratio = 2.0, debug = env != none-such, hosts = [\"a\"], extra = {})",
        chart: true,
    },
    Template { arguments: "plain-shape(note = service)", chart: false },
    Template { arguments: "plain-shape", chart: false },
];

const ITEMS: &[&str] = &[
    "each item in [\"acme\", \"globex\"]",
    "each item in [{ name = \"one\"  size = 1 }, { name = \"two\"  size = 2 }]",
    "each item in [for row in csv(\"data/rows.csv\"): row.name]",
];

/// Writes the files that declare services, and those that their sources lie in.
pub(crate) fn services(random: &mut Random, estate: &Estate, sources: &mut Texts, repository: &mut Texts) {
    for (path, content) in DATA {
        sources.insert((*path).to_owned(), (*content).to_owned());
        sources.insert(format!("services/{path}"), (*content).to_owned());
        for team in &estate.teams {
            sources.insert(format!("teams/{team}/{path}"), (*content).to_owned());
        }
        sources.insert(format!("shapes/deep/{path}"), (*content).to_owned());
    }
    sources.insert("shapes/deep/templates.pf".to_owned(), templates(estate));
    let mut writer = Writer { random, estate, repository, known: vec![], overlays: 0, keeps: None };
    for index in 0..2 + writer.random.below(7) {
        let mut text = Text::default();
        let owner = writer.random.pick(&estate.teams).clone();
        let layer = writer.random.below(estate.layers.len());
        let is_bound = writer.random.chance(40) && (owner == estate.teams[0] || !estate.layers[layer].wide);
        writer.service(&mut text, index, (&owner, layer), is_bound);
        let folder = if is_bound { format!("teams/{owner}") } else { "services".to_owned() };
        sources.insert(format!("{folder}/{index}.pf"), text.finish());
    }
    let Writer { random, known, .. } = writer;
    let single = known.iter().filter(|service| service.items.is_empty());
    let placed: Vec<(&str, &str)> = single
        .flat_map(|service| {
            let on = estate.clusters.iter().zip(&service.placement).filter(|(_, placed)| **placed);
            on.map(|(cluster, _)| (service.name.as_str(), cluster.name.as_str()))
        })
        .collect();
    sources.insert("services/policies.pf".to_owned(), policies(random, estate, &placed));
}

fn templates(estate: &Estate) -> String {
    let environment = &estate.environments[0].name;
    CHARTS.replace("ENVIRONMENT", environment)
}

const CHARTS: &str = r#"## A chart with parameters of every type.
template chart-shape {
  param title : string
  param port  : int = 8080
  param ratio : float = 0.5
  param debug : bool = false
  param hosts : list = ["a.example.com"]
  param extra : object = { a = 1 }
  param other : any = null
  helm {
    repo    = "https://charts.example.com/shapes"
    chart   = "shape"
    version = "2.0.0"
    values {
      title = title
      port  = port + 1
      ratio = ratio
      debug = debug
      hosts = hosts
      extra = merge(extra, { other = other })
      list  = hosts
      base { keep = 1  drop = 2 }
    }
  }
  when env == ENVIRONMENT { helm { values { title = upper(title) } } }
}

## Objects alone.
template plain-shape {
  param note : string = "none"
  manifests {
    object "v1" "ConfigMap" plain { data { NOTE = note } }
  }
}
"#;

struct Writer<'w> {
    random: &'w mut Random,
    estate: &'w Estate,
    repository: &'w mut Texts,
    known: Vec<Service>,
    /// How many keys overlays have used: no two set the same one, but where one is narrower.
    overlays: usize,
    /// The store of the secret that the service has outside of overlays.
    keeps: Option<String>,
}

impl Writer<'_> {
    /// `is_bound`: whether the file is for the owner alone, so that it can't widen anything.
    fn service(&mut self, text: &mut Text, index: usize, (owner, layer): (&str, usize), is_bound: bool) {
        let estate = self.estate;
        let placement = self.placement();
        let looped = self.random.chance(12);
        let name = format!("svc-{index}");
        let declared = if looped {
            text.open("for suffix in [\"left\", \"right\"]");
            format!("\"{name}-${{suffix}}\"")
        } else {
            name.clone()
        };
        text.line(format!("## Service {index}: `code`, | pipes | and <tags>.\n##\n## A second paragraph."));
        text.open(format!("service {declared}"));
        text.line(format!("layer = {}", estate.layers[layer].name));
        text.line(format!("owner = {owner}"));
        let items = if self.random.chance(20) && !estate.named && !looped { *self.random.pick(ITEMS) } else { "" };
        self.place(text, &placement, layer);
        let shared = if looped { "${suffix}" } else { "x" };
        let item = if items.is_empty() { String::new() } else { item_text(items) };
        text.line(format!("namespace = \"{name}-{shared}{item}\""));
        // What Kubernetes keeps for itself is for admins alone; the first team is one.
        let other = if owner == estate.teams[0] { "kube-system" } else { SHARED };
        let extra = [other, "more-${service}"].map(|namespace| format!("extra_namespaces = [\"{namespace}\"]"));
        maybe(self.random, text, &[extra[0].as_str(), extra[1].as_str()]);
        if !items.is_empty() {
            text.line(items);
        }
        let needs = self.needs(text, layer, &placement.holds, items);
        let provides = self.provides(text, &name, looped, is_bound);
        let chart = self.sources(text, &name, layer, &placement.holds);
        self.secret(text, layer, &placement.holds);
        self.settings(text);
        if !is_bound {
            raw(self.random, text);
            if self.random.chance(60) {
                let access = self.access();
                text.line(access);
            }
        }
        if self.random.chance(15) {
            freezes(self.random, text);
        }
        let is_wide = items.is_empty() && estate.layers[layer].wide && self.random.chance(10);
        if is_wide {
            rules(text);
        }
        self.overlays(text, &placement, chart, !is_bound);
        if items.is_empty() && !is_wide && self.random.chance(40) {
            preview(self.random, text, &Surroundings { needs, is_bound, chart, estate });
        }
        text.close();
        let suffix = if looped { "${suffix}" } else { "" };
        let from = condition(self.random, estate).text;
        renames::service(self.random, text, index, &name, suffix, &from);
        if looped {
            text.close();
        } else {
            if let Some(("secret_store", object)) = &provides {
                store(self.random, text, &name, object);
            }
            self.known.push(Service { name, layer, placement: placement.holds, items, provides });
        }
    }

    /// A condition that holds somewhere.
    fn placement(&mut self) -> Condition {
        if self.random.chance(40) {
            return Condition::all(self.estate);
        }
        let found = (0..20).map(|_| condition(self.random, self.estate)).find(|found| found.holds.contains(&true));
        found.unwrap_or_else(|| Condition::all(self.estate))
    }

    fn place(&mut self, text: &mut Text, placement: &Condition, layer: usize) {
        if placement.text != "all" || self.random.chance(30) {
            text.line(format!("on = {}", placement.text));
        }
        let layer = &self.estate.layers[layer];
        let mut sets = layer.sets;
        if self.random.chance(20) && !self.estate.branches {
            sets = self.random.chance(50);
            text.line(format!("deliver = {}", if sets { "applicationset" } else { "applications" }));
        }
        let registered = self.estate.clusters.iter().all(|cluster| cluster.registered);
        let can_select = placement.selector && registered;
        if layer.selects && !can_select {
            text.line("generator = list");
        } else if can_select && self.random.chance(20) {
            text.line("generator = clusters");
        }
        if sets && self.random.chance(30) {
            rollout(self.random, text, self.estate, &placement.holds);
            self.sync(text);
        } else if sets && self.random.chance(20) {
            text.line("sync { automated = false }");
        } else {
            self.sync(text);
        }
        let mut placed = self.estate.clusters.iter().zip(&placement.holds).filter(|(_, placed)| **placed);
        let mut environments: Vec<usize> = placed.by_ref().map(|(cluster, _)| cluster.environment).collect();
        let count = environments.len();
        environments.sort_unstable();
        environments.dedup();
        if environments.len() == count {
            maybe(self.random, text, &["one_per = environment"]);
        }
    }

    fn sync(&mut self, text: &mut Text) {
        if self.random.chance(50) {
            return;
        }
        text.open("sync");
        for line in
            ["prune = false", "self_heal = false", "allow_empty = true", "server_side = true", "automated = true"]
        {
            maybe(self.random, text, &[line]);
        }
        maybe(
            self.random,
            text,
            &[
                "options = [\"ApplyOutOfSyncOnly=true\"]",
                "options = [\"PruneLast=true\", \"PrunePropagationPolicy=background\"]",
            ],
        );
        if self.estate.oldest() >= Version::of(3, 2) {
            maybe(self.random, text, &["retry { limit = 3  refresh = false }"]);
        } else {
            maybe(self.random, text, &["retry { limit = 0 }"]);
        }
        text.close();
    }

    /// Whether a service of a layer can be needed on these clusters.
    fn can_need(&self, other: &Service, layer: usize, clusters: &[bool]) -> bool {
        let before = other.layer == layer || self.estate.layers[layer].before.contains(&other.layer);
        before && other.placement.iter().zip(clusters).all(|(there, here)| *there || !*here)
    }

    fn needs(&mut self, text: &mut Text, layer: usize, clusters: &[bool], items: &str) -> Vec<(String, Vec<bool>)> {
        let (mut needs, mut found) = (vec![], vec![]);
        for index in 0..self.known.len() {
            let other = &self.known[index];
            let fits = other.items.is_empty() || other.items == items;
            if fits && self.can_need(other, layer, clusters) && self.random.chance(40) {
                needs.push(self.known[index].name.clone());
                found.push((self.known[index].name.clone(), self.known[index].placement.clone()));
            } else if self.random.chance(5) && other.items.is_empty() {
                let placed = other.placement.iter().position(|placed| *placed).map(|at| &self.estate.clusters[at]);
                needs.extend(placed.map(|cluster| format!("{} on {}", other.name, cluster.name)));
            }
        }
        if !needs.is_empty() || self.random.chance(10) {
            text.line(format!("needs = {}", list(&needs)));
        }
        found
    }

    /// What others use; no file for a team may say so.
    fn provides(
        &mut self,
        text: &mut Text,
        name: &str,
        looped: bool,
        is_bound: bool,
    ) -> Option<(&'static str, String)> {
        if looped || is_bound || !self.random.chance(40) {
            return None;
        }
        let (word, provided) = match self.random.below(4) {
            0 => ("ingress_class", format!("{name}-class")),
            1 => ("storage_class", format!("{name}-class")),
            2 => ("secret_store", format!("{name}-store")),
            _ => ("crd", format!("widgets.{name}.example.com")),
        };
        text.line(format!("provides = [{word}(\"{provided}\")]"));
        Some((word, provided))
    }

    /// The sources; says whether there is a chart whose values overlays can change.
    fn sources(&mut self, text: &mut Text, name: &str, layer: usize, clusters: &[bool]) -> bool {
        let template = self.random.chance(20).then(|| self.random.pick(TEMPLATES));
        let environment = &self.estate.environments[0].name;
        let chart = if let Some(template) = template {
            text.line(format!("use = {}", template.arguments.replace("none-such", environment)));
            template.chart
        } else {
            let source = Source::pick(self.random);
            source.write(self.random, self.estate, text, name, self.repository);
            source == Source::Chart
        };
        if self.random.chance(20) {
            text.open("source extra");
            Source::pick(self.random).write(self.random, self.estate, text, &format!("{name}-extra"), self.repository);
            text.close();
        }
        self.uses(text, layer, clusters);
        chart
    }

    /// A further source of objects that need what earlier services provide.
    fn uses(&mut self, text: &mut Text, layer: usize, clusters: &[bool]) {
        let can = |other: &&Service| other.items.is_empty() && self.can_need(other, layer, clusters);
        let provided: Vec<_> = self.known.iter().filter(can).filter_map(|other| other.provides.clone()).collect();
        if provided.is_empty() || !self.random.chance(60) {
            return;
        }
        text.open("source objects");
        text.open("manifests");
        for (index, (word, name)) in provided.iter().enumerate() {
            object(text, index, word, name);
        }
        text.close();
        text.close();
    }

    /// A secret, from a store that nobody provides or that an earlier service does.
    fn secret(&mut self, text: &mut Text, layer: usize, clusters: &[bool]) {
        self.keeps = None;
        if self.random.chance(60) {
            return;
        }
        let provided = self.known.iter().filter(|other| {
            let is_store = matches!(other.provides, Some(("secret_store", _)));
            is_store && other.items.is_empty() && self.can_need(other, layer, clusters)
        });
        let mut stores: Vec<String> = provided.map(|other| other.name.clone()).collect();
        stores.extend(self.estate.stores.iter().map(|name| (*name).to_owned()));
        let store = self.random.pick(&stores).clone();
        secret(self.random, text, &store, "kept");
        self.keeps = Some(store);
    }

    fn settings(&mut self, text: &mut Text) {
        let note = awkward(self.random);
        maybe(self.random, text, &["labels { tier = \"front\"  \"example.com/env\" = env }"]);
        maybe(self.random, text, &[&format!("annotations {{ \"example.com/note\" = {note} }}")]);
        maybe(self.random, text, &["links { docs = \"https://docs.example.com/${service}?a=1&b={{x}}\" }"]);
        maybe(self.random, text, &["override revision_history = 3", "revision_history = length(service)"]);
        maybe(
            self.random,
            text,
            &[
                "ignore_differences = [{ group = \"apps\"  kind = \"Deployment\"  jsonPointers = [\"/spec/replicas\"] }]",
                "ignore_differences = [{ kind = \"Secret\"  jqPathExpressions = [\".data[]?\"] }]",
            ],
        );
    }

    /// Who may do what: some team, or two.
    fn access(&mut self) -> String {
        const ROLES: [&str; 7] = ["viewer", "deployer", "operator", "admin", "helper", "debugger", "editor"];
        let first = self.random.below(ROLES.len());
        let second = (first + 1 + self.random.below(ROLES.len() - 1)) % ROLES.len();
        let admin = &self.estate.teams[0];
        let other = self.random.pick(&self.estate.teams);
        let more =
            if self.random.chance(40) { format!("  {} = [{admin}, owner]", ROLES[second]) } else { String::new() };
        format!("override access {{ {} = [{other}]{more} }}", ROLES[first])
    }

    /// Up to three overlays, some with a narrower one that says otherwise.
    fn overlays(&mut self, text: &mut Text, placement: &Condition, chart: bool, may_grant: bool) {
        let mut dropped = false;
        // Two of them that both hold would be a tie, for access is said whole.
        let mut access = may_grant && self.random.chance(60);
        for _ in 0..self.random.below(4) {
            let wide = condition(self.random, self.estate);
            if !wide.meets(&placement.holds) {
                continue;
            }
            self.overlays += 1;
            let key = format!("o{}", self.overlays);
            text.open(format!("when {}", wide.text));
            self.overlay(text, &key, chart, true);
            if access {
                let access = self.access();
                text.line(access);
            }
            if chart && !dropped && self.random.chance(30) {
                text.line("unset helm.values.base.drop");
                dropped = true;
            }
            text.close();
            let narrow = comparison(self.random, self.estate);
            let both = wide.and(&narrow);
            if self.random.chance(60) && both.meets(&placement.holds) && wide.is_widened_by(&narrow) {
                text.open(format!("when {}", both.text));
                self.overlay(text, &key, chart, false);
                if access {
                    let access = self.access();
                    text.line(access);
                }
                text.close();
            }
            access = false;
        }
    }

    /// What an overlay says under a key of its own.
    fn overlay(&mut self, text: &mut Text, key: &str, chart: bool, wide: bool) {
        if chart {
            text.open("helm");
            text.open("values");
            text.line(format!("{key} = {}", value(self.random, self.estate, 2)));
            if wide {
                maybe(self.random, text, &[&format!("list += [\"{key}\"]")]);
            }
            text.close();
            text.close();
        }
        text.line(format!("annotations {{ \"example.com/{key}\" = {} }}", awkward(self.random)));
        let label = self.random.below(9);
        maybe(self.random, text, &[&format!("labels {{ {key} = \"{label}\" }}")]);
        if self.keeps.is_some() && self.random.chance(40) {
            text.line(format!("secret kept {{ keys {{ {key} = \"kv/${{cluster}}#{key}\" }} }}"));
        } else if wide && self.random.chance(15) {
            let store = *self.random.pick(self.estate.stores);
            secret(self.random, text, store, key);
        }
        if wide && self.random.chance(20) {
            text.open(format!("source {key}"));
            text.open("manifests");
            config_map(self.random, self.estate, text, key);
            text.close();
            text.close();
        }
    }
}

fn raw(random: &mut Random, text: &mut Text) {
    maybe(
        random,
        text,
        &[
            "application { spec { info = [{ name = \"Chat\"  value = \"#x\" }] } }",
            "application { metadata { annotations { \"notifications.argoproj.io/subscribe.on-sync-failed.slack\" = \"x\" } } }",
        ],
    );
}

fn item_text(items: &str) -> String {
    if items.contains("name =") { "-${item.name}".to_owned() } else { "-${item}".to_owned() }
}

/// An object that is not in a namespace.
fn rules(text: &mut Text) {
    text.open("source rules");
    text.open("manifests");
    text.open("object \"rbac.authorization.k8s.io/v1\" \"ClusterRole\" \"reads-${service}\"");
    text.line("rules = [{ apiGroups = [\"\"]  resources = [\"pods\"]  verbs = [\"get\"] }]");
    text.close();
    text.close();
    text.close();
}

/// An object that uses what another service provides.
fn object(text: &mut Text, index: usize, word: &str, name: &str) {
    let (api, kind, body) = match word {
        "ingress_class" => (
            "networking.k8s.io/v1",
            "Ingress",
            format!(
                "spec {{ ingressClassName = \"{name}\"  defaultBackend {{ service {{ name = \"x\"  port {{ number = 80 }} }} }} }}"
            ),
        ),
        "storage_class" => (
            "v1",
            "PersistentVolumeClaim",
            format!(
                "spec {{ storageClassName = \"{name}\"  accessModes = [\"ReadWriteOnce\"]  resources {{ requests {{ storage = \"1Gi\" }} }} }}"
            ),
        ),
        "secret_store" => (
            "external-secrets.io/v1",
            "ExternalSecret",
            format!(
                "spec {{ secretStoreRef {{ name = \"{name}\"  kind = \"SecretStore\" }}  target {{ name = \"made-{index}\" }} }}"
            ),
        ),
        _ => ("", "Widget", "spec { size = 1 }".to_owned()),
    };
    let api = if api.is_empty() { format!("{}/v1", name.trim_start_matches("widgets.")) } else { api.to_owned() };
    text.open(format!("object \"{api}\" \"{kind}\" used-{index}"));
    text.line(body);
    text.close();
}
