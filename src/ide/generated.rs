//! From a place of a generated file back to the line that it comes from.

use super::cursor::FileRange;
use super::fixes::file_range;
use super::instance::Instance;
use crate::db::Db;
use crate::diagnostics::Span;
use crate::model::{estate, explain_value};
use crate::names::{Item, declarations, name_span};
use crate::schema::Kind;

/// The fields of an Application and the values of a service that they come from: the longest that fits counts, and what is
/// behind it is said below the value. `*` stands for the tool of the source.
const FIELDS: [(&str, &str); 21] = [
    ("spec.source.targetRevision", "*.revision"),
    ("spec.source.repoURL", "*.repo"),
    ("spec.source.path", "*.path"),
    ("spec.source.chart", "helm.chart"),
    ("spec.source.helm", "helm"),
    ("spec.source.helm.releaseName", "helm.release"),
    ("spec.source.helm.valueFiles", "helm.value_files"),
    ("spec.source.helm.valuesObject", "helm.values"),
    ("spec.source.helm.parameters", "helm.parameters"),
    ("spec.source.kustomize", "kustomize"),
    ("spec.source.directory", "manifests"),
    ("spec.source.plugin", "plugin"),
    ("spec.destination.namespace", "namespace"),
    ("spec.ignoreDifferences", "ignore_differences"),
    ("spec.revisionHistoryLimit", "revision_history"),
    ("spec.syncPolicy", "sync"),
    ("spec.syncPolicy.automated.selfHeal", "sync.self_heal"),
    ("spec.syncPolicy.automated.prune", "sync.prune"),
    ("spec.syncPolicy.syncOptions", "sync.options"),
    ("spec.syncPolicy.retry", "sync.retry"),
    ("metadata.annotations.argocd.argoproj.io/sync-wave", "needs"),
];

/// The keys of an Application whose values are names of declarations of their own.
const NAMED: [(&str, Kind); 6] = [
    ("metadata.labels.platformc.io/cluster", Kind::Cluster),
    ("metadata.labels.platformc.io/env", Kind::Environment),
    ("metadata.labels.platformc.io/layer", Kind::Layer),
    ("metadata.labels.platformc.io/owner", Kind::Team),
    ("metadata.labels.platformc.io/service", Kind::Service),
    ("spec.project", Kind::Team),
];

/// What a generated file is of.
struct Whole<'db> {
    item: Item<'db>,
    /// The instance, for the Application of one.
    instance: Option<(&'db str, Option<&'db str>)>,
}

/// The place in the source that a place of a generated file comes from: the line that says the field, or else the declaration
/// that the file is made of. The path is seen from the platform's folder.
pub fn origin(db: &dyn Db, path: &str, text: &str, offset: u32) -> Option<FileRange> {
    let whole = whole(db, path)?;
    let declared = || file_range(db, name_span(db, whole.item));
    let Some(field) = field_at(text, offset as usize) else { return Some(declared()) };
    Some(named(db, &field).or_else(|| line(db, &whole, &field.path.join("."))).unwrap_or_else(declared))
}

/// The declaration that a generated file is made of.
pub fn declaration_of(db: &dyn Db, path: &str) -> Option<FileRange> {
    Some(file_range(db, name_span(db, whole(db, path)?.item)))
}

/// The lines that have a say in a field of an instance's Application, or of the files that it is rendered from, the strongest
/// first, and first those that name it. Where the field is the name of a declaration, that is the line.
pub fn reasons_for<'db>(db: &'db dyn Db, instance: &Instance<'db>, path: &[String], value: &str) -> Vec<Span> {
    let joined = path.join(".");
    if let Some((_, kind)) = NAMED.iter().find(|(known, _)| *known == joined) {
        return declarations(db).get(*kind, value).map(|item| name_span(db, item)).into_iter().collect();
    }
    let at = |known: &str, said: &str| {
        let rest = joined.strip_prefix(known)?;
        rest.is_empty().then(|| said.to_owned()).or_else(|| match rest.split_at_checked(1)? {
            (".", _) => Some(format!("{said}{rest}")),
            // What is in a file of objects is looked for among all of them.
            ("/", _) => Some(said.to_owned()),
            _ => None,
        })
    };
    let mut said = spellings(&joined);
    said.extend(WRITTEN.iter().filter_map(|(known, said)| at(known, said)));
    said.iter().map(|path| nearest(db, instance, path, &joined)).find(|lines| !lines.is_empty()).unwrap_or_default()
}

/// The lines for a value, or for the nearest that it is a part of.
fn nearest(db: &dyn Db, instance: &Instance<'_>, mut path: &str, field: &str) -> Vec<Span> {
    let key = field.rsplit('.').next().unwrap_or("");
    let slot = &instance.slot;
    loop {
        let keys: Vec<&str> = path.split('.').collect();
        let explained = explain_value(db, instance.item(), &slot.cluster, slot.item.as_deref(), &keys);
        let explained = explained.filter(|explained| explained.value.is_some());
        let mut steps: Vec<_> = explained.into_iter().flat_map(|it| it.steps).filter(|step| step.holds).collect();
        if !steps.is_empty() {
            steps.sort_by_key(|step| !step.text.contains(key));
            return steps.into_iter().map(|step| step.span).collect();
        }
        let Some((above, _)) = path.rsplit_once('.') else { return vec![] };
        path = above;
    }
}

/// What is no field of an Application: the files that an instance is rendered from, and rights; and what they are made of.
const WRITTEN: [(&str, &str); 11] = [
    ("values.yaml", "helm.values"),
    ("access", "access"),
    ("overlays/kustomization.yaml.images", "kustomize.images"),
    ("overlays/kustomization.yaml.replicas", "kustomize.replicas"),
    ("overlays/kustomization.yaml.patches", "kustomize.patches"),
    ("overlays/kustomization.yaml.components", "kustomize.components"),
    ("overlays/kustomization.yaml.labels", "kustomize.labels"),
    ("overlays/kustomization.yaml.commonAnnotations", "kustomize.annotations"),
    ("overlays/kustomization.yaml", "kustomize"),
    ("manifests", "manifests"),
    ("secrets", "secret"),
];

fn whole<'db>(db: &'db dyn Db, path: &str) -> Option<Whole<'db>> {
    let output = estate(db).platform.as_ref()?.output.as_ref();
    let inside = if output.is_empty() { path } else { path.strip_prefix(output)?.strip_prefix('/')? };
    let parts: Vec<&str> = inside.split('/').collect();
    let declared = |kind: Kind, name: &str| {
        let item = declarations(db).get(kind, name)?;
        Some(Whole { item, instance: None })
    };
    let (file, folders) = parts.split_last()?;
    let stem = file.strip_suffix(".yaml").unwrap_or(file);
    match folders {
        ["clusters", cluster, _] => instance(db, cluster, stem).or_else(|| declared(Kind::Cluster, cluster)),
        ["clusters", cluster, ..] => declared(Kind::Cluster, cluster),
        ["application-sets", ..] => declared(Kind::Service, stem),
        ["argocd", .., "projects"] => declared(Kind::Team, stem),
        ["argocd", .., "clusters"] => declared(Kind::Cluster, stem),
        ["argocd", .., "repositories"] => declared(Kind::Repository, stem),
        [layer, service, ..] => {
            declarations(db).get(Kind::Layer, layer)?;
            declared(Kind::Service, service)
        }
        _ => None,
    }
}

/// `SERVICE` or `SERVICE.ITEM` on a cluster.
fn instance<'db>(db: &'db dyn Db, cluster: &str, stem: &str) -> Option<Whole<'db>> {
    let (service, each) = stem.split_once('.').map_or((stem, None), |(service, each)| (service, Some(each)));
    let item = declarations(db).get(Kind::Service, service)?;
    let head = crate::model::head(db, item).as_ref()?;
    let is = |slot: &&crate::model::Slot| slot.cluster.as_ref() == cluster && slot.item.as_deref() == each;
    let slot = head.instances.iter().find(is)?;
    Some(Whole { item, instance: Some((slot.cluster.as_ref(), slot.item.as_deref())) })
}

fn named(db: &dyn Db, field: &Field) -> Option<FileRange> {
    let path = field.path.join(".");
    let (_, kind) = NAMED.iter().find(|(known, _)| *known == path)?;
    Some(file_range(db, name_span(db, declarations(db).get(*kind, &field.value)?)))
}

/// The line that wins for a field of an Application.
fn line(db: &dyn Db, whole: &Whole<'_>, field: &str) -> Option<FileRange> {
    let (cluster, each) = whole.instance?;
    spellings(field).iter().find_map(|path| winner(db, whole.item, cluster, each, path))
}

/// The values of a service that a field of an Application may come from.
fn spellings(field: &str) -> Vec<String> {
    let fits = |known: &str| field.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let known = FIELDS.iter().filter(|(known, _)| fits(known)).max_by_key(|(known, _)| known.len());
    let Some((known, value)) = known else { return vec![] };
    let rest = field.get(known.len()..).unwrap_or("");
    let rest = if value.contains(".values") || value.contains(".parameters") { rest } else { "" };
    let tools: &[&str] = if value.starts_with('*') { &["helm", "kustomize", "manifests", "plugin"] } else { &[""] };
    let spelt = |tool: &&str| {
        let path = format!("{}{rest}", value.replace('*', tool));
        // A chart from a repository says `version` where one from Git says `revision`.
        if path == "helm.revision" { vec!["helm.version".to_owned(), path] } else { vec![path] }
    };
    tools.iter().flat_map(spelt).collect()
}

/// The strongest line that holds of those that say exactly this, something above it or something below it.
fn winner(db: &dyn Db, item: Item<'_>, cluster: &str, each: Option<&str>, path: &str) -> Option<FileRange> {
    let keys: Vec<&str> = path.split('.').collect();
    let explained = explain_value(db, item, cluster, each, &keys)?;
    explained.value.as_ref()?;
    let step = explained.steps.into_iter().find(|step| step.holds)?;
    Some(file_range(db, step.span))
}

/// A key of a YAML document, with those above it.
struct Field {
    path: Vec<String>,
    value: String,
}

/// The field that the line at a place says; the writer's YAML has one key a line, indented by its depth.
fn field_at(text: &str, offset: usize) -> Option<Field> {
    let end = text.get(offset..)?.find('\n').map_or(text.len(), |newline| offset + newline);
    let mut lines = text.get(..end)?.lines().rev();
    let (mut indent, key, value) = lines.by_ref().find_map(key_of)?;
    let mut path = vec![key];
    for (outer, key, _) in lines.take_while(|line| *line != "---").filter_map(key_of) {
        if outer < indent {
            indent = outer;
            path.push(key);
        }
    }
    path.reverse();
    Some(Field { path, value })
}

/// The indentation, the key and the value of a line that has a key.
fn key_of(line: &str) -> Option<(usize, String, String)> {
    let content = line.trim_start_matches(' ');
    if content.starts_with(['#', '-']) {
        return None;
    }
    let (key, value) = content.split_once(": ").or_else(|| Some((content.strip_suffix(':')?, "")))?;
    let plain = |text: &str| text.trim().trim_matches(['\'', '"']).to_owned();
    Some((line.len() - content.len(), plain(key), plain(value)))
}
