use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::super::footprints::{footprint, summary};
use super::super::{header, paths};
use super::cells::{address, cell};
use super::graph::{GraphFormat, GraphScope, graph};
use crate::db::{Db, Workspace};
use crate::model::{Auth, Deliver, Estate, Head, Order, Platform, estate, head, some};
use crate::names::declarations;
use crate::plan::plan;
use crate::schema::Kind;

/// More services than this are not drawn: nobody could read it.
const MAX_DRAWN: usize = 60;

/// The map of the platform: layers, services, owners, clusters.
#[salsa::tracked]
pub(in crate::documents) fn platform_readme(db: &dyn Db) -> Option<(String, Arc<str>)> {
    let estate = estate(db);
    let platform = estate.platform.as_ref()?;
    let heads: Vec<&Head> =
        declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_deref()).collect();
    let mut out = header::markdown(Workspace::get(db).main(db), &format!("platform {}", platform.name));
    let _ = writeln!(out, "# {}\n", platform.name);
    if let Some(doc) = &platform.doc {
        let _ = writeln!(out, "{doc}\n");
    }
    bootstrap(&mut out, platform, estate);
    super::rollouts::controllers(&mut out, db);
    layers(&mut out, db, platform, estate, &heads);
    services(&mut out, db, &heads);
    super::stages::table(&mut out, db, &heads);
    clusters(&mut out, estate, &heads);
    super::freezes::table(&mut out, db);
    owners(&mut out, estate, &heads);
    if (1..=MAX_DRAWN).contains(&heads.len()) {
        let _ = writeln!(
            out,
            "## Who needs whom\n\n```mermaid\n{}```",
            graph(db, &GraphScope::Whole, GraphFormat::Mermaid)
        );
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    Some(("README.md".to_owned(), out.into()))
}

fn bootstrap(out: &mut String, platform: &Platform, estate: &Estate) {
    out.push_str("## Bootstrap\n\nOnce, by an admin, against each control plane. From then on everything reaches clusters through Git.\n\n```sh\n");
    let folder = platform.repository_path("");
    for hub in &estate.hubs {
        let path = if estate.hubs.len() > 1 { format!("{folder}/bootstrap/{}", hub.name) } else { folder.clone() };
        let _ = writeln!(
            out,
            "kubectl apply --server-side --force-conflicts --field-manager=argocd-controller -k {path}   # hub {}, Argo CD {}",
            hub.name, hub.version
        );
    }
    out.push_str("```\n\n");
    credentials(out, estate);
}

/// What somebody still has to do before Argo CD gets into every cluster.
fn credentials(out: &mut String, estate: &Estate) {
    let registered = || estate.clusters.iter().filter(|cluster| cluster.register);
    let without: Vec<&str> =
        registered().filter(|cluster| cluster.auth.is_none()).map(|cluster| cluster.name.as_ref()).collect();
    if !without.is_empty() && without.len() == registered().count() {
        out.push_str(
            "The Secrets that register clusters hold no credential: give each the key `config` by other means.\n\n",
        );
    } else if !without.is_empty() {
        let _ = writeln!(
            out,
            "Registered without a credential: {}. Give the Secret of each the key `config` by other means.\n",
            some(&without)
        );
    }
    let by = |is: fn(&Auth) -> bool| registered().any(|cluster| cluster.auth.as_ref().is_some_and(is));
    let operators = [
        ("External Secrets", by(|auth| matches!(auth, Auth::External(_)))),
        ("Sealed Secrets", by(|auth| matches!(auth, Auth::Sealed(_)))),
    ];
    for (operator, _) in operators.into_iter().filter(|(_, is_used)| *is_used) {
        let _ = writeln!(
            out,
            "{operator} makes the registrations of some clusters: it must run beside Argo CD before the bootstrap.\n"
        );
    }
}

fn layers(out: &mut String, db: &dyn Db, platform: &Platform, estate: &Estate, heads: &[&Head]) {
    out.push_str("## Layers\n\n| layer | comes after | delivered as | services |\n|---|---|---|--:|\n");
    let mut layers: Vec<_> = estate.layers.iter().collect();
    layers.sort_by_key(|layer| (plan(db).layers.depth(&layer.name), Arc::clone(&layer.name)));
    for layer in layers {
        let count = heads.iter().filter(|head| head.layer == layer.name).count();
        let deliver = match layer.deliver {
            Deliver::Applications => "Applications",
            Deliver::ApplicationSet => "ApplicationSets",
        };
        let _ = writeln!(out, "| [{0}]({0}) | {1} | {deliver} | {count} |", layer.name, layer.after.join(", "));
    }
    out.push_str(match platform.order {
        Order::Bootstrap => "\nA layer starts on a cluster when the layers before it are Synced and Healthy there. This holds when a cluster \
                             comes up and for what is added; what an ApplicationSet makes is not held back by anything.\n\n",
        Order::Always => "\nA layer starts on a cluster when the layers before it are Synced and Healthy there, on every change of an \
                          Application; what an ApplicationSet makes is not held back by anything.\n\n",
    });
}

fn services(out: &mut String, db: &dyn Db, heads: &[&Head]) {
    out.push_str("## Services\n\n| service | layer | owner | runs on | what it is |\n|---|---|---|---|---|\n");
    for head in heads {
        let item = declarations(db).get(Kind::Service, &head.name);
        let summary = item.and_then(|item| footprint(db, item).summary.clone()).unwrap_or_else(|| "".into());
        let folder = paths::service_folder(head);
        let _ = writeln!(
            out,
            "| [{}]({folder}/README.md) | {} | {} | {} | {} |",
            head.name,
            head.layer,
            head.owner,
            places(head),
            cell(&summary)
        );
    }
    out.push('\n');
}

/// The clusters of a service, or their number.
fn places(head: &Head) -> String {
    let mut clusters: Vec<&str> = head.instances.iter().map(|slot| slot.cluster.as_ref()).collect();
    clusters.dedup();
    if clusters.len() > 6 { format!("{} clusters", clusters.len()) } else { clusters.join(", ") }
}

fn clusters(out: &mut String, estate: &Estate, heads: &[&Head]) {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for slot in heads.iter().flat_map(|head| &head.instances) {
        *count.entry(&slot.cluster).or_default() += 1;
    }
    out.push_str(
        "## Clusters\n\n| cluster | environment | region | server | hub | instances |\n|---|---|---|---|---|--:|\n",
    );
    for cluster in &estate.clusters {
        let _ = writeln!(
            out,
            "| {} | {}{} | {} | {} | {} | {} |",
            cluster.name,
            cluster.environment,
            if cluster.protected { " (protected)" } else { "" },
            cluster.region.as_deref().unwrap_or(""),
            cell(&address(&cluster.server)),
            cluster.hub,
            count.get(cluster.name.as_ref()).copied().unwrap_or(0),
        );
    }
    out.push('\n');
}

fn owners(out: &mut String, estate: &Estate, heads: &[&Head]) {
    out.push_str("## Teams\n\n| team | contact | services |\n|---|---|---|\n");
    for team in &estate.teams {
        let own: Vec<&str> =
            heads.iter().filter(|head| head.owner == team.name).map(|head| head.name.as_ref()).collect();
        let contact = [&team.contact, &team.github, &team.gitlab]
            .into_iter()
            .flatten()
            .map(AsRef::as_ref)
            .collect::<Vec<_>>()
            .join(", ");
        let doc = team.doc.as_deref().map(summary).map(|doc| format!(": {doc}")).unwrap_or_default();
        let services = if own.len() > 12 { format!("{} services", own.len()) } else { own.join(", ") };
        let _ = writeln!(out, "| {}{} | {} | {services} |", team.name, cell(&doc), cell(&contact));
    }
    out.push('\n');
}
