//! Previews: a small environment for each pull request.

use super::actions::ACCESS;
use super::namespaces::{LIMITS, QUANTITY, SECURITY};
use super::sources::{HELM, KUSTOMIZE, MANIFESTS, PLUGIN, SOURCE};
use super::types::{Attribute, BlockSchema, Kind, Text, Type};

const ANY_TEXT: Type = Type::Text(Text::NotEmpty);

/// What stands in a `preview` block.
pub(super) const PREVIEW: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "from",
            Type::PullRequests,
            "The repository whose pull requests get previews, such as `github(\"example/shop\")`.",
        )
        .required()
        .fixed(),
        Attribute::new(
            "api",
            Type::Text(Text::Link),
            "The URL of the forge's API, where it is not the public one; Gitea and Bitbucket Server always need it.",
        )
        .fixed(),
        Attribute::new(
            "token",
            Type::Block(&TOKEN),
            "The Secret that lets Argo CD read pull requests; without one it asks as anybody may.",
        )
        .fixed(),
        Attribute::new(
            "labels",
            Type::List(&ANY_TEXT),
            "Labels that a pull request must bear, all of them. Who may put one on decides what runs.",
        )
        .default("[]")
        .fixed(),
        Attribute::new(
            "authors",
            Type::List(&ANY_TEXT),
            "Whose pull requests count, by the names of their accounts; without it everybody's.",
        )
        .default("[]")
        .fixed(),
        Attribute::new("branch", Type::Text(Text::Regex), "What their branch must match.").fixed(),
        Attribute::new("target", Type::Text(Text::Regex), "What the branch that they go to must match.").fixed(),
        Attribute::new("title", Type::Text(Text::Regex), "What their title must match.").fixed().since(3, 2),
        Attribute::new(
            "forks",
            Type::Bool,
            "Whether pull requests count that nobody of the repository let in by a label, and so those of forks.",
        )
        .default("false")
        .fixed(),
        Attribute::new("refresh", Type::Text(Text::Duration), "How often Argo CD asks for pull requests.")
            .default("\"5m\"")
            .fixed(),
        Attribute::new("cluster", Type::Reference(Kind::Cluster), "The cluster that previews run on.")
            .required()
            .fixed(),
        Attribute::new(
            "namespace",
            Type::Text(Text::DnsLabel),
            "The namespace of each, with `${pr.number}` in it. It comes and goes with the pull request.",
        )
        .required()
        .fixed(),
        Attribute::new(
            "limit",
            Type::Int(1, 1000),
            "How many there may be at once; what comes later waits until one has gone.",
        )
        .default("10")
        .fixed(),
        Attribute::new("ttl", Type::Block(&TTL), "For how long what runs in one may run.").fixed(),
        Attribute::new(
            "shared",
            Type::List(&Type::Reference(Kind::Service)),
            "Needed services that are not on the cluster: previews use those of others, elsewhere.",
        )
        .default("[]")
        .fixed(),
        Attribute::new("quota", Type::Map(&QUANTITY), "What all pods and objects of one may take: a ResourceQuota.")
            .default("{ pods = \"20\"  \"requests.cpu\" = \"2\"  \"requests.memory\" = \"4Gi\" }")
            .whole()
            .fixed(),
        Attribute::new("limits", Type::Block(&LIMITS), "What one container may take: a LimitRange.")
            .default("{ request { cpu = \"50m\"  memory = \"64Mi\" } default { cpu = \"1\"  memory = \"512Mi\" } }")
            .whole()
            .fixed(),
        SECURITY.fixed(),
        Attribute::new("isolated", Type::Bool, "Whether pods of one hear only each other.").default("true").fixed(),
        Attribute::new("helm", Type::Block(&HELM), "What differs in previews."),
        Attribute::new("kustomize", Type::Block(&KUSTOMIZE), "What differs in previews."),
        Attribute::new("manifests", Type::Block(&MANIFESTS), "What differs in previews."),
        Attribute::new("plugin", Type::Block(&PLUGIN), "What differs in previews."),
        Attribute::new("source", Type::Named(&SOURCE), "What differs in previews."),
        Attribute::new("annotations", Type::Map(&Type::Text(Text::Annotation)), "Annotations on the Applications."),
        Attribute::new("links", Type::Map(&Type::Text(Text::ApplicationLink)), "Links for people, shown by Argo CD."),
        ACCESS,
    ],
};

/// What of a preview differs from the service, and is no setting of the preview itself.
pub const PREVIEW_DIFFERS: [&str; 8] =
    ["helm", "kustomize", "manifests", "plugin", "source", "annotations", "links", "access"];

const TOKEN: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "secret",
            Type::Text(Text::Subdomain),
            "The Secret's name, in the namespace of Argo CD; with `app`, one that holds a GitHub App.",
        )
        .required()
        .fixed(),
        Attribute::new("key", Type::Text(Text::NotEmpty), "The key of the token in it.").default("\"token\"").fixed(),
        Attribute::new("user", ANY_TEXT, "The account, where Bitbucket takes a name and a password.").fixed(),
        Attribute::new("app", Type::Bool, "Whether the Secret is that of a GitHub App.").default("false").fixed(),
    ],
};

const TTL: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "after",
            Type::Text(Text::Duration),
            "Workloads that are older are removed; the next commit brings them back.",
        )
        .required()
        .fixed(),
        Attribute::new(
            "image",
            Type::Text(Text::Image),
            "An image with `kubectl` and a shell, which looks every quarter of an hour.",
        )
        .required()
        .fixed(),
    ],
};

/// The attribute of a service.
pub(super) const PREVIEWS: Attribute = Attribute::new(
    "preview",
    Type::Block(&PREVIEW),
    "A small environment for each pull request, which comes and goes with it.",
)
.fixed();
