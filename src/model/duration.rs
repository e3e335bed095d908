//! Durations as controllers write them back.

use std::sync::Arc;

/// The units, each with its nanoseconds.
const UNITS: [(&str, u128); 6] = [
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
];

/// A duration as Go prints it, whose form has been checked: `1h` is `1h0m0s`. A controller that stores an object again writes
/// durations so; written otherwise, the object would differ from Git from then on.
pub(crate) fn canonical(text: &str) -> Arc<str> {
    const SECOND: u128 = 1_000_000_000;
    let Some(total) = nanoseconds(text) else { return text.into() };
    let (seconds, rest) = (total / SECOND, total % SECOND);
    if seconds == 0 && rest != 0 {
        return text.into();
    }
    let fraction = if rest == 0 { String::new() } else { format!(".{rest:09}").trim_end_matches('0').to_owned() };
    let tail = format!("{}{fraction}s", seconds % 60);
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => tail.into(),
        (0, minutes) => format!("{minutes}m{tail}").into(),
        (hours, minutes) => format!("{hours}h{minutes}m{tail}").into(),
    }
}

fn nanoseconds(text: &str) -> Option<u128> {
    let mut total = 0_u128;
    let mut rest = text;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = rest.strip_suffix(after)?;
        let (unit, size) = UNITS.into_iter().find(|(unit, _)| after.starts_with(unit))?;
        total = total.checked_add(part(number, size)?)?;
        rest = after.strip_prefix(unit)?;
    }
    Some(total)
}

/// A decimal number of units.
fn part(number: &str, size: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let read = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<u128>().ok() };
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    read(whole)?.checked_mul(size)?.checked_add(read(fraction)?.checked_mul(size)? / scale)
}
