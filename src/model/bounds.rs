//! Namespaces as they are declared: who owns them, and the bounds of what is in them, cluster by cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::estates::{attribute, estate, worlds};
use super::fields::Fields;
use super::gather::{Asked, Gathered, first, gather_alone};
use super::limits::{self, Limits};
use super::placement::{Placement, placement, reference};
use super::targets::{User, users};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::names::{Item, sink_of};
use crate::overlays::{Target, Tree, conform};
use crate::schema::{self, Kind};

/// What a namespace is on a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Teams beside its owner whose services may deploy into it.
    pub guests: Vec<Arc<str>>,
    /// The level of Pod Security.
    pub security: Option<Arc<str>>,
    /// What everything in it together may take.
    pub quota: BTreeMap<Arc<str>, Arc<str>>,
    /// What one container may take.
    pub limits: Limits,
    /// Whether its pods hear only each other.
    pub isolated: bool,
    /// Further labels.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Further annotations.
    pub annotations: BTreeMap<Arc<str>, Arc<str>>,
}

/// A namespace that is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: Arc<str>,
    /// The team that it belongs to.
    pub owner: Option<Arc<str>>,
    /// What it is, by cluster: those that its `on` selects, or else those where services use it.
    pub bounds: BTreeMap<Arc<str>, Arc<Bounds>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Checked {
    namespace: Option<Arc<Namespace>>,
    diagnostics: Vec<Diagnostic>,
}

/// A namespace that is declared, or nothing where it can't be known.
#[salsa::tracked]
pub fn namespace<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<Namespace>> {
    checked_namespace(db, item).namespace.clone()
}

/// What is wrong with the declaration of a namespace.
pub fn namespace_diagnostics<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db [Diagnostic] {
    &checked_namespace(db, item).diagnostics
}

#[salsa::tracked]
fn checked_namespace<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let mut sink = sink_of(db, item);
    let matters = |key: &str| !matches!(key, "on" | "owner");
    let gathered = gather_alone(db, item, &schema::kind(Kind::Namespace).body, &first(matters));
    let read = gathered.and_then(|gathered| Reader { db, gathered: &gathered, sink: &mut sink }.read());
    Checked { namespace: read.map(Arc::new), diagnostics: sink.finish() }
}

struct Reader<'g, 'db> {
    db: &'db dyn Db,
    gathered: &'g Gathered<'db>,
    sink: &'g mut Sink,
}

impl Reader<'_, '_> {
    fn read(&mut self) -> Option<Namespace> {
        let item = self.gathered.item;
        let name = item.name(self.db);
        self.gathered.unknown_regions(self.sink);
        let placement = placement(self.db, item, self.sink);
        let used = users(self.db).get(name).map(Vec::as_slice).unwrap_or_default();
        let asked = self.asked(&placement, used);
        self.nowhere(&placement, &asked);
        let mut bounds = BTreeMap::new();
        let groups = self.gathered.groups(&asked, self.sink);
        self.gathered.never(&groups, self.sink);
        for group in &groups {
            let tree = self.gathered.resolve(group, self.sink).tree;
            let tree = conform(tree, &schema::kind(Kind::Namespace).body, Target { version: None }, self.sink);
            let one = Arc::new(lower(&tree, self.sink));
            let clusters = group.members.iter().filter_map(|member| asked.get(*member));
            let clusters = clusters.filter_map(|asked| estate(self.db).clusters.get(asked.cluster));
            bounds.extend(clusters.map(|cluster| (Arc::clone(&cluster.name), Arc::clone(&one))));
        }
        let guests: BTreeSet<&Arc<str>> = bounds.values().flat_map(|bounds| &bounds.guests).collect();
        let owner = match attribute(self.db, item, "owner") {
            Some(expr) => reference(self.db, item, expr, Kind::Team, self.sink),
            None => self.usual_owner(used, &guests),
        };
        super::namespaces::check_declared(self.db, item, owner.as_deref(), bounds.keys(), self.sink);
        Some(Namespace { name: Arc::clone(name), owner, bounds })
    }

    /// The clusters of `on`, or without it those of the services that use the namespace.
    fn asked(&self, placement: &Placement, used: &[User]) -> Vec<Asked> {
        let is_written = attribute(self.db, self.gathered.item, "on").is_some();
        let clusters: BTreeSet<&Arc<str>> = used.iter().flat_map(|user| user.clusters.iter()).collect();
        let is_used = |index: &usize| {
            let cluster = worlds(self.db).get(*index).and_then(|world| world.cluster.as_ref());
            cluster.is_some_and(|cluster| clusters.contains(cluster))
        };
        let indices = placement.clusters.iter().copied().filter(|index| is_written || is_used(index));
        indices.map(|cluster| Asked { cluster, item: None }).collect()
    }

    fn nowhere(&mut self, placement: &Placement, asked: &[Asked]) {
        let finding = |span, message: &str, help: &str| {
            Diagnostic::new(codes::NAMESPACE_NOWHERE, span, message).label("so this is said for nothing").help(help)
        };
        if let Some(span) = placement.nowhere {
            self.sink.push(finding(
                span,
                "no cluster meets this condition",
                "mend the condition, or remove the declaration",
            ));
        } else if asked.is_empty() && !worlds(self.db).is_empty() {
            let message = format!("no service uses the namespace `{}`", self.gathered.item.name(self.db));
            let help = "write `on = ...` if it shall be there all the same, or remove the declaration";
            self.sink.push(finding(self.gathered.origin(), &message, help));
        }
    }

    /// The one team whose services have the namespace as their own and that is no guest.
    fn usual_owner(&mut self, used: &[User], guests: &BTreeSet<&Arc<str>>) -> Option<Arc<str>> {
        let estate = estate(self.db);
        let homes = used.iter().filter(|user| user.is_home && !guests.contains(&user.team));
        let (admins, teams): (BTreeSet<&Arc<str>>, BTreeSet<&Arc<str>>) =
            homes.map(|user| &user.team).partition(|team| estate.is_admin(team));
        let candidates: Vec<&Arc<str>> = if teams.is_empty() { &admins } else { &teams }.iter().copied().collect();
        if let [only] = candidates.as_slice() {
            return Some(Arc::clone(only));
        }
        self.no_owner(&candidates);
        None
    }

    fn no_owner(&mut self, candidates: &[&Arc<str>]) {
        let names: Vec<&str> = candidates.iter().map(AsRef::as_ref).map(AsRef::as_ref).collect();
        let finding = Diagnostic::new(codes::MISSING_ATTRIBUTE, self.gathered.origin(), "`owner` is missing");
        let finding = match names.as_slice() {
            [] => finding.note("no team has a service with this `namespace`, so nobody owns it by default"),
            _ => finding.note(format!("{} have services with this `namespace`", names.join(", "))),
        };
        self.sink.push(finding.help("write `owner = NAME`, with the name of a team"));
    }
}

fn lower(tree: &Tree, sink: &mut Sink) -> Bounds {
    let fields = Fields(Some(tree));
    limits::quota(fields.block("quota"), sink);
    super::namespaces::check_metadata(fields, sink);
    Bounds {
        guests: fields.texts("guests"),
        security: fields.text("security"),
        quota: fields.text_map("quota"),
        limits: Limits::read(fields.block("limits"), sink),
        isolated: fields.flag("isolated", false),
        labels: fields.text_map("labels"),
        annotations: fields.text_map("annotations"),
    }
}
