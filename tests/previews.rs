//! Previews: what comes of pull requests that are there, whatever their branches are called, and what removes what is old.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use platformc::db::Database;
use platformc::documents::{Pull, files, previews_of};
use serde::Deserialize as _;
use serde_json::Value;
use support::{database, texts};

const PLATFORM: &str = r#"
platform acme { repo = "https://git.example.com/acme/infra.git" }
team web {}
environment dev {}
cluster dev { env = dev  server = "https://dev.example.com" }
layer apps {}
service shop {
  layer = apps  owner = web  namespace = "shop"
  helm { path = "charts/shop" }
  preview {
    from      = github("acme/shop")
    labels    = ["preview"]
    cluster   = dev
    namespace = "shop-pr-${pr.number}-${pr.slug}"
    ttl { after = "2h"  image = "registry.example.com/kubectl:1.34" }
    helm { values { all = "${pr.number} ${pr.slug} ${pr.sha} ${pr.short_sha} ${pr.branch} ${pr.target} ${pr.title} ${pr.author}" } }
  }
}
"#;

fn pulls() -> Vec<Pull> {
    serde_json::from_str(include_str!("conformance/pulls.json")).unwrap()
}

fn platform() -> Database {
    database(&texts(&[("platform.pf", PLATFORM)]))
}

fn previews(pulls: Vec<Pull>) -> Vec<Value> {
    let all = BTreeMap::from([("acme/shop".to_owned(), pulls)]);
    previews_of(&platform(), &all).iter().map(|node| node.to_json(&[])).collect()
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} of {value:#}"))
}

#[test]
fn every_pull_request_with_the_label_has_one_with_a_legal_name_of_its_own() {
    let wanted: BTreeSet<String> = pulls()
        .iter()
        .filter(|pull| pull.labels.iter().any(|label| label == "preview"))
        .map(|pull| format!("shop.pr.{}", pull.number))
        .collect();
    let made = previews(pulls());
    let names: BTreeSet<String> = made.iter().map(|preview| text(preview, "/metadata/name").to_owned()).collect();
    assert_eq!(names, wanted);
    assert!(wanted.len() > 20 && wanted.len() < pulls().len(), "the fixture has both kinds");
    let namespaces: BTreeSet<&str> = made.iter().map(|preview| text(preview, "/spec/destination/namespace")).collect();
    assert_eq!(namespaces.len(), made.len());
    for namespace in namespaces {
        let is_legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(namespace.len() <= 63 && namespace.chars().all(is_legal) && !namespace.ends_with('-'), "{namespace}");
    }
}

#[test]
fn a_pull_request_is_shown_as_it_is() {
    let pull = Pull {
        number: 7,
        title: "{{ .number }} \"${x}\"".to_owned(),
        branch: "Feature/Ünïcode_and/a-very-long-tail-of-words".to_owned(),
        target_branch: "release/1.2".to_owned(),
        head_sha: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        labels: vec!["preview".to_owned()],
        author: "ana".to_owned(),
    };
    let made = previews(vec![pull]);
    assert_eq!(
        text(&made[0], "/spec/sources/0/helm/valuesObject/all"),
        "7 feature-n-code-and-a-very-long 0123456789abcdef0123456789abcdef01234567 01234567 \
         Feature/Ünïcode_and/a-very-long-tail-of-words release/1.2 {{ .number }} \"${x}\" ana"
    );
    assert_eq!(text(&made[0], "/spec/destination/namespace"), "shop-pr-7-feature-n-code-and-a-very-long");
    assert_eq!(text(&made[0], "/spec/project"), "preview.shop");
    assert_eq!(made[0].pointer("/spec/syncPolicy/automated/selfHeal"), Some(&Value::Bool(false)));
}

#[test]
fn other_repositories_have_none() {
    let all = BTreeMap::from([("acme/other".to_owned(), pulls())]);
    assert!(previews_of(&platform(), &all).is_empty());
}

/// What the time to live runs, with a `kubectl` that says what it is asked for.
#[test]
fn workloads_that_are_too_old_are_removed() {
    let files = files(&platform());
    let file = files.iter().find(|file| file.path == "apps/shop/preview/bounds/ttl.yaml").unwrap();
    let script = serde_yaml::Deserializer::from_str(&file.text()).find_map(|document| {
        let object = Value::deserialize(document).ok()?;
        let command = object.pointer("/spec/jobTemplate/spec/template/spec/containers/0/command/2")?.as_str();
        command.map(str::to_owned)
    });
    let folder = tempfile::tempdir().unwrap();
    let kubectl = folder.path().join("kubectl");
    let old = "2020-01-01T00:00:00Z";
    let listed = format!(
        "{old} Deployment/web\n2999-01-01T00:00:00Z Deployment/new\n{old} CronJob/time-to-live\n{old} Job/import\n"
    );
    let stand_in = format!("#!/bin/sh\nif [ \"$1\" = get ]; then printf '%s' '{listed}'; else echo \"$@\"; fi\n");
    fs::write(&kubectl, stand_in).unwrap();
    fs::set_permissions(&kubectl, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh").args(["-c", &script.unwrap()]).env("PATH", path).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "delete --wait=false Deployment/web\ndelete --wait=false Job/import\n"
    );
}
