//! What is meant to go: services from clusters, and clusters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::entities::Estate;
use super::estates::{attribute, estate};
use super::heads::Head;
use super::identity::{Moved, moves};
use super::placement::{is_all, placed_by};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::names::{Item, declarations, name_span, sink_of, subject, with_subject};
use crate::schema::Kind;
use crate::syntax::ast::Expr;

/// What becomes of what was deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Workloads {
    /// It stays on the cluster.
    Keep,
    /// It goes with its Application.
    Delete,
}

/// One `removed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The clusters that it goes from; `None` for all, those that are no longer declared among them.
    pub clusters: Option<BTreeSet<Arc<str>>>,
    /// What becomes of the workload, where that is said.
    pub workloads: Option<Workloads>,
}

impl Removed {
    /// Whether it speaks of a cluster.
    #[must_use]
    pub fn is_from(&self, cluster: &str) -> bool {
        self.clusters.as_ref().is_none_or(|clusters| clusters.contains(cluster))
    }
}

/// Everything that is meant to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removals(BTreeMap<(Kind, Arc<str>), Removed>);

impl Removals {
    /// What is said of a declaration.
    #[must_use]
    pub fn of(&self, kind: Kind, name: &str) -> Option<&Removed> {
        self.0.get(&(kind, name.into()))
    }

    /// What is meant to go, by kind and name.
    pub fn names(&self) -> impl Iterator<Item = (Kind, &Arc<str>)> {
        self.0.keys().map(|(kind, name)| (*kind, name))
    }

    /// Whether something of a service may be meant to go.
    #[must_use]
    pub fn concern(&self, service: &str) -> bool {
        self.of(Kind::Service, service).is_some() || self.0.keys().any(|(kind, _)| *kind == Kind::Cluster)
    }

    /// Whether something may have left the set of a service in a hub, because it is meant to go. What is still there has not;
    /// a cluster that is no longer declared may have been in any set.
    fn let_go_of(&self, head: &Head, hub: &str, estate: &Estate) -> bool {
        let is_on = |cluster: &str| head.instances.iter().any(|slot| *slot.cluster == *cluster);
        let has_left = |cluster: &Arc<str>| match estate.cluster(cluster) {
            Some(it) => *it.hub == *hub && (head.each.is_some() || !is_on(cluster)),
            None => true,
        };
        let of_service = self.of(Kind::Service, &head.name);
        let of_service = of_service.is_some_and(|it| it.clusters.as_ref().is_none_or(|from| from.iter().any(has_left)));
        of_service || self.0.keys().any(|(kind, name)| *kind == Kind::Cluster && has_left(name))
    }

    /// Whether an instance is meant to go.
    #[must_use]
    pub fn lets_go(&self, service: &str, cluster: &str) -> bool {
        let of_service = self.of(Kind::Service, service).is_some_and(|removed| removed.is_from(cluster));
        of_service || self.of(Kind::Cluster, cluster).is_some()
    }

    /// What is said of an instance's workload, by what is narrower.
    #[must_use]
    pub fn workloads(&self, service: &str, cluster: &str) -> Option<Workloads> {
        let of_service = self.of(Kind::Service, service).filter(|removed| removed.is_from(cluster));
        of_service.and_then(|removed| removed.workloads).or_else(|| self.of(Kind::Cluster, cluster)?.workloads)
    }
}

/// Everything that is meant to go.
#[salsa::tracked]
pub fn removals(db: &dyn Db) -> Removals {
    let items = declarations(db).of(db, Kind::Removed);
    let all = items.filter_map(|item| {
        let (kind, name) = subject(db, item)?;
        Some(((kind, name.into()), checked_removal(db, item).removed.clone()))
    });
    Removals(all.collect())
}

/// Whether the set of a service in a hub never deletes an Application: it holds a protected instance, and nothing that is meant
/// to go has left it.
pub fn never_deletes(db: &dyn Db, head: &Head, hub: &str) -> bool {
    let estate = estate(db);
    let mut clusters = head.instances.iter().filter_map(|slot| estate.cluster(&slot.cluster));
    let is_protected = clusters.any(|cluster| cluster.protected && *cluster.hub == *hub);
    is_protected && !removals(db).let_go_of(head, hub, estate)
}

/// What is wrong with `removed`.
pub fn removed_diagnostics(db: &dyn Db) -> impl Iterator<Item = &Diagnostic> {
    declarations(db).of(db, Kind::Removed).flat_map(|item| &checked_removal(db, item).diagnostics)
}

#[derive(Debug, PartialEq, Eq)]
struct Checked {
    removed: Removed,
    diagnostics: Vec<Diagnostic>,
}

#[salsa::tracked]
fn checked_removal<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let mut sink = sink_of(db, item);
    let workloads = match attribute(db, item, "workloads").and_then(Expr::plain_text) {
        Some("keep") => Some(Workloads::Keep),
        Some("delete") => Some(Workloads::Delete),
        _ => None,
    };
    renamed(db, item, &mut sink);
    let clusters = from(db, item, &mut sink);
    Checked { removed: Removed { clusters, workloads }, diagnostics: sink.finish() }
}

/// What bears another name goes by that one.
fn renamed<'db>(db: &'db dyn Db, item: Item<'db>, sink: &mut Sink) {
    let Some((kind, name)) = subject(db, item) else { return };
    let is_old = |chain: &[Moved]| chain.iter().any(|moved| moved.from.as_ref() == name);
    let now = moves(db).iter().find(|((of, _), chain)| *of == kind && is_old(chain)).map(|((_, now), _)| now);
    let Some(now) = now.filter(|_| declarations(db).get(kind, name).is_none()) else { return };
    let word = kind.word();
    let message = format!("{word} `{name}` is `{now}` now");
    let finding = Diagnostic::new(codes::REMOVED_BY_OLD_NAME, name_span(db, item), message);
    let said = declarations(db).get(Kind::Moved, &with_subject(kind, name));
    let finding =
        said.into_iter().fold(finding, |finding, moved| finding.also(name_span(db, moved), "as `moved` says"));
    sink.push(
        finding
            .note("nothing bears the old name, so nothing would go")
            .help(format!("write `removed {word} {now}`, or take `removed` away")),
    );
}

/// The clusters that `from` selects; `None` for all.
fn from<'db>(db: &'db dyn Db, item: Item<'db>, sink: &mut Sink) -> Option<BTreeSet<Arc<str>>> {
    let expr = attribute(db, item, "from").filter(|from| !is_all(from))?;
    if subject(db, item).is_some_and(|(kind, _)| kind == Kind::Cluster) {
        let span = item.decl(db).site(db).span(expr.range);
        sink.push(
            Diagnostic::new(codes::EXCLUSIVE_ATTRIBUTES, span, "a cluster goes as a whole")
                .help("leave `from` away, or write `removed service NAME { from = ... }`")
                .superfluous("Take `from` away", Some("from")),
        );
        return None;
    }
    let selected = placed_by(db, item, "from", sink);
    if let Some(span) = selected.nowhere {
        sink.push(
            Diagnostic::new(codes::PLACED_NOWHERE, span, "no cluster meets this condition").label("so nothing goes"),
        );
    }
    let names = selected.clusters.iter().filter_map(|index| estate(db).clusters.get(*index));
    Some(names.map(|cluster| Arc::clone(&cluster.name)).collect())
}
