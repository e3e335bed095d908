//! What a service's page says of its previews.

use std::fmt::Write as _;

use super::super::kubernetes::lifetime;
use super::cells::cell;
use crate::db::Db;
use crate::model::{Preview, preview};
use crate::names::Item;
use crate::values::with_facts;

/// The section about previews; nothing where the service has none.
pub(super) fn section(db: &dyn Db, item: Item<'_>) -> String {
    let Some(preview) = preview(db, item) else { return String::new() };
    let mut out = "\n## Previews\n\n| | |\n|---|---|\n".to_owned();
    for (name, value) in rows(preview) {
        let _ = writeln!(out, "| {name} | {} |", cell(&value));
    }
    out
}

fn rows(preview: &Preview) -> Vec<(&'static str, String)> {
    let shown = |text: &str| with_facts(text, |fact| format!("<{}>", fact.name)).into_owned();
    let all = |texts: &[std::sync::Arc<str>]| texts.join(", ");
    let pulls = &preview.pulls;
    let pattern = |pattern: &Option<std::sync::Arc<str>>| pattern.as_ref().map(|pattern| format!("`{pattern}`"));
    let some = |texts: &[std::sync::Arc<str>]| (!texts.is_empty()).then(|| all(texts));
    let rows = [
        ("pull requests of", Some(pulls.repository.to_string())),
        ("with the labels", some(&pulls.labels)),
        ("by", some(&pulls.authors)),
        ("branch", pattern(&pulls.branch)),
        ("into", pattern(&pulls.target)),
        ("title", pattern(&pulls.title)),
        ("Application", Some(format!("`{}.pr.<number>`", preview.service.head.identity.workload))),
        ("cluster", Some(preview.cluster.to_string())),
        ("namespace", Some(format!("`{}`", shown(&preview.namespace)))),
        ("at once", Some(preview.limit.to_string())),
        ("workloads live", preview.ttl.as_ref().map(lifetime)),
        ("uses from elsewhere", some(&preview.shared)),
    ];
    rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
