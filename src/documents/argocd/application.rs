//! Leaf Applications: one instance of a service each.

use std::sync::Arc;

use super::super::holes;
use super::super::kargo::authorized;
use super::super::leaf::{Sources, node, texts};
use super::super::promoter;
use super::super::yaml::{Node, Template, Text};
use super::super::{header, paths};
use super::{ARGO, FINALIZER, SYNC_WAVE, object, rolling};
use crate::db::Db;
use crate::model::{
    Cluster, Deliver, Estate, Hub, Platform, Promotion, Service, Slot, Spec, Sync, Workloads, estate, removals, service,
};
use crate::names::{Item, declarations};
use crate::plan::waves;
use crate::schema::{Kind, Version};
use crate::values::Value;

/// Instances whose Applications differ in nothing but what stands in holes.
pub(in crate::documents) struct Alike<'m> {
    pub(in crate::documents) spec: &'m Spec,
    pub(in crate::documents) hub: &'m Hub,
    pub(in crate::documents) protected: bool,
    /// What becomes of the workload when the Application goes.
    pub(in crate::documents) workloads: Workloads,
    pub(in crate::documents) with_region: bool,
    /// The index of their step, where the service is rolled out.
    pub(in crate::documents) step: Option<usize>,
    /// Positions in the service's head.
    pub(in crate::documents) members: Vec<usize>,
}

impl Alike<'_> {
    /// Whether instances of one variant are alike in what their clusters say, too.
    fn is_like(&self, other: &Self) -> bool {
        self.hub.name == other.hub.name
            && (self.protected, self.workloads, self.with_region, self.step)
                == (other.protected, other.workloads, other.with_region, other.step)
    }
}

/// A service's instances in groups that are alike.
pub(in crate::documents) fn alike<'m>(db: &'m dyn Db, service: &'m Service) -> Vec<Alike<'m>> {
    let (estate, removals) = (estate(db), removals(db));
    let mut groups: Vec<Alike<'m>> = vec![];
    for variant in &service.variants {
        let first = groups.len();
        for position in &variant.instances {
            let Some((cluster, hub)) = place(service, estate, *position) else { continue };
            let step = service.rollout.as_ref().and_then(|rollout| rollout.step_of.get(*position)).copied();
            let (spec, members) = (variant.spec.as_ref(), vec![*position]);
            let (protected, with_region) = (cluster.protected, cluster.region.is_some());
            let usual = if protected { Workloads::Keep } else { Workloads::Delete };
            let workloads = removals.workloads(&service.head.name, &cluster.name).unwrap_or(usual);
            let one = Alike { spec, hub, protected, workloads, with_region, step, members };
            match groups.iter_mut().skip(first).find(|group| group.is_like(&one)) {
                Some(group) => group.members.push(*position),
                None => groups.push(one),
            }
        }
    }
    groups
}

/// The cluster and the hub of an instance.
pub(in crate::documents) fn place<'m>(
    service: &Service,
    estate: &'m Estate,
    position: usize,
) -> Option<(&'m Cluster, &'m Hub)> {
    let cluster = estate.cluster(&service.head.instances.get(position)?.cluster)?;
    Some((cluster, estate.hub(&cluster.hub)?))
}

/// What an Application of a group is, with holes. The wave is left out: it orders the parent's sync, and is no part of
/// what the Application means.
pub(in crate::documents) fn application(
    db: &dyn Db,
    platform: &Platform,
    service: &Service,
    alike: &Alike<'_>,
) -> Node {
    application_of(platform, service, alike, &Sources::new(db, platform, service))
}

/// The same, with sources that lie where they are told to.
pub(super) fn application_of(platform: &Platform, service: &Service, alike: &Alike<'_>, sources: &Sources<'_>) -> Node {
    let metadata = Node::map([
        (
            "name",
            Node::Text(holes::name(&platform.names, &service.head.identity.application, service.head.each.is_some())),
        ),
        ("namespace", Node::text(Arc::clone(&alike.hub.namespace))),
        ("labels", labels(platform, service, alike, sources)),
    ]);
    let metadata = metadata
        .with_filled("annotations", annotations(platform, service, alike.spec, sources))
        .with_some("finalizers", (alike.workloads == Workloads::Delete).then(|| Node::list([FINALIZER])));
    let spec = Node::map([("project", Node::text(Arc::clone(&service.head.project))), sources.node(alike.spec)])
        .with("destination", destination(alike.spec))
        .with("syncPolicy", sync_policy(service, alike))
        .with_filled("ignoreDifferences", Node::List(alike.spec.ignore_differences.iter().map(node).collect()))
        .with("revisionHistoryLimit", alike.spec.revision_history);
    let application = object(ARGO, "Application", metadata).with("spec", spec);
    match &alike.spec.application {
        Some(raw) => merge(application, raw),
        None => application,
    }
}

/// What marks an Application that has handed its workload on: its health is no business of the order.
pub(in crate::documents) const LEAVING: &str = "platformc.io/leaving";

/// The Application with the name before, beside the one that took its workload over: it syncs nothing, and what it deployed
/// stays when it goes.
pub(super) fn leaving(application: Node, platform: &Platform, service: &Service, old: &Arc<str>) -> Node {
    let mut node = application;
    if let Some(metadata) = node.at_mut(&["metadata"]) {
        metadata.insert("name", Node::Text(holes::name(&platform.names, old, service.head.each.is_some())));
        let annotations = metadata.get("annotations").cloned().unwrap_or(Node::Map(vec![]));
        metadata.insert("annotations", sorted(annotations.with(LEAVING, "true")));
        without(metadata, "finalizers");
    }
    if let Some(labels) = node.at_mut(&["metadata", "labels"]) {
        labels.insert("platformc.io/service", Node::text(Arc::clone(old)));
    }
    if let Some(policy) = node.at_mut(&["spec", "syncPolicy"]) {
        without(policy, "automated");
    }
    node
}

fn without(node: &mut Node, key: &str) {
    if let Node::Map(entries) = node {
        entries.retain(|(known, _)| known.as_ref() != key);
    }
}

fn labels(platform: &Platform, service: &Service, alike: &Alike<'_>, sources: &Sources<'_>) -> Node {
    let head = &service.head;
    let mut labels = vec![
        ("app.kubernetes.io/managed-by".into(), Node::text("platformc")),
        ("app.kubernetes.io/part-of".into(), Node::text(Arc::clone(&platform.name))),
        ("platformc.io/cluster".into(), Node::hole(holes::CLUSTER)),
        ("platformc.io/env".into(), Node::hole(holes::ENVIRONMENT)),
        ("platformc.io/layer".into(), Node::text(Arc::clone(&head.layer))),
        ("platformc.io/owner".into(), Node::text(Arc::clone(&head.owner))),
        ("platformc.io/service".into(), Node::text(Arc::clone(&head.name))),
    ];
    if alike.with_region {
        labels.push(("platformc.io/region".into(), Node::hole(holes::REGION)));
    }
    if head.each.is_some() {
        labels.push(("platformc.io/item".into(), Node::hole(holes::ITEM)));
    }
    let mut labels = Node::Map(labels);
    for (key, value) in platform.labels.iter().chain(&alike.spec.labels) {
        labels.insert(Arc::clone(key), Node::text(Arc::clone(value)));
    }
    // GitOps Promoter compares the one revision of an Application with its branch.
    if platform.branches().is_some() && sources.are_of_branch(alike.spec) {
        labels.insert(promoter::LABEL, Node::text(Arc::clone(&platform.name)));
    }
    if let Some(step) = alike.step {
        labels.insert(rolling::LABEL, Node::text(rolling::number(step)));
    }
    sorted(labels)
}

/// A mapping with its keys in order, so that the order of levels never shows.
fn sorted(node: Node) -> Node {
    let Node::Map(mut entries) = node else { return node };
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    Node::Map(entries)
}

fn annotations(platform: &Platform, service: &Service, spec: &Spec, sources: &Sources<'_>) -> Node {
    let links = spec
        .links
        .iter()
        .map(|(name, url)| (Arc::from(format!("link.argocd.argoproj.io/{name}")), Node::text(Arc::clone(url))));
    let mut annotations = Node::Map(links.collect())
        .with_some("argocd.argoproj.io/manifest-generate-paths", sources.generate_paths(spec).map(Node::Text));
    // Without it Kargo may not sync the Application.
    if platform.promotion == Some(Promotion::Kargo) && spec.promote.is_some() {
        let stage = Text::literal(authorized(platform, &service.head.identity.workload)).hole(holes::ENVIRONMENT);
        annotations.insert("kargo.akuity.io/authorized-stage", Node::Text(stage));
    }
    for (key, value) in &spec.annotations {
        annotations.insert(Arc::clone(key), Node::text(Arc::clone(value)));
    }
    sorted(annotations)
}

fn destination(spec: &Spec) -> Node {
    Node::map([("server", Node::hole(holes::SERVER)), ("namespace", Node::text(Arc::clone(&spec.namespace)))])
}

fn sync_policy(service: &Service, alike: &Alike<'_>) -> Node {
    let sync = &alike.spec.sync;
    let confirmed = alike.protected && alike.hub.version >= Version::of(3, 4);
    // Before 3.4 an Application has no option to confirm a prune, so nothing is pruned.
    let prune = sync.prune && (!alike.protected || confirmed);
    // What is rolled out heals nothing: its controller turns automated sync off, and asks of it only whether to prune.
    let self_heal = sync.self_heal && alike.step.is_none();
    let automated = Node::map([("prune", Node::Bool(prune)), ("selfHeal", Node::Bool(self_heal))])
        .with_some("allowEmpty", sync.allow_empty.then_some(true));
    Node::Map(vec![])
        .with_some("automated", sync.automated.then_some(automated))
        .with_filled("syncOptions", texts(&options(service, alike, confirmed)))
        .with("retry", retry(sync, alike.hub.version))
}

fn options(service: &Service, alike: &Alike<'_>, confirmed: bool) -> Vec<Arc<str>> {
    let mut options = alike.spec.sync.options.clone();
    let waits = !service.head.uses.is_empty() || service.head.needs.iter().any(|needs| !needs.is_empty());
    if waits && alike.hub.version >= Version::of(3, 1) {
        options.push("SkipDryRunOnMissingResource=true".into());
    }
    if !alike.spec.ignore_differences.is_empty() {
        options.push("RespectIgnoreDifferences=true".into());
    }
    let prunes = |option: &Arc<str>| option.starts_with("Prune=");
    if confirmed && !options.iter().any(prunes) {
        options.push("Prune=confirm".into());
    }
    options.sort();
    options.dedup();
    options
}

fn retry(sync: &Sync, version: Version) -> Node {
    let (duration, factor, longest) = &sync.backoff;
    let backoff = Node::map([
        ("duration", Node::text(Arc::clone(duration))),
        ("factor", Node::Int(*factor)),
        ("maxDuration", Node::text(Arc::clone(longest))),
    ]);
    let refresh = sync.retry_refresh && version >= Version::of(3, 2);
    Node::map([("limit", Node::Int(sync.retry_limit))])
        .with_some("refresh", refresh.then_some(true))
        .with("backoff", backoff)
}

/// The way out: what the source says of the Application itself, merged over what is made of it.
fn merge(base: Node, raw: &Value) -> Node {
    match (base, raw) {
        (Node::Map(entries), Value::Object(object)) => {
            let mut merged = Node::Map(entries);
            for (key, value) in object.iter() {
                let inner = match merged.get(key) {
                    Some(old) => merge(old.clone(), value),
                    None => node(value),
                };
                merged.insert(Arc::clone(key), inner);
            }
            merged
        }
        (_, value) => node(value),
    }
}

/// The Application with the wave that its parent syncs it in.
fn with_wave(application: Node) -> Node {
    let Node::Map(mut entries) = application else { return application };
    if let Some((_, metadata)) = entries.iter_mut().find(|(key, _)| key.as_ref() == "metadata") {
        let annotations = metadata.get("annotations").cloned().unwrap_or(Node::Map(vec![]));
        let annotations = sorted(annotations.with(SYNC_WAVE, Node::hole(holes::WAVE)));
        let finalizers = metadata.get("finalizers").cloned();
        if let Node::Map(entries) = metadata {
            entries.retain(|(key, _)| !matches!(key.as_ref(), "annotations" | "finalizers"));
        }
        metadata.insert("annotations", annotations);
        metadata.insert_some("finalizers", finalizers);
    }
    Node::Map(entries)
}

/// The leaf Applications of a service: a template for each group, with its members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::documents) struct Leaves {
    pub(in crate::documents) groups: Vec<(Arc<Template>, Vec<usize>)>,
    /// The same of the Applications with the name before, where they leave.
    pub(in crate::documents) leaving: Vec<(Arc<Template>, Vec<usize>)>,
}

/// The leaf Applications of a service that is delivered by Applications.
#[salsa::tracked]
pub(in crate::documents) fn leaves<'db>(db: &'db dyn Db, item: Item<'db>) -> Leaves {
    let (Some(platform), Some(service)) = (&estate(db).platform, service(db, item)) else { return Leaves::default() };
    if service.head.deliver != Deliver::Applications {
        return Leaves::default();
    }
    let header = header::yaml(&service.file, &format!("service {}", service.head.name));
    let template = |node: Node| Arc::new(Template::new(&header, &[with_wave(node)]));
    let mut leaves = Leaves::default();
    for alike in alike(db, service) {
        let application = application(db, platform, service, &alike);
        if let Some(old) = &service.head.identity.leaving {
            let left = template(leaving(application.clone(), platform, service, old));
            leaves.leaving.push((left, alike.members.clone()));
        }
        leaves.groups.push((template(application), alike.members));
    }
    leaves
}

/// What all Applications of a service share: the file that reviewers read first. It is of no kind that Argo CD knows, so
/// that it can never be synced by mistake.
pub(in crate::documents) fn shared_application(db: &dyn Db, platform: &Platform, service: &Service) -> Option<String> {
    let groups = alike(db, service);
    let nodes: Vec<Node> = groups.iter().map(|alike| application(db, platform, service, alike)).collect();
    let shared = super::application_set::shared(&nodes)?;
    let empty = Node::Map(vec![]);
    let words = holes::words(service.head.each.as_ref());
    let without_holes = |node: &Node| without_holes(node, &words);
    let metadata = Node::map([("name", Node::text(Arc::clone(&service.head.name)))]);
    let inherited = shared.get("metadata").unwrap_or(&empty);
    let metadata = ["labels", "annotations"].into_iter().fold(metadata, |metadata, key| {
        metadata.with_filled(key, inherited.get(key).and_then(without_holes).unwrap_or(Node::Map(vec![])))
    });
    let spec = shared.get("spec").and_then(without_holes)?;
    let document = object("platformc.io/v1", "ApplicationTemplate", metadata).with("spec", spec);
    let note = "# What its Applications have in common, before overlays and destination. Nothing syncs this file.\n";
    let header = header::yaml(&service.file, &format!("service {}", service.head.name));
    Some(format!("{header}{note}{}", super::super::yaml::write(&document)))
}

/// A document without what differs from instance to instance; values show it as the source does.
fn without_holes(node: &Node, words: &[Arc<str>]) -> Option<Node> {
    match node {
        Node::Text(text) if text.has_holes() => None,
        Node::Map(entries) => {
            let kept = entries.iter().filter_map(|(key, node)| match key.as_ref() {
                "valuesObject" => Some((Arc::clone(key), node.fill(words))),
                _ => Some((Arc::clone(key), without_holes(node, words)?)),
            });
            Some(Node::Map(kept.collect()))
        }
        Node::List(items) => {
            let kept: Vec<Node> = items.iter().filter_map(|item| without_holes(item, words)).collect();
            (!kept.is_empty() || items.is_empty()).then_some(Node::List(kept))
        }
        other => Some(other.clone()),
    }
}

/// One instance and what it means: its Application, without the wave.
pub struct Meaning {
    /// The service.
    pub service: Arc<str>,
    /// The instance.
    pub slot: Slot,
    /// The Application.
    pub application: Node,
}

/// Every instance of the platform as its fully resolved Application, whichever way it is delivered.
pub fn applications(db: &dyn Db) -> Vec<Meaning> {
    let mut all: Vec<Meaning> =
        declarations(db).of(db, Kind::Service).flat_map(|item| applications_of(db, item)).collect();
    all.sort_by(|left, right| (&left.service, &left.slot).cmp(&(&right.service, &right.slot)));
    all
}

/// The same of one service, in no order.
pub fn applications_of<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Meaning> {
    meanings(db, item, |application, _, _| Some(application))
}

/// The Applications with the names before that stand beside those of a service, in no order.
pub fn leaving_of<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Meaning> {
    meanings(db, item, |application, platform, service| {
        let old = service.head.identity.leaving.as_ref()?;
        Some(leaving(application, platform, service, old))
    })
}

fn meanings<'db>(
    db: &'db dyn Db,
    item: Item<'db>,
    make: impl Fn(Node, &Platform, &Service) -> Option<Node>,
) -> Vec<Meaning> {
    let (Some(platform), Some(service)) = (&estate(db).platform, service(db, item)) else { return vec![] };
    let mut all = vec![];
    for alike in alike(db, service) {
        let Some(application) = make(application(db, platform, service, &alike), platform, service) else { continue };
        for position in &alike.members {
            let (Some(slot), Some((cluster, _))) =
                (service.head.instances.get(*position), place(service, estate(db), *position))
            else {
                continue;
            };
            let filled = application.fill(&holes::values_of(db, cluster, slot.item.as_ref(), 0));
            all.push(Meaning { service: Arc::clone(&service.head.name), slot: slot.clone(), application: filled });
        }
    }
    all
}

/// Where an instance's Application stands in the output folder, if it has a file of its own.
pub fn leaf_path<'db>(db: &'db dyn Db, item: Item<'db>, position: usize) -> Option<String> {
    let service = service(db, item).as_ref()?;
    let slot = service.head.instances.get(position)?;
    let head = &service.head;
    (head.deliver == Deliver::Applications)
        .then(|| paths::leaf(&slot.cluster, &head.layer, &head.name, slot.item.as_deref()))
}

/// The path of a leaf, what fills its holes, and its template.
pub(in crate::documents) type LeafPlace = (String, Arc<[Arc<str>]>, Arc<Template>);

/// The path and the holes of each leaf of a service.
pub(in crate::documents) fn leaf_places<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<LeafPlace> {
    let Some(service) = service(db, item) else { return vec![] };
    let (estate, waves, leaves) = (estate(db), waves(db, item), leaves(db, item));
    let (name, old) = (&service.head.name, service.head.identity.leaving.as_ref());
    let groups = leaves.groups.iter().map(|group| (name, group));
    let groups = groups.chain(old.into_iter().flat_map(|old| leaves.leaving.iter().map(move |group| (old, group))));
    let mut places = vec![];
    for (name, (template, members)) in groups {
        for position in members {
            let (Some(slot), Some((cluster, _))) =
                (service.head.instances.get(*position), place(service, estate, *position))
            else {
                continue;
            };
            let path = paths::leaf(&cluster.name, &service.head.layer, name, slot.item.as_deref());
            let wave = waves.get(*position).copied().unwrap_or(0);
            let values = holes::values_of(db, cluster, slot.item.as_ref(), wave);
            places.push((path, values, Arc::clone(template)));
        }
    }
    places
}
