//! All of a revision, as far as it takes to say what differs from another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::policies::violations;
use super::{Renames, Violation};
use crate::db::{Content, Database, Workspace};
use crate::documents::{bound_words, control_plane, preview_documents, promotion_documents};
use crate::ide::line_of;
use crate::model::{
    Deliver, Estate, Frozen, Head, Moves, Namespaces, Origin, Removals, Service, estate, frozen, head, moves,
    never_deletes, ownership, removals, service,
};
use crate::names::{declarations, name_span, with_subject};
use crate::plan::{LayerOrder, plan, waves};
use crate::schema::Kind;

/// All of a revision.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    pub(super) estate: Estate,
    pub(super) services: BTreeMap<Arc<str>, Sketched>,
    /// The documents of each service's previews and of its promotion.
    pub(super) beside: BTreeMap<(&'static str, Arc<str>), Documents>,
    pub(super) frozen: Frozen,
    pub(super) moves: Moves,
    pub(super) removals: Removals,
    /// For which team a file is in which a `moved` or a `removed` of a service stands, by word and service.
    pub(super) bound: BTreeMap<(Kind, Arc<str>), Arc<str>>,
    /// The sets that never delete an Application, by service and hub.
    pub(super) guarded: BTreeSet<(Arc<str>, Arc<str>)>,
    /// Where each `moved` and `removed` stands, by its kind and what it speaks of.
    pub(super) said: BTreeMap<(Kind, Arc<str>), String>,
    /// What its policies and tests say.
    pub(super) violations: Vec<Violation>,
    pub(super) layers: LayerOrder,
    /// By cluster.
    pub(super) namespaces: BTreeMap<Arc<str>, Arc<Namespaces>>,
    /// The documents of the control plane, by path.
    pub(super) control_plane: Documents,
    /// The texts that the platform was made of.
    pub(super) texts: BTreeMap<String, Arc<str>>,
}

/// Documents by path.
pub(super) type Documents = BTreeMap<String, Arc<str>>;

/// A service.
#[derive(Clone, Debug)]
pub(super) struct Sketched {
    pub(super) service: Arc<Service>,
    pub(super) waves: Vec<i64>,
}

/// Takes down what the database shows on a day.
#[must_use]
pub fn sketch(db: &Database, today: Date) -> Sketch {
    let items = || declarations(db).of(db, Kind::Service);
    let sketched = items().filter_map(|item| {
        let service = Arc::clone(service(db, item).as_ref()?);
        Some((Arc::clone(item.name(db)), Sketched { service, waves: waves(db, item).clone() }))
    });
    let beside = items().flat_map(|item| {
        let previews: Documents = preview_documents(db, item).cloned().collect();
        let promotion: Documents = promotion_documents(db, item).cloned().collect();
        let all = [("preview", previews), ("promotion", promotion)].into_iter();
        all.filter(|(_, all)| !all.is_empty()).map(move |(kind, all)| ((kind, Arc::clone(item.name(db))), all))
    });
    let texts = Workspace::get(db).files(db).iter().filter_map(|(path, file)| match file.content(db) {
        Content::Text(text) => Some((path.clone(), Arc::clone(text))),
        _ => None,
    });
    Sketch {
        estate: estate(db).clone(),
        services: sketched.collect(),
        beside: beside.collect(),
        frozen: frozen(db).clone(),
        moves: moves(db).clone(),
        removals: removals(db).clone(),
        bound: bound_words(db),
        guarded: guarded(db),
        said: said(db),
        violations: violations(db, today),
        layers: plan(db).layers.clone(),
        namespaces: ownership(db).iter().map(|(cluster, all)| (Arc::clone(cluster), Arc::clone(all))).collect(),
        control_plane: control_plane(db).cloned().collect(),
        texts: texts.collect(),
    }
}

fn guarded(db: &Database) -> BTreeSet<(Arc<str>, Arc<str>)> {
    let heads = declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref());
    let sets = heads.filter(|head| head.deliver == Deliver::ApplicationSet);
    let of_hubs = |head: &Arc<Head>| -> Vec<_> {
        let hubs = estate(db).hubs.iter().filter(|hub| never_deletes(db, head, &hub.name));
        hubs.map(|hub| (Arc::clone(&head.name), Arc::clone(&hub.name))).collect()
    };
    sets.flat_map(of_hubs).collect()
}

fn said(db: &Database) -> BTreeMap<(Kind, Arc<str>), String> {
    let items = [Kind::Moved, Kind::Removed].into_iter().flat_map(|kind| declarations(db).of(db, kind));
    items.map(|item| ((item.kind(db), Arc::clone(item.name(db))), line_of(db, name_span(db, item)))).collect()
}

impl Sketch {
    /// Where a `moved` or a `removed` stands.
    pub(super) fn said_at(&self, kind: Kind, of: Kind, name: &str) -> String {
        self.said.get(&(kind, with_subject(of, name).into())).cloned().unwrap_or_default()
    }
}

/// The services of which something may differ; the old revision has the names of the new one.
#[must_use]
pub fn differing(renames: &Renames, old: &Sketch, new: &Sketch) -> BTreeSet<Arc<str>> {
    let names: BTreeSet<&Arc<str>> = old.services.keys().chain(new.services.keys()).collect();
    let everything = old.estate.platform != new.estate.platform || old.estate.roles != new.estate.roles;
    let clusters = differing_clusters(old, new);
    let rendered = rendered_texts(old) != rendered_texts(new);
    let differs = |name: &&&Arc<str>| match (old.services.get(**name), new.services.get(**name)) {
        (Some(before), Some(after)) => {
            everything
                || before.differs(after)
                || renames.concern(&after.service.head)
                || says_otherwise(old, new, name)
                || !clusters.is_empty() && after.is_on(&clusters)
                || old.layers.depth(&before.service.head.layer) != new.layers.depth(&after.service.head.layer)
                || rendered && after.reads_files()
        }
        _ => true,
    };
    names.iter().filter(differs).map(|name| Arc::clone(name)).collect()
}

/// Whether other things are said of what becomes of a service.
fn says_otherwise(old: &Sketch, new: &Sketch, name: &str) -> bool {
    old.removals != new.removals && (old.removals.concern(name) || new.removals.concern(name))
}

/// The clusters that differ, or whose hub does.
fn differing_clusters(old: &Sketch, new: &Sketch) -> BTreeSet<Arc<str>> {
    let is_same = |name: &str| {
        let (Some(before), Some(after)) = (old.estate.cluster(name), new.estate.cluster(name)) else { return false };
        before == after && old.estate.hub(&before.hub) == new.estate.hub(&after.hub)
    };
    let all = old.estate.clusters.iter().chain(&new.estate.clusters).map(|cluster| &cluster.name);
    all.filter(|name| !is_same(name)).cloned().collect()
}

/// What services are rendered from, as far as the platform reads it.
fn rendered_texts(sketch: &Sketch) -> Vec<(&String, &Arc<str>)> {
    sketch.texts.iter().filter(|(path, _)| !path.ends_with(".pf")).collect()
}

impl Sketched {
    fn differs(&self, other: &Self) -> bool {
        self.service.head != other.service.head
            || self.service.variants != other.service.variants
            || self.service.rollout != other.service.rollout
            || self.waves != other.waves
    }

    fn is_on(&self, clusters: &BTreeSet<Arc<str>>) -> bool {
        self.service.head.instances.iter().any(|slot| clusters.contains(&slot.cluster))
    }

    fn reads_files(&self) -> bool {
        let mut sources = self.service.variants.iter().flat_map(|variant| &variant.spec.sources);
        sources.any(|source| matches!(source.origin, Origin::Own(_)))
    }
}
