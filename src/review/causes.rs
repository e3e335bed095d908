//! Which lines of the source differ, and which of them causes what.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use similar::{ChangeTag, TextDiff};

use super::Sketch;

/// Where a declaration stands: its file and its lines.
pub(super) type Extent = (String, RangeInclusive<u32>);

/// The lines in which two revisions differ, by file.
#[derive(Clone, Debug, Default)]
pub(super) struct Causes {
    old: Lines,
    new: Lines,
}

type Lines = BTreeMap<String, BTreeSet<u32>>;

impl Causes {
    pub(super) fn between(old: &Sketch, new: &Sketch) -> Self {
        let mut causes = Self::default();
        let paths: BTreeSet<&String> = old.texts.keys().chain(new.texts.keys()).collect();
        for path in paths {
            let (before, after) = (old.texts.get(path), new.texts.get(path));
            if before != after {
                causes.compare(path, before.map_or("", |text| text), after.map_or("", |text| text));
            }
        }
        causes
    }

    fn compare(&mut self, path: &str, old: &str, new: &str) {
        for change in TextDiff::from_lines(old, new).iter_all_changes() {
            let (lines, index) = match change.tag() {
                ChangeTag::Equal => continue,
                ChangeTag::Delete => (&mut self.old, change.old_index()),
                ChangeTag::Insert => (&mut self.new, change.new_index()),
            };
            let line = index.and_then(|index| u32::try_from(index + 1).ok());
            // Blank lines and comments cause nothing.
            let text = change.value().trim();
            if !text.is_empty() && !text.starts_with('#') {
                lines.entry(path.to_owned()).or_default().extend(line);
            }
        }
    }

    /// The line that causes something: one of those that give it, if it differs; else one that differs in the declaration, in
    /// the same file, or in data. One that is gone is looked for where it was.
    pub(super) fn of(&self, given: &[String], before: Option<&Extent>, after: Option<&Extent>) -> String {
        let found = nearest(&self.new, given, after);
        let found = found.or_else(|| Some(format!("{} before", nearest(&self.old, given, before)?)));
        let found = found.or_else(|| only(&self.new)).or_else(|| Some(format!("{} before", only(&self.old)?)));
        found.or_else(|| given.first().cloned()).unwrap_or_default()
    }

    /// Whether a line of the revision that there is differs.
    pub(super) fn is_gone(&self, line: &str) -> bool {
        split(line).is_some_and(|(file, line)| self.old.get(file).is_some_and(|lines| lines.contains(&line)))
    }
}

fn split(line: &str) -> Option<(&str, u32)> {
    let (file, line) = line.rsplit_once(':')?;
    Some((file, line.parse().ok()?))
}

/// What differs of the lines that are given, in the declaration, or else around the first line in its file.
fn nearest(lines: &Lines, given: &[String], extent: Option<&Extent>) -> Option<String> {
    let differs = |file: &str, line| lines.get(file).is_some_and(|all| all.contains(&line));
    if let Some(line) = given.iter().find(|line| split(line).is_some_and(|(file, line)| differs(file, line))) {
        return Some(line.clone());
    }
    let own = extent.and_then(|(file, extent)| Some((file, lines.get(file)?.range(extent.clone()).next()?)));
    if let Some((file, line)) = own {
        return Some(format!("{file}:{line}"));
    }
    let (file, line) = split(given.first()?)?;
    let near = lines.get(file)?.iter().min_by_key(|other| other.abs_diff(line))?;
    Some(format!("{file}:{near}"))
}

/// The first line that differs in data, or in the only file that differs.
fn only(lines: &Lines) -> Option<String> {
    let mut data = lines.iter().filter(|(path, _)| !path.ends_with(".pf"));
    let (file, lines) = data.next().or_else(|| lines.iter().next().filter(|_| lines.len() == 1))?;
    Some(format!("{file}:{}", lines.first()?))
}

/// Where a service is declared in either revision.
pub(super) fn extents<'p>(pair: &'p super::Pair<'_>, service: &Arc<str>) -> [Option<&'p Extent>; 2] {
    [pair.old_detail, pair.new_detail]
        .map(|detail| detail.services.get(service).and_then(|known| known.extent.as_ref()))
}
