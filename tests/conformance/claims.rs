//! What platformc says of a platform: what `expand`, `explain order` and `explain INSTANCE extra_namespaces` print, by hub.

use std::collections::{BTreeMap, BTreeSet};

use platformc::db::Database;
use platformc::documents::{Pull, applications, hub_prefixes, leaving_of, previews_of};
use platformc::model::{DefaultProject, Estate, Slot, allows, estate, explain_value, head, preview, rights};
use platformc::names::declarations;
use platformc::plan::{Guarantee, edges};
use platformc::schema::{ACTIONS, Kind, Version};
use serde_json::{Value, json};

/// The URL under which Argo CD knows the cluster that it runs on.
const IN_CLUSTER: &str = "https://kubernetes.default.svc";

const RBAC: &str = "rbac.authorization.k8s.io";

/// What is claimed of one control plane.
#[derive(Clone)]
pub(crate) struct Hub {
    pub(crate) name: String,
    /// The namespace that Argo CD runs in.
    pub(crate) namespace: String,
    /// How the paths of its files begin, within the output folder.
    pub(crate) prefixes: Vec<String>,
    /// The kustomization that is applied by hand, within the output folder.
    pub(crate) bootstrap: String,
    /// Clusters that somebody else registers: name and server.
    pub(crate) unregistered: Vec<(String, String)>,
    /// The Applications of services and of their previews, by name.
    pub(crate) applications: BTreeMap<String, Value>,
    /// Those of them whose objects others have taken over.
    pub(crate) leaving: BTreeSet<String>,
    /// Pull requests by repository: the same for each from which previews come.
    pub(crate) pulls: BTreeMap<String, Vec<Pull>>,
    /// Pairs of Applications: the first starts only when the second is Synced and Healthy.
    pub(crate) ordered: Vec<(String, String)>,
    /// What each AppProject permits, and nothing else.
    pub(crate) projects: BTreeMap<String, Permissions>,
    /// Whether the project `default` permits nothing.
    pub(crate) hardens_default: bool,
    /// Groups of the identity provider, and what each may do.
    pub(crate) groups: BTreeMap<String, Rights>,
}

/// What a group may do.
#[derive(Clone, Default)]
pub(crate) struct Rights {
    /// Everything.
    pub(crate) is_admin: bool,
    /// Words of the language's actions, by Application.
    pub(crate) actions: BTreeMap<String, BTreeSet<&'static str>>,
}

/// What an AppProject permits.
#[derive(Clone, Default)]
pub(crate) struct Permissions {
    pub(crate) repositories: BTreeSet<String>,
    /// Server and namespace; `*` for all.
    pub(crate) destinations: BTreeSet<(String, String)>,
    /// Whether it permits no object in any namespace.
    pub(crate) is_hardened: bool,
    /// Group and kind of cluster-scoped objects.
    pub(crate) kinds: BTreeSet<(String, String)>,
    /// Namespaces that it permits as objects, where it permits none by another name.
    pub(crate) namespaces: BTreeSet<String>,
    /// Group and kind of objects in namespaces that are refused; all others are permitted.
    pub(crate) refused: BTreeSet<(String, String)>,
}

impl Permissions {
    /// Whether an Application may go there.
    pub(crate) fn goes_to(&self, server: &str, namespace: &str) -> bool {
        let has = |namespace: &str| self.destinations.contains(&(server.to_owned(), namespace.to_owned()));
        has(namespace) || has("*")
    }
}

/// What is claimed of each hub of a sound platform.
pub(crate) fn claims(db: &Database) -> Vec<Hub> {
    let estate = estate(db);
    let mut hubs: Vec<Hub> = estate.hubs.iter().map(|hub| empty(db, &hub.name, &hub.namespace)).collect();
    let services = declarations(db).of(db, Kind::Service);
    let leaving = services.flat_map(|item| leaving_of(db, item));
    for meaning in applications(db).into_iter().chain(leaving) {
        let is_leaving = meaning.application.at(&["metadata", "annotations", "platformc.io/leaving"]).is_some();
        let of = estate.cluster(&meaning.slot.cluster).map(|cluster| cluster.hub.to_string());
        let hub = hubs.iter_mut().find(|hub| Some(&hub.name) == of.as_ref()).expect("every cluster has a hub");
        let application = meaning.application.to_json(&[]);
        permit(db, hub, &meaning.service, &meaning.slot, &application);
        if is_leaving {
            hub.leaving.insert(name(&application));
        }
        hub.applications.insert(name(&application), application);
    }
    previews(db, &mut hubs);
    order(db, &mut hubs);
    access(db, &mut hubs);
    hubs
}

/// What `expand --pulls` prints.
fn previews(db: &Database, hubs: &mut [Hub]) {
    let pulls: Vec<Pull> = serde_json::from_str(include_str!("pulls.json")).expect("pull requests");
    let estate = estate(db);
    // Where many services have previews, each gets a part of the pull requests: all are asked about together.
    let count = declarations(db).of(db, Kind::Service).filter(|item| preview(db, *item).is_some()).count();
    let mut turn = 0;
    for item in declarations(db).of(db, Kind::Service) {
        let Some(preview) = preview(db, item) else { continue };
        let cluster = estate.cluster(&preview.cluster).expect("its cluster");
        let hub = hubs.iter_mut().find(|hub| *hub.name == *cluster.hub).expect("its hub");
        let part = pulls.iter().skip(turn).step_by(count).cloned();
        hub.pulls.entry(preview.pulls.repository.to_string()).or_default().extend(part);
        turn += 1;
        let platform = estate.platform.as_ref().expect("a sound platform");
        let project = hub.projects.entry(preview.service.head.project.to_string()).or_default();
        project.repositories.insert(platform.repo.to_string());
        if estate.hub(&cluster.hub).is_some_and(|hub| hub.version < Version::of(3, 3)) {
            project.kinds.insert((String::new(), "Namespace".to_owned()));
        }
    }
    for hub in hubs {
        for application in previews_of(db, &hub.pulls) {
            let application = application.to_json(&[]);
            let of = |hub: &Hub| {
                let cluster = application["metadata"]["labels"]["platformc.io/cluster"].as_str().unwrap_or_default();
                estate.cluster(cluster).is_some_and(|cluster| *cluster.hub == *hub.name)
            };
            if of(hub) {
                permit_preview(hub, &application);
                hub.applications.insert(name(&application), application);
            }
        }
        // What a project permits is claimed by way of what is in it: where no pull request was let in, nothing is.
        let used: BTreeSet<String> =
            hub.applications.values().map(|it| it["spec"]["project"].as_str().unwrap_or_default().to_owned()).collect();
        hub.projects.retain(|name, _| !name.starts_with("preview.") || used.contains(name));
    }
}

fn permit_preview(hub: &mut Hub, application: &Value) {
    let spec = &application["spec"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let project = hub.projects.entry(text(&spec["project"])).or_default();
    let sources = spec["sources"].as_array().cloned().unwrap_or_default();
    project.repositories.extend(sources.iter().map(|source| text(&source["repoURL"])));
    let namespace = text(&spec["destination"]["namespace"]);
    project.destinations.insert((text(&spec["destination"]["server"]), namespace.clone()));
    project.namespaces.insert(namespace);
}

/// What the access of a preview lets teams do with each of its Applications.
fn access_to_previews(db: &Database, hubs: &mut [Hub]) {
    let estate = estate(db);
    for item in declarations(db).of(db, Kind::Service) {
        let Some(preview) = preview(db, item) else { continue };
        let rights = preview.rights();
        let granted = rights.at(0).expect("what a preview grants");
        for hub in hubs.iter_mut() {
            let is_own = |application: &Value| application["spec"]["project"] == *preview.service.head.project;
            let own = hub.applications.iter().filter(|(_, application)| is_own(application));
            let own: Vec<String> = own.map(|(name, _)| name.clone()).collect();
            for (name, team) in own.iter().flat_map(|name| estate.teams.iter().map(move |team| (name, team))) {
                for action in ACTIONS.iter().filter(|action| allows(estate, granted, &team.name, action.name)) {
                    may(estate, hub, &team.name, name, action.name);
                }
            }
        }
    }
}

/// What `can` says of every team, action and instance.
fn access(db: &Database, hubs: &mut [Hub]) {
    access_to_previews(db, hubs);
    let estate = estate(db);
    let scheme = &estate.platform.as_ref().expect("a sound platform").names;
    for item in declarations(db).of(db, Kind::Service) {
        let Some(head) = head(db, item) else { continue };
        for (position, slot) in head.instances.iter().enumerate() {
            let cluster = estate.cluster(&slot.cluster).expect("its cluster");
            let hub = hubs.iter_mut().find(|known| known.name == *cluster.hub).expect("its hub");
            let name = scheme.name(&head.identity.application, slot.item.as_deref(), cluster);
            let Some(granted) = rights(db, item).at(position) else { continue };
            for (team, action) in estate.teams.iter().flat_map(|team| ACTIONS.iter().map(move |action| (team, action)))
            {
                if allows(estate, granted, &team.name, action.name) {
                    may(estate, hub, &team.name, &name, action.name);
                }
            }
        }
    }
}

fn may(estate: &Estate, hub: &mut Hub, team: &str, application: &str, action: &'static str) {
    for group in estate.team(team).iter().flat_map(|team| &team.sso) {
        let rights = hub.groups.entry(group.to_string()).or_default();
        rights.actions.entry(application.to_owned()).or_default().insert(action);
    }
}

fn empty(db: &Database, name: &str, namespace: &str) -> Hub {
    let estate = estate(db);
    let clusters = || estate.clusters.iter().filter(|cluster| cluster.hub.as_ref() == name);
    let platform = estate.platform.as_ref().expect("a sound platform");
    let mut admin = Permissions::default();
    admin.repositories.insert(platform.repo.to_string());
    admin.destinations.insert((IN_CLUSTER.to_owned(), namespace.to_owned()));
    admin.destinations.extend(clusters().map(|cluster| (cluster.server.to_string(), "*".to_owned())));
    admin.kinds.insert((String::new(), "Namespace".to_owned()));
    admin.kinds.insert((RBAC.to_owned(), "ClusterRole".to_owned()));
    if estate.hub(name).is_some_and(|hub| hub.impersonation) {
        admin.kinds.insert((RBAC.to_owned(), "ClusterRoleBinding".to_owned()));
    }
    Hub {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        prefixes: hub_prefixes(db, name),
        bootstrap: if estate.hubs.len() > 1 { format!("bootstrap/{name}") } else { String::new() },
        unregistered: clusters()
            .filter(|cluster| !cluster.register)
            .map(|cluster| (cluster.name.to_string(), cluster.server.to_string()))
            .collect(),
        applications: BTreeMap::new(),
        leaving: BTreeSet::new(),
        pulls: BTreeMap::new(),
        ordered: vec![],
        projects: BTreeMap::from([("admin".to_owned(), admin)]),
        hardens_default: estate.hub(name).is_some_and(|hub| hub.default_project == DefaultProject::Hardened),
        groups: groups(estate),
    }
}

fn groups(estate: &Estate) -> BTreeMap<String, Rights> {
    let mut groups: BTreeMap<String, Rights> = BTreeMap::new();
    for team in &estate.teams {
        for group in &team.sso {
            groups.entry(group.to_string()).or_default().is_admin |= estate.is_admin(&team.name);
        }
    }
    groups
}

pub(crate) fn name(application: &Value) -> String {
    application["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}

/// What one Application reads and writes, its project permits.
fn permit(db: &Database, hub: &mut Hub, service: &str, slot: &Slot, application: &Value) {
    let spec = &application["spec"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let project = hub.projects.entry(text(&spec["project"])).or_default();
    let is_admin =
        |name: &str| estate(db).admins().any(|team| *estate(db).team(team).expect("its team").identity == *name);
    if !is_admin(&text(&spec["project"])) {
        let bounding = ["LimitRange", "ResourceQuota"];
        project.refused.extend(bounding.map(|kind| (String::new(), kind.to_owned())));
    }
    let sources = spec["sources"].as_array().cloned().unwrap_or_else(|| vec![spec["source"].clone()]);
    project.repositories.extend(sources.iter().map(|source| text(&source["repoURL"])));
    let server = text(&spec["destination"]["server"]);
    project.destinations.insert((server.clone(), text(&spec["destination"]["namespace"])));
    for namespace in extra_namespaces(db, service, slot) {
        project.destinations.insert((server.clone(), namespace));
    }
    let layer = text(&application["metadata"]["labels"]["platformc.io/layer"]);
    let kinds = estate(db).layers.iter().filter(|known| known.name.as_ref() == layer);
    let kinds = kinds.flat_map(|layer| layer.cluster_resources.iter());
    project.kinds.extend(kinds.map(|(group, kind)| (group.to_string(), kind.to_string())));
}

fn extra_namespaces(db: &Database, service: &str, slot: &Slot) -> Vec<String> {
    let item = declarations(db).get(Kind::Service, service).expect("its service");
    let explained = explain_value(db, item, &slot.cluster, slot.item.as_deref(), &["extra_namespaces"]);
    let value = explained.and_then(|explained| explained.value).map_or(json!([]), |value| value.to_json());
    let items = value.as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect()
}

fn order(db: &Database, hubs: &mut [Hub]) {
    let estate = estate(db);
    let scheme = &estate.platform.as_ref().expect("a sound platform").names;
    let application = |service: &str, slot: &Slot| {
        let cluster = estate.cluster(&slot.cluster).expect("its cluster");
        let item = declarations(db).get(Kind::Service, service).expect("its service");
        let known = &head(db, item).as_ref().expect("its head").identity.application;
        (cluster.hub.to_string(), scheme.name(known, slot.item.as_deref(), cluster))
    };
    for item in declarations(db).of(db, Kind::Service) {
        let Some(head) = head(db, item) else { continue };
        for (position, slot) in head.instances.iter().enumerate() {
            let (hub, dependent) = application(&head.name, slot);
            let hub = hubs.iter_mut().find(|known| known.name == hub).expect("its hub");
            let ordered = edges(db, &head.name, position);
            let ordered = ordered.iter().filter(|edge| edge.guarantee == Guarantee::Ordered);
            hub.ordered.extend(ordered.map(|edge| (dependent.clone(), application(&edge.service, &edge.slot).1)));
        }
    }
}
