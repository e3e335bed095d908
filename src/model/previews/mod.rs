//! Previews: what a service is for a pull request.

mod pulls;

use std::sync::Arc;

pub use pulls::{Forge as PullForge, PullRequests, Token};

use super::access::Rights;
use super::bounds::Bounds;
use super::entities::{Cluster, Deliver};
use super::estates::{estate, seconds};
use super::fields::Fields;
use super::gather::{Asked, first, gather_preview, nested};
use super::heads::{Head, Need, Slot, head, needs};
use super::limits::{self, Limits};
use super::lower::{Instances, lower};
use super::objects::{Brought, objects};
use super::placement::reference;
use super::services::{Service, Variant};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::names::{Item, body, doc, sink_of};
use crate::overlays::{Naming, Target, Tree, conform, conform_key};
use crate::schema::{Kind, PREVIEW, SERVICE_DEFAULTS};
use crate::syntax::ast::{Block, EntryKind, Expr};
use crate::values::{facts_in, with_facts, with_samples};

/// For how long workloads of a preview run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeToLive {
    /// So many seconds.
    pub seconds: u64,
    /// The image that removes them.
    pub image: Arc<str>,
}

/// What a service is for a pull request. Its texts may hold what is known of one: see [`crate::values::with_facts`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The service with one instance, which is no part of the platform: that of any pull request.
    pub service: Service,
    /// The cluster that it runs on.
    pub cluster: Arc<str>,
    /// Which pull requests.
    pub pulls: PullRequests,
    /// Its namespace.
    pub namespace: Arc<str>,
    /// How many there may be at once.
    pub limit: i64,
    /// For how long workloads run.
    pub ttl: Option<TimeToLive>,
    /// What bounds each.
    pub bounds: Bounds,
    /// What it needs.
    pub needs: Vec<Need>,
    /// The needed services of which those elsewhere do.
    pub shared: Vec<Arc<str>>,
}

impl Preview {
    /// What it grants.
    #[must_use]
    pub fn rights(&self) -> Rights {
        let variants = self.service.variants.iter();
        Rights { groups: variants.map(|variant| (variant.spec.access.clone(), variant.instances.clone())).collect() }
    }

    /// The pattern that all its namespaces match, as an `AppProject` takes it.
    #[must_use]
    pub fn pattern(&self) -> String {
        with_facts(&self.namespace, |_| "*".to_owned()).into_owned()
    }

    /// The namespace in which previews take the slots that there are. It matches the pattern, and is no preview's: the
    /// number of a pull request has no letters.
    #[must_use]
    pub fn slots(&self) -> String {
        with_facts(&self.namespace, |_| "slots".to_owned()).into_owned()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Checked {
    preview: Option<Arc<Preview>>,
    diagnostics: Vec<Diagnostic>,
}

/// The preview of a service, if it has one that can be known.
#[salsa::tracked]
pub fn preview<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<Preview>> {
    checked_preview(db, item).preview.clone()
}

/// What is wrong with the preview of a service.
pub fn preview_diagnostics<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db [Diagnostic] {
    &checked_preview(db, item).diagnostics
}

/// Where an attribute of a preview stands; without a line of its own, the preview itself.
pub(crate) fn preview_span(db: &dyn Db, item: Item<'_>, key: &str) -> Option<Span> {
    let block = block(db, item)?;
    let range = setting(block, key).map_or(block.range, |expr| expr.range);
    Some(item.decl(db).site(db).span(range))
}

/// Where a preview says something, as a value or as a block.
pub(crate) fn preview_line(db: &dyn Db, item: Item<'_>, key: &str) -> Option<Span> {
    let range = block(db, item)?.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Assign { key: found, .. } | EntryKind::Nested { key: found, .. } if found.text.as_ref() == key => {
            Some(found.range)
        }
        _ => None,
    })?;
    Some(item.decl(db).site(db).span(range))
}

#[salsa::tracked]
fn checked_preview<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let mut sink = sink_of(db, item);
    let read = block(db, item).zip(head(db, item).as_ref());
    let preview = read.and_then(|(block, head)| Reader { db, item, block, head, sink: &mut sink }.read());
    Checked { preview: preview.map(Arc::new), diagnostics: sink.finish() }
}

fn block<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<&'db Block> {
    nested(&body(db, item)?.body, "preview")
}

fn setting<'b>(block: &'b Block, key: &str) -> Option<&'b Expr> {
    block.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Assign { key: found, value, .. } if found.text.as_ref() == key => Some(value),
        _ => None,
    })
}

struct Reader<'r, 'db> {
    db: &'db dyn Db,
    item: Item<'db>,
    block: &'db Block,
    head: &'db Head,
    sink: &'r mut Sink,
}

impl<'db> Reader<'_, 'db> {
    fn read(&mut self) -> Option<Preview> {
        if self.head.each.is_some() {
            self.no_items();
            return None;
        }
        let cluster = self.cluster()?;
        let tree = self.tree(&cluster.name)?;
        let sampled = self.without_long_namespace(tree.map_texts(&|text| with_samples(text).into()));
        let target = Target { version: estate(self.db).oldest_target([cluster.name.as_ref()].into_iter()) };
        let settings = conform(sampled.get("preview")?.clone(), PREVIEW, target, self.sink);
        let pulls = pulls::read(Fields(Some(&settings)), target, self.sink);
        let namespace = Fields(tree.get("preview")).text("namespace");
        let bounds = self.bounds(&settings);
        self.namespace(&settings, namespace.as_deref());
        let needed = conform_key(&sampled, &SERVICE_DEFAULTS, "needs", self.sink);
        let service = self.service(cluster, &tree, &sampled, target, namespace.as_ref()?)?;
        let fields = Fields(Some(&settings));
        Some(Preview {
            service,
            cluster: Arc::clone(&cluster.name),
            pulls: pulls?,
            namespace: namespace?,
            limit: fields.int("limit", 10),
            ttl: time_to_live(fields),
            bounds,
            needs: needs(needed.as_ref()),
            shared: fields.texts("shared"),
        })
    }

    fn span(&self, key: &str) -> Span {
        let range = setting(self.block, key).map_or(self.block.range, |expr| expr.range);
        self.item.decl(self.db).site(self.db).span(range)
    }

    fn no_items(&mut self) {
        let finding = Diagnostic::new(
            codes::EXCLUSIVE_ATTRIBUTES,
            self.span(""),
            "a service with `each` has no preview of its own",
        );
        let note = "a preview is one instance, and each item would be another";
        self.sink.push(finding.note(note).help("declare a service without `each` for previews"));
    }

    fn cluster(&mut self) -> Option<&'db Cluster> {
        let Some(expr) = setting(self.block, "cluster") else {
            let finding = Diagnostic::new(codes::MISSING_ATTRIBUTE, self.span(""), "`cluster` is missing");
            self.sink.push(finding.help("cluster: the cluster that previews run on").lacks("cluster", None));
            return None;
        };
        let name = reference(self.db, self.item, expr, Kind::Cluster, self.sink)?;
        let cluster = estate(self.db).cluster(&name)?;
        if cluster.protected {
            let message = format!("`{name}` is in `{}`, which is protected", cluster.environment);
            self.sink.push(
                Diagnostic::new(codes::PREVIEW_PROTECTED, self.span("cluster"), message)
                    .note("what opens a pull request would run there, and be deleted with it, without anybody's word")
                    .help("take a cluster of an environment that is not protected"),
            );
        }
        Some(cluster)
    }

    /// Everything that the service and its preview say, on the preview's cluster.
    fn tree(&mut self, cluster: &Arc<str>) -> Option<Tree> {
        let matters = |key: &str| key == "preview" || key != "rollout" && SERVICE_DEFAULTS.attribute(key).is_some();
        // What is wrong with the template has been reported with the head.
        let mut reported = sink_of(self.db, self.item);
        let gathered =
            gather_preview(self.db, self.item, &first(matters), &mut reported).filter(|_| !reported.has_errors())?;
        let index = estate(self.db).clusters.iter().position(|known| known.name == *cluster)?;
        let asked = [Asked { cluster: index, item: None }];
        let groups = gathered.grouped(&asked, Naming::Known, self.sink);
        let tree = gathered.resolve(groups.first()?, self.sink).tree;
        let Tree::Branch(children, span) = tree else { return None };
        Some(Tree::Branch(children, span))
    }

    /// What the service is in a preview. It is checked as it may look, and kept with what is known of a pull request.
    fn service(
        &mut self,
        cluster: &'db Cluster,
        tree: &Tree,
        sampled: &Tree,
        target: Target,
        namespace: &Arc<str>,
    ) -> Option<Service> {
        let head = Arc::new(self.preview_head(&cluster.name));
        let instances = Instances { head: &head, item: None, clusters: vec![cluster] };
        let sample = Fields(sampled.get("preview")).text("namespace")?;
        let checked =
            conform(of_service(sampled, &sample, self.span("namespace")), &SERVICE_DEFAULTS, target, self.sink);
        let looks = lower(self.db, &instances, &checked, self.sink)?;
        self.brings(&objects(self.db, &instances, &checked, &looks, &mut Sink::default()), &sample);
        let tree = of_service(tree, namespace, self.span("namespace"));
        let mut reported = Sink::default();
        let spec = lower(self.db, &instances, &tree, &mut reported)?;
        Some(Service {
            head: Arc::clone(&head),
            doc: doc(self.db, self.item),
            file: self.item.decl(self.db).file(self.db).path(self.db).into(),
            variants: vec![Variant { spec: Arc::new(spec), instances: vec![0] }],
            rollout: None,
        })
    }

    /// A preview brings its namespace and what is in it: the rest is there once, and its project permits nothing else.
    fn brings(&mut self, all: &[Brought], namespace: &str) {
        for object in all.iter().filter(|object| object.namespace.as_ref() != namespace) {
            let message = if object.namespace.is_empty() {
                format!(
                    "each preview would bring `{}` `{}`, which is there once for the whole cluster",
                    object.kind, object.name
                )
            } else {
                format!(
                    "each preview would bring `{}` `{}` of namespace `{}`",
                    object.kind, object.name, object.namespace
                )
            };
            self.sink.push(
                Diagnostic::new(codes::PREVIEW_BRINGS, object.span, message)
                    .also(self.span(""), "the preview")
                    .note("the project of previews permits their own namespaces and nothing else, so the whole sync would fail")
                    .help("put it into a service of its own that this one needs, or unset it in the preview"),
            );
        }
    }

    fn preview_head(&self, cluster: &Arc<str>) -> Head {
        Head {
            project: format!("preview.{}", self.head.identity.workload).into(),
            deliver: Deliver::ApplicationSet,
            instances: vec![Slot { cluster: Arc::clone(cluster), item: None }],
            needs: vec![],
            needs_of: vec![],
            selector: None,
            ..self.head.clone()
        }
    }

    /// A namespace that some pull requests make too long is reported, and read as one that is not.
    fn without_long_namespace(&mut self, sampled: Tree) -> Tree {
        let Some(longest) = Fields(sampled.get("preview")).text("namespace").filter(|text| text.len() > 63) else {
            return sampled;
        };
        let message = format!("this may have {} characters", longest.len());
        self.sink.push(
            Diagnostic::new(codes::NAME_TOO_LONG, self.span("namespace"), message)
                .note("a namespace has at most 63; numbers may have 10, and what is made of a branch has at most 30")
                .help("shorten the words in it, or leave `pr.slug` away"),
        );
        sampled.map_texts(&|text| if *text == longest { "short".into() } else { Arc::clone(text) })
    }

    /// Each preview has a namespace of its own, and each can be one.
    fn namespace(&mut self, settings: &Tree, namespace: Option<&str>) {
        let (Some(text), true) = (namespace, settings.get("namespace").is_some()) else { return };
        if facts_in(text).any(|fact| fact.name == "number") {
            return;
        }
        self.sink.push(
            Diagnostic::new(codes::PREVIEW_NAMESPACE, self.span("namespace"), "two previews could be in one namespace")
                .note("only the number tells every pull request from every other: two branches may make one name")
                .help("put `${pr.number}` into it"),
        );
    }

    fn bounds(&mut self, settings: &Tree) -> Bounds {
        let fields = Fields(Some(settings));
        limits::quota(fields.block("quota"), self.sink);
        let default = |key: &str, entries: &[(&str, &str)]| match fields.tree(key) {
            Some(_) => fields.text_map(key),
            None => entries.iter().map(|(name, quantity)| (Arc::from(*name), Arc::from(*quantity))).collect(),
        };
        let texts = |entries: &[(&str, &str)]| {
            entries.iter().map(|(name, quantity)| (Arc::from(*name), Arc::from(*quantity))).collect()
        };
        let usual = || Limits {
            request: texts(&[("cpu", "50m"), ("memory", "64Mi")]),
            default: texts(&[("cpu", "1"), ("memory", "512Mi")]),
            ..Limits::default()
        };
        Bounds {
            security: fields.text("security"),
            quota: default("quota", &[("pods", "20"), ("requests.cpu", "2"), ("requests.memory", "4Gi")]),
            limits: fields.tree("limits").map_or_else(usual, |tree| Limits::read(Fields(Some(tree)), self.sink)),
            isolated: fields.flag("isolated", true),
            ..Bounds::default()
        }
    }
}

fn time_to_live(fields: Fields<'_>) -> Option<TimeToLive> {
    let ttl = fields.block("ttl");
    Some(TimeToLive { seconds: seconds(&ttl.text("after")?), image: ttl.text("image")? })
}

/// What of a tree is the service's, in the namespace of a preview.
fn of_service(tree: &Tree, namespace: &Arc<str>, span: Span) -> Tree {
    let Tree::Branch(children, origin) = tree else { return tree.clone() };
    let mut children = children.clone();
    children.remove("preview");
    children.insert("namespace".into(), Tree::Leaf(crate::values::Value::Text(Arc::clone(namespace)), span));
    Tree::Branch(children, *origin)
}
