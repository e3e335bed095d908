//! Which version runs in which environment.

use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{ReportFormat, StatusArgs};
use super::ui;
use crate::db::Db;
use crate::diagnostics::{self as codes, did_you_mean};
use crate::documents::inhabited;
use crate::model::{Relation, Running, Stage, estate, running};
use crate::names::{Item, declarations, names};
use crate::schema::Kind;

/// A service and what has versions in it.
type Row<'db> = (Item<'db>, Vec<&'db Running>);

/// `platformc status`
pub(super) fn run(arguments: &StatusArgs) -> u8 {
    // Who is ahead of whom is what one wants to see here.
    let known = [codes::STAGE_AHEAD, codes::STAGES_DIFFER];
    let project = match ui::open_but_for(&known, arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let db = &project.database;
    if let Some(unknown) = arguments.services.iter().find(|name| declarations(db).get(Kind::Service, name).is_none()) {
        return ui::fail(ui::USAGE, &no_service(db, unknown));
    }
    let rows = rows(db, arguments);
    ui::print(&match arguments.format {
        ReportFormat::Text => text(db, &rows),
        ReportFormat::Json => json(db, &rows),
    })
}

fn no_service(db: &dyn Db, name: &str) -> String {
    let all = names(db).of(Kind::Service);
    let near = did_you_mean(name, all.iter().map(AsRef::as_ref));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("there is no service `{name}`{near}")
}

fn rows<'db>(db: &'db dyn Db, arguments: &StatusArgs) -> Vec<Row<'db>> {
    let is_asked = |item: &Item<'db>| {
        arguments.services.is_empty() || arguments.services.iter().any(|name| name.as_str() == item.name(db).as_ref())
    };
    let shown = |running: &&Running| !arguments.behind || running.is_behind();
    let services = declarations(db).of(db, Kind::Service).filter(is_asked);
    let rows = services.map(|item| (item, running(db, item).iter().filter(shown).collect::<Vec<_>>()));
    rows.filter(|(_, running)| !running.is_empty()).collect()
}

fn text(db: &dyn Db, rows: &[Row<'_>]) -> String {
    if rows.is_empty() {
        return "nothing to show\n".to_owned();
    }
    let environments = inhabited(db);
    let heading = ["service", "what"].into_iter().chain(environments.iter().map(AsRef::as_ref)).map(str::to_owned);
    let mut lines: Vec<Vec<String>> = vec![heading.collect()];
    for (item, running) in rows {
        lines.extend(running.iter().map(|running| line(item.name(db), running, &environments)));
    }
    aligned(&lines)
}

fn line(service: &str, running: &Running, environments: &[Arc<str>]) -> Vec<String> {
    let cell = |environment: &Arc<str>| running.stage(environment).map_or_else(|| "-".to_owned(), Stage::show);
    let cells = environments.iter().map(cell);
    [service.to_owned(), running.what.to_string()].into_iter().chain(cells).collect()
}

/// Columns as wide as their widest cell.
fn aligned(lines: &[Vec<String>]) -> String {
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max();
    let columns = lines.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).filter_map(width).collect();
    let show = |line: &Vec<String>| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    lines.iter().map(show).collect()
}

fn json(db: &dyn Db, rows: &[Row<'_>]) -> String {
    let after = |name: &Arc<str>| {
        let known = estate(db).environments.iter().find(|known| known.name == *name);
        known.map(|known| texts(&known.after)).unwrap_or_default()
    };
    let environments = inhabited(db);
    let environments = environments.iter().map(|name| json!({ "name": name.as_ref(), "after": after(name) }));
    let services = rows.iter().map(|(item, running)| {
        let versions: Vec<Value> = running.iter().map(|running| version(running)).collect();
        json!({ "service": item.name(db).as_ref(), "versions": versions })
    });
    let all = json!({
        "environments": environments.collect::<Vec<_>>(),
        "services": services.collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}

fn version(running: &Running) -> Value {
    json!({ "what": running.what.as_ref(), "environments": running.stages.iter().map(stage).collect::<Vec<_>>() })
}

fn stage(stage: &Stage) -> Value {
    let runs =
        stage.runs.iter().map(|runs| json!({ "version": runs.text.as_ref(), "clusters": texts(&runs.clusters) }));
    let against =
        stage.against.iter().map(|(before, relation)| json!({ "environment": before.as_ref(), "is": word(*relation) }));
    json!({
        "environment": stage.environment.as_ref(),
        "runs": runs.collect::<Vec<_>>(),
        "against": against.collect::<Vec<_>>(),
    })
}

fn texts(texts: &[Arc<str>]) -> Vec<&str> {
    texts.iter().map(AsRef::as_ref).collect()
}

fn word(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "same",
        Relation::Behind => "behind",
        Relation::Ahead => "ahead",
        Relation::Differs => "other",
    }
}
