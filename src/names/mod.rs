//! Which files belong to the platform and what they declare: imports, `for` expansion, and the table of all names.

mod imports;
mod item;
mod scope;

pub use imports::{Wanted, reachable, wanted};
pub use item::{Item, body, doc, items};
pub use scope::{Declarations, declarations, names};
pub(crate) use scope::{duplicates, name_span};
