use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Scheme;
use super::auth::Auth;
use crate::schema::{Kind, Version};

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

/// What becomes of the project `default`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DefaultProject {
    /// It permits nothing.
    Hardened,
    /// It stays as it is.
    Untouched,
}

/// How settings reach the control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Settings {
    /// Argo CD applies them itself.
    Apply,
    /// They are a Kustomize component.
    Fragment,
}

/// Who asks for reviews, and in whose form CODEOWNERS is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Forge {
    /// GitHub.
    GitHub,
    /// GitLab.
    GitLab,
}

impl Forge {
    /// The word of the language, which is also that of a team's handle there.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
        }
    }
}

/// What carries versions from environment to environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Promotion {
    /// Kargo.
    Kargo,
    /// `GitOps` Promoter; how it reaches the repository, where that is said as it has to be.
    GitOpsPromoter(Option<Promoter>),
}

impl Promotion {
    /// The word of the language.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Kargo => "kargo",
            Self::GitOpsPromoter(_) => "gitops-promoter",
        }
    }
}

/// How `GitOps` Promoter reaches the platform's repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promoter {
    /// The forge, with what of the repository's name it asks for.
    pub forge: PromoterForge,
    /// The Secret with the credential.
    pub secret: Arc<str>,
}

/// A repository on a forge, as `GitOps` Promoter names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromoterForge {
    /// GitHub; the host unless it is the public one.
    GitHub { host: Option<Arc<str>>, owner: Arc<str>, name: Arc<str>, app: i64 },
    /// GitLab; the host unless it is the public one.
    GitLab { host: Option<Arc<str>>, namespace: Arc<str>, name: Arc<str>, project: i64 },
    /// Gitea.
    Gitea { host: Arc<str>, owner: Arc<str>, name: Arc<str> },
    /// Forgejo.
    Forgejo { host: Arc<str>, owner: Arc<str>, name: Arc<str> },
    /// Bitbucket Cloud.
    Bitbucket { owner: Arc<str>, name: Arc<str> },
    /// Azure DevOps; the host unless it is the public one.
    AzureDevOps { host: Option<Arc<str>>, organization: Arc<str>, project: Arc<str>, name: Arc<str> },
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
    /// In whose form CODEOWNERS is written, if it is.
    pub codeowners: Option<Forge>,
    /// What carries versions from environment to environment, if anything does.
    pub promotion: Option<Promotion>,
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

impl Platform {
    /// What comes before an environment's name in the name of its branch, where each has one of its own.
    #[must_use]
    pub fn branches(&self) -> Option<&'static str> {
        matches!(self.promotion, Some(Promotion::GitOpsPromoter(_))).then_some("environment/")
    }

    /// What Argo CD follows for an environment.
    #[must_use]
    pub fn revision_of(&self, environment: &str) -> Arc<str> {
        self.branches().map_or_else(|| Arc::clone(&self.revision), |prefix| format!("{prefix}{environment}").into())
    }

    /// The path in the repository of a file that is seen from the platform's folder.
    #[must_use]
    pub fn source_path(&self, path: &str) -> Arc<str> {
        if self.folder.is_empty() { path.into() } else { format!("{}/{path}", self.folder).into() }
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
    /// Whether syncs have the rights of a `ServiceAccount` of the service's namespace.
    pub impersonation: bool,
    /// What becomes of the project `default`.
    pub default_project: DefaultProject,
}

/// Owners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: Arc<str>,
    /// What its projects are named after.
    pub identity: Arc<str>,
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

impl Team {
    /// Its handle at a forge.
    #[must_use]
    pub fn handle(&self, forge: Forge) -> Option<&Arc<str>> {
        match forge {
            Forge::GitHub => self.github.as_ref(),
            Forge::GitLab => self.gitlab.as_ref(),
        }
    }
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
    /// What Argo CD calls it, and what Applications on it are named after.
    pub identity: Arc<str>,
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
    /// What its API server puts before the names of groups.
    pub group_prefix: Arc<str>,
    /// Whether a Secret registers it.
    pub register: bool,
    /// How Argo CD gets into it; nothing where the credential comes by other means.
    pub auth: Option<Auth>,
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

/// What teams may do with a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: Arc<str>,
    /// Its doc comment, or what a built-in role is for.
    pub doc: Option<Arc<str>>,
    /// The roles whose actions it has as well.
    pub includes: Vec<Arc<str>>,
    /// The words of all its actions.
    pub actions: BTreeSet<&'static str>,
    /// The `ClusterRole` that is bound with it, where it does not follow from the actions.
    pub cluster_role: Option<Arc<str>>,
}

/// The kind of a store's object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoreKind {
    /// One for all namespaces of a cluster.
    Cluster,
    /// One in each namespace.
    Namespaced,
}

impl StoreKind {
    /// The kind as Kubernetes calls it.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Cluster => "ClusterSecretStore",
            Self::Namespaced => "SecretStore",
        }
    }
}

/// Where secrets are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Its name in the source.
    pub name: Arc<str>,
    /// The kind of its object.
    pub kind: StoreKind,
    /// The name of its object.
    pub object: Arc<str>,
    /// How often its secrets are read again.
    pub refresh: Arc<str>,
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
    /// The stores.
    pub stores: Vec<Store>,
    /// The health checks.
    pub healths: Vec<Health>,
    /// The roles, built in and declared.
    pub roles: Vec<Role>,
    /// Where each cluster stands among the clusters: they are asked for once for each instance.
    pub(super) by_name: FxHashMap<Arc<str>, usize>,
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
        self.by_name.get(name).and_then(|index| self.clusters.get(*index))
    }

    /// The same with other names for clusters and teams.
    #[must_use]
    pub fn renamed(mut self, name: &dyn Fn(Kind, &Arc<str>) -> Arc<str>) -> Self {
        for team in &mut self.teams {
            team.name = name(Kind::Team, &team.name);
        }
        self.teams.sort_by(|left, right| left.name.cmp(&right.name));
        for cluster in &mut self.clusters {
            cluster.name = name(Kind::Cluster, &cluster.name);
        }
        self.clusters.sort_by(|left, right| left.name.cmp(&right.name));
        let places = self.clusters.iter().enumerate().map(|(index, cluster)| (Arc::clone(&cluster.name), index));
        self.by_name = places.collect();
        if let Some(platform) = &mut self.platform {
            platform.admins.iter_mut().for_each(|admin| *admin = name(Kind::Team, admin));
        }
        self
    }

    /// The role of this name.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name.as_ref() == name)
    }

    /// The team of this name.
    #[must_use]
    pub fn team(&self, name: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.name.as_ref() == name)
    }

    /// Whether a team owns the platform itself.
    #[must_use]
    pub fn is_admin(&self, team: &str) -> bool {
        self.admins().any(|admin| admin.as_ref() == team)
    }

    /// The teams that own the platform itself.
    pub fn admins(&self) -> impl Iterator<Item = &Arc<str>> {
        self.platform.iter().flat_map(|platform| &platform.admins)
    }

    /// The layer of this name.
    #[must_use]
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.name.as_ref() == name)
    }

    /// The store of this name.
    #[must_use]
    pub fn store(&self, name: &str) -> Option<&Store> {
        self.stores.iter().find(|store| store.name.as_ref() == name)
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
