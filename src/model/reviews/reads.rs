//! What the platform reads of its repository, and whose it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::files::file_owner;
use super::places::reserved;
use crate::db::Db;
use crate::model::estates::estate;
use crate::model::heads::head;
use crate::model::local::local_reads;
use crate::names::{data_paths, declarations, reachable};
use crate::schema::Kind;

/// What reads a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// It is a file of the language itself.
    Language,
    /// A file of the language reads it as data.
    File(Arc<str>),
    /// A service is rendered from it.
    Service(Arc<str>),
}

/// A file or folder of the repository that the platform reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The path from the repository's root.
    pub path: Arc<str>,
    /// Whether everything below it counts.
    pub is_folder: bool,
    /// The one team that it matters to; the platform's admins own what matters to several, or to the platform.
    pub team: Option<Arc<str>>,
    /// What reads it, or a folder that it lies in.
    pub by: BTreeSet<Reader>,
    /// Whether it would be one team's, but something of others lies in it.
    pub holds_others: bool,
}

/// What is known of a path so far; no team stands for the admins.
#[derive(Clone, Default)]
struct Claims {
    is_folder: bool,
    teams: BTreeSet<Option<Arc<str>>>,
    by: BTreeSet<Reader>,
}

type ByPath = BTreeMap<Arc<str>, Claims>;

/// Every path that the platform reads, sorted. What lies in a folder that others read is theirs too, and a folder that
/// something of others lies in is not one team's.
#[salsa::tracked]
pub fn owned_reads(db: &dyn Db) -> Vec<Read> {
    let reserved = estate(db).platform.as_ref().map(reserved).unwrap_or_default();
    let mut claims = ByPath::new();
    files(db, &mut claims);
    services(db, &mut claims);
    // A source that is the whole repository makes nobody the owner of everything.
    claims.remove("");
    claims.keys().map(|path| read(path, &claims, &reserved)).collect()
}

fn files(db: &dyn Db, claims: &mut ByPath) {
    let Some(platform) = &estate(db).platform else { return };
    for file in &reachable(db).files {
        let (path, owner) = (platform.source_path(file.path(db)), file_owner(db, *file));
        claims.entry(path).or_default().add(owner.clone(), Reader::Language);
        for data in data_paths(db, *file) {
            let reader = Reader::File(file.path(db).into());
            claims.entry(platform.source_path(data)).or_default().add(owner.clone(), reader);
        }
    }
}

fn services(db: &dyn Db, claims: &mut ByPath) {
    for item in declarations(db).of(db, Kind::Service) {
        let Some(head) = head(db, item) else { continue };
        for (path, is_folder) in local_reads(db, item) {
            let claim = claims.entry(plain(path)).or_default();
            claim.add(Some(Arc::clone(&head.owner)), Reader::Service(Arc::clone(&head.name)));
            claim.is_folder |= is_folder;
        }
    }
}

/// The path without parts that lead nowhere: of the whole repository nothing is left.
fn plain(path: &str) -> Arc<str> {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/").into()
}

impl Claims {
    fn add(&mut self, team: Option<Arc<str>>, by: Reader) {
        self.teams.insert(team);
        self.by.insert(by);
    }
}

fn read(path: &Arc<str>, claims: &ByPath, reserved: &[String]) -> Read {
    let above = path.match_indices('/').filter_map(|(at, _)| claims.get(path.get(..at)?));
    let own = claims.get(path);
    let (mut teams, mut by) = (BTreeSet::new(), BTreeSet::new());
    for claim in above.filter(|claim| claim.is_folder).chain(own) {
        teams.extend(claim.teams.iter().cloned());
        by.extend(claim.by.iter().cloned());
    }
    let only = teams.pop_first().flatten();
    let is_folder = own.is_some_and(|claim| claim.is_folder);
    let team = only.filter(|_| teams.is_empty());
    let holds_others = is_folder && team.as_ref().is_some_and(|team| holds_others(path, team, claims, reserved));
    Read { path: Arc::clone(path), is_folder, team: team.filter(|_| !holds_others), by, holds_others }
}

/// Whether something lies in a folder that is not this team's alone.
fn holds_others(folder: &str, team: &Arc<str>, claims: &ByPath, reserved: &[String]) -> bool {
    let inside: Arc<str> = format!("{folder}/").into();
    let mut below = claims.range(Arc::clone(&inside)..).take_while(|(path, _)| path.starts_with(&*inside));
    below.any(|(_, claim)| claim.teams.iter().any(|owner| owner.as_ref() != Some(team)))
        || reserved.iter().any(|path| path.starts_with(&*inside))
}
