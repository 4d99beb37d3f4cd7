//! Days of the calendar as plans and stays write them, `2025-07-01`. Time zones and
//! instants are `kernel::time`'s.

use serde::de::{self, Deserialize, Deserializer};
use serde::{Serialize, Serializer};
use std::fmt;

/// A day, ordered as days are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u32);

impl Day {
    /// The day of a year, month and day of the month; `None` where there is none.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let leap = (year.rem_euclid(4) == 0 && year.rem_euclid(100) != 0) || year.rem_euclid(400) == 0;
        let last = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        if !(1..=9999).contains(&year) || !(1..=last).contains(&day) {
            return None;
        }
        let year = u32::try_from(year).ok()?;
        Some(Self(year.checked_mul(10_000)?.checked_add(month.checked_mul(100)?)?.checked_add(day)?))
    }

    /// Reads `2025-07-01`.
    pub fn read(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let digits = |part: &str, long: usize| part.len() == long && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// As the number 20250701.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The other way of [`Self::number`].
    pub fn from_number(number: u32) -> Option<Self> {
        let year = i32::try_from(number.wrapping_div(10_000)).ok()?;
        Self::new(year, number.wrapping_div(100).wrapping_rem(100), number.wrapping_rem(100))
    }

    /// The calendar year.
    pub fn year(self) -> i32 {
        i32::try_from(self.0.wrapping_div(10_000)).unwrap_or(i32::MAX)
    }

    /// Month and day as 701 for 1 July.
    pub const fn in_year(self) -> u32 {
        self.0.wrapping_rem(10_000)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_year = self.in_year();
        write!(f, "{:04}-{:02}-{:02}", self.year(), in_year.wrapping_div(100), in_year.wrapping_rem(100))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::read(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no day such as 2025-07-01")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_strictly() {
        for text in ["2025-07-01", "2024-02-29", "2000-02-29", "2026-12-31"] {
            let day = Day::read(text).expect("a day");
            assert_eq!(day.to_string(), text);
            assert_eq!(Day::from_number(day.number()), Some(day));
        }
        for text in ["2025-02-29", "1900-02-29", "2025-13-01", "2025-7-1", "20250701", "2025-00-10", "0000-01-01", ""] {
            assert_eq!(Day::read(text), None, "{text}");
        }
        assert!(Day::read("2025-12-31") < Day::read("2026-01-01"));
    }
}
