use std::collections::BTreeMap;
use std::sync::Arc;

use super::Scheme;
use crate::schema::Version;

/// When the order of layers and needs holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// When a cluster comes up, and for what is added to a layer.
    Bootstrap,
    /// On every change of an Application.
    Always,
}

/// How services reach Argo CD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deliver {
    /// One Application per instance.
    Applications,
    /// One `ApplicationSet` per service.
    ApplicationSet,
}

/// What an `ApplicationSet` takes its clusters from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generator {
    /// A list of them.
    List,
    /// The registered clusters, by label.
    Clusters,
}

/// How settings reach the control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Settings {
    /// Argo CD applies them itself.
    Apply,
    /// They are a Kustomize component.
    Fragment,
}

/// The platform itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Its name.
    pub name: Arc<str>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
    /// The Git repository.
    pub repo: Arc<str>,
    /// The full ref or commit that Argo CD follows.
    pub revision: Arc<str>,
    /// The folder of the repository in which the platform lies, without `/` at the ends; empty for the root.
    pub folder: Arc<str>,
    /// The output folder, seen from the platform's folder.
    pub output: Arc<str>,
    /// The teams that own the platform.
    pub admins: Vec<Arc<str>>,
    /// When order holds.
    pub order: Order,
    /// How Applications are named.
    pub names: Scheme,
    /// Labels on every Application.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
}

impl Platform {
    /// The path of an output file or folder in the repository.
    #[must_use]
    pub fn repository_path(&self, path: &str) -> String {
        let parts = [self.folder.as_ref(), self.output.as_ref(), path];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("/")
    }
}

/// An Argo CD control plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hub {
    /// Its name.
    pub name: Arc<str>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
    /// The Argo CD to compile for.
    pub version: Version,
    /// The namespace that Argo CD runs in.
    pub namespace: Arc<str>,
    /// How settings reach it.
    pub settings: Settings,
    /// After how many seconds a waiting sync is given up.
    pub sync_timeout: u64,
}

/// Owners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: Arc<str>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
    /// Groups of the identity provider.
    pub sso: Vec<Arc<str>>,
    /// Its handle on GitHub.
    pub github: Option<Arc<str>>,
    /// Its handle on GitLab.
    pub gitlab: Option<Arc<str>>,
    /// How to reach it.
    pub contact: Option<Arc<str>>,
    /// Links for people.
    pub links: BTreeMap<Arc<str>, Arc<str>>,
}

/// A set of clusters that are treated alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: Arc<str>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
    /// The environments before it.
    pub after: Vec<Arc<str>>,
    /// Whether nothing may be deleted by mistake.
    pub protected: bool,
}

/// A Kubernetes cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: Arc<str>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
    /// Its environment.
    pub environment: Arc<str>,
    /// Whether its environment is protected.
    pub protected: bool,
    /// Its region.
    pub region: Option<Arc<str>>,
    /// The URL of its API server.
    pub server: Arc<str>,
    /// The hub that deploys to it.
    pub hub: Arc<str>,
    /// Its labels.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Whether a Secret registers it.
    pub register: bool,
}

/// A stage that clusters come up in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name.
    pub name: Arc<str>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
    /// The layers that it comes directly after.
    pub after: Vec<Arc<str>>,
    /// How its services reach Argo CD.
    pub deliver: Deliver,
    /// What its `ApplicationSets` take their clusters from.
    pub generator: Generator,
    /// The cluster-scoped kinds that its services may own: group and kind, `*` for all.
    pub cluster_resources: Vec<(Arc<str>, Arc<str>)>,
}

/// What a repository holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RepositoryKind {
    /// Git.
    Git,
    /// Helm charts.
    Helm,
    /// OCI artifacts.
    Oci,
}

/// A repository with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// Its name.
    pub name: Arc<str>,
    /// Its URL.
    pub url: Arc<str>,
    /// What it holds.
    pub kind: RepositoryKind,
    /// Where its credential lives, for people.
    pub credential: Option<Arc<str>>,
}

/// A health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The API group, empty for the core group.
    pub group: Arc<str>,
    /// The kind.
    pub kind: Arc<str>,
    /// The Lua text.
    pub lua: Arc<str>,
}

/// Everything but the services. All lists are sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estate {
    /// The platform, if it could be read.
    pub platform: Option<Platform>,
    /// The hubs; never empty.
    pub hubs: Vec<Hub>,
    /// The teams.
    pub teams: Vec<Team>,
    /// The environments.
    pub environments: Vec<Environment>,
    /// The clusters.
    pub clusters: Vec<Cluster>,
    /// The layers.
    pub layers: Vec<Layer>,
    /// The repositories.
    pub repositories: Vec<Repository>,
    /// The health checks.
    pub healths: Vec<Health>,
}

impl Estate {
    /// The hub of this name.
    #[must_use]
    pub fn hub(&self, name: &str) -> Option<&Hub> {
        self.hubs.iter().find(|hub| hub.name.as_ref() == name)
    }

    /// The cluster of this name.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Option<&Cluster> {
        let found = self.clusters.binary_search_by(|cluster| cluster.name.as_ref().cmp(name));
        found.ok().and_then(|index| self.clusters.get(index))
    }

    /// Whether a team is one of the platform's `admins`.
    #[must_use]
    pub fn is_admin(&self, team: &str) -> bool {
        self.platform.as_ref().is_some_and(|platform| platform.admins.iter().any(|admin| admin.as_ref() == team))
    }

    /// The layer of this name.
    #[must_use]
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.name.as_ref() == name)
    }

    /// The oldest Argo CD among the hubs of these clusters: what may be written for all of them.
    #[must_use]
    pub fn oldest_target<'c>(&self, clusters: impl Iterator<Item = &'c str>) -> Option<Version> {
        clusters
            .filter_map(|name| self.cluster(name))
            .filter_map(|cluster| self.hub(&cluster.hub))
            .map(|hub| hub.version)
            .min()
    }
}
