//! `moved` and `removed` in trees on disk: what keeps its names, what a build refuses, and the steps that lead to new names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use camino::Utf8PathBuf;
use serde_json::Value;
use tempfile::TempDir;

const PLATFORM: &str = r#"
platform acorn { repo = "https://git.example.com/acorn.git"  admins = [ops] }
hub main { argocd = "3.5"  impersonation = true }
team ops { sso = ["acorn:ops"] }
team web { sso = ["acorn:web"] }
environment dev {}
environment prod { after = [dev]  protected = true  freeze summer { schedule = "0 0 1 8 *"  duration = "240h" } }
cluster dev { env = dev  region = "eu"  server = "https://dev.example.com" }
cluster eu { env = prod  region = "eu"  server = "https://eu.example.com" }
cluster us { env = prod  region = "us"  server = "https://us.example.com" }
layer base { cluster_resources = ["storage.k8s.io/StorageClass"] }
layer apps { after = [base] }
layer sets { after = [base]  deliver = applicationset }
layer chosen { after = [base]  deliver = applicationset  generator = clusters }

service disks { layer = base  owner = web  namespace = "disks"  manifests { path = "disks" } }

service api {
  layer = apps  owner = web  namespace = "${service}"  needs = [disks]
  freeze sale { schedule = "0 0 20 11 *"  duration = "240h" }
  access { operator = [web] }
  when env == prod { access { viewer = [web] } }
  helm { repo = "https://charts.example.com"  chart = "api"  version = "1.0.0"  values { name = service  at = "${cluster}" } }
}

service tenant {
  layer = apps  owner = web  namespace = "tenant-${who}"
  each who in ["one", "two"]
  kustomize { path = "tenant"  images = ["registry.example.com/tenant:1"] }
}

service cache {
  layer = sets  owner = web  namespace = "cache"  on = cluster != us
  helm { path = "charts/cache"  values { at = cluster } }
  when cluster == eu { helm { values { size = 2 } } }
}

service queue {
  layer = chosen  owner = web  namespace = "queue"  on = cluster in [dev, eu]
  helm { path = "charts/queue" }
  when env == prod { helm { values { size = 2 } } }
}
"#;

/// A platform in a folder of its own.
struct Place {
    _temporary: TempDir,
    root: Utf8PathBuf,
}

impl Place {
    fn new(text: &str) -> Self {
        let temporary = TempDir::new().unwrap();
        let root = Utf8PathBuf::from_path_buf(temporary.path().canonicalize().unwrap()).unwrap();
        let place = Self { _temporary: temporary, root };
        for (path, content) in [
            ("disks/class.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: disks\n"),
            ("tenant/kustomization.yaml", "resources: []\n"),
            ("charts/cache/Chart.yaml", "apiVersion: v2\nname: cache\nversion: 1.0.0\n"),
            ("charts/queue/Chart.yaml", "apiVersion: v2\nname: queue\nversion: 1.0.0\n"),
        ] {
            fs::create_dir_all(place.root.join(path).parent().unwrap()).unwrap();
            fs::write(place.root.join(path), content).unwrap();
        }
        place.write(text);
        place
    }

    /// One that is built.
    fn built(text: &str) -> Self {
        let place = Self::new(text);
        assert_eq!(place.run(&["build"]).1, 0, "{}", place.run(&["build"]).0);
        place
    }

    fn write(&self, text: &str) {
        fs::write(self.root.join("platform.pf"), text).unwrap();
    }

    /// What a command says, and its exit code.
    fn run(&self, words: &[&str]) -> (String, i32) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_platformc"));
        let output = command.args(words).current_dir(&self.root).env("NO_COLOR", "1").output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
        (text.replace(self.root.as_str(), "ROOT"), output.status.code().unwrap())
    }

    fn build(&self, text: &str) -> (String, i32) {
        self.write(text);
        self.run(&["build"])
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join("infra").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn has(&self, path: &str) -> bool {
        self.root.join("infra").join(path).exists()
    }

    /// Every file of the tree.
    fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.root.join("infra")];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path().to_owned());
                } else {
                    let path = entry.path().strip_prefix(&self.root).unwrap().to_string();
                    found.insert(path, fs::read_to_string(entry.path()).unwrap());
                }
            }
        }
        found
    }

    /// Every Application, by its name.
    fn applications(&self) -> BTreeMap<String, Value> {
        let (text, code) = self.run(&["expand", "--format", "json"]);
        assert_eq!(code, 0, "{text}");
        let all: Vec<Value> = serde_json::from_str(&text).unwrap();
        all.into_iter().map(|it| (it["metadata"]["name"].as_str().unwrap().to_owned(), it)).collect()
    }
}

/// The platform with other names, each said by `moved`.
fn renamed(text: &str, renames: &[(&str, &str, &str)]) -> String {
    let mut text = text.to_owned();
    for (kind, old, new) in renames {
        let (head, places) = (format!("{kind} {old} {{"), format!("{kind} {new} {{"));
        assert_eq!(text.matches(&head).count(), 1, "{head}");
        text = text.replace(&head, &places) + &format!("moved {kind} {old} {{ to = {new} }}\n");
    }
    text
}

/// Names of objects in a tree, of those kinds that Argo CD or Kubernetes would delete with their old name.
fn objects(files: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = vec![];
    for text in files.iter().filter(|(path, _)| path.ends_with(".yaml")).map(|(_, text)| text) {
        for document in text.split("\n---\n") {
            let Ok(object) = serde_yaml::from_str::<serde_yaml::Value>(document) else { continue };
            let word = |path: &[&str]| {
                let value = path.iter().try_fold(&object, |value, key| value.get(*key))?;
                value.as_str().map(str::to_owned)
            };
            let Some(kind) = word(&["kind"]).filter(|kind| kind != "Kustomization" && kind != "ApplicationTemplate")
            else {
                continue;
            };
            let name = word(&["metadata", "name"]).unwrap_or_default();
            let namespace = word(&["metadata", "namespace"]).unwrap_or_default();
            let template = word(&["spec", "template", "metadata", "name"]).unwrap_or_default();
            found.push(format!("{kind} {namespace}/{name} {template}"));
        }
    }
    found.sort();
    found
}

/// What a rename may change of an Application: labels, and where the files lie.
fn without_names(mut application: Value) -> Value {
    for label in ["platformc.io/service", "platformc.io/cluster", "platformc.io/owner"] {
        application["metadata"]["labels"].as_object_mut().unwrap().remove(label);
    }
    if let Some(annotations) = application["metadata"]["annotations"].as_object_mut() {
        annotations.remove("argocd.argoproj.io/manifest-generate-paths");
    }
    if let Some(path) =
        application["spec"]["source"].get_mut("path").filter(|path| path.as_str().unwrap().starts_with("infra/"))
    {
        *path = Value::Null;
    }
    application
}

#[test]
fn a_rename_keeps_every_name_of_the_tree() {
    let services = [
        ("service", "api", "gateway"),
        ("service", "tenant", "renter"),
        ("service", "cache", "store"),
        ("service", "queue", "line"),
    ];
    let needs = |text: String| text.replace("needs = [disks]", "needs = [volumes]");
    let owner = |text: String| text.replace("owner = web", "owner = shops").replace("= [web]", "= [shops]");
    let cases: [(&str, String); 3] = [
        ("services", renamed(PLATFORM, &services)),
        ("a need", needs(renamed(PLATFORM, &[("service", "disks", "volumes")]))),
        ("a team", owner(renamed(PLATFORM, &[("team", "web", "shops")]))),
    ];
    for (what, text) in cases {
        let place = Place::built(PLATFORM);
        let (before, applications) = (objects(&place.files()), place.applications());
        let (said, code) = place.build(&text);
        assert_eq!(code, 0, "{what}: {said}");
        assert!(!said.contains("PF0905"), "{what}: {said}");
        assert_eq!(objects(&place.files()), before, "{what}");
        let after = place.applications();
        assert_eq!(after.keys().collect::<Vec<_>>(), applications.keys().collect::<Vec<_>>(), "{what}");
        for (name, application) in after {
            let old = applications[&name].clone();
            assert_eq!(without_names(application), without_names(old), "{what}: {name}");
        }
    }
}

/// A cluster keeps its Applications, its registration and its root; what values show of it is its new name.
#[test]
fn a_renamed_cluster_keeps_its_root_and_registration() {
    let place = Place::built(PLATFORM);
    let before = objects(&place.files());
    let conditions =
        |text: String| text.replace("cluster == eu", "cluster == frankfurt").replace("[dev, eu]", "[dev, frankfurt]");
    let text = conditions(renamed(PLATFORM, &[("cluster", "eu", "frankfurt")]));
    let (said, code) = place.build(&text);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("PF0905"), "{said}");
    let templates = |names: Vec<String>| -> Vec<String> {
        names.into_iter().map(|name| name.replace("{{.known}}", "{{.cluster}}")).collect()
    };
    assert_eq!(templates(objects(&place.files())), before);
    let registration = place.read("argocd/clusters/frankfurt.yaml");
    assert!(registration.contains("  name: cluster-eu\n") && registration.contains("  name: eu\n"), "{registration}");
    assert!(registration.contains("platformc.io/cluster: eu\n"), "selectors find it as before: {registration}");
    assert!(registration.contains("platformc.io/cluster-name: frankfurt\n"), "{registration}");
    let set = place.read("application-sets/cache.yaml");
    assert!(set.contains("name: 'cache.{{.known}}'") && set.contains("known: eu\n"), "{set}");
    let chosen = place.read("application-sets/queue.yaml");
    assert!(chosen.contains("name: 'queue.{{.name}}'") && chosen.contains("- name: eu\n"), "{chosen}");
    assert!(
        chosen.contains(r#"platformc.io/cluster: '{{or (index .metadata.labels "platformc.io/cluster-name") .name}}'"#),
        "{chosen}"
    );
    assert!(chosen.contains("- dev\n") && chosen.contains("- eu\n") && !chosen.contains("- frankfurt\n"), "{chosen}");
    let (said, _) = place.run(&["explain", "order", "api@frankfurt", "--format", "json"]);
    assert!(said.contains(r#""application": "api.eu""#), "{said}");
    let at = &place.applications()["api.eu"]["spec"]["source"]["helm"]["valuesObject"]["at"];
    assert_eq!(at, "frankfurt");
}

#[test]
fn both_names_leave_the_old_applications_without_hands() {
    let place = Place::built(PLATFORM);
    let text = renamed(PLATFORM, &[("service", "api", "gateway"), ("service", "cache", "store")])
        .replace("{ to = store }", "{ to = store  names = both }")
        .replace("{ to = gateway }", "{ to = gateway  names = both }");
    let (said, code) = place.build(&text);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("PF0905"), "{said}");
    let (old, new) = (place.read("clusters/dev/apps/api.yaml"), place.read("clusters/dev/apps/gateway.yaml"));
    assert!(
        !old.contains("finalizers") && !old.contains("automated") && old.contains("platformc.io/leaving: 'true'"),
        "{old}"
    );
    assert!(
        new.contains("name: gateway.dev\n") && new.contains("finalizers") && new.contains("releaseName: api\n"),
        "{new}"
    );
    assert!(new.contains("namespace: api\n"), "{new}");
    let set = place.read("application-sets/cache.yaml");
    assert!(set.contains("preserveResourcesOnDeletion: true") && !set.contains("automated"), "{set}");
    assert!(!set.contains("create-update"), "its Applications may go: {set}");
    assert!(place.read("argocd/argocd-cm.yaml").contains("platformc.io/leaving"));
    // The old names are let go.
    let text = text.replace("names = both", "names = new");
    let (said, code) = place.build(&text);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("PF0905") && said.contains(" removed, "), "they are let go on purpose: {said}");
    assert!(!place.has("clusters/dev/apps/api.yaml") && !place.has("application-sets/cache.yaml"));
    assert!(!place.read("argocd/argocd-cm.yaml").contains("platformc.io/leaving"));
    assert!(place.read("clusters/dev/apps/gateway.yaml").contains("releaseName: api\n"));
}

#[test]
fn new_names_at_once_are_refused() {
    let place = Place::built(PLATFORM);
    let before = place.files();
    let text = renamed(PLATFORM, &[("service", "api", "gateway")])
        .replace("{ to = gateway }", "{ to = gateway  names = new }");
    let (said, code) = place.build(&text);
    assert_eq!(
        (said.as_str(), code),
        (
            "error[PF0975]: 1 Application would go, and take along what others go on with: api.dev\n  \
             note: Argo CD deletes what an Application deployed with it, and new Applications have not taken it over\n  \
             help: write `names = both` first, and `names = new` once the new Applications are Synced\n\
             not one file was changed\n",
            3
        )
    );
    assert_eq!(place.files(), before);
    // And so is the way back from both names to the old ones.
    let both = text.replace("names = new", "names = both");
    assert_eq!(place.build(&both).1, 0);
    let (said, code) = place.build(&both.replace("  names = both", ""));
    assert!(code == 3 && said.contains("PF0975") && said.contains("gateway.dev"), "{said}");
}

/// Sets of both generators, in one environment or in two, with items or without.
#[test]
fn new_names_of_sets_at_once_are_refused() {
    let on = |text: &str, service: &str, on: &str| {
        text.replace(&format!("service {service} {{\n"), &format!("service {service} {{\n  on = {on}\n"))
    };
    let bare = PLATFORM.replace("  on = cluster != us\n", "\n").replace("  on = cluster in [dev, eu]\n", "\n");
    let items = bare.replace("each who in", "each part in").replace("tenant-${who}", "tenant");
    let items = items.replace("service queue {\n", "service queue {\n  each who in [\"one\", \"two\"]\n");
    let cases = [
        ("a list", PLATFORM.to_owned(), "cache", "cache.dev"),
        ("a selector", PLATFORM.to_owned(), "queue", "queue.dev"),
        ("every cluster", bare, "queue", "queue.dev"),
        (
            "one environment",
            on(&PLATFORM.replace("  on = cluster in [dev, eu]\n", "\n"), "queue", "env == dev"),
            "queue",
            "queue.dev",
        ),
        ("a matrix", items, "queue", "queue.one.dev, queue.two.dev"),
    ];
    for (what, text, service, gone) in cases {
        let text = text.replace("  when env == prod { helm { values { size = 2 } } }\n", "");
        let place = Place::built(&text);
        let before = place.files();
        let renamed = |names: &str| {
            renamed(&text, &[("service", service, "other")])
                .replace("{ to = other }", &format!("{{ to = other  {names} }}"))
        };
        let (said, code) = place.build(&renamed("names = new"));
        assert_eq!(code, 3, "{what}: {said}");
        assert!(said.contains("error[PF0975]") && said.contains(&format!("go on with: {gone}\n")), "{what}: {said}");
        assert!(!said.contains("PF0970"), "{what}: {said}");
        assert_eq!(place.files(), before, "{what}");
        // The two steps are the way, and back is none.
        assert_eq!(place.build(&renamed("names = both")).1, 0, "{what}");
        let (said, code) = place.build(&renamed(""));
        assert!(code == 3 && said.contains("PF0975"), "{what}: {said}");
        let (said, code) = place.build(&renamed("names = new"));
        assert_eq!(code, 0, "{what}: {said}");
        // And so it is for what was renamed before.
        let again = renamed("names = new").replace("service other {", "service third {")
            + "moved service other { to = third  names = new }\n";
        let (said, code) = place.build(&again);
        assert!(code == 3 && said.contains("PF0975"), "{what}: {said}");
    }
}

/// Which Applications a set makes that asks for clusters depends on those that are registered.
#[test]
fn what_leaves_a_set_of_registered_clusters_is_refused() {
    let text = PLATFORM.replace("  on = cluster in [dev, eu]\n", "\n");
    let text = text.replace("  when cluster == eu { helm { values { size = 2 } } }\n", "");
    let place = Place::built(&text);
    let narrowed = text.replace("service queue {\n", "service queue {\n  on = cluster != us\n");
    let (said, code) = place.build(&narrowed);
    assert!(code == 3 && said.contains("PF0970") && said.contains("meant: queue.us\n"), "{said}");
    assert!(said.contains("write `removed service queue { from = cluster == us }`"), "{said}");
    let (said, code) = place.build(&format!("{narrowed}removed service queue {{ from = cluster == us }}\n"));
    assert_eq!(code, 0, "{said}");
    // The set itself does not change.
    let place = Place::built(&text);
    let other = text.replace("cluster eu {", "cluster frankfurt {");
    let (said, code) = place.build(&other);
    assert!(code == 3 && said.contains("api.eu, cache.eu, disks.eu, queue.eu, tenant.one.eu, tenant.two.eu"), "{said}");
    let (said, code) = place.build(&format!("{other}moved cluster eu {{ to = frankfurt }}\n"));
    assert!(code == 0 && !said.contains("PF0905"), "{said}");
    // What was renamed before is found by each of its names.
    let third = other.replace("cluster frankfurt {", "cluster main {");
    let (said, code) = place
        .build(&format!("{third}moved cluster eu {{ to = frankfurt }}\nmoved cluster frankfurt {{ to = main }}\n"));
    assert!(code == 0 && !said.contains("PF0905"), "{said}");
}

/// Where everything is protected, Applications have no finalizer, and nothing would be taken along.
#[test]
fn protected_applications_get_new_names_at_once() {
    let all = PLATFORM.replace("environment dev {}", "environment dev { protected = true }");
    let place = Place::built(&all);
    let text =
        renamed(&all, &[("service", "api", "gateway")]).replace("{ to = gateway }", "{ to = gateway  names = new }");
    let (said, code) = place.build(&text);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("what they deployed stays: api.dev, api.eu, api.us"), "{said}");
}

/// The platform without one of its services.
fn without(text: &str, service: &str) -> String {
    let start = text.find(&format!("service {service} {{")).unwrap();
    let end = text[start..].find("\n}\n").unwrap() + start + 3;
    text[..start].to_owned() + &text[end..]
}

#[test]
fn what_vanishes_from_a_protected_environment_is_refused() {
    let place = Place::built(PLATFORM);
    let before = place.files();
    let gone = without(PLATFORM, "tenant");
    let expected = "error[PF0970]: 4 Applications of protected environments would go, and nothing says that this is meant: tenant.one.eu, tenant.one.us, tenant.two.eu, tenant.two.us\n  \
         note: what they deployed stays on the clusters, and nobody looks after it any more\n  \
         help: if it has another name now, write `moved service OLD { to = NEW }`, and it keeps its Applications\n  \
         help: if it is meant to go, write `removed service tenant { from = env == prod }`\n";
    assert_eq!(place.build(&gone), (format!("{expected}not one file was changed\n"), 3));
    assert_eq!(place.run(&["build", "--force"]).1, 3, "--force is for edits by hand");
    assert_eq!(place.run(&["build", "--check"]), (format!("{expected}nothing was compared\n"), 3));
    assert_eq!(place.files(), before);
    // What is proposed is what helps.
    let (said, code) = place.build(&(gone.clone() + "removed service tenant { from = env == prod }\n"));
    assert_eq!(code, 0, "{said}");
    // Then it has done its work.
    assert_eq!(place.build(&gone).1, 0);
}

#[test]
fn the_line_that_lets_go_is_as_narrow_as_what_goes() {
    let place = Place::built(PLATFORM);
    let proposed = |text: &str| {
        let (said, code) = place.build(text);
        assert_eq!(code, 3, "{said}");
        let lines = said.lines().filter_map(|line| line.split_once("if it is meant to go, write `"));
        lines.map(|(_, line)| line.trim_end_matches('`').to_owned()).collect::<Vec<_>>()
    };
    let narrowed = PLATFORM.replace("needs = [disks]", "needs = [disks]  on = cluster != us");
    assert_eq!(proposed(&narrowed), ["removed service api { from = cluster == us }"]);
    let dev = PLATFORM.replace("needs = [disks]", "needs = [disks]  on = env == dev");
    assert_eq!(proposed(&dev), ["removed service api { from = env == prod }"]);
    let cluster =
        PLATFORM.replace("cluster us { env = prod  region = \"us\"  server = \"https://us.example.com\" }\n", "");
    assert_eq!(proposed(&cluster.replace("on = cluster != us", "on = all")), ["removed cluster us {}"]);
    for (text, lines) in [
        (narrowed, "removed service api { from = cluster == us }"),
        (cluster.replace("on = cluster != us", "on = all"), "removed cluster us {}"),
    ] {
        let place = Place::built(PLATFORM);
        let (said, code) = place.build(&format!("{text}{lines}\n"));
        assert_eq!(code, 0, "{said}");
    }
}

/// An environment that goes is as protected as its Applications say.
#[test]
fn an_environment_that_goes_is_still_protected() {
    let place = Place::built(PLATFORM);
    let start = PLATFORM.find("environment prod").unwrap();
    let end = PLATFORM[start..].find('\n').unwrap() + start + 1;
    let text = PLATFORM[..start].to_owned() + &PLATFORM[end..];
    let text: String = text.lines().filter(|line| !line.contains("env = prod")).flat_map(|line| [line, "\n"]).collect();
    let text = text
        .replace("on = cluster != us", "on = all")
        .replace("  when cluster == eu { helm { values { size = 2 } } }\n", "");
    let text = text.replace("[dev, eu]", "[dev]").replace("  when env == prod { helm { values { size = 2 } } }\n", "");
    let text = text.replace("  when env == prod { access { viewer = [web] } }\n", "");
    let (said, code) = place.build(&text);
    assert!(
        code == 3 && said.contains("write `removed cluster eu {}`") && said.contains("write `removed cluster us {}`"),
        "{said}"
    );
}

/// What leaves its place for another one of the tree is warned of, as it always was.
#[test]
fn what_another_parent_takes_over_is_not_refused() {
    let place = Place::built(PLATFORM);
    let (said, code) =
        place.build(&PLATFORM.replace("service tenant {\n  layer = apps", "service tenant {\n  layer = sets"));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("PF0905"), "{said}");
}

#[test]
fn removed_says_what_becomes_of_the_workload() {
    let place = Place::built(PLATFORM);
    let keep = format!("{PLATFORM}removed service api {{ from = env == dev  workloads = keep }}\n");
    assert_eq!(place.build(&keep).1, 0);
    assert!(!place.read("clusters/dev/apps/api.yaml").contains("finalizers"));
    let delete = format!("{PLATFORM}removed service api {{ from = cluster == eu  workloads = delete }}\n");
    assert_eq!(place.build(&delete).1, 0);
    assert!(place.read("clusters/dev/apps/api.yaml").contains("finalizers"));
    assert!(place.read("clusters/eu/apps/api.yaml").contains("finalizers"));
    assert!(!place.read("clusters/us/apps/api.yaml").contains("finalizers"));
    let cluster = format!("{PLATFORM}removed cluster eu {{ workloads = delete }}\n");
    assert_eq!(place.build(&cluster).1, 0);
    assert!(place.read("clusters/eu/apps/tenant.one.yaml").contains("finalizers"));
    // What is said of the service is narrower.
    assert_eq!(place.build(&format!("{cluster}removed service tenant {{ workloads = keep }}\n")).1, 0);
    assert!(!place.read("clusters/eu/apps/tenant.one.yaml").contains("finalizers"));
}

/// A set with a protected instance deletes none of its Applications, unless something is meant to go.
#[test]
fn a_protected_set_lets_go_what_is_removed() {
    let place = Place::built(PLATFORM);
    assert!(place.read("application-sets/cache.yaml").contains("applicationsSync: create-update"));
    let text = PLATFORM
        .replace("on = cluster != us", "on = cluster == dev")
        .replace("  when cluster == eu { helm { values { size = 2 } } }\n", "");
    assert_eq!(place.build(&text).1, 3);
    let (said, code) = place.build(&format!("{text}removed service cache {{ from = cluster == eu }}\n"));
    assert_eq!(code, 0, "{said}");
    let keep = format!("{PLATFORM}removed service cache {{ from = env == dev  workloads = keep }}\n");
    let place = Place::built(&keep);
    let set = place.read("application-sets/cache.yaml");
    assert!(set.contains("preserveResourcesOnDeletion: true") && set.contains("create-update"), "{set}");
    assert!(!set.contains("resources-finalizer"), "{set}");
    assert_eq!(place.build(&keep.replace("on = cluster != us", "on = cluster == eu")).1, 0);
    assert!(!place.read("application-sets/cache.yaml").contains("create-update"), "something leaves it");
}

/// What is said of one set, or of one hub, concerns no other.
#[test]
fn only_a_set_that_something_leaves_may_delete() {
    let two = PLATFORM
        .replace("cluster us { env", "hub other {}\ncluster us { hub = other  env")
        .replace("cluster dev { env", "cluster dev { hub = main  env")
        .replace("cluster eu { env", "cluster eu { hub = main  env")
        .replace("  on = cluster != us\n", "\n");
    let guards = |said: &str| {
        let place = Place::built(&format!("{two}{said}"));
        let read = |path: &str| place.read(path).contains("create-update");
        ["main/cache", "other/cache", "main/queue"].map(|set| read(&format!("application-sets/{set}.yaml")))
    };
    assert_eq!(guards(""), [true, true, true]);
    assert_eq!(guards("removed service api {}\n"), [true, true, true]);
    assert_eq!(guards("removed service cache { from = env == dev }\n"), [true, true, true], "it is still there");
    assert_eq!(guards("removed service queue { from = cluster == us }\n"), [true, true, true], "of another hub");
    assert_eq!(guards("removed service cache {}\n"), [false, false, true]);
    assert_eq!(guards("removed cluster eu {}\n"), [true, true, true], "it is still there");
    assert_eq!(guards("removed cluster gone {}\n"), [false, false, false]);
    let narrowed = two.replace("service cache {\n", "service cache {\n  on = cluster != dev\n");
    let place = Place::built(&format!("{narrowed}removed service cache {{ from = env == dev }}\n"));
    assert!(!place.read("application-sets/main/cache.yaml").contains("create-update"));
    assert!(place.read("application-sets/other/cache.yaml").contains("create-update"));
}

/// A name that nobody knows can be a slip.
#[test]
fn what_nobody_knows_is_said() {
    let place = Place::built(PLATFORM);
    let lines = "removed cluster uss {}\nremoved service nothing {}\n";
    let (said, code) = place.build(&format!("{PLATFORM}{lines}"));
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains(
            "warning[PF0906]: neither the source nor the tree has a service `nothing`\n  \
             note: `removed service nothing` has done its work, or has the wrong name\n  \
             help: take it away\n"
        ),
        "{said}"
    );
    assert!(
        said.contains("a cluster `uss`\n") && said.contains("help: take it away, or write `us` if that is meant\n")
    );
    // What the tree holds, or the source declares, is known; and so is what goes with this build.
    for service in ["tenant", "cache"] {
        let gone = without(PLATFORM, service);
        let (said, code) = place.build(&format!("{gone}removed service {service} {{}}\nremoved cluster us {{}}\n"));
        assert!(code == 0 && !said.contains("PF0906"), "{said}");
        let (said, code) = place.build(&format!("{gone}removed service {service} {{}}\n"));
        assert!(code == 0 && said.contains(&format!("service `{service}`\n")), "{said}");
        assert_eq!(place.build(PLATFORM).1, 0);
    }
    let cluster =
        PLATFORM.replace("cluster us { env = prod  region = \"us\"  server = \"https://us.example.com\" }\n", "");
    let gone = cluster.replace("on = cluster != us", "on = all") + "removed cluster us {}\n";
    let (said, code) = place.build(&gone);
    assert!(code == 0 && !said.contains("PF0906"), "{said}");
    let (said, code) = place.build(&gone);
    assert!(code == 0 && said.contains("PF0906"), "{said}");
    // Where no tree is, nobody can know.
    let (said, code) = Place::new(&gone).run(&["build"]);
    assert!(code == 0 && !said.contains("PF0906"), "{said}");
}

/// What was there already has names of its own, and keeps them.
#[test]
fn what_was_there_is_no_new_name_of_another() {
    let said = |before: &str, text: &str, message: &str| {
        let place = Place::built(before);
        let files = place.files();
        let (said, code) = place.build(text);
        assert_eq!(code, 3, "{said}");
        let expected = format!(
            "error[PF0973]: {message}\n  \
             note: of two names one can be kept: what bore the other would be deleted\n  "
        );
        assert!(said.starts_with(&expected), "{said}");
        assert_eq!(said.matches("error[").count(), 1, "{said}");
        assert_eq!(place.files(), files);
    };
    let gone = without(PLATFORM, "tenant");
    let both = "service `tenant` became `api`, and a service `api` was there before";
    said(PLATFORM, &format!("{gone}moved service tenant {{ to = api }}\n"), both);
    let both = "service `cache` became `queue`, and a service `queue` was there before";
    let gone = without(PLATFORM, "cache");
    said(PLATFORM, &format!("{gone}moved service cache {{ to = queue }}\n"), both);
    let two = PLATFORM.replace("team web {", "team shop { sso = [\"acorn:shop\"] }\nteam web {");
    let two =
        two.replace("service cache {\n  layer = sets  owner = web", "service cache {\n  layer = sets  owner = shop");
    let one = two.replace("team shop { sso = [\"acorn:shop\"] }\n", "").replace("owner = shop", "owner = web");
    let both = "team `shop` became `web`, and a team `web` was there before";
    said(&two, &format!("{one}moved team shop {{ to = web }}\n"), both);
    let one = PLATFORM
        .replace("cluster dev {", "cluster dev2 { env = dev  server = \"https://dev2.example.com\" }\ncluster dev {");
    let both = "cluster `dev2` became `dev`, and a cluster `dev` was there before";
    said(&one, &format!("{PLATFORM}moved cluster dev2 {{ to = dev }}\n"), both);
    // One that has nothing any more can't be merged, and one that never had anything isn't.
    let place = Place::built(&without(PLATFORM, "tenant"));
    let (said, code) = place.build(&format!("{PLATFORM}moved service older {{ to = tenant }}\n"));
    assert_eq!(code, 0, "{said}");
}

/// A line that got lost takes the names away that it kept.
#[test]
fn a_lost_line_is_proposed() {
    let moved = renamed(PLATFORM, &[("service", "tenant", "renter"), ("service", "cache", "store")]);
    let place = Place::built(&moved);
    let lost =
        moved.replace("moved service tenant { to = renter }\n", "").replace("moved service cache { to = store }\n", "");
    let (said, code) = place.build(&lost);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("cache.eu, tenant.one.eu, tenant.one.us, tenant.two.eu, tenant.two.us\n"), "{said}");
    let helps: Vec<&str> = said.lines().filter(|line| line.contains("help: ")).collect();
    assert_eq!(
        helps,
        [
            "  help: to keep the names that they have, write `moved service cache { to = store }`",
            "  help: to keep the names that they have, write `moved service tenant { to = renter }`",
        ]
    );
    let conditions =
        |text: String| text.replace("cluster == eu", "cluster == bonn").replace("[dev, eu]", "[dev, bonn]");
    let moved = conditions(renamed(PLATFORM, &[("cluster", "eu", "bonn")]));
    let place = Place::built(&moved);
    let (said, code) = place.build(&moved.replace("moved cluster eu { to = bonn }\n", ""));
    assert!(
        code == 3 && said.contains("write `moved cluster eu { to = bonn }`") && !said.contains("removed"),
        "{said}"
    );
}

/// What is proposed speaks of what bears another name by that one, and lets go.
#[test]
fn a_rename_and_what_goes_fit_into_one_commit() {
    let place = Place::built(PLATFORM);
    let text = renamed(PLATFORM, &[("service", "tenant", "renter")])
        .replace("service renter {\n", "service renter {\n  on = cluster != us\n");
    let (said, code) = place.build(&text);
    assert!(code == 3 && said.contains("write `removed service renter { from = cluster == us }`"), "{said}");
    let (said, code) = place.build(&format!("{text}removed service renter {{ from = cluster == us }}\n"));
    assert_eq!(code, 0, "{said}");
    assert!(place.applications().contains_key("tenant.one.eu"));
}

/// Names that the source no longer says are new come back by a step in which the new ones let go.
#[test]
fn the_way_back_from_new_names() {
    let old = renamed(PLATFORM, &[("service", "api", "gateway"), ("service", "cache", "store")]);
    let with = |names: &str| {
        let old = old.replace("{ to = gateway }", &format!("{{ to = gateway  names = {names} }}"));
        old.replace("{ to = store }", &format!("{{ to = store  names = {names} }}"))
    };
    for names in ["both", "new"] {
        let place = Place::built(PLATFORM);
        assert_eq!(place.build(&with("both")).1, 0);
        assert_eq!(place.build(&with(names)).1, 0);
        let (said, code) = place.build(&old);
        assert_eq!(code, 3, "{said}");
        let line = "removed service gateway { workloads = keep }` and `removed service store { workloads = keep }";
        assert!(said.contains(&format!("leave `names` as it was and write `{line}` first")), "{said}");
        let (said, code) = place.build(&format!("{}{}\n", with(names), line.replace("` and `", "\n")));
        assert_eq!(code, 0, "{said}");
        let (said, code) = place.build(&old);
        assert_eq!(code, 0, "{said}");
        assert!(
            !place.has("clusters/dev/apps/gateway.yaml")
                || place.read("clusters/dev/apps/gateway.yaml").contains("name: api.dev\n")
        );
    }
}

/// What leaves must stand where it was until others have taken over.
#[test]
fn both_names_stay_in_their_place() {
    let both = renamed(PLATFORM, &[("service", "api", "gateway")])
        .replace("{ to = gateway }", "{ to = gateway  names = both }");
    for (layer, elsewhere) in [("sets", true), ("apps", false)] {
        let place = Place::built(PLATFORM);
        let (said, code) = place.build(
            &both.replace("service gateway {\n  layer = apps", &format!("service gateway {{\n  layer = {layer}")),
        );
        assert_eq!(code, if elsewhere { 3 } else { 0 }, "{said}");
        assert_eq!(said.contains("PF0975") && said.contains("in a commit of its own"), elsewhere, "{said}");
    }
}

/// Of `names = new` without the step before, where the old names were kept for a while.
#[test]
fn kept_names_need_both_steps() {
    let old = renamed(PLATFORM, &[("service", "api", "gateway")]);
    let place = Place::built(PLATFORM);
    assert_eq!(place.build(&old).1, 0);
    let (said, code) = place.build(&old.replace("{ to = gateway }", "{ to = gateway  names = new }"));
    assert!(code == 3 && said.contains("write `names = both` first"), "{said}");
}

/// A set whose Applications take along what they deployed, although it is protected.
#[test]
fn a_protected_set_says_what_becomes_of_workloads() {
    let text = format!("{PLATFORM}removed service cache {{ workloads = delete }}\n");
    let place = Place::built(&text);
    let (said, code) = place.build(&(without(PLATFORM, "cache") + "removed service cache { workloads = delete }\n"));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("still permits it: cache.dev, cache.eu\n"), "{said}");
}

/// A team can't let go, or take over, what was another's: the tree says whose it was.
#[test]
fn a_file_for_a_team_speaks_of_its_own() {
    let both = PLATFORM.replace("team web {", "team shop { sso = [\"acorn:shop\"] }\nteam web {")
        + "import \"shop.pf\" for shop\n";
    let built = |own: &str| {
        let place = Place::new(&both);
        fs::write(place.root.join("shop.pf"), own).unwrap();
        assert_eq!(place.run(&["build"]).1, 0, "{}", place.run(&["build"]).0);
        place
    };
    let service = |name: &str| {
        format!(
            "service {name} {{ layer = apps  owner = shop  namespace = \"{name}\"  kustomize {{ path = \"tenant\" }} }}\n"
        )
    };
    for (line, word) in [
        ("removed service tenant {}\n".to_owned(), "removed"),
        (service("mine") + "moved service tenant { to = mine }\n", "moved"),
    ] {
        let place = built(&service("till"));
        fs::write(place.root.join("shop.pf"), service("till") + &line).unwrap();
        let (said, code) = place.build(&without(&both, "tenant"));
        let message =
            format!("error[PF0812]: a file for team shop says `{word} service tenant`, and that was of team web\n");
        assert!(code == 3 && said.starts_with(&message), "{said}");
    }
    for line in ["removed service till {}\n".to_owned(), service("mine") + "moved service till { to = mine }\n"] {
        let place = built(&service("till"));
        fs::write(place.root.join("shop.pf"), line).unwrap();
        let (said, code) = place.run(&["build"]);
        assert_eq!(code, 0, "{said}");
        let (said, code) = place.run(&["build"]);
        assert_eq!(code, 0, "{said}");
    }
}
