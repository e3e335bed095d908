//! The forms of strings.

use std::sync::LazyLock;

use super::handle::{is_github_handle, is_gitlab_handle};
use super::quantity::quantity;
use super::{Schedule, Zone};
use crate::diagnostics::{self as codes, Code};
use crate::schema::{Text, Version};

/// Why a string has not the form that its attribute asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextProblem {
    /// The code that it is reported with.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// The rule.
    pub note: &'static str,
}

fn problem(message: String, note: &'static str) -> Result<(), TextProblem> {
    Err(TextProblem { code: codes::BAD_VALUE, message, note })
}

/// The sync options that Argo CD knows, each with its values (`GE/pkg/sync/common/types.go`).
const SYNC_OPTIONS: &[(&str, &[&str])] = &[
    ("Validate", &["false", "true"]),
    ("CreateNamespace", &["true", "false"]),
    ("PrunePropagationPolicy", &["foreground", "background", "orphan"]),
    ("PruneLast", &["true"]),
    ("RespectIgnoreDifferences", &["true"]),
    ("ApplyOutOfSyncOnly", &["true", "false"]),
    ("SkipDryRunOnMissingResource", &["true"]),
    ("Replace", &["true", "false"]),
    ("Force", &["true"]),
    ("ServerSideApply", &["true", "false"]),
    ("ClientSideApplyMigration", &["true", "false"]),
    ("FailOnSharedResource", &["true"]),
    ("Prune", &["false", "confirm"]),
    ("Delete", &["false", "confirm"]),
];

/// The sync options that Argo CD knows, as they are written.
pub fn sync_options() -> impl Iterator<Item = String> {
    SYNC_OPTIONS.iter().flat_map(|(name, values)| values.iter().map(move |value| format!("{name}={value}")))
}

/// Checks a string against the form that its attribute asks for.
///
/// # Errors
/// What is wrong, and the rule.
pub fn check_text(form: Text, text: &str) -> Result<(), TextProblem> {
    let code = match form {
        Text::Path => codes::PATH_OUTSIDE,
        Text::SyncOption => codes::UNKNOWN_SYNC_OPTION,
        Text::ArgoVersion => codes::UNKNOWN_TARGET,
        Text::GitHubHandle | Text::GitLabHandle => codes::BAD_HANDLE,
        Text::Schedule | Text::TimeZone => codes::BAD_SCHEDULE,
        _ => codes::BAD_VALUE,
    };
    check_form(form, text).map_err(|problem| TextProblem { code, ..problem })
}

fn check_form(form: Text, text: &str) -> Result<(), TextProblem> {
    match form {
        Text::Any | Text::Annotation => Ok(()),
        Text::NotEmpty if text.is_empty() => problem("an empty string".to_owned(), "something must stand here"),
        Text::DnsLabel if !is_dns_label(text) => problem(
            format!("`{text}` is no DNS label"),
            "Kubernetes takes `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at most 63 characters",
        ),
        Text::Subdomain => is_subdomain(text),
        Text::ReleaseName if !is_dns_label(text) || text.len() > 53 => problem(
            format!("`{text}` is no name for a Helm release"),
            "Helm takes a DNS label of at most 53 characters",
        ),
        Text::LabelValue if !is_label_value(text) => problem(
            format!("`{text}` is no label value"),
            "Kubernetes takes at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
        ),
        Text::ServerUrl if !is_server(text) => problem(
            format!("`{text}` is no URL of an API server"),
            "Argo CD compares servers as text: `https://HOST[:PORT][/PATH]`, without a `/` at the end",
        ),
        Text::GitUrl if !is_git_url(text) => problem(
            format!("`{text}` is no URL of a Git repository"),
            "Git is reached by `https://`, `ssh://` or `user@host:path`",
        ),
        Text::Link | Text::ApplicationLink if !is_link(text) => problem(
            format!("`{text}` is no link"),
            "Argo CD shows links that start with `https://`, `http://` or `mailto:`",
        ),
        Text::Revision | Text::ChartVersion if text.is_empty() || text.chars().any(char::is_whitespace) => {
            problem(format!("`{text}` is no {}", form.name()), "a revision has no blanks in it")
        }
        Text::VersionRange if !is_version_range(text) => problem(
            format!("`{text}` is no range of versions"),
            "ranges are read as Helm does: `*`, `^1.2`, `~1.4.0`, `1.x`, `>=1.2 <2`, `1.2 - 1.5`, with `||` between alternatives",
        ),
        Text::ArgoVersion => argo_version(text),
        Text::Duration if !is_duration(text) => problem(
            format!("`{text}` is no duration"),
            "durations are read as Go does: `90s`, `5m`, `1h30m`; there are no days",
        ),
        Text::Schedule => schedule(text),
        Text::TimeZone => time_zone(text),
        Text::Path => path(text),
        Text::GroupKind if !is_group_kind(text) => {
            problem(format!("`{text}` names no kind"), "write `group/Kind`, `Kind` for the core group, or `*` for all")
        }
        Text::SyncOption => sync_option(text),
        Text::GitHubHandle if !is_github_handle(text) => problem(
            format!("`{text}` is nobody on GitHub"),
            "GitHub passes over a line of CODEOWNERS with an owner that is no `@org/team`, `@user` or e-mail address",
        ),
        Text::GitLabHandle if !is_gitlab_handle(text) => problem(
            format!("`{text}` is nobody on GitLab"),
            "GitLab takes `@group`, `@group/subgroup`, `@user` and e-mail addresses, and passes over everything else",
        ),
        Text::Image if text.is_empty() || text.chars().any(char::is_whitespace) => {
            problem(format!("`{text}` is no image"), "write `name:tag`, `name=new:tag` or `name@sha256:...`")
        }
        Text::Regex if regex::Regex::new(text).is_err() => problem(
            format!("`{text}` is no regular expression"),
            "brackets must close and repetitions need something to repeat",
        ),
        Text::RoleArn if !is_role_arn(text) => problem(
            format!("`{text}` is no ARN of a role"),
            "AWS writes `arn:aws:iam::ACCOUNT:role/NAME`, with twelve digits",
        ),
        Text::Group if !is_group(text) => problem(
            format!("{text:?} is no group of people"),
            "a group is a word or more on one line; `role:`, `proj:` and `system:` begin names that Argo CD and Kubernetes have for themselves",
        ),
        Text::Quantity if quantity(text).is_none() => problem(
            format!("`{text}` is no quantity"),
            "Kubernetes reads `500m`, `2`, `1.5Gi`; the units are m, k, M, G, T, P, E, or Ki, Mi, Gi, Ti, Pi, Ei",
        ),
        _ => Ok(()),
    }
}

fn is_dns_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= 63 && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// Whether a text is a DNS subdomain: labels joined by dots.
///
/// # Errors
/// The rule that it breaks.
pub fn is_subdomain(text: &str) -> Result<(), TextProblem> {
    if text.len() <= 253 && text.split('.').all(is_dns_label) {
        return Ok(());
    }
    problem(
        format!("`{text}` is no DNS subdomain"),
        "Kubernetes takes DNS labels joined by dots, at most 253 characters",
    )
}

/// Whether a text can be the key of a label or an annotation: a name, and before a `/` perhaps a DNS subdomain.
///
/// # Errors
/// The rule that it breaks.
pub fn is_qualified_name(text: &str) -> Result<(), TextProblem> {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    if prefix.is_none_or(|prefix| is_subdomain(prefix).is_ok()) && !name.is_empty() && is_label_value(name) {
        return Ok(());
    }
    problem(
        format!("`{text}` can't be the key of a label or an annotation"),
        "Kubernetes takes a name of letters, digits, `-`, `_` and `.`, and before a `/` a DNS subdomain",
    )
}

fn is_role_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        ["arn", partition, "iam", "", account, name] => {
            partition.starts_with("aws") && is_account(account) && name.len() > 5 && name.starts_with("role/")
        }
        _ => false,
    }
}

fn is_label_value(text: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_alphanumeric());
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.len() <= 63 && text.bytes().all(inner) && ends(text.bytes().next()) && ends(text.bytes().last())
}

fn is_link(text: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|start| text.starts_with(start))
}

fn is_server(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or("");
    !host.is_empty() && !text.ends_with('/') && !text.contains(|c: char| c.is_whitespace() || matches!(c, '*' | '{'))
}

fn is_git_url(text: &str) -> bool {
    let by_scheme =
        ["https://", "http://", "ssh://"].iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    let by_user = text.split_once('@').is_some_and(|(user, rest)| !user.is_empty() && rest.contains(':'));
    (by_scheme || by_user) && !text.contains(char::is_whitespace)
}

fn argo_version(text: &str) -> Result<(), TextProblem> {
    let known = Version::parse(text).is_some_and(|version| Version::KNOWN.contains(&version));
    if known {
        return Ok(());
    }
    problem(format!("`{text}` is no version of Argo CD that is known"), "known are 2.14 and 3.0 to 3.6")
}

/// Whether Go's `time.ParseDuration` takes the text, with at least one unit and no sign.
fn is_duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let after = rest.get(digits..).unwrap_or("");
        let unit = ["ms", "us", "ns", "h", "m", "s"].into_iter().find(|unit| after.starts_with(unit));
        let (Some(unit), true) = (unit, rest.get(..digits).is_some_and(|number| number.parse::<f64>().is_ok())) else {
            return false;
        };
        rest = after.get(unit.len()..).unwrap_or("");
    }
    !text.is_empty()
}

/// What Masterminds' semver reads, which Helm and Kargo ask: alternatives of comparisons.
fn is_version_range(text: &str) -> bool {
    static RANGE: LazyLock<Option<regex::Regex>> = LazyLock::new(|| {
        let number = r"(?:\d+|[xX*])";
        let version = format!(r"v?{number}(?:\.{number})?(?:\.{number})?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?");
        let one = format!(r"(?:=|==|!=|>=|=>|<=|=<|>|<|~|~>|\^)?\s*{version}");
        let all = format!(r"(?:{version}\s+-\s+{version}|{one}(?:(?:\s*,\s*|\s+){one})*)");
        regex::Regex::new(&format!(r"^\s*{all}(?:\s*\|\|\s*{all})*\s*$")).ok()
    });
    RANGE.as_ref().is_some_and(|range| range.is_match(text))
}

fn schedule(text: &str) -> Result<(), TextProblem> {
    let note = "Argo CD reads five fields: minute, hour, day of the month, month and day of the week (0-6, Sunday is 0); it has \
                neither seconds nor words such as `@daily`";
    Schedule::parse(text).map(|_| ()).or_else(|message| problem(message, note))
}

fn time_zone(text: &str) -> Result<(), TextProblem> {
    let note = "a name that Argo CD does not know means UTC there, and nothing but a line in its log says so";
    Zone::named(text).map(|_| ()).or_else(|message| problem(message, note))
}

fn path(text: &str) -> Result<(), TextProblem> {
    if text.is_empty() || text.starts_with('/') || text.contains('\\') || text.split('/').any(|part| part == "..") {
        return problem(
            format!("`{text}` leaves its repository"),
            "a path is relative to the root of its repository, with no `..` in it",
        );
    }
    Ok(())
}

fn is_group_kind(text: &str) -> bool {
    let kind = |kind: &str| {
        kind == "*"
            || kind.starts_with(|c: char| c.is_ascii_uppercase()) && kind.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let group = |group: &str| group == "*" || !group.is_empty() && group.split('.').all(is_dns_label);
    match text.split_once('/') {
        Some((before, after)) => group(before) && kind(after),
        None => kind(text),
    }
}

fn sync_option(text: &str) -> Result<(), TextProblem> {
    if sync_options().any(|known| known == text) {
        return Ok(());
    }
    problem(
        format!("Argo CD knows no sync option `{text}`"),
        "it compares whole strings, and passes over what it does not know",
    )
}

fn is_group(text: &str) -> bool {
    let is_theirs = ["role:", "proj:", "system:"].iter().any(|start| text.starts_with(start));
    !is_theirs && !text.is_empty() && text.trim() == text && !text.chars().any(char::is_control)
}
