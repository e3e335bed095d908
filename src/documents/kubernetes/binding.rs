//! `RoleBindings`: what a service's rights mean in its namespaces.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::argocd::object;
use super::super::variation::{Variation, variation};
use super::super::yaml::{Node, Template};
use super::super::{header, paths};
use super::kustomization::kustomization;
use super::namespace::{NAME, labels};
use crate::db::Db;
use crate::model::{
    Cluster, Estate, Granted, OWN_ROLE, Place, Platform, Preview, Role, Service, Slot, Spec, cluster_roles, estate,
    head, is_reserved, own_actions, ownership, places, rights, service,
};
use crate::names::Item;
use crate::schema::Reach;

const RBAC: &str = "rbac.authorization.k8s.io/v1";
const GROUP: &str = "rbac.authorization.k8s.io";

/// The folders below a service's `access/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::documents) struct Access {
    /// Path and text of each file.
    pub(in crate::documents) files: Vec<(String, Arc<str>)>,
    /// The path of each folder, with the positions in the service's head for which it stands.
    pub(in crate::documents) folders: Vec<(Arc<str>, Vec<usize>)>,
    /// The roles of which the rest that Kubernetes has no `ClusterRole` for is bound, by position.
    pub(in crate::documents) roles: BTreeMap<Arc<str>, BTreeSet<usize>>,
}

/// The `RoleBindings` of a service: no part of what the service's own Application brings, so that its team can't change
/// them.
#[salsa::tracked]
pub(in crate::documents) fn access<'db>(db: &'db dyn Db, item: Item<'db>) -> Access {
    let (Some(platform), Some(service)) = (&estate(db).platform, service(db, item)) else { return Access::default() };
    let (estate, homes) = (estate(db), homes(db, item));
    let by = variation(
        service,
        estate,
        None,
        |spec| Some((spec.access.clone(), Arc::clone(&spec.namespace))),
        |cluster| (Arc::clone(&cluster.group_prefix), homes_on(homes, &cluster.name)),
    );
    let folder = |name: &str| format!("{}/access/{name}", paths::service_folder(&service.head));
    let mut access = Access::default();
    let mut folders: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (position, (slot, spec)) in service.head.instances.iter().zip(service.specs()).enumerate() {
        let (Some(cluster), Some(spec)) = (estate.cluster(&slot.cluster), spec) else { continue };
        let name = by.folder(cluster, slot);
        if let Some(known) = folders.get_mut(&name) {
            known.push(position);
            continue;
        }
        let bindings = Bindings { estate, platform, service, cluster, slot, spec, by: &by };
        if homes_on(homes, &cluster.name).contains(&&spec.namespace) {
            access.files.extend(bindings.files(&folder(&name)));
        }
        folders.insert(name, vec![position]);
    }
    let folders = folders.into_iter().map(|(name, positions)| (folder(&name), positions));
    let has_files = |(folder, _): &(String, Vec<usize>)| {
        access.files.iter().any(|(path, _)| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    };
    let folders: BTreeMap<String, Vec<usize>> = folders.filter(has_files).collect();
    access.folders = folders.into_iter().map(|(folder, positions)| (folder.into(), positions)).collect();
    access.roles = roles(estate, rights(db, item));
    access
}

/// The namespaces that a service is deployed to, each with the clusters on which it belongs to its team, sorted. Only there it
/// gives rights: they reach everything in a namespace, so a guest has none to give.
type Homes = Vec<(Arc<str>, Vec<Arc<str>>)>;

#[salsa::tracked]
fn homes<'db>(db: &'db dyn Db, item: Item<'db>) -> Homes {
    let Some(head) = head(db, item) else { return vec![] };
    let ownership = ownership(db);
    let home = |place: &Place| {
        let team = |cluster: &Arc<str>| ownership.get(cluster)?.get(&place.namespace)?.team.as_ref();
        let is_own = |cluster: &&Arc<str>| team(cluster) == Some(&head.owner);
        (Arc::clone(&place.namespace), place.clusters.iter().filter(is_own).cloned().collect())
    };
    places(db, item).iter().filter(|place| place.is_home).map(home).collect()
}

/// The namespaces of a cluster among them.
fn homes_on<'h>(homes: &'h Homes, cluster: &str) -> Vec<&'h Arc<str>> {
    let is_there = |clusters: &[Arc<str>]| clusters.binary_search_by(|known| known.as_ref().cmp(cluster)).is_ok();
    homes.iter().filter(|(_, clusters)| is_there(clusters)).map(|(namespace, _)| namespace).collect()
}

/// For each role with a `ClusterRole` of its own, where somebody has it.
fn roles(estate: &Estate, rights: &crate::model::Rights) -> BTreeMap<Arc<str>, BTreeSet<usize>> {
    let mut found: BTreeMap<Arc<str>, BTreeSet<usize>> = BTreeMap::new();
    for (granted, positions) in &rights.groups {
        for (team, roles) in granted {
            let is_somebody = estate.team(team).is_some_and(|team| !team.sso.is_empty());
            let own = roles.iter().filter_map(|role| estate.role(role)).filter(|role| !rules(estate, role).is_empty());
            for role in own.filter(|_| is_somebody) {
                found.entry(Arc::clone(&role.name)).or_default().extend(positions);
            }
        }
    }
    found
}

/// The roles with a `ClusterRole` of their own that are bound in the previews of a service.
pub(in crate::documents) fn preview_roles(estate: &Estate, preview: &Preview) -> BTreeSet<Arc<str>> {
    roles(estate, &preview.rights()).into_keys().collect()
}

/// The bindings of one instance, and of all that are like it.
struct Bindings<'b> {
    estate: &'b Estate,
    platform: &'b Platform,
    service: &'b Service,
    cluster: &'b Cluster,
    slot: &'b Slot,
    spec: &'b Spec,
    by: &'b Variation,
}

impl Bindings<'_> {
    fn files(&self, folder: &str) -> Vec<(String, Arc<str>)> {
        let bindings: Vec<Node> = self.subjects().iter().map(|(role, groups)| self.binding(role, groups)).collect();
        if bindings.is_empty() || is_reserved(&self.spec.namespace) {
            return vec![];
        }
        let header = header::yaml(&self.service.file, &format!("service {}", self.service.head.name));
        let text = |nodes: &[Node]| -> Arc<str> {
            let mut out = String::new();
            Template::new(&header, nodes).fill(&[], &mut out);
            out.into()
        };
        let kustomization = kustomization(["rolebindings.yaml"]);
        vec![
            (format!("{folder}/kustomization.yaml"), text(&[kustomization])),
            (format!("{folder}/rolebindings.yaml"), text(&bindings)),
        ]
    }

    /// The groups that are bound to each `ClusterRole`.
    fn subjects(&self) -> BTreeMap<Arc<str>, BTreeSet<Arc<str>>> {
        subjects(self.estate, &self.spec.access)
    }

    fn binding(&self, role: &str, groups: &BTreeSet<Arc<str>>) -> Node {
        let item = self.slot.item.as_ref().filter(|_| self.by.tells_items_apart());
        let item = item.map(|item| format!(".{item}")).unwrap_or_default();
        let short = role.strip_prefix(OWN_ROLE).unwrap_or(role);
        let name = format!("{}{item}.{short}", self.service.head.identity.workload);
        let namespace = Node::text(Arc::clone(&self.spec.namespace));
        binding(self.platform, &name, Some(namespace), role, &groups_on(self.cluster, groups))
    }
}

/// The groups of teams that are bound to each `ClusterRole`, without any cluster's prefix.
fn subjects(estate: &Estate, granted: &Granted) -> BTreeMap<Arc<str>, BTreeSet<Arc<str>>> {
    let mut found: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
    for (team, roles) in granted {
        let Some(team) = estate.team(team).filter(|team| !team.sso.is_empty()) else { continue };
        for role in roles.iter().filter_map(|role| estate.role(role)) {
            for bound in cluster_roles(estate, role) {
                found.entry(bound).or_default().extend(team.sso.iter().cloned());
            }
        }
    }
    found
}

/// Whom rights bind to each `ClusterRole` on a cluster: the subjects.
pub(in crate::documents) fn bound_groups(
    estate: &Estate,
    cluster: &Cluster,
    granted: &Granted,
) -> Vec<(Arc<str>, Vec<Node>)> {
    let bound = subjects(estate, granted).into_iter();
    bound.map(|(role, groups)| (role, groups_on(cluster, &groups))).collect()
}

/// What a role needs beside the `ClusterRoles` that Kubernetes brings.
fn rules(estate: &Estate, role: &Role) -> Vec<Node> {
    let as_node = |reach: &Reach| match reach {
        Reach::Verbs(group, resources, verbs) => Some(Node::map([
            ("apiGroups", Node::list([*group])),
            ("resources", Node::list(resources.iter().copied())),
            ("verbs", Node::list(verbs.iter().copied())),
        ])),
        Reach::Nothing | Reach::Role(_) => None,
    };
    own_actions(estate, role).iter().filter_map(|action| as_node(&action.kubernetes)).collect()
}

/// The `ClusterRoles` of our own that these roles need on a cluster.
pub(in crate::documents) fn own_roles(estate: &Estate, platform: &Platform, names: &BTreeSet<Arc<str>>) -> Vec<Node> {
    let own = estate.roles.iter().filter(|role| names.contains(&role.name));
    own.map(|role| {
        let metadata =
            Node::map([("name", Node::text(format!("{OWN_ROLE}{}", role.name))), ("labels", labels(platform))]);
        object(RBAC, "ClusterRole", metadata).with("rules", Node::List(rules(estate, role)))
    })
    .collect()
}

/// The bindings of the platform's admins, one in each namespace of a cluster: the template, and the name that fills it.
pub(in crate::documents) fn of_admins<'n>(
    estate: &Estate,
    platform: &Platform,
    cluster: &Cluster,
    namespaces: impl Iterator<Item = &'n Arc<str>>,
) -> Vec<(Arc<Template>, Arc<str>)> {
    let groups: BTreeSet<Arc<str>> =
        estate.admins().filter_map(|team| estate.team(team)).flat_map(|team| team.sso.iter().cloned()).collect();
    if groups.is_empty() {
        return vec![];
    }
    let bound = binding(platform, "admins", Some(Node::hole(NAME)), "admin", &groups_on(cluster, &groups));
    let template = Arc::new(Template::new("", &[bound]));
    let own = namespaces.filter(|namespace| !is_reserved(namespace));
    own.map(|namespace| (Arc::clone(&template), Arc::clone(namespace))).collect()
}

/// The subjects that stand for groups on a cluster.
fn groups_on(cluster: &Cluster, groups: &BTreeSet<Arc<str>>) -> Vec<Node> {
    let subject = |group: &Arc<str>| {
        Node::map([
            ("apiGroup", Node::text(GROUP)),
            ("kind", Node::text("Group")),
            ("name", Node::text(format!("{}{group}", cluster.group_prefix))),
        ])
    };
    groups.iter().map(subject).collect()
}

/// A binding to a `ClusterRole` within a namespace; without one, in whichever it is applied to.
pub(in crate::documents) fn binding(
    platform: &Platform,
    name: &str,
    namespace: Option<Node>,
    role: &str,
    subjects: &[Node],
) -> Node {
    let metadata =
        Node::map([("name", Node::text(name))]).with_some("namespace", namespace).with("labels", labels(platform));
    let target =
        Node::map([("apiGroup", Node::text(GROUP)), ("kind", Node::text("ClusterRole")), ("name", Node::text(role))]);
    object(RBAC, "RoleBinding", metadata).with("roleRef", target).with("subjects", Node::List(subjects.to_vec()))
}
