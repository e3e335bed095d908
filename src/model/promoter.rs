//! How `GitOps` Promoter reaches the platform's repository: what each forge wants to know of it.

use std::sync::Arc;

use super::entities::{Promoter, PromoterForge};
use super::fields::Fields;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::overlays::Tree;

/// The address of a repository, taken apart.
struct Address {
    host: Arc<str>,
    /// The parts of the path, without `.git`.
    path: Vec<Arc<str>>,
}

/// What `promoter` says, with what follows from `repo`.
pub(super) fn read(promoter: Fields<'_>, platform: Fields<'_>, sink: &mut Sink) -> Option<Promoter> {
    let (repo, forge) = (platform.text("repo")?, promoter.text("forge")?);
    let at = promoter.tree("forge")?;
    let id = |key: &str, what: &str, sink: &mut Sink| {
        let id = promoter.int(key, 0);
        if id > 0 {
            return Some(id);
        }
        sink.push(
            Diagnostic::new(codes::MISSING_ATTRIBUTE, at.span(), format!("`{key}` is missing"))
                .note(format!("GitOps Promoter asks {what}"))
                .lacks(key, None),
        );
        None
    };
    let address =
        address(&repo).filter(|address| forge.as_ref() == "azure_devops" || address.path.iter().all(|it| is_plain(it)));
    let unless = |public: &str, host: &Arc<str>| (host.as_ref() != public).then(|| Arc::clone(host));
    let found = address.and_then(|Address { host, path }| {
        Some(match (forge.as_ref(), path.as_slice()) {
            ("github", [owner, name]) => PromoterForge::GitHub {
                host: unless("github.com", &host),
                owner: Arc::clone(owner),
                name: Arc::clone(name),
                app: id("app", "GitHub as an App, which has an id", sink).unwrap_or_default(),
            },
            ("gitlab", [groups @ .., name]) if !groups.is_empty() => PromoterForge::GitLab {
                host: unless("gitlab.com", &host),
                namespace: groups.join("/").into(),
                name: Arc::clone(name),
                project: id("project", "GitLab for a project by its id", sink).unwrap_or_default(),
            },
            ("gitea", [owner, name]) => PromoterForge::Gitea { host, owner: Arc::clone(owner), name: Arc::clone(name) },
            ("forgejo", [owner, name]) => {
                PromoterForge::Forgejo { host, owner: Arc::clone(owner), name: Arc::clone(name) }
            }
            ("bitbucket", [owner, name]) if host.as_ref() == "bitbucket.org" => {
                PromoterForge::Bitbucket { owner: Arc::clone(owner), name: Arc::clone(name) }
            }
            ("azure_devops", [organization, project, git, name]) if git.as_ref() == "_git" => {
                PromoterForge::AzureDevOps {
                    host: unless("dev.azure.com", &host),
                    organization: Arc::clone(organization),
                    project: Arc::clone(project),
                    name: Arc::clone(name),
                }
            }
            _ => return None,
        })
    });
    if found.is_none() {
        sink.push(not_of(&repo, &forge, platform.tree("repo").unwrap_or(at)));
    }
    Some(Promoter { forge: found?, secret: promoter.text("secret").unwrap_or_else(|| "gitops-promoter".into()) })
}

fn not_of(repo: &str, forge: &str, at: &Tree) -> Diagnostic {
    let (name, form) = match forge {
        "github" => ("GitHub", "https://github.com/OWNER/NAME.git"),
        "gitlab" => ("GitLab", "https://gitlab.com/GROUP/NAME.git"),
        "gitea" => ("Gitea", "https://HOST/OWNER/NAME.git"),
        "forgejo" => ("Forgejo", "https://HOST/OWNER/NAME.git"),
        "bitbucket" => ("Bitbucket Cloud", "https://bitbucket.org/WORKSPACE/NAME.git"),
        _ => ("Azure DevOps", "https://dev.azure.com/ORGANIZATION/PROJECT/_git/NAME"),
    };
    Diagnostic::new(codes::PROMOTION_UNREACHABLE, at.span(), format!("`{repo}` is no repository of {name}"))
        .note("GitOps Promoter opens pull requests there, and asks the forge for the repository by its name")
        .help(format!("such a repository has the address `{form}`"))
}

/// What forges take for the name of an owner or a repository.
fn is_plain(part: &str) -> bool {
    part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// The host and path of `https://host/path`, `ssh://user@host/path` and `user@host:path`.
fn address(repo: &str) -> Option<Address> {
    let (host, path) = match repo.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?,
        None => repo.split_once(':')?,
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    // The port of SSH is not that of the forge's API.
    let host = if repo.starts_with("ssh://") { host.split(':').next().unwrap_or(host) } else { host };
    let path = path.trim_matches('/');
    let parts = path.strip_suffix(".git").unwrap_or(path).split('/').map(Arc::from).collect::<Vec<Arc<str>>>();
    let is_whole = !host.is_empty() && parts.iter().all(|part| !part.is_empty());
    is_whole.then(|| Address { host: host.into(), path: parts })
}
