//! Findings in the forms that the machines of others read: they show each at its line in a change.

mod github;
mod gitlab;
mod junit;
mod sarif;

pub use github::to_github;
pub use gitlab::to_gitlab;
pub use junit::to_junit;
pub use sarif::to_sarif;

use rustc_hash::FxHashMap;

use super::Diagnostic;
use crate::db::SourceFile;

/// The path of a file from the folder that the machine looks from. `folder` is the platform's, seen from there.
fn path_in(folder: &str, file: &str) -> String {
    if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") }
}

/// All that a finding says, for where there is room for one text.
fn whole(finding: &Diagnostic) -> String {
    let notes = finding.notes.iter().map(|note| format!("Note: {note}"));
    let helps = finding.helps.iter().map(|help| format!("Help: {help}"));
    let lines: Vec<String> = [finding.message.clone()].into_iter().chain(notes).chain(helps).collect();
    lines.join("\n")
}

/// What tells a finding from others, wherever it stands in its file: an inserted line makes it no new one.
fn fingerprint(finding: &Diagnostic, file: &str, count: usize) -> String {
    let parts = format!("{}\n{file}\n{}\n{count}", finding.code.id, finding.message);
    blake3::hash(parts.as_bytes()).to_hex().get(..32).unwrap_or_default().to_owned()
}

/// Findings, each with how many there were before it that say the same in the same file.
fn counted<'f>(findings: impl IntoIterator<Item = &'f Diagnostic>) -> impl Iterator<Item = (usize, &'f Diagnostic)> {
    let mut seen: FxHashMap<(SourceFile, &str, &str), usize> = FxHashMap::default();
    findings.into_iter().map(move |finding| {
        let key = (finding.primary.span.file, finding.code.id, finding.message.as_str());
        let count = seen.entry(key).or_default();
        *count += 1;
        (*count, finding)
    })
}
