//! Helm values in files of their own. Argo CD looks for what a rollout has to do by the revisions that Applications are at, and
//! takes an Application whose specification alone changed for one that is done. So what is rolled out says its values in Git.

use std::sync::Arc;

use super::yaml::{Node, Text, write};
use super::{header, holes, leaf, paths};
use crate::db::Db;
use crate::model::{Service, Source, Tool, estate};

/// The file with a source's values, in the output folder and with holes; nothing where the Application says them. There is one for
/// each instance, so that a path never changes with what others say.
pub(super) fn file(service: &Service, source: &Source) -> Option<Text> {
    let Tool::Helm(helm) = &source.tool else { return None };
    if service.rollout.is_none() || helm.values.is_none() {
        return None;
    }
    let named = source.name.as_ref().map_or_else(String::new, |name| format!("-{name}"));
    let start = Text::literal(format!("{}/values{named}/", paths::service_folder(&service.head))).hole(holes::CLUSTER);
    let text = if service.head.each.is_some() { start.then("/").hole(holes::ITEM) } else { start };
    Some(text.then(".yaml"))
}

/// The files of a service: path and text of each.
pub(super) fn files(db: &dyn Db, service: &Service) -> Vec<(String, Arc<str>)> {
    if service.rollout.is_none() {
        return vec![];
    }
    let header = header::yaml(&service.file, &format!("service {}", service.head.name));
    let mut files = vec![];
    for (slot, spec) in service.head.instances.iter().zip(service.specs()) {
        let (Some(cluster), Some(spec)) = (estate(db).cluster(&slot.cluster), spec) else { continue };
        let own = holes::values_of(db, cluster, slot.item.as_ref(), 0);
        for source in &spec.sources {
            let (Some(path), Tool::Helm(helm)) = (file(service, source), &source.tool) else { continue };
            let values = helm.values.as_ref().map_or(Node::Null, leaf::node).fill(&own);
            files.push((path.filled(&own), format!("{header}{}", write(&values)).into()));
        }
    }
    files
}
