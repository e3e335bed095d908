//! What an earlier build remembered, damaged or forged: the cache and the journal never change what a build writes.
#![no_main]

use std::fs;

use camino::Utf8Path;
use libfuzzer_sys::fuzz_target;
use platformc::documents::{MARKER, OutputContent, OutputFile};
use platformc::project::{System, Timings};
use platformc::project::write::{Problem, Target, compare, write};

/// What parts the cache from the journal in an input.
const BETWEEN: &[u8] = b"\n--\n";

fuzz_target!(|input: &[u8]| {
    let at = input.windows(BETWEEN.len()).position(|window| window == BETWEEN).unwrap_or(input.len());
    let (cache, journal) = (&input[..at], input.get(at + BETWEEN.len()..).unwrap_or_default());
    let is_sealed = cache.first() != Some(&b'p');
    let temporary = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
    let home = Utf8Path::from_path(temporary.path()).expect("a path in UTF-8");
    let (folder, memory) = (home.join("infra"), home.join(".platformc"));
    fs::create_dir_all(folder.join("a")).expect("a folder");
    fs::create_dir_all(&memory).expect("a folder");
    let stale = format!("# {MARKER}\nstale: true\n");
    fs::write(folder.join("a/stale.yaml"), stale).expect("a file");
    fs::write(memory.join("cache"), sealed(cache, is_sealed)).expect("a file");
    fs::write(memory.join("journal"), [b"platformc journal 3 infra\n".as_slice(), journal].concat()).expect("a file");
    let files = [file("a/one.yaml", "one"), file("two.yaml", "two")];
    let timings = Timings::default();
    let target = Target {
        folder: &folder,
        cache: Some(&memory),
        within: None,
        force: false,
        beside: None,
        verify: false,
        timings: &timings,
        disk: &System,
    };
    let compared = compare(&target, &files);
    match write(&target, &files) {
        Ok(outcome) => {
            assert_eq!(compared.expect("it was possible").changes, outcome.changes);
            for file in &files {
                let mut text = String::new();
                file.render(&mut text);
                assert_eq!(fs::read_to_string(folder.join(&file.path)).expect("it is there"), text);
            }
            assert!(!folder.join("a/stale.yaml").exists());
            assert!(compare(&target, &files).expect("it is in line").changes.is_empty());
        }
        // A forged memory may know another text of the stale file.
        Err(problems) => assert!(problems.iter().all(|problem| matches!(problem, Problem::Edited(_))), "{problems:?}"),
    }
});

/// A cache as a build writes it, whose sum is right, or the bytes alone.
fn sealed(bytes: &[u8], is_sealed: bool) -> Vec<u8> {
    if !is_sealed {
        return bytes.to_vec();
    }
    let mut all = b"platformc cache 2\n\x05\0\0\0infra".to_vec();
    all.extend(bytes);
    let sum = blake3::hash(&all);
    all.extend(sum.as_bytes());
    all
}

fn file(path: &str, text: &str) -> OutputFile {
    OutputFile { path: path.to_owned(), content: OutputContent::Text(format!("# {MARKER}\ntext: {text}\n").into()) }
}
