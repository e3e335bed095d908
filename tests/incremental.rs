//! What an edit costs and that it changes nothing else: the queries that run again, and random edits against clean builds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edits;
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use insta::assert_snapshot;
use platformc::compile;
use platformc::db::{Changes, Content, Database, Workspace};
use platformc::documents::{OutputFile, Portions, files, portions};
use platformc::names::items;
use platformc::source::outline;
use salsa::EventKind;
use salsa::plumbing::AsId as _;

use edits::disk::{load, reload, with_folders};
use support::{Random, TODAY, database, difference, examples, findings, outputs, text_of, texts};

const PLATFORM: &str = r#"
platform acorn { repo = "https://git.example.com/acorn.git" }

team web {}

environment prod {}

cluster eu { env = prod  server = "https://eu.example.com"  labels { tier = "gold" } }

for row in yaml("clusters.yaml") {
  cluster "${row.name}" { env = prod  server = row.server }
}

layer base {}
layer apps { after = [base]  deliver = applicationset }

import "services.pf"
"#;

const SERVICES: &str = r#"
## Keeps rows.
service database {
  layer = base
  owner = web
  namespace = "database"
  helm {
    repo = "https://charts.example.com"
    chart = "database"
    version = "1.0.0"
    values { replicas = 1 }
  }
}

## Remembers.
service cache {
  layer = base
  owner = web
  namespace = "cache"
  manifests { path = "cache" }
}

## Answers.
service api {
  layer = apps
  owner = web
  namespace = "api"
  on = cluster == eu or cluster == us
  needs = [database]
  kustomize { path = "api" }
  when labels.tier == "gold" { kustomize { replicas { api = 3 } } }
}
"#;

const CLUSTERS: &str = "- {name: us, server: 'https://us.example.com'}\n";

const SHOP: &str = r#"
team shop { sso = ["shop"] }

template web {
  param image : string
  helm { path = "charts/web"  values { image = image } }
}

service storefront {
  use = web(image = "storefront:1")
  layer = apps
  owner = shop
  namespace = "storefront"
}

service checkout {
  use = web(image = "checkout:1")
  layer = apps
  owner = shop
  namespace = "checkout"
}
"#;

const CHART: &[(&str, &str)] = &[
    ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("charts/web/values.yaml", "image: none\nport: 80\n"),
    ("charts/web/templates/app.yaml", "image: {{ .Values.image }}\n"),
];

/// Equal lines as one, with their number.
fn counted(lines: &[String]) -> Vec<String> {
    let groups = lines.chunk_by(|left, right| left == right);
    let line = |group: &[String]| match group {
        [one] => one.clone(),
        [first, ..] => format!("{first} × {}", group.len()),
        [] => String::new(),
    };
    groups.map(line).collect()
}

/// A platform of which everything has been asked, and the log of what is computed from then on.
struct Watched {
    db: Database,
    sources: Changes,
    log: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    fn new() -> Self {
        Self::of(texts(&[("platform.pf", PLATFORM), ("services.pf", SERVICES), ("clusters.yaml", CLUSTERS)]))
    }

    /// The same platform with a shop: a team, a template, two services that use it, and the chart that they share.
    fn with_shop() -> Self {
        let platform = PLATFORM.replace("team web {}", "team web { sso = [\"web\"] }");
        let services = format!("{SERVICES}{SHOP}");
        let files = texts(&[("platform.pf", &platform), ("services.pf", &services), ("clusters.yaml", CLUSTERS)]);
        Self::of(with_folders(files.into_iter().chain(texts(CHART)).collect()))
    }

    fn of(sources: Changes) -> Self {
        let log = Arc::new(Mutex::new(vec![]));
        let events = {
            let log = Arc::clone(&log);
            move |event: salsa::Event| {
                if let EventKind::WillExecute { database_key } = event.kind {
                    log.lock().unwrap().push(format!("{database_key:?}"));
                }
            }
        };
        let mut db = Database::with_events("platform.pf", Some(Box::new(events)));
        db.apply(sources.clone());
        let mut watched = Self { db, sources, log };
        assert_eq!(findings(&watched.db), "");
        watched.ask();
        watched
    }

    /// Asks for everything, as a build does, and tells which queries ran for it, sorted.
    fn ask(&mut self) -> Vec<String> {
        compile::diagnostics(&self.db, TODAY);
        assert!(!files(&self.db).is_empty());
        let executed = std::mem::take(&mut *self.log.lock().unwrap());
        let labels = self.labels();
        let mut told: Vec<String> = executed.iter().map(|query| tell(query, &labels)).collect();
        told.sort();
        counted(&told)
    }

    /// Names for salsa's ids. Some queries are asked here that builds ask as well, so nothing new runs.
    fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::new();
        for (path, file) in Workspace::get(&self.db).files(&self.db) {
            labels.insert(format!("{:?}", file.as_id()), path.clone());
            for decl in &outline(&self.db, *file).decls {
                let name = format!("{} {}", decl.word(&self.db), decl.name(&self.db));
                labels.insert(format!("{:?}", decl.as_id()), name);
                for item in &items(&self.db, *decl).items {
                    let name = format!("{} {}", item.kind(&self.db).word(), item.name(&self.db));
                    labels.insert(format!("{:?}", item.as_id()), name);
                }
            }
        }
        self.log.lock().unwrap().clear();
        labels
    }

    /// Replaces a text that stands in a file once.
    fn edit(&mut self, path: &str, old: &str, new: &str) -> String {
        let text = text_of(&self.sources, path);
        assert_eq!(text.matches(old).count(), 1, "{old:?} stands in {path} once");
        let content = Content::Text(text.replace(old, new).into());
        self.sources.insert(path.to_owned(), content.clone());
        self.db.apply(Changes::from([(path.to_owned(), content)]));
        let executed = self.ask();
        let clean = database(&self.sources);
        assert_eq!(findings(&clean), findings(&self.db));
        assert_eq!(difference(&outputs(&clean), &outputs(&self.db)), "");
        executed.join("\n")
    }
}

/// `syntax(Id(1c02))` as `syntax(service api)`; queries of the whole platform have nothing in brackets.
fn tell(query: &str, labels: &BTreeMap<String, String>) -> String {
    let (name, of) = query.split_once('(').unwrap_or((query, ""));
    let of = of.strip_suffix(')').unwrap_or(of);
    labels.get(of).map_or_else(|| name.to_owned(), |label| format!("{name}({label})"))
}

#[test]
fn nothing_changed() {
    assert_snapshot!(Watched::new().ask().join("\n"), @"");
}

#[test]
fn comment_at_the_top_of_a_file() {
    let mut watched = Watched::new();
    let executed = watched.edit("services.pf", "\n## Keeps rows.", "\n# The services of acorn.\n\n## Keeps rows.");
    assert_snapshot!(executed, @"outline(services.pf)");
}

#[test]
fn comment_inside_a_declaration() {
    let mut watched = Watched::new();
    let executed = watched.edit("services.pf", "    chart = \"database\"", "    # Ours.\n    chart   = \"database\"");
    assert_snapshot!(executed, @"
    check_declaration(service database)
    checked_freezes(service database)
    checked_head(service database)
    checked_preview(service database)
    checked_rollout(service database)
    checked_service(service database)
    outline(services.pf)
    syntax(service database)
    ");
}

/// Services read the platform's defaults where they stand, so all are resolved again, to the same result.
#[test]
fn comment_inside_the_platform() {
    let mut watched = Watched::new();
    let executed = watched.edit("platform.pf", "platform acorn {", "platform acorn { # Ours.\n");
    assert_snapshot!(executed, @"
    check_declaration(platform acorn)
    checked_estate
    checked_head(service api)
    checked_head(service cache)
    checked_head(service database)
    checked_rollout(service api)
    checked_rollout(service cache)
    checked_rollout(service database)
    checked_service(service api)
    checked_service(service cache)
    checked_service(service database)
    outline(platform.pf)
    syntax(platform acorn)
    ");
}

#[test]
fn helm_value_edited() {
    let mut watched = Watched::new();
    let executed = watched.edit("services.pf", "replicas = 1", "replicas = 2");
    assert_snapshot!(executed, @"
    access(service database)
    application_sets(service database)
    brings(service database)
    check_declaration(service database)
    checked_freezes(service database)
    checked_head(service database)
    checked_preview(service database)
    checked_rollout(service database)
    checked_service(service database)
    footprint(service database)
    leaves(service database)
    outline(services.pf)
    places(service database)
    repositories(service database)
    rights(service database)
    running(service database)
    says_promote(service database)
    service(service database)
    service_readme(service database)
    shared(service database)
    syntax(service database)
    writes(service database)
    written(service database)
    ");
    for query in ["plan", "projects", "cluster_files", "root_files", "platform_readme", "estate"] {
        assert!(!executed.lines().any(|line| line == query), "{query} ran");
    }
    assert!(!executed.contains("cache") && !executed.contains("api"), "another service was computed");
}

#[test]
fn version_of_a_chart_edited() {
    let mut watched = Watched::new();
    let executed = watched.edit("services.pf", "1.0.0", "1.0.1");
    for query in ["running(service database)", "platform_readme", "service_readme(service database)"] {
        assert!(executed.lines().any(|line| line == query), "{query} did not run: {executed}");
    }
    for query in ["plan", "projects", "cluster_files", "root_files", "estate", "stage_order"] {
        assert!(!executed.lines().any(|line| line == query), "{query} ran");
    }
    assert!(!executed.contains("cache") && !executed.contains("api)"), "another service was computed: {executed}");
}

#[test]
fn order_of_environments_edited() {
    let platform = PLATFORM.replace("environment prod {}", "environment dev {}\n\nenvironment prod {}");
    let services = SERVICES.replace("  kustomize {", "  same_across = [kustomize.images]\n  kustomize {");
    let files = [("platform.pf", platform.as_str()), ("services.pf", &services), ("clusters.yaml", CLUSTERS)];
    let mut watched = Watched::of(texts(&files));
    let executed = watched.edit("platform.pf", "environment prod {}", "environment prod { after = [dev] }");
    for query in ["stage_order", "checked_service(service api)"] {
        assert!(executed.lines().any(|line| line.starts_with(query)), "{query} did not run: {executed}");
    }
}

#[test]
fn doc_comment_edited() {
    let mut watched = Watched::new();
    let executed = watched.edit("services.pf", "## Keeps rows.", "## Keeps rows and columns.");
    assert_snapshot!(executed, @"
    access(service database)
    application_sets(service database)
    brings(service database)
    check_declaration(service database)
    checked_freezes(service database)
    checked_head(service database)
    checked_preview(service database)
    checked_rollout(service database)
    checked_service(service database)
    footprint(service database)
    head(service database)
    leaves(service database)
    outline(services.pf)
    places(service database)
    platform_readme
    repositories(service database)
    rights(service database)
    running(service database)
    says_promote(service database)
    service(service database)
    service_readme(service database)
    shared(service database)
    syntax(service database)
    writes(service database)
    written(service database)
    ");
}

#[test]
fn overlay_edited() {
    let mut watched = Watched::new();
    let executed = watched.edit("services.pf", "replicas { api = 3 }", "replicas { api = 4 }");
    assert_snapshot!(executed, @"
    access(service api)
    application_sets(service api)
    brings(service api)
    check_declaration(service api)
    checked_freezes(service api)
    checked_head(service api)
    checked_preview(service api)
    checked_rollout(service api)
    checked_service(service api)
    footprint(service api)
    leaves(service api)
    outline(services.pf)
    places(service api)
    repositories(service api)
    rights(service api)
    running(service api)
    says_promote(service api)
    service(service api)
    service_readme(service api)
    shared(service api)
    syntax(service api)
    writes(service api)
    written(service api)
    ");
}

/// Nobody else is checked or written again: a name is asked for alone. Only what shows the plan or the whole platform is made
/// anew; for other services no more than that their waves are the same is found out.
#[test]
fn service_added() {
    let mut watched = Watched::new();
    let service = "service extra { layer = base  owner = web  namespace = \"extra\"  manifests { path = \"extra\" } }";
    let executed = watched.edit("services.pf", "## Remembers.", &format!("{service}\n\n## Remembers."));
    assert_snapshot!(executed, @"
    access(service extra)
    application_sets(service extra)
    brings(service extra)
    check_declaration(service extra)
    checked_freezes(service extra)
    checked_head(service extra)
    checked_preview(service extra)
    checked_promotion(service extra)
    checked_rollout(service extra)
    checked_service(service extra)
    closure_of
    cluster_files × 2
    declared
    dependents
    followed_of
    footprint(service extra)
    freeze_rows(service extra)
    frozen
    grounds
    head(service extra)
    heads
    homes(service api)
    homes(service cache)
    homes(service database)
    homes(service extra)
    import_paths(services.pf)
    is_declared
    items(service extra)
    leaves(service extra)
    loaded × 5
    namespaces_of × 2
    needed(service api)
    needed(service cache)
    needed(service database)
    needed(service extra)
    needed_by(service extra)
    of_kind × 15
    outline(services.pf)
    ownership
    places(service extra)
    plan
    platform_diagnostics
    platform_readme
    preview(service extra)
    preview_files(service extra)
    preview_sets(service extra)
    projects
    promoted(service extra)
    promoting
    promotion_of(service extra)
    reachable
    repositories(service extra)
    rights(service extra)
    rolling_hubs
    rollout(service extra)
    root_files
    running(service extra)
    says_promote(service extra)
    service(service extra)
    service_readme(service extra)
    settings
    shared(service extra)
    syntax(service extra)
    users
    waves(service api)
    waves(service cache)
    waves(service database)
    waves(service extra)
    writes(service extra)
    written(service extra)
    ");
}

/// Everything reads clusters, and asks them for more than one thing; a label is rare enough.
#[test]
fn label_of_a_cluster_changed() {
    let mut watched = Watched::new();
    let executed = watched.edit("platform.pf", "tier = \"gold\"", "tier = \"tin\"  rack = \"7\"");
    assert_snapshot!(executed, @"
    access(service api)
    access(service cache)
    access(service database)
    application_sets(service api)
    application_sets(service cache)
    application_sets(service database)
    brings(service api)
    check_declaration(cluster eu)
    checked_estate
    checked_head(service api)
    checked_head(service cache)
    checked_head(service database)
    checked_preview(service api)
    checked_promotion(service api)
    checked_promotion(service cache)
    checked_promotion(service database)
    checked_rollout(service api)
    checked_service(service api)
    checked_service(service cache)
    checked_service(service database)
    cluster_files × 2
    codeowners_apart
    dependents
    estate
    footprint(service api)
    freeze_rows(service api)
    freeze_rows(service cache)
    freeze_rows(service database)
    grounds
    head(service api)
    heads
    homes(service api)
    leaves(service api)
    leaves(service cache)
    leaves(service database)
    loaded × 10
    needed(service api)
    needed(service cache)
    needed(service database)
    outline(platform.pf)
    ownership
    places(service api)
    plan
    platform_diagnostics
    platform_readme
    preview_files(service api)
    preview_files(service cache)
    preview_files(service database)
    preview_sets(service api)
    preview_sets(service cache)
    preview_sets(service database)
    projects
    promoter_files
    promotion_of(service api)
    promotion_of(service cache)
    promotion_of(service database)
    promotion_projects
    registrations
    repositories(service api)
    repositories(service cache)
    repositories(service database)
    rights(service api)
    root_files
    running(service api)
    says_promote(service api)
    service(service api)
    service_readme(service api)
    service_readme(service cache)
    service_readme(service database)
    settings
    shared(service api)
    shared(service cache)
    shared(service database)
    stage_order
    syntax(cluster eu)
    users
    values_in
    waves(service api)
    waves(service cache)
    waves(service database)
    worlds
    writes(service api)
    writes(service cache)
    writes(service database)
    written(service api)
    written(service cache)
    written(service database)
    ");
}

#[test]
fn service_removed() {
    let mut watched = Watched::new();
    let text = text_of(&watched.sources, "services.pf").to_owned();
    let start = text.find("## Remembers.").unwrap();
    let end = text.find("## Answers.").unwrap();
    let executed = watched.edit("services.pf", &text[start..end], "");
    assert_snapshot!(executed, @"
    cluster_files × 2
    declared
    dependents
    frozen
    grounds
    heads
    homes(service api)
    homes(service database)
    import_paths(services.pf)
    is_declared
    namespaces_of × 2
    needed(service api)
    needed(service database)
    of_kind × 15
    outline(services.pf)
    ownership
    plan
    platform_diagnostics
    platform_readme
    projects
    promoting
    reachable
    rolling_hubs
    root_files
    settings
    users
    waves(service api)
    waves(service database)
    ");
}

/// To the compiler one service goes and another comes.
#[test]
fn service_renamed() {
    let mut watched = Watched::new();
    let executed = watched.edit("services.pf", "service cache", "service memory");
    assert_snapshot!(executed, @"
    access(service memory)
    application_sets(service memory)
    brings(service memory)
    check_declaration(service memory)
    checked_freezes(service memory)
    checked_head(service memory)
    checked_preview(service memory)
    checked_promotion(service memory)
    checked_rollout(service memory)
    checked_service(service memory)
    cluster_files × 2
    declared
    dependents
    footprint(service memory)
    freeze_rows(service memory)
    frozen
    grounds
    head(service memory)
    heads
    homes(service memory)
    import_paths(services.pf)
    is_declared
    items(service memory)
    leaves(service memory)
    needed(service api)
    needed(service database)
    needed(service memory)
    needed_by(service memory)
    of_kind × 15
    outline(services.pf)
    ownership
    places(service memory)
    plan
    platform_diagnostics
    platform_readme
    preview(service memory)
    preview_files(service memory)
    preview_sets(service memory)
    projects
    promoted(service memory)
    promoting
    promotion_of(service memory)
    reachable
    repositories(service memory)
    rights(service memory)
    rolling_hubs
    rollout(service memory)
    root_files
    running(service memory)
    says_promote(service memory)
    service(service memory)
    service_readme(service memory)
    settings
    shared(service memory)
    syntax(service memory)
    users
    waves(service api)
    waves(service database)
    waves(service memory)
    writes(service memory)
    written(service memory)
    ");
}

#[test]
#[allow(clippy::too_many_lines, reason = "most of them are the snapshot")]
fn cluster_added() {
    let mut watched = Watched::new();
    let added = "cluster asia { env = prod  server = \"https://asia.example.com\" }\n\nlayer base";
    let executed = watched.edit("platform.pf", "layer base", added);
    assert_snapshot!(executed, @"
    access(service api)
    access(service cache)
    access(service database)
    application_sets(service api)
    application_sets(service cache)
    application_sets(service database)
    brings(service cache)
    brings(service database)
    check_declaration(cluster asia)
    checked_estate
    checked_head(service api)
    checked_head(service cache)
    checked_head(service database)
    checked_preview(service cache)
    checked_preview(service database)
    checked_promotion(service api)
    checked_promotion(service cache)
    checked_promotion(service database)
    checked_rollout(service cache)
    checked_rollout(service database)
    checked_service(service api)
    checked_service(service cache)
    checked_service(service database)
    cluster_files × 3
    codeowners_apart
    declared
    dependents
    estate
    footprint(service cache)
    footprint(service database)
    freeze_rows(service api)
    freeze_rows(service cache)
    freeze_rows(service database)
    ground_of × 3
    grounds
    head(service cache)
    head(service database)
    heads
    homes(service api)
    homes(service cache)
    homes(service database)
    import_paths(platform.pf)
    items(cluster asia)
    leaves(service api)
    leaves(service cache)
    leaves(service database)
    loaded × 10
    namespaces_of × 3
    needed(service api)
    needed(service cache)
    needed(service database)
    of_kind × 15
    outline(platform.pf)
    ownership
    places(service cache)
    places(service database)
    plan
    platform_diagnostics
    platform_readme
    preview_files(service api)
    preview_files(service cache)
    preview_files(service database)
    preview_sets(service api)
    preview_sets(service cache)
    preview_sets(service database)
    projects
    promoter_files
    promotion_of(service api)
    promotion_of(service cache)
    promotion_of(service database)
    promotion_projects
    reachable
    registrations
    repositories(service api)
    repositories(service cache)
    repositories(service database)
    rights(service cache)
    rights(service database)
    root_files
    running(service cache)
    running(service database)
    says_promote(service cache)
    says_promote(service database)
    service(service cache)
    service(service database)
    service_readme(service api)
    service_readme(service cache)
    service_readme(service database)
    settings
    shared(service api)
    shared(service cache)
    shared(service database)
    stage_order
    syntax(cluster asia)
    users
    values_in
    waves(service api)
    waves(service cache)
    waves(service database)
    worlds
    writes(service api)
    writes(service cache)
    writes(service database)
    written(service api)
    written(service cache)
    written(service database)
    ");
}

#[test]
#[allow(clippy::too_many_lines, reason = "most of them are the snapshot")]
fn group_of_a_team_added() {
    let mut watched = Watched::with_shop();
    let executed = watched.edit("services.pf", "sso = [\"shop\"]", "sso = [\"shop\", \"shop-contractors\"]");
    assert_snapshot!(executed, @"
    access(service api)
    access(service cache)
    access(service checkout)
    access(service database)
    access(service storefront)
    application_sets(service api)
    application_sets(service cache)
    application_sets(service checkout)
    application_sets(service database)
    application_sets(service storefront)
    check_declaration(team shop)
    checked_estate
    checked_head(service api)
    checked_head(service cache)
    checked_head(service checkout)
    checked_head(service database)
    checked_head(service storefront)
    checked_promotion(service api)
    checked_promotion(service cache)
    checked_promotion(service checkout)
    checked_promotion(service database)
    checked_promotion(service storefront)
    checked_service(service api)
    checked_service(service cache)
    checked_service(service checkout)
    checked_service(service database)
    checked_service(service storefront)
    cluster_files × 2
    codeowners_apart
    estate
    freeze_rows(service api)
    freeze_rows(service cache)
    freeze_rows(service checkout)
    freeze_rows(service database)
    freeze_rows(service storefront)
    grounds
    leaves(service api)
    leaves(service cache)
    leaves(service checkout)
    leaves(service database)
    leaves(service storefront)
    loaded × 21
    needed(service api)
    outline(services.pf)
    ownership
    plan
    platform_diagnostics
    platform_readme
    preview_files(service api)
    preview_files(service cache)
    preview_files(service checkout)
    preview_files(service database)
    preview_files(service storefront)
    preview_sets(service api)
    preview_sets(service cache)
    preview_sets(service checkout)
    preview_sets(service database)
    preview_sets(service storefront)
    projects
    promoter_files
    promotion_of(service api)
    promotion_of(service cache)
    promotion_of(service checkout)
    promotion_of(service database)
    promotion_of(service storefront)
    promotion_projects
    registrations
    repositories(service api)
    repositories(service cache)
    repositories(service checkout)
    repositories(service database)
    repositories(service storefront)
    root_files
    service_readme(service api)
    service_readme(service cache)
    service_readme(service checkout)
    service_readme(service database)
    service_readme(service storefront)
    settings
    shared(service api)
    shared(service cache)
    shared(service checkout)
    shared(service database)
    shared(service storefront)
    stage_order
    syntax(team shop)
    values_in
    waves(service api)
    waves(service cache)
    waves(service checkout)
    waves(service database)
    waves(service storefront)
    worlds
    writes(service api)
    writes(service cache)
    writes(service checkout)
    writes(service database)
    writes(service storefront)
    written(service api)
    written(service cache)
    written(service checkout)
    written(service database)
    written(service storefront)
    ");
}

#[test]
fn access_of_a_service_given() {
    let mut watched = Watched::new();
    let executed = watched.edit(
        "services.pf",
        "  kustomize { path = \"api\" }",
        "  kustomize { path = \"api\" }\n  access { viewer = [owner] }",
    );
    assert_snapshot!(executed, @"
    access(service api)
    application_sets(service api)
    brings(service api)
    check_declaration(service api)
    checked_freezes(service api)
    checked_head(service api)
    checked_preview(service api)
    checked_rollout(service api)
    checked_service(service api)
    footprint(service api)
    leaves(service api)
    outline(services.pf)
    places(service api)
    repositories(service api)
    rights(service api)
    running(service api)
    says_promote(service api)
    service(service api)
    service_readme(service api)
    settings
    shared(service api)
    syntax(service api)
    writes(service api)
    written(service api)
    ");
}

#[test]
fn namespace_declared() {
    let mut watched = Watched::new();
    let declared = "namespace cache {\n  owner = web\n  quota { pods = \"20\" }\n}\n\n## Remembers.";
    let executed = watched.edit("services.pf", "## Remembers.", declared);
    assert_snapshot!(executed, @"
    check_declaration(namespace cache)
    checked_namespace(namespace cache)
    cluster_files × 2
    declared
    grounds
    homes(service api)
    homes(service cache)
    homes(service database)
    import_paths(services.pf)
    items(namespace cache)
    namespace(namespace cache)
    namespaces_of × 2
    of_kind × 15
    outline(services.pf)
    ownership
    platform_diagnostics
    reachable
    root_files
    syntax(namespace cache)
    ");
}

#[test]
fn freeze_added() {
    let mut watched = Watched::new();
    let freeze = "freeze night { schedule = \"0 22 * * *\"  duration = \"6h\" }\n  manifests { path = \"cache\" }";
    let executed = watched.edit("services.pf", "manifests { path = \"cache\" }", freeze);
    assert_snapshot!(executed, @"
    check_declaration(service cache)
    checked_freezes(service cache)
    checked_head(service cache)
    checked_preview(service cache)
    checked_rollout(service cache)
    checked_service(service cache)
    freeze_rows(service api)
    freeze_rows(service cache)
    freeze_rows(service database)
    frozen
    outline(services.pf)
    platform_diagnostics
    platform_readme
    projects
    service_readme(service cache)
    syntax(service cache)
    ");
}

#[test]
fn template_edited() {
    let mut watched = Watched::with_shop();
    let executed = watched.edit("services.pf", "values { image = image }", "values { image = image  port = 8080 }");
    assert_snapshot!(executed, @"
    access(service checkout)
    access(service storefront)
    application_sets(service checkout)
    application_sets(service storefront)
    brings(service checkout)
    brings(service storefront)
    check_declaration(template web)
    checked_head(service checkout)
    checked_head(service storefront)
    checked_rollout(service checkout)
    checked_rollout(service storefront)
    checked_service(service checkout)
    checked_service(service storefront)
    footprint(service checkout)
    footprint(service storefront)
    leaves(service checkout)
    leaves(service storefront)
    outline(services.pf)
    places(service checkout)
    places(service storefront)
    repositories(service checkout)
    repositories(service storefront)
    rights(service checkout)
    rights(service storefront)
    running(service checkout)
    running(service storefront)
    says_promote(service checkout)
    says_promote(service storefront)
    service(service checkout)
    service(service storefront)
    service_readme(service checkout)
    service_readme(service storefront)
    shared(service checkout)
    shared(service storefront)
    syntax(template web)
    writes(service checkout)
    writes(service storefront)
    written(service checkout)
    written(service storefront)
    ");
}

/// Argo CD reads the chart itself: what is written for its services stays as it is.
#[test]
fn chart_edited() {
    let mut watched = Watched::with_shop();
    let executed = watched.edit("charts/web/values.yaml", "port: 80", "port: 8080");
    assert_snapshot!(executed, @"
    checked_service(service checkout)
    checked_service(service storefront)
    data_file
    ");
}

/// Nothing of the other declarations is read again, and once it is mended only what was gone is made anew.
#[test]
fn declaration_broken_and_mended() {
    let mut watched = Watched::new();
    let (sound, broken) = ("needs = [database]", "needs = [database");
    let executed = watched.edit("services.pf", sound, broken);
    assert_snapshot!(executed, @"
    access(service api)
    application_sets(service api)
    brings(service api)
    check_declaration(service api)
    checked_freezes(service api)
    checked_head(service api)
    checked_preview(service api)
    checked_rollout(service api)
    checked_service(service api)
    dependents
    footprint(service api)
    freeze_rows(service api)
    grounds
    head(service api)
    heads
    homes(service api)
    leaves(service api)
    needed(service api)
    needed(service cache)
    needed(service database)
    needed_by(service api)
    needed_by(service cache)
    needed_by(service database)
    outline(services.pf)
    places(service api)
    plan
    platform_diagnostics
    platform_readme
    projects
    repositories(service api)
    rights(service api)
    root_files
    running(service api)
    says_promote(service api)
    service(service api)
    service_readme(service api)
    service_readme(service database)
    settings
    shared(service api)
    syntax(service api)
    users
    waves(service api)
    writes(service api)
    written(service api)
    ");
    assert_eq!(watched.edit("services.pf", broken, sound), executed, "what broke is what is mended");
}

#[test]
fn need_added() {
    let mut watched = Watched::new();
    let executed = watched.edit("services.pf", "needs = [database]", "needs = [cache, database]");
    assert_snapshot!(executed, @"
    access(service api)
    application_sets(service api)
    brings(service api)
    check_declaration(service api)
    checked_freezes(service api)
    checked_head(service api)
    checked_preview(service api)
    checked_rollout(service api)
    checked_service(service api)
    dependents
    footprint(service api)
    freeze_rows(service api)
    grounds
    head(service api)
    heads
    homes(service api)
    is_declared
    leaves(service api)
    needed(service api)
    needed(service cache)
    needed(service database)
    needed_by(service api)
    needed_by(service cache)
    needed_by(service database)
    outline(services.pf)
    places(service api)
    plan
    platform_diagnostics
    platform_readme
    projects
    repositories(service api)
    rights(service api)
    root_files
    running(service api)
    says_promote(service api)
    service(service api)
    service_readme(service api)
    service_readme(service cache)
    settings
    shared(service api)
    syntax(service api)
    users
    waves(service api)
    writes(service api)
    written(service api)
    ");
    assert!(executed.lines().any(|line| line == "plan"), "the plan did not change");
    assert!(!executed.contains("leaves(service cache)"), "leaves changed without a new wave");
}

#[test]
fn data_file_changed() {
    let mut watched = Watched::new();
    let executed = watched.edit("clusters.yaml", "https://us.example.com", "https://us2.example.com");
    assert_snapshot!(executed, @"
    access(service api)
    access(service cache)
    access(service database)
    application_sets(service api)
    application_sets(service cache)
    application_sets(service database)
    check_declaration(cluster us)
    checked_estate
    checked_head(service api)
    checked_head(service cache)
    checked_head(service database)
    checked_promotion(service api)
    checked_promotion(service cache)
    checked_promotion(service database)
    checked_service(service api)
    checked_service(service cache)
    checked_service(service database)
    cluster_files × 2
    codeowners_apart
    data_file
    estate
    freeze_rows(service api)
    freeze_rows(service cache)
    freeze_rows(service database)
    grounds
    items(for row)
    leaves(service api)
    leaves(service cache)
    leaves(service database)
    loaded × 10
    needed(service api)
    ownership
    plan
    platform_diagnostics
    platform_readme
    preview_files(service api)
    preview_files(service cache)
    preview_files(service database)
    preview_sets(service api)
    preview_sets(service cache)
    preview_sets(service database)
    projects
    promoter_files
    promotion_of(service api)
    promotion_of(service cache)
    promotion_of(service database)
    promotion_projects
    registrations
    repositories(service api)
    repositories(service cache)
    repositories(service database)
    root_files
    service_readme(service api)
    service_readme(service cache)
    service_readme(service database)
    settings
    shared(service api)
    shared(service cache)
    shared(service database)
    stage_order
    values_in
    waves(service api)
    waves(service cache)
    waves(service database)
    worlds
    writes(service api)
    writes(service cache)
    writes(service database)
    written(service api)
    written(service cache)
    written(service database)
    ");
}

#[test]
fn data_file_reformatted() {
    let mut watched = Watched::new();
    let executed = watched.edit("clusters.yaml", "{name: us, ", "{ name: us, ");
    assert_snapshot!(executed, @"data_file");
}

/// What is known only from before is no suggestion, and a pattern matches nothing that was deleted: a clean build knows neither.
#[test]
fn imports_after_what_was_before() {
    let importing = |path: &str| {
        format!("import \"{path}\"\n\nplatform acorn {{ repo = \"https://git.example.com/acorn.git\" }}\n")
    };
    let with = |path: &str| texts(&[("platform.pf", &importing(path)), ("parts/teams.pf", "team web {}\n")]);
    let without = texts(&[("platform.pf", &importing("parts/*.pf"))]);
    let mut db = Database::new("platform.pf");
    for disk in [with("parts/teams.pf"), with("parts/tems.pf"), with("parts/*.pf"), without] {
        reload(&mut db, &disk);
        let mut clean = Database::new("platform.pf");
        load(&mut clean, &disk);
        assert_eq!(findings(&clean), findings(&db));
    }
}

#[test]
fn file_that_nobody_imports() {
    let mut watched = Watched::new();
    watched.db.apply(texts(&[("other.pf", "service other {}\n")]));
    assert_snapshot!(watched.ask().join("\n"), @"
    items(for row)
    loaded × 10
    reachable
    ");
}

#[test]
fn random_edits_equal_clean_builds() {
    for (seed, sources) in (1..).zip(platforms()) {
        let mut random = Random::new(seed);
        let mut db = database(&sources);
        let mut edited = sources.clone();
        let mut followed = Followed::default();
        let edits = if sources.len() > LARGE { EDITS / 5 } else { EDITS };
        for step in 0..edits {
            if step % 25 == 24 {
                edited.clone_from(&sources);
            }
            edit(&mut random, &mut edited);
            db.apply(edited.clone());
            let clean = database(&edited);
            let place = format!("platform {seed}, edit {step}");
            assert_eq!(findings(&clean), findings(&db), "{place}");
            assert_eq!(difference(&outputs(&clean), &outputs(&db)), "", "{place}");
            followed.follow(&db, &place);
        }
    }
}

/// The output folder as who only hears of differences has it.
#[derive(Default)]
struct Followed {
    portions: Portions,
    files: BTreeMap<String, OutputFile>,
}

impl Followed {
    /// Makes the differences, which then must have led to all files.
    fn follow(&mut self, db: &Database, place: &str) {
        let now = portions(db);
        for difference in now.since(&self.portions) {
            assert_eq!(self.files.get(difference.path()), difference.before, "{place}");
            match difference.after {
                Some(file) => self.files.insert(file.path.clone(), file.clone()),
                None => self.files.remove(difference.path()),
            };
        }
        let all = files(db);
        assert_eq!(self.files.values().collect::<Vec<_>>(), all.iter().collect::<Vec<_>>(), "{place}");
        assert_eq!(now.sorted(), all.iter().collect::<Vec<_>>(), "{place}");
        self.portions = now;
    }
}

/// One platform that is edited without end: it grows, shrinks, is renamed, breaks and is mended.
#[test]
fn edits_without_end_equal_clean_builds() {
    without_end(1, 300);
}

/// The same at length. `EDITS` says how many, `SEED` where they begin.
#[test]
#[ignore = "takes minutes: cargo test --release --test incremental -- --ignored --nocapture"]
fn a_hundred_thousand_edits_equal_clean_builds() {
    let number = |name: &str, otherwise: usize| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let (seed, edits) = (number("SEED", 100), number("EDITS", 100_000));
    let (started, each) = (std::time::Instant::now(), 500);
    for part in 0..edits.div_ceil(each) {
        without_end((seed + part) as u64, each.min(edits - part * each));
        println!("{} edits in {:?}", edits.min((part + 1) * each), started.elapsed());
    }
}

fn without_end(seed: u64, edits: usize) {
    match edits::run(&edits::steps(seed, edits)) {
        Ok(tally) => println!("seed {seed}: {tally:?}"),
        Err(failure) => panic!("seed {seed}: {}", failure.0),
    }
}

/// Edits for each platform; enough to meet every kind of edit many times.
const EDITS: usize = 100;

/// A platform of more files than this is edited less often, for each edit is a clean build as well.
const LARGE: usize = 25;

fn platforms() -> Vec<Changes> {
    let small = texts(&[("platform.pf", PLATFORM), ("services.pf", SERVICES), ("clusters.yaml", CLUSTERS)]);
    let mut all: Vec<Changes> = examples().into_iter().map(|example| example.sources).collect();
    all.extend([small, generated(12)]);
    all
}

/// A platform of many small services that need each other.
fn generated(count: usize) -> Changes {
    let mut services = String::new();
    for number in 0..count {
        let needs = if number % 4 == 0 { String::new() } else { format!("needs = [s{}]", number / 4 * 4) };
        let deliver = if number % 3 == 0 { "applicationset" } else { "applications" };
        let _ = writeln!(
            services,
            "service s{number} {{\n  layer = base\n  owner = web\n  namespace = \"n{number}\"\n  deliver = {deliver}\n  \
             {needs}\n  manifests {{ path = \"s{number}\" }}\n  when env == prod {{ revision_history = {number} }}\n}}\n"
        );
    }
    texts(&[("platform.pf", PLATFORM), ("services.pf", &services), ("clusters.yaml", CLUSTERS)])
}

/// One edit of one file, of the kinds that people make.
fn edit(random: &mut Random, sources: &mut Changes) {
    let paths: Vec<String> = sources.keys().cloned().collect();
    let path = random.pick(&paths).clone();
    let text = text_of(sources, &path).to_owned();
    let edited = match random.below(10) {
        0 => lines(&text, |lines| drop(lines.remove(random.below(lines.len())))),
        1 => lines(&text, |lines| {
            let line = random.pick(lines).clone();
            lines.insert(random.below(lines.len() + 1), line);
        }),
        2 => lines(&text, |lines| swap(random, lines)),
        3 => lines(&text, |lines| lines.insert(random.below(lines.len() + 1), (*random.pick(LINES)).to_owned())),
        4 => declarations(&text, |pieces| drop(pieces.remove(random.below(pieces.len())))),
        5 => declarations(&text, |pieces| {
            let piece = random.pick(pieces).clone();
            pieces.insert(random.below(pieces.len() + 1), piece);
        }),
        6 => declarations(&text, |pieces| swap(random, pieces)),
        7 => edits::words(random, &text),
        8 => {
            let at = random.boundary(&text);
            format!("{}{}{}", &text[..at], random.pick(MARKS), &text[at..])
        }
        _ => {
            let (one, other) = (random.boundary(&text), random.boundary(&text));
            let (start, end) = (one.min(other), one.max(other).min(one.min(other) + 20));
            format!("{}{}", &text[..start], text.get(end..).unwrap_or(""))
        }
    };
    sources.insert(path, Content::Text(edited.into()));
    if random.below(20) == 0 {
        let vanished = random.pick(&paths).clone();
        sources.insert(vanished, Content::Missing);
    }
}

const MARKS: &[&str] = &["{", "}", "\"", "\n", "(", "]", "${", "\"\"\"", "#", "##", " = ", ",", "é", "\r\n", "\t"];
const LINES: &[&str] = &[
    "# a comment",
    "## a doc comment",
    "",
    "  needs = [api, shop, s3]",
    "  deliver = applications",
    "  when env == prod { revision_history = 7 }",
    "}",
    "service fresh { layer = base  owner = web  namespace = \"fresh\"  manifests { path = \"fresh\" } }",
    "cluster fresh { env = prod  server = \"https://fresh.example.com\" }",
    "import \"services.pf\"",
    "import \"*.pf\"",
    "- {name: fresh, server: 'https://fresh2.example.com'}",
];

/// Edits lines; a text without lines stays as it is.
fn lines(text: &str, edit: impl FnOnce(&mut Vec<String>)) -> String {
    pieces(text.lines().map(str::to_owned).collect(), "\n", edit)
}

/// Edits what is parted by empty lines: declarations, more or less.
fn declarations(text: &str, edit: impl FnOnce(&mut Vec<String>)) -> String {
    pieces(text.split("\n\n").map(str::to_owned).collect(), "\n\n", edit)
}

fn swap(random: &mut Random, pieces: &mut [String]) {
    let (one, other) = (random.below(pieces.len()), random.below(pieces.len()));
    pieces.swap(one, other);
}

fn pieces(mut pieces: Vec<String>, between: &str, edit: impl FnOnce(&mut Vec<String>)) -> String {
    if pieces.is_empty() {
        return String::new();
    }
    edit(&mut pieces);
    pieces.join(between)
}
