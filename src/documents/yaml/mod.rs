//! Writing YAML: documents as trees, their templates, and the one writer behind both.
//!
//! The output is in `kubectl`'s style: block collections, sequences at their key's indentation, keys in the
//! order given. A scalar stands unquoted only where every reader, of YAML 1.1 or 1.2, takes it for a string.

mod convert;
mod node;
mod scalar;
mod template;
mod text;
mod writer;

pub use node::Node;
pub use template::{Template, write};
pub use text::{Hole, Part, Text};
