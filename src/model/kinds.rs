//! The kinds that Kubernetes brings itself, and what it refuses of them.

/// A kind of Kubernetes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Builtin {
    pub(super) group: &'static str,
    pub(super) kind: &'static str,
    /// Whether its objects stand in no namespace.
    pub(super) is_cluster_scoped: bool,
    /// What an object has beside `apiVersion`, `kind` and `metadata`.
    pub(super) fields: &'static [&'static str],
}

const SPEC: &[&str] = &["spec", "status"];

const fn namespaced(group: &'static str, kind: &'static str, fields: &'static [&'static str]) -> Builtin {
    Builtin { group, kind, is_cluster_scoped: false, fields }
}

const fn cluster(group: &'static str, kind: &'static str, fields: &'static [&'static str]) -> Builtin {
    Builtin { group, kind, is_cluster_scoped: true, fields }
}

const ADMISSION: &str = "admissionregistration.k8s.io";
const RBAC: &str = "rbac.authorization.k8s.io";
const NETWORK: &str = "networking.k8s.io";
const STORAGE: &str = "storage.k8s.io";

/// What may stand in a manifest of a cluster of today.
const BUILTINS: &[Builtin] = &[
    namespaced("", "ConfigMap", &["data", "binaryData", "immutable"]),
    namespaced("", "Endpoints", &["subsets"]),
    namespaced("", "Event", &["involvedObject", "reason", "message", "type"]),
    namespaced("", "LimitRange", SPEC),
    cluster("", "Namespace", SPEC),
    cluster("", "Node", SPEC),
    cluster("", "PersistentVolume", SPEC),
    namespaced("", "PersistentVolumeClaim", SPEC),
    namespaced("", "Pod", SPEC),
    namespaced("", "PodTemplate", &["template"]),
    namespaced("", "ReplicationController", SPEC),
    namespaced("", "ResourceQuota", SPEC),
    namespaced("", "Secret", &["data", "stringData", "type", "immutable", "sops"]),
    namespaced("", "Service", SPEC),
    namespaced("", "ServiceAccount", &["secrets", "imagePullSecrets", "automountServiceAccountToken"]),
    cluster(ADMISSION, "MutatingAdmissionPolicy", SPEC),
    cluster(ADMISSION, "MutatingAdmissionPolicyBinding", SPEC),
    cluster(ADMISSION, "MutatingWebhookConfiguration", &["webhooks"]),
    cluster(ADMISSION, "ValidatingAdmissionPolicy", SPEC),
    cluster(ADMISSION, "ValidatingAdmissionPolicyBinding", SPEC),
    cluster(ADMISSION, "ValidatingWebhookConfiguration", &["webhooks"]),
    cluster("apiextensions.k8s.io", "CustomResourceDefinition", SPEC),
    cluster("apiregistration.k8s.io", "APIService", SPEC),
    namespaced("apps", "ControllerRevision", &["data", "revision"]),
    namespaced("apps", "DaemonSet", SPEC),
    namespaced("apps", "Deployment", SPEC),
    namespaced("apps", "ReplicaSet", SPEC),
    namespaced("apps", "StatefulSet", SPEC),
    namespaced("autoscaling", "HorizontalPodAutoscaler", SPEC),
    namespaced("batch", "CronJob", SPEC),
    namespaced("batch", "Job", SPEC),
    cluster("certificates.k8s.io", "CertificateSigningRequest", SPEC),
    cluster("certificates.k8s.io", "ClusterTrustBundle", SPEC),
    namespaced("coordination.k8s.io", "Lease", SPEC),
    namespaced("coordination.k8s.io", "LeaseCandidate", SPEC),
    namespaced("discovery.k8s.io", "EndpointSlice", &["addressType", "endpoints", "ports"]),
    cluster("flowcontrol.apiserver.k8s.io", "FlowSchema", SPEC),
    cluster("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", SPEC),
    namespaced(NETWORK, "Ingress", SPEC),
    cluster(NETWORK, "IngressClass", SPEC),
    cluster(NETWORK, "IPAddress", SPEC),
    namespaced(NETWORK, "NetworkPolicy", SPEC),
    cluster(NETWORK, "ServiceCIDR", SPEC),
    cluster("node.k8s.io", "RuntimeClass", &["handler", "overhead", "scheduling"]),
    namespaced("policy", "PodDisruptionBudget", SPEC),
    cluster(RBAC, "ClusterRole", &["rules", "aggregationRule"]),
    cluster(RBAC, "ClusterRoleBinding", &["subjects", "roleRef"]),
    namespaced(RBAC, "Role", &["rules"]),
    namespaced(RBAC, "RoleBinding", &["subjects", "roleRef"]),
    cluster("resource.k8s.io", "DeviceClass", SPEC),
    namespaced("resource.k8s.io", "ResourceClaim", SPEC),
    namespaced("resource.k8s.io", "ResourceClaimTemplate", SPEC),
    cluster("resource.k8s.io", "ResourceSlice", SPEC),
    cluster("scheduling.k8s.io", "PriorityClass", &["value", "globalDefault", "description", "preemptionPolicy"]),
    cluster(STORAGE, "CSIDriver", SPEC),
    cluster(STORAGE, "CSINode", SPEC),
    namespaced(STORAGE, "CSIStorageCapacity", &["nodeTopology", "storageClassName", "capacity", "maximumVolumeSize"]),
    cluster(
        STORAGE,
        "StorageClass",
        &[
            "provisioner",
            "parameters",
            "reclaimPolicy",
            "mountOptions",
            "allowVolumeExpansion",
            "volumeBindingMode",
            "allowedTopologies",
        ],
    ),
    cluster(STORAGE, "VolumeAttachment", SPEC),
    cluster(STORAGE, "VolumeAttributesClass", &["driverName", "parameters"]),
];

/// What Kubernetes knows of a kind, if it is one of its own.
pub(super) fn builtin(group: &str, kind: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.group == group && builtin.kind == kind)
}

/// The kinds of a group that is Kubernetes' own; none for other groups.
pub(super) fn kinds_of(group: &str) -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().filter(move |builtin| builtin.group == group).map(|builtin| builtin.kind)
}
