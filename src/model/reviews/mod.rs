//! Whose the files are that people write: those of the language, data, and what services are rendered from. What is
//! written for a service is its owner's, so that is left to the documents.

mod files;
mod reads;

pub use files::file_owner;
pub use reads::{Read, Reader, owned_reads};
