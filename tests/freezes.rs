//! What freezes come to: for every Application of a tree, the windows of its project that act on it are those that
//! docs/output.md says, whatever the hub, the names and the order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod argocd;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use globset::Glob;
use platformc::db::Database;
use platformc::model::{Deliver, estate, frozen, head};
use platformc::names::declarations;
use platformc::schema::Kind;
use serde_json::Value;

use support::{Texts, database, examples, findings, outputs, texts};

/// Two hubs, of which the older takes windows of one schedule and one duration for one; a server that is a pattern; a service
/// that is delivered otherwise than its layer.
const PLATFORM: &str = r#"
platform frozen {
  repo = "https://git.example.com/frozen.git"
  MORE
}
hub old { argocd = "2.14" }
hub new { argocd = "3.5" }
team web {}
team ops {}
environment dev { freeze lunch { schedule = "0 12 * * *"  duration = "1h" } }
environment prod {
  freeze weekend { schedule = "0 16 * * 5"  duration = "62h"  timezone = "Europe/Berlin" }
  freeze night   { schedule = "0 22 * * *"  duration = "2h"  manual = true  description = "people sleep" }
}
environment late { freeze weekend { schedule = "0 16 * * 5"  duration = "62h"  timezone = "America/New_York" } }
cluster dev  { hub = old  env = dev   server = "https://dev.example.com" }
cluster eu   { hub = old  env = prod  server = "https://[fd00::1]:6443" }
cluster us   { hub = old  env = late  server = "https://us.example.com" }
cluster asia { hub = new  env = prod  region = "ap"  server = "https://asia.example.com" }
layer base { freeze yearly { schedule = "0 0 1 1 *"  duration = "24h" } }
layer apps {
  after = [base]
  deliver = applicationset
  freeze friday { schedule = "0 10 * * 5"  duration = "3h" }
}
layer jobs { after = [base] }
service one { layer = base  owner = ops  namespace = "one"  helm { path = "one" } }
service two { layer = apps  owner = web  namespace = "two"  on = env == prod  helm { path = "two" } }
service twofold { layer = apps  owner = web  namespace = "two"  helm { path = "two" } }
service held {
  layer = apps  owner = web  namespace = "held"  on = cluster == asia  deliver = applications
  helm { path = "held" }
  freeze monthly { schedule = "0 0 2 * *"  duration = "4h" }
}
service three {
  layer = jobs  owner = web  namespace = "three"
  each item in ["a", "b"]
  helm { path = "three" }
  freeze monthly { schedule = "0 0 3 * *"  duration = "4h" }
}
"#;

/// A freeze by when it begins and where: no two freezes of the platforms here have both in common.
type Found = BTreeSet<(String, String)>;

fn text<'v>(value: &'v Value, path: &str) -> &'v str {
    value.pointer(path).and_then(Value::as_str).unwrap_or("")
}

fn list<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn label<'v>(application: &'v Value, name: &str) -> &'v str {
    application["metadata"]["labels"][format!("platformc.io/{name}")].as_str().unwrap_or("")
}

/// The freezes that docs/output.md says act on an Application.
fn expected(db: &Database, application: &Value) -> Found {
    let (above, cluster) = text(application, "/metadata/name").split_once('.').unwrap_or_default();
    let mut of = vec![(Kind::Environment, label(application, "env").to_owned())];
    if label(application, "service").is_empty() {
        of.extend(
            layers(db, cluster)
                .into_iter()
                .filter(|layer| above == "cluster" || above == layer)
                .map(|layer| (Kind::Layer, layer)),
        );
    } else {
        of.push((Kind::Layer, label(application, "layer").to_owned()));
        of.push((Kind::Service, label(application, "service").to_owned()));
    }
    let freezes = of.iter().flat_map(|(kind, name)| frozen(db).of(*kind, name));
    freezes.map(|freeze| (freeze.schedule.to_string(), freeze.zone.to_string())).collect()
}

/// The layers that are delivered in order on a cluster.
fn layers(db: &Database, cluster: &str) -> BTreeSet<String> {
    let heads = declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref());
    let ordered = heads.filter(|head| head.deliver == Deliver::Applications);
    let there = ordered.filter(|head| head.instances.iter().any(|slot| slot.cluster.as_ref() == cluster));
    there.map(|head| head.layer.to_string()).collect()
}

/// The freezes of a project that act on an Application, by Argo CD's rule: any of the names, or any of the clusters.
fn found(project: &Value, application: &Value) -> Found {
    let meets = |pattern: &Value, what: &str| {
        Glob::new(pattern.as_str().unwrap()).unwrap().compile_matcher().is_match(text(application, what))
    };
    let acts = |window: &&Value| {
        list(window, "/applications").iter().any(|pattern| meets(pattern, "/metadata/name"))
            || list(window, "/clusters").iter().any(|pattern| meets(pattern, "/spec/destination/server"))
    };
    let windows = list(project, "/spec/syncWindows").iter().filter(acts);
    windows.map(|window| (text(window, "/schedule").to_owned(), text(window, "/timeZone").to_owned())).collect()
}

/// Checks every Application of a tree, and gives back how many windows there are.
fn check(db: &Database, outputs: &Texts) -> usize {
    let hubs = argocd::hubs(outputs);
    let of_tree = objects(outputs);
    let hub = |path: &str| hubs.values().find(|hub| path.contains(&format!("/{hub}/"))).cloned().unwrap_or_default();
    let projects: BTreeMap<(String, &str), &Value> = of_kind(&of_tree, "AppProject")
        .map(|(path, project)| ((hub(path), text(project, "/metadata/name")), project))
        .collect();
    let parents = of_kind(&of_tree, "Application").filter(|(_, object)| label(object, "service").is_empty());
    let parents = parents.map(|(path, object)| (hub_of(db, &hubs, object).unwrap_or(hub(path)), object.clone()));
    let leaves = argocd::leaves(outputs).into_iter().chain(argocd::generated(outputs));
    for (hub, application) in parents.chain(leaves.map(|leaf| (argocd::key(&hubs, &leaf).0, leaf))) {
        let project = projects[&(hub, text(&application, "/spec/project"))];
        assert_eq!(found(project, &application), expected(db, &application), "{application}");
    }
    projects.values().for_each(|project| valid(project));
    projects.values().map(|project| list(project, "/spec/syncWindows").len()).sum()
}

/// Every object by the path of its file.
fn objects(outputs: &Texts) -> Vec<(&String, Value)> {
    let yaml = outputs.iter().filter(|(path, _)| path.ends_with(".yaml"));
    yaml.flat_map(|(path, text)| argocd::documents(path, text).into_iter().map(move |object| (path, object))).collect()
}

fn of_kind<'o>(objects: &'o [(&String, Value)], kind: &'o str) -> impl Iterator<Item = (&'o str, &'o Value)> {
    objects.iter().filter(move |(_, object)| object["kind"] == kind).map(|(path, object)| (path.as_str(), object))
}

/// The folder of the hub of what stands for a cluster.
fn hub_of(db: &Database, hubs: &BTreeMap<String, String>, application: &Value) -> Option<String> {
    let cluster = estate(db).cluster(label(application, "cluster"))?;
    hubs.get(cluster.server.as_ref()).cloned()
}

/// What `AppProject.ValidateProject` asks of windows.
fn valid(project: &Value) {
    let mut seen = BTreeSet::new();
    for window in list(project, "/spec/syncWindows") {
        assert_eq!(text(window, "/kind"), "deny");
        assert!(list(window, "/applications").len() + list(window, "/clusters").len() > 0, "{window}");
        assert!(text(window, "/description").len() <= 255, "{window}");
        let same =
            (text(window, "/schedule"), text(window, "/duration"), text(window, "/timeZone"), window.get("manualSync"));
        assert!(seen.insert(format!("{same:?}")), "{window}");
    }
}

/// W02, W03, W04: each Application is held back by the freezes that it should be, and by no other.
#[test]
fn windows_act_on_what_is_frozen() {
    for more in ["", "order = always", "names = \"${cluster}-${service}${item}\""] {
        let db = database(&texts(&[("platform.pf", &PLATFORM.replace("MORE", more))]));
        assert!(!findings(&db).contains("Error"), "{}", findings(&db));
        assert!(check(&db, &outputs(&db)) >= 20);
    }
    for example in examples() {
        let db = database(&example.sources);
        check(&db, &outputs(&db));
    }
}

/// What a hub does not know is not written; before 3.5 no two windows of a project have one schedule and one duration.
#[test]
fn windows_say_what_their_hub_knows() {
    let outputs = outputs(&database(&texts(&[("platform.pf", &PLATFORM.replace("MORE", ""))])));
    let windows = |hub: &str, project: &str| {
        let path = format!("argocd/{hub}/projects/{project}.yaml");
        list(&argocd::documents(&path, &outputs[&path])[0], "/spec/syncWindows").to_vec()
    };
    for window in windows("old", "web") {
        assert!(window.get("description").is_none() && window.get("syncOverrun").is_none(), "{window}");
    }
    let same = windows("old", "web");
    let same = same.iter().filter(|window| text(window, "/schedule") == "0 16 * * 5");
    assert_eq!(same.map(|window| text(window, "/duration")).collect::<Vec<_>>(), ["62h", "62h0s"]);
    let night = windows("new", "web").into_iter().find(|window| text(window, "/schedule") == "0 22 * * *").unwrap();
    assert_eq!(text(&night, "/description"), "night of environment prod: people sleep");
    assert_eq!((&night["syncOverrun"], &night["manualSync"]), (&Value::Bool(true), &Value::Bool(true)));
}
