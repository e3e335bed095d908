//! What happens to instances.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::detail::{Known, One};
use super::fields::{Field, fields};
use super::sketch::Sketch;
use super::updates::updates;
use super::{Pair, Review, lines};
use crate::db::{Database, Db};
use crate::documents::yaml::Node;
use crate::documents::{Early, goes_back};
use crate::ide::instance_name;
use crate::model::{Cluster, Deliver, Head, Reader, Slot, owned_reads};
use crate::schema::Kind;

/// What happens to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It goes.
    Deleted,
    /// It is the same instance in another place: Argo CD takes it out of one, and makes it anew in the other.
    Moved,
    /// It bears another name, and is the same for Argo CD; or gets one there in two steps.
    Renamed,
    /// It is new.
    Created,
    /// It stays, and something of it changes.
    Updated,
    /// Nothing but its place in the order changes.
    Shifted,
}

impl Fate {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Moved => "moved",
            Self::Renamed => "renamed",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Shifted => "shifted",
        }
    }
}

/// An instance that something happens to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// What people call it.
    pub name: String,
    /// What happens.
    pub fate: Fate,
    /// Its service.
    pub service: Arc<str>,
    /// Its cluster.
    pub cluster: Arc<str>,
    /// Its item of `each`.
    pub item: Option<Arc<str>>,
    /// Its environment.
    pub environment: Arc<str>,
    /// Whether that is protected.
    pub protected: bool,
    /// Its hub.
    pub hub: Arc<str>,
    /// Its layer.
    pub layer: Arc<str>,
    /// How many layers stand before that on the longest way.
    pub depth: i64,
    /// The team that owns it.
    pub team: Arc<str>,
    /// The wave as it was.
    pub old_wave: Option<i64>,
    /// The wave as it will be.
    pub wave: Option<i64>,
    /// The step of its service's rollout, from 1 on, where it is rolled out.
    pub rollout_step: Option<usize>,
    /// Whether its objects stay on the cluster when its Application goes.
    pub keeps_workload: bool,
    /// Whether the source says that it is meant to go.
    pub is_removed: bool,
    /// Why its Application goes too early, if it takes along what one with another name has not taken over.
    pub early: Option<Early>,
    /// From where to where, for what is moved.
    pub moves: Vec<(&'static str, String, String)>,
    /// The line that causes it.
    pub place: String,
}

impl Touched {
    /// Whether Argo CD knows it by another name, so that the Application which it had goes.
    pub(super) fn loses_application(&self) -> bool {
        self.moves.iter().any(|(what, ..)| matches!(*what, "Application" | "namespace of Argo CD"))
    }

    /// Whether its place in the order changes, whatever else does.
    #[must_use]
    pub fn shifts(&self) -> bool {
        self.old_wave.is_some() && self.wave.is_some() && self.old_wave != self.wave
    }
}

/// The paths of the repository that services are rendered from.
#[must_use]
pub fn rendered_paths(db: &dyn Db) -> Vec<String> {
    let is_service = |reader: &Reader| matches!(reader, Reader::Service(_));
    let read = owned_reads(db).iter().filter(|read| read.by.iter().any(is_service));
    read.map(|read| read.path.to_string()).collect()
}

/// The services that are rendered from one of these files.
#[must_use]
pub fn rendered_from(db: &dyn Db, changed: &[String]) -> BTreeSet<Arc<str>> {
    let read =
        |path: &String| owned_reads(db).iter().filter(|read| is_at_or_below(path, &read.path)).collect::<Vec<_>>();
    let readers = changed.iter().flat_map(read).flat_map(|read| &read.by);
    let services = readers.filter_map(|reader| if let Reader::Service(name) = reader { Some(name) } else { None });
    services.cloned().collect()
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// One instance, and the fields of it that differ.
pub(super) type Found = (Touched, Vec<Field>);

/// Compares all services of which something may differ.
pub(super) fn compare(db: &Database, pair: &Pair<'_>, changed: &[String], review: &mut Review) {
    let names: BTreeSet<&Arc<str>> = pair.old_detail.services.keys().chain(pair.new_detail.services.keys()).collect();
    let names: Vec<_> = names.into_iter().collect();
    let found: Vec<Found> = names.par_iter().flat_map_iter(|name| service(pair, name, changed)).collect();
    review.updates = updates(db, pair, &found);
    review.instances = found.into_iter().map(|(touched, _)| touched).collect();
    let rank = super::rollout::ranks(pair);
    review.instances.sort_by(|left, right| {
        let key = |it: &Touched| (rank.get(&it.environment).copied().unwrap_or(0), it.environment.clone());
        (key(left), &left.cluster, left.depth, left.wave, &left.name).cmp(&(
            key(right),
            &right.cluster,
            right.depth,
            right.wave,
            &right.name,
        ))
    });
}

fn service(pair: &Pair<'_>, name: &Arc<str>, changed: &[String]) -> Vec<Found> {
    let empty = Known::default();
    let old = pair.old_detail.services.get(name).unwrap_or(&empty);
    let new = pair.new_detail.services.get(name).unwrap_or(&empty);
    let slots: BTreeSet<&Slot> = old.instances.keys().chain(new.instances.keys()).collect();
    let both = slots.into_iter().map(|slot| (slot, old.instances.get(slot), new.instances.get(slot)));
    both.filter_map(|(slot, before, after)| instance(pair, name, slot, (before, after), changed)).collect()
}

fn instance(
    pair: &Pair<'_>,
    name: &Arc<str>,
    slot: &Slot,
    (before, after): (Option<&One>, Option<&One>),
    changed: &[String],
) -> Option<Found> {
    let is_after = after.is_some();
    let (sketch, one) = if is_after { (pair.new, after?) } else { (pair.old, before?) };
    let mut touched = touched(sketch, name, slot)?;
    touched.keeps_workload = one.application.at(&["metadata", "finalizers"]).is_none();
    touched.old_wave = before.and_then(|_| wave(pair.old, name, slot));
    touched.wave = after.and_then(|_| wave(pair.new, name, slot));
    touched.rollout_step = rollout_step(sketch, name, slot);
    touched.place = lines::of_instance(pair, name, slot, is_after);
    let (Some(before), Some(after)) = (before, after) else {
        touched.fate = if is_after { Fate::Created } else { Fate::Deleted };
        touched.is_removed = pair.new.removals.lets_go(name, &slot.cluster);
        return Some((touched, vec![]));
    };
    touched.moves = moves(pair, name, slot, (before, after));
    touched.is_removed = touched.loses_application() && pair.new.removals.lets_go(name, &slot.cluster);
    if before.application.at(&["metadata", "finalizers"]).is_some() {
        touched.early = early(pair, name, slot, &touched);
    }
    let mut fields = differences(before, after, changed);
    let names = new_names(pair, name, slot, &touched);
    if !names.is_empty() {
        fields.retain(|field| !is_name(field));
    }
    if is_renamed(pair, name, &names, &touched) {
        touched.fate = Fate::Renamed;
        touched.moves.splice(0..0, names);
        return Some((touched, fields));
    }
    touched.fate = match (touched.moves.is_empty(), fields.is_empty(), touched.old_wave == touched.wave) {
        (false, ..) => {
            touched.moves.splice(0..0, names);
            Fate::Moved
        }
        (true, false, _) => Fate::Updated,
        (true, true, false) => Fate::Shifted,
        (true, true, true) => return None,
    };
    Some((touched, fields))
}

fn touched(sketch: &Sketch, name: &Arc<str>, slot: &Slot) -> Option<Touched> {
    let (head, cluster) = place(sketch, name, slot)?;
    Some(Touched {
        name: instance_name(name, slot),
        fate: Fate::Updated,
        service: Arc::clone(name),
        cluster: Arc::clone(&slot.cluster),
        item: slot.item.clone(),
        environment: Arc::clone(&cluster.environment),
        protected: cluster.protected,
        hub: Arc::clone(&cluster.hub),
        layer: Arc::clone(&head.layer),
        depth: sketch.layers.depth(&head.layer),
        team: Arc::clone(&head.owner),
        old_wave: None,
        wave: None,
        rollout_step: None,
        keeps_workload: false,
        is_removed: false,
        early: None,
        moves: vec![],
        place: String::new(),
    })
}

fn place<'s>(sketch: &'s Sketch, name: &str, slot: &Slot) -> Option<(&'s Head, &'s Cluster)> {
    Some((sketch.services.get(name)?.service.head.as_ref(), sketch.estate.cluster(&slot.cluster)?))
}

fn wave(sketch: &Sketch, name: &str, slot: &Slot) -> Option<i64> {
    let known = sketch.services.get(name)?;
    let position = known.service.head.instances.binary_search(slot).ok()?;
    known.waves.get(position).copied()
}

fn rollout_step(sketch: &Sketch, name: &str, slot: &Slot) -> Option<usize> {
    let service = &sketch.services.get(name)?.service;
    service.rollout.as_ref()?.number(service.head.instances.binary_search(slot).ok()?)
}

/// What makes an Application another one, or its objects others, and what that is called.
const PLACES: [(&str, &[&str]); 4] = [
    ("Application", &["metadata", "name"]),
    ("namespace of Argo CD", &["metadata", "namespace"]),
    ("server", &["spec", "destination", "server"]),
    ("namespace", &["spec", "destination", "namespace"]),
];

fn moves(
    pair: &Pair<'_>,
    name: &str,
    slot: &Slot,
    (before, after): (&One, &One),
) -> Vec<(&'static str, String, String)> {
    let text = |one: &One, path: &[&str]| one.application.at(path).and_then(Node::as_str).unwrap_or("").to_owned();
    let mut all: Vec<_> = PLACES.iter().map(|(what, path)| (*what, text(before, path), text(after, path))).collect();
    if let (Some((old, from)), Some((new, to))) = (place(pair.old, name, slot), place(pair.new, name, slot)) {
        all.push(("hub", from.hub.to_string(), to.hub.to_string()));
        all.push(("layer", old.layer.to_string(), new.layer.to_string()));
        all.push(("delivery", delivery(old).to_owned(), delivery(new).to_owned()));
    }
    all.retain(|(_, from, to)| from != to);
    all
}

fn delivery(head: &Head) -> &'static str {
    match head.deliver {
        Deliver::Applications => "Applications",
        Deliver::ApplicationSet => "ApplicationSet",
    }
}

/// The labels that say the names of service, cluster and team.
fn is_name(field: &Field) -> bool {
    let path: Vec<&str> = field.path.iter().map(String::as_str).collect();
    let names = ["platformc.io/service", "platformc.io/cluster", "platformc.io/owner"];
    matches!(path.as_slice(), ["metadata", "labels", label] if names.contains(label))
}

/// What its service, its cluster and its team were called, and are.
fn new_names(pair: &Pair<'_>, name: &str, slot: &Slot, touched: &Touched) -> Vec<(&'static str, String, String)> {
    let of = |kind: Kind, new: &str| {
        let old = pair.renames.old_name(kind, new)?;
        Some((kind.word(), old.to_string(), new.to_owned()))
    };
    let names = [(Kind::Service, name), (Kind::Cluster, &slot.cluster), (Kind::Team, &touched.team)];
    names.into_iter().filter_map(|(kind, new)| of(kind, new)).collect()
}

/// Whether nothing but names differs: of its service, cluster or team, or that of its Application, where `moved` says so.
fn is_renamed(pair: &Pair<'_>, name: &str, names: &[(&str, String, String)], touched: &Touched) -> bool {
    let is_said = pair.new.moves.contains_key(&(Kind::Service, name.into()));
    let is_own = |what: &str| what == "Application" && is_said;
    (!names.is_empty() || !touched.moves.is_empty()) && touched.moves.iter().all(|(what, ..)| is_own(what))
}

/// Why the Application that an instance had goes too early, if the one that it gets is not its parent's next step.
fn early(pair: &Pair<'_>, name: &str, slot: &Slot, touched: &Touched) -> Option<Early> {
    let has = |what: &[&str]| touched.moves.iter().any(|(known, ..)| what.contains(known));
    let chain = pair.new.moves.get(&(Kind::Service, name.into()))?;
    let (old, new) = (place(pair.old, name, slot)?.0, place(pair.new, name, slot)?.0);
    let (from, to) = (&old.identity.application, &new.identity.application);
    if !has(&["Application"]) || from == to {
        return None;
    }
    if new.identity.leaving.as_ref() == Some(from) {
        return has(&["hub", "namespace of Argo CD", "layer", "delivery"]).then_some(Early::Elsewhere);
    }
    let names: Vec<_> = chain.iter().map(|moved| Arc::clone(&moved.from)).chain([Arc::clone(&new.name)]).collect();
    Some(if goes_back(&names, from, to) { Early::Back } else { Early::Step })
}

fn differences(before: &One, after: &One, changed: &[String]) -> Vec<Field> {
    let mut found = vec![];
    if before.application != after.application {
        found.extend(fields(&before.application.to_json(&[]), &after.application.to_json(&[])));
    }
    let is_told =
        |field: &Field| PLACES.iter().any(|(_, path)| field.path.iter().map(String::as_str).eq(path.iter().copied()));
    found.retain(|field| !is_told(field) && !is_derived(field));
    found.extend(files(before, after));
    found.extend(changed.iter().filter(|path| is_read(after, path)).map(|path| Field {
        path: vec!["file".to_owned(), path.clone()],
        old: None,
        new: Some(json!("changed")),
    }));
    found
}

/// What only repeats other fields.
fn is_derived(field: &Field) -> bool {
    field.path.iter().map(String::as_str).eq(["metadata", "annotations", "argocd.argoproj.io/manifest-generate-paths"])
}

/// Whether an Application is rendered anew when a path of the repository changes.
fn is_read(one: &One, path: &str) -> bool {
    let annotation = one.application.at(&["metadata", "annotations", "argocd.argoproj.io/manifest-generate-paths"]);
    let read = annotation.and_then(Node::as_str).unwrap_or("").split(';');
    let mut read = read.map(|read| read.trim_start_matches('/')).filter(|read| !read.is_empty());
    read.any(|read| is_at_or_below(path, read))
}

/// What differs in the files that an instance is rendered from.
fn files(before: &One, after: &One) -> Vec<Field> {
    let names: BTreeSet<&String> = before.files.keys().chain(after.files.keys()).collect();
    let differing = names.into_iter().filter(|name| before.files.get(*name) != after.files.get(*name));
    let mut found = vec![];
    for name in differing {
        let read = |one: &One| one.files.get(name).map_or(Value::Null, |text| yaml(text));
        let inner = fields(&read(before), &read(after)).into_iter();
        found.extend(inner.map(|mut field| {
            field.path.insert(0, name.clone());
            field
        }));
    }
    found
}

/// What the compiler wrote: a document, or the list of several.
pub(super) fn yaml(text: &str) -> Value {
    let documents = serde_yaml::Deserializer::from_str(text).map(Value::deserialize);
    match documents.collect::<Result<Vec<Value>, _>>() {
        Ok(mut documents) if documents.len() == 1 => documents.pop().unwrap_or_default(),
        Ok(documents) => Value::Array(documents),
        Err(_) => Value::String(text.to_owned()),
    }
}
