//! `AppProjects`: exactly the repositories, the destinations and the cluster-scoped kinds that a team's services use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::footprints::{preview_repositories, repositories};
use super::super::kargo::{project_name, promoting};
use super::super::kubernetes::ACCOUNT;
use super::super::yaml::Node;
use super::super::{header, leaf, paths};
use super::windows::{self, Windows};
use super::{ADMIN, ARGO, FINALIZER, IN_CLUSTER, SYNC_WAVE, object};
use crate::db::Db;
use crate::model::{
    BOUNDING, Cluster, DefaultProject, Estate, Head, Hub, Platform, Preview, estate, head, is_reserved, places, preview,
};
use crate::names::{Item, declarations};
use crate::schema::{Kind, Version};

/// What a team's project has to allow on one hub.
#[derive(Default)]
struct Bounds {
    repositories: BTreeSet<Arc<str>>,
    /// By server, the namespaces, in any order and as often as there are services that use them.
    destinations: FxHashMap<Arc<str>, Vec<Arc<str>>>,
    cluster_resources: BTreeSet<(Arc<str>, Arc<str>)>,
}

impl Bounds {
    /// Servers, each with each of its namespaces, in order.
    fn pairs(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        let mut servers: Vec<_> = self.destinations.iter().collect();
        servers.sort_unstable_by_key(|(server, _)| *server);
        servers.into_iter().flat_map(|(server, namespaces)| {
            let mut namespaces: Vec<_> = namespaces.iter().collect();
            namespaces.sort_unstable();
            namespaces.dedup();
            namespaces.into_iter().map(move |namespace| (server, namespace))
        })
    }
}

/// The projects of all hubs: path and text of each file.
#[salsa::tracked]
pub(in crate::documents) fn projects(db: &dyn Db) -> Vec<(String, Arc<str>)> {
    let estate = estate(db);
    let Some(platform) = &estate.platform else { return vec![] };
    let mut bounds: BTreeMap<(Arc<str>, Arc<str>), Bounds> = BTreeMap::new();
    for item in declarations(db).of(db, Kind::Service) {
        let Some(head) = head(db, item) else { continue };
        add(db, item, head, &mut bounds);
    }
    let windows = windows::of_teams(db);
    let mut files = vec![];
    for hub in &estate.hubs {
        let folder = format!("{}/projects", paths::of_hub(estate, paths::CONTROL_PLANE, &hub.name));
        files.push((format!("{folder}/{ADMIN}.yaml"), admin(db, platform, estate, hub)));
        if hub.default_project == DefaultProject::Hardened {
            files.push((format!("{folder}/default.yaml"), default_project(hub)));
        }
        let previews = declarations(db).of(db, Kind::Service).filter_map(|item| preview(db, item).as_ref());
        files.extend(previews.filter_map(|preview| {
            let cluster = estate.cluster(&preview.cluster).filter(|cluster| cluster.hub == hub.name)?;
            let project = &preview.service.head.project;
            Some((format!("{folder}/{project}.yaml"), of_preview(platform, hub, cluster, preview)))
        }));
        for (key, bounds) in bounds.iter().filter(|((of, _), _)| *of == hub.name) {
            let name = &key.1;
            let is_admin = estate.admins().filter_map(|team| estate.team(team)).any(|team| team.identity == *name);
            files.push((format!("{folder}/{name}.yaml"), project(hub, name, bounds, windows.get(key), is_admin)));
        }
    }
    files
}

fn add<'db>(db: &'db dyn Db, item: Item<'db>, head: &Head, bounds: &mut BTreeMap<(Arc<str>, Arc<str>), Bounds>) {
    let estate = estate(db);
    let kinds = estate.layer(&head.layer).map(|layer| layer.cluster_resources.as_slice()).unwrap_or_default();
    for (hub, repository) in repositories(db, item) {
        let bounds = bounds.entry((Arc::clone(hub), Arc::clone(&head.project))).or_default();
        bounds.repositories.insert(Arc::clone(repository));
        bounds.cluster_resources.extend(kinds.iter().cloned());
    }
    for place in places(db, item) {
        for hub in &estate.hubs {
            let clusters = place.clusters.iter().filter_map(|name| estate.cluster(name));
            let mut clusters = clusters.filter(|cluster| cluster.hub == hub.name).peekable();
            if clusters.peek().is_none() {
                continue;
            }
            let bounds = bounds.entry((Arc::clone(&hub.name), Arc::clone(&head.project))).or_default();
            for cluster in clusters {
                let known = bounds.destinations.entry(Arc::clone(&cluster.server)).or_default();
                known.push(Arc::clone(&place.namespace));
            }
        }
    }
}

fn metadata(hub: &Hub, name: &str) -> Node {
    Node::map([
        ("name", Node::text(name)),
        ("namespace", Node::text(Arc::clone(&hub.namespace))),
        ("annotations", Node::map([(SYNC_WAVE, Node::text("-100"))])),
        ("finalizers", Node::list([FINALIZER])),
    ])
}

fn project(hub: &Hub, name: &str, bounds: &Bounds, windows: Option<&Windows>, is_admin: bool) -> Arc<str> {
    let destination = |(server, namespace): (&Arc<str>, &Arc<str>)| {
        Node::map([("server", Node::text(Arc::clone(server))), ("namespace", Node::text(Arc::clone(namespace)))])
    };
    let of = match name.split_once('.') {
        Some((team, layer)) => format!("team {team} in layer {layer}"),
        None => format!("team {name}"),
    };
    let kinds = bounds.cluster_resources.iter().map(|(group, name)| kind(group, name));
    let repositories: Vec<Arc<str>> = bounds.repositories.iter().cloned().collect();
    let spec = Node::map([
        ("description", Node::text(format!("Exactly what the services of {of} use"))),
        ("sourceRepos", leaf::texts(&repositories)),
        ("destinations", Node::List(bounds.pairs().map(destination).collect())),
    ]);
    let refused = BOUNDING.iter().filter(|_| !is_admin).map(|(group, name)| kind(group, name));
    let spec = spec
        .with_filled("clusterResourceWhitelist", Node::List(kinds.collect()))
        .with_filled("namespaceResourceBlacklist", Node::List(refused.collect()))
        .with_filled("destinationServiceAccounts", Node::List(accounts(hub, bounds)))
        .with_filled("syncWindows", windows.map_or(Node::List(vec![]), |windows| windows.list(hub.version)));
    header::document(
        object(ARGO, "AppProject", metadata(hub, name)).with("spec", spec),
        &format!("the project of {of}"),
    )
}

/// The project of a service's previews: their cluster and their namespaces, which no other project permits but that of the
/// platform itself. Before 3.3 a kind is permitted by whatever name.
fn of_preview(platform: &Platform, hub: &Hub, cluster: &Cluster, preview: &Preview) -> Arc<str> {
    let pattern = preview.pattern();
    let named = (hub.version >= Version::of(3, 3)).then_some(pattern.as_str());
    let repositories: Vec<Arc<str>> = preview_repositories(preview, &platform.repo).into_iter().collect();
    let destination =
        Node::map([("server", Node::text(Arc::clone(&cluster.server))), ("namespace", Node::text(pattern.as_str()))]);
    let name = &preview.service.head.name;
    let spec = Node::map([
        ("description", Node::text(format!("Exactly what previews of service {name} use"))),
        ("sourceRepos", leaf::texts(&repositories)),
        ("destinations", Node::List(vec![destination])),
        ("clusterResourceWhitelist", Node::List(vec![kind("", "Namespace").with_some("name", named)])),
    ]);
    header::document(
        object(ARGO, "AppProject", metadata(hub, &preview.service.head.project)).with("spec", spec),
        &format!("the project of previews of service {name}"),
    )
}

/// As whom Argo CD syncs into each namespace.
fn accounts(hub: &Hub, bounds: &Bounds) -> Vec<Node> {
    let account = |(server, namespace): (&Arc<str>, &Arc<str>)| {
        Node::map([
            ("server", Node::text(Arc::clone(server))),
            ("namespace", Node::text(Arc::clone(namespace))),
            ("defaultServiceAccount", Node::text(ACCOUNT)),
        ])
    };
    let own = bounds.pairs().filter(|_| hub.impersonation);
    own.filter(|(_, namespace)| !is_reserved(namespace)).map(account).collect()
}

/// The project that Argo CD makes by itself, so that everything is permitted: as hardened, nothing is
/// (`docs/user-guide/projects.md`).
fn default_project(hub: &Hub) -> Arc<str> {
    let all = Node::map([("group", Node::text("*")), ("kind", Node::text("*"))]);
    let spec = Node::map([
        ("description", Node::text("Nothing belongs here")),
        ("sourceRepos", Node::List(vec![])),
        ("destinations", Node::List(vec![])),
        ("clusterResourceWhitelist", Node::List(vec![])),
        ("namespaceResourceBlacklist", Node::List(vec![all])),
    ]);
    let metadata = Node::map([
        ("name", Node::text("default")),
        ("namespace", Node::text(Arc::clone(&hub.namespace))),
        (
            "annotations",
            Node::map([
                ("argocd.argoproj.io/sync-options", Node::text("Prune=false,Delete=false")),
                (SYNC_WAVE, Node::text("-100")),
            ]),
        ),
    ]);
    header::document(object(ARGO, "AppProject", metadata).with("spec", spec), "the project that nothing belongs to")
}

/// The cluster-scoped kinds that foundations hold.
fn cluster_kinds(hub: &Hub, has_project: bool) -> Vec<Node> {
    let mut kinds = vec![kind("", "Namespace"), kind("rbac.authorization.k8s.io", "ClusterRole")];
    kinds.extend(has_project.then(|| kind("kargo.akuity.io", "Project")));
    kinds.extend(hub.impersonation.then(|| kind("rbac.authorization.k8s.io", "ClusterRoleBinding")));
    kinds
}

fn kind(group: &str, kind: &str) -> Node {
    Node::map([("group", Node::text(group)), ("kind", Node::text(kind))])
}

/// The project of roots and foundations: the hub's own namespace, and every namespace of every cluster, for there it puts what
/// bounds the teams. Exact pairs would be clusters times namespaces, and change with each service.
fn admin(db: &dyn Db, platform: &Platform, estate: &Estate, hub: &Hub) -> Arc<str> {
    let destination = |server: &str, namespace: &str| {
        Node::map([("server", Node::text(server)), ("namespace", Node::text(namespace))])
    };
    let clusters = estate.clusters.iter().filter(|cluster| cluster.hub == hub.name);
    let mut destinations = vec![destination(IN_CLUSTER, &hub.namespace)];
    let has_project = promoting(db).contains_key(&hub.name);
    let promotes = has_project || platform.branches().is_some();
    destinations.extend(promotes.then(|| destination(IN_CLUSTER, project_name(platform))));
    destinations.extend(clusters.map(|cluster| destination(&cluster.server, "*")));
    let spec = Node::map([
        ("description", Node::text("Roots, layers and foundations; no team's services")),
        ("sourceRepos", Node::list([platform.repo.as_ref()])),
        ("destinations", Node::List(destinations)),
        ("clusterResourceWhitelist", Node::List(cluster_kinds(hub, has_project))),
    ])
    .with_filled("syncWindows", windows::of_admin(db, platform, hub).list(hub.version));
    header::document(
        object(ARGO, "AppProject", metadata(hub, ADMIN)).with("spec", spec),
        "the project of roots and foundations",
    )
}
