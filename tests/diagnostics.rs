//! How findings look to people and to programs.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use platformc::db::{Content, Database, SourceFile, Workspace};
use platformc::diagnostics::{self as codes, Diagnostic, Span, render, sort, to_json};
use platformc::text::TextRange;
use proptest::prelude::*;

/// A platform with these files; a file without a text is missing.
fn database(files: &[(&str, Option<&str>)]) -> Database {
    let mut database = Database::new("platform.pf");
    let content = |text: Option<&str>| text.map_or(Content::Missing, |text| Content::Text(text.into()));
    let changes: BTreeMap<_, _> = files.iter().map(|(path, text)| ((*path).to_owned(), content(*text))).collect();
    database.apply(changes);
    database
}

fn file(database: &Database, path: &str) -> SourceFile {
    Workspace::get(database).files(database)[path]
}

/// The first place in the file where `words` stand.
fn span(database: &Database, path: &str, words: &str) -> Span {
    let file = file(database, path);
    let start = file.text(database).find(words).expect("the words stand in the file");
    Span { file, anchor: None, range: TextRange::new(start, start + words.len()) }
}

/// A span that may lie anywhere, also where the file has no text.
fn wild(file: SourceFile, start: u32, end: u32) -> Span {
    Span { file, anchor: None, range: TextRange { start, end } }
}

const PLATFORM: &str = "\
service chat-api {
  layer = services
  owner = chta
  needs = [ingress-nginx]
}
";

fn misspelt_owner(database: &Database) -> Diagnostic {
    let span = span(database, "platform.pf", "chta");
    Diagnostic::new(codes::UNKNOWN_NAME, span, "there is no team `chta`").label("not declared")
}

#[test]
fn one_label() {
    let database = database(&[("platform.pf", Some(PLATFORM))]);
    assert_snapshot!(render(&database, &[misspelt_owner(&database)], false), @r"
    [PF0203] Error: there is no team `chta`
       ,-[ platform.pf:3:11 ]
       |
     3 |   owner = chta
       |           ^^|^
       |             `--- not declared
    ---'
    ");
}

#[test]
fn a_label_without_words() {
    let database = database(&[("platform.pf", Some(PLATFORM))]);
    let span = span(&database, "platform.pf", "chta");
    let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, span, "there is no team `chta`");
    assert_snapshot!(render(&database, &[diagnostic], false), @r"
    [PF0203] Error: there is no team `chta`
       ,-[ platform.pf:3:11 ]
       |
     3 |   owner = chta
       |           ^^|^
       |             `---
    ---'
    ");
}

#[test]
fn two_labels_upwards_in_one_file() {
    let database = database(&[("platform.pf", Some(PLATFORM))]);
    let diagnostic = misspelt_owner(&database).also(span(&database, "platform.pf", "chat-api"), "owned by nobody");
    assert_snapshot!(render(&database, &[diagnostic], false), @r"
    [PF0203] Error: there is no team `chta`
       ,-[ platform.pf:3:11 ]
       |
     1 | service chat-api {
       |         ^^^^|^^^
       |             `----- owned by nobody
       |
     3 |   owner = chta
       |           ^^|^
       |             `--- not declared
    ---'
    ");
}

#[test]
fn labels_over_lines() {
    let database = database(&[("platform.pf", Some(PLATFORM))]);
    let whole = span(&database, "platform.pf", PLATFORM.trim_end());
    let diagnostic = Diagnostic::new(codes::NO_SOURCE, whole, "service `chat-api` has no source")
        .label("neither helm, kustomize nor manifests")
        .also(span(&database, "platform.pf", "[ingress-nginx]"), "needs are no source")
        .help("say where its manifests come from: `helm { ... }`");
    assert_snapshot!(render(&database, &[diagnostic], false), @r"
    [PF0601] Error: service `chat-api` has no source
       ,-[ platform.pf:1:1 ]
       |
     1 | ,-> service chat-api {
       : :
     4 | |     needs = [ingress-nginx]
       | |             ^^^^^^^|^^^^^^^
       | |                    `--------- needs are no source
     5 | |-> }
       | |
       | `------- neither helm, kustomize nor manifests
       |
       |     Help: say where its manifests come from: `helm { ... }`
    ---'
    ");
}

#[test]
fn a_label_in_another_file() {
    let teams = "# Die Verfügbaren (⌘)\nteam chät {}  team chat { sso = [] }\n";
    let database = database(&[("platform.pf", Some(PLATFORM)), ("teams.pf", Some(teams))]);
    let diagnostic = misspelt_owner(&database).also(span(&database, "teams.pf", "chat"), "meant this one?");
    assert_snapshot!(render(&database, &[diagnostic], false), @r"
    [PF0203] Error: there is no team `chta`
       ,-[ platform.pf:3:11 ]
       |
     3 |   owner = chta
       |           ^^|^
       |             `--- not declared
       |
       |-[ teams.pf:2:20 ]
       |
     2 | team chät {}  team chat { sso = [] }
       |                    ^^|^
       |                      `--- meant this one?
    ---'
    ");
}

#[test]
fn notes_and_helps() {
    let database = database(&[("platform.pf", Some(PLATFORM))]);
    let diagnostic = misspelt_owner(&database)
        .note("every service has one owner")
        .note("owners get a project of their own:\nargocd/projects/<team>.yaml")
        .help("write `chat`");
    assert_snapshot!(render(&database, &[diagnostic], false), @r"
    [PF0203] Error: there is no team `chta`
       ,-[ platform.pf:3:11 ]
       |
     3 |   owner = chta
       |           ^^|^
       |             `--- not declared
       |
       | Help: write `chat`
       |
       | Note 1: every service has one owner
       |
       | Note 2: owners get a project of their own:
       |         argocd/projects/<team>.yaml
    ---'
    ");
}

#[test]
fn characters_of_many_bytes() {
    let text = "team größe { sso = [\"日本\"] }  team chta {}\n";
    let database = database(&[("platform.pf", Some(text))]);
    let diagnostic = misspelt_owner(&database).also(span(&database, "platform.pf", "日本"), "wide");
    assert_snapshot!(render(&database, &[diagnostic], false), @r#"
    [PF0203] Error: there is no team `chta`
       ,-[ platform.pf:1:35 ]
       |
     1 | team größe { sso = ["日本"] }  team chta {}
       |                      ^^|^           ^^|^
       |                        `------------------ wide
       |                                       |
       |                                       `--- not declared
    ---'
    "#);
}

#[test]
fn windows_line_ends() {
    let database = database(&[("platform.pf", Some(&PLATFORM.replace('\n', "\r\n")))]);
    assert_snapshot!(render(&database, &[misspelt_owner(&database)], false), @r"
    [PF0203] Error: there is no team `chta`
       ,-[ platform.pf:3:11 ]
       |
     3 |   owner = chta
       |           ^^|^
       |             `--- not declared
    ---'
    ");
}

#[test]
fn line_ends_that_are_none() {
    let database = database(&[("platform.pf", Some("a = \"\u{2028}\u{b}\u{85}\r\" b = chta"))]);
    assert_snapshot!(render(&database, &[misspelt_owner(&database)], false), @r#"
    [PF0203] Error: there is no team `chta`
       ,-[ platform.pf:1:16 ]
       |
     1 | a = "    " b = chta
       |                ^^|^
       |                  `--- not declared
    ---'
    "#);
}

#[test]
fn characters_that_play_tricks() {
    let database = database(&[("platform.pf", Some("a = \"\u{1b}[2J\u{202e}\" b = chta"))]);
    let diagnostic = misspelt_owner(&database).help("not \u{1b}[31mred");
    assert_snapshot!(render(&database, &[diagnostic], false), @r#"
    [PF0203] Error: there is no team `chta`
       ,-[ platform.pf:1:17 ]
       |
     1 | a = "�[2J�" b = chta
       |                 ^^|^
       |                   `--- not declared
       |
       | Help: not �[31mred
    ---'
    "#);
}

#[test]
fn the_end_of_a_file() {
    let database = database(&[("platform.pf", Some("service a {\n"))]);
    let end = wild(file(&database, "platform.pf"), u32::MAX, u32::MAX);
    let diagnostic = Diagnostic::new(codes::UNCLOSED, end, "`{` is never closed")
        .label("the file ends here")
        .also(span(&database, "platform.pf", "{"), "opened here");
    assert_snapshot!(render(&database, &[diagnostic], false), @r"
    [PF0102] Error: `{` is never closed
       ,-[ platform.pf:2:1 ]
       |
     1 | service a {
       |           |
       |           `-- opened here
     2 |
       | |
       | `-- the file ends here
    ---'
    ");
}

#[test]
fn a_warning() {
    let database = database(&[("platform.pf", Some(PLATFORM))]);
    let span = span(&database, "platform.pf", "chat-api");
    let diagnostic = Diagnostic::new(codes::PLACED_NOWHERE, span, "service `chat-api` is placed on no cluster");
    assert_snapshot!(render(&database, &[diagnostic], false), @r"
    [PF0501] Warning: service `chat-api` is placed on no cluster
       ,-[ platform.pf:1:9 ]
       |
     1 | service chat-api {
       |         ^^^^|^^^
       |             `-----
    ---'
    ");
}

#[test]
fn a_missing_file() {
    let database = database(&[("platform.pf", None), ("teams.pf", Some("import \"platform.pf\"\n"))]);
    let span = wild(file(&database, "platform.pf"), 3, 9);
    let diagnostic = Diagnostic::new(codes::FILE_MISSING, span, "there is no file `platform.pf`")
        .also(self::span(&database, "teams.pf", "\"platform.pf\""), "imported here")
        .help("create it:\nplatformc init");
    assert_snapshot!(render(&database, &[diagnostic], false), @r"
    error[PF0001]: there is no file `platform.pf` --> platform.pf
      see: teams.pf:1:8: imported here
      help: create it:
            platformc init
    ");
}

#[test]
fn a_label_in_a_missing_file() {
    let database = database(&[("platform.pf", Some(PLATFORM)), ("teams.pf", None)]);
    let diagnostic = misspelt_owner(&database).also(wild(file(&database, "teams.pf"), 0, 0), "not there either");
    assert_snapshot!(render(&database, &[diagnostic], false), @r"
    [PF0203] Error: there is no team `chta`
       ,-[ platform.pf:3:11 ]
       |
     3 |   owner = chta
       |           ^^|^
       |             `--- not declared
       |
       | Note: teams.pf: not there either
    ---'
    ");
}

#[test]
fn several_findings_in_colour() {
    let database = database(&[("platform.pf", Some("chat = chta")), ("teams.pf", None)]);
    let missing = wild(file(&database, "teams.pf"), 0, 0);
    let missing = Diagnostic::new(codes::FILE_MISSING, missing, "there is no file `teams.pf`");
    let owner = misspelt_owner(&database).also(span(&database, "platform.pf", "chat"), "meant this one?");
    let text = render(&database, &[missing, owner], true).replace('\u{1b}', "^");
    assert_snapshot!(text, @r"
    ^[31merror[PF0001]^[0m: there is no file `teams.pf` --> teams.pf

    ^[31m[PF0203] Error:^[0m there is no team `chta`
       ^[38;5;246m╭^[0m^[38;5;246m─^[0m^[38;5;246m[^[0m platform.pf:1:8 ^[38;5;246m]^[0m
       ^[38;5;246m│^[0m
     ^[38;5;246m1 │^[0m ^[36mc^[0m^[36mh^[0m^[36ma^[0m^[36mt^[0m^[38;5;249m ^[0m^[38;5;249m=^[0m^[38;5;249m ^[0m^[31mc^[0m^[31mh^[0m^[31mt^[0m^[31ma^[0m
     ^[38;5;240m  │^[0m ^[36m─^[0m^[36m─^[0m^[36m┬^[0m^[36m─^[0m   ^[31m─^[0m^[31m─^[0m^[31m┬^[0m^[31m─^[0m
     ^[38;5;240m  │^[0m   ^[36m╰^[0m^[36m─^[0m^[36m─^[0m^[36m─^[0m^[36m─^[0m^[36m─^[0m^[36m─^[0m^[36m─^[0m^[36m─^[0m^[36m─^[0m^[36m─^[0m meant this one?
     ^[38;5;240m  │^[0m          ^[31m│^[0m
     ^[38;5;240m  │^[0m          ^[31m╰^[0m^[31m─^[0m^[31m─^[0m^[31m─^[0m not declared
    ^[38;5;246m───╯^[0m
    ");
}

#[test]
fn nothing_to_say() {
    let database = database(&[]);
    assert_eq!(render(&database, &[], false), "");
    assert_eq!(to_json(&database, &[]), "[]");
}

#[test]
fn json() {
    let teams = "# Größe\r\nteam chät {}  team chat {}\r\n";
    let database = database(&[("platform.pf", Some(PLATFORM)), ("teams.pf", Some(teams)), ("x.pf", None)]);
    let owner = misspelt_owner(&database)
        .also(span(&database, "teams.pf", "chat"), "meant this one?")
        .note("every service has one owner")
        .help("write `chat`");
    let unpinned = Diagnostic::new(codes::UNPINNED_VERSION, wild(file(&database, "x.pf"), 4, 7), "version `*` floats");
    assert_snapshot!(to_json(&database, &[owner, unpinned]), @r#"
    [
      {
        "code": "PF0203",
        "severity": "error",
        "message": "there is no team `chta`",
        "file": "platform.pf",
        "start": {
          "line": 3,
          "column": 11,
          "byte": 48
        },
        "end": {
          "line": 3,
          "column": 15,
          "byte": 52
        },
        "label": "not declared",
        "related": [
          {
            "file": "teams.pf",
            "start": {
              "line": 2,
              "column": 20,
              "byte": 31
            },
            "end": {
              "line": 2,
              "column": 24,
              "byte": 35
            },
            "label": "meant this one?"
          }
        ],
        "notes": [
          "every service has one owner"
        ],
        "helps": [
          "write `chat`"
        ]
      },
      {
        "code": "PF0603",
        "severity": "warning",
        "message": "version `*` floats",
        "file": "x.pf",
        "start": {
          "line": 1,
          "column": 1,
          "byte": 0
        },
        "end": {
          "line": 1,
          "column": 1,
          "byte": 0
        },
        "label": "",
        "related": [],
        "notes": [],
        "helps": []
      }
    ]
    "#);
}

#[test]
fn the_order_of_the_source() {
    let database = database(&[("b.pf", Some("one two")), ("a.pf", Some("one two"))]);
    let finding = |code, path: &str, words: &str, message: &str| {
        Diagnostic::new(code, span(&database, path, words), message.to_owned())
    };
    let mut findings = vec![
        finding(codes::UNKNOWN_NAME, "b.pf", "one", "first in b"),
        finding(codes::UNKNOWN_NAME, "a.pf", "two", "b"),
        finding(codes::SYNTAX, "a.pf", "two", "z"),
        finding(codes::UNKNOWN_NAME, "a.pf", "two", "a"),
        finding(codes::UNKNOWN_NAME, "a.pf", "one two", "longer"),
        finding(codes::UNKNOWN_NAME, "a.pf", "one", "shorter"),
        finding(codes::UNKNOWN_NAME, "a.pf", "two", "b"),
        finding(codes::UNKNOWN_NAME, "a.pf", "two", "b").help("another finding, for it says more"),
    ];
    sort(&database, &mut findings);
    let messages: Vec<_> = findings.iter().map(|finding| (finding.message.as_str(), finding.helps.len())).collect();
    let expected = [("shorter", 0), ("longer", 0), ("z", 0), ("a", 0), ("b", 0), ("b", 1), ("first in b", 0)];
    assert_eq!(messages, expected);
}

/// What breaks tools that count in the wrong unit.
const AWKWARD: &[&str] = &[
    "a",
    "é",
    "日",
    "🦀",
    "e\u{301}",
    "\t",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\u{2028}",
    "\u{b}",
    "\u{1b}[0m",
    "\u{200d}",
    "x = 1",
];

fn awkward_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(AWKWARD), 0..24).prop_map(|parts| parts.concat())
}

fn any_range() -> impl Strategy<Value = (u32, u32)> {
    let offset = || prop_oneof![9 => 0..80_u32, 1 => proptest::num::u32::ANY];
    (offset(), offset())
}

/// The line and column where `offset` lies, found the slow way.
fn line_and_column(text: &str, offset: usize) -> String {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    format!("{line}:{column}")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_span_is_drawn(texts in [awkward_text(), awkward_text()], ranges in proptest::collection::vec(any_range(), 1..5)) {
        let database = database(&[("a.pf", Some(&texts[0])), ("b.pf", Some(&texts[1]))]);
        let files = [file(&database, "a.pf"), file(&database, "b.pf")].into_iter().cycle();
        let mut spans = ranges.iter().zip(files).map(|((start, end), file)| wild(file, *start, *end));
        let first = spans.next().expect("there is at least one");
        let finding = Diagnostic::new(codes::SYNTAX, first, "message").label("primary label");
        let finding = spans.fold(finding, |finding, span| finding.also(span, "secondary label"));
        for color in [false, true] {
            let out = render(&database, std::slice::from_ref(&finding), color);
            prop_assert!(out.contains("message"));
            prop_assert_eq!(out.matches("secondary label").count(), finding.secondary.len(), "{}", out);
            if !texts[0].is_empty() && !color {
                prop_assert_eq!(out.matches("primary label").count(), 1, "{}", out);
                let place = format!("[ a.pf:{} ]", line_and_column(&texts[0], first.range.start as usize));
                prop_assert!(out.contains(&place), "{} in {}", place, out);
            }
        }
        let json: Vec<serde_json::Value> = serde_json::from_str(&to_json(&database, &[finding])).expect("it is JSON");
        prop_assert_eq!(json.len(), 1);
    }
}
