//! Promotion as a whole: who promotes, and what.

use super::lines::line_in;
use super::promoter;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::model::{Cluster, Platform, Promotion, estate, namespace_owner, promotion_diagnostics, says_promote};
use crate::names::{Item, declarations, name_span};
use crate::schema::Kind;

/// The server of the cluster that Argo CD itself runs in.
const IN_CLUSTER: &str = "https://kubernetes.default.svc";

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    let Some(platform) = &estate(db).platform else { return };
    let services = declarations(db).of(db, Kind::Service);
    let promoted: Vec<Item<'_>> = services.filter(|item| *says_promote(db, *item)).collect();
    match (&platform.promotion, promoted.first()) {
        (None, Some(first)) => sink.push(by_nobody(db, *first)),
        (Some(Promotion::Kargo), None) if !is_said(db) => sink.extend(of_nothing(db)),
        (Some(Promotion::Kargo), Some(_)) => into(db, platform, sink),
        (Some(Promotion::GitOpsPromoter(reached)), first) => {
            into(db, platform, sink);
            sink.extend(first.map(|first| by_commits(db, *first)));
            promoter::check(db, reached.as_ref(), sink);
        }
        (_, None) => {}
    }
    sink.extend(promoted.into_iter().flat_map(|item| promotion_diagnostics(db, item)).cloned());
}

/// Whether some service or template says it, and is wrong in something else.
fn is_said(db: &dyn Db) -> bool {
    let items = [Kind::Service, Kind::Template].into_iter().flat_map(|kind| declarations(db).of(db, kind));
    items.into_iter().any(|item| line_in(db, item, "promote").is_some())
}

/// What the platform as a whole has to be like: a branch that can be written to, and a namespace for the Project.
fn into(db: &dyn Db, platform: &Platform, sink: &mut Sink) {
    let Some(item) = declarations(db).of(db, Kind::Platform).next() else { return };
    let at = |key: &str| line_in(db, item, key).unwrap_or_else(|| name_span(db, item));
    if !platform.revision.starts_with("refs/heads/") {
        let message = format!("nothing can be promoted into `{}`", platform.revision);
        sink.push(
            Diagnostic::new(codes::PROMOTION_UNREACHABLE, at("revision"), message)
                .note("a promotion is a commit to a branch, which Argo CD then follows")
                .help("let `revision` of the platform be a branch"),
        );
    }
    if let Some(taken) = taken(db, &platform.name) {
        let message = format!("the namespace `{}` is {taken}", platform.name);
        sink.push(
            Diagnostic::new(codes::RESERVED_NAME, at("promotion"), message)
                .note("what is promoted is kept in a namespace of the platform's name, beside Argo CD, and nobody else is let in")
                .help("rename the platform, or move what is there"),
        );
    }
}

/// Who has a namespace beside Argo CD already.
fn taken(db: &dyn Db, namespace: &str) -> Option<&'static str> {
    let estate = estate(db);
    let owned = |cluster: &Cluster| namespace_owner(db, &cluster.name, namespace).is_some();
    if estate.hubs.iter().any(|hub| hub.namespace.as_ref() == namespace) {
        return Some("Argo CD's own");
    }
    let here = estate.clusters.iter().filter(|cluster| cluster.server.as_ref() == IN_CLUSTER);
    here.into_iter().any(owned).then_some("a team's")
}

fn by_nobody(db: &dyn Db, item: Item<'_>) -> Diagnostic {
    let span = line_in(db, item, "promote").unwrap_or_else(|| name_span(db, item));
    Diagnostic::new(codes::PROMOTES_NOTHING, span, format!("nothing promotes `{}`", item.name(db)))
        .note("the platform names no tool that promotes, so nothing is written for `promote`")
        .help("write `promotion = kargo` into the platform")
}

fn by_commits(db: &dyn Db, item: Item<'_>) -> Diagnostic {
    let span = line_in(db, item, "promote").unwrap_or_else(|| name_span(db, item));
    Diagnostic::new(codes::PROMOTES_NOTHING, span, format!("nothing promotes versions of `{}`", item.name(db)))
        .note("GitOps Promoter carries commits from branch to branch, whatever they change; nothing is written for `promote`")
        .help("take `promote` away, or let Kargo promote: `promotion = kargo`")
}

fn of_nothing(db: &dyn Db) -> Option<Diagnostic> {
    let item = declarations(db).of(db, Kind::Platform).next()?;
    let span: Span = line_in(db, item, "promotion")?;
    Some(
        Diagnostic::new(codes::PROMOTES_NOTHING, span, "no service is promoted")
            .note("only services that say `promote` are, for their versions have to be kept in a file")
            .help("write `promote = \"*\"` into a service or a template"),
    )
}
