//! What all services of a hub share: the Project, who is promoted by itself, and the steps of every promotion.

use std::sync::Arc;

use super::super::argocd::object;
use super::super::kubernetes;
use super::super::yaml::Node;
use super::{CHECKOUT, KARGO, MERGE, in_project, joined, project_name, step};
use crate::model::{Estate, Platform};

/// The namespace before the Project, and both before all else, for Argo CD knows no health of a Project to wait for.
pub(super) fn objects(platform: &Platform, estate: &Estate) -> Vec<Node> {
    let labels = Node::map([("kargo.akuity.io/project", Node::text("true"))]);
    let mut objects = vec![kubernetes::lasting_namespace(platform, project_name(platform), labels), project(platform)];
    objects.extend(config(platform, estate));
    objects.extend([checkout(platform), merge(platform)]);
    objects
}

fn project(platform: &Platform) -> Node {
    let metadata = Node::map([
        ("name", Node::text(Arc::clone(project_name(platform)))),
        ("labels", kubernetes::labels(platform)),
        ("annotations", kubernetes::lasting("-1")),
    ]);
    object(KARGO, "Project", metadata)
}

/// Into environments that are not protected a version goes by itself.
fn config(platform: &Platform, estate: &Estate) -> Option<Node> {
    let open = estate.environments.iter().filter(|environment| !environment.protected);
    let open: Vec<Node> = open.map(|environment| Node::text(Arc::clone(&environment.name))).collect();
    let selector = |open| {
        Node::map([
            ("key", Node::text("platformc.io/env")),
            ("operator", Node::text("In")),
            ("values", Node::List(open)),
        ])
    };
    let policy = |open| {
        Node::map([
            ("stageSelector", Node::map([("matchExpressions", Node::List(vec![selector(open)]))])),
            ("autoPromotionEnabled", Node::Bool(true)),
        ])
    };
    let spec = (!open.is_empty()).then(|| Node::map([("promotionPolicies", Node::List(vec![policy(open)]))]))?;
    Some(in_project(platform, "ProjectConfig", project_name(platform), Node::Map(vec![])).with("spec", spec))
}

fn task(platform: &Platform, name: &str, spec: Node) -> Node {
    in_project(platform, "PromotionTask", name, Node::Map(vec![])).with("spec", spec)
}

fn branch(platform: &Platform) -> &str {
    platform.revision.strip_prefix("refs/heads/").unwrap_or(&platform.revision)
}

fn checkout(platform: &Platform) -> Node {
    let tree = Node::map([("branch", Node::text(branch(platform))), ("path", Node::text("./src"))]);
    let config = Node::map([("repoURL", Node::text(Arc::clone(&platform.repo))), ("checkout", Node::List(vec![tree]))]);
    task(platform, CHECKOUT, Node::map([("steps", Node::List(vec![step("git-clone", config)]))]))
}

/// A pull request: CI compiles on it, so that what is merged is the version and the tree that it makes. It is merged when its
/// checks are green or, where somebody has to look, by hand.
fn merge(platform: &Platform) -> Node {
    let request = |config: Node| {
        let provider = platform.codeowners.map(|forge| Node::text(forge.word()));
        let repository = Node::map([("repoURL", Node::text(Arc::clone(&platform.repo)))]);
        joined(repository.with_some("provider", provider), config)
    };
    let title = "Promote ${{ ctx.targetFreight.name }} to ${{ ctx.stage }}";
    let number = Node::map([("prNumber", Node::text("${{ task.outputs.open.pr.id }}"))]);
    let when = |merge: &str| {
        Node::text(format!("${{{{ success() && status('open') != 'Skipped' && vars.merge == '{merge}' }}}}"))
    };
    let steps = vec![
        step("git-commit", Node::map([("path", Node::text("./src")), ("message", Node::text(title))])),
        step("git-push", Node::map([("path", Node::text("./src")), ("generateTargetBranch", Node::Bool(true))]))
            .with("as", "push"),
        step(
            "git-open-pr",
            request(Node::map([
                ("sourceBranch", Node::text("${{ task.outputs.push.branch }}")),
                ("targetBranch", Node::text(branch(platform))),
                ("title", Node::text(title)),
            ])),
        )
        .with("as", "open"),
        step("git-merge-pr", request(number.clone().with("wait", true))).with("if", when("checked")),
        step("git-wait-for-pr", request(number)).with("if", when("reviewed")),
    ];
    let merge = Node::map([("name", Node::text("merge")), ("value", Node::text("reviewed"))]);
    task(platform, MERGE, Node::map([("vars", Node::List(vec![merge])), ("steps", Node::List(steps))]))
}
