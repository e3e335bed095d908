use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{ImpactArgs, ReportFormat};
use super::ui;
use crate::db::Db;
use crate::diagnostics::did_you_mean;
use crate::ide::{Instance, instance_name};
use crate::model::{estate, head, preview};
use crate::names::declarations;
use crate::plan::{Dependent, Placed, dependents, layers_behind};
use crate::schema::Kind;
use crate::text::counted;

/// `platformc impact`
pub(super) fn run(arguments: &ImpactArgs) -> u8 {
    let project = match ui::open_sound(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let db = &project.database;
    let found = match (&arguments.what, &arguments.without) {
        (Some(what), _) => asked(db, what).map(|of| Impact::of(db, what, of)),
        // Nothing waits for what is lost: its own layers are lost with it.
        (None, Some(cluster)) => {
            lost(db, cluster).map(|of| Impact { layers: BTreeMap::new(), ..Impact::of(db, cluster, of) })
        }
        (None, None) => Err("say what: SERVICE, SERVICE@CLUSTER, CLUSTER or TEAM, or --without CLUSTER".to_owned()),
    };
    let loss = arguments.without.as_deref().map(|cluster| lost(db, cluster).map(|of| Loss::of(db, cluster, &of)));
    match (found, loss.transpose()) {
        (Ok(impact), Ok(loss)) => ui::print(&match arguments.format {
            ReportFormat::Text => text(&impact, loss.as_ref()),
            ReportFormat::Json => object(&impact, loss.as_ref()),
        }),
        (Err(message), _) | (_, Err(message)) => ui::fail(ui::USAGE, &message),
    }
}

/// The instances that a word means.
fn asked(db: &dyn Db, what: &str) -> Result<Vec<Placed>, String> {
    if what.contains('@') {
        let instance = Instance::find(db, what)?;
        return Ok(vec![(instance.service.into(), instance.slot)]);
    }
    let is = |kind: Kind| declarations(db).get(kind, what).is_some();
    let meant: Vec<Kind> = [Kind::Service, Kind::Cluster, Kind::Team].into_iter().filter(|kind| is(*kind)).collect();
    match meant.as_slice() {
        [Kind::Service] => Ok(placed(db, |service, _| service == what)),
        [Kind::Cluster] => lost(db, what),
        [Kind::Team] => Ok(owned(db, what)),
        [] => Err(nothing(db, what)),
        [Kind::Service, ..] => Ok(placed(db, |service, _| service == what)),
        _ => Err(format!("`{what}` is a cluster and a team; for the cluster, write --without {what}")),
    }
}

fn nothing(db: &dyn Db, what: &str) -> String {
    let kinds = [Kind::Service, Kind::Cluster, Kind::Team];
    let names: Vec<&str> =
        kinds.into_iter().flat_map(|kind| declarations(db).of(db, kind)).map(|item| item.name(db).as_ref()).collect();
    let near = did_you_mean(what, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("there is no service, cluster or team `{what}`{near}")
}

fn placed(db: &dyn Db, keep: impl Fn(&str, &str) -> bool) -> Vec<Placed> {
    let instances = Instance::all(db).filter(|instance| keep(instance.service, &instance.slot.cluster));
    instances.map(|instance| (instance.service.into(), instance.slot)).collect()
}

fn owned(db: &dyn Db, team: &str) -> Vec<Placed> {
    let owner = |service: &str| {
        let item = declarations(db).get(Kind::Service, service)?;
        head(db, item).as_ref().map(|head| Arc::clone(&head.owner))
    };
    placed(db, |service, _| owner(service).as_deref() == Some(team))
}

/// What runs on a cluster.
fn lost(db: &dyn Db, cluster: &str) -> Result<Vec<Placed>, String> {
    if estate(db).cluster(cluster).is_none() {
        let names = estate(db).clusters.iter().map(|cluster| cluster.name.as_ref());
        let near = did_you_mean(cluster, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(format!("there is no cluster `{cluster}`{near}"));
    }
    Ok(placed(db, |_, on| on == cluster))
}

/// What hangs on some instances.
struct Impact<'w> {
    what: &'w str,
    of: Vec<Placed>,
    dependents: Vec<Dependent>,
    /// Layers that wait, by cluster, each with its Applications.
    layers: BTreeMap<Arc<str>, Vec<(Arc<str>, usize)>>,
}

impl<'w> Impact<'w> {
    fn of(db: &dyn Db, what: &'w str, of: Vec<Placed>) -> Self {
        let mut layers: BTreeMap<Arc<str>, Vec<(Arc<str>, usize)>> = BTreeMap::new();
        for placed in &of {
            let behind = layers_behind(db, placed);
            let known = layers.entry(Arc::clone(&placed.1.cluster)).or_default();
            // One that stands in an earlier layer holds back more.
            if behind.len() > known.len() {
                *known = behind;
            }
        }
        layers.retain(|_, behind| !behind.is_empty());
        Self { what, dependents: dependents(db, &of), of, layers }
    }
}

/// What is no longer there when a cluster is lost.
struct Loss<'c> {
    cluster: &'c str,
    instances: usize,
    /// Services that run nowhere else.
    gone: Vec<Arc<str>>,
    /// Services that go on, and where.
    left: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// Services whose previews run there.
    previews: Vec<Arc<str>>,
}

impl<'c> Loss<'c> {
    fn of(db: &dyn Db, cluster: &'c str, of: &[Placed]) -> Self {
        let services: BTreeSet<&Arc<str>> = of.iter().map(|(service, _)| service).collect();
        let (mut gone, mut left) = (vec![], BTreeMap::new());
        for service in services {
            let elsewhere = placed(db, |other, on| other == service.as_ref() && on != cluster);
            let clusters: BTreeSet<Arc<str>> = elsewhere.into_iter().map(|(_, slot)| slot.cluster).collect();
            if clusters.is_empty() {
                gone.push(Arc::clone(service));
            } else {
                left.insert(Arc::clone(service), clusters.into_iter().collect());
            }
        }
        let previews = declarations(db).of(db, Kind::Service).filter_map(|item| preview(db, item).as_ref());
        let previews = previews.filter(|preview| preview.cluster.as_ref() == cluster);
        let previews = previews.map(|preview| Arc::clone(&preview.service.head.name)).collect();
        Self { cluster, instances: of.len(), gone, left, previews }
    }
}

fn name((service, slot): &Placed) -> String {
    instance_name(service, slot)
}

fn text(impact: &Impact<'_>, loss: Option<&Loss<'_>>) -> String {
    let mut out = format!("{}: {}\n", impact.what, counted(impact.of.len(), "instance"));
    if impact.dependents.is_empty() {
        out.push_str("  nothing needs it\n");
    } else {
        let _ = writeln!(out, "  {} on it, the nearest first:", counted_verb(impact.dependents.len()));
    }
    for dependent in &impact.dependents {
        let holds = if dependent.waits { "waits" } else { "goes on, and is tried again" };
        let needed = instance_name(&dependent.by.service, &dependent.by.slot);
        let _ = writeln!(out, "    {}. {}  needs {needed}  [{holds}]", dependent.distance, name(&dependent.placed));
    }
    for (cluster, layers) in &impact.layers {
        let layers: Vec<String> =
            layers.iter().map(|(layer, count)| format!("{layer} ({})", counted(*count, "Application"))).collect();
        let _ = writeln!(
            out,
            "  while it is not well, nothing new comes to these layers of {cluster}: {}",
            layers.join(", ")
        );
    }
    if let Some(loss) = loss {
        lost_text(&mut out, loss);
    }
    out
}

fn counted_verb(count: usize) -> String {
    if count == 1 { "1 instance depends".to_owned() } else { format!("{count} instances depend") }
}

fn lost_text(out: &mut String, loss: &Loss<'_>) {
    let _ = writeln!(out, "without {}: {} gone", loss.cluster, counted(loss.instances, "instance"));
    for service in &loss.gone {
        let _ = writeln!(out, "  {service} runs nowhere else");
    }
    for (service, clusters) in &loss.left {
        let _ = writeln!(out, "  {service} goes on: {}", clusters.join(", "));
    }
    if !loss.previews.is_empty() {
        let _ = writeln!(out, "  no previews of {}", loss.previews.join(", "));
    }
}

fn object(impact: &Impact<'_>, loss: Option<&Loss<'_>>) -> String {
    let dependents = impact.dependents.iter().map(|dependent| {
        json!({
            "instance": name(&dependent.placed),
            "distance": dependent.distance,
            "needs": instance_name(&dependent.by.service, &dependent.by.slot),
            "waits": dependent.waits,
        })
    });
    let layers = impact.layers.iter().map(|(cluster, layers)| {
        let layers: Vec<Value> =
            layers.iter().map(|(layer, count)| json!({ "layer": layer.as_ref(), "applications": count })).collect();
        json!({ "cluster": cluster.as_ref(), "layers": layers })
    });
    let strings = |names: &[Arc<str>]| names.iter().map(|name| name.as_ref().into()).collect::<Vec<Value>>();
    let without = loss.map(|loss| {
        let left = loss.left.iter();
        json!({
            "cluster": loss.cluster,
            "instances": loss.instances,
            "gone": strings(&loss.gone),
            "left": left.map(|(service, on)| json!({ "service": service.as_ref(), "clusters": strings(on) })).collect::<Vec<_>>(),
            "previews": strings(&loss.previews),
        })
    });
    let all = json!({
        "what": impact.what,
        "instances": impact.of.iter().map(name).collect::<Vec<_>>(),
        "dependents": dependents.collect::<Vec<_>>(),
        "waiting": layers.collect::<Vec<_>>(),
        "without": without,
    });
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}
