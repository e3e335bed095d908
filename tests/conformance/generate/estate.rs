//! Everything but services: the platform, control planes, teams, clusters, layers, repositories, health checks.

use platformc::schema::Version;

use super::auth::auth;
use super::secrets::store;
use super::text::{Text, list, quoted};
use crate::support::{Random, Texts};

pub(crate) struct Hub {
    pub(crate) name: String,
    pub(crate) version: Version,
    pub(crate) namespace: &'static str,
}

pub(crate) struct Environment {
    pub(crate) name: String,
    pub(crate) protected: bool,
}

#[derive(Clone)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) environment: usize,
    pub(crate) region: Option<&'static str>,
    pub(crate) size: &'static str,
    pub(crate) gpu: bool,
    pub(crate) hub: usize,
    pub(crate) server: String,
    pub(crate) registered: bool,
}

pub(crate) struct Layer {
    pub(crate) name: String,
    /// All layers that come before it, also by way of others.
    pub(crate) before: Vec<usize>,
    /// The layers that it names.
    pub(crate) after: Vec<usize>,
    pub(crate) sets: bool,
    pub(crate) selects: bool,
    /// Whether it allows cluster-scoped kinds.
    pub(crate) wide: bool,
}

pub(crate) struct Repository {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) kind: &'static str,
}

/// What services are placed on and refer to.
pub(crate) struct Estate {
    pub(crate) seed: u64,
    /// The platform's folder in its repository; empty for the root.
    pub(crate) folder: &'static str,
    pub(crate) hubs: Vec<Hub>,
    pub(crate) teams: Vec<String>,
    pub(crate) environments: Vec<Environment>,
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) repositories: Vec<Repository>,
    /// The stores that no service provides.
    pub(crate) stores: &'static [&'static str],
    /// Whether Applications have names of the platform's own scheme.
    pub(crate) named: bool,
    /// For which forge CODEOWNERS is written, if it is.
    pub(crate) forge: Option<&'static str>,
    /// Whether Kargo promotes something.
    pub(crate) promotes: bool,
    /// Whether `GitOps` Promoter does: environments follow branches, which no ApplicationSet does.
    pub(crate) branches: bool,
}

impl Estate {
    pub(crate) fn new(random: &mut Random, seed: u64, newest: Version) -> Self {
        let hubs: Vec<Hub> = (0..=usize::from(random.chance(25))).map(|index| hub(random, index, newest)).collect();
        let environments: Vec<Environment> = (0..=random.below(3))
            .map(|index| Environment { name: ["dev", "stage", "prod"][index].to_owned(), protected: index == 2 })
            .collect();
        let regions = random.below(4);
        let count = (hubs.len() + random.below(5)).max(environments.len());
        let clusters = (0..count).map(|index| cluster(random, index, &environments, &hubs, regions)).collect();
        let mut layers = vec![];
        for index in 0..=random.below(4) {
            let layer = layer(random, index, &layers);
            layers.push(layer);
        }
        // A hub promotes by itself, and services of the generator run wherever it likes.
        let promotes = hubs.len() == 1 && random.chance(40);
        let branches = hubs.len() == 1 && !promotes && random.chance(25);
        if branches {
            layers.iter_mut().for_each(|layer: &mut Layer| layer.sets = false);
        }
        Self {
            seed,
            folder: if random.chance(25) { "deploy/platform" } else { "" },
            hubs,
            teams: (0..=random.below(3)).map(|index| ["platform", "chat", "shop"][index].to_owned()).collect(),
            environments,
            clusters,
            layers,
            repositories: (0..random.below(4)).map(repository).collect(),
            named: random.chance(25),
            forge: *random.pick(&[None, Some("github"), Some("gitlab")]),
            promotes,
            branches,
            stores: *random.pick(&[&["vault"][..], &["vault", "elsewhere"]]),
        }
    }

    /// The oldest Argo CD that the platform is compiled for.
    pub(crate) fn oldest(&self) -> Version {
        self.hubs.iter().map(|hub| hub.version).min().expect("there is a hub")
    }

    /// The files that declare it.
    pub(crate) fn write(&self, random: &mut Random, files: &mut Texts) {
        let mut main = Text::default();
        for import in ["teams.pf", "clusters.pf", "namespaces.pf", "services/*.pf", "shapes/**/*.pf"] {
            main.line(format!("import \"{import}\""));
        }
        for team in &self.teams {
            main.line(format!("import \"teams/{team}/*.pf\" for {team}"));
        }
        self.platform(random, &mut main);
        self.hubs(random, &mut main);
        self.layers(random, &mut main);
        self.repositories(random, &mut main);
        for name in self.stores {
            let object = *random.pick(&[*name, "shared.store"]);
            store(random, &mut main, name, object);
        }
        self.health(random, &mut main);
        roles(&mut main);
        super::renames::others(random, self, &mut main);
        files.insert("platform.pf".to_owned(), main.finish());
        files.insert("teams.pf".to_owned(), self.teams(random));
        files.insert("namespaces.pf".to_owned(), super::namespaces::namespaces(random, self));
        let clusters = self.clusters(random, files);
        files.insert("clusters.pf".to_owned(), clusters);
    }

    fn platform(&self, random: &mut Random, text: &mut Text) {
        text.line("## A platform that nobody runs.");
        text.open(format!("platform random-{}", self.seed));
        let hosts: &[&str] = &["https://git.example.com", "ssh://git@git.example.com"];
        let revisions: &[&str] = &["revision = \"main\"", "revision = \"refs/heads/release\"", "revision = \"v1.2.3\""];
        // What is promoted is written into a branch, and by https.
        let [hosts, revisions] =
            if self.promotes || self.branches { [&hosts[..1], &revisions[..2]] } else { [hosts, revisions] };
        text.line(format!("repo = \"{}/random/platform-{}.git\"", random.pick(hosts), self.seed));
        maybe(random, text, revisions);
        if self.promotes {
            text.line("promotion = kargo");
        }
        if self.branches {
            text.line("promotion = gitops-promoter");
            let forge = *random.pick(&[
                "forge = github  app = 4711  secret = \"forge.credential\"",
                "forge = gitlab  project = 42",
                "forge = gitea",
                "forge = forgejo",
            ]);
            text.line(format!("promoter {{ {forge} }}"));
        }
        if !self.folder.is_empty() {
            text.line(format!("folder = \"{}\"", self.folder));
        }
        maybe(random, text, &["output = \"infra\"", "output = \"generated/argocd\""]);
        text.line(format!("admins = [{}]", self.teams[0]));
        if let Some(forge) = self.forge {
            text.line(format!("codeowners = {forge}"));
        }
        maybe(random, text, &["order = bootstrap", "order = always", "order = always"]);
        if self.named {
            text.line(*random.pick(&[
                "names = \"${env}.${cluster}.${service}\"",
                "names = \"${service}-on-${cluster}\"",
                "names = \"x.${service}.${cluster}\"",
            ]));
        }
        maybe(random, text, &["labels { \"app.kubernetes.io/part-of\" = \"random\"  tier = \"1\" }"]);
        text.line("vars { domain = \"example.com\"  replicas = 2  deep { list = [1, 2]  text = \"{{ x }}\" } }");
        if random.chance(60) {
            self.defaults(random, text);
        }
        text.close();
    }

    fn defaults(&self, random: &mut Random, text: &mut Text) {
        text.open("defaults");
        text.open("service");
        maybe(random, text, &["links { runbook = \"https://wiki.example.com/${service}\" }"]);
        maybe(random, text, &["sync { retry { limit = 7  backoff { duration = \"5s\"  factor = 3  max = \"1m\" } } }"]);
        maybe(random, text, &["same_across = [helm.chart, kustomize.images, source.extra.manifests.revision]"]);
        if random.chance(50) {
            let environment = &random.pick(&self.environments).name;
            text.line(format!("when env == {environment} {{ revision_history = {} }}", random.below(30)));
        }
        text.close();
        text.close();
    }

    fn hubs(&self, random: &mut Random, text: &mut Text) {
        for hub in &self.hubs {
            text.open(format!("hub {}", hub.name));
            text.line(format!("argocd = \"{}\"", hub.version));
            if hub.namespace != "argocd" || random.chance(30) {
                text.line(format!("namespace = \"{}\"", hub.namespace));
            }
            maybe(random, text, &["settings = apply", "settings = fragment"]);
            maybe(random, text, &["sync_timeout = \"20m\"", "sync_timeout = \"1h30m\""]);
            maybe(random, text, &["default_project = untouched", "default_project = hardened"]);
            if hub.version >= Version::of(3, 5) {
                maybe(random, text, &["impersonation = true", "impersonation = false"]);
            }
            text.close();
        }
    }

    fn teams(&self, random: &mut Random) -> String {
        let mut text = Text::default();
        for team in &self.teams {
            text.line(format!("## Team {team}: \"quoted\", <angled> & {{{{ braced }}}}."));
            text.open(format!("team {team}"));
            maybe(random, &mut text, &[&format!("sso = [\"random:{team}\", \"random:all, or none\"]")]);
            for forge in ["github", "gitlab"] {
                // Who owns something needs a handle where CODEOWNERS is written.
                if self.forge == Some(forge) || random.chance(50) {
                    text.line(format!("{forge} = \"@random/{team}\""));
                }
            }
            maybe(random, &mut text, &["contact = \"#on-call\""]);
            maybe(random, &mut text, &["links { wiki = \"https://wiki.example.com/\" }"]);
            text.close();
        }
        text.finish()
    }

    fn clusters(&self, random: &mut Random, files: &mut Texts) -> String {
        let mut text = Text::default();
        for (index, environment) in self.environments.iter().enumerate() {
            text.open(format!("environment {}", environment.name));
            if index > 0 {
                text.line(format!("after = [{}]", self.environments[index - 1].name));
            }
            if environment.protected {
                text.line("protected = true");
            }
            maybe(
                random,
                &mut text,
                &["vars { domain = \"${env}.example.com\"  replicas = 3 }", "vars { replicas = 5 }"],
            );
            freezes(random, &mut text);
            text.close();
        }
        let listed = if random.chance(60) { random.below(self.clusters.len() + 1) } else { self.clusters.len() };
        for cluster in self.clusters.iter().take(listed) {
            self.cluster(random, &mut text, cluster);
        }
        self.inventory(random, &mut text, files, listed);
        text.finish()
    }

    fn cluster(&self, random: &mut Random, text: &mut Text, cluster: &Cluster) {
        text.line(format!("## Cluster {}.", cluster.name));
        text.open(format!("cluster {}", cluster.name));
        text.line(format!("env = {}", self.environments[cluster.environment].name));
        text.line(format!("server = \"{}\"", cluster.server));
        if let Some(region) = cluster.region {
            text.line(format!("region = \"{region}\""));
        }
        if self.hubs.len() > 1 || random.chance(30) {
            text.line(format!("hub = {}", self.hubs[cluster.hub].name));
        }
        let gpu = if cluster.gpu { "  gpu = \"true\"" } else { "" };
        text.line(format!("labels {{ size = \"{}\"{gpu} }}", cluster.size));
        maybe(random, text, &["vars { replicas = 4 }", "vars { deep { list = [] } }"]);
        maybe(random, text, &["group_prefix = \"oidc:\""]);
        if cluster.registered {
            auth(random, text, &cluster.name, self.hubs[cluster.hub].version);
        } else {
            text.line("register = false");
        }
        text.close();
    }

    /// The rest of the clusters, from a file.
    fn inventory(&self, random: &mut Random, text: &mut Text, files: &mut Texts, from: usize) {
        let rest = self.clusters.get(from..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
        let (call, path, content) = match random.below(3) {
            0 => ("csv", "inventory/clusters.csv", self.csv(rest)),
            1 => ("json", "inventory/clusters.json", self.json(rest)),
            _ => ("yaml", "inventory/clusters.yaml", self.json(rest)),
        };
        files.insert(path.to_owned(), content);
        text.open(format!("for row in {call}(\"{path}\")"));
        text.open("cluster \"${row.name}\"");
        text.line("env = row.env");
        text.line("server = row.server");
        if rest.iter().all(|cluster| cluster.region.is_some()) {
            text.line("region = row.region");
        }
        if self.hubs.len() > 1 {
            text.line("hub = row.hub");
        }
        text.line("labels { size = row.size  gpu = row.gpu }");
        text.line("register = row.registered == \"true\"");
        if rest.iter().all(|cluster| cluster.registered) {
            maybe(random, text, &["auth { aws { cluster_name = row.name } }", "auth = { gcp {} }"]);
        }
        text.close();
        text.close();
    }

    fn rows(&self, clusters: &[Cluster]) -> Vec<[(&'static str, String); 7]> {
        let row = |cluster: &Cluster| {
            [
                ("name", cluster.name.clone()),
                ("env", self.environments[cluster.environment].name.clone()),
                ("server", cluster.server.clone()),
                ("region", cluster.region.unwrap_or_default().to_owned()),
                ("hub", self.hubs[cluster.hub].name.clone()),
                ("size", cluster.size.to_owned()),
                ("gpu", cluster.gpu.to_string()),
            ]
        };
        clusters.iter().map(row).collect()
    }

    fn csv(&self, clusters: &[Cluster]) -> String {
        let mut out = "name,env,server,region,hub,size,gpu,registered\n".to_owned();
        for (row, cluster) in self.rows(clusters).iter().zip(clusters) {
            for (_, value) in row {
                out.push_str(value);
                out.push(',');
            }
            out.push_str(&format!("{}\n", cluster.registered));
        }
        out
    }

    fn json(&self, clusters: &[Cluster]) -> String {
        let rows = self.rows(clusters);
        let objects = rows.iter().zip(clusters).map(|(row, cluster)| {
            let mut object: serde_json::Map<String, serde_json::Value> =
                row.iter().map(|(key, value)| ((*key).to_owned(), value.clone().into())).collect();
            object.insert("registered".to_owned(), cluster.registered.to_string().into());
            object
        });
        serde_json::to_string_pretty(&objects.collect::<Vec<_>>()).expect("maps of strings are JSON")
    }

    fn layers(&self, random: &mut Random, text: &mut Text) {
        for layer in &self.layers {
            text.line(format!("## Layer {}.", layer.name));
            text.open(format!("layer {}", layer.name));
            let after: Vec<&String> = layer.after.iter().map(|index| &self.layers[*index].name).collect();
            if !after.is_empty() {
                text.line(format!("after = {}", list(&after)));
            }
            if layer.sets || random.chance(20) {
                text.line(format!("deliver = {}", if layer.sets { "applicationset" } else { "applications" }));
            }
            if layer.selects || random.chance(20) {
                text.line(format!("generator = {}", if layer.selects { "clusters" } else { "list" }));
            }
            if layer.wide {
                let kinds = ["rbac.authorization.k8s.io/ClusterRole", "apiextensions.k8s.io/CustomResourceDefinition"];
                text.line(format!("cluster_resources = {}", quoted(&kinds)));
            }
            freezes(random, text);
            if random.chance(40) {
                text.open("defaults");
                maybe(random, text, &["labels { layer = \"${service}\" }"]);
                let environment = &random.pick(&self.environments).name;
                maybe(
                    random,
                    text,
                    &[&format!("when env == {environment} {{ annotations {{ \"example.com/a\" = env }} }}")],
                );
                text.close();
            }
            text.close();
        }
    }

    fn repositories(&self, random: &mut Random, text: &mut Text) {
        for repository in &self.repositories {
            text.open(format!("repository {}", repository.name));
            text.line(format!("url = \"{}\"", repository.url));
            text.line(format!("type = {}", repository.kind));
            maybe(random, text, &["credential = \"the vault, at repositories/this\""]);
            text.close();
        }
    }

    fn health(&self, random: &mut Random, text: &mut Text) {
        if random.chance(40) {
            text.open("health \"example.com/Queue\"");
            text.line("lua = \"\"\"");
            for line in [
                "hs = { status = \"Progressing\" }",
                "if obj.status ~= nil then",
                "  hs.status = \"Healthy\"",
                "end",
                "return hs",
            ] {
                text.line(format!("  {line}"));
            }
            text.line("  \"\"\"");
            text.close();
        }
    }
}

/// Roles of the platform's own; each is used by some service.
fn roles(text: &mut Text) {
    text.open("role helper");
    text.line("actions = [get, delete-pods]");
    text.close();
    text.open("role debugger");
    text.line("includes = [deployer, helper]");
    text.line("actions = [exec, run-actions]");
    text.close();
    text.open("role editor");
    text.line("includes = [debugger]");
    text.line("actions = [update-objects]");
    text.line("cluster_role = \"edit\"");
    text.close();
}

/// Freezes of which any number leave most of the year open.
pub(crate) fn freezes(random: &mut Random, text: &mut Text) {
    const ZONES: [&str; 3] = ["", "  timezone = \"Europe/Berlin\"", "  timezone = \"America/New_York\""];
    let zone = *random.pick(&ZONES);
    maybe(
        random,
        text,
        &[
            &format!("freeze year {{ schedule = \"0 0 1 jan *\"  duration = \"24h\"{zone} }}"),
            &format!("freeze weekend {{ schedule = \"0 16 * * 5\"  duration = \"6h\"{zone}  manual = true }}"),
        ],
    );
    let why = "description = \"books: 'closed' & counted\"";
    maybe(
        random,
        text,
        &[&format!("freeze quarter {{ schedule = \"*/30 2 28-30 3,6,9,12 ?\"  duration = \"1h30m\"  {why} }}")],
    );
}

/// One of the lines, or none.
pub(crate) fn maybe(random: &mut Random, text: &mut Text, lines: &[&str]) {
    let index = random.below(lines.len() * 2);
    if let Some(line) = lines.get(index) {
        text.line(line);
    }
}

fn hub(random: &mut Random, index: usize, newest: Version) -> Hub {
    let version = *random.pick(&Version::KNOWN);
    Hub {
        name: ["main", "edge"][index].to_owned(),
        version: version.min(newest),
        namespace: if random.chance(20) { "gitops" } else { "argocd" },
    }
}

fn cluster(random: &mut Random, index: usize, environments: &[Environment], hubs: &[Hub], regions: usize) -> Cluster {
    // Every environment and hub has a cluster.
    let environment = if index < environments.len() { index } else { random.below(environments.len()) };
    let hub = if index < hubs.len() { index } else { random.below(hubs.len()) };
    let region = (regions > 0).then(|| ["eu", "us", "ap"][random.below(regions)]);
    let name = format!("{}-{}{index}", environments[environment].name, region.unwrap_or("c"));
    Cluster {
        server: format!("https://{name}.k8s.example.com:6443"),
        name,
        environment,
        region,
        size: if random.chance(50) { "small" } else { "large" },
        gpu: random.chance(30),
        hub,
        registered: !random.chance(8),
    }
}

fn layer(random: &mut Random, index: usize, layers: &[Layer]) -> Layer {
    let after: Vec<usize> = (0..index).filter(|other| *other + 1 == index || random.chance(30)).collect();
    let after = if random.chance(20) { vec![] } else { after };
    let mut before = after.clone();
    before.extend(after.iter().filter_map(|other| layers.get(*other)).flat_map(|layer| &layer.before));
    before.sort_unstable();
    before.dedup();
    Layer {
        name: ["base", "addons", "services", "extras"][index].to_owned(),
        before,
        after,
        sets: random.chance(40),
        selects: random.chance(40),
        wide: random.chance(60),
    }
}

fn repository(index: usize) -> Repository {
    let (kind, url) = [
        ("helm", "https://charts.example.com/stable"),
        ("git", "https://git.example.com/random/other.git"),
        ("oci", "oci://registry.example.com/charts"),
    ][index];
    Repository { name: format!("{kind}-repository"), url: url.to_owned(), kind }
}
