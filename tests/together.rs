//! Commands that run at the same time over one platform, and what a command that was killed leaves to the next.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use camino::Utf8PathBuf;
use tempfile::TempDir;

use support::place::tree;

const SHARED: &str = r#"platform oak { repo = "https://git.example.com/oak.git" }
team web {}
environment dev {}
hub west { argocd = "3.5" }
hub east { argocd = "3.5" }
cluster one { env = dev  hub = west  server = "https://one.example.com" }
cluster two { env = dev  hub = east  server = "https://two.example.com" }
layer base {}
"#;

/// A temporary folder with a platform of many services on two hubs.
struct Place {
    _temporary: TempDir,
    root: Utf8PathBuf,
}

impl Place {
    fn new() -> Self {
        let temporary = TempDir::new().unwrap();
        let root = Utf8PathBuf::from_path_buf(temporary.path().canonicalize().unwrap()).unwrap();
        let place = Self { _temporary: temporary, root };
        place.say("a");
        place
    }

    /// Writes the platform; every service's files differ by `version`.
    fn say(&self, version: &str) {
        fs::write(self.root.join("platform.pf"), platform(version)).unwrap();
    }

    fn start(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_platformc"))
            .args(arguments)
            .current_dir(&self.root)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn run(&self, arguments: &[&str]) -> String {
        said(&self.start(arguments).wait_with_output().unwrap())
    }

    fn tree(&self, folder: &str) -> BTreeMap<String, String> {
        tree(&self.root.join(folder))
    }

    fn memories(&self) -> usize {
        fs::read_dir(self.root.join(".platformc"))
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().is_dir())
            .count()
    }

    fn edit(&self, path: &str) {
        let path = self.root.join(path);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text + "# mine\n").unwrap();
    }
}

fn platform(version: &str) -> String {
    let mut text = SHARED.to_owned();
    for number in 0..40 {
        let _ = write!(
            text,
            "service s{number} {{\n  layer = base\n  owner = web\n  namespace = \"{version}{number}\"\n  helm {{\n    \
             repo = \"https://charts.example.com\"\n    chart = \"s\"\n    version = \"1.0.0\"\n  }}\n}}\n"
        );
    }
    text
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    format!("{}{}{}", text(&output.stdout), text(&output.stderr), output.status)
}

fn finish(children: Vec<Child>) -> Vec<String> {
    children.into_iter().map(|child| said(&child.wait_with_output().unwrap())).collect()
}

fn assert_fine(all: &[String]) {
    assert!(all.iter().all(|said| said.ends_with("exit status: 0")), "{all:#?}");
}

#[test]
fn two_hubs_are_built_at_once() {
    let (place, expected) = (Place::new(), Place::new());
    for version in ["a", "b", "c", "d"] {
        place.say(version);
        expected.say(version);
        assert_fine(&[expected.run(&["build"])]);
        // A build of one hub leaves out what belongs to none.
        let hubs = ["west", "east", "west", "east"].map(|hub| place.start(&["build", "--hub", hub])).into();
        assert_fine(&finish(hubs));
        let mut wanted = expected.tree("infra");
        let found = place.tree("infra");
        wanted.retain(|path, _| found.contains_key(path));
        assert_eq!(found, wanted);
        assert!(found.keys().any(|path| path.starts_with("clusters/one/")));
        assert!(found.keys().any(|path| path.starts_with("clusters/two/")));
    }
    // Neither forgot what the other wrote.
    place.edit("infra/clusters/one/base/s1.yaml");
    place.edit("infra/clusters/two/base/s2.yaml");
    let refused = place.run(&["build"]);
    assert_eq!(refused.matches("was edited by hand").count(), 2, "{refused}");
}

#[test]
fn builds_into_several_folders_do_not_mix() {
    let (place, expected) = (Place::new(), Place::new());
    for version in ["a", "b", "c"] {
        place.say(version);
        expected.say(version);
        assert_fine(&[expected.run(&["build"])]);
        let winding = format!("../{}/x", place.root.file_name().unwrap());
        let outs = ["x", "./x", "y", "infra", "./y", &winding].map(|out| place.start(&["build", "--out", out]));
        assert_fine(&finish(outs.into_iter().chain([place.start(&["build"])]).collect()));
        for out in ["x", "y", "infra"] {
            assert_eq!(place.tree(out), expected.tree("infra"), "{out}");
        }
    }
    assert_eq!(place.memories(), 2, "one folder has one memory, however its path is spelled");
}

#[test]
fn an_edit_is_found_however_the_folder_is_spelled() {
    let place = Place::new();
    std::os::unix::fs::symlink(".", place.root.join("link")).unwrap();
    for (built, checked) in
        [("x", "link/x"), ("link/y", "./y"), ("new/deep", "link/new/./deep"), ("link/infra", "infra")]
    {
        assert_fine(&[place.run(&["build", "--out", built])]);
        place.edit(&format!("{built}/clusters/one/base/s1.yaml"));
        let refused = place.run(&["build", "--out", checked]);
        assert!(refused.contains("was edited by hand"), "{built}, {checked}: {refused}");
    }
    let refused = place.run(&["build"]);
    assert!(refused.contains("was edited by hand"), "{refused}");
}

/// While somebody has the lock, the folder may be anything.
#[test]
fn a_check_waits_for_a_build() {
    let place = Place::new();
    assert_fine(&[place.run(&["build"])]);
    let file = place.root.join("infra/clusters/one/base/s1.yaml");
    let text = fs::read(&file).unwrap();
    let lock = File::options().append(true).open(place.root.join(".platformc/lock")).unwrap();
    for command in
        [&["build", "--check"][..], &["build", "--check", "--hub", "west"], &["build"], &["build", "--hub", "west"]]
    {
        lock.lock().unwrap();
        fs::write(&file, "half").unwrap();
        let child = place.start(command);
        std::thread::sleep(Duration::from_millis(300));
        fs::write(&file, &text).unwrap();
        lock.unlock().unwrap();
        let said = finish(vec![child]);
        assert_fine(&said);
        assert!(said[0].contains(" 0 updated"), "{said:?}");
    }
}

#[test]
fn checks_do_not_wait_for_each_other() {
    let place = Place::new();
    assert_fine(&[place.run(&["build"])]);
    let lock = File::open(place.root.join(".platformc/lock")).unwrap();
    lock.lock_shared().unwrap();
    assert_fine(&[place.run(&["build", "--check"])]);
}

#[test]
fn the_lock_of_a_killed_build_keeps_nobody_off() {
    let place = Place::new();
    let mut killed = 0;
    for round in 0..20 {
        place.say(&format!("v{round}"));
        let mut child = place.start(&["build"]);
        std::thread::sleep(Duration::from_millis(5 + round * 3));
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        assert_fine(&[place.run(&["build"]), place.run(&["build", "--check"])]);
    }
    assert!(killed > 0, "no build was killed");
}

#[test]
fn sources_are_formatted_during_builds() {
    let place = Place::new();
    assert_fine(&[place.run(&["build"])]);
    let expected = place.tree("infra");
    for _ in 0..6 {
        place.say("a");
        let unformatted = fs::read_to_string(place.root.join("platform.pf")).unwrap();
        let commands = [&["fmt"][..], &["build"], &["fmt"], &["build", "--check"], &["fmt"], &["check"], &["fmt"]];
        assert_fine(&finish(commands.map(|command| place.start(command)).into()));
        assert_ne!(fs::read_to_string(place.root.join("platform.pf")).unwrap(), unformatted);
        assert_fine(&[place.run(&["fmt", "--check"]), place.run(&["build", "--check"])]);
        assert_eq!(place.tree("infra"), expected);
        let left = fs::read_dir(&place.root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut left: Vec<String> = left.collect();
        left.sort();
        assert_eq!(left, [".platformc", "infra", "platform.pf"]);
    }
}

/// The cache folder and the output folder need not be on one disk.
#[cfg(target_os = "linux")]
#[test]
fn the_output_may_be_on_another_disk() {
    use std::os::unix::fs::MetadataExt as _;
    let place = Place::new();
    let device = |path: &str| fs::metadata(path).map(|metadata| metadata.dev()).ok();
    let here = device(place.root.as_str());
    let Some(other) =
        ["/dev/shm", "/tmp", "/var/tmp"].into_iter().find(|path| device(path).is_some_and(|it| Some(it) != here))
    else {
        return;
    };
    let Ok(elsewhere) = TempDir::new_in(other) else { return };
    let out = elsewhere.path().join("infra").into_os_string().into_string().unwrap();
    for version in ["a", "b", "a"] {
        place.say(version);
        assert_fine(&[
            place.run(&["build"]),
            place.run(&["build", "--out", &out]),
            place.run(&["build", "--check", "--out", &out]),
        ]);
        assert_eq!(tree(out.as_str().into()), place.tree("infra"));
    }
}
