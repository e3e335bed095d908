//! Everything but the services, resolved.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::access;
use super::entities::{
    Cluster, DefaultProject, Deliver, Environment, Estate, Forge, Generator, Health, Hub, Layer, Order, Platform,
    Promotion, Repository, RepositoryKind, Role, Settings, Store, StoreKind, Team,
};
use super::fields::Fields;
use super::identity::{identity, kept_by_a_team, project_of_others};
use super::scheme::Scheme;
use super::{auth, promoter, secrets};
use crate::db::{Content, Db, Workspace};
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::names::{Item, body, declarations, doc, name_span, names};
use crate::overlays::{
    Collector, Contributions, Facts, Frame, Level, Narrowness, Place, Target, Tree, conform, merge, scope_in,
    strongest_first,
};
use crate::schema::{self, Kind, Version};
use crate::source::Site;
use crate::syntax::ast::{EntryKind, Expr};
use crate::text::TextRange;
use crate::values::{Ambients, Names, Value, World};

/// The estate with what was found on the way.
#[derive(Debug, PartialEq, Eq)]
struct Checked {
    estate: Estate,
    worlds: Vec<World>,
    diagnostics: Vec<Diagnostic>,
}

/// Everything but the services.
#[salsa::tracked]
pub fn estate(db: &dyn Db) -> Estate {
    checked_estate(db).estate.clone()
}

/// The clusters as expressions see them, in the order of the estate's.
#[salsa::tracked]
pub fn worlds(db: &dyn Db) -> Vec<World> {
    checked_estate(db).worlds.clone()
}

/// What is wrong with anything but the services.
pub fn estate_diagnostics(db: &dyn Db) -> &[Diagnostic] {
    &checked_estate(db).diagnostics
}

#[salsa::tracked]
fn checked_estate(db: &dyn Db) -> Checked {
    let mut reader = Reader { db, names: names(db), sink: Sink::default() };
    let mut estate = Estate {
        platform: reader.platform(),
        hubs: reader.all(Kind::Hub, Reader::hub),
        teams: reader.all(Kind::Team, Reader::team),
        environments: reader.all(Kind::Environment, Reader::environment),
        layers: reader.all(Kind::Layer, Reader::layer),
        repositories: reader.all(Kind::Repository, Reader::repository),
        stores: reader.all(Kind::Store, Reader::store),
        healths: reader.all(Kind::Health, Reader::health),
        roles: reader.roles(),
        clusters: vec![],
        by_name: FxHashMap::default(),
    };
    if estate.hubs.is_empty() {
        estate.hubs.push(default_hub());
    }
    let mut worlds = vec![];
    for item in declarations(db).of(db, Kind::Cluster) {
        if let Some((cluster, world)) = reader.cluster(item, &estate) {
            estate.by_name.insert(Arc::clone(&cluster.name), estate.clusters.len());
            estate.clusters.push(cluster);
            worlds.push(world);
        }
    }
    reader.duplicate_servers(&estate);
    Checked { estate, worlds, diagnostics: reader.sink.finish() }
}

fn default_hub() -> Hub {
    Hub {
        name: "main".into(),
        doc: None,
        version: Version::of(3, 5),
        namespace: "argocd".into(),
        settings: Settings::Apply,
        sync_timeout: 1800,
        impersonation: false,
        default_project: DefaultProject::Hardened,
    }
}

struct Reader<'db> {
    db: &'db dyn Db,
    names: Names<'db>,
    sink: Sink,
}

impl<'db> Reader<'db> {
    fn all<T>(&mut self, kind: Kind, read: fn(&mut Self, Item<'db>, Fields<'_>) -> Option<T>) -> Vec<T> {
        let items: Vec<_> = declarations(self.db).of(self.db, kind).collect();
        let read = items.into_iter().filter_map(|item| {
            let tree = self.resolve(item)?;
            read(self, item, Fields(Some(&tree)))
        });
        read.collect()
    }

    /// The block of an item, with its types checked.
    fn resolve(&mut self, item: Item<'db>) -> Option<Tree> {
        let tree = self.said(item)?;
        Some(self.conform(item, tree, Target { version: None }))
    }

    /// The block of an item.
    fn said(&mut self, item: Item<'db>) -> Option<Tree> {
        let named = body(self.db, item)?;
        let mut contributions = Contributions::default();
        self.collect(item, Level::Own, &mut contributions);
        contributions.list.retain(|line| {
            !matches!(line.path.first().map(AsRef::as_ref), Some("vars" | "defaults" | "names" | "freeze"))
        });
        Some(self.merge(&contributions, None, self.site(item).span(named.word.range)))
    }

    /// What a block says, with its types checked.
    fn conform(&mut self, item: Item<'db>, tree: Tree, target: Target) -> Tree {
        conform(tree, &schema::kind(item.kind(self.db)).body, target, &mut self.sink)
    }

    fn site(&self, item: Item<'db>) -> Site {
        item.decl(self.db).site(self.db)
    }

    /// What the declaration says; mistakes that need no values are found by its own check.
    fn collect(&self, item: Item<'db>, level: Level, contributions: &mut Contributions<'db>) {
        let Some(named) = body(self.db, item) else { return };
        let frame = Frame { site: self.site(item), level, locals: item.locals(self.db).to_vec(), deferred: vec![] };
        let mut collector =
            Collector { db: self.db, names: self.names, item: None, contributions, sink: &mut Sink::default() };
        collector.collect(frame, &named.body, &schema::kind(item.kind(self.db)).body, Place::Plain);
    }

    fn merge(&mut self, contributions: &Contributions<'db>, world: Option<&'db World>, origin: Span) -> Tree {
        let facts = Facts { db: self.db, names: self.names, clusters: &[], each: None };
        let ambients = if world.is_some() { Ambients::Condition } else { Ambients::None };
        let locals: Vec<_> = contributions.frames.iter().map(|frame| frame.locals.clone()).collect();
        merge_owned(facts, contributions, &locals, ambients, world, origin, &mut self.sink)
    }

    fn doc(&self, item: Item<'db>) -> Option<Arc<str>> {
        doc(self.db, item)
    }

    fn platform(&mut self) -> Option<Platform> {
        let mut items = declarations(self.db).of(self.db, Kind::Platform);
        let Some(item) = items.next() else {
            self.missing_platform();
            return None;
        };
        if let Some(second) = items.next() {
            let message = "a platform is declared once";
            self.sink.push(
                Diagnostic::new(codes::DUPLICATE_DECLARATION, name_span(self.db, second), message)
                    .also(name_span(self.db, item), "the first one"),
            );
        }
        let tree = self.resolve(item)?;
        secrets::check_registered(&tree, &mut self.sink);
        let fields = Fields(Some(&tree));
        let trimmed = |path: Option<Arc<str>>, otherwise: &str| -> Arc<str> {
            let path = path.unwrap_or_else(|| otherwise.into());
            path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/").into()
        };
        Some(Platform {
            name: Arc::clone(item.name(self.db)),
            doc: self.doc(item),
            repo: fields.text("repo")?,
            revision: full_revision(&fields.text("revision").unwrap_or_else(|| "main".into())),
            folder: trimmed(fields.text("folder"), "."),
            output: trimmed(fields.text("output"), "infra"),
            admins: fields.texts("admins"),
            codeowners: forge(fields.text("codeowners").as_deref()),
            promotion: self.promotion(fields),
            order: if fields.text("order").as_deref() == Some("always") { Order::Always } else { Order::Bootstrap },
            names: self.scheme(item),
            labels: fields.text_map("labels"),
        })
    }

    fn promotion(&mut self, fields: Fields<'_>) -> Option<Promotion> {
        let said = fields.tree("promoter");
        match (fields.text("promotion").as_deref(), said) {
            (Some("gitops-promoter"), _) => {
                Some(Promotion::GitOpsPromoter(promoter::read(fields.block("promoter"), fields, &mut self.sink)))
            }
            (Some(_), None) => Some(Promotion::Kargo),
            (None, None) => None,
            (other, Some(said)) => {
                let message = "nothing asks how GitOps Promoter reaches the repository";
                self.sink.push(
                    Diagnostic::new(codes::PROMOTES_NOTHING, said.span(), message)
                        .help("write `promotion = gitops-promoter`, or take `promoter` away"),
                );
                other.map(|_| Promotion::Kargo)
            }
        }
    }

    fn missing_platform(&mut self) {
        let workspace = Workspace::get(self.db);
        let Some(file) = workspace.files(self.db).get(workspace.main(self.db)) else { return };
        if !matches!(file.content(self.db), Content::Text(_)) {
            return;
        }
        let span = Span { file: *file, anchor: None, range: TextRange::default() };
        self.sink.push(
            Diagnostic::new(codes::MISSING_DECLARATION, span, "no platform is declared")
                .help("write `platform NAME { repo = \"https://...\" }`")
                .declare(Kind::Platform.word(), "platform"),
        );
    }

    fn scheme(&mut self, item: Item<'db>) -> Scheme {
        let Some(expr) = attribute(self.db, item, "names") else { return Scheme::default() };
        Scheme::read(expr).unwrap_or_else(|| {
            self.sink.push(
                Diagnostic::new(codes::BAD_VALUE, self.site(item).span(expr.range), "this is no scheme for names")
                    .note("names must be known from service, item, cluster, environment and region alone")
                    .help("use `${service}`, `${cluster}`, `${item}`, `${env}` and `${region}`"),
            );
            Scheme::default()
        })
    }

    fn hub(&mut self, item: Item<'db>, fields: Fields<'_>) -> Option<Hub> {
        let default = default_hub();
        let fragment = fields.text("settings").as_deref() == Some("fragment");
        Some(Hub {
            name: Arc::clone(item.name(self.db)),
            doc: self.doc(item),
            version: fields.text("argocd").and_then(|text| Version::parse(&text)).unwrap_or(default.version),
            namespace: fields.text("namespace").unwrap_or(default.namespace),
            settings: if fragment { Settings::Fragment } else { Settings::Apply },
            sync_timeout: fields.text("sync_timeout").map_or(default.sync_timeout, |text| seconds(&text)),
            impersonation: self.impersonation(fields),
            default_project: match fields.text("default_project").as_deref() {
                Some("untouched") => DefaultProject::Untouched,
                _ => DefaultProject::Hardened,
            },
        })
    }

    /// Only since 3.5 what has no `ServiceAccount`, such as the roots, may keep the rights of Argo CD itself.
    fn impersonation(&mut self, fields: Fields<'_>) -> bool {
        let wanted = fields.flag("impersonation", false);
        let version = fields.text("argocd").and_then(|text| Version::parse(&text));
        if let (true, Some(tree), Some(version)) = (wanted, fields.tree("impersonation"), version)
            && version < Version::of(3, 5)
        {
            self.sink.push(
                Diagnostic::new(
                    codes::NEWER_THAN_TARGET,
                    tree.span(),
                    format!("`impersonation` needs Argo CD 3.5, and the hub has {version}"),
                )
                .note("before 3.5 a sync without a ServiceAccount of its own fails, that of the roots too")
                .help("leave it away, or raise `argocd` in the hub")
                .superfluous("Take `impersonation` away", Some("impersonation")),
            );
        }
        wanted
    }

    /// The roles that there always are, and those that are declared.
    fn roles(&mut self) -> Vec<Role> {
        let mut spans = BTreeMap::new();
        for item in declarations(self.db).of(self.db, Kind::Role) {
            if schema::ROLES.iter().any(|role| role.name == item.name(self.db).as_ref()) {
                self.sink.push(reserved(self.db, item, "every platform has a role of this name"));
            } else if ["view", "edit", "cluster-admin"].contains(&item.name(self.db).as_ref()) {
                self.sink.push(reserved(
                    self.db,
                    item,
                    "Kubernetes has a ClusterRole of this name, and bindings are called after it",
                ));
            }
            spans.insert(Arc::clone(item.name(self.db)), name_span(self.db, item));
        }
        let mut roles: Vec<Role> = schema::ROLES.iter().map(built_in).collect();
        let declared = self.all(Kind::Role, Reader::role);
        roles.extend(declared.into_iter().filter(|role| !schema::ROLES.iter().any(|known| known.name == &*role.name)));
        let roles = access::close(roles, &spans, &mut self.sink);
        access::check_roles(&roles, &spans, &mut self.sink);
        roles
    }

    fn role(&mut self, item: Item<'db>, fields: Fields<'_>) -> Option<Role> {
        let actions = fields.texts("actions");
        Some(Role {
            name: Arc::clone(item.name(self.db)),
            doc: self.doc(item),
            includes: fields.texts("includes"),
            actions: actions.iter().filter_map(|word| schema::action_of(word)).map(|action| action.name).collect(),
            cluster_role: fields.text("cluster_role"),
        })
    }

    fn team(&mut self, item: Item<'db>, fields: Fields<'_>) -> Option<Team> {
        let name = item.name(self.db);
        let identity = identity(self.db, Kind::Team, name).workload;
        if let Some(why) = project_of_others(name) {
            self.sink.push(reserved(self.db, item, why));
        } else if let Some(why) = project_of_others(&identity) {
            self.sink.extend(kept_by_a_team(self.db, name, &identity, why));
        }
        Some(Team {
            name: Arc::clone(name),
            identity,
            doc: self.doc(item),
            sso: fields.texts("sso"),
            github: fields.text("github"),
            gitlab: fields.text("gitlab"),
            contact: fields.text("contact"),
            links: fields.text_map("links"),
        })
    }

    fn environment(&mut self, item: Item<'db>, fields: Fields<'_>) -> Option<Environment> {
        Some(Environment {
            name: Arc::clone(item.name(self.db)),
            doc: self.doc(item),
            after: fields.texts("after"),
            protected: fields.flag("protected", false),
        })
    }

    fn layer(&mut self, item: Item<'db>, fields: Fields<'_>) -> Option<Layer> {
        const RESERVED: [&str; 7] =
            ["clusters", "argocd", "application-sets", "promotion", "foundation", "cluster", "root"];
        if RESERVED.contains(&item.name(self.db).as_ref()) {
            self.sink.push(reserved(self.db, item, "the tree has a folder or an Application of this name already"));
        }
        let kinds = fields.texts("cluster_resources");
        Some(Layer {
            name: Arc::clone(item.name(self.db)),
            doc: self.doc(item),
            after: fields.texts("after"),
            deliver: deliver(fields.text("deliver").as_deref()).unwrap_or(Deliver::Applications),
            generator: generator(fields.text("generator").as_deref()).unwrap_or(Generator::List),
            cluster_resources: kinds.iter().map(|kind| group_kind(kind)).collect(),
        })
    }

    fn repository(&mut self, item: Item<'db>, fields: Fields<'_>) -> Option<Repository> {
        secrets::check_registered(fields.0?, &mut self.sink);
        Some(Repository {
            name: Arc::clone(item.name(self.db)),
            url: fields.text("url")?,
            kind: match fields.text("type").as_deref() {
                Some("helm") => RepositoryKind::Helm,
                Some("oci") => RepositoryKind::Oci,
                _ => RepositoryKind::Git,
            },
            credential: fields.text("credential"),
        })
    }

    fn store(&mut self, item: Item<'db>, fields: Fields<'_>) -> Option<Store> {
        let namespaced = fields.text("kind").as_deref() == Some("SecretStore");
        Some(Store {
            name: Arc::clone(item.name(self.db)),
            kind: if namespaced { StoreKind::Namespaced } else { StoreKind::Cluster },
            object: fields.text("name").unwrap_or_else(|| Arc::clone(item.name(self.db))),
            refresh: fields.text("refresh").unwrap_or_else(|| "1h".into()),
        })
    }

    fn health(&mut self, item: Item<'db>, fields: Fields<'_>) -> Option<Health> {
        let (group, kind) = group_kind(item.name(self.db));
        Some(Health { group, kind, lua: fields.text("lua")? })
    }

    fn cluster(&mut self, item: Item<'db>, estate: &Estate) -> Option<(Cluster, World)> {
        let said = self.said(item)?;
        let target = Target { version: target(Fields(Some(&said)), estate) };
        let tree = self.conform(item, said, target);
        secrets::check_registered(&tree, &mut self.sink);
        let fields = Fields(Some(&tree));
        let auth = auth::read(&tree, &mut self.sink);
        let environment = fields.text("env")?;
        let known = estate.environments.iter().find(|known| known.name == environment);
        let cluster = Cluster {
            name: Arc::clone(item.name(self.db)),
            identity: identity(self.db, Kind::Cluster, item.name(self.db)).workload,
            doc: self.doc(item),
            protected: known.is_some_and(|known| known.protected),
            region: fields.text("region"),
            server: fields.text("server")?,
            hub: self.hub_of(item, fields, estate)?,
            labels: fields.text_map("labels"),
            group_prefix: fields.text("group_prefix").unwrap_or_else(|| "".into()),
            register: fields.flag("register", true),
            auth,
            environment,
        };
        let world = World {
            cluster: Some(Arc::clone(&cluster.name)),
            environment: Arc::clone(&cluster.environment),
            region: cluster.region.clone(),
            labels: Arc::new(cluster.labels.clone()),
            vars: Arc::default(),
            service: None,
            owner: None,
            item: None,
        };
        let vars = self.vars(item, &world);
        Some((cluster, World { vars: Arc::new(vars), ..world }))
    }

    fn hub_of(&mut self, item: Item<'db>, fields: Fields<'_>, estate: &Estate) -> Option<Arc<str>> {
        match (fields.text("hub"), estate.hubs.as_slice()) {
            (Some(hub), _) => Some(hub),
            (None, [only]) => Some(Arc::clone(&only.name)),
            (None, _) => {
                let hubs = estate.hubs.iter().map(|hub| hub.name.as_ref()).collect::<Vec<_>>().join(", ");
                self.sink.push(
                    Diagnostic::new(codes::MISSING_ATTRIBUTE, name_span(self.db, item), "`hub` is missing")
                        .note("with several hubs, each cluster says which one deploys to it")
                        .help(format!("the hubs are {hubs}"))
                        .lacks("hub", None),
                );
                None
            }
        }
    }

    /// Platform, then environment, then cluster.
    fn vars(&mut self, item: Item<'db>, world: &World) -> BTreeMap<Arc<str>, Value> {
        let declarations = declarations(self.db);
        let platform = declarations.of(self.db, Kind::Platform).next();
        let environment = declarations.get(Kind::Environment, &world.environment);
        let mut contributions = Contributions::default();
        let levels = [(platform, Level::Platform), (environment, Level::Environment), (Some(item), Level::Own)];
        for (item, level) in levels {
            if let Some(item) = item {
                self.collect(item, level, &mut contributions);
            }
        }
        contributions.list.retain(|line| line.path.first().map(AsRef::as_ref) == Some("vars"));
        let facts = Facts { db: self.db, names: self.names, clusters: &[], each: None };
        let locals: Vec<_> = contributions.frames.iter().map(|frame| frame.locals.clone()).collect();
        let origin = name_span(self.db, item);
        let tree =
            merge_owned(facts, &contributions, &locals, Ambients::Condition, Some(world), origin, &mut self.sink);
        Fields(Some(&tree)).map("vars")
    }

    fn duplicate_servers(&mut self, estate: &Estate) {
        let mut seen = rustc_hash::FxHashMap::default();
        for cluster in &estate.clusters {
            let Some(first) = seen.insert((&cluster.hub, &cluster.server), &cluster.name) else { continue };
            let declarations = declarations(self.db);
            let span = |name: &str| declarations.get(Kind::Cluster, name).map(|item| name_span(self.db, item));
            let (Some(second_span), Some(first_span)) = (span(&cluster.name), span(first)) else { continue };
            self.sink.push(
                Diagnostic::new(
                    codes::DUPLICATE_SERVER,
                    second_span,
                    format!("clusters `{first}` and `{}` have one server: {}", cluster.name, cluster.server),
                )
                .also(first_span, "the other one")
                .note("Argo CD knows a cluster by its server; of two registrations with one server it keeps one"),
            );
        }
    }
}

/// The Argo CD that deploys to a cluster, where that is known before types are checked.
fn target(cluster: Fields<'_>, estate: &Estate) -> Option<Version> {
    let named = cluster.text("hub").and_then(|name| estate.hub(&name));
    named.or(estate.hubs.first().filter(|_| estate.hubs.len() == 1)).map(|hub| hub.version)
}

/// Merges where no condition is to be asked.
pub(super) fn merge_owned(
    facts: Facts<'_>,
    contributions: &Contributions<'_>,
    locals: &[Vec<(Arc<str>, Value)>],
    ambients: Ambients,
    world: Option<&World>,
    origin: Span,
    sink: &mut Sink,
) -> Tree {
    let scope = |line: usize| {
        let frame = contributions.list[line].frame;
        let locals: &[(Arc<str>, Value)] = locals.get(frame).map_or(&[], Vec::as_slice);
        scope_in(facts, contributions, frame, locals, ambients, world)
    };
    let narrowness = Narrowness::default();
    let order = strongest_first(contributions, &narrowness);
    merge(contributions, (&narrowness, &order), &|combination| combination == 0, &scope, origin, sink).tree
}

fn reserved(db: &dyn Db, item: Item<'_>, why: &str) -> Diagnostic {
    let message =
        format!("`{}` can't be the name of {}", item.name(db), crate::diagnostics::with_article(item.kind(db).word()));
    Diagnostic::new(codes::RESERVED_NAME, name_span(db, item), message).note(why)
}

/// The value of an attribute as it is written in an item's block, outside every `when`.
pub(super) fn attribute<'db>(db: &'db dyn Db, item: Item<'db>, name: &str) -> Option<&'db Expr> {
    let named = body(db, item)?;
    named.body.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Assign { key, value, .. } if key.text.as_ref() == name => Some(value),
        _ => None,
    })
}

fn built_in(role: &schema::BuiltInRole) -> Role {
    Role {
        name: role.name.into(),
        doc: Some(role.doc.into()),
        includes: vec![],
        actions: role.actions.iter().copied().collect(),
        cluster_role: role.cluster_role.map(Into::into),
    }
}

/// A branch as a full ref, which costs Argo CD less to resolve; refs and commits stay as they are.
fn full_revision(revision: &str) -> Arc<str> {
    let is_commit = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit || revision == "HEAD" || revision.starts_with("refs/") {
        return revision.into();
    }
    format!("refs/heads/{revision}").into()
}

pub(super) fn deliver(word: Option<&str>) -> Option<Deliver> {
    match word? {
        "applicationset" => Some(Deliver::ApplicationSet),
        _ => Some(Deliver::Applications),
    }
}

fn forge(word: Option<&str>) -> Option<Forge> {
    match word? {
        "gitlab" => Some(Forge::GitLab),
        _ => Some(Forge::GitHub),
    }
}

pub(super) fn generator(word: Option<&str>) -> Option<Generator> {
    match word? {
        "clusters" => Some(Generator::Clusters),
        _ => Some(Generator::List),
    }
}

/// `group/Kind`, `Kind` in the core group, or `*` for all.
fn group_kind(text: &str) -> (Arc<str>, Arc<str>) {
    match text.split_once('/') {
        Some((group, kind)) => (group.into(), kind.into()),
        None if text == "*" => ("*".into(), "*".into()),
        None => ("".into(), text.into()),
    }
}

/// A duration such as `1h30m` in whole seconds; its form has been checked.
pub(super) fn seconds(text: &str) -> u64 {
    let mut total = 0.0;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let (number, after) = rest.split_at(at);
        let unit_end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        let factor = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            _ => 0.001,
        };
        total += number.parse::<f64>().unwrap_or(0.0) * factor;
        rest = next;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a duration is small and not negative")]
    let total = total.ceil() as u64;
    total
}
