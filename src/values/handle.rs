//! The names that forges know people and teams by.

/// Whether GitHub can ask this for a review: a user, a team with its organization, or an e-mail address.
pub(super) fn is_github_handle(text: &str) -> bool {
    is_address(text) || names(text).is_some_and(|names| names.len() <= 2 && names.iter().all(|name| is_name(name)))
}

/// Whether GitLab can: a user, a group however deep, or an e-mail address.
pub(super) fn is_gitlab_handle(text: &str) -> bool {
    is_address(text) || names(text).is_some_and(|names| names.iter().all(|name| is_name(name)))
}

/// The parts of what stands behind `@`.
fn names(text: &str) -> Option<Vec<&str>> {
    text.strip_prefix('@').map(|rest| rest.split('/').collect())
}

fn is_name(name: &str) -> bool {
    let inner = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    name.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_') && name.chars().all(inner)
}

fn is_address(text: &str) -> bool {
    let is_plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    text.split_once('@').is_some_and(|(local, host)| {
        is_plain(local) && is_plain(host) && !host.contains('@') && !local.starts_with('#') && host.contains('.')
    })
}
