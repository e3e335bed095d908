//! When a freeze holds, as Argo CD computes it: it looks for a start between now and as long ago as the freeze lasts, both by
//! the clock on the wall, with the offset to UTC that holds now (`SyncWindows.Active`).

use jiff::civil::Date;

use super::spans::{Spans, push, within};
use crate::model::Freeze;
use crate::values::{Schedule, Zone};

/// The years that are simulated, of which one is a leap year, in seconds since 1970.
pub(super) const FROM: i64 = 1_767_225_600;
pub(super) const UNTIL: i64 = 1_924_992_000;
/// The same for people.
pub(super) const YEARS: &str = "2026 to 2030";

const DAY: i64 = 86_400;

/// How often a freeze may begin and end on one day. More is never meant, and would fill the memory.
pub(super) const MAX_A_DAY: usize = 100;

/// When a freeze holds.
pub(super) struct Times {
    /// By the clock on the wall.
    pub(super) wall: Spans,
    /// In UTC.
    pub(super) shut: Spans,
    /// The offsets to UTC, each with the second from which it holds.
    pub(super) offsets: Vec<(i64, i64)>,
}

/// How often a freeze begins and ends on a day on which it begins.
pub(super) fn a_day(freeze: &Freeze) -> usize {
    let seconds = i64::try_from(freeze.seconds).unwrap_or(i64::MAX);
    Schedule::parse(&freeze.schedule).map_or(0, |schedule| day(&schedule, seconds).len())
}

impl Times {
    /// When a freeze holds, unless it begins and ends too often.
    pub(super) fn of(freeze: &Freeze) -> Option<Self> {
        let schedule = Schedule::parse(&freeze.schedule).ok().filter(|_| a_day(freeze) <= MAX_A_DAY)?;
        let offsets = Zone::named(&freeze.zone).ok()?.offsets(FROM, UNTIL);
        let wall = wall(&schedule, i64::try_from(freeze.seconds).ok()?);
        // Argo CD's search for a start gives up after five years with the year 1, which has long begun.
        let shut = if wall.is_empty() { vec![(FROM, UNTIL)] } else { instants(&wall, &offsets) };
        Some(Self { wall, shut, offsets })
    }
}

/// When it holds by the clock on the wall, which is never a whole day from UTC.
fn wall(schedule: &Schedule, seconds: i64) -> Spans {
    let day = day(schedule, seconds);
    let before = (seconds / DAY + 2).min(5 * 366);
    let mut spans = vec![];
    for index in FROM / DAY - before..=UNTIL / DAY {
        if date(index).is_some_and(|date| begins_on(schedule, date)) {
            day.iter().for_each(|(start, end)| push(&mut spans, (index * DAY + start, index * DAY + end)));
        }
    }
    spans
}

/// What begins on one day, in seconds from its midnight.
fn day(schedule: &Schedule, seconds: i64) -> Spans {
    let mut spans = vec![];
    for minute in schedule.minutes() {
        push(&mut spans, (i64::from(minute) * 60, (i64::from(minute) * 60).saturating_add(seconds)));
    }
    spans
}

/// The day of this number since 1970.
pub(super) fn date(index: i64) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(index).ok()?).ok()
}

fn begins_on(schedule: &Schedule, date: Date) -> bool {
    let number = |number: i8| u32::from(number.unsigned_abs());
    schedule.is_on(number(date.month()), number(date.day()), number(date.weekday().to_sunday_zero_offset()))
}

/// The same in UTC.
fn instants(wall: &Spans, offsets: &[(i64, i64)]) -> Spans {
    let mut spans = vec![];
    let ends = offsets.iter().skip(1).map(|(from, _)| *from).chain([UNTIL]);
    for ((from, offset), until) in offsets.iter().zip(ends) {
        within(wall, from + offset, until + offset)
            .for_each(|(start, end)| push(&mut spans, (start - offset, end - offset)));
    }
    spans
}
