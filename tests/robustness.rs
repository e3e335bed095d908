//! No text makes the compiler panic, hang or point outside a file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use camino::Utf8PathBuf;
use platformc::db::{Changes, Content, Database};
use platformc::diagnostics::Diagnostic;
use platformc::project::Project;
use platformc::source::outline;
use rayon::prelude::*;
use tempfile::TempDir;

use support::ask::{ask, ask_for_files, check_format, find};
use support::{Random, database, examples, lines, text_of, texts};

/// What panicked, with the text: threads of a pool print into whatever test started them.
type Survived = Result<(), String>;

/// Does something with a text, and shows the text if that panics.
fn survive(text: &str, what: &str, act: impl FnOnce()) -> Survived {
    catch_unwind(AssertUnwindSafe(act)).map_err(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        format!("{what}: {}:\n{text}", message.unwrap_or("a panic"))
    })
}

fn all(survived: Survived) {
    survived.unwrap_or_else(|panic| panic!("{panic}"));
}

fn set(db: &mut Database, path: &str, text: &str) {
    db.apply(Changes::from([(path.to_owned(), Content::Text(text.into()))]));
}

/// A platform that is nothing but this text.
fn alone(text: &str) -> Vec<Diagnostic> {
    ask(&database(&texts(&[("platform.pf", text)])))
}

/// The files of all examples, each with those that it is compiled with.
fn sources() -> Vec<(Changes, String, &'static str)> {
    let all = examples().into_iter().flat_map(|example| {
        let paths: Vec<String> = example.sources.keys().cloned().collect();
        let name: &'static str = if example.name == "fleet" { "fleet" } else { "" };
        paths.into_iter().map(move |path| (example.sources.clone(), path, name))
    });
    all.filter(|(sources, path, _)| !text_of(sources, path).is_empty()).collect()
}

/// The declarations of a text, each with its comment.
fn cut(text: &str) -> Vec<String> {
    let db = database(&texts(&[("platform.pf", text)]));
    let file = *platformc::db::Workspace::get(&db).files(&db).get("platform.pf").unwrap();
    outline(&db, file).decls.iter().map(|decl| decl.text(&db).to_owned()).collect()
}

/// Every file of every example, cut off at every second character: all of them would take all tests together over a minute
/// on two cores. A declaration is read alone, so each is cut off alone too: cutting the whole file again and again would take
/// the square of its length, and read what stands before the same way.
#[test]
fn every_beginning_of_every_declaration() {
    let sources = sources();
    let files = sources.iter().filter(|(_, path, _)| path.ends_with(".pf"));
    let declarations: Vec<String> = files.flat_map(|(sources, path, _)| cut(text_of(sources, path))).collect();
    assert!(declarations.len() > 150, "the fleet is among them");
    all(declarations.par_iter().try_for_each(|text| {
        let mut db = Database::new("platform.pf");
        for end in boundaries(text).step_by(2) {
            set(&mut db, "platform.pf", &text[..end]);
            survive(&text[..end], "a declaration", || drop(find(&db)))?;
            if end.is_multiple_of(SHOWN_STEP) {
                survive(&text[..end], "shown", || drop(ask_for_files(&db)))?;
                survive(&text[..end], "formatted", || check_format(&text[..end]))?;
            }
        }
        Ok(())
    }));
}

/// To draw the findings takes longer than to find them, and neighbours have much the same ones.
const SHOWN_STEP: usize = 13;

fn boundaries(text: &str) -> impl Iterator<Item = usize> {
    (0..=text.len()).filter(|end| text.is_char_boundary(*end))
}

/// Whole platforms with a file that is cut off.
#[test]
fn beginnings_of_files() {
    let sources = sources();
    let files = sources.par_iter().filter(|(_, path, _)| path.ends_with(".pf"));
    all(files.try_for_each(|(sources, path, example)| {
        let mut db = database(sources);
        let text = text_of(sources, path);
        let step = if *example == "fleet" { FLEET_STEP } else { STEP };
        boundaries(text).step_by(step).try_for_each(|end| {
            set(&mut db, path, &text[..end]);
            survive(&text[..end], path, || drop(ask_for_files(&db)))
        })
    }));
}

/// Numbers that are no multiple of anything in the texts. To compile a small example takes some milliseconds, and the fleet
/// a hundred times as long: this leaves most of a minute on two cores to the declarations and the mutations.
const STEP: usize = 97;
const FLEET_STEP: usize = 4_999;

#[test]
fn mutations() {
    let all = sources();
    let (fleet, small): (Vec<_>, Vec<_>) = all.iter().partition(|(_, _, example)| *example == "fleet");
    mutated(&small, MUTATED);
    mutated(&fleet, MUTATED_IN_THE_FLEET);
}

/// Files are changed ten times each, and every change is compiled.
fn mutated(sources: &[&(Changes, String, &str)], count: usize) {
    all((0..count as u64).into_par_iter().try_for_each(|seed| {
        let mut random = Random::new(seed);
        let (sources, path, _) = random.pick(sources);
        let mut db = database(sources);
        let mut text = text_of(sources, path).to_owned();
        for _ in 0..10 {
            text = mutate(&mut random, &text);
            set(&mut db, path, &text);
            survive(&text, path, || drop(ask_for_files(&db)))?;
            if path.ends_with(".pf") {
                survive(&text, path, || check_format(&text))?;
            }
            text.truncate((0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap());
        }
        Ok(())
    }));
}

/// How many files are mutated, ten times each, and what is kept of a text that grows.
const MUTATED: usize = 997;
const MUTATED_IN_THE_FLEET: usize = 3;
const LONGEST: usize = 8_000;

fn mutate(random: &mut Random, text: &str) -> String {
    let (one, other) = (random.boundary(text), random.boundary(text));
    let (start, end) = (one.min(other), one.max(other));
    let (before, inner, after) = (&text[..start], &text[start..end], &text[end..]);
    match random.below(8) {
        0 => format!("{before}{after}"),
        1 => format!("{before}{inner}{inner}{after}"),
        2 => format!("{before}{}{inner}{after}", random.pick(PIECES)),
        3 => format!("{before}{}{inner}{}{after}", random.pick(PIECES), random.pick(PIECES)),
        4 => text.replacen('\n', "\r\n", random.below(200)),
        5 => {
            let new = *random.pick(PIECES);
            text.replacen(*random.pick(&['{', '}', '"', '=', '[', ')', '.']), new, random.below(3))
        }
        6 => text.chars().map(|c| if random.below(400) == 0 { '\u{7f}' } else { c }).collect(),
        _ => {
            let mut characters = inner.chars();
            characters.next();
            format!("{before}{}{after}", characters.as_str())
        }
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"\"\"",
    "'",
    "${",
    "$${",
    "#",
    "##",
    "\\",
    "\\q",
    "=",
    "+=",
    "==",
    "&&",
    ":",
    ";",
    ",",
    ".",
    "..",
    "-",
    "- ",
    "/",
    "%",
    "0",
    "1e999",
    "9223372036854775808",
    "1.8.2",
    "é",
    "🚀",
    "\u{feff}",
    "\u{2028}",
    "\u{202e}",
    "\0",
    "\r",
    "\r\n",
    "\n",
    "\t",
    " for x in [1] ",
    " if ",
    " not ",
    " when ",
    " object ",
    " import ",
    "service ",
];

#[test]
fn deep_nesting() {
    let deep = |open: &str, inner: &str, close: &str| {
        format!("platform p {{ vars {{ x = {}{inner}{} }} }}\n", open.repeat(10_000), close.repeat(10_000))
    };
    let texts = [
        deep("(", "1", ")"),
        deep("[", "1", "]"),
        deep("{ a = ", "1", " }"),
        deep("{ a ", "{}", " }"),
        deep("[", "", ""),
        deep("\"${", "1", "}\""),
        deep("\"\"\"${", "1", "}\"\"\""),
        deep("not ", "true", ""),
        deep("!", "true", ""),
        deep("-", "1", ""),
        deep("1 + ", "1", ""),
        deep("1 - ", "1", ""),
        deep("a and ", "b", ""),
        deep("if true then 1 else ", "2", ""),
        deep("if ", "true", " then 1 else 2"),
        deep("f(", "1", ")"),
        deep("a", "", "[0]"),
        deep("a", "", ".a"),
        deep("a", "", "()"),
        deep("[for x in ", "[]", ": x]"),
        deep("[for x in [1]: ", "x", "]"),
        "for a in [1] {\n".repeat(10_000),
        "service s {\n".repeat(10_000),
        format!("service s {{ {} }}", "when env == prod { ".repeat(10_000)),
        format!("service s {{ unset a{} }}", ".a".repeat(10_000)),
        "{".repeat(10_000),
        "}".repeat(10_000),
        "\"".repeat(10_001),
        "## doc\n".repeat(10_000),
        format!("service s {{\n{} }}", "## doc\n".repeat(10_000)),
        format!("service s {{ junk {}", "{ \" ".repeat(10_000)),
    ];
    for text in texts {
        assert!(!alone(&text).is_empty(), "{}", &text[..80.min(text.len())]);
    }
}

#[test]
fn long_chains_in_data() {
    let platform =
        "platform p { repo = \"https://a.example.com/a.git\"  vars { x = yaml(\"a.yaml\")  y = json(\"a.json\") } }";
    let (yaml, json) = ("- ".repeat(10_000), "[".repeat(10_000));
    ask(&database(&texts(&[("platform.pf", platform), ("a.yaml", &yaml), ("a.json", &json)])));
    let yaml = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    ask(&database(&texts(&[("platform.pf", platform), ("a.yaml", &yaml), ("a.json", "")])));
    let alias = |n: usize| format!("a{n}: &a{n} [*a{0}, *a{0}]", n - 1);
    let aliases = format!("a0: &a0 [x, x]\n{}\n", (1..40).map(alias).collect::<Vec<_>>().join("\n"));
    ask(&database(&texts(&[("platform.pf", platform), ("a.yaml", &aliases), ("a.json", "")])));
}

#[test]
fn huge_names() {
    let name = "n".repeat(100_000);
    alone(&format!("platform {name} {{ repo = \"{name}\"  {name} = {name} }}\nservice {name} {{ layer = {name} }}\n"));
    alone(&format!("import \"{name}\"\nimport \"{}*.pf\"\n", "../".repeat(10_000)));
    alone(&format!("platform p {{ names = \"{}\" }}", "${service}".repeat(10_000)));
}

#[test]
fn unusual_bytes() {
    let platform = "platform p { repo = \"https://a.example.com/a.git\" }\n";
    assert_eq!(lines(&alone(platform)), Vec::<String>::new());
    assert_eq!(lines(&alone(&platform.replace('\n', "\r\n"))), Vec::<String>::new());
    assert!(!alone(&format!("{platform}\0")).is_empty());
    assert!(!alone(&platform.replace("repo", "r\0epo")).is_empty());
    assert!(!alone(&platform.replace(' ', "\u{a0}")).is_empty());
    assert!(!alone("").is_empty());
    assert!(!alone("\n").is_empty());
    assert!(!alone("\r").is_empty());
    assert!(!alone("é").is_empty());
}

/// Files of any bytes on disk.
fn on_disk(files: &[(&str, &[u8])]) -> Vec<String> {
    let temporary = TempDir::new().unwrap();
    let root = Utf8PathBuf::from_path_buf(temporary.path().to_owned()).unwrap();
    for (path, bytes) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    lines(&ask(&Project::open(&root.join("platform.pf")).database))
}

const PLATFORM: &[u8] = b"platform p { repo = \"https://a.example.com/a.git\" }\n";

fn with(text: &str) -> Vec<u8> {
    [PLATFORM, text.as_bytes()].concat()
}

#[test]
fn files_that_are_no_plain_text() {
    let mark = [b"\xef\xbb\xbf".as_slice(), PLATFORM].concat();
    assert_eq!(on_disk(&[("platform.pf", &mark)]), Vec::<String>::new());
    let invalid = [PLATFORM, b"team a\xff {}"].concat();
    assert_eq!(on_disk(&[("platform.pf", &invalid)]), ["PF0002 `platform.pf` can't be read: line 2 is no UTF-8"]);
    let imported = with("import \"a.pf\"\n");
    assert_eq!(
        on_disk(&[("platform.pf", &imported), ("a.pf", b"\xc3(")]),
        ["PF0002 `a.pf` can't be read: line 1 is no UTF-8"]
    );
}

#[test]
fn imports_that_lead_nowhere() {
    let circle = with("import \"a.pf\"\n");
    let back = b"import \"platform.pf\"\nimport \"a.pf\"\nimport \"*.pf\"\n";
    assert_eq!(on_disk(&[("platform.pf", &circle), ("a.pf", back)]), Vec::<String>::new());
    let folder = with("import \"a\"\n");
    assert_eq!(on_disk(&[("platform.pf", &folder), ("a/b.pf", b"")]), ["PF0002 `a` can't be read: it is a folder"]);
    for path in ["../a.pf", "a/../../a.pf", "/etc/passwd", "..", "", "."] {
        let outside = with(&format!("import \"{path}\"\n"));
        let findings = on_disk(&[("platform.pf", &outside)]);
        assert!(!findings.is_empty(), "{path}");
    }
    let inside = with("import \"a/../b.pf\"\n");
    assert_eq!(on_disk(&[("platform.pf", &inside), ("b.pf", b"")]), Vec::<String>::new());
    for pattern in ["[", "{a", "**", "a**b", "{a,{b,c}}", "[!]", "*"] {
        on_disk(&[("platform.pf", &with(&format!("import \"{pattern}\"\n")))]);
    }
}

/// What takes more time than its length would not end here.
#[test]
fn garbage() {
    let kinds = [
        "{",
        "}",
        "\"",
        "a",
        "a ",
        "\n",
        "(",
        "\"${",
        "#\n",
        "##\n",
        "\"\"\"\n",
        "=",
        "é",
        "}\n{\n",
        "a\n\n",
        "{ \"",
        "for a in [",
    ];
    for kind in kinds {
        alone(&kind.repeat(GARBAGE / kind.len()));
        alone(&format!("platform p {{ x = {}", kind.repeat(GARBAGE / kind.len())));
    }
    alone(&format!("a{}{{", "\n".repeat(GARBAGE)));
    for kind in ["service s {\n", "service s {}\n", "x = 1\n", "import \"a\"\n"] {
        alone(&kind.repeat(GARBAGE / kind.len()));
    }
}

#[test]
fn ten_megabytes() {
    let mut random = Random::new(11);
    let pieces: Vec<&str> = (0..4 * MEGABYTE).map(|_| *random.pick(PIECES)).collect();
    let mut text = pieces.concat();
    text.truncate((0..=10 * MEGABYTE).rev().find(|end| text.is_char_boundary(*end)).unwrap());
    assert!(!alone(&text).is_empty());
}

const GARBAGE: usize = 80_000;
const MEGABYTE: usize = 1_000_000;

/// The reader of YAML finds some mistakes on a line behind the last.
#[test]
fn a_mistake_behind_the_last_line() {
    let platform = "platform p { repo = \"https://a.example.com/a.git\" }\nhub main {}\nteam t {}\nenvironment dev {}\n\
                    layer base {}\ncluster c { env = dev  server = \"https://c.example.com\" }\n\
                    service s { layer = base  owner = t  namespace = \"s\"  manifests { path = \"m\" } }\n";
    for end in ["a: b: c", "a: [", "a: \"", "a:\n\t- b", "{"] {
        let manifests = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  {end}\n");
        let files = [("platform.pf", platform.as_bytes()), ("m/a.yaml", manifests.as_bytes())];
        assert!(on_disk(&files).iter().any(|finding| finding.starts_with("PF0609")), "{end}");
    }
}
