use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::ReportFormat;

use super::ui;
use crate::db::Db;
use crate::ide::{Instance, instance_name as show};
use crate::model::{Slot, estate, head, rollout, some};
use crate::names::declarations;
use crate::plan::{Edge, Guarantee, Reason, edges};
use crate::schema::Kind;

/// `platformc explain order`
pub(super) fn of_all(db: &dyn Db, format: ReportFormat) -> u8 {
    print(db, &Instance::all(db).collect::<Vec<_>>(), format)
}

/// `platformc explain order INSTANCE`
pub(super) fn of_one(db: &dyn Db, instance: &Instance<'_>, format: ReportFormat) -> u8 {
    print(db, std::slice::from_ref(instance), format)
}

fn print(db: &dyn Db, instances: &[Instance<'_>], format: ReportFormat) -> u8 {
    match format {
        ReportFormat::Text => ui::print(&instances.iter().map(|instance| text(db, instance)).collect::<String>()),
        ReportFormat::Json => {
            let all: Vec<Value> = instances.iter().map(|instance| object(db, instance)).collect();
            ui::print(&(serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"))
        }
    }
}

fn text(db: &dyn Db, instance: &Instance<'_>) -> String {
    let edges = edges(db, instance.service, instance.position);
    let mut out = format!("{}\n", show(instance.service, &instance.slot));
    if edges.is_empty() {
        out.push_str("  nothing comes before it\n");
    }
    for edge in &edges {
        let (after, guarantee) = (show(&edge.service, &edge.slot), guarantee(edge));
        let _ = writeln!(out, "  after {after}  [{guarantee}] {}: {}", reason(edge), edge.because);
    }
    if let Some(step) = Step::of(db, instance) {
        out.push_str(&step.text());
    }
    out
}

/// An instance in the rollout of its service.
struct Step {
    number: usize,
    steps: usize,
    hub: String,
    /// The instances that take a change directly before it.
    before: Vec<String>,
}

impl Step {
    fn of(db: &dyn Db, instance: &Instance<'_>) -> Option<Self> {
        let item = declarations(db).get(Kind::Service, instance.service)?;
        let (head, rollout) = (head(db, item).as_ref()?, rollout(db, item).as_ref()?);
        let hub = |position: usize| {
            let slot = head.instances.get(position)?;
            estate(db).cluster(&slot.cluster).map(|cluster| &cluster.hub)
        };
        let own = hub(instance.position)?;
        let before = rollout.before(instance.position, |other| hub(other) == Some(own)).into_iter();
        Some(Self {
            number: rollout.number(instance.position)?,
            steps: rollout.steps.len(),
            hub: own.to_string(),
            before: before.filter_map(|other| Some(show(instance.service, head.instances.get(other)?))).collect(),
        })
    }

    fn text(&self) -> String {
        let names: Vec<&str> = self.before.iter().map(AsRef::as_ref).collect();
        let after =
            if names.is_empty() { "the first on its hub".to_owned() } else { format!("after {}", some(&names)) };
        format!("  step {} of {} in its rollout on hub {}: {after}\n", self.number, self.steps, self.hub)
    }

    fn object(&self) -> Value {
        json!({ "number": self.number, "of": self.steps, "after": self.before })
    }
}

fn object(db: &dyn Db, instance: &Instance<'_>) -> Value {
    let after = edges(db, instance.service, instance.position).into_iter().map(|edge| {
        json!({
            "instance": show(&edge.service, &edge.slot),
            "application": application(db, &edge.service, &edge.slot),
            "guarantee": guarantee(&edge),
            "reason": reason(&edge),
            "because": edge.because,
        })
    });
    let mut object = json!({
        "instance": show(instance.service, &instance.slot),
        "application": application(db, instance.service, &instance.slot),
        "hub": estate(db).cluster(&instance.slot.cluster).map(|cluster| cluster.hub.to_string()),
        "after": after.collect::<Vec<_>>(),
    });
    if let (Some(step), Some(keys)) = (Step::of(db, instance), object.as_object_mut()) {
        keys.insert("step".to_owned(), step.object());
    }
    object
}

/// What Argo CD calls an instance.
fn application(db: &dyn Db, service: &str, slot: &Slot) -> Option<String> {
    let cluster = estate(db).cluster(&slot.cluster)?;
    let known = &head(db, declarations(db).get(Kind::Service, service)?).as_ref()?.identity.application;
    Some(estate(db).platform.as_ref()?.names.name(known, slot.item.as_deref(), cluster))
}

fn guarantee(edge: &Edge) -> &'static str {
    match edge.guarantee {
        Guarantee::Ordered => "ordered",
        Guarantee::Converges => "converges",
    }
}

fn reason(edge: &Edge) -> String {
    match &edge.reason {
        Reason::Written => "needs".to_owned(),
        Reason::Inferred(what) => format!("uses {what}"),
        Reason::Layer(layer) => format!("layer {layer} comes before"),
    }
}
