//! A service, resolved for each group of instances within which nothing differs.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::estates::estate;
use super::gather::{Asked, gather};
use super::heads::{Head, Slot, head};
use super::lower::lower;
use super::spec::Spec;
use crate::db::Db;
use crate::diagnostics::{Diagnostic, Sink};
use crate::names::{Item, doc};
use crate::overlays::{Target, conform};
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
    diagnostics: Vec<Diagnostic>,
}

/// A service, or nothing where it can't be known.
#[salsa::tracked]
pub fn service<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<Service>> {
    checked_service(db, item).service.clone()
}

/// What is wrong with what a service says.
pub fn service_diagnostics<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db [Diagnostic] {
    &checked_service(db, item).diagnostics
}

#[salsa::tracked]
fn checked_service<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let mut sink = Sink::default();
    let service = head(db, item).as_ref().and_then(|head| resolve(db, item, head, &mut sink));
    Checked { service: service.map(Arc::new), diagnostics: sink.finish() }
}

/// What an instance says itself; the head has been read before.
fn matters(key: &str) -> bool {
    SERVICE_DEFAULTS.attribute(key).is_some() && !matches!(key, "needs" | "provides")
}

fn resolve<'db>(db: &'db dyn Db, item: Item<'db>, head: &Arc<Head>, sink: &mut Sink) -> Option<Service> {
    // What is wrong with template and `each` has been reported with the head, and leaves nothing to rely on.
    let mut reported = Sink::default();
    let gathered = gather(db, item, matters, &mut reported).filter(|_| !reported.has_errors())?;
    let asked: Vec<Asked> = head
        .instances
        .iter()
        .filter_map(|slot| asked(db, slot, gathered.each.as_ref().map(|(_, items)| items)))
        .collect();
    let groups = gathered.groups(&asked, sink);
    gathered.never(&groups, sink);
    let mut variants: Vec<Variant> = vec![];
    let mut index: FxHashMap<Arc<Spec>, usize> = FxHashMap::default();
    for group in &groups {
        let clusters =
            group.members.iter().filter_map(|member| head.instances.get(*member)).map(|slot| slot.cluster.as_ref());
        let target = Target { version: estate(db).oldest_target(clusters) };
        let tree = conform(gathered.resolve(group, sink), &SERVICE_DEFAULTS, target, sink);
        let item_name = group.members.first().and_then(|member| head.instances.get(*member)?.item.clone());
        let Some(spec) = lower(db, head, item_name.as_deref(), &tree, sink) else { continue };
        let spec = Arc::new(spec);
        let known = *index.entry(Arc::clone(&spec)).or_insert(variants.len());
        match variants.get_mut(known) {
            Some(variant) => variant.instances.extend(&group.members),
            None => variants.push(Variant { spec, instances: group.members.clone() }),
        }
    }
    variants.iter_mut().for_each(|variant| variant.instances.sort_unstable());
    variants.sort_by(|left, right| left.instances.cmp(&right.instances));
    Some(Service { head: Arc::clone(head), doc: doc(db, item), file: item.decl(db).file(db).path(db).into(), variants })
}

fn asked(db: &dyn Db, slot: &Slot, items: Option<&Vec<(Arc<str>, crate::values::Value)>>) -> Option<Asked> {
    let cluster = estate(db).clusters.binary_search_by(|cluster| cluster.name.cmp(&slot.cluster)).ok()?;
    let item = slot.item.as_ref().and_then(|name| items?.iter().position(|(known, _)| known == name));
    Some(Asked { cluster, item })
}
