//! One file for each family of requests: parameters in, an `ide` question, its answer in the protocol's words.

pub(super) mod actions;
pub(super) mod calls;
pub(super) mod commands;
pub(super) mod completion;
pub(super) mod diagnostics;
pub(super) mod format;
pub(super) mod generated;
pub(super) mod hints;
pub(super) mod hover;
pub(super) mod lenses;
pub(super) mod navigate;
pub(super) mod rename;
pub(super) mod signature;
pub(super) mod structure;
pub(super) mod tokens;
