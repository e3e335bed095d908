//! What explodes, never ends or lies outside gives a finding, or nothing worse than a long list. An implementation without
//! bounds would not end here, or not have the memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use platformc::project::Project;
use rayon::prelude::*;
use tempfile::TempDir;

use support::ask::{ask, ask_for_files};
use support::{database, lines, texts};

const HEAD: &str = r#"
platform p { repo = "https://a.example.com/a.git" }
hub main {}
team t {}
environment dev {}
cluster c { env = dev  server = "https://c.example.com" }
layer base {}
"#;

/// The codes of what is found in a platform, each once.
fn codes(platform: &str, files: &[(&str, &str)]) -> Vec<String> {
    let files = [&[("platform.pf", platform)], files].concat();
    let mut codes: Vec<String> =
        ask_for_files(&database(&texts(&files))).iter().map(|finding| finding.code.id.to_owned()).collect();
    codes.sort();
    codes.dedup();
    codes
}

fn with(text: &str) -> String {
    format!("{HEAD}{text}\n")
}

fn service(body: &str) -> String {
    with(&format!("service s {{ layer = base  owner = t  namespace = \"s\"  {body} }}"))
}

fn value(expression: &str) -> String {
    service(&format!(
        "helm {{ repo = \"https://c.example.com\"  chart = \"c\"  version = \"1.0.0\"  values {{ x = {expression} }} }}"
    ))
}

/// An expression around another, so many times.
fn around(count: usize, inner: &str, wrap: impl Fn(usize, &str) -> String) -> String {
    (0..count).fold(inner.to_owned(), |inner, level| wrap(level, &inner))
}

#[test]
fn expressions_that_explode() {
    let many = "range(0, 100000)";
    let doubled = |each: &str| {
        let inner = around(40, "x40", |level, inner| {
            let (this, before) = (40 - level, 39 - level);
            format!("[for x{this} in [{}]: {inner}]", each.replace('x', &format!("x{before}")))
        });
        format!("[for x0 in [\"ab\"]: {inner}]")
    };
    let expressions = [
        format!("[for a in {many}: [for b in {many}: 1]]"),
        format!("[for a in {many} where [for b in {many}: 1] == []: 1]"),
        format!("[for a in {many}: length([for b in {many}: b])]"),
        format!("[for a in {many}: length(sort(reverse({many})))]"),
        format!("[for a in {many}: contains({many}, a)]"),
        format!("[for a in {many}: a in {many}]"),
        format!("[for a in {many}: {many} == {many}]"),
        format!("join([for a in {many}: \"{0}\"], \"{0}\")", "x".repeat(50_000)),
        format!("[for a in {many}: matches(\"a\", \"a${{a}}(b{{100}}){{100}}\")]"),
        around(12, "\"xxxxxxxxxx\"", |_, inner| format!("replace({inner}, \"x\", \"xxxxxxxxxx\")")),
        around(50, "\"\\\"\"", |_, inner| format!("to_json({inner})")),
        doubled("\"${x}${x}\""),
        doubled("[x, x]"),
        doubled("{ a = x  b = x }"),
        doubled("x + x"),
    ];
    expressions.par_iter().for_each(|expression| {
        let found = codes(&value(expression), &[]);
        assert_eq!(found, ["PF0309"], "{}", &expression[..100.min(expression.len())]);
    });
}

#[test]
fn parameters_that_explode() {
    let template = |first: &str, next: &str, count: usize| {
        let parameters = (1..count)
            .map(|level| format!("param x{level} : any = {}\n", next.replace('x', &format!("x{}", level - 1))));
        let parameters: String = parameters.collect();
        let used = format!(
            "helm {{ repo = \"https://c.example.com\"  chart = \"c\"  version = \"1.0.0\"  values {{ v = x{} }} }}",
            count - 1
        );
        format!("{}\ntemplate w {{\nparam x0 : any = {first}\n{parameters}{used}\n}}", service("use = w"))
    };
    assert_eq!(codes(&template("\"ab\"", "\"${x}${x}\"", 60), &[]), ["PF0309"]);
    assert_eq!(codes(&template("[1]", "[x, x]", 60), &[]), ["PF0309"]);
    assert_eq!(codes(&template("[1]", "[x]", 3_000), &[]), ["PF0104"]);
    assert_eq!(codes(&template("{}", "{ a = x }", 3_000), &[]), ["PF0104"]);
}

#[test]
fn declarations_that_explode() {
    let many = "range(0, 100000)";
    let loops = |inner: &str| with(&format!("for i in {many} {{ for j in {many} {{ {inner} }} }}"));
    assert_eq!(codes(&loops(""), &[]), ["PF0309"]);
    assert_eq!(lines(&ask(&database(&texts(&[("platform.pf", &loops("team \"t-${i}-${j}\" {}"))]))))[0], TOO_OFTEN);
    let bomb = around(7, "\"xxxxxxxxxx\"", |_, inner| format!("replace({inner}, \"x\", \"xxxxxxxxxx\")"));
    assert_eq!(
        codes(&with(&format!("for i in range(0, 100) {{ team \"t-${{i}}\" {{ contact = {bomb} }} }}")), &[]),
        ["PF0309"]
    );
    let clusters = "for i in range(0, 100) { cluster \"c-${i}\" { env = dev  server = \"https://${i}.example.com\" } }";
    let platform = service("each x in range(0, 50000)  manifests { path = \"m\" }") + clusters;
    assert_eq!(codes(&platform, &[]), ["PF0309"]);
}

const TOO_OFTEN: &str = "PF0309 this `for` declares more than 1000000 times";

#[test]
fn a_declaration_larger_than_any() {
    let list = format!("platform p {{ vars {{ a = [{}] }} }}", "1,".repeat(9_000_000));
    let found = lines(&ask(&database(&texts(&[("platform.pf", &list)]))));
    assert!(found.contains(&"PF0309 a declaration larger than 16 MiB".to_owned()), "{found:?}");
    support::ask::check_format(&list);
}

/// Texts that YAML makes large or deep.
fn yaml_bombs() -> Vec<String> {
    let levels = |first: &str, next: &dyn Fn(usize) -> String| {
        first.to_owned()
            + &(1..40).map(|level| format!("\na{level}: &a{level} {}", next(level - 1))).collect::<Vec<_>>().concat()
    };
    vec![
        levels("a0: &a0 [x, x]", &|before| format!("[*a{before}, *a{before}]")),
        levels("a0: &a0 {x: x}", &|before| format!("{{l: *a{before}, r: *a{before}}}")),
        levels("a0: &a0 {x: x}", &|before| format!("{{<<: [*a{before}, *a{before}], y{before}: *a{before}}}")),
        format!("a: &a {}\nb: [{}]", "x".repeat(50_000), "*a,".repeat(50_000)),
        "a: &a [*a]".to_owned(),
        "- ".repeat(50_000),
        format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)),
        (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<Vec<_>>().concat(),
    ]
}

#[test]
fn data_that_explodes() {
    for bomb in yaml_bombs() {
        assert_eq!(
            codes(&value("yaml(\"a.yaml\")"), &[("a.yaml", &bomb)]),
            ["PF0006"],
            "{}",
            &bomb[..40.min(bomb.len())]
        );
    }
    let json = "[".repeat(1_000_000);
    assert_eq!(codes(&value("json(\"a.json\")"), &[("a.json", &json)]), ["PF0006"]);
}

/// Charts and kustomizations on disk, as a service names them.
fn on_disk(platform: &str, files: &[(&str, &str)], links: &[(&str, &str)]) -> Vec<String> {
    let temporary = TempDir::new().unwrap();
    let root = Utf8PathBuf::from_path_buf(temporary.path().to_owned()).unwrap();
    for (path, text) in [&[("platform.pf", platform)], files].concat() {
        write(&root.join(path), text);
    }
    for (path, target) in links {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    }
    lines(&ask(&Project::open(&root.join("platform.pf")).database))
}

fn write(path: &Utf8Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const CHART: &str =
    "helm { path = \"a\"  value_files = [\"values.yaml\"]  values { y = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" } }";

#[test]
#[cfg(unix)]
fn charts_that_explode() {
    for bomb in yaml_bombs() {
        let files = [("a/Chart.yaml", bomb.as_str()), ("a/values.yaml", &bomb), ("values.yaml", &bomb)];
        on_disk(&service(CHART), &files, &[]);
        on_disk(&service("kustomize { path = \"a\" }"), &[("a/kustomization.yaml", &bomb)], &[]);
        on_disk(&service("manifests { path = \"a\" }"), &[("a/a.yaml", &bomb)], &[]);
    }
}

#[test]
#[cfg(unix)]
fn schemas_that_explode() {
    let fan = |word: &str| {
        let both = |level: usize| format!("\"d{level}\":{{\"{word}\":[{0},{0}]}},", reference(level + 1));
        let levels: String = (0..40).map(both).collect();
        format!("{{\"$ref\":\"#/definitions/d0\",\"definitions\":{{{levels}\"d40\":{{\"type\":\"string\"}}}}}}")
    };
    let schemas = [
        "{\"properties\":{\"y\":{\"pattern\":\"^(?=(a+)+$)(a|aa)+$\"}}}".to_owned(),
        "{\"properties\":{\"y\":{\"pattern\":\"^(([a-z])+.)+[A-Z]([a-z])+\\\\1$\"}}}".to_owned(),
        "{\"properties\":{\"y\":{\"pattern\":\"((a{1000}){1000}){1000}\"}}}".to_owned(),
        "{\"$ref\":\"http://127.0.0.1:9/a.json\"}".to_owned(),
        "{\"$ref\":\"file:///dev/zero\"}".to_owned(),
        format!("{}{{}}{}", "{\"not\":".repeat(100), "}".repeat(100)),
        format!("{}{{}}{}", "{\"not\":".repeat(50_000), "}".repeat(50_000)),
    ];
    for schema in schemas {
        by_schema(&schema);
    }
    for endless in [fan("anyOf"), fan("allOf"), CIRCLE.to_owned(), ANCHORS.to_owned()] {
        let found = by_schema(&endless);
        assert_eq!(found, ["PF0309 the chart's schema asks a value more than 100000 times"], "{endless}");
    }
    // What is in a value is asked by the same schema: that ends with the value.
    let honest = "{\"properties\":{\"not\":{\"$ref\":\"#\"},\"y\":{\"$ref\":\"#\"},\"items\":{\"$ref\":\"#\"}}}";
    assert_eq!(by_schema(honest), Vec::<String>::new());
}

const CIRCLE: &str = r##"{"allOf":[{"$ref":"#/definitions/a"}],"definitions":{"a":{"anyOf":[{"$ref":"#"}]}}}"##;
const ANCHORS: &str =
    r##"{"$ref":"#a","$defs":{"x":{"$anchor":"a","not":{"$ref":"#b"}},"y":{"$anchor":"b","$ref":"#a"}}}"##;

fn by_schema(schema: &str) -> Vec<String> {
    on_disk(
        &service("helm { path = \"a\"  values { y = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" } }"),
        &[("a/Chart.yaml", "name: a\n"), ("a/values.schema.json", schema)],
        &[],
    )
}

fn reference(level: usize) -> String {
    format!("{{\"$ref\":\"#/definitions/d{level}\"}}")
}

#[test]
#[cfg(unix)]
fn folders_that_lead_to_each_other() {
    let depends = |name: &str, on: &str| {
        format!(
            "name: {name}\nversion: 1.0.0\ndependencies:\n- {{name: {on}, version: 1.0.0, repository: 'file://../{on}'}}\n"
        )
    };
    let (one, other) = (depends("a", "b"), depends("b", "a"));
    let charts = [("a/Chart.yaml", one.as_str()), ("b/Chart.yaml", &other)];
    assert_eq!(on_disk(&service("helm { path = \"a\" }"), &charts, &[]), Vec::<String>::new());
    let bases =
        [("a/kustomization.yaml", "resources: [../b, ., ../a]\n"), ("b/kustomization.yaml", "resources: [../a]\n")];
    assert_eq!(on_disk(&service("kustomize { path = \"a\" }"), &bases, &[]), Vec::<String>::new());
    let twice = |folder: &str| format!("resources: [../{folder}, ./../{folder}]\n");
    let bases = [("a/kustomization.yaml", &twice("b")[..]), ("b/kustomization.yaml", &twice("a"))];
    assert_eq!(on_disk(&service("kustomize { path = \"a\" }"), &bases, &[]), Vec::<String>::new());
    let many = (0..20_000).map(|number| format!("- ../n{number}\n")).collect::<Vec<_>>().concat();
    let found = on_disk(
        &service("kustomize { path = \"a\" }"),
        &[("a/kustomization.yaml", &format!("resources:\n{many}"))],
        &[],
    );
    assert!(found.contains(&"PF0309 `a` reads more than 2000 files and folders".to_owned()), "{:?}", found.first());
}

#[test]
#[cfg(unix)]
fn files_that_are_no_files() {
    let special = "can't be read: it is a device, a pipe or a socket";
    let data = value("yaml(\"a.yaml\")");
    assert_eq!(on_disk(&data, &[], &[("a.yaml", "/dev/zero")]), [format!("PF0006 `a.yaml` {special}")]);
    let import = with("import \"*.pf\"");
    assert_eq!(on_disk(&import, &[], &[("a.pf", "/dev/urandom")]), [format!("PF0002 `a.pf` {special}")]);
    let links =
        [("a/templates", "../a"), ("a/charts", "."), ("a/values.yaml", "/dev/zero"), ("a/x", "y"), ("a/y", "x")];
    on_disk(&service(CHART), &[("a/Chart.yaml", "name: a\n")], &links);
    on_disk(&service(CHART), &[("a/Chart.yaml", "name: a\n")], &[("a/templates", "/dev"), ("a/charts", "/proc/self")]);
}

/// Reading a pipe waits for a writer that never comes.
#[test]
#[cfg(unix)]
fn pipes() {
    let temporary = TempDir::new().unwrap();
    let root = Utf8PathBuf::from_path_buf(temporary.path().to_owned()).unwrap();
    write(&root.join("platform.pf"), &value("yaml(\"a.yaml\")"));
    let made = std::process::Command::new("mkfifo").arg(root.join("a.yaml")).status().unwrap();
    assert!(made.success());
    let found = lines(&ask(&Project::open(&root.join("platform.pf")).database));
    assert_eq!(found, ["PF0006 `a.yaml` can't be read: it is a device, a pipe or a socket"]);
}

/// Names are shown in findings, but nothing of them commands a terminal; `ask` looks at each text that is shown.
#[test]
fn names_that_are_none() {
    let names = [
        "\u{1b}[31mred",
        "a\u{7}",
        "a\u{9b}31m",
        "a\u{7f}",
        "a\u{202e}b",
        "\u{2066}x",
        "../../x",
        ".git",
        "a\0b",
        "CON",
    ];
    for name in names {
        let platform = with(&format!(
            "team \"{name}\" {{}}\nimport \"{name}\"\nlayer {name} {{}}\ncluster \"{name}\" {{ env = dev  server = \"{name}\" }}\n\
             service \"{name}\" {{ layer = \"{name}\"  owner = t  namespace = \"{name}\"  manifests {{ path = \"{name}\" }} }}"
        ));
        assert!(!codes(&platform, &[]).is_empty(), "{name:?}");
        let quoted = serde_json::to_string(name).unwrap();
        let kustomization = format!("resources: [{quoted}]\n");
        codes(&service("kustomize { path = \"k\" }"), &[("k/kustomization.yaml", &kustomization)]);
        let row = format!("[{{{quoted}: 1}}]");
        assert!(!codes(&value("[for row in json(\"a.json\"): row.name]"), &[("a.json", &row)]).is_empty());
    }
}

#[test]
fn patterns_that_explode() {
    let patterns = [
        "**/".repeat(200) + "*.pf",
        "*a".repeat(2_000) + ".pf",
        "{a,b,c,d,e,f,g,h,i,j}".repeat(8) + ".pf",
        format!("{}c{}.pf", "{a,".repeat(3_000), "}".repeat(3_000)),
        "[".repeat(10_000),
    ];
    let long = format!("{}.pf", "a/".repeat(100) + &"a".repeat(200));
    for pattern in patterns {
        let platform = with(&format!("import \"{pattern}\""));
        ask(&database(&texts(&[("platform.pf", &platform), (&long, "")])));
        let manifests = service(&format!("manifests {{ path = \"m\"  include = \"{pattern}\" }}"));
        on_disk(&manifests, &[("m/a.yaml", "kind: A\n")], &[]);
    }
}

/// Work for each pair of imports and files, at worst.
#[test]
fn imports_without_number() {
    let missing: String =
        (0..20_000).map(|number| format!("import \"missing-{number}.pf\"\n")).collect::<Vec<_>>().concat();
    assert_eq!(codes(&with(&missing), &[]), ["PF0001"]);
    let patterns = (0..300).map(|number| format!("import \"*{number}*.pf\"\n")).collect::<Vec<_>>().concat();
    let paths: Vec<String> = (0..300).map(|number| format!("f{number}.pf")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
    assert_eq!(codes(&with(&patterns), &files), Vec::<String>::new());
}
