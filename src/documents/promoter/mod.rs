//! `GitOps` Promoter's objects: which branches there are, in which order, and when a commit counts as arrived; and what of
//! the repository belongs into each branch.

mod branches;
mod forge;

use std::sync::Arc;

use super::argocd::object;
use super::yaml::{Node, Template};
use super::{header, kubernetes, paths};
use crate::db::Db;
use crate::model::{Environment, Estate, Platform, Promoter, Promotion, estate, stage_order};

const PROMOTER: &str = "promoter.argoproj.io/v1alpha1";

/// On the Applications of which each has to be at the commit of its branch, and well: those that read nothing else.
/// `GitOps` Promoter refuses the whole if one that it looks at has several sources.
pub(super) const LABEL: &str = "platformc.io/promotion";

/// The gate that a commit passes before it is proposed for the next environment.
const HEALTH: &str = "argocd-health";

/// What promotes between branches, and what belongs into each: path and text of each file.
#[salsa::tracked]
pub(super) fn promoter_files(db: &dyn Db) -> Vec<(String, Arc<str>)> {
    let estate = estate(db);
    let Some(platform) = &estate.platform else { return vec![] };
    let Some(Promotion::GitOpsPromoter(Some(promoter))) = &platform.promotion else { return vec![] };
    let Some(hub) = estate.hubs.first() else { return vec![] };
    let folder = paths::of_hub(estate, paths::PROMOTION, &hub.name);
    let environments = environments(db, estate);
    let mut out = String::new();
    let head = header::yaml_of_platform("what commits are promoted by");
    Template::new(&head, &objects(platform, promoter, &environments)).fill(&[], &mut out);
    let mut files = vec![(format!("{folder}/promoter.yaml"), out.into())];
    files.extend(branches::lists(db, platform, &environments).map(|(name, list)| (format!("{folder}/{name}"), list)));
    files
}

/// The environments that have clusters, in the order in which commits reach them.
fn environments<'e>(db: &dyn Db, estate: &'e Estate) -> Vec<&'e Environment> {
    let has_clusters = |it: &&Environment| estate.clusters.iter().any(|cluster| cluster.environment == it.name);
    let mut found: Vec<_> = estate.environments.iter().filter(has_clusters).collect();
    found.sort_by_key(|environment| stage_order(db).place(&environment.name));
    found
}

fn objects(platform: &Platform, promoter: &Promoter, environments: &[&Environment]) -> Vec<Node> {
    let name = || Node::text(Arc::clone(&platform.name));
    let reference = |name| Node::map([("name", name)]);
    let (provider, repository) = forge::nodes(&promoter.forge);
    let secret = reference(Node::text(Arc::clone(&promoter.secret)));
    let provider = provider.with("secretRef", secret);
    let by = Node::map([("kind", Node::text("ScmProvider")), ("name", name())]);
    let environment = |it: &&Environment| {
        Node::map([
            ("branch", Node::text(platform.revision_of(&it.name))),
            // What somebody has to look at stays proposed until he merges it.
            ("autoMerge", Node::Bool(!it.protected)),
        ])
    };
    let strategy = Node::map([
        ("gitRepositoryRef", reference(name())),
        ("activeCommitStatuses", Node::List(vec![Node::map([("key", Node::text(HEALTH))])])),
        ("environments", Node::List(environments.iter().map(environment).collect())),
    ]);
    let status = Node::map([
        ("promotionStrategyRef", reference(name())),
        ("key", Node::text(HEALTH)),
        ("applicationSelector", Node::map([("matchLabels", Node::map([(LABEL, name())]))])),
    ]);
    vec![
        kubernetes::lasting_namespace(platform, &platform.name, Node::Map(vec![])),
        in_namespace(platform, "ScmProvider", provider),
        in_namespace(platform, "GitRepository", repository.with("scmProviderRef", by)),
        in_namespace(platform, "PromotionStrategy", strategy),
        in_namespace(platform, "ArgoCDCommitStatus", status),
    ]
}

fn in_namespace(platform: &Platform, kind: &str, spec: Node) -> Node {
    let metadata = Node::map([
        ("name", Node::text(Arc::clone(&platform.name))),
        ("namespace", Node::text(Arc::clone(&platform.name))),
        ("labels", kubernetes::labels(platform)),
    ]);
    object(PROMOTER, kind, metadata).with("spec", spec)
}
