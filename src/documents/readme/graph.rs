//! The graph of needs, for README and the command.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::db::Db;
use crate::model::{estate, head};
use crate::names::declarations;
use crate::plan::{needs, plan};
use crate::schema::Kind;

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
    /// JSON.
    Json,
}

/// Which part of the platform is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphScope {
    /// All services.
    Whole,
    /// The services of one cluster.
    Cluster(String),
    /// One service with what it needs and what needs it.
    Service(String),
}

/// The services by layer, and who needs whom.
struct Drawn {
    layers: Vec<(String, BTreeSet<String>)>,
    needs: BTreeSet<(String, String)>,
}

/// Draws the needs of services. Layers are drawn as groups, from the first to the last.
#[must_use]
pub fn graph(db: &dyn Db, scope: &GraphScope, format: GraphFormat) -> String {
    let drawn = draw(db, scope);
    match format {
        GraphFormat::Dot => dot(&drawn),
        GraphFormat::Mermaid => mermaid(&drawn),
        GraphFormat::Json => json(&drawn),
    }
}

fn draw(db: &dyn Db, scope: &GraphScope) -> Drawn {
    let mut services: BTreeMap<String, String> = BTreeMap::new();
    let mut needed = BTreeSet::new();
    for head in declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref()) {
        let on_cluster = |cluster: &str| head.instances.iter().any(|slot| slot.cluster.as_ref() == cluster);
        if matches!(scope, GraphScope::Cluster(cluster) if !on_cluster(cluster)) {
            continue;
        }
        services.insert(head.name.to_string(), head.layer.to_string());
        let cluster = if let GraphScope::Cluster(cluster) = scope { Some(cluster.as_str()) } else { None };
        let edges = needs(db, &head.name, cluster);
        needed.extend(edges.iter().map(|edge| (head.name.to_string(), edge.service.to_string())));
    }
    if let GraphScope::Service(service) = scope {
        needed.retain(|(from, to)| from == service || to == service);
        services.retain(|name, _| name == service || needed.iter().any(|(from, to)| from == name || to == name));
    }
    needed.retain(|(from, to)| services.contains_key(from) && services.contains_key(to));
    Drawn { layers: by_layer(db, services), needs: needed }
}

fn by_layer(db: &dyn Db, services: BTreeMap<String, String>) -> Vec<(String, BTreeSet<String>)> {
    let order = &plan(db).layers;
    let mut layers: Vec<&str> = estate(db).layers.iter().map(|layer| layer.name.as_ref()).collect();
    layers.sort_by_key(|layer| (order.depth(layer), *layer));
    let of = |layer: &str| {
        services.iter().filter(|(_, of)| *of == layer).map(|(name, _)| name.clone()).collect::<BTreeSet<_>>()
    };
    layers.into_iter().map(|layer| (layer.to_owned(), of(layer))).filter(|(_, services)| !services.is_empty()).collect()
}

fn mermaid(drawn: &Drawn) -> String {
    let mut out = String::from("graph LR\n");
    for (layer, services) in &drawn.layers {
        let _ = writeln!(out, "  subgraph layer-{layer} [{layer}]");
        for service in services {
            let _ = writeln!(out, "    {service}");
        }
        out.push_str("  end\n");
    }
    for pair in drawn.layers.windows(2) {
        if let [(before, _), (after, _)] = pair {
            let _ = writeln!(out, "  layer-{before} ==> layer-{after}");
        }
    }
    for (from, to) in &drawn.needs {
        let _ = writeln!(out, "  {to} --> {from}");
    }
    out
}

fn dot(drawn: &Drawn) -> String {
    let mut out = String::from("digraph platform {\n  rankdir = LR;\n");
    for (layer, services) in &drawn.layers {
        let _ = writeln!(out, "  subgraph \"cluster_{layer}\" {{\n    label = \"{layer}\";");
        for service in services {
            let _ = writeln!(out, "    \"{service}\";");
        }
        out.push_str("  }\n");
    }
    for (from, to) in &drawn.needs {
        let _ = writeln!(out, "  \"{to}\" -> \"{from}\";");
    }
    out.push_str("}\n");
    out
}

fn json(drawn: &Drawn) -> String {
    let layers: Vec<_> = drawn
        .layers
        .iter()
        .map(|(layer, services)| serde_json::json!({ "layer": layer, "services": services }))
        .collect();
    let needs: Vec<_> =
        drawn.needs.iter().map(|(from, to)| serde_json::json!({ "service": from, "needs": to })).collect();
    let value = serde_json::json!({ "layers": layers, "needs": needs });
    serde_json::to_string_pretty(&value).map(|text| text + "\n").unwrap_or_default()
}
