//! The disk: the platform's files are read and watched here, and the output folder is written.

mod disk;
mod listing;
mod load;
mod read;
mod replace;
mod timings;
pub mod watch;
pub mod write;

pub use disk::{Disk, System};
pub use load::{LoadError, Project, Question, Refreshed, Survey, Touched, find};
pub use read::names_in;
pub use replace::replace;
pub use timings::Timings;
