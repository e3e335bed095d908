//! Where each file stands in the output folder.

use crate::model::{Estate, Head};

/// The folder of a service.
pub(super) fn service_folder(head: &Head) -> String {
    format!("{}/{}", head.layer, head.name)
}

/// The folder with what bounds a service's previews.
pub(super) fn bounds_folder(head: &Head) -> String {
    format!("{}/preview/bounds", service_folder(head))
}

/// A folder of the control plane: with several hubs, each has one of its own below it.
pub(super) fn of_hub(estate: &Estate, folder: &str, hub: &str) -> String {
    if estate.hubs.len() > 1 { format!("{folder}/{hub}") } else { folder.to_owned() }
}

pub(super) const ROOTS: &str = "_main_apps";
pub(super) const CONTROL_PLANE: &str = "argocd";
pub(super) const SETS: &str = "application-sets";
pub(super) const PROMOTION: &str = "promotion";
pub(super) const SETTINGS: &str = "settings";

/// The folder of a cluster.
pub(super) fn cluster(name: &str) -> String {
    format!("clusters/{name}")
}

/// The file of a leaf Application.
pub(super) fn leaf(cluster: &str, layer: &str, service: &str, item: Option<&str>) -> String {
    match item {
        Some(item) => format!("clusters/{cluster}/{layer}/{service}.{item}.yaml"),
        None => format!("clusters/{cluster}/{layer}/{service}.yaml"),
    }
}
