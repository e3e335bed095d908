//! `ApplicationSets`: the same Applications, as a template and what differs from it.

use std::sync::Arc;

use super::super::yaml::{Node, Part, Template, Text};
use super::super::{header, holes, paths};
use super::application::{Alike, alike, application, leaving, place};
use super::{ARGO, object, rolling};
use crate::db::Db;
use crate::model::{
    Cluster, Deliver, Estate, Generator, Hub, Platform, Service, Workloads, estate, never_deletes, service,
};
use crate::names::Item;

/// A patch of an element is applied by this constant; it renders data, never a template.
const PATCH: &str = "{{ if hasKey . \"patch\" }}{{ toJson .patch }}{{ else }}{}{{ end }}";

/// The name of a cluster that may have had another one, which its label `platformc.io/cluster` and its registration keep.
pub(in crate::documents) const CLUSTER_OF_LABELS: &str =
    "{{or (index .metadata.labels \"platformc.io/cluster-name\") .name}}";

/// Sets are split before they are larger than etcd stores, or than the controller reports on.
const MAX_BYTES: usize = 1_400_000;
const MAX_ELEMENTS: usize = 5_000;

/// The ApplicationSets of a service that is delivered by them: path and text of each file.
#[salsa::tracked]
pub(in crate::documents) fn application_sets<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<(String, Arc<str>)> {
    let (Some(platform), Some(service)) = (&estate(db).platform, service(db, item)) else { return vec![] };
    if service.head.deliver != Deliver::ApplicationSet {
        return vec![];
    }
    let estate = estate(db);
    let groups = alike(db, service);
    let mut files = vec![];
    for hub in &estate.hubs {
        let own: Vec<&Alike<'_>> = groups.iter().filter(|alike| alike.hub.name == hub.name).collect();
        if !own.is_empty() {
            files.extend(Builder::new(db, platform, service, hub, &own, None).files());
            if let Some(old) = &service.head.identity.leaving {
                files.extend(Builder::new(db, platform, service, hub, &own, Some(old)).files());
            }
        }
    }
    files
}

/// One element: an instance.
struct Element<'b> {
    /// Its position in the service's head.
    position: usize,
    cluster: &'b Cluster,
    /// Which of the trees its group's elements have.
    tree: usize,
    is_patched: bool,
    values: Arc<[Arc<str>]>,
}

struct Builder<'b> {
    db: &'b dyn Db,
    platform: &'b Platform,
    service: &'b Service,
    estate: &'b Estate,
    hub: &'b Hub,
    protected: bool,
    /// Whether something that was deployed stays when its Application goes.
    keeps: bool,
    /// Whether a cluster bears another name than Argo CD calls it by.
    renamed: bool,
    /// The name before, in the set whose Applications leave.
    old: Option<&'b Arc<str>>,
    template: Node,
    /// What the elements of each group say, with holes.
    trees: Arc<[Node]>,
    elements: Vec<Element<'b>>,
}

impl<'b> Builder<'b> {
    fn new(
        db: &'b dyn Db,
        platform: &'b Platform,
        service: &'b Service,
        hub: &'b Hub,
        groups: &[&Alike<'_>],
        old: Option<&'b Arc<str>>,
    ) -> Self {
        let mut nodes: Vec<Node> = groups.iter().map(|alike| application(db, platform, service, alike)).collect();
        if let Some(old) = old {
            nodes = nodes.into_iter().map(|node| leaving(node, platform, service, old)).collect();
        }
        if service.head.generator == Generator::List {
            nodes.iter_mut().for_each(rolling::take_from_element);
        }
        let template = shared(&nodes).unwrap_or(Node::Map(vec![]));
        let mut builder = Self {
            db,
            platform,
            service,
            estate: estate(db),
            hub,
            protected: groups.iter().any(|alike| alike.protected),
            keeps: groups.iter().any(|alike| alike.workloads == Workloads::Keep),
            renamed: false,
            old,
            template,
            trees: [].into(),
            elements: vec![],
        };
        let whole = nodes.iter().any(|node| holds_null(&difference(node, &builder.template)));
        if whole {
            remove_values(&mut builder.template);
        }
        let patches: Vec<Node> = nodes.iter().map(|node| patch(node, &builder.template, whole)).collect();
        for (tree, (alike, patch)) in groups.iter().zip(&patches).enumerate() {
            let is_patched = !patch.is_empty_collection();
            alike.members.iter().for_each(|position| builder.element(*position, tree, is_patched));
        }
        builder.trees = groups.iter().zip(patches).map(|(alike, patch)| builder.tree(alike, patch)).collect();
        builder.elements.sort_by(|left, right| left.cluster.name.cmp(&right.cluster.name));
        builder
    }

    fn element(&mut self, position: usize, tree: usize, is_patched: bool) {
        let (Some(slot), Some((cluster, _))) =
            (self.service.head.instances.get(position), place(self.service, self.estate, position))
        else {
            return;
        };
        self.renamed |= cluster.name != cluster.identity;
        let values = holes::values_of(self.db, cluster, slot.item.as_ref(), 0);
        self.elements.push(Element { position, cluster, tree, is_patched, values });
    }

    /// What the elements of a group say.
    fn tree(&self, alike: &Alike<'_>, patch: Node) -> Node {
        let hole = |wanted: bool, hole| wanted.then(|| Node::hole(hole));
        let node = if self.service.head.generator == Generator::Clusters {
            Node::map([("name", Node::hole(holes::KNOWN))])
        } else {
            let node = Node::map([
                ("cluster", Node::hole(holes::CLUSTER)),
                ("url", Node::hole(holes::SERVER)),
                ("env", Node::hole(holes::ENVIRONMENT)),
            ]);
            let node = node.with_some("known", hole(self.renamed, holes::KNOWN));
            let node = node.with_some("region", hole(alike.with_region, holes::REGION));
            node.with_some(rolling::KEY, alike.step.map(|step| Node::text(rolling::number(step))))
        };
        node.with_some("item", hole(self.service.head.each.is_some(), holes::ITEM)).with_filled("patch", patch)
    }

    fn files(&self) -> Vec<(String, Arc<str>)> {
        let is_whole = self.service.rollout.is_some();
        let mut parts = if is_whole { 1 } else { self.elements.len().div_ceil(MAX_ELEMENTS).max(1) };
        loop {
            let files = self.split(parts);
            let fits = files.iter().all(|(_, text)| text.len() <= MAX_BYTES);
            if fits || is_whole || parts >= self.elements.len() {
                return files;
            }
            parts *= 2;
        }
    }

    fn split(&self, parts: usize) -> Vec<(String, Arc<str>)> {
        let folder = paths::of_hub(self.estate, paths::SETS, &self.hub.name);
        let service = self.old.unwrap_or(&self.service.head.name);
        let set = self.old.unwrap_or(&self.service.head.identity.application);
        if parts == 1 || self.service.head.generator == Generator::Clusters {
            return vec![(format!("{folder}/{service}.yaml"), self.text(set, &self.elements))];
        }
        let size = self.elements.len().div_ceil(parts);
        let chunks = self.elements.chunks(size.max(1)).zip(1..);
        chunks
            .map(|(chunk, number)| {
                (format!("{folder}/{service}.{number}.yaml"), self.text(&format!("{set}.{number}"), chunk))
            })
            .collect()
    }

    fn text(&self, name: &str, elements: &[Element<'_>]) -> Arc<str> {
        let metadata = Node::map([
            ("name", Node::text(name)),
            ("namespace", Node::text(Arc::clone(&self.hub.namespace))),
            ("labels", self.labels()),
        ]);
        let spec =
            Node::map([("goTemplate", Node::Bool(true)), ("goTemplateOptions", Node::list(["missingkey=error"]))])
                .with("generators", Node::List(vec![self.generator(elements)]))
                .with_some("strategy", self.strategy())
                .with_filled("syncPolicy", self.policy())
                .with("template", self.go_template())
                .with_some("templatePatch", elements.iter().any(|element| element.is_patched).then_some(PATCH));
        let header = header::yaml(&self.service.file, &format!("service {}", self.service.head.name));
        let mut out = String::new();
        Template::new(&header, &[object(ARGO, "ApplicationSet", metadata).with("spec", spec)]).fill(&[], &mut out);
        out.into()
    }

    fn labels(&self) -> Node {
        Node::map([
            ("app.kubernetes.io/managed-by", Node::text("platformc")),
            ("app.kubernetes.io/part-of", Node::text(Arc::clone(&self.platform.name))),
            ("platformc.io/layer", Node::text(Arc::clone(&self.service.head.layer))),
            ("platformc.io/owner", Node::text(Arc::clone(&self.service.head.owner))),
            ("platformc.io/service", Node::text(Arc::clone(&self.service.head.name))),
        ])
    }

    fn strategy(&self) -> Option<Node> {
        let rollout = self.service.rollout.as_ref().filter(|_| self.old.is_none())?;
        Some(rolling::strategy(rollout, self.elements.iter().map(|element| element.position)))
    }

    /// A set that holds something protected never deletes, unless something is meant to go.
    fn policy(&self) -> Node {
        let never_deletes = self.old.is_none() && never_deletes(self.db, &self.service.head, &self.hub.name);
        let only_updates = never_deletes.then_some("create-update");
        let preserves = self.protected || self.keeps || self.old.is_some();
        Node::Map(vec![])
            .with_some("applicationsSync", only_updates)
            .with_some("preserveResourcesOnDeletion", preserves.then_some(true))
    }

    fn generator(&self, elements: &[Element<'_>]) -> Node {
        let list = |elements: &mut dyn Iterator<Item = &Element<'_>>| {
            let items = elements.map(|element| (element.tree, Arc::clone(&element.values))).collect();
            Node::map([("list", Node::map([("elements", Node::Filled(Arc::clone(&self.trees), items))]))])
        };
        if self.service.head.generator == Generator::List {
            return list(&mut elements.iter());
        }
        let base = match &self.service.head.each {
            Some(_) => {
                Node::map([("matrix", Node::map([("generators", Node::List(vec![self.clusters(), self.items()]))]))])
            }
            None => self.clusters(),
        };
        if !elements.iter().any(|element| element.is_patched) {
            return base;
        }
        let keys: &[&str] = if self.service.head.each.is_some() { &["name", "item"] } else { &["name"] };
        let patches = list(&mut elements.iter().filter(|element| element.is_patched));
        let merge = Node::map([
            ("mergeKeys", Node::list(keys.iter().copied())),
            ("generators", Node::List(vec![base, patches])),
        ]);
        Node::map([("merge", merge)])
    }

    /// Registered clusters, by the labels that our registrations carry.
    fn clusters(&self) -> Node {
        let requirements = self.service.head.selector.iter().flatten().map(|requirement| {
            let operator = if requirement.negated { "NotIn" } else { "In" };
            Node::map([
                ("key", Node::text(Arc::clone(&requirement.key))),
                ("operator", Node::text(operator)),
                ("values", super::super::leaf::texts(&requirement.values)),
            ])
        });
        let selector = Node::map([("matchLabels", Node::map([("platformc.io/managed", Node::text("true"))]))])
            .with_filled("matchExpressions", Node::List(requirements.collect()));
        Node::map([("clusters", Node::map([("selector", selector)]))])
    }

    fn items(&self) -> Node {
        let mut items: Vec<&Arc<str>> =
            self.service.head.instances.iter().filter_map(|slot| slot.item.as_ref()).collect();
        items.sort();
        items.dedup();
        let elements = items.into_iter().map(|item| Node::map([("item", Node::text(Arc::clone(item)))]));
        Node::map([("list", Node::map([("elements", Node::List(elements.collect()))]))])
    }

    /// The shared part as a template of Go: holes are parameters, and what looks like a template is shown as it is.
    fn go_template(&self) -> Node {
        self.escaped(&go_template_of(&self.template))
    }

    fn escaped(&self, node: &Node) -> Node {
        match node {
            Node::Text(text) => Node::text(self.parameters(text)),
            Node::List(items) => Node::List(items.iter().map(|item| self.escaped(item)).collect()),
            Node::Map(entries) => {
                Node::Map(entries.iter().map(|(key, node)| (Arc::from(escape(key)), self.escaped(node))).collect())
            }
            other => other.clone(),
        }
    }

    fn parameters(&self, text: &Text) -> String {
        let by_label = self.service.head.generator == Generator::Clusters;
        let parts = text.0.iter().map(|part| match part {
            Part::Literal(literal) => escape(literal),
            Part::Hole(hole) => parameter(*hole, by_label, self.renamed).to_owned(),
        });
        parts.collect()
    }
}

/// What of an Application a template has: its controller says the rest.
pub(super) fn go_template_of(application: &Node) -> Node {
    let mut template = application.clone();
    if let Node::Map(entries) = &mut template {
        entries.retain(|(key, _)| matches!(key.as_ref(), "metadata" | "spec"));
        for (key, node) in entries.iter_mut() {
            if let ("metadata", Node::Map(metadata)) = (key.as_ref(), node) {
                metadata.retain(|(key, _)| key.as_ref() != "namespace");
            }
        }
    }
    template
}

/// A text that a template shows as it is.
pub(super) fn escape(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

fn parameter(hole: super::super::yaml::Hole, by_label: bool, renamed: bool) -> &'static str {
    match (hole, by_label) {
        (holes::KNOWN, false) if renamed => "{{.known}}",
        (holes::CLUSTER, true) if renamed => CLUSTER_OF_LABELS,
        (holes::CLUSTER | holes::KNOWN, false) => "{{.cluster}}",
        (holes::SERVER, false) => "{{.url}}",
        (holes::ENVIRONMENT, false) => "{{.env}}",
        (holes::REGION, false) => "{{.region}}",
        (rolling::STEP, false) => "{{.step}}",
        (holes::CLUSTER | holes::KNOWN, true) => "{{.name}}",
        (holes::SERVER, true) => "{{.server}}",
        (holes::ENVIRONMENT, true) => "{{index .metadata.labels \"platformc.io/env\"}}",
        (holes::REGION, true) => "{{index .metadata.labels \"platformc.io/region\"}}",
        _ => "{{.item}}",
    }
}

/// What some Applications have in common. Of `valuesObject` only whole top-level keys count, for a patch can't reach
/// into an object that stands there.
pub(in crate::documents) fn shared(nodes: &[Node]) -> Option<Node> {
    let (first, rest) = nodes.split_first()?;
    Some(rest.iter().fold(first.clone(), |shared, node| common(&shared, node, false).unwrap_or(Node::Map(vec![]))))
}

fn common(left: &Node, right: &Node, whole: bool) -> Option<Node> {
    match (left, right) {
        (Node::Map(entries), Node::Map(_)) if !whole => {
            let kept = entries.iter().filter_map(|(key, node)| {
                let other = right.get(key)?;
                let kept = match (key.as_ref(), node, other) {
                    ("valuesObject", Node::Map(values), Node::Map(_)) => {
                        let values = values.iter().filter(|(key, node)| other.get(key) == Some(node)).cloned();
                        Some(Node::Map(values.collect()))
                    }
                    _ => common(node, other, false),
                };
                kept.map(|kept| (Arc::clone(key), kept))
            });
            Some(Node::Map(kept.collect()))
        }
        _ => (left == right).then(|| left.clone()),
    }
}

/// What an Application has beyond the shared part.
fn difference(node: &Node, shared: &Node) -> Node {
    let Node::Map(entries) = node else { return node.clone() };
    let mut out = vec![];
    for (key, node) in entries {
        match shared.get(key) {
            None => out.push((Arc::clone(key), node.clone())),
            Some(other) if other == node => {}
            Some(other) => out.push((Arc::clone(key), difference(node, other))),
        }
    }
    Node::Map(out)
}

fn patch(node: &Node, shared: &Node, whole_values: bool) -> Node {
    let mut patch = difference(node, shared);
    if whole_values {
        replace_values(&mut patch, node, shared);
    }
    patch
}

fn holds_null(node: &Node) -> bool {
    match node {
        Node::Null => true,
        Node::List(_) => false,
        Node::Map(entries) => entries.iter().any(|(_, node)| holds_null(node)),
        _ => false,
    }
}

const VALUES: [&str; 4] = ["spec", "source", "helm", "valuesObject"];

fn remove_values(template: &mut Node) {
    if let Some(values) = template.at_mut(&VALUES) {
        *values = Node::Map(vec![]);
    }
}

/// A patch drops nulls from what it merges, and keeps them in an object that it replaces. That must be one that the template
/// has: the values, or what is nearest above them.
fn replace_values(patch: &mut Node, node: &Node, shared: &Node) {
    let Some(Node::Map(_)) = node.at(&VALUES) else { return };
    let is_shared = |path: &&[&str]| matches!(shared.at(path), Some(Node::Map(_)));
    let Some(above) = (1..=VALUES.len()).rev().filter_map(|depth| VALUES.get(..depth)).find(is_shared) else { return };
    if let (Some(Node::Map(entries)), Some(patched)) = (node.at(above), patch.at_mut(above)) {
        let replace = (Arc::from("$patch"), Node::text("replace"));
        // Argo CD keeps the template's project, whatever a patch says.
        let entries = entries.iter().filter(|(key, _)| above.len() > 1 || key.as_ref() != "project").cloned();
        *patched = Node::Map([replace].into_iter().chain(entries).collect());
    }
}
