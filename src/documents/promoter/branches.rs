//! What of the repository Argo CD reads for each environment: that, and nothing else, belongs into its branch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::holes::values_of;
use super::super::kubernetes::access;
use super::super::leaf::Sources;
use super::super::{header, paths};
use crate::db::Db;
use crate::model::{Environment, Platform, estate, service};
use crate::names::{Item, declarations};
use crate::schema::Kind;

type ByEnvironment = BTreeMap<Arc<str>, BTreeSet<String>>;

/// For each environment the name and text of a file with the paths, one on each line, from the repository's root.
pub(super) fn lists<'e>(
    db: &dyn Db,
    platform: &Platform,
    environments: &'e [&Environment],
) -> impl Iterator<Item = (String, Arc<str>)> + 'e {
    let mut all = ByEnvironment::new();
    for cluster in &estate(db).clusters {
        let folder = platform.repository_path(&paths::cluster(&cluster.name));
        all.entry(Arc::clone(&cluster.environment)).or_default().insert(folder);
    }
    for item in declarations(db).of(db, Kind::Service) {
        for (environment, paths) in read_by(db, item) {
            all.entry(Arc::clone(environment)).or_default().extend(paths.iter().cloned());
        }
    }
    environments.iter().map(move |environment| {
        let paths = all.remove(&environment.name).unwrap_or_default();
        let head = header::yaml_of_platform(&format!("what belongs into the branch of {}", environment.name));
        let lines: String = paths.iter().flat_map(|path| [path.as_str(), "\n"]).collect();
        (format!("{}.paths", environment.name), format!("{head}{lines}").into())
    })
}

/// What the Applications of a service read, and the foundations for its sake.
#[salsa::tracked]
fn read_by<'db>(db: &'db dyn Db, item: Item<'db>) -> ByEnvironment {
    let (estate, mut found) = (estate(db), ByEnvironment::new());
    let (Some(platform), Some(service)) = (&estate.platform, service(db, item)) else { return found };
    let sources = Sources::new(db, platform, service);
    for variant in &service.variants {
        let Some(text) = sources.generate_paths(&variant.spec) else { continue };
        let slots = variant.instances.iter().filter_map(|position| service.head.instances.get(*position));
        for slot in slots {
            let Some(cluster) = estate.cluster(&slot.cluster) else { continue };
            let filled = text.filled(&values_of(db, cluster, slot.item.as_ref(), 0));
            let paths = filled.split(';').map(|path| path.trim_start_matches('/')).map(or_root);
            found.entry(Arc::clone(&cluster.environment)).or_default().extend(paths);
        }
    }
    for (folder, positions) in &access(db, item).folders {
        let slots = positions.iter().filter_map(|position| service.head.instances.get(*position));
        for cluster in slots.filter_map(|slot| estate.cluster(&slot.cluster)) {
            let path = platform.repository_path(folder);
            found.entry(Arc::clone(&cluster.environment)).or_default().insert(path);
        }
    }
    found
}

fn or_root(path: &str) -> String {
    if path.is_empty() { ".".to_owned() } else { path.to_owned() }
}
