//! What `GitOps` Promoter asks of a platform: one line of branches, one hub, and nothing that reaches environments past them.

use std::collections::BTreeSet;

use super::lines::{line_in, line_of};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::model::{Cluster, Deliver, Head, Platform, Promoter, estate, head, stage_order};
use crate::names::{Item, declarations, name_span};
use crate::schema::Kind;
use crate::text::counted;

pub(super) fn check(db: &dyn Db, promoter: Option<&Promoter>, sink: &mut Sink) {
    let Some(item) = declarations(db).of(db, Kind::Platform).next() else { return };
    let at = line_in(db, item, "promotion").unwrap_or_else(|| name_span(db, item));
    if promoter.is_none() && line_in(db, item, "promoter").is_none() {
        sink.push(
            Diagnostic::new(codes::MISSING_ATTRIBUTE, at, "`promoter` is missing")
                .note("GitOps Promoter opens pull requests, so it has to know on which forge the repository lies")
                .help("write `promoter { forge = github  app = 123456 }`")
                .lacks("promoter", None),
        );
    }
    in_line(db, sink);
    of_one_hub(db, at, sink);
    if let Some(platform) = &estate(db).platform {
        own_branch(db, platform, item, sink);
    }
    passed_by(db, sink);
}

/// A `PromotionStrategy` is a list: what is healthy in one environment is proposed for the next.
fn in_line(db: &dyn Db, sink: &mut Sink) {
    let estate = estate(db);
    let used: BTreeSet<_> = estate.clusters.iter().map(|cluster| &cluster.environment).collect();
    let mut used: Vec<_> = used.into_iter().collect();
    used.sort_by_key(|name| stage_order(db).place(name));
    for pair in used.windows(2) {
        let [first, second] = pair else { continue };
        if stage_order(db).is_before(first, second) {
            continue;
        }
        let Some(item) = declarations(db).get(Kind::Environment, second) else { continue };
        let span = line_in(db, item, "after").unwrap_or_else(|| name_span(db, item));
        sink.push(
            Diagnostic::new(codes::NO_ORDER, span, format!("nothing says whether `{first}` or `{second}` comes first"))
                .note("GitOps Promoter carries a commit through one line of branches, each after the one before")
                .help(format!("write `after = [{first}]` into environment `{second}`")),
        );
    }
}

/// It sees the Applications of the Argo CD beside it.
fn of_one_hub(db: &dyn Db, at: Span, sink: &mut Sink) {
    let hubs: BTreeSet<&str> = estate(db).clusters.iter().map(|cluster: &Cluster| cluster.hub.as_ref()).collect();
    if hubs.len() > 1 {
        let names = hubs.into_iter().collect::<Vec<_>>().join(", ");
        sink.push(
            Diagnostic::new(codes::PROMOTION_APART, at, format!("the platform has several hubs: {names}"))
                .note("whether a commit is healthy is seen at the Applications of the Argo CD beside GitOps Promoter; those of another would never count")
                .help("make it a platform for each hub, or promote by hand"),
        );
    }
}

/// The branch that people commit to is none of those that are written for them.
fn own_branch(db: &dyn Db, platform: &Platform, item: Item<'_>, sink: &mut Sink) {
    let branch = platform.revision.strip_prefix("refs/heads/").unwrap_or(&platform.revision);
    let (Some(prefix), Some(span)) = (platform.branches(), line_in(db, item, "revision")) else { return };
    if branch.starts_with(prefix) {
        sink.push(
            Diagnostic::new(codes::PROMOTION_UNREACHABLE, span, format!("`{branch}` is a branch of an environment"))
                .note(format!("branches under `{prefix}` are written from the one that people commit to"))
                .help("let `revision` of the platform be another branch, such as `main`"),
        );
    }
}

/// Services that follow no branch, said once for each line that delivers them so.
fn passed_by(db: &dyn Db, sink: &mut Sink) {
    let services = declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref());
    let mut by_line: Vec<(Span, Vec<&str>)> = vec![];
    for head in services.filter(|head| head.deliver == Deliver::ApplicationSet) {
        let Some(span) = delivered_at(db, head) else { continue };
        match by_line.iter_mut().find(|(known, _)| *known == span) {
            Some((_, names)) => names.push(&head.name),
            None => by_line.push((span, vec![&head.name])),
        }
    }
    for (span, names) in by_line {
        let message = match names.as_slice() {
            [one] => format!("a change of `{one}` reaches all environments at once"),
            [first, others @ ..] => {
                format!(
                    "changes of `{first}` and {} reach all environments at once",
                    counted(others.len(), "other service")
                )
            }
            [] => continue,
        };
        sink.push(
            Diagnostic::new(codes::PROMOTION_PASSED_BY, span, message)
                .note("an ApplicationSet stands beside Argo CD and makes the Applications of all environments from one commit; it follows no branch of an environment")
                .help("write `deliver = applications`"),
        );
    }
}

/// Where it is said that a service is delivered as it is.
fn delivered_at(db: &dyn Db, head: &Head) -> Option<Span> {
    let said = |kind, name: &str| line_in(db, declarations(db).get(kind, name)?, "deliver");
    let own = said(Kind::Service, &head.name);
    own.or_else(|| said(Kind::Layer, &head.layer)).or_else(|| line_of(db, &head.name, "layer"))
}
