//! What the tests of whole platforms share: the examples, databases in memory, and comparing.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use platformc::compile;
use platformc::db::{Changes, Content, Database, Workspace};
use platformc::diagnostics::{Diagnostic, render};
use platformc::documents;
use platformc::project::Project;

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

/// What a database has been given.
pub fn sources(db: &Database) -> Changes {
    let files = Workspace::get(db).files(db);
    files.iter().map(|(path, file)| (path.clone(), file.content(db).clone())).collect()
}

/// Sources from paths and texts.
pub fn texts(files: &[(&str, &str)]) -> Changes {
    files.iter().map(|(path, text)| ((*path).to_owned(), Content::Text((*text).into()))).collect()
}

/// The text of one source; empty where there is none.
pub fn text_of<'s>(sources: &'s Changes, path: &str) -> &'s str {
    match sources.get(path) {
        Some(Content::Text(text)) => text,
        _ => "",
    }
}

/// A database that was never anything else.
pub fn database(sources: &Changes) -> Database {
    let mut database = Database::new("platform.pf");
    database.apply(sources.clone());
    database
}

/// What is wrong, as people see it.
pub fn findings(db: &Database) -> String {
    render(db, &compile::diagnostics(db), false)
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
