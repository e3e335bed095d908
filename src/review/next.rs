//! What takes several steps, and which of them comes next; and what must not happen without a word.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::gate::{Denied, shorten};
use super::instances::{Fate, Touched};
use super::{Pair, Review, Sketch};
use crate::model::{Names, Workloads};
use crate::schema::Kind;

/// A step that a change is, or leaves to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The kind of what it is about.
    pub kind: Kind,
    /// Its name.
    pub name: Arc<str>,
    /// Which step the revision that comes is at, where there are two.
    pub step: Option<u8>,
    /// What it does, and what comes next, in words.
    pub text: String,
    /// The line that says it.
    pub place: String,
}

/// Everything that takes several steps.
pub(super) fn next(pair: &Pair<'_>, review: &Review) -> Vec<Next> {
    let mut all: Vec<Next> = vec![];
    for ((kind, name), chain) in &pair.new.moves {
        let names = chain.last().map(|moved| moved.names);
        let before = pair.old.moves.get(&(*kind, Arc::clone(name))).and_then(|chain| chain.last());
        let before = before.map(|moved| moved.names);
        let place = pair.new.said_at(Kind::Moved, *kind, chain.last().map_or(name, |moved| &moved.from));
        all.extend(renamed(name, before, names).map(|(step, text)| Next {
            kind: *kind,
            name: Arc::clone(name),
            step: Some(step),
            text,
            place,
        }));
    }
    for (kind, name) in pair.new.removals.names() {
        let place = pair.new.said_at(Kind::Removed, kind, name);
        all.extend(removed(pair, review, kind, name).map(|(step, text)| Next {
            kind,
            name: Arc::clone(name),
            step,
            text,
            place,
        }));
    }
    all
}

fn renamed(name: &str, before: Option<Names>, names: Option<Names>) -> Option<(u8, String)> {
    match names? {
        Names::Both => Some((
            1,
            format!(
                "step 1 of 2 for `{name}`: new Applications take over what runs, and the old ones do nothing any more; next: once \
                 the new ones are Synced, write `names = new`"
            ),
        )),
        Names::New if before == Some(Names::Both) => Some((
            2,
            format!(
                "step 2 of 2 for `{name}`: the old Applications go, and leave everything where it is; nothing is left to do"
            ),
        )),
        _ => None,
    }
}

fn removed(pair: &Pair<'_>, review: &Review, kind: Kind, name: &Arc<str>) -> Option<(Option<u8>, String)> {
    let is_of = |it: &&Touched| it.fate == Fate::Deleted && it.is_removed && name_of(it, kind) == name;
    let word = kind.word();
    if review.instances.iter().any(|it| is_of(&it)) {
        let text = format!("{word} `{name}` goes as it was said; next: take `removed` away");
        return Some((waits(pair.old, kind, name).map(|_| 2), text));
    }
    if let Some(workloads) = waits(pair.new, kind, name) {
        let what = match workloads {
            Workloads::Keep => "lose their finalizer, so that what they deployed stays when they go",
            Workloads::Delete => "get a finalizer, so that what they deployed goes with them",
        };
        let text = format!(
            "step 1 of 2 for {word} `{name}`: its Applications {what}; next: once that is synced, take the {word} away"
        );
        return Some((Some(1), text));
    }
    let is_there = |sketch: &Sketch| exists(sketch, kind, name);
    let is_over = !is_there(pair.old) && !is_there(pair.new);
    is_over.then(|| {
        let text = format!(
            "there is no {word} `{name}`, before or after: `removed` has done its work, or has the wrong name; next: take it away"
        );
        (None, text)
    })
}

fn name_of(touched: &Touched, kind: Kind) -> &Arc<str> {
    if kind == Kind::Cluster { &touched.cluster } else { &touched.service }
}

fn exists(sketch: &Sketch, kind: Kind, name: &str) -> bool {
    if kind == Kind::Cluster { sketch.estate.cluster(name).is_some() } else { sketch.services.contains_key(name) }
}

/// What becomes of the workload of something that still stands there, where that is not what becomes of it anyway.
fn waits(sketch: &Sketch, kind: Kind, name: &str) -> Option<Workloads> {
    let workloads = sketch.removals.of(kind, name)?.workloads?;
    let differs = |service: &str, cluster: &str| {
        let Some(cluster) = sketch.estate.cluster(cluster) else { return false };
        let usual = if cluster.protected { Workloads::Keep } else { Workloads::Delete };
        usual != workloads && sketch.removals.workloads(service, &cluster.name) == Some(workloads)
    };
    let mut heads = sketch.services.values().map(|known| &known.service.head);
    let is_it = |service: &str, cluster: &str| if kind == Kind::Cluster { cluster == name } else { service == name };
    let found = heads.any(|head| {
        head.instances.iter().any(|slot| is_it(&head.name, &slot.cluster) && differs(&head.name, &slot.cluster))
    });
    found.then_some(workloads)
}

/// What must not happen without a word in the source, whatever is denied besides: `build` refuses it as well.
#[must_use]
pub fn unsaid(review: &Review) -> Vec<Denied> {
    let names = |is: &dyn Fn(&Touched) -> bool| -> Vec<&str> {
        review.instances.iter().filter(|it| is(it)).map(|it| it.name.as_str()).collect()
    };
    let is_gone = |it: &Touched| it.fate == Fate::Deleted && it.protected && !it.is_removed;
    let gone = names(&is_gone);
    let renamed = names(&|it| it.fate == Fate::Renamed && it.is_at_once);
    let mut denied = vec![];
    if !gone.is_empty() {
        let services: BTreeSet<&str> =
            review.instances.iter().filter(|it| is_gone(it)).map(|it| &*it.service).collect();
        let lines = services.iter().map(|service| format!("`removed service {service} {{}}`")).collect::<Vec<_>>();
        let because = format!(
            "of a protected environment, and nothing says that they are meant to go: {}; if they are, write {}",
            shorten(&gone),
            lines.join(" and ")
        );
        denied.push(Denied { rule: "removed".to_owned(), because });
    }
    if !renamed.is_empty() {
        let because = format!("new names of Applications need `names = both` first: {}", shorten(&renamed));
        denied.push(Denied { rule: "moved".to_owned(), because });
    }
    denied
}
