//! Somebody types without end, and asks while typing: nothing breaks, and what is found is what `platformc check` finds.

use std::collections::BTreeMap;
use std::fs;

use camino::Utf8Path;
use platformc::compile;
use platformc::diagnostics::to_json;
use platformc::project::Project;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::editor::Editor;
use crate::support::{Random, TODAY};

#[test]
fn typing_without_end_finds_what_a_check_finds() {
    type_and_check("tutorial", 1, 600);
}

/// The same at length. `EDITS` says how many keystrokes, `SEED` where they begin, `EXAMPLE` in which of the examples.
#[test]
#[ignore = "takes minutes: cargo test --release --test server -- --ignored --nocapture"]
fn typing_for_hours_finds_what_a_check_finds() {
    let number = |name: &str, otherwise: usize| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let example = std::env::var("EXAMPLE").unwrap_or_else(|_| "tutorial".to_owned());
    let (seed, all, each) = (number("SEED", 100), number("EDITS", 50_000), 1_000);
    for part in 0..all.div_ceil(each) {
        type_and_check(&example, (seed + part) as u64, each.min(all - part * each));
        println!("{} keystrokes; {} MiB are in use", all.min((part + 1) * each), memory() >> 20);
    }
}

/// The memory of the process in bytes, where the system tells.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// So often what is found is compared.
const EACH: usize = 20;

fn type_and_check(example: &str, seed: u64, keystrokes: usize) {
    let files = files_of(example);
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut typist = Typist::new(&borrowed, seed);
    let mut wrong = 0;
    for number in 1..=keystrokes {
        typist.press();
        if number % EACH == 0 {
            typist.ask();
            let found = typist.found();
            wrong += usize::from(!found.is_empty());
            assert_eq!(found, typist.checked(), "seed {seed}, keystroke {number}: {:#?}", typist.open);
        }
    }
    assert!(wrong > 0, "nothing that is typed is ever wrong");
    assert!(typist.editor.leave());
}

/// The files of an example that a person could open, without what is compiled from them.
fn files_of(example: &str) -> BTreeMap<String, String> {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
    let mut files = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            match path.file_name() {
                Some("expected" | "CODEOWNERS") => {}
                _ if path.is_dir() => folders.push(path),
                _ => drop(
                    files.insert(path.strip_prefix(&root).unwrap().to_string(), fs::read_to_string(&path).unwrap()),
                ),
            }
        }
    }
    files
}

struct Typist {
    editor: Editor,
    random: Random,
    original: BTreeMap<String, String>,
    /// The texts of the open documents.
    open: BTreeMap<String, String>,
    /// What is being typed, and where.
    plan: Vec<Key>,
    /// Where a check finds the same texts on the disk.
    disk: TempDir,
}

/// A keystroke.
#[derive(Debug)]
enum Key {
    Insert(String, usize, char),
    Backspace(String, usize),
    Replace(String, String),
}

const PIECES: [&str; 25] = [
    "service new {\n}\n",
    "}",
    "{",
    "\"",
    "\"\"\"",
    "# note\n",
    "## doc\n",
    "owner = platform\n",
    "needs = [shop, queues on dev]\n",
    "when env == prod { revision_history = 3 }\n",
    "import \"more/*.pf\"\n",
    "for row in [1, 2] {\n  team \"t${row}\" {}\n}\n",
    "${vars.domain}",
    "vars.",
    "env",
    " = ",
    "🦀é\u{301}",
    "\r\n",
    "[",
    "]",
    "unset sync\n",
    "allow PF0402 until \"2027-03-01\" because \"a reason\"\n",
    "use = web(",
    "helm { values { a = 1 } }\n",
    ", ",
];

const QUESTIONS: &[&str] = &[
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/formatting",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/inlayHint",
    "textDocument/codeLens",
    "textDocument/prepareCallHierarchy",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/full/delta",
    "textDocument/semanticTokens/range",
    "textDocument/implementation",
    "textDocument/documentHighlight",
    "textDocument/documentLink",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/selectionRange",
    "textDocument/rangeFormatting",
    "textDocument/onTypeFormatting",
    "workspace/symbol",
    "workspace/willRenameFiles",
];

impl Typist {
    fn new(files: &[(&str, &str)], seed: u64) -> Self {
        let disk = TempDir::new().unwrap();
        for (path, text) in files {
            let path = disk.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut editor = Editor::with(files, &json!({ "general": { "positionEncodings": ["utf-32"] } }));
        let sources = files.iter().filter(|(path, _)| Utf8Path::new(path).extension() == Some("pf"));
        let open: BTreeMap<_, _> = sources.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        open.keys().for_each(|path| editor.open(path));
        Self { editor, random: Random::new(seed), original: open.clone(), open, plan: vec![], disk }
    }

    /// Presses one key: the next of what is being typed, or the first of something new.
    fn press(&mut self) {
        if self.plan.is_empty() {
            self.plan = self.think();
            self.plan.reverse();
        }
        match self.plan.pop() {
            Some(Key::Insert(path, at, character)) => self.change(&path, at, at, &character.to_string()),
            Some(Key::Backspace(path, at)) => {
                let before = self.open[&path][..at.min(self.open[&path].len())].chars().next_back();
                self.change(&path, at - before.map_or(0, char::len_utf8), at, "");
            }
            Some(Key::Replace(path, text)) => {
                self.editor.change_by(&path, json!([{ "text": text }]));
                self.open.insert(path, text);
            }
            None => {}
        }
    }

    fn think(&mut self) -> Vec<Key> {
        let paths: Vec<String> = self.open.keys().cloned().collect();
        let path = self.random.pick(&paths).clone();
        let text = self.open[&path].clone();
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let at = *self.random.pick(&places);
        match self.random.below(10) {
            0 => vec![Key::Replace(path.clone(), self.original[&path].clone())],
            1..=4 => self.backspaces(&path, &text, at),
            5 => {
                let line = line_of(&text, *self.random.pick(&places));
                Self::typed(&path, at, &line)
            }
            _ => {
                let piece = *self.random.pick(&PIECES);
                Self::typed(&path, at, piece)
            }
        }
    }

    fn typed(path: &str, at: usize, piece: &str) -> Vec<Key> {
        piece.char_indices().map(|(offset, character)| Key::Insert(path.to_owned(), at + offset, character)).collect()
    }

    fn backspaces(&mut self, path: &str, text: &str, at: usize) -> Vec<Key> {
        let count = 1 + self.random.below(12);
        let before = text[..at].char_indices().rev().take(count);
        before.map(|(offset, character)| Key::Backspace(path.to_owned(), offset + character.len_utf8())).collect()
    }

    /// Sends what one key changes, as an editor would: a range in characters.
    fn change(&mut self, path: &str, start: usize, end: usize, text: &str) {
        let old = &self.open[path];
        let range = json!({ "start": position(old, start), "end": position(old, end) });
        self.editor.change_by(path, json!([{ "range": range, "text": text }]));
        self.open.get_mut(path).unwrap().replace_range(start..end, text);
    }

    /// Asks something at a random place, of which nothing is expected but an answer.
    fn ask(&mut self) {
        let paths: Vec<String> = self.open.keys().cloned().collect();
        let path = self.random.pick(&paths).clone();
        let line = self.random.below(self.open[&path].lines().count() + 2);
        let place = json!({ "line": line, "character": self.random.below(40) });
        let method = *self.random.pick(QUESTIONS);
        let range = json!({ "start": place, "end": place });
        let params = json!({
            "textDocument": { "uri": self.editor.uri(&path) },
            "position": place,
            "range": range,
            "ranges": [range],
            "positions": [place],
            "newName": "renamed",
            "ch": "}",
            "query": "s",
            "files": [{ "oldUri": self.editor.uri(&path), "newUri": self.editor.uri("moved/x.pf") }],
            "previousResultId": "0",
            "options": { "tabSize": 2, "insertSpaces": true },
            "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1, "isRetrigger": false },
        });
        match self.editor.request(method, params) {
            Ok(_) => {}
            // A refusal with a reason is an answer, a breakdown is none.
            Err(error) => assert_eq!(error["code"], -32803, "{method} at {place} of {path}: {error}"),
        }
    }

    /// What the server finds, of every file.
    fn found(&mut self) -> Vec<Value> {
        let report = self.editor.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
        let mut found = vec![];
        for file in report["items"].as_array().unwrap() {
            let path = self.editor.path_of(file["uri"].as_str().unwrap());
            // What the platform does not reach any more is said of open files, and not by a check.
            if file["items"].as_array().unwrap().iter().any(|item| item["code"] == "no-platform") {
                continue;
            }
            for item in file["items"].as_array().unwrap() {
                found.push(json!([path, item["code"], item["range"]["start"], item["range"]["end"]]));
            }
        }
        found.sort_by_key(Value::to_string);
        found
    }

    /// What a check finds that has seen nothing before.
    fn checked(&self) -> Vec<Value> {
        for (path, text) in &self.open {
            fs::write(self.disk.path().join(path), text).unwrap();
        }
        let project = Project::open(&Utf8Path::from_path(self.disk.path()).unwrap().join("platform.pf"));
        let json = to_json(&project.database, &compile::diagnostics(&project.database, TODAY));
        let findings: Vec<Value> = serde_json::from_str(&json).unwrap();
        let place = |position: &Value| {
            let less = |key: &str| position[key].as_u64().unwrap() - 1;
            json!({ "character": less("column"), "line": less("line") })
        };
        let found = findings.iter();
        let mut found: Vec<Value> = found
            .map(|finding| json!([finding["file"], finding["code"], place(&finding["start"]), place(&finding["end"])]))
            .collect();
        found.sort_by_key(Value::to_string);
        found
    }
}

/// The line that a byte lies in, with its end.
fn line_of(text: &str, at: usize) -> String {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    text[start..].split_inclusive('\n').next().unwrap_or("").to_owned()
}

/// The position of a byte, with columns in characters.
fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let column = before[before.rfind('\n').map_or(0, |newline| newline + 1)..].chars().count();
    json!({ "line": before.matches('\n').count(), "character": column })
}
