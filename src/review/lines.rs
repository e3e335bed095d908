//! The lines of the source that cause a change.

use std::sync::Arc;

use serde_json::Value;

use super::causes::extents;
use super::updates::Update;
use super::{Pair, Review};
use crate::db::Database;
use crate::ide::{Instance, line_of, reasons_for};
use crate::model::Slot;

/// The line that makes an instance come or go: its cluster's where that comes or goes, or else its service's.
pub(super) fn of_instance(pair: &Pair<'_>, service: &Arc<str>, slot: &Slot, is_after: bool) -> String {
    let (here, there) = if is_after { (pair.new_detail, pair.old_detail) } else { (pair.old_detail, pair.new_detail) };
    let is_known = there.clusters.contains_key(&slot.cluster);
    let cluster = here.clusters.get(&slot.cluster).filter(|_| !is_known && there.services.contains_key(service));
    let declared = here.services.get(service).map(|known| &known.declared);
    let line = cluster.or(declared).cloned().unwrap_or_default();
    if !is_after && pair.causes.is_gone(&line) {
        return format!("{line} before");
    }
    let [before, after] = if cluster.is_some() { [None, None] } else { extents(pair, service) };
    pair.causes.of(&[line], before, after)
}

/// The line that causes a field to be what it will be.
pub(super) fn of_update(db: &Database, pair: &Pair<'_>, update: &Update) -> String {
    if let [first, path] = update.field.path.as_slice()
        && first == "file"
    {
        return path.clone();
    }
    let value = update.field.new.as_ref().and_then(Value::as_str).unwrap_or("");
    of_value(db, pair, update.instances.first(), update.services.first(), (&update.field.path, value))
}

/// The line that causes something of an instance.
pub(super) fn of_value(
    db: &Database,
    pair: &Pair<'_>,
    instance: Option<&String>,
    service: Option<&Arc<str>>,
    (path, value): (&[String], &str),
) -> String {
    let mut given = instance.map(|instance| lines(db, instance, path, value)).unwrap_or_default();
    let [before, after] = service.map_or([None, None], |service| extents(pair, service));
    let known = service.and_then(|service| pair.new_detail.services.get(service));
    given.extend(known.filter(|_| given.is_empty()).map(|known| known.declared.clone()));
    pair.causes.of(&given, before, after)
}

/// The lines that have a say in something of an instance.
fn lines(db: &Database, instance: &str, path: &[String], value: &str) -> Vec<String> {
    let Ok(instance) = Instance::find(db, instance) else { return vec![] };
    reasons_for(db, &instance, path, value).into_iter().map(|span| line_of(db, span)).collect()
}

impl Review {
    /// Whether lines have to be looked for in the revision that there is.
    #[must_use]
    pub fn lacks_lines(&self) -> bool {
        self.updates.iter().any(|update| update.field.new.is_none())
    }

    /// Finds the lines of what is taken away; the database shows the revision that there is.
    pub fn trace_back(&mut self, db: &Database, pair: &Pair<'_>) {
        for update in self.updates.iter_mut().filter(|update| update.field.new.is_none()) {
            let value = update.field.old.as_ref().and_then(Value::as_str).unwrap_or("");
            let found = update.instances.first().map(|instance| lines(db, instance, &update.field.path, value));
            if let Some(line) = found.unwrap_or_default().iter().find(|line| pair.causes.is_gone(line)) {
                update.place = format!("{line} before");
            }
        }
    }
}
