//! `same_across`: no later stage is ahead of an earlier one, and what has no versions is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::order::stage_order;
use super::step::{Relation, Step, is_step};
use super::watch::{Path, Said, Watched, What};
use crate::diagnostics::{self as codes, Change, Diagnostic, Sink, Span};
use crate::model::secrets::masked;
use crate::model::{estate, heads::Slot};
use crate::schema::{Form, attribute_at};
use crate::text::some;
use crate::values::Value;

/// What an environment says: by the position of what is said, or by none, its clusters.
type Cell<'w> = BTreeMap<Option<usize>, BTreeSet<&'w Arc<str>>>;

/// A stage that is not as an earlier one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Pair<'w> {
    later: (&'w Arc<str>, Option<usize>),
    earlier: (&'w Arc<str>, Option<usize>),
}

/// The clusters of both sides.
type Places<'w> = (BTreeSet<&'w Arc<str>>, BTreeSet<&'w Arc<str>>);

impl Watched<'_> {
    /// Reports what a later stage may not say. `origin` is where the service is declared.
    pub(in crate::model) fn check(&self, origin: Span, sink: &mut Sink) {
        let Some((paths, asked)) = self.asked.as_ref().filter(|_| self.seen == self.head.instances.len()) else {
            return;
        };
        let mut looked_at = BTreeSet::new();
        for path in paths {
            let mut below = self.said.iter().filter(|(what, _)| what.path.starts_with(path)).peekable();
            if below.peek().is_none() && is_own(*asked, origin) && !has_default(path) && self.seen > 0 {
                sink.push(never_said(*asked, path));
            }
            for (what, said) in below.filter(|(what, _)| looked_at.insert(*what)) {
                let guarded = Guarded { what, said: &said.list, asked: *asked, origin };
                self.pairs(&guarded).iter().for_each(|(pair, places)| sink.push(guarded.finding(pair, places)));
            }
        }
    }

    /// The stages that are not as the ones just before them, for each item of `each` by itself.
    fn pairs(&self, guarded: &Guarded<'_>) -> BTreeMap<Pair<'_>, Places<'_>> {
        let mut found: BTreeMap<Pair<'_>, Places<'_>> = BTreeMap::new();
        for environments in self.cells(guarded.said).values() {
            for (later, cell) in environments {
                for earlier in stage_order(self.db).nearest(later, environments.keys().copied()) {
                    let Some(there) = environments.get(earlier) else { continue };
                    let before = Before::new(guarded, there);
                    for (said, clusters) in cell {
                        let Err(against) = before.allows(*said) else { continue };
                        let pair = Pair { later: (later, *said), earlier: (earlier, against) };
                        let places = found.entry(pair).or_default();
                        places.0.extend(clusters);
                        places.1.extend(there.get(&against).into_iter().flatten());
                    }
                }
            }
        }
        found
    }

    /// What is said, by item and environment.
    fn cells(&self, said: &[Said]) -> BTreeMap<Option<&Arc<str>>, BTreeMap<&Arc<str>, Cell<'_>>> {
        let mut of: Vec<Option<usize>> = vec![None; self.head.instances.len()];
        for (index, said) in said.iter().enumerate() {
            for member in &said.members {
                if let Some(slot) = of.get_mut(*member) {
                    *slot = Some(index);
                }
            }
        }
        let mut cells: BTreeMap<_, BTreeMap<_, Cell<'_>>> = BTreeMap::new();
        for (Slot { cluster, item }, said) in self.head.instances.iter().zip(of) {
            let Some(cluster) = estate(self.db).cluster(cluster) else { continue };
            let cell = cells.entry(item.as_ref()).or_default().entry(&cluster.environment).or_default();
            cell.entry(said).or_default().insert(&cluster.name);
        }
        cells
    }
}

/// Something that must not differ, and all that is said of it.
struct Guarded<'r> {
    what: &'r What,
    said: &'r [Said],
    asked: Span,
    origin: Span,
}

impl Guarded<'_> {
    fn value(&self, said: Option<usize>) -> Option<&Value> {
        said.and_then(|index| self.said.get(index)).map(|said| &said.value)
    }

    /// How a later value stands to an earlier one; what is not said is the default, if there is one.
    fn relation(&self, later: Option<usize>, earlier: Option<usize>) -> Relation {
        match (self.value(later), self.value(earlier)) {
            (Some(later), Some(earlier)) => Relation::of(later, earlier),
            (None, None) => Relation::Same,
            (Some(value), None) | (None, Some(value)) if self.is_default(value) => Relation::Same,
            (None, Some(earlier)) if is_step(earlier) => Relation::Behind,
            _ => Relation::Differs,
        }
    }

    fn is_default(&self, value: &Value) -> bool {
        let keys: Vec<&str> = self.what.path.iter().map(AsRef::as_ref).collect();
        matches!(attribute_at(&keys), Some(Form::Default(default)) if default == value.show())
    }

    fn shown(&self, said: Option<usize>) -> Option<String> {
        let keys: Vec<&str> = self.what.path.iter().map(AsRef::as_ref).collect();
        let value = masked(&keys, self.value(said)?);
        Some(value.as_text().map_or_else(|| value.show(), ToString::to_string))
    }

    fn finding(&self, pair: &Pair<'_>, places: &Places<'_>) -> Diagnostic {
        let ((later, said), (earlier, against)) = (pair.later, pair.earlier);
        let is_ahead = self.relation(said, against) == Relation::Ahead;
        let what = self.what.show();
        let says = |said| self.shown(said).map_or_else(|| "not said".to_owned(), |value| format!("`{value}`"));
        let message = if is_ahead {
            format!("{what} is {} in `{later}`, ahead of {} in `{earlier}`", says(said), says(against))
        } else {
            format!("{what} is {} in `{later}`, and {} in `{earlier}`", says(said), says(against))
        };
        let code = if is_ahead { codes::STAGE_AHEAD } else { codes::STAGES_DIFFER };
        let span = |said: Option<usize>| said.and_then(|index| self.said.get(index)).map(|said| said.span);
        let at = span(said).unwrap_or(self.origin);
        let finding = Diagnostic::new(code, at, message).label(format!("`{later}`: {}", clusters(&places.0)));
        let before = span(against).filter(|before| *before != at);
        let finding = match before {
            Some(before) => finding.also(before, format!("`{earlier}`: {}", clusters(&places.1))),
            None => finding.note(format!("`{earlier}`: {}", clusters(&places.1))),
        };
        let finding = finding.also(self.asked, "what must not differ");
        if is_ahead { self.ahead(finding, pair, before.is_some()) } else { apart(finding, pair) }
    }

    fn ahead(&self, finding: Diagnostic, pair: &Pair<'_>, is_apart: bool) -> Diagnostic {
        let (later, earlier) = (pair.later.0, pair.earlier.0);
        let (from, to) = (self.shown(pair.later.1).unwrap_or_default(), self.shown(pair.earlier.1).unwrap_or_default());
        let change = Change::Word { within: finding.primary.span, from: from.clone(), to: to.clone() };
        let finding = finding
            .note(format!("`{later}` comes after `{earlier}`: a version is tried there first, so it may lag behind and never be ahead"))
            .help(format!("raise it in `{earlier}` first, or go back to `{to}` in `{later}`"));
        if is_apart && self.what.image.is_none() {
            finding.offer(format!("Go back to `{to}`"), change)
        } else {
            finding
        }
    }
}

/// What an earlier environment allows in a later one.
struct Before<'b> {
    guarded: &'b Guarded<'b>,
    cell: &'b Cell<'b>,
    values: FxHashSet<Option<&'b Value>>,
    /// By what stands before the version, the highest one.
    highest: FxHashMap<&'b str, usize>,
}

impl<'b> Before<'b> {
    fn new(guarded: &'b Guarded<'b>, cell: &'b Cell<'b>) -> Self {
        let mut before = Self { guarded, cell, values: FxHashSet::default(), highest: FxHashMap::default() };
        for said in cell.keys() {
            before.values.insert(guarded.value(*said));
            if let (Some(index), Some(name)) = (said, before.name(*said)) {
                let highest = before.highest.entry(name).or_insert(*index);
                if guarded.relation(Some(*highest), *said) == Relation::Behind {
                    *highest = *index;
                }
            }
        }
        before
    }

    fn name(&self, said: Option<usize>) -> Option<&'b str> {
        Some(Step::of(self.guarded.value(said)?.as_text()?)?.name)
    }

    /// Whether something here allows a value in the later environment; otherwise what that is held against.
    fn allows(&self, later: Option<usize>) -> Result<(), Option<usize>> {
        let highest = self.name(later).and_then(|name| self.highest.get(name)).copied();
        let allows = |earlier: Option<usize>| self.guarded.relation(later, earlier).is_in_step();
        let is_allowed = self.values.contains(&self.guarded.value(later))
            || highest.is_some_and(|highest| allows(Some(highest)))
            || self.values.contains(&None) && allows(None)
            || later.is_none() && self.cell.keys().any(|earlier| allows(*earlier));
        if is_allowed { Ok(()) } else { Err(highest.or_else(|| self.cell.keys().next_back().copied().flatten())) }
    }
}

fn apart(finding: Diagnostic, pair: &Pair<'_>) -> Diagnostic {
    let (later, earlier) = (pair.later.0, pair.earlier.0);
    finding
        .note(format!(
            "`{later}` comes after `{earlier}`, and what are no two versions of one thing must be the same in both"
        ))
        .help("say the same in both, or take it out of `same_across`")
}

fn clusters(names: &BTreeSet<&Arc<str>>) -> String {
    some(&names.iter().map(AsRef::as_ref).collect::<Vec<&str>>())
}

/// Whether `same_across` stands in the declaration itself: one for many services need not fit them all.
fn is_own(asked: Span, origin: Span) -> bool {
    (asked.file, asked.anchor) == (origin.file, origin.anchor)
}

fn has_default(path: &Path) -> bool {
    let keys: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    matches!(attribute_at(&keys), Some(Form::Default(_)))
}

fn never_said(asked: Span, path: &Path) -> Diagnostic {
    let path = Value::Path(Arc::clone(path)).show();
    Diagnostic::new(codes::NOTHING_COMPARED, asked, format!("no instance says `{path}`"))
        .note("what nobody says can't differ, and is then not looked at")
        .help("mend the path, or take it out")
}
