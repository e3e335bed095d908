//! READMEs: the map of the platform, and a page for each service.

mod access;
mod cells;
mod freezes;
mod graph;
mod platform;
mod previews;
mod rollouts;
mod secrets;
mod service;
mod stages;

pub use access::{AccessRow, access_rows};
pub(super) use cells::address;
pub use graph::{GraphFormat, GraphScope, graph};
pub(super) use platform::platform_readme;
pub(super) use service::service_readme;
pub use stages::inhabited;
