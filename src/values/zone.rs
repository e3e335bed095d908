//! Time zones, from a database that is part of the program: the answer is the same on every machine.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::diagnostics::did_you_mean;

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl Zone {
    /// The zone of this name, in capitals and small letters as well: Argo CD looks for a file of that name.
    ///
    /// # Errors
    /// That there is none.
    pub fn named(name: &str) -> Result<Self, String> {
        let found = DATABASE.get(name).ok();
        let exact = found.filter(|zone| zone.iana_name() == Some(name) && !zone.is_unknown());
        exact.map(Self).ok_or_else(|| unknown(name))
    }

    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = String> {
        DATABASE.available().map(|known| known.to_string())
    }

    /// The seconds from which each offset to UTC holds, between two points in time; the first from the first of these.
    #[must_use]
    pub fn offsets(&self, from: i64, until: i64) -> Vec<(i64, i64)> {
        let Ok(start) = Timestamp::from_second(from) else { return vec![(from, 0)] };
        let seconds = |offset: jiff::tz::Offset| i64::from(offset.seconds());
        let changes = self.0.following(start).map(|change| (change.timestamp().as_second(), seconds(change.offset())));
        let mut offsets = vec![(from, seconds(self.0.to_offset(start)))];
        for (at, offset) in changes.take_while(|(at, _)| *at < until) {
            if offsets.last().is_some_and(|(_, last)| *last != offset) {
                offsets.push((at, offset));
            }
        }
        offsets
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<String> = Zone::names().collect();
    let same = names.iter().find(|known| known.eq_ignore_ascii_case(name)).map(String::as_str);
    match same.or_else(|| did_you_mean(name, names.iter().map(String::as_str))) {
        Some(near) => format!("`{name}` is no time zone, but `{near}` is"),
        None => format!("`{name}` is no time zone"),
    }
}
