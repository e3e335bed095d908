//! What is promoted from environment to environment: which versions, from where, and which line of which file holds each.

mod check;
mod line;
mod read;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::entities::Promotion;
use super::estates::estate;
use super::services::service;
use crate::db::Db;
use crate::diagnostics::Diagnostic;
use crate::names::{Item, sink_of};

/// A service that is promoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promoted {
    /// Which versions.
    pub within: Arc<str>,
    /// The hub that all its clusters belong to.
    pub hub: Arc<str>,
    /// Where it is promoted to, in order.
    pub stops: Vec<Stop>,
}

/// An environment that a service is promoted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The environment.
    pub environment: Arc<str>,
    /// The environments that a version has to be in before; where there are none it comes as soon as it is there.
    pub after: Vec<Arc<str>>,
    /// What is written, by file and key. Files are seen from the repository's root.
    pub edits: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Edit>>,
}

/// What is written in the place of a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What it is a version of.
    pub artifact: Artifact,
    /// Whether an image is named by its digest.
    pub digest: bool,
}

/// What has versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Artifact {
    /// A chart of a chart repository, or with `oci://` of a registry.
    Chart {
        /// The repository.
        url: Arc<str>,
        /// The chart.
        chart: Arc<str>,
    },
    /// A Git repository, by its tags.
    Git {
        /// The repository.
        url: Arc<str>,
    },
    /// An image.
    Image {
        /// Its name without tag and digest.
        name: Arc<str>,
    },
}

impl Promoted {
    /// Everything of which new versions are looked for.
    #[must_use]
    pub fn artifacts(&self) -> BTreeSet<&Artifact> {
        self.stops.iter().flat_map(Stop::artifacts).collect()
    }
}

impl Stop {
    /// What Kargo calls it.
    #[must_use]
    pub fn name_of(service: &str, environment: &str) -> String {
        format!("{service}.{environment}")
    }

    /// What is of another version after a promotion.
    pub fn artifacts(&self) -> impl Iterator<Item = &Artifact> {
        self.edits.values().flat_map(BTreeMap::values).map(|edit| &edit.artifact)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Checked {
    promoted: Option<Arc<Promoted>>,
    diagnostics: Vec<Diagnostic>,
}

/// How a service is promoted, if it is.
#[salsa::tracked]
pub fn promoted<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<Promoted>> {
    checked_promotion(db, item).promoted.clone()
}

/// What is wrong with how a service is promoted.
pub fn promotion_diagnostics<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db [Diagnostic] {
    &checked_promotion(db, item).diagnostics
}

/// Whether a service says that it is promoted: a narrow view of it, for questions about all services.
#[salsa::tracked]
pub fn says_promote<'db>(db: &'db dyn Db, item: Item<'db>) -> bool {
    service(db, item).as_ref().is_some_and(|known| known.variants.iter().any(|one| one.spec.promote.is_some()))
}

#[salsa::tracked]
fn checked_promotion<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let mut sink = sink_of(db, item);
    let is_asked = estate(db).platform.as_ref().is_some_and(|platform| platform.promotion == Some(Promotion::Kargo));
    let is_asked = is_asked && *says_promote(db, item);
    let promoted = if is_asked { check::promoted(db, item, &mut sink) } else { None };
    Checked { promoted: promoted.map(Arc::new), diagnostics: sink.finish() }
}
