//! Which version runs in which environment, for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::super::paths;
use super::cells::cell;
use crate::db::Db;
use crate::model::{Estate, Head, Running, Stage, estate, running, stage_order};
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// The environments that have clusters, from the first stage to the last.
#[must_use]
pub fn inhabited(db: &dyn Db) -> Vec<Arc<str>> {
    let Estate { clusters, .. } = estate(db);
    let inhabited: BTreeSet<&Arc<str>> = clusters.iter().map(|cluster| &cluster.environment).collect();
    stage_order(db).order.iter().filter(|environment| inhabited.contains(environment)).cloned().collect()
}

/// All versions of the platform, where there is more than one environment.
pub(super) fn table(out: &mut String, db: &dyn Db, heads: &[&Head]) {
    let environments = inhabited(db);
    if environments.len() < 2 {
        return;
    }
    let rows: Vec<(&Head, &Running)> = heads.iter().flat_map(|head| rows(db, head)).collect();
    if rows.is_empty() {
        return;
    }
    out.push_str(
        "## Versions\n\nFrom the first environment to the last; what is not as in the one before it says so.\n\n",
    );
    let _ = writeln!(out, "| service | what | {} |", environments.join(" | "));
    let _ = writeln!(out, "|---|---|{}", "---|".repeat(environments.len()));
    for (head, running) in rows {
        let _ = write!(out, "| [{}]({}/README.md) | {} |", head.name, paths::service_folder(head), cell(&running.what));
        for environment in &environments {
            let _ = write!(out, " {} |", cell(&running.stage(environment).map(Stage::show).unwrap_or_default()));
        }
        out.push('\n');
    }
    out.push('\n');
}

fn rows<'db>(db: &'db dyn Db, head: &'db Head) -> impl Iterator<Item = (&'db Head, &'db Running)> {
    let item = declarations(db).get(Kind::Service, &head.name);
    item.into_iter().flat_map(move |item| running(db, item).iter()).map(move |running| (head, running))
}

/// The versions of a service, where they differ.
pub(super) fn of_service<'db>(out: &mut String, db: &'db dyn Db, item: Item<'db>) {
    let mut differing = running(db, item).iter().filter(|running| running.differs()).peekable();
    if differing.peek().is_none() {
        return;
    }
    out.push_str(
        "\n## What differs between environments\n\n| what | environment | version | clusters |\n|---|---|---|---|\n",
    );
    for running in differing {
        for stage in &running.stages {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                cell(&running.what),
                stage.environment,
                cell(&stage.show()),
                cell(&stage.places())
            );
        }
    }
}
