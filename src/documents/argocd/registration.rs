//! What registers clusters and repositories in Argo CD, without any credential.

use std::sync::Arc;

use super::super::yaml::Node;
use super::super::{header, paths};
use super::{SYNC_WAVE, object};
use crate::db::Db;
use crate::model::{Cluster, Estate, Hub, Repository, RepositoryKind, estate};

/// The registrations of all hubs: path and text of each file.
#[salsa::tracked]
pub(in crate::documents) fn registrations(db: &dyn Db) -> Vec<(String, Arc<str>)> {
    let estate = estate(db);
    estate.hubs.iter().flat_map(|hub| of_hub(estate, hub)).collect()
}

fn of_hub(estate: &Estate, hub: &Hub) -> Vec<(String, Arc<str>)> {
    let folder = paths::of_hub(estate, paths::CONTROL_PLANE, &hub.name);
    let clusters = estate.clusters.iter().filter(|cluster| cluster.hub == hub.name && cluster.register);
    let clusters =
        clusters.map(|cluster| (format!("{folder}/clusters/{}.yaml", cluster.name), self::cluster(hub, cluster)));
    let repositories = estate.repositories.iter();
    let repositories =
        repositories.map(|known| (format!("{folder}/repositories/{}.yaml", known.name), repository(hub, known)));
    clusters.chain(repositories).collect()
}

fn secret(hub: &Hub, name: &str, labels: Node) -> Node {
    let metadata = Node::map([
        ("name", Node::text(name)),
        ("namespace", Node::text(Arc::clone(&hub.namespace))),
        ("labels", labels),
        ("annotations", Node::map([(SYNC_WAVE, Node::text("-100"))])),
    ]);
    object("v1", "Secret", metadata).with("type", "Opaque")
}

/// Argo CD finds a cluster by a Secret. Its credential, the key `config`, comes by other means; since it does not stand
/// here, Argo CD leaves it alone.
fn cluster(hub: &Hub, cluster: &Cluster) -> Arc<str> {
    let mut labels = Node::map([
        ("argocd.argoproj.io/secret-type", Node::text("cluster")),
        ("platformc.io/cluster", Node::text(Arc::clone(&cluster.name))),
        ("platformc.io/env", Node::text(Arc::clone(&cluster.environment))),
        ("platformc.io/managed", Node::text("true")),
    ]);
    labels.insert_some("platformc.io/region", cluster.region.clone().map(Node::text));
    for (key, value) in &cluster.labels {
        labels.insert(Arc::clone(key), Node::text(Arc::clone(value)));
    }
    let data = Node::map([
        ("name", Node::text(Arc::clone(&cluster.name))),
        ("server", Node::text(Arc::clone(&cluster.server))),
    ]);
    let node = secret(hub, &format!("cluster-{}", cluster.name), labels).with("stringData", data);
    header::document(node, &format!("the registration of cluster {}", cluster.name))
}

fn repository(hub: &Hub, repository: &Repository) -> Arc<str> {
    let (kind, oci) = match repository.kind {
        RepositoryKind::Git => ("git", false),
        RepositoryKind::Helm => ("helm", false),
        RepositoryKind::Oci => ("helm", true),
    };
    let url = repository.url.strip_prefix("oci://").unwrap_or(&repository.url);
    let data = Node::map([
        ("type", Node::text(kind)),
        ("name", Node::text(Arc::clone(&repository.name))),
        ("url", Node::text(url)),
    ]);
    let data = data.with_some("enableOCI", oci.then_some("true"));
    let labels = Node::map([("argocd.argoproj.io/secret-type", Node::text("repository"))]);
    let node = secret(hub, &format!("repository-{}", repository.name), labels).with("stringData", data);
    header::document(node, &format!("the registration of repository {}", repository.name))
}
