//! How Argo CD gets into a cluster.

use super::types::{Attribute, BlockSchema, Choice, Text, Type};

const ANY_TEXT: Type = Type::Text(Text::Any);
const NAME: Type = Type::Text(Text::NotEmpty);

/// What stands in `auth` of a cluster: exactly one way in, and what TLS needs beside it.
pub(super) const AUTH: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "ca",
            NAME,
            "The certificates that the API server's is checked with, as PEM in base64: `certificate-authority-data` of a kubeconfig.",
        ),
        Attribute::new(
            "server_name",
            NAME,
            "The name that the API server's certificate bears, where it is not the host of `server`.",
        ),
        Attribute::new("aws", Type::Block(&AWS), "An EKS cluster, by the IAM identity that Argo CD runs with."),
        Attribute::new("gcp", Type::Block(&GCP), "A GKE cluster, by the Google identity that Argo CD runs with."),
        Attribute::new("azure", Type::Block(&AZURE), "An AKS cluster, by the Entra identity that Argo CD runs with."),
        Attribute::new("exec", Type::Block(&EXEC), "A command that prints a credential each time that one is needed."),
        Attribute::new(
            "external_secret",
            Type::Block(&EXTERNAL_SECRET),
            "The whole `config` comes from a store of secrets: an ExternalSecret makes the Secret.",
        ),
        Attribute::new(
            "sealed_secret",
            Type::Block(&SEALED_SECRET),
            "The whole `config` stands here sealed: a SealedSecret makes the Secret.",
        ),
    ],
};

const AWS: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("cluster_name", NAME, "What EKS calls the cluster.").required(),
        Attribute::new("role_arn", Type::Text(Text::RoleArn), "The role that is assumed first."),
        Attribute::new("profile", NAME, "The profile of the AWS configuration that is mounted into Argo CD."),
    ],
};

const GCP: BlockSchema = BlockSchema { attributes: &[] };

const AZURE: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "login",
            Type::Choice(&[
                Choice { name: "workloadidentity", doc: "a token of the service account" },
                Choice { name: "msi", doc: "the managed identity of the node" },
            ]),
            "How it logs in.",
        )
        .default("workloadidentity"),
        Attribute::new("client_id", NAME, "The id of the application or the managed identity."),
        Attribute::new("tenant_id", NAME, "The id of the tenant."),
        Attribute::new(
            "environment",
            Type::Choice(&[
                Choice { name: "AzurePublicCloud", doc: "the public cloud" },
                Choice { name: "AzureUSGovernmentCloud", doc: "the cloud of the US government" },
                Choice { name: "AzureChinaCloud", doc: "the cloud in China" },
            ]),
            "The cloud, where it is not the public one.",
        ),
    ],
};

const EXEC: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("command", NAME, "The command, which must be in Argo CD's image.").required(),
        Attribute::new("args", Type::List(&ANY_TEXT), "Its arguments.").default("[]"),
        Attribute::new("env", Type::Map(&ANY_TEXT), "Its environment variables, beside those of Argo CD."),
        Attribute::new(
            "api_version",
            Type::Choice(&[
                Choice { name: "v1beta1", doc: "`client.authentication.k8s.io/v1beta1`" },
                Choice { name: "v1", doc: "`client.authentication.k8s.io/v1`" },
            ]),
            "The version of the credential that it prints.",
        )
        .default("v1beta1"),
        Attribute::new("install_hint", NAME, "How the command comes into the image: shown where it is missing."),
        Attribute::new("provide_cluster_info", Type::Bool, "Whether it is told about the cluster.")
            .default("false")
            .since(3, 5),
        Attribute::new("config", Type::Object, "What else it is told of the cluster, with `provide_cluster_info`.")
            .since(3, 5),
    ],
};

const EXTERNAL_SECRET: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("store", NAME, "The store's name.").required(),
        Attribute::new(
            "kind",
            Type::Choice(&[
                Choice { name: "ClusterSecretStore", doc: "a store for all namespaces" },
                Choice { name: "SecretStore", doc: "a store in Argo CD's namespace" },
            ]),
            "The store's kind.",
        )
        .default("ClusterSecretStore"),
        Attribute::new(
            "key",
            NAME,
            "Where the `config` lies in the store, as Argo CD reads it, in JSON: `argocd/clusters/prod-eu`, or `PATH#PROPERTY` for a part.",
        )
        .required(),
        Attribute::new("refresh", Type::Text(Text::Duration), "How often it is read again.").default("\"1h\""),
    ],
};

const SEALED_SECRET: BlockSchema = BlockSchema {
    attributes: &[Attribute::new(
        "config",
        Type::Text(Text::Sealed),
        "The `config`, sealed for the Secret `cluster-NAME` in Argo CD's namespace: what `kubeseal --raw` prints.",
    )
    .required()],
};
