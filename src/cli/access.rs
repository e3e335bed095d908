//! The whole matrix: which team may do what, where.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::{AccessArgs, AccessFormat};
use super::ui;
use crate::db::Db;
use crate::documents::{AccessRow, access_rows};

const HEADINGS: [&str; 6] = ["team", "service", "owner", "roles", "actions", "clusters"];

/// `platformc access`
pub(super) fn run(arguments: &AccessArgs) -> u8 {
    let project = match ui::open_sound(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let rows = rows(&project.database, arguments);
    ui::print(&match arguments.format {
        AccessFormat::Table => table(&rows),
        AccessFormat::Csv => csv(&rows),
        AccessFormat::Json => json(&rows),
    })
}

fn rows(db: &dyn Db, arguments: &AccessArgs) -> Vec<AccessRow> {
    let mut rows = access_rows(db);
    rows.retain(|row| arguments.team.as_ref().is_none_or(|team| **team == *row.team));
    rows.retain(|row| arguments.service.as_ref().is_none_or(|service| **service == *row.service));
    rows
}

fn cells(row: &AccessRow) -> [String; 6] {
    [
        row.team.to_string(),
        row.service.to_string(),
        row.owner.to_string(),
        row.roles.join(" "),
        row.actions.join(" "),
        row.clusters.join(" "),
    ]
}

fn table(rows: &[AccessRow]) -> String {
    let lines: Vec<[String; 6]> = [HEADINGS.map(str::to_owned)].into_iter().chain(rows.iter().map(cells)).collect();
    let widths: BTreeMap<usize, usize> =
        (0..6).map(|column| (column, lines.iter().map(|line| line[column].len()).max().unwrap_or(0))).collect();
    let show = |line: &[String; 6]| {
        let cells = line.iter().enumerate().map(|(column, cell)| format!("{cell:0$}", widths[&column]));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    lines.iter().map(show).collect()
}

fn csv(rows: &[AccessRow]) -> String {
    let mut writer = csv::Writer::from_writer(vec![]);
    let lines = [HEADINGS.map(str::to_owned)].into_iter().chain(rows.iter().map(cells));
    lines.for_each(|line| drop(writer.write_record(line)));
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn json(rows: &[AccessRow]) -> String {
    let row = |row: &AccessRow| {
        json!({
            "team": row.team.as_ref(),
            "service": row.service.as_ref(),
            "owner": row.owner.as_ref(),
            "roles": row.roles.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
            "actions": row.actions,
            "clusters": row.clusters.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
        })
    };
    serde_json::to_string_pretty(&rows.iter().map(row).collect::<Vec<Value>>()).unwrap_or_default() + "\n"
}
