//! Platform, hub, team, environment, cluster, layer, repository, store and health.

use super::actions::ROLE;
use super::auth::AUTH;
use super::freezes::FREEZES;
use super::identity;
use super::namespaces::NAMESPACE;
use super::policies;
use super::secrets::STORE;
use super::services::{SERVICE, SERVICE_DEFAULTS, TEMPLATE};
use super::types::{Attribute, BlockSchema, Choice, Kind, KindSchema, Text, Type};

const ANY_TEXT: Type = Type::Text(Text::Any);
const LINKS: Type = Type::Map(&Type::Text(Text::Link));
const ANY_MAP: Type = Type::Map(&Type::Any);

pub(super) const KINDS: &[KindSchema] = &[
    KindSchema {
        kind: Kind::Platform,
        doc: "The platform itself: where its repository is and what holds everywhere. There is exactly one.",
        body: BlockSchema { attributes: PLATFORM },
        example: "platform devowlish {\n  repo = \"https://git.example.com/devowlish/infra.git\"\n  vars { domain = \"example.com\" }\n}",
    },
    KindSchema {
        kind: Kind::Hub,
        doc: "An Argo CD control plane. Most platforms have one; each of several has its own root and its own clusters.",
        body: BlockSchema { attributes: HUB },
        example: "hub main {\n  argocd = \"3.5\"\n}",
    },
    KindSchema {
        kind: Kind::Team,
        doc: "Owners of services. Each team gets an AppProject that holds exactly what its services use.",
        body: BlockSchema { attributes: TEAM },
        example: "team chat {\n  sso    = [\"devowlish:chat\"]\n  github = \"@devowlish/chat\"\n}",
    },
    KindSchema {
        kind: Kind::Environment,
        doc: "Clusters that are treated alike, such as dev, stage and prod.",
        body: BlockSchema { attributes: ENVIRONMENT },
        example: "environment prod {\n  after     = [stage]\n  protected = true\n}",
    },
    KindSchema {
        kind: Kind::Cluster,
        doc: "A Kubernetes cluster that a hub deploys to.",
        body: BlockSchema { attributes: CLUSTER },
        example: "cluster prod-eu {\n  env    = prod\n  region = \"eu\"\n  server = \"https://k8s-prod-eu.example.com\"\n}",
    },
    KindSchema {
        kind: Kind::Layer,
        doc: "A stage that clusters come up in. A layer starts when the layers it comes after are Synced and Healthy.",
        body: BlockSchema { attributes: LAYER },
        example: "layer services {\n  after   = [addons]\n  deliver = applicationset\n}",
    },
    KindSchema {
        kind: Kind::Service,
        doc: "What is deployed, with one owner. On each cluster of its placement it becomes one Argo CD Application.",
        body: SERVICE,
        example: "service chat-api {\n  layer     = services\n  owner     = chat\n  namespace = \"chat-api\"\n  kustomize { path = \"apps/chat-api/base\" }\n}",
    },
    KindSchema {
        kind: Kind::Template,
        doc: "A shape for services, with typed parameters. A service takes it with `use`, and what it says itself wins.",
        body: TEMPLATE,
        example: "template web {\n  param image : string\n  param port  : int = 8080\n  helm { path = \"charts/web\"  values { image = image  port = port } }\n}",
    },
    KindSchema {
        kind: Kind::Role,
        doc: "What a team may do with a service, in Argo CD and in Kubernetes, under one name. The roles `viewer`, `deployer`, \
              `operator` and `admin` are there already.",
        body: ROLE,
        example: "role debugger {\n  includes = [operator]\n  actions  = [exec]\n}",
    },
    KindSchema {
        kind: Kind::Namespace,
        doc: "A namespace with one owner, and bounds that the team can't change: they belong to the foundation of each \
              cluster. Everything but `owner` and `on` may stand in `when`.",
        body: NAMESPACE,
        example: "namespace chat-api {\n  owner    = chat\n  guests   = [shop]\n  security = baseline\n  quota { \"requests.cpu\" = \"10\"  pods = \"50\" }\n}",
    },
    KindSchema {
        kind: Kind::Moved,
        doc: "What a service, a cluster, a team or a template was called before, so that its Applications and its workload stay \
              as they are: `moved KIND OLD { to = NEW }`.",
        body: identity::MOVED_BODY,
        example: "moved service chat { to = chat-api }",
    },
    KindSchema {
        kind: Kind::Removed,
        doc: "Says that a service or a cluster is meant to go: `removed KIND NAME { }`. In protected environments nothing goes \
              without it.",
        body: identity::REMOVED_BODY,
        example: "removed service chat { from = env == prod }",
    },
    KindSchema {
        kind: Kind::Policy,
        doc: "What must hold of every instance, service, cluster or team, once everything is resolved. `check` asks it, and \
              nothing is written while it does not hold.",
        body: policies::POLICY,
        example: "policy pinned-in-prod {\n  where   = env == prod and has(helm.chart)\n  require = matches(helm.version, r\"^v?\\d+\\.\\d+\\.\\d+$\")\n  message = \"${service} floats in prod: pin ${helm.version}\"\n}",
    },
    KindSchema {
        kind: Kind::Test,
        doc: "What is expected of the platform: `test \"NAME\" { expect CONDITION }`, with one `expect` for each. Its name is a \
              sentence.",
        body: policies::TEST,
        example: "test \"one team can't wipe out the ingress\" {\n  expect not can(chat, sync, ingress-nginx)\n  expect can(chat, sync, chat-api, env == dev)\n  expect before(cert-manager, chat-api)\n}",
    },
    KindSchema {
        kind: Kind::Repository,
        doc: "A repository with a name, and where its credential lives; never the credential. Each becomes a Secret that \
              registers the URL in Argo CD.",
        body: BlockSchema { attributes: REPOSITORY },
        example: "repository jetstack {\n  url  = \"https://charts.jetstack.io\"\n  type = helm\n}",
    },
    KindSchema {
        kind: Kind::Store,
        doc: "Where secrets are kept: a store of the External Secrets Operator, by the object that clusters know it by. It \
              may come from a service that `provides` it, or be there already.",
        body: STORE,
        example: "store vault {\n  kind    = ClusterSecretStore\n  refresh = \"15m\"\n}",
    },
    KindSchema {
        kind: Kind::Health,
        doc: "A health check for a kind of Kubernetes object, in Lua. Its name is `group/Kind`.",
        body: BlockSchema { attributes: HEALTH },
        example: "health \"example.com/Queue\" {\n  lua = \"\"\"\n    hs = {}\n    hs.status = \"Healthy\"\n    return hs\n    \"\"\"\n}",
    },
];

const PROMOTER: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "forge",
            Type::Choice(&[
                Choice { name: "github", doc: "GitHub, or GitHub Enterprise by the host of `repo`" },
                Choice { name: "gitlab", doc: "GitLab, by the host of `repo`" },
                Choice { name: "gitea", doc: "Gitea, by the host of `repo`" },
                Choice { name: "forgejo", doc: "Forgejo, by the host of `repo`" },
                Choice { name: "bitbucket", doc: "Bitbucket Cloud" },
                Choice { name: "azure_devops", doc: "Azure DevOps" },
            ]),
            "Where `repo` of the platform lies. Owner and name are read from it.",
        )
        .required(),
        Attribute::new("app", Type::Int(1, i64::MAX), "The id of the GitHub App that it works as; GitHub needs it."),
        Attribute::new("project", Type::Int(1, i64::MAX), "The id of the project in GitLab, which needs it."),
        Attribute::new(
            "secret",
            Type::Text(Text::Subdomain),
            "The Secret with its credential, in the namespace of the platform's name. Somebody else makes it.",
        )
        .default("gitops-promoter"),
    ],
};

const PLATFORM: &[Attribute] = &[
    Attribute::new("repo", Type::Text(Text::GitUrl), "The Git repository that holds the platform and its output.")
        .required(),
    Attribute::new("revision", Type::Text(Text::Revision), "The branch that Argo CD follows, or a full ref or commit.")
        .default("\"main\""),
    Attribute::new("folder", Type::Text(Text::Path), "The folder of the repository in which this file lies.")
        .default("\".\""),
    Attribute::new("output", Type::Text(Text::Path), "The folder that the compiler writes into, seen from this file.")
        .default("\"infra\""),
    Attribute::new("admins", Type::List(&Type::Reference(Kind::Team)), "The teams that own the platform itself.")
        .default("[]"),
    Attribute::new(
        "codeowners",
        Type::Choice(&[
            Choice { name: "github", doc: "for GitHub, with the handles that teams have as `github`" },
            Choice { name: "gitlab", doc: "for GitLab, with the handles that teams have as `gitlab`" },
        ]),
        "Whose form of CODEOWNERS is written, so that each change is reviewed by its owner. Without it none is.",
    ),
    Attribute::new(
        "promotion",
        Type::Choice(&[
            Choice { name: "kargo", doc: "a Project, and for each service that says `promote` a Warehouse and Stages" },
            Choice {
                name: "gitops-promoter",
                doc: "GitOps Promoter: a branch for each environment, and a PromotionStrategy over them",
            },
        ]),
        "Which tool carries versions from environment to environment, in the order of `after`. Without it none does.",
    ),
    Attribute::new(
        "promoter",
        Type::Block(&PROMOTER),
        "How GitOps Promoter reaches the repository, where `promotion` says that it promotes.",
    ),
    Attribute::new(
        "order",
        Type::Choice(&[
            Choice { name: "bootstrap", doc: "order holds when a cluster comes up and for what is added to a layer" },
            Choice { name: "always", doc: "order holds on every change of an Application, layer after layer" },
        ]),
        "When the order of layers and needs holds.",
    )
    .default("bootstrap"),
    Attribute::new(
        "names",
        Type::NameScheme,
        "How Applications are named. A scheme of your own is checked for names that clash or grow too long.",
    )
    .default("\"${service}.${cluster}\""),
    Attribute::new("labels", Type::Map(&Type::Text(Text::LabelValue)), "Labels on every Application."),
    Attribute::new("vars", ANY_MAP, "Variables; an environment's and a cluster's win over them, key by key."),
    Attribute::new(
        "defaults",
        Type::Block(&DEFAULTS),
        "What services say unless they say otherwise: `service { ... }` with a service's attributes.",
    ),
];

const DEFAULTS: BlockSchema = BlockSchema {
    attributes: &[Attribute::new("service", Type::Block(&SERVICE_DEFAULTS), "Attributes of every service.")],
};

const HUB: &[Attribute] = &[
    Attribute::new("argocd", Type::Text(Text::ArgoVersion), "The version to compile for.").default("\"3.5\""),
    Attribute::new("namespace", Type::Text(Text::DnsLabel), "The namespace that Argo CD runs in.").default("\"argocd\""),
    Attribute::new(
        "settings",
        Type::Choice(&[
            Choice { name: "apply", doc: "the settings are part of the tree and applied by Argo CD itself" },
            Choice { name: "fragment", doc: "the settings are a Kustomize component, for an Argo CD that is installed elsewhere" },
        ]),
        "How argocd-cm and its like reach the control plane.",
    )
    .default("apply"),
    Attribute::new(
        "sync_timeout",
        Type::Text(Text::Duration),
        "After which time a sync is given up, with all its retries. Argo CD begins it again only when a later commit changes what is synced, so it must be longer than a cluster takes to come up.",
    )
    .default("\"30m\""),
    Attribute::new(
        "impersonation",
        Type::Bool,
        "Whether each sync has only the rights of a ServiceAccount in the service's own namespace. Argo CD 3.5 and newer.",
    )
    .default("false"),
    Attribute::new(
        "default_project",
        Type::Choice(&[
            Choice { name: "hardened", doc: "the project `default` permits nothing" },
            Choice { name: "untouched", doc: "it stays as it is, for Applications that are none of the platform's" },
        ]),
        "What becomes of the project `default`, which Argo CD makes so that everything is permitted.",
    )
    .default("hardened"),
];

const TEAM: &[Attribute] = &[
    Attribute::new(
        "sso",
        Type::List(&Type::Text(Text::Group)),
        "The groups of the identity provider: who is in one of them is in the team.",
    )
    .default("[]"),
    Attribute::new(
        "github",
        Type::Text(Text::GitHubHandle),
        "The team's handle on GitHub: `@org/team`, `@user` or an e-mail address.",
    ),
    Attribute::new(
        "gitlab",
        Type::Text(Text::GitLabHandle),
        "The team's handle on GitLab: `@group/subgroup`, `@user` or an e-mail address.",
    ),
    Attribute::new("contact", ANY_TEXT, "How to reach the team."),
    Attribute::new("links", LINKS, "Links for people."),
];

const ENVIRONMENT: &[Attribute] = &[
    Attribute::new("after", Type::List(&Type::Reference(Kind::Environment)), "The environments that changes reach before this one.")
        .default("[]"),
    Attribute::new(
        "protected",
        Type::Bool,
        "Nothing in it is deleted by mistake: its Applications keep their workload when they go, and prune only what is confirmed.",
    )
    .default("false"),
    FREEZES,
    Attribute::new("vars", ANY_MAP, "Variables of its clusters; they win over the platform's."),
];

const CLUSTER: &[Attribute] = &[
    Attribute::new("env", Type::Reference(Kind::Environment), "The environment that it belongs to.").required(),
    Attribute::new("server", Type::Text(Text::ServerUrl), "The URL of its API server, as Argo CD reaches it.")
        .required(),
    Attribute::new("region", Type::Text(Text::LabelValue), "Where it is."),
    Attribute::new("hub", Type::Reference(Kind::Hub), "The hub that deploys to it; optional while there is one."),
    Attribute::new(
        "group_prefix",
        Type::Text(Text::NotEmpty),
        "What its API server puts before the names of groups (`--oidc-groups-prefix`), such as `oidc:`.",
    ),
    Attribute::new(
        "labels",
        Type::Map(&Type::Text(Text::LabelValue)),
        "Labels, for conditions and on its registration.",
    ),
    Attribute::new("vars", ANY_MAP, "Variables; they win over the environment's and the platform's."),
    Attribute::new("register", Type::Bool, "Whether a Secret registers it in Argo CD.").default("true"),
    Attribute::new(
        "auth",
        Type::Block(&AUTH),
        "How Argo CD gets into it, in exactly one way. Without it the Secret holds no credential: give it a key `config` by other means.",
    ),
];

const LAYER: &[Attribute] = &[
    Attribute::new("after", Type::List(&Type::Reference(Kind::Layer)), "The layers that must be healthy before this one starts.")
        .default("[]"),
    Attribute::new(
        "deliver",
        Type::Choice(&[
            Choice { name: "applications", doc: "one Application per instance, in order on each cluster" },
            Choice { name: "applicationset", doc: "one ApplicationSet per service; nothing in Argo CD orders what it makes" },
        ]),
        "How the layer's services reach Argo CD.",
    )
    .default("applications"),
    Attribute::new(
        "generator",
        Type::Choice(&[
            Choice { name: "list", doc: "every cluster stands in the ApplicationSet, to be reviewed in Git" },
            Choice { name: "clusters", doc: "registered clusters are selected by their labels" },
        ]),
        "What an ApplicationSet takes its clusters from.",
    )
    .default("list"),
    Attribute::new(
        "cluster_resources",
        Type::List(&Type::Text(Text::GroupKind)),
        "The cluster-scoped kinds that services of this layer may own, such as `rbac.authorization.k8s.io/ClusterRole`; \
         `*` for all.",
    )
    .default("[]"),
    FREEZES,
    Attribute::new("defaults", Type::Block(&SERVICE_DEFAULTS), "What the layer's services say unless they say otherwise: a service's attributes."),
];

const REPOSITORY: &[Attribute] = &[
    Attribute::new("url", Type::Text(Text::NotEmpty), "The URL: https, ssh or oci.").required(),
    Attribute::new(
        "type",
        Type::Choice(&[
            Choice { name: "git", doc: "a Git repository" },
            Choice { name: "helm", doc: "a repository of Helm charts" },
            Choice { name: "oci", doc: "an OCI registry" },
        ]),
        "What it holds.",
    )
    .default("git"),
    Attribute::new("credential", ANY_TEXT, "Where its credential lives, for people: a Secret, a vault path."),
];

const HEALTH: &[Attribute] =
    &[Attribute::new("lua", Type::Text(Text::NotEmpty), "The body of the check: sets `hs.status` and returns `hs`.")
        .required()];
