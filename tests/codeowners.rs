//! CODEOWNERS, read by the rules of the forges: every file has exactly the owner that the platform says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use platformc::compile;
use platformc::db::{Changes, Content, Database};
use platformc::documents::{applications, codeowners, merged};
use platformc::model::{Deliver, Platform, estate, head};
use platformc::names::declarations;
use platformc::schema::Kind;
use regex::Regex;

use support::{Example, TODAY, awkward, database, examples, findings, outputs, texts};

/// The rules of a file, each as a regular expression with its owners: as the forges document them, and knowing nothing of
/// how platformc makes them.
struct Rules(Vec<(Regex, Vec<String>)>);

impl Rules {
    fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '[']));
        Self(lines.map(rule).collect())
    }

    /// The last rule that matches wins.
    fn owners(&self, path: &str) -> Option<&[String]> {
        self.0.iter().rev().find(|(pattern, _)| pattern.is_match(path)).map(|(_, owners)| owners.as_slice())
    }
}

fn rule(line: &str) -> (Regex, Vec<String>) {
    // A blank ends the pattern, unless a backslash stands before it.
    let (mut pattern, mut rest) = (String::new(), line.chars());
    while let Some(character) = rest.next() {
        match character {
            '\\' => pattern.extend(['\\'].into_iter().chain(rest.next())),
            ' ' | '\t' => break,
            other => pattern.push(other),
        }
    }
    let owners: Vec<String> = rest.as_str().split_whitespace().map(str::to_owned).collect();
    assert!(!owners.is_empty(), "a rule for nobody: {line}");
    (glob(&pattern), owners)
}

/// As in gitignore: `*` and `?` stay within a folder, `/` at the end means all below, a pattern without a `/` before its
/// end holds at any depth, and what matches a folder matches all below it.
fn glob(pattern: &str) -> Regex {
    let is_anchored = pattern.trim_end_matches('/').contains('/');
    let mut regex = String::from(if is_anchored { "^" } else { "(^|/)" });
    let mut characters = pattern.trim_start_matches('/').trim_end_matches('/').chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => regex.push_str("[^/]*"),
            '?' => regex.push_str("[^/]"),
            '\\' => regex.push_str(&regex::escape(&characters.next().unwrap().to_string())),
            other => regex.push_str(&regex::escape(&other.to_string())),
        }
    }
    regex.push_str(if pattern.ends_with('/') { "/" } else { "(/|$)" });
    Regex::new(&regex).unwrap()
}

#[test]
fn rules_are_read_as_forges_read_them() {
    let rules =
        Rules::read("# comment\n* @all\n/docs/ @docs\n/a/*/x.* @x\n/with\\ blank/ @b @c\n/odd?name @odd\n*.rs @rust\n");
    let owners = |path: &str| rules.owners(path).unwrap().join(" ");
    for (path, expected) in [
        ("README.md", "@all"),
        ("docs/a/b.md", "@docs"),
        ("other/docs/b.md", "@all"),
        ("a/b/x.yaml", "@x"),
        ("a/b/c/x.yaml", "@all"),
        ("a/b/x2.yaml", "@all"),
        ("with blank/f", "@b @c"),
        ("odd*name", "@odd"),
        ("odd/name", "@all"),
        ("docs/deep/lib.rs", "@rust"),
    ] {
        assert_eq!(owners(path), expected, "{path}");
    }
}

/// The lines of CODEOWNERS, wherever they stand.
fn lines(db: &Database) -> String {
    match codeowners(db) {
        Some(part) => String::from_utf8(merged(b"", Some(part.lines)).unwrap()).unwrap(),
        None => outputs(db)["CODEOWNERS"].clone(),
    }
}

/// The sources with CODEOWNERS for a forge, a handle for each team, and an admin if there is none.
fn with_codeowners(example: &Example, forge: &str) -> Changes {
    static PLATFORM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^platform \S+ \{").unwrap());
    static TEAM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^ *team (\S+) \{").unwrap());
    static OLD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?m)^ *codeowners *= *\w+ *$|\b(github|gitlab) *= *"[^"]*""#).unwrap());
    let all: String = texts_of(&example.sources).map(|(_, text)| text.to_owned()).collect();
    let has_admins = Regex::new(r"(?m)^ *admins *=").unwrap().is_match(&all);
    let admins = if has_admins { "" } else { "\n admins = [web]" };
    let rewritten = example.sources.iter().map(|(path, content)| match content {
        Content::Text(text) if path.ends_with(".pf") => {
            let bare = OLD.replace_all(text, "");
            let platform = PLATFORM.replace(&bare, format!("$0\n codeowners = {forge}{admins}\n"));
            let teams = TEAM.replace_all(&platform, format!("$0\n {forge} = \"@example/$1\"\n"));
            (path.clone(), Content::Text(teams.into_owned().into()))
        }
        other => (path.clone(), other.clone()),
    });
    rewritten.collect()
}

fn texts_of(sources: &Changes) -> impl Iterator<Item = (&str, &str)> {
    sources.iter().filter_map(|(path, content)| match content {
        Content::Text(text) => Some((path.as_str(), text.as_ref())),
        _ => None,
    })
}

/// Teams, where none stands for the admins.
type Owner = Option<String>;

/// What the platform says, worked out from names, projects and annotations alone.
struct Expected<'a> {
    platform: &'a Platform,
    /// The owner and the layer of each service.
    services: BTreeMap<String, (String, String)>,
    /// The projects of the Applications that are rendered from a path.
    sources: BTreeMap<String, BTreeSet<String>>,
    /// Of each file of the language, whose it is.
    files: BTreeMap<String, Owner>,
}

impl<'a> Expected<'a> {
    fn new(db: &'a Database, sources: &Changes) -> Self {
        let heads = declarations(db).of(db, Kind::Service).map(|item| head(db, item).as_ref().unwrap());
        let services = heads.map(|head| (head.name.to_string(), (head.owner.to_string(), head.layer.to_string())));
        let files = texts_of(sources).filter(|(path, _)| path.ends_with(".pf"));
        let files = files.map(|(path, text)| (path.to_owned(), whose_file(db, path, text)));
        Self {
            platform: estate(db).platform.as_ref().unwrap(),
            services: services.collect(),
            sources: whose_sources(db),
            files: files.collect(),
        }
    }

    /// Whose a file of the output folder is.
    fn of_output(&self, path: &str) -> Owner {
        let parts: Vec<&str> = path.split('/').collect();
        let (layer, file) = match parts.as_slice() {
            ["application-sets", .., file] => (None, *file),
            [_, _, "preview", "bounds", _] => return None,
            ["clusters", _, layer, file] => (Some(*layer), *file),
            [layer, service, third, ..] if *third != "access" || parts.len() == 3 => (Some(*layer), *service),
            _ => return None,
        };
        let (owner, of) = self.services.get(file.split('.').next().unwrap())?;
        layer.is_none_or(|layer| layer == of).then(|| owner.clone())
    }

    /// Whose a file is that the platform reads.
    fn of_source(&self, path: &str, sources: &Changes) -> Owner {
        if let Some(owner) = self.files.get(path) {
            return owner.clone();
        }
        let above = self.sources.iter().filter(|(known, _)| path == *known || path.starts_with(&format!("{known}/")));
        let mut owners: BTreeSet<Owner> = above.flat_map(|(_, teams)| teams.iter().cloned().map(Some)).collect();
        for (file, text) in texts_of(sources).filter(|(file, _)| file.ends_with(".pf")) {
            let reads = ["yaml", "json", "csv"].iter().any(|function| text.contains(&format!("{function}(\"")));
            let name = path.rsplit('/').next().unwrap();
            if reads && text.contains(&format!("{name}\")")) {
                owners.insert(self.files[file].clone());
            }
        }
        let first = owners.pop_first().unwrap_or_else(|| panic!("nobody reads {path}"));
        first.filter(|_| owners.is_empty())
    }

    fn handles(&self, owner: &Owner) -> Vec<String> {
        let admins = || self.platform.admins.iter().map(|team| format!("@example/{team}")).collect();
        owner.as_ref().map_or_else(admins, |team| vec![format!("@example/{team}")])
    }
}

/// Of a file with services and templates alone the one owner.
fn whose_file(db: &Database, path: &str, text: &str) -> Owner {
    static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^([a-z_]+) ").unwrap());
    static USE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^template ").unwrap());
    let words: BTreeSet<&str> = WORD.captures_iter(text).map(|word| word.get(1).unwrap().as_str()).collect();
    // No example has a file with services and templates of one team.
    if USE.is_match(text) || !words.iter().all(|word| matches!(*word, "service" | "for")) {
        return None;
    }
    let own = declarations(db).items().iter().filter(|item| item.decl(db).file(db).path(db) == path);
    let mut owners = BTreeSet::new();
    for item in own {
        if item.kind(db) != Kind::Service {
            return None;
        }
        owners.insert(head(db, *item).as_ref().unwrap().owner.to_string());
    }
    owners.pop_first().filter(|_| owners.is_empty())
}

/// What Argo CD is told that Applications read, outside the output folder, with their projects.
fn whose_sources(db: &Database) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let output = estate(db).platform.as_ref().unwrap().repository_path("");
    for meaning in applications(db) {
        let application = meaning.application.to_json(&[]);
        let annotations = &application["metadata"]["annotations"];
        let Some(paths) = annotations["argocd.argoproj.io/manifest-generate-paths"].as_str() else { continue };
        let project = application["spec"]["project"].as_str().unwrap();
        let team = project.split('.').next().unwrap();
        for path in paths.split(';').map(|path| path.trim_start_matches('/')) {
            if !path.starts_with(&format!("{output}/")) {
                found.entry(path.to_owned()).or_default().insert(team.to_owned());
            }
        }
    }
    found
}

fn platforms() -> Vec<Example> {
    examples().into_iter().chain([awkward()]).collect()
}

#[test]
fn every_file_has_the_owner_that_the_platform_says() {
    for (example, forge) in platforms().iter().flat_map(|example| [(example, "github"), (example, "gitlab")]) {
        let sources = with_codeowners(example, forge);
        let db = database(&sources);
        let errors = compile::has_errors(&compile::diagnostics(&db, TODAY));
        assert!(!errors, "{}\n{}", example.name, findings(&db));
        let (expected, rules) = (Expected::new(&db, &sources), Rules::read(&lines(&db)));
        let mut teams = BTreeSet::new();
        for path in outputs(&db).keys() {
            let owner = expected.of_output(path);
            let path = expected.platform.repository_path(path);
            assert_eq!(rules.owners(&path), Some(&expected.handles(&owner)[..]), "{}: {path}", example.name);
            teams.extend(owner);
        }
        for (path, _) in texts_of(&sources) {
            let owner = expected.of_source(path, &sources);
            let found = rules.owners(&expected.platform.source_path(path)).map(<[String]>::to_vec);
            assert_eq!(found, Some(expected.handles(&owner)), "{}: {path}", example.name);
        }
        let owning: BTreeSet<String> = expected.services.values().map(|(owner, _)| owner.clone()).collect();
        assert_eq!(teams, owning, "{}: each team that owns services owns files", example.name);
    }
}

#[test]
fn what_is_not_read_and_not_written_is_nobodys() {
    for example in examples() {
        let db = database(&with_codeowners(&example, "github"));
        let rules = Rules::read(&lines(&db));
        for path in ["README.md", "infrastructure/x", "x/infra/y", "apps", "services", "platform.pfx", "LICENSE"] {
            assert_eq!(rules.owners(path), None, "{}: {path}", example.name);
        }
    }
}

const HEAD: &str = r#"
platform shop { repo = "https://git.example.com/shop.git"  admins = [ops, lead]  codeowners = github }
team ops { github = "@shop/ops" }
team lead { github = "lead@example.com" }
team web { github = "@shop/web" }
team api { github = "@shop/api" }
environment dev {}
cluster dev { env = dev  server = "https://dev.example.com" }
layer base { defaults { namespace = "shop-${owner}" } }
layer access { defaults { namespace = "shop-${owner}" } }
"#;

/// A platform of this head and more files.
fn shop(main: &str, files: &[(&str, &str)]) -> Database {
    let main = format!("import \"**/*.pf\"\n{HEAD}{main}");
    let db = database(&texts(&[&[("platform.pf", main.as_str())][..], files].concat()));
    assert_eq!(findings(&db), "");
    db
}

fn owner(db: &Database, path: &str) -> String {
    Rules::read(&lines(db)).owners(path).map(|owners| owners.join(" ")).unwrap_or_default()
}

const ADMINS: &str = "@shop/ops lead@example.com";

fn service(name: &str, owner: &str, more: &str) -> String {
    format!("service {name} {{ owner = {owner}  layer = base  {more} }}\n")
}

fn objects(name: &str) -> String {
    format!("manifests {{ object \"v1\" \"ConfigMap\" {name} {{}} }}")
}

#[test]
fn a_name_that_begins_like_another_catches_nothing_of_it() {
    let each = format!("each x in [\"a\"]  {}", "manifests { object \"v1\" \"ConfigMap\" \"c-${x}\" {} }");
    let main = service("chat-api", "web", &each) + &service("chat-api2", "api", &objects("c2"));
    let db = shop(&main, &[]);
    for (path, expected) in [
        ("infra/base/chat-api/README.md", "@shop/web"),
        ("infra/base/chat-api2/README.md", "@shop/api"),
        ("infra/clusters/dev/base/chat-api.a.yaml", "@shop/web"),
        ("infra/clusters/dev/base/chat-api2.yaml", "@shop/api"),
        ("infra/base/chat-api/manifests/all/x.yaml", "@shop/web"),
        ("infra/base/chat-api3/README.md", ADMINS),
        ("infra/clusters/dev/foundation/namespaces.yaml", ADMINS),
        ("infra/clusters/dev/base.yaml", ADMINS),
        ("infra/argocd/projects/web.yaml", ADMINS),
        ("infra/README.md", ADMINS),
        ("infra/base/chat-api/access/role.yaml", ADMINS),
        ("infra/base/chat-api2/access/deep/role.yaml", ADMINS),
        ("CODEOWNERS", ADMINS),
        (".github/CODEOWNERS", ADMINS),
        ("docs/CODEOWNERS", ADMINS),
        ("platform.pf", ADMINS),
    ] {
        assert_eq!(owner(&db, path), expected, "{path}");
    }
}

#[test]
fn a_layer_may_be_called_access() {
    let db = shop(&service("a", "web", &objects("c")).replace("base", "access"), &[]);
    assert_eq!(owner(&db, "infra/clusters/dev/access/a.yaml"), "@shop/web");
    assert_eq!(owner(&db, "infra/access/a/README.md"), "@shop/web");
    assert_eq!(owner(&db, "infra/access/a/access/x.yaml"), ADMINS);
}

#[test]
fn a_file_of_one_team_is_its_own() {
    let template = "template t { manifests { object \"v1\" \"ConfigMap\" t {} } }\n";
    let files = [
        ("a/web.pf", service("web-a", "web", &objects("wa"))),
        ("a/template.pf", service("web-t", "web", "use = t") + template),
        ("a/mixed.pf", service("web-m", "web", &objects("wm")) + &service("api-m", "api", &objects("am"))),
        ("a/import.pf", "import \"web.pf\"\n".to_owned() + &service("web-i", "web", &objects("wi"))),
        ("a/layer.pf", "layer other {}\n".to_owned() + &service("web-l", "web", &objects("wl"))),
        (
            "a/loop.pf",
            format!(
                "for x in csv(\"rows.csv\") {{ {} }}",
                service(
                    "\"web-${x.name}\"",
                    "web",
                    "namespace = \"loop\"  manifests { object \"v1\" \"ConfigMap\" c {} }"
                )
            ),
        ),
        (
            "a/both.pf",
            service("api-b", "api", "manifests { object \"v1\" \"ConfigMap\" ab { data = yaml(\"both.yaml\") } }"),
        ),
        (
            "a/both2.pf",
            service("web-b", "web", "manifests { object \"v1\" \"ConfigMap\" wb { data = yaml(\"both.yaml\") } }"),
        ),
        ("a/rows.csv", "name\none\n".to_owned()),
        ("a/both.yaml", "a: b\n".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let db = shop("", &files);
    for (path, expected) in [
        ("a/web.pf", "@shop/web"),
        ("a/template.pf", "@shop/web"),
        ("a/mixed.pf", ADMINS),
        ("a/import.pf", ADMINS),
        ("a/layer.pf", ADMINS),
        ("a/loop.pf", "@shop/web"),
        ("a/rows.csv", "@shop/web"),
        ("a/both.pf", "@shop/api"),
        ("a/both.yaml", ADMINS),
    ] {
        assert_eq!(owner(&db, path), expected, "{path}");
    }
}

#[test]
fn a_template_of_two_teams_is_the_admins() {
    let template = "template t { param n : string  manifests { object \"v1\" \"ConfigMap\" \"t-${n}\" {} } }\n";
    let one = service("a", "web", "use = t(n = \"a\")");
    let two = one.clone() + &service("b", "api", "use = t(n = \"b\")");
    assert_eq!(owner(&shop(&one, &[("t.pf", template)]), "t.pf"), "@shop/web");
    assert_eq!(owner(&shop(&two, &[("t.pf", template)]), "t.pf"), ADMINS);
    assert_eq!(owner(&shop("", &[("t.pf", template)]), "t.pf"), ADMINS);
}

#[test]
fn what_lies_in_another_teams_source_is_read_by_both() {
    let main = service("a", "web", "kustomize { path = \"apps\" }")
        + &service("b", "api", "kustomize { path = \"apps/b\" }")
        + &service("c", "api", "helm { path = \"c\"  value_files = [\"values/c.yaml\", \"values/all.yaml\"] }")
        + &service("d", "web", "helm { path = \"d\"  value_files = [\"values/all.yaml\"] }")
        + &service("e", "web", "manifests { path = \".\" }");
    let db = shop(&main, &[]);
    for (path, expected) in [
        ("apps/x.yaml", ADMINS),
        ("apps/b/x.yaml", ADMINS),
        ("c/templates/x.yaml", "@shop/api"),
        ("values/c.yaml", "@shop/api"),
        ("values/all.yaml", ADMINS),
        ("anything.yaml", ""),
    ] {
        assert_eq!(owner(&db, path), expected, "{path}");
    }
}

#[test]
fn a_folder_that_holds_what_is_others_is_the_admins() {
    let source = |path: &str| format!("manifests {{ path = \"{path}\" }}");
    let main =
        [("a", "t"), ("b", "tt"), ("c", "docs"), ("d", "docs-of-web"), ("e", "data"), ("f", "own"), ("g", ".github")]
            .map(|(name, path)| service(name, "web", &source(path)))
            .concat();
    let chat =
        service("chat", "api", "manifests { object \"v1\" \"ConfigMap\" c { data = yaml(\"../../data/chat.yaml\") } }");
    let own = service("web-own", "web", &source("own/deep"));
    let files = [("t/chat/chat.pf", chat.as_str()), ("data/chat.yaml", "a: b\n"), ("own/web.pf", own.as_str())];
    let db = shop(&main, &files);
    for (path, expected) in [
        ("t/x.yaml", ADMINS),
        ("t/chat/x.yaml", ADMINS),
        ("t/chat/chat.pf", ADMINS),
        ("tt/x.yaml", "@shop/web"),
        ("docs/x.yaml", ADMINS),
        ("docs-of-web/x.yaml", "@shop/web"),
        ("data/x.yaml", ADMINS),
        ("own/x.yaml", "@shop/web"),
        ("own/web.pf", "@shop/web"),
        ("own/deep/x.yaml", "@shop/web"),
        (".github/workflows/x.yaml", ADMINS),
    ] {
        assert_eq!(owner(&db, path), expected, "{path}");
    }
}

#[test]
fn a_folder_around_the_output_is_the_admins() {
    let main = HEAD.replace("admins =", "output = \"deploy/infra\"  admins =")
        + &service("a", "web", "manifests { path = \"deploy\" }");
    let db = database(&texts(&[("platform.pf", &main)]));
    assert_eq!(findings(&db), "");
    assert_eq!(owner(&db, "deploy/x.yaml"), ADMINS);
    assert_eq!(owner(&db, "deploy/infra/base/a/README.md"), "@shop/web");
}

#[test]
fn a_path_is_said_without_parts_that_lead_nowhere() {
    let written = lines(&shop(&service("a", "web", &objects("a")), &[]));
    for whole in [".", "./", "./."] {
        let db = shop(&service("a", "web", &format!("manifests {{ path = \"{whole}\" }}")), &[]);
        assert_eq!(lines(&db), written, "{whole}");
    }
    let main = service("a", "web", "manifests { path = \"./apps/./a\" }")
        + &service("b", "api", "manifests { path = \"apps\" }");
    let db = shop(&main, &[]);
    assert!(lines(&db).contains("\n/apps/a/ @shop/ops"), "{}", lines(&db));
    assert_eq!(owner(&db, "apps/x.yaml"), ADMINS);
}

#[test]
fn odd_names_are_said_or_left_to_admins() {
    let main = service("a", "web", "kustomize { path = \"with blank/a\" }")
        + &service("b", "web", "kustomize { path = \"odd/[b]*\" }")
        + &service("c", "api", "kustomize { path = \"odd/xbxy\" }")
        + &service("d", "api", "kustomize { path = \"ünïcode\" }");
    let db = shop(&main, &[]);
    for (path, expected) in [
        ("with blank/a/x", "@shop/web"),
        ("odd/[b]*/x", ADMINS),
        ("odd/xbxy/x", "@shop/api"),
        ("ünïcode/x", "@shop/api"),
    ] {
        assert_eq!(owner(&db, path), expected, "{path}");
    }
    assert!(lines(&db).contains("\n/with\\ blank/a/ @shop/web\n"), "{}", lines(&db));
}

#[test]
fn the_order_is_that_of_paths_with_what_is_wide_first() {
    let db = shop(&(service("b", "web", &objects("b")) + &service("a", "api", &objects("a"))), &[]);
    insta::assert_snapshot!(lines(&db), @r"
    # BEGIN platformc: these lines come from platform.pf; change that, then run `platformc build`
    /.github/CODEOWNERS @shop/ops lead@example.com
    /CODEOWNERS @shop/ops lead@example.com
    /docs/CODEOWNERS @shop/ops lead@example.com
    /infra/ @shop/ops lead@example.com
    /infra/base/a/ @shop/api
    /infra/base/b/ @shop/web
    /infra/clusters/*/base/a.* @shop/api
    /infra/clusters/*/base/b.* @shop/web
    /platform.pf @shop/ops lead@example.com
    /infra/base/*/access/ @shop/ops lead@example.com
    # END platformc
    ");
}

#[test]
fn gitlab_asks_in_a_section_of_its_own() {
    let main = HEAD.replace("github", "gitlab").replace("@shop/ops", "@shop/deep/er/ops");
    let db = database(&texts(&[("platform.pf", &(main + &service("a", "web", &objects("a"))))]));
    assert_eq!(findings(&db), "");
    let lines = lines(&db);
    assert!(lines.lines().nth(1) == Some("[platformc]"), "{lines}");
    assert_eq!(owner(&db, ".gitlab/CODEOWNERS"), "@shop/deep/er/ops lead@example.com");
    assert_eq!(owner(&db, ".github/CODEOWNERS"), "");
}

#[test]
fn below_the_repositorys_root_it_is_a_file_of_the_tree() {
    let main = HEAD.replace("admins =", "folder = \"deploy/shop\"  admins =") + &service("a", "web", &objects("a"));
    let db = database(&texts(&[("platform.pf", &main)]));
    assert_eq!(findings(&db), "");
    assert!(codeowners(&db).is_none());
    let text = &outputs(&db)["CODEOWNERS"];
    assert!(text.starts_with("# Generated by platformc from platform.pf, platform shop."), "{text}");
    assert_eq!(owner(&db, "deploy/shop/platform.pf"), ADMINS);
    assert_eq!(owner(&db, "deploy/shop/infra/base/a/README.md"), "@shop/web");
    assert_eq!(owner(&db, "deploy/shop/infra/CODEOWNERS"), ADMINS);
    assert_eq!(owner(&db, "infra/base/a/README.md"), "");
}

#[test]
fn without_the_word_nothing_is_written() {
    let main = HEAD.replace("  codeowners = github", "") + &service("a", "web", &objects("a"));
    let db = database(&texts(&[("platform.pf", &main)]));
    assert!(codeowners(&db).is_none());
    assert!(!outputs(&db).contains_key("CODEOWNERS"));
}

/// The marker lines, with one line between them.
fn part(line: &str) -> String {
    String::from_utf8(merged(b"", Some(line)).unwrap()).unwrap()
}

#[test]
fn what_is_others_stays_byte_for_byte() {
    let text = |text: &str, lines: Option<&str>| String::from_utf8(merged(text.as_bytes(), lines).unwrap()).unwrap();
    let (one, two) = (part("/x @a"), part("/y @b\n/z @c"));
    for (mine, other) in [("* @me\n", ""), ("", "\n\n/last @me"), ("# a\n\n* @me\n", "/last @me\n"), ("", "")] {
        let before = format!("{mine}{one}{other}");
        assert_eq!(text(&before, Some("/x @a")), before);
        assert_eq!(text(&before, Some("/y @b\n/z @c")), format!("{mine}{two}{other}"));
        assert_eq!(text(&before, None), format!("{mine}{other}"));
    }
    assert_eq!(text("* @me\n", Some("/x @a")), format!("* @me\n{one}"));
    assert_eq!(text("* @me", Some("/x @a")), format!("* @me\n{one}"), "a last line without an end gets one");
    assert_eq!(text("* @me", None), "* @me");
    let windows = one.replace('\n', "\r\n");
    assert_eq!(text("* @me\r\n/a @b\r\n", Some("/x @a")), format!("* @me\r\n/a @b\r\n{windows}"));
    assert_eq!(text(&format!("{windows}/a @b\r\n"), Some("/x @a")), format!("{windows}/a @b\r\n"));
    assert_eq!(merged(b"\xff\xfe @me\n", Some("/x @a")).unwrap(), [b"\xff\xfe @me\n", one.as_bytes()].concat());
}

#[test]
fn markers_that_do_not_belong_together_are_found() {
    let one = part("/x @a");
    let end = one.lines().last().unwrap();
    let begin = one.lines().next().unwrap();
    for text in [
        format!("{one}{one}"),
        format!("{begin}\n* @me\n"),
        format!("* @me\n{end}\n"),
        format!("{end}\n{begin}\n"),
        format!("{begin}\n{one}"),
        format!("{one}{end}\n"),
    ] {
        assert!(merged(text.as_bytes(), Some("/x @a")).is_err(), "{text}");
    }
    let harmless = "# BEGIN platformc-like words\n# THE END platformc\n#END\n";
    assert!(merged(harmless.as_bytes(), Some("/x @a")).unwrap().starts_with(harmless.as_bytes()));
}

#[test]
fn a_small_edit_is_a_small_diff() {
    let one = shop(&(service("a", "web", &objects("a")) + &service("c", "api", &objects("c"))), &[]);
    let more = ["a", "b", "c"].map(|name| service(name, if name == "c" { "api" } else { "web" }, &objects(name)));
    let two = shop(&more.concat(), &[]);
    let (one, two) = (lines(&one), lines(&two));
    let added: Vec<&str> = two.lines().filter(|line| !one.contains(line)).collect();
    assert_eq!(added, ["/infra/base/b/ @shop/web", "/infra/clusters/*/base/b.* @shop/web"]);
    let kept: Vec<&str> = two.lines().filter(|line| !added.contains(line)).collect();
    assert_eq!(kept, one.lines().collect::<Vec<_>>());
}

#[test]
fn application_sets_follow_the_delivery() {
    let db = shop(&service("a", "web", &format!("deliver = applicationset  {}", objects("a"))), &[]);
    let delivered = declarations(&db).of(&db, Kind::Service).map(|item| head(&db, item).as_ref().unwrap().deliver);
    assert_eq!(delivered.collect::<Vec<_>>(), [Deliver::ApplicationSet]);
    assert_eq!(owner(&db, "infra/application-sets/a.yaml"), "@shop/web");
    assert_eq!(owner(&db, "infra/application-sets/other.yaml"), ADMINS);
}
