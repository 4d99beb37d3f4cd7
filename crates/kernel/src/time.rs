//! Instants: microseconds since 1970 UTC as `i64`, handed in by a [`Clock`].

use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;
/// China's civil time, the only zone Yima shows: UTC+8 without summer time.
pub const CHINA: i64 = 8 * HOUR;

/// Tells the time. Two real implementations: the machine's and a test's.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Microseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    fn now(&self) -> i64 {
        jiff::Timestamp::now().as_microsecond()
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FrozenClock(AtomicI64);

impl FrozenClock {
    /// Stands at `at` (microseconds).
    pub fn at(at: i64) -> Self {
        Self(AtomicI64::new(at))
    }

    /// Moves by `micros`, also backwards.
    pub fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// An instant as RFC 3339 text in UTC, `2026-11-18T01:41:00Z`; instants beyond
/// the calendar become an empty text.
pub fn rfc3339(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).map(|stamp| stamp.to_string()).unwrap_or_default()
}

/// Reads RFC 3339 text (or a civil `2026-11-18T09:40`, taken as China's time).
pub fn parse(text: &str) -> Option<i64> {
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Some(stamp.as_microsecond());
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let utc = jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()?;
    Some(utc.as_microsecond() - CHINA)
}

/// The civil day in China of an instant, `2026-11-18`.
pub fn china_day(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at + CHINA)
        .map(|stamp| jiff::tz::TimeZone::UTC.to_datetime(stamp).date().to_string())
        .unwrap_or_default()
}

/// Whole years between a birth date (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`) and the
/// China day of `at`; nothing when the date cannot be read.
pub fn age_years(birth: &str, at: i64) -> Option<i64> {
    let today = china_day(at);
    let years = today.get(..4)?.parse::<i64>().ok()? - birth.get(..4)?.parse::<i64>().ok()?;
    let before = birth.len() == 10 && today.get(5..)? < birth.get(5..)?;
    Some(years - i64::from(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn china_days_and_ages() {
        let at = parse("2026-11-17T16:30:00Z").unwrap();
        assert_eq!(china_day(at), "2026-11-18");
        assert_eq!(parse("2026-11-18T00:30"), Some(at));
        assert_eq!(age_years("1985-11-18", at), Some(41));
        assert_eq!(age_years("1985-11-19", at), Some(40));
        assert_eq!(age_years("19", at), None);
        assert_eq!(rfc3339(at), "2026-11-17T16:30:00Z");
    }

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let clock = FrozenClock::at(5);
        assert_eq!(clock.now(), 5);
        clock.advance(-3);
        assert_eq!(clock.now(), 2);
    }
}
