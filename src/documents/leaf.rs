//! The sources of an instance as Argo CD reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::variation::{Variation, variation};
use super::yaml::{Node, Text};
use super::{holes, paths};
use crate::db::Db;
use crate::model::{
    Estate, Head, Helm, Kustomize, Origin, Platform, Plugin, Service, Source, Spec, Tool, closure, estate,
};
use crate::values::{Own, Piece, Value};

/// A value as YAML.
pub(super) fn node(value: &Value) -> Node {
    match value {
        Value::Null => Node::Null,
        Value::Bool(value) => Node::Bool(*value),
        Value::Int(value) => Node::Int(*value),
        Value::Float(value) => number(value.0),
        Value::Text(text) | Value::Reference(_, text) => Node::text(Arc::clone(text)),
        Value::Pattern(pieces) => Node::Text(pattern(pieces)),
        Value::List(items) => Node::List(items.iter().map(node).collect()),
        Value::Object(object) => Node::Map(object.iter().map(|(key, value)| (Arc::clone(key), node(value))).collect()),
        Value::Placed(..) | Value::Provided(..) | Value::Path(_) => Node::text(value.show()),
    }
}

/// A text with holes for what is an instance's own.
fn pattern(pieces: &[Piece]) -> Text {
    pieces.iter().fold(Text::default(), |text, piece| match piece {
        Piece::Literal(literal) => text.then(Arc::clone(literal)),
        Piece::Own(Own::Cluster) => text.hole(holes::CLUSTER),
        Piece::Own(Own::Environment) => text.hole(holes::ENVIRONMENT),
        Piece::Own(Own::Region) => text.hole(holes::REGION),
        Piece::Own(Own::Item) => text.hole(holes::ITEM),
    })
}

/// A number as JSON has it: Kubernetes keeps objects as JSON, where `2.0` is `2`.
#[allow(clippy::cast_possible_truncation, reason = "whole, and within what both types hold exactly")]
fn number(value: f64) -> Node {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT { Node::Int(value as i64) } else { Node::Float(value) }
}

pub(super) fn text_map(map: &BTreeMap<Arc<str>, Arc<str>>) -> Node {
    Node::Map(map.iter().map(|(key, value)| (Arc::clone(key), Node::text(Arc::clone(value)))).collect())
}

pub(super) fn texts(items: &[Arc<str>]) -> Node {
    Node::List(items.iter().map(|item| Node::text(Arc::clone(item))).collect())
}

/// What the sources of a service's variants have in common: where the folders lie that the compiler writes for them.
pub(super) struct Sources<'s> {
    db: &'s dyn Db,
    platform: &'s Platform,
    service: &'s Service,
    estate: &'s Estate,
    of_preview: bool,
}

/// A source whose files the compiler writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Overlays,
    Manifests,
    Secrets,
}

impl Written {
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Overlays => "overlays",
            Self::Manifests => "manifests",
            Self::Secrets => "secrets",
        }
    }

    /// Which folder a source needs, if any: inline Kustomize options make Argo CD render one Application at a time, so
    /// what differs from a base of the platform's own repository is written to a kustomization.
    pub(super) fn of(source: &Source) -> Option<Self> {
        match (&source.tool, &source.origin) {
            (Tool::Objects(_), _) => Some(Self::Manifests),
            (Tool::Secrets(_), _) => Some(Self::Secrets),
            (Tool::Kustomize(kustomize), Origin::Own(_)) if !kustomize.is_plain() => Some(Self::Overlays),
            _ => None,
        }
    }
}

impl<'s> Sources<'s> {
    pub(super) fn new(db: &'s dyn Db, platform: &'s Platform, service: &'s Service) -> Self {
        Self { db, platform, service, estate: estate(db), of_preview: false }
    }

    /// The sources of a preview: they have folders of their own, and Kustomize parameters stand in the Application, since
    /// they differ from one pull request to the next.
    pub(super) fn of_preview(db: &'s dyn Db, platform: &'s Platform, service: &'s Service) -> Self {
        Self { of_preview: true, ..Self::new(db, platform, service) }
    }

    /// Which folder a source needs, if any.
    fn written(&self, source: &Source) -> Option<Written> {
        Written::of(source).filter(|written| !self.of_preview || *written != Written::Overlays)
    }

    /// What is followed of the platform's repository. Previews stand beside the environments' branches.
    fn revision(&self) -> Node {
        match self.platform.branches() {
            Some(prefix) if !self.of_preview => Node::Text(Text::literal(prefix).hole(holes::ENVIRONMENT)),
            _ => Node::text(Arc::clone(&self.platform.revision)),
        }
    }

    /// Whether an Application has one source, and that is of the platform's repository.
    pub(super) fn are_of_branch(&self, spec: &Spec) -> bool {
        let is_own = |source: &Source| {
            let is_elsewhere = matches!(source.origin, Origin::Git { .. } | Origin::Chart { .. });
            self.written(source).is_some() || !is_elsewhere
        };
        !self.of_preview
            && matches!(spec.sources.as_slice(), [only] if is_own(only) && !needs_values_reference(self.service, only))
    }

    /// By what the written folders of a source differ, over all variants of the service.
    pub(super) fn variation(&self, written: Written, name: Option<&Arc<str>>) -> Variation {
        let content = |spec: &Spec| {
            spec.sources
                .iter()
                .find(|source| source.name.as_ref() == name && Written::of(source) == Some(written))
                .cloned()
        };
        variation(self.service, self.estate, name, content, |_| ())
    }

    /// The repository's path of a written folder, with holes.
    fn written_path(&self, written: Written, name: Option<&Arc<str>>) -> Text {
        if self.of_preview {
            return Text::literal(self.platform.repository_path(&preview_folder(&self.service.head, written, name)));
        }
        let folder = format!("{}/{}/", paths::service_folder(&self.service.head), written.folder());
        let start = Text::literal(self.platform.repository_path(&folder));
        start.and(self.variation(written, name).text())
    }

    /// The repository's path of the file with a source's values, with holes; nothing where the Application says them.
    fn values_path(&self, source: &Source) -> Option<Text> {
        let path = super::values::file(self.service, source)?;
        let start = Text::literal(self.platform.repository_path(""));
        let start = if start.0.is_empty() { start } else { start.then("/") };
        Some(start.and(path))
    }

    /// The nodes of `source` or `sources`, as a key and its node.
    pub(super) fn node(&self, spec: &Spec) -> (&'static str, Node) {
        let mut nodes: Vec<Node> = spec.sources.iter().map(|source| self.source(source)).collect();
        if spec.sources.iter().any(|source| needs_values_reference(self.service, source)) {
            nodes.push(Node::map([
                ("repoURL", Node::text(Arc::clone(&self.platform.repo))),
                ("targetRevision", self.revision()),
                ("ref", Node::text("values")),
            ]));
        }
        match nodes.pop() {
            Some(only) if nodes.is_empty() => ("source", only),
            last => {
                nodes.extend(last);
                ("sources", Node::List(nodes))
            }
        }
    }

    fn source(&self, source: &Source) -> Node {
        let head = self.head(source);
        match &source.tool {
            Tool::Helm(helm) => {
                let values = self.values_path(source);
                head.with("helm", helm_node(helm, values, self.release(helm), &source.origin))
            }
            Tool::Kustomize(kustomize) if self.written(source).is_none() => {
                head.with_filled("kustomize", kustomize_node(kustomize, &source.origin))
            }
            Tool::Kustomize(_) => head,
            Tool::Directory { recurse, include, exclude } => {
                let text = |text: &Option<Arc<str>>| text.clone().map(Node::text);
                let directory = Node::Map(vec![]).with_some("recurse", recurse.then_some(true));
                // Argo CD takes an empty `directory`, and a `recurse` that is false, out of what it stores: written down, they
                // would leave the parent Application OutOfSync for ever, and no layer behind it would start.
                head.with_filled(
                    "directory",
                    directory.with_some("include", text(include)).with_some("exclude", text(exclude)),
                )
            }
            Tool::Objects(_) | Tool::Secrets(_) => head,
            Tool::Plugin(plugin) => head.with("plugin", plugin_node(plugin)),
        }
    }

    /// The release's name, by default the service's, with the item of `each` behind it.
    fn release(&self, helm: &Helm) -> Node {
        let head = &self.service.head;
        match &helm.release {
            Some(release) => Node::text(Arc::clone(release)),
            None if head.each.is_some() => {
                Node::Text(Text::literal(format!("{}-", head.identity.workload)).hole(holes::ITEM))
            }
            None => Node::text(Arc::clone(&head.identity.workload)),
        }
    }

    fn head(&self, source: &Source) -> Node {
        let own = |path: Node| {
            Node::map([
                ("repoURL", Node::text(Arc::clone(&self.platform.repo))),
                ("targetRevision", self.revision()),
                ("path", path),
            ])
        };
        match (&source.origin, self.written(source)) {
            (_, Some(written)) => own(Node::Text(self.written_path(written, source.name.as_ref()))),
            (Origin::Own(path), None) => own(Node::text(Arc::clone(path))),
            (Origin::Git { url, revision, path }, None) => Node::map([
                ("repoURL", Node::text(Arc::clone(url))),
                ("targetRevision", Node::text(Arc::clone(revision))),
                ("path", Node::text(Arc::clone(path))),
            ]),
            (Origin::Chart { url, chart, version }, None) => Node::map([
                ("repoURL", Node::text(Arc::clone(url))),
                ("targetRevision", Node::text(Arc::clone(version))),
                ("chart", Node::text(Arc::clone(chart))),
            ]),
            (Origin::Written, None) => own(Node::text("")),
        }
    }

    /// Every path of the platform's repository that the sources read, for `manifest-generate-paths`: with it, a commit
    /// elsewhere does not make Argo CD render the Application again.
    pub(super) fn generate_paths(&self, spec: &Spec) -> Option<Text> {
        let mut text = Text::default();
        for source in &spec.sources {
            for path in self.read_paths(source) {
                let start = if text.0.is_empty() { "/" } else { ";/" };
                text = text.then(start).and(path);
            }
        }
        (!text.0.is_empty()).then_some(text)
    }

    fn read_paths(&self, source: &Source) -> Vec<Text> {
        let mut read: Vec<Text> = vec![];
        read.extend(self.written(source).map(|written| self.written_path(written, source.name.as_ref())));
        read.extend(self.values_path(source));
        let mut paths: Vec<Arc<str>> = vec![];
        if let Origin::Own(path) = &source.origin {
            paths.extend(closure(self.db, path).iter().cloned());
        }
        match &source.tool {
            Tool::Helm(helm) => paths.extend(helm.value_files.iter().cloned()),
            Tool::Kustomize(kustomize) => {
                paths.extend(kustomize.components.iter().flat_map(|path| closure(self.db, path)).cloned());
            }
            Tool::Directory { .. } | Tool::Objects(_) | Tool::Secrets(_) | Tool::Plugin(_) => {}
        }
        let mut seen = std::collections::BTreeSet::new();
        paths.retain(|path| seen.insert(Arc::clone(path)));
        read.extend(paths.into_iter().map(Text::literal));
        read
    }
}

/// A chart from elsewhere reads files of values in the platform's repository through a second source.
fn needs_values_reference(service: &Service, source: &Source) -> bool {
    reads_values(service, source) && !matches!(source.origin, Origin::Own(_))
}

/// Whether a chart reads values from files in the platform's repository.
pub(super) fn reads_values(service: &Service, source: &Source) -> bool {
    let named = matches!(&source.tool, Tool::Helm(helm) if !helm.value_files.is_empty());
    named || super::values::file(service, source).is_some()
}

/// A Helm source. Of several files of values the last one wins, which is that with the service's own.
fn helm_node(helm: &Helm, values: Option<Text>, release: Node, origin: &Origin) -> Node {
    let from = if matches!(origin, Origin::Own(_)) { "/" } else { "$values/" };
    let file = |path: Text| Node::Text(Text::literal(from).and(path));
    let in_place = helm.values.as_ref().filter(|_| values.is_none()).map(node);
    let files = helm.value_files.iter().map(|path| Text::literal(Arc::clone(path))).chain(values);
    let parameter = |(name, value): (&Arc<str>, &Arc<str>)| {
        Node::map([("name", Node::text(Arc::clone(name))), ("value", Node::text(Arc::clone(value)))])
    };
    let flags =
        helm.flags.iter().fold(Node::map([("releaseName", release)]), |node, flag| node.with(*flag, Node::Bool(true)));
    flags
        .with_filled("valueFiles", Node::List(files.map(file).collect()))
        .with_some("valuesObject", in_place)
        .with_filled("parameters", Node::List(helm.parameters.iter().map(parameter).collect()))
        .with_some("kubeVersion", helm.kube_version.clone().map(Node::text))
        .with_filled("apiVersions", texts(&helm.api_versions))
}

/// The folder that the compiler writes for a source of previews.
pub(super) fn preview_folder(head: &Head, written: Written, name: Option<&Arc<str>>) -> String {
    let folder = format!("{}/preview/{}", paths::service_folder(head), written.folder());
    name.map_or(folder.clone(), |name| format!("{folder}-{name}"))
}

/// Inline options, for a base in another repository and for previews.
fn kustomize_node(kustomize: &Kustomize, origin: &Origin) -> Node {
    let replica = |(name, count): (&Arc<str>, &i64)| {
        Node::map([("name", Node::text(Arc::clone(name))), ("count", Node::Int(*count))])
    };
    let labels = !kustomize.labels.is_empty();
    let components: Vec<Arc<str>> = match origin {
        Origin::Own(base) => kustomize.components.iter().map(|path| from_folder(base, path)).collect(),
        _ => vec![],
    };
    Node::Map(vec![])
        .with_filled("components", texts(&components))
        .with_filled("images", texts(&kustomize.images))
        .with_filled("replicas", Node::List(kustomize.replicas.iter().map(replica).collect()))
        .with_filled("patches", Node::List(kustomize.patches.iter().map(node).collect()))
        .with_filled("commonLabels", text_map(&kustomize.labels))
        .with_some("labelWithoutSelector", labels.then_some(true))
        .with_filled("commonAnnotations", text_map(&kustomize.annotations))
        .with_some("namePrefix", kustomize.name_prefix.clone().map(Node::text))
        .with_some("nameSuffix", kustomize.name_suffix.clone().map(Node::text))
}

/// A path of the repository, seen from a folder in it.
fn from_folder(folder: &str, path: &str) -> Arc<str> {
    let up = folder.split('/').map(|_| "..").collect::<Vec<_>>().join("/");
    format!("{up}/{path}").into()
}

fn plugin_node(plugin: &Plugin) -> Node {
    let variable = |(name, value): (&Arc<str>, &Arc<str>)| {
        Node::map([("name", Node::text(Arc::clone(name))), ("value", Node::text(Arc::clone(value)))])
    };
    let parameter = |(name, value): (&Arc<str>, &Value)| {
        let key = match value {
            Value::List(_) => "array",
            Value::Object(_) => "map",
            _ => "string",
        };
        Node::map([("name", Node::text(Arc::clone(name))), (key, node(value))])
    };
    Node::Map(vec![])
        .with_some("name", plugin.name.clone().map(Node::text))
        .with_filled("env", Node::List(plugin.env.iter().map(variable).collect()))
        .with_filled("parameters", Node::List(plugin.parameters.iter().map(parameter).collect()))
}
