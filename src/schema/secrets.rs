//! Secrets, and the stores that keep them.

use super::types::{Attribute, BlockSchema, Choice, Kind, Text, Type};

/// What stands in a `store` block.
pub(super) const STORE: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "kind",
            Type::Choice(&[
                Choice { name: "ClusterSecretStore", doc: "one object for all namespaces of a cluster" },
                Choice { name: "SecretStore", doc: "an object in each namespace that reads from it" },
            ]),
            "The kind of the object in the cluster.",
        )
        .default("ClusterSecretStore"),
        Attribute::new(
            "name",
            Type::Text(Text::Subdomain),
            "The name of the object in the cluster; by default the declaration's.",
        ),
        Attribute::new("refresh", Type::Text(Text::Duration), "How often its secrets are read again; `0s` for once.")
            .default("\"1h\""),
    ],
};

/// What stands in a `secret` block of a service.
pub(super) const SECRET: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("store", Type::Reference(Kind::Store), "The store that it is read from.").required(),
        Attribute::new(
            "keys",
            Type::Map(&Type::Text(Text::Any)),
            "By the Secret's key, where the store has its text: a remote key, and behind `#` perhaps a property.",
        ),
        Attribute::new(
            "all",
            Type::Text(Text::Any),
            "A remote key, and behind `#` perhaps a property, all of whose properties become keys. `keys` win over them.",
        ),
        Attribute::new("name", Type::Text(Text::Subdomain), "The Secret's name; by default the block's."),
        Attribute::new("type", Type::Text(Text::NotEmpty), "The Secret's type, such as `kubernetes.io/tls`."),
        Attribute::new(
            "refresh",
            Type::Text(Text::Duration),
            "How often it is read again; by default as its store says.",
        ),
        Attribute::new("labels", Type::Map(&Type::Text(Text::LabelValue)), "Labels on the Secret."),
        Attribute::new("annotations", Type::Map(&Type::Text(Text::Annotation)), "Annotations on the Secret."),
    ],
};
