use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::ReportFormat;

use super::ui;
use crate::db::Db;
use crate::ide::{Instance, instance_name as show};
use crate::model::{Slot, estate};
use crate::plan::{Edge, Guarantee, Reason, edges};

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
    out
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
    json!({
        "instance": show(instance.service, &instance.slot),
        "application": application(db, instance.service, &instance.slot),
        "hub": estate(db).cluster(&instance.slot.cluster).map(|cluster| cluster.hub.to_string()),
        "after": after.collect::<Vec<_>>(),
    })
}

/// What Argo CD calls an instance.
fn application(db: &dyn Db, service: &str, slot: &Slot) -> Option<String> {
    let cluster = estate(db).cluster(&slot.cluster)?;
    Some(estate(db).platform.as_ref()?.names.name(service, slot.item.as_deref(), cluster))
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
