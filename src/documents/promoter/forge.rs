//! A repository as `GitOps` Promoter names it, forge by forge.

use std::sync::Arc;

use super::Node;
use crate::model::PromoterForge;

/// What a `ScmProvider` and a `GitRepository` say of a repository.
pub(super) fn nodes(forge: &PromoterForge) -> (Node, Node) {
    let text = |text: &Arc<str>| Node::text(Arc::clone(text));
    let domain = |host: &Option<Arc<str>>| Node::Map(vec![]).with_some("domain", host.as_ref().map(text));
    let owned = |owner, name| Node::map([("owner", text(owner)), ("name", text(name))]);
    let (key, provider, repository) = match forge {
        PromoterForge::GitHub { host, owner, name, app } => {
            ("github", domain(host).with("appID", Node::Int(*app)), owned(owner, name))
        }
        PromoterForge::GitLab { host, namespace, name, project } => {
            let names = Node::map([("namespace", text(namespace)), ("name", text(name))]);
            ("gitlab", domain(host), names.with("projectId", Node::Int(*project)))
        }
        PromoterForge::Gitea { host, owner, name } => {
            ("gitea", Node::map([("domain", text(host))]), owned(owner, name))
        }
        PromoterForge::Forgejo { host, owner, name } => {
            ("forgejo", Node::map([("domain", text(host))]), owned(owner, name))
        }
        PromoterForge::Bitbucket { owner, name } => ("bitbucketCloud", Node::Map(vec![]), owned(owner, name)),
        PromoterForge::AzureDevOps { host, organization, project, name } => (
            "azureDevOps",
            domain(host).with("organization", text(organization)),
            Node::map([("project", text(project)), ("name", text(name))]),
        ),
    };
    (Node::map([(key, provider)]), Node::map([(key, repository)]))
}
