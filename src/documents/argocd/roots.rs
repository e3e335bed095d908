//! The Applications above the leaves: root, control plane, one per cluster, foundations and layers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::kubernetes;
use super::super::yaml::Node;
use super::super::{header, paths};
use super::{ADMIN, ARGO, FINALIZER, IN_CLUSTER, SYNC_WAVE, object};
use crate::db::Db;
use crate::model::{Cluster, Deliver, Estate, Head, Hub, Order, Owned, Platform, Settings, estate, head, ownership};
use crate::names::declarations;
use crate::plan::plan;
use crate::schema::{Kind, Version};

/// An Application that holds other objects of the tree.
struct Parent<'p> {
    name: String,
    wave: i64,
    path: String,
    directory: Option<Node>,
    server: &'p str,
    namespace: &'p str,
    cluster: Option<&'p Cluster>,
}

fn parent(platform: &Platform, hub: &Hub, parent: Parent<'_>) -> Node {
    let mut labels = Node::map([
        ("app.kubernetes.io/managed-by", Node::text("platformc")),
        ("app.kubernetes.io/part-of", Node::text(Arc::clone(&platform.name))),
    ]);
    if let Some(cluster) = parent.cluster {
        labels.insert("platformc.io/cluster", Node::text(Arc::clone(&cluster.name)));
        labels.insert("platformc.io/env", Node::text(Arc::clone(&cluster.environment)));
        labels.insert_some("platformc.io/region", cluster.region.clone().map(Node::text));
    }
    let path = platform.repository_path(&parent.path);
    let metadata = Node::map([
        ("name", Node::text(parent.name)),
        ("namespace", Node::text(Arc::clone(&hub.namespace))),
        ("labels", labels),
        // No `manifest-generate-paths`: with it Argo CD takes a repair, pushed while a sync waits, for something it has seen, and
        // does not begin again when the wait is given up.
        ("annotations", Node::map([(SYNC_WAVE, Node::text(parent.wave.to_string()))])),
        ("finalizers", Node::list([FINALIZER])),
    ]);
    let source = Node::map([
        ("repoURL", Node::text(Arc::clone(&platform.repo))),
        ("targetRevision", Node::text(Arc::clone(&platform.revision))),
        ("path", Node::text(path)),
    ]);
    let spec = Node::map([
        ("project", Node::text(ADMIN)),
        ("source", source.with_some("directory", parent.directory)),
        (
            "destination",
            Node::map([("server", Node::text(parent.server)), ("namespace", Node::text(parent.namespace))]),
        ),
        ("syncPolicy", sync_policy(hub)),
    ]);
    object(ARGO, "Application", metadata).with("spec", spec)
}

/// A parent tries for ever: a leaf that fails makes its sync fail, and the same revision is not tried again by itself.
fn sync_policy(hub: &Hub) -> Node {
    let backoff =
        Node::map([("duration", Node::text("10s")), ("factor", Node::Int(2)), ("maxDuration", Node::text("3m"))]);
    let refresh = hub.version >= Version::of(3, 2);
    let retry =
        Node::map([("limit", Node::Int(-1))]).with_some("refresh", refresh.then_some(true)).with("backoff", backoff);
    Node::map([
        ("automated", Node::map([("prune", Node::Bool(true)), ("selfHeal", Node::Bool(true))])),
        ("retry", retry),
    ])
}

/// The root Applications of all hubs: path and text of each file.
#[salsa::tracked]
pub(in crate::documents) fn root_files(db: &dyn Db) -> Vec<(String, Arc<str>)> {
    let estate = estate(db);
    let Some(platform) = &estate.platform else { return vec![] };
    estate.hubs.iter().flat_map(|hub| of_hub(db, platform, estate, hub)).collect()
}

fn of_hub(db: &dyn Db, platform: &Platform, estate: &Estate, hub: &Hub) -> Vec<(String, Arc<str>)> {
    let folder = paths::of_hub(estate, paths::ROOTS, &hub.name);
    let several = estate.hubs.len() > 1;
    let control_plane = paths::of_hub(estate, paths::CONTROL_PLANE, &hub.name);
    let here = |name: &str, wave: i64, path: String, directory: Option<Node>| Parent {
        name: name.to_owned(),
        wave,
        path,
        directory,
        server: IN_CLUSTER,
        namespace: &hub.namespace,
        cluster: None,
    };
    let exclude = |files: &str| Node::map([("exclude", Node::text(files))]);
    let own = if several { "{root.yaml,kustomization.yaml}" } else { "root.yaml" };
    let mut parents = vec![
        ("root", here("root", 0, folder.clone(), Some(exclude(own)))),
        ("control-plane", here("control-plane", -10, control_plane, Some(control_plane_directory(hub, several)))),
    ];
    if has_sets(db, estate, hub) {
        let path = paths::of_hub(estate, paths::SETS, &hub.name);
        parents.push(("application-sets", here("application-sets", 0, path, None)));
    }
    let mut files: Vec<(String, Arc<str>)> = parents
        .into_iter()
        .map(|(name, made)| {
            (
                format!("{folder}/{name}.yaml"),
                header::document(parent(platform, hub, made), &format!("{name} of hub {}", hub.name)),
            )
        })
        .collect();
    // A root without anything below it would look for a folder that is not there, and never be healthy; and where the last
    // service has gone, a root that goes takes everything with it in reverse order.
    let used = used_clusters(db, estate);
    for cluster in estate.clusters.iter().filter(|cluster| cluster.hub == hub.name && used.contains(&*cluster.name)) {
        let always = platform.order == Order::Always;
        let directory =
            always.then(|| Node::map([("exclude", Node::text("foundation/*")), ("recurse", Node::Bool(true))]));
        let made = Parent {
            cluster: Some(cluster),
            ..here(&format!("cluster.{}", cluster.name), 0, paths::cluster(&cluster.name), directory)
        };
        let what = format!("the root of cluster {}", cluster.name);
        files.push((
            format!("{folder}/cluster.{}.yaml", cluster.name),
            header::document(parent(platform, hub, made), &what),
        ));
    }
    files
}

fn control_plane_directory(hub: &Hub, several: bool) -> Node {
    let mut excluded = vec![];
    if hub.settings == Settings::Fragment {
        excluded.push("settings/*");
    }
    if several {
        excluded.push("kustomization.yaml");
    }
    let directory = Node::map([("recurse", Node::Bool(true))]);
    match excluded.as_slice() {
        [] => directory,
        [one] => directory.with("exclude", *one),
        many => directory.with("exclude", format!("{{{}}}", many.join(","))),
    }
}

fn services(db: &dyn Db) -> impl Iterator<Item = &Arc<Head>> {
    declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref())
}

/// The clusters that something runs on or has a namespace on. As a rule these are all, and no service is looked at.
fn used_clusters<'db>(db: &'db dyn Db, estate: &Estate) -> BTreeSet<&'db str> {
    let mut used: BTreeSet<&str> = ownership(db).keys().map(AsRef::as_ref).collect();
    for head in services(db) {
        if used.len() == estate.clusters.len() {
            break;
        }
        used.extend(head.instances.iter().map(|slot| &*slot.cluster));
    }
    used
}

fn has_sets(db: &dyn Db, estate: &Estate, hub: &Hub) -> bool {
    services(db).any(|head| {
        let on_hub = |name: &str| estate.cluster(name).is_some_and(|cluster| cluster.hub == hub.name);
        head.deliver == Deliver::ApplicationSet && head.instances.iter().any(|slot| on_hub(&slot.cluster))
    })
}

/// What stands in the folder of each cluster beside its leaves: path and text of each file.
#[salsa::tracked]
pub(in crate::documents) fn cluster_files(db: &dyn Db) -> Vec<(String, Arc<str>)> {
    let estate = estate(db);
    let Some(platform) = &estate.platform else { return vec![] };
    let mut layers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for head in services(db).filter(|head| head.deliver == Deliver::Applications) {
        for slot in &head.instances {
            layers.entry(&slot.cluster).or_default().insert(&head.layer);
        }
    }
    let mut files = vec![];
    for cluster in &estate.clusters {
        let Some(hub) = estate.hub(&cluster.hub) else { continue };
        let layers = layers.get(cluster.name.as_ref()).cloned().unwrap_or_default();
        if let Some(namespaces) = ownership(db).get(&cluster.name) {
            files.extend(foundation(platform, hub, cluster, namespaces));
        }
        if platform.order == Order::Bootstrap {
            files.extend(layers.into_iter().map(|layer| self::layer(db, platform, hub, cluster, layer)));
        }
    }
    files
}

fn foundation(
    platform: &Platform,
    hub: &Hub,
    cluster: &Cluster,
    namespaces: &BTreeMap<Arc<str>, Owned>,
) -> Vec<(String, Arc<str>)> {
    let folder = paths::cluster(&cluster.name);
    let Some(objects) = kubernetes::namespaces(platform, cluster, namespaces) else { return vec![] };
    let made = Parent {
        name: format!("foundation.{}", cluster.name),
        wave: -1,
        path: format!("{folder}/foundation"),
        directory: None,
        server: &cluster.server,
        namespace: "default",
        cluster: Some(cluster),
    };
    let what = format!("the foundation of cluster {}", cluster.name);
    vec![
        (format!("{folder}/foundation.yaml"), header::document(parent(platform, hub, made), &what)),
        (format!("{folder}/foundation/namespaces.yaml"), objects),
    ]
}

fn layer(db: &dyn Db, platform: &Platform, hub: &Hub, cluster: &Cluster, layer: &str) -> (String, Arc<str>) {
    let folder = paths::cluster(&cluster.name);
    let made = Parent {
        name: format!("{layer}.{}", cluster.name),
        wave: (plan(db).layers.depth(layer) + 1) * 10,
        path: format!("{folder}/{layer}"),
        directory: None,
        server: IN_CLUSTER,
        namespace: &hub.namespace,
        cluster: Some(cluster),
    };
    let what = format!("layer {layer} on cluster {}", cluster.name);
    (format!("{folder}/{layer}.yaml"), header::document(parent(platform, hub, made), &what))
}
