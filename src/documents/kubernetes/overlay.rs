//! What the compiler writes into a service's folder for Argo CD to read: overlays over the user's bases, objects, and secrets.

use std::sync::Arc;

use super::super::leaf::{Sources, Written, node, text_map, texts};
use super::super::yaml::{Node, Template};
use super::super::{header, paths, values};
use super::secret::external_secret;
use crate::db::Db;
use crate::model::{Kustomize, Object, Origin, Platform, Service, Source, Spec, Tool, estate, service};
use crate::names::Item;

/// The files of a service that Argo CD reads: path and text of each.
#[salsa::tracked]
pub(in crate::documents) fn written<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<(String, Arc<str>)> {
    let (Some(platform), Some(service)) = (&estate(db).platform, service(db, item)) else { return vec![] };
    let sources = Sources::new(db, platform, service);
    let mut files = vec![];
    for (name, written) in kinds(service) {
        let variation = sources.variation(written, name.as_ref());
        for (folder, spec) in variation.folders(service, estate(db)) {
            let path = format!("{}/{}/{folder}", paths::service_folder(&service.head), written.folder());
            for source in of_kind(spec, name.as_ref(), written) {
                files.extend(source_files(platform, service, source, &path));
            }
        }
    }
    files.extend(values::files(db, service));
    files
}

/// Which folders some variant needs: the name of the source, and the folder.
fn kinds(service: &Service) -> Vec<(Option<Arc<str>>, Written)> {
    let mut kinds = vec![];
    for source in service.variants.iter().flat_map(|variant| &variant.spec.sources) {
        if let Some(written) = Written::of(source)
            && !kinds.contains(&(source.name.clone(), written))
        {
            kinds.push((source.name.clone(), written));
        }
    }
    kinds
}

fn of_kind<'s>(spec: &'s Spec, name: Option<&'s Arc<str>>, written: Written) -> impl Iterator<Item = &'s Source> {
    spec.sources.iter().filter(move |source| source.name.as_ref() == name && Written::of(source) == Some(written))
}

pub(super) fn source_files(
    platform: &Platform,
    service: &Service,
    source: &Source,
    folder: &str,
) -> Vec<(String, Arc<str>)> {
    let header = header::yaml(&service.file, &format!("service {}", service.head.name));
    let text = |node: Node| -> Arc<str> {
        let mut out = String::new();
        Template::new(&header, &[node]).fill(&[], &mut out);
        out.into()
    };
    match (&source.tool, &source.origin) {
        (Tool::Kustomize(kustomize), Origin::Own(base)) => {
            vec![(format!("{folder}/kustomization.yaml"), text(overlay(platform, kustomize, base, folder)))]
        }
        (Tool::Objects(objects), _) => objects
            .iter()
            .map(|object| (format!("{folder}/{}", file_name(object, objects)), text(node(&object.content))))
            .collect(),
        (Tool::Secrets(secrets), _) => secrets
            .iter()
            .map(|secret| (format!("{folder}/externalsecret-{}.yaml", secret.id), text(external_secret(secret))))
            .collect(),
        _ => vec![],
    }
}

/// The file of an object: kind and name, and the group where two would meet.
fn file_name(object: &Object, all: &[Object]) -> String {
    let plain = |object: &Object| format!("{}-{}", object.kind.to_lowercase(), object.name);
    let name = plain(object);
    let clash = all.iter().filter(|other| plain(other) == name).count() > 1;
    let name = if clash { format!("{name}-{}", object.api_version.replace('/', "-")) } else { name };
    let safe = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '-' });
    format!("{}.yaml", safe.collect::<String>())
}

/// A kustomization over the user's base.
fn overlay(platform: &Platform, kustomize: &Kustomize, base: &str, folder: &str) -> Node {
    let up = platform.repository_path(folder).split('/').map(|_| "..").collect::<Vec<_>>().join("/");
    let components: Vec<Arc<str>> = kustomize.components.iter().map(|path| format!("{up}/{path}").into()).collect();
    let replica = |(name, count): (&Arc<str>, &i64)| {
        Node::map([("name", Node::text(Arc::clone(name))), ("count", Node::Int(*count))])
    };
    let labels = Node::map([("pairs", text_map(&kustomize.labels)), ("includeSelectors", Node::Bool(false))]);
    Node::map([
        ("apiVersion", Node::text("kustomize.config.k8s.io/v1beta1")),
        ("kind", Node::text("Kustomization")),
        ("resources", Node::list([format!("{up}/{base}").as_str()])),
    ])
    .with_filled("components", texts(&components))
    .with_filled("images", Node::List(kustomize.images.iter().map(|image| self::image(image)).collect()))
    .with_filled("replicas", Node::List(kustomize.replicas.iter().map(replica).collect()))
    .with_filled("patches", Node::List(kustomize.patches.iter().map(patch).collect()))
    .with_some("labels", (!kustomize.labels.is_empty()).then(|| Node::List(vec![labels])))
    .with_filled("commonAnnotations", text_map(&kustomize.annotations))
    .with_some("namePrefix", kustomize.name_prefix.clone().map(Node::text))
    .with_some("nameSuffix", kustomize.name_suffix.clone().map(Node::text))
}

/// A patch; one that is written as an object becomes the text that Kustomize reads.
fn patch(value: &crate::values::Value) -> Node {
    let patch = node(value);
    match patch.get("patch") {
        Some(inner @ (Node::Map(_) | Node::List(_))) => {
            let text = super::super::yaml::write(inner);
            patch.clone().with("patch", text)
        }
        _ => patch,
    }
}

/// `name:tag`, `name=new:tag`, `name@digest`: as Argo CD and `kustomize edit set image` read it.
fn image(text: &str) -> Node {
    let (name, new) = match text.split_once('=') {
        Some((name, new)) => (Some(name), new),
        None => (None, text),
    };
    let (reference, digest) = match new.split_once('@') {
        Some((reference, digest)) => (reference, Some(digest)),
        None => (new, None),
    };
    let tag_at = reference.rfind(':').filter(|at| !reference.get(*at..).unwrap_or("").contains('/'));
    let (repository, tag) = match tag_at {
        Some(at) => (reference.get(..at).unwrap_or(""), reference.get(at + 1..)),
        None => (reference, None),
    };
    Node::map([("name", Node::text(name.unwrap_or(repository)))])
        .with_some("newName", name.map(|_| Node::text(repository)))
        .with_some("newTag", tag.filter(|_| digest.is_none()).map(Node::text))
        .with_some("digest", digest.map(Node::text))
}
