//! Schedules in the five fields of cron, as Argo CD's parser reads them (`robfig/cron` with minute, hour, day, month and
//! day of the week). What that parser refuses is refused here, and so is the little that it takes and nobody means.

/// When something begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

/// The numbers that a field names, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    bits: u64,
    /// Whether it says `*`, or `?`, without a step.
    any: bool,
}

/// What a field may hold; names count from the least.
struct Bounds {
    what: &'static str,
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const MINUTE: Bounds = Bounds { what: "minute", least: 0, most: 59, names: &[] };
const HOUR: Bounds = Bounds { what: "hour", least: 0, most: 23, names: &[] };
const DAY: Bounds = Bounds { what: "day of the month", least: 1, most: 31, names: &[] };
const MONTH: Bounds = Bounds {
    what: "month",
    least: 1,
    most: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAY: Bounds =
    Bounds { what: "day of the week", least: 0, most: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return Err(format!("a schedule has five fields, and `{text}` has {}", fields.len()));
        };
        Ok(Self {
            minutes: field(minutes, &MINUTE)?,
            hours: field(hours, &HOUR)?,
            days: field(days, &DAY)?,
            months: field(months, &MONTH)?,
            weekdays: field(weekdays, &WEEKDAY)?,
        })
    }

    /// Whether it begins on a day; Sunday is 0. Where both the day of the month and the day of the week are said, one is enough.
    #[must_use]
    pub fn is_on(&self, month: u32, day: u32, weekday: u32) -> bool {
        let (day, weekday) = (self.days.has(day), self.weekdays.has(weekday));
        let by_day = if self.days.any || self.weekdays.any { day && weekday } else { day || weekday };
        by_day && self.months.has(month)
    }

    /// The minutes of a day at which it begins.
    #[must_use]
    pub fn minutes(&self) -> Vec<u32> {
        let hours = (0..24).filter(|hour| self.hours.has(*hour));
        hours
            .flat_map(|hour| (0..60).filter(|minute| self.minutes.has(*minute)).map(move |minute| hour * 60 + minute))
            .collect()
    }
}

impl Field {
    fn has(self, number: u32) -> bool {
        self.bits & (1 << number) != 0
    }
}

/// Ranges with commas between.
fn field(text: &str, bounds: &Bounds) -> Result<Field, String> {
    text.split(',').try_fold(Field { bits: 0, any: false }, |field, part| {
        let range = range(part, bounds)?;
        Ok(Field { bits: field.bits | range.bits, any: field.any || range.any })
    })
}

/// `*`, `5`, `5-7`, and any of these with a step behind `/`; `5/2` runs to the end.
fn range(text: &str, bounds: &Bounds) -> Result<Field, String> {
    let (span, step) = match text.split_once('/') {
        Some((span, step)) => (span, Some(step_of(step)?)),
        None => (text, None),
    };
    let is_any = matches!(span, "*" | "?");
    let (start, end) = match span.split_once('-') {
        _ if is_any => (bounds.least, bounds.most),
        Some((start, end)) => (number(start, bounds)?, number(end, bounds)?),
        None if step.is_some() => (number(span, bounds)?, bounds.most),
        None => (number(span, bounds)?, number(span, bounds)?),
    };
    if start > end {
        return Err(format!("`{span}` begins behind its end"));
    }
    let step = step.unwrap_or(1);
    let numbers = (start..=end).filter(|number| (number - start) % step == 0);
    Ok(Field { bits: numbers.fold(0, |bits, number| bits | 1 << number), any: is_any && step == 1 })
}

fn step_of(text: &str) -> Result<u32, String> {
    match digits(text) {
        Some(step) if step > 0 => Ok(step),
        _ => Err(format!("`{text}` is no step")),
    }
}

fn number(text: &str, bounds: &Bounds) -> Result<u32, String> {
    let lower = text.to_ascii_lowercase();
    let named = (bounds.least..).zip(bounds.names).find(|(_, name)| **name == lower);
    let number = named.map(|(number, _)| number).or_else(|| digits(text));
    let number = number.ok_or_else(|| format!("`{text}` is no {}", bounds.what))?;
    if (bounds.least..=bounds.most).contains(&number) {
        return Ok(number);
    }
    Err(format!("{number} is no {}: they go from {} to {}", bounds.what, bounds.least, bounds.most))
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
