//! A service is evaluated once for instances that differ by their own names alone. What each of them gets is what it gets
//! when it is asked for alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Arc;

use platformc::compile;
use platformc::db::{Content, Database};
use platformc::documents::applications;
use platformc::model::{Slot, explain_value, service};
use platformc::names::declarations;
use platformc::schema::Kind;
use serde_json::Value;

use support::{Example, TODAY, Texts, awkward, database, examples, findings, outputs, texts};

const PLATFORM: &str = r#"
platform acorn { repo = "https://git.example.com/acorn.git"  vars { domain = "example.com"  list = ["a"] } }
hub main { argocd = "3.5" }
team web { sso = ["web"] }
environment dev {}
environment prod { vars { domain = "example.org" } }
cluster dev { env = dev  server = "https://dev.example.com" }
cluster eu { env = prod  region = "yes"  server = "https://eu.example.com"  labels { tier = "gold" } }
cluster us { env = prod  region = "us"  server = "https://us.example.com" }
layer apps { deliver = DELIVER  defaults { namespace = "shop" } }

template site {
  param host : string
  param cluster : string = "nothing of the kind"
  helm {
    repo = "https://charts.example.com"  chart = "web"  version = "1.0.0"
    values { host = host  shadowed = "${cluster}"  at = [env, "${env}-${host}"] }
  }
}

service plain {
  layer = apps  owner = web
  helm {
    repo = "https://charts.example.com"  chart = "web"  version = "1.0.0"
    values {
      cluster = cluster
      region  = region
      host    = "${service}.${cluster}.${vars.domain}"
      object  = { inner = "${env}/${cluster}"  list = [cluster, "x"]  number = 1 }
      list    = [cluster]
      folded  = [upper(cluster), if env == prod then cluster else "none"]
      braces  = "{{ .${cluster} }}"
    }
  }
  when env == prod { helm { values { list += ["${region}"] } } }
  when cluster == eu { helm { values { host = "${region}.${cluster}" } } }
}

service argued { layer = apps  owner = web  namespace = "argued"  use = site(host = "${cluster}.${vars.domain}") }

service items {
  layer = apps  owner = web  namespace = "items-${tenant}"
  each tenant in ["one", "two"]
  helm { repo = "https://charts.example.com"  chart = "web"  version = "1.0.0"  values { a = tenant  b = "${tenant}@${cluster}" } }
}

service rolled {
  layer = apps  owner = web  namespace = "rolled-${tenant}"  deliver = applicationset
  each tenant in ["one", "two"]
  helm { repo = "https://charts.example.com"  chart = "web"  version = "1.0.0"  values { a = tenant  b = "${tenant}@${cluster}"  c = env } }
  source extra { helm { path = "charts/extra"  values { where = [region, "${cluster}: x"]  none = null } } }
  rollout { steps = [{ on = env == dev and tenant == "one" }, {}] }
}

service objects {
  layer = apps  owner = web  namespace = "objects-${tenant.name}"
  each tenant in [{ name = "one"  size = 1 }, { name = "two"  size = 2 }]
  helm { repo = "https://charts.example.com"  chart = "web"  version = "1.0.0"  values { a = tenant  b = tenant.size } }
}
"#;

fn platform(deliver: &str) -> Example {
    let text = PLATFORM.replace("DELIVER", deliver);
    Example { name: deliver.to_owned(), folder: "acorn".into(), sources: texts(&[("platform.pf", &text)]) }
}

/// The Helm values of an instance, each source's by itself: by its resolved Application, and asked for alone.
fn values(db: &Database, files: &Texts, of: &str, slot: &Slot, application: &Value) -> Vec<(Value, Value)> {
    let item = declarations(db).get(Kind::Service, of).unwrap();
    let names = service(db, item).as_ref().unwrap().variants[0].spec.sources.iter().map(|source| source.name.clone());
    let spec = &application["spec"];
    let sources = spec["sources"].as_array().cloned().unwrap_or_else(|| vec![spec["source"].clone()]);
    names
        .zip(sources)
        .filter(|(_, source)| source["helm"].is_object())
        .map(|(name, source)| {
            let path = |name: Option<Arc<str>>| match name {
                Some(name) => vec!["source".to_owned(), name.to_string(), "helm".to_owned(), "values".to_owned()],
                None => vec!["helm".to_owned(), "values".to_owned()],
            };
            let path = path(name);
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let alone = explain_value(db, item, &slot.cluster, slot.item.as_deref(), &path).unwrap().value;
            let alone = alone.map_or(Value::Null, |value| value.to_json());
            let together = source["helm"].get("valuesObject").cloned().or_else(|| in_file(files, &source["helm"]));
            (together.unwrap_or(Value::Null), alone)
        })
        .collect()
}

/// The values that a chart takes from a file of the tree, as in a rollout.
fn in_file(files: &Texts, helm: &Value) -> Option<Value> {
    let file = helm["valueFiles"].as_array()?.last()?.as_str()?;
    let (_, text) = files.iter().find(|(path, _)| file.ends_with(&format!("/{path}")))?;
    Some(serde_yaml::from_str(text).unwrap())
}

#[test]
fn each_instance_gets_what_it_gets_alone() {
    let own = [platform("applications"), platform("applicationset")];
    let mut compared = 0;
    for example in examples().iter().chain(&own).chain([&awkward()]) {
        let db = database(&example.sources);
        assert!(!compile::has_errors(&compile::diagnostics(&db, TODAY)), "{}: {}", example.name, findings(&db));
        let files = outputs(&db);
        for meaning in applications(&db) {
            let application = meaning.application.to_json(&[]);
            for (together, alone) in values(&db, &files, &meaning.service, &meaning.slot, &application) {
                let instance = format!("{} of {} on {}", meaning.service, example.name, meaning.slot.cluster);
                assert_eq!(whole_numbers(together), whole_numbers(alone), "{instance}");
                compared += 1;
            }
        }
    }
    assert!(compared > 500, "only {compared} instances have values");
}

/// `2.0` is `2` once it is in an object of Kubernetes.
#[allow(clippy::cast_possible_truncation, reason = "whole")]
fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() && number.as_f64().is_some_and(|number| number.fract() == 0.0) => {
            Value::from(number.as_f64().unwrap() as i64)
        }
        Value::Array(items) => items.into_iter().map(whole_numbers).collect(),
        Value::Object(entries) => entries.into_iter().map(|(key, value)| (key, whole_numbers(value))).collect(),
        other => other,
    }
}

/// Instances that differ by names alone are one variant; a condition or a function that reads a name makes more.
#[test]
fn one_variant_for_what_differs_by_names_alone() {
    let db = database(&platform("applications").sources);
    let variants = |name: &str| {
        let item = declarations(&db).get(Kind::Service, name).unwrap();
        service(&db, item).as_ref().unwrap().variants.len()
    };
    assert_eq!(variants("items"), 2, "the namespace differs by item, and nothing by cluster");
    assert_eq!(variants("plain"), 3, "`upper(cluster)` reads the name");
}

const TIE: &str = r#"
platform acorn { repo = "https://git.example.com/acorn.git" }
team web { sso = ["web"] }
environment prod {}
cluster eu { env = prod  server = "https://eu.example.com"  labels { tier = "gold"  size = "large" } }
cluster us { env = prod  server = "https://us.example.com"  labels { tier = "gold"  size = "large" } }
layer apps {}
service a {
  layer = apps  owner = web  namespace = "a"
  helm { repo = "https://charts.example.com"  chart = "web"  version = "1.0.0" }
  when labels.tier == "gold" { helm { values { name = "${cluster}" } } }
  when labels.size == "large" { helm { values { name = "eu" } } }
}
"#;

/// Two lines of one strength may agree on one cluster and not on the next.
#[test]
fn a_tie_is_found_on_the_cluster_where_it_is() {
    let both = findings(&database(&texts(&[("platform.pf", TIE)])));
    assert!(both.contains("`helm.values.name` has two values on `us`"), "{both}");
    let one = TIE
        .replace("cluster us {", "cluster zz {")
        .replace("labels { tier = \"gold\"  size = \"large\" } }\nlayer", "}\nlayer");
    assert_eq!(findings(&database(&texts(&[("platform.pf", &one)]))), "");
}

const SCHEMA: &str = r#"{"properties": {"name": {"maxLength": 4}}}"#;

/// A chart's schema reads every text, so every text is known before it is asked.
#[test]
fn a_schema_sees_each_name() {
    let text = TIE
        .replace("name = \"eu\"", "other = 1")
        .replace("cluster us {", "cluster longer {")
        .replace("repo = \"https://charts.example.com\"  chart = \"web\"  version = \"1.0.0\"", "path = \"chart\"");
    let mut sources = texts(&[
        ("platform.pf", &text),
        ("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n"),
        ("chart/values.yaml", "name: x\nother: 0\n"),
        ("chart/values.schema.json", SCHEMA),
    ]);
    let names = ["Chart.yaml", "values.schema.json", "values.yaml"].map(Arc::from);
    sources.insert("chart".to_owned(), Content::Folder(names.into()));
    let found = findings(&database(&sources));
    assert!(found.contains("\"longer\" is longer than 4 characters"), "{found}");
}

/// A secret is one whatever the cluster is called.
#[test]
fn a_secret_with_a_name_in_it_is_found() {
    let text =
        TIE.replace("name = \"${cluster}\"", "password = \"hunter-${cluster}\"").replace("name = \"eu\"", "other = 1");
    let found = findings(&database(&texts(&[("platform.pf", &text)])));
    assert!(found.contains("a key that says that it is a secret") && !found.contains("hunter"), "{found}");
}
