//! Why a rule is there, in words and by what declares it.

use std::sync::Arc;

use super::answers::declared;
use crate::db::Database;
use crate::documents::{OwnerRule, Why};
use crate::model::{Platform, Read, Reader, some};
use crate::names::declarations;
use crate::schema::Kind;

pub(super) fn because(rule: &OwnerRule) -> String {
    match &rule.why {
        Why::Output => "platformc writes it for the platform as a whole".to_owned(),
        Why::Service(service) => format!("platformc writes it for service `{service}`"),
        Why::Access(layer) => {
            format!("it gives rights to services of layer `{layer}`, and no team gives them to itself")
        }
        Why::Codeowners => "CODEOWNERS is looked for there, and says who reviews what".to_owned(),
        Why::Read(read) => of_read(read, rule.team.is_some()),
    }
}

fn of_read(read: &Read, is_team: bool) -> String {
    let own = match (read.by.contains(&Reader::Language), is_team) {
        (true, true) => Some("it declares nothing but services of one team".to_owned()),
        (true, false) => Some("it declares more than services of one team".to_owned()),
        (false, _) => None,
    };
    let files = of(read, |reader| if let Reader::File(path) = reader { Some(path) } else { None });
    let services = of(read, |reader| if let Reader::Service(name) = reader { Some(name) } else { None });
    let verb = |names: &[&str], one: &'static str, many: &'static str| if names.len() == 1 { one } else { many };
    let files = (!files.is_empty()).then(|| format!("{} {} it", some(&files), verb(&files, "reads", "read")));
    let rendered = || verb(&services, "is rendered", "are rendered");
    let services = (!services.is_empty()).then(|| format!("{} {} from it", some(&services), rendered()));
    let others = read.holds_others.then(|| "something of others lies in it".to_owned());
    [own, files, services, others].into_iter().flatten().collect::<Vec<_>>().join(", and ")
}

fn of(read: &Read, which: impl Fn(&Reader) -> Option<&Arc<str>>) -> Vec<&str> {
    read.by.iter().filter_map(|reader| which(reader).map(AsRef::as_ref)).collect()
}

/// What a rule follows from: services for a team, the platform for its admins.
pub(super) fn declarations_behind(db: &Database, platform: &Platform, rule: &OwnerRule) -> Vec<(String, String)> {
    let services: Vec<Arc<str>> = match &rule.why {
        Why::Service(service) => vec![Arc::clone(service)],
        Why::Read(read) => read.by.iter().flat_map(|reader| services_of(db, platform, read, reader)).collect(),
        Why::Output | Why::Access(_) | Why::Codeowners => vec![],
    };
    let admins = rule.team.is_none().then(|| declared(db, Kind::Platform, &platform.name)).flatten();
    admins.into_iter().chain(services.iter().filter_map(|name| declared(db, Kind::Service, name))).collect()
}

/// The services that a reader is, or that it declares.
fn services_of(db: &Database, platform: &Platform, read: &Read, reader: &Reader) -> Vec<Arc<str>> {
    let declared_in = |path: &str| -> Vec<Arc<str>> {
        let all = declarations(db).of(db, Kind::Service);
        let own = all.filter(|item| platform.source_path(item.decl(db).file(db).path(db)).as_ref() == path);
        own.map(|item| Arc::clone(item.name(db))).collect()
    };
    match reader {
        Reader::Service(name) => vec![Arc::clone(name)],
        Reader::File(path) => declared_in(&platform.source_path(path)),
        Reader::Language => declared_in(&read.path),
    }
}
