//! What registers clusters and repositories in Argo CD, without anything secret.

use std::sync::Arc;

use super::super::yaml::Node;
use super::super::{header, paths};
use super::credential::{self, Registration};
use super::{SYNC_WAVE, object};
use crate::db::Db;
use crate::model::{Auth, Cluster, Estate, Hub, Repository, RepositoryKind, estate};

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

fn metadata(hub: &Hub, name: &str, labels: Option<Node>, annotations: Node) -> Node {
    Node::map([("name", Node::text(name)), ("namespace", Node::text(Arc::clone(&hub.namespace)))])
        .with_some("labels", labels)
        .with("annotations", annotations)
}

fn wave() -> Node {
    Node::map([(SYNC_WAVE, Node::text("-100"))])
}

fn secret(hub: &Hub, name: &str, labels: Node, data: Node) -> Node {
    object("v1", "Secret", metadata(hub, name, Some(labels), wave())).with("type", "Opaque").with("stringData", data)
}

/// Argo CD finds a cluster by a Secret. Unless its way in is public, its credential, the key `config`, comes by other means;
/// where it does not stand here, Argo CD leaves it alone.
fn cluster(hub: &Hub, cluster: &Cluster) -> Arc<str> {
    let name = format!("cluster-{}", cluster.identity);
    let (labels, data) = (labels(cluster), data(cluster));
    let node = match &cluster.auth {
        None => secret(hub, &name, labels, data),
        Some(Auth::Public(tls, credential)) => {
            secret(hub, &name, labels, data.with("config", credential::config(tls, credential)))
        }
        Some(Auth::External(external)) => credential::external(made(hub, &name, labels, data), external),
        Some(Auth::Sealed(config)) => credential::sealed(made(hub, &name, labels, data), config),
    };
    header::document(node, &format!("the registration of cluster {}", cluster.name))
}

/// A registration that an operator makes. Where its kind is not there yet, all else of the control plane is synced without it.
fn made<'r>(hub: &Hub, name: &'r str, labels: Node, data: Node) -> Registration<'r> {
    let annotations = Node::map([
        ("argocd.argoproj.io/sync-options", Node::text("SkipDryRunOnMissingResource=true")),
        (SYNC_WAVE, Node::text("-100")),
    ]);
    Registration { metadata: metadata(hub, name, None, annotations), name, labels, data }
}

/// The label with the name of a cluster that had another one. Generators select by the name that it had: sets and
/// registrations are synced by two Applications, and in between the one must still find the other.
pub(in crate::documents) const RENAMED: &str = "platformc.io/cluster-name";

fn labels(cluster: &Cluster) -> Node {
    let mut labels = Node::map([
        ("argocd.argoproj.io/secret-type", Node::text("cluster")),
        ("platformc.io/cluster", Node::text(Arc::clone(&cluster.identity))),
        ("platformc.io/env", Node::text(Arc::clone(&cluster.environment))),
        ("platformc.io/managed", Node::text("true")),
    ]);
    let renamed = (cluster.name != cluster.identity).then(|| Node::text(Arc::clone(&cluster.name)));
    labels.insert_some(RENAMED, renamed);
    labels.insert_some("platformc.io/region", cluster.region.clone().map(Node::text));
    for (key, value) in &cluster.labels {
        labels.insert(Arc::clone(key), Node::text(Arc::clone(value)));
    }
    labels
}

fn data(cluster: &Cluster) -> Node {
    Node::map([
        ("name", Node::text(Arc::clone(&cluster.identity))),
        ("server", Node::text(Arc::clone(&cluster.server))),
    ])
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
    let node = secret(hub, &format!("repository-{}", repository.name), labels, data);
    header::document(node, &format!("the registration of repository {}", repository.name))
}
