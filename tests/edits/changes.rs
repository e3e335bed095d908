//! The edits: what grows, shrinks, is renamed, turned, broken and mended.

use super::Step;
use super::breaks::Break;
use super::town::{
    CLUSTER_KNOBS, Cluster, FILES, Knobs, LAYERS, NAMESPACE_WAYS, SERVICE_KNOBS, Service, TOWN_KNOBS, Town,
};
use crate::support::Random;

/// Edits the platform, and tells how.
pub fn edit(town: &mut Town, step: Step) -> String {
    let mut random = Random::new(step);
    let count = if random.chance(15) { 2 + random.below(2) } else { 1 };
    let told: Vec<String> = (0..count).map(|_| one(town, &mut random)).collect();
    told.join(", ")
}

fn one(town: &mut Town, random: &mut Random) -> String {
    if random.chance(if town.breaks.is_empty() { 12 } else { 40 }) {
        town.mend();
        return "mend".to_owned();
    }
    match random.below(100) {
        0..=21 => turn_service(town, random),
        22..=41 => turn_town(town, random),
        42..=47 => turn_cluster(town, random),
        48..=53 => add_service(town, random),
        54..=59 => remove_service(town, random),
        60..=63 => rename_service(town, random),
        64..=68 => add_need(town, random),
        69..=72 => remove_need(town, random),
        73..=77 => teams(town, random),
        78..=82 => clusters(town, random),
        83..=86 => namespaces(town, random),
        87..=90 => move_service(town, random),
        _ => {
            let seed = random.below(1 << 30) as u64;
            town.breaks.push(Break { seed });
            "break".to_owned()
        }
    }
}

fn turn(knobs: &mut Knobs, names: &[&'static str], random: &mut Random) -> String {
    let name = *random.pick(names);
    let way = random.below(7);
    knobs.insert(name, way);
    format!("{name} to {way}")
}

fn turn_service(town: &mut Town, random: &mut Random) -> String {
    let at = random.below(town.services.len());
    let Some(service) = town.services.get_mut(at) else { return add_service(town, random) };
    format!("turn {} of {}", turn(&mut service.knobs, &SERVICE_KNOBS, random), service.name)
}

fn turn_town(town: &mut Town, random: &mut Random) -> String {
    format!("turn {}", turn(&mut town.knobs, &TOWN_KNOBS, random))
}

fn turn_cluster(town: &mut Town, random: &mut Random) -> String {
    let at = random.below(town.clusters.len());
    let cluster = &mut town.clusters[at];
    format!("turn {} of {}", turn(&mut cluster.knobs, &CLUSTER_KNOBS, random), cluster.name)
}

fn add_service(town: &mut Town, random: &mut Random) -> String {
    if town.services.len() >= 20 {
        return remove_service(town, random);
    }
    let name = town.fresh("s");
    let told = format!("add {name}");
    let mut knobs = Knobs::new();
    for _ in 0..4 {
        turn(&mut knobs, &SERVICE_KNOBS, random);
    }
    let (layer, file) = (random.below(LAYERS.len()), random.below(FILES.len()));
    let team = if file == super::town::BOUND { "web".to_owned() } else { random.pick(&town.teams).clone() };
    let at = random.below(town.services.len() + 1);
    town.services.insert(at, Service { name, layer, team, file, needs: vec![], knobs });
    told
}

fn remove_service(town: &mut Town, random: &mut Random) -> String {
    if town.services.len() < 8 {
        return add_service(town, random);
    }
    let gone = town.services.remove(random.below(town.services.len())).name;
    if random.chance(80) {
        town.services.iter_mut().for_each(|service| service.needs.retain(|need| *need != gone));
        town.namespaces.retain(|(name, _)| *name != gone);
    }
    format!("remove {gone}")
}

/// A new name, or one that something bore before; now and then those that name it are forgotten.
fn rename_service(town: &mut Town, random: &mut Random) -> String {
    let new = if random.chance(85) { town.fresh("s") } else { format!("s{}", 1 + random.below(town.next)) };
    let at = random.below(town.services.len());
    let old = std::mem::replace(&mut town.services[at].name, new.clone());
    if random.chance(80) {
        let needs = town.services.iter_mut().flat_map(|service| &mut service.needs);
        let declared = town.namespaces.iter_mut().map(|(name, _)| name);
        needs.chain(declared).filter(|name| **name == old).for_each(|name| name.clone_from(&new));
    }
    format!("rename {old} to {new}")
}

fn add_need(town: &mut Town, random: &mut Random) -> String {
    let (one, other) = (random.below(town.services.len()), random.below(town.services.len()));
    // Now and then the wrong way round, which may become a circle.
    let (needed, needing) = if random.chance(90) { (one.min(other), one.max(other)) } else { (one, other) };
    let need = town.services[needed].name.clone();
    let service = &mut town.services[needing];
    let told = format!("{} needs {need}", service.name);
    if needed != needing && !service.needs.contains(&need) {
        service.needs.push(need);
    }
    told
}

fn remove_need(town: &mut Town, random: &mut Random) -> String {
    let mut needing: Vec<&mut Service> = town.services.iter_mut().filter(|service| !service.needs.is_empty()).collect();
    let at = random.below(needing.len());
    let Some(service) = needing.get_mut(at) else { return add_need(town, random) };
    let need = service.needs.remove(random.below(service.needs.len()));
    format!("{} no longer needs {need}", service.name)
}

fn teams(town: &mut Town, random: &mut Random) -> String {
    // The first two are named elsewhere.
    let at = 2 + random.below(town.teams.len().saturating_sub(2));
    if town.teams.len() < 4 || (town.teams.len() < 6 && random.chance(35)) {
        let name = town.fresh("t");
        town.teams.push(name.clone());
        return format!("add team {name}");
    }
    if random.chance(50) {
        let new = town.fresh("t");
        let old = std::mem::replace(&mut town.teams[at], new.clone());
        town.services.iter_mut().filter(|it| it.team == old).for_each(|it| it.team.clone_from(&new));
        return format!("rename team {old} to {new}");
    }
    let gone = town.teams.remove(at);
    if random.chance(80) {
        town.services.iter_mut().filter(|it| it.team == gone).for_each(|it| "data".clone_into(&mut it.team));
        town.mend();
    }
    format!("remove team {gone}")
}

fn clusters(town: &mut Town, random: &mut Random) -> String {
    let at = 2 + random.below(town.clusters.len() - 2);
    if town.clusters.len() < 4 || (town.clusters.len() < 6 && random.chance(40)) {
        let name = town.fresh("c");
        let cluster = Cluster { name: name.clone(), listed: random.chance(60), knobs: Knobs::new() };
        town.clusters.insert(at, cluster);
        return format!("add cluster {name}");
    }
    if random.chance(40) {
        let new = town.fresh("c");
        let old = std::mem::replace(&mut town.clusters[at].name, new.clone());
        return format!("rename cluster {old} to {new}");
    }
    format!("remove cluster {}", town.clusters.remove(at).name)
}

fn namespaces(town: &mut Town, random: &mut Random) -> String {
    let at = random.below(town.namespaces.len());
    if town.namespaces.len() < 2 || (town.namespaces.len() < 5 && random.chance(35)) {
        let name = random.pick(&town.services).name.clone();
        town.namespaces.push((name.clone(), random.below(NAMESPACE_WAYS)));
        return format!("declare namespace {name}");
    }
    if random.chance(60) {
        town.namespaces[at].1 = random.below(NAMESPACE_WAYS);
        return format!("turn namespace {}", town.namespaces[at].0);
    }
    format!("undeclare namespace {}", town.namespaces.remove(at).0)
}

fn move_service(town: &mut Town, random: &mut Random) -> String {
    let (from, to) = (random.below(town.services.len()), random.below(town.services.len()));
    let name = town.services[from].name.clone();
    match random.below(4) {
        0 => {
            town.services.swap(from, to);
            format!("swap {name} with another")
        }
        1 => {
            town.services[from].layer = random.below(LAYERS.len());
            format!("move {name} to another layer")
        }
        2 => {
            town.services[from].team.clone_from(random.pick(&town.teams));
            format!("give {name} to another team")
        }
        _ => {
            town.services[from].file = random.below(FILES.len());
            format!("move {name} to another file")
        }
    }
}
