//! Kargo's objects: a Project for each hub that promotes something, and a Warehouse with Stages for each service.

mod artifact;
mod project;
mod service;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::argocd::object;
use super::yaml::{Node, Template};
use super::{header, kubernetes, paths};
use crate::db::Db;
use crate::model::{Hub, Platform, Stop, estate, promoted, service as resolved};
use crate::names::{Item, declarations};
use crate::schema::Kind;

const KARGO: &str = "kargo.akuity.io/v1alpha1";

/// The tasks that all Stages share.
const CHECKOUT: &str = "checkout";
const MERGE: &str = "merge";

/// The namespace of a platform's Project, which has its name.
pub(super) fn project_name(platform: &Platform) -> &Arc<str> {
    &platform.name
}

/// What lets a Stage sync an Application: the project, the service and, behind it, the environment.
pub(super) fn authorized(platform: &Platform, service: &str) -> String {
    format!("{}:{}", project_name(platform), Stop::name_of(service, ""))
}

/// The hubs that promote something, each with its services.
#[salsa::tracked]
pub(super) fn promoting(db: &dyn Db) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
    let mut hubs: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for item in declarations(db).of(db, Kind::Service) {
        if let Some(promoted) = promoted(db, item) {
            hubs.entry(Arc::clone(&promoted.hub)).or_default().push(Arc::clone(item.name(db)));
        }
    }
    hubs
}

/// The Projects of all hubs: path and text of each file.
#[salsa::tracked]
pub(super) fn promotion_projects(db: &dyn Db) -> Vec<(String, Arc<str>)> {
    let estate = estate(db);
    let Some(platform) = &estate.platform else { return vec![] };
    let path = |hub: &str| format!("{}/project.yaml", paths::of_hub(estate, paths::PROMOTION, hub));
    let head = header::yaml_of_platform("the Project that services are promoted in");
    let file = |hub: &Arc<str>| (path(hub), documents(&head, &project::objects(platform, estate)));
    promoting(db).keys().map(file).collect()
}

/// The Warehouse and the Stages of a service: path and text.
#[salsa::tracked]
pub(super) fn promotion_of<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<(String, Arc<str>)> {
    let (estate, promoted) = (estate(db), promoted(db, item).as_ref()?);
    let (platform, hub) = (estate.platform.as_ref()?, estate.hub(&promoted.hub)?);
    let resolved = resolved(db, item).as_ref()?;
    let name = &resolved.head.name;
    let path = format!("{}/services/{name}.yaml", paths::of_hub(estate, paths::PROMOTION, &hub.name));
    let head = header::yaml(&resolved.file, &format!("service {name}"));
    Some((
        path,
        documents(
            &head,
            &service::objects(
                &At { platform, hub, service: name, known: &resolved.head.identity.workload },
                promoted,
                estate,
            ),
        ),
    ))
}

/// A service on its hub.
struct At<'a> {
    platform: &'a Platform,
    hub: &'a Hub,
    service: &'a Arc<str>,
    /// What its Stages and its Warehouse are named after.
    known: &'a Arc<str>,
}

fn documents(header: &str, objects: &[Node]) -> Arc<str> {
    let mut out = String::new();
    Template::new(header, objects).fill(&[], &mut out);
    out.into()
}

/// An object in the Project's namespace.
fn in_project(platform: &Platform, kind: &str, name: &str, labels: Node) -> Node {
    let labels = joined(kubernetes::labels(platform), labels);
    let metadata = Node::map([
        ("name", Node::text(name)),
        ("namespace", Node::text(Arc::clone(project_name(platform)))),
        ("labels", labels),
    ]);
    object(KARGO, kind, metadata)
}

/// A mapping with the entries of another behind its own.
fn joined(node: Node, other: Node) -> Node {
    let Node::Map(entries) = other else { return node };
    entries.into_iter().fold(node, |node, (key, entry)| node.with(key, entry))
}

/// A step of a task or a Stage.
fn step(uses: &str, config: Node) -> Node {
    Node::map([("uses", Node::text(uses)), ("config", config)])
}
