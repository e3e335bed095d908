//! Whole programs: the description is read, each document made, and its file written, looked at or read.

use std::ffi::CString;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Outcome;
use crate::description::{Cluster, Platform, Service, read};
use crate::folder::{Folder, name};
use crate::template::{APPLICATION, APPLICATION_SET, ELEMENT, Template};
use crate::threads::each;

/// Longer than any document.
const BUFFER: usize = 1 << 16;

/// A service with its document and the name of its file.
pub(crate) struct Prepared<'p> {
    pub(crate) service: &'p Service,
    pub(crate) template: Template,
    pub(crate) file: CString,
}

pub(crate) fn prepare(platform: &Platform) -> Outcome<Vec<Prepared<'_>>> {
    platform.services.iter().map(|service| prepared(platform, service)).collect()
}

fn prepared<'p>(platform: &Platform, service: &'p Service) -> Outcome<Prepared<'p>> {
    let template = Template::new(APPLICATION, platform, service)?;
    Ok(Prepared { service, template, file: file(service)? })
}

fn file(service: &Service) -> Outcome<CString> {
    name(format!("{}.yaml", service.name))
}

pub(crate) fn build(path: &str, out: &str, threads: usize) -> Outcome<bool> {
    let platform = read(path)?;
    let root = Folder::at(out)?;
    let services = prepare(&platform)?;
    each(platform.clusters.len(), threads, |place| {
        let cluster = &platform.clusters[place];
        let folder = root.made(&name(cluster.name.as_str())?)?;
        documents(&services, cluster, |file, text| folder.write(file, text))
    })?;
    Ok(true)
}

/// Each document of a cluster, in one buffer.
fn documents(
    services: &[Prepared<'_>],
    cluster: &Cluster,
    mut each: impl FnMut(&CString, &str) -> Outcome<()>,
) -> Outcome<()> {
    let mut text = String::with_capacity(BUFFER);
    for prepared in services {
        text.clear();
        prepared.template.render(&mut text, prepared.service, cluster)?;
        each(&prepared.file, &text)?;
    }
    Ok(())
}

pub(crate) fn sets(path: &str, out: &str, threads: usize) -> Outcome<bool> {
    let platform = read(path)?;
    let root = Folder::at(out)?;
    each(platform.services.len(), threads, |place| {
        let service = &platform.services[place];
        let mut text = String::with_capacity(BUFFER);
        let Some(first) = platform.clusters.first() else { return Ok(()) };
        Template::new(APPLICATION_SET, &platform, service)?.render(&mut text, service, first)?;
        let element = Template::new(ELEMENT, &platform, service)?;
        platform.clusters.iter().try_for_each(|cluster| element.render(&mut text, service, cluster))?;
        root.write(&file(service)?, &text)
    })?;
    Ok(true)
}

/// Whether every file is there and as long as it should be.
pub(crate) fn stat(path: &str, out: &str, threads: usize) -> Outcome<bool> {
    look(path, out, threads, |folder, file, text, _| Ok(folder.length(file)? == text.len()))
}

/// Whether every file is, byte for byte, what would be written.
pub(crate) fn compare(path: &str, out: &str, threads: usize) -> Outcome<bool> {
    look(path, out, threads, |folder, file, text, buffer| folder.holds(file, text, buffer))
}

fn look(
    path: &str,
    out: &str,
    threads: usize,
    same: impl Fn(&Folder, &CString, &str, &mut [u8]) -> Outcome<bool> + Sync,
) -> Outcome<bool> {
    let platform = read(path)?;
    let root = Folder::at(out)?;
    let services = prepare(&platform)?;
    let others = AtomicUsize::new(0);
    each(platform.clusters.len(), threads, |place| {
        let cluster = &platform.clusters[place];
        let folder = root.inner(&name(cluster.name.as_str())?)?;
        let mut buffer = vec![0; BUFFER];
        documents(&services, cluster, |file, text| {
            let other = !same(&folder, file, text, &mut buffer)?;
            others.fetch_add(usize::from(other), Ordering::Relaxed);
            Ok(())
        })
    })?;
    Ok(others.into_inner() == 0)
}
