//! The graph of needs, cluster by cluster.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;

use petgraph::algo::{tarjan_scc, toposort};
use petgraph::graphmap::{DiGraphMap, NodeTrait};
use rustc_hash::FxHashMap;

use super::layers::{LayerOrder, layer_order};
use super::needs::Heads;
use crate::db::Db;
use crate::model::{Need, Order, estate, head};
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// What is wrong with the order; the source is not named here.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Problem {
    /// A service is needed where it is not placed.
    NotPlaced {
        /// Who needs it.
        service: Arc<str>,
        /// Which of its lists of needs says so.
        list: usize,
        /// What it needs.
        need: Arc<str>,
        /// Where that is missing.
        clusters: Vec<Arc<str>>,
        /// Whether the cluster is named by the need itself.
        named: bool,
    },
    /// Services need each other in a circle: each with its list of needs, and the cluster.
    Cycle(Vec<(Arc<str>, usize)>, Arc<str>),
    /// A service needs one of a layer that does not come before its own.
    LaterLayer {
        /// Who needs it.
        service: Arc<str>,
        /// Which of its lists of needs says so.
        list: usize,
        /// What it needs.
        need: Arc<str>,
        /// The needed service's layer.
        layer: Arc<str>,
        /// What it was inferred from.
        inferred: Option<Arc<str>>,
    },
    /// Layers come after each other in a circle.
    LayerCycle(Vec<Arc<str>>),
    /// Environments come after each other in a circle.
    EnvironmentCycle(Vec<Arc<str>>),
}

/// The order of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The order of layers.
    pub layers: LayerOrder,
    /// For each service, the wave of each of its instances in its layer.
    waves: BTreeMap<Arc<str>, Vec<i64>>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// The heads of all services that have one, by name.
#[salsa::tracked]
pub(super) fn heads(db: &dyn Db) -> Heads {
    Heads::new(declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).clone()).collect())
}

/// Orders the platform. It reads names, layers, placements and needs only.
#[salsa::tracked]
pub fn plan(db: &dyn Db) -> Plan {
    let estate = estate(db);
    let heads = heads(db);
    let layers = layer_order(estate);
    let environments: Vec<_> = estate
        .environments
        .iter()
        .map(|environment| (environment.name.as_ref(), environment.after.as_slice()))
        .collect();
    let mut planner =
        Planner { heads, layers: &layers, waves: empty_waves(heads), problems: vec![], missing: BTreeMap::new() };
    planner.problems.extend(layers.cycles.iter().cloned().map(Problem::LayerCycle));
    planner.problems.extend(super::layers::cycles(&environments).into_iter().map(Problem::EnvironmentCycle));
    for clusters in alike(heads, estate.clusters.iter().map(|cluster| cluster.name.as_ref())) {
        planner.clusters(&clusters);
    }
    let Planner { waves, mut problems, missing, .. } = planner;
    problems.extend(missing.into_iter().map(|((service, list, need, named), clusters)| Problem::NotPlaced {
        service,
        list,
        need,
        clusters,
        named,
    }));
    problems.sort();
    problems.dedup();
    let names = heads.all.iter().map(|head| Arc::clone(&head.name));
    let waves = names.zip(waves).collect();
    Plan { layers, waves, problems }
}

/// The waves of a service's instances: within their layer, or with `order = always` from the cluster's root.
#[salsa::tracked]
pub fn waves<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<i64> {
    let plan = plan(db);
    let waves = plan.waves.get(item.name(db)).cloned().unwrap_or_default();
    let always = estate(db).platform.as_ref().is_some_and(|platform| platform.order == Order::Always);
    let layer = head(db, item).as_ref().map(|head| Arc::clone(&head.layer));
    match layer.filter(|_| always) {
        Some(layer) => waves.into_iter().map(|wave| (plan.layers.depth(&layer) + 1) * LAYER_GAP + wave).collect(),
        None => waves,
    }
}

/// Between the waves of two layers with `order = always`: more than the longest chain of needs in one.
const LAYER_GAP: i64 = 1000;

fn empty_waves(heads: &Heads) -> Vec<Vec<i64>> {
    heads.all.iter().map(|head| vec![0; head.instances.len()]).collect()
}

/// An instance as far as order is concerned: its head, its item, and its list of needs.
type Held<'h> = (usize, Option<&'h Arc<str>>, usize);

/// Clusters in groups that hold the same services with the same items and needs: each group is ordered once.
fn alike<'c>(heads: &'c Heads, clusters: impl Iterator<Item = &'c str>) -> Vec<Vec<&'c str>> {
    let mut held: FxHashMap<&str, Vec<Held<'_>>> = clusters.map(|cluster| (cluster, vec![])).collect();
    for (index, head) in heads.all.iter().enumerate() {
        for (slot, needs) in head.instances.iter().zip(&head.needs_of) {
            if let Some(held) = held.get_mut(slot.cluster.as_ref()) {
                held.push((index, slot.item.as_ref(), *needs));
            }
        }
    }
    let mut groups: FxHashMap<Vec<Held<'_>>, Vec<&str>> = FxHashMap::default();
    for (cluster, held) in held {
        groups.entry(held).or_default().push(cluster);
    }
    groups.values_mut().for_each(|clusters| clusters.sort_unstable());
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort();
    groups
}

/// One instance: its head and its position there.
type Node = (usize, usize);

type Missing = BTreeMap<(Arc<str>, usize, Arc<str>, bool), Vec<Arc<str>>>;

struct Planner<'p> {
    heads: &'p Heads,
    layers: &'p LayerOrder,
    waves: Vec<Vec<i64>>,
    problems: Vec<Problem>,
    missing: Missing,
}

impl Planner<'_> {
    /// Orders one cluster and gives its waves to all that are alike.
    fn clusters(&mut self, clusters: &[&str]) {
        let Some(first) = clusters.first() else { return };
        let mut graph = DiGraphMap::<Node, ()>::new();
        for index in 0..self.heads.all.len() {
            for position in self.heads.on(index, first) {
                graph.add_node((index, position));
                self.needs((index, position), clusters, &mut graph);
            }
        }
        for circle in circles(&graph) {
            self.problems
                .push(Problem::Cycle(circle.into_iter().map(|node| self.named(node)).collect(), (*first).into()));
        }
        let Ok(order) = toposort(&graph, None) else { return };
        let mut waves: FxHashMap<Node, i64> = FxHashMap::default();
        for node in order {
            let before = graph.neighbors_directed(node, petgraph::Direction::Incoming);
            let wave = before.map(|before| waves.get(&before).copied().unwrap_or(0) + 1).max().unwrap_or(0);
            waves.insert(node, wave);
        }
        for ((head, position), wave) in waves {
            self.spread(head, position, first, clusters, wave);
        }
    }

    /// The same wave on every cluster that is alike.
    fn spread(&mut self, head: usize, position: usize, first: &str, clusters: &[&str], wave: i64) {
        let place = position - self.heads.on(head, first).start;
        for cluster in clusters {
            if let Some(position) = self.heads.on(head, cluster).nth(place)
                && let Some(slot) = self.waves.get_mut(head).and_then(|waves| waves.get_mut(position))
            {
                *slot = wave;
            }
        }
    }

    fn named(&self, (head, position): Node) -> (Arc<str>, usize) {
        match self.heads.all.get(head) {
            Some(head) => (Arc::clone(&head.name), head.needs_of.get(position).copied().unwrap_or(0)),
            None => ("".into(), 0),
        }
    }

    fn needs(&mut self, node: Node, clusters: &[&str], graph: &mut DiGraphMap<Node, ()>) {
        for need in self.heads.needs(node.0, node.1) {
            let Some(needed) = self.heads.index(&need.service) else { continue };
            match &need.on {
                Some(cluster) => {
                    if self.heads.on(needed, cluster).is_empty() {
                        self.not_placed(node, &need, &[cluster], true);
                    }
                }
                None => self.here(node, &need, needed, clusters, graph),
            }
        }
    }

    fn here(&mut self, node: Node, need: &Need, needed: usize, clusters: &[&str], graph: &mut DiGraphMap<Node, ()>) {
        let cluster = clusters.first().copied().unwrap_or("");
        let meant = self.heads.meant(node.0, node.1, needed, cluster);
        if meant.is_empty() {
            return self.not_placed(node, need, clusters, false);
        }
        let layer = |head: usize| self.heads.all.get(head).map_or("", |head| head.layer.as_ref());
        let (own, other) = (layer(node.0), layer(needed));
        if own == other {
            for position in meant {
                graph.add_edge((needed, position), node, ());
            }
        } else if !self.layers.is_before(other, own) && self.layers.cycles.is_empty() {
            let (service, list) = self.named(node);
            let (need, layer, inferred) = (Arc::clone(&need.service), other.into(), need.inferred.clone());
            self.problems.push(Problem::LaterLayer { service, list, need, layer, inferred });
        }
    }

    fn not_placed(&mut self, node: Node, need: &Need, clusters: &[&str], named: bool) {
        let (service, list) = self.named(node);
        let missing = self.missing.entry((service, list, Arc::clone(&need.service), named)).or_default();
        for cluster in clusters {
            if !missing.iter().any(|known| known.as_ref() == *cluster) {
                missing.push((*cluster).into());
            }
        }
        missing.sort();
    }
}

/// The circles of a graph, each as its nodes in the order of the edges, the smallest first.
pub(super) fn circles<N: NodeTrait + Hash>(graph: &DiGraphMap<N, ()>) -> Vec<Vec<N>> {
    let mut circles: Vec<Vec<N>> = tarjan_scc(graph)
        .into_iter()
        .filter(|component| {
            component.len() > 1 || component.first().is_some_and(|node| graph.contains_edge(*node, *node))
        })
        .map(|component| circle(graph, &component))
        .collect();
    circles.sort();
    circles
}

/// One circle through the smallest node of a component.
fn circle<N: NodeTrait + Hash>(graph: &DiGraphMap<N, ()>, component: &[N]) -> Vec<N> {
    let Some(start) = component.iter().copied().min() else { return vec![] };
    let mut previous: FxHashMap<N, N> = FxHashMap::default();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for next in graph.neighbors(node) {
            if next == start {
                return path(&previous, start, node);
            }
            if component.contains(&next) && !previous.contains_key(&next) {
                previous.insert(next, node);
                queue.push_back(next);
            }
        }
    }
    vec![start]
}

fn path<N: NodeTrait + Hash>(previous: &FxHashMap<N, N>, start: N, end: N) -> Vec<N> {
    let mut path = vec![end];
    let mut node = end;
    while node != start {
        let Some(before) = previous.get(&node) else { break };
        node = *before;
        path.push(node);
    }
    path.reverse();
    path
}
