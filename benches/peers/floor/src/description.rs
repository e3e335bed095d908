//! The description that all tools read.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Outcome;

#[derive(Deserialize)]
pub(crate) struct Platform {
    #[serde(rename = "repoURL")]
    pub(crate) repo_url: String,
    pub(crate) registry: String,
    pub(crate) namespace: String,
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) services: Vec<Service>,
}

#[derive(Deserialize)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) env: String,
    pub(crate) region: String,
    pub(crate) server: String,
}

#[derive(Deserialize)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) layer: String,
    pub(crate) owner: String,
    pub(crate) project: String,
    pub(crate) revision: String,
    pub(crate) wave: String,
    #[serde(rename = "syncOptions")]
    pub(crate) sync_options: Vec<String>,
    pub(crate) env: BTreeMap<String, Values>,
}

/// What differs by environment.
#[derive(Deserialize)]
pub(crate) struct Values {
    replicas: u32,
    pub(crate) tag: String,
    pub(crate) host: String,
    /// `replicas` as text.
    #[serde(skip)]
    pub(crate) count: String,
}

pub(crate) fn read(path: &str) -> Outcome<Platform> {
    let mut platform: Platform = serde_json::from_slice(&std::fs::read(path)?)?;
    for values in platform.services.iter_mut().flat_map(|service| service.env.values_mut()) {
        values.count = values.replicas.to_string();
    }
    Ok(platform)
}

impl Service {
    pub(crate) fn values(&self, cluster: &Cluster) -> Outcome<&Values> {
        Ok(self.env.get(&cluster.env).ok_or_else(|| format!("{} has nothing for {}", self.name, cluster.env))?)
    }
}
