//! What else is declared otherwise than before: clusters, teams, namespaces, freezes, projects and the like.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::facts::facts;
use super::fields::{Field, fields};
use super::instances::{Fate, yaml};
use super::sketch::Documents;
use super::{Pair, Sketch};
use crate::db::Database;
use crate::ide::line_of;
use crate::model::Batch;
use crate::names::{declarations, name_span};
use crate::schema::{Kind, kind_of_word};

/// A declaration that comes, goes or changes, or a document that follows from many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its kind, as the language has it, or `freeze`, `preview`, `project` or `settings`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Created, updated or deleted.
    pub fate: Fate,
    /// What of it changes.
    pub fields: Vec<Field>,
    /// The clusters where it does, for a namespace.
    pub clusters: Vec<String>,
    /// The line that causes it, where one does.
    pub place: String,
}

/// What is known of something by its kind and name, and for a namespace by its cluster.
type ByName = BTreeMap<(&'static str, String, String), Value>;

/// Compares everything but the services.
pub(super) fn declared(db: &Database, pair: &Pair<'_>) -> Vec<Declared> {
    let (old, new) = (known(pair.old, pair.new), known(pair.new, pair.old));
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let mut all: Vec<Declared> = vec![];
    for key in keys {
        let Some(found) = compare(db, pair, key, old.get(key), new.get(key)) else { continue };
        let alike = all.iter_mut().find(|other| {
            (other.kind, &other.name, other.fate, &other.fields) == (found.kind, &found.name, found.fate, &found.fields)
        });
        match alike {
            Some(other) => other.clusters.extend(found.clusters),
            None => all.push(found),
        }
    }
    all.extend(beside(db, pair));
    all.extend(control_plane(pair));
    all.extend(sets(pair));
    all
}

fn compare(
    db: &Database,
    pair: &Pair<'_>,
    (kind, name, cluster): &(&'static str, String, String),
    old: Option<&Value>,
    new: Option<&Value>,
) -> Option<Declared> {
    let (fate, fields) = match (old, new) {
        (Some(old), Some(new)) if old == new => return None,
        (Some(old), Some(new)) => (Fate::Updated, fields(old, new)),
        (None, _) => (Fate::Created, vec![]),
        (_, None) => (Fate::Deleted, vec![]),
    };
    let clusters = (!cluster.is_empty()).then(|| cluster.clone()).into_iter().collect();
    Some(Declared {
        kind,
        name: name.clone(),
        fate,
        fields,
        clusters,
        place: pair.causes.of(&[place(db, kind, name)], None, None),
    })
}

/// Where it is declared.
pub(super) fn place(db: &Database, kind: &str, name: &str) -> String {
    let (kind, name) = match kind {
        "rollout" => (Kind::Service.word(), name),
        "freeze" => name.rsplit_once(" of ").and_then(|(_, of)| of.split_once(' ')).unwrap_or((kind, name)),
        _ => (kind, name),
    };
    let kind = kind_of_word(kind);
    let item = kind.and_then(|kind| declarations(db).get(kind, name));
    item.map(|item| line_of(db, name_span(db, item))).unwrap_or_default()
}

/// What a revision declares; of namespaces, which are many, those that are not the same in the other one.
fn known(sketch: &Sketch, other: &Sketch) -> ByName {
    let mut all: ByName = facts(&sketch.estate)
        .into_iter()
        .map(|(kind, name, facts)| ((kind, name.to_string(), String::new()), facts))
        .collect();
    for (cluster, namespaces) in &sketch.namespaces {
        let others = other.namespaces.get(cluster);
        if others == Some(namespaces) {
            continue;
        }
        let is_new = |name: &Arc<str>, owned| others.and_then(|others| others.get(name)) != Some(owned);
        for (name, owned) in namespaces.iter().filter(|(name, owned)| is_new(name, owned)) {
            let bounds = owned.bounds.as_ref().map(|bounds| {
                json!({
                    "guests": bounds.guests, "security": bounds.security, "quota": bounds.quota,
                    "isolated": bounds.isolated, "labels": bounds.labels, "annotations": bounds.annotations,
                    "limits": {
                        "min": bounds.limits.min, "request": bounds.limits.request,
                        "default": bounds.limits.default, "max": bounds.limits.max,
                    },
                })
            });
            let facts = json!({ "owner": owned.team, "bounds": bounds });
            all.insert(("namespace", name.to_string(), cluster.to_string()), facts);
        }
    }
    for (name, known) in &sketch.services {
        let Some(rollout) = &known.service.rollout else { continue };
        let steps = rollout.steps.iter();
        let steps: Vec<Value> = steps.map(|it| json!({ "on": it.on, "batch": it.batch.as_ref().map(batch) })).collect();
        let facts = json!({ "steps": steps, "reverse": rollout.reverse });
        all.insert(("rollout", name.to_string(), String::new()), facts);
    }
    for (kind, of, freezes) in sketch.frozen.all() {
        for freeze in freezes {
            let facts = json!({
                "schedule": freeze.schedule, "duration": freeze.duration, "timezone": freeze.zone,
                "manual": freeze.manual, "description": freeze.description,
            });
            all.insert(("freeze", format!("{} of {} {of}", freeze.name, kind.word()), String::new()), facts);
        }
    }
    all
}

fn batch(batch: &Batch) -> Value {
    match batch {
        Batch::Count(count) => json!(count),
        Batch::Part(part) => json!(part),
    }
}

/// Previews and promotions of services.
fn beside(db: &Database, pair: &Pair<'_>) -> Vec<Declared> {
    let (old, new) = (&pair.old.beside, &pair.new.beside);
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let differing = keys.into_iter().filter(|key| old.get(*key) != new.get(*key));
    let all = differing.map(|key| {
        let (fate, fields) = match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) => (Fate::Updated, of_documents(old, new)),
            (None, _) => (Fate::Created, vec![]),
            (_, None) => (Fate::Deleted, vec![]),
        };
        let place = pair.causes.of(&[place(db, Kind::Service.word(), &key.1)], None, None);
        Declared { kind: key.0, name: key.1.to_string(), fate, fields, clusters: vec![], place }
    });
    all.filter(|it| it.fate != Fate::Updated || !it.fields.is_empty()).collect()
}

fn of_documents(old: &Documents, new: &Documents) -> Vec<Field> {
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
    let read = |text: Option<&Arc<str>>| text.map_or(Value::Null, |text| yaml(text));
    let of = |path: &String| {
        let inner = fields(&read(old.get(path)), &read(new.get(path))).into_iter();
        let inner = inner.map(|field| Field { path: [path.clone()].into_iter().chain(field.path).collect(), ..field });
        inner.collect::<Vec<_>>()
    };
    differing.flat_map(of).collect()
}

/// Sets that delete no Application, and may now, or the other way round.
fn sets(pair: &Pair<'_>) -> impl Iterator<Item = Declared> {
    let (old, new) = (&pair.old.guarded, &pair.new.guarded);
    let stays =
        |it: &&(Arc<str>, Arc<str>)| [pair.old, pair.new].iter().all(|sketch| sketch.services.contains_key(&it.0));
    old.symmetric_difference(new).filter(stays).map(|(service, hub)| {
        let value =
            |of: &BTreeSet<_>| of.contains(&(Arc::clone(service), Arc::clone(hub))).then(|| json!("create-update"));
        let field = Field { path: vec!["applicationsSync".to_owned()], old: value(old), new: value(new) };
        let is_only = pair.new.estate.hubs.len() == 1;
        let name = if is_only { service.to_string() } else { format!("{service} of hub {hub}") };
        let place = pair.new.said_at(Kind::Removed, Kind::Service, service);
        Declared { kind: "set", name, fate: Fate::Updated, fields: vec![field], clusters: vec![], place }
    })
}

/// Projects, settings and registrations: what Argo CD is told itself. What freezes say stands with them.
fn control_plane(pair: &Pair<'_>) -> Vec<Declared> {
    let (old, new) = (&pair.old.control_plane, &pair.new.control_plane);
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
    differing.filter_map(|path| document(path, old.get(path), new.get(path))).collect()
}

/// What hubs, freezes, destinations, rights and clusters say themselves.
fn is_told(kind: &str, field: &Field) -> bool {
    let key = field.path.get(1).map_or("", |key| key);
    match kind {
        _ if key == "namespace" => true,
        "project" => matches!(key, "syncWindows" | "destinationServiceAccounts"),
        "registration" => key == "labels",
        _ => key.starts_with("policy."),
    }
}

fn document(path: &str, old: Option<&Arc<str>>, new: Option<&Arc<str>>) -> Option<Declared> {
    let (folder, file) = path.rsplit_once('/')?;
    let folder = folder.strip_prefix("argocd").unwrap_or(folder);
    let name = file.strip_suffix(".yaml").unwrap_or(file);
    let (kind, hub) = match folder.rsplit_once('/') {
        Some((hub, "projects")) => ("project", hub),
        Some((hub, "clusters" | "repositories")) => ("registration", hub),
        _ => ("settings", folder),
    };
    let fate = match (old, new) {
        (Some(_), Some(_)) => Fate::Updated,
        (None, _) => Fate::Created,
        _ => Fate::Deleted,
    };
    // Clusters and repositories say so themselves.
    if kind == "registration" && fate != Fate::Updated {
        return None;
    }
    let read = |text: Option<&Arc<str>>| text.map_or(Value::Null, |text| yaml(text));
    let mut fields = if fate == Fate::Updated { fields(&read(old), &read(new)) } else { vec![] };
    fields.retain(|field| !is_told(kind, field));
    if fate == Fate::Updated && fields.is_empty() {
        return None;
    }
    let hub = hub.trim_matches('/');
    let name = if hub.is_empty() { name.to_owned() } else { format!("{name} of hub {hub}") };
    Some(Declared { kind, name, fate, fields, clusters: vec![], place: String::new() })
}
