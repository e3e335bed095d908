//! The `ApplicationSet` of a preview: pull requests from a forge, and a template that is rendered for each.

use std::sync::Arc;

use super::super::super::leaf::texts;
use super::super::super::yaml::{Node, Template};
use super::super::super::{header, paths};
use super::super::application_set::{escape, go_template_of};
use super::super::{ARGO, object};
use super::{application, replaced};
use crate::db::Db;
use crate::model::{Platform, Preview, PullForge, PullRequests, Token, estate, preview};
use crate::names::Item;
use crate::values::{LONGEST_SLUG, PullFact};

/// The `ApplicationSet` of a service's preview, if it has one: path and text.
#[salsa::tracked]
pub(in crate::documents) fn preview_sets<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<(String, Arc<str>)> {
    let (platform, preview) = (estate(db).platform.as_ref()?, preview(db, item).as_ref()?);
    let cluster = estate(db).cluster(&preview.cluster)?;
    let hub = estate(db).hub(&cluster.hub)?;
    let name = &preview.service.head.name;
    let metadata = Node::map([
        ("name", Node::text(Arc::clone(&preview.service.head.project))),
        ("namespace", Node::text(Arc::clone(&hub.namespace))),
        ("labels", labels(platform, preview)),
    ]);
    let template = go_template_of(&application(db, platform, preview)?);
    let spec = Node::map([("goTemplate", Node::Bool(true)), ("goTemplateOptions", Node::list(["missingkey=error"]))])
        .with("generators", Node::List(vec![generator(&preview.pulls)]))
        .with("template", replaced(&template, &parameter, &escape));
    let header = header::yaml(&preview.service.file, &format!("preview of service {name}"));
    let mut out = String::new();
    Template::new(&header, &[object(ARGO, "ApplicationSet", metadata).with("spec", spec)]).fill(&[], &mut out);
    let folder = paths::of_hub(estate(db), paths::SETS, &hub.name);
    Some((format!("{folder}/previews/{name}.yaml"), out.into()))
}

fn labels(platform: &Platform, preview: &Preview) -> Node {
    let head = &preview.service.head;
    Node::map([
        ("app.kubernetes.io/managed-by", Node::text("platformc")),
        ("app.kubernetes.io/part-of", Node::text(Arc::clone(&platform.name))),
        ("platformc.io/layer", Node::text(Arc::clone(&head.layer))),
        ("platformc.io/owner", Node::text(Arc::clone(&head.owner))),
        ("platformc.io/service", Node::text(Arc::clone(&head.name))),
    ])
}

/// What the generator calls a fact. Its own slug may be 50 characters long, and writes letters of other alphabets in its own
/// way; this one is what the compiler computes as well.
fn parameter(fact: &PullFact) -> String {
    match fact.name {
        "slug" => format!(
            "{{{{ regexReplaceAll \"[^A-Za-z0-9]+\" .branch \"-\" | trimAll \"-\" | lower | trunc {LONGEST_SLUG} | trimAll \"-\" | default .number }}}}"
        ),
        "sha" => "{{.head_sha}}".to_owned(),
        "short_sha" => "{{.head_short_sha}}".to_owned(),
        "target" => "{{.target_branch}}".to_owned(),
        name => format!("{{{{.{name}}}}}"),
    }
}

fn generator(pulls: &PullRequests) -> Node {
    let (key, forge) = forge(pulls);
    let pattern = |pattern: &Option<Arc<str>>| pattern.clone().map(Node::text);
    let filter = Node::Map(vec![])
        .with_some("branchMatch", pattern(&pulls.branch))
        .with_some("targetBranchMatch", pattern(&pulls.target))
        .with_some("titleMatch", pattern(&pulls.title));
    let filters = if filter.is_empty_collection() { vec![] } else { vec![filter] };
    let generator = Node::map([(key, forge)])
        .with_filled("filters", Node::List(filters))
        .with("requeueAfterSeconds", i64::try_from(pulls.refresh).unwrap_or(i64::MAX));
    let authors =
        Node::map([("key", Node::text("author")), ("operator", Node::text("In")), ("values", texts(&pulls.authors))]);
    let selector = Node::map([("matchExpressions", Node::List(vec![authors]))]);
    Node::map([("pullRequest", generator)]).with_some("selector", (!pulls.authors.is_empty()).then_some(selector))
}

/// The forge as the generator has it.
fn forge(pulls: &PullRequests) -> (&'static str, Node) {
    let (before, last) = pulls.repository.rsplit_once('/').unwrap_or(("", &pulls.repository));
    let of = |keys: [&'static str; 2]| Node::map([(keys[0], Node::text(before)), (keys[1], Node::text(last))]);
    let (key, node) = match pulls.forge {
        PullForge::GitHub => ("github", of(["owner", "repo"])),
        PullForge::Gitea => ("gitea", of(["owner", "repo"])),
        PullForge::Bitbucket => ("bitbucket", of(["owner", "repo"])),
        PullForge::BitbucketServer => ("bitbucketServer", of(["project", "repo"])),
        PullForge::GitLab => (
            "gitlab",
            // Without a state GitLab lists those that are closed as well.
            Node::map([
                ("project", Node::text(Arc::clone(&pulls.repository))),
                ("pullRequestState", Node::text("opened")),
            ]),
        ),
        PullForge::AzureDevOps => {
            let (organization, project) = before.split_once('/').unwrap_or((before, ""));
            let parts = [("organization", organization), ("project", project), ("repo", last)];
            ("azuredevops", Node::map(parts.map(|(key, part)| (key, Node::text(part)))))
        }
    };
    let node = node.with_some("api", pulls.api.clone().map(Node::text)).with_filled("labels", texts(&pulls.labels));
    (key, with_token(node, pulls))
}

fn with_token(node: Node, pulls: &PullRequests) -> Node {
    let Some(token) = &pulls.token else { return node };
    let reference = |token: &Token| {
        Node::map([("secretName", Node::text(Arc::clone(&token.secret))), ("key", Node::text(Arc::clone(&token.key)))])
    };
    match (pulls.forge, &token.user) {
        (PullForge::Bitbucket | PullForge::BitbucketServer, Some(user)) => node.with(
            "basicAuth",
            Node::map([("username", Node::text(Arc::clone(user))), ("passwordRef", reference(token))]),
        ),
        (PullForge::Bitbucket | PullForge::BitbucketServer, None) => {
            node.with("bearerToken", Node::map([("tokenRef", reference(token))]))
        }
        _ if token.is_app => node.with("appSecretName", Node::text(Arc::clone(&token.secret))),
        _ => node.with("tokenRef", reference(token)),
    }
}
