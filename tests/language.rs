//! The language by example: every heading of `tests/language/**/*.md` and of the explain pages is a small platform with
//! the findings that it must produce. `tests/language/README.md` describes the form; `UPDATE=1` rewrites snapshots and
//! values.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use libtest_mimic::{Arguments, Failed, Trial};
use platformc::compile::{diagnostics, has_errors};
use platformc::db::{Changes, Content, Database};
use platformc::diagnostics::{CODES, Diagnostic, Severity, render, to_json};
use platformc::documents::{applications, files};
use platformc::ide::{Repair, repairs};
use platformc::model::{Slot, allows, estate, explain_value, head, rights};
use platformc::names::{Item, declarations};
use platformc::plan::{Guarantee, Reason, edges};
use platformc::schema::{ACTIONS, FUNCTIONS, Kind};
use platformc::source::absolute;
use platformc::text::LineIndex;
use serde_json::Value as Json;

/// The day on which every case takes place.
const TODAY: Date = Date::constant(2026, 11, 1);

/// Codes that no platform in memory can produce, each with the reason.
const OUT_OF_REACH: &[(&str, &str)] = &[
    ("PF0853", "needs a CODEOWNERS on disk: tests/beside.rs"),
    ("PF0901", "needs a file on disk in the way: tests/write.rs"),
    ("PF0902", "needs a symlink on disk: tests/write.rs"),
    ("PF0903", "needs a written tree that was edited: tests/write.rs"),
    ("PF0904", "needs a disk that refuses: tests/write.rs"),
    ("PF0905", "needs a tree on disk that was built before: tests/cli.rs"),
    ("PF0906", "needs a tree on disk that was built before: tests/renames.rs"),
    ("PF0970", "needs a tree on disk that was built before: tests/renames.rs"),
    ("PF0975", "needs a tree on disk that was built before: tests/renames.rs"),
];

/// Codes that an editor can mend, at least in some cases.
const MENDABLE: &[&str] = &[
    "PF0001", "PF0005", "PF0101", "PF0102", "PF0103", "PF0105", "PF0106", "PF0111", "PF0112", "PF0113", "PF0201",
    "PF0202", "PF0203", "PF0204", "PF0206", "PF0207", "PF0301", "PF0302", "PF0303", "PF0305", "PF0306", "PF0307",
    "PF0308", "PF0402", "PF0403", "PF0503", "PF0504", "PF0506", "PF0603", "PF0607", "PF0608", "PF0609", "PF0704",
    "PF0805", "PF0830", "PF0831", "PF0850", "PF0940", "PF0972", "PF0974",
];

/// Codes whose page has no example, because none can be written as text.
const NOT_SHOWN: &[&str] = &["PF0002"];

/// The main file: it holds the prelude and imports what the case says.
const MAIN: &str = "main.pf";
const CASE: &str = "platform.pf";

/// What explain pages take for granted, so that they stay short.
const EXPLAIN_PRELUDE: &str = include_str!("language/explain.pf");

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let documents = documents();
    let updates: Arc<Mutex<Vec<Update>>> = Arc::default();
    let mut trials = vec![];
    for document in &documents {
        for case in &document.cases {
            let (document, case, updates) = (Arc::clone(document), Arc::clone(case), Arc::clone(&updates));
            let name = format!("{} :: {}", document.name, case.name);
            trials.push(Trial::test(name, move || run(&document, &case, &updates)));
        }
    }
    for function in FUNCTIONS {
        trials.push(Trial::test(format!("example of {}()", function.name), || function_example(function.example)));
    }
    let all = documents.clone();
    trials.push(Trial::test("every explain page has the sections it needs", move || pages(&all)));
    let all = documents.clone();
    trials.push(Trial::test("every mend is shown", move || mendable(&all)));
    trials.push(Trial::test("every code is produced", move || every_code(&documents)));
    let conclusion = libtest_mimic::run(&arguments, trials);
    if std::env::var_os("UPDATE").is_some() {
        write_updates(std::mem::take(&mut *updates.lock().unwrap()));
    }
    conclusion.exit_code()
}

// ---- Documents -----------------------------------------------------------------------------------------------------

/// A Markdown file.
struct Document {
    path: PathBuf,
    name: String,
    prelude: String,
    cases: Vec<Arc<Case>>,
}

/// What stands under one heading.
#[derive(Default)]
struct Case {
    name: String,
    /// Whether the prelude is left out.
    alone: bool,
    /// Texts by path, and what can't be read.
    files: BTreeMap<String, Content>,
    /// The texts of the blocks as they stand, for expectations.
    pf: BTreeMap<String, String>,
    snapshot: Option<Block>,
    values: Option<Block>,
    /// The code of the explain page and the section, if it is one.
    page: Option<(String, String)>,
}

/// A fenced block and the lines that it takes in its document, fences left out.
struct Block {
    lines: std::ops::Range<usize>,
    text: String,
}

struct Update {
    path: PathBuf,
    lines: std::ops::Range<usize>,
    text: String,
}

fn documents() -> Vec<Arc<Document>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![];
    for folder in ["tests/language", "src/diagnostics/explain"] {
        markdown(&root.join(folder), &mut paths);
    }
    paths.sort();
    paths.retain(|path| !path.ends_with("README.md"));
    paths.into_iter().map(|path| Arc::new(document(root, path))).collect()
}

fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            markdown(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

fn document(root: &Path, path: PathBuf) -> Document {
    let text = std::fs::read_to_string(&path).expect("a page is UTF-8");
    let name = path.strip_prefix(root).unwrap_or(&path).with_extension("").display().to_string();
    let is_page = name.starts_with("src/");
    let name = name.rsplit('/').next().unwrap_or(&name).to_owned();
    let mut prelude = String::new();
    let mut cases: Vec<Case> = vec![Case { name: "start".to_owned(), ..Case::default() }];
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if let Some(info) = line.strip_prefix("```") {
            let start = at;
            while lines.get(at).is_some_and(|line| *line != "```") {
                at += 1;
            }
            let mut body = lines[start..at].join("\n");
            if start < at {
                body.push('\n');
            }
            at += 1;
            let case = cases.last_mut().expect("there is always one");
            block(info, Block { lines: start..at - 1, text: body }, case, &mut prelude);
        } else if let Some(heading) = line.strip_prefix('#') {
            let name = heading.trim_start_matches('#').trim().to_owned();
            cases.push(Case { name, ..Case::default() });
        }
    }
    cases.retain(|case| !case.pf.is_empty() || !case.files.is_empty());
    if is_page {
        for case in &mut cases {
            case.page = Some((name.clone(), case.name.clone()));
            case.alone |= case.pf.values().any(|text| text.lines().any(|line| line.starts_with("platform ")));
        }
        EXPLAIN_PRELUDE.clone_into(&mut prelude);
    }
    Document { path, name, prelude, cases: cases.into_iter().map(Arc::new).collect() }
}

/// Files a fenced block away. Its info string is the language, then `prelude`, `alone` or `path=PATH`.
fn block(info: &str, block: Block, case: &mut Case, prelude: &mut String) {
    let mut words = info.split_whitespace();
    let language = words.next().unwrap_or("");
    let words: Vec<&str> = words.collect();
    let first = block.text.lines().next().unwrap_or("");
    let path = words
        .iter()
        .find_map(|word| word.strip_prefix("path="))
        .or_else(|| first.strip_prefix("# file: "))
        .map(|path| path.trim().to_owned());
    match language {
        "pf" if words.contains(&"prelude") => prelude.push_str(&block.text),
        "pf" => {
            case.alone |= words.contains(&"alone");
            case.pf.entry(path.unwrap_or_else(|| CASE.to_owned())).or_default().push_str(&block.text);
        }
        "unreadable" => {
            let path = path.unwrap_or_else(|| CASE.to_owned());
            case.files.insert(path, Content::Unreadable(block.text.trim().into()));
        }
        "missing" => {
            case.files.extend(path.map(|path| (path, Content::Missing)));
        }
        "folder" => {
            let names: Vec<Arc<str>> = block.text.split_whitespace().map(Arc::from).collect();
            case.files.extend(path.map(|path| (path, Content::Folder(names.into()))));
        }
        "yaml" | "json" | "csv" => {
            if let Some(path) = path {
                case.files.insert(path, Content::Text(block.text.into()));
            }
        }
        "snapshot" => case.snapshot = Some(block),
        "values" => case.values = Some(block),
        _ => {}
    }
}

// ---- A case --------------------------------------------------------------------------------------------------------

fn database(document: &Document, case: &Case) -> Database {
    let (main, changes) = contents(document, case);
    let mut database = Database::new(main);
    database.apply(changes);
    database
}

/// The main file, and everything that a case holds.
fn contents(document: &Document, case: &Case) -> (&'static str, Changes) {
    let mut changes: Changes = case.files.clone();
    for (path, text) in &case.pf {
        changes.insert(path.clone(), Content::Text(text.as_str().into()));
    }
    let main = if case.alone { CASE } else { MAIN };
    if !case.alone {
        let text = format!("{}\nimport \"{CASE}\"\n", document.prelude);
        changes.insert(MAIN.to_owned(), Content::Text(text.into()));
    }
    changes.entry(main.to_owned()).or_insert(Content::Missing);
    (main, changes)
}

/// What is left of findings after something that should mend them.
fn unmended(document: &Document, case: &Case, db: &Database, found: &[Diagnostic]) -> Vec<String> {
    let mut problems = vec![];
    for finding in found {
        for repair in repairs(db, &finding.fixes) {
            let after = diagnostics(&mended(document, case, db, &repair), TODAY);
            // What is surely meant leaves nothing of its code: a word that is wrong otherwise has another message.
            let same = |other: &&Diagnostic| {
                other.code == finding.code && (repair.is_sure || other.message == finding.message)
            };
            if after.iter().filter(same).count() >= found.iter().filter(same).count() {
                let edits: Vec<_> = repair.edits.iter().map(|(file, edit)| (file.path(db), edit)).collect();
                problems.push(format!("`{}` leaves {}: {}\n{edits:?}", repair.title, finding.code.id, finding.message));
            }
        }
    }
    problems
}

/// The case once something has been mended.
fn mended(document: &Document, case: &Case, db: &Database, repair: &Repair) -> Database {
    let (main, mut changes) = contents(document, case);
    let mut edits: Vec<_> = repair.edits.iter().collect();
    edits.sort_by_key(|(file, edit)| (file.path(db).to_owned(), std::cmp::Reverse(edit.range)));
    for (file, edit) in edits {
        let Some(Content::Text(text)) = changes.get(file.path(db)) else { panic!("no text to mend") };
        let mut text = text.to_string();
        text.replace_range(edit.range.start as usize..edit.range.end as usize, &edit.text);
        changes.insert(file.path(db).to_owned(), Content::Text(text.into()));
    }
    let mut database = Database::new(main);
    database.apply(changes);
    database
}

/// Every code that has a mend shows it in some case, where `run` tries it.
fn mendable(documents: &[Arc<Document>]) -> Result<(), Failed> {
    let mut mended = BTreeSet::new();
    for document in documents {
        for case in &document.cases {
            let db = database(document, case);
            let found = diagnostics(&db, TODAY);
            let with = found.iter().filter(|finding| !repairs(&db, &finding.fixes).is_empty());
            mended.extend(with.map(|finding| finding.code.id));
        }
    }
    let mended: Vec<&str> = mended.into_iter().collect();
    if mended == MENDABLE { Ok(()) } else { Err(format!("these have mends: {mended:?}").into()) }
}

fn run(document: &Document, case: &Case, updates: &Mutex<Vec<Update>>) -> Result<(), Failed> {
    let db = database(document, case);
    let found = diagnostics(&db, TODAY);
    let mut problems = expectations(&db, case, &found);
    problems.extend(unmended(document, case, &db, &found));
    if let Some((code, section)) = &case.page {
        problems.extend(page_problems(code, section, &found));
    }
    let update = std::env::var_os("UPDATE").is_some();
    let mut compare = |block: &Option<Block>, now: &dyn Fn(&str) -> String| {
        let Some(block) = block else { return };
        let text = now(&block.text);
        if text != block.text && update {
            let path = document.path.clone();
            updates.lock().unwrap().push(Update { path, lines: block.lines.clone(), text });
        } else if text != block.text {
            problems.push(format!("expected\n{}\ngot\n{text}", block.text));
        }
    };
    let rendered = render(&db, &found, false);
    compare(&case.snapshot, &|_| rendered.clone());
    compare(&case.values, &|text| values(&db, text));
    let _ = to_json(&db, &found);
    if !has_errors(&found) {
        let _ = files(&db);
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n\n{rendered}", problems.join("\n")).into())
}

/// A finding by file, line (from 1), severity and code.
type Place = (String, usize, &'static str, String);

fn place(db: &Database, finding: &Diagnostic) -> Place {
    let (file, range) = absolute(db, finding.primary.span);
    let line = LineIndex::new(file.text(db)).line_column(file.text(db), range.start).line as usize + 1;
    (file.path(db).to_owned(), line, severity(finding), finding.code.id.to_owned())
}

fn severity(finding: &Diagnostic) -> &'static str {
    match finding.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// `# error: [PF0203] "words"` at the end of a line, or on lines of its own above it.
struct Expectation {
    place: Place,
    words: Option<String>,
}

fn expected(case: &Case) -> Vec<Expectation> {
    let mut all = vec![];
    let data = case.files.iter().filter_map(|(path, content)| Some((path, content.text().ok()?.as_ref())));
    for (path, text) in case.pf.iter().map(|(path, text)| (path, text.as_str())).chain(data) {
        let mut waiting = vec![];
        for (number, line) in (1..).zip(text.lines()) {
            let mut here = annotations(line);
            let alone = !here.is_empty() && line.trim_start().starts_with("# ");
            if alone {
                waiting.append(&mut here);
                continue;
            }
            for (severity, code, words) in waiting.drain(..).chain(here) {
                all.push(Expectation { place: (path.clone(), number, severity, code), words });
            }
        }
    }
    // A file that can't be read has no line to say it on.
    for (path, content) in &case.files {
        if matches!(content, Content::Unreadable(_)) && path.ends_with(".pf") {
            all.push(Expectation { place: (path.clone(), 1, "error", "PF0002".to_owned()), words: None });
        }
    }
    all
}

fn annotations(line: &str) -> Vec<(&'static str, String, Option<String>)> {
    let mut found = vec![];
    let mut rest = line;
    let next = |rest: &str| {
        let pairs = [("error", "error: [PF"), ("warning", "warning: [PF")];
        pairs.into_iter().filter_map(|(word, mark)| Some((rest.find(mark)?, word, mark))).min()
    };
    while let Some((at, word, mark)) = next(rest) {
        rest = &rest[at + mark.len()..];
        let (digits, after) = rest.split_once(']').expect("a code ends with `]`");
        rest = after;
        let words = after.strip_prefix(" \"").and_then(|text| text.split_once('"'));
        if let Some((_, after)) = words {
            rest = after;
        }
        found.push((word, format!("PF{digits}"), words.map(|(words, _)| words.to_owned())));
    }
    found
}

fn expectations(db: &Database, case: &Case, found: &[Diagnostic]) -> Vec<String> {
    let mut open: Vec<Expectation> = expected(case);
    let mut problems = vec![];
    for finding in found {
        let place = place(db, finding);
        let fits = |wanted: &Expectation| {
            wanted.place == place && wanted.words.as_ref().is_none_or(|words| says(finding, words))
        };
        match open.iter().position(fits) {
            Some(index) => drop(open.remove(index)),
            None => problems.push(format!("unexpected: {}: {}", show(&place), finding.message)),
        }
    }
    problems.extend(open.iter().map(|wanted| {
        let words = wanted.words.as_ref().map(|words| format!(" \"{words}\"")).unwrap_or_default();
        format!("missing: {}{words}", show(&wanted.place))
    }));
    problems
}

fn says(finding: &Diagnostic, words: &str) -> bool {
    finding.message.contains(words) || finding.helps.iter().chain(&finding.notes).any(|text| text.contains(words))
}

fn show((path, line, severity, code): &Place) -> String {
    format!("{path}:{line}: {severity}: [{code}]")
}

// ---- Explain pages -------------------------------------------------------------------------------------------------

fn page_problems(code: &str, section: &str, found: &[Diagnostic]) -> Vec<String> {
    if section.starts_with("Wrong") {
        let other = found.iter().filter(|finding| finding.code.id != code);
        let mut problems: Vec<String> = other.map(|finding| format!("also {}", finding.code.id)).collect();
        if found.is_empty() {
            problems.push(format!("{code} is not produced"));
        }
        return problems;
    }
    found.iter().map(|finding| format!("`{section}` produces {}", finding.code.id)).collect()
}

fn pages(documents: &[Arc<Document>]) -> Result<(), Failed> {
    let mut problems = String::new();
    for code in CODES {
        let first = code.page.lines().next().unwrap_or("");
        if first != format!("# {}: {}", code.id, code.title) {
            let _ = writeln!(problems, "{}: the page begins with `{first}`, not with the title of the code", code.id);
        }
        let document = documents.iter().find(|document| document.name == code.id);
        let has = |section: &str| {
            document.is_some_and(|document| document.cases.iter().any(|case| case.name.starts_with(section)))
        };
        let shown = !NOT_SHOWN.contains(&code.id) && OUT_OF_REACH.iter().all(|(id, _)| *id != code.id);
        if shown && !(has("Wrong") && has("Right")) {
            let _ = writeln!(problems, "{}: the page needs `## Wrong` and `## Right`", code.id);
        }
        if code.page.lines().count() < 5 {
            let _ = writeln!(problems, "{}: the page says too little", code.id);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

fn every_code(documents: &[Arc<Document>]) -> Result<(), Failed> {
    let mut missing: BTreeSet<&str> = CODES.iter().map(|code| code.id).collect();
    for document in documents {
        for case in &document.cases {
            let db = database(document, case);
            for finding in diagnostics(&db, TODAY) {
                missing.remove(finding.code.id);
            }
        }
    }
    for (code, _) in OUT_OF_REACH {
        if !missing.remove(code) {
            return Err(format!("{code} is produced after all").into());
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(format!("no test produces {missing:?}").into()) }
}

// ---- Values --------------------------------------------------------------------------------------------------------

/// The lines of a `values` block as they are now:
///
/// - `SERVICE = [...]`: its instances
/// - `SERVICE@CLUSTER order = [...]`: what comes before it
/// - `SERVICE@CLUSTER metadata.PATH = ...` or `spec.PATH`: a value of its Application
/// - `SERVICE@CLUSTER PATH = ...`: a value of its resolved block
///
/// An instance of `each` is written `SERVICE.ITEM@CLUSTER`; a key with dots stands in quotes.
fn values(db: &Database, text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        match line.split_once(" =") {
            Some((left, _)) if !line.starts_with('#') => {
                let _ = writeln!(out, "{left} = {}", value(db, left));
            }
            _ => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    out
}

fn value(db: &Database, left: &str) -> String {
    let (subject, path) = left.split_once(' ').unwrap_or((left, ""));
    let (service, cluster) = subject.split_once('@').unwrap_or((subject, ""));
    let (service, item) = service.split_once('.').map_or((service, None), |(service, item)| (service, Some(item)));
    let Some(declared) = declarations(db).get(Kind::Service, service) else { return "no such service".to_owned() };
    let Some(head) = head(db, declared) else { return "no head".to_owned() };
    if path.is_empty() {
        let names: Vec<String> = head.instances.iter().map(|slot| instance(service, slot)).collect();
        return Json::from(names).to_string();
    }
    let is = |slot: &Slot| slot.cluster.as_ref() == cluster && slot.item.as_deref() == item;
    let Some(position) = head.instances.iter().position(is) else { return "no such instance".to_owned() };
    if let Some(team) = path.strip_prefix("can ") {
        return can(db, declared, position, team);
    }
    let keys = keys(path);
    match keys.first().map(String::as_str) {
        Some("order") => order(db, service, position),
        Some("metadata" | "spec") => {
            let all = applications(db);
            let meaning = all.iter().find(|meaning| meaning.service.as_ref() == service && is(&meaning.slot));
            let tree = meaning.map(|meaning| meaning.application.to_json(&[]));
            tree.as_ref().and_then(|tree| at(tree, &keys)).map_or("nothing".to_owned(), Json::to_string)
        }
        _ => {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let explained = explain_value(db, declared, cluster, item, &keys);
            let value = explained.and_then(|explained| explained.value);
            value.map_or("nothing".to_owned(), |value| value.to_json().to_string())
        }
    }
}

/// The words of everything that a team may do with an instance.
fn can(db: &Database, item: Item<'_>, position: usize, team: &str) -> String {
    let rights = rights(db, item);
    let Some(granted) = rights.at(position) else { return "nothing".to_owned() };
    let allowed = ACTIONS.iter().filter(|action| allows(estate(db), granted, team, action.name));
    format!("{:?}", allowed.map(|action| action.name).collect::<Vec<_>>().join(" "))
}

fn instance(service: &str, slot: &Slot) -> String {
    match &slot.item {
        Some(item) => format!("{service}.{item}@{}", slot.cluster),
        None => format!("{service}@{}", slot.cluster),
    }
}

fn order(db: &Database, service: &str, position: usize) -> String {
    let edges = edges(db, service, position).into_iter().map(|edge| {
        let guarantee = match edge.guarantee {
            Guarantee::Ordered => "ordered",
            Guarantee::Converges => "converges",
        };
        let reason = match &edge.reason {
            Reason::Written => "needs".to_owned(),
            Reason::Inferred(what) => format!("uses {what}"),
            Reason::Layer(layer) => format!("layer {layer}"),
        };
        format!("{} {guarantee}: {reason}", instance(&edge.service, &edge.slot))
    });
    Json::from(edges.collect::<Vec<_>>()).to_string()
}

/// The keys of a path; one with dots in it stands in quotes.
fn keys(path: &str) -> Vec<String> {
    let mut keys = vec![String::new()];
    let mut quoted = false;
    for character in path.chars() {
        match character {
            '"' => quoted = !quoted,
            '.' if !quoted => keys.push(String::new()),
            other => keys.last_mut().expect("there is always one").push(other),
        }
    }
    keys
}

fn at<'j>(tree: &'j Json, keys: &[String]) -> Option<&'j Json> {
    keys.iter().try_fold(tree, |tree, key| match tree {
        Json::Array(items) => items.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    })
}

/// Every example of the table of functions has no mistake, and one that is a bool is true.
fn function_example(example: &str) -> Result<(), Failed> {
    let platform = format!(
        "{EXPLAIN_PRELUDE}\nservice example {{\n  layer = apps  owner = web  namespace = \"example\"\n  \
         each row in [{{ name = \"one\" }}]\n  helm {{ path = \"chart\"  values {{ it = ({example}) }} }}\n}}\n"
    );
    let mut db = Database::new(CASE);
    let file = |path: &str, text: &str| (path.to_owned(), Content::Text(text.into()));
    db.apply(Changes::from([
        file(CASE, &platform),
        file("sites.csv", "name,region\none,eu\n"),
        file("sites.json", "[{ \"name\": \"one\" }]"),
        file("inventory/edge.yaml", "- name: one\n"),
    ]));
    let found = diagnostics(&db, TODAY);
    if !found.is_empty() {
        return Err(render(&db, &found, false).into());
    }
    match value(&db, "example.one@dev helm.values.it").as_str() {
        "false" | "nothing" => Err(format!("`{example}` does not hold").into()),
        text if example.contains(" == ") && text != "true" => Err(format!("`{example}` gives {text}").into()),
        _ => Ok(()),
    }
}

// ---- Updates -------------------------------------------------------------------------------------------------------

fn write_updates(mut updates: Vec<Update>) {
    updates.sort_by(|left, right| (&left.path, right.lines.start).cmp(&(&right.path, left.lines.start)));
    for update in updates {
        let text = std::fs::read_to_string(&update.path).expect("it was read before");
        let mut lines: Vec<&str> = text.lines().collect();
        lines.splice(update.lines, update.text.lines());
        std::fs::write(&update.path, lines.join("\n") + "\n").expect("a page can be written");
    }
}
