//! Services that are frozen alone, in a layer whose order holds: what comes after them waits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::model::{Deliver, Head, freeze_span, frozen, head};
use crate::names::{Item, declarations};
use crate::plan::{plan, waves};
use crate::schema::Kind;

/// The place of an instance in the order of its cluster: its layer's, then its own.
type Rank = (i64, i64);

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    for (_, of, freezes) in frozen(db).all().filter(|(kind, ..)| *kind == Kind::Service) {
        let waiting = waiting(db, of);
        for freeze in freezes.iter().filter(|_| !waiting.is_empty()) {
            let Some(span) = freeze_span(db, Kind::Service, of, &freeze.name) else { continue };
            let message = format!("while `{}` holds `{of}` back, {} for it", freeze.name, shown(&waiting));
            sink.push(
                Diagnostic::new(codes::FREEZE_HOLDS_OTHERS, span, message)
                    .note("an Application that is OutOfSync counts as Progressing, and what comes after it in order does not start")
                    .help("freeze the whole layer or environment, or deliver the service by ApplicationSet, for which nothing waits"),
            );
        }
    }
}

/// The services that come after a service on some cluster.
fn waiting(db: &dyn Db, service: &Arc<str>) -> BTreeSet<Arc<str>> {
    let mut first: BTreeMap<&str, Rank> = BTreeMap::new();
    let Some((item, head)) = ordered(db).find(|(_, head)| head.name == *service) else { return BTreeSet::new() };
    for (cluster, rank) in ranks(db, item, head) {
        let known = first.entry(cluster).or_insert(rank);
        *known = rank.min(*known);
    }
    let waits = |(item, head): &(Item<'_>, &Arc<Head>)| {
        head.name != *service
            && ranks(db, *item, head).any(|(cluster, rank)| first.get(cluster).is_some_and(|first| rank > *first))
    };
    ordered(db).filter(waits).map(|(_, head)| Arc::clone(&head.name)).collect()
}

/// The services that come up in order.
fn ordered(db: &dyn Db) -> impl Iterator<Item = (Item<'_>, &Arc<Head>)> {
    let all = declarations(db).of(db, Kind::Service).filter_map(|item| Some((item, head(db, item).as_ref()?)));
    all.filter(|(_, head)| head.deliver == Deliver::Applications)
}

fn ranks<'db>(db: &'db dyn Db, item: Item<'db>, head: &'db Head) -> impl Iterator<Item = (&'db str, Rank)> {
    let depth = plan(db).layers.depth(&head.layer);
    let clusters = head.instances.iter().map(|slot| slot.cluster.as_ref());
    clusters.zip(waves(db, item)).map(move |(cluster, wave)| (cluster, (depth, *wave)))
}

fn shown(waiting: &BTreeSet<Arc<str>>) -> String {
    let names: Vec<String> = waiting.iter().take(3).map(|name| format!("`{name}`")).collect();
    match waiting.len() {
        1 => format!("{} waits", names.join("")),
        2 | 3 => format!("{} wait", names.join(", ")),
        all => format!("{} and {} more wait", names.join(", "), all - 3),
    }
}
