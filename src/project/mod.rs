//! The disk: the platform's files are read and watched here, on the disk or in a revision, and the output folder is written.

mod clock;
mod disk;
mod find;
mod git;
mod listing;
mod load;
mod objects;
mod origin;
mod read;
mod replace;
mod timings;
pub mod watch;
pub mod write;

pub use clock::today;
pub use disk::{Disk, System};
pub use find::{find, find_in};
pub use git::{GitError, Repository, Revision};
pub use load::{LoadError, Project, Question, Refreshed, Survey, Touched};
pub use origin::Origin;
pub use read::names_in;
pub use replace::replace;
pub use timings::Timings;
