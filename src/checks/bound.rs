//! Files that are imported for a team declare only what the team owns, and widen nothing.

use std::sync::Arc;

use super::lines::{line_in, line_of, names_in, range_of};
use super::namespaces::owned;
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::model::{Place, User, claim, estate, head, places, some, spoken_of, users};
use crate::names::{Item, body, bound_team, declarations, name_span};
use crate::schema::{Kind, Over};
use crate::syntax::ast::{Block, EntryKind, Operator};
use crate::text::TextRange;

/// What a service or a template may say only in a file that admins own, and why.
const WIDENING: [(&str, &str); 3] = [
    ("application", "a raw Application goes past what the language checks; what it may hold is for admins to say"),
    (
        "access",
        "a line here would win over what the platform and the layer say of access, and so over what admins decided",
    ),
    ("provides", "whoever needs one of these would wait for this service, whichever team it is"),
];

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    // What a service uses is looked for only where there is something to find: to look costs its whole text.
    let is_bound = |template: Item<'_>| bound_team(db, template.decl(db).file(db)).is_some();
    if declarations(db).of(db, Kind::Template).any(is_bound) {
        declarations(db).of(db, Kind::Service).for_each(|item| sink.extend(template_of_others(db, item)));
    }
    for item in declarations(db).items() {
        let Some(team) = bound_team(db, item.decl(db).file(db)) else { continue };
        match item.kind(db) {
            Kind::Service => service(db, *item, team, sink),
            Kind::Template => widening(db, *item, team, sink),
            Kind::Test => {}
            Kind::Policy
                if claim(db, *item).is_none_or(|claim| matches!(claim.over, Over::Instance | Over::Service)) => {}
            Kind::Policy => {
                let what = "asks something of clusters or teams";
                sink.push(not_the_teams(name_span(db, *item), team, what));
            }
            Kind::Moved | Kind::Removed
                if spoken_of(db, *item).is_some_and(|owner| owner.is_none_or(|it| it == *team)) => {}
            Kind::Moved | Kind::Removed => {
                let what = format!("says `{}` of what isn't the team's", item.kind(db).word());
                sink.push(not_the_teams(name_span(db, *item), team, &what));
            }
            kind => sink.push(not_the_teams(name_span(db, *item), team, &format!("declares a {}", kind.word()))),
        }
    }
}

fn service(db: &dyn Db, item: Item<'_>, team: &Arc<str>, sink: &mut Sink) {
    widening(db, item, team, sink);
    let Some(head) = head(db, item) else { return };
    if head.owner != *team {
        let span = line_in(db, item, "owner").unwrap_or_else(|| name_span(db, item));
        return sink.push(not_the_teams(span, team, &format!("declares a service of team {}", head.owner)));
    }
    sink.extend(cluster_wide(db, item, team, &head.layer));
    for place in places(db, item) {
        sink.extend(anothers(db, item, team, place));
    }
}

/// A template in a file for a team is the team's to change: who else uses it would deploy whatever the team writes.
fn template_of_others(db: &dyn Db, item: Item<'_>) -> Option<Diagnostic> {
    let used = names_in(db, item, "use")?;
    let template = declarations(db).get(Kind::Template, &used)?;
    let team = bound_team(db, template.decl(db).file(db)).as_ref()?;
    let owner = &head(db, item).as_ref()?.owner;
    let span = line_in(db, item, "use").unwrap_or_else(|| name_span(db, item));
    (owner != team).then(|| {
        widened(
            span,
            format!("template `{used}` stands in a file for team {team}, and this service belongs to {owner}"),
        )
        .also(name_span(db, template), "declared here")
        .note("the team may change the template by itself, and with it what this service deploys")
        .help("declare the template in a file that is imported without `for`, which admins own")
    })
}

fn widening(db: &dyn Db, item: Item<'_>, team: &str, sink: &mut Sink) {
    // What admins provide, all may wait for.
    let is_told = |key: &str| key != "provides" || !estate(db).is_admin(team);
    for (key, why) in WIDENING.into_iter().filter(|(key, _)| is_told(key)) {
        if let Some(span) = line_in(db, item, key) {
            sink.push(widened(span, format!("`{key}` widens what team {team} may")).note(why).help(FOR_ADMINS));
        }
    }
    sink.extend(lifted(db, item, team));
}

/// What admins say of all services holds for those of a team as well: a line that replaces it would lift it.
fn lifted(db: &dyn Db, item: Item<'_>, team: &str) -> Option<Diagnostic> {
    let key = "same_across";
    let replaced = replaced_in(&body(db, item)?.body, key)?;
    let platform = declarations(db)
        .of(db, Kind::Platform)
        .find_map(|platform| said_in(db, platform, &["defaults", "service"], key));
    let layer = || {
        let layer = declarations(db).get(Kind::Layer, &head(db, item).as_ref()?.layer)?;
        said_in(db, layer, &["defaults"], key)
    };
    let wider = platform.or_else(layer)?;
    let span = item.decl(db).site(db).span(replaced);
    let finding = widened(span, format!("team {team} would lift what must be the same across environments"))
        .also(wider, "admins say it here")
        .note("a list replaces that of wider levels, and with it what admins decided")
        .help("add to it: `same_across += [...]`");
    Some(finding.help(FOR_ADMINS))
}

/// Where a block, or an overlay in it, says something in the place of what wider levels say.
fn replaced_in(block: &Block, key: &str) -> Option<TextRange> {
    block.entries.iter().find_map(|entry| match &entry.kind {
        EntryKind::Assign { key: word, operator: Operator::Set, value, .. } if word.text.as_ref() == key => {
            Some(value.range)
        }
        EntryKind::Unset { path } if path.first().is_some_and(|word| word.text.as_ref() == key) => Some(entry.range),
        EntryKind::When { body, .. } => replaced_in(body, key),
        _ => None,
    })
}

/// Where a declaration says something below these keys.
fn said_in(db: &dyn Db, item: Item<'_>, path: &[&str], key: &str) -> Option<Span> {
    let nested = |block, name: &str| -> Option<&Block> {
        let block: &Block = block;
        block.entries.iter().find_map(|entry| match &entry.kind {
            EntryKind::Nested { key, body, .. } if key.text.as_ref() == name => Some(body),
            _ => None,
        })
    };
    let block = path.iter().try_fold(&body(db, item)?.body, |block, name| nested(block, name))?;
    Some(item.decl(db).site(db).span(range_of(block, key)?))
}

const FOR_ADMINS: &str = "say it in a file that is imported without `for`, which admins own";

fn widened(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(codes::WIDENED, span, message)
}

/// A layer that allows cluster-scoped kinds gives them to the project of every team with a service in it.
fn cluster_wide(db: &dyn Db, item: Item<'_>, team: &str, layer: &str) -> Option<Diagnostic> {
    let estate = estate(db);
    let (_, kind) = estate.layer(layer).filter(|_| !estate.is_admin(team))?.cluster_resources.first()?;
    let span = line_in(db, item, "layer").unwrap_or_else(|| name_span(db, item));
    let message = format!("layer `{layer}` allows cluster-scoped kinds such as {kind}, which team {team} would get");
    let finding = widened(span, message)
        .note("the project of a team permits what the layers of its services allow; who may write ClusterRoles may do anything")
        .help("take a layer without `cluster_resources`, or declare the service in a file that is imported without `for`");
    Some(finding)
}

/// A namespace where others live. Elsewhere admins may share one; a file of a team can't move in.
fn anothers(db: &dyn Db, item: Item<'_>, team: &str, place: &Place) -> Option<Diagnostic> {
    let is_open = |cluster: &&Arc<str>| owned(db, cluster, &place.namespace).is_none_or(|owned| owned.bounds.is_none());
    let open: Vec<&str> = place.clusters.iter().filter(is_open).map(AsRef::as_ref).collect();
    let users = users(db).get(&place.namespace)?;
    let estate = estate(db);
    // Two teams of which none is an admin are told apart anyway.
    let concerns = |other: &str| other != team && (estate.is_admin(other) || estate.is_admin(team));
    let mut others = users.iter().filter(|user| user.is_home && concerns(&user.team));
    let lives_on = |user: &User, cluster: &str| user.clusters.iter().any(|known| known.as_ref() == cluster);
    let other = others.find(|user| open.iter().any(|cluster| lives_on(user, cluster)))?;
    let clusters: Vec<&str> = open.iter().copied().filter(|cluster| lives_on(other, cluster)).collect();
    let key = if place.is_home { "namespace" } else { "extra_namespaces" };
    let span = line_in(db, item, key).unwrap_or_else(|| name_span(db, item));
    let message =
        format!("`{}` of team {} lives in `{}` on {}", other.service, other.team, place.namespace, some(&clusters));
    let finding = widened(span, message)
        .note("who may write to a namespace can reach everything in it; a file for a team can't let the team in")
        .help(format!(
            "take another namespace, or let admins write `namespace {} {{ guests = [{team}] }}`",
            place.namespace
        ));
    Some(match line_of(db, &other.service, "namespace") {
        Some(line) => finding.also(line, "it says so here"),
        None => finding,
    })
}

fn not_the_teams(span: Span, team: &str, what: &str) -> Diagnostic {
    Diagnostic::new(codes::NOT_THE_TEAMS, span, format!("this file is for team {team}, and {what}"))
        .note(
            "a file that is imported `for` a team declares services of the team, what they were called, templates, tests, and \
             policies for the team's services",
        )
        .help(FOR_ADMINS)
}
