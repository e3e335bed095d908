//! Policies, which warn where they do not hold, and a test that does.

use super::estate::Estate;
use super::text::Text;
use crate::support::Random;

/// What is asked of each sort of thing.
const REQUIRED: [(&str, &[&str]); 4] = [
    (
        "instance",
        &[
            "revision_history >= 2 or not has(helm.version)",
            "wave >= 0 and (protected or layer != first-layer)",
            "sync.prune or namespace != \"default\" or labels.tier == null",
            "length(default(kustomize.images, [])) < 9 and vars.nothing == null",
            "length(clusters(service, env == env)) >= 1 or owner == first-team",
        ],
    ),
    (
        "service",
        &[
            "instances >= 1 and length(clusters) <= instances",
            "[for one in clusters where one.protected: one.env] == []",
        ],
    ),
    ("cluster", &["instances >= length(services) and has(server)", "not protected or region == null"]),
    ("team", &["length(services) >= 1 and (has(sso) or team == first-team)"]),
];

/// A service that a test asks about, and a cluster that it runs on once.
pub(crate) type Placed<'p> = (&'p str, &'p str);

/// Some policies, and perhaps a test.
pub(crate) fn policies(random: &mut Random, estate: &Estate, placed: &[Placed<'_>]) -> String {
    let mut text = Text::default();
    for (index, (over, required)) in REQUIRED.iter().enumerate() {
        if random.chance(60) {
            continue;
        }
        let required = random.pick(required).replace("first-layer", &estate.layers[0].name);
        text.line("## It is said why.");
        text.open(format!("policy must-{index}"));
        text.line(format!("over = {over}"));
        text.line(*random.pick(&["", "where = true"]));
        text.line(format!("require = {}", required.replace("first-team", &estate.teams[0])));
        text.line("severity = warning");
        text.line(*random.pick(&["", "message = \"it is not so\""]));
        text.close();
    }
    if !placed.is_empty() {
        text.open("test \"what the platform is meant to be\"");
        let team = random.pick(&estate.teams).clone();
        let (service, cluster) = *random.pick(placed);
        text.line(format!(
            "expect can({team}, sync, {service}, cluster == {cluster}) or {cluster} in clusters({service})"
        ));
        text.line(format!("expect value({service}, {cluster}, revision_history) >= 0"));
        if let Some((other, _)) = placed.iter().find(|(other, on)| *other != service && *on == cluster) {
            text.line(format!("expect not before({service}, {other}, cluster == {cluster}) or true"));
        }
        text.close();
    }
    text.finish()
}
