//! The disk fails at every operation of a build, one after the other, and so does the build that mends it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, FileType, Metadata, Permissions};
use std::io;
use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};
use platformc::documents::{OutputFile, Part, Portions, merged};
use platformc::model::Forge;
use platformc::project::write::{Beside, Kept, Outcome, Problem, Target, write};
use platformc::project::{Disk, System, replace};

use support::place::{Place, files, text, tree, tree_of};

type Tree = BTreeMap<String, String>;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// One operation is refused.
    Once(io::ErrorKind),
    /// From one operation on, all that this kind of failure forbids are refused.
    Since(io::ErrorKind),
    /// The process ends: half of what is being written is there, and nothing happens any more.
    Killed,
}

use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, StorageFull};

const FAULTS: [Fault; 6] = [
    Fault::Once(StorageFull),
    Fault::Once(ReadOnlyFilesystem),
    Fault::Once(PermissionDenied),
    Fault::Since(StorageFull),
    Fault::Since(ReadOnlyFilesystem),
    Fault::Killed,
];

/// What an operation asks of the disk.
#[derive(Clone, Copy, PartialEq)]
enum Asks {
    Nothing,
    Change,
    Room,
}

/// A disk that fails at one operation.
#[derive(Debug)]
struct Faulty {
    at: usize,
    fault: Fault,
    state: Mutex<(usize, Option<Utf8PathBuf>)>,
}

impl Faulty {
    fn new(at: usize, fault: Fault) -> Self {
        Self { at, fault, state: Mutex::default() }
    }

    /// The path of the operation that failed first.
    fn hit(&self) -> Option<Utf8PathBuf> {
        self.state.lock().unwrap().1.clone()
    }

    fn step(&self, path: &Utf8Path, asks: Asks) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        state.0 += 1;
        let error = match self.fault {
            Fault::Once(kind) if state.0 == self.at => kind,
            Fault::Since(StorageFull) if state.0 >= self.at && asks == Asks::Room => StorageFull,
            Fault::Since(kind) if kind != StorageFull && state.0 >= self.at && asks != Asks::Nothing => kind,
            Fault::Killed if state.0 >= self.at => io::ErrorKind::Other,
            _ => return Ok(()),
        };
        state.1.get_or_insert(path.to_owned());
        Err(error.into())
    }

    fn is_first(&self) -> bool {
        self.state.lock().unwrap().0 == self.at
    }
}

impl Disk for Faulty {
    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        self.step(path, Asks::Nothing)?;
        System.metadata(path)
    }

    fn resolve(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        self.step(path, Asks::Nothing)?;
        System.resolve(path)
    }

    fn list(&self, path: &Utf8Path) -> io::Result<Vec<(OsString, FileType)>> {
        self.step(path, Asks::Nothing)?;
        System.list(path)
    }

    fn read(&self, path: &Utf8Path, limit: u64, into: &mut Vec<u8>) -> io::Result<()> {
        self.step(path, Asks::Nothing)?;
        System.read(path, limit, into)
    }

    fn create(&self, path: &Utf8Path) -> io::Result<File> {
        self.step(path, Asks::Room)?;
        System.create(path)
    }

    fn write(&self, path: &Utf8Path, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let refused = self.step(path, Asks::Room);
        if refused.is_ok() || self.is_first() {
            let part = if refused.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
            System.write(path, file, part)?;
        }
        refused
    }

    fn metadata_of(&self, path: &Utf8Path, file: &File) -> io::Result<Metadata> {
        self.step(path, Asks::Nothing)?;
        System.metadata_of(path, file)
    }

    /// No power is lost in here.
    fn sync(&self, path: &Utf8Path, _: &File) -> io::Result<()> {
        self.step(path, Asks::Room)
    }

    fn permit(&self, path: &Utf8Path, permissions: Permissions) -> io::Result<()> {
        self.step(path, Asks::Change)?;
        System.permit(path, permissions)
    }

    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        self.step(to, Asks::Change)?;
        System.rename(from, to)
    }

    fn remove(&self, path: &Utf8Path) -> io::Result<()> {
        self.step(path, Asks::Change)?;
        System.remove(path)
    }

    fn create_folder(&self, path: &Utf8Path) -> io::Result<()> {
        self.step(path, Asks::Room)?;
        System.create_folder(path)
    }

    fn remove_folder(&self, path: &Utf8Path) -> io::Result<()> {
        self.step(path, Asks::Change)?;
        System.remove_folder(path)
    }

    fn lock(&self, path: &Utf8Path) -> io::Result<File> {
        self.step(path, Asks::Change)?;
        System.lock(path)
    }

    fn lock_to_read(&self, path: &Utf8Path) -> io::Result<File> {
        self.step(path, Asks::Nothing)?;
        System.lock_to_read(path)
    }

    fn lock_to_replace(&self, path: &Utf8Path) -> io::Result<File> {
        self.step(path, Asks::Nothing)?;
        System.lock_to_replace(path)
    }
}

const SAME: (&str, &str) = ("a/same.yaml", "same");

fn old() -> Vec<OutputFile> {
    files([
        SAME,
        ("a/u.yaml", "1"),
        ("b/u.yaml", "1"),
        ("b/r.yaml", "1"),
        ("gone/deep/r.yaml", "1"),
        ("gone/s.yaml", "1"),
    ])
}

fn new() -> Vec<OutputFile> {
    files([
        SAME,
        ("a/u.yaml", "2"),
        ("b/u.yaml", "2"),
        ("a/n.yaml", "2"),
        ("new/deep/n.yaml", "2"),
        ("new/m.yaml", "2"),
    ])
}

fn other() -> Vec<OutputFile> {
    files([
        SAME,
        ("a/u.yaml", "1"),
        ("b/u.yaml", "3"),
        ("new/m.yaml", "3"),
        ("gone/deep/r.yaml", "3"),
        ("third/n.yaml", "3"),
    ])
}

/// What is said in CODEOWNERS together with these files; with some nothing.
fn owners(files: &[OutputFile]) -> Option<String> {
    let last = files.last().map(|file| format!("/{} @team\n", file.path));
    last.filter(|line| !line.contains("third"))
}

/// The user's lines in both files.
const MINE: [(&str, &str); 2] = [("CODEOWNERS", "* @me\n"), ("docs/CODEOWNERS", "# not here\n")];

fn with_part(mine: &str, lines: Option<&str>) -> String {
    String::from_utf8(merged(mine.as_bytes(), lines).unwrap()).unwrap()
}

const WISHES: [fn() -> Vec<OutputFile>; 3] = [new, old, other];

/// In which state a build finds the folder.
#[derive(Clone, Copy, Debug)]
struct Scene {
    has_cache: bool,
    /// There is no output folder yet, nor the one that it is in.
    is_first: bool,
    /// At which operation another build was killed before.
    interrupted: Option<usize>,
    /// The cache is old enough to be trusted.
    is_settled: bool,
    /// A part of CODEOWNERS is written as well, and an old one stands where it is not looked for.
    has_owners: bool,
}

const PLAIN: Scene =
    Scene { has_cache: true, is_first: false, interrupted: None, is_settled: false, has_owners: false };

struct Stage {
    place: Place,
    scene: Scene,
    mine: Tree,
}

impl Stage {
    fn new(scene: Scene) -> Self {
        let mut place = Place::new();
        if scene.is_first {
            place.out = place.root.join("way/to/infra");
        }
        fs::create_dir(place.root.join("elsewhere")).unwrap();
        fs::write(place.root.join("elsewhere/u.yaml"), text("looks like ours")).unwrap();
        let mut stage = Self { place, scene, mine: Tree::new() };
        if scene.has_owners {
            fs::create_dir(stage.place.root.join("docs")).unwrap();
            fs::write(stage.place.root.join(MINE[0].0), MINE[0].1).unwrap();
        }
        if !scene.is_first {
            stage.build(&System, &old()).unwrap();
            stage.put_mine();
        }
        if scene.has_owners {
            let text = with_part(MINE[1].1, Some("/stale @team\n"));
            fs::write(stage.place.root.join(MINE[1].0), text).unwrap();
        }
        if let Some(at) = scene.interrupted {
            // On a busy machine more of the cache is settled, less has to be read, and the build may end before.
            let _ = stage.build(&Faulty::new(at, Fault::Killed), &other());
        }
        if scene.is_settled {
            std::thread::sleep(std::time::Duration::from_millis(50));
            stage.build(&System, &old()).unwrap();
        }
        stage
    }

    fn put_mine(&mut self) {
        self.place.put("a/mine.txt", "mine\n");
        self.place.put("b/half", "# Gen");
        fs::create_dir_all(self.place.out.join("empty/mine")).unwrap();
        self.mine = ["a/mine.txt", "b/half", "empty", "empty/mine"]
            .map(|path| (path.to_owned(), self.place.tree()[path].clone()))
            .into();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("../../elsewhere", self.place.out.join("a/link")).unwrap();
            self.mine.insert("a/link".to_owned(), "-> ../../elsewhere".to_owned());
        }
    }

    /// Builds in one thread, so that the operations have an order.
    fn build(&self, disk: &dyn Disk, files: &[OutputFile]) -> Result<Outcome, Vec<Problem>> {
        let lines = owners(files);
        let part = lines.as_deref().map(|lines| Part { forge: Forge::GitHub, lines });
        let beside = self.scene.has_owners.then_some(Beside { folder: &self.place.root, part });
        let target = Target { disk, beside, ..self.place.target() };
        let target = if self.scene.has_cache { target } else { Target { cache: None, ..target } };
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        one.install(|| write(&target, files))
    }

    /// The same by a process that goes on, and hears what others do.
    fn follow(&self, kept: &mut Kept, disk: &dyn Disk, files: &[OutputFile]) -> Result<Outcome, Vec<Problem>> {
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let portions: Portions = [Arc::from(files)].into_iter().collect();
        one.install(|| kept.write(&Target { disk, ..self.place.target() }, portions, true))
    }

    /// What holds of users' files at any time.
    fn assert_mine(&self) {
        let now = self.place.tree();
        assert!(self.mine.iter().all(|(path, content)| now.get(path) == Some(content)), "{now:?}");
        for (path, mine) in MINE.iter().filter(|_| self.scene.has_owners) {
            let text = fs::read_to_string(self.place.root.join(path)).unwrap();
            assert_eq!(with_part(&text, None), *mine, "{path}: {text}");
        }
        assert_eq!(
            tree(&self.place.root.join("elsewhere")).into_values().collect::<Vec<_>>(),
            [text("looks like ours")]
        );
    }

    /// The folder is exactly as it should be, and nothing lies about.
    fn assert_built(&self, wanted: &[OutputFile]) {
        self.assert_mine();
        let mut expected = tree_of(wanted);
        expected.extend(self.mine.clone());
        // Mine are in folders that are kept.
        expected.extend(self.mine.keys().filter_map(|path| Some((path.split_once('/')?.0.to_owned(), "/".to_owned()))));
        let mut found = self.place.tree();
        if !self.scene.has_cache {
            // Nobody remembers whose an empty folder was; Git knows none.
            let kept: Vec<String> = found.keys().cloned().collect();
            found.retain(|path, content| {
                content != "/"
                    || expected.contains_key(path)
                    || kept.iter().any(|file| file.starts_with(&format!("{path}/")) && expected.contains_key(file))
            });
        }
        assert_eq!(found, expected);
        if self.scene.has_owners {
            let read = |(path, _): (&str, &str)| fs::read_to_string(self.place.root.join(path)).unwrap();
            assert_eq!(read(MINE[0]), with_part(MINE[0].1, owners(wanted).as_deref()));
            assert_eq!(read(MINE[1]), MINE[1].1);
            assert!(!tree(&self.place.root).keys().any(|path| path.contains(".platformc-")), "something lies about");
        }
        if self.scene.has_cache {
            let left: Vec<String> = tree(&self.place.cache).into_keys().collect();
            assert_eq!(left, [".gitignore", "cache", "lock"]);
        }
    }
}

/// What stands beside the cache under names that are not temporary.
fn named(stage: &Stage) -> Tree {
    let mut tree = tree(&stage.place.root);
    tree.retain(|path, _| !path.contains(".platformc"));
    tree
}

/// What the failed build says is so.
fn assert_said(
    stage: &Stage,
    disk: &Faulty,
    before: &Tree,
    wanted: &[OutputFile],
    result: &Result<Outcome, Vec<Problem>>,
) {
    let problems = match result {
        // Without a cache nobody knows that there are files of ours in a folder that can't be listed.
        Ok(_) if !stage.scene.has_cache => return,
        Ok(_) => return stage.assert_built(wanted),
        Err(problems) => problems,
    };
    assert!(!problems.is_empty());
    let is_unfinished = problems.iter().any(|problem| matches!(problem, Problem::Unfinished { .. }));
    if disk.fault != Fault::Killed {
        assert!(is_unfinished || named(stage) == *before, "it says that nothing was changed: {problems:?}");
        let (Fault::Once(kind) | Fault::Since(kind)) = disk.fault else { unreachable!() };
        let hit = disk.hit().unwrap();
        for problem in problems {
            let (Problem::Io { path, error } | Problem::Unfinished { path, error }) = problem else {
                panic!("{problem}")
            };
            assert_eq!(error.kind(), kind);
            let is_named = *path == hit || *path == hit.as_str().trim_end_matches(".tmp");
            let is_temporary = hit.file_name().unwrap().starts_with(".platformc-") && hit.parent() == path.parent();
            assert!(is_named || is_temporary, "{problem}, but {hit} failed");
        }
    }
}

/// Calls `then` after the first build failed at each of its operations in each way.
fn at_every_operation(scene: Scene, faults: &[Fault], then: impl Fn(&Stage, usize)) {
    for fault in faults {
        for at in 1.. {
            let stage = Stage::new(scene);
            let before = named(&stage);
            let disk = Faulty::new(at, *fault);
            let result = stage.build(&disk, &new());
            if disk.hit().is_none() && (disk.state.lock().unwrap().0) < at {
                assert!(at > 20, "only {at} operations");
                break;
            }
            let context = format!("{scene:?}, {fault:?} at {at}, {:?}: {result:?}", disk.hit());
            let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                stage.assert_mine();
                assert_said(&stage, &disk, &before, &new(), &result);
                then(&stage, at);
            }));
            assert!(checked.is_ok(), "{context}");
        }
    }
}

/// How many operations the build has that gets interrupted before another.
fn operations() -> usize {
    let disk = Faulty::new(usize::MAX, Fault::Killed);
    Stage::new(PLAIN).build(&disk, &other()).unwrap();
    disk.state.lock().unwrap().0
}

/// The next build, whatever is wanted by then, makes the folder what it should be.
fn assert_mended(stage: &Stage, at: usize) {
    let wanted = WISHES[at % WISHES.len()]();
    stage.build(&System, &wanted).unwrap();
    stage.assert_built(&wanted);
    assert!(stage.build(&System, &wanted).unwrap().changes.is_empty());
}

#[test]
fn a_failed_build_is_mended_by_the_next() {
    for turn in 0..WISHES.len() {
        at_every_operation(PLAIN, &FAULTS, |stage, at| assert_mended(stage, at + turn));
    }
}

#[test]
fn a_failed_build_with_owners_is_mended_by_the_next() {
    let scene = Scene { has_owners: true, ..PLAIN };
    at_every_operation(scene, &FAULTS, assert_mended);
    at_every_operation(Scene { is_first: true, ..scene }, &[Fault::Killed], assert_mended);
    at_every_operation(Scene { has_cache: false, ..scene }, &[Fault::Killed], assert_mended);
}

#[test]
fn a_failed_build_with_a_settled_cache_is_mended() {
    at_every_operation(Scene { is_settled: true, ..PLAIN }, &[Fault::Killed], assert_mended);
}

#[test]
fn a_failed_first_build_is_mended() {
    at_every_operation(Scene { is_first: true, ..PLAIN }, &FAULTS, assert_mended);
}

#[test]
fn a_failed_build_without_a_cache_is_mended() {
    for turn in 0..WISHES.len() {
        at_every_operation(Scene { has_cache: false, ..PLAIN }, &FAULTS, |stage, at| assert_mended(stage, at + turn));
    }
}

#[test]
fn a_failed_build_after_an_interrupted_one_is_mended() {
    // Before it wrote, while it created, while it replaced and removed, and before it remembered.
    let all = operations();
    for (turn, rest) in [0, 3, 6, 10, 14, 20, 28].into_iter().enumerate() {
        let scene = Scene { interrupted: Some(all - rest), ..PLAIN };
        at_every_operation(scene, &FAULTS, |stage, at| assert_mended(stage, at + turn));
    }
}

#[test]
fn a_mending_build_may_fail_too() {
    for fault in [Fault::Killed, Fault::Once(PermissionDenied)] {
        at_every_operation(PLAIN, &[Fault::Killed], |stage, first| {
            // The first build can't be repeated for each operation of the second, so the second goes on where it was
            // stopped: it is killed again and again, always a little later.
            for at in (1 + first % 3..).step_by(7) {
                let disk = Faulty::new(at, fault);
                let wanted = WISHES[(first + at) % WISHES.len()]();
                let result = stage.build(&disk, &wanted);
                stage.assert_mine();
                if disk.hit().is_none() {
                    assert!(result.is_ok());
                    stage.assert_built(&wanted);
                    break;
                }
            }
            assert_mended(stage, first);
        });
    }
}

/// A process that goes on builds what differs from what it built before, and something fails.
#[test]
fn a_failed_build_of_what_differs_is_mended() {
    let updated = || files([SAME, ("a/u.yaml", "0"), ("b/u.yaml", "1"), ("b/r.yaml", "0"), ("gone/s.yaml", "1")]);
    let again = || files([SAME, ("a/u.yaml", "5"), ("b/u.yaml", "5"), ("b/r.yaml", "0"), ("gone/s.yaml", "1")]);
    for (fault, wanted) in FAULTS.into_iter().flat_map(|fault| [(fault, new()), (fault, again())]) {
        for at in 1.. {
            let (stage, mut kept) = (Stage::new(PLAIN), Kept::default());
            stage.build(&System, &old()).unwrap();
            stage.follow(&mut kept, &System, &old()).unwrap();
            stage.follow(&mut kept, &System, &updated()).unwrap();
            let disk = Faulty::new(at, fault);
            let result = stage.follow(&mut kept, &disk, &wanted);
            stage.assert_mine();
            let context = format!("{fault:?} at {at}, {:?}: {result:?}", disk.hit());
            if result.is_ok() {
                // A look that failed may have been another look.
                assert!(wanted.iter().all(|file| stage.place.read(&file.path) == file.text()), "{context}");
            }
            let is_over = disk.hit().is_none();
            let next = WISHES[at % WISHES.len()]();
            if at % 2 == 0 {
                stage.follow(&mut kept, &System, &next).unwrap_or_else(|problems| panic!("{context}: {problems:?}"));
                assert!(next.iter().all(|file| stage.place.read(&file.path) == file.text()), "{context}");
            }
            assert_mended(&stage, at);
            if is_over {
                assert!(at > 20, "only {at} operations");
                break;
            }
        }
    }
}

/// What stands at `path` is changed by hand.
fn edit(stage: &Stage, path: &str) {
    let edited = stage.place.read(path) + "mine: too\n";
    stage.place.put(path, &edited);
}

fn edited(problems: &[Problem]) -> Vec<&str> {
    let name = |problem: &Problem| {
        matches!(problem, Problem::Edited(_)).then(|| problem.path().file_name().unwrap().to_owned())
    };
    assert!(problems.iter().all(|problem| name(problem).is_some()), "{problems:?}");
    problems.iter().map(|problem| problem.path().parent().unwrap().file_name().unwrap()).collect()
}

#[test]
fn an_edit_after_a_failed_build_is_not_lost() {
    for scene in
        [None, Some(operations() - 14), Some(operations() - 8)].map(|interrupted| Scene { interrupted, ..PLAIN })
    {
        let remembered = fs::read(Stage::new(scene).place.cache.join("cache")).unwrap().len();
        at_every_operation(scene, &FAULTS, |stage, at| {
            let is_remembered = fs::read(stage.place.cache.join("cache")).unwrap().len() != remembered;
            edit(stage, SAME.0);
            edit(stage, "b/u.yaml");
            if is_remembered {
                edit(stage, "new/m.yaml");
            }
            let before = stage.place.tree();
            // A failure does not change that.
            let wanted = WISHES[at % WISHES.len()]();
            stage.build(&Faulty::new(at, Fault::Once(PermissionDenied)), &wanted).unwrap_err();
            let problems = stage.build(&System, &wanted).unwrap_err();
            let all: &[&str] = if is_remembered { &["a", "b", "new"] } else { &["a", "b"] };
            assert_eq!(edited(&problems), all);
            assert_eq!(before, stage.place.tree());
        });
    }
}

#[test]
fn a_failing_build_loses_no_edit() {
    for fault in FAULTS {
        for at in 1.. {
            let stage = Stage::new(PLAIN);
            edit(&stage, "b/u.yaml");
            edit(&stage, "gone/s.yaml");
            let before = stage.place.tree();
            let disk = Faulty::new(at, fault);
            stage.build(&disk, &new()).unwrap_err();
            assert_eq!(before, stage.place.tree());
            assert_eq!(edited(&stage.build(&System, &new()).unwrap_err()), ["b", "gone"], "{fault:?} at {at}");
            if disk.state.lock().unwrap().0 < at {
                break;
            }
        }
    }
}

#[test]
fn what_somebody_puts_where_a_build_was_going_to_write_stays() {
    at_every_operation(PLAIN, &[Fault::Killed], |stage, _| {
        fs::remove_file(stage.place.out.join("new/m.yaml")).ok();
        stage.place.put("new/m.yaml", "mine: all of it\n");
        let problems = stage.build(&System, &new()).unwrap_err();
        assert!(matches!(&problems[..], [Problem::Foreign(path)] if path.ends_with("new/m.yaml")), "{problems:?}");
        stage.build(&System, &old()).unwrap();
        assert_eq!(stage.place.read("new/m.yaml"), "mine: all of it\n");
    });
}

/// Replaces a source file at every operation; gives what it holds and what lies beside it afterwards.
#[test]
fn a_source_file_is_replaced_whole() {
    for fault in FAULTS {
        for at in 1.. {
            let place = Place::new();
            let path = place.root.join("x".repeat(252) + ".pf");
            fs::write(&path, "old").unwrap();
            let disk = Faulty::new(at, fault);
            let result = replace(&disk, &path, "old", "new");
            let now = fs::read_to_string(&path).unwrap();
            assert!(now == "new" || now == "old" && result.is_err(), "{fault:?} at {at}: {now}");
            replace(&System, &path, &now, "newer").unwrap();
            assert_eq!(tree(&place.root).into_values().collect::<Vec<_>>(), ["newer"], "{fault:?} at {at}");
            if disk.hit().is_none() {
                assert!(at > 6 && result.is_ok());
                break;
            }
        }
    }
}

#[test]
fn a_source_file_that_was_changed_in_the_meantime_stays() {
    let place = Place::new();
    let path = place.root.join("platform.pf");
    fs::write(&path, "newer").unwrap();
    assert!(replace(&System, &path, "old", "formatted").unwrap_err().to_string().contains("in the meantime"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
    replace(&System, &path, "old", "newer").unwrap();
}

#[cfg(unix)]
#[test]
fn who_replaces_a_source_file_waits_for_others() {
    let place = Place::new();
    let path = place.root.join("platform.pf");
    fs::write(&path, "old").unwrap();
    let lock = File::open(&path).unwrap();
    lock.lock().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| replace(&System, &path, "old", "formatted"));
        std::thread::sleep(std::time::Duration::from_millis(200));
        fs::write(&path, "newer").unwrap();
        lock.unlock().unwrap();
        waiting.join().unwrap().unwrap_err();
    });
    assert_eq!(tree(&place.root).into_values().collect::<Vec<_>>(), ["newer"]);
}

#[cfg(unix)]
#[test]
fn a_source_file_may_be_a_link() {
    let place = Place::new();
    fs::create_dir(place.root.join("shared")).unwrap();
    fs::write(place.root.join("shared/x.pf"), "old").unwrap();
    std::os::unix::fs::symlink("shared/x.pf", place.root.join("x.pf")).unwrap();
    replace(&System, &place.root.join("x.pf"), "old", "new").unwrap();
    let left = [("shared", "/"), ("shared/x.pf", "new"), ("x.pf", "-> shared/x.pf")];
    assert_eq!(tree(&place.root), left.map(|(path, content)| (path.to_owned(), content.to_owned())).into());
}
