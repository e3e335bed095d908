//! What was called otherwise before, and what is meant to go.

use super::estate::Estate;
use super::text::Text;
use crate::support::Random;

/// What a service was called, and whether it is meant to go; `suffix` is what a `for` puts behind its name.
pub(crate) fn service(random: &mut Random, text: &mut Text, index: usize, name: &str, suffix: &str, from: &str) {
    let quoted = |name: &str| if suffix.is_empty() { name.to_owned() } else { format!("\"{name}-{suffix}\"") };
    let new = quoted(name);
    if random.chance(35) {
        let names = *random.pick(&["", "  names = old", "  names = both", "  names = new"]);
        let old = quoted(&format!("old-{index}"));
        text.line(format!("moved service {old} {{ to = {new}{names} }}"));
        if random.chance(25) {
            text.line(format!("moved service {} {{ to = {old} }}", quoted(&format!("first-{index}"))));
        }
    }
    if random.chance(15) {
        let from = random.pick(&[String::new(), "from = all".to_owned(), format!("from = {from}")]).clone();
        let workloads = *random.pick(&["", "workloads = keep", "workloads = delete"]);
        text.line(format!("removed service {new} {{ {from}  {workloads} }}"));
    }
}

/// The same of clusters, teams and templates.
pub(crate) fn others(random: &mut Random, estate: &Estate, text: &mut Text) {
    for cluster in &estate.clusters {
        if random.chance(15) {
            text.line(format!("moved cluster old-{name} {{ to = {name} }}", name = cluster.name));
        }
        if random.chance(5) {
            text.line(format!("removed cluster {} {{ workloads = keep }}", cluster.name));
        }
    }
    for team in &estate.teams {
        if random.chance(15) {
            text.line(format!("moved team old-{team} {{ to = {team} }}"));
        }
    }
    if random.chance(30) {
        text.line("moved template old-shape { to = plain-shape }");
        text.line("removed cluster gone {}");
    }
}
