//! Values: awkward texts, every function, and what differs from cluster to cluster.

use super::estate::Estate;
use crate::support::Random;

/// Texts that readers of YAML, Go templates or shells like to misread.
const TEXTS: &[&str] = &[
    "\"yes\"",
    "\"on\"",
    "\"1_000\"",
    "\"0x1F\"",
    "\"012\"",
    "\"1e3\"",
    "\"~\"",
    "\"null\"",
    "\"\"",
    "\" blank at both ends \"",
    "\"- item\"",
    "\"a: b # c\"",
    "\"*.example.com\"",
    "\"&anchor\"",
    "\"{{ .Values.x }} and {{`raw`}}\"",
    "\"${{ github.sha }}\"",
    "\"$${HOME}\"",
    "\"two\\nlines\"",
    "\"tab\\tquote\\\" back\\\\slash\"",
    "\"größer als 日本\"",
    "\"2024-01-01\"",
    "r\"C:\\temp\\d+\"",
];

/// Expressions that need nothing but functions; every function is in one of them.
const CALLS: &[&str] = &[
    "abs(-2)",
    "contains(\"chat-api\", \"chat\")",
    "default(null, \"none\")",
    "ends_with(\"a.pf\", \".pf\")",
    "flatten([[1], [2, 3]])",
    "get({ a = 1 }, \"b\", \"other\")",
    "has({ a = 1 }, \"a\")",
    "int(\"3\") + 4 * 2 - 10 % 4",
    "join([\"a\", \"b\"], \",\")",
    "keys({ b = 1  a = 2 })",
    "length(\"text\") / 2",
    "lower(\"EU\")",
    "matches(\"v1.2\", r\"^v\\d\")",
    "max([1, 3, 2])",
    "merge({ a = 1 }, { b = { c = [true, null] } })",
    "min([1, 3, 2])",
    "range(0, 3)",
    "replace(\"a.b\", \".\", \"-\")",
    "reverse([1, 2])",
    "sort([\"b\", \"a\"])",
    "split(\"a,b\", \",\")",
    "starts_with(\"prod-eu\", \"prod\")",
    "string(3)",
    "to_json([1, { a = \"x\" }])",
    "to_yaml({ a = 1  b = [\"yes\"] })",
    "trim(\" a \")",
    "unique([1, 1, 2])",
    "upper(\"eu\")",
    "values({ a = 1 })",
    "[for x in range(1, 5) where x != 2: x * 10]",
    "[for row in csv(\"data/rows.csv\"): row.name]",
    "yaml(\"data/values.yaml\")",
    "json(\"data/values.json\").list",
];

/// The data files that values are taken from, by path from the file that names them.
pub(crate) const DATA: &[(&str, &str)] = &[
    ("data/rows.csv", "name,port\nfirst,80\nsecond,443\n"),
    ("data/values.yaml", "enabled: true\nratio: 0.5\nitems:\n- name: a\n  on: \"off\"\n"),
    ("data/values.json", "{\"list\": [1, \"two\", null, {\"three\": 3}]}\n"),
];

/// A scalar.
pub(crate) fn scalar(random: &mut Random) -> String {
    match random.below(6) {
        0 => random.below(100_000).to_string(),
        1 => (*random.pick(&["true", "false"])).to_owned(),
        2 => format!("{}.5", random.below(100)),
        3 => "\"${cluster}.${vars.domain}\"".to_owned(),
        _ => (*random.pick(TEXTS)).to_owned(),
    }
}

/// A text that reaches the workload as it is.
pub(crate) fn text(random: &mut Random) -> String {
    (*random.pick(TEXTS)).to_owned()
}

/// Any value, where a cluster is known.
pub(crate) fn value(random: &mut Random, estate: &Estate, depth: usize) -> String {
    match random.below(if depth == 0 { 7 } else { 10 }) {
        0 => (*random.pick(CALLS)).to_owned(),
        1 => conditional(random, estate),
        2 => (*random.pick(&["service", "env", "cluster", "null", "vars", "vars[\"domain\"]", "labels"])).to_owned(),
        3 => (*random.pick(&["default(region, \"none\")", "get(labels, \"gpu\", \"none\")", "labels.size"])).to_owned(),
        4..=6 => scalar(random),
        7 => {
            let items: Vec<String> = (0..random.below(4)).map(|_| value(random, estate, depth - 1)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => {
            let keys = ["alpha", "\"b.c/d\"", "\"true\"", "delta"];
            let count = random.below(keys.len() + 1);
            let entries: Vec<String> =
                keys.iter().take(count).map(|key| format!("{key} = {}", value(random, estate, depth - 1))).collect();
            format!("{{ {} }}", entries.join("  "))
        }
    }
}

fn conditional(random: &mut Random, estate: &Estate) -> String {
    let environment = &random.pick(&estate.environments).name;
    let other = scalar(random);
    format!("if env == {environment} and not matches(cluster, \"zzz\") then {} else {other}", scalar(random))
}
