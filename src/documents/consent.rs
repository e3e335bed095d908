//! What the source says of Applications that leave the tree: which may, and which would take along what others go on with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::present::{Of, Present};
use crate::db::Db;
use crate::diagnostics::did_you_mean;
use crate::model::{Head, Moves, Removals, estate, head, moves, removals};
use crate::names::{bound_team, declarations, subject};
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
    /// What renamed services were called.
    names: BTreeMap<Arc<str>, Names>,
    /// For which team a file is that says of a service what it was called, or that it is meant to go.
    bound: BTreeMap<(Kind, Arc<str>), Arc<str>>,
    /// The instances of services that were renamed, by their names of today.
    renamed: BTreeSet<Of>,
}

/// The names of a renamed service.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Names {
    /// All that it had, the oldest first, and the one that it has.
    all: Vec<Arc<str>>,
    /// The one that its Applications have.
    application: Arc<str>,
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

/// Why new names of Applications come too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Early {
    /// The step before was left out.
    Step,
    /// They were new already, and would be the old ones again.
    Back,
    /// The old ones would leave their place, where they should stand until the new ones have taken over.
    Elsewhere,
}

/// Whether Applications that are named after the one of these would bear the name of the other, which is the older one. The
/// names are those that a service had, the oldest first, and the one that it has.
#[must_use]
pub fn goes_back(names: &[Arc<str>], from: &str, to: &str) -> bool {
    let age = |name: &str| names.iter().position(|known| known.as_ref() == name);
    age(from).zip(age(to)).is_some_and(|(from, to)| to < from)
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
    let heads: Vec<&Arc<Head>> = heads.collect();
    let names = heads.iter().map(|head| {
        let all = before(moves, Kind::Service, &head.name).chain([&head.name]).cloned().collect();
        (Arc::clone(&head.name), Names { all, application: Arc::clone(&head.identity.application) })
    });
    Consent {
        names: names.collect(),
        bound: bound_words(db),
        removals: removals(db).clone(),
        environments: environments.collect(),
        clusters: clusters.collect(),
        known: known.collect(),
        today: today.collect(),
        services: declarations(db).of(db, Kind::Service).map(|item| Arc::clone(item.name(db))).collect(),
        renamed: heads.iter().flat_map(|head| instances(head)).collect(),
    }
}

/// For which team a file is in which a `moved` or a `removed` of a service stands, by word and service.
#[must_use]
pub fn bound_words(db: &dyn Db) -> BTreeMap<(Kind, Arc<str>), Arc<str>> {
    let said = [Kind::Moved, Kind::Removed].into_iter().flat_map(|word| declarations(db).of(db, word));
    let of_services = said.filter_map(|item| Some((item, subject(db, item).filter(|(of, _)| *of == Kind::Service)?.1)));
    let bound = of_services.filter_map(|(item, service)| {
        let team = bound_team(db, item.decl(db).file(db)).as_ref()?;
        Some(((item.kind(db), service.into()), Arc::clone(team)))
    });
    bound.collect()
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
    #[must_use]
    pub fn today(&self, of: &Of) -> Of {
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
        let instances = gone.iter().filter_map(|one| {
            let of = self.today(one.of.as_ref()?);
            Some((of.service.into(), one.environment.as_str().into(), of.cluster.into()))
        });
        lines_that_let_go(&self.clusters, &|name| self.services.contains(name), instances)
    }

    /// The `moved` by which an Application keeps its name that would bear that of another: what is left of the two is the name of
    /// a service or a cluster before and now.
    #[must_use]
    pub fn line_that_keeps(&self, gone: &Present, heir: &Present) -> Option<String> {
        let of = heir.of.as_ref()?;
        [(Kind::Service, &of.service), (Kind::Cluster, &of.cluster)].into_iter().find_map(|(kind, name)| {
            let old = replaced(&heir.name, name, &gone.name)?;
            let is_free = !self.declared(kind).any(|known| known == old);
            is_free.then(|| format!("moved {} {old} {{ to = {name} }}", kind.word()))
        })
    }

    /// Everything that was renamed: its kind, a name that it had, and the one of today.
    pub fn renames(&self) -> impl Iterator<Item = (Kind, &str, &str)> {
        self.today.iter().map(|((kind, old), name)| (*kind, old.as_ref(), name.as_ref()))
    }

    /// The team for which a file is that speaks of an Application of another team's, with what it says.
    #[must_use]
    pub fn oversteps(&self, was: &Present) -> Option<(Kind, &str)> {
        let service = was.of.as_ref().filter(|_| !was.owner.is_empty())?.service.as_str();
        let owner = self.today.get(&(Kind::Team, was.owner.as_str().into())).map_or(was.owner.as_str(), AsRef::as_ref);
        let said = [Kind::Moved, Kind::Removed].into_iter();
        let mut said = said.filter_map(|word| Some((word, self.bound.get(&(word, service.into()))?.as_ref())));
        said.find(|(_, team)| *team != owner)
    }

    /// Why an Application goes too early, if another one with the name of today takes its place.
    #[must_use]
    pub fn early(&self, gone: &Present, heir: Option<&Present>) -> Early {
        let back = || {
            let heir = heir?;
            let Names { all, application } = self.names.get(heir.of.as_ref()?.service.as_str())?;
            Some(goes_back(all, replaced(&heir.name, application, &gone.name)?, application))
        };
        if back() == Some(true) { Early::Back } else { Early::Step }
    }
}

/// What stands in `other` where `text` has `part`, if they are the same besides, and it is one part of a name.
fn replaced<'o>(text: &str, part: &str, other: &'o str) -> Option<&'o str> {
    text.match_indices(part).find_map(|(start, _)| {
        let (before, after) = (text.get(..start)?, text.get(start + part.len()..)?);
        let found = other.strip_prefix(before)?.strip_suffix(after)?;
        (!found.is_empty() && !found.contains('.') && found != part).then_some(found)
    })
}

/// Clusters by their environment.
type ByEnvironment = BTreeMap<Arc<str>, BTreeSet<Arc<str>>>;

/// The lines that let instances go, each by its service, its environment and its cluster, where these clusters are declared.
#[must_use]
pub fn lines_that_let_go(
    clusters: &BTreeMap<Arc<str>, Arc<str>>,
    is_declared: &dyn Fn(&str) -> bool,
    gone: impl Iterator<Item = (Arc<str>, Arc<str>, Arc<str>)>,
) -> Vec<String> {
    let mut undeclared = BTreeSet::new();
    let mut services: BTreeMap<Arc<str>, ByEnvironment> = BTreeMap::new();
    for (service, environment, cluster) in gone {
        if clusters.contains_key(&cluster) {
            services.entry(service).or_default().entry(environment).or_default().insert(cluster);
        } else {
            undeclared.insert(cluster);
        }
    }
    let from = |service: &str, (environment, gone): (&Arc<str>, &BTreeSet<Arc<str>>)| {
        let all = clusters.values().filter(|of| *of == environment).count();
        match gone.first().filter(|_| gone.len() == 1) {
            _ if !is_declared(service) || all == gone.len() => format!("env == {environment}"),
            Some(only) => format!("cluster == {only}"),
            None => format!("cluster in [{}]", gone.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")),
        }
    };
    let services = services.iter().map(|(service, environments)| {
        let parts: Vec<String> = environments.iter().map(|it| from(service, it)).collect();
        format!("removed service {service} {{ from = {} }}", parts.join(" or "))
    });
    let undeclared = undeclared.into_iter().map(|cluster| format!("removed cluster {cluster} {{}}"));
    undeclared.chain(services).collect()
}
