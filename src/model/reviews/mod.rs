//! Whose the files are that people write: those of the language, data, and what services are rendered from. What is
//! written for a service is its owner's, so that is left to the documents.

mod files;
mod places;
mod reads;

pub use files::file_owner;
pub use places::codeowners_places;
pub use reads::{Read, Reader, owned_reads};
