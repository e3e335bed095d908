//! The key `config` of a cluster's registration, and what makes a registration of which nobody may see it.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::yaml::Node;
use super::object;
use crate::model::{Aws, Credential, Exec, External, Tls};

/// The `config` as Argo CD's `ClusterConfig` reads it: JSON, of which a changed value changes one line.
pub(super) fn config(tls: &Tls, credential: &Credential) -> String {
    let (key, way) = match credential {
        Credential::Aws(aws) => ("awsAuthConfig", self::aws(aws)),
        Credential::Exec(exec) => ("execProviderConfig", self::exec(exec)),
    };
    let all = Map::from_iter([(key.to_owned(), way), ("tlsClientConfig".to_owned(), self::tls(tls))]);
    format!("{:#}\n", Value::Object(all))
}

fn filled<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

fn text(text: Option<&Arc<str>>) -> Option<Value> {
    text.map(|text| json!(text.as_ref()))
}

fn tls(tls: &Tls) -> Value {
    filled([
        ("caData", text(tls.ca.as_ref())),
        ("insecure", Some(json!(false))),
        ("serverName", text(tls.server_name.as_ref())),
    ])
}

fn aws(aws: &Aws) -> Value {
    filled([
        ("clusterName", text(Some(&aws.cluster_name))),
        ("profile", text(aws.profile.as_ref())),
        ("roleARN", text(aws.role_arn.as_ref())),
    ])
}

fn exec(exec: &Exec) -> Value {
    let args = exec.args.iter().map(|arg| json!(arg.as_ref())).collect::<Vec<_>>();
    let env = exec.env.iter().map(|(name, value)| (name.to_string(), json!(value.as_ref()))).collect::<Map<_, _>>();
    filled([
        ("apiVersion", Some(json!(format!("client.authentication.k8s.io/{}", exec.api_version)))),
        ("args", (!args.is_empty()).then(|| args.into())),
        ("command", text(Some(&exec.command))),
        ("config", exec.config.as_ref().map(crate::values::Value::to_json)),
        ("env", (!env.is_empty()).then(|| env.into())),
        ("installHint", text(exec.install_hint.as_ref())),
        ("provideClusterInfo", exec.provide_cluster_info.then_some(Value::Bool(true))),
    ])
}

/// The Secret that an operator makes: what Argo CD and its selectors look for has to stand in its template.
pub(super) struct Registration<'r> {
    pub(super) metadata: Node,
    pub(super) name: &'r str,
    pub(super) labels: Node,
    pub(super) data: Node,
}

/// An `ExternalSecret` that reads the `config`. The defaults that its operator fills into lists are written out, for Argo CD
/// would take them for a change by hand.
pub(super) fn external(registration: Registration<'_>, external: &External) -> Node {
    let template = Node::map([
        ("engineVersion", Node::text("v2")),
        ("type", Node::text("Opaque")),
        ("metadata", Node::map([("labels", registration.labels)])),
        ("data", registration.data.with("config", "{{ .config }}")),
    ]);
    let reference = Node::map([("key", Node::text(Arc::clone(&external.key)))])
        .with_some("property", external.property.clone().map(Node::text))
        .with("conversionStrategy", "Default")
        .with("decodingStrategy", "None")
        .with("metadataPolicy", "None");
    let store = Node::map([
        ("kind", Node::text(Arc::clone(&external.kind))),
        ("name", Node::text(Arc::clone(&external.store))),
    ]);
    let entry = Node::map([("secretKey", Node::text("config")), ("remoteRef", reference)]);
    let spec = Node::map([
        ("refreshInterval", Node::text(Arc::clone(&external.refresh))),
        ("secretStoreRef", store),
        ("target", Node::map([("name", Node::text(registration.name)), ("template", template)])),
        ("data", Node::list([entry])),
    ]);
    object("external-secrets.io/v1", "ExternalSecret", registration.metadata).with("spec", spec)
}

/// A `SealedSecret` that holds the `config`.
pub(super) fn sealed(registration: Registration<'_>, config: &Arc<str>) -> Node {
    let template = Node::map([
        ("type", Node::text("Opaque")),
        ("metadata", Node::map([("labels", registration.labels)])),
        ("data", registration.data),
    ]);
    let spec =
        Node::map([("encryptedData", Node::map([("config", Node::text(Arc::clone(config)))])), ("template", template)]);
    object("bitnami.com/v1alpha1", "SealedSecret", registration.metadata).with("spec", spec)
}
