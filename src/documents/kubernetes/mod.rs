//! Kubernetes' own kinds, and kustomizations.

mod binding;
mod bounds;
mod deployer;
mod foundation;
mod kustomization;
mod namespace;
mod overlay;
mod preview;
mod secret;
mod ttl;

pub(super) use binding::{access, preview_roles};
pub(super) use deployer::ACCOUNT;
pub(super) use foundation::{Foundation, Place, foundation_files};
pub(super) use kustomization::bootstrap;
pub(super) use namespace::{labels, lasting, lasting_namespace};
pub(super) use overlay::written;
pub(super) use preview::{lifetime, preview_files};
pub(super) use ttl::NAME as TIME_TO_LIVE;
