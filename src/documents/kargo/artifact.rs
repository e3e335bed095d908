use std::sync::Arc;

use super::super::yaml::Node;
use crate::model::{Artifact, Edit};

/// How many versions Kargo looks at: its default, which stands here because it would be filled in otherwise, and a list in
/// which something is filled in differs from the one in Git for ever.
const LIMIT: i64 = 20;

/// What a Warehouse subscribes to.
pub(super) fn subscription(artifact: &Artifact, within: &Arc<str>) -> Node {
    let within = Node::text(Arc::clone(within));
    let (kind, fields) = match artifact {
        Artifact::Chart { .. } => {
            let (repository, chart) = chart(artifact);
            let fields = Node::map([("repoURL", Node::text(repository))]).with_some("name", chart.map(Node::text));
            ("chart", fields.with("semverConstraint", within))
        }
        Artifact::Git { url } => (
            "git",
            Node::map([
                ("repoURL", Node::text(Arc::clone(url))),
                ("commitSelectionStrategy", Node::text("SemVer")),
                ("semverConstraint", within),
                ("strictSemvers", Node::Bool(true)),
            ]),
        ),
        Artifact::Image { name } => (
            "image",
            Node::map([
                ("repoURL", Node::text(Arc::clone(name))),
                ("imageSelectionStrategy", Node::text("SemVer")),
                ("constraint", within),
                ("strictSemvers", Node::Bool(true)),
            ]),
        ),
    };
    Node::map([(kind, fields.with("discoveryLimit", LIMIT))])
}

/// A chart as Kargo names it: one in a registry by the whole address.
fn chart(artifact: &Artifact) -> (String, Option<Arc<str>>) {
    match artifact {
        Artifact::Chart { url, chart } if url.starts_with("oci://") => (format!("{url}/{chart}"), None),
        Artifact::Chart { url, chart } => (url.to_string(), Some(Arc::clone(chart))),
        Artifact::Git { url: name } | Artifact::Image { name } => (name.to_string(), None),
    }
}

/// The version that is being promoted, for the source. Without `quote` Kargo takes `1.10` for a number.
pub(super) fn version(edit: &Edit) -> String {
    match &edit.artifact {
        Artifact::Chart { .. } => found(&edit.artifact, "Version"),
        Artifact::Image { .. } if edit.digest => found(&edit.artifact, "Digest"),
        Artifact::Git { .. } | Artifact::Image { .. } => found(&edit.artifact, "Tag"),
    }
}

/// What Argo CD says that it has synced, where that is more than the platform's own commit.
pub(super) fn synced(artifact: &Artifact) -> Option<Node> {
    let revision = match artifact {
        Artifact::Chart { .. } => found(artifact, "Version"),
        Artifact::Git { .. } => found(artifact, "ID"),
        Artifact::Image { .. } => return None,
    };
    let source = match artifact {
        Artifact::Chart { url, chart } => Node::map([
            ("repoURL", Node::text(url.strip_prefix("oci://").unwrap_or(url))),
            ("chart", Node::text(Arc::clone(chart))),
        ]),
        Artifact::Git { url: name } | Artifact::Image { name } => {
            Node::map([("repoURL", Node::text(Arc::clone(name)))])
        }
    };
    Some(source.with("desiredRevision", Node::text(revision)))
}

fn found(artifact: &Artifact, what: &str) -> String {
    let call = match artifact {
        Artifact::Chart { .. } => match chart(artifact) {
            (repository, Some(chart)) => format!("chartFrom(\"{repository}\", \"{chart}\")"),
            (repository, None) => format!("chartFrom(\"{repository}\")"),
        },
        Artifact::Git { url } => format!("commitFrom(\"{url}\")"),
        Artifact::Image { name } => format!("imageFrom(\"{name}\")"),
    };
    format!("${{{{ quote({call}.{what}) }}}}")
}
