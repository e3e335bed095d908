//! Argo CD's own kinds.

mod application;
mod application_set;
mod config_map;
mod credential;
mod policy;
mod previews;
mod project;
mod registration;
mod rolling;
mod roots;
mod windows;

pub(super) use application::{LEAVING, leaf_places, shared_application};
pub use application::{Meaning, applications, applications_of, leaf_path, leaving_of};
pub(super) use application_set::{CLUSTER_OF_LABELS, application_sets};
pub(super) use config_map::settings;
pub(super) use previews::preview_sets;
pub use previews::{Pull, previews_of};
pub(super) use project::projects;
pub(super) use registration::{RENAMED, registrations};
pub(super) use rolling::rolling_hubs;
pub(super) use roots::{cluster_files, root_files};

use super::yaml::Node;

pub(super) const IN_CLUSTER: &str = "https://kubernetes.default.svc";
pub(super) const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";
pub(in crate::documents) const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";
pub(super) const ADMIN: &str = "admin";

/// An object's head.
pub(in crate::documents) fn object(api_version: &str, kind: &str, metadata: Node) -> Node {
    Node::map([("apiVersion", Node::text(api_version)), ("kind", Node::text(kind)), ("metadata", metadata)])
}

/// The API version of Argo CD's kinds.
pub(super) const ARGO: &str = "argoproj.io/v1alpha1";
