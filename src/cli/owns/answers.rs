//! Everything that a word may mean, each with its owners.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::because::{because, declarations_behind};
use crate::db::Database;
use crate::documents::{OwnerRule, Why, deciding, files, owner_rules};
use crate::model::{Platform, estate, head, ownership, users};
use crate::names::{declarations, name_span};
use crate::schema::Kind;

/// Who owns one thing, and why.
pub(super) struct Answer {
    /// What it is: a path, a service or a namespace.
    pub(super) kind: &'static str,
    /// The path from the repository's root, or the name.
    pub(super) name: String,
    /// The clusters, where the answer is for some.
    pub(super) clusters: Vec<Arc<str>>,
    /// The teams that own it, each with its handle where CODEOWNERS is written.
    pub(super) owners: Vec<(Arc<str>, Option<Arc<str>>)>,
    /// The rule of CODEOWNERS that decides.
    pub(super) rule: Option<String>,
    /// Why, in words.
    pub(super) because: String,
    /// The declarations that it follows from, each with its file and line.
    pub(super) declared: Vec<(String, String)>,
}

/// All answers for a word, of which `spellings` are what it may mean as a path.
pub(super) fn answers(db: &Database, word: &str, spellings: &[String]) -> Vec<Answer> {
    let Some(platform) = &estate(db).platform else { return vec![] };
    let mut found: Vec<Answer> = of_service(db, word).into_iter().collect();
    found.extend(of_namespace(db, word));
    found.extend(of_path(db, platform, spellings));
    found
}

/// Every word that has an answer.
pub(super) fn known(db: &Database) -> BTreeSet<String> {
    let services = declarations(db).of(db, Kind::Service).map(|item| item.name(db).to_string());
    let namespaces = ownership(db).values().flat_map(|namespaces| namespaces.keys()).map(ToString::to_string);
    let read = owner_rules(db).iter().filter_map(|rule| match &rule.why {
        Why::Read(read) => Some(read.path.to_string()),
        _ => None,
    });
    services.chain(namespaces).chain(read).chain(written(db)).collect()
}

fn of_service(db: &Database, name: &str) -> Option<Answer> {
    let item = declarations(db).get(Kind::Service, name)?;
    let owner = Arc::clone(&head(db, item).as_ref()?.owner);
    Some(Answer {
        kind: "service",
        name: name.to_owned(),
        clusters: vec![],
        because: format!("it says `owner = {owner}`"),
        owners: owners(db, [&owner]),
        rule: None,
        declared: declared(db, Kind::Service, name).into_iter().collect(),
    })
}

/// A service that writes to a namespace, and its owner.
type Writer = (Arc<str>, Arc<str>);

/// Whose a namespace is: the team, whether a declaration says so, and who writes to it.
type Claim = (Option<Arc<str>>, bool, Vec<Writer>);

/// One answer for all clusters on which the same is so.
fn of_namespace(db: &Database, name: &str) -> Vec<Answer> {
    let mut alike: BTreeMap<Claim, Vec<Arc<str>>> = BTreeMap::new();
    for cluster in estate(db).clusters.iter().map(|cluster| &cluster.name) {
        let Some(owned) = ownership(db).get(cluster).and_then(|namespaces| namespaces.get(name)) else { continue };
        let writers = users(db).get(name).into_iter().flatten();
        let here = writers.filter(|user| user.clusters.iter().any(|known| known == cluster));
        let here = here.map(|user| (Arc::clone(&user.service), Arc::clone(&user.team))).collect();
        alike.entry((owned.team.clone(), owned.bounds.is_some(), here)).or_default().push(Arc::clone(cluster));
    }
    alike.into_iter().map(|(claim, clusters)| on_clusters(db, name, clusters, &claim)).collect()
}

fn on_clusters(db: &Database, name: &str, clusters: Vec<Arc<str>>, (team, is_declared, writers): &Claim) -> Answer {
    let services: Vec<String> = writers.iter().map(|(service, owner)| format!("`{service}` of `{owner}`")).collect();
    let because = match (is_declared, services.is_empty()) {
        (true, true) => "it is declared, and nothing writes to it".to_owned(),
        (true, false) => format!("it is declared; it is written to by {}", services.join(", ")),
        (false, _) => format!("it is written to by {}", services.join(", ")),
    };
    let own = is_declared.then(|| declared(db, Kind::Namespace, name)).flatten();
    Answer {
        kind: "namespace",
        name: name.to_owned(),
        clusters,
        owners: owners(db, team),
        rule: None,
        because,
        declared: own
            .into_iter()
            .chain(writers.iter().filter_map(|(service, _)| declared(db, Kind::Service, service)))
            .collect(),
    }
}

/// The first spelling that a rule speaks of.
fn of_path(db: &Database, platform: &Platform, spellings: &[String]) -> Option<Answer> {
    let from_here = spellings.iter().map(|path| platform.source_path(path).to_string());
    let mut paths = from_here.chain(spellings.iter().cloned());
    paths.find_map(|path| {
        let rule = deciding(owner_rules(db), &path).filter(|rule| is_known(db, rule, &path))?;
        Some(Answer {
            kind: "path",
            clusters: vec![],
            owners: owners(db, rule.teams(platform)),
            rule: Some(rule.pattern.to_string()),
            because: because(rule),
            declared: declarations_behind(db, platform, rule),
            name: path,
        })
    })
}

/// In the output folder something must be written there: a slip shall not become the admins'.
fn is_known(db: &Database, rule: &OwnerRule, path: &str) -> bool {
    let is_it =
        |written: &String| written.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    rule.why != Why::Output || written(db).iter().any(is_it)
}

/// The paths of all files of the output folder.
fn written(db: &Database) -> Vec<String> {
    let Some(platform) = &estate(db).platform else { return vec![] };
    files(db).iter().map(|file| platform.repository_path(&file.path)).collect()
}

fn owners<'t>(db: &Database, teams: impl IntoIterator<Item = &'t Arc<str>>) -> Vec<(Arc<str>, Option<Arc<str>>)> {
    let forge = estate(db).platform.as_ref().and_then(|platform| platform.codeowners);
    let handle = |team: &Arc<str>| estate(db).team(team)?.handle(forge?).cloned();
    teams.into_iter().map(|team| (Arc::clone(team), handle(team))).collect()
}

/// A declaration in words, with the file and the line where its name stands.
pub(super) fn declared(db: &Database, kind: Kind, name: &str) -> Option<(String, String)> {
    let item = declarations(db).get(kind, name)?;
    Some((format!("{} {name}", kind.word()), crate::ide::line_of(db, name_span(db, item))))
}
