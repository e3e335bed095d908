//! Which files belong to the platform and what they declare: imports, `for` expansion, and the table of all names.

mod bindings;
mod imports;
mod item;
mod scope;

pub(crate) use imports::unknown_teams;
pub use imports::{Wanted, bound_team, data_paths, imported, reachable, takes_in, wanted};
pub use item::{Item, MAX_DECLARED, body, doc, items, siblings, sink_of, subject, with_subject};
pub use scope::{Declarations, declarations, names};
pub(crate) use scope::{duplicates, name_span};
