use std::sync::Arc;

use super::super::yaml::Node;
use super::super::{header, paths};
use crate::model::{Estate, Hub};

/// The kustomizations that `kubectl apply -k` is given once. `files` are the control plane's.
pub(in crate::documents) fn bootstrap(estate: &Estate, files: &[String]) -> Vec<(String, Arc<str>)> {
    match estate.hubs.as_slice() {
        [hub] => {
            let mut resources = of_hub(estate, hub, files);
            resources.push(format!("{}/root.yaml", paths::ROOTS));
            vec![("kustomization.yaml".to_owned(), text(&resources, "the bootstrap, applied by hand once"))]
        }
        hubs => hubs.iter().flat_map(|hub| several(estate, hub, files)).collect(),
    }
}

fn of_hub(estate: &Estate, hub: &Hub, files: &[String]) -> Vec<String> {
    let folder = format!("{}/", paths::of_hub(estate, paths::CONTROL_PLANE, &hub.name));
    let settings = format!("{folder}{}/", paths::SETTINGS);
    files.iter().filter(|file| file.starts_with(&folder) && !file.starts_with(&settings)).cloned().collect()
}

/// With several hubs each has an entry of its own. A kustomization reads files of its own folder only, so the control plane
/// and the root have one each, and the hub's joins them.
fn several(estate: &Estate, hub: &Hub, files: &[String]) -> Vec<(String, Arc<str>)> {
    let control_plane = paths::of_hub(estate, paths::CONTROL_PLANE, &hub.name);
    let roots = paths::of_hub(estate, paths::ROOTS, &hub.name);
    let inner: Vec<String> = of_hub(estate, hub, files)
        .iter()
        .map(|file| file.strip_prefix(&format!("{control_plane}/")).unwrap_or(file).to_owned())
        .collect();
    let joined = [format!("../../{control_plane}"), format!("../../{roots}")];
    let what = format!("the bootstrap of hub {}, applied by hand once", hub.name);
    vec![
        (format!("{control_plane}/kustomization.yaml"), text(&inner, "part of the bootstrap")),
        (format!("{roots}/kustomization.yaml"), text(&["root.yaml".to_owned()], "part of the bootstrap")),
        (format!("bootstrap/{}/kustomization.yaml", hub.name), text(&joined, &what)),
    ]
}

/// A kustomization that holds these files and folders, as a file of the whole platform.
pub(super) fn text(resources: &[String], what: &str) -> Arc<str> {
    header::document(kustomization(resources.iter().map(String::as_str)), what)
}

/// A kustomization that holds these files and folders.
pub(super) fn kustomization<'r>(resources: impl IntoIterator<Item = &'r str>) -> Node {
    Node::map([
        ("apiVersion", Node::text("kustomize.config.k8s.io/v1beta1")),
        ("kind", Node::text("Kustomization")),
        ("resources", Node::list(resources)),
    ])
}
