//! What the source says of Applications that leave the tree: which may, and which would take along what others go on with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::present::{Of, Present};
use crate::db::Db;
use crate::diagnostics::did_you_mean;
use crate::model::{Head, Moves, Removals, estate, head, moves, removals};
use crate::names::declarations;
use crate::schema::Kind;

/// What the source says of Applications that leave the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    removals: Removals,
    /// Every environment, and whether it is protected.
    environments: BTreeMap<Arc<str>, bool>,
    /// By cluster, its environment.
    clusters: BTreeMap<Arc<str>, Arc<str>>,
    /// What Argo CD calls the clusters that have another name, by each name that they had.
    known: BTreeMap<Arc<str>, Arc<str>>,
    /// The names of today, by those that services and clusters had.
    today: BTreeMap<(Kind, Arc<str>), Arc<str>>,
    /// The services that are declared.
    services: BTreeSet<Arc<str>>,
    /// The instances of services that were renamed, by their names of today.
    renamed: BTreeSet<Of>,
}

/// What is to be said of an Application that leaves the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It may go.
    Fine,
    /// It is of a protected environment, and nothing says that it is meant to go.
    Unsaid,
    /// Its instance goes on under another name, and it would take along what that one looks after.
    AtOnce,
}

/// What the source says of Applications that leave the tree.
#[must_use]
pub fn consent(db: &dyn Db) -> Consent {
    let (estate, moves) = (estate(db), moves(db));
    let environments = estate.environments.iter().map(|it| (Arc::clone(&it.name), it.protected));
    let clusters = estate.clusters.iter().map(|it| (Arc::clone(&it.name), Arc::clone(&it.environment)));
    let known = estate.clusters.iter().filter(|it| it.name != it.identity).flat_map(|it| {
        let names = before(moves, Kind::Cluster, &it.name).chain([&it.name]);
        names.map(|name| (Arc::clone(name), Arc::clone(&it.identity)))
    });
    let today = moves
        .keys()
        .flat_map(|(kind, name)| before(moves, *kind, name).map(|old| ((*kind, Arc::clone(old)), Arc::clone(name))));
    let services = moves.keys().filter(|(kind, _)| *kind == Kind::Service);
    let heads = services.filter_map(|(_, name)| head(db, declarations(db).get(Kind::Service, name)?).as_ref());
    Consent {
        removals: removals(db).clone(),
        environments: environments.collect(),
        clusters: clusters.collect(),
        known: known.collect(),
        today: today.collect(),
        services: declarations(db).of(db, Kind::Service).map(|item| Arc::clone(item.name(db))).collect(),
        renamed: heads.flat_map(instances).collect(),
    }
}

fn instances(head: &Arc<Head>) -> impl Iterator<Item = Of> {
    head.instances.iter().map(|slot| Of {
        service: head.name.to_string(),
        cluster: slot.cluster.to_string(),
        item: slot.item.as_ref().map(ToString::to_string),
    })
}

/// The names that something had.
fn before<'m>(moves: &'m Moves, kind: Kind, name: &Arc<str>) -> impl Iterator<Item = &'m Arc<str>> {
    moves.get(&(kind, Arc::clone(name))).into_iter().flatten().map(|moved| &moved.from)
}

impl Consent {
    /// What is to be said of an Application that the tree held and holds no more.
    #[must_use]
    pub fn of(&self, gone: &Present) -> Verdict {
        let Some(of) = gone.of.as_ref().map(|of| self.today(of)) else { return Verdict::Fine };
        if gone.is_leaving && gone.keeps_workload {
            return Verdict::Fine;
        }
        if self.renamed.contains(&of) {
            return if gone.keeps_workload { Verdict::Fine } else { Verdict::AtOnce };
        }
        if !self.is_protected(gone) || self.removals.lets_go(&of.service, &of.cluster) {
            return Verdict::Fine;
        }
        Verdict::Unsaid
    }

    /// An instance by its names of today.
    fn today(&self, of: &Of) -> Of {
        let today = |kind, name: &str| self.today.get(&(kind, name.into())).map_or(name, AsRef::as_ref).to_owned();
        let (service, cluster) = (today(Kind::Service, &of.service), today(Kind::Cluster, &of.cluster));
        Of { service, cluster, item: of.item.clone() }
    }

    /// What is known of an environment that is no longer declared is what its Applications say.
    fn is_protected(&self, gone: &Present) -> bool {
        self.environments.get(gone.environment.as_str()).copied().unwrap_or(gone.keeps_workload)
    }

    /// What Argo CD calls a cluster that has, or may once have had, a name.
    #[must_use]
    pub fn known<'n>(&'n self, cluster: &'n str) -> &'n str {
        self.known.get(cluster).map_or(cluster, AsRef::as_ref)
    }

    /// What is said to go, and is not declared.
    pub fn undeclared(&self) -> impl Iterator<Item = (Kind, &str)> {
        let all = self.removals.names().map(|(kind, name)| (kind, name.as_ref()));
        all.filter(|(kind, name)| !self.declared(*kind).any(|known| known == *name))
    }

    /// What is declared under a similar name.
    #[must_use]
    pub fn near(&self, kind: Kind, name: &str) -> Option<&str> {
        did_you_mean(name, self.declared(kind))
    }

    fn declared(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let (services, clusters) = (self.services.iter(), self.clusters.keys());
        let (services, clusters) = match kind {
            Kind::Cluster => (None, Some(clusters)),
            _ => (Some(services), None),
        };
        services.into_iter().flatten().chain(clusters.into_iter().flatten()).map(AsRef::as_ref)
    }

    /// The lines that let Applications go, as one would write them.
    #[must_use]
    pub fn lines(&self, gone: &[Present]) -> Vec<String> {
        let (mut clusters, mut services) =
            (BTreeSet::new(), BTreeMap::<String, BTreeMap<&str, BTreeSet<String>>>::new());
        for (one, of) in gone.iter().filter_map(|one| Some((one, self.today(one.of.as_ref()?)))) {
            if self.clusters.contains_key(of.cluster.as_str()) {
                services.entry(of.service).or_default().entry(&one.environment).or_default().insert(of.cluster);
            } else {
                clusters.insert(of.cluster);
            }
        }
        let clusters = clusters.into_iter().map(|cluster| format!("removed cluster {cluster} {{}}"));
        let services = services.into_iter().map(|(service, from)| self.line(&service, &from));
        clusters.chain(services).collect()
    }

    fn line(&self, service: &str, from: &BTreeMap<&str, BTreeSet<String>>) -> String {
        let parts: Vec<String> = from.iter().map(|(environment, gone)| self.from(service, environment, gone)).collect();
        format!("removed service {service} {{ from = {} }}", parts.join(" or "))
    }

    fn from(&self, service: &str, environment: &str, gone: &BTreeSet<String>) -> String {
        let all = self.clusters.iter().filter(|(_, of)| of.as_ref() == environment);
        let is_whole = !self.services.contains(service) || all.count() == gone.len();
        match gone.first().filter(|_| gone.len() == 1) {
            _ if is_whole => format!("env == {environment}"),
            Some(only) => format!("cluster == {only}"),
            None => format!("cluster in [{}]", gone.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
        }
    }
}
