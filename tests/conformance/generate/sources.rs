//! Where a random service's manifests come from, and the files that lie there.

use super::estate::{Estate, maybe};
use super::text::Text;
use super::values::{scalar, text as awkward, value};
use crate::support::{Random, Texts};

/// What main source a service has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Chart,
    Kustomize,
    Manifests,
    Objects,
    Plugin,
}

impl Source {
    pub(crate) fn pick(random: &mut Random) -> Self {
        *random.pick(&[
            Self::Chart,
            Self::Chart,
            Self::Chart,
            Self::Kustomize,
            Self::Kustomize,
            Self::Manifests,
            Self::Objects,
            Self::Plugin,
        ])
    }

    pub(crate) fn write(self, random: &mut Random, estate: &Estate, text: &mut Text, folder: &str, files: &mut Texts) {
        match self {
            Self::Chart => chart(random, estate, text),
            Self::Kustomize => kustomize(random, estate, text, folder, files),
            Self::Manifests => manifests(random, estate, text, folder, files),
            Self::Objects => {
                text.open("manifests");
                config_map(random, estate, text, &format!("{folder}-settings"));
                text.close();
            }
            Self::Plugin => plugin(random, estate, text),
        }
    }
}

/// `repo = ...` with one of the named repositories of a kind, or a URL.
fn repo(random: &mut Random, estate: &Estate, kind: &str, url: &str) -> String {
    let named = estate.repositories.iter().find(|repository| repository.kind == kind);
    match named.filter(|_| random.chance(60)) {
        Some(repository) => format!("repo = {}", repository.name),
        None => format!("repo = \"{url}\""),
    }
}

fn other_repository(random: &mut Random, estate: &Estate, text: &mut Text) {
    text.line(repo(random, estate, "git", "https://git.example.com/random/another.git"));
    text.line(*random.pick(&["revision = \"v1.2.3\"", "revision = \"main\"", "revision = \"refs/tags/v2\""]));
}

fn chart(random: &mut Random, estate: &Estate, text: &mut Text) {
    text.open("helm");
    let known = match random.below(4) {
        0 => {
            text.line(repo(random, estate, "oci", "oci://registry.example.com/charts"));
            "chart = \"podinfo\"\nversion = \"6.7.1\""
        }
        1 => "path = \"charts/web\"",
        2 => {
            other_repository(random, estate, text);
            "path = \"charts/other\""
        }
        _ => {
            text.line(repo(random, estate, "helm", "https://charts.example.com/stable"));
            "chart = \"web\"\nversion = \"1.2.3\""
        }
    };
    known.lines().for_each(|line| text.line(line));
    maybe(random, text, &["release = \"another-name\""]);
    maybe(random, text, &["value_files = [\"values/common.yaml\", \"values/${env}.yaml\"]"]);
    maybe(random, text, &["parameters { \"image.tag\" = \"1.2\"  \"a.b\" = \"{{ x }}\" }"]);
    maybe(random, text, &["skip_crds = true"]);
    maybe(random, text, &["skip_tests = true"]);
    maybe(random, text, &["skip_schema_validation = true"]);
    maybe(random, text, &["pass_credentials = true"]);
    maybe(random, text, &["kube_version = \"1.31\""]);
    maybe(random, text, &["api_versions = [\"monitoring.coreos.com/v1\"]"]);
    values(random, estate, text);
    text.close();
}

/// Values with `list` and `base`, which overlays count on.
fn values(random: &mut Random, estate: &Estate, text: &mut Text) {
    text.open("values");
    text.line(format!("list = [{}]", scalar(random)));
    text.line("base { keep = 1  drop = 2 }");
    for key in 0..random.below(5) {
        text.line(format!("v{key} = {}", value(random, estate, 2)));
    }
    if random.chance(20) {
        text.line("long = \"\"\"\n  first ${cluster}\n\n    indented: yes\n  \"\"\"");
    }
    text.close();
}

fn kustomize(random: &mut Random, estate: &Estate, text: &mut Text, folder: &str, files: &mut Texts) {
    text.open("kustomize");
    // Two sources of one service must not hold the same object.
    let name = if folder.ends_with("-extra") { "more" } else { "web" };
    if random.chance(25) {
        other_repository(random, estate, text);
        text.line("path = \"deploy/base\"");
    } else {
        let path = format!("apps/{folder}/base");
        text.line(format!("path = \"{path}\""));
        base(&path, name, files);
        if random.chance(30) {
            text.line(format!("components = [\"apps/{folder}/component\"]"));
            let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels:\n- pairs:\n    extra: \"true\"\n";
            files.insert(format!("apps/{folder}/component/kustomization.yaml"), component.to_owned());
        }
    }
    maybe(
        random,
        text,
        &[
            "images = [\"registry.example.com/web:2.0.0\"]",
            "images = [\"web=registry.example.com/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"]",
        ],
    );
    maybe(random, text, &[&format!("replicas {{ {name} = 2 }}"), &format!("replicas {{ {name} = vars.replicas }}")]);
    maybe(random, text, &["labels { team = \"x\"  \"example.com/env\" = env }"]);
    let annotation = awkward(random);
    maybe(random, text, &[&format!("annotations {{ \"example.com/note\" = {annotation} }}")]);
    maybe(random, text, &["name_prefix = \"pre-\""]);
    maybe(random, text, &["name_suffix = \"-post\""]);
    maybe(
        random,
        text,
        &[
            "patches = [{ target { kind = \"Deployment\" }  patch = \"[{\\\"op\\\": \\\"add\\\", \\\"path\\\": \\\"/metadata/labels/p\\\", \\\"value\\\": \\\"1\\\"}]\" }]",
        ],
    );
    text.close();
}

/// A Kustomize base with a Deployment.
pub(crate) fn base(path: &str, name: &str, files: &mut Texts) {
    let kustomization =
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- deployment.yaml\n";
    files.insert(format!("{path}/kustomization.yaml"), kustomization.to_owned());
    files.insert(format!("{path}/deployment.yaml"), DEPLOYMENT.replace("NAME", name));
}

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
  labels:
    app: NAME
spec:
  selector:
    matchLabels:
      app: NAME
  template:
    metadata:
      labels:
        app: NAME
    spec:
      containers:
      - name: web
        image: web:1.0.0
";

fn manifests(random: &mut Random, estate: &Estate, text: &mut Text, folder: &str, files: &mut Texts) {
    text.open("manifests");
    if random.chance(25) {
        other_repository(random, estate, text);
        text.line("path = \"manifests\"");
    } else {
        let path = format!("manifests/{folder}");
        text.line(format!("path = \"{path}\""));
        for (file, name) in [("one.yaml", "one"), ("deep/two.yaml", "two"), ("notes.txt", "three")] {
            let text =
                format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {folder}-{name}\ndata:\n  key: value\n");
            files.insert(format!("{path}/{file}"), text);
        }
    }
    maybe(random, text, &["recurse = true"]);
    maybe(random, text, &["include = \"*.yaml\""]);
    maybe(random, text, &["exclude = \"{deep/*,*.txt}\""]);
    text.close();
}

fn plugin(random: &mut Random, estate: &Estate, text: &mut Text) {
    text.open("plugin");
    maybe(random, text, &["name = \"cue\""]);
    if random.chance(30) {
        other_repository(random, estate, text);
    }
    text.line("path = \"plugins/this\"");
    let variable = awkward(random);
    maybe(random, text, &[&format!("env {{ HOST = \"h.${{vars.domain}}\"  NOTE = {variable} }}")]);
    maybe(random, text, &["parameters { text = \"x\"  list = [\"a\", env]  map { a = \"b\" } }"]);
    text.close();
}

/// An object in place.
pub(crate) fn config_map(random: &mut Random, estate: &Estate, text: &mut Text, name: &str) {
    text.open(format!("object \"v1\" \"ConfigMap\" {name}"));
    text.open("data");
    text.line(format!("TEXT = {}", awkward(random)));
    text.line("CLUSTER = cluster");
    text.line(format!("JSON = to_json({})", value(random, estate, 1)));
    text.close();
    text.close();
}
