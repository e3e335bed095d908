//! The language server, as an editor meets it: over an in-memory connection.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod basics;
mod calls;
mod colours;
mod completion;
mod editor;
mod files;
mod hints;
mod hover;
mod lenses;
mod navigate;
mod protocol;
mod structure;
#[path = "../support/mod.rs"]
mod support;
mod typing;
