//! The objects that an instance is known to bring: those that stand in the platform file, and those in files of the
//! repository that can be read without rendering them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::estates::estate;
use super::kinds::builtin;
use super::local::{Manifest, Manifests, definitions, kustomized, manifests_below, rename};
use super::lower::Instances;
use super::refusals::refusals;
use super::spec::{Origin, Secret, Source, Spec, Tool};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::overlays::Tree;
use crate::text::some;
use crate::values::Value;

/// An object that an instance brings: what the API server tells it from others by, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Brought {
    /// The API group, empty for the core group.
    pub(crate) group: Arc<str>,
    /// The kind.
    pub(crate) kind: Arc<str>,
    /// The namespace, empty for kinds that stand in none.
    pub(crate) namespace: Arc<str>,
    /// The name.
    pub(crate) name: Arc<str>,
    /// Where it is written.
    pub(crate) span: Span,
}

/// Kinds that take more with them than themselves when they are pruned.
const HOLDERS: [(&str, &str); 3] = [
    ("CustomResourceDefinition", "every object of its kind, on the whole cluster"),
    ("Namespace", "everything in it"),
    ("PersistentVolumeClaim", "the data on its volume"),
];

/// Kinds that bound a namespace: foundations bring them, and the projects of teams refuse them.
pub const BOUNDING: [(&str, &str); 2] = [("", "LimitRange"), ("", "ResourceQuota")];

const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";

/// The API group of the External Secrets Operator.
const EXTERNAL: &str = "external-secrets.io";

/// Checks what can be known of the objects of instances, and lists them.
pub(super) fn objects(
    db: &dyn Db,
    instances: &Instances<'_>,
    tree: &Tree,
    spec: &Spec,
    sink: &mut Sink,
) -> Vec<Brought> {
    let layer = estate(db).layer(&instances.head.layer);
    let mut reader = Reader {
        spec,
        layer: &instances.head.layer,
        allowed: layer.map_or(&[], |layer| layer.cluster_resources.as_slice()),
        is_admin: estate(db).is_admin(&instances.head.owner),
        pruned: BTreeMap::new(),
        brought: vec![],
        counted: vec![],
        scaled: vec![],
        sink,
    };
    for source in &spec.sources {
        let block = match &source.name {
            Some(name) => tree.at(&["source", name]),
            None => Some(tree),
        };
        if let Some(block) = block {
            reader.source(db, source, block);
        }
    }
    reader.finish()
}

struct Reader<'r> {
    spec: &'r Spec,
    layer: &'r str,
    /// The cluster-scoped kinds that the layer allows.
    allowed: &'r [(Arc<str>, Arc<str>)],
    /// Whether a team of `admins` owns the service.
    is_admin: bool,
    /// By kind, what pruning would take along: where, and the names.
    pruned: BTreeMap<&'static str, (Span, Vec<Arc<str>>)>,
    brought: Vec<Brought>,
    /// The workloads that say their replicas, and those that an autoscaler scales.
    counted: Vec<(Arc<str>, Arc<str>, Span)>,
    scaled: Vec<(Arc<str>, Arc<str>)>,
    sink: &'r mut Sink,
}

/// An object, wherever it is written.
struct Seen<'s> {
    api_version: &'s str,
    kind: &'s Arc<str>,
    namespace: Option<&'s Arc<str>>,
    name: Option<&'s Arc<str>>,
    annotations: &'s BTreeMap<Arc<str>, Arc<str>>,
    span: Span,
    /// What names the file, if it is in one.
    named: Option<Span>,
    /// What says the namespace, if the platform file does.
    namespace_span: Option<Span>,
    has_replicas: bool,
    scales: Option<(Arc<str>, Arc<str>)>,
}

impl Reader<'_> {
    fn source(&mut self, db: &dyn Db, source: &Source, block: &Tree) {
        match (&source.tool, &source.origin) {
            (Tool::Objects(_), _) => self.inline(block),
            (Tool::Secrets(secrets), _) => secrets.iter().for_each(|secret| self.stored(secret, block)),
            (Tool::Directory { recurse, include, exclude }, Origin::Own(folder)) => {
                let files = manifests_below(db, folder, *recurse, (include.as_deref(), exclude.as_deref()));
                self.files(&files, block.at(&["manifests", "path"]));
            }
            (Tool::Kustomize(kustomize), Origin::Own(folder)) => {
                let (prefix, suffix) = (kustomize.name_prefix.as_deref(), kustomize.name_suffix.as_deref());
                let named = block.at(&["kustomize", "path"]).map(Tree::span);
                for mut object in kustomized(db, folder) {
                    rename(&mut object, prefix.unwrap_or(""), suffix.unwrap_or(""));
                    self.manifest(&object, named);
                }
            }
            (Tool::Helm(helm), Origin::Own(folder)) if !helm.flags.contains(&"skipCrds") => {
                self.files(&definitions(db, folder), block.at(&["helm", "path"]));
            }
            _ => {}
        }
    }

    fn files(&mut self, files: &[&Manifests], path: Option<&Tree>) {
        let named = path.map(Tree::span);
        for manifests in files {
            if let Some((file, range, problem)) = &manifests.problem {
                let span = Span { file: *file, anchor: None, range: *range };
                let message = format!("these manifests can't be read: {problem}");
                self.refuse(
                    span,
                    named,
                    &message,
                    "Argo CD renders nothing of a folder of which one file is broken",
                    "correct the file",
                );
            }
            manifests.objects.iter().for_each(|object| self.manifest(object, named));
        }
    }

    fn manifest(&mut self, object: &Manifest, named: Option<Span>) {
        let span = Span { file: object.file, anchor: None, range: object.range };
        if object.reveals {
            self.sink.push(revealing(span, named));
        }
        for refusal in &object.refusals {
            self.refuse(span, named, &refusal.message, refusal.rule, &refusal.help);
        }
        self.seen(&Seen {
            api_version: &object.api_version,
            kind: &object.kind,
            namespace: object.namespace.as_ref(),
            name: object.name.as_ref(),
            annotations: &object.annotations,
            span,
            named,
            namespace_span: None,
            has_replicas: object.has_replicas,
            scales: object.scales.clone(),
        });
    }

    fn inline(&mut self, block: &Tree) {
        let Some(Tree::Branch(objects, _)) = block.at(&["manifests", "object"]) else { return };
        for object in objects.values().filter(|object| !object.is_broken()) {
            let text = |path: &[&str]| object.at(path).map(Tree::value).and_then(|value| value.as_text().cloned());
            let (Some(api_version), Some(kind)) = (text(&["apiVersion"]), text(&["kind"])) else { continue };
            for refusal in refusals(&object.value().to_json()) {
                self.refuse(object.span(), None, &refusal.message, refusal.rule, &refusal.help);
            }
            if kind.as_ref() == "ExternalSecret" && api_version.starts_with(EXTERNAL) {
                self.external(object);
            }
            let data = ["data", "stringData"].into_iter().find_map(|key| object.get(key));
            if let (Some(data), "Secret") = (data, kind.as_ref()) {
                self.sink.push(revealing(data.span(), None).secret());
            }
            let annotations = match object.at(&["metadata", "annotations"]).map(Tree::value) {
                Some(Value::Object(entries)) => {
                    let texts =
                        entries.iter().filter_map(|(key, value)| Some((Arc::clone(key), Arc::clone(value.as_text()?))));
                    texts.collect()
                }
                _ => BTreeMap::new(),
            };
            self.seen(&Seen {
                api_version: &api_version,
                kind: &kind,
                namespace: text(&["metadata", "namespace"]).as_ref(),
                name: text(&["metadata", "name"]).as_ref(),
                annotations: &annotations,
                span: object.span(),
                named: None,
                namespace_span: object.at(&["metadata", "namespace"]).map(Tree::span),
                has_replicas: object.at(&["spec", "replicas"]).is_some(),
                scales: text(&["spec", "scaleTargetRef", "kind"]).zip(text(&["spec", "scaleTargetRef", "name"])),
            });
        }
    }

    /// An `ExternalSecret`, and the Secret that it makes.
    fn stored(&mut self, secret: &Secret, block: &Tree) {
        let span = block.at(&["secret", &secret.id]).unwrap_or(block).span();
        let namespace = Arc::clone(&self.spec.namespace);
        self.made(Arc::clone(&namespace), Arc::clone(&secret.name), span);
        let (group, kind) = (EXTERNAL.into(), "ExternalSecret".into());
        self.brought.push(Brought { group, kind, namespace, name: Arc::clone(&secret.name), span });
    }

    /// The Secret that an `ExternalSecret` in place makes, where it owns it.
    fn external(&mut self, object: &Tree) {
        let text = |path: &[&str]| object.at(path).map(Tree::value).and_then(|value| value.as_text().cloned());
        let owns = text(&["spec", "target", "creationPolicy"]).is_none_or(|policy| policy.as_ref() == "Owner");
        let name = text(&["spec", "target", "name"]).or_else(|| text(&["metadata", "name"]));
        if let Some(name) = name.filter(|_| owns) {
            let namespace = text(&["metadata", "namespace"]).unwrap_or_else(|| Arc::clone(&self.spec.namespace));
            self.made(namespace, name, object.span());
        }
    }

    fn made(&mut self, namespace: Arc<str>, name: Arc<str>, span: Span) {
        self.brought.push(Brought { group: "".into(), kind: "Secret".into(), namespace, name, span });
    }

    fn seen(&mut self, object: &Seen<'_>) {
        let group: Arc<str> = object.api_version.split_once('/').map_or("", |(group, _)| group).into();
        let namespace = if builtin(&group, object.kind).is_some_and(|builtin| builtin.is_cluster_scoped) {
            self.cluster_scoped(object, &group);
            "".into()
        } else {
            let namespace = object.namespace.unwrap_or(&self.spec.namespace);
            self.namespaced(object, namespace);
            self.bounding(object, &group);
            Arc::clone(namespace)
        };
        let Some(name) = object.name else { return };
        self.holder(object, name);
        self.scaled.extend(object.scales.clone());
        if object.has_replicas {
            self.counted.push((Arc::clone(object.kind), Arc::clone(name), object.span));
        }
        self.brought.push(Brought {
            group,
            kind: Arc::clone(object.kind),
            namespace,
            name: Arc::clone(name),
            span: object.span,
        });
    }

    /// An object of a cluster-scoped kind needs the layer's leave, or every sync fails.
    fn cluster_scoped(&mut self, object: &Seen<'_>, group: &str) {
        let fits = |pattern: &str, value: &str| pattern == "*" || pattern == value;
        let kind = object.kind.as_ref();
        if self.allowed.iter().any(|(g, k)| fits(g, group) && fits(k, kind)) {
            return;
        }
        let name = if group.is_empty() { kind.to_owned() } else { format!("{group}/{kind}") };
        let message = format!("layer `{}` allows no `{name}`", self.layer);
        let rule = "a project refuses cluster-scoped kinds that it does not list, and then the whole sync fails";
        self.refuse(
            object.span,
            object.named,
            &message,
            rule,
            &format!("add \"{name}\" to `cluster_resources` of the layer"),
        );
    }

    /// An object may stand in the namespaces that the service declares, and in no other.
    fn namespaced(&mut self, object: &Seen<'_>, namespace: &Arc<str>) {
        if *namespace == self.spec.namespace || self.spec.extra_namespaces.contains(namespace) {
            return;
        }
        let message = format!("the service does not say that it writes to `{namespace}`");
        let rule = "a project refuses namespaces that it does not list, and then the whole sync fails";
        let span = object.namespace_span.unwrap_or(object.span);
        self.refuse(span, object.named, &message, rule, &format!("add \"{namespace}\" to `extra_namespaces`"));
    }

    /// What bounds a namespace belongs to foundations, and the projects of teams refuse it.
    fn bounding(&mut self, object: &Seen<'_>, group: &str) {
        let kind = object.kind.as_ref();
        if self.is_admin || !BOUNDING.contains(&(group, kind)) {
            return;
        }
        let message = format!("a team can't bring a {kind}: it bounds what the team may take");
        let rule = "the projects of teams refuse these kinds, and then the whole sync fails";
        let help = "let admins say it: `namespace NAME { quota { ... }  limits { ... } }`";
        self.refuse(object.span, object.named, &message, rule, help);
    }

    /// What must outlive its line in Git says so itself.
    fn holder(&mut self, object: &Seen<'_>, name: &Arc<str>) {
        let Some((kind, _)) = HOLDERS.iter().find(|(kind, _)| *kind == object.kind.as_ref()) else { return };
        let says = |key: &str, words: [&str; 2]| {
            let options = object.annotations.get(key).map_or("", |text| text.as_ref());
            options.split(',').map(str::trim).any(|option| words.contains(&option))
        };
        let sync = &self.spec.sync;
        let is_kept = !sync.prune
            || sync.options.iter().any(|option| matches!(option.as_ref(), "Prune=false" | "Prune=confirm"))
            || says(SYNC_OPTIONS, ["Prune=false", "Prune=confirm"])
            || says("helm.sh/resource-policy", ["keep", "keep"]);
        if !is_kept {
            let pruned = self.pruned.entry(kind).or_insert_with(|| (object.named.unwrap_or(object.span), vec![]));
            pruned.1.push(Arc::clone(name));
        }
    }

    fn refuse(&mut self, span: Span, named: Option<Span>, message: &str, rule: &str, help: &str) {
        let finding = Diagnostic::new(codes::BAD_OBJECT, span, message).note(rule).help(help);
        self.sink.push(match named {
            Some(named) => finding.also(named, "the source that the file belongs to"),
            None => finding,
        });
    }

    fn finish(self) -> Vec<Brought> {
        for (kind, what) in HOLDERS {
            let Some((span, names)) = self.pruned.get(kind) else { continue };
            let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
            let message = format!("{kind} {} would go with the line in Git that says so", some(&names));
            self.sink.push(
                Diagnostic::new(codes::PRUNED_HOLDER, *span, message)
                    .note(format!("pruning removes what left Git; with a {kind} goes {what}"))
                    .help(format!(
                        "annotate it: `{SYNC_OPTIONS}: Prune=false` keeps it, `argocd.argoproj.io/compare-options: IgnoreExtraneous` \
                         lets the service be Synced all the same"
                    )),
            );
        }
        for (kind, name, span) in &self.counted {
            if self.scaled.iter().any(|scaled| (&scaled.0, &scaled.1) == (kind, name)) {
                let message = format!("{kind} `{name}` says its replicas, and an autoscaler sets them too");
                self.sink.push(
                    Diagnostic::new(codes::REPLICAS_SET_TWICE, *span, message)
                        .note("Argo CD sets the number back to that of Git, and the autoscaler changes it again")
                        .help("leave `replicas` away"),
                );
            }
        }
        self.brought
    }
}

/// A Secret with data in Git is no secret.
fn revealing(span: Span, named: Option<Span>) -> Diagnostic {
    let finding = Diagnostic::new(codes::PLAIN_SECRET, span, "a Secret with its data in Git is no secret")
        .note("Git keeps what was ever committed, and Argo CD caches manifests in the clear")
        .help("keep it in a store and write `secret NAME { store = ...  keys { ... } }`, or use a SealedSecret");
    match named {
        Some(named) => finding.also(named, "the source that the file belongs to"),
        None => finding,
    }
}
