//! What the tests of whole platforms share: the examples, databases in memory, and comparing.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod ask;
pub mod operators;
pub mod place;

pub use ask::{database, texts};

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use platformc::compile;
use platformc::db::{Changes, Content, Database, Workspace};
use platformc::diagnostics::{Diagnostic, render};
use platformc::documents;
use platformc::project::Project;

/// The day on which tests take place, for what is allowed until one.
pub const TODAY: Date = Date::constant(2026, 11, 1);

/// The text of files by path.
pub type Texts = BTreeMap<String, String>;

/// A folder of `examples/`.
pub struct Example {
    pub name: String,
    pub folder: Utf8PathBuf,
    /// Every file that the platform asks for, as it is on disk.
    pub sources: Changes,
}

/// All examples, by name.
pub fn examples() -> Vec<Example> {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = root.read_dir_utf8().expect("there are examples").map(|entry| entry.unwrap().into_path());
    let mut folders: Vec<_> = entries.filter(|folder| folder.join("platform.pf").is_file()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "no example in {root}");
    folders.into_iter().map(example).collect()
}

fn example(folder: Utf8PathBuf) -> Example {
    let project = Project::open(&folder.join("platform.pf"));
    let name = folder.file_name().unwrap().to_owned();
    Example { name, folder, sources: sources(&project.database) }
}

/// What is hard to say in an `ApplicationSet`: templates in values, nulls, large numbers, lists that differ, placements
/// that no selector says, and services that only people sync.
const AWKWARD: &str = r#"
platform awkward { repo = "https://git.example.com/awkward.git" }
hub main { argocd = "3.5" }
team web {}
environment dev {}
environment prod { protected = true }
cluster dev { env = dev  server = "https://dev.example.com"  auth { server_name = "kubernetes"  gcp {} } }
cluster eu { env = prod  region = "eu"  server = "https://eu.example.com"  labels { tier = "gold" }  auth { azure {} } }
cluster us { env = prod  region = "us"  server = "https://us.example.com" }
layer base {
}
service templates {
  layer = base
  owner = web
  namespace = "templates"
  annotations { "example.com/key" = "{{ .Values.x }} }}" }
  helm {
    repo = "https://charts.example.com"
    chart = "templates"
    version = "1.0.0"
    values { text = "{{ \"{{\" }} ${cluster} {{.name}}"  deep { list = ["{{", "}}"]  same = 1 } }
  }
  when env == prod { helm { values { text = "{{ prod }}"  deep { list = ["{{"] } } } }
}
service nulls {
  layer = base
  owner = web
  namespace = "nulls"
  helm {
    repo = "https://charts.example.com"
    chart = "nulls"
    version = "1.0.0"
    values { keep = 1  deep { a = 1  b = null } }
  }
  when cluster == us { helm { values { keep = null  deep { a = null  c {} } } } }
}
service shapes {
  layer = base
  owner = web
  namespace = "shapes"
  helm {
    repo = "https://charts.example.com"
    chart = "shapes"
    version = "1.0.0"
    values { deep { a = 1  b = null } }
  }
  when cluster == us { source more { manifests { path = "manifests" } } }
}
service large {
  layer = base
  owner = web
  namespace = "large"
  helm {
    repo = "https://charts.example.com"
    chart = "large"
    version = "1.0.0"
    values { id = 9007199254740993 }
  }
}
service manual {
  layer = base
  owner = web
  namespace = "manual"
  deliver = applicationset
  manifests { path = "manual" }
  sync { automated = false }
}
service fan {
  layer = base
  owner = web
  namespace = "fan-${item}"
  on = env == prod or labels.tier == "gold"
  each item in ["one", "two"]
  kustomize { path = "fan" }
  when region == "eu" { sync { options = ["ApplyOutOfSyncOnly=true"] } }
  when item == "two" { kustomize { replicas { fan = 2 } } }
}
"#;

/// A platform of what is hard to deliver, beside the examples.
pub fn awkward() -> Example {
    Example { name: "awkward".to_owned(), folder: "awkward".into(), sources: texts(&[("platform.pf", AWKWARD)]) }
}

/// What a database has been given.
pub fn sources(db: &Database) -> Changes {
    let files = Workspace::get(db).files(db);
    files.iter().map(|(path, file)| (path.clone(), file.content(db).clone())).collect()
}

/// The text of one source; empty where there is none.
pub fn text_of<'s>(sources: &'s Changes, path: &str) -> &'s str {
    match sources.get(path) {
        Some(Content::Text(text)) => text,
        _ => "",
    }
}

/// What is wrong, as people see it.
pub fn findings(db: &Database) -> String {
    render(db, &compile::diagnostics(db, TODAY), false)
}

/// What is wrong, one line each.
pub fn lines(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(|finding| format!("{} {}", finding.code.id, finding.message)).collect()
}

/// Every file of the output folder.
pub fn outputs(db: &Database) -> Texts {
    let mut outputs = Texts::new();
    let files = documents::files(db);
    assert!(files.is_sorted_by(|left, right| left.path < right.path), "files are out of order");
    for file in files {
        let mut text = String::new();
        file.render(&mut text);
        let twice = outputs.insert(file.path.clone(), text);
        assert!(twice.is_none(), "{} is written twice", file.path);
    }
    outputs
}

/// The files that are missing, surplus or different, with the first line that differs; empty where nothing is.
pub fn difference(expected: &Texts, actual: &Texts) -> String {
    let mut out = String::new();
    for (path, text) in expected {
        match actual.get(path) {
            None => drop(writeln!(out, "missing    {path}")),
            Some(other) if other == text => {}
            Some(other) => drop(writeln!(out, "different  {path}{}", first_difference(text, other))),
        }
    }
    for path in actual.keys().filter(|path| !expected.contains_key(*path)) {
        let _ = writeln!(out, "surplus    {path}");
    }
    out
}

fn first_difference(expected: &str, actual: &str) -> String {
    let (mut left, mut right) = (expected.split('\n'), actual.split('\n'));
    for number in 1.. {
        match (left.next(), right.next()) {
            (Some(expected), Some(actual)) if expected == actual => {}
            (None, None) => break,
            (expected, actual) => {
                let show = |line: Option<&str>| line.map_or("(the end)".to_owned(), |line| format!("{line:?}"));
                return format!(":{number}\n  expected {}\n  got      {}", show(expected), show(actual));
            }
        }
    }
    String::new()
}

/// All files of a folder and below, but for the cache of a build.
pub fn tree(folder: &Utf8Path) -> Texts {
    let mut texts = Texts::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir_utf8().into_iter().flatten() {
            let path = entry.unwrap().into_path();
            if path.is_dir() {
                folders.extend((path.file_name() != Some(".platformc")).then_some(path));
            } else {
                let name = path.strip_prefix(folder).unwrap().as_str().to_owned();
                texts.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    texts
}

/// Random numbers that are the same on every run (xorshift).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `limit`, or 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % limit.max(1)
    }

    /// True so many times of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the items.
    pub fn pick<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        let index = self.below(items.len());
        items.get(index).expect("there is something to pick")
    }

    /// A byte of the text at which a character starts, or its end.
    pub fn boundary(&mut self, text: &str) -> usize {
        let at = self.below(text.len() + 1);
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    }
}
