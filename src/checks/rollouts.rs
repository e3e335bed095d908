//! Rollouts beside everything else: steps that select nothing for anybody, sets that would be too large, and freezes that a
//! rollout waits for.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::model::{Cluster, Head, Rollout, estate, freeze_span, frozen, head, rollout, rollout_span, step_spans};
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// A service that is rolled out.
struct Rolled<'db> {
    item: Item<'db>,
    head: &'db Head,
    rollout: &'db Rollout,
}

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    let all = declarations(db)
        .of(db, Kind::Service)
        .filter_map(|item| Some(Rolled { item, head: head(db, item).as_ref()?, rollout: rollout(db, item).as_ref()? }));
    let all: Vec<Rolled<'_>> = all.collect();
    selects_nothing(db, &all, sink);
    for rolled in &all {
        too_many(db, rolled, sink);
        by_hand(db, rolled, sink);
    }
    held(db, &all, sink);
}

/// A step may stand in defaults or in a template, so it counts for all services that follow it.
fn selects_nothing(db: &dyn Db, all: &[Rolled<'_>], sink: &mut Sink) {
    let mut steps: Vec<(Span, usize)> = vec![];
    let mut selecting: FxHashSet<Span> = FxHashSet::default();
    for rolled in all {
        let spans = step_spans(db, rolled.item);
        let apart: FxHashSet<Span> = spans.iter().copied().collect();
        // What one expression makes of a list is one line for all its steps.
        if apart.len() == spans.len() {
            steps.extend(spans.iter().copied().zip(1..));
        }
        selecting.extend(rolled.rollout.step_of.iter().filter_map(|step| spans.get(*step)));
    }
    let mut seen = FxHashSet::default();
    for (span, number) in steps.into_iter().filter(|(span, _)| seen.insert(*span) && !selecting.contains(span)) {
        let message = format!("step {number} selects nothing");
        sink.push(
            Diagnostic::new(codes::STEP_SELECTS_NOTHING, span, message)
                .note("what is meant to come here first or last comes with another step, and nobody sees it")
                .help("mend the condition, or take the step away"),
        );
    }
}

/// Argo CD keeps some 600 bytes in a set's status for each Application that it rolls out, and etcd takes 1.5 MB.
const MAX_ROLLED: usize = 2_000;

fn too_many(db: &dyn Db, rolled: &Rolled<'_>, sink: &mut Sink) {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    clusters(db, rolled).for_each(|(cluster, _)| *count.entry(&cluster.hub).or_default() += 1);
    for (hub, count) in count.into_iter().filter(|(_, count)| *count > MAX_ROLLED) {
        let message = format!("{count} instances on hub `{hub}` are too many for one rollout");
        sink.push(
            Diagnostic::new(codes::TOO_LARGE, rollout_span(db, rolled.item), message)
                .note(format!(
                    "steps hold within one ApplicationSet, and its status has room for about {MAX_ROLLED} Applications"
                ))
                .help("declare several services, or leave the rollout away: without one the set is split"),
        );
    }
}

/// The clusters of a service's instances, each with its step.
fn clusters<'db>(db: &'db dyn Db, rolled: &Rolled<'db>) -> impl Iterator<Item = (&'db Cluster, usize)> {
    let slots = rolled.head.instances.iter().zip(&rolled.rollout.step_of);
    slots.filter_map(|(slot, step)| Some((estate(db).cluster(&slot.cluster)?, *step)))
}

/// A freeze of the service itself that lets people through.
fn by_hand(db: &dyn Db, rolled: &Rolled<'_>, sink: &mut Sink) {
    for freeze in frozen(db).of(Kind::Service, &rolled.head.name).iter().filter(|freeze| freeze.manual) {
        let Some(span) = freeze_span(db, Kind::Service, &rolled.head.name, &freeze.name) else { continue };
        let message = format!("`{}` lets people sync past the rollout, and not the rollout itself", freeze.name);
        sink.push(
            Diagnostic::new(codes::ROLLOUT_FROZEN, span, message)
                .also(rollout_span(db, rolled.item), "the service is rolled out in steps")
                .note("what a rollout syncs counts as automated, so `manual` does not open the window for it; whoever syncs by hand meanwhile takes no step before another")
                .help("leave `manual` away, so that the steps hold when the freeze is over"),
        );
    }
}

/// Freezes of environments of which later steps wait.
fn held(db: &dyn Db, all: &[Rolled<'_>], sink: &mut Sink) {
    for (_, of, freezes) in frozen(db).all().filter(|(kind, ..)| *kind == Kind::Environment) {
        let waiting: Vec<String> = all.iter().filter_map(|rolled| waiting(db, rolled, of)).collect();
        let Some(first) = waiting.first() else { continue };
        let more = if waiting.len() > 1 { format!(", and {} more", waiting.len() - 1) } else { String::new() };
        for freeze in freezes {
            let Some(span) = freeze_span(db, Kind::Environment, of, &freeze.name) else { continue };
            let message = format!("while `{}` holds `{of}` back, {first}{more}", freeze.name);
            sink.push(
                Diagnostic::new(codes::FREEZE_HOLDS_OTHERS, span, message)
                    .note("a step begins when everything in the one before is Synced and Healthy, and what is frozen is OutOfSync after a change")
                    .help("freeze what comes later as well, or roll out what is frozen last"),
            );
        }
    }
}

/// A service of which something elsewhere waits for an environment.
fn waiting(db: &dyn Db, rolled: &Rolled<'_>, of: &Arc<str>) -> Option<String> {
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    for (cluster, step) in clusters(db, rolled).filter(|(cluster, _)| cluster.environment == *of) {
        held.entry(&cluster.hub).and_modify(|first| *first = step.min(*first)).or_insert(step);
    }
    let waits = |(cluster, step): &(&Cluster, usize)| {
        cluster.environment != *of && held.get(cluster.hub.as_ref()).is_some_and(|first| step > first)
    };
    let (cluster, _) = clusters(db, rolled).find(waits)?;
    Some(format!("`{}` on `{}` waits for its step", rolled.head.name, cluster.name))
}
