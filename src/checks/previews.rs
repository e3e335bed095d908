//! Previews beside everything else: their namespaces catch no other, and what they need is there.

use std::sync::Arc;

use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::model::{ClusterName, Preview, estate, head, namespaces_of, preview, preview_line, preview_span};
use crate::names::{Item, bound_team, declarations, name_span};
use crate::schema::Kind;

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    let found = declarations(db).of(db, Kind::Service).filter_map(|item| Some((item, preview(db, item).as_ref()?)));
    let found: Vec<(Item<'_>, &Arc<Preview>)> = found.collect();
    for (index, (item, preview)) in found.iter().enumerate() {
        sink.extend(real_namespace(db, *item, preview));
        needs(db, *item, preview, sink);
        bounds_of_team(db, *item, sink);
        for (other, earlier) in found.iter().take(index) {
            if preview.cluster == earlier.cluster && meet(&preview.pattern(), &earlier.pattern()) {
                sink.push(catches_previews(db, (*item, preview), (*other, earlier)));
            }
        }
    }
}

/// A namespace of the cluster that the pattern catches. Whoever opens a pull request could write into it.
fn real_namespace(db: &dyn Db, item: Item<'_>, preview: &Preview) -> Option<Diagnostic> {
    let pattern = preview.pattern();
    let namespaces = namespaces_of(db, ClusterName::new(db, Arc::clone(&preview.cluster)));
    let cluster = estate(db).cluster(&preview.cluster)?;
    let hub = estate(db).hub(&cluster.hub).map(|hub| hub.namespace.as_ref());
    let own = namespaces.iter().flat_map(|namespaces| namespaces.keys()).map(AsRef::as_ref);
    let caught = own.chain(["default"]).chain(hub).find(|name| meet(&pattern, name));
    let caught = caught.or_else(|| meet(&pattern, "kube-*").then_some("kube-system"))?;
    let message = format!("`{pattern}` is `{caught}` as well");
    let finding = Diagnostic::new(codes::PREVIEW_CATCHES, preview_span(db, item, "namespace")?, message)
        .label("the project of these previews permits every namespace of this form")
        .note("Argo CD knows no pattern for numbers, so what a pull request deploys could go into that namespace");
    Some(finding.help("begin it with words that no other namespace begins with, such as `-pr-`"))
}

fn catches_previews(
    db: &dyn Db,
    (item, preview): (Item<'_>, &Preview),
    (other, earlier): (Item<'_>, &Preview),
) -> Diagnostic {
    let span = |item| preview_span(db, item, "namespace").unwrap_or_else(|| name_span(db, item));
    let message = format!(
        "previews of `{}` and of `{}` could be in one namespace",
        preview.service.head.name, earlier.service.head.name
    );
    Diagnostic::new(codes::PREVIEW_CATCHES, span(item), message)
        .also(span(other), "the other one")
        .note("a project permits namespaces by a pattern, and these two have some in common")
        .help("put the name of the service in front")
}

fn needs(db: &dyn Db, item: Item<'_>, preview: &Preview, sink: &mut Sink) {
    let Some(span) = preview_span(db, item, "cluster") else { return };
    for need in preview.needs.iter().filter(|need| need.on.is_none() && !preview.shared.contains(&need.service)) {
        let needed = declarations(db).get(Kind::Service, &need.service).and_then(|item| head(db, item).as_ref());
        let Some(needed) = needed else { continue };
        if needed.instances.iter().any(|slot| slot.cluster == preview.cluster) {
            continue;
        }
        let message = format!("`{}` needs `{}`, which is not on `{}`", item.name(db), need.service, preview.cluster);
        let finding = Diagnostic::new(codes::PREVIEW_NEED, span, message);
        let help = format!(
            "place `{}` on `{}` too, or write `shared = [{}]` if previews use one that is elsewhere",
            need.service, preview.cluster, need.service
        );
        sink.push(finding.note("a preview runs beside what is on its cluster, and brings nothing else").help(help));
    }
}

/// What bounds previews is for admins to say, as is what bounds any namespace.
fn bounds_of_team(db: &dyn Db, item: Item<'_>, sink: &mut Sink) {
    let Some(team) = bound_team(db, item.decl(db).file(db)) else { return };
    for key in ["quota", "limits", "limit", "isolated", "security", "shared"] {
        if let Some(span) = preview_line(db, item, key) {
            let message = format!("`{key}` of a preview in a file of team {team}");
            let finding = Diagnostic::new(codes::WIDENED, span, message);
            let finding = finding.note("a team would set its own bounds by it");
            sink.push(finding.help("leave it away, or declare the service in a file that is imported without `for`"));
        }
    }
}

/// Whether some text matches both patterns. A star stands for any text.
fn meet(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    // Whether what is left of both from here can be one text, from the ends backwards.
    let mut after = vec![false; right.len() + 1];
    for i in (0..=left.len()).rev() {
        let mut row = vec![false; right.len() + 1];
        for j in (0..=right.len()).rev() {
            let next = |row: &[bool], j: usize| row.get(j).copied().unwrap_or(false);
            row[j] = match (left.get(i), right.get(j)) {
                (None, None) => true,
                (Some('*'), _) => next(&after, j) || next(&row, j + 1),
                (_, Some('*')) => next(&row, j + 1) || next(&after, j),
                (Some(one), Some(other)) => one == other && next(&after, j + 1),
                _ => false,
            };
        }
        after = row;
    }
    after.first().copied().unwrap_or(false)
}
