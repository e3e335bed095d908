//! What takes several steps, and which of them comes next; and what must not happen without a word.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::gate::{Denied, shorten};
use super::instances::{Fate, Touched};
use super::renamed::merged;
use super::{Pair, Review, Sketch};
use crate::documents::{Early, lines_that_let_go};
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
                "step 2 of 2 for `{name}`: the old Applications go, and leave everything where it is; nothing is left to do, and \
                 `moved` stays: by it releases and namespaces keep their names"
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
pub fn unsaid(pair: &Pair<'_>, review: &Review) -> Vec<Denied> {
    let denied = |rule: &str, because| Denied { rule: rule.to_owned(), because };
    let merged = merged(pair).into_iter().map(|(kind, old, name)| {
        let word = kind.word();
        denied("moved", format!("{word} `{old}` became `{name}`, and a {word} `{name}` was there before"))
    });
    let overstepped = overstepped(pair).map(|because| denied("owner", because));
    let mut all: Vec<Denied> = merged.chain(overstepped).collect();
    let is_gone = |it: &&Touched| {
        let is_named = || pair.new.moves.contains_key(&(Kind::Service, Arc::clone(&it.service)));
        let goes = it.fate == Fate::Deleted || it.fate == Fate::Moved && it.loses_application() && !is_named();
        goes && it.protected && !it.is_removed
    };
    let gone: Vec<&Touched> = review.instances.iter().filter(is_gone).collect();
    if !gone.is_empty() {
        all.push(denied("removed", not_said(pair, &gone)));
    }
    for early in [Early::Step, Early::Back, Early::Elsewhere] {
        let touched: Vec<&Touched> = review.instances.iter().filter(|it| it.early == Some(early)).collect();
        if !touched.is_empty() {
            all.push(denied("moved", too_early(early, &touched)));
        }
    }
    all
}

/// What files for teams say of what was another's.
fn overstepped(pair: &Pair<'_>) -> impl Iterator<Item = String> {
    pair.new.bound.iter().filter_map(|((word, service), team)| {
        // The revision that there is has the names of the one that comes.
        let name = pair.renames.new_name(Kind::Service, service);
        let owner = &pair.old.services.get(&name)?.service.head.owner;
        let stays = name == *service && pair.new.services.contains_key(service);
        (owner != team && !stays).then(|| {
            format!("a file for team {team} says `{} service {service}`, and that was of team {owner}", word.word())
        })
    })
}

fn names_of(touched: &[&Touched]) -> String {
    shorten(&touched.iter().map(|it| it.name.as_str()).collect::<Vec<_>>())
}

fn not_said(pair: &Pair<'_>, gone: &[&Touched]) -> String {
    let kept = |it: &Touched| line_that_keeps(pair, it);
    let lines: BTreeSet<String> = gone.iter().filter_map(|it| kept(it)).collect();
    let keep = lines.iter().map(|line| format!("`{line}`")).collect::<Vec<_>>().join(" and ");
    let lost = gone.iter().filter(|it| kept(it).is_none());
    let lost = lost.map(|it| (Arc::clone(&it.service), Arc::clone(&it.environment), Arc::clone(&it.cluster)));
    let clusters = pair.new.estate.clusters.iter();
    let clusters = clusters.map(|it| (Arc::clone(&it.name), Arc::clone(&it.environment))).collect();
    let is_declared = |name: &str| pair.new.services.contains_key(name);
    let lines = lines_that_let_go(&clusters, &is_declared, lost);
    let lines = lines.iter().map(|line| format!("`{line}`")).collect::<Vec<_>>().join(" and ");
    let keep = if keep.is_empty() { keep } else { format!("; to keep the names that they have, write {keep}") };
    let lines = if lines.is_empty() { lines } else { format!("; if they are, write {lines}") };
    let names = names_of(gone);
    format!("of a protected environment, and nothing says that they are meant to go: {names}{keep}{lines}")
}

/// The `moved` that got lost, if that is why an Application has another name.
fn line_that_keeps(pair: &Pair<'_>, it: &Touched) -> Option<String> {
    it.moves.iter().find(|(what, ..)| *what == "Application")?;
    let known =
        |sketch: &Sketch| Some(Arc::clone(&sketch.services.get(&it.service)?.service.head.identity.application));
    let cluster = |sketch: &Sketch| Some(Arc::clone(&sketch.estate.cluster(&it.cluster)?.identity));
    let kinds = [
        (Kind::Service, &it.service, known(pair.old)?, known(pair.new)?),
        (Kind::Cluster, &it.cluster, cluster(pair.old)?, cluster(pair.new)?),
    ];
    let lost = kinds.into_iter().find(|(_, name, old, new)| old != new && new == *name);
    lost.map(|(kind, name, old, _)| format!("moved {} {old} {{ to = {name} }}", kind.word()))
}

fn too_early(early: Early, touched: &[&Touched]) -> String {
    let names = names_of(touched);
    let services: BTreeSet<&str> = touched.iter().map(|it| it.service.as_ref()).collect();
    let lines: Vec<String> =
        services.iter().map(|service| format!("`removed service {service} {{ workloads = keep }}`")).collect();
    match early {
        Early::Step => format!("new names of Applications need `names = both` first: {names}"),
        Early::Back => {
            format!("the way back from new names of Applications needs {} first: {names}", lines.join(" and "))
        }
        Early::Elsewhere => {
            format!("`names = both` needs the layer and the delivery as they were: {names}")
        }
    }
}
