//! Order: layers as barriers, needs within a cluster, waves by the longest path, and what is wrong with any of it.

mod graph;
mod impact;
mod layers;
mod needs;
mod order;

pub use graph::{Plan, Problem, plan, waves};
pub use impact::{Dependent, Placed, dependents, layers_behind};
pub use layers::{LayerOrder, layer_order};
pub use order::{Edge, Guarantee, Reason, edges, needed_anyhow, needed_by, needs};
