//! What the compiler has to say: diagnostics, the registry of their codes, and how they are shown.

mod baseline;
mod budget;
mod codes;
mod diagnostic;
mod fix;
mod json;
mod lines;
mod place;
mod registry;
mod render;
mod reports;
mod sink;
mod suggest;

pub use baseline::Baseline;
pub use budget::{MAX_DECLARATION, MAX_EXPRESSION};
pub use codes::*;
pub use diagnostic::{Diagnostic, Label, Severity, Span, Waived};
pub use fix::{Change, Fix};
pub use json::to_json;
pub(crate) use place::place;
pub use place::sort;
pub use registry::Code;
pub use render::{printable, render};
pub use reports::{to_github, to_gitlab, to_junit, to_sarif};
pub use sink::{Reported, Sink};
pub use suggest::{did_you_mean, with_article};
