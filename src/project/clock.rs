use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The day that it is, in UTC; that of `SOURCE_DATE_EPOCH` where a build is to be like one of another day.
#[must_use]
pub fn today() -> Date {
    let said = std::env::var("SOURCE_DATE_EPOCH").ok();
    let said = said.and_then(|seconds| Timestamp::from_second(seconds.parse().ok()?).ok());
    TimeZone::UTC.to_datetime(said.unwrap_or_else(Timestamp::now)).date()
}
