//! Where manifests come from.

use super::types::{Attribute, BlockSchema, Text, Type};

const ANY_TEXT: Type = Type::Text(Text::Any);
const TEXT_MAP: Type = Type::Map(&Type::Text(Text::Any));

pub(super) const HELM: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "repo",
            Type::RepositoryOrUrl,
            "Where the chart is: a chart repository, `oci://...`, or with `path` a Git repository.",
        ),
        Attribute::new("chart", Type::Text(Text::NotEmpty), "The chart's name in its repository."),
        Attribute::new("version", Type::Text(Text::ChartVersion), "The chart's version."),
        Attribute::new(
            "path",
            Type::Text(Text::Path),
            "The chart's folder in a Git repository; without `repo` in the platform's own.",
        ),
        Attribute::new("revision", Type::Text(Text::Revision), "The revision of the Git repository in `repo`."),
        Attribute::new(
            "release",
            Type::Text(Text::ReleaseName),
            "The release's name; by default the service's. Another name is another release.",
        ),
        Attribute::new("values", Type::Object, "Values. They win over files and over the chart's own."),
        Attribute::new(
            "value_files",
            Type::List(&Type::Text(Text::Path)),
            "Files of values in the platform's repository; the last one wins.",
        )
        .default("[]"),
        Attribute::new("parameters", TEXT_MAP, "Parameters, as `--set` takes them. They win over values."),
        Attribute::new("skip_crds", Type::Bool, "Whether the chart's CRDs are left out.").default("false"),
        Attribute::new("skip_tests", Type::Bool, "Whether the chart's tests are left out.").default("false"),
        Attribute::new("skip_schema_validation", Type::Bool, "Whether the chart's schema of values is passed over.")
            .default("false"),
        Attribute::new("pass_credentials", Type::Bool, "Whether credentials go to other hosts as well.")
            .default("false"),
        Attribute::new("kube_version", ANY_TEXT, "The Kubernetes version that the chart is shown, without `v`."),
        Attribute::new("api_versions", Type::List(&ANY_TEXT), "The API versions that the chart is shown.")
            .default("[]"),
    ],
};

pub(super) const KUSTOMIZE: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "path",
            Type::Text(Text::Path),
            "The base's folder; without `repo` in the platform's repository.",
        )
        .required(),
        Attribute::new("repo", Type::RepositoryOrUrl, "The base's Git repository, where it is another."),
        Attribute::new("revision", Type::Text(Text::Revision), "The revision of the Git repository in `repo`."),
        Attribute::new(
            "images",
            Type::List(&Type::Text(Text::Image)),
            "Images to use: `name:tag`, `name=new:tag` or with a digest.",
        )
        .default("[]"),
        Attribute::new("replicas", Type::Map(&Type::Int(0, 1_000_000)), "How many replicas, by the workload's name."),
        Attribute::new(
            "patches",
            Type::List(&Type::Object),
            "Patches: `{ target { kind = \"...\" } patch = \"...\" }`, as in a kustomization.",
        )
        .default("[]"),
        Attribute::new(
            "components",
            Type::List(&Type::Text(Text::Path)),
            "Components, by their folders in the platform's repository.",
        )
        .default("[]"),
        Attribute::new(
            "labels",
            Type::Map(&Type::Text(Text::LabelValue)),
            "Labels on every object, selectors left alone.",
        ),
        Attribute::new("annotations", Type::Map(&Type::Text(Text::Annotation)), "Annotations on every object."),
        Attribute::new("name_prefix", ANY_TEXT, "What is put before every name."),
        Attribute::new("name_suffix", ANY_TEXT, "What is put behind every name."),
    ],
};

pub(super) const MANIFESTS: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "path",
            Type::Text(Text::Path),
            "A folder of manifests; without `repo` in the platform's repository.",
        ),
        Attribute::new("repo", Type::RepositoryOrUrl, "The folder's Git repository, where it is another."),
        Attribute::new("revision", Type::Text(Text::Revision), "The revision of the Git repository in `repo`."),
        Attribute::new("recurse", Type::Bool, "Whether folders below count as well.").default("false"),
        Attribute::new("include", ANY_TEXT, "Which files count, as a glob."),
        Attribute::new("exclude", ANY_TEXT, "Which files don't count, as a glob."),
        Attribute::new(
            "object",
            Type::Objects,
            "An object written in place: `object \"v1\" \"ConfigMap\" name { data { key = \"value\" } }`.",
        ),
    ],
};

pub(super) const PLUGIN: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new(
            "name",
            Type::Text(Text::NotEmpty),
            "The plugin's name; without one Argo CD looks for a plugin that fits.",
        ),
        Attribute::new(
            "path",
            Type::Text(Text::Path),
            "The folder that the plugin reads; without `repo` in the platform's repository.",
        )
        .required(),
        Attribute::new("repo", Type::RepositoryOrUrl, "The folder's Git repository, where it is another."),
        Attribute::new("revision", Type::Text(Text::Revision), "The revision of the Git repository in `repo`."),
        Attribute::new("env", TEXT_MAP, "Variables for the plugin."),
        Attribute::new(
            "parameters",
            Type::Map(&Type::Any),
            "Parameters for the plugin: a string, a list or a map each.",
        ),
    ],
};

pub(super) const SOURCE: BlockSchema = BlockSchema {
    attributes: &[
        Attribute::new("helm", Type::Block(&HELM), "A Helm chart."),
        Attribute::new("kustomize", Type::Block(&KUSTOMIZE), "A Kustomize base."),
        Attribute::new("manifests", Type::Block(&MANIFESTS), "A folder of manifests, or objects written in place."),
        Attribute::new("plugin", Type::Block(&PLUGIN), "A config management plugin."),
    ],
};
