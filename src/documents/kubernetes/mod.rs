//! Kubernetes' own kinds, and kustomizations.

mod bounds;
mod kustomization;
mod namespace;
mod overlay;

pub(super) use kustomization::bootstrap;
pub(super) use namespace::namespaces;
pub(super) use overlay::written;
