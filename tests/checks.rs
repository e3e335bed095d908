//! docs/checks.md has every row that it must have, and what it points at exists.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use regex::Regex;

/// How many rows each family has.
const FAMILIES: [(&str, usize); 9] =
    [("N", 9), ("A", 29), ("O", 15), ("G", 14), ("P", 12), ("W", 4), ("R", 10), ("C", 6), ("S", 5)];

fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

static PAGE: LazyLock<String> = LazyLock::new(|| fs::read_to_string(root().join("docs/checks.md")).unwrap());

/// The cells of every row of every table.
fn rows() -> Vec<Vec<&'static str>> {
    let lines = PAGE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |"));
    lines.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// What a cell points at: pages of codes, functions and headings.
fn pointers(cell: &str) -> Vec<String> {
    static POINTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[(PF\d{4})\]|`([^`]+)`").unwrap());
    let all = POINTER.captures_iter(cell);
    all.map(|found| found.get(1).or(found.get(2)).unwrap().as_str().to_owned()).collect()
}

fn exists(pointer: &str) -> bool {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap_or_default();
    if let Some((path, function)) = pointer.split_once("::") {
        return read(path).contains(&format!("#[test]\nfn {function}()"));
    }
    if let Some((path, heading)) = pointer.split_once('#') {
        return read(path).lines().any(|line| line == format!("## {heading}"));
    }
    root().join(format!("src/diagnostics/explain/{pointer}.md")).is_file()
}

#[test]
fn every_mistake_has_a_row() {
    let ids: Vec<&str> = rows().iter().map(|row| row[0]).collect();
    for (family, count) in FAMILIES {
        for number in 1..=count {
            let id = format!("{family}{number:02}");
            assert_eq!(ids.iter().filter(|known| **known == id).count(), 1, "{id}");
        }
    }
    assert_eq!(FAMILIES.iter().map(|(_, count)| count).sum::<usize>(), 104);
}

#[test]
fn every_row_is_tested() {
    for row in rows().into_iter().filter(|row| row[0] != "behaviour") {
        let tested = pointers(row.last().unwrap());
        assert!(!tested.is_empty(), "{row:?}");
        for pointer in tested {
            assert!(exists(&pointer), "{}: there is no {pointer}", row[0]);
        }
    }
}

#[test]
fn a_pointer_to_nothing_is_found() {
    assert!(exists("tests/checks.rs::every_row_is_tested") && exists("PF0101"));
    let nothing = ["PF9999", "tests/checks.rs::nothing", "tests/language/objects.md#Nothing", "tests/none.md#Nothing"];
    assert!(nothing.iter().all(|pointer| !exists(pointer)));
}

/// Trees that Argo CD's own code refuses, each gone through in a page.
#[test]
fn every_wrong_tree_is_gone_through() {
    let names = |path: &str| -> BTreeSet<String> {
        let entries = root().join(path).read_dir_utf8().unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_owned()).collect()
    };
    let page = fs::read_to_string(root().join("tests/language/wrong-trees.md")).unwrap();
    let headings = page.lines().filter_map(|line| line.strip_prefix("## ")).map(str::to_owned).collect();
    assert_eq!(names("tests/conformance/judge/testdata/bad"), headings);
    for section in page.split("\n## ").skip(1) {
        let (name, text) = section.split_once('\n').unwrap();
        let says = text.lines().any(|line| line.ends_with('.') && !line.starts_with(['`', '#']));
        assert!(text.contains("error: [PF") || says, "{name} says nothing");
    }
}

/// The rules of argocd-source-lint 1.2.2; its self-test compares them with those that are installed.
const SOURCE_RULES: [&str; 17] = [
    "broken-values-ref",
    "double-coverage",
    "duplicate-application-name",
    "floating-target-revision",
    "hpa-selfheal-conflict",
    "malformed-ignore-diff-jq-expression",
    "malformed-ignore-diff-pointer",
    "malformed-sync-wave",
    "missing-ignore-diff",
    "orphan-source",
    "phantom-target",
    "project-scope-violation",
    "revision-mismatch",
    "sync-validation-disabled",
    "unknown-resource-hook",
    "unknown-sync-option",
    "unresolvable-generator",
];

#[test]
fn every_rule_of_others_has_a_row() {
    let page = fs::read_to_string(root().join("docs/linters.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule")).collect();
    let rules: Vec<String> = (1..=14).map(|number| format!("AR{number:03}")).collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).chain(SOURCE_RULES).collect();
    let named: Vec<&str> = rows.iter().map(|row| row.trim_start_matches("| ").split(" |").next().unwrap()).collect();
    assert_eq!(named, rules);
    for pointer in rows.iter().flat_map(|row| pointers(row)).filter(|pointer| pointer.starts_with("PF")) {
        assert!(exists(&pointer), "{pointer}");
    }
}
