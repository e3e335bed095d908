//! The steps for CI, run as the machines of GitHub and GitLab run them: the scripts, and `action.yml` step by step.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const PLATFORM: &str = r#"platform acorn {
  repo = "https://git.example.com/acorn.git"
}

team web {}

environment prod { protected = true }

cluster eu { env = prod  server = "https://eu.example.com" }

layer apps {}

service shop {
  layer     = apps
  owner     = web
  namespace = "shop"
  manifests { object "v1" "ConfigMap" shop { data { A = "1" } } }
}

service cart {
  layer     = apps
  owner     = web
  namespace = "cart"
  manifests { object "v1" "ConfigMap" cart { data { A = "1" } } }
}
"#;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// A repository with a platform in a folder, built and committed; and a place for what stands in for programs.
struct Repository {
    folder: TempDir,
}

impl Repository {
    fn new() -> Self {
        Self::with(PLATFORM)
    }

    fn with(platform: &str) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(repository.path("work/platform")).unwrap();
        fs::create_dir_all(repository.path("bin")).unwrap();
        fs::create_dir_all(repository.path("runner")).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit(platform);
        repository
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits the platform with the tree that it compiles to.
    fn commit(&self, text: &str) {
        fs::write(self.path("work/platform/platform.pf"), text).unwrap();
        let built = self.command(env!("CARGO_BIN_EXE_platformc")).args(["build", "platform"]).output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "a change"]);
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let binary = Path::new(env!("CARGO_BIN_EXE_platformc")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{}:{path}", self.path("bin").display(), binary.display());
        command.current_dir(self.path("work")).env("PATH", path).env("NO_COLOR", "1").env("HOME", self.folder.path());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "ci").env(format!("GIT_{who}_EMAIL"), "ci@example.com");
        }
        command
    }

    fn stand_in(&self, name: &str, script: &str) {
        let path = self.path(&format!("bin/{name}"));
        fs::write(&path, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn check(&self, forge: &str, env: &[(&str, &str)]) -> Output {
        let mut command = self.command(root().join("ci/check.sh"));
        command.args([forge, "platform"]).env("OUT", self.path("out")).envs(env.iter().copied());
        command.output().unwrap()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_is_fine_passes_and_is_planned() {
    let repository = Repository::new();
    repository.commit(&PLATFORM.replace("A = \"1\"", "A = \"2\""));
    for forge in ["github", "gitlab"] {
        let output = repository.check(forge, &[("FROM", "HEAD~1")]);
        assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
        assert!(
            repository.read("out/plan.md").starts_with("<!-- platformc plan -->"),
            "{}",
            repository.read("out/plan.md")
        );
    }
    assert_eq!(serde_json::from_str::<Value>(&repository.read("out/findings.json")).unwrap(), json!([]));
}

#[test]
fn every_step_runs_and_the_worst_decides() {
    let repository = Repository::new();
    fs::write(repository.path("work/platform/platform.pf"), PLATFORM.replace("owner     = web", "owner = wep"))
        .unwrap();
    let output = repository.check("github", &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    assert!(said.contains("platform.pf is not formatted"), "{said}");
    assert_eq!(said.matches("::error file=platform/platform.pf,").count(), 2, "{said}");
    let output = repository.check("nowhere", &[]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}

#[test]
fn a_tree_that_was_not_built_fails() {
    let repository = Repository::new();
    let changed = PLATFORM.replace("A = \"1\"", "A = \"2\"");
    fs::write(repository.path("work/platform/platform.pf"), changed).unwrap();
    let output = repository.check("gitlab", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("would update"), "{}", text(&output.stdout));
}

#[test]
fn what_is_denied_fails_and_is_shown_all_the_same() {
    let repository = Repository::new();
    let without = PLATFORM.split("service cart").next().unwrap().trim_end().to_owned() + "\n";
    repository.commit(&(without + "\nremoved service cart { from = env == prod }\n"));
    let output = repository.check("github", &[("FROM", "HEAD~1"), ("DENY", "delete:prod")]);
    assert_eq!(output.status.code(), Some(4), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(repository.read("out/plan.md").contains("cart"), "{}", repository.read("out/plan.md"));
}

/// What `gh` is asked for, and what it is given.
const GH: &str = r#"echo "gh $*" >> "$HOME/asked"
case "$*" in *--jq*) cat "$HOME/known" 2>/dev/null ;; esac
exit 0"#;

#[test]
fn a_pull_request_has_one_comment() {
    let repository = Repository::new();
    repository.stand_in("gh", GH);
    fs::write(repository.path("plan.md"), "<!-- platformc plan -->\n").unwrap();
    let comment = || {
        let mut command = repository.command(root().join("ci/comment-github.sh"));
        let output = command.args([repository.path("plan.md").to_str().unwrap(), "acorn/infra", "7"]).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        let asked = repository.read("asked");
        fs::remove_file(repository.path("asked")).unwrap();
        asked
    };
    assert!(comment().contains("--method POST repos/acorn/infra/issues/7/comments --field body=@"));
    fs::write(repository.path("known"), "42\n").unwrap();
    assert!(comment().contains("--method PATCH repos/acorn/infra/issues/comments/42 --field body=@"));
}

#[test]
fn a_merge_request_has_one_note() {
    let repository = Repository::new();
    repository
        .stand_in("curl", r#"echo "curl $*" >> "$HOME/asked"; case "$*" in *per_page*) cat "$HOME/known" ;; esac"#);
    repository
        .stand_in("jq", r#"cat > "$HOME/read"; grep -o '"id": [0-9]*' "$HOME/read" | grep -o '[0-9]*' | head -n 1"#);
    fs::write(repository.path("plan.md"), "<!-- platformc plan -->\n").unwrap();
    let note = |known: &str| {
        fs::write(repository.path("known"), known).unwrap();
        let mut command = repository.command(root().join("ci/comment-gitlab.sh"));
        command
            .arg(repository.path("plan.md"))
            .env("GITLAB_TOKEN", "t")
            .env("CI_API_V4_URL", "https://gitlab.example.com/api/v4");
        let output = command.env("CI_PROJECT_ID", "3").env("CI_MERGE_REQUEST_IID", "7").output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        let asked = repository.read("asked");
        fs::remove_file(repository.path("asked")).unwrap();
        asked
    };
    let notes = "https://gitlab.example.com/api/v4/projects/3/merge_requests/7/notes";
    assert!(note("[]").lines().last().unwrap().ends_with(&format!("plan.md {notes}")));
    assert!(note("[{\"id\": 42}]").lines().last().unwrap().ends_with(&format!("plan.md {notes}/42")));
}

/// What GitHub puts in the place of an expression.
fn filled(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut out = text.to_owned();
    while let Some(start) = out.find("${{") {
        let end = start + out[start..].find("}}").unwrap() + 2;
        let name = out[start + 3..end - 2].trim().to_owned();
        let value = values.get(name.as_str()).unwrap_or_else(|| panic!("nothing is known of `{name}`"));
        out.replace_range(start..end, value);
    }
    out
}

/// `action.yml`, step by step, as a runner does it for a pull request.
#[test]
fn the_action_checks_plans_and_comments() {
    let repository = Repository::new();
    repository.stand_in("gh", GH);
    let base = repository.git(&["rev-parse", "HEAD"]);
    repository.commit(&PLATFORM.replace("A = \"1\"", "A = \"2\""));
    let action: Value = serde_yaml::from_str(&fs::read_to_string(root().join("action.yml")).unwrap()).unwrap();
    let mut values = BTreeMap::from([
        ("inputs.platform", "platform".to_owned()),
        ("inputs.platformc", env!("CARGO_BIN_EXE_platformc").to_owned()),
        ("inputs.from", base),
        ("inputs.deny", "delete:protected".to_owned()),
        ("inputs.token", "t".to_owned()),
        ("github.repository", "acorn/infra".to_owned()),
        ("github.event.pull_request.number", "7".to_owned()),
        ("steps.check.outputs.plan", String::new()),
    ]);
    let known: Vec<&str> = action["inputs"].as_object().unwrap().keys().map(String::as_str).collect();
    assert!(known.iter().all(|name| *name == "comment" || values.contains_key(format!("inputs.{name}").as_str())));
    let outputs = repository.path("outputs");
    for step in action["runs"]["steps"].as_array().unwrap() {
        // There is a platformc already.
        if step["if"] == "inputs.platformc == ''" {
            continue;
        }
        assert_eq!(step["shell"], "bash");
        let mut command = repository.command("bash");
        command.args(["-e", "-o", "pipefail", "-c", &filled(step["run"].as_str().unwrap(), &values)]);
        for (name, value) in step["env"].as_object().unwrap() {
            command.env(name, filled(value.as_str().unwrap(), &values));
        }
        command
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_OUTPUT", &outputs)
            .env("RUNNER_TEMP", repository.path("runner"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}: {}{}", step["name"], text(&output.stdout), text(&output.stderr));
        let said = fs::read_to_string(&outputs).unwrap_or_default();
        values.insert("steps.check.outputs.plan", said.trim().trim_start_matches("plan=").to_owned());
    }
    assert!(repository.read("runner/platformc-ci/plan.md").contains("shop"));
    assert!(repository.read("asked").contains("repos/acorn/infra/issues/7/comments"), "{}", repository.read("asked"));
}

#[test]
fn templates_name_scripts_that_are_there() {
    let template: Value = serde_yaml::from_str(&fs::read_to_string(root().join("ci/gitlab.yml")).unwrap()).unwrap();
    for line in template["platformc"]["script"].as_array().unwrap() {
        let line = line.as_str().unwrap();
        let script = line.split("$PLATFORMC_SCRIPTS/").nth(1).and_then(|rest| rest.split('"').next());
        assert!(script.is_none_or(|script| root().join("ci").join(script).is_file()), "{line}");
    }
    let hooks: Value =
        serde_yaml::from_str(&fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap()).unwrap();
    let repository = Repository::new();
    for hook in hooks.as_array().unwrap() {
        let words: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
        let mut command = repository.command(words[0]);
        let output = command.args(&words[1..]).current_dir(repository.path("work/platform")).output().unwrap();
        assert!(output.status.success(), "{hook}: {}", text(&output.stderr));
    }
    assert_eq!(repository.git(&["status", "--short"]), "", "a hook changes nothing that is right");
}

/// A platform whose environments have branches: what differs in prod stands in a folder of its own.
const BRANCHES: &str = r#"platform acorn {
  repo      = "https://github.com/acorn/infra.git"
  folder    = "platform"
  promotion = gitops-promoter
  promoter { forge = github  app = 1 }
}

team web {}

environment dev {}
environment prod { after = [dev]  protected = true }

cluster dev { env = dev  server = "https://dev.example.com" }
cluster prod { env = prod  server = "https://prod.example.com" }

layer apps {}

service shop {
  layer     = apps
  owner     = web
  namespace = "shop"
  manifests { object "v1" "ConfigMap" shop { data { A = "1" } } }
  when env == prod { manifests { object "v1" "ConfigMap" shop { data { B = "1" } } } }
}
"#;

impl Repository {
    /// With a remote that everything is pushed to.
    fn with_branches() -> Self {
        let repository = Self::with(BRANCHES);
        let remote = repository.path("remote.git").display().to_string();
        repository.git(&["init", "--quiet", "--bare", &remote]);
        repository.git(&["remote", "add", "origin", &remote]);
        repository
    }

    fn propose(&self) -> String {
        let mut command = self.command(root().join("ci/branches.sh"));
        let output = command.arg("platform/infra").output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(self.git(&["status", "--porcelain"]), "", "neither the worktree nor the index is touched");
        self.git(&["fetch", "--quiet", "--prune", "origin"]);
        text(&output.stdout)
    }

    fn files(&self, branch: &str) -> Vec<String> {
        let listed = self.git(&["ls-tree", "-r", "--name-only", &format!("origin/environment/{branch}")]);
        listed.lines().map(str::to_owned).collect()
    }
}

#[test]
fn each_environment_is_proposed_what_it_reads() {
    let repository = Repository::with_branches();
    let said = repository.propose();
    assert!(said.contains("environment/dev: begun") && said.contains("environment/prod: proposed as"), "{said}");
    assert_eq!(repository.files("dev"), [""; 0], "what is proposed for the first time can be merged");
    let proposed = repository.files("prod-next");
    assert!(proposed.contains(&"platform/infra/clusters/prod/apps/shop.yaml".to_owned()), "{proposed:?}");
    assert!(proposed.contains(&"hydrator.metadata".to_owned()), "{proposed:?}");
    assert!(!proposed.iter().any(|path| path.contains("/dev") || path.contains("_main_apps")), "{proposed:?}");
    let base = repository.git(&["merge-base", "origin/environment/prod", "origin/environment/prod-next"]);
    assert_eq!(base, repository.git(&["rev-parse", "origin/environment/prod"]));
    let metadata: Value =
        serde_json::from_str(&repository.git(&["show", "origin/environment/prod-next:hydrator.metadata"])).unwrap();
    assert_eq!(metadata["drySha"], json!(repository.git(&["rev-parse", "HEAD"])));
    assert_eq!(metadata["author"], json!("ci <ci@example.com>"));
}

#[test]
fn only_what_differs_is_proposed_and_a_note_says_the_rest() {
    let repository = Repository::with_branches();
    repository.propose();
    let tip = |branch: &str| repository.git(&["rev-parse", &format!("origin/environment/{branch}-next")]);
    let before = (tip("dev"), tip("prod"));
    let changed = BRANCHES.replace("B = \"1\"", "B = \"2\"");
    fs::write(repository.path("work/platform/platform.pf"), changed).unwrap();
    let built = repository.command(env!("CARGO_BIN_EXE_platformc")).args(["build", "platform"]).output().unwrap();
    assert!(built.status.success(), "{}", text(&built.stderr));
    repository.git(&["add", "--all"]);
    repository.git(&["commit", "--quiet", "--message", "Say \"two\" \\ at once\n\nand\tmore"]);
    let said = repository.propose();
    assert!(said.contains("environment/dev: nothing differs"), "{said}");
    assert_eq!(tip("dev"), before.0);
    assert_ne!(tip("prod"), before.1);
    let metadata: Value =
        serde_json::from_str(&repository.git(&["show", "origin/environment/prod-next:hydrator.metadata"])).unwrap();
    assert_eq!(metadata["subject"], json!("Say \"two\" \\ at once"));
    repository.git(&["fetch", "--quiet", "origin", "+refs/notes/*:refs/notes/*"]);
    for branch in ["dev", "prod"] {
        let note = repository.git(&["notes", "--ref=refs/notes/hydrator.metadata", "show", &tip(branch)]);
        let note: Value = serde_json::from_str(&note).unwrap();
        assert_eq!(note["drySha"], json!(repository.git(&["rev-parse", "HEAD"])), "{branch}");
    }
    let again = repository.propose();
    assert_eq!(again.matches("nothing differs").count(), 2, "{again}");
}

#[test]
fn without_branches_nothing_is_proposed() {
    let repository = Repository::new();
    repository.git(&["init", "--quiet", "--bare", &repository.path("remote.git").display().to_string()]);
    repository.git(&["remote", "add", "origin", &repository.path("remote.git").display().to_string()]);
    let output = repository.command(root().join("ci/branches.sh")).arg("platform/infra").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("there is no list in platform/infra/promotion"), "{}", text(&output.stderr));
}
