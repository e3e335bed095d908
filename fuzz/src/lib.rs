//! What the fuzz targets share: several files in one input, and what must hold of every result.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../tests/support/ask.rs"]
mod ask;

pub use ask::{ask, ask_for_files, check_format, database, texts};

use std::collections::BTreeMap;

use platformc::compile;
use platformc::db::{Changes, Content, Database};
use platformc::diagnostics::render;
use platformc::documents::files;

/// The files of an input, in its order. `-- path --` on a line begins one, as in Go's `txtar`; a path alone with `/` at its
/// end is a folder of the names that follow. What stands before the first such line is `platform.pf`.
pub fn archive(input: &str) -> Vec<(String, Content)> {
    let mut parts: Vec<(String, String)> = vec![("platform.pf".to_owned(), String::new())];
    for line in input.split_inclusive('\n') {
        match path_of(line) {
            Some(path) => parts.push((path.to_owned(), String::new())),
            None => parts.last_mut().expect("there is a first part").1.push_str(line),
        }
    }
    parts.into_iter().map(|(path, text)| content(path, text)).collect()
}

fn path_of(line: &str) -> Option<&str> {
    line.trim_end().strip_prefix("-- ")?.strip_suffix(" --").filter(|path| !path.is_empty())
}

fn content(path: String, text: String) -> (String, Content) {
    match path.strip_suffix('/') {
        Some(folder) => (folder.to_owned(), Content::Folder(text.lines().map(Into::into).collect())),
        None => (path, Content::Text(text.into())),
    }
}

/// Folders that the files of an input lie in, as the loader would list them.
pub fn with_folders(files: impl IntoIterator<Item = (String, Content)>) -> Changes {
    let mut all: Changes = files.into_iter().collect();
    let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in all.keys() {
        let mut name = String::new();
        let mut rest = path.as_str();
        while let Some((folder, last)) = rest.rsplit_once('/') {
            folders.entry(folder.to_owned()).or_default().push(format!("{last}{name}"));
            "/".clone_into(&mut name);
            rest = folder;
        }
    }
    for (folder, mut names) in folders {
        names.sort();
        names.dedup();
        all.entry(folder).or_insert(Content::Folder(names.into_iter().map(Into::into).collect()));
    }
    all
}

/// All that a platform gives, as one text.
pub fn result(db: &Database) -> String {
    let mut all = render(db, &compile::diagnostics(db), false);
    for file in files(db) {
        all.push_str(&format!("\n-- {} --\n", file.path));
        file.render(&mut all);
    }
    all
}
