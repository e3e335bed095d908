//! Namespaces with bounds: one that services of every team write to, and some that nobody uses yet.

use super::conditions::condition;
use super::estate::{Estate, maybe};
use super::text::{Text, list};
use crate::support::Random;

/// The namespace that every team may write to.
pub(super) const SHARED: &str = "others";

pub(super) fn namespaces(random: &mut Random, estate: &Estate) -> String {
    let mut text = Text::default();
    let (owner, guests) = estate.teams.split_first().expect("there is a team");
    text.line("## For everybody.");
    text.open(format!("namespace {SHARED}"));
    text.line(format!("owner = {owner}"));
    text.line(format!("guests = {}", list(guests)));
    bounds(random, estate, &mut text);
    text.close();
    if random.chance(50) {
        text.open("for number in range(0, 3)");
        text.open("namespace \"spare-${number}\"");
        text.line(format!("owner = {}", random.pick(&estate.teams)));
        text.line(format!("on = {}", condition(random, estate).text));
        bounds(random, estate, &mut text);
        text.close();
        text.close();
    }
    text.finish()
}

fn bounds(random: &mut Random, estate: &Estate, text: &mut Text) {
    maybe(random, text, &["security = baseline", "security = restricted", "security = privileged"]);
    maybe(random, text, &["isolated = true", "isolated = false"]);
    maybe(random, text, &["labels { tier = \"front\"  env = env }"]);
    maybe(random, text, &["annotations { \"example.com/note\" = \"on ${cluster}: {{ x }}\" }"]);
    maybe(
        random,
        text,
        &["quota { pods = \"50\"  \"requests.cpu\" = \"10.5\" }", "quota { \"count/deployments.apps\" = \"1e2\" }"],
    );
    limits(random, text);
    let environment = &random.pick(&estate.environments).name;
    maybe(random, text, &[&format!("when env == {environment} {{ quota {{ \"limits.memory\" = \"64Gi\" }} }}")]);
}

fn limits(random: &mut Random, text: &mut Text) {
    if random.chance(50) {
        return;
    }
    text.open("limits");
    maybe(random, text, &["min { cpu = \"10m\"  memory = \"16Mi\" }", "min { cpu = \"0.01\" }"]);
    maybe(random, text, &["request { cpu = \"100m\"  memory = \"64Mi\" }", "request { memory = \"0.1Gi\" }"]);
    maybe(random, text, &["default { cpu = \"500m\"  memory = \"256Mi\" }"]);
    maybe(random, text, &["max { cpu = \"2\"  memory = \"4Gi\" }"]);
    text.close();
}
