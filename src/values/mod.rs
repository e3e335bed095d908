//! Values and expressions: what a piece of source means where its names have values.

mod arithmetic;
mod check;
mod claim;
mod cost;
mod data;
mod evaluate;
mod functions;
mod handle;
mod path;
mod pattern;
mod pull;
mod quantity;
mod resolve;
mod schedule;
mod text;
mod value;
mod yaml;
mod zone;

pub use check::check;
pub use claim::{Answers, Question, Unanswered, asked_in};
pub use cost::MAX_NESTING;
pub use data::{DataFormat, data_calls, data_file, from_json, join_path};
pub use evaluate::{boolean, evaluate, evaluate_named};
pub use path::path_keys;
pub use pattern::{Own, Piece, text_of};
pub use pull::{LONGEST_SLUG, PULL, PULL_FACTS, PullFact, computed, facts_in, with_facts, with_samples};
pub use quantity::quantity;
pub use resolve::{Ambients, Expected, Locals, Lookup, Names, Scope, World};
pub use schedule::Schedule;
pub use text::{TextProblem, check_text, is_qualified_name, is_subdomain, sync_options};
pub use value::Value;
pub use yaml::{MAX_GROWTH, MAX_YAML, bounded};
pub use zone::Zone;
