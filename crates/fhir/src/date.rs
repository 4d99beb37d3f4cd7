//! Dates and times as FHIR writes them: partial dates are spans of time, not
//! instants. Strict readers for resources, a lenient one and filters for search.

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// Microseconds in a day.
const DAY: i64 = 86_400 * SECOND;
/// China's civil time, taken where no zone is given.
const CHINA: i64 = 8 * 3_600 * SECOND;

/// A span of time in microseconds since 1970 UTC, `start` in it, `end` not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateSpan {
    /// First microsecond.
    pub start: i64,
    /// First microsecond after it.
    pub end: i64,
}

impl DateSpan {
    /// The span of one instant.
    pub fn instant(at: i64) -> Self {
        Self { start: at, end: at + 1 }
    }

    fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// The text is no date or time that the calendar has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateFault;

impl std::fmt::Display for DateFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a date such as 2026, 2026-11, 2026-11-18 or 2026-11-18T09:40:00+08:00")
    }
}

impl std::error::Error for DateFault {}

/// Reads a partial date (`2026`, `2026-11`, `2026-11-18`) or date and time (with
/// or without seconds, fraction and zone) as the span it names; without a zone
/// it is China's time. A blank before the zone counts as the `+` it was in a URL.
pub fn parse_date(text: &str) -> Result<DateSpan, DateFault> {
    read(text).map(|read| read.span).ok_or(DateFault)
}

/// How far a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Day,
    Minute,
    Second,
}

struct Read {
    span: DateSpan,
    reach: Reach,
    zoned: bool,
}

/// A `date`: year, month or day.
pub(crate) fn is_date(text: &str) -> bool {
    read(text).is_some_and(|read| read.reach == Reach::Day)
}

/// A `dateTime`: a date, or a full time to the second with a zone.
pub(crate) fn is_date_time(text: &str) -> bool {
    !text.contains(' ')
        && read(text).is_some_and(|read| read.reach == Reach::Day || (read.reach == Reach::Second && read.zoned))
}

/// An `instant`: to the second, with a zone.
pub(crate) fn is_instant(text: &str) -> bool {
    !text.contains(' ') && read(text).is_some_and(|read| read.reach == Reach::Second && read.zoned)
}

/// A `time`: `hh:mm:ss` with an optional fraction, no zone.
pub(crate) fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8
        && clock(bytes).is_some_and(|(_, reach, rest)| reach == Reach::Second && rest.is_empty())
        && bytes[6..8] != *b"60"
}

fn read(text: &str) -> Option<Read> {
    let bytes = text.as_bytes();
    let year = digits(bytes.get(..4)?)?;
    if year == 0 {
        return None;
    }
    let day_span = |from: i64, to: i64| {
        let span = DateSpan { start: from * DAY - CHINA, end: to * DAY - CHINA };
        Some(Read { span, reach: Reach::Day, zoned: false })
    };
    let Some(rest) = after(bytes, 4, b'-')? else {
        return day_span(days(year, 1, 1), days(year + 1, 1, 1));
    };
    let month = digits(rest.get(..2)?).filter(|month| (1..=12).contains(month))?;
    let Some(rest) = after(rest, 2, b'-')? else {
        let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        return day_span(days(year, month, 1), days(next_year, next, 1));
    };
    let day = digits(rest.get(..2)?).filter(|day| (1..=month_length(year, month)).contains(day))?;
    let date = days(year, month, day);
    let Some(rest) = after(rest, 2, b'T')? else {
        return day_span(date, date + 1);
    };
    let (time, reach, rest) = clock(rest)?;
    let (shift, zoned) = match rest {
        [] => (CHINA, false),
        b"Z" => (0, true),
        zone => (offset(zone)?, true),
    };
    let start = date * DAY + time.start - shift;
    Some(Read { span: DateSpan { start, end: start + (time.end - time.start) }, reach, zoned })
}

/// Nothing more, or what follows the separator; `None` when something else stands there.
#[expect(clippy::option_option, reason = "outer: readable at all; inner: whether there is more")]
fn after(bytes: &[u8], at: usize, separator: u8) -> Option<Option<&[u8]>> {
    match bytes.get(at) {
        None => Some(None),
        Some(found) if *found == separator => Some(bytes.get(at + 1..)),
        Some(_) => None,
    }
}

/// `hh:mm[:ss[.f…]]` as a span within the day, and what follows it.
fn clock(bytes: &[u8]) -> Option<(DateSpan, Reach, &[u8])> {
    let hour = digits(bytes.get(..2)?).filter(|hour| *hour < 24)?;
    if bytes.get(2) != Some(&b':') {
        return None;
    }
    let minute = digits(bytes.get(3..5)?).filter(|minute| *minute < 60)?;
    let whole = (hour * 60 + minute) * 60 * SECOND;
    if bytes.get(5) != Some(&b':') {
        let span = DateSpan { start: whole, end: whole + 60 * SECOND };
        return Some((span, Reach::Minute, &bytes[5..]));
    }
    // Second 60 is a leap second; it counts as the next one.
    let second = digits(bytes.get(6..8)?).filter(|second| *second <= 60)?;
    let mut start = whole + second * SECOND;
    let mut rest = &bytes[8..];
    let mut unit = SECOND;
    if rest.first() == Some(&b'.') {
        let length = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 || length > 18 {
            return None;
        }
        for byte in rest[1..=length].iter().take(6) {
            unit /= 10;
            start += i64::from(byte - b'0') * unit;
        }
        rest = &rest[length + 1..];
    }
    Some((DateSpan { start, end: start + unit }, Reach::Second, rest))
}

/// `+08:00` or `-05:30` in microseconds; up to 14 hours.
fn offset(zone: &[u8]) -> Option<i64> {
    let sign = match zone.first()? {
        b'+' | b' ' => 1,
        b'-' => -1,
        _ => return None,
    };
    if zone.len() != 6 || zone[3] != b':' {
        return None;
    }
    let hours = digits(&zone[1..3])?;
    let minutes = digits(&zone[4..6]).filter(|minutes| *minutes < 60)?;
    let total = hours * 60 + minutes;
    (total <= 14 * 60).then_some(sign * total * 60 * SECOND)
}

fn digits(bytes: &[u8]) -> Option<i64> {
    let mut number = 0;
    for byte in bytes {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    Some(number)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a day of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years are counted from March, so that the leap day ends one.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// How a search compares, the R4 prefixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// Lies within.
    Eq,
    /// Does not lie within.
    Ne,
    /// Reaches beyond, or lies within.
    Ge,
    /// Reaches beyond.
    Gt,
    /// Begins before, or lies within.
    Le,
    /// Begins before.
    Lt,
    /// Starts after.
    Sa,
    /// Ends before.
    Eb,
    /// About: overlaps the span widened by its own length, a day at least, on both sides.
    Ap,
}

/// A date of a search with its prefix, such as `ge2026-05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateFilter {
    /// How to compare.
    pub prefix: Prefix,
    /// With what.
    pub span: DateSpan,
}

impl DateFilter {
    /// Reads `2026-05` or `ge2026-05`.
    pub fn parse(text: &str) -> Result<Self, DateFault> {
        let (prefix, rest) = match text.get(..2) {
            Some("eq") => (Prefix::Eq, &text[2..]),
            Some("ne") => (Prefix::Ne, &text[2..]),
            Some("ge") => (Prefix::Ge, &text[2..]),
            Some("gt") => (Prefix::Gt, &text[2..]),
            Some("le") => (Prefix::Le, &text[2..]),
            Some("lt") => (Prefix::Lt, &text[2..]),
            Some("sa") => (Prefix::Sa, &text[2..]),
            Some("eb") => (Prefix::Eb, &text[2..]),
            Some("ap") => (Prefix::Ap, &text[2..]),
            _ => (Prefix::Eq, text),
        };
        Ok(Self { prefix, span: parse_date(rest)? })
    }

    fn about(self) -> DateSpan {
        let margin = (self.span.end - self.span.start).max(DAY);
        DateSpan { start: self.span.start - margin, end: self.span.end + margin }
    }

    /// Whether a target of this span is found (R4 search, prefixes).
    pub fn matches(self, target: DateSpan) -> bool {
        let span = self.span;
        match self.prefix {
            Prefix::Eq => span.contains(target),
            Prefix::Ne => !span.contains(target),
            Prefix::Ge => target.end > span.end || span.contains(target),
            Prefix::Gt => target.end > span.end,
            Prefix::Le => target.start < span.start || span.contains(target),
            Prefix::Lt => target.start < span.start,
            Prefix::Sa => target.start >= span.end,
            Prefix::Eb => target.end <= span.start,
            Prefix::Ap => self.about().overlaps(target),
        }
    }

    /// Bounds `(low, high)` for an index: whatever matches has `end > low` and
    /// `start < high`. They may let through more than matches, never less.
    pub fn bounds(self) -> (Option<i64>, Option<i64>) {
        let DateSpan { start, end } = self.span;
        match self.prefix {
            Prefix::Eq => (Some(start), Some(end)),
            Prefix::Ne => (None, None),
            Prefix::Ge => (Some(start), None),
            Prefix::Gt | Prefix::Sa => (Some(end), None),
            Prefix::Le => (None, Some(end)),
            Prefix::Lt | Prefix::Eb => (None, Some(start)),
            Prefix::Ap => (Some(self.about().start), Some(self.about().end)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_partial_dates() {
        for (text, start, end) in [
            ("1970", -CHINA, 365 * DAY - CHINA),
            ("1970-01-01", -CHINA, DAY - CHINA),
            ("1970-01-01T00:00:00Z", 0, SECOND),
            ("1970-01-01T00:00Z", 0, 60 * SECOND),
            ("1970-01-01T08:00", 0, 60 * SECOND),
            ("1970-01-01T08:00:00 08:00", 0, SECOND),
            ("1969-12-31T19:00:00.25-05:00", 250_000, 260_000),
            ("2000-02-29T00:00:00Z", 951_782_400 * SECOND, 951_782_401 * SECOND),
            ("2026-11-18T09:40:00+08:00", 1_794_966_000 * SECOND, 1_794_966_001 * SECOND),
            ("2016-12-31T23:59:60Z", 1_483_228_800 * SECOND, 1_483_228_801 * SECOND),
        ] {
            assert_eq!(parse_date(text), Ok(DateSpan { start, end }), "{text}");
        }
        let may = parse_date("2026-05").unwrap();
        assert_eq!((may.end - may.start) / DAY, 31);
    }

    #[test]
    fn what_the_calendar_does_not_have() {
        for text in [
            "",
            "yesterday",
            "0000",
            "20",
            "1970-13-45",
            "2026-02-30",
            "2023-02-29",
            "1900-02-29",
            "2026-00",
            "2026-1",
            "2026-01-1",
            "2026-01-01T",
            "2026-01-01T9:00",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:61Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+15:00",
            "2026-01-01T00:00:00z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00Zx",
            "２０２６",
            "2026-",
            "2026-01-01T00:00:00+0800",
        ] {
            assert_eq!(parse_date(text), Err(DateFault), "{text}");
        }
    }

    #[test]
    fn each_type_takes_its_own_forms() {
        for (text, date, date_time, instant) in [
            ("2026", true, true, false),
            ("2026-11-18", true, true, false),
            ("2026-11-18T09:40:00+08:00", false, true, true),
            ("2026-11-18T09:40:00.123456789Z", false, true, true),
            ("2026-11-18T09:40:00", false, false, false),
            ("2026-11-18T09:40Z", false, false, false),
            ("2026-11-18T09:40:00 08:00", false, false, false),
        ] {
            assert_eq!((is_date(text), is_date_time(text), is_instant(text)), (date, date_time, instant), "{text}");
        }
        for (text, good) in [
            ("09:40:00", true),
            ("09:40:00.5", true),
            ("09:40", false),
            ("24:00:00", false),
            ("09:40:60", false),
            ("09:40:00Z", false),
            ("", false),
        ] {
            assert_eq!(is_time(text), good, "{text}");
        }
    }

    #[test]
    fn prefixes_find_what_the_standard_says() {
        let target = |from: &str, to: &str| DateSpan {
            start: parse_date(from).unwrap().start,
            end: parse_date(to).unwrap().end,
        };
        let day = target("2026-05-10", "2026-05-10");
        let stay = target("2026-04-28", "2026-05-03");
        for (filter, finds_day, finds_stay) in [
            ("2026-05", true, false),
            ("eq2026", true, true),
            ("ne2026-05", false, true),
            ("ge2026-05", true, false),
            ("ge2026-05-01", true, true),
            ("gt2026-05-10", false, false),
            ("gt2026-05-02", true, true),
            ("le2026-05-10", true, true),
            ("lt2026-05-10", false, true),
            ("lt2026-04-28", false, false),
            ("sa2026-05-03", true, false),
            ("sa2026-05-10", false, false),
            ("eb2026-05-10", false, true),
            ("ap2026-05-11", true, false),
        ] {
            let parsed = DateFilter::parse(filter).unwrap();
            for (span, expected) in [(day, finds_day), (stay, finds_stay)] {
                assert_eq!(parsed.matches(span), expected, "{filter}");
                let (low, high) = parsed.bounds();
                let inside = low.is_none_or(|low| span.end > low) && high.is_none_or(|high| span.start < high);
                assert!(inside || !expected, "{filter}: bounds lose a match");
            }
        }
        assert!(DateFilter::parse("xx2026").is_err());
        assert!(DateFilter::parse("中").is_err());
    }
}
