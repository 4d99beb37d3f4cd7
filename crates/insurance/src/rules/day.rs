//! Civil days in China, counted from 1970-01-01: what periods, plans and benefit
//! years are measured in.

use kernel::time::{CHINA, DAY};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A civil day in China; stored as its number, shown as `2026-11-18`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(
    /// Days since 1970-01-01.
    pub i64,
);

/// The day after every day: a period without an end ends here (9999-12-31).
pub const FOREVER: Day = Day(2_932_896);

impl Day {
    /// The day of an instant, microseconds UTC.
    pub const fn of(at: i64) -> Self {
        Self(at.saturating_add(CHINA).div_euclid(DAY))
    }

    /// The first instant of the day, microseconds UTC.
    pub const fn start(self) -> i64 {
        self.0.saturating_mul(DAY).saturating_sub(CHINA)
    }

    /// The day before.
    #[must_use]
    pub const fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// That many days later.
    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Reads `2026-11-18`; refuses days that are not in the calendar.
    pub fn read(text: &str) -> Option<Self> {
        let shape =
            text.len() == 10 && text.bytes().enumerate().all(|(at, byte)| matches!(at, 4 | 7) == (byte == b'-'));
        let date: jiff::civil::Date = shape.then(|| text.parse().ok()).flatten()?;
        let epoch = jiff::civil::date(1970, 1, 1);
        date.since(epoch).ok().map(|span| Self(i64::from(span.get_days())))
    }

    fn date(self) -> Option<jiff::civil::Date> {
        let days = jiff::Span::new().try_days(self.0).ok()?;
        jiff::civil::date(1970, 1, 1).checked_add(days).ok()
    }

    /// The calendar year; 0 beyond the calendar.
    pub fn year(self) -> i64 {
        self.date().map_or(0, |date| i64::from(date.year()))
    }

    /// As plans write it.
    pub fn adjudicated(self) -> Option<adjudication::Day> {
        let date = self.date()?;
        let (month, day) = (u32::try_from(date.month()).ok()?, u32::try_from(date.day()).ok()?);
        adjudication::Day::new(i32::from(date.year()), month, day)
    }

    /// The first day of a year.
    pub fn new_year(year: i64) -> Option<Self> {
        Self::read(&format!("{year:04}-01-01"))
    }

    /// The last day of a year.
    pub fn years_end(year: i64) -> Option<Self> {
        Self::read(&format!("{year:04}-12-31"))
    }

    /// Whole years of somebody born on `self`, on `day`; a 29 February counts on
    /// 1 March of other years.
    pub fn age_on(self, day: Self) -> i64 {
        let (Some(birth), Some(today)) = (self.date(), day.date()) else { return 0 };
        let before = (today.month(), today.day()) < (birth.month(), birth.day());
        i64::from(today.year()).saturating_sub(i64::from(birth.year())).saturating_sub(i64::from(before))
    }
}

/// `2026-11-18`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => write!(f, "{date}"),
            None => f.write_str("9999-12-31"),
        }
    }
}

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    #[serde(rename = "from")]
    pub from_on: Day,
    /// The last day.
    #[serde(rename = "to")]
    pub to_on: Day,
}

impl Period {
    /// From one day to another; nothing when they stand the wrong way round.
    pub fn of(from_on: Day, to_on: Day) -> Option<Self> {
        (from_on <= to_on).then_some(Self { from_on, to_on })
    }

    /// From a day on, for good.
    pub const fn since(from_on: Day) -> Self {
        Self { from_on, to_on: FOREVER }
    }

    /// Whether the day lies inside.
    pub fn holds(self, day: Day) -> bool {
        self.from_on <= day && day <= self.to_on
    }

    /// Whether two periods share a day.
    pub fn meets(self, other: Self) -> bool {
        self.from_on <= other.to_on && other.from_on <= self.to_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_are_read_strictly() {
        assert_eq!(Day::read("1970-01-01"), Some(Day(0)));
        assert_eq!(Day::read("2026-11-18").map(Day::start).map(Day::of), Day::read("2026-11-18"));
        assert_eq!(FOREVER.to_string(), "9999-12-31");
        for wrong in ["2026-02-29", "2026-2-1", "20260201", "2026-13-01", "2026-01-32", "", "2026-01-01T", "2026/01/01"]
        {
            assert_eq!(Day::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn birthdays_count_on_the_day() {
        let birth = Day::read("1966-03-14").unwrap();
        for (day, years) in [("2026-03-13", 59), ("2026-03-14", 60), ("1966-03-14", 0)] {
            assert_eq!(birth.age_on(Day::read(day).unwrap()), years, "{day}");
        }
    }

    proptest! {
        #[test]
        fn written_and_read_is_the_same(days in 0..2_932_896i64) {
            prop_assert_eq!(Day::read(&Day(days).to_string()), Some(Day(days)));
        }
    }
}
