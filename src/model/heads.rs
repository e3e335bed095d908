//! What the plan has to know of a service: its layer, where it runs, what it needs and what it provides. A changed Helm
//! value changes nothing here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::access::check_groups;
use super::entities::{Cluster, Deliver, Generator};
use super::estates::{attribute, deliver, estate, generator};
use super::gather::{Asked, Gathered, first, gather};
use super::identity::{Identity, identity};
use super::placement::{placement, reference, scope_of};
use super::selector::{Requirement, selector};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::names::{Item, siblings, sink_of};
use crate::overlays::{Tree, conform_key};
use crate::schema::{Kind, SERVICE, SERVICE_DEFAULTS, Type};
use crate::syntax::ast::Expr;
use crate::values::{Expected, Scope, Value, evaluate};

/// A service that is needed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Need {
    /// The service.
    pub service: Arc<str>,
    /// The cluster, where it is another one by name.
    pub on: Option<Arc<str>>,
    /// Why, where nobody wrote it down.
    pub inferred: Option<Arc<str>>,
}

/// Something that an object in place or a secret uses and another service may provide: `crd` and `clusterissuers.cert-manager.io`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Used {
    /// The provider's function.
    pub what: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

/// One instance of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    /// The cluster.
    pub cluster: Arc<str>,
    /// The item of `each`.
    pub item: Option<Arc<str>>,
}

/// What people call an instance: `SERVICE@CLUSTER` or `SERVICE.ITEM@CLUSTER`.
#[must_use]
pub fn instance_name(service: &str, slot: &Slot) -> String {
    match &slot.item {
        Some(item) => format!("{service}.{item}@{}", slot.cluster),
        None => format!("{service}@{}", slot.cluster),
    }
}

/// The head of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its name.
    pub name: Arc<str>,
    /// By which names Argo CD and the clusters know it.
    pub identity: Identity,
    /// Its layer.
    pub layer: Arc<str>,
    /// The team that owns it.
    pub owner: Arc<str>,
    /// The `AppProject` of its Applications: the team's, or one for the layer alone where the layer allows cluster-scoped
    /// kinds. Otherwise every service of the team could bring them, since a project is all that Argo CD asks.
    pub project: Arc<str>,
    /// How it reaches Argo CD.
    pub deliver: Deliver,
    /// What its `ApplicationSet` takes its clusters from.
    pub generator: Generator,
    /// The name that `each` gives.
    pub each: Option<Arc<str>>,
    /// Its instances, by cluster and item.
    pub instances: Vec<Slot>,
    /// The different lists of needs.
    pub needs: Vec<Vec<Need>>,
    /// For each instance, which list of needs it has.
    pub needs_of: Vec<usize>,
    /// The label selector that means its placement, if there is one.
    pub selector: Option<Vec<Requirement>>,
    /// What it provides.
    pub provides: Vec<Used>,
    /// What its objects in place and its secrets use.
    pub uses: Vec<Used>,
}

impl Head {
    /// Whether it has an instance on a cluster; instances are sorted by cluster.
    #[must_use]
    pub fn runs_on(&self, cluster: &str) -> bool {
        self.instances.binary_search_by(|slot| slot.cluster.as_ref().cmp(cluster)).is_ok()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Checked {
    head: Option<Arc<Head>>,
    /// For each list of needs, where they stand.
    need_spans: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
}

/// The head of a service, or nothing where it can't be known.
#[salsa::tracked]
pub fn head<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<Head>> {
    checked_head(db, item).head.clone()
}

/// What is wrong with a service's head.
pub fn head_diagnostics<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db [Diagnostic] {
    &checked_head(db, item).diagnostics
}

/// Where the needs of an instance stand.
pub(crate) fn need_span<'db>(db: &'db dyn Db, item: Item<'db>, list: usize) -> Span {
    let spans = &checked_head(db, item).need_spans;
    spans.get(list).copied().unwrap_or_else(|| crate::names::name_span(db, item))
}

#[salsa::tracked]
fn checked_head<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let mut sink = sink_of(db, item);
    let matters = |key: &str| matches!(key, "needs" | "provides" | "manifests" | "source" | "secret");
    let gathered = gather(db, item, &first(matters), &mut sink);
    let read = gathered.and_then(|gathered| Reader { gathered: &gathered, sink: &mut sink }.head());
    let (head, need_spans) = read.map_or((None, vec![]), |(head, spans)| (Some(Arc::new(head)), spans));
    Checked { head, need_spans, diagnostics: sink.finish() }
}

/// How many instances a declaration may have, on all clusters and for all items of `each`.
const MAX_INSTANCES: usize = 4_000_000;

struct Reader<'g, 'db> {
    gathered: &'g Gathered<'db>,
    sink: &'g mut Sink,
}

impl<'db> Reader<'_, 'db> {
    fn db(&self) -> &'db dyn Db {
        self.gathered.db
    }

    fn head(&mut self) -> Option<(Head, Vec<Span>)> {
        let layer = self.reference("layer", Kind::Layer);
        let owner = self.reference("owner", Kind::Team);
        self.in_groups(owner.as_deref());
        let layer = layer?;
        let layer_says = estate(self.db()).layer(&layer)?;
        self.gathered.unknown_regions(self.sink);
        let placed = self.placement();
        self.one_per(&placed);
        let asked = self.asked(&placed);
        let groups = self.gathered.groups(&asked, self.sink);
        let owner = owner?;
        let is_wide = !layer_says.cluster_resources.is_empty() && !estate(self.db()).is_admin(&owner);
        let name = self.gathered.item.name(self.db());
        let known = estate(self.db()).team(&owner).map_or(&owner, |team| &team.identity);
        let mut head = Head {
            name: Arc::clone(name),
            identity: identity(self.db(), Kind::Service, name),
            project: if is_wide { format!("{known}.{layer}").into() } else { Arc::clone(known) },
            owner,
            deliver: deliver(self.word("deliver").as_deref()).unwrap_or(layer_says.deliver),
            generator: generator(self.word("generator").as_deref()).unwrap_or(layer_says.generator),
            layer,
            each: self.gathered.each.as_ref().map(|(name, _)| Arc::clone(name)),
            instances: self.slots(&asked),
            needs: vec![],
            needs_of: vec![0; asked.len()],
            selector: self.selector(),
            provides: vec![],
            uses: vec![],
        };
        let mut spans = vec![];
        for group in groups {
            let tree = self.gathered.resolve(&group, self.sink).tree;
            group.members.iter().for_each(|member| head.needs_of[*member] = head.needs.len());
            let needed = conform_key(&tree, &SERVICE_DEFAULTS, "needs", self.sink);
            spans.push(needed.as_ref().map_or(self.gathered.origin(), Tree::span));
            head.needs.push(needs(needed.as_ref()));
            let provided = conform_key(&tree, &SERVICE_DEFAULTS, "provides", self.sink);
            head.provides.extend(provides(provided.as_ref()));
            uses(&tree, &mut head.uses);
            super::stored::uses(self.db(), &tree, &mut head.uses);
        }
        for list in [&mut head.provides, &mut head.uses] {
            list.sort();
            list.dedup();
        }
        Some((head, spans))
    }

    /// Somebody has to be in the team.
    fn in_groups(&mut self, owner: Option<&str>) {
        if let (Some(owner), Some(expr)) = (owner, attribute(self.db(), self.gathered.item, "owner")) {
            check_groups(estate(self.db()), owner, self.gathered.site.span(expr.range), self.sink);
        }
    }

    /// A word of the service's block, such as the one of `deliver`.
    fn word(&mut self, name: &str) -> Option<Arc<str>> {
        let expr = attribute(self.db(), self.gathered.item, name)?;
        let of: &'static Type = &SERVICE.attribute(name)?.of;
        let mut sink = Sink::default();
        let value = evaluate(&self.scope(), expr, Expected::of(of), &mut sink);
        self.sink.extend(sink.finish());
        value.ok()?.as_text().cloned()
    }

    fn scope(&self) -> Scope<'_> {
        scope_of(self.db(), self.gathered.item)
    }

    fn reference(&mut self, name: &str, kind: Kind) -> Option<Arc<str>> {
        let Some(expr) = attribute(self.db(), self.gathered.item, name) else {
            let message = format!("`{name}` is missing");
            let help =
                format!("write `{name} = NAME`, with the name of {}", crate::diagnostics::with_article(kind.word()));
            let finding = Diagnostic::new(codes::MISSING_ATTRIBUTE, self.gathered.origin(), message).help(help);
            self.sink.push(finding.lacks(name, None));
            return None;
        };
        reference(self.db(), self.gathered.item, expr, kind, self.sink)
    }

    fn selector(&self) -> Option<Vec<Requirement>> {
        let value = |expr: &Expr, kind: Option<Kind>| {
            let expected = kind.map_or(Expected::Value, Expected::Kind);
            evaluate(&self.scope(), expr, expected, &mut Sink::default()).ok()
        };
        let mut found = selector(attribute(self.db(), self.gathered.item, "on"), &value)?;
        let estate = estate(self.db());
        for requirement in found.iter_mut().filter(|it| it.asks_for_names) {
            // Registrations keep the names that clusters had.
            for name in &mut requirement.values {
                *name = estate.cluster(name).map_or_else(|| Arc::clone(name), |it| Arc::clone(&it.identity));
            }
        }
        Some(found)
    }

    /// The indices of the clusters that `on` selects.
    fn placement(&mut self) -> Vec<usize> {
        let placement = placement(self.db(), self.gathered.item, self.sink);
        if let Some(span) = placement.nowhere {
            self.sink.push(
                Diagnostic::new(codes::PLACED_NOWHERE, span, "no cluster meets this condition")
                    .label("so it runs nowhere"),
            );
        }
        placement.clusters
    }

    /// Checks that the placement has exactly one cluster in each region or environment.
    fn one_per(&mut self, placed: &[usize]) {
        let Some(expr) = attribute(self.db(), self.gathered.item, "one_per") else { return };
        let word = self.word("one_per");
        let key = |cluster: &Cluster| match word.as_deref() {
            Some("environment") => Some(Arc::clone(&cluster.environment)),
            _ => cluster.region.clone(),
        };
        if !matches!(expr.plain_text(), Some("environment" | "region")) {
            return;
        }
        let mut by_key: BTreeMap<Option<Arc<str>>, Vec<Arc<str>>> = BTreeMap::new();
        for cluster in placed.iter().filter_map(|index| estate(self.db()).clusters.get(*index)) {
            by_key.entry(key(cluster)).or_default().push(Arc::clone(&cluster.name));
        }
        for (key, clusters) in by_key.iter().filter(|(key, clusters)| key.is_none() || clusters.len() > 1) {
            let message = match key {
                Some(key) => format!("`{key}` has {} clusters: {}", clusters.len(), clusters.join(", ")),
                None => format!("there is no region for {}", clusters.join(", ")),
            };
            let span = self.gathered.site.span(expr.range);
            self.sink
                .push(Diagnostic::new(codes::NOT_ONE_PER, span, message).help("narrow `on` until one is left in each"));
        }
    }

    fn asked(&mut self, placed: &[usize]) -> Vec<Asked> {
        let items: Vec<Option<usize>> = match &self.gathered.each {
            Some((_, items)) => (0..items.len()).map(Some).collect(),
            None => vec![None],
        };
        let most = MAX_INSTANCES / siblings(self.db(), self.gathered.item);
        if placed.len().saturating_mul(items.len()) > most {
            self.too_many(placed.len(), items.len(), most);
            return vec![];
        }
        placed.iter().flat_map(|cluster| items.iter().map(|item| Asked { cluster: *cluster, item: *item })).collect()
    }

    fn too_many(&mut self, clusters: usize, items: usize, most: usize) {
        let message = format!("{clusters} clusters times {items} items make too many instances");
        let note = format!(
            "one declaration makes at most {MAX_INSTANCES} instances; what a `for` declares has a part of them, here {most}"
        );
        self.sink.push(Diagnostic::new(codes::TOO_MUCH, self.gathered.origin(), message).note(note));
    }

    fn slots(&self, asked: &[Asked]) -> Vec<Slot> {
        let clusters = &estate(self.db()).clusters;
        let items = self.gathered.each.as_ref().map(|(_, items)| items);
        let slot = |asked: &Asked| Slot {
            cluster: clusters.get(asked.cluster).map_or_else(|| "".into(), |cluster| Arc::clone(&cluster.name)),
            item: asked.item.and_then(|index| items?.get(index)).map(|(name, _)| Arc::clone(name)),
        };
        asked.iter().map(slot).collect()
    }
}

pub(super) fn needs(tree: Option<&Tree>) -> Vec<Need> {
    let value = tree.map(Tree::value);
    let items = value.as_ref().and_then(Value::as_list).unwrap_or_default();
    let mut needs: Vec<Need> = items
        .iter()
        .filter_map(|item| match item {
            Value::Reference(Kind::Service, service) => {
                Some(Need { service: Arc::clone(service), on: None, inferred: None })
            }
            Value::Placed(service, cluster) => {
                Some(Need { service: Arc::clone(service), on: Some(Arc::clone(cluster)), inferred: None })
            }
            _ => None,
        })
        .collect();
    needs.sort();
    needs.dedup();
    needs
}

fn provides(tree: Option<&Tree>) -> Vec<Used> {
    let value = tree.map(Tree::value);
    let items = value.as_ref().and_then(Value::as_list).unwrap_or_default();
    let provided = items.iter().filter_map(|item| match item {
        Value::Provided(what, name) => Some(Used { what: Arc::clone(what), name: Arc::clone(name) }),
        _ => None,
    });
    provided.collect()
}

/// What the objects in place use: the kinds they are of, and the classes and stores that they name.
fn uses(tree: &Tree, found: &mut Vec<Used>) {
    let named = tree.get("source").map(children).unwrap_or_default();
    let blocks = [tree.get("manifests")].into_iter().chain(named.iter().map(|source| source.get("manifests")));
    for object in blocks.flatten().filter_map(|manifests| manifests.get("object")).flat_map(children) {
        let value = object.value();
        if let Some(crd) = crd_of(&value) {
            found.push(Used { what: "crd".into(), name: crd });
        }
        names_in(&value, found);
    }
}

fn children(tree: &Tree) -> Vec<&Tree> {
    match tree {
        Tree::Branch(children, _) => children.values().collect(),
        Tree::Leaf(..) | Tree::Broken(_) => vec![],
    }
}

/// The API groups with a dot that Kubernetes brings itself.
const BUILT_IN_GROUPS: [&str; 19] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "metrics.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];

/// The name of the CRD of an object's kind, by Kubernetes' own guess at the plural; nothing for built-in groups.
fn crd_of(object: &Value) -> Option<Arc<str>> {
    let object = object.as_object()?;
    let (group, _) = object.get("apiVersion")?.as_text()?.split_once('/')?;
    if !group.contains('.') || BUILT_IN_GROUPS.contains(&group) {
        return None;
    }
    let kind = object.get("kind")?.as_text()?.to_lowercase();
    let plural = match kind.as_bytes() {
        [.., b's'] => format!("{kind}es"),
        [.., b'a' | b'e' | b'o' | b'u', b'y'] => format!("{kind}s"),
        [stem @ .., b'y'] => format!("{}ies", String::from_utf8_lossy(stem)),
        _ => format!("{kind}s"),
    };
    Some(format!("{plural}.{group}").into())
}

fn names_in(value: &Value, found: &mut Vec<Used>) {
    match value {
        Value::Object(object) => {
            for (key, child) in object.iter() {
                let name = match (key.as_ref(), child) {
                    ("storageClassName", Value::Text(name)) => Some(("storage_class", name)),
                    ("ingressClassName", Value::Text(name)) => Some(("ingress_class", name)),
                    ("secretStoreRef", Value::Object(store)) => {
                        store.get("name").and_then(Value::as_text).map(|name| ("secret_store", name))
                    }
                    _ => None,
                };
                found.extend(name.map(|(what, name)| Used { what: what.into(), name: Arc::clone(name) }));
                names_in(child, found);
            }
        }
        Value::List(items) => items.iter().for_each(|item| names_in(item, found)),
        _ => {}
    }
}
