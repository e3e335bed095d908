//! The Applications above the leaves: root, control plane, one per cluster, foundations and layers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::file::OutputFile;
use super::super::footprints::writes;
use super::super::kargo::promoting;
use super::super::kubernetes::{self, Foundation, Place, foundation_files};
use super::super::promoter;
use super::super::yaml::Node;
use super::super::{header, paths};
use super::{ADMIN, ARGO, FINALIZER, IN_CLUSTER, SYNC_WAVE, object};
use crate::db::Db;
use crate::model::{
    Cluster, ClusterName, Deliver, Estate, Head, Hub, Namespaces, Order, Platform, Preview, Settings, Slot, estate,
    head, namespaces_of, ownership, preview,
};
use crate::names::{Item, declarations};
use crate::plan::plan;
use crate::schema::{Kind, Version};

/// An Application that holds other objects of the tree.
struct Parent<'p> {
    name: String,
    wave: i64,
    path: String,
    /// What it reads, where it does not have to look at every commit.
    reads: Option<String>,
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
        labels.insert_some(promoter::LABEL, platform.branches().map(|_| Node::text(Arc::clone(&platform.name))));
    }
    let environment = parent.cluster.map(|cluster| &cluster.environment);
    let revision = environment.map_or_else(|| Arc::clone(&platform.revision), |it| platform.revision_of(it));
    let path = platform.repository_path(&parent.path);
    let metadata = Node::map([
        ("name", Node::text(parent.name)),
        ("namespace", Node::text(Arc::clone(&hub.namespace))),
        ("labels", labels),
        ("annotations", annotations(parent.reads, parent.wave)),
        ("finalizers", Node::list([FINALIZER])),
    ]);
    let source = Node::map([
        ("repoURL", Node::text(Arc::clone(&platform.repo))),
        ("targetRevision", Node::text(revision)),
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

/// What holds Applications has no `manifest-generate-paths`: with it Argo CD takes a repair, pushed while a sync waits, for
/// something it has seen, and does not begin again when the wait is given up.
fn annotations(reads: Option<String>, wave: i64) -> Node {
    Node::Map(vec![])
        .with_some("argocd.argoproj.io/manifest-generate-paths", reads.map(Node::text))
        .with(SYNC_WAVE, Node::text(wave.to_string()))
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
        reads: None,
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
    let has_previews = previews(db).any(|preview| is_on(estate, hub, &preview.cluster));
    if has_previews || has_sets(db, estate, hub) {
        let path = paths::of_hub(estate, paths::SETS, &hub.name);
        let directory = has_previews.then(|| Node::map([("recurse", Node::Bool(true))]));
        parents.push(("application-sets", here("application-sets", 0, path, directory)));
    }
    if promoting(db).contains_key(&hub.name) || platform.branches().is_some() {
        let path = paths::of_hub(estate, paths::PROMOTION, &hub.name);
        let recurse = Node::map([("recurse", Node::Bool(true))]);
        parents.push(("promotion", here("promotion", 0, path, Some(recurse))));
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
            ..here(&format!("cluster.{}", cluster.identity), 0, paths::cluster(&cluster.name), directory)
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
    used.extend(previews(db).map(|preview| &*preview.cluster));
    used
}

fn previews(db: &dyn Db) -> impl Iterator<Item = &Arc<Preview>> {
    declarations(db).of(db, Kind::Service).filter_map(|item| preview(db, item).as_ref())
}

fn is_on(estate: &Estate, hub: &Hub, cluster: &str) -> bool {
    estate.cluster(cluster).is_some_and(|cluster| cluster.hub == hub.name)
}

fn has_sets(db: &dyn Db, estate: &Estate, hub: &Hub) -> bool {
    services(db).any(|head| {
        let is_here = |slot: &Slot| is_on(estate, hub, &slot.cluster);
        head.deliver == Deliver::ApplicationSet && head.instances.iter().any(is_here)
    })
}

/// What stands in the folder of a cluster beside its leaves.
#[salsa::tracked]
pub(in crate::documents) fn cluster_files<'db>(db: &'db dyn Db, cluster: ClusterName<'db>) -> Vec<OutputFile> {
    let (estate, namespaces) = (estate(db), namespaces_of(db, cluster));
    let found = estate.cluster(cluster.name(db)).and_then(|found| Some((found, estate.hub(&found.hub)?)));
    let (Some(platform), Some(ground), Some((cluster, hub))) = (&estate.platform, ground_of(db, cluster), found) else {
        return vec![];
    };
    let place = Place { estate, platform, hub, cluster };
    let foundation_files = |namespaces| foundation_files(&place, namespaces, &ground.foundation);
    let mut files = foundation_files(namespaces.as_deref().unwrap_or(&Namespaces::new()));
    if !files.is_empty() {
        files.push(foundation(&place));
    }
    if platform.order == Order::Bootstrap {
        files.extend(ground.layers.iter().map(|layer| self::layer(db, &place, layer)));
    }
    files
}

/// What the services of a cluster ask of it beyond their own Applications.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ground {
    foundation: Foundation,
    /// The layers of which Applications stand in its folder.
    layers: BTreeSet<Arc<str>>,
}

/// By cluster, what all services ask of it.
#[salsa::tracked]
fn grounds(db: &dyn Db) -> BTreeMap<Arc<str>, Arc<Ground>> {
    let mut grounds: FxHashMap<&str, Ground> =
        ownership(db).keys().map(|cluster| (cluster.as_ref(), Ground::default())).collect();
    for item in declarations(db).of(db, Kind::Service) {
        let Some(head) = head(db, item) else { continue };
        add_to_grounds(db, item, head, &mut grounds);
        if head.deliver == Deliver::Applications {
            for slot in &head.instances {
                grounds.entry(&slot.cluster).or_default().layers.insert(Arc::clone(&head.layer));
            }
        }
    }
    let sorted = grounds.into_iter().map(|(cluster, mut ground)| {
        ground.foundation.access.sort_unstable();
        // The instances of one cluster may share a folder.
        ground.foundation.access.dedup();
        (cluster.into(), Arc::new(ground))
    });
    sorted.collect()
}

/// What is asked of one cluster: a narrow view of all, so that what changes on one concerns no other.
#[salsa::tracked]
fn ground_of<'db>(db: &'db dyn Db, cluster: ClusterName<'db>) -> Option<Arc<Ground>> {
    grounds(db).get(cluster.name(db)).cloned()
}

/// What a service asks of its clusters.
fn add_to_grounds<'db>(db: &'db dyn Db, item: Item<'db>, head: &'db Head, grounds: &mut FxHashMap<&'db str, Ground>) {
    let estate = estate(db);
    let kinds = estate.layer(&head.layer).map(|layer| layer.cluster_resources.as_slice()).unwrap_or_default();
    for (cluster, from, to) in writes(db, item) {
        let deployed = &mut grounds.entry(cluster).or_default().foundation.deployed;
        deployed.writes.entry(Arc::clone(from)).or_default().insert(Arc::clone(to));
        deployed.kinds.entry(Arc::clone(from)).or_default().extend(kinds.iter().cloned());
    }
    let access = kubernetes::access(db, item);
    let cluster = |position: &usize| head.instances.get(*position).map(|slot| slot.cluster.as_ref());
    for (folder, positions) in &access.folders {
        for cluster in positions.iter().filter_map(cluster) {
            grounds.entry(cluster).or_default().foundation.access.push(Arc::clone(folder));
        }
    }
    if let Some(preview) = preview(db, item) {
        let foundation = &mut grounds.entry(&preview.cluster).or_default().foundation;
        foundation.slots.insert(preview.slots().into(), preview.limit);
        foundation.roles.extend(kubernetes::preview_roles(estate, preview));
    }
    for (role, positions) in &access.roles {
        for cluster in positions.iter().filter_map(cluster) {
            grounds.entry(cluster).or_default().foundation.roles.insert(Arc::clone(role));
        }
    }
}

/// The Application of a foundation.
fn foundation(place: &Place<'_>) -> OutputFile {
    let Place { platform, hub, cluster, .. } = place;
    let folder = paths::cluster(&cluster.name);
    let made = Parent {
        name: format!("foundation.{}", cluster.identity),
        wave: -1,
        reads: Some(foundation_reads(platform, &folder)),
        path: format!("{folder}/foundation"),
        directory: None,
        server: &cluster.server,
        namespace: "default",
        cluster: Some(cluster),
    };
    let what = format!("the foundation of cluster {}", cluster.name);
    let text = header::document(parent(platform, hub, made), &what);
    OutputFile::of_text(format!("{folder}/foundation.yaml"), text)
}

/// A foundation waits for nothing, and rendering it takes seconds where there are many services: it looks at its own folder
/// and at those of access.
fn foundation_reads(platform: &Platform, folder: &str) -> String {
    let [own, access] = [format!("{folder}/foundation"), "*/*/access/*/*".to_owned()];
    format!("/{};/{}", platform.repository_path(&own), platform.repository_path(&access))
}

fn layer(db: &dyn Db, place: &Place<'_>, layer: &str) -> OutputFile {
    let Place { platform, hub, cluster, .. } = place;
    let folder = paths::cluster(&cluster.name);
    let made = Parent {
        name: format!("{layer}.{}", cluster.identity),
        wave: (plan(db).layers.depth(layer) + 1) * 10,
        path: format!("{folder}/{layer}"),
        reads: None,
        directory: None,
        server: IN_CLUSTER,
        namespace: &hub.namespace,
        cluster: Some(cluster),
    };
    let what = format!("layer {layer} on cluster {}", cluster.name);
    OutputFile::of_text(format!("{folder}/{layer}.yaml"), header::document(parent(platform, hub, made), &what))
}
