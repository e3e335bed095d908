//! The plan's problems, in words and with their lines.

use std::sync::Arc;

use crate::db::Db;
use crate::diagnostics::{self as codes, Change, Code, Diagnostic, Sink, Span};
use crate::model::{head, need_span};
use crate::names::{declarations, name_span};
use crate::plan::{Problem, plan};
use crate::schema::Kind;

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    for problem in &plan(db).problems {
        sink.extend(diagnostic(db, problem));
    }
}

fn needs(db: &dyn Db, service: &str, list: usize) -> Option<Span> {
    declarations(db).get(Kind::Service, service).map(|item| need_span(db, item, list))
}

fn name(db: &dyn Db, kind: Kind, name: &str) -> Option<Span> {
    declarations(db).get(kind, name).map(|item| name_span(db, item))
}

fn diagnostic(db: &dyn Db, problem: &Problem) -> Option<Diagnostic> {
    match problem {
        Problem::NotPlaced { service, list, need, clusters, named } => {
            let on = clusters.join(", ");
            let message = if *named {
                format!("`{need}` is not placed on {on}")
            } else {
                format!("`{service}` needs `{need}`, which is not placed on {on}")
            };
            let diagnostic = Diagnostic::new(codes::NEED_NOT_PLACED, needs(db, service, *list)?, message);
            let diagnostic = match name(db, Kind::Service, need) {
                Some(span) => diagnostic.also(span, placement(db, need)),
                None => diagnostic,
            };
            Some(
                diagnostic.note("a need is met on the same cluster, unless it is written as `X on CLUSTER`").help(
                    format!("widen `on` of `{need}`, narrow `on` of `{service}`, or ask for it in a `when` only"),
                ),
            )
        }
        Problem::Cycle(circle, cluster) => cycle(db, circle, cluster),
        Problem::LaterLayer { service, list, need, layer, inferred } => {
            let message = format!("`{service}` needs `{need}`, whose layer `{layer}` does not come before");
            let diagnostic = Diagnostic::new(codes::NEED_IN_LATER_LAYER, needs(db, service, *list)?, message);
            let diagnostic = match inferred {
                Some(what) => diagnostic.note(format!("the need follows from an object or a secret that uses {what}")),
                None => diagnostic,
            };
            Some(
                diagnostic
                    .note("a layer starts when the layers before it are Synced and Healthy, so it can't wait for a later one")
                    .help(format!("move one of the two services, or let the layer come `after = [{layer}]`")),
            )
        }
        Problem::LayerCycle(circle) => names_cycle(db, Kind::Layer, codes::LAYER_CYCLE, circle),
        Problem::EnvironmentCycle(circle) => names_cycle(db, Kind::Environment, codes::ENVIRONMENT_CYCLE, circle),
    }
}

fn placement(db: &dyn Db, service: &str) -> String {
    let item = declarations(db).get(Kind::Service, service);
    let Some(head) = item.and_then(|item| head(db, item).as_ref()) else { return "declared here".to_owned() };
    let mut clusters: Vec<&str> = head.instances.iter().map(|slot| slot.cluster.as_ref()).collect();
    clusters.dedup();
    match clusters.as_slice() {
        [] => "placed nowhere".to_owned(),
        [first @ .., _] if first.len() >= 6 => format!("placed on {} clusters", clusters.len()),
        _ => format!("placed on {}", clusters.join(", ")),
    }
}

/// The whole circle, one labelled line for each of its needs.
fn cycle(db: &dyn Db, circle: &[(Arc<str>, usize)], cluster: &str) -> Option<Diagnostic> {
    let names: Vec<&str> = circle.iter().map(|(service, _)| service.as_ref()).collect();
    let mut needed: Vec<(&(Arc<str>, usize), &str)> = vec![];
    for (index, this) in circle.iter().enumerate() {
        // Edges run from what is needed to who needs it.
        let before = (index + circle.len() - 1) % circle.len();
        needed.push((this, names.get(before).copied().unwrap_or("")));
    }
    let lines: Vec<_> = needed
        .into_iter()
        .filter_map(|((service, list), need)| Some((needs(db, service, *list)?, service, need)))
        .collect();
    let edges: Vec<_> = lines.iter().map(|&(span, service, need)| (span, "needs", service.as_ref(), need)).collect();
    let mut lines = lines.into_iter();
    let (span, service, need) = lines.next()?;
    let shown = names.iter().rev().chain(names.last()).copied().collect::<Vec<_>>().join(" → ");
    let first = Diagnostic::new(codes::NEED_CYCLE, span, format!("services need each other in a circle: {shown}"))
        .label(format!("`{service}` needs `{need}`"));
    let whole = lines
        .fold(first, |diagnostic, (span, service, need)| diagnostic.also(span, format!("`{service}` needs `{need}`")));
    let whole = whole.note(format!("no order could start any of them on `{cluster}`"));
    Some(opened(whole.help("take one of these needs away"), &edges))
}

fn names_cycle(db: &dyn Db, kind: Kind, code: Code, circle: &[Arc<str>]) -> Option<Diagnostic> {
    // Edges run from what comes before to what comes after it.
    let before = circle.last().into_iter().chain(circle);
    let lines: Vec<(Span, &str, &str)> = circle
        .iter()
        .zip(before)
        .filter_map(|(this, before)| Some((name(db, kind, this)?, this.as_ref(), before.as_ref())))
        .collect();
    let edges: Vec<_> = lines.iter().map(|&(span, this, before)| (span, "after", this, before)).collect();
    let label = |this: &str, before: &str| format!("`{this}` comes after `{before}`");
    let mut lines = lines.into_iter();
    let (span, this, before) = lines.next()?;
    let shown =
        circle.first().into_iter().chain(circle.iter().rev()).map(AsRef::as_ref).collect::<Vec<_>>().join(" → ");
    let message = match circle {
        [alone] => format!("{} `{alone}` comes after itself", kind.word()),
        _ => format!("{}s come after each other in a circle: {shown}", kind.word()),
    };
    let first = Diagnostic::new(code, span, message).label(label(this, before));
    let whole = lines.fold(first, |diagnostic, (span, this, before)| diagnostic.also(span, label(this, before)));
    Some(opened(whole.help("take one name out of an `after`"), &edges))
}

/// A circle opens where one of its edges goes: where a list stands, its key, whose it is, and the name in it.
fn opened(finding: Diagnostic, edges: &[(Span, &'static str, &str, &str)]) -> Diagnostic {
    edges.iter().fold(finding, |finding, (at, key, of, name)| {
        let change = Change::Item { at: *at, key, name: (*name).to_owned() };
        finding.offer(format!("Take `{name}` out of `{key}` of `{of}`"), change)
    })
}
