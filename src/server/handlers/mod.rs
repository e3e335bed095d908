//! One file for each family of requests: parameters in, an `ide` question, its answer in the protocol's words.

pub(super) mod actions;
pub(super) mod commands;
pub(super) mod diagnostics;
pub(super) mod format;
pub(super) mod generated;
pub(super) mod hover;
pub(super) mod navigate;
