//! The part of CODEOWNERS on the disk: where it stands, what stops a build, and what is left of others' files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::fs;

use camino::Utf8Path;
use platformc::documents::{OutputFile, Part, merged};
use platformc::model::Forge;
use platformc::project::write::{Beside, Change, Outcome, Problem, Target, compare, write};

use support::place::{Place, files, tree};

/// A build with these lines in CODEOWNERS.
fn run(place: &Place, forge: Forge, lines: Option<&str>, check: bool) -> Result<Vec<(Change, String)>, Vec<Problem>> {
    let beside = Some(Beside { folder: &place.root, part: lines.map(|lines| Part { forge, lines }) });
    let target = Target { beside, ..place.target() };
    let files: Vec<OutputFile> = files([("a/x.yaml", "1")]);
    let done = if check { compare(&target, &files) } else { write(&target, &files) };
    done.map(|Outcome { beside, .. }| beside)
}

fn build(place: &Place, forge: Forge, lines: Option<&str>) -> Vec<(Change, String)> {
    let before = tree(&place.root);
    let compared = run(place, forge, lines, true).unwrap();
    assert_eq!(before, tree(&place.root), "a check changed something");
    let changes = run(place, forge, lines, false).unwrap();
    assert_eq!(compared, changes);
    assert_eq!(run(place, forge, lines, true).unwrap(), []);
    changes
}

fn put(place: &Place, path: &str, text: &str) {
    let path = place.root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn read(place: &Place, path: &str) -> String {
    fs::read_to_string(place.root.join(path)).unwrap()
}

fn with_part(mine: &str, lines: &str) -> String {
    String::from_utf8(merged(mine.as_bytes(), Some(lines)).unwrap()).unwrap()
}

fn change(change: Change, path: &str) -> (Change, String) {
    (change, path.to_owned())
}

const ONE: &str = "/a @one\n";
const TWO: &str = "/a @two\n/b @two\n";

#[test]
fn it_is_created_updated_and_removed() {
    let place = Place::new();
    let at = |made: Change| vec![change(made, "CODEOWNERS")];
    assert_eq!(build(&place, Forge::GitHub, Some(ONE)), at(Change::Create));
    assert_eq!(read(&place, "CODEOWNERS"), with_part("", ONE));
    assert_eq!(build(&place, Forge::GitHub, Some(TWO)), at(Change::Update));
    assert_eq!(read(&place, "CODEOWNERS"), with_part("", TWO));
    assert_eq!(build(&place, Forge::GitHub, Some(TWO)), []);
    assert_eq!(build(&place, Forge::GitHub, None), at(Change::Remove));
    assert!(!place.root.join("CODEOWNERS").exists());
    assert_eq!(build(&place, Forge::GitHub, None), []);
}

#[test]
fn what_is_others_stays() {
    let place = Place::new();
    put(&place, "CODEOWNERS", "* @me");
    build(&place, Forge::GitHub, Some(ONE));
    assert_eq!(read(&place, "CODEOWNERS"), with_part("* @me", ONE));
    put(&place, "CODEOWNERS", &(read(&place, "CODEOWNERS") + "/last @me"));
    build(&place, Forge::GitHub, Some(TWO));
    assert_eq!(read(&place, "CODEOWNERS"), with_part("* @me\n", TWO) + "/last @me");
    build(&place, Forge::GitHub, None);
    assert_eq!(read(&place, "CODEOWNERS"), "* @me\n/last @me");
}

#[test]
fn it_stands_where_the_forge_looks_first() {
    for (forge, there, chosen) in [
        (Forge::GitHub, [].as_slice(), "CODEOWNERS"),
        (Forge::GitHub, &["docs/CODEOWNERS"], "docs/CODEOWNERS"),
        (Forge::GitHub, &["CODEOWNERS", "docs/CODEOWNERS"], "CODEOWNERS"),
        (Forge::GitHub, &["CODEOWNERS", ".github/CODEOWNERS"], ".github/CODEOWNERS"),
        (Forge::GitHub, &[".gitlab/CODEOWNERS"], "CODEOWNERS"),
        (Forge::GitLab, &[".gitlab/CODEOWNERS"], ".gitlab/CODEOWNERS"),
        (Forge::GitLab, &[".gitlab/CODEOWNERS", "docs/CODEOWNERS"], "docs/CODEOWNERS"),
        (Forge::GitLab, &[".github/CODEOWNERS", "CODEOWNERS"], "CODEOWNERS"),
    ] {
        let place = Place::new();
        there.iter().for_each(|path| put(&place, path, "* @me\n"));
        let mine = if there.contains(&chosen) { "* @me\n" } else { "" };
        build(&place, forge, Some(ONE));
        assert_eq!(read(&place, chosen), with_part(mine, ONE), "{forge:?} {there:?}");
        for other in there.iter().filter(|path| **path != chosen) {
            assert_eq!(read(&place, other), "* @me\n");
        }
    }
}

#[test]
fn it_moves_with_a_file_that_hides_it() {
    let place = Place::new();
    put(&place, "CODEOWNERS", "# root\n");
    build(&place, Forge::GitHub, Some(ONE));
    put(&place, ".github/CODEOWNERS", "# first\n");
    let moved = build(&place, Forge::GitHub, Some(ONE));
    assert_eq!(moved, [change(Change::Update, ".github/CODEOWNERS"), change(Change::Update, "CODEOWNERS")]);
    assert_eq!(read(&place, ".github/CODEOWNERS"), with_part("# first\n", ONE));
    assert_eq!(read(&place, "CODEOWNERS"), "# root\n");
}

/// The problem of a build, which leaves everything as it was.
fn refused(place: &Place, lines: Option<&str>) -> String {
    let before = tree(&place.root);
    let [compared, written] =
        [true, false].map(|check| place.relative(&run(place, Forge::GitHub, lines, check).unwrap_err()));
    assert_eq!(compared, written);
    let mut after = tree(&place.root);
    after.retain(|path, _| !path.starts_with(".platformc") || before.contains_key(path));
    assert_eq!(before, after);
    written.concat()
}

#[test]
fn damaged_markers_stop_a_build() {
    let place = Place::new();
    let text = with_part("* @me\n", ONE).replace("# END", "# end");
    put(&place, "CODEOWNERS", &text);
    assert_eq!(refused(&place, Some(TWO)), "Damaged(\"CODEOWNERS\")");
    // Where nothing is to be said, they harm nobody.
    build(&place, Forge::GitHub, None);
    assert_eq!(read(&place, "CODEOWNERS"), text);
}

#[test]
fn a_folder_in_its_place_stops_a_build() {
    let place = Place::new();
    fs::create_dir(place.root.join("CODEOWNERS")).unwrap();
    assert_eq!(refused(&place, Some(ONE)), "NotAFile(\"CODEOWNERS\")");
    assert_eq!(build(&place, Forge::GitHub, None), []);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    put(&place, "elsewhere/CODEOWNERS", "* @me\n");
    symlink("elsewhere/CODEOWNERS", place.root.join("CODEOWNERS")).unwrap();
    symlink("elsewhere", place.root.join(".github")).unwrap();
    assert_eq!(refused(&place, Some(ONE)), "Symlink(\"CODEOWNERS\")");
    assert_eq!(build(&place, Forge::GitHub, None), []);
    fs::remove_file(place.root.join("CODEOWNERS")).unwrap();
    build(&place, Forge::GitHub, Some(ONE));
    assert_eq!(read(&place, "elsewhere/CODEOWNERS"), "* @me\n");
}

#[cfg(unix)]
#[test]
fn permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    put(&place, "CODEOWNERS", "* @me\n");
    let path = place.root.join("CODEOWNERS");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    build(&place, Forge::GitHub, Some(ONE));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn what_a_killed_build_left_goes() {
    let place = Place::new();
    for folder in ["", ".github/", "docs/"] {
        put(&place, &format!("{folder}.platformc-CODEOWNERS.tmp"), "half");
    }
    build(&place, Forge::GitHub, None);
    assert!(!tree(&place.root).keys().any(|path| path.contains(".platformc-")));
}

#[test]
fn a_problem_of_the_tree_leaves_it_alone() {
    let place = Place::new();
    put(&place, "CODEOWNERS", "* @me\n");
    place.put("a/x.yaml", "mine");
    assert!(refused(&place, Some(ONE)).contains("Foreign"));
    assert_eq!(read(&place, "CODEOWNERS"), "* @me\n");
}

#[test]
fn the_output_may_be_the_platforms_own_folder() {
    let place = Place::new();
    put(&place, "CODEOWNERS", "* @me\n");
    let beside = Some(Beside { folder: &place.root, part: Some(Part { forge: Forge::GitHub, lines: ONE }) });
    let target = Target { folder: Utf8Path::new(&place.root), beside, ..place.target() };
    for wanted in [files([("a/x.yaml", "1")]), files([("b/x.yaml", "1")])] {
        write(&target, &wanted).unwrap();
        assert_eq!(read(&place, "CODEOWNERS"), with_part("* @me\n", ONE));
    }
}
