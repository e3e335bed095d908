//! Every example: no findings, its golden tree, and the same tree whatever the order, the threads or the delivery.
//!
//! `UPDATE=1` writes the golden trees anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod argocd;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use platformc::compile;
use platformc::db::{Changes, Content, Database};
use platformc::diagnostics::{
    CANNOT_BE_SYNCED, Code, Diagnostic, EXPECTATION_FAILED, NOT_A_SELECTOR, NOTHING_ROLLS_OUT, NUMBER_TOO_LARGE,
    Severity, render,
};
use platformc::documents::{applications, codeowners, files, leaving_of, merged};
use platformc::names::declarations;
use platformc::project::Timings;
use platformc::project::write::{Target, write};
use platformc::schema::Kind;
use platformc::source::absolute;
use regex::Regex;
use serde_json::Value;

use support::{Example, TODAY, awkward, database, difference, examples, lines, outputs, text_of, texts, tree};

#[test]
fn examples_have_no_findings() {
    for example in examples() {
        let db = database(&example.sources);
        let findings = compile::diagnostics(&db, TODAY);
        assert!(findings.is_empty(), "{}\n{}", example.name, render(&db, &findings, false));
    }
}

#[test]
fn examples_compile_to_their_golden_trees() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut problems = vec![];
    for example in examples() {
        let db = database(&example.sources);
        let folder = example.folder.join("expected");
        if update {
            let timings = Timings::default();
            let target = Target { force: true, ..Target::new(&folder, &timings) };
            write(&target, &files(&db)).unwrap_or_else(|problems| panic!("{problems:?}"));
        }
        let difference = difference(&tree(&folder), &outputs(&db));
        if !difference.is_empty() {
            problems.push(format!("examples/{}/expected\n{difference}", example.name));
        }
    }
    assert!(
        problems.is_empty(),
        "{}\n`UPDATE=1 cargo test --test examples` writes what is compiled now",
        problems.join("\n")
    );
}

/// The part of CODEOWNERS stands in the example itself, where the forge would look for it, and so beside lines of others.
#[test]
fn examples_have_the_owners_that_they_say() {
    for example in examples() {
        let db = database(&example.sources);
        let Some(part) = codeowners(&db) else { continue };
        let path = example.folder.join("CODEOWNERS");
        let text = std::fs::read(&path).unwrap();
        let wanted = merged(&text, Some(part.lines)).unwrap();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &wanted).unwrap();
        } else {
            let [text, wanted] = [text, wanted].map(|bytes| String::from_utf8(bytes).unwrap());
            assert_eq!(text, wanted, "{path}");
        }
    }
}

#[test]
fn every_yaml_file_is_read_by_another_reader() {
    for example in examples() {
        for (path, text) in outputs(&database(&example.sources)) {
            if path.ends_with(".yaml") {
                let documents = argocd::documents(&path, &text);
                assert!(!documents.is_empty(), "{path} holds nothing");
                assert!(documents.iter().all(Value::is_object), "{path} holds something else than objects");
            }
        }
    }
}

#[test]
fn no_readme_ends_with_a_blank_line() {
    for example in examples() {
        for (path, text) in outputs(&database(&example.sources)).iter().filter(|(path, _)| path.ends_with(".md")) {
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "examples/{}/expected/{path}", example.name);
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_tree() {
    for example in examples() {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| outputs(&database(&example.sources)))
        };
        let one = on(1);
        for threads in [2, 3, 8] {
            assert_eq!(difference(&one, &on(threads)), "", "{} with {threads} threads", example.name);
        }
    }
}

#[test]
fn any_order_of_loading_gives_the_same_tree() {
    for example in examples() {
        let expected = outputs(&database(&example.sources));
        let mut one_by_one: Vec<Changes> =
            example.sources.clone().into_iter().map(|source| Changes::from([source])).collect();
        for _ in 0..one_by_one.len().min(5) {
            one_by_one.rotate_left(1);
            let mut db = Database::new("platform.pf");
            one_by_one.iter().rev().for_each(|source| db.apply(source.clone()));
            assert_eq!(difference(&expected, &outputs(&db)), "", "{}", example.name);
        }
    }
}

/// How a test delivers all services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivery {
    Applications,
    Sets,
    SetsOfRegistered,
}

impl Delivery {
    fn says(self) -> &'static str {
        match self {
            Self::Applications => "deliver = applications",
            Self::Sets => "deliver = applicationset\n generator = list",
            Self::SetsOfRegistered => "deliver = applicationset\n generator = clusters",
        }
    }
}

#[test]
fn whatever_the_delivery_the_same_applications_arrive() {
    for example in examples().into_iter().chain([awkward()]) {
        let expected = meanings(&database(&example.sources));
        same(&expected, &delivered(&database(&example.sources)), &format!("{} as it is", example.name));
        // What an ApplicationSet makes follows no branch of an environment.
        let is_promoted = text_of(&example.sources, "platform.pf").contains("gitops-promoter");
        for delivery in [Delivery::Applications, Delivery::Sets, Delivery::SetsOfRegistered] {
            if is_promoted && delivery != Delivery::Applications {
                continue;
            }
            let (db, kept) = redelivered(&example, delivery);
            for (service, reason) in &kept {
                println!("{}, {delivery:?}: not {service}, for {reason}", example.name);
            }
            same(&expected, &meanings(&db), &format!("{}, {delivery:?}: what is meant", example.name));
            same(&expected, &delivered(&db), &format!("{}, {delivery:?}: what arrives", example.name));
        }
    }
}

type Applications = BTreeMap<(String, String), Value>;

fn same(expected: &Applications, actual: &Applications, what: &str) {
    let names = |applications: &Applications| applications.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(expected), names(actual), "{what}");
    for (name, application) in expected {
        let show = |value: &Value| serde_json::to_string_pretty(value).unwrap();
        assert_eq!(show(application), show(&actual[name]), "{what}: {name:?}");
    }
}

/// What the compiler says that every instance is, by server of Argo CD (its hub's folder) and name.
fn meanings(db: &Database) -> Applications {
    let hubs = argocd::hubs(&outputs(db));
    let leaving = declarations(db).of(db, Kind::Service).flat_map(|item| leaving_of(db, item));
    let meanings = applications(db).into_iter().chain(leaving).map(|meaning| meaning.application.to_json(&[]));
    meanings.map(|application| (argocd::key(&hubs, &application), application)).collect()
}

/// What Argo CD makes of the tree: the leaves, and what its `ApplicationSets` generate.
fn delivered(db: &Database) -> Applications {
    let outputs = outputs(db);
    let hubs = argocd::hubs(&outputs);
    let mut all = Applications::new();
    for application in argocd::leaves(&outputs).into_iter().chain(argocd::generated(&outputs)) {
        let twice = all.insert(argocd::key(&hubs, &application), application);
        assert!(twice.is_none(), "an Application arrives twice: {twice:?}");
    }
    all
}

/// Rules about the delivery, and what the service that meets one says instead.
const OTHERWISE: [(Code, &str); 4] = [
    (NOTHING_ROLLS_OUT, "deliver = applicationset"),
    (CANNOT_BE_SYNCED, "deliver = applicationset"),
    (NUMBER_TOO_LARGE, "deliver = applications"),
    (NOT_A_SELECTOR, "generator = list"),
];

/// The example with one delivery everywhere, but for the services that rules keep from it: each with the reason.
fn redelivered(example: &Example, delivery: Delivery) -> (Database, BTreeMap<String, String>) {
    let mut sources = example.sources.clone();
    for content in sources.values_mut() {
        if let Content::Text(text) = content {
            *content = Content::Text(rewrite(text, delivery).into());
        }
    }
    let mut kept = BTreeMap::new();
    loop {
        let db = database(&sources);
        let findings = compile::diagnostics(&db, TODAY);
        // Which order Argo CD guarantees depends on the delivery, and so do tests of it.
        let is_error =
            |finding: &&Diagnostic| finding.severity() == Severity::Error && finding.code != EXPECTATION_FAILED;
        let Some(error) = findings.iter().find(is_error) else {
            return (db, kept);
        };
        let Some((_, otherwise)) = OTHERWISE.iter().find(|(code, _)| *code == error.code) else {
            panic!("{}", render(&db, &findings, false));
        };
        let (file, range) = absolute(&db, error.primary.span);
        let path = file.path(&db).to_owned();
        let (text, service) = exempt(text_of(&sources, &path), range.end as usize, otherwise);
        let twice = kept.insert(service, lines(std::slice::from_ref(error)).concat());
        assert!(twice.is_none(), "{}", render(&db, &findings, false));
        sources.insert(path, Content::Text(text.into()));
    }
}

static DELIVER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)\b(deliver *= *(applicationset|applications)|generator *= *(clusters|list))\b").unwrap()
});
static LAYER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^ *layer +\S+ +\{").unwrap());
static SERVICE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^ *service +(\S+) +\{").unwrap());

/// Every layer says the delivery, and nothing else does.
fn rewrite(text: &str, delivery: Delivery) -> String {
    let bare = DELIVER.replace_all(text, "");
    LAYER.replace_all(&bare, |layer: &regex::Captures<'_>| format!("{} {}\n", &layer[0], delivery.says())).into_owned()
}

/// The last service that begins before a byte of the text says something else than its layer.
fn exempt(text: &str, before: usize, otherwise: &str) -> (String, String) {
    let services = SERVICE.captures_iter(text).take_while(|service| service.get(1).unwrap().start() < before);
    let service = services.last().unwrap();
    let end = service.get(0).unwrap().end();
    (format!("{} {otherwise}\n{}", &text[..end], &text[end..]), service[1].to_owned())
}

/// Bars in texts and addresses, which end a cell, and an address that is none in a page.
const BARS: &str = r#"
platform bars { repo = "https://git.example.com/bars.git" }
## One | two.
team web { contact = "one | two" }
environment dev {}
cluster dev { env = dev  server = "https://dev.example.com" }
layer base {
}
## This | that.
service site {
  layer = base
  owner = web
  namespace = "site"
  links { docs = "https://example.com/a|b"  search = "https://example.com/?q=a b" }
  kustomize { repo = "git@git.example.com:bars/site.git"  path = "base"  revision = "main" }
}
"#;

#[test]
fn what_stands_in_a_for_has_its_doc_comment() {
    let documented = BARS
        .replace("## This | that.\nservice site {", "for name in [\"site\"] {\n## In a loop.\nservice \"${name}\" {")
        + "}\n";
    let db = database(&texts(&[("platform.pf", &documented)]));
    let page = &outputs(&db)["base/site/README.md"];
    assert_eq!(support::findings(&db), "");
    assert!(page.contains("\nIn a loop.\n"), "{page}");
}

#[test]
fn cells_of_readmes_hold_bars_and_link_addresses() {
    let db = database(&texts(&[("platform.pf", BARS)]));
    let files = outputs(&db);
    assert_eq!(support::findings(&db), "");
    let rows =
        |path: &str, word: &str| files[path].lines().filter(|line| line.contains(word)).collect::<Vec<_>>().join("\n");
    assert_eq!(rows("README.md", "One"), r"| web: One \| two. | one \| two | site |");
    assert!(rows("README.md", "dev.example.com").contains("| <https://dev.example.com> |"));
    let page = "base/site/README.md";
    assert_eq!(rows(page, "owner"), r"| owner | web (one \| two) |");
    assert_eq!(rows(page, "docs"), r"| docs | <https://example.com/a\|b> |");
    assert_eq!(rows(page, "search"), "| search | https://example.com/?q=a b |");
    assert_eq!(rows(page, "Kustomize"), "| source | Kustomize `base` of git@git.example.com:bars/site.git at `main` |");
}
