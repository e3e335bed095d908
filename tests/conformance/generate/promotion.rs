//! Services that are promoted, and the files that hold their versions.

use super::estate::Estate;
use super::sources::base;
use super::text::Text;
use crate::support::{Random, Texts};

/// Writes one service for each thing that has versions, or for some.
pub(crate) fn services(random: &mut Random, estate: &Estate, sources: &mut Texts, repository: &mut Texts) {
    let first = random.below(4);
    for kind in 0..4 {
        if kind == first || random.chance(40) {
            let mut text = Text::default();
            let name = ["chart", "registry", "image", "revision"][kind];
            service(random, estate, &mut text, name);
            match kind {
                0 => chart(&mut text, "https://charts.example.com/stable", name),
                1 => chart(&mut text, "oci://registry.example.com/charts", name),
                2 => images(random, &mut text, name, repository),
                _ => revision(random, &mut text, name),
            }
            text.close();
            sources.insert(format!("services/promoted-{name}.pf"), text.finish());
            sources.insert(format!("services/promotion/{name}.yaml"), versions(estate));
        }
    }
}

fn service(random: &mut Random, estate: &Estate, text: &mut Text, name: &str) {
    text.open(format!("service promoted-{name}"));
    text.line(format!("layer = {}", random.pick(&estate.layers).name));
    text.line(format!("owner = {}", random.pick(&estate.teams)));
    text.line(format!("namespace = \"promoted-{name}\""));
    text.line("generator = list");
    text.line(format!("promote = \"{}\"", random.pick(&["*", "^1.2", ">=1.0.0 <3", "1.x || 2.1 - 2.4"])));
}

fn versions(estate: &Estate) -> String {
    let versions = estate.environments.iter().enumerate();
    versions.map(|(index, environment)| format!("{}:\n  version: 1.2.{}\n", environment.name, 9 - index)).collect()
}

fn read(name: &str) -> String {
    format!("yaml(\"promotion/{name}.yaml\")[env].version")
}

fn chart(text: &mut Text, url: &str, name: &str) {
    text.open("helm");
    text.line(format!("repo = \"{url}\"\nchart = \"promoted\"\nversion = {}", read(name)));
    text.close();
}

fn images(random: &mut Random, text: &mut Text, name: &str, repository: &mut Texts) {
    let path = format!("apps/promoted-{name}/base");
    base(&path, "promoted", repository);
    text.open("kustomize");
    text.line(format!("path = \"{path}\""));
    let other = if random.chance(50) { ", \"other=registry.example.com:5000/random/other:1.0\"" } else { "" };
    text.line(format!("images = [\"ghcr.io/random/promoted:${{{}}}\"{other}]", read(name)));
    text.close();
}

fn revision(random: &mut Random, text: &mut Text, name: &str) {
    let (tool, path) = *random.pick(&[("manifests", "deploy"), ("kustomize", "base"), ("plugin", "deploy")]);
    text.open(tool);
    text.line("repo = \"https://git.example.com/random/promoted.git\"");
    text.line(format!("path = \"{path}\""));
    text.line(format!("revision = {}", read(name)));
    text.close();
}
