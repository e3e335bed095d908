//! A process that builds again and again looks only at what differs. The tree is what a build from nothing writes, edits by
//! hand are found all the same, and the next process knows what this one did.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use camino::Utf8Path;
use platformc::documents::{OutputFile, Portions};
use platformc::project::write::{Change, Kept, Outcome, Problem, Target, compare, write};
use platformc::project::{Disk, System};

use support::Random;
use support::place::{Place, file, files, tree_of};

/// The files in portions of five, each of which is an object of its own.
fn portions(files: &[OutputFile]) -> Portions {
    files.chunks(5).map(Arc::from).collect()
}

/// A process that goes on, and hears of all that others do.
struct Process<'p> {
    place: &'p Place,
    kept: Kept,
}

impl<'p> Process<'p> {
    fn new(place: &'p Place, files: &[OutputFile]) -> Self {
        let mut process = Self { place, kept: Kept::default() };
        process.build(files).unwrap();
        process
    }

    fn build(&mut self, files: &[OutputFile]) -> Result<Outcome, Vec<Problem>> {
        self.kept.write(&self.place.target(), portions(files), true)
    }

    fn problems(&mut self, files: &[OutputFile]) -> Vec<String> {
        self.place.relative(&self.build(files).expect_err("there should be problems"))
    }
}

/// A disk that counts what is listed and read of the output folder, and what is written into the cache.
#[derive(Debug, Default)]
struct Counting {
    lists: AtomicUsize,
    reads: AtomicUsize,
    caches: AtomicUsize,
}

impl Disk for Counting {
    fn list(&self, path: &Utf8Path) -> io::Result<Vec<(OsString, FileType)>> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        System.list(path)
    }

    fn read(&self, path: &Utf8Path, limit: u64, into: &mut Vec<u8>) -> io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        System.read(path, limit, into)
    }

    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        self.caches.fetch_add(usize::from(to.file_name() == Some("cache")), Ordering::Relaxed);
        System.rename(from, to)
    }
}

#[test]
fn looks_at_no_more_than_what_differs() {
    let place = Place::new();
    let mut process = Process::new(&place, &files([("a/x.yaml", "1"), ("a/y.yaml", "1"), ("b/z.yaml", "1")]));
    let mut looked = |wanted: &[OutputFile], is_watched| {
        let disk = Counting::default();
        let target = Target { disk: &disk, ..place.target() };
        process.kept.write(&target, portions(wanted), is_watched).unwrap();
        assert_eq!(place.tree(), tree_of(wanted));
        (disk.lists.into_inner(), disk.reads.into_inner(), disk.caches.into_inner())
    };
    let edited = files([("a/x.yaml", "1"), ("a/y.yaml", "2"), ("b/z.yaml", "1")]);
    assert_eq!(looked(&edited, true), (0, 1, 0), "one file is read");
    assert_eq!(looked(&edited, true), (0, 0, 0), "nothing differs");
    let moved = files([("a/x.yaml", "1"), ("b/z.yaml", "1"), ("c/new.yaml", "1")]);
    assert_eq!(looked(&moved, true), (0, 2, 1), "the file that goes is read, and the cache");
    assert!(looked(&moved, false).0 > 0, "somebody else may have been there");
}

/// Paths of several depths, so that folders come and go.
const PATHS: [&str; 16] = [
    "a.yaml",
    "a/1.yaml",
    "a/2.yaml",
    "a/b/3.yaml",
    "a/b/c/4.yaml",
    "clusters/eu/base/5.yaml",
    "clusters/eu/base/6.yaml",
    "clusters/us/base/7.yaml",
    "d/8.yaml",
    "d/9.yaml",
    "d/e/10.yaml",
    "f/11.yaml",
    "g/h/i/j/12.yaml",
    "g/h/13.yaml",
    "k/14.yaml",
    "k/15.yaml",
];

fn edit(random: &mut Random, wanted: &mut BTreeMap<&'static str, usize>) {
    for _ in 0..=random.below(4) {
        let path = *random.pick(&PATHS);
        if random.chance(30) {
            wanted.remove(path);
        } else {
            wanted.insert(path, random.below(4));
        }
    }
}

fn changes(before: &BTreeMap<&str, usize>, after: &BTreeMap<&str, usize>) -> Vec<(Change, String)> {
    let both = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
    let change = |path: &&&str| match (before.get(**path), after.get(**path)) {
        (None, _) => Some(Change::Create),
        (_, None) => Some(Change::Remove),
        (before, after) => (before != after).then_some(Change::Update),
    };
    both.into_iter().filter_map(|path| Some((change(&path)?, (*path).to_owned()))).collect()
}

#[test]
fn random_edits_equal_builds_from_nothing() {
    for seed in 0..30 {
        let (place, mut random) = (Place::new(), Random::new(seed));
        let mut wanted = BTreeMap::from([("a.yaml", 0)]);
        let list = |wanted: &BTreeMap<&str, usize>| -> Vec<OutputFile> {
            wanted.iter().map(|(path, body)| file(path, &body.to_string())).collect()
        };
        let mut process = Process::new(&place, &list(&wanted));
        for step in 0..40 {
            let before = wanted.clone();
            edit(&mut random, &mut wanted);
            let (files, what) = (list(&wanted), format!("seed {seed}, step {step}"));
            let outcome = process.build(&files).unwrap();
            assert_eq!(outcome.changes, changes(&before, &wanted), "{what}");
            let changed = outcome.changes.iter().filter(|(change, _)| *change != Change::Remove).count();
            assert_eq!(outcome.unchanged, files.len() - changed, "{what}");
            assert_eq!(place.tree(), tree_of(&files), "{what}");
            assert!(compare(&place.target(), &files).unwrap().changes.is_empty(), "{what}");
            if random.chance(10) {
                // Another process, which writes something else.
                edit(&mut random, &mut wanted);
                write(&place.target(), &list(&wanted)).unwrap();
                assert_eq!(place.tree(), tree_of(&list(&wanted)), "{what}");
            }
        }
    }
}

/// The journal of updates is told to the cache before it gets long.
#[test]
fn many_updates_end_in_the_cache() {
    let place = Place::new();
    let wanted = |edited: std::ops::Range<usize>| -> Vec<OutputFile> {
        let body = |number| if edited.contains(&number) { "2" } else { "1" };
        (0..1500).map(|number| file(&format!("{}/{number:04}.yaml", number % 7), body(number))).collect()
    };
    let mut process = Process::new(&place, &wanted(0..0));
    let journal = place.cache.join("journal");
    for (edited, has_journal) in [(0..600, true), (0..1200, false), (0..1201, true), (0..0, false)] {
        process.build(&wanted(edited.clone())).unwrap();
        assert_eq!(journal.exists(), has_journal, "{edited:?}");
        assert_eq!(place.tree(), tree_of(&wanted(edited.clone())));
        place.put("3/0003.yaml", "mine");
        assert_eq!(place.refused_by_others(&wanted(1..3)), ["3/0003.yaml"], "{edited:?}");
        place.put("3/0003.yaml", &text_of(&wanted(edited), "3/0003.yaml"));
    }
}

fn text_of(files: &[OutputFile], path: &str) -> String {
    files.iter().find(|file| file.path == path).unwrap().text()
}

trait Others {
    /// The files that keep another process from building, which changes nothing.
    fn refused_by_others(&self, files: &[OutputFile]) -> Vec<String>;
}

impl Others for Place {
    fn refused_by_others(&self, files: &[OutputFile]) -> Vec<String> {
        let problems = compare(&self.target(), files).expect_err("there should be problems");
        problems.iter().map(|problem| problem.path().strip_prefix(&self.out).unwrap().to_string()).collect()
    }
}

fn edit_by_hand(place: &Place, path: &str) -> String {
    let edited = place.read(path) + "mine: too\n";
    place.put(path, &edited);
    edited
}

#[test]
fn edits_by_hand_are_found_where_something_differs() {
    let place = Place::new();
    let mut process = Process::new(&place, &files([("a/x.yaml", "1"), ("a/y.yaml", "1"), ("b/z.yaml", "1")]));
    for (wanted, path) in [
        (files([("a/x.yaml", "2"), ("a/y.yaml", "2"), ("b/z.yaml", "1")]), "a/y.yaml"),
        (files([("a/x.yaml", "1"), ("a/y.yaml", "2")]), "b/z.yaml"),
    ] {
        let right = place.read(path);
        let edited = edit_by_hand(&place, path);
        let before = place.tree();
        for _ in 0..2 {
            assert_eq!(process.problems(&wanted), [format!("Edited(\"infra/{path}\")")]);
            assert_eq!((place.tree(), place.read(path)), (before.clone(), edited.clone()));
        }
        place.put(path, &right);
        process.build(&wanted).unwrap();
        assert_eq!(place.tree(), tree_of(&wanted));
    }
}

#[test]
fn edits_by_hand_elsewhere_are_found_once_they_are_heard_of() {
    let place = Place::new();
    let mut process = Process::new(&place, &files([("a/x.yaml", "1"), ("a/y.yaml", "1")]));
    let edited = edit_by_hand(&place, "a/y.yaml");
    let wanted = files([("a/x.yaml", "2"), ("a/y.yaml", "1")]);
    process.build(&wanted).unwrap();
    let problems = process.kept.write(&place.target(), portions(&wanted), false).unwrap_err();
    assert_eq!(place.relative(&problems), ["Edited(\"infra/a/y.yaml\")"]);
    assert_eq!(place.read("a/y.yaml"), edited);
    process.kept.write(&place.forced(), portions(&wanted), false).unwrap();
    assert_eq!(place.tree(), tree_of(&wanted));
}

/// What was updated, created or left alone: the next process has to know what stood there.
#[test]
fn the_next_process_finds_edits_by_hand() {
    let place = Place::new();
    let mut process = Process::new(&place, &files([("a/x.yaml", "1"), ("a/y.yaml", "1"), ("b/gone.yaml", "1")]));
    process.build(&files([("a/x.yaml", "2"), ("a/y.yaml", "1"), ("b/gone.yaml", "1")])).unwrap();
    process.build(&files([("a/x.yaml", "2"), ("a/y.yaml", "1"), ("c/new.yaml", "1")])).unwrap();
    let wanted = files([("a/x.yaml", "3"), ("a/y.yaml", "1"), ("c/new.yaml", "1")]);
    process.build(&wanted).unwrap();
    drop(process);
    let later = files([("a/x.yaml", "4"), ("a/y.yaml", "4"), ("c/new.yaml", "4")]);
    for path in ["a/x.yaml", "a/y.yaml", "c/new.yaml"] {
        let right = place.read(path);
        edit_by_hand(&place, path);
        assert_eq!(place.refused_by_others(&later), [path]);
        place.put(path, &right);
    }
    assert_eq!(write(&place.target(), &wanted).unwrap().changes, []);
    write(&place.target(), &later).unwrap();
    assert_eq!(place.tree(), tree_of(&later));
}

#[test]
fn what_is_not_as_it_was_left_is_looked_at_as_a_whole() {
    let before = files([("a/x.yaml", "1"), ("a/b/y.yaml", "1")]);
    let after = files([("a/x.yaml", "2"), ("a/b/y.yaml", "2"), ("n/z.yaml", "2")]);
    let removed = |place: &Place| fs::remove_file(place.out.join("a/x.yaml")).unwrap();
    let emptied = |place: &Place| fs::remove_dir_all(&place.out).unwrap();
    let there = |place: &Place| place.put("n/z.yaml", &text_of(&after, "n/z.yaml"));
    let forgotten = |place: &Place| fs::remove_dir_all(&place.cache).unwrap();
    let right = |place: &Place| place.put("a/x.yaml", &text_of(&after, "a/x.yaml"));
    let happenings: [&dyn Fn(&Place); 5] = [&removed, &emptied, &there, &forgotten, &right];
    for (number, happens) in happenings.into_iter().enumerate() {
        let place = Place::new();
        let mut process = Process::new(&place, &before);
        happens(&place);
        process.build(&after).unwrap_or_else(|problems| panic!("{number}: {problems:?}"));
        assert_eq!(place.tree(), tree_of(&after), "{number}");
        assert!(compare(&place.target(), &after).unwrap().changes.is_empty(), "{number}");
    }
}

#[test]
#[cfg(unix)]
fn links_and_folders_in_the_way_stop_it() {
    let before = files([("a/x.yaml", "1"), ("b/y.yaml", "1")]);
    for path in ["a/x.yaml", "b"] {
        let place = Place::new();
        let mut process = Process::new(&place, &before);
        fs::rename(place.out.join(path), place.root.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(place.root.join("elsewhere"), place.out.join(path)).unwrap();
        let problems = process.problems(&files([("a/x.yaml", "2"), ("b/y.yaml", "2")]));
        assert_eq!(problems, [format!("Symlink(\"infra/{path}\")")]);
    }
}

/// A new file is held against those that stay.
#[test]
fn what_can_not_be_written_together_is_refused() {
    let before = [("a/x.yaml", "1"), ("b/y.yaml", "1"), ("c", "1"), ("d", "1"), ("e", "1")];
    for (path, problem) in [
        ("A/x.yaml", "Collision(\"A\", \"a\")"),
        ("c/z.yaml", "Collision(\"c\", \"c\")"),
        ("b/y.yaml", "Collision(\"b/y.yaml\", \"b/y.yaml\")"),
        ("../z.yaml", "Outside(\"../z.yaml\")"),
    ] {
        // As many files as before, or one more.
        for others in [files(before).len() - 1, files(before).len()] {
            let place = Place::new();
            let mut process = Process::new(&place, &files(before));
            let mut wanted = files(before);
            wanted.truncate(others);
            wanted.push(file(path, "1"));
            let problems = process.problems(&wanted);
            assert!(problems.contains(&problem.to_owned()), "{path}: {problems:?}");
            assert_eq!(place.tree(), tree_of(&files(before)));
        }
    }
}

#[test]
fn without_a_cache_everything_is_looked_at() {
    let place = Place::new();
    let mut kept = Kept::default();
    for body in ["1", "2", "3"] {
        let wanted = files([("a/x.yaml", body)]);
        fs::create_dir_all(&place.out).unwrap();
        place.put("a/stale.yaml", &text_of(&files([("s", "stale")]), "s"));
        kept.write(&place.without_cache(), portions(&wanted), true).unwrap();
        assert_eq!(place.tree(), tree_of(&wanted));
    }
}
