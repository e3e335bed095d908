//! Freezes, for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::cells::cell;
use crate::db::Db;
use crate::model::{Freeze, estate, frozen, head};
use crate::names::Item;
use crate::schema::Kind;

/// All freezes of the platform.
pub(super) fn table(out: &mut String, db: &dyn Db) {
    if frozen(db).is_empty() {
        return;
    }
    out.push_str("## Freezes\n\nWhile one holds, Argo CD syncs nothing of what it is declared in.\n\n");
    out.push_str("| freeze | of | holds | by hand | why |\n|---|---|---|---|---|\n");
    for (kind, of, freezes) in frozen(db).all() {
        for freeze in freezes {
            let (by_hand, why) = (if freeze.manual { "yes" } else { "no" }, freeze.description.as_deref());
            let why = cell(why.unwrap_or(""));
            let _ = writeln!(out, "| {} | {} {of} | {} | {by_hand} | {why} |", freeze.name, kind.word(), holds(freeze));
        }
    }
    out.push('\n');
}

/// The freezes that hold a service back somewhere; they change only when one of those does.
#[salsa::tracked]
pub(super) fn freeze_rows<'db>(db: &'db dyn Db, item: Item<'db>) -> String {
    let mut out = String::new();
    let Some(head) = head(db, item) else { return out };
    let estate = estate(db);
    let clusters = head.instances.iter().filter_map(|slot| estate.cluster(&slot.cluster));
    let mut owners: BTreeSet<(Kind, &Arc<str>)> =
        clusters.map(|cluster| (Kind::Environment, &cluster.environment)).collect();
    owners.extend([(Kind::Layer, &head.layer), (Kind::Service, &head.name)]);
    for (kind, of) in owners {
        for freeze in frozen(db).of(kind, of) {
            let from = if kind == Kind::Service { String::new() } else { format!(" of {} {of}", kind.word()) };
            let _ = writeln!(out, "| frozen | {}{from}: {} |", freeze.name, holds(freeze));
        }
    }
    out
}

fn holds(freeze: &Freeze) -> String {
    format!("`{}` for {}, {}", cell(&freeze.schedule), freeze.duration, freeze.zone)
}
