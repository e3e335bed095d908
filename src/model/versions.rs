//! How far the versions of one chart are apart between environments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fields::Fields;
use super::lower::Instances;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::overlays::Tree;

/// So many minor versions are no step that one takes at once.
const FAR: u64 = 5;

/// The versions that a service runs of each of its charts.
#[derive(Default)]
pub(super) struct Versions {
    /// By source and chart.
    charts: BTreeMap<(Arc<str>, Arc<str>), Vec<Used>>,
}

struct Used {
    /// Major and minor.
    version: (u64, u64),
    text: Arc<str>,
    span: Span,
    environments: BTreeSet<Arc<str>>,
}

impl Versions {
    /// Takes in what some instances run.
    pub(super) fn add(&mut self, instances: &Instances<'_>, tree: &Tree) {
        let mut blocks = vec![(Arc::from(""), tree)];
        if let Some(Tree::Branch(named, _)) = tree.get("source") {
            blocks.extend(named.iter().map(|(name, block)| (Arc::clone(name), block)));
        }
        for (name, block) in blocks {
            let helm = Fields(Some(block)).block("helm");
            let (Some(chart), Some(text), Some(tree)) =
                (helm.text("chart"), helm.text("version"), helm.tree("version"))
            else {
                continue;
            };
            let Some(version) = major_minor(&text) else { continue };
            let environments = instances.clusters.iter().map(|cluster| Arc::clone(&cluster.environment));
            let used = self.charts.entry((name, chart)).or_default();
            match used.iter_mut().find(|used| used.text == text) {
                Some(known) => known.environments.extend(environments),
                None => used.push(Used { version, text, span: tree.span(), environments: environments.collect() }),
            }
        }
    }

    /// Warns of charts of which the oldest version is far from the newest.
    pub(super) fn check(mut self, sink: &mut Sink) {
        for ((_, chart), used) in &mut self.charts {
            used.sort_by_key(|used| used.version);
            let (Some(oldest), Some(newest)) = (used.first(), used.last()) else { continue };
            let far = oldest.version.0 != newest.version.0 || newest.version.1 - oldest.version.1 > FAR;
            if far && oldest.environments != newest.environments {
                let message = format!(
                    "`{chart}` is {} in {}, and {} in {}",
                    oldest.text,
                    names(&oldest.environments),
                    newest.text,
                    names(&newest.environments)
                );
                sink.push(
                    Diagnostic::new(codes::VERSIONS_APART, oldest.span, message)
                        .also(newest.span, "the newer one")
                        .note("what was tried in one environment says little about the other")
                        .help("raise the older one, in steps if it must be"),
                );
            }
        }
    }
}

fn names(environments: &BTreeSet<Arc<str>>) -> String {
    let names: Vec<&str> = environments.iter().map(AsRef::as_ref).collect();
    names.join(", ")
}

fn major_minor(version: &str) -> Option<(u64, u64)> {
    let mut parts = version.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
