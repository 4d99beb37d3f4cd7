//! Days and minutes in UTC+8, the one clock of the town, without a time zone database.
//! Leaves the real clock to the caller, who hands in "now".

/// Minutes that UTC+8 is ahead of UTC.
const AHEAD_MINUTES: i64 = 480;
const DAY_MINUTES: i64 = 1440;

/// A day of the civil calendar in UTC+8, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) i64);

/// A minute, counted from 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64);

impl Day {
    /// The day with this year, month (1–12) and day of month (1–31).
    #[cfg(test)]
    pub(crate) fn of(year: i64, month: i64, day: i64) -> Day {
        // Years begin in March, so that the leap day is the last one.
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted.div_euclid(400);
        let year_of_era = shifted.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Day(era * 146_097 + day_of_era - 719_468)
    }

    /// Year, month (1–12) and day of month (1–31).
    pub(crate) fn civil(self) -> (i64, i64, i64) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, month, day)
    }

    /// Month, 1–12.
    pub(crate) fn month(self) -> i64 {
        self.civil().1
    }

    /// True on Sundays.
    pub(crate) fn is_sunday(self) -> bool {
        // 1970-01-01 was a Thursday.
        (self.0 + 4).rem_euclid(7) == 0
    }

    /// This minute of the day (0–1439).
    pub(crate) fn at(self, minute: i64) -> Moment {
        Moment(self.0 * DAY_MINUTES + minute - AHEAD_MINUTES)
    }

    /// The day this many days earlier.
    pub(crate) fn back(self, days: i64) -> Day {
        Day(self.0 - days)
    }

    /// `YYYY-MM-DD`.
    pub(crate) fn text(self) -> String {
        let mut out = Vec::with_capacity(10);
        self.write(&mut out);
        String::from_utf8(out).expect("digits and hyphens are UTF-8")
    }

    /// Appends `YYYY-MM-DD`.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        let (year, month, day) = self.civil();
        push_digits(out, year, 4);
        out.push(b'-');
        push_digits(out, month, 2);
        out.push(b'-');
        push_digits(out, day, 2);
    }
}

impl Moment {
    /// The minute that holds this instant (microseconds since 1970-01-01T00:00Z).
    pub(crate) fn of_micros(micros: i64) -> Moment {
        Moment(micros.div_euclid(60_000_000))
    }

    /// The day in UTC+8.
    pub(crate) fn day(self) -> Day {
        Day((self.0 + AHEAD_MINUTES).div_euclid(DAY_MINUTES))
    }

    /// The moment this many minutes later.
    pub(crate) fn plus(self, minutes: i64) -> Moment {
        Moment(self.0 + minutes)
    }

    /// Appends `YYYY-MM-DDThh:mm:00+08:00`.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        self.day().write(out);
        let minute = (self.0 + AHEAD_MINUTES).rem_euclid(DAY_MINUTES);
        out.push(b'T');
        push_digits(out, minute / 60, 2);
        out.push(b':');
        push_digits(out, minute % 60, 2);
        out.extend_from_slice(b":00+08:00");
    }
}

fn push_digits(out: &mut Vec<u8>, value: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = value / 10_i64.pow(place) % 10;
        out.push(b'0' + u8::try_from(digit).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_there_and_back() {
        for number in -40_000..60_000 {
            let (year, month, day) = Day(number).civil();
            assert_eq!(Day::of(year, month, day), Day(number));
        }
        assert_eq!(Day::of(2026, 11, 18).text(), "2026-11-18");
        assert!(Day::of(2026, 11, 1).is_sunday());
        assert_eq!(Day::of(1970, 1, 1), Day(0));
    }

    #[test]
    fn writes_local_time() {
        let now = Moment::of_micros(1_794_966_000_000_000);
        let mut out = Vec::new();
        now.write(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "2026-11-18T09:40:00+08:00");
        assert_eq!(now.day(), Day::of(2026, 11, 18));
        assert_eq!(Day::of(2026, 11, 18).at(580), now);
    }
}
