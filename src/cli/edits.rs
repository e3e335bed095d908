//! What was edited by hand in files that a build would overwrite.

use std::borrow::Borrow;

use camino::Utf8Path;
use similar::TextDiff;

use crate::diagnostics::printable;
use crate::documents::OutputFile;
use crate::project::write::Problem;
use crate::project::{Disk as _, System};

/// More files than these are named, and not shown.
const FILES: usize = 3;

/// More lines of a file are left out.
const LINES: usize = 40;

/// A larger file is named, and not shown.
const BYTES: u64 = 1 << 20;

/// The edits as diffs: `-` is what is compiled, `+` what stands there.
pub(super) fn edits<F: Borrow<OutputFile>>(problems: &[Problem], folder: &Utf8Path, files: &[F]) -> String {
    let edited = problems.iter().filter(|problem| matches!(problem, Problem::Edited(_)));
    edited.filter_map(|problem| edit(problem.path(), folder, files)).take(FILES).collect()
}

fn edit<F: Borrow<OutputFile>>(place: &Utf8Path, folder: &Utf8Path, files: &[F]) -> Option<String> {
    let path = place.strip_prefix(folder).ok()?.as_str();
    let file = files.get(files.binary_search_by(|file| file.borrow().path.as_str().cmp(path)).ok()?)?;
    let (compiled, mut found) = (file.borrow().text(), vec![]);
    System.read(place, BYTES, &mut found).ok()?;
    let found = String::from_utf8(found).ok().filter(|found| (found.len() as u64) < BYTES)?;
    let diff = TextDiff::from_lines(&compiled, &found);
    let diff = diff.unified_diff().header(&format!("{path} (compiled)"), &format!("{path} (on the disk)")).to_string();
    Some(printable(&shortened(&diff)))
}

fn shortened(diff: &str) -> String {
    let lines: Vec<&str> = diff.split_inclusive('\n').collect();
    let shown: String = lines.iter().take(LINES).copied().collect();
    match lines.len().checked_sub(LINES) {
        Some(left) if left > 0 => format!("{shown}({left} more lines)\n"),
        _ => shown,
    }
}
