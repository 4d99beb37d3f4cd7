//! When a plan holds: its days, its benefit years; and what holds where the document
//! is silent. Which of several plans holds is `insurance`'s to find.

use crate::plan::{Rounds, YearOrDay};
use crate::{Day, Plan, Stage};

impl Plan {
    /// Month and day a benefit year begins on, as 701 for 1 July; `None` where the
    /// document says something that is no day.
    pub fn year_begins(&self) -> Option<u32> {
        let Some(start) = &self.year_start else { return Some(101) };
        Day::read(&format!("2001-{start}")).map(Day::in_year)
    }

    /// The benefit year a day falls in, by the calendar year it begins in.
    pub fn benefit_year(&self, day: Day) -> i32 {
        let begun = day.in_year() >= self.year_begins().unwrap_or(101);
        if begun { day.year() } else { day.year().saturating_sub(1) }
    }

    /// First and last day it is in force; `None` where it names neither year nor days.
    pub fn days(&self) -> Option<(Day, Day)> {
        let begins = self.year_begins()?;
        let first = |year: i32| Day::new(year, begins.wrapping_div(100), begins.wrapping_rem(100));
        let last = |year: i32| match begins {
            101 => Day::new(year, 12, 31),
            _ => day_before(first(year.checked_add(1)?)?),
        };
        let from = match (self.year_from, self.year) {
            (Some(YearOrDay::Day(day)), _) => day,
            (Some(YearOrDay::Year(year)), _) | (None, Some(year)) => first(year)?,
            (None, None) => return None,
        };
        let to = match (self.year_to, self.year) {
            (Some(YearOrDay::Day(day)), _) => day,
            (Some(YearOrDay::Year(year)), _) | (None, Some(year)) => last(year)?,
            (None, None) => Day::new(9999, 12, 31)?,
        };
        Some((from, to))
    }

    /// Whether it is in force on a day.
    pub fn in_force(&self, day: Day) -> bool {
        self.days().is_some_and(|(from, to)| (from..=to).contains(&day))
    }

    /// The order of the funds that holds.
    pub fn stages(&self) -> &[Stage] {
        if self.stage_order.is_empty() { Stage::ALL } else { &self.stage_order }
    }

    /// How it rounds.
    pub fn rounds(&self) -> kernel::Rounding {
        match self.rounding {
            None | Some(Rounds::HalfUp) => kernel::Rounding::HalfUp,
            Some(Rounds::Down) => kernel::Rounding::Down,
        }
    }
}

fn day_before(day: Day) -> Option<Day> {
    let (month, of_month) = (day.in_year().wrapping_div(100), day.in_year().wrapping_rem(100));
    let before = |day_of_month: u32| day_of_month.checked_sub(1);
    if let Some(earlier) = Day::new(day.year(), month, before(of_month)?) {
        return Some(earlier);
    }
    let (year, month) = match before(month)? {
        0 => (day.year().checked_sub(1)?, 12),
        month => (day.year(), month),
    };
    (28..=31).rev().find_map(|last| Day::new(year, month, last))
}
