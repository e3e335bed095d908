//! The commands as a shell runs them: what they print, what they exit with, and what they leave on the disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use camino::Utf8PathBuf;
use insta::assert_snapshot;
use tempfile::TempDir;

use support::Texts;

const PLATFORM: &str = r#"platform acorn {
  repo = "https://git.example.com/acorn.git"
}

team web {}

environment dev {}
environment prod {
  after = [dev]
}

cluster dev { env = dev  server = "https://dev.example.com" }
cluster eu { env = prod  server = "https://eu.example.com" }

layer base {}
layer apps {
  after = [base]
}

## Keeps rows.
service database {
  layer = base
  owner = web
  namespace = "database"
  manifests { path = "database" }
}

## Answers.
service api {
  layer = apps
  owner = web
  namespace = "api"
  needs = [database]
  helm {
    repo = "https://charts.example.com"
    chart = "api"
    version = "1.2.3"
    values { replicas = 1 }
  }
  when env == prod {
    helm { values { replicas = 3 } }
  }
}

## One for each.
service tenant {
  layer = apps
  owner = web
  namespace = "tenant-${name}"
  on = cluster == dev
  each name in ["one", "two"]
  manifests { path = "tenant" }
}
"#;

/// A temporary folder in which commands run.
struct Place {
    _temporary: TempDir,
    root: Utf8PathBuf,
}

impl Place {
    /// An empty folder.
    fn empty() -> Self {
        let temporary = TempDir::new().unwrap();
        let root = Utf8PathBuf::from_path_buf(temporary.path().canonicalize().unwrap()).unwrap();
        Self { _temporary: temporary, root }
    }

    /// A folder with a main file, and the folders of manifests that `PLATFORM` names.
    fn new(platform: &str) -> Self {
        let place = Self::empty();
        place.put("platform.pf", platform);
        place.put_manifests();
        place
    }

    fn put_manifests(&self) {
        for folder in ["database", "tenant"] {
            let object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n";
            self.put(&format!("{folder}/settings.yaml"), object);
        }
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    /// What a command prints and its exit code, with the folder's name taken out.
    fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_platformc"))
            .args(arguments)
            .current_dir(&self.root)
            .env_remove("CLICOLOR_FORCE")
            .env("NO_COLOR", "1")
            .env("SOURCE_DATE_EPOCH", "1793491200") // 2026-11-01
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(self.root.as_str(), "[FOLDER]");
        let code = output.status.code().expect("it ends by itself");
        format!("{}{}exit code {code}\n", text(&output.stdout), text(&output.stderr))
    }

    fn exit_code(&self, arguments: &[&str]) -> i32 {
        let output = self.run(arguments);
        output.trim_end().rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// Every file below the folder but the cache, with its bytes.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().unwrap() {
                let path = entry.unwrap().into_path();
                let name = path.strip_prefix(&self.root).unwrap().as_str().to_owned();
                if path.is_dir() && name != ".platformc" {
                    folders.push(path);
                } else if path.is_file() {
                    files.insert(name, fs::read(&path).unwrap());
                }
            }
        }
        files
    }
}

#[test]
fn build_writes_the_tree() {
    let place = Place::new(PLATFORM);
    assert_snapshot!(place.run(&["build"]), @"
    [FOLDER]/infra: 36 created, 0 updated, 0 removed, 0 unchanged
    exit code 0
    ");
    assert_snapshot!(place.run(&["build"]), @"
    [FOLDER]/infra: 0 created, 0 updated, 0 removed, 36 unchanged
    exit code 0
    ");
    let paths: Texts = place.files().into_keys().map(|path| (path, String::new())).collect();
    assert!(paths.contains_key("infra/clusters/eu/apps/api.yaml"), "{paths:?}");
}

#[test]
fn build_check_is_the_step_for_ci() {
    let place = Place::new("platform acorn {\n  repo = \"https://git.example.com/acorn.git\"\n}\n");
    let before = place.files();
    assert_snapshot!(place.run(&["build", "--check"]), @"
    would create README.md
    would create _main_apps/control-plane.yaml
    would create _main_apps/root.yaml
    would create argocd/argocd-cm.yaml
    would create argocd/argocd-cmd-params-cm.yaml
    would create argocd/argocd-rbac-cm.yaml
    would create argocd/projects/admin.yaml
    would create argocd/projects/default.yaml
    would create kustomization.yaml
    [FOLDER]/infra: would be 9 created, 0 updated, 0 removed, 0 unchanged
    exit code 1
    ");
    assert_eq!(place.files(), before);
    assert_eq!(place.exit_code(&["build"]), 0);
    assert_snapshot!(place.run(&["build", "--check"]), @"
    [FOLDER]/infra: would be 0 created, 0 updated, 0 removed, 9 unchanged
    exit code 0
    ");
    place.put("platform.pf", "platform acorn {\n  repo = \"https://git.example.com/other.git\"\n}\nteam web {}\n");
    fs::remove_file(place.root.join("infra/README.md")).unwrap();
    assert_snapshot!(place.run(&["build", "--check"]), @"
    would create README.md
    would update _main_apps/control-plane.yaml
    would update _main_apps/root.yaml
    would update argocd/projects/admin.yaml
    [FOLDER]/infra: would be 1 created, 3 updated, 0 removed, 5 unchanged
    exit code 1
    ");
}

#[test]
fn build_writes_elsewhere() {
    let place = Place::new(PLATFORM);
    assert_snapshot!(place.run(&["build", "--out", "tree/here"]), @"
    [FOLDER]/tree/here: 36 created, 0 updated, 0 removed, 0 unchanged
    exit code 0
    ");
    assert!(place.files().contains_key("tree/here/README.md"));
    assert!(!place.root.join("infra").exists());
    assert_eq!(place.exit_code(&["build", "--out", "tree/here", "--check"]), 0);
    assert_eq!(place.exit_code(&["build", "--check"]), 1);
}

#[test]
fn the_main_file_is_found_from_below_and_by_folder() {
    let place = Place::new(PLATFORM);
    place.put("below/deep/file", "");
    let below = Place { _temporary: TempDir::new().unwrap(), root: place.root.join("below/deep") };
    assert_eq!(below.exit_code(&["check"]), 0);
    assert_eq!(below.exit_code(&["check", "../.."]), 0);
    assert_eq!(below.exit_code(&["check", "../../platform.pf"]), 0);
    assert_eq!(below.exit_code(&["check", "../platform.pf"]), 3);
}

const HUBS: &str = "\nhub west {}\nhub east {}\n";

fn of_two_hubs() -> String {
    let with_hubs = PLATFORM
        .replace("cluster dev {", "cluster dev { hub = west ")
        .replace("cluster eu {", "cluster eu { hub = east ");
    with_hubs + HUBS
}

#[test]
fn one_hub_is_built_alone() {
    let place = Place::new(&of_two_hubs());
    assert_eq!(place.exit_code(&["build"]), 0);
    let before = place.files();
    place.put("platform.pf", &of_two_hubs().replace("namespace = \"api\"", "namespace = \"answers\""));
    assert_snapshot!(place.run(&["build", "--hub", "east"]), @"
    [FOLDER]/infra: 0 created, 3 updated, 0 removed, 17 unchanged
    exit code 0
    ");
    let changed: Vec<String> = place
        .files()
        .into_iter()
        .filter(|(path, bytes)| before.get(path) != Some(bytes))
        .map(|(path, _)| path)
        .collect();
    assert_snapshot!(changed.join("\n"), @"
    infra/argocd/east/projects/web.yaml
    infra/clusters/eu/apps/api.yaml
    infra/clusters/eu/foundation/namespaces.yaml
    platform.pf
    ");
}

#[test]
fn unknown_names_are_mistakes_of_usage() {
    let place = Place::new(&of_two_hubs());
    assert_snapshot!(place.run(&["build", "--hub", "north"]), @"
    error: there is no hub `north`; the hubs are east, west
    exit code 2
    ");
    assert_snapshot!(place.run(&["graph", "--cluster", "us"]), @"
    error: there is no cluster `us`
    exit code 2
    ");
    assert_snapshot!(place.run(&["graph", "--service", "apo"]), @"
    error: there is no service `apo`
    exit code 2
    ");
    assert_snapshot!(place.run(&["expand", "apo@dev"]), @"
    error: there is no service `apo`; did you mean `api`?
    exit code 2
    ");
    assert_snapshot!(place.run(&["expand", "api@us"]), @"
    error: `api@us` is no instance, and there is no such cluster; there are api@dev, api@eu
    exit code 2
    ");
    assert_snapshot!(place.run(&["expand", "tenant@dev"]), @"
    error: `tenant@dev` is no instance; there are tenant.one@dev, tenant.two@dev
    exit code 2
    ");
    assert_snapshot!(place.run(&["expand", "api"]), @"
    error: `api` is no instance: write SERVICE@CLUSTER
    exit code 2
    ");
    assert_snapshot!(place.run(&["explain", "PF9999"]), @"
    error: there is no code PF9999
    exit code 2
    ");
    assert_snapshot!(place.run(&["explain", "api@dev"]), @"
    error: give a code (PF0502), an instance and a path (chat-api@dev namespace), or `order`
    exit code 2
    ");
    assert_snapshot!(place.run(&["explain", "order", "api@us"]), @"
    error: `api@us` is no instance, and there is no such cluster; there are api@dev, api@eu
    exit code 2
    ");
    assert_eq!(place.exit_code(&["build", "--hup"]), 2);
    assert_eq!(place.exit_code(&["bild"]), 2);
    assert_eq!(place.exit_code(&[]), 2);
    assert_eq!(place.exit_code(&["--help"]), 0);
    assert_eq!(place.exit_code(&["--version"]), 0);
    assert!(!place.root.join("infra").exists());
}

#[test]
fn what_sources_name_is_read() {
    let place = Place::new(PLATFORM);
    fs::remove_dir_all(place.root.join("tenant")).unwrap();
    place.put("database/Chart.yaml", "name: database\n");
    let said = place.run(&["check"]);
    assert!(said.contains("[PF0604] Error: `tenant` does not exist"), "{said}");
    assert!(said.contains("[PF0605] Error: `database` can't be this source: it holds a chart"), "{said}");
    let chart =
        PLATFORM.replace("manifests { path = \"database\" }", "helm { path = \"database\"  values { rows = \"9\" } }");
    place.put("platform.pf", &chart);
    place.put_manifests();
    place.put("database/values.schema.json", r#"{ "properties": { "rows": { "type": "integer" } } }"#);
    let said = place.run(&["check"]);
    assert!(
        said.contains(r#"[PF0606] Error: the chart refuses a value at `rows`: "9" is not of type "integer""#),
        "{said}"
    );
}

#[test]
fn what_is_missing_is_said() {
    let place = Place::empty();
    assert_snapshot!(place.run(&["build"]), @"
    error: [FOLDER]/platform.pf: there is no platform.pf here or in a parent folder; `platformc init` writes a first one
    exit code 3
    ");
    assert_snapshot!(place.run(&["check", "elsewhere/platform.pf"]), @"
    error: [FOLDER]/elsewhere/platform.pf: there is no such file
    exit code 3
    ");
    place.put("platform.pf", &format!("{PLATFORM}\nimport \"services.pf\"\n"));
    place.put_manifests();
    assert_snapshot!(place.run(&["check"]), @r#"
    [PF0001] Error: there is no file `services.pf`
        ,-[ platform.pf:55:8 ]
        |
     55 | import "services.pf"
        |        ^^^^^^|^^^^^^
        |              `--------
    ----'

    1 error; `platformc explain PF0001` says more about a code
    exit code 1
    "#);
}

fn mistaken() -> String {
    PLATFORM.replace("owner = web\n  namespace = \"api\"", "owner = wep\n  namespace = \"api\"")
}

#[test]
fn check_reports_every_mistake() {
    let place = Place::new(&mistaken());
    assert_snapshot!(place.run(&["check"]), @"
    [PF0203] Error: there is no team `wep`
        ,-[ platform.pf:31:11 ]
        |
     31 |   owner = wep
        |           ^|^
        |            `--- not declared
        |
        | Help: did you mean `web`?
    ----'

    1 error; `platformc explain PF0203` says more about a code
    exit code 1
    ");
    assert_snapshot!(place.run(&["check", "--format", "json"]), @r#"
    [
      {
        "code": "PF0203",
        "severity": "error",
        "message": "there is no team `wep`",
        "file": "platform.pf",
        "start": {
          "line": 31,
          "column": 11,
          "byte": 482
        },
        "end": {
          "line": 31,
          "column": 14,
          "byte": 485
        },
        "label": "not declared",
        "related": [],
        "notes": [],
        "helps": [
          "did you mean `web`?"
        ]
      }
    ]
    exit code 1
    "#);
    place.put("platform.pf", PLATFORM);
    assert_snapshot!(place.run(&["check"]), @"exit code 0");
    assert_snapshot!(place.run(&["check", "--format", "json"]), @"
    []
    exit code 0
    ");
}

#[test]
fn warnings_forbid_nothing() {
    let place = Place::new(&format!("{PLATFORM}\nimport \"none/*.pf\"\n"));
    assert_snapshot!(place.run(&["check"]), @r#"
    [PF0005] Warning: no file matches `none/*.pf`
        ,-[ platform.pf:55:8 ]
        |
     55 | import "none/*.pf"
        |        ^^^^^|^^^^^
        |             `-------
    ----'

    1 warning; `platformc explain PF0005` says more about a code
    exit code 0
    "#);
    assert_eq!(place.exit_code(&["build"]), 0);
}

#[test]
fn a_mistake_changes_not_one_file() {
    let place = Place::new(PLATFORM);
    assert_eq!(place.exit_code(&["build"]), 0);
    place.put("platform.pf", &mistaken());
    let before = place.files();
    assert_eq!(place.exit_code(&["build"]), 1);
    assert_eq!(place.exit_code(&["build", "--force"]), 1);
    assert_eq!(place.exit_code(&["build", "--check"]), 1);
    assert_eq!(place.exit_code(&["expand"]), 1);
    assert_eq!(place.exit_code(&["graph"]), 1);
    assert_eq!(place.exit_code(&["explain", "api@dev", "namespace"]), 1);
    assert_eq!(place.files(), before);
}

/// Its root would look for a folder that is not there, and never be healthy.
#[test]
fn a_cluster_without_services_has_no_root() {
    let idle = "cluster idle { env = dev  server = \"https://idle.example.com\" }\n";
    let place = Place::new(&(PLATFORM.replacen("  layer = ", "  on = cluster != idle\n  layer = ", 2) + idle));
    assert_eq!(place.exit_code(&["build"]), 0);
    let exists = |path: &str| place.root.join(path).exists();
    assert!(exists("infra/_main_apps/cluster.dev.yaml") && exists("infra/argocd/clusters/idle.yaml"));
    assert!(!exists("infra/_main_apps/cluster.idle.yaml") && !exists("infra/clusters/idle"));
}

#[test]
fn a_file_in_the_way_stops_the_build() {
    let place = Place::new(PLATFORM);
    place.put("infra/README.md", "Mine.\n");
    place.put("infra/notes.md", "Mine as well, and in nobody's way.\n");
    let before = place.files();
    assert_snapshot!(place.run(&["build"]), @"
    error[PF0901]: `[FOLDER]/infra/README.md` is in the way and was not generated by platformc
      help: move it away, or choose another `output` folder
    not one file was changed
    exit code 3
    ");
    assert_snapshot!(place.run(&["build", "--check"]), @"
    error[PF0901]: `[FOLDER]/infra/README.md` is in the way and was not generated by platformc
      help: move it away, or choose another `output` folder
    nothing was compared
    exit code 3
    ");
    assert_eq!(place.exit_code(&["build", "--force"]), 3);
    assert_eq!(place.files(), before);
    fs::remove_file(place.root.join("infra/README.md")).unwrap();
    assert_eq!(place.exit_code(&["build"]), 0);
    assert_eq!(place.read("infra/notes.md"), "Mine as well, and in nobody's way.\n");
}

#[cfg(unix)]
#[test]
fn a_link_stops_the_build() {
    let place = Place::new(PLATFORM);
    place.put("elsewhere/file", "");
    fs::create_dir(place.root.join("infra")).unwrap();
    std::os::unix::fs::symlink(place.root.join("elsewhere"), place.root.join("infra/clusters")).unwrap();
    assert_snapshot!(place.run(&["build"]), @"
    error[PF0902]: `[FOLDER]/infra/clusters` is a symbolic link, and none is followed
      help: remove the link: what is generated is written where it stands
    not one file was changed
    exit code 3
    ");
    assert_eq!(fs::read_dir(place.root.join("elsewhere")).unwrap().count(), 1);
}

#[test]
fn an_edit_by_hand_is_not_lost() {
    let place = Place::new(PLATFORM);
    assert_eq!(place.exit_code(&["build"]), 0);
    let path = "infra/clusters/eu/apps/api.yaml";
    let generated = place.read(path);
    place.put(path, &format!("{generated}# mine\n"));
    assert_snapshot!(place.run(&["build"]), @"
    error[PF0903]: `[FOLDER]/infra/clusters/eu/apps/api.yaml` was edited by hand since the last build
      help: say it in the platform instead, or overwrite it with --force
    not one file was changed
    --- clusters/eu/apps/api.yaml (compiled)
    +++ clusters/eu/apps/api.yaml (on the disk)
    @@ -43,3 +43,4 @@
             factor: 2
             maxDuration: '3m'
       revisionHistoryLimit: 5
    +# mine
    exit code 3
    ");
    assert_eq!(place.read(path), format!("{generated}# mine\n"));
    assert_snapshot!(place.run(&["build", "--force"]), @"
    [FOLDER]/infra: 0 created, 1 updated, 0 removed, 35 unchanged
    exit code 0
    ");
    assert_eq!(place.read(path), generated);
}

#[test]
fn a_build_says_where_the_time_went_and_takes_as_many_threads_as_asked() {
    let place = Place::new(PLATFORM);
    let said = place.run(&["build", "--timings", "--jobs", "1"]);
    let stages: Vec<&str> =
        said.lines().filter(|line| line.ends_with(" ms")).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(stages, ["parse", "resolve", "check", "documents", "list", "compare", "write", "total"], "{said}");
    let said = place.run(&["check", "--timings"]);
    assert!(said.contains("parse") && said.contains("check") && !said.contains("documents"), "{said}");
    assert_snapshot!(place.run(&["build", "--check", "--verify", "--jobs", "2"]), @"
    [FOLDER]/infra: would be 0 created, 0 updated, 0 removed, 36 unchanged
    exit code 0
    ");
    assert_snapshot!(place.run(&["build", "--jobs", "0"]), @"
    error: invalid value '0' for '--jobs <N>': number would be zero for non-zero type

    For more information, try '--help'.
    exit code 2
    ");
}

#[test]
fn what_stands_where_we_remember_is_named() {
    let place = Place::new(PLATFORM);
    assert_eq!(place.exit_code(&["build"]), 0);
    place.put("platform.pf", &PLATFORM.replace("1.2.3", "1.2.4"));
    let memory = place.root.join(".platformc/cache");
    fs::remove_file(&memory).unwrap();
    fs::create_dir(&memory).unwrap();
    assert_snapshot!(place.run(&["build"]), @"
    error[PF0904]: `[FOLDER]/.platformc/cache`: Is a directory (os error 21)
    not one file was changed
    exit code 3
    ");
    fs::remove_dir(&memory).unwrap();
    fs::create_dir(place.root.join(".platformc/journal.tmp")).unwrap();
    assert_snapshot!(place.run(&["build"]), @"
    error[PF0904]: `[FOLDER]/.platformc/journal.tmp`: Is a directory (os error 21)
    not one file was changed
    exit code 3
    ");
    fs::remove_dir(place.root.join(".platformc/journal.tmp")).unwrap();
    assert_snapshot!(place.run(&["build"]), @"
    [FOLDER]/infra: 0 created, 5 updated, 0 removed, 31 unchanged
    exit code 0
    ");
}

/// A folder that can't be listed may hold services, and a build without them would remove what they need.
#[cfg(unix)]
#[test]
fn folders_of_imports_must_be_readable() {
    let place = Place::new(&format!("{PLATFORM}import \"services/*.pf\"\n"));
    place.put("services/more.pf", "team more {}\n");
    assert_eq!(place.exit_code(&["build"]), 0);
    fs::remove_dir_all(place.root.join("services")).unwrap();
    std::os::unix::fs::symlink("services", place.root.join("services")).unwrap();
    let before = place.files();
    assert_snapshot!(place.run(&["build"]), @"
    error: [FOLDER]/services: Too many levels of symbolic links (os error 40)
    exit code 3
    ");
    for command in ["check", "fmt", "expand"] {
        assert_eq!(place.exit_code(&[command]), 3);
    }
    assert_eq!(place.files(), before);
}

#[test]
fn what_vanished_is_removed() {
    let place = Place::new(PLATFORM);
    assert_eq!(place.exit_code(&["build"]), 0);
    let tenant = PLATFORM.find("## One for each.").unwrap();
    place.put("platform.pf", &PLATFORM[..tenant]);
    assert_snapshot!(place.run(&["build"]), @"
    warning[PF0905]: 2 Applications leave their place in the tree
      note: deleted by Argo CD, with what they deployed where their project still permits it: tenant.one.dev, tenant.two.dev
      help: if that is not meant, bring the name, the layer or the delivery back, or keep the old name with `moved`
    [FOLDER]/infra: 0 created, 3 updated, 4 removed, 29 unchanged
    exit code 0
    ");
    assert!(!place.root.join("infra/apps/tenant").exists());
}

/// What a build says of Applications that go.
fn going(place: &Place, arguments: &[&str]) -> String {
    let said = place.run(arguments);
    said.lines()
        .skip_while(|line| !line.contains("PF0905"))
        .take_while(|line| !line.ends_with(" unchanged"))
        .fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn applications_that_go_are_named() {
    let place = Place::new(PLATFORM);
    assert_eq!(place.exit_code(&["build"]), 0);
    place.put("platform.pf", &PLATFORM.replace("service tenant", "service renter"));
    let renamed = going(&place, &["build", "--check"]);
    assert_snapshot!(renamed, @"
    warning[PF0905]: 2 Applications leave their place in the tree
      note: deleted by Argo CD, with what they deployed where their project still permits it: tenant.one.dev, tenant.two.dev
      help: if that is not meant, bring the name, the layer or the delivery back, or keep the old name with `moved`
    ");
    assert_eq!(going(&place, &["build"]), renamed);
    assert_eq!(going(&place, &["build"]), "");
}

/// The layer that a service leaves prunes its Application before the other layer knows of it.
#[test]
fn applications_that_change_their_parent_are_named() {
    let cache = "service cache { layer = base  owner = web  namespace = \"cache\"  manifests { path = \"database\" } }";
    let two = format!("{PLATFORM}\n## Remembers.\n{cache}\n");
    let place = Place::new(&two);
    assert_eq!(place.exit_code(&["build"]), 0);
    place.put("platform.pf", &two.replacen("layer = base\n  owner", "layer = apps\n  owner", 1));
    assert_snapshot!(going(&place, &["build", "--check"]), @"
    warning[PF0905]: 2 Applications leave their place in the tree
      note: deleted by one parent, with what they deployed, and created anew by another: database.dev, database.eu
      help: if that is not meant, bring the name, the layer or the delivery back, or keep the old name with `moved`
    ");
    place.put("platform.pf", &two.replace("after = [base]", "after = [base]\n  deliver = applicationset"));
    assert_snapshot!(going(&place, &["build", "--check"]), @"
    warning[PF0905]: 6 Applications leave their place in the tree
      note: deleted by Argo CD, with what they deployed where their project still permits it: apps.dev, apps.eu
      note: deleted by one parent, with what they deployed, and created anew by another: api.dev, api.eu, tenant.one.dev, tenant.two.dev
      help: if that is not meant, bring the name, the layer or the delivery back, or keep the old name with `moved`
    ");
}

#[test]
fn applications_of_sets_go_too() {
    let sets = PLATFORM
        .replace("after = [base]", "after = [base]\n  deliver = applicationset")
        .replace("after = [dev]", "after = [dev]\n  protected = true");
    let place = Place::new(&sets);
    assert_eq!(place.exit_code(&["build"]), 0);
    place.put("platform.pf", &sets.replace(r#"["one", "two"]"#, r#"["two"]"#));
    assert_snapshot!(going(&place, &["build"]), @"
    warning[PF0905]: 1 Application leaves its place in the tree
      note: deleted by Argo CD, with what they deployed where their project still permits it: tenant.one.dev
      help: if that is not meant, bring the name, the layer or the delivery back, or keep the old name with `moved`
    ");
    place.put(
        "platform.pf",
        &(sets.replace("service api", "service web").replace("[database]\n", "[database]\n  on = env == prod\n")
            + "\nremoved service api {}\n"),
    );
    assert_snapshot!(going(&place, &["build"]), @"
    warning[PF0905]: 2 Applications leave their place in the tree
      note: deleted by Argo CD, with what they deployed where their project still permits it: api.dev
      note: no longer looked after, but what they deployed stays: api.eu
      help: if that is not meant, bring the name, the layer or the delivery back, or keep the old name with `moved`
    ");
}

#[test]
fn fmt_keeps_what_is_formatted() {
    let formatted = "platform acorn {\n  repo = \"https://git.example.com/acorn.git\"\n}\n";
    let place = Place::new(formatted);
    assert_snapshot!(place.run(&["fmt", "--check"]), @"exit code 0");
    assert_snapshot!(place.run(&["fmt"]), @"exit code 0");
    assert_eq!(place.read("platform.pf"), formatted);
}

#[test]
fn codes_are_explained() {
    let place = Place::empty();
    let page = place.run(&["explain", "PF0203"]);
    assert!(page.contains("PF0203") && page.ends_with("exit code 0\n"), "{page}");
    assert_eq!(place.run(&["explain", "pf0203"]), page);
}

#[test]
fn values_are_explained() {
    let place = Place::new(PLATFORM);
    assert_snapshot!(place.run(&["explain", "api@eu", "helm.values.replicas"]), @"
    helm.values.replicas = 3
      platform.pf:41  service when env == prod: helm.values.replicas = 3  (wins)
      platform.pf:38  service: helm.values.replicas = 1  (overridden or added to)
    exit code 0
    ");
    assert_snapshot!(place.run(&["explain", "tenant.two@dev", "namespace"]), @r#"
    namespace = "tenant-two"
      platform.pf:49  service: namespace = "tenant-${name}"  (wins)
    exit code 0
    "#);
    assert_snapshot!(place.run(&["explain", "api@eu", "helm.values.nothing"]), @"
    helm.values.nothing has no value here
      no line sets it
    exit code 0
    ");
}

#[test]
fn orders_are_explained() {
    let place = Place::new(PLATFORM);
    assert_snapshot!(place.run(&["explain", "order", "api@eu"]), @"
    api@eu
      after database@eu  [ordered] needs: its layer's Application starts when every Application of the layers before is Synced and Healthy
    exit code 0
    ");
    assert_snapshot!(place.run(&["explain", "order", "database@eu"]), @"
    database@eu
      nothing comes before it
    exit code 0
    ");
    let all = place.run(&["explain", "order"]);
    assert!(all.starts_with("api@") && all.contains("\ndatabase@eu\n  nothing comes before it\n"), "{all}");
}

#[test]
fn orders_are_explained_to_programs() {
    let place = Place::new(PLATFORM);
    assert_snapshot!(place.run(&["explain", "order", "api@eu", "--format", "json"]), @r#"
    [
      {
        "after": [
          {
            "application": "database.eu",
            "because": "its layer's Application starts when every Application of the layers before is Synced and Healthy",
            "guarantee": "ordered",
            "instance": "database@eu",
            "reason": "needs"
          }
        ],
        "application": "api.eu",
        "hub": "main",
        "instance": "api@eu"
      }
    ]
    exit code 0
    "#);
    assert_eq!(place.exit_code(&["explain", "api@eu", "namespace", "--format", "json"]), 2);
    assert_eq!(place.exit_code(&["explain", "api@eu"]), 2);
}

#[test]
fn instances_are_expanded() {
    let place = Place::new(PLATFORM);
    assert_snapshot!(place.run(&["expand", "tenant.one@dev"]), @"
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: tenant.one.dev
      namespace: argocd
      labels:
        app.kubernetes.io/managed-by: platformc
        app.kubernetes.io/part-of: acorn
        platformc.io/cluster: dev
        platformc.io/env: dev
        platformc.io/item: one
        platformc.io/layer: apps
        platformc.io/owner: web
        platformc.io/service: tenant
      annotations:
        argocd.argoproj.io/manifest-generate-paths: /tenant
      finalizers:
      - resources-finalizer.argocd.argoproj.io
    spec:
      project: web
      source:
        repoURL: https://git.example.com/acorn.git
        targetRevision: refs/heads/main
        path: tenant
      destination:
        server: https://dev.example.com
        namespace: tenant-one
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
        retry:
          limit: -1
          refresh: true
          backoff:
            duration: '10s'
            factor: 2
            maxDuration: '3m'
      revisionHistoryLimit: 5
    exit code 0
    ");
    let all = place.run(&["expand"]);
    assert_eq!(all.matches("\nkind: Application\n").count(), 6, "{all}");
}

#[test]
fn instances_are_expanded_for_programs() {
    let place = Place::new(PLATFORM);
    assert_snapshot!(place.run(&["expand", "api@eu", "--format", "json"]), @r#"
    [
      {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
          "finalizers": [
            "resources-finalizer.argocd.argoproj.io"
          ],
          "labels": {
            "app.kubernetes.io/managed-by": "platformc",
            "app.kubernetes.io/part-of": "acorn",
            "platformc.io/cluster": "eu",
            "platformc.io/env": "prod",
            "platformc.io/layer": "apps",
            "platformc.io/owner": "web",
            "platformc.io/service": "api"
          },
          "name": "api.eu",
          "namespace": "argocd"
        },
        "spec": {
          "destination": {
            "namespace": "api",
            "server": "https://eu.example.com"
          },
          "project": "web",
          "revisionHistoryLimit": 5,
          "source": {
            "chart": "api",
            "helm": {
              "releaseName": "api",
              "valuesObject": {
                "replicas": 3
              }
            },
            "repoURL": "https://charts.example.com",
            "targetRevision": "1.2.3"
          },
          "syncPolicy": {
            "automated": {
              "prune": true,
              "selfHeal": true
            },
            "retry": {
              "backoff": {
                "duration": "10s",
                "factor": 2,
                "maxDuration": "3m"
              },
              "limit": -1,
              "refresh": true
            },
            "syncOptions": [
              "SkipDryRunOnMissingResource=true"
            ]
          }
        }
      }
    ]
    exit code 0
    "#);
}

#[test]
fn graphs_are_drawn() {
    let place = Place::new(PLATFORM);
    assert_snapshot!(place.run(&["graph"]), @"
    graph LR
      subgraph layer-base [base]
        database
      end
      subgraph layer-apps [apps]
        api
        tenant
      end
      layer-base ==> layer-apps
      database --> api
    exit code 0
    ");
    assert_snapshot!(place.run(&["graph", "--format", "dot"]), @r#"
    digraph platform {
      rankdir = LR;
      subgraph "cluster_base" {
        label = "base";
        "database";
      }
      subgraph "cluster_apps" {
        label = "apps";
        "api";
        "tenant";
      }
      "database" -> "api";
    }
    exit code 0
    "#);
    assert_snapshot!(place.run(&["graph", "--format", "json", "--service", "api"]), @r#"
    {
      "layers": [
        {
          "layer": "base",
          "services": [
            "database"
          ]
        },
        {
          "layer": "apps",
          "services": [
            "api"
          ]
        }
      ],
      "needs": [
        {
          "needs": "database",
          "service": "api"
        }
      ]
    }
    exit code 0
    "#);
    assert_snapshot!(place.run(&["graph", "--cluster", "eu"]), @"
    graph LR
      subgraph layer-base [base]
        database
      end
      subgraph layer-apps [apps]
        api
      end
      layer-base ==> layer-apps
      database --> api
    exit code 0
    ");
}

#[test]
fn a_first_platform_builds() {
    let place = Place::empty();
    assert_snapshot!(place.run(&["init", "mine"]), @"
    wrote [FOLDER]/mine/platform.pf; `platformc build` writes the tree beside it
    exit code 0
    ");
    assert_eq!(place.exit_code(&["check", "mine"]), 0);
    assert_eq!(place.exit_code(&["build", "mine"]), 0);
    assert!(place.root.join("mine/infra/README.md").is_file());
    let before = place.files();
    assert_snapshot!(place.run(&["init", "mine"]), @"
    error: [FOLDER]/mine/platform.pf is there already
    exit code 3
    ");
    assert_eq!(place.files(), before);
}

#[test]
fn completions_and_manual_are_printed() {
    let place = Place::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&["completions", shell]);
        assert!(script.contains("platformc") && script.ends_with("exit code 0\n"), "{shell}: {script}");
    }
    let manual = place.run(&["man"]);
    assert!(manual.starts_with(".ie") && manual.contains("\n.TH platformc"), "{manual}");
}

#[test]
fn nobody_listening_is_no_mistake() {
    let place = Place::new(PLATFORM);
    for arguments in [
        &["expand"][..],
        &["graph"],
        &["status"],
        &["completions", "bash"],
        &["man"],
        &["explain", "PF0203"],
        &["build"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_platformc"));
        let command = command.args(arguments).current_dir(&place.root).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
    }
}

/// The platform with owners that GitHub knows.
fn owned() -> String {
    let platform = PLATFORM.replace("acorn.git\"\n", "acorn.git\"\n  admins = [ops]\n  codeowners = github\n");
    platform.replace("team web {}", "team web { github = \"@acorn/web\" }\nteam ops { github = \"@acorn/ops\" }")
}

#[test]
fn codeowners_are_built_with_the_tree() {
    let place = Place::new(&owned());
    place.put("CODEOWNERS", "* @acorn/all\n");
    assert!(place.run(&["build", "--check"]).starts_with("would update CODEOWNERS\nwould create README.md\n"));
    assert_eq!(place.exit_code(&["build", "--out", "elsewhere"]), 0);
    assert_eq!(place.read("CODEOWNERS"), "* @acorn/all\n", "another folder is a copy");
    assert_eq!(place.exit_code(&["build"]), 0);
    let text = place.read("CODEOWNERS");
    assert!(text.starts_with("* @acorn/all\n# BEGIN platformc"), "{text}");
    assert!(text.contains("\n/infra/apps/api/ @acorn/web\n"), "{text}");
    assert_eq!(place.exit_code(&["build", "--check"]), 0);
    assert_eq!(place.exit_code(&["build", "--check", "--out", "./infra"]), 0);

    place.put("CODEOWNERS", &text.replace("/infra/apps/api/ @acorn/web", "/infra/apps/api/ @acorn/api"));
    assert_snapshot!(place.run(&["build", "--check"]), @"
    would update CODEOWNERS
    [FOLDER]/infra: would be 0 created, 1 updated, 0 removed, 36 unchanged
    exit code 1
    ");
    place.put("CODEOWNERS", &text.replace("# END platformc\n", ""));
    assert_snapshot!(place.run(&["build"]), @"
    error[PF0853]: `[FOLDER]/CODEOWNERS`: `# BEGIN platformc` and `# END platformc` don't stand there once each, in this order
      help: remove what platformc wrote, with its marker lines; the next build writes it anew
    not one file was changed
    exit code 3
    ");
    place.put("CODEOWNERS", &text);
    place.put("platform.pf", PLATFORM);
    assert_eq!(place.exit_code(&["build"]), 0);
    assert_eq!(place.read("CODEOWNERS"), "* @acorn/all\n");
}

#[test]
fn owners_are_said() {
    let place = Place::new(&owned());
    assert_snapshot!(place.run(&["owns", "infra/apps/api/README.md"]), @"
    path infra/apps/api/README.md: web (@acorn/web)
      rule      /infra/apps/api/
      because   platformc writes it for service `api`
      declared  service api, platform.pf:32
    exit code 0
    ");
    assert_snapshot!(place.run(&["owns", "database"]), @"
    service database: web (@acorn/web)
      because   it says `owner = web`
      declared  service database, platform.pf:24
    namespace database on dev, eu: web (@acorn/web)
      because   it is written to by `database` of `web`
      declared  service database, platform.pf:24
    path database: web (@acorn/web)
      rule      /database/
      because   database is rendered from it
      declared  service database, platform.pf:24
    exit code 0
    ");
    assert_snapshot!(place.run(&["owns", "tenant-two"]), @"
    namespace tenant-two on dev: web (@acorn/web)
      because   it is written to by `tenant` of `web`
      declared  service tenant, platform.pf:49
    exit code 0
    ");
    assert_snapshot!(place.run(&["owns", "platform.pf"]), @"
    path platform.pf: ops (@acorn/ops)
      rule      /platform.pf
      because   it declares more than services of one team
      declared  platform acorn, platform.pf:1
      declared  service api, platform.pf:32
      declared  service database, platform.pf:24
      declared  service tenant, platform.pf:49
    exit code 0
    ");
    assert_snapshot!(place.run(&["owns", "infra/argocd/projects"]), @"
    path infra/argocd/projects: ops (@acorn/ops)
      rule      /infra/
      because   platformc writes it for the platform as a whole
      declared  platform acorn, platform.pf:1
    exit code 0
    ");
    assert_snapshot!(place.run(&["owns", "databse"]), @"
    error: `databse` is no service, no namespace and no path that the platform reads or writes; did you mean `database`?
    exit code 1
    ");
    assert_snapshot!(place.run(&["owns", "infra/apps/apj/README.md"]), @"
    error: `infra/apps/apj/README.md` is no service, no namespace and no path that the platform reads or writes; did you mean `infra/apps/api/README.md`?
    exit code 1
    ");
    assert_eq!(place.exit_code(&["owns"]), 2);
}

/// The platform with an earlier version of a chart in prod.
fn staged(version: &str) -> String {
    let late = format!("helm {{ version = \"{version}\"  values {{ replicas = 3 }} }}");
    let platform = PLATFORM.replace("helm { values { replicas = 3 } }", &late);
    platform.replace("needs = [database]\n", "needs = [database]\n  same_across = [helm.version]\n")
}

#[test]
fn what_is_behind_is_said() {
    let place = Place::new(&staged("1.2.0"));
    assert_snapshot!(place.run(&["status"]), @"
    service  what          dev    prod
    api      helm.version  1.2.3  1.2.0 (behind dev)
    exit code 0
    ");
    assert_snapshot!(place.run(&["status", "--behind", "api"]), @"
    service  what          dev    prod
    api      helm.version  1.2.3  1.2.0 (behind dev)
    exit code 0
    ");
    assert_snapshot!(place.run(&["status", "--format", "json", "api"]), @r#"
    {
      "environments": [
        {
          "after": [],
          "name": "dev"
        },
        {
          "after": [
            "dev"
          ],
          "name": "prod"
        }
      ],
      "services": [
        {
          "service": "api",
          "versions": [
            {
              "environments": [
                {
                  "against": [],
                  "environment": "dev",
                  "runs": [
                    {
                      "clusters": [
                        "dev"
                      ],
                      "version": "1.2.3"
                    }
                  ]
                },
                {
                  "against": [
                    {
                      "environment": "dev",
                      "is": "behind"
                    }
                  ],
                  "environment": "prod",
                  "runs": [
                    {
                      "clusters": [
                        "eu"
                      ],
                      "version": "1.2.0"
                    }
                  ]
                }
              ],
              "what": "helm.version"
            }
          ]
        }
      ]
    }
    exit code 0
    "#);
    assert_snapshot!(place.run(&["status", "database"]), @"
    nothing to show
    exit code 0
    ");
    assert_snapshot!(place.run(&["status", "databse"]), @"
    error: there is no service `databse`; did you mean `database`?
    exit code 2
    ");
    assert_eq!(place.exit_code(&["status", "--format", "yaml"]), 2);
}

#[test]
fn a_stage_may_run_several_versions() {
    let more = "cluster us { env = prod  server = \"https://us.example.com\" }\ncluster eu {";
    let place =
        Place::new(&staged("1.2.0").replace("cluster eu {", more).replace("when env == prod", "when cluster == us"));
    assert_snapshot!(place.run(&["status"]), @"
    service  what          dev    prod
    api      helm.version  1.2.3  1.2.0, 1.2.3 (behind dev)
    exit code 0
    ");
    assert_eq!(place.exit_code(&["build"]), 0);
    let page = place.read("infra/apps/api/README.md");
    let row = "| helm.version | prod | 1.2.0, 1.2.3 (behind dev) | 1.2.0: us, 1.2.3: eu |";
    assert!(page.lines().any(|line| line == row), "{page}");
    assert!(place.read("infra/README.md").contains("| 1.2.3 | 1.2.0, 1.2.3 (behind dev) |"));
}

#[test]
fn what_is_ahead_is_said_though_it_is_a_mistake() {
    let place = Place::new(&staged("1.3.0"));
    assert_eq!(place.exit_code(&["check"]), 1);
    assert_snapshot!(place.run(&["status"]), @"
    service  what          dev    prod
    api      helm.version  1.2.3  1.3.0 (ahead of dev)
    exit code 0
    ");
    assert_snapshot!(place.run(&["status", "--behind"]), @"
    nothing to show
    exit code 0
    ");
    place.put("platform.pf", &staged("1.3.0").replace("owner = web", "owner = wep"));
    assert!(place.run(&["status"]).contains("PF0203"), "{}", place.run(&["status"]));
}

#[test]
fn owners_are_said_without_codeowners_and_to_programs() {
    let place = Place::new(PLATFORM);
    assert_snapshot!(place.run(&["owns", "infra/README.md"]), @"
    path infra/README.md: nobody: the platform has no `admins`
      rule      /infra/
      because   platformc writes it for the platform as a whole
      declared  platform acorn, platform.pf:1
    exit code 0
    ");
    assert_snapshot!(place.run(&["owns", "database/settings.yaml", "--format", "json"]), @r#"
    [
      {
        "because": "database is rendered from it",
        "clusters": [],
        "declared": [
          {
            "declaration": "service database",
            "place": "platform.pf:21"
          }
        ],
        "kind": "path",
        "name": "database/settings.yaml",
        "owners": [
          {
            "handle": null,
            "team": "web"
          }
        ],
        "rule": "/database/"
      }
    ]
    exit code 0
    "#);
}

#[test]
fn what_hangs_on_something_is_said() {
    let place = Place::new(PLATFORM);
    assert_snapshot!(place.run(&["impact", "database@eu"]), @"
    database@eu: 1 instance
      1 instance depends on it, the nearest first:
        1. api@eu  needs database@eu  [waits]
      while it is not well, nothing new comes to these layers of eu: apps (1 Application)
    exit code 0
    ");
    assert_snapshot!(place.run(&["impact", "api"]), @"
    api: 2 instances
      nothing needs it
    exit code 0
    ");
    assert_snapshot!(place.run(&["impact", "--without", "eu"]), @"
    eu: 2 instances
      nothing needs it
    without eu: 2 instances gone
      api goes on: dev
      database goes on: dev
    exit code 0
    ");
    assert_snapshot!(place.run(&["impact", "web", "--format", "json"]), @r#"
    {
      "dependents": [],
      "instances": [
        "api@dev",
        "api@eu",
        "database@dev",
        "database@eu",
        "tenant.one@dev",
        "tenant.two@dev"
      ],
      "waiting": [
        {
          "cluster": "dev",
          "layers": [
            {
              "applications": 3,
              "layer": "apps"
            }
          ]
        },
        {
          "cluster": "eu",
          "layers": [
            {
              "applications": 1,
              "layer": "apps"
            }
          ]
        }
      ],
      "what": "web",
      "without": null
    }
    exit code 0
    "#);
    assert_snapshot!(place.run(&["impact", "databse"]), @"
    error: there is no service, cluster or team `databse`; did you mean `database`?
    exit code 2
    ");
    assert_snapshot!(place.run(&["impact", "database@asia"]), @"
    error: `database@asia` is no instance, and there is no such cluster; there are database@dev, database@eu
    exit code 2
    ");
    assert_snapshot!(place.run(&["impact", "--without", "us"]), @"
    error: there is no cluster `us`
    exit code 2
    ");
    assert_snapshot!(place.run(&["impact"]), @"
    error: say what: SERVICE, SERVICE@CLUSTER, CLUSTER or TEAM, or --without CLUSTER
    exit code 2
    ");
}

#[test]
fn a_warning_is_allowed_until_its_day_is_over() {
    let floating = |until: &str| {
        let allow = format!("allow PF0603 until \"{until}\" because \"the vendor pins it\"");
        let helm =
            format!("helm {{ repo = \"https://charts.example.com\"  chart = \"web\"  version = \"1.x\"\n  {allow} }}");
        format!("{PLATFORM}\nservice floating {{ layer = apps  owner = web  namespace = \"floating\"\n  {helm} }}\n")
    };
    let place = Place::new(&floating("2026-11-01"));
    assert_snapshot!(place.run(&["check"]), @"
    allowed: 1 warning
    exit code 0
    ");
    assert_snapshot!(place.run(&["check", "--allowed"]), @"
    allowed: 1 warning
      until 2026-11-01: PF0603 at platform.pf:56, version `1.x` floats; because the vendor pins it
    exit code 0
    ");
    assert_eq!(place.exit_code(&["build"]), 0);
    place.put("platform.pf", &floating("2026-10-31"));
    let found = place.run(&["build", "--check"]);
    assert!(found.contains("[PF0112]") && found.contains("[PF0603]") && found.ends_with("exit code 1\n"), "{found}");
}

#[test]
fn only_warnings_that_are_new_are_shown_beside_a_baseline() {
    let place = Place::new(&format!("{PLATFORM}\nimport \"none/*.pf\"\n"));
    assert_snapshot!(place.run(&["check", "--format", "baseline"]), @r#"
    {
      "version": 1,
      "warnings": [
        {
          "code": "PF0005",
          "file": "platform.pf",
          "message": "no file matches `none/*.pf`",
          "count": 1
        }
      ]
    }
    exit code 0
    "#);
    let printed = place.run(&["check", "--format", "baseline"]);
    place.put("baseline.json", printed.rsplit_once("exit code").unwrap().0);
    assert_snapshot!(place.run(&["check", "--baseline", "baseline.json"]), @"exit code 0");
    place.put("platform.pf", &format!("# Above.\n{PLATFORM}\nimport \"none/*.pf\"\nimport \"void/*.pf\"\n"));
    assert_snapshot!(place.run(&["check", "--baseline", "baseline.json"]), @r#"
    [PF0005] Warning: no file matches `void/*.pf`
        ,-[ platform.pf:57:8 ]
        |
     57 | import "void/*.pf"
        |        ^^^^^|^^^^^
        |             `-------
    ----'

    1 warning; `platformc explain PF0005` says more about a code
    exit code 0
    "#);
    place.put("platform.pf", &mistaken());
    assert_snapshot!(place.run(&["check", "--baseline", "baseline.json"]), @"
    baseline.json: 1 warning no longer there; print it again
    [PF0203] Error: there is no team `wep`
        ,-[ platform.pf:31:11 ]
        |
     31 |   owner = wep
        |           ^|^
        |            `--- not declared
        |
        | Help: did you mean `web`?
    ----'

    1 error; `platformc explain PF0203` says more about a code
    exit code 1
    ");
    place.put("baseline.json", "{ \"version\": 2, \"warnings\": [] }");
    assert_snapshot!(place.run(&["check", "--baseline", "baseline.json"]), @"
    error: baseline.json: its version is 2, not 1
    exit code 2
    ");
    assert_snapshot!(place.run(&["check", "--baseline", "nothing.json"]), @"
    error: nothing.json: No such file or directory (os error 2)
    exit code 2
    ");
}

const ASKED: &str = r#"
policy replicas {
  where   = has(helm.values.replicas)
  require = helm.values.replicas >= 2
  message = "${service} runs once on ${cluster}"
}

policy history { require = revision_history >= 9  severity = warning }

test "the database comes first" { expect before(database, api) }
test "nobody opens a shell" { expect not can(web, exec, api) }
"#;

#[test]
fn policies_and_tests_are_asked_alone() {
    let place = Place::new(&(PLATFORM.to_owned() + ASKED));
    assert_snapshot!(place.run(&["test"]), @r#"
    warns  policy history  of 6 instances
    FAILS  policy replicas  of 2 instances
    holds  test nobody opens a shell  1 expectation
    holds  test the database comes first  1 expectation
    2 policies, 2 tests: 1 failed
    [PF0981] Warning: policy `history` does not hold
        ,-[ platform.pf:21:9 ]
        |
     21 | service database {
        |         ^^^^|^^^
        |             `-----
        |
     61 | policy history { require = revision_history >= 9  severity = warning }
        |                            ^^^^^^^^^^|^^^^^^^^^^
        |                                      `------------ required here
        |
        | Note 1: of 2 instances: database@dev, database@eu
        |
        | Note 2: `revision_history` is 5
    ----'

    [PF0981] Warning: policy `history` does not hold
        ,-[ platform.pf:29:9 ]
        |
     29 | service api {
        |         ^|^
        |          `---
        |
     61 | policy history { require = revision_history >= 9  severity = warning }
        |                            ^^^^^^^^^^|^^^^^^^^^^
        |                                      `------------ required here
        |
        | Note 1: of 2 instances: api@dev, api@eu
        |
        | Note 2: `revision_history` is 5
    ----'

    [PF0980] Error: api runs once on dev (policy `replicas`)
        ,-[ platform.pf:38:25 ]
        |
     38 |     values { replicas = 1 }
        |                         |
        |                         `--
        |
     57 |   require = helm.values.replicas >= 2
        |             ^^^^^^^^^^^^|^^^^^^^^^^^^
        |                         `-------------- required here
        |
        | Note 1: of instance api@dev
        |
        | Note 2: `helm.values.replicas` is 1
    ----'

    [PF0981] Warning: policy `history` does not hold
        ,-[ platform.pf:46:9 ]
        |
     46 | service tenant {
        |         ^^^|^^
        |            `----
        |
     61 | policy history { require = revision_history >= 9  severity = warning }
        |                            ^^^^^^^^^^|^^^^^^^^^^
        |                                      `------------ required here
        |
        | Note 1: of 2 instances: tenant.one@dev, tenant.two@dev
        |
        | Note 2: `revision_history` is 5
    ----'

    1 error and 3 warnings; `platformc explain PF0980` says more about a code
    exit code 1
    "#);
}

#[test]
fn some_policies_and_tests_are_asked() {
    let place = Place::new(&(PLATFORM.to_owned() + ASKED));
    assert_snapshot!(place.run(&["test", "the *", "history", "--list"]), @r#"
    policy history  platform.pf:61
    test the database comes first  platform.pf:63
    exit code 0
    "#);
    assert_snapshot!(place.run(&["test", "*first", "--format", "json"]), @r#"
    {
      "results": [
        {
          "asked": 1,
          "at": "platform.pf:63",
          "findings": [],
          "kind": "test",
          "name": "the database comes first",
          "state": "holds"
        }
      ],
      "version": 1
    }
    exit code 0
    "#);
    assert_snapshot!(place.run(&["test", "historie"]), @r#"
    error: there is no policy or test `historie`; did you mean `history`?
    exit code 2
    "#);
    assert_eq!(place.exit_code(&["check"]), 1);
    assert_eq!(place.exit_code(&["build"]), 1, "nothing is written while a policy does not hold");
    assert!(!place.root.join("infra").exists());
    let broken = PLATFORM.replace("layer = base\n", "layer = bse\n") + ASKED;
    place.put("platform.pf", &broken);
    assert!(place.run(&["test"]).contains("[PF0203]"), "what is wrong elsewhere is said first");
    place.put("platform.pf", PLATFORM);
    assert_snapshot!(place.run(&["test"]), @r#"
    there are no policies and no tests
    exit code 0
    "#);
}
