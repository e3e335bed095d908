//! Kubernetes' own kinds, and kustomizations.

mod binding;
mod bounds;
mod deployer;
mod foundation;
mod kustomization;
mod namespace;
mod overlay;
mod secret;

pub(super) use binding::access;
pub(super) use deployer::ACCOUNT;
pub(super) use foundation::{Foundation, Place, foundation_files};
pub(super) use kustomization::bootstrap;
pub(super) use overlay::written;
