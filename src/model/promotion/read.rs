//! Where the versions of a service's sources are said.

use std::sync::Arc;

use super::Artifact;
use super::trace::{Lookup, Tracer};
use crate::diagnostics::Span;
use crate::model::fields::Fields;
use crate::model::lower::repository_url;
use crate::overlays::{Action, Tree};
use crate::syntax::ast::{Expr, ExprKind};

/// A version of a service, as it is said on some of its instances.
pub(super) struct Said {
    /// The same for the same version on all instances: `helm.version`, `kustomize.images ghcr.io/acorn/shop`.
    pub(super) what: String,
    /// What it is a version of.
    pub(super) artifact: Artifact,
    /// Whether it is the digest of an image.
    pub(super) digest: bool,
    /// Whether a sync of the Application alone can't bring it, for it stands in the Application itself.
    pub(super) inline: bool,
    /// Where it stands in the source.
    pub(super) span: Span,
    /// Whether text stands behind what is read.
    pub(super) torn: bool,
    /// Where it is read from, if that is all that the line does.
    pub(super) lookup: Option<Lookup>,
}

/// Every version that these instances say.
pub(super) fn versions(tracer: &Tracer<'_, '_>, tree: &Tree) -> Vec<Said> {
    let mut blocks = vec![(vec![], tree)];
    if let Some(Tree::Branch(named, _)) = tree.get("source") {
        blocks.extend(named.iter().map(|(name, block)| (vec![Arc::from("source"), Arc::clone(name)], block)));
    }
    blocks.into_iter().flat_map(|(path, block)| of_block(tracer, &path, block)).collect()
}

fn of_block(tracer: &Tracer<'_, '_>, path: &[Arc<str>], block: &Tree) -> Vec<Said> {
    let below = |keys: &[&str]| path.iter().cloned().chain(keys.iter().map(|key| Arc::from(*key))).collect::<Vec<_>>();
    let mut found = vec![];
    for tool in ["helm", "kustomize", "manifests", "plugin"] {
        let Some(inner) = block.get(tool) else { continue };
        let fields = Fields(Some(inner));
        let url = repository_url(tracer.gathered.db, fields);
        let (key, artifact) = match (url, fields.text("chart")) {
            (Some(url), Some(chart)) => ("version", Artifact::Chart { url, chart }),
            (Some(url), None) => ("revision", Artifact::Git { url }),
            (None, _) => {
                found.extend(if tool == "kustomize" {
                    images(tracer, &below(&[tool, "images"]), false)
                } else {
                    vec![]
                });
                continue;
            }
        };
        found.extend(inner.get(key).map(|tree| one(tracer, &below(&[tool, key]), artifact, tree.span())));
        if tool == "kustomize" {
            found.extend(images(tracer, &below(&[tool, "images"]), true));
        }
    }
    found
}

/// A value of its own.
fn one(tracer: &Tracer<'_, '_>, path: &[Arc<str>], artifact: Artifact, span: Span) -> Said {
    let contributions = &tracer.gathered.contributions;
    let lines = contributions.list.iter().enumerate();
    let mut lines = lines.filter(|(index, line)| line.path == path && contributions.span(*index) == span);
    let said = lines.find_map(|(_, line)| match line.action {
        Action::Set(expr) => Some((line.frame, expr)),
        _ => None,
    });
    let lookup = said.and_then(|(frame, expr)| tracer.lookup(frame, expr)).filter(|lookup| lookup.before.is_empty());
    let torn = said.is_some_and(|(frame, expr)| tracer.is_torn(frame, expr));
    Said { what: path.join("."), artifact, digest: false, inline: false, span, torn, lookup }
}

/// The items of a list of images, from all lines that make it up.
fn images(tracer: &Tracer<'_, '_>, path: &[Arc<str>], inline: bool) -> Vec<Said> {
    let (gathered, contributions) = (tracer.gathered, &tracer.gathered.contributions);
    let mut found = vec![];
    for index in gathered.strongest_first() {
        let Some(line) = contributions.list.get(*index) else { continue };
        if line.path != path || !gathered.holds(tracer.group, line.combination) {
            continue;
        }
        if let Action::Set(expr) | Action::Append(expr) = line.action {
            found.extend(items(expr).iter().filter_map(|item| image(tracer, path, line.frame, item, inline)));
        }
        if !matches!(line.action, Action::Append(_)) {
            break;
        }
    }
    found
}

fn items(expr: &Expr) -> &[Expr] {
    match &expr.kind {
        ExprKind::List(items) => items,
        _ => &[],
    }
}

fn image(tracer: &Tracer<'_, '_>, path: &[Arc<str>], frame: usize, item: &Expr, inline: bool) -> Option<Said> {
    let lookup = tracer.lookup(frame, item);
    let text = match &lookup {
        Some(lookup) => Arc::from(lookup.before.as_str()),
        None => tracer.text(frame, item)?,
    };
    let digest = text.contains('@');
    let name = image_name(&text);
    let site = tracer.gathered.contributions.frames.get(frame)?.site;
    let what = format!("{} {name}", path.join("."));
    let ends = lookup.as_ref().is_none_or(|lookup| lookup.before.ends_with([':', '@']));
    let lookup = lookup.filter(|_| ends);
    let artifact = Artifact::Image { name: name.into() };
    let torn = tracer.is_torn(frame, item);
    Some(Said { what, artifact, digest, inline, span: site.span(item.range), torn, lookup })
}

/// The name that is pulled, of `name:tag`, `name=new:tag` and `name@sha256:...`.
fn image_name(text: &str) -> &str {
    let pulled = text.rsplit('=').next().unwrap_or(text);
    let name = pulled.split('@').next().unwrap_or(pulled);
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    }
}
