//! Random platforms: valid by construction, the same for the same seed. Together they use the whole language.

mod auth;
mod conditions;
pub(crate) mod coverage;
mod estate;
mod namespaces;
mod policies;
mod previews;
mod promotion;
mod renames;
mod rollouts;
mod secrets;
mod services;
mod sources;
mod text;
mod values;

use platformc::schema::Version;

use crate::support::{Random, Texts};
use estate::Estate;
pub(crate) use sources::base;

/// A platform and the repository that it lies in.
#[derive(Clone)]
pub(crate) struct Platform {
    /// What it is called in reports.
    pub(crate) name: String,
    /// What the compiler reads, by path from the main file.
    pub(crate) sources: Texts,
    /// What Argo CD reads beside the output, by path from the repository's root.
    pub(crate) repository: Texts,
}

/// The platform of a seed, for no Argo CD newer than `newest`.
pub(crate) fn platform(seed: u64, newest: Version) -> Platform {
    let mut random = Random::new(seed);
    let estate = Estate::new(&mut random, seed, newest);
    let (mut sources, mut repository) = (Texts::new(), Texts::new());
    estate.write(&mut random, &mut sources);
    services::services(&mut random, &estate, &mut sources, &mut repository);
    if estate.promotes {
        promotion::services(&mut random, &estate, &mut sources, &mut repository);
    }
    Platform { name: format!("random platform {seed}"), sources, repository }
}
