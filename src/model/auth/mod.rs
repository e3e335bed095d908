//! How Argo CD gets into a cluster: what is read of `auth`, and what is wrong with it.

mod base64;
mod command;
mod material;
mod read;
mod ways;

use std::sync::Arc;

use crate::values::Value;

pub(super) use read::read;

/// How Argo CD gets into a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The registration holds the whole `config`, and nothing of it is secret.
    Public(Tls, Credential),
    /// An `ExternalSecret` makes the registration.
    External(External),
    /// A `SealedSecret` makes the registration; this is the sealed `config`.
    Sealed(Arc<str>),
}

/// What the API server is recognized by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Certificates, as PEM in base64 without blanks.
    pub ca: Option<Arc<str>>,
    /// The name in the server's certificate.
    pub server_name: Option<Arc<str>>,
}

/// Where a credential comes from each time that one is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// AWS.
    Aws(Aws),
    /// A command.
    Exec(Exec),
}

/// A cluster of EKS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aws {
    /// What EKS calls it.
    pub cluster_name: Arc<str>,
    /// The role that is assumed.
    pub role_arn: Option<Arc<str>>,
    /// The profile of AWS' configuration.
    pub profile: Option<Arc<str>>,
}

/// A command that prints a credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exec {
    /// The command.
    pub command: Arc<str>,
    /// Its arguments.
    pub args: Vec<Arc<str>>,
    /// Its environment, by name.
    pub env: Vec<(Arc<str>, Arc<str>)>,
    /// The version of what it prints: `v1` or `v1beta1`.
    pub api_version: Arc<str>,
    /// What to say where the command is missing.
    pub install_hint: Option<Arc<str>>,
    /// Whether it is told about the cluster.
    pub provide_cluster_info: bool,
    /// What else it is told.
    pub config: Option<Value>,
}

/// A `config` that lies in a store of secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// The store's name.
    pub store: Arc<str>,
    /// The store's kind.
    pub kind: Arc<str>,
    /// The secret in the store.
    pub key: Arc<str>,
    /// The part of the secret, or nothing for all of it.
    pub property: Option<Arc<str>>,
    /// How often it is read again.
    pub refresh: Arc<str>,
}
