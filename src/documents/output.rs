//! The whole output folder.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::argocd::{
    application_sets, cluster_files, leaf_places, preview_sets, projects, registrations, root_files, settings,
    shared_application,
};
use super::codeowners::codeowners_apart;
use super::file::{OutputContent, OutputFile};
use super::kargo::{promotion_of, promotion_projects};
use super::kubernetes::{access, bootstrap, preview_files, written};
use super::paths;
use super::portions::Portions;
use super::promoter::promoter_files;
use super::readme::{platform_readme, service_readme};
use crate::db::{Database, Db, in_parallel};
use crate::model::{ClusterName, estate, service};
use crate::names::{Item, declarations};
use crate::schema::Kind;

/// Every file of the output folder, sorted by path. Services are rendered in parallel.
#[must_use]
pub fn files(db: &Database) -> Vec<OutputFile> {
    let count = declarations(db).of(db, Kind::Service).count();
    let services = in_parallel(db, count, services);
    let clusters = in_parallel(db, estate(db).clusters.len(), clusters);
    let mut files: Vec<OutputFile> =
        services.into_iter().chain(clusters).chain([platform_files(db)]).flatten().collect();
    files.par_sort_unstable_by(|left, right| left.path.cmp(&right.path));
    files
}

/// The same files in portions, which the database keeps: whoever asks again after an edit gets those that it did not
/// concern as they were. That is memory for each file, and nothing that one build has a use for.
#[must_use]
pub fn portions(db: &Database) -> Portions {
    let count = declarations(db).of(db, Kind::Service).count();
    let services = in_parallel(db, count, |db, part| {
        let items = declarations(db).of(db, Kind::Service).skip(part.start).take(part.len());
        items.map(|item| Arc::clone(service_portion(db, item))).collect::<Vec<_>>()
    });
    let clusters = estate(db).clusters.iter().map(|cluster| ClusterName::new(db, Arc::clone(&cluster.name)));
    let clusters = clusters.map(|cluster| Arc::clone(cluster_portion(db, cluster)));
    services.into_iter().flatten().chain(clusters).chain([Arc::clone(platform_portion(db))]).collect()
}

#[salsa::tracked]
fn service_portion<'db>(db: &'db dyn Db, item: Item<'db>) -> Arc<[OutputFile]> {
    service_files(db, item).into()
}

#[salsa::tracked]
fn cluster_portion<'db>(db: &'db dyn Db, cluster: ClusterName<'db>) -> Arc<[OutputFile]> {
    cluster_files(db, cluster).as_slice().into()
}

#[salsa::tracked]
fn platform_portion(db: &dyn Db) -> Arc<[OutputFile]> {
    platform_files(db).into()
}

fn services(db: &Database, part: Range<usize>) -> Vec<OutputFile> {
    let items = declarations(db).of(db, Kind::Service).skip(part.start).take(part.len());
    items.flat_map(|item| service_files(db, item)).collect()
}

fn clusters(db: &Database, part: Range<usize>) -> Vec<OutputFile> {
    let clusters = estate(db).clusters.iter().skip(part.start).take(part.len());
    clusters.flat_map(|cluster| cluster_files(db, ClusterName::new(db, Arc::clone(&cluster.name)))).cloned().collect()
}

fn text(path: impl Into<String>, text: &Arc<str>) -> OutputFile {
    OutputFile::of_text(path, Arc::clone(text))
}

/// What all Applications of a service share, for reviewers.
#[salsa::tracked]
fn shared<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<(String, Arc<str>)> {
    let (platform, service) = (estate(db).platform.as_ref()?, service(db, item).as_ref()?);
    let text = shared_application(db, platform, service)?;
    Some((format!("{}/application.yaml", paths::service_folder(&service.head)), text.into()))
}

/// The files that a service's Applications come from, seen from the output folder.
#[must_use]
pub fn application_paths<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<String> {
    let sets: Vec<String> = application_sets(db, item).iter().map(|(path, _)| path.clone()).collect();
    let Some(service) = service(db, item).as_ref().filter(|_| sets.is_empty()) else { return sets };
    let (layer, name) = (&service.head.layer, &service.head.name);
    let slots = service.head.instances.iter();
    slots.map(|slot| paths::leaf(&slot.cluster, layer, name, slot.item.as_deref())).collect()
}

/// What Argo CD reads of a service's folder: path and text of each file.
pub fn rendered_from<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db [(String, Arc<str>)] {
    written(db, item)
}

/// What makes and bounds the previews of a service: path and text of each file.
pub fn preview_documents<'db>(db: &'db dyn Db, item: Item<'db>) -> impl Iterator<Item = &'db (String, Arc<str>)> {
    preview_sets(db, item).iter().chain(preview_files(db, item))
}

/// What promotes a service: path and text.
pub fn promotion_documents<'db>(db: &'db dyn Db, item: Item<'db>) -> impl Iterator<Item = &'db (String, Arc<str>)> {
    promotion_of(db, item).iter()
}

/// What Argo CD itself is told: settings, projects and registrations, as path and text of each file.
pub fn control_plane(db: &dyn Db) -> impl Iterator<Item = &(String, Arc<str>)> {
    settings(db).iter().chain(projects(db)).chain(registrations(db))
}

fn service_files<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<OutputFile> {
    let leaves = leaf_places(db, item).into_iter();
    let leaves =
        leaves.map(|(path, values, template)| OutputFile { path, content: OutputContent::Filled(template, values) });
    let folder = written(db, item)
        .iter()
        .chain(&access(db, item).files)
        .chain(application_sets(db, item))
        .chain(preview_documents(db, item))
        .chain(shared(db, item))
        .chain(promotion_of(db, item))
        .chain(service_readme(db, item));
    leaves.chain(folder.map(|(path, content)| text(path.as_str(), content))).collect()
}

fn platform_files(db: &dyn Db) -> Vec<OutputFile> {
    let control_plane: Vec<_> = control_plane(db).collect();
    let mut paths: Vec<String> = control_plane.iter().map(|(path, _)| path.clone()).collect();
    paths.sort();
    let bootstrap = bootstrap(estate(db), &paths);
    let others = root_files(db).iter().chain(platform_readme(db)).chain(&bootstrap).chain(codeowners_apart(db));
    let others = others.chain(promotion_projects(db)).chain(promoter_files(db));
    control_plane.into_iter().chain(others).map(|(path, content)| text(path.as_str(), content)).collect()
}

/// The prefixes of all paths that belong to one hub, for building it alone.
#[must_use]
pub fn hub_prefixes(db: &dyn Db, hub: &str) -> Vec<String> {
    let estate = estate(db);
    let folders = [paths::ROOTS, paths::CONTROL_PLANE, paths::SETS, paths::PROMOTION]
        .map(|folder| format!("{}/", paths::of_hub(estate, folder, hub)));
    let clusters = estate.clusters.iter().filter(|cluster| cluster.hub.as_ref() == hub);
    let clusters = clusters.map(|cluster| format!("{}/", paths::cluster(&cluster.name)));
    folders.into_iter().chain([format!("bootstrap/{hub}/")]).chain(clusters).collect()
}
