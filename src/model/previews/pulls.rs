//! Which pull requests get previews, and how Argo CD asks for them.

use std::sync::Arc;

use super::super::estates::seconds;
use super::super::fields::Fields;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::overlays::Target;
use crate::schema::Version;
use crate::values::Value;

/// Where a repository is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forge {
    /// GitHub.
    GitHub,
    /// GitLab.
    GitLab,
    /// Gitea and Forgejo.
    Gitea,
    /// Bitbucket Cloud.
    Bitbucket,
    /// Bitbucket Server.
    BitbucketServer,
    /// Azure DevOps.
    AzureDevOps,
}

impl Forge {
    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "github" => Self::GitHub,
            "gitlab" => Self::GitLab,
            "gitea" => Self::Gitea,
            "bitbucket" => Self::Bitbucket,
            "bitbucket_server" => Self::BitbucketServer,
            "azure_devops" => Self::AzureDevOps,
            _ => return None,
        })
    }

    fn is_bitbucket(self) -> bool {
        matches!(self, Self::Bitbucket | Self::BitbucketServer)
    }
}

/// What lets Argo CD read pull requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The Secret, in the namespace of Argo CD.
    pub secret: Arc<str>,
    /// The key in it.
    pub key: Arc<str>,
    /// The account whose password it is.
    pub user: Option<Arc<str>>,
    /// Whether it holds a GitHub App.
    pub is_app: bool,
}

/// The pull requests that get previews.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequests {
    /// Where their repository is.
    pub forge: Forge,
    /// The repository, as the forge has it: `owner/repo`.
    pub repository: Arc<str>,
    /// The URL of the forge's API.
    pub api: Option<Arc<str>>,
    /// What lets Argo CD read them.
    pub token: Option<Token>,
    /// The labels that they must bear.
    pub labels: Vec<Arc<str>>,
    /// Who must have opened them, if not just anybody.
    pub authors: Vec<Arc<str>>,
    /// What their branch must match.
    pub branch: Option<Arc<str>>,
    /// What the branch that they go to must match.
    pub target: Option<Arc<str>>,
    /// What their title must match.
    pub title: Option<Arc<str>>,
    /// After how many seconds Argo CD asks again.
    pub refresh: u64,
}

/// Reads which pull requests a checked preview is for.
pub(super) fn read(fields: Fields<'_>, target: Target, sink: &mut Sink) -> Option<PullRequests> {
    let Some(Value::Provided(word, repository)) = fields.tree("from").map(crate::overlays::Tree::value) else {
        return None;
    };
    let forge = Forge::of_word(&word)?;
    lacking(fields, forge, &word, sink);
    newer(fields, forge, target, sink);
    anybody(fields, forge, sink);
    let token = fields.block("token");
    Some(PullRequests {
        forge,
        repository,
        api: fields.text("api"),
        token: token.text("secret").map(|secret| Token {
            secret,
            key: token.text("key").unwrap_or_else(|| "token".into()),
            user: token.text("user"),
            is_app: token.flag("app", false),
        }),
        labels: fields.texts("labels"),
        authors: fields.texts("authors"),
        branch: fields.text("branch"),
        target: fields.text("target"),
        title: fields.text("title"),
        refresh: fields.text("refresh").map_or(300, |text| seconds(&text)),
    })
}

/// What is asked of a forge that does not have it, and what it always needs.
fn lacking(fields: Fields<'_>, forge: Forge, word: &str, sink: &mut Sink) {
    let mut lacks = |key: &[&str], message: String, help: &str| {
        let tree = key.iter().try_fold(fields, |fields, key| fields.tree(key).map(|tree| Fields(Some(tree))));
        if let Some(Fields(Some(tree))) = tree {
            sink.push(Diagnostic::new(codes::FORGE_LACKS, tree.span(), message).help(help));
        }
    };
    if forge.is_bitbucket() {
        lacks(
            &["labels"],
            format!("pull requests of `{word}` have no labels"),
            "select them by `authors`, `branch`, `target` or `title`",
        );
    } else {
        lacks(&["token", "user"], format!("`{word}` takes a token, and no name with it"), "leave `user` away");
    }
    if forge != Forge::GitHub {
        lacks(&["token", "app"], format!("`{word}` knows no GitHub App"), "leave `app` away");
    }
    if matches!(forge, Forge::Gitea | Forge::BitbucketServer) && fields.tree("api").is_none() {
        let Some(from) = fields.tree("from") else { return };
        let finding = Diagnostic::new(codes::FORGE_LACKS, from.span(), format!("`{word}` needs `api`"));
        sink.push(finding.note("everybody runs it at an address of their own").help("write `api = \"https://...\"`"));
    }
}

/// The labels of Gitea came with 3.1 (`PullRequestGeneratorGitea`).
fn newer(fields: Fields<'_>, forge: Forge, target: Target, sink: &mut Sink) {
    const SINCE: Version = Version::of(3, 1);
    let Some(version) = target.version.filter(|version| forge == Forge::Gitea && *version < SINCE) else { return };
    let Some(labels) = fields.tree("labels").filter(|_| !fields.values("labels").is_empty()) else { return };
    let message = format!("`labels` of `gitea` need Argo CD {SINCE}, and the hub has {version}");
    sink.push(
        Diagnostic::new(codes::NEWER_THAN_TARGET, labels.span(), message)
            .note("an older Argo CD drops fields that it does not know, without a word, and every pull request would count")
            .help("select them by `authors`, or raise `argocd` in the hub"),
    );
}

/// Argo CD can't tell a pull request from a fork from another. Who may put a label on one is somebody of the repository.
fn anybody(fields: Fields<'_>, forge: Forge, sink: &mut Sink) {
    let has = |key: &str| !fields.values(key).is_empty();
    if has("labels") || has("authors") || fields.flag("forks", false) {
        return;
    }
    let Some(from) = fields.tree("from") else { return };
    let help = if forge.is_bitbucket() {
        "write `authors = [...]`, or `forks = true` where nobody else can open one"
    } else {
        "write `labels = [\"preview\"]`, or `forks = true` where nobody else can open one"
    };
    sink.push(
        Diagnostic::new(codes::ANYBODYS_PREVIEW, from.span(), "anybody who opens a pull request would get a preview")
            .note("Argo CD sees no difference between a branch of the repository and one of a fork; only somebody of the repository can put a label on it")
            .help(help),
    );
}
