use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::super::footprints::footprint;
use super::super::{header, paths};
use super::cells::{address, cell};
use super::secrets::secrets;
use crate::db::Db;
use crate::model::{Service, estate, service};
use crate::names::Item;
use crate::plan::{self, Guarantee, Reason};

/// The page of a service: what it is, who owns it, where it runs, what it needs.
#[salsa::tracked]
pub(in crate::documents) fn service_readme<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<(String, Arc<str>)> {
    let service = service(db, item).as_ref()?;
    let head = &service.head;
    let mut out = header::markdown(&service.file, &format!("service {}", head.name));
    let _ = writeln!(out, "# {}\n", head.name);
    if let Some(doc) = &service.doc {
        let _ = writeln!(out, "{doc}\n");
    }
    let _ = writeln!(out, "| | |\n|---|---|");
    let _ = writeln!(out, "| owner | {} |\n| layer | {} |", cell(&owner(db, &head.owner)), head.layer);
    for source in &footprint(db, item).sources {
        let _ = writeln!(out, "| source | {} |", cell(source));
    }
    links(&mut out, service);
    out.push_str(super::freezes::freeze_rows(db, item));
    places(&mut out, db, service);
    super::stages::of_service(&mut out, db, item);
    out.push_str(&super::rollouts::section(db, service));
    out.push_str(&super::previews::section(db, item));
    out.push_str(&super::access::table(db, item));
    needs(&mut out, db, item);
    secrets(&mut out, service);
    Some((format!("{}/README.md", paths::service_folder(head)), out.into()))
}

fn owner(db: &dyn Db, name: &str) -> String {
    let team = estate(db).teams.iter().find(|team| team.name.as_ref() == name);
    let contact = team.and_then(|team| team.contact.as_ref().or(team.github.as_ref()).or(team.gitlab.as_ref()));
    contact.map_or_else(|| name.to_owned(), |contact| format!("{name} ({contact})"))
}

fn links(out: &mut String, service: &Service) {
    let links: BTreeSet<(&Arc<str>, &Arc<str>)> =
        service.variants.iter().flat_map(|variant| &variant.spec.links).collect();
    for (name, url) in links {
        let _ = writeln!(out, "| {} | {} |", cell(name), cell(&address(url)));
    }
}

fn places(out: &mut String, db: &dyn Db, service: &Service) {
    out.push_str("\n## Where it runs\n\n| cluster | environment | namespace | Application |\n|---|---|---|---|\n");
    let estate = estate(db);
    let Some(platform) = &estate.platform else { return };
    for (slot, spec) in service.head.instances.iter().zip(service.specs()) {
        let (Some(cluster), Some(spec)) = (estate.cluster(&slot.cluster), spec) else { continue };
        let name = platform.names.name(&service.head.identity.application, slot.item.as_deref(), cluster);
        let _ = writeln!(out, "| {} | {} | {} | `{name}` |", cluster.name, cluster.environment, spec.namespace);
    }
}

/// What a service needs, why, and how far that is ordered; it changes only when one of that does.
#[salsa::tracked]
fn needed<'db>(db: &'db dyn Db, item: Item<'db>) -> BTreeSet<(String, String, &'static str)> {
    let mut rows = BTreeSet::new();
    for edge in plan::needs(db, item.name(db), None) {
        let why = match &edge.reason {
            Reason::Layer(_) => continue,
            Reason::Written => "written".to_owned(),
            Reason::Inferred(what) => format!("uses {what}"),
        };
        let guarantee = if edge.guarantee == Guarantee::Ordered { "ordered" } else { "converges" };
        rows.insert((edge.service.to_string(), why, guarantee));
    }
    rows
}

fn needs(out: &mut String, db: &dyn Db, item: Item<'_>) {
    let rows = needed(db, item);
    if !rows.is_empty() {
        out.push_str("\n## What it needs\n\n| service | why | guarantee |\n|---|---|---|\n");
        for (service, why, guarantee) in rows {
            let _ = writeln!(out, "| {service} | {why} | {guarantee} |");
        }
    }
    let needed_by = plan::needed_by(db, item);
    if !needed_by.is_empty() {
        let names: Vec<&str> = needed_by.iter().map(AsRef::as_ref).collect();
        let _ = writeln!(out, "\n## What needs it\n\n{}", names.join(", "));
    }
}
