//! What a build is going to do, written down before it starts: the next build mends an interrupted one by it.
//!
//! One line per file: `create <path>`, `update <digest> <path>` or `remove <path>`. New files are written in place, so
//! that one may be cut short. An updated file is replaced whole: it has the old content or the one of the digest.

use rustc_hash::FxHashMap;

use super::cache::Digest;
use super::plan::{Action, Plan, Step};

/// Why a file is ours even if it does not look so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excuse {
    /// An interrupted build created it and perhaps did not complete it.
    Partial,
    /// An interrupted build may have given it this content, which no cache knows.
    Written(Digest),
}

/// The files that an interrupted build may have left, by path.
pub(super) type Excuses = FxHashMap<String, Excuse>;

/// The journal of a plan for the output folder `key`; files that are still to be mended stay in it.
pub(super) fn encode(plan: &Plan, excuses: &Excuses, key: &str) -> String {
    let lines = plan.steps.iter().filter_map(|step| line(step, excuses.get(&step.path())));
    std::iter::once(header(key)).chain(lines).collect()
}

/// Reads a journal that was written for the output folder `key`. Whatever else `text` holds gives nothing.
pub(super) fn decode(text: &str, key: &str) -> Excuses {
    text.strip_prefix(&header(key)).unwrap_or_default().lines().filter_map(excuse).collect()
}

fn header(key: &str) -> String {
    format!("platformc journal 1 {key}\n")
}

fn line(step: &Step, excuse: Option<&Excuse>) -> Option<String> {
    let path = step.path();
    match (step.action, step.known) {
        (Action::Create, _) => Some(format!("create {path}\n")),
        (Action::Update | Action::Remove, _) if excuse == Some(&Excuse::Partial) => Some(format!("create {path}\n")),
        (Action::Update, Some(known)) => Some(format!("update {:032x} {path}\n", u128::from_be_bytes(known.digest))),
        (Action::Remove, _) => Some(format!("remove {path}\n")),
        _ => None,
    }
}

fn excuse(line: &str) -> Option<(String, Excuse)> {
    let (verb, rest) = line.split_once(' ')?;
    match verb {
        "create" => Some((rest.to_owned(), Excuse::Partial)),
        "update" => written(rest),
        _ => None,
    }
}

fn written(rest: &str) -> Option<(String, Excuse)> {
    let (digest, path) = rest.split_once(' ')?;
    let digest = u128::from_str_radix(digest, 16).ok()?.to_be_bytes();
    Some((path.to_owned(), Excuse::Written(digest)))
}
