//! The disk: the platform's files are read here, and the output folder is written.

mod disk;
mod load;
mod replace;
mod timings;
pub mod write;

pub use disk::{Disk, System};
pub use load::{LoadError, Project, find};
pub use replace::replace;
pub use timings::Timings;
