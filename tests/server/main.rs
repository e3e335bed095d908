//! The language server, as an editor meets it: over an in-memory connection.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod actions;
mod basics;
mod calls;
mod colours;
mod commands;
mod completion;
mod editor;
mod files;
mod generated;
mod hints;
mod hover;
mod lenses;
mod navigate;
mod protocol;
mod structure;
#[path = "../support/mod.rs"]
mod support;
mod typing;
