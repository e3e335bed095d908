//! The platform as files.

use std::fmt::Write as _;

use platformc::db::Content;

use super::disk::{Disk, with_folders};
use super::town::{BOUND, Cluster, FILES, Knobs, LAYERS, Service, Town, get};

impl Town {
    /// All files and folders, with what is broken in them.
    pub fn disk(&self) -> Disk {
        let mut files: Vec<(String, String)> = vec![
            ("platform.pf".to_owned(), self.platform()),
            ("teams.pf".to_owned(), self.teams()),
            ("clusters.pf".to_owned(), self.clusters()),
            ("inventory.yaml".to_owned(), self.inventory()),
            ("templates.pf".to_owned(), self.templates()),
            ("namespaces.pf".to_owned(), self.namespaces()),
            ("tenants.csv".to_owned(), self.tenants()),
        ];
        for (file, path) in FILES.iter().enumerate() {
            let services: String = self.in_file(file).map(service).collect();
            if file == BOUND || !services.is_empty() {
                files.push(((*path).to_owned(), services));
            }
        }
        files.extend(self.folders());
        let mut disk: Disk = files.into_iter().map(|(path, text)| (path, Content::Text(text.into()))).collect();
        for broken in &self.breaks {
            broken.apply(&mut disk);
        }
        with_folders(disk)
    }

    fn in_file(&self, file: usize) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(move |service| service.file == file)
    }

    fn knob(&self, name: &'static str) -> usize {
        get(&self.knobs, name)
    }

    fn platform(&self) -> String {
        let mut out = "# A town.\n".repeat(self.knob("comment"));
        for path in ["teams.pf", "clusters.pf", "templates.pf", "namespaces.pf"] {
            let _ = writeln!(out, "import \"{path}\"");
        }
        if self.knob("pattern") < 4 {
            out += "import \"services/*.pf\"\n";
        } else {
            let there = (0..BOUND).filter(|file| self.in_file(*file).next().is_some());
            out.extend(there.map(|file| format!("import \"{}\"\n", FILES[file])));
        }
        let _ = writeln!(out, "import \"bound/*.pf\" for web\n\n## Town {}.", self.knob("doc"));
        out += "platform town {\n  repo = \"https://git.example.com/town.git\"\n  admins = [platform]\n";
        if self.knob("codeowners") < 5 {
            out += "  codeowners = github\n";
        }
        if self.knob("order") > 3 {
            out += "  order = always\n";
        }
        let _ = writeln!(out, "  labels {{ \"example.com/part\" = \"l{}\" }}", self.knob("label"));
        let _ = writeln!(out, "  vars {{ domain = \"d{}.example.com\" }}", self.knob("vars"));
        if self.knob("defaults") > 1 {
            let history = self.knob("defaults");
            let _ = writeln!(out, "  defaults {{ service {{ when env == prod {{ revision_history = {history} }} }} }}");
        }
        out += "}\n\n";
        out + &self.stages()
    }

    fn stages(&self) -> String {
        let argocd = ["3.5", "3.4", "3.3", "3.2", "3.1", "3.0", "2.14"][self.knob("argocd")];
        let mut out = format!("hub main {{ argocd = \"{argocd}\" }}\n\n");
        if self.knob("hub") > 3 {
            out += "hub other { argocd = \"3.5\" }\n\n";
        }
        out += "environment dev {}\n\nenvironment prod {\n  after = [dev]\n";
        if self.knob("protected") > 3 {
            out += "  protected = true\n";
        }
        out += &freeze(self.knob("freeze"));
        out += "}\n\nlayer base { cluster_resources = [\"apiextensions.k8s.io/CustomResourceDefinition\"] }\n\n";
        out += "layer mid { after = [base] }\n\nlayer apps {\n  after = [mid]\n";
        if self.knob("deliver") % 2 == 1 {
            out += "  deliver = applicationset\n";
        }
        if self.knob("layer-access") > 3 {
            out += "  defaults { access { viewer = [platform]  operator = [owner] } }\n";
        }
        let _ = writeln!(out, "}}\n\nstore vault {{ refresh = \"{}m\" }}\n", 10 + self.knob("refresh"));
        if self.knob("role") % 2 == 1 {
            out += "role debugger { includes = [operator]  actions = [exec] }\n";
        }
        out + &policies(self.knob("policy"))
    }

    fn teams(&self) -> String {
        let team = |name: &String| format!("team {name} {{ sso = [\"{name}\"]  github = \"@town/{name}\" }}\n\n");
        self.teams.iter().map(team).collect()
    }

    fn hub_line(&self) -> &'static str {
        if self.knob("hub") > 3 { "  hub = main\n" } else { "" }
    }

    fn clusters(&self) -> String {
        let own = self.clusters.iter().filter(|cluster| !cluster.listed);
        let mut out: String = own.map(|it| cluster(it, self.hub_line())).collect();
        out += "for row in yaml(\"inventory.yaml\") {\n  ## Listed.\n  cluster \"${row.name}\" {\n    env = prod\n    region = row.region\n";
        out += self.hub_line();
        out += "    server = row.server\n    labels { tier = row.tier }\n    vars { size = row.size }\n  }\n}\n";
        out
    }

    fn inventory(&self) -> String {
        let listed = self.clusters.iter().filter(|cluster| cluster.listed);
        let space = " ".repeat(self.knob("rows"));
        let row = |it: &Cluster| {
            format!(
                "- {{{space}name: {}, server: \"{}\", region: {}, tier: {}, size: {}}}\n",
                it.name,
                server(it),
                region(it),
                tier(it),
                get(&it.knobs, "doc")
            )
        };
        let rows: String = listed.map(row).collect();
        if rows.is_empty() { "[]\n".to_owned() } else { rows }
    }

    fn tenants(&self) -> String {
        let rows = (0..=self.knob("tenants")).map(|number| format!("tenant{number},plan{}\n", number % 2));
        "name,plan\n".to_owned() + &rows.collect::<String>()
    }

    fn templates(&self) -> String {
        let mut out = format!(
            "## What answers.\ntemplate web {{\n  param image : string\n  param port : int = {}\n  helm {{ path = \"charts/web\"  values \
             {{ image = image  port = port }} }}\n",
            8080 + self.knob("port")
        );
        match self.knob("template-overlay") {
            0 => {}
            number => drop(writeln!(out, "  when env == prod {{ helm {{ values {{ replicas = {number} }} }} }}")),
        }
        out + "}\n"
    }

    fn namespaces(&self) -> String {
        let owner = |name: &str| {
            let service = self.services.iter().find(|service| service.name == *name);
            service.map_or("platform", |service| service.team.as_str()).to_owned()
        };
        let declared = self.namespaces.iter().map(|(name, way)| {
            let says = [
                "",
                "quota { pods = \"20\" }",
                "limits { default { memory = \"512Mi\" } }",
                "security = restricted",
                "isolated = true",
                "when env == prod { quota { pods = \"50\" } }",
            ][*way];
            format!("namespace {name} {{\n  owner = {}\n  {says}\n}}\n\n", owner(name))
        });
        declared.collect()
    }

    /// A chart, two Kustomize bases, a folder of manifests, a file of values.
    fn folders(&self) -> Vec<(String, String)> {
        let extra: Vec<String> = (0..self.knob("chart")).map(|number| format!("extra{number}: true\n")).collect();
        let extra = extra.concat();
        let schema = r#"{"type": "object", "properties": {"port": {"type": "integer"}}}"#;
        let labels = match self.knob("base") {
            0 => String::new(),
            number => format!("commonAnnotations: {{ base: b{number} }}\n"),
        };
        let common = if self.knob("component") % 2 == 1 { "  - ../common\n" } else { "" };
        let config = |name: &str, number: usize| {
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name} }}\ndata: {{ number: \"{number}\" }}\n")
        };
        let mut files = vec![
            ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n".to_owned()),
            ("charts/web/values.yaml", format!("image: \"\"\nport: 80\nreplicas: 1\n{extra}")),
            (
                "charts/web/templates/app.yaml",
                "image: {{ .Values.image }} {{ .Values.port }} {{ .Values.replicas }}\n".to_owned(),
            ),
            ("apps/base/kustomization.yaml", format!("resources:\n  - config.yaml\n{common}{labels}")),
            ("apps/base/config.yaml", config("base", self.knob("base"))),
            ("apps/common/kustomization.yaml", "resources:\n  - config.yaml\n".to_owned()),
            ("apps/common/config.yaml", config("common", self.knob("component"))),
            ("manifests/config.yaml", config("manifest", self.knob("manifests"))),
            ("values/web.yaml", format!("replicas: {}\n", self.knob("values"))),
        ];
        if self.knob("schema") > 2 {
            files.push(("charts/web/values.schema.json", schema.to_owned()));
        }
        if self.knob("manifests") > 3 {
            files.push(("manifests/more.yaml", config("more", 1)));
        }
        files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
    }
}

fn freeze(way: usize) -> String {
    match way {
        0..=4 => String::new(),
        way => {
            format!("  freeze weekend {{ schedule = \"0 16 * * 5\"  duration = \"{}h\"  manual = true }}\n", 40 + way)
        }
    }
}

fn server(cluster: &Cluster) -> String {
    format!("https://{}-{}.example.com", cluster.name, get(&cluster.knobs, "server"))
}

/// The first two clusters keep what conditions ask for.
fn tier(cluster: &Cluster) -> &'static str {
    let gold = cluster.name == "prod" || get(&cluster.knobs, "tier") % 2 == 1;
    if gold { "gold" } else { "tin" }
}

fn region(cluster: &Cluster) -> &'static str {
    let us = cluster.name != "dev" && get(&cluster.knobs, "region") % 2 == 1;
    if us || cluster.name == "prod" { "us" } else { "eu" }
}

fn cluster(it: &Cluster, hub: &str) -> String {
    let env = if it.name == "dev" { "dev" } else { "prod" };
    let moved = match get(&it.knobs, "moved") {
        0..=3 => String::new(),
        _ => format!("moved cluster old-{name} {{ to = {name} }}\n\n", name = it.name),
    };
    let auth = ["", "  auth { gcp {} }\n", "  auth { azure {} }\n"][get(&it.knobs, "auth") % 3];
    format!(
        "## Cluster {}.\ncluster {} {{\n  env = {env}\n  region = \"{}\"\n{hub}  server = \"{}\"\n  labels {{ tier = \"{}\" }}\n{auth}}}\n\n{moved}",
        get(&it.knobs, "doc"),
        it.name,
        region(it),
        server(it),
        tier(it)
    )
}

/// What is asked of everything; it warns where it does not hold.
fn policies(number: usize) -> String {
    let asked = [
        "",
        "require = revision_history >= 5",
        "where = env == prod  require = wave < 1 and has(kustomize.path)  message = \"${service} on ${cluster}: ${wave}\"",
        "over = service  require = instances <= 3 and length([for one in clusters where one.protected: one.name]) == 0",
        "over = cluster  require = instances < 9 and length(services) < 9",
        "over = team  require = length(services) < 4",
        "require = can(owner, exec) or not protected or default(helm.values.port, 1) == 1",
    ];
    match asked[number] {
        "" => String::new(),
        asked => format!("policy asked {{ {asked}  severity = warning }}\n\n"),
    }
}

fn service(it: &Service) -> String {
    let knob = |name: &'static str| get(&it.knobs, name);
    let bound = it.file == BOUND;
    let mut out = String::new();
    for _ in 0..knob("comment") {
        out += "# Ours.\n\n";
    }
    let layer = LAYERS[if bound { it.layer.max(1) } else { it.layer }];
    let _ =
        writeln!(out, "## Service {}.\nservice {} {{\n  layer = {layer}\n  owner = {}", knob("doc"), it.name, it.team);
    let each =
        ["", "each t in [\"one\", \"two\"]", "each t in csv(\"../tenants.csv\")"][knob("each").saturating_sub(4)];
    let namespace = match (each, knob("namespace")) {
        ("", 5..) => format!("shared-{}", it.team),
        ("", _) => it.name.clone(),
        (each, _) if each.contains("csv") => format!("{}-${{t.name}}", it.name),
        _ => format!("{}-${{t}}", it.name),
    };
    let _ = writeln!(out, "  namespace = \"{namespace}\"\n  {each}");
    match knob("on") % 6 {
        0 => {}
        on => {
            let on =
                ["env == prod", "cluster == dev", "labels.tier == \"gold\"", "region == \"eu\"", "env != dev"][on - 1];
            let _ = writeln!(out, "  on = {on}");
        }
    }
    match knob("deliver") {
        5 => out += "  deliver = applicationset\n",
        6 => out += "  deliver = applications\n",
        _ => {}
    }
    if !it.needs.is_empty() {
        let _ = writeln!(out, "  needs = [{}]", it.needs.join(", "));
    }
    out += &body(it, bound);
    out + &tool(it) + &overlay(it) + "}\n\n" + &before(it)
}

/// What a service was called, over two names or one, and whether it is meant to go.
fn before(it: &Service) -> String {
    let name = &it.name;
    let moved = match get(&it.knobs, "moved") {
        0..=2 => String::new(),
        3 => format!("moved service old-{name} {{ to = {name} }}\n\n"),
        4 => format!("moved service old-{name} {{ to = {name}  names = both }}\n\n"),
        5 => format!("moved service old-{name} {{ to = {name}  names = new }}\n\n"),
        _ => format!(
            "moved service old-{name} {{ to = {name} }}\n\nmoved service first-{name} {{ to = old-{name} }}\n\n"
        ),
    };
    let removed = match get(&it.knobs, "removed") {
        0..=4 => String::new(),
        5 => format!("removed service {name} {{ from = env == dev  workloads = keep }}\n\n"),
        _ => format!("removed service {name} {{ workloads = delete }}\n\n"),
    };
    moved + &removed
}

fn body(it: &Service, bound: bool) -> String {
    let knob = |name: &'static str| get(&it.knobs, name);
    let mut out = String::new();
    if knob("history") > 1 {
        let _ = writeln!(out, "  override revision_history = {}", knob("history"));
    }
    if knob("override") > 4 {
        out += "  override annotations { \"example.com/kept\" = \"yes\" }\n";
    }
    if knob("links") > 2 {
        let _ = writeln!(out, "  links {{ docs = \"https://docs.example.com/{}\" }}", knob("links"));
    }
    if knob("extra") > 4 && !bound {
        let _ = writeln!(out, "  extra_namespaces = [\"extra-{}\"]", it.name);
    }
    if knob("sync") > 4 {
        out += "  sync { automated = false }\n";
    }
    if knob("access") > 4 && !bound {
        out += "  access { viewer = [web]  deployer = [owner] }\n";
    }
    if !bound {
        out += &freeze(knob("freeze"));
    }
    if knob("same") > 3 {
        let path = ["helm.version", "helm.values", "annotations"][knob("same") % 3];
        let _ = writeln!(out, "  same_across = [{path}]");
    }
    if knob("secret") > 4 {
        let _ = writeln!(out, "  secret {} {{ store = vault  all = \"kv/{}\" }}", it.name, knob("secret"));
    }
    out
}

/// Whether a source is a chart, so that an overlay can say values.
fn way(knobs: &Knobs) -> usize {
    get(knobs, "tool") % 6
}

fn tool(it: &Service) -> String {
    let value = get(&it.knobs, "value");
    match way(&it.knobs) {
        0 => format!(
            "  helm {{\n    repo = \"https://charts.example.com\"\n    chart = \"{}\"\n    version = \"1.{value}.0\"\n    values {{ size = {value}  \
             host = \"${{cluster}}.${{vars.domain}}\" }}\n  }}\n",
            it.name
        ),
        1 => format!(
            "  helm {{\n    path = \"charts/web\"\n    value_files = [\"values/web.yaml\"]\n    values {{ port = {} }}\n  }}\n",
            80 + value
        ),
        2 => "  kustomize { path = \"apps/base\" }\n".to_owned(),
        3 => "  manifests { path = \"manifests\" }\n".to_owned(),
        4 => format!("  manifests {{ object \"v1\" \"ConfigMap\" settings {{ data {{ value = \"{value}\" }} }} }}\n"),
        _ => format!("  use = web(image = \"x:{value}\")\n"),
    }
}

fn overlay(it: &Service) -> String {
    let number = get(&it.knobs, "overlay");
    if number < 2 {
        return String::new();
    }
    let says = match way(&it.knobs) {
        0 if number % 2 == 1 => format!("helm {{ version = \"1.{number}.0\" }}"),
        0 => format!("helm {{ values {{ size = {number} }} }}"),
        1 | 5 => format!("helm {{ values {{ replicas = {number} }} }}"),
        2 => format!("kustomize {{ replicas {{ base = {number} }} }}"),
        _ => format!("annotations {{ \"example.com/n\" = \"{number}\" }}"),
    };
    let when = ["env == prod", "cluster == prod", "labels.tier == \"gold\"", "region == \"us\""][number % 4];
    format!("  when {when} {{ {says} }}\n")
}
