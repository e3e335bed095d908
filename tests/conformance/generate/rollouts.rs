//! Rollouts: steps of which each selects something, and none what another one does.

use super::estate::{Cluster, Estate, maybe};
use super::text::Text;
use crate::support::Random;
use platformc::schema::Version;

/// The rollout of a service on these clusters.
pub(crate) fn rollout(random: &mut Random, text: &mut Text, estate: &Estate, placement: &[bool]) {
    let placed = estate.clusters.iter().zip(placement).filter(|(_, placed)| **placed).map(|(cluster, _)| cluster);
    let placed: Vec<&Cluster> = placed.collect();
    let mut environments: Vec<usize> = placed.iter().map(|cluster| cluster.environment).collect();
    environments.sort_unstable();
    environments.dedup();
    let mut conditions: Vec<String> = match random.below(3) {
        0 => environments.iter().map(|index| format!("env == {}", estate.environments[*index].name)).collect(),
        1 => placed.iter().take(3).map(|cluster| format!("cluster == {}", cluster.name)).collect(),
        _ => vec![format!("labels.size == \"{}\"", placed.first().map_or("", |cluster| cluster.size))],
    };
    let is_apart = |cluster: &&Cluster| placed.first().is_some_and(|first| first.size != cluster.size);
    let has_rest = match conditions.first().map(String::as_str) {
        Some(first) if first.starts_with("cluster") => placed.len() > 3,
        Some(first) if first.starts_with("labels") => placed.iter().any(is_apart),
        _ => false,
    };
    if !has_rest && random.chance(50) {
        conditions.pop();
        conditions.push(String::new());
    } else if has_rest {
        conditions.push(String::new());
    }
    text.open("rollout");
    let steps: Vec<String> = conditions.iter().map(|condition| step(random, condition)).collect();
    text.line(format!("steps = [{}]", steps.join(", ")));
    if estate.oldest() >= Version::of(3, 2) {
        maybe(random, text, &["deletion_order = reverse"]);
    }
    text.close();
}

fn step(random: &mut Random, condition: &str) -> String {
    let on = if condition.is_empty() { String::new() } else { format!("on = {condition}") };
    let batch = match random.below(4) {
        0 => "batch = 1",
        1 => "batch = \"25%\"",
        2 => "batch = \"100%\"",
        _ => "",
    };
    let parts: Vec<&str> = [on.as_str(), batch].into_iter().filter(|part| !part.is_empty()).collect();
    format!("{{ {} }}", parts.join(", ")).replace("{  }", "{}")
}
