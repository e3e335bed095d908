//! What a build is going to do, written down before it starts: the next build mends an interrupted one by it.
//!
//! One line per file: `create <path>`, `update <digest> <path>` or `remove <path>`. New files are written in place, so
//! that one may be cut short. An updated file is replaced whole: it has the old content or the one of the digest. A build
//! that mends another keeps its lines, for it may be interrupted too. A process that builds again and again leaves the
//! journal of its updates in the place of a new cache: that is the same to the next build.

use std::collections::BTreeMap;

use super::cache::{self, Digest, Known};
use super::plan::{Action, Plan, Step};

/// Why a file is ours even if it does not look so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excuse {
    /// An interrupted build created it and perhaps did not complete it.
    Partial,
    /// An interrupted build may have given it this content, which no cache knows.
    Written(Digest),
    /// An interrupted build may have removed it.
    Removed,
}

/// What an interrupted build may have left.
#[derive(Default)]
pub(super) struct Journal {
    excuses: BTreeMap<String, Vec<Excuse>>,
}

impl Journal {
    /// Reads a journal that was written for the output folder `key`. Whatever else `text` holds gives nothing; nor does
    /// one that a build only could not remove: it ended with another cache than it began with.
    pub(super) fn decode(text: &str, key: &str, cache: &[u8]) -> Self {
        let first = text.split_inclusive('\n').next().unwrap_or_default();
        let is_current = first == header(key, cache::mark(cache));
        if !is_current && (cache::is_whole(cache, key) || !is_header(first, key)) {
            return Self::default();
        }
        let mut journal = Self::default();
        text.lines().skip(1).for_each(|line| journal.add(line));
        journal
    }

    fn add(&mut self, line: &str) {
        let Some((path, excuse)) = excuse(line) else { return };
        let known = self.excuses.entry(path.to_owned()).or_default();
        if !known.contains(&excuse) {
            known.push(excuse);
        }
    }

    /// What tells of files that were updated, and of which the cache does not know that.
    pub(super) fn of_updates(updates: &BTreeMap<String, Known>) -> Self {
        let excuses = updates.iter().map(|(path, known)| (path.clone(), vec![Excuse::Written(known.digest)]));
        Self { excuses: excuses.collect() }
    }

    /// Whether nothing was interrupted.
    pub(super) fn is_empty(&self) -> bool {
        self.excuses.is_empty()
    }

    /// Why the file at `path` is ours even if it does not look so.
    pub(super) fn excuses(&self, path: &str) -> &[Excuse] {
        self.excuses.get(path).map_or(&[], Vec::as_slice)
    }

    /// The files that an interrupted build created, updated or removed.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.excuses.keys().map(String::as_str)
    }

    /// The journal of a plan for the output folder `key` that starts with the cache of this mark, after the lines of this
    /// one.
    pub(super) fn encode(&self, plan: &Plan, key: &str, mark: Digest) -> String {
        let older =
            self.excuses.iter().flat_map(|(path, excuses)| excuses.iter().map(move |excuse| line(path, *excuse)));
        let newer = plan.steps.iter().filter_map(planned).filter(|(path, excuse)| !self.excuses(path).contains(excuse));
        let newer = newer.map(|(path, excuse)| line(&path, excuse));
        [header(key, mark)].into_iter().chain(older).chain(newer).collect()
    }
}

const MAGIC: &str = "platformc journal 3";

fn header(key: &str, cache: Digest) -> String {
    format!("{MAGIC} {:032x} {key}\n", u128::from_be_bytes(cache))
}

/// Whether this is the first line of a journal for the output folder `key`, whatever the cache was.
fn is_header(line: &str, key: &str) -> bool {
    let rest = line.strip_prefix(MAGIC).and_then(|rest| rest.strip_suffix('\n'));
    rest.and_then(|rest| rest.trim_start().split_once(' ')).is_some_and(|(_, of)| of == key)
}

/// What an interruption may leave of a step.
fn planned(step: &Step) -> Option<(String, Excuse)> {
    let excuse = match (step.action, step.known) {
        (Action::Create, _) => Excuse::Partial,
        (Action::Update, Some(known)) => Excuse::Written(known.digest),
        (Action::Remove, _) => Excuse::Removed,
        _ => return None,
    };
    let path = step.path();
    // A file that somebody gave such a name would be more than one line.
    (!path.contains(char::is_control)).then_some((path, excuse))
}

fn line(path: &str, excuse: Excuse) -> String {
    match excuse {
        Excuse::Partial => format!("create {path}\n"),
        Excuse::Written(digest) => format!("update {:032x} {path}\n", u128::from_be_bytes(digest)),
        Excuse::Removed => format!("remove {path}\n"),
    }
}

fn excuse(line: &str) -> Option<(&str, Excuse)> {
    let (verb, rest) = line.split_once(' ')?;
    match verb {
        "create" => Some((rest, Excuse::Partial)),
        "update" => written(rest),
        "remove" => Some((rest, Excuse::Removed)),
        _ => None,
    }
}

fn written(rest: &str) -> Option<(&str, Excuse)> {
    let (digest, path) = rest.split_once(' ')?;
    let digest = u128::from_str_radix(digest, 16).ok()?.to_be_bytes();
    Some((path, Excuse::Written(digest)))
}
