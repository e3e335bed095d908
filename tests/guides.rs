//! What the guides show is what there is: blocks of commands print what the commands print, and the table of roles is what
//! roles mean. `UPDATE=1` rewrites them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use platformc::model::cluster_roles;
use platformc::model::{Estate, Role, actions, estate};
use platformc::schema::ROLES;
use regex::{Captures, Regex};

use support::{database, examples};

fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn guides() -> Vec<Utf8PathBuf> {
    let entries = root().join("docs/guides").read_dir_utf8().unwrap();
    entries.map(|entry| entry.unwrap().into_path()).collect()
}

/// Compares a guide with what it should be, or makes it so.
fn hold(path: &Utf8Path, expected: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, expected).unwrap();
    }
    let found = fs::read_to_string(path).unwrap();
    assert!(found == expected, "{path} is not current: run `UPDATE=1 cargo test --test guides`");
}

/// What a line such as `platformc can chat sync chat-api` prints in the folder of an example.
fn printed(folder: &str, line: &str) -> String {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("platformc"), "{line}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_platformc"));
    let command = command.args(words).current_dir(root().join(folder)).env("NO_COLOR", "1");
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
    String::from_utf8(output.stdout).unwrap()
}

/// A block of commands begins with the folder in which they run: ```` ```console examples/devowlish ````.
fn run_again(text: &str) -> String {
    let block = Regex::new(r"(?ms)^```console (\S+)\n(.*?)^```$").unwrap();
    let again = |found: &Captures<'_>| {
        let mut out = format!("```console {}\n", &found[1]);
        for line in found[2].lines().filter_map(|line| line.strip_prefix("$ ")) {
            let _ = write!(out, "$ {line}\n{}", printed(&found[1], line));
        }
        out + "```"
    };
    block.replace_all(text, again).into_owned()
}

/// One line of the table of roles.
fn row(estate: &Estate, role: &Role, is_for: &str) -> String {
    let code = |words: Vec<String>| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let actions = actions(estate, [&role.name]);
    let lines = actions.iter().flat_map(|action| action.argo).map(|(of, action, _)| format!("{of}, {action}"));
    let roles = cluster_roles(estate, role).iter().map(ToString::to_string).collect();
    format!("| `{}` | {is_for} | {} | {} |\n", role.name, code(lines.collect()), code(roles))
}

/// The table stands between two marks.
fn with_roles(text: &str) -> String {
    let marks = Regex::new(r"(?s)<!-- roles -->\n.*<!-- /roles -->").unwrap();
    let example = examples().remove(0);
    let db = database(&example.sources);
    let mut table =
        "| role | what it is for | in Argo CD | ClusterRoles in the namespace |\n|---|---|---|---|\n".to_owned();
    for role in ROLES {
        table += &row(estate(&db), estate(&db).role(role.name).unwrap(), role.doc);
    }
    marks.replace(text, regex::NoExpand(&format!("<!-- roles -->\n{table}<!-- /roles -->"))).into_owned()
}

#[test]
fn what_is_shown_is_what_there_is() {
    let mut marked = 0;
    for path in guides() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("\n$ platformc "), "{path} shows no command");
        marked += text.matches("<!-- roles -->").count();
        hold(&path, &with_roles(&run_again(&text)));
    }
    assert_eq!(marked, 1, "one guide has the table of roles");
}
