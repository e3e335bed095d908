//! Text with holes between `@`: those of a service are filled once, those of a cluster for each document.

use crate::Outcome;
use crate::description::{Cluster, Platform, Service};

pub(crate) const APPLICATION: &str = include_str!("application.yaml");
pub(crate) const APPLICATION_SET: &str = include_str!("application-set.yaml");
pub(crate) const ELEMENT: &str = include_str!("element.yaml");

/// What differs from cluster to cluster.
const HOLES: [&str; 8] = ["cluster", "env", "region", "server", "replicas", "tag", "host", "history"];

/// A text, and the hole behind it.
struct Piece {
    text: String,
    hole: Option<usize>,
}

/// One service's document, cut at what differs from cluster to cluster.
pub(crate) struct Template {
    pieces: Vec<Piece>,
}

impl Template {
    pub(crate) fn new(text: &str, platform: &Platform, service: &Service) -> Outcome<Self> {
        let mut pieces = vec![];
        let mut filled = String::new();
        for (position, part) in text.split('@').enumerate() {
            if position % 2 == 0 {
                filled.push_str(part);
            } else if let Some(hole) = HOLES.iter().position(|name| *name == part) {
                pieces.push(Piece { text: std::mem::take(&mut filled), hole: Some(hole) });
            } else {
                filled.push_str(&value(part, platform, service)?);
            }
        }
        pieces.push(Piece { text: filled, hole: None });
        Ok(Self { pieces })
    }

    pub(crate) fn render(&self, out: &mut String, service: &Service, cluster: &Cluster) -> Outcome<()> {
        let values = service.values(cluster)?;
        let history = if cluster.env == "prod" { "20" } else { "5" };
        let Cluster { name, env, region, server } = cluster;
        let holes: [&str; 8] = [name, env, region, server, &values.count, &values.tag, &values.host, history];
        for piece in &self.pieces {
            out.push_str(&piece.text);
            if let Some(hole) = piece.hole {
                out.push_str(holes[hole]);
            }
        }
        Ok(())
    }
}

fn value(name: &str, platform: &Platform, service: &Service) -> Outcome<String> {
    Ok(match name {
        "service" => service.name.clone(),
        "layer" => service.layer.clone(),
        "owner" => service.owner.clone(),
        "project" => service.project.clone(),
        "revision" => service.revision.clone(),
        "wave" => service.wave.clone(),
        "options" => service.sync_options.join(", "),
        "namespace" => platform.namespace.clone(),
        "registry" => platform.registry.clone(),
        "repository" => platform.repo_url.clone(),
        _ => return Err(format!("a hole that nothing fills: {name}").into()),
    })
}
