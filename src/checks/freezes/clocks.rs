//! What a change of the clock makes of a freeze: one that begins or ends in an hour that comes twice lets go in between, and
//! one that lies in an hour that is left out does not happen.

use std::collections::BTreeMap;

use super::Declared;
use super::spans::Spans;
use super::times::{Times, YEARS, date};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink};
use crate::model::freeze_span;

pub(super) fn check(db: &dyn Db, times: &BTreeMap<Declared<'_>, Times>, sink: &mut Sink) {
    for ((kind, of, freeze), times) in times {
        let Some(span) = freeze_span(db, *kind, of, &freeze.name) else { continue };
        let (torn, missed) = changes(times);
        let what = [
            (torn, "lets go and holds again", "the hour in which it begins or ends comes twice"),
            (missed, "does not happen", "the whole of it lies in an hour that is left out"),
        ];
        for (days, does, because) in what.into_iter().filter(|(days, ..)| !days.is_empty()) {
            let message = format!("`{}` {does} when the clock changes on {}", freeze.name, listed(&days));
            sink.push(
                Diagnostic::new(codes::TORN_FREEZE, span, message)
                    .label(because)
                    .note(format!(
                        "Argo CD goes by the clock on the wall in {}, with the offset that holds now",
                        freeze.zone
                    ))
                    .help("let it begin and end at another time of day, or write the schedule in `timezone = \"UTC\"`"),
            );
        }
    }
}

/// The first days, and how many there are.
fn listed(days: &[String]) -> String {
    match days {
        [first @ .., _] if first.len() >= 3 => {
            format!("{} and {} more days from {YEARS}", days[..2].join(", "), days.len() - 2)
        }
        _ => days.join(", "),
    }
}

/// The days on which a freeze is torn apart, and those on which it is left out.
fn changes(times: &Times) -> (Vec<String>, Vec<String>) {
    let (mut torn, mut missed) = (vec![], vec![]);
    for pair in times.offsets.windows(2) {
        let [(_, before), (at, after)] = pair else { continue };
        let (first, last) = (at + before.min(after), at + before.max(after));
        let day = || date(at.saturating_add(*after).div_euclid(86_400)).map(|date| date.to_string());
        if after < before && has_edge(&times.wall, first, last) {
            torn.extend(day());
        }
        if after > before && has_whole(&times.wall, first, last) {
            missed.extend(day());
        }
    }
    (torn, missed)
}

/// Whether something begins or ends between two points of the wall's clock.
fn has_edge(wall: &Spans, first: i64, last: i64) -> bool {
    let inside = |at: i64| first < at && at < last;
    near(wall, first, last).any(|(start, end)| inside(*start) || inside(*end))
}

/// Whether something lies between two points of the wall's clock.
fn has_whole(wall: &Spans, first: i64, last: i64) -> bool {
    near(wall, first, last).any(|(start, end)| first <= *start && *end <= last)
}

fn near(wall: &Spans, first: i64, last: i64) -> impl Iterator<Item = &(i64, i64)> {
    let from = wall.partition_point(|(_, end)| *end < first);
    wall.iter().skip(from).take_while(move |(start, _)| *start <= last)
}
