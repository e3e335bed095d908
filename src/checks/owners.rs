//! Owners that a forge can ask for reviews.

use std::collections::BTreeMap;

use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::model::{Forge, Platform, estate, head};
use crate::names::{Item, body, declarations, name_span};
use crate::schema::Kind;
use crate::syntax::ast::EntryKind;

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    let Some(platform) = &estate(db).platform else { return };
    let Some(forge) = platform.codeowners else { return };
    let declared = declarations(db);
    if let (true, Some(item)) = (platform.admins.is_empty(), declared.of(db, Kind::Platform).next()) {
        sink.push(no_admins(value_span(db, item, "codeowners")));
    }
    let handleless = |name: &str| estate(db).team(name).is_some_and(|team| team.handle(forge).is_none());
    for (team, (owned, span)) in owned(db, platform) {
        if let (true, Some(item)) = (handleless(team), declared.get(Kind::Team, team)) {
            sink.push(no_handle(name_span(db, item), team, forge).also(span, owned));
        }
    }
}

/// The teams that own something, each with one thing that it owns.
fn owned<'db>(db: &'db dyn Db, platform: &'db Platform) -> BTreeMap<&'db str, (&'static str, Span)> {
    let services = declarations(db).of(db, Kind::Service);
    let services = services.filter_map(|item| Some((head(db, item).as_ref()?.owner.as_ref(), item)));
    let mut owned: BTreeMap<_, _> =
        services.map(|(owner, item)| (owner, ("a service that it owns", name_span(db, item)))).collect();
    for item in declarations(db).of(db, Kind::Platform) {
        let span = value_span(db, item, "admins");
        owned.extend(platform.admins.iter().map(|team| (team.as_ref(), ("it owns the platform itself", span))));
    }
    owned
}

fn no_admins(span: Span) -> Diagnostic {
    Diagnostic::new(codes::NO_ADMINS, span, "the platform itself has no owner")
        .note("projects, roots and CODEOWNERS belong to no team, and without an owner anyone could change what teams may do")
        .help("name the teams that own the platform: `admins = [TEAM]`")
}

fn no_handle(span: Span, team: &str, forge: Forge) -> Diagnostic {
    let (word, example) = match forge {
        Forge::GitHub => ("github", "@org/team"),
        Forge::GitLab => ("gitlab", "@group/team"),
    };
    Diagnostic::new(codes::NO_HANDLE, span, format!("team `{team}` owns something and has no `{word}`"))
        .note("a line of CODEOWNERS without an owner asks nobody, and anyone may merge")
        .help(format!("give it its handle: `{word} = \"{example}\"`"))
        .lacks(word, Some(&format!("\"{example}\"")))
}

/// Where the value of an attribute stands, or else the item's name.
fn value_span(db: &dyn Db, item: Item<'_>, key: &str) -> Span {
    let entries = body(db, item).into_iter().flat_map(|named| &named.body.entries);
    let mut values = entries.filter_map(|entry| match &entry.kind {
        EntryKind::Assign { key: word, value, .. } if word.text.as_ref() == key => Some(value.range),
        _ => None,
    });
    values.next().map_or_else(|| name_span(db, item), |range| item.decl(db).site(db).span(range))
}
