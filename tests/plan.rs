//! `platformc plan` on histories of the `fleet` example: what each commit does, as a reviewer would read it. `UPDATE=1`
//! rewrites `tests/plan/*.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::process::{Command, Output};

use camino::{Utf8Path, Utf8PathBuf};
use platformc::db::{Changes, Content, Database};
use platformc::project::today;
use platformc::review::{self, Pair, Renames, compare, detail, differing, sketch};
use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

/// A Git repository with a platform in it.
struct Repository {
    _folder: TempDir,
    root: Utf8PathBuf,
}

impl Repository {
    /// An empty one.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        let repository = Self { _folder: folder, root };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository
    }

    /// One with the `fleet` example in a commit that is called `before`.
    fn fleet() -> Self {
        let repository = Self::new();
        copy(&Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/fleet"), &repository.root);
        repository.commit("before");
        repository
    }

    /// One with a small platform in a commit that is called `before`.
    fn small() -> Self {
        let repository = Self::new();
        repository.write("platform.pf", SMALL);
        repository.commit("before");
        repository
    }

    fn git(&self, words: &[&str]) -> String {
        let mut command = Command::new("git");
        let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "core.autocrlf=false"];
        command.args(identity).args(words).current_dir(&self.root);
        let empty = self.root.join("no-such-file");
        command.env("GIT_CONFIG_GLOBAL", &empty).env("GIT_CONFIG_SYSTEM", &empty);
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn commit(&self, tag: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", tag]);
        self.git(&["tag", "--force", tag]);
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Puts one text for another, which must stand there once.
    fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(old).count(), 1, "{path}: {old}");
        self.write(path, &text.replace(old, new));
    }

    /// Writes something at the end of a file.
    fn add(&self, path: &str, text: &str) {
        self.write(path, &(self.read(path) + text));
    }

    /// Takes out what begins with one text, up to another, which stays.
    fn cut(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        let start = text.find(from).unwrap();
        let end = start + from.len() + text[start + from.len()..].find(to).unwrap();
        self.write(path, &(text[..start].to_owned() + &text[end..]));
    }

    fn plan(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_platformc"));
        command.arg("plan").args(words).current_dir(&self.root).env("NO_COLOR", "1").output().unwrap()
    }

    /// What `plan` says, which must be all that it says, and its exit code.
    fn said(&self, words: &[&str]) -> (String, i32) {
        let output = self.plan(words);
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (without_commits(&text.replace(self.root.as_str(), "ROOT")), output.status.code().unwrap())
    }

    fn json(&self, words: &[&str]) -> Value {
        let output = self.plan(&[words, &["--format", "json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// Commits differ with everything that is in them.
fn without_commits(text: &str) -> String {
    Regex::new(r"\b[0-9a-f]{12}\b").unwrap().replace_all(text, "COMMIT").into_owned()
}

fn copy(from: &Utf8Path, to: &Utf8Path) {
    fs::create_dir_all(to).unwrap();
    for entry in from.read_dir_utf8().unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_name() {
            "expected" | "infra" | ".platformc" => {}
            _ if entry.file_type().unwrap().is_dir() => copy(entry.path(), &target),
            _ => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

const SMALL: &str = r#"
platform small { repo = "https://git.example.com/small.git"  admins = [ops] }
hub main { argocd = "3.5" }
team ops {}
team web {}
environment dev {}
environment prod { protected = true  after = [dev] }
cluster dev-1 { env = dev  server = "https://dev.example.com" }
cluster prod-1 { env = prod  server = "https://prod.example.com" }
layer services {}
service shop {
  layer = services
  owner = web
  namespace = "shop"
  helm {
    repo = "https://charts.example.com"
    chart = "shop"
    version = "1.0.0"
    values { replicas = 1 }
  }
}
"#;

/// A commit on `fleet`, and what `plan` says of it.
fn holds(name: &str, edit: impl Fn(&Repository)) {
    holds_after(name, |_| {}, edit);
}

/// The same, where something had to happen before.
fn holds_after(name: &str, prepare: impl Fn(&Repository), edit: impl Fn(&Repository)) {
    ends(0, name, prepare, edit);
}

/// The same of one that ends with an exit code of its own.
fn ends(with: i32, name: &str, prepare: impl Fn(&Repository), edit: impl Fn(&Repository)) {
    let repository = Repository::fleet();
    prepare(&repository);
    repository.commit("before");
    edit(&repository);
    repository.commit("after");
    let (found, code) = repository.said(&["--from", "before", "--to", "after", "--format", "markdown"]);
    assert_eq!(code, with, "{found}");
    let path = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/plan/{name}.md"));
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{path} is not what is said: run `UPDATE=1 cargo test --test plan`\n{found}");
}

/// What stage has had for a while comes to prod.
#[test]
fn an_image_bump_in_prod() {
    let file = "services/parcels/parcels.pf";
    let prod = "  when env == prod {\n    kustomize {\n      components = [\"apps/addresses/spread\"]\n";
    let image = |tag: &str| format!("{prod}      images = [\"registry.example.com/parcels/addresses:{tag}\"]\n");
    let prepare = |fleet: &Repository| {
        fleet.replace(file, "addresses:1.41.0", "addresses:1.41.1");
        fleet.replace(file, prod, &image("1.41.0"));
    };
    holds_after("image-in-prod", prepare, |fleet| fleet.replace(file, &image("1.41.0"), &image("1.41.1")));
}

#[test]
fn a_new_cluster() {
    holds("new-cluster", |fleet| {
        let row = "- name: stage-ap\n  env: stage\n  region: ap\n  zone: ap-southeast-1\n  account: \"100000000002\"\n  domain: stage-ap.example.com\n  size: medium\n";
        let clusters = fleet.read("inventory/clusters.yaml");
        fleet.write("inventory/clusters.yaml", &(clusters.trim_end().to_owned() + "\n" + row));
    });
}

#[test]
fn a_removed_service() {
    holds("removed-service", |fleet| {
        fleet.cut("services/shops/shops.pf", "## Sends shops word", "## ");
        fleet.add("services/shops/shops.pf", "\nremoved service webhooks {}\n");
    });
}

/// Nothing goes from a protected environment because a file got lost.
#[test]
fn a_service_that_vanishes() {
    ends(4, "vanished-service", |_| {}, |fleet| fleet.cut("services/shops/shops.pf", "## Sends shops word", "## "));
}

/// What a policy says of a change stands in its plan, and a build would refuse it.
#[test]
fn a_policy_violated() {
    let edit = |fleet: &Repository| {
        fleet.replace("services/parcels/parcels.pf", "replicas { couriers = 4 }", "replicas { couriers = 1 }");
    };
    ends(4, "policy-violated", |_| {}, edit);
}

/// What was broken before is told from what the change breaks, by the instances; what is allowed is not said.
#[test]
fn what_a_policy_said_before() {
    let small = Repository::small();
    let policy = "policy history { require = revision_history > 6  message = \"too few\"  severity = warning }\n";
    small.add("platform.pf", policy);
    small.commit("before");
    let said = |from: &str| -> Vec<(bool, usize)> {
        let plan = small.json(&["--from", from]);
        let all = plan["policies"].as_array().unwrap().iter();
        all.map(|it| (it["new"].as_bool().unwrap(), it["of"].as_array().unwrap().len())).collect()
    };
    assert_eq!(said("before"), [], "a warning that there was before");
    let other = "service till {\n  layer = services\n  owner = web\n  namespace = \"till\"\n  helm { path = \"charts/till\" }\n";
    small.add("platform.pf", &format!("{other}}}\n"));
    small.write("charts/till/Chart.yaml", "apiVersion: v2\nname: till\nversion: 1.0.0\n");
    assert_eq!(said("before"), [(true, 2)], "the same words of other instances");
    small.replace(
        "platform.pf",
        &format!("{other}}}\n"),
        &format!("{other}  allow PF0981 until \"9999-01-01\" because \"new\"\n}}\n"),
    );
    assert_eq!(said("before"), [], "a warning that is allowed");
    small.replace("platform.pf", "  severity = warning }", "}");
    let plan = small.plan(&["--from", "before", "--format", "json"]);
    let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
    let denied =
        plan["denied"].as_array().unwrap().iter().map(|it| text(&it["because"]).to_owned()).collect::<Vec<_>>();
    assert_eq!(denied, ["too few, as before", "too few"]);
}

const SHOPS: &str = "services/shops/shops.pf";

/// `webhooks` bears another name; every line that names it does.
fn renamed(fleet: &Repository, names: &str) {
    let text = fleet.read(SHOPS).replace("service webhooks {", "service shop-webhooks {");
    fleet.write(SHOPS, &text);
    fleet.add(SHOPS, &format!("\nmoved service webhooks {{ to = shop-webhooks{names} }}\n"));
}

#[test]
fn a_rename() {
    holds("rename", |fleet| renamed(fleet, ""));
}

#[test]
fn a_rename_that_nobody_says() {
    ends(
        4,
        "rename-unsaid",
        |_| {},
        |fleet| {
            let text = fleet.read(SHOPS).replace("service webhooks {", "service shop-webhooks {");
            fleet.write(SHOPS, &text);
        },
    );
}

#[test]
fn new_names_in_two_steps() {
    holds("rename-step-1", |fleet| renamed(fleet, "  names = both"));
    let both = |fleet: &Repository| renamed(fleet, "  names = both");
    holds_after("rename-step-2", both, |fleet| fleet.replace(SHOPS, "names = both", "names = new"));
}

/// Outside of protected environments the old Applications would take along what the new ones look after.
#[test]
fn new_names_at_once() {
    ends(4, "rename-at-once", |_| {}, |fleet| renamed(fleet, "  names = new"));
}

#[test]
fn a_service_that_leaves_its_workload() {
    let removed = "\nremoved service webhooks { workloads = keep }\n";
    holds("removed-step-1", |fleet| fleet.add(SHOPS, removed));
    let step = |fleet: &Repository| fleet.add(SHOPS, removed);
    holds_after("removed-step-2", step, |fleet| fleet.cut(SHOPS, "## Sends shops word", "## "));
}

/// What of a plan is about instances: what happens, to which, and from which names to which.
fn instances(plan: &Value) -> Vec<String> {
    let move_of = |it: &Value| format!(" {} {}>{}", text(&it["what"]), text(&it["old"]), text(&it["new"]));
    let moves = |it: &Value| it["moves"].as_array().unwrap().iter().map(move_of).collect::<String>();
    let all = plan["instances"].as_array().unwrap().iter();
    all.map(|it| format!("{} {}{}", text(&it["change"]), text(&it["instance"]), moves(it))).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// Nothing but names differs, whichever way the names are sorted.
#[test]
fn a_renamed_cluster_and_team() {
    let small = Repository::small();
    let source = small.read("platform.pf").replace("cluster dev-1", "cluster zulu").replace("team web", "team shops");
    small.write("platform.pf", &source.replace("owner = web", "owner = shops"));
    small.add("platform.pf", "moved cluster dev-1 { to = zulu }\nmoved team web { to = shops }\n");
    let plan = small.json(&[]);
    let expected = ["renamed shop@zulu cluster dev-1>zulu team web>shops", "renamed shop@prod-1 team web>shops"];
    assert_eq!(instances(&plan), expected);
    assert_eq!(
        (&plan["updates"], &plan["access"]),
        (&Value::from(Vec::<Value>::new()), &Value::from(Vec::<Value>::new()))
    );
    let files: Vec<&str> = plan["declared"].as_array().unwrap().iter().map(|it| text(&it["kind"])).collect();
    assert!(!files.contains(&"cluster") && !files.contains(&"team"), "{plan:#}");
}

/// A second rename goes on from the first.
#[test]
fn a_rename_of_what_was_renamed() {
    let small = Repository::small();
    let rename = |from: &str, to: &str| {
        let source = small.read("platform.pf").replace(&format!("service {from} {{"), &format!("service {to} {{"));
        small.write("platform.pf", &(source + &format!("moved service {from} {{ to = {to} }}\n")));
    };
    rename("shop", "till");
    small.commit("first");
    rename("till", "store");
    let expected = ["renamed store@dev-1 service till>store", "renamed store@prod-1 service till>store"];
    assert_eq!(instances(&small.json(&["--from", "first"])), expected);
    let expected = expected.map(|line| line.replace("till", "shop"));
    assert_eq!(instances(&small.json(&["--from", "before"])), expected);
}

/// A set that nothing leaves deletes none of its Applications, and a plan says when it may.
#[test]
fn a_set_that_may_delete_is_shown() {
    let small = Repository::small();
    small.replace("platform.pf", "layer services {}", "layer services { deliver = applicationset }");
    small.commit("before");
    small.add("platform.pf", "removed cluster gone {}\n");
    let plan = small.json(&[]);
    let set = plan["declared"].as_array().unwrap().iter().find(|it| it["kind"] == "set").unwrap();
    assert_eq!((text(&set["name"]), text(&set["fields"][0]["old"])), ("shop", "create-update"), "{set}");
    let risk = "a set with protected instances may delete Applications: `shop`";
    let reasons = plan["risk"]["reasons"].as_array().unwrap();
    assert!(reasons.iter().any(|it| text(&it["text"]) == risk), "{plan:#}");
    assert!(text(&plan["next"][0]["text"]).contains("there is no cluster `gone`, before or after"), "{plan:#}");
    // A guard that comes back is no risk.
    small.commit("without");
    small.replace("platform.pf", "removed cluster gone {}\n", "");
    let plan = small.json(&["--from", "without"]);
    assert!(!plan.to_string().contains("may delete"), "{plan:#}");
}

/// The small platform with its service renamed, and a line that says what there is to say.
fn small_renamed(line: &str) -> String {
    SMALL.replace("service shop {", "service till {") + line
}

/// Commits one text and then looks at another: what is said of instances, what is denied, and the exit code.
fn after(before: &str, then: &str) -> (Vec<String>, Vec<String>, i32) {
    let small = Repository::small();
    small.write("platform.pf", before);
    small.commit("before");
    small.write("platform.pf", then);
    let output = small.plan(&["--from", "before", "--format", "json"]);
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    let denied = plan["denied"].as_array().unwrap().iter();
    let denied = denied.map(|it| format!("{}: {}", text(&it["rule"]), text(&it["because"]))).collect();
    (instances(&plan), denied, output.status.code().unwrap())
}

/// Without its `moved` a service bears another name in Argo CD, and the old Applications go.
#[test]
fn a_line_that_is_lost_is_denied() {
    let moved = small_renamed("moved service shop { to = till }\n");
    let (found, denied, code) = after(&moved, &small_renamed(""));
    assert_eq!(
        found,
        ["moved till@dev-1 Application shop.dev-1>till.dev-1", "moved till@prod-1 Application shop.prod-1>till.prod-1"]
    );
    let because = "removed: of a protected environment, and nothing says that they are meant to go: till@prod-1; \
                   to keep the names that they have, write `moved service shop { to = till }`";
    assert_eq!((denied, code), (vec![because.to_owned()], 4));
    // It can be meant.
    let meant = small_renamed("removed service till {}\n");
    assert_eq!(after(&moved, &meant).2, 0);
    let clusters = |text: &str| text.replace("cluster prod-1", "cluster live");
    let moved = clusters(SMALL) + "moved cluster prod-1 { to = live }\n";
    let (_, denied, code) = after(&moved, &clusters(SMALL));
    assert!(code == 4 && denied[0].contains("write `moved cluster prod-1 { to = live }`"), "{denied:?}");
}

/// The text shows the names that Argo CD knows, where nothing else says that something has another name.
#[test]
fn other_names_of_applications_are_shown() {
    let small = Repository::small();
    small.write("platform.pf", &small_renamed("moved service shop { to = till }\n"));
    small.commit("before");
    small.write("platform.pf", &small_renamed(""));
    let (said, _) = small.said(&["--from", "before"]);
    assert!(said.contains("Application: shop.prod-1 → till.prod-1"), "{said}");
    assert!(
        said.contains("high: releases, bindings and namespaces of till that are named after it are made anew"),
        "{said}"
    );
}

/// Who takes a rename back without another `moved` changes no name in Argo CD.
#[test]
fn a_rename_that_is_taken_back() {
    let moved = small_renamed("moved service shop { to = till }\n");
    let expected = ["renamed shop@dev-1 service till>shop", "renamed shop@prod-1 service till>shop"];
    assert_eq!(after(&moved, SMALL), (expected.map(str::to_owned).to_vec(), vec![], 0));
}

/// `names` without the steps before, there and back.
#[test]
fn new_names_and_the_way_back() {
    let named = |names: &str| small_renamed(&format!("moved service shop {{ to = till{names} }}\n"));
    let (_, denied, code) = after(&named(""), &named("  names = new"));
    assert!(
        code == 4 && denied[0].starts_with("moved: new names of Applications need `names = both` first"),
        "{denied:?}"
    );
    for names in ["  names = both", "  names = new"] {
        let (_, denied, code) = after(&named(names), &named(""));
        let because = "moved: the way back from new names of Applications needs `removed service till { workloads = keep }` \
                       first: till@dev-1";
        assert_eq!((denied, code), (vec![because.to_owned()], 4));
        let first = named(names) + "removed service till { workloads = keep }\n";
        assert_eq!(after(&named(names), &first).2, 0);
        assert_eq!(after(&first, &named("")).2, 0);
    }
}

/// Another layer or another delivery makes the Application anew, whatever it is called.
#[test]
fn a_rename_and_another_parent() {
    let set = |text: &str| text.replace("  layer = services\n", "  layer = services\n  deliver = applicationset\n");
    let (found, ..) = after(SMALL, &set(SMALL));
    assert_eq!(found[0], "moved shop@dev-1 delivery Applications>ApplicationSet");
    let (found, denied, code) = after(SMALL, &set(&small_renamed("moved service shop { to = till }\n")));
    assert_eq!(found[0], "moved till@dev-1 service shop>till delivery Applications>ApplicationSet");
    assert_eq!((denied, code), (vec![], 0));
    let both = small_renamed("moved service shop { to = till  names = both }\n");
    let (_, denied, code) = after(SMALL, &set(&both));
    let because = "moved: `names = both` needs the layer and the delivery as they were: till@dev-1";
    assert_eq!((denied, code), (vec![because.to_owned()], 4));
}

/// After the second step the line still keeps what is on clusters.
#[test]
fn a_line_that_goes_renames_the_workload() {
    let named = small_renamed("moved service shop { to = till  names = new }\n");
    let small = Repository::small();
    small.write("platform.pf", &named);
    small.commit("new");
    small.write("platform.pf", &small_renamed(""));
    let plan = small.json(&["--from", "new"]);
    let first = &plan["risk"]["reasons"][0];
    assert_eq!((text(&first["level"]), text(&first["rule"])), ("high", "workload-renamed"), "{plan:#}");
}

/// What was there already has names of its own.
#[test]
fn what_was_two_is_denied_as_one() {
    let service = &SMALL[SMALL.find("service shop").unwrap()..];
    let other = service.replace("\"shop\"", "\"till\"").replace("service shop", "service till");
    let two = format!("{SMALL}{other}");
    let one = SMALL.replace(service, &other);
    let (_, denied, code) = after(&two, &format!("{one}moved service shop {{ to = till }}\n"));
    let because = "moved: service `shop` became `till`, and a service `till` was there before";
    assert!(code == 4 && denied[0] == because, "{denied:?}");
    let two = SMALL.replace("team web {}", "team web {}\nteam shops {}");
    let one = format!("{SMALL}moved team shops {{ to = web }}\n");
    let (_, denied, code) = after(&two, &one);
    let because = "moved: team `shops` became `web`, and a team `web` was there before";
    assert!(code == 4 && denied[0] == because, "{denied:?}");
}

/// A team can't let go, or take over, what was another's.
#[test]
fn a_file_for_a_team_speaks_of_its_own() {
    let small = Repository::small();
    let text = SMALL.replace("team web {}", "team web {}\nteam other {}") + "import \"other.pf\" for other\n";
    small.write("platform.pf", &text);
    small.write("other.pf", "");
    small.commit("before");
    let service = &text[text.find("service shop").unwrap()..text.find("import").unwrap()];
    small.write("platform.pf", &text.replace(service, ""));
    let mine = service.replace("service shop", "service mine").replace("owner = web", "owner = other");
    for (line, word) in [("removed service shop {}\n", "removed"), ("moved service shop { to = mine }\n", "moved")] {
        small.write("other.pf", &format!("{mine}{line}"));
        let output = small.plan(&["--from", "before", "--format", "json"]);
        let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
        let because = format!("a file for team other says `{word} service shop`, and that was of team web");
        assert_eq!(text_of_rule(&plan, "owner"), because, "{plan:#}");
        assert_eq!(output.status.code(), Some(4));
    }
}

/// What a rule says that denies.
fn text_of_rule(plan: &Value, rule: &str) -> String {
    let denied = plan["denied"].as_array().unwrap().iter();
    denied.filter(|it| it["rule"] == rule).map(|it| text(&it["because"])).collect()
}

/// What is proposed is as narrow as what goes.
#[test]
fn what_is_proposed_is_narrow() {
    let two = SMALL.replace(
        "layer services {}",
        "cluster prod-2 { env = prod  server = \"https://prod-2.example.com\" }\nlayer services {}",
    );
    let narrowed = two.replace("  owner = web\n", "  owner = web\n  on = cluster != prod-2\n");
    let (_, denied, _) = after(&two, &narrowed);
    assert!(denied[0].ends_with("write `removed service shop { from = cluster == prod-2 }`"), "{denied:?}");
    let renamed = narrowed.replace("service shop {", "service till {") + "moved service shop { to = till }\n";
    let (_, denied, _) = after(&two, &renamed);
    assert!(denied[0].ends_with("write `removed service till { from = cluster == prod-2 }`"), "{denied:?}");
}

/// What takes several steps says in each which one comes next.
#[test]
fn every_step_says_the_next() {
    let small = Repository::small();
    let next = |from: &str| -> Vec<String> {
        let plan = small.json(&["--from", from]);
        let all = plan["next"].as_array().unwrap().iter();
        all.map(|it| format!("{} {} {}", text(&it["kind"]), text(&it["name"]), it["step"])).collect()
    };
    small.add("platform.pf", "removed service shop { from = env == dev  workloads = keep }\n");
    assert_eq!(next("before"), ["service shop 1"]);
    small.commit("one");
    small.replace("platform.pf", "layer = services\n", "layer = services\n  on = env == prod\n");
    assert_eq!(next("one"), ["service shop 2"]);
    small.commit("two");
    assert_eq!(next("two"), Vec::<String>::new());
}

#[test]
fn a_team_that_loses_access() {
    holds("access-lost", |fleet| {
        fleet.replace(
            "layers.pf",
            "access { debugger = [owner]  viewer = [parcels, shops] }",
            "access { debugger = [owner]  viewer = [parcels] }",
        );
    });
}

#[test]
fn a_chart_upgrade() {
    holds("chart-upgrade", |fleet| {
        fleet.replace("services/network/certificates.pf", "version = \"v1.21.1\"", "version = \"v2.0.0\"");
    });
}

#[test]
fn a_freeze() {
    holds("freeze", |fleet| {
        let freeze = "  freeze black-friday {\n    schedule = \"0 0 20 11 *\"\n    duration = \"240h\"\n    timezone = \"Europe/Berlin\"\n    description = \"everybody buys\"\n  }\n\n  # From Friday";
        fleet.replace("clusters.pf", "  # From Friday", freeze);
    });
}

#[test]
fn a_cluster_that_moves_between_regions() {
    holds("cluster-moved", |fleet| {
        let old = "- name: stage-us\n  env: stage\n  region: us\n  zone: us-east-2\n";
        let new = "- name: stage-us\n  env: stage\n  region: ap\n  zone: ap-southeast-1\n";
        fleet.replace("inventory/clusters.yaml", old, new);
    });
}

#[test]
fn a_wave_shift() {
    holds("wave-shift", |fleet| {
        let (old, new) = (
            "  namespace = \"kyverno\"\n  provides",
            "  namespace = \"kyverno\"\n  needs     = [cert-manager]\n  provides",
        );
        fleet.replace("services/security/policies.pf", old, new);
    });
}

#[test]
fn a_template_that_many_use() {
    holds("template", |fleet| {
        let (old, new) = (
            "imageName = \"ghcr.io/cloudnative-pg/postgresql:17.5\"",
            "imageName = \"ghcr.io/cloudnative-pg/postgresql:17.6\"",
        );
        fleet.replace("templates.pf", old, new);
        let text = fleet.read("templates.pf");
        let old = "OTEL_EXPORTER_OTLP_ENDPOINT = \"http://otel-collector.otel.svc:4317\"";
        assert!(text.contains(old));
        fleet.write("templates.pf", &text.replace(old, "OTEL_EXPORTER_OTLP_ENDPOINT = \"http://otel.otel.svc:4317\""));
    });
}

#[test]
fn what_means_the_same_plans_to_nothing() {
    holds("no-op", |fleet| {
        let parcels = fleet.read("services/parcels/parcels.pf");
        let (first, rest) = parcels.split_once("\n## Where is my parcel?").unwrap();
        fleet.write("services/parcels/api.pf", first);
        fleet.write("services/parcels/parcels.pf", &format!("# Moved.\n## Where is my parcel?{rest}"));
        fleet.replace("services/network/certificates.pf", "version = \"v1.21.1\"", "version = \"${\"v1.21\"}.1\"");
    });
}

#[test]
fn a_file_that_services_are_rendered_from() {
    holds("rendered", |fleet| {
        let path = "apps/addresses/base/deployment.yaml";
        let path = if fleet.root.join(path).is_file() { path } else { "apps/addresses/base/kustomization.yaml" };
        fleet.write(path, &(fleet.read(path) + "# a comment is enough: Argo CD renders it anew\n"));
    });
}

#[test]
fn the_same_revision_plans_to_nothing() {
    let small = Repository::small();
    let (text, code) = small.said(&[]);
    assert_eq!((text.as_str(), code), ("HEAD (COMMIT) -> worktree: nothing changes for Argo CD\n", 0));
}

#[test]
fn what_is_not_committed_is_planned() {
    let small = Repository::small();
    small.replace("platform.pf", "replicas = 1", "replicas = 5");
    let plan = small.json(&[]);
    assert_eq!(plan["version"], 1);
    assert_eq!(plan["instances"].as_array().unwrap().len(), 2);
    let update = &plan["updates"][0];
    assert_eq!(update["field"]["name"], "spec.source.helm.valuesObject.replicas");
    assert_eq!((&update["field"]["old"], &update["field"]["new"]), (&Value::from(1), &Value::from(5)));
    assert_eq!(update["place"], "platform.pf:19");
    assert_eq!(plan["risk"]["level"], "medium");
    assert_eq!(plan["reviewers"][0]["team"], "ops");
    assert_eq!(small.git(&["status", "--porcelain"]).trim(), "M platform.pf");
}

/// A secret in the source is an error, so that no command gets as far; what shows values hides them all the same.
#[test]
fn secrets_are_never_shown() {
    let with = |password: &str| {
        let mut database = Database::new("platform.pf");
        let text = SMALL.replace("replicas = 1", &format!("replicas = 1  adminPassword = \"{password}\""));
        database.apply(Changes::from([("platform.pf".to_owned(), Content::Text(text.into()))]));
        database
    };
    let (old, new) = (with("hunter2-first"), with("hunter2-second"));
    let (before, after) = (sketch(&old, today()), sketch(&new, today()));
    let renames = Renames::between(&before, &after);
    let names = differing(&renames, &before, &after);
    let (old_detail, new_detail) = (detail(&old, &names), detail(&new, &names));
    let review = compare(&new, &Pair::new(&renames, (&before, &old_detail), (&after, &new_detail)), &[]);
    for shown in
        [review::text(&review), review::markdown(&review, &[]), review::json(&review, &[]), review::html(&review, &[])]
    {
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("adminPassword"), "{shown}");
    }
}

/// The small platform without its service, as it is meant.
fn without_service(small: &Repository) {
    let text = small.read("platform.pf");
    small.write("platform.pf", &(text.split_once("service shop").unwrap().0.to_owned() + "removed service shop {}\n"));
}

#[test]
fn a_gate_denies() {
    let small = Repository::small();
    without_service(&small);
    let code = |rules: &str| small.plan(&["--deny", rules]).status.code().unwrap();
    for denied in ["delete:prod", "delete", "delete:*", "delete:protected", "deleted>1", "instances>1", "risk:high"] {
        assert_eq!(code(denied), 4, "{denied}");
    }
    for fine in ["create:prod", "deleted>2", "access-widened:*", "freeze-removed,project-widened", "move,rename,update"]
    {
        assert_eq!(code(fine), 0, "{fine}");
    }
    let (text, _) = small.said(&["--deny", "delete:dev,instances>1"]);
    assert!(text.contains("error: denied by `delete:dev`: deleted: shop@dev-1\n"), "{text}");
    assert!(text.contains("error: denied by `instances>1`: 2 instances touched\n"), "{text}");
    let (text, _) = small.said(&["--deny", "delete:dev", "--format", "markdown"]);
    assert!(text.contains("#### Denied\n\n- by `delete:dev`: deleted: shop&#64;dev-1\n"), "{text}");
}

#[test]
fn what_can_not_be_denied_is_refused() {
    let small = Repository::small();
    for (rules, says) in [
        ("delte:prod", "error: `delte:prod`: nothing is called `delte`; did you mean `delete`?\n"),
        ("delete:prd", "error: `delete:prd`: there is no environment `prd`; did you mean `prod`?\n"),
        ("instances>many", "error: `instances>many`: `many` is no number\n"),
        ("risk:low", "error: `risk:low`: write `risk:high` or `risk:medium`\n"),
        ("freeze-removed:prod", "error: `freeze-removed:prod`: `freeze-removed` is denied everywhere or not at all\n"),
    ] {
        assert_eq!(small.said(&["--deny", rules]), (says.to_owned(), 2));
    }
}

#[test]
fn access_that_is_widened_is_denied() {
    let small = Repository::small();
    let old = "  namespace = \"shop\"\n";
    small.replace("platform.pf", old, &format!("{old}  access {{ operator = [web]  viewer = [ops2] }}\n"));
    small.replace("platform.pf", "team web {}", "team web {}\nteam ops2 {}");
    let plan = small.json(&[]);
    let access = plan["access"].as_array().unwrap();
    let gains: Vec<(&Value, &Value)> = access.iter().map(|change| (&change["team"], &change["environment"])).collect();
    assert_eq!(gains, [(&Value::from("ops2"), &Value::from("dev")), (&Value::from("ops2"), &Value::from("prod"))]);
    let (_, code) = small.said(&["--deny", "access-widened:prod"]);
    assert_eq!(code, 4);
}

#[test]
fn admins_and_people_who_come_and_go() {
    let small = Repository::small();
    small.replace("platform.pf", "admins = [ops]", "admins = [ops, web]");
    small.replace("platform.pf", "team ops {}", "team ops { sso = [\"new\"] }");
    small.replace("platform.pf", "team web {}", "team web { sso = [\"web\"] }");
    let (text, _) = small.said(&[]);
    assert!(text.contains("  ! team web gains everything everywhere  [platform.pf:2]\n"), "{text}");
    assert!(text.contains("  ! the people of new join team ops  [platform.pf:4]\n"), "{text}");
    assert!(!text.contains("loses"), "{text}");
    assert!(text.contains("  high: team web may do more in all environments\n"), "{text}");
    small.commit("after");
    let (text, code) = small.said(&["--from", "after", "--to", "before", "--deny", "access-narrowed"]);
    assert!(text.contains("  ! team web loses everything everywhere  [platform.pf:2]\n"), "{text}");
    assert!(!text.contains("gains"), "{text}");
    assert_eq!(code, 4);
}

#[test]
fn a_revision_that_is_not_there() {
    let small = Repository::small();
    assert_eq!(small.said(&["--from", "nowhere"]), ("error: there is no revision `nowhere`\n".to_owned(), 2));
    assert_eq!(small.said(&["--to", "--help-me"]).1, 2);
}

#[test]
fn a_revision_of_a_shallow_clone() {
    let small = Repository::small();
    small.commit("second");
    let shallow = Repository::new();
    let url = format!("file://{}", small.root);
    shallow.git(&["fetch", "--quiet", "--depth", "1", &url, "main"]);
    shallow.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"]);
    let (text, code) = shallow.said(&["--from", "HEAD~1"]);
    let expected = "error: there is no revision `HEAD~1`; this clone is shallow and lacks what is older: `git fetch --unshallow` brings it\n";
    assert_eq!((text.as_str(), code), (expected, 2));
}

#[test]
fn a_revision_that_does_not_compile() {
    let small = Repository::small();
    small.replace("platform.pf", "owner = web", "owner = wbe");
    small.commit("broken");
    small.replace("platform.pf", "owner = wbe", "owner = web");
    let (text, code) = small.said(&["--from", "broken"]);
    assert_eq!(code, 1);
    assert!(text.contains("there is no team `wbe`"), "{text}");
    assert!(text.ends_with("error: broken (COMMIT) does not compile, so there is nothing to compare\n"), "{text}");
    let (text, code) = small.said(&["--from", "before", "--to", "broken"]);
    assert_eq!(code, 1);
    assert!(text.contains("broken (COMMIT) does not compile"), "{text}");
}

#[test]
fn a_revision_without_a_platform() {
    let empty = Repository::new();
    empty.write("README.md", "nothing\n");
    empty.commit("empty");
    empty.write("platform.pf", SMALL);
    let (text, code) = empty.said(&["--from", "empty"]);
    let expected = "error: empty (COMMIT) has no platform: there is no `platform.pf` in it\n";
    assert_eq!((text.as_str(), code), (expected, 2));
}

#[test]
fn no_repository_and_no_git() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("platform.pf"), SMALL).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_platformc"));
    let command = command.arg("plan").current_dir(folder.path()).env("GIT_CEILING_DIRECTORIES", "/");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("error: not a git repository"), "{text}");
    let output = command.env("PATH", folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text, "error: there is no `git` in the PATH, and revisions are read with it\n");
}

#[test]
fn a_platform_below_the_root_and_behind_a_link() {
    let repository = Repository::new();
    repository.write(
        "teams/services.pf",
        SMALL
            .split_once("service shop")
            .map(|(_, rest)| rest)
            .map(|rest| format!("service shop{rest}"))
            .unwrap()
            .as_str(),
    );
    repository.write(
        "platforms/one/platform.pf",
        &format!("import \"services.pf\"\n{}", SMALL.split_once("service shop").unwrap().0),
    );
    #[cfg(unix)]
    std::os::unix::fs::symlink("../../teams/services.pf", repository.root.join("platforms/one/services.pf")).unwrap();
    repository.commit("before");
    repository.replace("teams/services.pf", "replicas = 1", "replicas = 3");
    let plan = repository.json(&["platforms/one"]);
    assert_eq!(plan["updates"][0]["field"]["new"], 3);
    repository.commit("after");
    let plan = repository.json(&["platforms/one", "--from", "before", "--to", "after"]);
    assert_eq!(plan["updates"][0]["field"]["new"], 3);
}

#[test]
fn what_services_say_is_no_markup() {
    let small = Repository::small();
    let (old, new) = ("replicas = 1", "replicas = 1  text = \"<script>alert(1)</script> `` **x** @everyone\"");
    small.replace("platform.pf", old, new);
    let (page, _) = small.said(&["--format", "html"]);
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
    assert!(!page.contains("<link") && !page.contains("<img"), "{page}");
    let (comment, _) = small.said(&["--format", "markdown"]);
    assert!(comment.contains("```<script>alert(1)</script> `` **x** @everyone```"), "{comment}");
}

#[test]
fn a_comment_fits() {
    let small = Repository::small();
    let (_, service) = SMALL.split_once("service shop").unwrap();
    let long = "x".repeat(100);
    let one = |index: usize| service.replace("replicas = 1", &format!("text = \"{long}{index}\""));
    let services: Vec<String> = (0..400).map(|index| format!("service shop-{index}{}", one(index))).collect();
    let services = services.concat();
    small.write("platform.pf", &(SMALL.to_owned() + &services));
    small.commit("many");
    small.write("platform.pf", &(SMALL.to_owned() + &services.replace("xx", "yz")));
    let (comment, code) = small.said(&["--format", "markdown"]);
    assert_eq!(code, 0);
    assert!(
        comment.starts_with("<!-- platformc plan -->\n### Plan: instances: 800 updated; risk: medium"),
        "{comment}"
    );
    assert!(comment.chars().count() <= 60_000, "{}", comment.chars().count());
    assert!(comment.contains("more\n"), "{comment}");
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
}

#[test]
fn another_namespace_is_another_place() {
    let small = Repository::small();
    small.replace("platform.pf", "namespace = \"shop\"", "namespace = \"store\"");
    let plan = small.json(&[]);
    let moves: Vec<&Value> = plan["instances"].as_array().unwrap().iter().map(|it| &it["moves"]).collect();
    let expected = serde_json::json!([{ "what": "namespace", "old": "shop", "new": "store" }]);
    assert_eq!(moves, [&expected, &expected]);
    assert_eq!(plan["instances"][0]["change"], "moved");
    assert_eq!(small.said(&["--deny", "move:prod"]).1, 4);
}

#[test]
fn a_cluster_that_goes_takes_its_instances_with_it() {
    let small = Repository::small();
    small.replace("platform.pf", "cluster dev-1 { env = dev  server = \"https://dev.example.com\" }\n", "");
    let plan = small.json(&[]);
    let instances = plan["instances"].as_array().unwrap();
    let found: Vec<(&Value, &Value, &Value)> =
        instances.iter().map(|it| (&it["instance"], &it["change"], &it["place"])).collect();
    let text = |text: &'static str| Value::from(text);
    assert_eq!(found, [(&text("shop@dev-1"), &text("deleted"), &text("platform.pf:8 before"))]);
    let rules: Vec<&str> =
        plan["risk"]["reasons"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"cluster-removed"), "{rules:?}");
}

#[test]
fn previews_are_compared() {
    let repository = Repository::new();
    copy(&Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/devowlish"), &repository.root);
    repository.commit("before");
    repository.replace("services/chat/chat-api.pf", "[\"preview\"]", "[\"preview\", \"wanted\"]");
    let plan = repository.json(&[]);
    let kinds: Vec<(&Value, &Value)> =
        plan["declared"].as_array().unwrap().iter().map(|it| (&it["kind"], &it["name"])).collect();
    assert_eq!(kinds, [(&Value::from("preview"), &Value::from("chat-api"))], "{plan:#}");
    assert!(plan["instances"].as_array().unwrap().is_empty());
}

/// Imports of everything that lies in the platform's folder, which in a revision is a tree of Git.
#[test]
fn what_a_pattern_takes_in_is_looked_for_in_the_revision() {
    let repository = Repository::new();
    let (head, service) = SMALL.split_once("service shop").unwrap();
    let imports = "import \"s-*.pf\"\nimport \"more/**/*.pf\"\n";
    repository.write("platform.pf", &format!("{imports}{head}removed service two {{}}\nremoved service three {{}}\n"));
    repository.write("s-one.pf", &format!("service one{service}"));
    repository.write("more/deep/two.pf", &format!("service two{service}"));
    repository.commit("before");
    fs::remove_file(repository.root.join("more/deep/two.pf")).unwrap();
    repository.write("s-three.pf", &format!("service three{service}"));
    let changes = |plan: &Value| -> Vec<String> {
        let instances = plan["instances"].as_array().unwrap().iter();
        instances.map(|it| format!("{} {}", it["change"].as_str().unwrap(), it["instance"].as_str().unwrap())).collect()
    };
    let expected = ["created three@dev-1", "created three@prod-1", "deleted two@dev-1", "deleted two@prod-1"];
    let mut found = changes(&repository.json(&[]));
    found.sort();
    assert_eq!(found, expected);
    repository.commit("after");
    let back = changes(&repository.json(&["--from", "after", "--to", "before"]));
    assert!(
        back.contains(&"created two@dev-1".to_owned()) && back.contains(&"deleted three@dev-1".to_owned()),
        "{back:?}"
    );
}

/// Every field of the JSON is explained.
#[test]
fn the_json_is_documented() {
    let small = Repository::small();
    small.replace("platform.pf", "replicas = 1", "replicas = 5");
    small.replace("platform.pf", "admins = [ops]", "admins = [ops, web]");
    small.add("platform.pf", "removed service gone {}\n");
    let plan = small.json(&["--from", "before"]);
    let page = fs::read_to_string(Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plan.md")).unwrap();
    let lists = ["instances", "updates", "access", "declared", "order", "next", "reviewers"];
    let inner = lists.iter().flat_map(|list| {
        let first = plan[list].get(0).unwrap_or_else(|| panic!("no {list} in {plan:#}"));
        first.as_object().unwrap().keys()
    });
    for key in plan.as_object().unwrap().keys().chain(inner) {
        assert!(page.contains(&format!("`{key}`")), "docs/plan.md does not know `{key}`");
    }
}
