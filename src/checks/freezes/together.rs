//! Freezes that act on one Application: whether all of them ever let go at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Declared;
use super::spans::{Spans, cover};
use super::times::{FROM, Times, UNTIL, YEARS};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::model::{Deliver, Frozen, estate, freeze_span, frozen, head};
use crate::names::declarations;
use crate::schema::Kind;

type AllTimes<'f> = BTreeMap<Declared<'f>, Times>;

/// Freezes that act together, with the Applications that they act on.
type Groups<'f> = BTreeMap<BTreeSet<Declared<'f>>, BTreeSet<String>>;

pub(super) fn check(db: &dyn Db, times: &AllTimes<'_>, sink: &mut Sink) {
    let mut shut: Groups<'_> = BTreeMap::new();
    for (group, applications) in groups(db) {
        if let Some(least) = least(group, times) {
            shut.entry(least).or_default().extend(applications);
        }
    }
    for (group, applications) in &shut {
        sink.extend(diagnostic(db, group, applications, times));
    }
}

/// The freezes of every service's Applications and of every cluster's root. What stands between has fewer of them.
fn groups(db: &dyn Db) -> Groups<'_> {
    let Some(platform) = &estate(db).platform else { return Groups::new() };
    let frozen = frozen(db);
    let mut groups = Groups::new();
    let mut roots: BTreeMap<&str, BTreeSet<Declared<'_>>> = BTreeMap::new();
    for head in declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref()) {
        let layer: Vec<_> = declared(frozen, Kind::Layer, &head.layer).collect();
        for slot in &head.instances {
            let Some(cluster) = estate(db).cluster(&slot.cluster) else { continue };
            let own = declared(frozen, Kind::Service, &head.name);
            let group: BTreeSet<_> = declared(frozen, Kind::Environment, &cluster.environment)
                .chain(layer.iter().copied())
                .chain(own)
                .collect();
            if head.deliver == Deliver::Applications {
                roots
                    .entry(&slot.cluster)
                    .or_default()
                    .extend(group.iter().filter(|(kind, ..)| *kind != Kind::Service));
            }
            if !group.is_empty() {
                groups.entry(group).or_default().insert(platform.names.name(
                    &head.identity.application,
                    slot.item.as_deref(),
                    cluster,
                ));
            }
        }
    }
    for (cluster, group) in roots {
        groups.entry(group).or_default().insert(format!("cluster.{cluster}"));
    }
    groups
}

fn declared<'f>(frozen: &'f Frozen, kind: Kind, of: &'f Arc<str>) -> impl Iterator<Item = Declared<'f>> {
    frozen.of(kind, of).iter().map(move |freeze| (kind, of, freeze))
}

/// The fewest of these freezes that never let go together, if they do not.
fn least<'f>(group: BTreeSet<Declared<'f>>, times: &AllTimes<'f>) -> Option<BTreeSet<Declared<'f>>> {
    if !never_open(&group, times) {
        return None;
    }
    let mut left = group.clone();
    for freeze in group {
        left.remove(&freeze);
        if !never_open(&left, times) {
            left.insert(freeze);
        }
    }
    Some(left)
}

fn never_open(group: &BTreeSet<Declared<'_>>, times: &AllTimes<'_>) -> bool {
    let shut: Vec<&Spans> = group.iter().filter_map(|freeze| times.get(freeze)).map(|times| &times.shut).collect();
    cover(&shut, FROM, UNTIL)
}

fn diagnostic(
    db: &dyn Db,
    group: &BTreeSet<Declared<'_>>,
    applications: &BTreeSet<String>,
    times: &AllTimes<'_>,
) -> Option<Diagnostic> {
    let mut lines =
        group.iter().filter_map(|(kind, of, freeze)| Some((freeze_span(db, *kind, of, &freeze.name)?, freeze)));
    let (span, freeze) = lines.next()?;
    let begins = group.iter().filter_map(|freeze| times.get(freeze)).all(|times| !times.wall.is_empty());
    let message = match group.len() {
        1 if begins => format!("`{}` never ends: it begins again before it is over", freeze.name),
        1 => format!("`{}` never begins, which Argo CD takes for a freeze that always holds", freeze.name),
        _ => "of these freezes one holds at any time".to_owned(),
    };
    let first = Diagnostic::new(codes::NEVER_OPEN, span, message)
        .label(format!("{} would never be synced", some(applications)));
    let whole = lines.fold(first, |finding, (span, _)| finding.also(span, "holds when the others do not"));
    Some(
        whole
            .note(format!("Argo CD syncs nothing while a window denies it; the windows were simulated from {YEARS}"))
            .help(if begins {
                "shorten one, or let it begin less often"
            } else {
                "let it begin on a day that there is"
            }),
    )
}

/// A few Applications, or how many there are.
fn some(applications: &BTreeSet<String>) -> String {
    let shown: Vec<String> = applications.iter().take(2).map(|name| format!("`{name}`")).collect();
    match applications.len() - shown.len() {
        0 => shown.join(" and "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
