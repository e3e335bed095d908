//! The order of layers.

use std::collections::BTreeMap;
use std::sync::Arc;

use petgraph::graphmap::DiGraphMap;

use crate::model::Estate;

/// The order of layers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerOrder {
    /// For each layer, how many stand before it on the longest way.
    depth: BTreeMap<Arc<str>, i64>,
    /// For each layer, all that stand before it.
    before: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// Circles, each as its layers in order.
    pub cycles: Vec<Vec<Arc<str>>>,
}

impl LayerOrder {
    /// How many layers stand before this one on the longest way.
    #[must_use]
    pub fn depth(&self, layer: &str) -> i64 {
        self.depth.get(layer).copied().unwrap_or(0)
    }

    /// Whether the first layer is done when the second begins.
    #[must_use]
    pub fn is_before(&self, first: &str, second: &str) -> bool {
        self.before.get(second).is_some_and(|before| before.iter().any(|layer| layer.as_ref() == first))
    }
}

/// Sorts the layers.
#[must_use]
pub fn layer_order(estate: &Estate) -> LayerOrder {
    let names: Vec<(&str, &[Arc<str>])> =
        estate.layers.iter().map(|layer| (layer.name.as_ref(), layer.after.as_slice())).collect();
    let cycles = cycles(&names);
    let mut order = LayerOrder { cycles, ..LayerOrder::default() };
    if !order.cycles.is_empty() {
        return order;
    }
    for layer in &estate.layers {
        let mut before: Vec<Arc<str>> = vec![];
        ancestors(estate, &layer.name, &mut before);
        order.before.insert(Arc::clone(&layer.name), before);
    }
    for layer in &estate.layers {
        order.depth.insert(Arc::clone(&layer.name), depth(estate, &layer.name));
    }
    order
}

fn ancestors(estate: &Estate, layer: &str, found: &mut Vec<Arc<str>>) {
    for after in estate.layer(layer).map(|layer| layer.after.as_slice()).unwrap_or_default() {
        if !found.contains(after) {
            found.push(Arc::clone(after));
            ancestors(estate, after, found);
        }
    }
}

fn depth(estate: &Estate, layer: &str) -> i64 {
    let after = estate.layer(layer).map(|layer| layer.after.as_slice()).unwrap_or_default();
    after.iter().map(|layer| depth(estate, layer) + 1).max().unwrap_or(0)
}

/// The circles among names that come after others.
pub(super) fn cycles(names: &[(&str, &[Arc<str>])]) -> Vec<Vec<Arc<str>>> {
    let mut graph = DiGraphMap::<&str, ()>::new();
    for (name, after) in names {
        graph.add_node(name);
        for before in *after {
            graph.add_edge(before.as_ref(), name, ());
        }
    }
    super::graph::circles(&graph).into_iter().map(|circle| circle.into_iter().map(Arc::from).collect()).collect()
}
