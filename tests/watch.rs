//! `platformc watch` as it runs: what it hears of, what it says, and that the tree is what `build` would write.
//!
//! No test measures a time: each waits for what must come, for as long as a machine under load may need.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use support::{difference, tree};

/// What should come comes long before.
const LIMIT: Duration = Duration::from_secs(30);

/// What editors and people need between two steps of one save.
const GAP: Duration = Duration::from_millis(200);

const PLATFORM: &str = r#"platform acorn { repo = "https://git.example.com/acorn.git" }
hub main { argocd = "3.5" }
team web {}
environment dev {}
cluster one { env = dev  server = "https://one.example.com" }
for row in yaml("clusters.yaml") {
  cluster "${row.name}" { env = dev  server = row.server }
}
layer base {}
import "services/*.pf"
import "teams/*/main.pf"
"#;

const CLUSTERS: &str = "- {name: two, server: 'https://two.example.com'}\n";

fn service(name: &str, replicas: u32) -> String {
    format!(
        "service {name} {{\n  layer = base\n  owner = web\n  namespace = \"{name}\"\n  helm {{\n    repo = \"https://charts.example.com\"\n    \
         chart = \"{name}\"\n    version = \"1.0.0\"\n    values {{ replicas = {replicas} }}\n  }}\n}}\n"
    )
}

fn local(name: &str, source: &str) -> String {
    format!("service {name} {{\n  layer = base\n  owner = web\n  namespace = \"{name}\"\n  {source}\n}}\n")
}

/// A temporary folder with a platform that is being watched.
struct Watched {
    _temporary: TempDir,
    root: Utf8PathBuf,
    child: Child,
    said: Arc<Mutex<String>>,
    /// How much of what was said has been dealt with.
    heard: usize,
}

/// The platform of these tests, beside what each adds.
fn files() -> Vec<(&'static str, String)> {
    vec![
        ("platform.pf", PLATFORM.to_owned()),
        ("clusters.yaml", CLUSTERS.to_owned()),
        ("services/api.pf", service("api", 1)),
        ("teams/web/main.pf", service("shop", 1)),
    ]
}

impl Watched {
    fn new() -> Self {
        Self::with(&[], &[])
    }

    /// Watches the platform with more files; the first build is over.
    fn with(more: &[(&str, &str)], arguments: &[&str]) -> Self {
        let temporary = TempDir::new().unwrap();
        let root = Utf8PathBuf::from_path_buf(temporary.path().canonicalize().unwrap()).unwrap().join("platform");
        for (path, text) in &files() {
            put(&root.join(path), text);
        }
        for (path, text) in more {
            put(&root.join(path), text);
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_platformc"))
            .arg("watch")
            .args(arguments)
            .current_dir(&root)
            .env_remove("CLICOLOR_FORCE")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (lines, into) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&said));
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut said = into.lock().unwrap();
                said.push_str(&line);
                said.push('\n');
            }
        });
        let mut watched = Self { _temporary: temporary, root, child, said, heard: 0 };
        watched.waits_for("instances in");
        watched
    }

    fn put(&self, path: &str, text: &str) {
        put(&self.root.join(path), text);
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.root.join(path)).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.root.join(from), self.root.join(to)).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    /// What was said since the last wait, up to the line that ends this one.
    fn waits_for(&mut self, what: &str) -> String {
        let start = self.heard;
        self.until(&format!("hears {what:?}"), |watched| {
            let said = watched.said.lock().unwrap();
            let rest = said.get(watched.heard..).unwrap();
            let end = rest.find(what).and_then(|at| rest.get(at..)?.find('\n').map(|end| at + end + 1));
            end.is_some_and(|end| {
                drop(said);
                watched.heard += end;
                true
            })
        });
        let said = self.said.lock().unwrap();
        said.get(start..self.heard).unwrap().to_owned()
    }

    fn until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(self.child.try_wait().unwrap().is_none(), "it has ended: {}", self.said.lock().unwrap());
            assert!(start.elapsed() < LIMIT, "waits in vain until it {what}: {}", self.said.lock().unwrap());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for a build that leaves no trouble, and says what it said.
    fn builds(&mut self) -> String {
        let said = self.waits_for("instances in");
        assert!(!said.to_lowercase().contains("error"), "{said}");
        said
    }

    /// Waits until the tree is what a build from nothing writes.
    fn is_right(&mut self) {
        self.is_right_in("infra");
    }

    fn is_right_in(&mut self, folder: &str) {
        let fresh = self.root.parent().unwrap().join("fresh");
        let out = self.root.parent().unwrap().join("fresh-tree");
        let _ = fs::remove_dir_all(&fresh);
        let _ = fs::remove_dir_all(&out);
        copy(&self.root, &fresh);
        let built = Command::new(env!("CARGO_BIN_EXE_platformc"))
            .args(["build", "--out", out.as_str()])
            .current_dir(&fresh)
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let (expected, place) = (tree(&out), self.root.join(folder));
        self.until("has written the right tree", |_| tree_now(&place).is_some_and(|now| now == expected));
        assert_eq!(difference(&expected, &tree(&place)), "");
    }

    /// Waits for a mistake that is found, and for the end of what is said of it.
    fn finds(&mut self, what: &str) -> String {
        let said = self.waits_for(what);
        said + &self.waits_for("says more about a code")
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn put(path: &Utf8Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The tree, unless it is being written.
fn tree_now(folder: &Utf8Path) -> Option<support::Texts> {
    std::panic::catch_unwind(|| tree(folder)).ok()
}

/// The sources of a platform, without what was written.
fn copy(from: &Utf8Path, to: &Utf8Path) {
    fs::create_dir_all(to).unwrap();
    for entry in from.read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        match entry.file_name() {
            "infra" | ".platformc" => {}
            _ if entry.path().is_dir() => copy(entry.path(), &place),
            _ => drop(fs::copy(entry.path(), place).unwrap()),
        }
    }
}

#[test]
fn says_what_an_edit_changes() {
    let mut watched = Watched::new();
    watched.is_right();
    watched.put("services/api.pf", &service("api", 2));
    let said = watched.builds();
    assert!(said.contains("updated, 0 removed") && said.contains("; 4 instances in"), "{said}");
    watched.waits_for("  updated ");
    watched.is_right();
}

#[test]
fn says_nothing_of_a_text_that_stays_the_same() {
    let mut watched = Watched::new();
    watched.waits_for("and ");
    watched.put("services/api.pf", &service("api", 1));
    watched.put("services/notes.txt", "none of ours");
    watched.put("services/more.pf", &service("more", 1));
    // What was said up to this edit is about the edit alone.
    let said = watched.waits_for("instances in");
    assert_eq!(said.lines().count(), 1, "{said}");
    watched.is_right();
}

#[test]
fn shows_a_mistake_once_until_it_is_mended() {
    let mut watched = Watched::new();
    watched.put("services/api.pf", "service api {");
    let said = watched.waits_for("says more about a code");
    assert!(said.contains("services/api.pf"), "{said}");
    watched.put("clusters.yaml", "- {name: three, server: 'https://three.example.com'}\n");
    watched.put("services/api.pf", &service("api", 3));
    let said = watched.waits_for("instances in");
    assert!(!said.contains("says more"), "the same mistake again: {said}");
    watched.is_right();
}

#[test]
fn editors_save_in_steps() {
    let mut watched = Watched::new();
    watched.put("services/api.pf.new", &service("api", 2));
    watched.rename("services/api.pf.new", "services/api.pf");
    watched.builds();

    watched.rename("services/api.pf", "services/api.pf~");
    std::thread::sleep(GAP);
    watched.put("services/api.pf", &service("api", 3));
    watched.builds();

    watched.remove("services/api.pf");
    std::thread::sleep(GAP);
    watched.put("services/api.pf", &service("api", 4));
    watched.builds();

    fs::File::create(watched.root.join("platform.pf")).unwrap();
    std::thread::sleep(GAP);
    watched.put("platform.pf", &format!("{PLATFORM}environment prod {{}}\n"));
    watched.builds();

    watched.remove("clusters.yaml");
    std::thread::sleep(GAP);
    watched.put("clusters.yaml", "- {name: three, server: 'https://three.example.com'}\n");
    watched.builds();
    watched.is_right();
}

#[test]
fn folders_go_and_come_back() {
    let mut watched = Watched::new();
    fs::remove_dir_all(watched.root.join("services")).unwrap();
    watched.finds("no file matches");
    watched.put("services/api.pf", &service("api", 2));
    watched.builds();
    watched.put("services/api.pf", &service("api", 3));
    watched.builds();

    watched.rename("services", "elsewhere");
    watched.put("elsewhere/api.pf", &service("api", 4));
    watched.rename("elsewhere", "services");
    watched.builds();
    watched.put("services/api.pf", &service("api", 5));
    watched.builds();
    watched.is_right();
}

#[test]
fn the_platforms_own_folder_goes_and_comes_back() {
    let mut watched = Watched::new();
    let away = watched.root.with_file_name("away");
    fs::rename(&watched.root, &away).unwrap();
    watched.finds("there is no file `platform.pf`");
    put(&away.join("services/api.pf"), &service("api", 2));
    fs::rename(&away, &watched.root).unwrap();
    watched.builds();
    watched.put("services/api.pf", &service("api", 3));
    watched.builds();
    watched.is_right();
}

#[test]
fn new_files_are_matched_by_patterns_and_gone_ones_are_not() {
    let mut watched = Watched::new();
    watched.put("services/more.pf", &service("more", 1));
    assert!(watched.builds().contains("6 instances"));
    watched.put("teams/ops/main.pf", &service("ops", 1));
    assert!(watched.builds().contains("8 instances"));
    watched.put("teams/ops/main.pf", &service("ops", 2));
    watched.builds();
    watched.remove("services/more.pf");
    let said = watched.builds();
    assert!(said.contains("6 instances") && said.contains("Applications leave"), "{said}");
    watched.is_right();
    fs::remove_dir_all(watched.root.join("teams")).unwrap();
    watched.finds("no file matches `teams/*/main.pf`");
}

#[test]
fn data_files_change_vanish_and_appear() {
    let mut watched = Watched::new();
    watched.put("clusters.yaml", "- {name: two, server: 'https://2.example.com'}\n");
    watched.builds();
    watched.put("clusters.yaml", "[]\n");
    assert!(watched.builds().contains("2 instances"));
    watched.remove("clusters.yaml");
    watched.waits_for("says more about a code");
    watched.put("clusters.yaml", CLUSTERS);
    assert!(watched.builds().contains("4 instances"));
    watched.is_right();
}

#[test]
fn charts_kustomizations_and_manifests_are_inputs() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n";
    let kustomization = "resources:\n  - config.yaml\n";
    let mut watched = Watched::with(
        &[
            ("services/a.pf", &local("a", "helm { path = \"charts/a\"  value_files = [\"charts/values/a.yaml\"] }")),
            ("services/b.pf", &local("b", "kustomize { path = \"kustomize/b\" }")),
            ("services/c.pf", &local("c", "manifests { path = \"manifests/c\" }")),
            ("charts/a/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
            ("charts/values/a.yaml", "replicas: 1\n"),
            ("kustomize/b/kustomization.yaml", kustomization),
            ("kustomize/b/config.yaml", config),
            ("manifests/c/config.yaml", config),
        ],
        &[],
    );
    watched.remove("charts/values/a.yaml");
    watched.waits_for("says more about a code");
    watched.put("charts/values/a.yaml", "replicas: 2\n");
    watched.builds();

    watched.put("kustomize/b/kustomization.yaml", "resources:\n  - config.yaml\n  - ../shared\n");
    watched.finds("kustomize/shared");
    watched.put("new/config.yaml", &config.replace("settings", "shared"));
    watched.put("new/kustomization.yaml", kustomization);
    watched.rename("new", "kustomize/shared");
    watched.builds();
    watched.is_right();

    watched.put("manifests/c/kustomization.yaml", kustomization);
    watched.finds("it holds a kustomization");
    watched.remove("manifests/c/kustomization.yaml");
    watched.builds();

    fs::remove_dir_all(watched.root.join("charts/a")).unwrap();
    watched.finds("`charts/a` does not exist");
    watched.put("charts/a/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.1\n");
    watched.builds();
    watched.is_right();
}

#[test]
fn what_links_lead_to_is_an_input() {
    let mut watched = Watched::new();
    let target = watched.root.with_file_name("shared").join("more.pf");
    put(&target, &service("more", 1));
    std::os::unix::fs::symlink(&target, watched.root.join("services/more.pf")).unwrap();
    assert!(watched.builds().contains("6 instances"));
    put(&target, &service("most", 1));
    let said = watched.builds();
    assert!(said.contains("6 instances") && said.contains("leave their place"), "{said}");
    watched.is_right();
}

#[test]
fn edits_by_hand_are_found_and_kept() {
    let mut watched = Watched::new();
    let readme = watched.read("infra/README.md");
    watched.put("infra/README.md", &format!("{readme}mine\n"));
    let said = watched.waits_for("not one file was changed");
    assert!(said.contains("was edited by hand since the last build"), "{said}");
    watched.put("services/api.pf", &service("api", 2));
    watched.put("infra/README.md", &readme);
    watched.builds();
    watched.is_right();

    watched.remove("infra/README.md");
    watched.waits_for("1 created");
    fs::remove_dir_all(watched.root.join("infra/base")).unwrap();
    watched.waits_for("created");
    fs::remove_dir_all(watched.root.join("infra")).unwrap();
    watched.waits_for("0 unchanged");
    watched.is_right();
    watched.put("infra/README.md", &format!("{readme}mine\n"));
    watched.waits_for("was edited by hand since the last build");
}

#[test]
fn force_overwrites_edits_by_hand() {
    let mut watched = Watched::with(&[], &["--force"]);
    let readme = watched.read("infra/README.md");
    watched.put("infra/README.md", &format!("{readme}mine\n"));
    watched.waits_for("1 updated");
    assert_eq!(watched.read("infra/README.md"), readme);
}

#[test]
fn writes_elsewhere_and_follows_the_output() {
    let mut watched = Watched::with(&[], &["--out", "../tree/of/mine"]);
    watched.is_right_in("../tree/of/mine");
    fs::remove_dir_all(watched.root.join("../tree")).unwrap();
    watched.waits_for("0 unchanged");
    watched.is_right_in("../tree/of/mine");
    assert!(!watched.root.join("infra").exists());

    let mut watched = Watched::new();
    watched.put("platform.pf", &PLATFORM.replace("acorn.git\"", "acorn.git\"  output = \"tree\""));
    watched.waits_for("/tree: ");
    watched.remove("tree/README.md");
    watched.waits_for("1 created");
}

#[test]
fn the_main_file_goes_and_comes_back() {
    let mut watched = Watched::new();
    watched.remove("platform.pf");
    watched.finds("there is no file `platform.pf`");
    watched.put("platform.pf", &format!("{PLATFORM}environment prod {{}}\n"));
    watched.builds();
    watched.is_right();
}

#[test]
fn a_disk_that_refuses_is_tried_again() {
    let mut watched = Watched::new();
    fs::remove_dir_all(watched.root.join(".platformc")).unwrap();
    watched.put(".platformc", "in the way");
    watched.put("services/api.pf", &service("api", 2));
    watched.waits_for("not one file was changed");
    watched.remove(".platformc");
    watched.put("services/api.pf", &service("api", 2));
    watched.builds();
    watched.is_right();

    watched.put("infra/base/more", "in the way");
    watched.put("services/more.pf", &service("more", 1));
    watched.waits_for("is in the way");
    watched.remove("infra/base/more");
    watched.builds();
    watched.is_right();
}

#[test]
fn many_quick_edits_end_in_the_right_tree() {
    let mut watched = Watched::new();
    for number in 2..22 {
        watched.put("services/api.pf", &service("api", number));
        watched.put(&format!("services/extra-{}.pf", number % 3), &service(&format!("extra-{number}"), number));
        std::thread::sleep(Duration::from_millis(u64::from(number) * 7 % 50));
    }
    watched.is_right();
}

#[test]
fn a_signal_ends_it_when_nothing_is_half_written() {
    let mut watched = Watched::new();
    for number in 2..6 {
        watched.put("services/api.pf", &service("api", number));
    }
    let id = watched.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(watched.child.wait().unwrap().code(), Some(130));
    assert!(!watched.root.join(".platformc/journal").exists());
    let left = tree(&watched.root.join("infra")).into_keys().find(|path| path.contains(".platformc"));
    assert_eq!(left, None);
}

#[test]
fn a_platform_that_is_not_there_is_not_watched() {
    let temporary = TempDir::new().unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_platformc")).arg("watch").current_dir(temporary.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
}
