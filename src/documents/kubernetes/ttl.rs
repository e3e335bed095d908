//! The time to live of a preview: a `CronJob` in its namespace that removes workloads which are too old, with the rights
//! for that and no others.

use std::sync::Arc;

use super::super::argocd::object;
use super::super::yaml::Node;
use super::namespace::labels;
use crate::model::{Platform, TimeToLive};

/// The name of everything that belongs to it.
pub(in crate::documents) const NAME: &str = "time-to-live";
const RBAC: &str = "rbac.authorization.k8s.io";
/// What runs, without what runs for it: pods and replica sets go with their owners.
const WORKLOADS: [(&str, &[&str]); 2] =
    [("apps", &["daemonsets", "deployments", "statefulsets"]), ("batch", &["cronjobs", "jobs"])];
const EVERY: &str = "*/15 * * * *";

pub(super) fn objects(platform: &Platform, ttl: &TimeToLive) -> Vec<Node> {
    let metadata = || Node::map([("name", Node::text(NAME)), ("labels", labels(platform))]);
    let allowed = |(group, resources): (&str, &[&str])| {
        Node::map([
            ("apiGroups", Node::list([group])),
            ("resources", Node::list(resources.iter().copied())),
            ("verbs", Node::list(["delete", "get", "list"])),
        ])
    };
    let role = Node::map([("apiGroup", Node::text(RBAC)), ("kind", Node::text("Role")), ("name", Node::text(NAME))]);
    let subject = Node::map([
        ("kind", Node::text("ServiceAccount")),
        ("name", Node::text(NAME)),
        ("namespace", Node::text(super::preview::NAME)),
    ]);
    vec![
        object("v1", "ServiceAccount", metadata()),
        object(&format!("{RBAC}/v1"), "Role", metadata())
            .with("rules", Node::List(WORKLOADS.into_iter().map(allowed).collect())),
        object(&format!("{RBAC}/v1"), "RoleBinding", metadata())
            .with("roleRef", role)
            .with("subjects", Node::List(vec![subject])),
        object("batch/v1", "CronJob", metadata()).with("spec", cron(ttl)),
    ]
}

fn cron(ttl: &TimeToLive) -> Node {
    let container = Node::map([
        ("name", Node::text(NAME)),
        ("image", Node::text(Arc::clone(&ttl.image))),
        ("command", Node::list(["sh", "-c", &script(ttl.seconds)])),
        (
            "resources",
            Node::map([
                ("requests", Node::map([("cpu", Node::text("10m")), ("memory", Node::text("32Mi"))])),
                ("limits", Node::map([("cpu", Node::text("100m")), ("memory", Node::text("128Mi"))])),
            ]),
        ),
        (
            "securityContext",
            Node::map([
                ("allowPrivilegeEscalation", Node::Bool(false)),
                ("capabilities", Node::map([("drop", Node::list(["ALL"]))])),
                ("readOnlyRootFilesystem", Node::Bool(true)),
            ]),
        ),
    ]);
    let pod = Node::map([
        ("serviceAccountName", Node::text(NAME)),
        ("restartPolicy", Node::text("Never")),
        (
            "securityContext",
            Node::map([
                ("runAsNonRoot", Node::Bool(true)),
                ("runAsUser", Node::Int(65532)),
                ("seccompProfile", Node::map([("type", Node::text("RuntimeDefault"))])),
            ]),
        ),
        ("containers", Node::List(vec![container])),
    ]);
    let job = Node::map([
        ("activeDeadlineSeconds", Node::Int(300)),
        ("backoffLimit", Node::Int(0)),
        ("template", Node::map([("spec", pod)])),
    ]);
    Node::map([
        ("schedule", Node::text(EVERY)),
        ("concurrencyPolicy", Node::text("Forbid")),
        ("failedJobsHistoryLimit", Node::Int(1)),
        ("successfulJobsHistoryLimit", Node::Int(0)),
        ("jobTemplate", Node::map([("spec", job)])),
    ])
}

/// Times of Kubernetes sort as texts. What belongs to something else goes with it, and the job itself is one of these.
fn script(seconds: u64) -> String {
    let kinds: Vec<String> = WORKLOADS
        .iter()
        .flat_map(|(group, resources)| resources.iter().map(move |resource| format!("{resource}.{group}")))
        .collect();
    format!(
        r#"set -eu
now=$(date -u +%s)
before=$(date -u -d "@$((now - {seconds}))" +%Y-%m-%dT%H:%M:%SZ)
kubectl get {kinds} -o 'go-template={{{{range .items}}}}{{{{if not .metadata.ownerReferences}}}}{{{{.metadata.creationTimestamp}}}} {{{{.kind}}}}/{{{{.metadata.name}}}}{{{{"\n"}}}}{{{{end}}}}{{{{end}}}}' |
while read -r made object; do
  if [ "$object" != CronJob/{NAME} ] && expr "$made" \< "$before" >/dev/null; then
    kubectl delete --wait=false "$object"
  fi
done
"#,
        kinds = kinds.join(",")
    )
}
