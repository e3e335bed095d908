//! The YAML writer: whatever it writes reads back as what was meant, in readers of YAML 1.1 and of 1.2.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use platformc::documents::yaml::{Hole, Node, Part, Template, Text, write};
use proptest::prelude::*;
use regex::Regex;
use serde::Deserialize as _;

/// Strings that one reader or another takes for something else when they stand bare.
#[rustfmt::skip]
const AWKWARD: &[&str] = &[
    // Nothing, and nothing much.
    "", " ", "  ", "\t", "\n", "\n\n", "\r", "\r\n", " \n", "\n ", "\t\n", "\n\t", "\u{a0}", "\u{3000}",
    // Nulls and truth values of YAML 1.1 and 1.2.
    "~", "null", "Null", "NULL", "nUlL", "true", "True", "TRUE", "tRue", "false", "False", "FALSE", "yes", "Yes", "YES",
    "yEs", "no", "No", "NO", "nO", "on", "On", "ON", "off", "Off", "OFF", "oFf", "y", "Y", "n", "N", "t", "f", "nil",
    "none", "None", "undefined", "truest", "yess", "nope", "once", "offer", "null ", " true",
    // Whole numbers.
    "0", "00", "-0", "+0", "1", "-1", "+1", "007", "0777", "0o17", "0O17", "0x1F", "0X1f", "-0x1F", "0b101", "-0b101",
    "1_000", "1__0", "1_", "_1", "_", "__", "1,000", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "1e3", "1E3", "1e+3", "1e-3", "12e03", "123abc", "1a", "0xzz", "0b2", "09", "089",
    // Numbers with a fraction.
    "1.0", "1.", ".1", ".", "..", "-.1", "+.5", "0.1_0", "685_230.15", "685.230_15e+03", "1.2.3", "1.5e3", "1.0e+21",
    ".inf", ".Inf", ".INF", "-.inf", "+.inf", ".nan", ".NaN", ".NAN", "inf", "nan", "NaN", "Infinity", "-Infinity",
    // Base 60, dates and times.
    "190:20:30", "1:30", "-1:30", "22:22", "190:20:30.15", "2001-01-01", "2001-1-1", "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5", "2001-12-15 2:59:43.10", "12:30:45", "2024-02-30", "10:00Z", "Z",
    // Indicators, alone and in front.
    "-", "--", "---", "--- a", "...", "... a", "?", ":", ",", "[", "]", "{", "}", "#", "&", "*", "!", "|", ">", "'",
    "\"", "%", "@", "`", "=", "<", "<<", "<<:", "- a", "-a", "? a", "?a", ": a", ":a", "a:", "a :", "a: b", "a:b",
    "a : b", "a::", "::", "a:\tb", "#a", "a#b", "a #b", "a# b", ", a", "a, b", "[a]", "[]", "{}", "{a: b}", "[a", "a]",
    "!tag", "!!str a", "!<tag> a", "&a", "*a", "& a", "* a", "|a", "| a", ">-", "%x", "%YAML 1.1", "@x", "`x`", "=a",
    "a=b", "a@b", "a+b", "+a", "/", "/a", "//", "a/b", "~a", "a~", "<a>", "<< a", "$", "$a", "${a}", "(a)", "a;b",
    // Quotes and escapes.
    "'a'", "\"a\"", "it's", "''", "'''", "\"\"", "say \"hi\"", "a'b\"c", "\\", "\\n", "a\\nb", "\\\"", "'\\'", "a\\",
    // Templates, references and other things of the trade.
    "{{ .x }}", "{{.cluster}}", "a-{{.x}}", "${{ x }}", "$(x)", "{{`{{x}}`}}", "https://kubernetes.default.svc",
    "https://a.example/b?c=d&e=f#g", "git@github.com:a/b.git", "refs/heads/main", "v1.2.3", "1.2.3-rc.1+build",
    "sha256:0123456789abcdef", "quay.io/a/b:v1.0", "a.b/c@sha256:00", "*.example.com", "**/*.yaml", "10.0.0.0/8",
    "fe80::1", "::1", "500m", "1Gi", "5s", "0 3 * * *", "@daily", "ServerSideApply=true", "system:masters",
    "p, role:admin, *, *, */*, allow", "argocd.argoproj.io/sync-wave", "-Xmx512m", "--flag=value", "0e0", "00e1",
    // Spaces and tabs inside and around.
    " a", "a ", "  a  ", "\ta", "a\t", "a\tb", "a b", "a  b", "a - b", "a -b", "a ? b", " #a", "a \t b",
    // Controls, marks and what lies beyond ASCII.
    "\0", "a\0b", "\u{1}", "\u{7}", "\u{8}", "\u{b}", "\u{c}", "\u{1b}[0m", "\u{1f}", "\u{7f}", "\u{80}", "\u{85}",
    "a\u{85}b", "\u{9f}", "\u{a0}a", "\u{ad}", "\u{200b}", "\u{200e}", "\u{2028}", "a\u{2028}b", "\u{2029}",
    "\u{202e}x", "\u{feff}", "\u{feff}a", "a\u{feff}", "\u{fffd}", "\u{fffe}", "\u{ffff}", "\u{d7ff}", "\u{e000}",
    "\u{10ffff}", "é", "über", "naïve café", "日本語", "日本: 語", "🚀", "a 🚀 b", "е", "İ", "ſ", "K", "ｙ", "yеs",
    // Lines.
    "a\nb", "a\n", "a\n\n", "a\n\n\n", "\na", "\na\n", "\n\na", "\n\n a", "a\n\nb", "a\nb\n", "a\n b", " a\nb",
    "  a\n b\n", "    a\nb\n\n", "a\n  b\nc\n", "a \nb", "a\n \nb", "a\nb ", "a\t\nb", "a\tb\nc", "\ta\nb", "a\n\tb",
    "a\n\t\nb", "a\r\nb", "a\r\nb\r\n", "a\rb", "a\n\r", "a\nb\u{85}c", "a\nb\u{2028}", "\u{feff}a\nb", "a\n\u{feff}",
    "a\n\0", "a\n\u{1b}", "a\n\u{7f}b", "é\nü\n", "日本\n語", "- a\n- b\n", "a: b\nc: d\n", "# a\nb\n", "a\n# b\n",
    "---\na\n", "a\n---\nb\n", "a\n...\n", "%YAML 1.1\n---\n", "|\na\n", "'a\nb'", "\"a\nb\"", "{{ a }}\n{{ b }}\n",
    "#!/bin/sh\nset -e\n\necho \"$1\"\n",
    "hs = {}\nif obj.status ~= nil then\n  hs.status = \"Healthy\"\nend\nreturn hs", "p, a, b\ng, c, d\n", "\n#a\n",
    "\n- a", "a\n\n  b\n", " \na", "a\n\n ", "\n\u{85}\n", "true\n", "1\n", "\\\n",
];

/// What YAML 1.1's types and those of YAML 1.2's core schema take out of the plain scalars, and what can't be one.
static NOT_A_STRING: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = [
        r"(?i)^(~|null|)$",
        r"(?i)^(y|yes|n|no|true|false|on|off)$",
        r"^[-+]?0b[0-1_]+$",
        r"^[-+]?0[0-7_]+$",
        r"^[-+]?(0|[1-9][0-9_]*)$",
        r"^[-+]?0[xX][0-9a-fA-F_]+$",
        r"^[-+]?0o[0-7_]+$",
        r"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$",
        r"^[-+]?([0-9][0-9_]*)?\.[0-9._]*([eE][-+]?[0-9]+)?$",
        r"^[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?$",
        r"(?i)^[-+]?\.inf$",
        r"(?i)^\.nan$",
        r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?$",
        r"^(<<|=)$",
        r"^[-?:]($|\s)",
        r#"^[,\[\]{}#&*!|>'"%@`]"#,
        r"^(---|\.\.\.)",
        r"^\s|\s$|:$|:\s|\s#|[\r\n\t]",
    ];
    patterns.iter().map(|pattern| Regex::new(pattern).unwrap()).collect()
});

/// The three places of a string.
fn in_places(text: &str) -> [Node; 3] {
    let (before, after) = (Node::text("before"), Node::text("after"));
    [
        Node::map([("a", Node::map([("b", Node::text(text)), ("c", after.clone())])), ("d", before.clone())]),
        Node::map([("a", Node::list([before.clone(), Node::text(text), Node::list([text, text]), after.clone()]))]),
        Node::list([Node::map([
            ("before", before),
            (text, Node::map([(text, after)])),
            ("after", Node::list([text])),
        ])]),
    ]
}

fn to_node(value: &serde_yaml::Value) -> Node {
    match value {
        serde_yaml::Value::Null => Node::Null,
        serde_yaml::Value::Bool(value) => Node::Bool(*value),
        serde_yaml::Value::Number(number) => match number.as_i64() {
            Some(value) => Node::Int(value),
            None => Node::Float(number.as_f64().unwrap()),
        },
        serde_yaml::Value::String(text) => Node::text(text.as_str()),
        serde_yaml::Value::Sequence(items) => Node::list(items.iter().map(to_node)),
        serde_yaml::Value::Mapping(entries) => {
            Node::map(entries.iter().map(|(key, value)| (key.as_str().expect("a string as key"), to_node(value))))
        }
        serde_yaml::Value::Tagged(tagged) => panic!("a tag: {tagged:?}"),
    }
}

fn read_all(text: &str) -> Result<Vec<Node>, serde_yaml::Error> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents.map(|document| serde_yaml::Value::deserialize(document).map(|value| to_node(&value))).collect()
}

fn reads_back(node: &Node) -> Result<(), String> {
    let text = write(node);
    match read_all(&text) {
        Ok(nodes) if nodes == [node.clone()] => Ok(()),
        Ok(nodes) => Err(format!("{node:?}\nwas written as\n{text}\nand read as\n{nodes:?}")),
        Err(error) => Err(format!("{node:?}\nwas written as\n{text}\nand refused: {error}")),
    }
}

/// The scalar as it stands after `k: `.
fn scalar(node: impl Into<Node>) -> String {
    let text = write(&Node::map([("k", node.into())]));
    text.strip_prefix("k: ").and_then(|rest| rest.strip_suffix('\n')).unwrap().to_owned()
}

fn is_quoted(scalar: &str) -> bool {
    scalar.starts_with(['\'', '"', '|'])
}

/// Fails if `text` stands bare where a reader would take it for something else.
fn stays_a_string(text: &str) -> Result<(), String> {
    let scalar = scalar(text);
    if is_quoted(&scalar) {
        return Ok(());
    }
    let taken = NOT_A_STRING.iter().find(|pattern| pattern.is_match(text));
    match taken {
        _ if scalar != text => Err(format!("{text:?} was written as {scalar}")),
        Some(pattern) => Err(format!("{text:?} stands bare but matches {pattern}")),
        None => Ok(()),
    }
}

fn application(cluster: &Text) -> Node {
    Node::map([
        ("apiVersion", "argoproj.io/v1alpha1".into()),
        ("kind", "Application".into()),
        (
            "metadata",
            Node::map([
                ("name", Text::literal("chat-api-").hole(Hole(0)).into()),
                ("namespace", "argocd".into()),
                ("annotations", Node::map([("argocd.argoproj.io/sync-wave", "3".into())])),
                ("finalizers", Node::list(["resources-finalizer.argocd.argoproj.io"])),
            ]),
        ),
        (
            "spec",
            Node::map([
                ("project", "chat".into()),
                (
                    "sources",
                    Node::list([Node::map([
                        ("repoURL", "https://charts.example.com".into()),
                        ("targetRevision", "1.4.2".into()),
                        (
                            "helm",
                            Node::map([
                                (
                                    "valuesObject",
                                    Node::map([("cluster", cluster.clone().into()), ("replicas", 3.into())]),
                                ),
                                ("valueFiles", Node::List(vec![])),
                            ]),
                        ),
                    ])]),
                ),
                ("destination", Node::map([("server", Node::hole(Hole(1))), ("namespace", "chat".into())])),
                (
                    "syncPolicy",
                    Node::map([("automated", Node::map([])), ("syncOptions", Node::list(["ServerSideApply=true"]))]),
                ),
                ("info", Node::list([Node::map([("name", "note".into()), ("value", Node::hole(Hole(2)))])])),
            ]),
        ),
    ])
}

fn values(values: &[&str]) -> Vec<Arc<str>> {
    values.iter().map(|value| Arc::from(*value)).collect()
}

#[test]
fn table_is_large_and_without_repetition() {
    let mut strings = AWKWARD.to_vec();
    strings.sort_unstable();
    strings.dedup();
    assert_eq!(strings.len(), AWKWARD.len());
    assert!(strings.len() >= 170);
}

#[test]
fn awkward_strings_read_back_in_every_place() {
    let failures: Vec<String> =
        AWKWARD.iter().flat_map(|text| in_places(text)).filter_map(|node| reads_back(&node).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn awkward_strings_read_back_together() {
    let items = Node::list(AWKWARD.iter().copied());
    let keys = Node::map(AWKWARD.iter().map(|text| (*text, Node::text(*text))));
    let nodes = [items, keys];
    assert_eq!(read_all(&fill(&Template::new("# A header.\n", &nodes), &[])).unwrap(), nodes);
}

#[test]
fn awkward_strings_read_back_as_whole_documents() {
    let failures: Vec<String> = AWKWARD.iter().filter_map(|text| reads_back(&Node::text(*text)).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn no_reader_takes_a_bare_string_for_something_else() {
    let failures: Vec<String> = AWKWARD.iter().filter_map(|text| stays_a_string(text).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn awkward_values_fill_a_template_as_they_are_written() {
    let node = application(&Text::literal("it is ").hole(Hole(2)).then(": ").hole(Hole(0)));
    let template = Template::new("", std::slice::from_ref(&node));
    for text in AWKWARD {
        let values = values(&["prod", text, text]);
        assert_eq!(fill(&template, &values), write(&node.fill(&values)), "{text:?}");
    }
}

#[test]
fn ordinary_strings_stand_bare() {
    let ordinary = [
        "a",
        "argocd",
        "a b",
        "v1.2.3",
        "refs/heads/main",
        "/etc",
        "_x",
        "https://kubernetes.default.svc",
        "a:b",
        "a - b",
        "git@github.com:a/b.git",
        "quay.io/a/b:v1.0",
        "ServerSideApply=true",
        "truest",
        "N1",
        "yes-no",
        "on call",
        "a+b",
    ];
    for text in ordinary {
        assert_eq!(scalar(text), text);
    }
}

#[test]
fn other_strings_are_quoted_in_the_mildest_way() {
    let quoted = [
        ("", "''"),
        ("3", "'3'"),
        ("Yes", "'Yes'"),
        ("it's", "'it''s'"),
        (" a ", "' a '"),
        ("{{ .x }}", "'{{ .x }}'"),
        ("über", "'über'"),
        ("say \"hi\"", "'say \"hi\"'"),
        ("a\\b", "'a\\b'"),
        ("a\tb", r#""a\tb""#),
        ("a\r\nb", r#""a\r\nb""#),
        ("\0\u{1b}\u{85}\u{2028}\u{feff}", r#""\x00\x1B\x85\u2028\uFEFF""#),
        ("\"\\\r", r#""\"\\\r""#),
        ("\n", r#""\n""#),
        ("a \nb", r#""a \nb""#),
        ("a\n\tb", r#""a\n\tb""#),
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\n\nb\n\n", "|+\n  a\n\n  b\n"),
        (" a\nb", "|2-\n   a\n  b"),
        ("\na\n", "|2\n\n  a"),
        ("\n\n a\n\n", "|2+\n\n\n   a\n"),
    ];
    for (text, expected) in quoted {
        assert_eq!(scalar(text), expected, "{text:?}");
    }
}

#[test]
fn keys_and_whole_documents_are_never_blocks() {
    assert_eq!(write(&Node::map([("a\nb", Node::Null)])), "\"a\\nb\": null\n");
    assert_eq!(write(&Node::text("a\nb")), "\"a\\nb\"\n");
}

#[test]
fn long_keys_are_written_so_that_readers_accept_them() {
    for length in [1, 1022, 1023, 1024, 1025, 5000] {
        let (plain, quoted) = ("k".repeat(length), "é".repeat(length));
        let inner = Node::map([(plain.as_str(), Node::text("a\nb")), (quoted.as_str(), Node::list(["c"]))]);
        let node = Node::list([Node::map([(plain.as_str(), inner.clone()), (quoted.as_str(), inner)])]);
        reads_back(&node).unwrap();
    }
}

#[test]
fn numbers_keep_their_type() {
    let floats = [
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (0.1, "0.1"),
        (1e21, "1.0e+21"),
        (1.5e-9, "1.5e-9"),
        (1e16, "1.0e+16"),
        (123_456_789.25, "123456789.25"),
        (f64::NAN, "'NaN'"),
        (f64::INFINITY, "'inf'"),
        (f64::NEG_INFINITY, "'-inf'"),
    ];
    let yaml_1_1 = Regex::new(r"^[-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?$").unwrap();
    for (value, expected) in floats {
        assert_eq!(scalar(value), expected);
        assert!(!value.is_finite() || yaml_1_1.is_match(expected), "{expected}");
    }
    for value in [0, -1, i64::MIN, i64::MAX] {
        assert_eq!(scalar(value), value.to_string());
        reads_back(&Node::Int(value)).unwrap();
    }
}

#[test]
fn collections_are_laid_out_as_kubectl_does() {
    let node = Node::map([
        ("empty", Node::list([Node::map([]), Node::List(vec![]), Node::Null, true.into(), (-5).into(), "".into()])),
        ("lists", Node::list([Node::list([Node::list(["a", "b"]), Node::list(["c\nd"])])])),
        ("maps", Node::list([Node::map([("a", Node::map([("b", Node::list(["c"]))])), ("d", "e\nf\n".into())])])),
    ]);
    let expected = "\
empty:
- {}
- []
- null
- true
- -5
- ''
lists:
- - - a
    - b
  - - |-
      c
      d
maps:
- a:
    b:
    - c
  d: |
    e
    f
";
    assert_eq!(write(&node), expected);
    reads_back(&node).unwrap();
    assert_eq!(write(&Node::map([])), "{}\n");
    assert_eq!(write(&Node::List(vec![])), "[]\n");
    assert_eq!(write(&Node::Null), "null\n");
}

#[test]
fn application_is_filled_and_quoted() {
    let template = Template::new("# Generated.\n", &[application(&Text::from(Hole(0)))]);
    let filled = fill(&template, &values(&["prod", "https://10.0.0.1:6443", "Two lines,\nno end"]));
    let expected = "\
# Generated.
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: chat-api-prod
  namespace: argocd
  annotations:
    argocd.argoproj.io/sync-wave: '3'
  finalizers:
  - resources-finalizer.argocd.argoproj.io
spec:
  project: chat
  sources:
  - repoURL: https://charts.example.com
    targetRevision: '1.4.2'
    helm:
      valuesObject:
        cluster: prod
        replicas: 3
      valueFiles: []
  destination:
    server: https://10.0.0.1:6443
    namespace: chat
  syncPolicy:
    automated: {}
    syncOptions:
    - ServerSideApply=true
  info:
  - name: note
    value: |-
      Two lines,
      no end
";
    assert_eq!(filled, expected);
    let quoted = fill(&template, &values(&["0123", "*", ""]));
    for line in ["  name: chat-api-0123\n", "        cluster: '0123'\n", "    server: '*'\n", "    value: ''\n"] {
        assert!(quoted.contains(line), "{line}\n{quoted}");
    }
}

#[test]
fn documents_are_separated_and_appended() {
    let nodes = [Node::map([("a", Node::hole(Hole(0)))]), Node::map([("b", "c\n\n".into())]), Node::list(["d"])];
    let mut out = "kept\n".to_owned();
    Template::new("# h\n", &nodes).fill(&values(&["x"]), &mut out);
    assert_eq!(out, "kept\n# h\na: x\n---\nb: |+\n  c\n\n---\n- d\n");
    assert_eq!(fill(&Template::new("# h\n", &[]), &[]), "# h\n");
}

#[test]
fn holes_without_a_value_are_empty() {
    assert_eq!(scalar(Text::literal("a").hole(Hole(9))), "a");
    assert_eq!(scalar(Node::hole(Hole(9))), "''");
}

#[test]
fn texts_stay_in_their_simplest_form() {
    assert_eq!(Text::literal(""), Text::default());
    assert_eq!(Text::literal("a").then("").then("b"), Text(vec![Part::Literal("ab".into())]));
    assert_eq!(Text::literal("a").hole(Hole(1)).then("b").filled(&values(&["x", "y"])), "ayb");
    assert_eq!(Node::text("a").as_str(), Some("a"));
    assert_eq!(Node::text("").as_str(), Some(""));
    assert_eq!(Node::hole(Hole(0)).as_str(), None);
    assert_eq!(Node::Null.as_str(), None);
}

#[test]
fn nodes_are_edited_in_place() {
    let mut node = Node::map([("a", "b".into())]).with("c", true).with_some("d", None::<Node>).with_filled("e", vec![]);
    node.insert("a", 1);
    node.insert_filled("f", Node::list(["g"]));
    assert_eq!(node, Node::map([("a", 1.into()), ("c", true.into()), ("f", Node::list(["g"]))]));
    assert_eq!(node.get("c"), Some(&Node::Bool(true)));
    assert_eq!(node.get("e"), None);
    let mut list = Node::List(vec![]);
    assert!(list.is_empty_collection());
    list.push_if(false, "a");
    list.push_if(true, "b");
    assert_eq!(list, Node::list(["b"]));
}

#[test]
fn floats_are_told_apart_by_their_bits() {
    assert_eq!(Node::Float(f64::NAN), Node::Float(f64::NAN));
    assert_ne!(Node::Float(0.0), Node::Float(-0.0));
    assert_ne!(Node::Float(1.0), Node::Int(1));
    let nodes = [Node::Float(0.0), Node::Float(-0.0), Node::Float(0.0), Node::Int(0), Node::text("0"), Node::Null];
    assert_eq!(HashSet::from(nodes).len(), 5);
}

#[test]
fn json_has_the_same_values() {
    let node = Node::map([
        ("a", Node::list([Node::Null, true.into(), 5.into(), 0.5.into(), f64::NAN.into()])),
        ("b", Text::literal("x-").hole(Hole(0)).into()),
    ]);
    let expected = serde_json::json!({"a": [null, true, 5, 0.5, "NaN"], "b": "x-y"});
    assert_eq!(node.to_json(&values(&["y"])), expected);
}

fn fill(template: &Template, values: &[Arc<str>]) -> String {
    let mut out = String::new();
    template.fill(values, &mut out);
    out
}

/// Pieces of strings that are apt to go wrong together.
fn piece() -> impl Strategy<Value = String> {
    let marks = " \n\t\r:-#?!&*|>'\"%@`{}[],.=~<+_/0159abeEnNoOxyYzZ\\\0\u{1b}\u{7f}\u{85}\u{a0}\u{2028}\u{feff}é🚀";
    prop_oneof![
        6 => prop::sample::select(marks.chars().collect::<Vec<_>>()).prop_map(String::from),
        2 => prop::sample::select(vec!["\n\n", "  ", ": ", " #", "- ", "true", "null", "1e3", "---", "...", "\n  ", " \n"])
            .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::collection::vec(piece(), 0..8).prop_map(|pieces| pieces.concat()),
        1 => prop::sample::select(AWKWARD).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("finite", |value| value.is_finite())
}

/// A text that may have holes.
fn text() -> impl Strategy<Value = Text> {
    let part = prop_oneof![(0..4u8).prop_map(|hole| Text::from(Hole(hole))), string().prop_map(Text::literal)];
    prop::collection::vec(part, 0..4).prop_map(|texts| {
        texts.into_iter().flat_map(|text| text.0).fold(Text::default(), |whole, part| match part {
            Part::Literal(literal) => whole.then(literal),
            Part::Hole(hole) => whole.hole(hole),
        })
    })
}

fn tree(scalar: impl Strategy<Value = Node> + 'static) -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        1 => Just(Node::Null),
        1 => any::<bool>().prop_map(Node::Bool),
        1 => any::<i64>().prop_map(Node::Int),
        1 => finite().prop_map(Node::Float),
        8 => scalar,
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Node::List),
            prop::collection::btree_map(string(), inner, 0..5)
                .prop_map(|map| Node::Map(map.into_iter().map(|(key, node)| (key.into(), node)).collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_string_reads_back(text in string()) {
        prop_assert_eq!(stays_a_string(&text), Ok(()));
        for node in in_places(&text) {
            prop_assert_eq!(reads_back(&node), Ok(()));
        }
    }

    #[test]
    fn any_number_reads_back(int in any::<i64>(), float in finite()) {
        prop_assert_eq!(reads_back(&Node::list([Node::Int(int), Node::Float(float)])), Ok(()));
    }

    #[test]
    fn any_tree_reads_back(node in tree(string().prop_map(Node::from))) {
        prop_assert_eq!(reads_back(&node), Ok(()));
    }

    #[test]
    fn filling_a_template_is_writing_the_filled_tree(
        nodes in prop::collection::vec(tree(text().prop_map(Node::Text)), 1..4),
        fills in prop::collection::vec(string().prop_map(Arc::from), 0..5),
    ) {
        let filled: Vec<Node> = nodes.iter().map(|node| node.fill(&fills)).collect();
        let text = fill(&Template::new("", &nodes), &fills);
        let separate: Vec<String> = filled.iter().map(write).collect();
        prop_assert_eq!(&text, &separate.join("---\n"));
        prop_assert_eq!(read_all(&text).unwrap(), filled);
    }
}
