//! Who owns which path: the last rule that speaks of a path decides.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::pattern::Pattern;
use crate::db::Db;
use crate::documents::paths;
use crate::model::{Deliver, Estate, Head, Platform, Read, codeowners_places, estate, head, owned_reads, preview};
use crate::names::declarations;
use crate::schema::Kind;

/// Why a rule is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The compiler writes it for the platform as a whole.
    Output,
    /// The compiler writes it for a service.
    Service(Arc<str>),
    /// It says who may do what with the services of a layer.
    Access(Arc<str>),
    /// The platform reads it.
    Read(Read),
    /// It is a place of CODEOWNERS itself.
    Codeowners,
}

/// Who owns some paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerRule {
    /// The paths.
    pub pattern: Pattern,
    /// The team; the platform's admins where there is none.
    pub team: Option<Arc<str>>,
    /// Why.
    pub why: Why,
}

/// All rules, the wider ones first: the last that matches wins. Without a forge it is the same, but for its own places.
#[salsa::tracked]
pub fn owner_rules(db: &dyn Db) -> Vec<OwnerRule> {
    let estate = estate(db);
    let Some(platform) = &estate.platform else { return vec![] };
    let places = platform.codeowners.map(codeowners_places).into_iter().flatten();
    let places = places.map(|place| rule(Pattern::path(place, false), None, Why::Codeowners));
    let mut rules: Vec<OwnerRule> = owned_reads(db).iter().map(of_read).chain(places).collect();
    rules.push(rule(output(platform, ""), None, Why::Output));
    let heads: Vec<&Arc<Head>> =
        declarations(db).of(db, Kind::Service).filter_map(|item| head(db, item).as_ref()).collect();
    rules.extend(heads.iter().flat_map(|head| of_service(platform, estate, head)));
    rules.sort_by_cached_key(|rule| rule.pattern.order());
    let layers: BTreeSet<&Arc<str>> = heads.iter().map(|head| &head.layer).collect();
    rules.extend(layers.iter().map(|layer| access(platform, layer)));
    let previews = declarations(db).of(db, Kind::Service).filter_map(|item| preview(db, item).as_ref());
    rules.extend(previews.flat_map(|preview| of_preview(platform, estate, &preview.service.head)));
    rules
}

/// The rule that decides about a path of the repository.
#[must_use]
pub fn deciding<'r>(rules: &'r [OwnerRule], path: &str) -> Option<&'r OwnerRule> {
    rules.iter().rev().find(|rule| rule.pattern.matches(path))
}

fn rule(pattern: Pattern, team: Option<&Arc<str>>, why: Why) -> OwnerRule {
    OwnerRule { pattern, team: team.cloned(), why }
}

/// A folder of the output folder.
fn output(platform: &Platform, path: &str) -> Pattern {
    Pattern::path(&platform.repository_path(path), true)
}

/// What can't be told exactly to a forge is told to admins alone: what the rule catches beside it gets nobody's team.
fn of_read(read: &Read) -> OwnerRule {
    let pattern = Pattern::path(&read.path, read.is_folder);
    let team = read.team.as_ref().filter(|_| pattern.is_sayable());
    rule(pattern, team, Why::Read(read.clone()))
}

/// The service's folder, and the files that bring it to Argo CD. A dot is no part of a name, so that no other service has
/// files of this name and a dot.
fn of_service(platform: &Platform, estate: &Estate, head: &Head) -> [OwnerRule; 2] {
    let deployed = match head.deliver {
        Deliver::Applications => output(platform, "clusters").any().then(&head.layer).dotted(&head.name),
        Deliver::ApplicationSet if estate.hubs.len() > 1 => output(platform, paths::SETS).any().dotted(&head.name),
        Deliver::ApplicationSet => output(platform, paths::SETS).dotted(&head.name),
    };
    let folder = output(platform, &paths::service_folder(head));
    [folder, deployed].map(|pattern| rule(pattern, Some(&head.owner), Why::Service(Arc::clone(&head.name))))
}

/// What brings previews of a service, and what bounds them, which is for admins to say.
fn of_preview(platform: &Platform, estate: &Estate, head: &Head) -> [OwnerRule; 2] {
    let sets = output(platform, paths::SETS);
    let sets = if estate.hubs.len() > 1 { sets.any() } else { sets };
    let bounds = output(platform, &paths::bounds_folder(head));
    [
        rule(sets.then("previews").dotted(&head.name), Some(&head.owner), Why::Service(Arc::clone(&head.name))),
        rule(bounds, None, Why::Access(Arc::clone(&head.layer))),
    ]
}

/// Nobody may give rights to themselves.
fn access(platform: &Platform, layer: &Arc<str>) -> OwnerRule {
    rule(output(platform, layer).any().then("access"), None, Why::Access(Arc::clone(layer)))
}
