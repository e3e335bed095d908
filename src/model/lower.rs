//! From a resolved block to what an instance is.

use std::sync::Arc;

use super::entities::{Cluster, Deliver, RepositoryKind};
use super::estates::estate;
use super::fields::Fields;
use super::heads::Head;
use super::local::{Given, Nature, check_files, check_folder, check_values};
use super::spec::{Helm, Kustomize, Object, Origin, Plugin, Source, Spec, Sync, Tool};
use crate::db::Db;
use crate::diagnostics::{self as codes, Change, Code, Diagnostic, Sink, Span};
use crate::overlays::Tree;
use crate::schema::Kind;
use crate::text::some;
use crate::values::Value;

/// Instances of a service within which nothing differs.
pub(super) struct Instances<'i> {
    /// The service's head.
    pub(super) head: &'i Head,
    /// The item of `each` that they are of.
    pub(super) item: Option<&'i str>,
    /// Their clusters.
    pub(super) clusters: Vec<&'i Cluster>,
}

/// Reads a block of which the types have been checked. Nothing comes back where a part is broken or missing.
pub(super) fn lower(db: &dyn Db, instances: &Instances<'_>, tree: &Tree, sink: &mut Sink) -> Option<Spec> {
    let fields = Fields(Some(tree));
    let Instances { head, item, clusters } = instances;
    let mut lower = Lower { db, head, item: *item, clusters, sink };
    let sync = lower.sync(fields.block("sync"));
    let sources = lower.sources(tree);
    super::settings::check(head, tree, lower.sink);
    super::namespaces::check(db, instances, tree, lower.sink);
    super::secrets::check(db, tree, lower.sink);
    lower.synced(&sync, fields);
    super::raw::check(tree, lower.sink);
    let access = super::access::read(db, instances, tree, lower.sink);
    if head.deliver == Deliver::ApplicationSet {
        lower.numbers(tree);
    }
    if tree.is_broken() {
        return None;
    }
    Some(Spec {
        namespace: fields.text("namespace")?,
        extra_namespaces: fields.texts("extra_namespaces"),
        sources: sources?,
        sync,
        promote: fields.text("promote"),
        access,
        labels: fields.text_map("labels"),
        annotations: fields.text_map("annotations"),
        links: fields.text_map("links"),
        ignore_differences: fields.values("ignore_differences").to_vec(),
        revision_history: fields.int("revision_history", 5),
        application: fields.tree("application").map(Tree::value),
    })
}

struct Lower<'l> {
    db: &'l dyn Db,
    head: &'l Head,
    item: Option<&'l str>,
    clusters: &'l [&'l Cluster],
    sink: &'l mut Sink,
}

/// The URL that `repo` means: its own, or a named repository's.
pub(super) fn repository_url(db: &dyn Db, fields: Fields<'_>) -> Option<Arc<str>> {
    match fields.tree("repo")? {
        Tree::Leaf(Value::Reference(Kind::Repository, name), _) => {
            let mut known = estate(db).repositories.iter();
            known.find(|repository| repository.name == *name).map(|repository| match repository.kind {
                RepositoryKind::Oci if !repository.url.starts_with("oci://") => {
                    format!("oci://{}", repository.url).into()
                }
                _ => Arc::clone(&repository.url),
            })
        }
        Tree::Leaf(Value::Text(url), _) => Some(Arc::clone(url)),
        _ => None,
    }
}

impl Lower<'_> {
    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.sink.push(Diagnostic::new(code, span, message).help(help));
    }

    fn sync(&mut self, fields: Fields<'_>) -> Sync {
        let default = Sync::default();
        let (retry, backoff) = (fields.block("retry"), fields.block("retry").block("backoff"));
        let mut options = fields.texts("options");
        if fields.flag("server_side", false) {
            options.push("ServerSideApply=true".into());
        }
        if let (Some(tree), true) =
            (fields.tree("options"), options.iter().any(|option| option.starts_with("CreateNamespace")))
        {
            self.sink.push(
                Diagnostic::new(codes::BAD_VALUE, tree.span(), "`CreateNamespace` is not for services")
                    .note("namespaces belong to the foundation of a cluster, so that no team changes its own bounds")
                    .help("leave it away: the namespace is there before the service"),
            );
        }
        options.sort();
        options.dedup();
        Sync {
            automated: fields.flag("automated", true),
            prune: fields.flag("prune", true),
            self_heal: fields.flag("self_heal", true),
            allow_empty: fields.flag("allow_empty", false),
            options,
            retry_limit: retry.int("limit", default.retry_limit),
            retry_refresh: retry.flag("refresh", true),
            backoff: (
                backoff.text("duration").unwrap_or(default.backoff.0),
                backoff.int("factor", default.backoff.1),
                backoff.text("max").unwrap_or(default.backoff.2),
            ),
        }
    }

    /// A leaf that nothing syncs would hold back every later layer of its cluster.
    fn synced(&mut self, sync: &Sync, fields: Fields<'_>) {
        let Some(tree) = fields.block("sync").tree("automated") else { return };
        if !sync.automated && self.head.deliver == Deliver::Applications {
            self.sink.push(
                Diagnostic::new(codes::CANNOT_BE_SYNCED, tree.span(), format!("`{}` would never become Synced by itself", self.head.name))
                    .label("not synced automatically")
                    .note("a layer waits until each of its Applications is Synced and Healthy, so the cluster would hang here")
                    .help("deliver it by ApplicationSet, which nothing waits for, or leave it automated"),
            );
        }
    }

    /// An `ApplicationSet` carries numbers as floats, which hold whole numbers up to 2^53.
    fn numbers(&mut self, tree: &Tree) {
        const LARGEST: u64 = 1 << 53;
        match tree {
            Tree::Branch(children, _) => children.values().for_each(|child| self.numbers(child)),
            Tree::Leaf(value, span) if largest(value) > LARGEST => self.sink.push(
                Diagnostic::new(
                    codes::NUMBER_TOO_LARGE,
                    *span,
                    format!("an ApplicationSet can't carry {}", value.show()),
                )
                .note("its controller reads numbers as floats, which hold whole numbers up to 9007199254740992")
                .help("quote it, if the chart takes a string, or deliver the service by Applications"),
            ),
            Tree::Leaf(..) | Tree::Broken(_) => {}
        }
    }

    fn sources(&mut self, tree: &Tree) -> Option<Vec<Source>> {
        let mut sources = self.block(tree, None);
        if let Some(Tree::Branch(named, _)) = tree.get("source") {
            for (name, block) in named {
                let inner = self.block(block, Some(name));
                if says_no_source(block) && !block.is_broken() {
                    self.report(
                        codes::NO_SOURCE,
                        block.span(),
                        format!("source `{name}` is empty"),
                        "give it `helm`, `kustomize`, `manifests` or `plugin`",
                    );
                }
                sources.extend(inner);
            }
        }
        sources.extend(super::stored::source(self.db, tree, self.sink));
        if says_no_source(tree) && !has_blocks(tree) && !tree.is_broken() {
            self.sink.push(
                Diagnostic::new(codes::NO_SOURCE, tree.span(), format!("`{}` has no source", self.head.name))
                    .note("an Application needs a repository with a path or a chart")
                    .help("give it `helm`, `kustomize`, `manifests` or `plugin`"),
            );
        }
        (!sources.is_empty()).then_some(sources)
    }

    fn block(&mut self, tree: &Tree, name: Option<&Arc<str>>) -> Vec<Source> {
        let mut sources = vec![];
        let mut add = |source: Option<(Origin, Tool)>| {
            sources.extend(source.map(|(origin, tool)| Source { name: name.cloned(), origin, tool }));
        };
        if let Some(block) = tree.get("helm") {
            add(self.helm(block));
        }
        if let Some(block) = tree.get("kustomize") {
            add(self.kustomize(block));
        }
        if let Some(block) = tree.get("manifests") {
            add(self.directory(block));
            add(self.objects(block));
        }
        if let Some(block) = tree.get("plugin") {
            add(self.folder(block, Nature::Any).map(|origin| (origin, Tool::Plugin(plugin(Fields(Some(block)))))));
        }
        sources
    }

    /// A folder of the platform's repository or of another.
    fn folder(&mut self, block: &Tree, nature: Nature) -> Option<Origin> {
        let fields = Fields(Some(block));
        let path: Arc<str> = fields.text("path")?.trim_end_matches('/').into();
        let Some(url) = repository_url(self.db, fields) else {
            if fields.tree("repo").is_some() {
                return None;
            }
            if let Some(revision) = fields.tree("revision") {
                self.report(
                    codes::EXCLUSIVE_ATTRIBUTES,
                    revision.span(),
                    "`revision` without `repo`",
                    "the platform's own repository has the platform's revision",
                );
            }
            check_folder(self.db, block, &path, nature, self.sink);
            return Some(Origin::Own(path));
        };
        let revision = fields.text("revision").unwrap_or_else(|| "HEAD".into());
        self.pinned(block, &revision);
        Some(Origin::Git { url, revision, path })
    }

    /// What runs in a protected environment changes by a commit to the platform, and not by one to somewhere else.
    fn pinned(&mut self, block: &Tree, revision: &str) {
        let clusters: Vec<&str> =
            self.clusters.iter().filter(|cluster| cluster.protected).map(|cluster| cluster.name.as_ref()).collect();
        let Some(tree) = block.get("revision").or(block.get("path")) else { return };
        if !clusters.is_empty() && floats(revision) {
            let message = format!("revision `{revision}` floats, and runs on {}", some(&clusters));
            self.sink.push(
                Diagnostic::new(codes::UNPINNED_VERSION, tree.span(), message)
                    .note("a commit to the other repository changes what runs in a protected environment, all clusters at once")
                    .help("write a tag or a commit: `revision = \"v1.2.3\"`")
                    .offer("Follow a tag", tagged(block, tree.span(), revision)),
            );
        }
    }

    fn kustomize(&mut self, block: &Tree) -> Option<(Origin, Tool)> {
        let origin = self.folder(block, Nature::Kustomization)?;
        check_files(self.db, block, "components", self.sink);
        if let (Origin::Git { .. }, Some(components)) = (&origin, block.get("components")) {
            let help = "put them into the base's own repository, or the base into the platform's";
            self.report(
                codes::EXCLUSIVE_ATTRIBUTES,
                components.span(),
                "`components` of this repository, but a base of another",
                help,
            );
        }
        Some((origin, Tool::Kustomize(kustomize(Fields(Some(block))))))
    }

    fn helm(&mut self, block: &Tree) -> Option<(Origin, Tool)> {
        let fields = Fields(Some(block));
        let origin = match (fields.text("chart"), fields.tree("path")) {
            (Some(_), Some(path)) => {
                self.report(
                    codes::EXCLUSIVE_ATTRIBUTES,
                    path.span(),
                    "`chart` and `path` exclude each other",
                    "a chart is in a chart repository (`repo`, `chart`, `version`) or in Git (`path`)",
                );
                None
            }
            (Some(chart), None) => self.chart(block, chart),
            (None, Some(_)) => self.folder(block, Nature::Chart),
            (None, None) if block.is_broken() => None,
            (None, None) => {
                self.report(
                    codes::MISSING_ATTRIBUTE,
                    block.span(),
                    "`helm` has neither `chart` nor `path`",
                    "write `repo`, `chart` and `version` for a chart repository, or `path` for a chart in Git",
                );
                None
            }
        };
        let (origin, release) = (origin?, self.release(fields));
        check_files(self.db, block, "value_files", self.sink);
        if let Origin::Own(folder) = &origin {
            let has_parameters = !release.parameters.is_empty();
            let given = Given {
                values: fields.tree("values"),
                files: &release.value_files,
                has_parameters,
                span: block.span(),
            };
            check_values(self.db, folder, &given, self.sink);
        }
        Some((origin, Tool::Helm(release)))
    }

    fn chart(&mut self, block: &Tree, chart: Arc<str>) -> Option<Origin> {
        let fields = Fields(Some(block));
        for name in ["repo", "version"] {
            if fields.tree(name).is_none() {
                self.sink.push(
                    Diagnostic::new(
                        codes::MISSING_ATTRIBUTE,
                        block.span(),
                        format!("`helm` has a `chart`, but no `{name}`"),
                    )
                    .note("Argo CD finds a chart by its repository, its name and its version")
                    .help(format!("write `{name} = \"...\"`"))
                    .lacks(name, None),
                );
            }
        }
        let (url, version) = (repository_url(self.db, fields)?, fields.text("version")?);
        let floats =
            version.contains(['*', '>', '<', '^', '~', '|', ' ']) || version.split('.').any(|part| part == "x");
        if let (true, Some(tree)) = (floats, fields.tree("version")) {
            let finding = Diagnostic::new(codes::UNPINNED_VERSION, tree.span(), format!("version `{version}` floats"))
                .note("what runs then changes without a commit")
                .help("write one version, such as `1.2.3`");
            self.sink.push(match lowest(&version) {
                Some(pinned) => finding.offer(
                    format!("Take version {pinned}"),
                    Change::Word { within: tree.span(), from: version.to_string(), to: pinned },
                ),
                None => finding,
            });
        }
        let url = url.strip_prefix("oci://").map_or_else(|| Arc::clone(&url), Arc::from);
        Some(Origin::Chart { url, chart, version })
    }

    fn release(&mut self, fields: Fields<'_>) -> Helm {
        let workload = &self.head.identity.workload;
        let usual = self.item.map_or(workload.len(), |item| workload.len() + 1 + item.len());
        if let (true, None, Some(span)) = (usual > 53, fields.tree("release"), fields.0.map(Tree::span)) {
            self.sink.push(
                Diagnostic::new(codes::NAME_TOO_LONG, span, format!("the release's name has {usual} characters"))
                    .note(
                        "it is the service's name, with the item of `each` behind it; Helm takes at most 53 characters",
                    )
                    .help("write `release = \"...\"` with a shorter name"),
            );
        }
        let flags = [
            ("skip_crds", "skipCrds"),
            ("skip_tests", "skipTests"),
            ("skip_schema_validation", "skipSchemaValidation"),
            ("pass_credentials", "passCredentials"),
        ];
        Helm {
            release: fields.text("release"),
            values: fields.tree("values").map(Tree::value),
            value_files: fields.texts("value_files"),
            parameters: fields.text_map("parameters"),
            flags: flags.into_iter().filter(|(key, _)| fields.flag(key, false)).map(|(_, field)| field).collect(),
            kube_version: fields.text("kube_version"),
            api_versions: fields.texts("api_versions"),
        }
    }

    fn directory(&mut self, block: &Tree) -> Option<(Origin, Tool)> {
        let fields = Fields(Some(block));
        if fields.tree("path").is_none() {
            if fields.tree("object").is_none() && !block.is_broken() {
                self.report(
                    codes::MISSING_ATTRIBUTE,
                    block.span(),
                    "`manifests` has neither `path` nor objects",
                    "write `path = \"...\"` or `object \"v1\" \"Kind\" name { }`",
                );
            }
            return None;
        }
        let tool = Tool::Directory {
            recurse: fields.flag("recurse", false),
            include: fields.text("include"),
            exclude: fields.text("exclude"),
        };
        Some((self.folder(block, Nature::Manifests)?, tool))
    }

    fn objects(&mut self, block: &Tree) -> Option<(Origin, Tool)> {
        let Some(Tree::Branch(objects, _)) = block.get("object") else { return None };
        let mut read: Vec<(Object, Span)> = vec![];
        for object in objects.values() {
            if object.is_broken() {
                continue;
            }
            let text = |path: &[&str]| object.at(path).map(Tree::value).and_then(|value| value.as_text().cloned());
            let (Some(api_version), Some(kind), Some(name)) =
                (text(&["apiVersion"]), text(&["kind"]), text(&["metadata", "name"]))
            else {
                continue;
            };
            let same = |(other, _): &&(Object, Span)| {
                (&other.api_version, &other.kind, &other.name) == (&api_version, &kind, &name)
            };
            if let Some((_, first)) = read.iter().find(same) {
                self.sink.push(
                    Diagnostic::new(
                        codes::DUPLICATE_KEY,
                        object.span(),
                        format!("`{kind}` `{name}` stands here twice"),
                    )
                    .also(*first, "the same object")
                    .note("objects are merged where their heads are written alike")
                    .help("write the name as it is written there"),
                );
                continue;
            }
            read.push((Object { api_version, kind, name, content: object.value() }, object.span()));
        }
        let mut read: Vec<Object> = read.into_iter().map(|(object, _)| object).collect();
        read.sort_by(|left, right| {
            (&left.kind, &left.name, &left.api_version).cmp(&(&right.kind, &right.name, &right.api_version))
        });
        Some((Origin::Written, Tool::Objects(read)))
    }
}

/// Whether a block names no source at all; one that is named and wrong has been reported.
fn says_no_source(tree: &Tree) -> bool {
    ["helm", "kustomize", "manifests", "plugin"].iter().all(|key| tree.get(key).is_none())
}

/// Whether there are further sources or secrets; what is wrong in one has been reported.
fn has_blocks(tree: &Tree) -> bool {
    let has = |key: &str| matches!(tree.get(key), Some(Tree::Branch(blocks, _)) if !blocks.is_empty());
    has("source") || has("secret")
}

/// The largest whole number in a value, without its sign.
fn largest(value: &Value) -> u64 {
    match value {
        Value::Int(number) => number.unsigned_abs(),
        Value::List(items) => items.iter().map(largest).max().unwrap_or(0),
        Value::Object(object) => object.values().map(largest).max().unwrap_or(0),
        _ => 0,
    }
}

/// Whether a Git revision may move: a branch or a range. A name without a digit is taken for a branch.
fn floats(revision: &str) -> bool {
    let name = revision.strip_prefix("refs/tags/").unwrap_or(revision);
    revision.starts_with("refs/heads/")
        || name.contains(['*', '^', '~', '<', '>', ' '])
        || (!revision.starts_with("refs/tags/") && !name.contains(|character: char| character.is_ascii_digit()))
}

/// Names a tag where a branch stands, or nothing at all.
fn tagged(block: &Tree, at: Span, revision: &str) -> Change {
    const TAG: &str = "v1.2.3";
    match block.get("revision") {
        Some(_) => Change::Word { within: at, from: revision.to_owned(), to: TAG.to_owned() },
        None => Change::Entry { in_block_of: at, key: "revision".to_owned(), value: Some(format!("\"{TAG}\"")) },
    }
}

/// The lowest version of a range, as far as it names one.
fn lowest(range: &str) -> Option<String> {
    let first = range.split(['|', ',', ' ']).map(|part| part.trim_start_matches(['^', '~', '>', '=', '<', 'v']));
    let first = first.into_iter().find(|part| part.starts_with(|character: char| character.is_ascii_digit()))?;
    let zero = |part: &str| if matches!(part, "x" | "X" | "*" | "") { "0".to_owned() } else { part.to_owned() };
    let parts: Vec<String> = first.splitn(3, '.').map(zero).chain(["0", "0"].map(str::to_owned)).take(3).collect();
    Some(parts.join("."))
}

fn kustomize(fields: Fields<'_>) -> Kustomize {
    let replicas = fields.map("replicas").into_iter().filter_map(|(name, value)| match value {
        Value::Int(count) => Some((name, count)),
        _ => None,
    });
    Kustomize {
        images: fields.texts("images"),
        replicas: replicas.collect(),
        patches: fields.values("patches").to_vec(),
        components: fields.texts("components"),
        labels: fields.text_map("labels"),
        annotations: fields.text_map("annotations"),
        name_prefix: fields.text("name_prefix"),
        name_suffix: fields.text("name_suffix"),
    }
}

fn plugin(fields: Fields<'_>) -> Plugin {
    Plugin { name: fields.text("name"), env: fields.text_map("env"), parameters: fields.map("parameters") }
}
