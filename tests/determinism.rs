//! The same bytes whatever surrounds a command: folders, locale, time zone, threads, and the order in which a disk lists.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::{Command, Output, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use support::place::tree;
use support::{Example, examples};

const COMMANDS: [&[&str]; 9] = [
    &["build"],
    &["build", "--check"],
    &["check", "--format", "json"],
    &["expand"],
    &["expand", "--format", "json"],
    &["explain", "order"],
    &["explain", "order", "--format", "json"],
    &["graph"],
    &["graph", "--format", "json"],
];

/// How a command is run.
#[derive(Clone, Debug, Default)]
struct Surroundings {
    /// Where the platform lies below the temporary folder.
    folder: &'static str,
    /// Where the command runs below it, and how it is told of the platform; by default in the platform's folder.
    from: Option<(&'static str, &'static str)>,
    variables: Vec<(&'static str, &'static str)>,
    /// No variable is set at all.
    is_bare: bool,
    umask: Option<&'static str>,
    is_reversed: bool,
    is_linked: bool,
}

/// A copy of an example in a folder of its own.
struct Copy {
    root: Utf8PathBuf,
    _temporary: TempDir,
}

impl Copy {
    fn new(example: &Example, surroundings: &Surroundings) -> Self {
        let temporary = TempDir::new().unwrap();
        let root = Utf8PathBuf::from_path_buf(temporary.path().canonicalize().unwrap()).unwrap();
        let folder = root.join(surroundings.folder);
        let real = if surroundings.is_linked { root.join("real") } else { folder.clone() };
        // Some disks list what is in a folder in the order in which it was created.
        let mut files: Vec<(String, String)> = tree(&example.folder).into_iter().collect();
        files.retain(|(path, content)| content != "/" && !path.starts_with("expected/"));
        if surroundings.is_reversed {
            files.reverse();
        }
        for (path, content) in files {
            let path = real.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        if surroundings.is_linked {
            symlink(&real, &folder).unwrap();
        }
        Self { root, _temporary: temporary }
    }

    fn run(&self, surroundings: &Surroundings, arguments: &[&str]) -> String {
        let (from, file) = surroundings.from.unwrap_or((surroundings.folder, ""));
        let mut command = Command::new("sh");
        command.args(["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", surroundings.umask.unwrap_or("022")]);
        command.arg(env!("CARGO_BIN_EXE_platformc")).args(arguments);
        if !file.is_empty() {
            let flag = (!matches!(arguments[0], "build" | "check")).then_some("-f");
            command.args(flag).arg(file.replace("[ROOT]", self.root.as_str()));
        }
        if surroundings.is_bare {
            command.env_clear();
        }
        command.env_remove("CLICOLOR_FORCE").env("NO_COLOR", "1").envs(surroundings.variables.iter().copied());
        let output = command.current_dir(self.root.join(from)).stdin(Stdio::null()).output().unwrap();
        self.text(&output, surroundings)
    }

    /// What was printed, without the one thing that may differ: where the platform lies.
    fn text(&self, output: &Output, surroundings: &Surroundings) -> String {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let all = format!("{}{}{}", text(&output.stdout), text(&output.stderr), output.status);
        let folder = self.root.join(surroundings.folder);
        let spelled = surroundings.from.map(|(from, file)| {
            self.root.join(from).join(file.replace("[ROOT]", self.root.as_str())).parent().unwrap().to_string()
        });
        let all = spelled.map_or(all.clone(), |spelled| all.replace(&spelled, "[FOLDER]"));
        let real = folder.canonicalize_utf8().unwrap();
        let all = all.replace(folder.as_str(), "[FOLDER]").replace(real.as_str(), "[FOLDER]");
        assert!(!all.contains(self.root.as_str()), "{all}");
        all
    }

    /// What all commands print, and what they write.
    fn results(&self, surroundings: &Surroundings) -> BTreeMap<String, String> {
        let printed = COMMANDS.iter().map(|arguments| (arguments.join(" "), self.run(surroundings, arguments)));
        let mut results: BTreeMap<String, String> = printed.collect();
        let written = tree(&self.root.join(surroundings.folder).join("infra"));
        assert!(written.len() > 20);
        results.extend(written);
        results
    }
}

fn plain() -> Surroundings {
    Surroundings { folder: "platform", ..Surroundings::default() }
}

fn with(variables: &[(&'static str, &'static str)]) -> Surroundings {
    Surroundings { variables: variables.to_vec(), ..plain() }
}

fn surroundings() -> Vec<Surroundings> {
    let deep = "tief er/ünter 'allen'/目录/a.b/$HOME/{x,y}/*";
    vec![
        with(&[("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8"), ("LANGUAGE", "tr")]),
        with(&[("LC_ALL", "C"), ("TZ", "Pacific/Kiritimati")]),
        with(&[("TZ", "America/St_Johns"), ("RAYON_NUM_THREADS", "1")]),
        with(&[("RAYON_NUM_THREADS", "2")]),
        with(&[("RAYON_NUM_THREADS", "7"), ("COLUMNS", "20"), ("TERM", "dumb")]),
        Surroundings { is_bare: true, ..plain() },
        Surroundings { umask: Some("077"), ..plain() },
        Surroundings { is_reversed: true, ..plain() },
        Surroundings { is_linked: true, ..plain() },
        Surroundings { folder: deep, ..plain() },
        Surroundings { from: Some(("platform/apps", "")), ..plain() },
        Surroundings { from: Some(("", "platform/platform.pf")), ..plain() },
        Surroundings { from: Some(("platform", "./platform.pf")), ..plain() },
        Surroundings { from: Some(("platform/apps", "../platform.pf")), ..plain() },
        Surroundings { from: Some((".", "[ROOT]/platform/platform.pf")), ..plain() },
    ]
}

fn assert_same(expected: &BTreeMap<String, String>, found: &BTreeMap<String, String>, context: &str) {
    let different = expected.iter().filter(|(name, text)| found.get(*name) != Some(text));
    for (name, text) in different {
        assert_eq!(Some(text), found.get(name), "{name}, {context}");
    }
    assert!(expected.keys().eq(found.keys()), "{context}");
}

/// Several at once, for the examples that take their time.
fn mixed() -> Vec<Surroundings> {
    let [turkish, bare, linked] = [
        [("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Kiritimati"), ("RAYON_NUM_THREADS", "1")],
        [("LC_ALL", "C"), ("TZ", "America/St_Johns"), ("RAYON_NUM_THREADS", "7")],
        [("LANG", "de_DE"), ("TZ", "UTC"), ("RAYON_NUM_THREADS", "2")],
    ]
    .map(|variables| with(&variables));
    vec![
        Surroundings { folder: "tief er/目录", is_reversed: true, ..turkish },
        Surroundings { is_bare: true, from: Some((".", "[ROOT]/platform/platform.pf")), umask: Some("077"), ..bare },
        Surroundings { is_linked: true, ..linked },
    ]
}

#[test]
fn every_example_is_the_same_everywhere() {
    for example in examples() {
        let expected = Copy::new(&example, &plain()).results(&plain());
        let all = if example.name == "hubs" { surroundings() } else { mixed() };
        for surroundings in all {
            let found = Copy::new(&example, &surroundings).results(&surroundings);
            assert_same(&expected, &found, &format!("{}, {surroundings:?}", example.name));
        }
    }
}

/// Each declaration of a file that others need is gone, so that there is much to report.
#[test]
fn findings_are_the_same_everywhere() {
    for example in examples().iter().filter(|example| example.name == "tutorial") {
        let reports = [plain()].into_iter().chain(surroundings()).map(|surroundings| {
            let copy = Copy::new(example, &surroundings);
            fs::write(copy.root.join(surroundings.folder).join("teams.pf"), "").unwrap();
            [&["check"][..], &["check", "--format", "json"]].map(|arguments| copy.run(&surroundings, arguments))
        });
        let reports: Vec<[String; 2]> = reports.collect();
        assert!(reports[0][0].contains(" errors") && reports[0][0].ends_with("exit status: 1"), "{}", reports[0][0]);
        for (report, surroundings) in reports.iter().skip(1).zip(surroundings()) {
            assert_eq!(reports[0], *report, "{}, {surroundings:?}", example.name);
        }
    }
}

#[test]
fn the_order_of_imports_means_nothing() {
    for example in examples() {
        let copies = [false, true].map(|is_reversed| {
            let copy = Copy::new(&example, &plain());
            let main = copy.root.join("platform/platform.pf");
            let text = fs::read_to_string(&main).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            let is_import = |line: &&str| line.starts_with("import ");
            let mut imports: Vec<&str> = lines.iter().copied().filter(is_import).collect();
            if is_reversed {
                imports.reverse();
            }
            let mut imports = imports.into_iter();
            lines.iter_mut().filter(|line| is_import(line)).for_each(|line| *line = imports.next().unwrap());
            fs::write(&main, lines.join("\n")).unwrap();
            copy.results(&plain())
        });
        assert_same(&copies[0], &copies[1], &example.name);
    }
}

fn modes(folder: &Utf8Path) -> BTreeMap<String, u32> {
    let mode = |path: &Utf8Path| path.symlink_metadata().unwrap().permissions().mode() & 0o7777;
    tree(folder).into_keys().map(|path| (path.clone(), mode(&folder.join(path)))).collect()
}

#[test]
fn modes_are_what_the_umask_says() {
    let examples = examples();
    let example = examples.iter().find(|example| example.name == "devowlish").unwrap();
    for (umask, file, folder) in [("022", 0o644, 0o755), ("077", 0o600, 0o700), ("002", 0o664, 0o775)] {
        let surroundings = Surroundings { umask: Some(umask), ..plain() };
        let copy = Copy::new(example, &surroundings);
        let main = copy.root.join("platform/platform.pf");
        copy.run(&surroundings, &["build"]);
        // What is replaced is no different from what is new.
        let text = fs::read_to_string(&main).unwrap();
        fs::write(&main, text.replace("https://git.example.com/", "https://git.example.org/")).unwrap();
        let second = copy.run(&surroundings, &["build"]);
        assert!(!second.contains(" 0 updated"), "{second}");
        for part in ["infra", ".platformc"] {
            let root = copy.root.join("platform").join(part);
            for (path, mode) in modes(&root) {
                let expected = if root.join(&path).is_dir() { folder } else { file };
                assert_eq!(mode, expected, "{part}/{path} is {mode:o} with umask {umask}");
            }
        }
    }
}
