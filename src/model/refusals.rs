//! Why Kubernetes or Argo CD would refuse an object, or pass over what it says.

use serde_json::Value as Json;

use super::kinds::{builtin, kinds_of};
use crate::diagnostics::did_you_mean;

/// A reason, with the rule behind it and the mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) rule: &'static str,
    pub(super) help: String,
}

fn refusal(message: String, rule: &'static str, help: impl Into<String>) -> Refusal {
    Refusal { message, rule, help: help.into() }
}

/// When Argo CD runs a hook, and the word that means never.
const HOOKS: [&str; 7] = ["PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete", "Skip"];

/// Everything that is wrong with an object by itself.
pub(super) fn refusals(object: &Json) -> Vec<Refusal> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or("");
    let group = text("/apiVersion").split_once('/').map_or("", |(group, _)| group);
    let mut found = vec![];
    found.extend(unknown(object, group, text("/kind")));
    found.extend(metadata(object));
    found.extend(annotations(object));
    match (group, text("/kind")) {
        ("", "ConfigMap") => found.extend(data(object)),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => found.extend(binding(object)),
        _ => {}
    }
    found
}

/// A kind that is none in a group of Kubernetes, or a field that the kind does not have.
fn unknown(object: &Json, group: &str, kind: &str) -> Option<Refusal> {
    let Some(builtin) = builtin(group, kind) else {
        kinds_of(group).next()?;
        let place = if group.is_empty() { "its core group".to_owned() } else { format!("`{group}`") };
        let rule = "a sync fails as a whole where the server does not know a kind";
        let help = meant(did_you_mean(kind, kinds_of(group)), "correct the kind or its `apiVersion`");
        return Some(refusal(format!("Kubernetes has no kind `{kind}` in {place}"), rule, help));
    };
    let known = |field: &str| ["apiVersion", "kind", "metadata"].contains(&field) || builtin.fields.contains(&field);
    let field = object.as_object()?.keys().find(|field| !known(field))?;
    let rule = "Kubernetes drops fields that it does not know, and the object lacks what they should have said";
    let help = meant(did_you_mean(field, builtin.fields.iter().copied()), "leave it away");
    Some(refusal(format!("{kind} has no field `{field}`"), rule, help))
}

fn meant(near: Option<&str>, otherwise: &str) -> String {
    near.map_or_else(|| otherwise.to_owned(), |near| format!("did you mean `{near}`?"))
}

/// Labels and annotations are texts.
fn metadata(object: &Json) -> Option<Refusal> {
    let mut of = [("/metadata/labels", "label"), ("/metadata/annotations", "annotation")].into_iter();
    of.find_map(|(pointer, what)| {
        let (key, _) = object.pointer(pointer)?.as_object()?.iter().find(|(_, value)| !value.is_string())?;
        Some(refusal(
            format!("the {what} `{key}` is no text"),
            "Kubernetes takes texts only, and refuses the object",
            "quote the value",
        ))
    })
}

fn annotations(object: &Json) -> Vec<Refusal> {
    let get = |key: &str| object.pointer("/metadata/annotations")?.get(key)?.as_str();
    let mut found = vec![];
    if let Some(wave) = get("argocd.argoproj.io/sync-wave").filter(|wave| wave.parse::<i64>().is_err()) {
        found.push(refusal(
            format!("sync wave `{wave}` is no whole number"),
            "Argo CD takes what is no whole number for wave 0, without a word",
            "write a whole number in quotes: `\"-1\"`",
        ));
    }
    let hooks = get("argocd.argoproj.io/hook").into_iter().flat_map(|hooks| hooks.split(',')).map(str::trim);
    if let Some(hook) = hooks.filter(|hook| !hook.is_empty()).find(|hook| !HOOKS.contains(hook)) {
        found.push(refusal(
            format!("there is no hook `{hook}`"),
            "an object with a hook that Argo CD does not know is never applied",
            format!("the hooks are {}", HOOKS.join(", ")),
        ));
    }
    found
}

/// What a `ConfigMap` holds are texts.
fn data(object: &Json) -> Option<Refusal> {
    let (key, _) = object.get("data")?.as_object()?.iter().find(|(_, value)| !value.is_string() && !value.is_null())?;
    Some(refusal(
        format!("`data.{key}` is no text"),
        "a ConfigMap holds texts, and Kubernetes refuses all else",
        "quote the value",
    ))
}

fn binding(object: &Json) -> Vec<Refusal> {
    let mut found = vec![];
    let rule = "Kubernetes refuses the object";
    let target = object.pointer("/roleRef/kind").and_then(Json::as_str).unwrap_or("");
    if !["Role", "ClusterRole"].contains(&target) {
        let message = "a binding names a Role or a ClusterRole in `roleRef`".to_owned();
        found.push(refusal(message, rule, "write `roleRef` with `apiGroup`, `kind` and `name`"));
    }
    let subjects = object.get("subjects").and_then(Json::as_array).into_iter().flatten();
    let mut kinds = subjects.filter_map(|subject| subject.get("kind")?.as_str());
    if let Some(kind) = kinds.find(|kind| !["User", "Group", "ServiceAccount"].contains(kind)) {
        found.push(refusal(format!("a subject can't be a `{kind}`"), rule, "take User, Group or ServiceAccount"));
    }
    found
}
