//! Kubernetes' own kinds, and kustomizations.

mod kustomization;
mod namespace;
mod overlay;
mod secret;

pub(super) use kustomization::bootstrap;
pub(super) use namespace::namespaces;
pub(super) use overlay::written;
