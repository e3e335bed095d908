//! What a service's folder holds for its previews: what bounds each, and what the compiler writes for their sources.

use std::sync::Arc;

use super::super::argocd::{SYNC_WAVE, object};
use super::super::leaf::{Written, preview_folder};
use super::super::yaml::{Node, Template};
use super::super::{header, paths};
use super::binding::{binding, bound_groups};
use super::bounds::{bounds, security};
use super::kustomization::kustomization;
use super::namespace::labels;
use super::overlay::source_files;
use crate::db::Db;
use crate::model::{Platform, Preview, TimeToLive, estate, preview};
use crate::names::Item;

/// The name that a kustomization of the preview's Application puts the real one in place of.
pub(super) const NAME: &str = "preview";
/// Before everything that a preview brings.
const FIRST: &str = "-1000";

/// The files of a service's folder that previews read: path and text of each.
#[salsa::tracked]
pub(in crate::documents) fn preview_files<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<(String, Arc<str>)> {
    let (Some(platform), Some(preview)) = (&estate(db).platform, preview(db, item)) else { return vec![] };
    let mut files = bounding(db, platform, preview);
    for source in preview.service.variants.iter().flat_map(|variant| &variant.spec.sources) {
        if let Some(written) = Written::of(source).filter(|written| *written != Written::Overlays) {
            let folder = preview_folder(&preview.service.head, written, source.name.as_ref());
            files.extend(source_files(platform, &preview.service, source, &folder));
        }
    }
    files
}

fn bounding(db: &dyn Db, platform: &Platform, preview: &Preview) -> Vec<(String, Arc<str>)> {
    let folder = paths::bounds_folder(&preview.service.head);
    let header = header::yaml(&preview.service.file, &format!("preview of service {}", preview.service.head.name));
    let documents = [
        ("bounds.yaml", bounds(platform, &preview.bounds, None)),
        ("namespace.yaml", vec![namespace(platform, preview)]),
        ("rolebindings.yaml", bindings(db, platform, preview)),
        ("slot.yaml", vec![slot(platform, preview)]),
        ("ttl.yaml", preview.ttl.iter().flat_map(|ttl| super::ttl::objects(platform, ttl)).collect()),
    ];
    let written = documents.into_iter().filter(|(_, nodes)| !nodes.is_empty());
    let mut files: Vec<(&str, Vec<Node>)> = written.collect();
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    files.push(("kustomization.yaml", vec![kustomization(names)]));
    let text = |nodes: &[Node]| -> Arc<str> {
        let mut out = String::new();
        Template::new(&header, nodes).fill(&[], &mut out);
        out.into()
    };
    files.iter().map(|(name, nodes)| (format!("{folder}/{name}"), text(nodes))).collect()
}

/// The namespace goes with the preview, so nothing keeps it from being pruned.
fn namespace(platform: &Platform, preview: &Preview) -> Node {
    let mut labels = labels(platform);
    labels.insert("platformc.io/service", Node::text(Arc::clone(&preview.service.head.name)));
    security(&preview.bounds, &mut labels);
    object("v1", "Namespace", Node::map([("name", Node::text(NAME)), ("labels", labels)]))
}

/// A preview takes one of the slots before anything else: an object that does nothing, where there may be no more of them
/// than there are slots. Where all are taken, the API server refuses it, and Argo CD tries again.
fn slot(platform: &Platform, preview: &Preview) -> Node {
    let metadata = Node::map([
        ("name", Node::text(NAME)),
        ("namespace", Node::text(preview.slots())),
        ("labels", labels(platform)),
        ("annotations", Node::map([(SYNC_WAVE, Node::text(FIRST))])),
    ]);
    object("v1", "Service", metadata).with("spec", Node::map([("clusterIP", Node::text("None"))]))
}

fn bindings(db: &dyn Db, platform: &Platform, preview: &Preview) -> Vec<Node> {
    let estate = estate(db);
    let Some((cluster, spec)) = estate.cluster(&preview.cluster).zip(preview.service.variants.first()) else {
        return vec![];
    };
    let bound = bound_groups(estate, cluster, &spec.spec.access).into_iter();
    bound.map(|(role, subjects)| binding(platform, &short(&role), None, &role, &subjects)).collect()
}

fn short(role: &str) -> String {
    role.strip_prefix(crate::model::OWN_ROLE).unwrap_or(role).to_owned()
}

/// The namespace with the slots of a service's previews, and their number; they belong to the foundation.
pub(in crate::documents) fn slots(platform: &Platform, name: &str, limit: i64) -> Vec<Node> {
    let namespace = object("v1", "Namespace", Node::map([("name", Node::text(name)), ("labels", labels(platform))]));
    let metadata =
        Node::map([("name", Node::text("slots")), ("namespace", Node::text(name)), ("labels", labels(platform))]);
    let hard = Node::map([("count/services", Node::text(limit.to_string()))]);
    let quota = object("v1", "ResourceQuota", metadata).with("spec", Node::map([("hard", hard)]));
    vec![namespace, quota]
}

/// What is said of a time to live on pages.
pub(in crate::documents) fn lifetime(ttl: &TimeToLive) -> String {
    match (ttl.seconds / 3600, ttl.seconds % 3600 / 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
