//! Objects that two sources bring: the one that syncs last wins, and the first to go takes it along.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::model::{Brought, Service, Variant, brought_objects, ownership, service, some};
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// Someone who brings an object.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bringer {
    object: Brought,
    service: Arc<str>,
    /// The clusters of the instances, each as often as it has instances there.
    clusters: Arc<[Arc<str>]>,
}

/// What the API server tells objects apart by: group, kind, namespace and name.
type Key<'k> = (&'k str, &'k str, &'k str, &'k str);

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    let mut bringers: FxHashMap<Key<'_>, Vec<&Bringer>> = FxHashMap::default();
    let mut order: Vec<Key<'_>> = vec![];
    for item in declarations(db).of(db, Kind::Service) {
        for bringer in brings(db, item) {
            let key = key(&bringer.object);
            let known = bringers.entry(key).or_default();
            if known.is_empty() {
                order.push(key);
            }
            known.push(bringer);
        }
    }
    let mut told = FxHashSet::default();
    for key in &order {
        shared(*key, &bringers[key], &mut told, sink);
    }
    foundations(db, &bringers, &order, sink);
}

/// What a service brings, narrow enough that a changed value concerns nobody else.
#[salsa::tracked]
fn brings<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Bringer> {
    let Some(service) = service(db, item) else { return vec![] };
    let of = |(variant, brought): (&Variant, &Vec<Brought>)| -> Vec<Bringer> {
        let clusters = clusters(service, variant);
        let bringer = |object: &Brought| Bringer {
            object: object.clone(),
            service: Arc::clone(&service.head.name),
            clusters: Arc::clone(&clusters),
        };
        brought.iter().map(bringer).collect()
    };
    service.variants.iter().zip(brought_objects(db, item)).flat_map(of).collect()
}

fn clusters(service: &Service, variant: &Variant) -> Arc<[Arc<str>]> {
    let slots = variant.instances.iter().filter_map(|position| service.head.instances.get(*position));
    slots.map(|slot| Arc::clone(&slot.cluster)).collect()
}

fn key(object: &Brought) -> Key<'_> {
    (&object.group, &object.kind, &object.namespace, &object.name)
}

/// Two places that bring the same, and its namespace and name.
type Told<'k> = ((Span, Span), &'k str, &'k str);

/// One finding for each two places that bring an object to the same clusters; one too where they bring an `ExternalSecret` and
/// the Secret that it makes.
fn shared<'k>(
    (group, kind, namespace, name): Key<'k>,
    bringers: &[&Bringer],
    told: &mut FxHashSet<Told<'k>>,
    sink: &mut Sink,
) {
    let mut first: FxHashMap<&str, &Bringer> = FxHashMap::default();
    let mut clashes: FxHashMap<(Span, Span), BTreeSet<&str>> = FxHashMap::default();
    let mut found = vec![];
    for bringer in bringers {
        for cluster in bringer.clusters.iter() {
            let Some(other) = first.get(cluster.as_ref()) else {
                first.insert(cluster, bringer);
                continue;
            };
            let places = (bringer.object.span, other.object.span);
            let clusters = clashes.entry(places).or_default();
            if clusters.is_empty() {
                found.push((places, &bringer.service, &other.service));
            }
            clusters.insert(cluster);
        }
    }
    for ((span, other), this, that) in found {
        if !told.insert(((span, other), namespace, name)) {
            continue;
        }
        let on = clashes.get(&(span, other)).map(names).unwrap_or_default();
        let kind = if group.is_empty() { kind.to_owned() } else { format!("{group}/{kind}") };
        let within = if namespace.is_empty() { String::new() } else { format!(" in `{namespace}`") };
        let message = format!("{kind} `{name}`{within} comes twice to {on}");
        let finding = Diagnostic::new(codes::SHARED_OBJECT, span, message);
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
    some(&names)
}

/// Namespaces that are brought beside those that foundations create.
fn foundations(db: &dyn Db, bringers: &FxHashMap<Key<'_>, Vec<&Bringer>>, order: &[Key<'_>], sink: &mut Sink) {
    let brought: Vec<&Key<'_>> =
        order.iter().filter(|(group, kind, ..)| (*group, *kind) == ("", "Namespace")).collect();
    if brought.is_empty() {
        return;
    }
    let creates =
        |cluster: &str, name: &str| ownership(db).get(cluster).is_some_and(|created| created.contains_key(name));
    for key in brought {
        for bringer in &bringers[key] {
            let all = bringer.clusters.iter().map(AsRef::as_ref);
            let clusters: BTreeSet<&str> = all.filter(|cluster| creates(cluster, key.3)).collect();
            if !clusters.is_empty() {
                sink.push(foundation(key.3, bringer.object.span, &clusters));
            }
        }
    }
}

fn foundation(name: &str, span: Span, clusters: &BTreeSet<&str>) -> Diagnostic {
    let message = format!("the foundation of {} brings Namespace `{name}` already", names(clusters));
    Diagnostic::new(codes::SHARED_OBJECT, span, message)
        .note("the namespaces of services belong to the foundation of each cluster; two Applications with one object undo each other")
        .help("leave the object away")
}
