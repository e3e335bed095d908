//! Namespaces and their bounds.

use super::types::{Attribute, BlockSchema, Choice, Kind, Text, Type};

pub(super) const QUANTITY: Type = Type::Text(Text::Quantity);

pub(super) const SECURITY: Attribute = Attribute::new(
    "security",
    Type::Choice(&[
        Choice { name: "privileged", doc: "pods may do anything" },
        Choice { name: "baseline", doc: "pods may not reach for the node" },
        Choice { name: "restricted", doc: "pods follow today's best practice" },
    ]),
    "The level of Pod Security that is enforced, warned of and audited.",
);

pub(super) const NAMESPACE: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "owner",
            Type::Reference(Kind::Team),
            "The team that it belongs to; by default the one whose services have it as `namespace`.",
        )
        .fixed(),
        Attribute::new(
            "guests",
            Type::List(&Type::Reference(Kind::Team)),
            "Other teams whose services may deploy into it too.",
        )
        .default("[]"),
        Attribute::new(
            "on",
            Type::Placement,
            "The clusters for which this is said, and where it exists even if no service uses it; without `on`, wherever one does.",
        )
        .fixed(),
        SECURITY,
        Attribute::new(
            "quota",
            Type::Map(&QUANTITY),
            "What all its pods and objects together may take: a ResourceQuota, such as `\"requests.cpu\" = \"10\"`.",
        ),
        Attribute::new("limits", Type::Block(&LIMITS), "What one container may take: a LimitRange."),
        Attribute::new(
            "isolated",
            Type::Bool,
            "Whether its pods hear only each other, until a NetworkPolicy of a service opens more.",
        )
        .default("false"),
        Attribute::new("labels", Type::Map(&Type::Text(Text::LabelValue)), "Further labels on it."),
        Attribute::new("annotations", Type::Map(&Type::Text(Text::Annotation)), "Further annotations on it."),
    ],
};

pub(super) const LIMITS: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("min", Type::Block(&RESOURCES), "The least that a container may ask for."),
        Attribute::new("request", Type::Block(&RESOURCES), "What a container asks for that says nothing."),
        Attribute::new("default", Type::Block(&RESOURCES), "The limit of a container that says none."),
        Attribute::new("max", Type::Block(&RESOURCES), "The highest limit that a container may have."),
    ],
};

const RESOURCES: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("cpu", QUANTITY, "Cores, such as `\"500m\"`."),
        Attribute::new("memory", QUANTITY, "Bytes, such as `\"512Mi\"`."),
    ],
};
