use super::args::{GraphArgs, GraphKind};
use super::ui;
use crate::documents::{GraphFormat, GraphScope, graph};
use crate::model::estate;
use crate::names::declarations;
use crate::schema::Kind;

/// `platformc graph`
pub(super) fn run(arguments: &GraphArgs) -> u8 {
    let project = match ui::open_sound(arguments.file.as_deref()) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let db = &project.database;
    let scope = match (&arguments.cluster, &arguments.service) {
        (Some(cluster), _) if estate(db).cluster(cluster).is_none() => {
            return ui::fail(ui::USAGE, &format!("there is no cluster `{cluster}`"));
        }
        (_, Some(service)) if declarations(db).get(Kind::Service, service).is_none() => {
            return ui::fail(ui::USAGE, &format!("there is no service `{service}`"));
        }
        (Some(cluster), _) => GraphScope::Cluster(cluster.clone()),
        (None, Some(service)) => GraphScope::Service(service.clone()),
        (None, None) => GraphScope::Whole,
    };
    let format = match arguments.format {
        GraphKind::Dot => GraphFormat::Dot,
        GraphKind::Mermaid => GraphFormat::Mermaid,
        GraphKind::Json => GraphFormat::Json,
    };
    ui::print(&graph(db, &scope, format))
}
