//! Names of Applications: unique in each hub, and not longer than Kubernetes allows.

use rustc_hash::FxHashMap;

use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::model::{Cluster, Deliver, Estate, Generator, Head, estate, head, moved_span};
use crate::names::{Item, declarations, name_span};
use crate::schema::{Kind, Version};

/// Kubernetes' limit for names (`IsValidAppName`), and the limit of label tracking, which 2.14 uses by default.
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

pub(super) fn check(db: &dyn Db, sink: &mut Sink) {
    let estate = estate(db);
    let Some(platform) = &estate.platform else { return };
    let mut seen: FxHashMap<(&str, String), Item<'_>> = FxHashMap::default();
    for item in declarations(db).of(db, Kind::Service) {
        let Some(head) = head(db, item) else { continue };
        selector(db, item, head, sink);
        for slot in &head.instances {
            let Some(cluster) = estate.cluster(&slot.cluster) else { continue };
            let name = platform.names.name(&head.identity.application, slot.item.as_deref(), cluster);
            let limit = limit(estate, &cluster.hub);
            if name.len() > limit {
                sink.push(kept(db, head, too_long(name_span(db, item), &name, limit)));
            }
            if platform.names.parts.is_some()
                && let Some(first) = seen.insert((&cluster.hub, name.clone()), item)
            {
                sink.push(kept(db, head, clash(db, item, first, &name)));
            }
            if is_of_the_tree(estate, cluster, &name) {
                let is_kept = head.identity.application != head.name;
                sink.push(kept(db, head, of_the_tree(name_span(db, item), &name, is_kept)));
            }
            if platform.names.parts.is_some() && crate::values::is_subdomain(&name).is_err() {
                sink.push(not_a_name(name_span(db, item), &name));
            }
        }
    }
}

/// Whether an Application of this name stands above the leaves.
fn is_of_the_tree(estate: &Estate, cluster: &Cluster, name: &str) -> bool {
    let above = name.strip_suffix(cluster.identity.as_ref()).and_then(|rest| rest.strip_suffix('.'));
    let is_parent = |word: &str| matches!(word, "cluster" | "foundation") || estate.layer(word).is_some();
    matches!(name, "root" | "control-plane" | "application-sets" | "promotion") || above.is_some_and(is_parent)
}

/// Says where the name comes from, if the service has another.
fn kept(db: &dyn Db, head: &Head, finding: Diagnostic) -> Diagnostic {
    match moved_span(db, Kind::Service, &head.name).filter(|_| head.identity.application != head.name) {
        Some(span) => finding.also(span, format!("`{}` keeps this name", head.name)),
        None => finding,
    }
}

fn of_the_tree(span: Span, name: &str, is_kept: bool) -> Diagnostic {
    let help = if is_kept {
        "take `moved` away if the service was never called so, or give the layer another name"
    } else {
        "give the service another name than a layer's, `cluster` or `foundation`"
    };
    Diagnostic::new(codes::RESERVED_NAME, span, format!("the tree has an Application `{name}` of its own"))
        .note("roots, foundations and layers are Applications too: `cluster.NAME`, `foundation.NAME`, `LAYER.NAME`")
        .help(help)
}

/// A placement that registered clusters are to be selected by must be sayable in their labels.
fn selector(db: &dyn Db, item: Item<'_>, head: &Head, sink: &mut Sink) {
    if head.deliver != Deliver::ApplicationSet || head.generator != Generator::Clusters {
        return;
    }
    let new = |message: String| {
        Diagnostic::new(codes::NOT_A_SELECTOR, name_span(db, item), message)
            .note("`generator = clusters` selects registered clusters by labels: a chain of `and` of env, region, cluster and labels")
            .help("simplify `on`, or take `generator = list`")
    };
    if head.selector.is_none() {
        sink.push(new(format!("no label selector says what `on` of `{}` says", head.name)));
    }
    let unregistered =
        head.instances.iter().filter_map(|slot| estate(db).cluster(&slot.cluster)).find(|cluster| !cluster.register);
    if let Some(cluster) = unregistered {
        sink.push(new(format!(
            "cluster `{}` is not registered by this platform, so no selector finds it",
            cluster.name
        )));
    }
}

fn limit(estate: &Estate, hub: &str) -> usize {
    let old = estate.hub(hub).is_some_and(|hub| hub.version < Version::of(3, 0));
    if old { MAX_LABEL } else { MAX_NAME }
}

fn too_long(span: Span, name: &str, limit: usize) -> Diagnostic {
    Diagnostic::new(
        codes::NAME_TOO_LONG,
        span,
        format!("the Application's name `{name}` has {} characters", name.len()),
    )
    .note(format!(
        "at most {limit} are allowed; before Argo CD 3.0 resources are tracked by a label that holds the name"
    ))
    .help("shorten the name of the service, the item or the cluster")
}

fn clash(db: &dyn Db, item: Item<'_>, first: Item<'_>, name: &str) -> Diagnostic {
    Diagnostic::new(codes::NAME_CLASH, name_span(db, item), format!("two Applications are called `{name}`"))
        .also(name_span(db, first), "the other one")
        .note("of two Applications with one name, the later overwrites the earlier")
        .help("let `names` of the platform hold `${service}`, `${cluster}` and, with `each`, `${item}`")
}

fn not_a_name(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(codes::BAD_NAME, span, format!("`{name}` can't be the name of an Application"))
        .note("Kubernetes takes small letters, digits, `-` and `.`, with a letter or digit at both ends")
        .help("change `names` of the platform")
}
