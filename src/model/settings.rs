//! Settings that fit their types and still don't do what is meant, by Argo CD's rules.

use super::entities::Deliver;
use super::fields::{Fields, source_blocks};
use super::heads::Head;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::overlays::Tree;
use crate::values::{Value, text_of};

/// Checks the settings of a service of which the types have been checked.
pub(super) fn check(head: &Head, tree: &Tree, sink: &mut Sink) {
    let fields = Fields(Some(tree));
    sync(head, fields.block("sync"), sink);
    differences(fields, sink);
    reserved(fields, sink);
    if let Some(Tree::Branch(sources, span)) = tree.get("source")
        && sources.len() > MANY_SOURCES
    {
        let rule = "Argo CD means several sources for a chart and its values, not for things that only stand together";
        let message = format!("{} sources in one Application", sources.len());
        sink.push(risky(*span, message, rule, "make services of them, and say which needs which"));
    }
    large(tree, sink);
    for block in source_blocks(tree) {
        chart(Fields(Some(block)).block("helm"), sink);
    }
}

/// Labels by which the compiler and Argo CD tell Applications apart, and annotations by which Argo CD treats them otherwise.
const RESERVED_KEYS: [(&str, &[&str]); 2] = [
    ("labels", &["app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "platformc.io/"]),
    (
        "annotations",
        &[
            "argocd.argoproj.io/hook",
            "argocd.argoproj.io/installation-id",
            "argocd.argoproj.io/manifest-generate-paths",
            "argocd.argoproj.io/skip-reconcile",
            "argocd.argoproj.io/sync-wave",
            "argocd.argoproj.io/tracking-id",
            "platformc.io/",
        ],
    ),
];

fn reserved(fields: Fields<'_>, sink: &mut Sink) {
    for (attribute, starts) in RESERVED_KEYS {
        let Some(Tree::Branch(entries, _)) = fields.tree(attribute) else { continue };
        for (key, value) in entries.iter().filter(|(key, _)| starts.iter().any(|start| key.starts_with(start))) {
            sink.push(
                Diagnostic::new(codes::RESERVED_NAME, value.span(), format!("`{key}` is not for services to say"))
                    .note("the compiler or Argo CD writes it, and orders, finds or tracks the Application by it")
                    .help("take a key of your own"),
            );
        }
    }
}

/// More sources than this make one Application of things that are several.
const MANY_SOURCES: usize = 3;

/// Larger values leave no room in an object that etcd takes, which is 1.5 MB with all that Argo CD adds.
const MAX_BYTES: usize = 1_000_000;

/// Names of clusters, environments and items are DNS labels.
const LONGEST_OWN: usize = 63;

/// What stands in an Application must fit into an object of Kubernetes.
fn large(tree: &Tree, sink: &mut Sink) {
    let bytes = weight(tree);
    if bytes > MAX_BYTES {
        let message = format!("the service says {bytes} bytes, which is too much for one object");
        sink.push(
            Diagnostic::new(codes::TOO_LARGE, heaviest(tree).span(), message)
                .note("etcd refuses objects above 1.5 MB, and Argo CD keeps what an Application says more than once")
                .help("put the values into a file and name it in `value_files`, or objects into a folder of manifests"),
        );
    }
}

/// The part that is too large by itself, or the block where only all of it is.
fn heaviest(tree: &Tree) -> &Tree {
    let Tree::Branch(children, _) = tree else { return tree };
    children.values().find(|child| weight(child) > MAX_BYTES).map_or(tree, heaviest)
}

/// About how many bytes a block has.
fn weight(tree: &Tree) -> usize {
    match tree {
        Tree::Branch(children, _) => children.iter().map(|(key, child)| key.len() + weight(child)).sum(),
        Tree::Leaf(value, _) => value_weight(value),
        Tree::Broken(_) => 0,
    }
}

fn value_weight(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Pattern(pieces) => text_of(pieces, |_| "-".repeat(LONGEST_OWN)).len(),
        Value::List(items) => items.iter().map(value_weight).sum(),
        Value::Object(object) => object.iter().map(|(key, value)| key.len() + value_weight(value)).sum(),
        _ => 4,
    }
}

fn sync(head: &Head, sync: Fields<'_>, sink: &mut Sink) {
    let options = sync.texts("options");
    let has = |option: &str| options.iter().any(|known| known.as_ref() == option);
    let span = sync.tree("options").map(Tree::span);
    let server_side = sync.flag("server_side", false) || has("ServerSideApply=true");
    if let (Some(span), true, true) = (span, has("Replace=true"), server_side) {
        sink.push(
            Diagnostic::new(
                codes::EXCLUSIVE_ATTRIBUTES,
                span,
                "`Replace=true` and server-side apply exclude each other",
            )
            .note("Argo CD then replaces, and nothing is applied on the server")
            .help("leave one of them away"),
        );
    }
    for (option, harm) in [
        ("Replace=true", "objects are replaced whole at every sync, and what cannot be changed in place is lost"),
        ("Force=true", "what cannot be changed in place is deleted and made anew, with everything that it holds"),
    ] {
        if let (Some(span), true) = (span, has(option)) {
            let help = "annotate the few objects that need it instead: `argocd.argoproj.io/sync-options`";
            sink.push(risky(span, format!("`{option}` for all objects of the service"), harm, help));
        }
    }
    if let (Some(tree), true, true) =
        (sync.tree("allow_empty"), sync.flag("allow_empty", false), sync.flag("prune", true))
    {
        let rule = "Argo CD refuses a sync that would remove everything; this takes the guard away";
        sink.push(risky(
            tree.span(),
            "an empty source would delete the whole service".to_owned(),
            rule,
            "leave it away",
        ));
    }
    if let (Some(tree), false, Deliver::Applications) = (sync.tree("prune"), sync.flag("prune", true), head.deliver) {
        let rule = "an object that leaves Git then keeps the service OutOfSync, and what comes after waits for ever";
        let help = "annotate what must stay: `argocd.argoproj.io/sync-options: Prune=false` and \
                    `argocd.argoproj.io/compare-options: IgnoreExtraneous`";
        sink.push(risky(tree.span(), "nothing that leaves Git is removed".to_owned(), rule, help));
    }
    let retry = sync.block("retry");
    if let (Some(tree), 0, Deliver::Applications) = (retry.tree("limit"), retry.int("limit", -1), head.deliver) {
        let rule =
            "a sync that fails is not tried again until the next commit, and what waits for this service waits as long";
        sink.push(risky(
            tree.span(),
            "a failed sync is never tried again".to_owned(),
            rule,
            "allow some tries, or leave it away",
        ));
    }
}

fn risky(span: Span, message: String, rule: &str, help: &str) -> Diagnostic {
    Diagnostic::new(codes::RISKY_SETTING, span, message).note(rule).help(help)
}

/// The keys of `ignore_differences` that say what is ignored.
const SAYING: [&str; 3] = ["jsonPointers", "jqPathExpressions", "managedFieldsManagers"];

fn differences(fields: Fields<'_>, sink: &mut Sink) {
    let Some(tree) = fields.tree("ignore_differences") else { return };
    let items = fields.values("ignore_differences");
    for item in items {
        if let Some((message, help)) = wrong_difference(item) {
            sink.push(Diagnostic::new(codes::BAD_VALUE, tree.span(), message).help(help));
        }
    }
}

fn wrong_difference(item: &Value) -> Option<(String, &'static str)> {
    let object = item.as_object()?;
    if let Some(unknown) = object
        .keys()
        .find(|key| !["group", "kind", "name", "namespace"].contains(&key.as_ref()) && !SAYING.contains(&key.as_ref()))
    {
        let message = format!("`ignore_differences` has no `{unknown}`");
        return Some((
            message,
            "there are group, kind, name, namespace, jsonPointers, jqPathExpressions and managedFieldsManagers",
        ));
    }
    if object.get("kind").and_then(Value::as_text).is_none() {
        return Some((
            "an entry of `ignore_differences` names no kind".to_owned(),
            "write `kind = \"Deployment\"`, or `\"*\"`",
        ));
    }
    let said = |key: &str| object.get(key).and_then(Value::as_list).is_some_and(|list| !list.is_empty());
    if !SAYING.iter().any(|key| said(key)) {
        let message = "an entry of `ignore_differences` ignores nothing".to_owned();
        return Some((message, "give it jsonPointers, jqPathExpressions or managedFieldsManagers"));
    }
    let texts =
        |key: &str| object.get(key).and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_text);
    if let Some(wrong) = texts("jsonPointers").find(|pointer| !pointer.starts_with('/')) {
        return Some((format!("`{wrong}` is no JSON pointer"), "a JSON pointer begins with `/`: `/spec/replicas`"));
    }
    // Argo CD reads it as `del(...)`, and one that it can't read stops the comparison of the whole Application.
    let wrong = texts("jqPathExpressions").find(|path| path.trim_start().starts_with('/'))?;
    Some((format!("`{wrong}` is no path of jq"), "a path of jq begins with `.`: `.spec.replicas`"))
}

fn chart(helm: Fields<'_>, sink: &mut Sink) {
    if let (Some(tree), Some(version)) = (helm.tree("kube_version"), helm.text("kube_version"))
        && version.starts_with('v')
    {
        sink.push(
            Diagnostic::new(codes::BAD_VALUE, tree.span(), format!("`{version}` begins with `v`"))
                .note("Argo CD gives it to Helm as it is, and charts compare it as a version")
                .help(format!("write `{}`", version.trim_start_matches('v')))
                .meant_by(tree.span(), &version, Some(version.trim_start_matches('v'))),
        );
    }
    let Some(Tree::Branch(parameters, _)) = helm.tree("parameters") else { return };
    for (key, parameter) in parameters {
        let path: Vec<&str> = key.split('.').collect();
        if let Some(value) = helm.tree("values").and_then(|values| values.at(&path)) {
            sink.push(
                Diagnostic::new(codes::HIDDEN_VALUE, value.span(), format!("the parameter `{key}` hides this value"))
                    .also(parameter.span(), "the parameter")
                    .note("Helm lets parameters win over values")
                    .help("leave one of them away")
                    .superfluous("Take the hidden value away", path.last().copied()),
            );
        }
    }
}
