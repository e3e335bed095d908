//! Rollouts: the steps of an `ApplicationSet`, which select what it makes by a label.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::yaml::{Hole, Node};
use crate::db::Db;
use crate::model::{Batch, Rollout, RolloutStep, estate, head, rollout};
use crate::names::declarations;
use crate::schema::Kind;

/// The label of an Application that says in which step it is, and the key of an element that does.
pub(super) const LABEL: &str = "platformc.io/step";
pub(super) const KEY: &str = "step";

/// The step of an element, where its template takes it from there; no value of an instance fills it.
pub(super) const STEP: Hole = Hole(7);

/// What a step is called.
pub(super) fn number(step: usize) -> String {
    (step + 1).to_string()
}

/// Lets an Application of a template take its step from the element that it is made of.
pub(super) fn take_from_element(application: &mut Node) {
    if let Some(step) = application.at_mut(&["metadata", "labels", LABEL]) {
        *step = Node::hole(STEP);
    }
}

/// The strategy of a set with these instances. Steps keep their numbers where others have no instance: Argo CD takes a set
/// with an empty step for wrong.
pub(super) fn strategy(rollout: &Rollout, instances: impl Iterator<Item = usize>) -> Node {
    let own: BTreeSet<usize> = instances.filter_map(|position| rollout.step_of.get(position)).copied().collect();
    let steps = rollout.steps.iter().enumerate().filter(|(index, _)| own.contains(index));
    let steps = steps.map(|(index, step)| step_node(index, step)).collect();
    Node::map([("type", Node::text("RollingSync")), ("rollingSync", Node::map([("steps", Node::List(steps))]))])
        .with_some("deletionOrder", rollout.reverse.then_some("Reverse"))
}

fn step_node(index: usize, step: &RolloutStep) -> Node {
    let selects = Node::map([
        ("key", Node::text(LABEL)),
        ("operator", Node::text("In")),
        ("values", Node::List(vec![Node::text(number(index))])),
    ]);
    let batch = step.batch.as_ref().map(|batch| match batch {
        Batch::Count(count) => Node::Int(*count),
        Batch::Part(part) => Node::text(Arc::clone(part)),
    });
    Node::map([("matchExpressions", Node::List(vec![selects]))]).with_some("maxUpdate", batch)
}

/// The hubs whose ApplicationSet controller has something to roll out.
#[salsa::tracked]
pub(in crate::documents) fn rolling_hubs(db: &dyn Db) -> BTreeSet<Arc<str>> {
    let services = declarations(db).of(db, Kind::Service).filter(|item| rollout(db, *item).is_some());
    let slots = services.filter_map(|item| head(db, item).as_ref()).flat_map(|head| &head.instances);
    slots.filter_map(|slot| Some(Arc::clone(&estate(db).cluster(&slot.cluster)?.hub))).collect()
}
