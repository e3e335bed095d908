//! Services, templates and defaults.

use super::actions::ACCESS;
use super::freezes::FREEZES;
use super::previews::PREVIEWS;
use super::rollouts::ROLLOUTS;
use super::secrets::SECRET;
use super::sources::{HELM, KUSTOMIZE, MANIFESTS, PLUGIN, SOURCE};
use super::types::{Attribute, BlockSchema, Choice, Kind, Text, Type};

/// What stands in a `service` block.
pub const SERVICE: BlockSchema = BlockSchema { attributes: &SERVICE_ATTRIBUTES };

/// What stands in a `template` block: a service without what makes it one.
pub const TEMPLATE: BlockSchema = BlockSchema { attributes: SHARED };

/// What stands in `defaults`.
pub const SERVICE_DEFAULTS: BlockSchema = BlockSchema { attributes: SHARED };

const HEAD: [Attribute; 7] = [
    Attribute::new("layer", Type::Reference(Kind::Layer), "The layer that it comes up in.").required().fixed(),
    Attribute::new("owner", Type::Reference(Kind::Team), "The team that answers for it.").required().fixed(),
    Attribute::new("on", Type::Placement, "The clusters that it runs on: a condition, or `all`.")
        .default("all")
        .fixed(),
    Attribute::new("use", Type::Use, "The template that it follows.").fixed(),
    Attribute::new(
        "one_per",
        Type::Choice(&[
            Choice { name: "region", doc: "each region of the placement has exactly one of its clusters" },
            Choice { name: "environment", doc: "each environment of the placement has exactly one of its clusters" },
        ]),
        "Says that the placement holds one cluster for each of these, and checks it.",
    )
    .fixed(),
    Attribute::new(
        "deliver",
        Type::Choice(&[
            Choice { name: "applications", doc: "one Application per instance" },
            Choice { name: "applicationset", doc: "one ApplicationSet" },
        ]),
        "How it reaches Argo CD, where it differs from its layer.",
    )
    .fixed(),
    Attribute::new(
        "generator",
        Type::Choice(&[
            Choice { name: "list", doc: "every cluster stands in the ApplicationSet" },
            Choice { name: "clusters", doc: "registered clusters are selected by their labels" },
        ]),
        "What its ApplicationSet takes its clusters from, where it differs from its layer.",
    )
    .fixed(),
];

const SHARED_ATTRIBUTES: [Attribute; 21] = [
    Attribute::new("namespace", Type::Text(Text::DnsLabel), "The namespace that it is deployed to.").required(),
    Attribute::new(
        "extra_namespaces",
        Type::List(&Type::Text(Text::DnsLabel)),
        "Further namespaces that its manifests write to. Argo CD refuses every other.",
    )
    .default("[]"),
    Attribute::new(
        "needs",
        Type::Needs,
        "The services that must be there first; `X on CLUSTER` where one is elsewhere.",
    )
    .default("[]"),
    Attribute::new("provides", Type::Provides, "What others use of it, so that their need is inferred.").default("[]"),
    Attribute::new("helm", Type::Block(&HELM), "A Helm chart."),
    Attribute::new("kustomize", Type::Block(&KUSTOMIZE), "A Kustomize base, with what differs from it."),
    Attribute::new("manifests", Type::Block(&MANIFESTS), "A folder of manifests, or objects written in place."),
    Attribute::new("plugin", Type::Block(&PLUGIN), "A config management plugin."),
    Attribute::new("source", Type::Named(&SOURCE), "A further source, with a name."),
    Attribute::new(
        "secret",
        Type::Named(&SECRET),
        "A Secret whose content stays in a store: it becomes an `ExternalSecret`.",
    ),
    Attribute::new("sync", Type::Block(&SYNC), "How Argo CD syncs it."),
    Attribute::new(
        "same_across",
        Type::Paths,
        "What stages must not differ in, as paths such as `helm.version`: a version is never ahead of an earlier stage, \
         everything else is the same.",
    )
    .default("[]")
    .fixed(),
    ROLLOUTS,
    Attribute::new(
        "promote",
        Type::Text(Text::VersionRange),
        "The versions that `promotion` of the platform carries from environment to environment: `^2.1`, or `*` for all. \
         They stand in a YAML file that the service reads, by environment.",
    )
    .fixed(),
    ACCESS,
    Attribute::new("labels", Type::Map(&Type::Text(Text::LabelValue)), "Labels on its Applications."),
    Attribute::new("annotations", Type::Map(&Type::Text(Text::Annotation)), "Annotations on its Applications."),
    Attribute::new("links", Type::Map(&Type::Text(Text::ApplicationLink)), "Links for people, shown by Argo CD."),
    Attribute::new(
        "ignore_differences",
        Type::List(&Type::Object),
        "Fields that Argo CD shall not compare, as in its API.",
    ),
    Attribute::new("revision_history", Type::Int(0, 1000), "How many syncs Argo CD remembers.").default("5"),
    Attribute::new(
        "application",
        Type::Object,
        "Merged into the emitted Application as it is: the way out for what the language does not have.",
    ),
];

const SHARED: &[Attribute] = &SHARED_ATTRIBUTES;

const SERVICE_ATTRIBUTES: [Attribute; 30] = {
    let [layer, owner, on, template, one_per, deliver, generator] = HEAD;
    let [
        namespace,
        extra,
        needs,
        provides,
        helm,
        kustomize,
        manifests,
        plugin,
        source,
        secret,
        sync,
        same_across,
        rollout,
        promote,
        access,
        labels,
        annotations,
        links,
        ignore,
        history,
        application,
    ] = SHARED_ATTRIBUTES;
    [
        layer,
        owner,
        namespace,
        extra,
        on,
        one_per,
        template,
        needs,
        provides,
        helm,
        kustomize,
        manifests,
        plugin,
        source,
        secret,
        sync,
        same_across,
        rollout,
        promote,
        access,
        labels,
        annotations,
        links,
        ignore,
        history,
        deliver,
        generator,
        PREVIEWS,
        FREEZES,
        application,
    ]
};

const SYNC: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("automated", Type::Bool, "Whether Argo CD syncs by itself.").default("true"),
        Attribute::new("prune", Type::Bool, "Whether what left Git leaves the cluster.").default("true"),
        Attribute::new("self_heal", Type::Bool, "Whether changes by hand are undone.").default("true"),
        Attribute::new("allow_empty", Type::Bool, "Whether a sync may remove everything.").default("false"),
        Attribute::new("server_side", Type::Bool, "Whether objects are applied on the server.").default("false"),
        Attribute::new(
            "options",
            Type::List(&Type::Text(Text::SyncOption)),
            "Further sync options. Argo CD compares whole strings and passes over what it does not know.",
        )
        .default("[]"),
        Attribute::new("retry", Type::Block(&RETRY), "What happens after a sync that failed."),
    ],
};

const RETRY: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("limit", Type::Int(-1, 1000), "How often it is tried again; -1 for ever.").default("-1"),
        Attribute::new("refresh", Type::Bool, "Whether a new try takes a new revision.").default("true").since(3, 2),
        Attribute::new("backoff", Type::Block(&BACKOFF), "How long it waits between."),
    ],
};

const BACKOFF: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("duration", Type::Text(Text::Duration), "The first wait.").default("\"10s\""),
        Attribute::new("factor", Type::Int(1, 100), "By what each wait is longer than the one before.").default("2"),
        Attribute::new("max", Type::Text(Text::Duration), "The longest wait.").default("\"3m\""),
    ],
};
