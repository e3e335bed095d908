//! A review as people and programs read it.

mod html;
mod json;
mod markdown;
mod sections;
mod text;
mod words;

pub use html::html;
pub use json::json;
pub use markdown::{MARK, markdown};
pub use sections::Section;
pub use text::text;
