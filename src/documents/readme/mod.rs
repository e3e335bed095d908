//! READMEs: the map of the platform, and a page for each service.

mod cells;
mod graph;
mod platform;
mod secrets;
mod service;

pub(super) use cells::address;
pub use graph::{GraphFormat, GraphScope, graph};
pub(super) use platform::platform_readme;
pub(super) use service::service_readme;
