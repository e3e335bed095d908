use std::sync::Arc;

use super::super::leaf::text_map;
use super::super::yaml::Node;
use crate::model::{Remote, Secret};

/// The `ExternalSecret` that reads a Secret from its store.
pub(super) fn external_secret(secret: &Secret) -> Node {
    let (kind, store) = &secret.reference;
    let target = Node::map([("name", Node::text(Arc::clone(&secret.name))), ("creationPolicy", Node::text("Owner"))]);
    let key = |(key, place): (&Arc<str>, &Remote)| {
        Node::map([("secretKey", Node::text(Arc::clone(key))), ("remoteRef", remote(place))])
    };
    let all = secret.all.iter().map(|place| Node::map([("extract", remote(place))]));
    let spec = Node::map([
        ("refreshInterval", Node::text(Arc::clone(&secret.refresh))),
        ("secretStoreRef", Node::map([("kind", Node::text(kind.kind())), ("name", Node::text(Arc::clone(store)))])),
        ("target", target.with_filled("template", template(secret))),
    ])
    .with_filled("data", Node::List(secret.keys.iter().map(key).collect()))
    .with_filled("dataFrom", Node::List(all.collect()));
    Node::map([
        ("apiVersion", Node::text("external-secrets.io/v1")),
        ("kind", Node::text("ExternalSecret")),
        ("metadata", Node::map([("name", Node::text(Arc::clone(&secret.name)))])),
        ("spec", spec),
    ])
}

/// A place in the store. Most versions of the operator fill in the last three, and Argo CD takes what is filled in inside of a
/// list for a difference: left away, they would keep the Application from ever being Synced.
fn remote(place: &Remote) -> Node {
    Node::map([("key", Node::text(Arc::clone(&place.key)))])
        .with_some("property", place.property.clone().map(Node::text))
        .with("conversionStrategy", "Default")
        .with("decodingStrategy", "None")
        .with("metadataPolicy", "None")
}

/// What the Secret is beside its keys.
fn template(secret: &Secret) -> Node {
    let metadata = Node::Map(vec![])
        .with_filled("labels", text_map(&secret.labels))
        .with_filled("annotations", text_map(&secret.annotations));
    Node::Map(vec![]).with_some("type", secret.kind.clone().map(Node::text)).with_filled("metadata", metadata)
}
