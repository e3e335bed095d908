//! Wrong output, made on purpose: one mutation for each rule that the judge stands for.

use crate::support::Texts;
use crate::trial::Trial;

/// A change to the output of an example, and the rule that must catch it.
pub(crate) struct Mutation {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
    /// Which of the judge's rules it breaks.
    pub(crate) rule: &'static str,
    edit: Edit,
}

enum Edit {
    /// In a file, some text becomes another; it must be there.
    Replace(&'static str, &'static str, &'static str),
    /// A new file.
    Add(&'static str, &'static str),
    /// A file is not there.
    Remove(&'static str),
    /// A copy of a file under another path.
    Copy(&'static str, &'static str),
    /// One mistake that takes two edits.
    Both(&'static Edit, &'static Edit),
}

impl Mutation {
    /// The repository with the mistake in it; what is claimed stays.
    ///
    /// # Errors
    /// Where the output no longer has what is to be changed.
    pub(crate) fn apply(&self, sound: &Trial) -> Result<Trial, String> {
        let mut wrong = sound.clone();
        self.edit.apply(&mut wrong.repository).map_err(|message| format!("{}: {message}", self.name))?;
        Ok(wrong)
    }
}

impl Edit {
    fn apply(&self, files: &mut Texts) -> Result<(), String> {
        let missing = |path: &str| format!("there is no {path}");
        match self {
            Self::Replace(path, from, to) => {
                let text = files.get_mut(*path).ok_or_else(|| missing(path))?;
                if !text.contains(from) {
                    return Err(format!("{path} has no `{from}`"));
                }
                *text = text.replacen(from, to, 1);
            }
            Self::Add(path, text) => drop(files.insert((*path).to_owned(), (*text).to_owned())),
            Self::Remove(path) => drop(files.remove(*path).ok_or_else(|| missing(path))?),
            Self::Copy(from, to) => {
                let text = files.get(*from).ok_or_else(|| missing(from))?.clone();
                files.insert((*to).to_owned(), text);
            }
            Self::Both(first, second) => {
                first.apply(files)?;
                second.apply(files)?;
            }
        }
        Ok(())
    }
}

/// A ConfigMap of Argo CD's policies.
macro_rules! policies {
    ($key:literal, $value:literal) => {
        concat!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-rbac-cm\n  namespace: argocd\n  labels:\n    ",
            "app.kubernetes.io/part-of: argocd\ndata:\n  ",
            $key,
            ": \"",
            $value,
            "\"\n"
        )
    };
}

const fn on(name: &'static str, rule: &'static str, edit: Edit) -> Mutation {
    Mutation { name, example: "tutorial", rule, edit }
}

/// What Kubernetes would not take.
const KUBERNETES: &[Mutation] = &[
    on(
        "a label that YAML reads as a bool",
        "lint/strict-decode",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "platformc.io/env: dev", "platformc.io/env: yes"),
    ),
    on(
        "a key that stands twice",
        "lint/yaml",
        Edit::Replace(
            "infra/clusters/dev/base/queues.yaml",
            "  name: queues.dev\n",
            "  name: queues.dev\n  name: queues.dev\n",
        ),
    ),
    on(
        "a document without a kind",
        "lint/no-kind",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "kind: Application\n", ""),
    ),
    on(
        "a name with capitals",
        "lint/object-meta",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "name: queues.dev", "name: Queues.dev"),
    ),
    on(
        "a label value with a blank",
        "lint/object-meta",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "platformc.io/region: eu", "platformc.io/region: e u"),
    ),
    on(
        "an unknown field of a Namespace",
        "lint/strict-decode",
        Edit::Replace("infra/clusters/dev/foundation/namespaces.yaml", "metadata:\n", "specs: {}\nmetadata:\n"),
    ),
    on(
        "two objects of one name",
        "lint/duplicate-object",
        Edit::Copy("infra/clusters/dev/base/queues.yaml", "infra/clusters/dev/base/again.yaml"),
    ),
];

const fn promoting(name: &'static str, rule: &'static str, from: &'static str, to: &'static str) -> Mutation {
    let edit = Edit::Replace("infra/promotion/services/metrics-server.yaml", from, to);
    Mutation { name, example: "promotion", rule, edit }
}

/// What Kargo would not take.
const KARGO: &[Mutation] = &[
    promoting("a Stage that asks for nothing", "lint/crd-schema", "requestedFreight", "requested"),
    promoting("a step that is a task as well", "lint/crd-schema", "- task:\n", "- uses: git-clone\n        task:\n"),
    promoting(
        "an unknown field of a Warehouse",
        "lint/crd-pruned",
        "interval: '5m0s'",
        "interval: '5m0s'\n  every: 1m",
    ),
    promoting(
        "a subscription without an address",
        "promotion/schema",
        "- chart:\n      repoURL",
        "- chart:\n      url",
    ),
    promoting("an unknown kind of subscription", "promotion/schema", "- chart:", "- charts:"),
    promoting("a step without its file", "promotion/schema", "path: './src/promotion", "file: './src/promotion"),
    promoting("a step that nobody runs", "promotion/schema", "uses: yaml-update", "uses: yaml-change"),
];

const fn branching(name: &'static str, rule: &'static str, from: &'static str, to: &'static str) -> Mutation {
    let edit = Edit::Replace("infra/promotion/promoter.yaml", from, to);
    Mutation { name, example: "branches", rule, edit }
}

/// What `GitOps` Promoter would not take.
const PROMOTER: &[Mutation] = &[
    branching(
        "a strategy without environments",
        "lint/crd-schema",
        "  environments:\n  - branch",
        "  stages:\n  - branch",
    ),
    branching(
        "an environment without its branch",
        "lint/crd-schema",
        "- branch: environment/dev",
        "- name: environment/dev",
    ),
    branching(
        "an unknown field of a gate",
        "lint/crd-pruned",
        "  key: argocd-health\n  app",
        "  gate: 1\n  key: argocd-health\n  app",
    ),
    branching("a GitHub App that is no number", "lint/crd-schema", "appID: 412093", "appID: acorn"),
    branching(
        "a repository of two forges",
        "lint/crd-schema",
        "spec:\n  github:\n    owner",
        "spec:\n  gitea: {owner: a, name: b}\n  github:\n    owner",
    ),
    branching("a branch that is an option", "lint/crd-schema", "- branch: environment/dev", "- branch: '-dev'"),
];

/// What Argo CD's types and its resource definitions refuse.
const TYPES: &[Mutation] = &[
    on(
        "an unknown field of an Application",
        "lint/strict-decode",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "spec:\n", "spec:\n  sorce: {}\n"),
    ),
    on(
        "a number in quotes",
        "lint/strict-decode",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "revisionHistoryLimit: 3", "revisionHistoryLimit: '3'"),
    ),
    on(
        "a destination that is missing",
        "lint/crd-schema",
        Edit::Replace(
            "infra/clusters/dev/base/queues.yaml",
            "  destination:\n    server: https://k8s-dev.example.com\n    namespace: queues\n",
            "",
        ),
    ),
    on(
        "an unknown field of a generator",
        "lint/strict-decode",
        Edit::Replace("infra/application-sets/shop.yaml", "  - list:\n", "  - list:\n      element: []\n"),
    ),
    on(
        "an unknown field of a project",
        "lint/strict-decode",
        Edit::Replace(
            "infra/argocd/projects/platform.yaml",
            "  sourceRepos:",
            "  sourceRepositories: []\n  sourceRepos:",
        ),
    ),
];

/// What Argo CD's validations refuse.
const VALIDATIONS: &[Mutation] = &[
    on(
        "a project that is not there",
        "lint/app-project",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "project: platform", "project: plattform"),
    ),
    on(
        "a server that no cluster has",
        "lint/app-permissions",
        Edit::Replace(
            "infra/clusters/dev/base/queues.yaml",
            "server: https://k8s-dev.example.com",
            "server: https://k8s-deb.example.com",
        ),
    ),
    on(
        "a path that is not in the repository",
        "lint/app-path",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "path: manifests/queues", "path: ../queues"),
    ),
    on(
        "a source of two types",
        "lint/app-source-type",
        Edit::Replace(
            "infra/clusters/dev/base/queues.yaml",
            "    path: manifests/queues\n",
            "    path: manifests/queues\n    directory:\n      recurse: true\n    plugin:\n      name: x\n",
        ),
    ),
    on(
        "a field that Argo CD takes out of what it stores",
        "lint/app-not-normal",
        Edit::Replace(
            "infra/clusters/dev/base/queues.yaml",
            "    path: manifests/queues\n",
            "    path: manifests/queues\n    directory:\n      recurse: false\n",
        ),
    ),
    on(
        "a wait that is no duration",
        "lint/app-retry",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "maxDuration: '3m'", "maxDuration: '3 minutes'"),
    ),
    on(
        "a wave that is no number",
        "lint/sync-wave",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "sync-wave: '0'", "sync-wave: first"),
    ),
    on(
        "a sync option in the wrong case",
        "lint/sync-option",
        Edit::Replace("infra/clusters/dev/base/cert-manager.yaml", "- ServerSideApply=true", "- ServerSideApply=True"),
    ),
    on(
        "a hook that is unknown",
        "lint/hook",
        Edit::Replace(
            "infra/clusters/dev/foundation/namespaces.yaml",
            "  annotations:\n",
            "  annotations:\n    argocd.argoproj.io/hook: BeforeSync\n",
        ),
    ),
    on(
        "a project with a repository twice",
        "lint/project",
        Edit::Replace(
            "infra/argocd/projects/platform.yaml",
            "  - https://charts.jetstack.io\n",
            "  - https://charts.jetstack.io\n  - https://charts.jetstack.io\n",
        ),
    ),
    on(
        "settings that Argo CD does not watch",
        "lint/argocd-cm",
        Edit::Replace("infra/argocd/argocd-cm.yaml", "    app.kubernetes.io/part-of: argocd\n", ""),
    ),
    on(
        "a registration outside of Argo CD's namespace",
        "lint/cluster-secret",
        Edit::Replace("infra/argocd/clusters/dev.yaml", "namespace: argocd", "namespace: default"),
    ),
    on(
        "a registration without a server",
        "lint/cluster-secret",
        Edit::Replace("infra/argocd/clusters/dev.yaml", "  server: https://k8s-dev.example.com\n", ""),
    ),
    on(
        "a registration whose config is no JSON",
        "lint/cluster-secret",
        Edit::Replace(
            "infra/argocd/clusters/dev.yaml",
            "  name: dev\n  server",
            "  name: dev\n  config: '{'\n  server",
        ),
    ),
    on(
        "a registration with an authority that holds no certificates",
        "lint/cluster-secret",
        Edit::Replace(
            "infra/argocd/clusters/dev.yaml",
            "  name: dev\n  server",
            "  name: dev\n  config: '{\"tlsClientConfig\": {\"caData\": \"bm9uZQ==\"}}'\n  server",
        ),
    ),
    on(
        "a registration with a plugin of a version that there is not",
        "lint/cluster-secret",
        Edit::Replace(
            "infra/argocd/clusters/dev.yaml",
            "  name: dev\n  server",
            "  name: dev\n  config: '{\"execProviderConfig\": {\"command\": \"sh\", \"apiVersion\": \"v1\"}}'\n  server",
        ),
    ),
    on(
        "two clusters with one server",
        "lint/cluster-duplicate",
        Edit::Replace(
            "infra/argocd/clusters/dev.yaml",
            "server: https://k8s-dev.example.com",
            "server: https://k8s-prod-eu.example.com",
        ),
    ),
    on(
        "a policy that is no CSV",
        "lint/rbac-policy",
        Edit::Add("infra/argocd/argocd-rbac-cm.yaml", policies!("policy.csv", "p, role:x, applications\\n")),
    ),
];

/// What kustomize refuses.
const KUSTOMIZE: &[Mutation] = &[
    on(
        "a resource that is not there",
        "lint/kustomize-build",
        Edit::Replace("infra/services/shop/overlays/dev-eu/kustomization.yaml", "apps/shop/base'", "apps/shop/bace'"),
    ),
    on(
        "an unknown field of a kustomization",
        "lint/kustomization",
        Edit::Replace("infra/services/shop/overlays/dev-eu/kustomization.yaml", "images:", "imagez:"),
    ),
    on(
        "a bootstrap that names a file that is not there",
        "lint/kustomize-build",
        Edit::Remove("infra/argocd/projects/shop.yaml"),
    ),
];

/// What an ApplicationSet generates.
const GENERATORS: &[Mutation] = &[
    on(
        "a template key that is missing",
        "expand/appset-generate",
        Edit::Replace(
            "infra/application-sets/shop.yaml",
            "platformc.io/env: '{{.env}}'",
            "platformc.io/env: '{{.environment}}'",
        ),
    ),
    on(
        "a template that is none",
        "expand/appset-generate",
        Edit::Replace(
            "infra/application-sets/shop.yaml",
            "path: 'infra/services/shop/manifests/{{.env}}'",
            "path: 'infra/services/shop/manifests/{{.env'",
        ),
    ),
    on(
        "a missing key that is let through",
        "lint/appset-missingkey",
        Edit::Replace("infra/application-sets/shop.yaml", "  goTemplateOptions:\n  - missingkey=error\n", ""),
    ),
    on(
        "two Applications of one name",
        "expand/appset-duplicate-name",
        Edit::Replace("infra/application-sets/shop.yaml", "name: 'shop.{{.cluster}}'", "name: 'shop.{{.env}}'"),
    ),
    on(
        "an Application of another set",
        "lint/appset-name-clash",
        Edit::Copy("infra/application-sets/shop.yaml", "infra/application-sets/shop-too.yaml"),
    ),
    Mutation {
        name: "an Application in no step of a rollout",
        example: "fleet",
        rule: "lint/appset-rolling",
        edit: Edit::Replace("infra/application-sets/trial/parcels-api.yaml", "step: '2'", "step: '9'"),
    },
    Mutation {
        name: "an Application in two steps of a rollout",
        example: "fleet",
        rule: "lint/appset-rolling",
        edit: Edit::Replace(
            "infra/application-sets/live/tracking.yaml",
            "          values:\n          - '3'\n",
            "          values:\n          - '3'\n          - '4'\n",
        ),
    },
    Mutation {
        name: "values that are not there",
        example: "fleet",
        rule: "values/missing",
        edit: Edit::Remove("infra/services/parcels-api/values/dev-eu.yaml"),
    },
    Mutation {
        name: "an Application that shall heal itself in a rollout",
        example: "fleet",
        rule: "expand/different",
        edit: Edit::Replace("infra/application-sets/trial/parcels-api.yaml", "selfHeal: false", "selfHeal: true"),
    },
    on(
        "an element too few",
        "expand/missing",
        Edit::Replace(
            "infra/application-sets/shop.yaml",
            "      - cluster: prod-us\n        url: https://k8s-prod-us.example.com\n        env: prod\n        region: us\n        patch:\n          spec:\n            syncPolicy:\n              syncOptions:\n              - Prune=confirm\n              - SkipDryRunOnMissingResource=true\n            revisionHistoryLimit: 20\n",
            "",
        ),
    ),
    on(
        "an element too many",
        "expand/surplus",
        Edit::Replace(
            "infra/application-sets/shop.yaml",
            "      - cluster: dev\n",
            "      - cluster: other\n        url: https://k8s-prod-eu.example.com\n        env: dev\n        region: eu\n        patch: {}\n      - cluster: dev\n",
        ),
    ),
    on(
        "a patch with another value",
        "expand/different",
        Edit::Replace("infra/application-sets/shop.yaml", "revisionHistoryLimit: 5", "revisionHistoryLimit: 6"),
    ),
    on(
        "a patch that is not merged",
        "expand/different",
        Edit::Replace(
            "infra/application-sets/greeter.yaml",
            "- name: dev\n            item: acme",
            "- name: dev\n            item: acne",
        ),
    ),
    on(
        "a selector that is too narrow",
        "expand/missing",
        Edit::Replace("infra/application-sets/greeter.yaml", "platformc.io/managed: 'true'", "platformc.io/env: prod"),
    ),
    on(
        "a leaf with another value",
        "expand/different",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "selfHeal: true", "selfHeal: false"),
    ),
    on("a leaf that is missing", "expand/missing", Edit::Remove("infra/clusters/dev/base/queues.yaml")),
];

/// What a sync does, and in which order.
const ORDER: &[Mutation] = &[
    on(
        "a layer in an earlier wave",
        "order/not-held",
        Edit::Replace("infra/clusters/dev/addons.yaml", "sync-wave: '20'", "sync-wave: '0'"),
    ),
    on(
        "no health check for Applications",
        "order/not-held",
        Edit::Replace(
            "infra/argocd/argocd-cm.yaml",
            "health.argoproj.io_Application:",
            "health.argoproj.io_Applications:",
        ),
    ),
    on(
        "a health check that is always happy",
        "order/not-held",
        Edit::Replace(
            "infra/argocd/argocd-cm.yaml",
            "resource.customizations.health.argoproj.io_Application: |\n",
            "resource.customizations.health.argoproj.io_Application: |\n    if true then return { status = \"Healthy\" } end\n",
        ),
    ),
    on("a layer that nobody applies", "order/not-held", Edit::Remove("infra/clusters/dev/addons.yaml")),
    on(
        "a project that comes after its Applications",
        "order/order",
        Edit::Both(
            &Edit::Replace("infra/kustomization.yaml", "- argocd/projects/shop.yaml\n", ""),
            &Edit::Replace("infra/_main_apps/control-plane.yaml", "sync-wave: '-10'", "sync-wave: '100'"),
        ),
    ),
];

/// What projects permit.
const PERMISSIONS: &[Mutation] = &[
    on(
        "a repository too few",
        "permissions/refused",
        Edit::Replace("infra/argocd/projects/shop.yaml", "  - ghcr.io/stefanprodan/charts\n", ""),
    ),
    on(
        "a repository too many",
        "permissions/surplus",
        Edit::Replace(
            "infra/argocd/projects/shop.yaml",
            "  sourceRepos:\n",
            "  sourceRepos:\n  - https://charts.jetstack.io\n",
        ),
    ),
    on(
        "every repository",
        "permissions/surplus",
        Edit::Replace("infra/argocd/projects/shop.yaml", "  - ghcr.io/stefanprodan/charts\n", "  - '*'\n"),
    ),
    on(
        "a namespace too few",
        "permissions/refused",
        Edit::Replace(
            "infra/argocd/projects/platform.yaml",
            "  - server: https://k8s-dev.example.com\n    namespace: queues\n",
            "",
        ),
    ),
    on(
        "a namespace too many",
        "permissions/surplus",
        Edit::Replace(
            "infra/argocd/projects/platform.yaml",
            "  destinations:\n",
            "  destinations:\n  - server: https://k8s-dev.example.com\n    namespace: shop\n",
        ),
    ),
    on(
        "namespaces by prefix",
        "permissions/surplus",
        Edit::Replace(
            "infra/argocd/projects/shop.yaml",
            "  - server: https://k8s-dev.example.com\n    namespace: greeter-acme\n",
            "  - server: https://k8s-dev.example.com\n    namespace: '*'\n",
        ),
    ),
    on(
        "a cluster by pattern",
        "permissions/surplus",
        Edit::Replace(
            "infra/argocd/projects/platform.yaml",
            "  - server: https://k8s-dev.example.com\n    namespace: queues\n",
            "  - server: '*'\n    namespace: handbook\n",
        ),
    ),
    on(
        "a cluster-scoped kind too few",
        "permissions/refused",
        Edit::Replace(
            "infra/argocd/projects/platform.yaml",
            "  - group: cert-manager.io\n    kind: ClusterIssuer\n",
            "",
        ),
    ),
    on(
        "a cluster-scoped kind too many",
        "permissions/surplus",
        Edit::Replace(
            "infra/argocd/projects/shop.yaml",
            "spec:\n",
            "spec:\n  clusterResourceWhitelist:\n  - group: rbac.authorization.k8s.io\n    kind: ClusterRole\n",
        ),
    ),
    on(
        "an Application that its project refuses",
        "lint/app-permissions",
        Edit::Replace("infra/clusters/dev/base/queues.yaml", "namespace: queues\n", "namespace: shop\n"),
    ),
];

/// What groups may do.
const ACCESS: &[Mutation] = &[
    on(
        "a default that lets everybody in",
        "rbac/surplus",
        Edit::Add("infra/argocd/argocd-rbac-cm.yaml", policies!("policy.default", "role:readonly")),
    ),
    on(
        "a policy for a group",
        "rbac/surplus",
        Edit::Add(
            "infra/argocd/argocd-rbac-cm.yaml",
            policies!("policy.csv", "p, role:x, applications, sync, */*, allow\\ng, acorn:shop, role:x\\n"),
        ),
    ),
    on(
        "a role that a group is given",
        "rbac/surplus",
        Edit::Add("infra/argocd/argocd-rbac-cm.yaml", policies!("policy.csv", "g, acorn:shop, role:admin\\n")),
    ),
    on(
        "a line that is missing",
        "rbac/refused",
        Edit::Replace("infra/argocd/argocd-rbac-cm.yaml", "    p, role:team-shop, logs, get, shop/shop.*, allow\n", ""),
    ),
    on(
        "a pattern that catches a neighbour",
        "rbac/surplus",
        Edit::Replace(
            "infra/argocd/argocd-rbac-cm.yaml",
            "p, role:team-shop, applications, delete/*/Pod/*/*, shop/shop.*, allow",
            "p, role:team-shop, applications, delete/*/Pod/*/*, shop/*, allow",
        ),
    ),
    on(
        "an action that is too wide",
        "rbac/surplus",
        Edit::Replace(
            "infra/argocd/argocd-rbac-cm.yaml",
            "applications, \"{get,sync}\", shop/shop.*",
            "applications, *, shop/shop.*",
        ),
    ),
    on(
        "two patterns in one pair of braces, of which Argo CD misses one",
        "rbac/refused",
        Edit::Both(
            &Edit::Replace(
                "infra/argocd/argocd-rbac-cm.yaml",
                "    p, role:team-shop, applications, delete/*/Pod/*/*, shop/shop.*, allow\n",
                "",
            ),
            &Edit::Replace(
                "infra/argocd/argocd-rbac-cm.yaml",
                "action/apps/*/restart, shop/shop.*",
                "\"{action/*,delete/*/Pod/*/*}\", shop/shop.*",
            ),
        ),
    ),
    on(
        "a group that is mistyped",
        "rbac/refused",
        Edit::Replace(
            "infra/argocd/argocd-rbac-cm.yaml",
            "g, acorn:shop, role:team-shop",
            "g, acorn:shops, role:team-shop",
        ),
    ),
    on(
        "a project role",
        "rbac/surplus",
        Edit::Replace(
            "infra/argocd/projects/shop.yaml",
            "spec:\n",
            "spec:\n  roles:\n  - name: anyone\n    groups:\n    - acorn:shop\n    policies:\n    - p, proj:shop:anyone, applications, delete, shop/*, allow\n",
        ),
    ),
];

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Mutation> {
    [KUBERNETES, KARGO, PROMOTER, TYPES, VALIDATIONS, KUSTOMIZE, GENERATORS, ORDER, PERMISSIONS, ACCESS]
        .into_iter()
        .flatten()
}
