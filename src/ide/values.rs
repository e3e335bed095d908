//! What a value is, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::explain::line_of;
use super::markdown::{cell, code, names};
use crate::db::Db;
use crate::model::{Slot, everywhere, masked, worlds};
use crate::names::{Item, body, declarations};
use crate::overlays::Step;
use crate::schema::{Form, Kind, attribute_at};
use crate::syntax::ast::{Block, Entry, EntryKind};
use crate::text::counted;
use crate::values::{Value, World};

/// So many values are shown; there may be one for each instance.
const ROWS: usize = 8;

/// What a service's value is on its instances, and which line wins there; nothing where there is none to tell of.
pub(super) fn of_service<'db>(db: &'db dyn Db, item: Item<'db>, path: &[Arc<str>]) -> Option<String> {
    let keys: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    let everywhere = everywhere(db, item)?;
    let mut rows: Vec<Row> = vec![];
    let mut all = 0;
    for some in everywhere.values(&keys) {
        let from = some.steps.iter().find(|step| step.holds).map(|step| origin(db, step));
        for (slot, value) in some.values {
            all += 1;
            let shown = shown(&keys, value.as_ref());
            match rows.iter_mut().find(|row| row.value == shown && row.from == from) {
                Some(row) => row.places.push(named(&slot)),
                None => rows.push(Row { value: shown, from: from.clone(), places: vec![named(&slot)] }),
            }
        }
    }
    let says = |row: &Row| row.value.is_some() || row.from.is_some();
    rows.iter().any(says).then(|| table(&rows, all))
}

/// Instances that have one value from one line.
struct Row {
    value: Option<String>,
    from: Option<String>,
    places: Vec<String>,
}

fn table(rows: &[Row], all: usize) -> String {
    let mut out = "| value | where | from |\n|---|---|---|\n".to_owned();
    for row in rows.iter().take(ROWS) {
        let places = if row.places.len() == all { whole(&row.places) } else { names(&row.places) };
        let from = row.from.as_deref().unwrap_or("the language");
        let _ =
            writeln!(out, "| {} | {} | {} |", cell(row.value.as_deref().unwrap_or("none")), cell(&places), cell(from));
    }
    let more = rows.get(ROWS..).unwrap_or_default();
    if !more.is_empty() {
        let places = more.iter().map(|row| row.places.len()).sum();
        let _ = writeln!(out, "\nand {} on {}", counted(more.len(), "more value"), counted(places, "instance"));
    }
    out
}

fn whole(places: &[String]) -> String {
    match places {
        [only] => only.clone(),
        all => format!("all {}", counted(all.len(), "instance")),
    }
}

/// A value as it is shown, or what the language has it be without one.
fn shown(keys: &[&str], value: Option<&Value>) -> Option<String> {
    match (value, attribute_at(keys)) {
        (Some(value), _) => Some(code(&masked(keys, value).show())),
        (None, Some(Form::Default(value))) => Some(code(value)),
        _ => None,
    }
}

/// Where a line stands, and under which condition.
fn origin(db: &dyn Db, step: &Step) -> String {
    let condition = if step.condition.is_empty() { String::new() } else { format!(" when {}", step.condition) };
    format!("{}, {}{condition}", line_of(db, step.span), step.level.name())
}

fn named(slot: &Slot) -> String {
    match &slot.item {
        Some(item) => format!("{item}@{}", slot.cluster),
        None => slot.cluster.to_string(),
    }
}

/// What a variable is on the clusters, and who says it.
pub(super) fn of_variable(db: &dyn Db, name: &str) -> String {
    let value = |world: &World| world.vars.get(name).map(|value| masked(&[name], value).show());
    let said = [Kind::Platform, Kind::Environment, Kind::Cluster].into_iter().flat_map(|kind| said(db, kind, name));
    by_place(db, &format!("variable **{name}**"), value, &said.collect::<Vec<_>>())
}

/// What a label is on the clusters.
pub(super) fn of_label(db: &dyn Db, name: &str) -> String {
    let value = |world: &World| world.labels.get(name).map(|value| format!("\"{value}\""));
    by_place(db, &format!("label **{name}**"), value, &[])
}

/// The lines of a kind's `vars` that say a variable, each with whose it is; one in a `for` is that of many.
fn said(db: &dyn Db, kind: Kind, name: &str) -> Vec<String> {
    let mut lines: BTreeMap<String, Vec<&Arc<str>>> = BTreeMap::new();
    for item in declarations(db).of(db, kind) {
        let block = body(db, item).and_then(|named| variables(&named.body));
        let is_it = |entry: &&Entry| matches!(&entry.kind, EntryKind::Assign { key, .. } if key.text.as_ref() == name);
        for entry in block.into_iter().flat_map(|block| &block.entries).filter(is_it) {
            let place = line_of(db, item.decl(db).site(db).span(entry.range));
            lines.entry(place).or_default().push(item.name(db));
        }
    }
    lines.into_iter().map(|(place, items)| format!("{} {} ({place})", kind.word(), names(items))).collect()
}

fn variables(body: &Block) -> Option<&Block> {
    body.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Nested { key, body, .. } if key.text.as_ref() == "vars" => Some(body),
        _ => None,
    })
}

fn by_place(db: &dyn Db, head: &str, value: impl Fn(&World) -> Option<String>, said: &[String]) -> String {
    let mut rows: BTreeMap<Option<String>, Vec<&World>> = BTreeMap::new();
    worlds(db).iter().for_each(|world| rows.entry(value(world)).or_default().push(world));
    let mut out = format!("{head}\n\n| value | where |\n|---|---|\n");
    for (value, members) in rows.iter().take(ROWS) {
        let value = value.as_deref().map_or_else(|| "none".to_owned(), code);
        let _ = writeln!(out, "| {} | {} |", cell(&value), cell(&places(db, members)));
    }
    if rows.len() > ROWS {
        let _ = writeln!(out, "\nand {}", counted(rows.len() - ROWS, "more value"));
    }
    if !said.is_empty() {
        let _ = writeln!(out, "\nsaid by {}", names(said));
    }
    out
}

/// Clusters in short: an environment stands for all of its own.
fn places(db: &dyn Db, members: &[&World]) -> String {
    let count = |environment: &Arc<str>, worlds: &mut dyn Iterator<Item = &World>| {
        worlds.filter(|world| world.environment == *environment).count()
    };
    let environments: BTreeSet<&Arc<str>> = members.iter().map(|world| &world.environment).collect();
    let is_whole = |environment: &Arc<str>| {
        count(environment, &mut members.iter().copied()) == count(environment, &mut worlds(db).iter())
    };
    let (whole, parts): (Vec<&Arc<str>>, Vec<_>) =
        environments.into_iter().partition(|environment| is_whole(environment));
    let single =
        members.iter().filter(|world| parts.contains(&&world.environment)).filter_map(|world| world.cluster.as_ref());
    names(
        whole
            .into_iter()
            .map(|environment| format!("environment {environment}"))
            .chain(single.map(|cluster| format!("cluster {cluster}"))),
    )
}
