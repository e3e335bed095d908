pub mod yaml;
mod file;
pub use file::{OutputContent, OutputFile};
