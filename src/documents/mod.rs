//! What is written: Argo CD's objects, Kubernetes' own, kustomizations and READMEs, and the paths they get.

mod argocd;
mod codeowners;
mod consent;
mod footprints;
mod header;
mod holes;
mod kargo;
mod kubernetes;
mod leaf;
mod output;
mod paths;
mod portions;
mod present;
mod promoter;
mod readme;
mod values;
mod variation;
pub mod yaml;

mod file;

pub use argocd::{Meaning, Pull, applications, applications_of, leaf_path, leaving_of, previews_of};
pub use codeowners::{Damaged, OwnerRule, Part, Pattern, Why, codeowners, deciding, merged, owner_rules};
pub use consent::{Consent, Early, Verdict, bound_words, consent, goes_back, lines_that_let_go};
pub use file::{OutputContent, OutputFile};
pub use header::MARKER;
pub use output::{
    application_paths, control_plane, files, hub_prefixes, portions, preview_documents, promotion_documents,
    rendered_from,
};
pub use portions::{Difference, Portions};
pub use present::{Of, Present, Registration, applications_in, asks_for_clusters, registration_in};
pub use readme::{AccessRow, GraphFormat, GraphScope, access_rows, graph, inhabited};
