//! Rollouts, for people: which instances take a change first, and what that costs.

use std::fmt::Write as _;

use super::super::argocd::rolling_hubs;
use super::cells::cell;
use crate::db::Db;
use crate::model::{Batch, Estate, Rollout, RolloutStep, Service, estate, some};

/// Said of every rollout, since nothing in Argo CD says it.
const COSTS: &str = "A step begins when everything in the one before is Synced and Healthy; what becomes Degraded stops the steps after it, and \
                     nothing rolls back. Argo CD counts what it has not looked at since a commit as done, so let the first step look first. \
                     While it is rolled out, the service does not heal itself: what is changed by hand stays until the next commit. A freeze holds a rollout \
                     back where it stands. Argo CD calls this beta, before 3.3 alpha.\n";

/// The section about the rollout of a service; nothing where it has none.
pub(super) fn section(db: &dyn Db, service: &Service) -> String {
    let Some(rollout) = &service.rollout else { return String::new() };
    let estate = estate(db);
    let mut out = "\n## Rollout\n\n| step | where | at once | instances |\n|--:|---|---|---|\n".to_owned();
    for (index, step) in rollout.steps.iter().enumerate() {
        let instances = instances(service, rollout, index);
        if !instances.is_empty() {
            let names: Vec<&str> = instances.iter().map(AsRef::as_ref).collect();
            let _ = writeln!(out, "| {} | {} | {} | {} |", index + 1, place(step), at_once(step), some(&names));
        }
    }
    let _ = write!(out, "\n{COSTS}");
    if hubs(service, estate) > 1 {
        out.push_str(
            "\nSteps hold within a hub: each has its own ApplicationSet, and none sees what another hub rolls out.\n",
        );
    }
    out
}

fn place(step: &RolloutStep) -> String {
    step.on.as_ref().map_or_else(|| "the rest".to_owned(), |on| format!("`{}`", cell(on)))
}

fn at_once(step: &RolloutStep) -> String {
    match &step.batch {
        None => "all".to_owned(),
        Some(Batch::Count(count)) => count.to_string(),
        Some(Batch::Part(part)) => part.to_string(),
    }
}

fn instances(service: &Service, rollout: &Rollout, index: usize) -> Vec<String> {
    let slots = service.head.instances.iter().zip(&rollout.step_of).filter(|(_, step)| **step == index);
    let shown = slots.map(|(slot, _)| match &slot.item {
        Some(item) => format!("{item}@{}", slot.cluster),
        None => slot.cluster.to_string(),
    });
    shown.collect()
}

fn hubs(service: &Service, estate: &Estate) -> usize {
    let clusters = service.head.instances.iter().filter_map(|slot| estate.cluster(&slot.cluster));
    clusters.map(|cluster| &cluster.hub).collect::<std::collections::BTreeSet<_>>().len()
}

/// What an admin has to do so that rollouts are heard of.
pub(super) fn controllers(out: &mut String, db: &dyn Db) {
    let hubs: Vec<&str> = rolling_hubs(db).iter().map(AsRef::as_ref).collect();
    if hubs.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "Some services are rolled out in steps. The ApplicationSet controller reads only when it starts that it shall take steps \
         (`applicationsetcontroller.enable.progressive.syncs`), so restart it once after that stands in its settings: `kubectl rollout \
         restart deployment argocd-applicationset-controller` beside Argo CD, on {}. Until then it syncs everything at once.\n",
        some(&hubs)
    );
}
