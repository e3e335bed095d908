//! Objects that two sources bring: the one that syncs last wins, and the first to go takes it along.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::model::{Brought, Service, brought_objects, service};
use crate::names::declarations;
use crate::schema::Kind;

/// What the API server tells objects apart by: group, kind, namespace and name.
type Key<'k> = (&'k str, &'k str, &'k str, &'k str);

/// Someone who brings an object.
struct Bringer<'k> {
    service: &'k Service,
    variant: usize,
    span: Span,
}

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    let mut bringers: FxHashMap<Key<'_>, Vec<Bringer<'_>>> = FxHashMap::default();
    let mut keys: Vec<Key<'_>> = vec![];
    for item in declarations(db).of(db, Kind::Service) {
        let Some(service) = service(db, item) else { continue };
        for (variant, brought) in brought_objects(db, item).iter().enumerate() {
            for object in brought {
                let bringer = Bringer { service, variant, span: object.span };
                let known = bringers.entry(key(object)).or_default();
                if known.is_empty() {
                    keys.push(key(object));
                }
                known.push(bringer);
            }
        }
    }
    for key in keys {
        let Some(bringers) = bringers.get(&key) else { continue };
        if bringers.len() > 1 || bringers.iter().any(|bringer| bringer.service.head.each.is_some()) {
            shared(key, bringers, sink);
        }
    }
    let created = namespaces(db, bringers.keys());
    for ((_, _, _, name), bringers) in
        bringers.iter().filter(|((group, kind, ..), _)| (*group, *kind) == ("", "Namespace"))
    {
        for bringer in bringers {
            let clusters = bringer.clusters().into_iter().filter(|cluster| created.contains(&(*cluster, *name)));
            foundation(name, bringer.span, &clusters.collect(), sink);
        }
    }
}

fn key(object: &Brought) -> Key<'_> {
    (&object.group, &object.kind, &object.namespace, &object.name)
}

impl<'k> Bringer<'k> {
    /// The clusters of its instances, each as often as it has instances there.
    fn clusters(&self) -> Vec<&'k str> {
        let instances = self.service.variants.get(self.variant).map_or(&[][..], |variant| &variant.instances);
        instances
            .iter()
            .filter_map(|position| self.service.head.instances.get(*position))
            .map(|slot| slot.cluster.as_ref())
            .collect()
    }
}

/// One finding for each two places that bring an object to the same clusters.
fn shared((group, kind, namespace, name): Key<'_>, bringers: &[Bringer<'_>], sink: &mut Sink) {
    let mut first: FxHashMap<&str, &Bringer<'_>> = FxHashMap::default();
    let mut clashes: FxHashMap<(Span, Span), BTreeSet<&str>> = FxHashMap::default();
    let mut found = vec![];
    for bringer in bringers {
        for cluster in bringer.clusters() {
            let Some(other) = first.get(cluster) else {
                first.insert(cluster, bringer);
                continue;
            };
            let places = (bringer.span, other.span);
            let clusters = clashes.entry(places).or_default();
            if clusters.is_empty() {
                found.push((places, bringer.service, other.service));
            }
            clusters.insert(cluster);
        }
    }
    for ((span, other), this, that) in found {
        let on = clashes.get(&(span, other)).map(names).unwrap_or_default();
        let kind = if group.is_empty() { kind.to_owned() } else { format!("{group}/{kind}") };
        let within = if namespace.is_empty() { String::new() } else { format!(" in `{namespace}`") };
        let message = format!("{kind} `{name}`{within} comes twice to {on}");
        let finding = Diagnostic::new(codes::SHARED_OBJECT, span, message);
        let (this, that) = (&this.head.name, &that.head.name);
        let finding = if span == other {
            finding.label(format!("every item of `each` of `{this}` brings it"))
        } else {
            finding.label(format!("by `{this}`")).also(other, format!("and by `{that}`"))
        };
        sink.push(
            finding
                .note("of two Applications with one object the last to sync wins, both are OutOfSync in turn, and the first to go takes it along")
                .help("let one service own it, or give each its own name or namespace"),
        );
    }
}

fn names(clusters: &BTreeSet<&str>) -> String {
    let names: Vec<&str> = clusters.iter().copied().collect();
    crate::model::some(&names)
}

/// The namespaces that foundations create, by cluster, as far as objects of the same name are brought.
fn namespaces<'k>(db: &'k dyn Db, keys: impl Iterator<Item = &'k Key<'k>>) -> FxHashSet<(&'k str, &'k str)> {
    let brought: FxHashSet<&str> =
        keys.filter(|(group, kind, ..)| (*group, *kind) == ("", "Namespace")).map(|(.., name)| *name).collect();
    let mut created = FxHashSet::default();
    if brought.is_empty() {
        return created;
    }
    for service in declarations(db).of(db, Kind::Service).filter_map(|item| service(db, item).as_ref()) {
        for variant in &service.variants {
            let spec = &variant.spec;
            let taken = std::iter::once(&spec.namespace).chain(&spec.extra_namespaces).map(AsRef::as_ref);
            for namespace in taken.filter(|namespace| brought.contains(namespace)) {
                let slots = variant.instances.iter().filter_map(|position| service.head.instances.get(*position));
                created.extend(slots.map(|slot| (slot.cluster.as_ref(), namespace)));
            }
        }
    }
    created
}

fn foundation(name: &str, span: Span, clusters: &BTreeSet<&str>, sink: &mut Sink) {
    if clusters.is_empty() {
        return;
    }
    let message = format!("the foundation of {} brings Namespace `{name}` already", names(clusters));
    sink.push(
        Diagnostic::new(codes::SHARED_OBJECT, span, message)
            .note("the namespaces of services belong to the foundation of each cluster; two Applications with one object undo each other")
            .help("leave the object away"),
    );
}
