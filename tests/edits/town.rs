//! A small platform that uses much of the language. It is data, so that edits of it leave it sound.

use std::collections::{BTreeMap, BTreeSet};

use super::breaks::Break;

/// What can be turned, by name; 0 is what it is at first.
pub type Knobs = BTreeMap<&'static str, usize>;

/// The platform.
#[derive(Clone)]
pub struct Town {
    /// For names that nothing has borne.
    pub next: usize,
    pub knobs: Knobs,
    pub teams: Vec<String>,
    pub clusters: Vec<Cluster>,
    pub services: Vec<Service>,
    /// Those that are declared: the name of a service whose namespace it is.
    pub namespaces: Vec<(String, usize)>,
    pub breaks: Vec<Break>,
}

/// A cluster, declared by itself or listed in the data file.
#[derive(Clone)]
pub struct Cluster {
    pub name: String,
    pub listed: bool,
    pub knobs: Knobs,
}

/// A service.
#[derive(Clone)]
pub struct Service {
    pub name: String,
    pub layer: usize,
    pub team: String,
    pub file: usize,
    pub needs: Vec<String>,
    pub knobs: Knobs,
}

/// The files that services stand in; the last is the team's.
pub const FILES: [&str; 4] = ["services/base.pf", "services/more.pf", "services/rest.pf", "bound/web.pf"];

/// The one of them that is for a team.
pub const BOUND: usize = 3;

/// The layers, from the first to the last.
pub const LAYERS: [&str; 3] = ["base", "mid", "apps"];

/// What a service can differ in.
pub const SERVICE_KNOBS: [&str; 24] = [
    "tool",
    "value",
    "value",
    "value",
    "overlay",
    "overlay",
    "overlay",
    "same",
    "doc",
    "comment",
    "access",
    "freeze",
    "deliver",
    "each",
    "on",
    "links",
    "extra",
    "sync",
    "history",
    "secret",
    "namespace",
    "override",
    "moved",
    "removed",
];

/// What the whole can differ in.
pub const TOWN_KNOBS: [&str; 28] = [
    "comment",
    "doc",
    "label",
    "order",
    "protected",
    "freeze",
    "deliver",
    "defaults",
    "layer-access",
    "chart",
    "schema",
    "base",
    "component",
    "manifests",
    "values",
    "rows",
    "port",
    "template-overlay",
    "refresh",
    "pattern",
    "argocd",
    "codeowners",
    "vars",
    "names",
    "role",
    "policy",
    "tenants",
    "hub",
];

/// What a cluster can differ in.
pub const CLUSTER_KNOBS: [&str; 6] = ["tier", "server", "region", "doc", "auth", "moved"];

/// What a declared namespace can be.
pub const NAMESPACE_WAYS: usize = 6;

pub fn get(knobs: &Knobs, name: &'static str) -> usize {
    knobs.get(name).copied().unwrap_or(0)
}

impl Town {
    pub fn new() -> Self {
        let mut town = Self {
            next: 0,
            knobs: Knobs::new(),
            teams: ["platform", "web", "data"].map(str::to_owned).to_vec(),
            clusters: vec![],
            services: vec![],
            namespaces: vec![],
            breaks: vec![],
        };
        for (name, listed) in [("dev", false), ("prod", false), ("east", true), ("west", true)] {
            town.clusters.push(Cluster { name: name.to_owned(), listed, knobs: Knobs::new() });
        }
        for number in 0..12 {
            let name = town.fresh("s");
            let needs = if number % 3 == 2 { vec![format!("s{}", number - 1)] } else { vec![] };
            let (layer, file) = (number / 5, number % FILES.len());
            let team = town.teams[number % 3].clone();
            let knobs = Knobs::from([("tool", number), ("overlay", number)]);
            town.services.push(Service { name, layer, team, file, needs, knobs });
        }
        town.mend();
        town
    }

    pub fn fresh(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{}", self.next)
    }

    /// Ends what is broken, and lets go of what is no longer there.
    pub fn mend(&mut self) {
        self.breaks.clear();
        for name in ["freeze", "order", "layer-access"] {
            self.knobs.remove(name);
        }
        let teams = self.teams.clone();
        for service in &mut self.services {
            for name in ["freeze", "sync"] {
                service.knobs.remove(name);
            }
            if service.file == BOUND {
                "web".clone_into(&mut service.team);
            }
            if !teams.contains(&service.team) {
                service.team.clone_from(&teams[0]);
            }
        }
        let mut seen = BTreeSet::new();
        self.services.retain(|service| seen.insert(service.name.clone()));
        let all = self.services.clone();
        for (at, service) in self.services.iter_mut().enumerate() {
            service.needs.retain(|need| {
                let found = all[..at].iter().find(|other| other.name == *need);
                found.is_some_and(|other| other.layer <= service.layer && get(&other.knobs, "on").is_multiple_of(6))
            });
        }
        self.namespaces.retain(|(name, _)| all.iter().any(|service| service.name == *name));
    }
}
