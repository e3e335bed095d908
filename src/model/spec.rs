use std::collections::BTreeMap;
use std::sync::Arc;

use super::entities::StoreKind;
use crate::values::Value;

/// What an instance is, beside its cluster and its name: instances of which no overlay and no variable differs share one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spec {
    /// The namespace it is deployed to.
    pub namespace: Arc<str>,
    /// Further namespaces it writes to.
    pub extra_namespaces: Vec<Arc<str>>,
    /// Its sources, at least one.
    pub sources: Vec<Source>,
    /// How it is synced.
    pub sync: Sync,
    /// The versions that are promoted, if any are.
    pub promote: Option<Arc<str>>,
    /// Who may do what with it.
    pub access: super::access::Granted,
    /// Labels on the Application.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Annotations on the Application.
    pub annotations: BTreeMap<Arc<str>, Arc<str>>,
    /// Links for people.
    pub links: BTreeMap<Arc<str>, Arc<str>>,
    /// Fields that are not compared, as in Argo CD's API.
    pub ignore_differences: Vec<Value>,
    /// How many syncs are remembered.
    pub revision_history: i64,
    /// What is merged into the Application as it is.
    pub application: Option<Value>,
}

/// How an instance is synced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sync {
    /// By itself.
    pub automated: bool,
    /// What left Git leaves the cluster.
    pub prune: bool,
    /// Changes by hand are undone.
    pub self_heal: bool,
    /// A sync may remove everything.
    pub allow_empty: bool,
    /// Sync options, `ServerSideApply=true` among them where asked for.
    pub options: Vec<Arc<str>>,
    /// How often a failed sync is tried again; negative for ever.
    pub retry_limit: i64,
    /// Whether a new try takes a new revision.
    pub retry_refresh: bool,
    /// The first wait, its factor, and the longest wait.
    pub backoff: (Arc<str>, i64, Arc<str>),
}

impl Default for Sync {
    fn default() -> Self {
        Self {
            automated: true,
            prune: true,
            self_heal: true,
            allow_empty: false,
            options: vec![],
            retry_limit: -1,
            retry_refresh: true,
            backoff: ("10s".into(), 2, "3m".into()),
        }
    }
}

/// Where the files of a source are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A folder of the platform's repository, from its root.
    Own(Arc<str>),
    /// A folder of another Git repository.
    Git {
        /// The repository.
        url: Arc<str>,
        /// The revision.
        revision: Arc<str>,
        /// The folder.
        path: Arc<str>,
    },
    /// A chart of a chart repository or registry.
    Chart {
        /// The repository; for a registry without `oci://`, as Argo CD writes it.
        url: Arc<str>,
        /// The chart.
        chart: Arc<str>,
        /// The version.
        version: Arc<str>,
    },
    /// The compiler writes them.
    Written,
}

/// One source of manifests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// Its name, where it has one of its own.
    pub name: Option<Arc<str>>,
    /// Where its files are.
    pub origin: Origin,
    /// What makes manifests of them.
    pub tool: Tool,
}

/// What makes manifests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Helm.
    Helm(Helm),
    /// Kustomize.
    Kustomize(Kustomize),
    /// Nothing: the files are manifests.
    Directory {
        /// Folders below count.
        recurse: bool,
        /// Which files count.
        include: Option<Arc<str>>,
        /// Which files don't.
        exclude: Option<Arc<str>>,
    },
    /// Nothing: the objects stand in the platform file.
    Objects(Vec<Object>),
    /// Nothing: they are `ExternalSecrets` that the compiler writes.
    Secrets(Vec<Secret>),
    /// A plugin.
    Plugin(Plugin),
}

/// A Helm release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Helm {
    /// The release's name, where it is not the service's, with the item behind it.
    pub release: Option<Arc<str>>,
    /// The values, an object.
    pub values: Option<Value>,
    /// Files of values in the platform's repository, from its root.
    pub value_files: Vec<Arc<str>>,
    /// Parameters.
    pub parameters: BTreeMap<Arc<str>, Arc<str>>,
    /// Flags that are set: the names of Argo CD's fields.
    pub flags: Vec<&'static str>,
    /// The Kubernetes version that the chart is shown.
    pub kube_version: Option<Arc<str>>,
    /// The API versions that the chart is shown.
    pub api_versions: Vec<Arc<str>>,
}

/// What differs from a Kustomize base.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Kustomize {
    /// Images.
    pub images: Vec<Arc<str>>,
    /// Replicas by workload.
    pub replicas: BTreeMap<Arc<str>, i64>,
    /// Patches, as in a kustomization.
    pub patches: Vec<Value>,
    /// Components, by their folders in the platform's repository.
    pub components: Vec<Arc<str>>,
    /// Labels on every object.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Annotations on every object.
    pub annotations: BTreeMap<Arc<str>, Arc<str>>,
    /// Before every name.
    pub name_prefix: Option<Arc<str>>,
    /// Behind every name.
    pub name_suffix: Option<Arc<str>>,
}

impl Kustomize {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// An object that is written in place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// The API version.
    pub api_version: Arc<str>,
    /// The kind.
    pub kind: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// The whole object.
    pub content: Value,
}

/// A Secret whose content stays in a store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Secret {
    /// What the source calls it; no two of a service are called alike.
    pub id: Arc<str>,
    /// The Secret's name.
    pub name: Arc<str>,
    /// What the source calls its store.
    pub store: Arc<str>,
    /// The kind and the name of the store's object.
    pub reference: (StoreKind, Arc<str>),
    /// How often it is read again.
    pub refresh: Arc<str>,
    /// By the Secret's key, where its text is.
    pub keys: BTreeMap<Arc<str>, Remote>,
    /// What all properties are taken from.
    pub all: Option<Remote>,
    /// The Secret's type.
    pub kind: Option<Arc<str>>,
    /// Labels on the Secret.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Annotations on the Secret.
    pub annotations: BTreeMap<Arc<str>, Arc<str>>,
}

/// A place in a store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Remote {
    /// The key.
    pub key: Arc<str>,
    /// A property of what stands there.
    pub property: Option<Arc<str>>,
}

/// A config management plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Plugin {
    /// Its name.
    pub name: Option<Arc<str>>,
    /// Variables.
    pub env: BTreeMap<Arc<str>, Arc<str>>,
    /// Parameters: a string, a list or a map each.
    pub parameters: BTreeMap<Arc<str>, Value>,
}
