//! A service, resolved for each group of instances within which nothing differs.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::entities::Cluster;
use super::estates::estate;
use super::gather::{Asked, Gathered, Group, first, gather};
use super::heads::{Head, Slot, head};
use super::local::asks_for_texts;
use super::lower::{Instances, lower};
use super::objects::{Brought, objects};
use super::rollouts::{Rollout, rollout};
use super::spec::Spec;
use super::stages::{Running, Watched};
use super::versions::Versions;
use crate::db::Db;
use crate::diagnostics::{Diagnostic, Sink};
use crate::names::{Item, doc, sink_of};
use crate::overlays::{Target, Tree, conform};
use crate::schema::SERVICE_DEFAULTS;

/// Instances that share one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// What they are.
    pub spec: Arc<Spec>,
    /// Their positions among the instances of the service's head.
    pub instances: Vec<usize>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its head.
    pub head: Arc<Head>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
    /// The path of the file that declares it.
    pub file: Arc<str>,
    /// What its instances are; no two are equal.
    pub variants: Vec<Variant>,
    /// In which steps they take a change.
    pub rollout: Option<Arc<Rollout>>,
}

impl Service {
    /// What each instance of the head is, by its position; nothing where that can't be known.
    #[must_use]
    pub fn specs(&self) -> Vec<Option<&Spec>> {
        let mut specs = vec![None; self.head.instances.len()];
        for variant in &self.variants {
            for position in &variant.instances {
                if let Some(spec) = specs.get_mut(*position) {
                    *spec = Some(variant.spec.as_ref());
                }
            }
        }
        specs
    }

    /// An instance of the service by cluster and item.
    #[must_use]
    pub fn position(&self, cluster: &str, item: Option<&str>) -> Option<usize> {
        let is = |slot: &Slot| slot.cluster.as_ref() == cluster && slot.item.as_deref() == item;
        self.head.instances.iter().position(is)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Checked {
    service: Option<Arc<Service>>,
    /// What the instances of each variant bring.
    brought: Vec<Vec<Brought>>,
    /// What each environment runs.
    running: Arc<[Running]>,
    diagnostics: Vec<Diagnostic>,
}

type Resolved = (Service, Vec<Vec<Brought>>, Arc<[Running]>);

/// A service, or nothing where it can't be known.
#[salsa::tracked]
pub fn service<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<Service>> {
    checked_service(db, item).service.clone()
}

/// What is wrong with what a service says.
pub fn service_diagnostics<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db [Diagnostic] {
    &checked_service(db, item).diagnostics
}

/// For each variant of a service, the objects that its instances are known to bring.
pub(crate) fn brought_objects<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db [Vec<Brought>] {
    &checked_service(db, item).brought
}

/// What each environment runs of a service; `running` is what others ask.
pub(super) fn running_of<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db Arc<[Running]> {
    &checked_service(db, item).running
}

#[salsa::tracked]
fn checked_service<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let mut sink = sink_of(db, item);
    let resolved = head(db, item).as_ref().and_then(|head| resolve(db, item, head, &mut sink));
    let (service, brought, running) = match resolved {
        Some((service, brought, running)) => (Some(Arc::new(service)), brought, running),
        None => (None, vec![], [].into()),
    };
    Checked { service, brought, running, diagnostics: sink.finish() }
}

/// What an instance says itself; the head and the rollout have been read before.
fn matters(key: &str) -> bool {
    SERVICE_DEFAULTS.attribute(key).is_some() && !matches!(key, "needs" | "provides" | "rollout")
}

fn resolve<'db>(db: &'db dyn Db, item: Item<'db>, head: &Arc<Head>, sink: &mut Sink) -> Option<Resolved> {
    // What is wrong with template and `each` has been reported with the head, and leaves nothing to rely on.
    let mut reported = sink_of(db, item);
    let gathered = gather(db, item, &first(matters), &mut reported).filter(|_| !reported.has_errors())?;
    let asked = asked_for(db, head, &gathered);
    let groups = gathered.groups(&asked, sink);
    gathered.never(&groups, sink);
    let mut variants = Variants::new(db, head, &gathered, &asked);
    for group in &groups {
        let merged = gathered.resolve(group, sink);
        if merged.undecided || asks_for_texts(db, &merged.tree) {
            for group in gathered.known(group, &asked, sink) {
                let tree = gathered.resolve(&group, sink).tree;
                variants.add(&group, tree, sink);
            }
        } else {
            variants.add(group, merged.tree, sink);
        }
    }
    let (variants, brought, running) = variants.finish(sink);
    let (file, rollout) = (item.decl(db).file(db).path(db).into(), rollout(db, item).clone());
    let service = Service { head: Arc::clone(head), doc: doc(db, item), file, variants, rollout };
    Some((service, brought, running))
}

/// Collects what a service's instances are.
struct Variants<'v> {
    db: &'v dyn Db,
    head: &'v Head,
    gathered: &'v Gathered<'v>,
    asked: &'v [Asked],
    rolls_out: bool,
    list: Vec<(Variant, Vec<Brought>)>,
    index: FxHashMap<Arc<Spec>, usize>,
    versions: Versions,
    watched: Watched<'v>,
}

impl<'v> Variants<'v> {
    fn new(db: &'v dyn Db, head: &'v Head, gathered: &'v Gathered<'v>, asked: &'v [Asked]) -> Self {
        let (list, index, versions) = (vec![], FxHashMap::default(), Versions::default());
        let (watched, rolls_out) = (Watched::new(db, head), rollout(db, gathered.item).is_some());
        Self { db, head, gathered, asked, rolls_out, list, index, versions, watched }
    }

    fn add(&mut self, group: &Group, tree: Tree, sink: &mut Sink) {
        let (db, head) = (self.db, self.head);
        let slots: Vec<&Slot> = group.members.iter().filter_map(|member| head.instances.get(*member)).collect();
        let clusters: Vec<&Cluster> = slots.iter().filter_map(|slot| estate(db).cluster(&slot.cluster)).collect();
        let names = clusters.iter().map(|cluster| cluster.name.as_ref());
        let target = Target { version: estate(db).oldest_target(names) };
        let tree = conform(tree, &SERVICE_DEFAULTS, target, sink);
        let item = slots.first().and_then(|slot| slot.item.as_deref());
        let instances = Instances { head, item, clusters };
        self.versions.add(&instances, &tree);
        if self.rolls_out {
            super::rollouts::check_sync(db, self.gathered.item, &tree, sink);
            super::rollouts::check_seen(db, self.gathered.item, &tree, sink);
        }
        let Some(spec) = lower(db, &instances, &tree, sink) else { return };
        let world = |member| self.asked.get(member).map(|asked| self.gathered.world(*asked)).unwrap_or_default();
        self.watched.add(&group.members, &tree, &world);
        let brought = objects(db, &instances, &tree, &spec, sink);
        let spec = Arc::new(spec);
        let known = *self.index.entry(Arc::clone(&spec)).or_insert(self.list.len());
        match self.list.get_mut(known) {
            Some((variant, _)) => variant.instances.extend(&group.members),
            None => self.list.push((Variant { spec, instances: group.members.clone() }, brought)),
        }
    }

    fn finish(mut self, sink: &mut Sink) -> (Vec<Variant>, Vec<Vec<Brought>>, Arc<[Running]>) {
        self.versions.check(sink);
        self.watched.check(self.gathered.origin(), sink);
        let running = self.watched.running();
        self.list.iter_mut().for_each(|(variant, _)| variant.instances.sort_unstable());
        self.list.sort_by(|(left, _), (right, _)| left.instances.cmp(&right.instances));
        let (variants, brought) = self.list.into_iter().unzip();
        (variants, brought, running)
    }
}

/// What every instance of a head is asked for.
pub(super) fn asked_for(db: &dyn Db, head: &Head, gathered: &Gathered<'_>) -> Vec<Asked> {
    let items = gathered.each.iter().flat_map(|(_, items)| items).enumerate();
    let items: FxHashMap<_, _> = items.map(|(index, (name, _))| (name, index)).collect();
    head.instances.iter().filter_map(|slot| asked(db, slot, &items)).collect()
}

fn asked(db: &dyn Db, slot: &Slot, items: &FxHashMap<&Arc<str>, usize>) -> Option<Asked> {
    let cluster = estate(db).clusters.binary_search_by(|cluster| cluster.name.cmp(&slot.cluster)).ok()?;
    let item = slot.item.as_ref().and_then(|name| items.get(name)).copied();
    Some(Asked { cluster, item })
}
