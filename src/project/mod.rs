//! The disk: the platform's files are read here, and the output folder is written.

mod load;
// pub mod write;

pub use load::{LoadError, Project, find};
