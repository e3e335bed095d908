//! How the code is laid out: which module sees which, who touches the disk, and how long things may get.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use regex::Regex;

/// The modules in the order of the pipeline: each sees those before it.
const ORDER: &[&str] = &[
    "text",
    "db",
    "source",
    "diagnostics",
    "syntax",
    "schema",
    "values",
    "names",
    "overlays",
    "model",
    "plan",
    "checks",
    "documents",
    "compile",
    "ide",
    "review",
    "project",
    "server",
    "cli",
];

/// What is seen against the order, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "source",
    "diagnostics",
    "cutting a file reports stray text, and a finding is shown where its declaration stands",
)];

/// Files of span-free modules that may name spans, and why.
const SPANS: &[(&str, &str)] = &[
    ("model/access.rs", "who gets what is checked where it is written; what is granted keeps no span"),
    ("model/estates.rs", "findings point at two declarations at once; no entity keeps a span"),
    ("model/freezes.rs", "where a freeze stands is kept beside it, for findings about several at once"),
    ("model/gather.rs", "`explain` shows the line of each step; what a service is made of keeps none"),
    ("model/heads.rs", "where needs stand is kept beside the head, which itself has no span"),
    ("model/identity.rs", "where each `moved` stands is kept while they are read, and asked for by the checks"),
    ("model/local/paths.rs", "what a source names is looked for where the source is read"),
    ("model/local/values.rs", "values of a chart are checked against its schema where they stand"),
    ("model/lower.rs", "findings about sources that lack something; no spec keeps a span"),
    ("model/objects.rs", "where an object is written is kept beside what tells it from others"),
    ("model/placement.rs", "a condition that no cluster meets is reported where it stands"),
    ("model/previews/mod.rs", "findings about a preview point at its lines; no preview keeps a span"),
    ("model/promotion/check.rs", "what stands in the way of a promotion is reported where it stands"),
    ("model/promotion/read.rs", "where a version is said, until it is known that it can be promoted"),
    ("model/rollouts.rs", "findings about steps point at them; no rollout keeps a span"),
    ("model/secrets.rs", "what stands in the source as it is, is looked for where it stands"),
    ("model/settings.rs", "settings are checked where they stand"),
    ("model/stages/check.rs", "the two lines of which one is ahead; what a stage runs keeps no span"),
    ("model/stages/watch.rs", "where something is said is kept until stages have been compared"),
    ("model/versions.rs", "the two lines that say how far versions are apart"),
];

struct File {
    /// The path below `src`.
    path: String,
    text: String,
}

impl File {
    fn module(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }

    /// The text without comments, strings as they are.
    fn code(&self) -> String {
        let line = |line: &str| line.split("//").next().unwrap_or("").to_owned() + "\n";
        self.text.lines().map(line).collect()
    }

    fn names(&self, word: &str) -> bool {
        Regex::new(&format!(r"\b{word}\b")).unwrap().is_match(&self.code())
    }
}

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<Utf8PathBuf> = vec![root.clone()];
    let mut files = vec![];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some("rs") {
                let name = path.strip_prefix(&root).unwrap().as_str().to_owned();
                files.push(File { path: name, text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
});

fn all_of<T: std::fmt::Display>(problems: impl IntoIterator<Item = T>) -> String {
    problems.into_iter().map(|problem| problem.to_string()).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_module_has_its_place() {
    let modules: BTreeSet<&str> =
        FILES.iter().map(File::module).filter(|name| !matches!(*name, "lib" | "main")).collect();
    assert_eq!(modules, ORDER.iter().copied().collect());
}

#[test]
fn modules_see_only_those_before_them() {
    let edges = edges();
    let place = |module: &str| ORDER.iter().position(|known| *known == module);
    let is_exception = |from: &str, to: &str| EXCEPTIONS.iter().any(|(a, b, _)| (*a, *b) == (from, to));
    let against = edges.iter().filter(|((from, to), _)| place(to) > place(from) && !is_exception(from, to));
    assert_eq!(all_of(against.map(|((from, to), path)| format!("{from} sees {to}, in {path}"))), "");
    let unused = EXCEPTIONS.iter().filter(|(from, to, _)| !edges.contains_key(&((*from).to_owned(), (*to).to_owned())));
    assert_eq!(all_of(unused.map(|(from, to, _)| format!("{from} does not see {to} any more"))), "");
}

/// Which module names which other, each with a file that does.
fn edges() -> BTreeMap<(String, String), &'static str> {
    let mut edges = BTreeMap::new();
    for file in FILES.iter().filter(|file| !matches!(file.module(), "lib" | "main")) {
        for module in crate_paths(&file.code()) {
            if module != file.module() {
                assert!(ORDER.contains(&module.as_str()), "{} names crate::{module}", file.path);
                edges.insert((file.module().to_owned(), module), file.path.as_str());
            }
        }
    }
    edges
}

/// The modules behind `crate::`, also in braces.
fn crate_paths(code: &str) -> BTreeSet<String> {
    static PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bcrate::(\w+|\{)").unwrap());
    let mut modules = BTreeSet::new();
    for path in PATH.captures_iter(code) {
        if &path[1] == "{" {
            modules.extend(first_words(&code[path.get(0).unwrap().end()..]));
        } else {
            modules.insert(path[1].to_owned());
        }
    }
    modules
}

/// The first word of each part of `a::b, c::{d, e}, f}`.
fn first_words(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for character in list.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ => parts.last_mut().unwrap().push(character),
        }
    }
    let word = |part: &String| part.trim().split("::").next().unwrap_or("").to_owned();
    parts.iter().map(word).filter(|word| !word.is_empty()).collect()
}

#[test]
fn paths_are_found_in_every_form() {
    let code = "use crate::db::Db;\nuse crate::{names::{Item, body}, model};\nfn f() { crate::values::check() } pub(crate) use x;";
    let found: Vec<String> = crate_paths(code).into_iter().collect();
    assert_eq!(found, ["db", "model", "names", "values"]);
}

#[test]
fn only_the_syntax_knows_the_grammar() {
    let others = FILES.iter().filter(|file| file.module() != "syntax");
    let naming = others.filter(|file| file.names("Rule") || file.names("pest") || file.names("pest_derive"));
    assert_eq!(all_of(naming.map(|file| &file.path)), "");
}

#[test]
fn only_the_edge_touches_the_disk_the_environment_and_the_clock() {
    let others = FILES.iter().filter(|file| !matches!(file.module(), "project" | "server" | "cli" | "main"));
    let touching = others.filter(|file| {
        ["std::fs", "std::env", "std::time", "std::net", "std::process"].iter().any(|module| file.names(module))
            || [
                r"read_dir\w*\(",
                r"\.is_file\(",
                r"\.is_dir\(",
                r"\.exists\(",
                r"std::\{[^}]*\b(fs|env|time|process)\b",
            ]
            .iter()
            .any(|call| Regex::new(call).unwrap().is_match(&file.code()))
    });
    assert_eq!(all_of(touching.map(|file| &file.path)), "");
}

#[test]
fn what_is_planned_and_written_knows_no_spans() {
    let naming: Vec<&str> = FILES
        .iter()
        .filter(|file| matches!(file.module(), "model" | "plan" | "documents") && file.names("Span"))
        .map(|file| file.path.as_str())
        .collect();
    let allowed: Vec<&str> = SPANS.iter().map(|(path, _)| *path).collect();
    assert_eq!(naming, allowed);
}

#[test]
fn every_code_has_a_page() {
    for code in platformc::diagnostics::CODES {
        let page = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/diagnostics/explain/{}.md", code.id));
        let text = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert_eq!(text, code.page, "{}", code.id);
        assert!(text.contains(code.id), "{page} does not name its code");
    }
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagnostics/explain");
    let pages: BTreeSet<String> =
        folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().path().file_stem().unwrap().to_owned()).collect();
    let codes: BTreeSet<String> = platformc::diagnostics::CODES.iter().map(|code| code.id.to_owned()).collect();
    assert_eq!(pages, codes);
}

#[test]
fn codes_are_unique_and_used() {
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?m)^ +([A-Z_0-9]+) = (?:Error|Warning) ""#).unwrap());
    let registry = FILES.iter().find(|file| file.path == "diagnostics/codes.rs").unwrap();
    let names: Vec<String> = NAME.captures_iter(&registry.text).map(|name| name[1].to_owned()).collect();
    assert_eq!(names.len(), platformc::diagnostics::CODES.len());
    let ids: BTreeSet<&str> = platformc::diagnostics::CODES.iter().map(|code| code.id).collect();
    assert_eq!(ids.len(), names.len(), "two codes have one id");
    let others: Vec<String> = FILES.iter().filter(|file| file.path != registry.path).map(File::code).collect();
    let unused = names.iter().filter(|name| {
        let word = Regex::new(&format!(r"\b{name}\b")).unwrap();
        !others.iter().any(|code| word.is_match(code))
    });
    assert_eq!(all_of(unused), "");
}

const MAX_FILE: usize = 600;
const MAX_FUNCTION: usize = 90;

#[test]
fn files_are_short() {
    let long = FILES.iter().filter(|file| file.text.lines().count() > MAX_FILE);
    assert_eq!(all_of(long.map(|file| format!("{} has {} lines", file.path, file.text.lines().count()))), "");
}

#[test]
fn functions_are_short() {
    let functions = FILES.iter().flat_map(|file| functions(&file.text).into_iter().map(move |found| (file, found)));
    let long = functions.filter(|(_, (_, lines))| *lines > MAX_FUNCTION);
    assert_eq!(all_of(long.map(|(file, (name, lines))| format!("{name} of {} has {lines} lines", file.path))), "");
}

/// Every function with its number of lines. The code is formatted, so a function ends at a brace in its own column.
fn functions(text: &str) -> Vec<(String, usize)> {
    static HEAD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^( *)(?:pub(?:\([^)]*\))? )?(?:const )?fn (\w+)").unwrap());
    let lines: Vec<&str> = text.lines().collect();
    let heads = lines.iter().enumerate().filter_map(|(index, line)| HEAD.captures(line).map(|head| (index, head)));
    let functions = heads.map(|(index, head)| {
        let end = format!("{}}}", &head[1]);
        let one_line = lines[index].ends_with(['}', ';']);
        let length = if one_line { 1 } else { lines[index..].iter().take_while(|line| **line != end).count() + 1 };
        (head[2].to_owned(), length)
    });
    functions.collect()
}

#[test]
fn functions_are_found() {
    let text =
        "fn a() {}\n\nimpl A {\n    pub(super) fn b() {\n        1\n    }\n}\n\npub const fn c() {\n    {\n    }\n}\n";
    assert_eq!(functions(text), [("a".to_owned(), 1), ("b".to_owned(), 3), ("c".to_owned(), 4)]);
    let count: usize = FILES.iter().map(|file| functions(&file.text).len()).sum();
    assert!(count > 500, "only {count} functions are found");
}
