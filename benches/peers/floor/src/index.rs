//! A build that trusts an index: one hash for each document, in one file beside the tree.

use std::ffi::CString;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::xxh3_64;

use crate::Outcome;
use crate::description::{Cluster, read};
use crate::folder::{Folder, name};
use crate::threads::each;
use crate::tree::{Prepared, prepare};

pub(crate) fn cached(path: &str, out: &str, threads: usize) -> Outcome<bool> {
    let platform = read(path)?;
    let root = Folder::at(out)?;
    let services = prepare(&platform)?;
    let index = Path::new(out).join(".index");
    let old = std::fs::read(&index).unwrap_or_default();
    let hashes = hashes(&old, platform.clusters.len() * services.len());
    each(platform.clusters.len(), threads, |place| {
        let row = hashes.chunks(services.len()).nth(place).unwrap_or_default();
        update(&root, &platform.clusters[place], &services, row)
    })?;
    let new: Vec<u8> = hashes.into_iter().flat_map(|hash| hash.into_inner().to_le_bytes()).collect();
    if new != old {
        std::fs::write(&index, new)?;
    }
    Ok(true)
}

/// The hashes of the last build, or as many zeros.
fn hashes(index: &[u8], count: usize) -> Vec<AtomicU64> {
    let (known, _) = index.as_chunks::<8>();
    let known = if known.len() == count { known } else { &[] };
    let mut hashes: Vec<u64> = known.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
    hashes.resize(count, 0);
    hashes.into_iter().map(AtomicU64::new).collect()
}

/// Writes the documents of a cluster whose hash is another one than before.
fn update(root: &Folder, cluster: &Cluster, services: &[Prepared<'_>], row: &[AtomicU64]) -> Outcome<()> {
    let place: CString = name(cluster.name.as_str())?;
    let mut folder = None;
    let mut text = String::new();
    for (prepared, known) in services.iter().zip(row) {
        text.clear();
        prepared.template.render(&mut text, prepared.service, cluster)?;
        let hash = xxh3_64(text.as_bytes());
        if known.swap(hash, Ordering::Relaxed) != hash {
            let folder = match &mut folder {
                Some(folder) => folder,
                none => none.insert(root.made(&place)?),
            };
            folder.write(&prepared.file, &text)?;
        }
    }
    Ok(())
}
