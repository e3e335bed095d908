//! The language server, as an editor meets it: over an in-memory connection.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod actions;
mod basics;
mod commands;
mod editor;
mod files;
mod generated;
mod protocol;
#[path = "../support/mod.rs"]
mod support;
mod typing;
