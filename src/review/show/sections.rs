//! What is said, whatever the form: sections of lines.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::words::{Line, is_text, value};
use crate::review::{AccessChange, Declared, Denied, Fate, Field, Review, Touched, Update};
use crate::text::counted;

/// Lines under a title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The title.
    pub title: String,
    /// Whether it is shut until somebody opens it, where the form can do that.
    pub is_folded: bool,
    /// The lines.
    pub lines: Vec<Line>,
}

/// Everything that a review says, in the order in which one reads it.
pub(super) fn sections(review: &Review) -> Vec<Section> {
    let mut all = vec![risk(review)];
    all.extend(review.environments.iter().map(|environment| of_environment(review, environment)));
    all.extend([elsewhere(review), policies(review), next(review), order(review), touched(review), reviewers(review)]);
    all.retain(|section| !section.lines.is_empty());
    all
}

/// The same, and first what a gate denies.
pub(super) fn sections_with(review: &Review, denied: &[Denied]) -> Vec<Section> {
    let line = |it: &Denied| Line::at(0).plain("by ").code(it.rule.as_str()).plain(": ").ticked(&it.because);
    let lines: Vec<Line> = denied.iter().map(line).collect();
    let first = (!lines.is_empty()).then(|| Section { title: "Denied".to_owned(), is_folded: false, lines });
    first.into_iter().chain(sections(review)).collect()
}

/// What changes, in one line.
pub(super) fn summary(review: &Review) -> String {
    if review.is_empty() {
        return "nothing changes for Argo CD".to_owned();
    }
    let fates = [Fate::Deleted, Fate::Moved, Fate::Renamed, Fate::Created, Fate::Updated, Fate::Shifted];
    let counts = fates.into_iter().map(|fate| (review.count(fate), fate.word())).filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    let mut parts = vec![];
    parts.extend((!counts.is_empty()).then(|| format!("instances: {}", counts.join(", "))));
    let gained = review.access.iter().filter(|change| !change.gained.is_empty()).count();
    let lost = review.access.iter().filter(|change| !change.lost.is_empty()).count();
    parts.extend((gained > 0).then(|| format!("access widened: {gained}")));
    parts.extend((lost > 0).then(|| format!("access narrowed: {lost}")));
    parts.extend((!review.declared.is_empty()).then(|| format!("declarations: {}", review.declared.len())));
    format!("{}; risk: {}", parts.join("; "), review.risk().word())
}

fn risk(review: &Review) -> Section {
    let line =
        |reason: &crate::review::Reason| Line::at(0).plain(format!("{}: ", reason.level.word())).ticked(&reason.text);
    Section {
        title: format!("Risk: {}", review.risk().word()),
        is_folded: false,
        lines: review.reasons.iter().map(line).collect(),
    }
}

fn of_environment(review: &Review, environment: &str) -> Section {
    let touched: Vec<&Touched> =
        review.instances.iter().filter(|touched| *touched.environment == *environment).collect();
    let mut lines = vec![];
    for fate in [Fate::Deleted, Fate::Moved, Fate::Renamed, Fate::Created, Fate::Shifted] {
        lines.extend(of_fate(&touched, fate));
    }
    lines.extend(review.updates.iter().filter(|update| *update.environment == *environment).flat_map(update));
    let access = review.access.iter().filter(|change| change.environment.as_deref() == Some(environment));
    lines.extend(access.map(of_access));
    let guarded = if touched.iter().any(|touched| touched.protected) { ", protected" } else { "" };
    let count = if touched.is_empty() { String::new() } else { format!(": {}", counted(touched.len(), "instance")) };
    let title = format!("{environment}{guarded}{count}");
    Section { title, is_folded: false, lines }
}

/// From where to where, and what else is alike of instances that are said in one line.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alike<'t> {
    place: &'t str,
    moves: Vec<&'t (&'static str, String, String)>,
    keeps_workload: bool,
    waves: Option<(Option<i64>, Option<i64>)>,
    on: BTreeSet<String>,
}

/// What happens alike to services on the same clusters is one line.
fn of_fate(touched: &[&Touched], fate: Fate) -> Vec<Line> {
    let mut services: BTreeMap<(&str, Alike<'_>), BTreeSet<String>> = BTreeMap::new();
    let is = |it: &&&Touched| if fate == Fate::Shifted { it.shifts() } else { it.fate == fate };
    for it in touched.iter().filter(is) {
        // Where a name of its own says so, the Application's follows from it.
        let is_named = it.moves.iter().any(|(what, ..)| matches!(*what, "service" | "cluster" | "team"));
        let moves = it.moves.iter().filter(|(what, ..)| !is_named || *what != "Application").collect();
        let waves = (fate == Fate::Shifted).then_some((it.old_wave, it.wave));
        let alike = Alike { place: &it.place, moves, keeps_workload: it.keeps_workload, waves, on: BTreeSet::new() };
        let on = it.item.as_ref().map_or_else(|| it.cluster.to_string(), |item| format!("{item}@{}", it.cluster));
        services.entry((&it.service, alike)).or_default().insert(on);
    }
    let mut alike: BTreeMap<Alike<'_>, Vec<&str>> = BTreeMap::new();
    for ((service, all), on) in services {
        alike.entry(Alike { on, ..all }).or_default().push(service);
    }
    let mut lines: Vec<(Vec<&str>, Alike<'_>)> = alike.into_iter().map(|(alike, services)| (services, alike)).collect();
    lines.sort();
    lines.into_iter().map(|(services, alike)| of_services(&services, &alike, fate)).collect()
}

fn of_services(services: &[&str], alike: &Alike<'_>, fate: Fate) -> Line {
    let line = Line::at(0).plain(format!("{} ", sign(fate))).all_of(services.iter().copied());
    let line = line.plain(format!(" {} on ", fate.word())).codes(alike.on.iter().map(String::as_str));
    let line = alike.moves.iter().fold(line, |line, (what, from, to)| {
        line.plain(format!("; {what}: ")).code(from.as_str()).plain(" → ").code(to.as_str())
    });
    let line = match alike.waves {
        Some((old, new)) => line.plain(format!("; wave {} → {}", old.unwrap_or(0), new.unwrap_or(0))),
        None => line,
    };
    let line = match (fate, alike.keeps_workload) {
        (Fate::Deleted, true) => line.plain("; objects stay on the cluster until somebody removes them"),
        (Fate::Deleted, false) => line.plain("; objects go too"),
        _ => line,
    };
    line.from(alike.place)
}

fn sign(fate: Fate) -> &'static str {
    match fate {
        Fate::Deleted => "-",
        Fate::Moved => ">",
        Fate::Created => "+",
        Fate::Updated | Fate::Shifted | Fate::Renamed => "~",
    }
}

fn update(update: &Update) -> Vec<Line> {
    let line = Line::at(0).plain("~ ");
    let line = if update.services.len() == 1 {
        line.codes(update.services.iter().map(AsRef::as_ref)).plain(": ")
    } else {
        line
    };
    let (line, below) = field(line, &update.field);
    let line = line.plain(format!(" on {}", counted(update.instances.len(), "instance")));
    let line = if update.services.len() > 1 {
        let line = line.plain(format!(" of {} (", counted(update.services.len(), "service")));
        line.codes(update.services.iter().map(AsRef::as_ref)).plain(")")
    } else {
        line.plain(" (").codes(update.clusters.iter().map(AsRef::as_ref)).plain(")")
    };
    [line.from(&update.place)].into_iter().chain(below).collect()
}

/// A field from old to new; of long texts the lines that differ.
fn field(line: Line, field: &Field) -> (Line, Vec<Line>) {
    if let [first, path] = field.path.as_slice()
        && first == "file"
    {
        return (line.plain("rendered from ").code(path.as_str()).plain(", which changes"), vec![]);
    }
    let line = line.code(field.name());
    match (&field.old, &field.new) {
        (Some(Value::String(old)), Some(Value::String(new)))
            if is_text(field.old.as_ref()) || is_text(field.new.as_ref()) =>
        {
            (line.plain(" changes"), difference(old, new))
        }
        (None, new) => (line.plain(" added: ").code(value(new.as_ref())), vec![]),
        (old, None) => (line.plain(" taken away: ").code(value(old.as_ref())), vec![]),
        (old, new) if old == new => (line.plain(" changes; it may be secret, so it is not shown"), vec![]),
        (old, new) => (line.plain(": ").code(value(old.as_ref())).plain(" → ").code(value(new.as_ref())), vec![]),
    }
}

/// More lines of a text than these are counted.
const MOST_LINES: usize = 12;

fn difference(old: &str, new: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(old, new);
    let changes = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    let line = |change: similar::Change<&str>| {
        let sign = if change.tag() == ChangeTag::Delete { '-' } else { '+' };
        Line::at(1).code(value(Some(&Value::String(format!("{sign} {}", change.value().trim_end())))))
    };
    let mut lines: Vec<Line> = changes.map(line).collect();
    if let Some(more @ 1..) = lines.len().checked_sub(MOST_LINES) {
        lines.truncate(MOST_LINES);
        lines.push(Line::at(1).plain(format!("and {} more", counted(more, "line"))));
    }
    lines
}

fn of_access(change: &AccessChange) -> Line {
    if !change.groups.is_empty() {
        let line = Line::at(0).plain("! the people of ").codes(change.groups.iter().map(String::as_str));
        let verb = if change.gained.is_empty() { " leave team " } else { " join team " };
        return line.plain(verb).code(change.team.as_ref()).from(&change.place);
    }
    let line = Line::at(0).plain("! team ").code(change.team.as_ref());
    let words = |words: &[String]| words.join(", ");
    let line = match (change.gained.is_empty(), change.lost.is_empty()) {
        (false, true) => line.plain(format!(" gains {}", words(&change.gained))),
        (true, _) => line.plain(format!(" loses {}", words(&change.lost))),
        (false, false) => line.plain(format!(" gains {}, and loses {}", words(&change.gained), words(&change.lost))),
    };
    let line = if change.instances.is_empty() {
        line.plain(" everywhere")
    } else {
        line.plain(" on ").codes(change.instances.iter().map(String::as_str))
    };
    line.from(&change.place)
}

/// What is of no environment.
fn elsewhere(review: &Review) -> Section {
    let mut lines: Vec<Line> =
        review.access.iter().filter(|change| change.environment.is_none()).map(of_access).collect();
    let mut plain: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for it in review.declared.iter().filter(|it| it.fields.is_empty()) {
        plain.entry((it.kind, it.fate, &it.clusters, &it.place)).or_default().push(&it.name);
    }
    lines.extend(plain.into_iter().map(|((kind, fate, clusters, place), names)| {
        let line = Line::at(0).plain(format!("{} {kind} ", sign(fate))).all_of(names);
        on(line.plain(format!(" {}", fate.word())), clusters).from(place)
    }));
    lines.extend(review.declared.iter().filter(|it| !it.fields.is_empty()).flat_map(declared));
    Section { title: "The platform".to_owned(), is_folded: false, lines }
}

fn on(line: Line, clusters: &[String]) -> Line {
    if clusters.is_empty() { line } else { line.plain(" on ").codes(clusters.iter().map(String::as_str)) }
}

/// More fields of a declaration are counted.
const MOST_FIELDS: usize = 8;

fn declared(it: &Declared) -> Vec<Line> {
    let line = Line::at(0).plain(format!("{} {} ", sign(it.fate), it.kind)).code(it.name.as_str());
    let line = on(line.plain(format!(" {}", it.fate.word())), &it.clusters);
    let alike: Vec<&[Field]> = it.fields.chunk_by(is_of_one_list).collect();
    let inner = alike.iter().take(MOST_FIELDS).flat_map(|fields| of_list(fields));
    let more = alike.len().checked_sub(MOST_FIELDS).filter(|more| *more > 0);
    let more = more.map(|more| Line::at(1).plain(format!("and {} more", counted(more, "field"))));
    [line.from(&it.place)].into_iter().chain(inner).chain(more).collect()
}

/// Whether two fields are items that come to one list, or go from it.
fn is_of_one_list(one: &Field, other: &Field) -> bool {
    let is_item = one.path.last().is_some_and(|last| last == "[]") && one.path == other.path;
    is_item && one.old.is_none() == other.old.is_none() && one.new.is_none() == other.new.is_none()
}

/// More items of a list are counted.
const MOST_ITEMS: usize = 3;

fn of_list(fields: &[Field]) -> Vec<Line> {
    let [first, _, ..] = fields else {
        let (line, below) = fields.first().map(|one| field(Line::at(1), one)).unwrap_or_default();
        return [line].into_iter().chain(below.into_iter().map(|line| Line { depth: 2, ..line })).collect();
    };
    let word = if first.old.is_none() { "added" } else { "taken away" };
    let values: Vec<String> =
        fields.iter().take(MOST_ITEMS).map(|it| value(it.new.as_ref().or(it.old.as_ref()))).collect();
    let line = Line::at(1).code(first.name()).plain(format!(" {} {word}: ", counted(fields.len(), "item")));
    let line = line.codes(values.iter().map(String::as_str));
    let more = fields.len().saturating_sub(MOST_ITEMS);
    vec![if more > 0 { line.plain(format!(" and {more} more")) } else { line }]
}

fn order(review: &Review) -> Section {
    let mut lines: Vec<Line> = vec![];
    for (index, step) in review.steps.iter().enumerate() {
        let line = Line::at(0).plain(format!("step {}: ", index + 1)).code(step.environment.as_ref());
        let line = line.plain(", layer ").code(step.layer.as_ref()).plain(format!(", wave {}", step.wave));
        let line = match step.rollout_step {
            Some(step) => line.plain(format!(", step {step} of their rollout: ")),
            None => line.plain(": "),
        };
        let services: Vec<String> =
            step.services.iter().map(|(service, count)| format!("{service} ×{count}")).collect();
        let line = line.codes(services.iter().map(String::as_str));
        lines.push(if step.waits { line.plain("; waits for what comes before") } else { line });
    }
    if review.steps.iter().any(|step| !step.waits) {
        lines.push(Line::at(0).plain(
            "what is not said to wait is synced as soon as Argo CD sees the revision, and no environment waits for another",
        ));
    }
    Section { title: "Order".to_owned(), is_folded: true, lines }
}

/// What policies and tests say of it.
fn policies(review: &Review) -> Section {
    let lines = review.violations.iter().flat_map(|it| {
        let word = if it.warns { "warns" } else { "does not hold" };
        let line = Line::at(0).plain(format!("{} ", it.kind.word())).code(it.name.as_ref());
        let line = line.plain(format!(" {word}{}: ", if it.is_new { "" } else { ", as before" })).ticked(&it.text);
        let notes = it.notes.iter().map(|note| Line::at(1).ticked(note));
        [line.from(&it.place)].into_iter().chain(notes).collect::<Vec<_>>()
    });
    Section { title: "Policies and tests".to_owned(), is_folded: false, lines: lines.collect() }
}

/// What is to be done after it.
fn next(review: &Review) -> Section {
    let line = |it: &crate::review::Next| Line::at(0).ticked(&it.text).from(&it.place);
    Section { title: "Next".to_owned(), is_folded: false, lines: review.next.iter().map(line).collect() }
}

/// How many instances of each cluster and team are touched.
fn touched(review: &Review) -> Section {
    let mut lines = counts("cluster", review.instances.iter().map(|it| (it.cluster.as_ref(), it.fate)));
    lines.extend(counts("team", review.instances.iter().map(|it| (it.team.as_ref(), it.fate))));
    Section { title: "By cluster and team".to_owned(), is_folded: true, lines }
}

fn counts<'t>(what: &str, touched: impl Iterator<Item = (&'t str, Fate)>) -> Vec<Line> {
    let mut counts: BTreeMap<&str, BTreeMap<Fate, usize>> = BTreeMap::new();
    for (name, fate) in touched {
        *counts.entry(name).or_default().entry(fate).or_default() += 1;
    }
    let line = |(name, fates): (&str, BTreeMap<Fate, usize>)| {
        let fates: Vec<String> = fates.iter().map(|(fate, count)| format!("{count} {}", fate.word())).collect();
        Line::at(0).plain(format!("{what} ")).code(name).plain(format!(": {}", fates.join(", ")))
    };
    counts.into_iter().map(line).collect()
}

fn reviewers(review: &Review) -> Section {
    let lines = review.reviewers.iter().map(|it| {
        let line = Line::at(0).code(it.team.as_ref());
        let line = match &it.handle {
            Some(handle) => line.plain(" (").code(handle.as_ref()).plain(")"),
            None => line,
        };
        line.plain(" for ").codes(it.because.iter().map(String::as_str))
    });
    Section { title: "Reviewers".to_owned(), is_folded: false, lines: lines.collect() }
}
