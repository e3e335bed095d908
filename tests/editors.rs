//! The grammars for editors know the words of the schema and of `grammar/platform.pest`, and no others. Lists of words
//! in them, and a snippet for each editor that asserts every word, are written by `UPDATE=1`; `editors/test.sh` runs the
//! snippets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use platformc::schema::{AMBIENTS, BlockSchema, FUNCTIONS, KINDS, PARAMETER_TYPES, PROVIDERS, QUESTIONS, Type};
use regex::Regex;

const GRAMMAR: &str = include_str!("../grammar/platform.pest");

/// Files with lists of words in them.
const WITH_LISTS: &[&str] = &[
    "emacs/platformc-ts-mode.el",
    "tree-sitter-pf/grammar.js",
    "tree-sitter-pf/queries/highlights.scm",
    "vim/syntax/platformc.vim",
    "vscode/syntaxes/platform.tmLanguage.json",
];

/// Queries that editors want in a folder of their own, and with which names.
const COPIES: &[(&str, &str, Names)] = &[
    ("tree-sitter-pf/queries/highlights.scm", "zed/languages/platformc/highlights.scm", &[]),
    ("tree-sitter-pf/queries/injections.scm", "zed/languages/platformc/injections.scm", &[]),
    ("tree-sitter-pf/queries/highlights.scm", "tree-sitter-pf/queries/helix/highlights.scm", HELIX),
    ("tree-sitter-pf/queries/injections.scm", "tree-sitter-pf/queries/helix/injections.scm", &[]),
    ("tree-sitter-pf/queries/locals.scm", "tree-sitter-pf/queries/helix/locals.scm", HELIX),
    ("tree-sitter-pf/queries/tags.scm", "tree-sitter-pf/queries/helix/tags.scm", &[]),
];

/// Captures, and what they are called instead.
type Names = &'static [(&'static str, &'static str)];

/// What Helix calls the captures that it calls otherwise than Neovim.
const HELIX: Names = &[
    ("boolean", "constant.builtin.boolean"),
    ("comment", "comment.line"),
    ("comment.documentation", "comment.line.documentation"),
    ("function.call", "function"),
    ("keyword.conditional", "keyword.control.conditional"),
    ("keyword.import", "keyword.control.import"),
    ("keyword.repeat", "keyword.control.repeat"),
    ("keyword.type", "keyword.storage.type"),
    ("local.definition", "local.definition.variable.parameter"),
    ("number", "constant.numeric"),
    ("property", "variable.other.member"),
    ("string.escape", "constant.character.escape"),
    ("variable.member", "variable.other.member"),
];

#[test]
fn lists_of_words_are_current() {
    let lists = lists();
    WITH_LISTS.iter().for_each(|path| check(path, &filled(path, &lists)));
}

#[test]
fn copies_are_current() {
    for (from, to, names) in COPIES {
        let text = filled(from, &lists());
        let name = |found: &regex::Captures<'_>| {
            let own = names.iter().find(|(theirs, _)| *theirs == &found[1]).map_or(&found[1], |(_, own)| *own);
            format!("@{own}")
        };
        check(
            to,
            &format!(
                "; Written from {from} by `UPDATE=1 cargo test --test editors`.\n\n{}",
                CAPTURE.replace_all(&text, name)
            ),
        );
    }
}

#[test]
fn snippets_name_every_word() {
    SNIPPETS.iter().for_each(|snippet| check(snippet.path, &snippet.text()));
}

#[test]
fn every_list_stands_somewhere() {
    let text: String = WITH_LISTS.iter().map(|path| read(path)).collect();
    let marked = captures(r"(?:\(\?#| words )([a-z ]+)", &text);
    let marked: BTreeSet<&str> = marked.iter().flat_map(|names| names.split(' ')).collect();
    for name in lists().keys() {
        assert!(marked.contains(name), "no grammar has the list `{name}`");
    }
}

/// The tree-sitter grammar's own keywords and operators, which it writes out where they stand.
#[test]
fn tree_sitter_has_the_lexemes_of_the_grammar() {
    let found = captures(r"'((?:\\.|[^'\\])+)'", &code_of(&read("tree-sitter-pf/grammar.js")));
    let words = |lexemes: &BTreeSet<String>| -> BTreeSet<String> {
        lexemes.iter().filter(|lexeme| lexeme.starts_with(char::is_alphabetic)).cloned().collect()
    };
    // Names of rules and fields stand in calls of their own.
    let named = captures(r"(?:field\(|name: |reserved\()'([a-z_]+)'", &read("tree-sitter-pf/grammar.js"));
    let keywords: BTreeSet<_> = keywords().into_iter().chain(reserved()).collect();
    let found_words: BTreeSet<_> =
        words(&found).into_iter().filter(|word| keywords.contains(word) || !named.contains(word)).collect();
    let raw_string = BTreeSet::from([r#"r""#.to_owned()]);
    assert_eq!(found_words, keywords.union(&raw_string).cloned().collect());
    for operator in operators() {
        assert!(found.contains(&operator), "no `{operator}` in the tree-sitter grammar");
    }
}

/// Every sample uses the word that it is for, and every keyword has one.
#[test]
fn every_keyword_has_a_sample() {
    let sampled: BTreeSet<_> = SAMPLES.iter().map(|(word, ..)| (*word).to_owned()).collect();
    let keywords: BTreeSet<_> = keywords().into_iter().chain(reserved()).collect();
    assert_eq!(sampled, keywords, "SAMPLES has one line for each keyword of grammar/platform.pest");
}

// ---- Words ---------------------------------------------------------------------------------------------------------

/// What may stand between two markers.
fn lists() -> BTreeMap<&'static str, Vec<String>> {
    let own = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let statements = statements();
    let mut keywords = statements.clone();
    keywords.extend(reserved());
    BTreeMap::from([
        ("kinds", kinds()),
        ("blocks", blocks()),
        ("functions", functions()),
        ("types", own(PARAMETER_TYPES.to_vec())),
        ("ambients", own(AMBIENTS.iter().map(|(name, _)| *name).collect())),
        ("statements", statements),
        ("reserved", reserved()),
        ("keywords", keywords),
    ])
}

fn kinds() -> Vec<String> {
    KINDS.iter().map(|schema| schema.kind.word().to_owned()).collect()
}

fn functions() -> Vec<String> {
    let asked = QUESTIONS.iter().filter(|question| FUNCTIONS.iter().all(|function| function.name != question.name));
    let named = FUNCTIONS.iter().chain(asked).map(|function| function.name);
    named.chain(PROVIDERS.iter().map(|(name, _)| *name)).map(str::to_owned).collect()
}

/// The blocks that have a name: `secret chat-db { }`.
fn blocks() -> Vec<String> {
    attributes().into_iter().filter(|(_, form)| *form == Form::Named).map(|(name, _)| name).collect()
}

/// How an attribute is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Assigned,
    Block,
    Named,
}

/// Every attribute of the schema in every form in which it is written.
fn attributes() -> BTreeSet<(String, Form)> {
    let mut found = BTreeSet::new();
    KINDS.iter().for_each(|schema| walk(&schema.body, &mut found));
    found
}

fn walk(block: &BlockSchema, found: &mut BTreeSet<(String, Form)>) {
    for attribute in block.attributes {
        let form = match attribute.of {
            Type::Block(_) | Type::Map(_) | Type::Object => Form::Block,
            Type::Named(_) => Form::Named,
            // A statement of its own.
            Type::Objects => continue,
            _ => Form::Assigned,
        };
        if let (true, Type::Block(inner) | Type::Named(inner)) =
            (found.insert((attribute.name.to_owned(), form)), &attribute.of)
        {
            walk(inner, found);
        }
    }
}

/// The words that begin an entry.
fn statements() -> Vec<String> {
    ordered(r#"(?m)^kw_\w+ +=.*?"(\w+)" ~ not_key"#)
}

/// The keywords, wherever they stand.
fn keywords() -> Vec<String> {
    ordered(r#"(?m)^kw_\w+ +=.*?"(\w+)""#)
}

/// The words that are never a name.
fn reserved() -> Vec<String> {
    let rule = rule("reserved");
    Regex::new(r#""(\w+)""#).unwrap().captures_iter(&rule).map(|found| found[1].to_owned()).collect()
}

/// The operators between two values that are no words, and those of assignments.
fn operators() -> Vec<String> {
    let infix = rule("infix");
    let names = Regex::new(r"\w+").unwrap();
    let own = names.find_iter(&infix).map(|name| name.as_str()).filter(|name| !name.starts_with("foreign_"));
    let literals = own.chain(["assign", "append"]).filter_map(|name| {
        let text = rule(name);
        Regex::new(r#"^\{ "([^"\w]+)""#).unwrap().captures(&text).map(|found| found[1].to_owned())
    });
    literals.collect()
}

fn ordered(pattern: &str) -> Vec<String> {
    Regex::new(pattern).unwrap().captures_iter(GRAMMAR).map(|found| found[1].to_owned()).collect()
}

/// What a rule of the grammar says.
fn rule(name: &str) -> String {
    let pattern = format!(r"(?ms)^{name} *= *[_@$]?(\{{.*?\}})\s*(?://.*?)?$");
    let found = Regex::new(&pattern).unwrap().captures(GRAMMAR).unwrap_or_else(|| panic!("no rule `{name}`"));
    found[1].to_owned()
}

// ---- Lists in files ------------------------------------------------------------------------------------------------

/// `(?#name)a|b(?#)` in a regular expression; lines between `words name` and `end`, in comments, elsewhere.
static IN_REGEX: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\(\?#([a-z]+)\)[^()]*\(\?#\)").unwrap());
static CAPTURE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"@([a-z_.]+)").unwrap());
static IN_LINES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?ms)^( *)(;|//|") words ([a-z ]+)\n.*?^ *(?:;|//|") end$"#).unwrap());

fn filled(path: &str, lists: &BTreeMap<&'static str, Vec<String>>) -> String {
    let words = |names: &str| -> Vec<String> {
        let of = |name| lists.get(name).unwrap_or_else(|| panic!("{path} asks for the list `{name}`")).clone();
        names.split(' ').flat_map(of).collect()
    };
    let text = read(path);
    let text = IN_REGEX.replace_all(&text, |found: &regex::Captures<'_>| {
        format!("(?#{0}){1}(?#)", &found[1], words(&found[1]).join("|"))
    });
    let text = IN_LINES.replace_all(&text, |found: &regex::Captures<'_>| {
        let (indent, comment, names) = (&found[1], &found[2], &found[3]);
        let lines = match comment {
            ";" => wrapped(indent, words(names).iter().map(|word| format!("\"{word}\""))),
            "//" => wrapped(indent, words(names).iter().map(|word| format!("'{word}',"))),
            _ => names.split(' ').map(|name| variable(name, &words(name))).collect(),
        };
        format!("{indent}{comment} words {names}\n{lines}{indent}{comment} end")
    });
    text.into_owned()
}

/// `let s:kinds = [...]`
fn variable(name: &str, words: &[String]) -> String {
    let words = words.iter().map(|word| format!("'{word}',"));
    format!("let s:{name} = [\n{}      \\ ]\n", wrapped("      \\ ", words))
}

/// Words in lines of 100 columns.
fn wrapped(indent: &str, words: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<String> = vec![];
    for word in words {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < 100 => line.extend([" ", &word]),
            _ => lines.push(format!("{indent}{word}")),
        }
    }
    lines.join("\n") + "\n"
}

// ---- Snippets ------------------------------------------------------------------------------------------------------

/// What a word is to whoever looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Role {
    Kind,
    NamedBlock,
    Key,
    BlockKey,
    Function,
    ParameterType,
    Ambient,
    Import,
    Loop,
    Conditional,
    Statement,
    WordOperator,
    Where,
    Constant,
    Null,
    Comparison,
    Arithmetic,
    Assignment,
}

/// A line for each keyword in which it stands as such.
const SAMPLES: &[(&str, &str, Role)] = &[
    ("import", "import \"teams/*.pf\"", Role::Import),
    ("for", "for x in xs { }", Role::Loop),
    ("when", "when x { }", Role::Conditional),
    ("param", "param x : any", Role::Statement),
    ("each", "each x in xs", Role::Loop),
    ("expect", "expect x", Role::Statement),
    ("object", "object \"v1\" \"Secret\" x { }", Role::Statement),
    ("override", "override x = 1", Role::Statement),
    ("unset", "unset x.y", Role::Statement),
    ("allow", "allow PF0603 until \"x\" because \"y\"", Role::Statement),
    ("until", "allow PF0603 until \"x\" because \"y\"", Role::Statement),
    ("because", "allow PF0603 until \"x\" because \"y\"", Role::Statement),
    ("on", "x = [y on z]", Role::WordOperator),
    ("where", "x = [for y in z where c: y]", Role::Where),
    ("in", "x = y in z", Role::WordOperator),
    ("if", "x = if y then z else w", Role::Conditional),
    ("then", "x = if y then z else w", Role::Conditional),
    ("else", "x = if y then z else w", Role::Conditional),
    ("and", "x = y and z", Role::WordOperator),
    ("or", "x = y or z", Role::WordOperator),
    ("not", "x = not y", Role::WordOperator),
    ("true", "x = true", Role::Constant),
    ("false", "x = false", Role::Constant),
    ("null", "x = null", Role::Null),
];

/// A file that asserts every word for one editor.
struct Snippet {
    path: &'static str,
    head: &'static str,
    names: fn(Role, &str) -> String,
}

const SNIPPETS: &[Snippet] = &[
    Snippet { path: "vscode/test/words.pf", head: "# SYNTAX TEST \"source.pf\" \"every word\"\n", names: scope },
    Snippet { path: "tree-sitter-pf/test/highlight/words.pf", head: "", names: capture },
    Snippet { path: "vim/test/words.pf", head: "", names: group },
    Snippet { path: "emacs/test/words.pf", head: "", names: face },
];

fn scope(role: Role, word: &str) -> String {
    let scope = match role {
        Role::Kind => return format!("storage.type.{word}.pf"),
        Role::NamedBlock => "storage.type.block",
        Role::Key => "entity.other.attribute-name",
        Role::BlockKey => "entity.other.attribute-name.block",
        Role::Function => "support.function",
        Role::ParameterType => "support.type",
        Role::Ambient => "variable.language",
        Role::Conditional if word != "when" => "keyword.control.conditional",
        Role::Import | Role::Loop | Role::Conditional | Role::Statement | Role::Where => {
            return format!("keyword.control.{word}.pf");
        }
        Role::WordOperator => "keyword.operator.word",
        Role::Constant | Role::Null => "constant.language",
        Role::Comparison => "keyword.operator.comparison",
        Role::Arithmetic => "keyword.operator.arithmetic",
        Role::Assignment => "keyword.operator.assignment",
    };
    format!("{scope}.pf")
}

fn capture(role: Role, _: &str) -> String {
    let capture = match role {
        Role::Kind | Role::NamedBlock => "keyword.type",
        Role::Key | Role::BlockKey => "property",
        Role::Function => "function.builtin",
        Role::ParameterType => "type.builtin",
        Role::Ambient => "variable.builtin",
        Role::Import => "keyword.import",
        Role::Loop => "keyword.repeat",
        Role::Conditional | Role::Where => "keyword.conditional",
        Role::Statement => "keyword",
        Role::WordOperator => "keyword.operator",
        Role::Constant => "boolean",
        Role::Null => "constant.builtin",
        Role::Comparison | Role::Arithmetic | Role::Assignment => "operator",
    };
    capture.to_owned()
}

fn group(role: Role, _: &str) -> String {
    let group = match role {
        Role::Kind => "pfKind",
        Role::NamedBlock => "pfBlockKind",
        Role::Key | Role::BlockKey => "pfKey",
        Role::Function => "pfFunction",
        Role::ParameterType => "pfType",
        Role::Ambient => "pfAmbient",
        Role::Import | Role::Statement => "pfStatement",
        Role::Loop => "pfRepeat",
        Role::Conditional | Role::Where => "pfConditional",
        Role::WordOperator => "pfWordOperator",
        Role::Constant | Role::Null => "pfConstant",
        Role::Comparison | Role::Arithmetic | Role::Assignment => "pfOperator",
    };
    group.to_owned()
}

fn face(role: Role, _: &str) -> String {
    let face = match role {
        Role::Key | Role::BlockKey => "property-name",
        Role::Function | Role::Ambient => "builtin",
        Role::ParameterType => "type",
        Role::Constant | Role::Null => "constant",
        Role::Comparison | Role::Arithmetic | Role::Assignment => "operator",
        _ => "keyword",
    };
    format!("font-lock-{face}-face")
}

impl Snippet {
    fn text(&self) -> String {
        let note = "# Written by `UPDATE=1 cargo test --test editors`.";
        let mut out = format!("{}{note}\nservice all {{\n", self.head);
        for (line, word, role) in lines() {
            let found = Regex::new(&format!(r"(^|[^\w-]){}($|[^\w-])", regex::escape(&word))).unwrap();
            let at = found.captures(&line).unwrap_or_else(|| panic!("`{word}` in `{line}`")).get(1).unwrap().end();
            let carets = "^".repeat(word.len());
            let _ = writeln!(out, "    {line}\n#   {}{carets} {}", " ".repeat(at), (self.names)(role, &word));
        }
        out + "}\n"
    }
}

/// Every word of the language in a line.
fn lines() -> Vec<(String, String, Role)> {
    let line = |text: String, word: &str, role| (text, word.to_owned(), role);
    let mut out = vec![];
    out.extend(kinds().iter().map(|word| line(format!("{word} x {{ }}"), word, Role::Kind)));
    for (word, form) in attributes() {
        out.push(match form {
            Form::Assigned => line(format!("{word} = x"), &word, Role::Key),
            Form::Block => line(format!("{word} {{ }}"), &word, Role::BlockKey),
            Form::Named => line(format!("{word} x {{ }}"), &word, Role::NamedBlock),
        });
    }
    out.extend(functions().iter().map(|word| line(format!("x = {word}(y)"), word, Role::Function)));
    let types = PARAMETER_TYPES.iter();
    out.extend(types.map(|word| line(format!("param x : {word}"), word, Role::ParameterType)));
    out.extend(AMBIENTS.iter().map(|(word, _)| line(format!("x = {word}"), word, Role::Ambient)));
    out.extend(SAMPLES.iter().map(|(word, text, role)| line((*text).to_owned(), word, *role)));
    out.extend(operators().iter().map(|operator| with_operator(operator)));
    out
}

fn with_operator(operator: &str) -> (String, String, Role) {
    match operator {
        "=" | "+=" => (format!("x {operator} y"), operator.to_owned(), Role::Assignment),
        "+" | "-" | "*" | "/" | "%" => (format!("x = y {operator} z"), operator.to_owned(), Role::Arithmetic),
        _ => (format!("x = y {operator} z"), operator.to_owned(), Role::Comparison),
    }
}

// ---- Files ---------------------------------------------------------------------------------------------------------

fn full(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("editors").join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(full(path)).unwrap_or_else(|error| panic!("editors/{path}: {error}"))
}

fn check(path: &str, expected: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(full(path).parent().unwrap()).unwrap();
        fs::write(full(path), expected).unwrap();
    }
    let found = fs::read_to_string(full(path)).unwrap_or_default();
    assert!(found == expected, "editors/{path} is not what the schema says: run `UPDATE=1 cargo test --test editors`");
}

/// A file of JavaScript without its comments.
fn code_of(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn captures(pattern: &str, text: &str) -> BTreeSet<String> {
    Regex::new(pattern).unwrap().captures_iter(text).map(|found| found[1].to_owned()).collect()
}
