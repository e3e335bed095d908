//! What belongs to the platform's admins wherever it lies.

use crate::model::entities::{Forge, Platform};

/// The places where a forge looks for CODEOWNERS; it takes the first that is there.
#[must_use]
pub fn codeowners_places(forge: Forge) -> [&'static str; 3] {
    match forge {
        Forge::GitHub => [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"],
        Forge::GitLab => ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"],
    }
}

/// The output folder, and the places of CODEOWNERS where it is written.
pub(super) fn reserved(platform: &Platform) -> Vec<String> {
    let places = platform.codeowners.map(codeowners_places).into_iter().flatten().map(str::to_owned);
    places.chain([platform.repository_path("")]).collect()
}
