//! How a value comes about: contributions of every level, conditions and which is narrower, and the merge that keeps for
//! every value the line it comes from.

mod collect;
mod condition;
mod conform;
mod contribution;
mod locals;
mod mentions;
mod merge;
mod patterns;
mod pulls;
mod trace;
mod tree;

pub use collect::{Collector, Place};
pub use condition::{Facts, Narrowness, narrowness};
pub(crate) use conform::mismatch;
pub use conform::{Target, conform, conform_key};
pub use contribution::{Action, Condition, Contribution, Contributions, Deferred, Frame, Level};
pub use locals::{locals, scope_in};
pub use mentions::{Mention, Naming, mentions, mentions_of_conditions, of_expr};
pub use merge::{Merged, merge, strongest_first};
pub use patterns::mark_patterns;
pub use trace::{Step, trace};
pub use tree::Tree;
