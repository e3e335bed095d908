//! The formatter: text in, text out.

#![allow(clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use platformc::db::{Content, Database, SourceFile};
use platformc::source::{Lexeme, Lexer, outline};
use platformc::syntax::format::format;
use platformc::syntax::{Parsed, syntax};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};

/// Texts with everything that layout decides on.
const AWKWARD: &[&str] = &[include_str!("format/platform.pf"), include_str!("format/awkward.pf")];

/// Entries of a block, and what they become in it.
const ENTRIES: &[(&str, &str)] = &[
    // Blanks.
    ("a=1", "a = 1"),
    ("  a   =\t1  ", "a = 1"),
    ("a+=[b]", "a += [b]"),
    ("a { }", "a {}"),
    ("a{b=1}", "a { b = 1 }"),
    ("a {b = 1 c = 2,d = 3}", "a { b = 1  c = 2  d = 3 }"),
    ("source\textra{}", "source extra {}"),
    ("unset   a.b.\"c d\"", "unset a.b.\"c d\""),
    ("allow  PF0603   until\"2027-03-01\"  because  \"x\"", "allow PF0603 until \"2027-03-01\" because \"x\""),
    ("override   a=1", "override a = 1"),
    ("each x   in[ 1,2 ]", "each x in [1, 2]"),
    ("object \"v1\"  \"Pod\"   web{}", "object \"v1\" \"Pod\" web {}"),
    // Expressions.
    ("a = (  b+c )*-d", "a = (b + c) * -d"),
    ("a = -( b )  -  -1", "a = -(b) - -1"),
    ("a = b  not   in  c and not(d)", "a = b not in c and not (d)"),
    ("a = f( b,c=1 , )[ 0 ].d", "a = f(b, c = 1)[0].d"),
    ("a = [ x,y  on  z, ]", "a = [x, y on z]"),
    ("a = [ for x in xs  where x>1 :x ]", "a = [for x in xs where x > 1: x]"),
    ("a = if b==c  then(1)else  2", "a = if b == c then (1) else 2"),
    ("a = [\n\n]", "a = []"),
    // Strings are data.
    ("a = \"b   ${ c  }\"", "a = \"b   ${ c  }\""),
    ("a = r\"\\d  \"", "a = r\"\\d  \""),
    // One entry per line; an open block stays open.
    ("a = 1, b = 2", "a = 1\nb = 2"),
    ("a {\nb = 1 }", "a {\n  b = 1\n}"),
    ("a {\n\n\nb = 1\n\n\n\nc = 2\n\n}", "a {\n  b = 1\n\n  c = 2\n}"),
    ("a = { b = 1\n}", "a = {\n  b = 1\n}"),
    ("import \"x\", for y in z {}", "import \"x\"\nfor y in z {}"),
    ("a { import \"x\", for y in z {} }", "a {\n  import \"x\"\n  for y in z {}\n}"),
    // Open lists and calls have one member per line.
    ("a = [b,\nc]", "a = [\n  b,\n  c,\n]"),
    ("a = [\nb, {c = 1\n}, ]", "a = [\n  b,\n  {\n    c = 1\n  },\n]"),
    ("a = [{b = 1\n}, ]", "a = [{\n  b = 1\n}]"),
    ("a = [ { b = 1\n}\n]", "a = [\n  {\n    b = 1\n  },\n]"),
    ("a = f( {\nb = 1})", "a = f({\n  b = 1\n})"),
    ("a = f(b, c =\n1)", "a = f(\n  b,\n  c =\n    1,\n)"),
    // Other line ends in expressions are kept.
    ("a = b and\nc or\n\n\n  d", "a = b and\n  c or\n  d"),
    ("a = b -\nc", "a = b -\n  c"),
    ("a =\nb", "a =\n  b"),
    ("a = (b\n+ c)", "a = (b\n  + c)"),
    ("a = (\nb + c)", "a = (\n  b + c\n)"),
    ("a = if b\nthen c\nelse d", "a = if b\n  then c\n  else d"),
    ("when a and\nb { c = 1\n}", "when a and\n  b {\n  c = 1\n}"),
    // Alignment.
    ("a = 1\nbcd = 2\n\nefghi = 3", "a   = 1\nbcd = 2\n\nefghi = 3"),
    ("a = 1\nbcd += [2]\noverride e = 3", "a          = 1\nbcd       += [2]\noverride e = 3"),
    ("a = 1\nbcd = [\n2]\nef = 3", "a = 1\nbcd = [\n  2,\n]\nef = 3"),
    ("a = 1\nb {}\ncde = 2", "a = 1\nb {}\ncde = 2"),
    ("a = 1\n# b\ncde = 2", "a = 1\n# b\ncde = 2"),
    ("\"ä\" = 1\nbc = 2", "\"ä\" = 1\nbc  = 2"),
    (
        "param a:string\nparam bcd:int=1\nparam e:bool  =  true",
        "param a   : string\nparam bcd : int  = 1\nparam e   : bool = true",
    ),
    // Comments.
    ("a = 1 # b\ncde = 2# f   ", "a   = 1  # b\ncde = 2  # f"),
    ("a = 12345 # b\nc { # d\n}", "a = 12345  # b\nc {        # d\n}"),
    ("# a\n\n\n# b\nc = 1\n      # d", "# a\n\n# b\nc = 1\n# d"),
    ("a = 1, # b\n# c\nd = 2", "a = 1  # b\n# c\nd = 2"),
    ("a = [b # c\n# d\n, e] # f", "a = [\n  b,  # c\n  # d\n  e,\n]  # f"),
    ("a = [ # b\n]", "a = [  # b\n]"),
    ("a = # b\n# c\nd", "a =  # b\n  # c\n  d"),
    ("a = b and # c\n\n# d\ne", "a = b and  # c\n  # d\n  e"),
    ("a = (b # c\n)", "a = (\n  b  # c\n)"),
    ("a {# b\n}", "a {  # b\n}"),
    ("a = 1 ## b\nc = 2", "a = 1\n## b\nc = 2"),
    ("a = 1\n\n## b\n\n# c\n\n## d\n\ne = 2", "a = 1\n\n## b\n# c\n## d\ne = 2"),
    ("a = 1 ## b", "a = 1  ## b"),
];

/// Files, and what they become.
const FILES: &[(&str, &str)] = &[
    ("", ""),
    ("\n\n", ""),
    ("\n\n# a\n\n\n", "# a\n"),
    ("\u{feff}\r\nimport   \"a\"\r\n", "import \"a\"\n"),
    ("# a\n\n# b\n\n\nimport \"a\"", "# a\n\n# b\n\nimport \"a\"\n"),
    ("# a\n# b\n\n## c\nteam d {\ne = 1\n}", "# a\n# b\n\n## c\nteam d {\n  e = 1\n}\n"),
    ("# a\n# b\nteam d {\ne = 1\n}", "# a\n# b\nteam d {\n  e = 1\n}\n"),
    ("import \"a\", import \"b\"\nimport \"c\"   for   d # e", "import \"a\"\nimport \"b\"\nimport \"c\" for d  # e\n"),
    ("import \"a\"\n\n\n\nimport \"b\"", "import \"a\"\n\nimport \"b\"\n"),
    (" team a{} team \"b\"{}\n", "team a {}\nteam \"b\" {}\n"),
    ("team a {\nb = 1\n}\nteam c {}\nteam d {}", "team a {\n  b = 1\n}\n\nteam c {}\nteam d {}\n"),
    ("team a {}\nteam b {\nc = 1 }", "team a {}\n\nteam b {\n  c = 1\n}\n"),
    ("team a {\nb = 1\n} # c\n# d\nteam e {}", "team a {\n  b = 1\n}  # c\n\n# d\nteam e {}\n"),
    ("team a {\nb = 1\n}\n# c\n\nteam d {}", "team a {\n  b = 1\n}\n# c\n\nteam d {}\n"),
    ("team a {} ## b\n\n\nteam c {}\n## d", "team a {}\n## b\nteam c {}\n## d\n"),
    ("team a {b = \"\"\"\n\tc  \n\n\n  \"\"\" }", "team a {\n  b = \"\"\"\n\tc  \n\n\n  \"\"\"\n}\n"),
    ("for x in[1,\n2]{}", "for x in [\n  1,\n  2,\n] {}\n"),
    ("## a\n\n# b\n\nfor x in[1]{}", "## a\n# b\nfor x in [1] {}\n"),
    ("team a {\r\n  b = \"\"\"\r\n  c\r\n  \"\"\" # d\r\n}", "team a {\n  b = \"\"\"\n  c\n  \"\"\"  # d\n}\n"),
];

/// Texts that must be mended first.
const BROKEN: &[&str] = &[
    "team",
    "team a {",
    "team a {}}",
    "team a\n{}",
    "team a {} b",
    "team a { b = }",
    "team a { b =\nc = 1 }",
    "team a { b = 1 && 2 }",
    "team a { b: 1 }",
    "team a { b = 'c' }",
    "team a { b = [1 2] }",
    "team a { b = \"c }",
    "team a { b = 1.2.3 }",
    "team a { b = 1 < 2 < 3 }",
    "team a { ; }",
    "import a",
    "?",
];

fn in_block(entries: &str) -> String {
    format!("team t {{\n{entries}\n}}")
}

/// The entries of a formatted block, a level further out.
fn out_of_block(text: &str) -> String {
    let lines = text.lines().collect::<Vec<_>>();
    let inner = lines.get(1..lines.len() - 1).unwrap_or(&[]);
    inner.iter().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn entries_have_one_layout() {
    for (before, after) in ENTRIES {
        let formatted = format(&in_block(before)).unwrap_or_else(|| panic!("does not parse: {before}"));
        assert_eq!(out_of_block(&formatted), *after, "{before}");
        check(&in_block(before));
    }
}

#[test]
fn files_have_one_layout() {
    for (before, after) in FILES {
        assert_eq!(format(before).as_deref(), Some(*after), "{before}");
        check(before);
    }
}

#[test]
fn broken_text_is_left_alone() {
    for text in BROKEN {
        assert_eq!(format(text), None, "{text}");
        assert_eq!(format(&format!("team z {{}}\n{text}")), None, "{text}");
    }
}

#[test]
fn what_can_be_read_is_formatted() {
    assert_eq!(format("import   \"${a}\"").as_deref(), Some("import \"${a}\"\n"));
    assert_eq!(format("team a {b=1, b=2}").as_deref(), Some("team a { b = 1  b = 2 }\n"));
}

#[test]
fn what_is_too_wide_is_broken_from_the_outside() {
    let long = "x".repeat(60);
    let block = format!("service s {{ helm {{ a = \"{long}\"  b = [1, 2] }}  c {{ d = [\"{long}\"] }} }}");
    let expected = format!("service s {{\n  helm {{ a = \"{long}\"  b = [1, 2] }}\n  c {{ d = [\"{long}\"] }}\n}}\n");
    assert_eq!(format(&block), Some(expected));
    let list = format!("service s {{ a = [\"{long}\", f(\"{long}\")]  b = 1 }}");
    let expected = format!("service s {{\n  a = [\n    \"{long}\",\n    f(\"{long}\"),\n  ]\n  b = 1\n}}\n");
    assert_eq!(format(&list), Some(expected));
    check(&format!("for x in [\"{long}\", \"{long}\"] {{ team x {{}} }}\n"));
}

#[test]
fn a_line_of_a_hundred_columns_is_no_wider_than_allowed() {
    let list = |fill: usize| format!("team t {{\n  a = [\"{}\"] + b\n}}\n", "x".repeat(fill));
    assert_eq!(format(&list(86)), Some(list(86)));
    assert_ne!(format(&list(87)), Some(list(87)));
    check(&list(87));
}

#[test]
fn the_platform_of_the_design_is_laid_out() {
    assert_eq!(format(AWKWARD[0]).as_deref(), Some(include_str!("format/platform.formatted.pf")));
}

#[test]
fn every_file_here_keeps_its_meaning() {
    let mut found = vec![];
    for folder in ["examples", "tests"] {
        platform_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    assert!(!found.is_empty());
    found.iter().filter(|text| format(text).is_some()).for_each(|text| drop(check(text)));
}

#[test]
fn time_grows_with_the_text_and_no_faster() {
    let start = std::time::Instant::now();
    assert!(format(&AWKWARD[0].repeat(100)).is_some());
    let list = (0..40_000).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    assert!(format(&format!("team t {{ a {{ b = [{list}] }} }}")).is_some());
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

fn platform_files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            platform_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "pf") {
            found.push(fs::read_to_string(&path).expect("a text"));
        }
    }
}

/// Formats a text without errors, and checks everything that must hold for any.
fn check(text: &str) -> String {
    let formatted = format(text).unwrap_or_else(|| panic!("{:?} in:\n{text}", findings(text)));
    assert_eq!(format(&formatted).as_deref(), Some(formatted.as_str()), "formatted twice:\n{text}");
    assert_eq!(tree(text), tree(&formatted), "the meaning of:\n{text}\nas:\n{formatted}");
    assert_eq!(comments(text), comments(&formatted), "the comments of:\n{text}\nas:\n{formatted}");
    assert!(formatted.is_empty() || formatted.ends_with('\n') && !formatted.ends_with("\n\n"));
    let blank = |line: &&str| line.ends_with([' ', '\t', '\r']);
    assert_eq!(without_strings(&formatted).lines().find(blank), None, "a line ends in a blank:\n{formatted}");
    assert!(!without_strings(&formatted).contains("\n\n\n"), "two blank lines:\n{formatted}");
    formatted
}

/// What `show` makes of each declaration.
fn declarations<T>(text: &str, show: impl Fn(&Parsed) -> T) -> Vec<T> {
    let db = Database::new("");
    let file = SourceFile::new(&db, String::new(), Content::Text(text.trim_start_matches('\u{feff}').into()));
    outline(&db, file).decls.iter().map(|decl| show(syntax(&db, *decl))).collect()
}

/// The typed trees without places.
fn tree(text: &str) -> Vec<String> {
    let ranges = regex::Regex::new(r"TextRange \{ start: \d+, end: \d+ \}").expect("a pattern");
    declarations(text, |parsed| ranges.replace_all(&format!("{parsed:?}"), "").into_owned())
}

fn findings(text: &str) -> Vec<String> {
    let shown = |parsed: &Parsed| parsed.diagnostics.iter().map(|finding| format!("{finding:?}")).collect::<Vec<_>>();
    declarations(text, shown).concat()
}

fn lexemes(text: &str) -> impl Iterator<Item = (Lexeme, &str)> {
    Lexer::new(text, 0).map(|(lexeme, range)| (lexeme, &text[range.start as usize..range.end as usize]))
}

fn is_comment(lexeme: Lexeme) -> bool {
    matches!(lexeme, Lexeme::Comment | Lexeme::Doc)
}

fn comments(text: &str) -> Vec<&str> {
    lexemes(text).filter(|(lexeme, _)| is_comment(*lexeme)).map(|(_, text)| text.trim_end()).collect()
}

fn without_strings(text: &str) -> String {
    let strings = lexemes(text).filter(|(lexeme, _)| *lexeme == Lexeme::Text);
    strings.fold(text.to_owned(), |text, (_, string)| text.replacen(string, "\"\"", 1))
}

/// Between two tokens where the text has blanks or line ends anyway: others, and comments.
fn disturb(text: &str, seed: u64, lines: bool) -> String {
    let mut choices = choices(seed);
    let (mut out, mut end, mut before) = (String::new(), 0, Lexeme::Newline);
    for (lexeme, range) in Lexer::new(text, 0) {
        let blanks = &text[end..range.start as usize];
        let choice = choices.next().unwrap_or(0);
        let opens = matches!(before, Lexeme::Comma | Lexeme::Open | Lexeme::OpenBracket);
        out.push_str(match choice % 8 {
            _ if blanks.is_empty() && !opens => "",
            0..=3 => blanks,
            4 => "\t \t",
            5 if lines && opens => "\n",
            6 if lines && opens => " # disturbed\n\n# twice\n\t",
            7 if lines && opens => "\n\n\n   # disturbed\n\n",
            _ => " ",
        });
        if lexeme == Lexeme::Newline && lines {
            out.push_str(match choice / 8 % 6 {
                0 if !is_comment(before) => "   # trailing",
                1 => "\n",
                2 => "\n\n\t\n      # own line\n",
                3 => "\r",
                _ => "",
            });
        }
        out.push_str(&text[range.start as usize..range.end as usize]);
        (end, before) = (range.end as usize, lexeme);
    }
    out + &text[end..]
}

fn choices(seed: u64) -> impl Iterator<Item = u64> {
    let next = |last: &u64| Some(last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    std::iter::successors(Some(seed), next).skip(1).map(|state| state >> 33)
}

fn sample() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(AWKWARD)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blanks_decide_nothing(text in sample(), seed in any::<u64>()) {
        prop_assert_eq!(format(&disturb(text, seed, false)), format(text));
    }

    #[test]
    fn alignment_decides_nothing(text in sample(), seed in any::<u64>()) {
        let formatted = format(text).unwrap_or_default();
        prop_assert_eq!(format(&disturb(&formatted, seed, false)), Some(formatted));
    }

    #[test]
    fn any_layout_keeps_its_meaning(text in sample(), seed in any::<u64>()) {
        let disturbed = disturb(text, seed, true);
        check(&disturbed);
        prop_assert_eq!(tree(&disturbed).len(), tree(text).len());
    }
}
