//! Whether files hold the documents of the reference: each is parsed, printed as canonical JSON and hashed.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::Deserialize as _;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use crate::Outcome;
use crate::threads::each;

/// A stream that is longer is cut at its document marks, so that its parts are parsed side by side.
const PART: usize = 1 << 20;

pub(crate) fn run(reference: &str, paths: &[&str]) -> Outcome<bool> {
    let wanted = read(&[PathBuf::from(reference)])?;
    let mut files = vec![];
    paths.iter().try_for_each(|path| walk(Path::new(path), &mut files))?;
    let found = read(&files)?;
    let same = hashes(&found) == hashes(&wanted);
    let word = if same { "SAME" } else { "DIFFERENT" };
    println!("{word}: {} documents of {} in {} files", found.len(), wanted.len(), files.len());
    if let Some(stranger) = stranger(&found, &wanted) {
        println!("not in the reference: {stranger}");
    }
    Ok(same)
}

/// A document's hash, and its name for people.
type Document = (u128, String);

fn hashes(documents: &[Document]) -> Vec<u128> {
    documents.iter().map(|(hash, _)| *hash).collect()
}

fn stranger<'d>(found: &'d [Document], wanted: &[Document]) -> Option<&'d str> {
    let is_known = |hash| wanted.binary_search_by_key(&hash, |(hash, _)| *hash).is_ok();
    found.iter().find(|(hash, _)| !is_known(*hash)).map(|(_, name)| name.as_str())
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            walk(&entry?.path(), files)?;
        }
    } else if matches!(extension(path), "yaml" | "yml" | "json") {
        files.push(path.into());
    }
    Ok(())
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

/// The documents of all files, in the order of their hashes.
fn read(files: &[PathBuf]) -> Outcome<Vec<Document>> {
    let all = Mutex::new(vec![]);
    let threads = std::thread::available_parallelism()?.get();
    each(files.len(), threads, |place| {
        let path = &files[place];
        let mut documents = file(path).map_err(|problem| format!("{}: {problem}", path.display()))?;
        all.lock().map_err(|_| "a thread panicked")?.append(&mut documents);
        Ok(())
    })?;
    let mut all = all.into_inner().map_err(|_| "a thread panicked")?;
    all.sort_unstable();
    Ok(all)
}

fn file(path: &Path) -> Outcome<Vec<Document>> {
    let text = std::fs::read_to_string(path)?;
    let mut documents = vec![];
    match extension(path) {
        "jsonl" => text.lines().try_for_each(|line| document(serde_json::from_str(line)?, &mut documents))?,
        "json" => document(serde_json::from_str(&text)?, &mut documents)?,
        _ if text.len() > PART => stream(&text, &mut documents)?,
        _ => yaml(&text, &mut documents)?,
    }
    Ok(documents)
}

fn stream(text: &str, documents: &mut Vec<Document>) -> Outcome<()> {
    let parts: Vec<&str> = text.split("\n---").collect();
    let all = Mutex::new(documents);
    each(parts.len(), std::thread::available_parallelism()?.get(), |place| {
        let mut documents = vec![];
        yaml(&format!("{}\n", parts[place].trim_start_matches("---")), &mut documents)?;
        all.lock().map_err(|_| "a thread panicked")?.append(&mut documents);
        Ok(())
    })
}

fn yaml(text: &str, documents: &mut Vec<Document>) -> Outcome<()> {
    serde_yaml::Deserializer::from_str(text).try_for_each(|part| document(Value::deserialize(part)?, documents))
}

/// A document, a list of some, or a mapping from the names of files to their documents or texts.
fn document(value: Value, documents: &mut Vec<Document>) -> Outcome<()> {
    match value {
        Value::Array(items) => items.into_iter().try_for_each(|item| document(item, documents)),
        Value::Object(entries) if !entries.contains_key("kind") => {
            entries.into_iter().try_for_each(|(_, value)| document(value, documents))
        }
        Value::Object(_) => {
            // The keys of a `Value` are in order, so its text is canonical.
            let text = value.to_string();
            let name = value.pointer("/metadata/name").map(ToString::to_string).unwrap_or_default();
            documents.push((xxh3_128(text.as_bytes()), name));
            Ok(())
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}
