//! Writing the output folder: what changes, what stops a run, what is left alone, and what an interruption leaves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use platformc::documents::{MARKER, OutputFile};
use platformc::project::write::{Change, Outcome, Problem, Target, compare, write};
use platformc::project::{Disk, System, Timings};

use support::place::{Place, file, files, text, tree, tree_of};

/// The times of everything below a folder, and its own.
fn times(folder: &Utf8Path) -> BTreeMap<String, SystemTime> {
    let paths = tree(folder).into_keys().chain([String::new()]);
    paths.map(|path| (path.clone(), folder.join(path).symlink_metadata().unwrap().modified().unwrap())).collect()
}

fn changes<const N: usize>(expected: [(Change, &str); N]) -> Vec<(Change, String)> {
    expected.map(|(change, path)| (change, path.to_owned())).to_vec()
}

/// A disk that counts the files that are read from the output folder.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Disk for Counting {
    fn read(&self, path: &Utf8Path, limit: u64, into: &mut Vec<u8>) -> std::io::Result<()> {
        if path.components().any(|part| part.as_str() == "infra") {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        System.read(path, limit, into)
    }
}

/// What is unchanged by its metadata is not read, unless somebody asks for that; without a cache all is read.
#[test]
fn reads_what_it_can_not_trust_and_no_more() {
    let place = Place::new();
    let wanted = files([("a.yaml", "1"), ("b/c.yaml", "2"), ("b/d.yaml", "3")]);
    place.build(&wanted);
    let_the_clock_tick();
    place.build(&wanted);
    let reads = |target: Target<'_>| {
        let disk = Counting::default();
        let outcome = compare(&Target { disk: &disk, ..target }, &wanted).unwrap();
        assert_eq!((outcome.changes.len(), outcome.unchanged), (0, 3));
        disk.0.into_inner()
    };
    assert_eq!(reads(place.target()), 0);
    assert_eq!(reads(Target { verify: true, ..place.target() }), 3);
    assert_eq!(reads(place.without_cache()), 3);
}

#[test]
fn every_stage_is_timed() {
    let place = Place::new();
    let timings = Timings::default();
    write(&Target { timings: &timings, ..place.target() }, &files([("a.yaml", "1")])).unwrap();
    let stages: Vec<&str> = timings.stages().into_iter().map(|(stage, _)| stage).collect();
    assert_eq!(stages, ["list", "compare", "write"]);
}

/// Longer than the clock's tick, so that the next build may trust what this one wrote.
fn let_the_clock_tick() {
    std::thread::sleep(Duration::from_millis(60));
}

#[test]
fn creates_updates_removes_and_counts() {
    for with_cache in [true, false] {
        let place = Place::new();
        let target = if with_cache { place.target() } else { place.without_cache() };
        let first = files([("root.yaml", "1"), ("a/b/x.yaml", "1"), ("a/y.yaml", "1")]);
        let outcome = write(&target, &first).unwrap();
        let all = [(Change::Create, "a/b/x.yaml"), (Change::Create, "a/y.yaml"), (Change::Create, "root.yaml")];
        assert_eq!(outcome, Outcome { changes: changes(all), unchanged: 0, ..Outcome::default() });
        assert_eq!(place.tree(), tree_of(&first));

        let second = files([("root.yaml", "1"), ("a/b/x.yaml", "22"), ("c/z.yaml", "1")]);
        let outcome = write(&target, &second).unwrap();
        let some = [(Change::Update, "a/b/x.yaml"), (Change::Remove, "a/y.yaml"), (Change::Create, "c/z.yaml")];
        assert_eq!(outcome, Outcome { changes: changes(some), unchanged: 1, ..Outcome::default() });
        assert_eq!(place.tree(), tree_of(&second));

        assert_eq!(write(&target, &second).unwrap(), Outcome { changes: vec![], unchanged: 3, ..Outcome::default() });
    }
}

#[test]
fn changes_are_sorted_by_path() {
    let place = Place::new();
    let outcome = place.build(&files([("b", "1"), ("a/x", "1"), ("a-b/x", "1"), ("a.yaml", "1"), ("a/b/x", "1")]));
    let paths: Vec<String> = outcome.changes.into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths, ["a-b/x", "a.yaml", "a/b/x", "a/x", "b"]);
}

#[test]
fn unchanged_files_are_not_touched() {
    let place = Place::new();
    let built = files([("a/x.yaml", "1"), ("a/y.yaml", "1")]);
    place.build(&built);
    for _ in 0..3 {
        let before = times(&place.out);
        let_the_clock_tick();
        place.build(&built);
        write(&place.without_cache(), &built).unwrap();
        assert_eq!(before, times(&place.out));
    }
    let before = times(&place.out);
    place.build(&files([("a/x.yaml", "2"), ("a/y.yaml", "1")]));
    assert_eq!(before["a/y.yaml"], times(&place.out)["a/y.yaml"]);
}

#[test]
fn the_cache_is_not_rewritten_for_nothing() {
    let place = Place::new();
    let built = files([("a/x.yaml", "1")]);
    place.build(&built);
    let_the_clock_tick();
    place.build(&built);
    let before = place.cache.join("cache").metadata().unwrap().modified().unwrap();
    let_the_clock_tick();
    place.build(&built);
    assert_eq!(before, place.cache.join("cache").metadata().unwrap().modified().unwrap());
}

#[test]
fn compare_touches_nothing() {
    let place = Place::new();
    let first = files([("a/x.yaml", "1"), ("b/y.yaml", "1")]);
    assert_eq!(compare(&place.target(), &first).unwrap().changes.len(), 2);
    assert_eq!(tree(&place.root), BTreeMap::new(), "neither the folder nor the cache is created");

    place.build(&first);
    place.put("b/.platformc-1-1.tmp", "half");
    interrupt(&place, "create b/y.yaml\n");
    let (tree_before, times_before) = (tree(&place.root), times(&place.root));
    let_the_clock_tick();
    let second = files([("a/x.yaml", "2"), ("c/z.yaml", "1")]);
    let outcome = compare(&place.target(), &second).unwrap();
    assert_eq!(tree_before, tree(&place.root));
    assert_eq!(times_before, times(&place.root));
    assert_eq!(outcome, place.build(&second));
    assert_eq!(place.tree(), tree_of(&second));
}

#[test]
fn a_foreign_file_in_the_way_stops_everything() {
    let place = Place::new();
    place.build(&files([("a/x.yaml", "1"), ("stale/y.yaml", "1")]));
    place.put("b/z.yaml", &format!("kind: Mine\n# {MARKER} in the second line\n"));
    let wanted = files([("a/x.yaml", "2"), ("a/new/x.yaml", "1"), ("b/z.yaml", "1")]);
    for target in [place.target(), place.without_cache(), place.forced()] {
        assert_eq!(place.refused(&target, &wanted), [r#"Foreign("infra/b/z.yaml")"#]);
    }
    fs::remove_file(place.out.join("b/z.yaml")).unwrap();
    place.build(&wanted);
    assert_eq!(place.tree(), tree_of(&wanted));
}

#[test]
fn every_problem_is_reported_at_once_and_sorted() {
    let place = Place::new();
    place.build(&files([("e.yaml", "1")]));
    place.put("e.yaml", &text("edited"));
    place.put("a.yaml", "mine");
    place.put("b", "mine");
    place.put("c.yaml/mine", "mine");
    let wanted = files([("e.yaml", "2"), ("c.yaml", "1"), ("b/x.yaml", "1"), ("a.yaml", "1"), ("../up", "1")]);
    let expected = [
        r#"Foreign("infra/a.yaml")"#,
        r#"NotAFolder("infra/b")"#,
        r#"NotAFile("infra/c.yaml")"#,
        r#"Edited("infra/e.yaml")"#,
        r#"Outside("../up")"#,
    ];
    assert_eq!(place.refused(&place.target(), &wanted), expected);
}

#[test]
fn files_and_folders_stand_in_each_others_way() {
    let place = Place::new();
    place.build(&files([("x", "1"), ("y/z", "1")]));
    let wanted = files([("x/deep/er", "1"), ("y", "1")]);
    for target in [place.target(), place.without_cache(), place.forced()] {
        assert_eq!(place.refused(&target, &wanted), [r#"NotAFolder("infra/x")"#, r#"NotAFile("infra/y")"#]);
    }
}

#[test]
fn the_output_folder_must_be_a_folder() {
    let place = Place::new();
    fs::write(&place.out, text("1")).unwrap();
    for target in [place.target(), place.without_cache()] {
        let problems = write(&target, &files([("x", "1")])).unwrap_err();
        assert_eq!(place.relative(&problems), [r#"NotAFolder("infra")"#]);
    }
    assert_eq!(fs::read_to_string(&place.out).unwrap(), text("1"));
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_at_a_path_stops_everything() {
        let place = Place::new();
        place.build(&files([("x.yaml", "1"), ("stale.yaml", "1")]));
        place.put("other.yaml", "mine");
        for aim in ["x.yaml", "other.yaml", "nowhere", "/"] {
            symlink(aim, place.out.join("link.yaml")).unwrap();
            let wanted = files([("x.yaml", "2"), ("link.yaml", "1")]);
            for target in [place.target(), place.without_cache(), place.forced()] {
                assert_eq!(place.refused(&target, &wanted), [r#"Symlink("infra/link.yaml")"#]);
            }
            fs::remove_file(place.out.join("link.yaml")).unwrap();
        }
    }

    #[test]
    fn a_link_on_the_way_stops_everything() {
        let place = Place::new();
        let elsewhere = place.root.join("elsewhere");
        fs::create_dir_all(elsewhere.join("b")).unwrap();
        fs::create_dir(&place.out).unwrap();
        symlink(&elsewhere, place.out.join("a")).unwrap();
        let wanted = files([("a/b/x.yaml", "1"), ("a/y.yaml", "1"), ("z.yaml", "1")]);
        for target in [place.target(), place.without_cache()] {
            assert_eq!(place.refused(&target, &wanted), [r#"Symlink("infra/a")"#]);
        }
        assert_eq!(tree(&elsewhere).len(), 1);
    }

    #[test]
    fn the_output_folder_may_not_be_a_link() {
        let place = Place::new();
        let elsewhere = place.root.join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        symlink(&elsewhere, &place.out).unwrap();
        for folder in ["infra", "infra/", "./infra/."] {
            let folder = place.root.join(folder);
            for target in [place.target(), place.without_cache()] {
                let target = Target { folder: &folder, ..target };
                for run in [compare, write] {
                    let problems = run(&target, &files([("x", "1")])).unwrap_err();
                    assert_eq!(place.relative(&problems), [r#"Symlink("infra")"#]);
                }
            }
        }
        assert_eq!(tree(&elsewhere), BTreeMap::new());
    }

    #[test]
    fn links_are_neither_followed_nor_removed() {
        let place = Place::new();
        let elsewhere = place.root.join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("ours-once.yaml"), text("1")).unwrap();
        place.build(&files([("a/x.yaml", "1"), ("b/y.yaml", "1")]));
        symlink(&elsewhere, place.out.join("a/folder")).unwrap();
        symlink("../b/y.yaml", place.out.join("a/file.yaml")).unwrap();
        let outcome = place.build(&[]);
        assert_eq!(outcome.changes, changes([(Change::Remove, "a/x.yaml"), (Change::Remove, "b/y.yaml")]));
        assert_eq!(place.tree().into_keys().collect::<Vec<_>>(), ["a", "a/file.yaml", "a/folder"]);
        assert_eq!(tree(&elsewhere).len(), 1);
    }

    #[test]
    fn a_file_that_became_a_link_to_the_same_text_is_not_trusted() {
        let place = Place::new();
        let built = files([("x.yaml", "1")]);
        place.build(&built);
        fs::rename(place.out.join("x.yaml"), place.root.join("x.yaml")).unwrap();
        symlink("../x.yaml", place.out.join("x.yaml")).unwrap();
        assert_eq!(place.refused(&place.target(), &built), [r#"Symlink("infra/x.yaml")"#]);
    }

    #[test]
    fn pipes_are_never_opened() {
        let place = Place::new();
        place.build(&files([("a/x.yaml", "1")]));
        let pipe = place.out.join("a/pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let wanted = files([("a/x.yaml", "2"), ("a/pipe", "1")]);
        let problems = compare(&place.target(), &wanted).unwrap_err();
        assert_eq!(place.relative(&problems), [r#"NotAFile("infra/a/pipe")"#]);
        write(&place.target(), &[]).unwrap();
        assert!(pipe.symlink_metadata().is_ok());
    }
}

#[test]
fn paths_stay_inside_and_plain() {
    let place = Place::new();
    let strange = ["../x", "a/../x", "/x", "a//x", "a/", "", ".", "./x", "a\\x", "C:/x", "a\nb", ".git/x", "a/.git"];
    let strange = strange.into_iter().chain([".platformc/x", "a/.platformc-1-2.tmp", "..", "a/.."]);
    for path in strange {
        let problems = place.refused(&place.target(), &[file("fine.yaml", "1"), file(path, "1")]);
        assert_eq!(problems, [format!("Outside({path:?})")]);
    }
    let plain = files([("..x", "1"), ("a/...", "1"), (".gitignore", "1"), ("a b/ü:ä", "1"), ("x..y", "1")]);
    place.build(&plain);
    assert_eq!(place.tree(), tree_of(&plain));
}

#[test]
fn paths_that_some_disks_take_for_one_collide() {
    let place = Place::new();
    let colliding =
        [("a/x.yaml", "a/X.yaml"), ("a/x", "A/y"), ("a/x", "a/x"), ("a", "a/x"), ("ä/x", "Ä/x"), ("a/b", "A")];
    for (left, right) in colliding {
        let problems = compare(&place.target(), &files([(left, "1"), (right, "2"), ("other", "1")])).unwrap_err();
        assert!(problems.iter().all(|problem| matches!(problem, Problem::Collision(..))), "{problems:?}");
        assert!(!problems.is_empty());
    }
    compare(&place.target(), &files([("a/x", "1"), ("b/x", "1"), ("a/b/x", "1"), ("ab/x", "1")])).unwrap();
}

#[test]
fn emptied_folders_go_and_nothing_else() {
    let place = Place::new();
    place.build(&files([("a/b/c/x.yaml", "1"), ("d/e/y.yaml", "1"), ("f/z.yaml", "1")]));
    place.put("d/mine.txt", "mine");
    place.put("f/mine/too.bin", "\u{1}");
    fs::create_dir_all(place.out.join("empty/mine")).unwrap();
    let outcome = place.build(&[]);
    assert_eq!(outcome.changes.len(), 3);
    let left = ["d", "d/mine.txt", "empty", "empty/mine", "f", "f/mine", "f/mine/too.bin"];
    assert_eq!(place.tree().into_keys().collect::<Vec<_>>(), left);
}

#[test]
fn the_output_folder_and_its_parent_stay() {
    let place = Place::new();
    place.build(&files([("a/x.yaml", "1")]));
    place.build(&[]);
    assert_eq!(place.tree(), BTreeMap::new());
    assert!(place.out.is_dir());
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let place = Place::new();
    let mine = [
        ("base/app/kustomization.yaml", "resources: []\n"),
        ("base/app/late.yaml", &format!("\n# {MARKER}\n")),
        ("empty", ""),
        (".git/config", &text("git's own")),
        (".platformc-notes.tmp", "mine"),
        ("other/platform.pf", "platform other {}"),
        ("other/infra/x.yaml", &text("the other platform's")),
    ];
    for (path, content) in mine {
        place.put(path, content);
    }
    let before = place.tree();
    for target in [place.target(), place.without_cache(), place.forced()] {
        assert_eq!(write(&target, &[]).unwrap(), Outcome::default());
        assert_eq!(before, place.tree());
    }
    let wanted = files([("other/infra/x.yaml", "1")]);
    let problems = [r#"Foreign("infra/other")"#, r#"Foreign("infra/other")"#];
    assert_eq!(place.refused(&place.target(), &wanted)[0], problems[0]);
}

#[test]
fn a_platform_may_lie_in_its_own_output_folder() {
    let place = Place::new();
    let target = Target { folder: &place.root, ..place.target() };
    fs::write(place.root.join("platform.pf"), "platform p {}").unwrap();
    write(&target, &files([("a/x.yaml", "1"), ("y.yaml", "1")])).unwrap();
    let outcome = write(&target, &files([("a/x.yaml", "1")])).unwrap();
    assert_eq!(outcome, Outcome { changes: changes([(Change::Remove, "y.yaml")]), unchanged: 1, ..Outcome::default() });
    assert!(place.cache.join("cache").exists() && place.root.join("platform.pf").exists());
}

#[test]
fn a_hand_edit_is_found_and_kept() {
    let place = Place::new();
    place.build(&files([("a/x.yaml", "one"), ("stale.yaml", "one"), ("y.yaml", "one")]));
    place.put("a/x.yaml", &text("two"));
    place.put("stale.yaml", &text("two"));
    let wanted = files([("a/x.yaml", "three"), ("y.yaml", "three")]);
    let problems = [r#"Edited("infra/a/x.yaml")"#, r#"Edited("infra/stale.yaml")"#];
    assert_eq!(place.refused(&place.target(), &wanted), problems);
    assert_eq!(place.refused(&place.target(), &wanted), problems, "a refused run remembers nothing new");
    assert_eq!(write(&place.forced(), &wanted).unwrap().changes.len(), 3);
    assert_eq!(place.tree(), tree_of(&wanted));
}

#[test]
fn an_edit_of_an_unchanged_file_is_found_too() {
    let place = Place::new();
    let built = files([("x.yaml", "one")]);
    place.build(&built);
    place.put("x.yaml", &text("two"));
    assert_eq!(place.refused(&place.target(), &built), [r#"Edited("infra/x.yaml")"#]);
    assert_eq!(write(&place.without_cache(), &built).unwrap().changes, changes([(Change::Update, "x.yaml")]));
}

#[test]
fn an_edit_of_the_same_size_and_time_is_found() {
    for round in 0..40 {
        let place = Place::new();
        let built = files([("x.yaml", "one"), ("y.yaml", "one")]);
        place.build(&built);
        if round % 2 == 0 {
            let_the_clock_tick();
            place.build(&built);
        }
        let path = place.out.join("x.yaml");
        let modified = path.metadata().unwrap().modified().unwrap();
        let mut edited = fs::File::options().write(true).open(&path).unwrap();
        edited.write_all(text("two").as_bytes()).unwrap();
        edited.set_modified(modified).unwrap();
        drop(edited);
        assert_eq!(place.refused(&place.target(), &built), [r#"Edited("infra/x.yaml")"#]);
    }
}

#[test]
fn folders_that_change_places_are_found() {
    let place = Place::new();
    let built: Vec<OutputFile> = (0..50).flat_map(|n| ["a", "b"].map(|f| file(&format!("{f}/{n}"), f))).collect();
    place.build(&built);
    let_the_clock_tick();
    place.build(&built);
    for (from, to) in [("a", "c"), ("b", "a"), ("c", "b")] {
        fs::rename(place.out.join(from), place.out.join(to)).unwrap();
    }
    assert_eq!(place.refused(&place.target(), &built).len(), 100);
    write(&place.forced(), &built).unwrap();
    assert_eq!(place.tree(), tree_of(&built));
}

#[test]
fn an_edit_that_the_source_now_asks_for_is_fine() {
    let place = Place::new();
    place.build(&files([("x.yaml", "one")]));
    place.put("x.yaml", &text("two"));
    assert_eq!(
        place.build(&files([("x.yaml", "two")])),
        Outcome { changes: vec![], unchanged: 1, ..Outcome::default() }
    );
    place.build(&files([("x.yaml", "three")]));
    assert_eq!(place.read("x.yaml"), text("three"));
}

#[test]
fn a_file_that_was_deleted_by_hand_comes_back() {
    let place = Place::new();
    let built = files([("a/x.yaml", "1"), ("b/y.yaml", "1")]);
    place.build(&built);
    fs::remove_dir_all(place.out.join("a")).unwrap();
    assert_eq!(
        place.build(&built),
        Outcome { changes: changes([(Change::Create, "a/x.yaml")]), unchanged: 1, ..Outcome::default() }
    );
    fs::remove_dir_all(&place.out).unwrap();
    assert_eq!(place.build(&built).changes.len(), 2);
    assert_eq!(place.tree(), tree_of(&built));
}

#[test]
fn who_removes_the_marker_owns_the_file() {
    let place = Place::new();
    place.build(&files([("x.yaml", "1"), ("stale.yaml", "1")]));
    place.put("x.yaml", "mine: now\n");
    place.put("stale.yaml", "mine: now\n");
    for target in [place.target(), place.forced(), place.without_cache()] {
        assert_eq!(place.refused(&target, &files([("x.yaml", "2")])), [r#"Foreign("infra/x.yaml")"#]);
    }
    assert_eq!(place.build(&[]), Outcome::default());
    assert_eq!(place.read("stale.yaml"), "mine: now\n");
}

#[test]
fn a_lost_power_supply_leaves_empty_files_that_are_mended() {
    let place = Place::new();
    let built = files([("x.yaml", "1"), ("stale.yaml", "1")]);
    place.build(&built);
    place.put("x.yaml", "");
    place.put("stale.yaml", "");
    place.build(&files([("x.yaml", "1")]));
    assert_eq!(place.tree(), tree_of(&files([("x.yaml", "1")])));
}

#[test]
fn only_what_is_within_goes() {
    let place = Place::new();
    let built = files([("hub-a/x.yaml", "1"), ("hub-a/y.yaml", "1"), ("hub-ab/z.yaml", "1"), ("c.yaml", "1")]);
    place.build(&built);
    let within = ["hub-a/".to_owned(), "c.yaml".to_owned()];
    let target = Target { within: Some(&within), ..place.target() };
    let outcome = write(&target, &files([("hub-a/x.yaml", "2")])).unwrap();
    let expected = [(Change::Remove, "c.yaml"), (Change::Update, "hub-a/x.yaml"), (Change::Remove, "hub-a/y.yaml")];
    assert_eq!(outcome, Outcome { changes: changes(expected), unchanged: 0, ..Outcome::default() });
    assert_eq!(place.tree(), tree_of(&files([("hub-a/x.yaml", "2"), ("hub-ab/z.yaml", "1")])));
    let nothing = Target { within: Some(&[]), ..place.target() };
    assert_eq!(write(&nothing, &[]).unwrap(), Outcome::default());
}

#[test]
fn a_build_of_one_hub_remembers_the_others() {
    let place = Place::new();
    place.build(&files([("a/x.yaml", "1"), ("b/y.yaml", "1")]));
    let within = ["a".to_owned()];
    write(&Target { within: Some(&within), ..place.target() }, &files([("a/x.yaml", "2")])).unwrap();
    place.put("b/y.yaml", &text("edited"));
    write(&Target { within: Some(&within), ..place.target() }, &files([("a/x.yaml", "3")])).unwrap();
    let wanted = files([("a/x.yaml", "3"), ("b/y.yaml", "2")]);
    assert_eq!(place.refused(&place.target(), &wanted), [r#"Edited("infra/b/y.yaml")"#]);
}

type Damage = fn(Vec<u8>) -> Vec<u8>;

#[test]
fn a_damaged_cache_is_as_good_as_none() {
    let damages: [(&str, Damage); 6] = [
        ("empty", |_| vec![]),
        ("garbage", |bytes| bytes.iter().map(|byte| byte ^ 0x5a).collect()),
        ("cut", |mut bytes| bytes.split_off(bytes.len() / 2)),
        ("cut short", |bytes| bytes[..bytes.len() - 1].to_vec()),
        ("longer", |bytes| [bytes, vec![0]].concat()),
        ("foreign", |_| b"SQLite format 3\0".to_vec()),
    ];
    for (name, damage) in damages {
        let place = Place::new();
        place.build(&files([("a/x.yaml", "1"), ("b/y.yaml", "1")]));
        place.put("a/x.yaml", &text("edited"));
        let cache = place.cache.join("cache");
        fs::write(&cache, damage(fs::read(&cache).unwrap())).unwrap();
        let wanted = files([("a/x.yaml", "2"), ("c/z.yaml", "1")]);
        assert_eq!(place.build(&wanted).changes.len(), 3, "{name}");
        assert_eq!(place.tree(), tree_of(&wanted));
        place.put("a/x.yaml", &text("edited"));
        assert_eq!(place.refused(&place.target(), &wanted), [r#"Edited("infra/a/x.yaml")"#], "{name} is replaced");
    }
}

#[test]
fn any_flipped_byte_of_the_cache_is_noticed() {
    let place = Place::new();
    let built = files([("a/x.yaml", "1")]);
    place.build(&built);
    let_the_clock_tick();
    place.build(&built);
    let cache = place.cache.join("cache");
    let whole = fs::read(&cache).unwrap();
    for index in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[index] ^= 1;
        fs::write(&cache, flipped).unwrap();
        let outcome = compare(&place.target(), &files([("a/x.yaml", "2")])).unwrap();
        assert_eq!(outcome.changes, changes([(Change::Update, "a/x.yaml")]), "byte {index}");
        assert_eq!(compare(&place.target(), &built).unwrap().unchanged, 1, "byte {index}");
    }
}

#[test]
fn the_cache_of_another_output_folder_says_nothing() {
    let place = Place::new();
    place.build(&files([("x.yaml", "1")]));
    let other = place.root.join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("x.yaml"), text("0")).unwrap();
    write(&Target { folder: &other, ..place.target() }, &files([("x.yaml", "1")])).unwrap();
    assert_eq!(tree(&other), place.tree());
}

#[test]
fn a_platform_may_be_moved_with_its_cache() {
    let place = Place::new();
    let home = place.root.join("home");
    let (out, cache) = (home.join("infra"), home.join(".platformc"));
    let built = files([("x.yaml", "1")]);
    write(&Target { folder: &out, cache: Some(&cache), ..place.target() }, &built).unwrap();
    let moved = place.root.join("moved");
    fs::rename(&home, &moved).unwrap();
    let (out, cache) = (moved.join("infra"), moved.join(".platformc"));
    fs::write(out.join("x.yaml"), text("edited")).unwrap();
    let problems = compare(&Target { folder: &out, cache: Some(&cache), ..place.target() }, &built).unwrap_err();
    assert!(matches!(problems[..], [Problem::Edited(_)]));
}

#[test]
fn git_ignores_the_cache() {
    let place = Place::new();
    place.build(&files([("x.yaml", "1")]));
    assert_eq!(fs::read_to_string(place.cache.join(".gitignore")).unwrap(), "*\n");
    let left: Vec<String> = tree(&place.cache).into_keys().collect();
    assert_eq!(left, [".gitignore", "cache", "lock"]);
}

/// `text` is the rest of a journal that an interrupted build left.
fn interrupt(place: &Place, text: &str) {
    fs::create_dir_all(&place.cache).unwrap();
    let cache = fs::read(place.cache.join("cache")).unwrap_or_default();
    let mark = u128::from_be_bytes(cache.last_chunk().copied().unwrap_or_default());
    fs::write(place.cache.join("journal"), format!("platformc journal 3 {mark:032x} infra\n{text}")).unwrap();
}

#[test]
fn an_interrupted_build_is_mended() {
    for half in ["", "# Gener", &text("a long text that is not the o")[..60]] {
        let place = Place::new();
        place.build(&files([("a/x.yaml", "1"), ("b/y.yaml", "1"), ("stale.yaml", "1")]));
        interrupt(&place, "create a/new.yaml\ncreate a/forgotten.yaml\ncreate a/x.yaml\nremove stale.yaml\n");
        place.put("a/new.yaml", half);
        place.put("a/forgotten.yaml", half);
        place.put("a/x.yaml", half);
        place.put("a/.platformc-77-3.tmp", half);
        place.put("deep/.platformc-77-4.tmp", half);
        let wanted = files([("a/x.yaml", "1"), ("b/y.yaml", "1"), ("a/new.yaml", "1")]);
        place.build(&wanted);
        assert_eq!(place.tree(), tree_of(&wanted));
        assert!(!place.cache.join("journal").exists());
    }
}

#[test]
fn only_what_the_journal_names_is_mended() {
    let place = Place::new();
    place.build(&files([("x.yaml", "1")]));
    interrupt(&place, "create a/new.yaml\nremove c.yaml\nupdate 00000000000000000000000000000001 d.yaml\nnonsense\n");
    for path in ["b/other.yaml", "c.yaml", "d.yaml"] {
        place.put(path, "# Gener");
    }
    let wanted = files([("b/other.yaml", "1"), ("c.yaml", "1"), ("d.yaml", "1")]);
    let problems = write(&place.target(), &wanted).unwrap_err();
    let named = place.relative(&problems);
    assert_eq!(named, ["b/other.yaml", "c.yaml", "d.yaml"].map(|path| format!("Foreign(\"infra/{path}\")")));
    assert!(place.cache.join("journal").exists(), "it stays until a build succeeds");
    let journal = fs::read_to_string(place.cache.join("journal")).unwrap();
    fs::write(place.cache.join("journal"), journal.replace("infra", "other") + "create c.yaml\n").unwrap();
    assert_eq!(write(&place.target(), &wanted).unwrap_err().len(), 3, "another folder's journal says nothing");
}

#[test]
fn one_hubs_build_does_not_hide_the_interruption_of_another() {
    let place = Place::new();
    place.build(&files([("a/x.yaml", "1"), ("b/y.yaml", "1"), ("b/w.yaml", "1")]));
    interrupt(&place, "create b/half.yaml\ncreate b/y.yaml\ncreate b/w.yaml\n");
    place.put("b/half.yaml", "# Gen");
    place.put("b/y.yaml", &text("2"));
    let within = ["a".to_owned()];
    write(&Target { within: Some(&within), ..place.target() }, &files([("a/x.yaml", "1")])).unwrap();
    assert!(place.has("b/y.yaml") && place.has("b/w.yaml") && !place.has("b/half.yaml"));
    let wanted = files([("a/x.yaml", "1"), ("b/half.yaml", "3"), ("b/y.yaml", "3")]);
    place.build(&wanted);
    assert_eq!(place.tree(), tree_of(&wanted));
}

/// A disk on which no cache can be renewed.
#[derive(Debug)]
struct Forgetful;

impl Disk for Forgetful {
    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> std::io::Result<()> {
        if to.ends_with(".platformc/cache") {
            Err(std::io::ErrorKind::StorageFull.into())
        } else {
            System.rename(from, to)
        }
    }
}

/// Builds, but is interrupted before the cache can be renewed; gives the journal.
fn build_and_forget(place: &Place, files: &[OutputFile]) -> String {
    let cache = place.cache.join("cache");
    let target = Target { disk: &Forgetful, ..place.target() };
    let problems = write(&target, files).unwrap_err();
    assert!(matches!(&problems[..], [Problem::Unfinished { path, .. }] if *path == cache));
    assert_eq!(place.tree(), tree_of(files));
    fs::read_to_string(place.cache.join("journal")).unwrap()
}

#[test]
fn the_journal_says_what_is_going_to_happen() {
    let place = Place::new();
    place.build(&files([("same.yaml", "1"), ("stale.yaml", "1"), ("x.yaml", "1"), ("half.yaml", "1")]));
    interrupt(&place, "create half.yaml\ncreate lost.yaml\ncreate same.yaml\n");
    place.put("half.yaml", "# Gen");
    place.put("lost.yaml", "# Gen");
    let wanted = files([("half.yaml", "2"), ("same.yaml", "1"), ("x.yaml", "2"), ("a/new.yaml", "1")]);
    let journal = build_and_forget(&place, &wanted);
    let (updates, lines): (Vec<&str>, Vec<&str>) =
        journal.lines().skip(1).partition(|line| line.starts_with("update "));
    let names: Vec<&str> = updates.iter().map(|line| line.rsplit(' ').next().unwrap()).collect();
    assert_eq!(names, ["half.yaml", "x.yaml"]);
    // What an older interruption left stays named until it is mended.
    let old = ["create half.yaml", "create lost.yaml", "create same.yaml"];
    assert_eq!(lines, [&old[..], &["remove lost.yaml", "remove stale.yaml", "create a/new.yaml"]].concat());
}

#[test]
fn a_build_that_could_not_remember_did_not_edit_by_hand() {
    let place = Place::new();
    let version = |body: &str| files([("a/x.yaml", body), ("y.yaml", body)]);
    place.build(&version("1"));
    build_and_forget(&place, &version("2"));
    place.put("a/x.yaml", &text("edited since"));
    let problems = place.relative(&compare(&place.target(), &version("3")).unwrap_err());
    assert_eq!(problems, [r#"Edited("infra/a/x.yaml")"#]);
    place.put("a/x.yaml", &text("2"));
    assert_eq!(place.build(&version("3")).changes.len(), 2);
    assert_eq!(place.tree(), tree_of(&version("3")));
}

#[test]
fn a_build_that_fails_keeps_what_is_known_of_an_interruption() {
    let place = Place::new();
    interrupt(&place, "create half.yaml\n");
    place.put("half.yaml", "# Gen");
    let long = "x".repeat(300);
    write(&place.target(), &files([("half.yaml", "1"), (&long, "1")])).unwrap_err();
    place.build(&files([("half.yaml", "1")]));
    assert_eq!(place.tree(), tree_of(&files([("half.yaml", "1")])));
}

#[test]
fn what_can_not_be_written_is_taken_back() {
    let place = Place::new();
    place.build(&files([("a/x.yaml", "1"), ("stale.yaml", "1")]));
    let before = place.tree();
    let long = format!("new/folder/{}", "x".repeat(300));
    let mut wanted = files([("a/x.yaml", "2"), ("b/y.yaml", "1"), (&long, "1"), ("z/z.yaml", "1")]);
    wanted.extend((0..200).map(|number| file(&format!("many/{number}.yaml"), "1")));
    for target in [place.target(), place.without_cache()] {
        let problems = write(&target, &wanted).unwrap_err();
        assert!(matches!(&problems[..], [Problem::Io { path, .. }] if path.ends_with(&long)));
        assert_eq!(before, place.tree());
        assert!(!place.cache.join("journal").exists());
        place.build(&files([("a/x.yaml", "1"), ("stale.yaml", "1")]));
    }
    let nowhere = place.root.join("nowhere");
    write(&Target { folder: &nowhere, ..place.target() }, &wanted).unwrap_err();
    assert!(!nowhere.exists());
}

#[test]
fn names_may_be_as_long_as_the_disk_knows_them() {
    let (long, longer) = ("x".repeat(255), "x".repeat(256));
    let deep = vec!["y".repeat(200); 30].join("/");
    for has_cache in [true, false] {
        let place = Place::new();
        let target = if has_cache { place.target() } else { place.without_cache() };
        let path = format!("{long}/{long}");
        for body in ["1", "2"] {
            write(&target, &files([(&path, body), ("a", body)])).unwrap();
            assert_eq!(place.tree(), tree_of(&files([(&path, body), ("a", body)])));
        }
        for refused in [&longer, &format!("{long}/{longer}"), &format!("{longer}/x"), &deep] {
            let before = place.tree();
            let problems = write(&target, &files([(refused, "1"), ("a", "3"), ("b/new", "3")])).unwrap_err();
            let [Problem::Io { path, error }] = &problems[..] else { panic!("{problems:?}") };
            assert_eq!(error.kind(), std::io::ErrorKind::InvalidFilename, "{problems:?}");
            assert!(place.out.join(refused).starts_with(path), "{problems:?}");
            assert_eq!(before, place.tree());
        }
        write(&target, &[]).unwrap();
        assert_eq!(place.tree(), BTreeMap::new());
    }
}

/// A disk that ignores case: names are kept as they were first written.
#[derive(Debug)]
struct Folding;

impl Folding {
    fn found(path: &Utf8Path) -> Utf8PathBuf {
        let mut found = Utf8PathBuf::new();
        for part in path.components() {
            let names = if found.is_dir() { fs::read_dir(&found).unwrap().collect() } else { vec![] };
            let names = names.into_iter().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let same = names.into_iter().find(|name| name.eq_ignore_ascii_case(part.as_str()));
            found.push(same.unwrap_or_else(|| part.to_string()));
        }
        found
    }
}

impl Disk for Folding {
    fn metadata(&self, path: &Utf8Path) -> std::io::Result<fs::Metadata> {
        System.metadata(&Self::found(path))
    }

    fn create(&self, path: &Utf8Path) -> std::io::Result<fs::File> {
        System.create(&Self::found(path))
    }

    fn create_folder(&self, path: &Utf8Path) -> std::io::Result<()> {
        System.create_folder(&Self::found(path))
    }

    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> std::io::Result<()> {
        System.rename(&Self::found(from), &Self::found(to))
    }

    fn remove_folder(&self, path: &Utf8Path) -> std::io::Result<()> {
        System.remove_folder(&Self::found(path))
    }
}

#[test]
fn what_has_the_name_in_another_case_stays() {
    for has_cache in [true, false] {
        let place = Place::new();
        let target = Target { disk: &Folding, ..if has_cache { place.target() } else { place.without_cache() } };
        place.put("readme.md", "mine");
        fs::create_dir(place.out.join("mine")).unwrap();
        let before = place.tree();
        for path in ["README.md", "Mine/x"] {
            let problems = write(&target, &files([(path, "1"), ("a", "1")])).unwrap_err();
            let [Problem::Io { path: named, error }] = &problems[..] else { panic!("{problems:?}") };
            assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
            assert!(place.out.join(path).starts_with(named), "{named}");
            assert_eq!(before, place.tree());
        }
    }
}

#[test]
fn one_hubs_build_does_not_hide_an_edit_after_an_interruption() {
    let place = Place::new();
    place.build(&files([("a/x.yaml", "1"), ("b/y.yaml", "1")]));
    build_and_forget(&place, &files([("a/x.yaml", "2"), ("b/y.yaml", "2")]));
    place.put("b/y.yaml", &text("edited"));
    let within = ["a".to_owned()];
    write(&Target { within: Some(&within), ..place.target() }, &files([("a/x.yaml", "2")])).unwrap();
    let wanted = files([("a/x.yaml", "2"), ("b/y.yaml", "3")]);
    assert_eq!(place.refused(&place.target(), &wanted), [r#"Edited("infra/b/y.yaml")"#]);
}

#[test]
fn a_name_with_line_ends_forges_no_journal() {
    let place = Place::new();
    let forged = "stale\ncreate x.yaml";
    place.put(forged, &text("1"));
    place.build(&files([("x.yaml", "1")]));
    place.put(forged, &text("1"));
    let journal = build_and_forget(&place, &files([("x.yaml", "2")]));
    assert!(!journal.contains("create x.yaml"), "{journal}");
    place.put("x.yaml", &text("edited"));
    assert_eq!(place.relative(&compare(&place.target(), &[]).unwrap_err()), [r#"Edited("infra/x.yaml")"#]);
}

#[test]
fn builds_wait_for_each_other() {
    let place = Place::new();
    let variant = |name: &str| -> Vec<OutputFile> {
        let own = (0..300).map(|number| file(&format!("{name}-{}/{number}.yaml", number % 7), name));
        own.chain([file("shared.yaml", name)]).collect()
    };
    let variants = ["a", "b", "c", "d"].map(variant);
    for _ in 0..5 {
        std::thread::scope(|scope| {
            for files in &variants {
                scope.spawn(|| write(&place.forced(), files).unwrap());
            }
        });
        let left = place.tree();
        assert!(variants.iter().any(|files| tree_of(files) == left), "a mixture was written");
    }
}

/// The files of a build that gets killed; `round` changes most of them.
fn many(round: usize) -> Vec<OutputFile> {
    let paths = (0..600_usize).filter(|number| !(number + round).is_multiple_of(3));
    paths.map(|number| file(&format!("c{}/s{number}.yaml", number % 40), &format!("{}", number % 5 * round))).collect()
}

/// Not a test of its own: [`a_killed_build_is_mended`] runs it in a process that it kills.
#[test]
#[ignore = "runs until it is killed"]
fn endless_builds() {
    let Ok(root) = std::env::var("PLATFORMC_TEST_ROOT") else { return };
    let root = Utf8PathBuf::from(root);
    let (out, cache) = (root.join("infra"), root.join(".platformc"));
    let cache = cache.exists().then_some(&*cache);
    for round in 0.. {
        write(&Target { cache, ..Target::new(&out, &Timings::default()) }, &many(round)).unwrap();
    }
}

/// Kills a build some milliseconds after `sign` has appeared.
fn kill_a_build(place: &Place, sign: &Utf8Path, after: u64) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "endless_builds", "--ignored"])
        .env("PLATFORMC_TEST_ROOT", &place.root)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(30);
    while !sign.exists() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(after));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_killed_build_is_mended() {
    let place = Place::new();
    fs::create_dir(&place.cache).unwrap();
    let journal = place.cache.join("journal");
    let mut interrupted = 0;
    for round in 1..=60 {
        kill_a_build(&place, &journal, 37 * round % 12);
        interrupted += usize::from(journal.exists());
        let wanted = many(usize::try_from(round).unwrap());
        place.build(&wanted);
        assert_eq!(place.tree(), tree_of(&wanted), "round {round}");
        if round >= 5 && interrupted > 2 {
            break;
        }
    }
    assert!(interrupted > 0, "no build was interrupted while it wrote");
}

#[test]
fn a_killed_build_without_a_cache_leaves_whole_files() {
    let place = Place::new();
    for round in 1..=6 {
        kill_a_build(&place, &place.out, 37 * round % 12);
        let is_whole = |path: &str, text: &str| text == "/" || path.contains(".platformc-") || text.ends_with('\n');
        assert!(place.tree().iter().all(|(path, text)| is_whole(path, text)));
        let wanted = many(usize::try_from(round).unwrap());
        write(&place.without_cache(), &wanted).unwrap();
        assert_eq!(place.tree(), tree_of(&wanted), "round {round}");
        fs::remove_dir_all(&place.out).unwrap();
    }
    assert!(!place.cache.exists());
}

/// A small generator of numbers that are random enough.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn path(&mut self) -> String {
        format!("{}/{}.yaml", ["a", "b", "a/c", "d/e/f"][self.below(4)], self.below(6))
    }

    fn body(&mut self) -> &'static str {
        ["one", "two", "six", "three"][self.below(4)]
    }

    fn files(&mut self) -> Vec<OutputFile> {
        let count = self.below(14);
        let chosen: BTreeMap<String, &str> = (0..count).map(|_| (self.path(), self.body())).collect();
        chosen.iter().map(|(path, body)| file(path, body)).collect()
    }
}

/// What somebody does to the tree between two builds; the same in both places.
fn meddle(places: [&Place; 2], random: &mut Random) {
    let (deed, path, other, body) = (random.below(8), random.path(), random.path(), random.body());
    for place in places {
        let (from, to) = (place.out.join(&path), place.out.join(&other));
        match deed {
            0 if place.has(&path) => place.put(&path, &text(body)),
            1 if place.has(&path) => fs::remove_file(&from).unwrap(),
            2 => place.put(&path, &text(body)),
            3 if place.has(&path) => place.put(&path, "mine\n"),
            4 if place.has(&path) && place.has(&other) => fs::rename(&from, &to).unwrap(),
            5 if place.has("a/c") && place.has("b") => {
                fs::rename(place.out.join("a/c"), place.out.join("t")).unwrap();
                fs::rename(place.out.join("b"), place.out.join("a/c")).unwrap();
                fs::rename(place.out.join("t"), place.out.join("b")).unwrap();
            }
            6 if place.has("d") => fs::remove_dir_all(place.out.join("d")).unwrap(),
            _ => {}
        }
    }
}

#[test]
fn the_cache_never_changes_the_result() {
    let (mut refused, mut changed) = (0, 0);
    for seed in 0..12 {
        let (mut random, cached, plain) = (Random(seed), Place::new(), Place::new());
        let mut wanted = random.files();
        for step in 0..30 {
            if random.below(3) == 0 {
                wanted = random.files();
            }
            for _ in 0..random.below(4) {
                meddle([&cached, &plain], &mut random);
            }
            if random.below(8) == 0 {
                let_the_clock_tick();
            }
            let with = write(&cached.forced(), &wanted).map_err(|problems| cached.relative(&problems));
            let without = write(&plain.without_cache(), &wanted).map_err(|problems| plain.relative(&problems));
            assert_eq!(with, without, "seed {seed}, step {step}");
            assert_eq!(cached.tree(), plain.tree(), "seed {seed}, step {step}");
            match with {
                Ok(outcome) => changed += usize::from(!outcome.changes.is_empty() && outcome.unchanged > 0),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 20 && changed > 50, "{refused} refused, {changed} changed: too tame to show anything");
}

#[test]
fn a_build_leaves_exactly_what_was_asked_for() {
    for seed in 100..115 {
        let (mut random, place) = (Random(seed), Place::new());
        for _ in 0..20 {
            let wanted = random.files();
            place.build(&wanted);
            assert_eq!(place.tree(), tree_of(&wanted), "seed {seed}");
        }
    }
}
