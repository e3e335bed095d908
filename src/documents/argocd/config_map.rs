//! argocd-cm, argocd-cmd-params-cm and argocd-rbac-cm: only the keys that order, health and access rest on. They are applied on the server under a
//! field manager of their own, so that other keys stay.

use std::sync::Arc;

use super::super::yaml::Node;
use super::super::{header, paths};
use super::policy::policy;
use super::rolling::rolling_hubs;
use super::{SYNC_WAVE, object};
use crate::db::Db;
use crate::model::{Estate, Health, Hub, Names, Settings, estate, moves};
use crate::schema::Version;

const HEALTH: &str = include_str!("health.lua");

/// What comes before that while Applications leave: such a one is never `Synced` again, and nothing has to wait for it.
const HEALTH_OF_LEAVING: &str = "\
local marks = obj.metadata.annotations
if marks ~= nil and marks[\"platformc.io/leaving\"] == \"true\" then
  return { status = \"Healthy\", message = \"it has handed over what it deployed\" }
end
";

/// The settings of all hubs: path and text of each file.
#[salsa::tracked]
pub(in crate::documents) fn settings(db: &dyn Db) -> Vec<(String, Arc<str>)> {
    let estate = estate(db);
    estate.hubs.iter().flat_map(|hub| of_hub(db, estate, hub)).collect()
}

fn of_hub(db: &dyn Db, estate: &Estate, hub: &Hub) -> Vec<(String, Arc<str>)> {
    let control_plane = paths::of_hub(estate, paths::CONTROL_PLANE, &hub.name);
    let maps = [
        ("argocd-cm", main_settings(db, estate, hub)),
        ("argocd-cmd-params-cm", parameters(db, hub)),
        ("argocd-rbac-cm", policy(db, hub)),
    ];
    let fragment = hub.settings == Settings::Fragment;
    let folder = if fragment { format!("{control_plane}/{}", paths::SETTINGS) } else { control_plane };
    let mut files: Vec<_> =
        maps.into_iter().map(|(name, data)| (format!("{folder}/{name}.yaml"), config_map(hub, name, data))).collect();
    if fragment {
        files.push((format!("{folder}/kustomization.yaml"), component()));
    }
    files
}

fn config_map(hub: &Hub, name: &str, data: Node) -> Arc<str> {
    let metadata = Node::map([
        ("name", Node::text(name)),
        ("namespace", Node::text(Arc::clone(&hub.namespace))),
        (
            "labels",
            // Without part-of Argo CD does not find its own settings, and every component stops.
            Node::map([
                ("app.kubernetes.io/name", Node::text(name)),
                ("app.kubernetes.io/part-of", Node::text("argocd")),
            ]),
        ),
    ]);
    let annotations = Node::map([
        ("argocd.argoproj.io/sync-options", Node::text("ServerSideApply=true,Prune=false,Delete=false")),
        (SYNC_WAVE, Node::text("-100")),
    ]);
    let metadata =
        if hub.settings == Settings::Fragment { metadata } else { metadata.with("annotations", annotations) };
    header::document(object("v1", "ConfigMap", metadata).with("data", data), &format!("settings of hub {}", hub.name))
}

fn main_settings(db: &dyn Db, estate: &Estate, hub: &Hub) -> Node {
    let mut data = Node::Map(vec![]);
    if hub.version < Version::of(3, 0) {
        data.insert("application.resourceTrackingMethod", "annotation");
        // Otherwise whoever sees an Application reads its logs.
        data.insert("server.rbac.log.enforce.enable", "true");
    }
    if hub.impersonation {
        data.insert("application.sync.impersonation.enabled", "true");
        // Roots and foundations have no ServiceAccount, for they make those of the others.
        data.insert("application.sync.impersonation.enforced", "false");
    }
    let leaves = moves(db).values().filter_map(|chain| chain.last()).any(|moved| moved.names == Names::Both);
    let health = if leaves { format!("{HEALTH_OF_LEAVING}{HEALTH}") } else { HEALTH.to_owned() };
    data.insert("resource.customizations.health.argoproj.io_Application", health);
    for Health { group, kind, lua } in &estate.healths {
        let group = if group.is_empty() { String::new() } else { format!("{group}_") };
        data.insert(format!("resource.customizations.health.{group}{kind}"), Node::text(Arc::clone(lua)));
    }
    // From 3.0 on Argo CD's own settings say this, and more.
    if hub.version < Version::of(3, 0) {
        data.insert("resource.customizations.ignoreResourceUpdates.argoproj.io_Application", IGNORED_UPDATES);
    }
    data
}

/// Otherwise every change of a child's status makes its parent reconcile.
const IGNORED_UPDATES: &str =
    "jsonPointers:\n- /status/reconciledAt\n- /status/operationState/startedAt\n- /metadata/resourceVersion\n";

fn parameters(db: &dyn Db, hub: &Hub) -> Node {
    // Without it the controller passes over the steps of a rollout, and syncs everything at once.
    let rolls_out = rolling_hubs(db).contains(&hub.name).then_some("true");
    Node::Map(vec![])
        .with_some("applicationsetcontroller.enable.progressive.syncs", rolls_out)
        .with("controller.sync.timeout.seconds", Node::text(hub.sync_timeout.to_string()))
}

/// A component that an Argo CD which is installed elsewhere takes into its kustomization.
fn component() -> Arc<str> {
    let patch = |name: &str| Node::map([("path", Node::text(format!("{name}.yaml")))]);
    let node = Node::map([
        ("apiVersion", Node::text("kustomize.config.k8s.io/v1alpha1")),
        ("kind", Node::text("Component")),
        ("patches", Node::List(vec![patch("argocd-cm"), patch("argocd-cmd-params-cm"), patch("argocd-rbac-cm")])),
    ]);
    header::document(node, "a component for the kustomization that installs Argo CD")
}
