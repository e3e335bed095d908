//! Environments as stages: in which order changes reach them, what each of them runs, and what they must not differ in.

mod check;
mod order;
mod runs;
mod step;
mod watch;

pub use order::{Stages, stage_order};
pub use runs::{Running, Runs, Stage, running};
pub use step::Relation;
pub(super) use watch::Watched;
