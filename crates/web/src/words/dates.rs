//! Instants as people read them, in China's civil time (UTC+8, no summer time).
//! Nothing here asks what time it is: "today" is measured from the `now` handed in.

use super::{Lang, Word};
use kernel::time::{CHINA, DAY, HOUR, MINUTE, SECOND, china_day, parse};

/// The date in figures, `2026-11-18`.
pub fn date(at: i64) -> String {
    china_day(at)
}

/// The time of day, `09:41`.
pub fn clock(at: i64) -> String {
    let in_day = (at + CHINA).rem_euclid(DAY);
    format!("{:02}:{:02}", in_day / HOUR, in_day % HOUR / MINUTE)
}

/// Date and time of day, `2026-11-18 09:41`.
pub fn date_clock(at: i64) -> String {
    format!("{} {}", date(at), clock(at))
}

/// The value of a `datetime` attribute, `2026-11-18T09:41+08:00`.
pub fn machine(at: i64) -> String {
    format!("{}T{}+08:00", date(at), clock(at))
}

/// Whether two instants fall on the same civil day.
pub fn same_day(one: i64, other: i64) -> bool {
    (one + CHINA).div_euclid(DAY) == (other + CHINA).div_euclid(DAY)
}

/// Whether a span begins a day and lasts whole days, so that its hours say nothing.
pub fn is_midnight(at: i64) -> bool {
    (at + CHINA).rem_euclid(DAY) == 0
}

/// Month and day without the year: `11-18`, `18 Nov`.
pub fn month_day(lang: Lang, at: i64) -> String {
    let day = date(at);
    let (Some(month), Some(of_month)) = (day.get(5..7), day.get(8..10)) else {
        return day;
    };
    match lang {
        Lang::Zh => format!("{month}-{of_month}"),
        Lang::En => format!("{} {}", of_month.trim_start_matches('0'), month_name(lang, month)),
    }
}

/// The day without its year when it is the year of `now`: `11-18`, `2025-11-18`.
pub fn short_date(lang: Lang, at: i64, now: i64) -> String {
    let (day, today) = (date(at), date(now));
    if day.get(..4) == today.get(..4) {
        return month_day(lang, at);
    }
    match lang {
        Lang::Zh => day,
        Lang::En => format!("{} {}", month_day(lang, at), day.get(..4).unwrap_or_default()),
    }
}

/// Today and yesterday in words, any other day as [`short_date`].
pub fn near_date(lang: Lang, at: i64, now: i64) -> String {
    if same_day(at, now) {
        return lang[Word::Today].to_owned();
    }
    if same_day(at, now - DAY) {
        return lang[Word::Yesterday].to_owned();
    }
    short_date(lang, at, now)
}

/// A length of time in its two largest units: `3 小时 12 分`, `48 s`; nothing
/// left counts as zero seconds.
pub fn span(lang: Lang, micros: i64) -> String {
    let micros = micros.max(0);
    if micros >= 2 * DAY {
        return lang.fill(Word::Days, &[&(micros / DAY).to_string()]);
    }
    if micros >= HOUR {
        return lang.fill(Word::HoursMinutes, &[&(micros / HOUR).to_string(), &(micros % HOUR / MINUTE).to_string()]);
    }
    if micros >= MINUTE {
        return lang.fill(Word::Minutes, &[&(micros / MINUTE).to_string()]);
    }
    lang.fill(Word::Seconds, &[&(micros / SECOND).to_string()])
}

/// The first instants of the months (China) inside `from..to`, each with its
/// label: the month, and the year in January or when it is the first.
/// Long spans skip months so that at most `labels_max` come back.
pub fn month_grid(lang: Lang, from: i64, to: i64, labels_max: usize) -> Vec<(i64, String)> {
    let mut starts = Vec::new();
    let first = date(from);
    let (Some(mut year), Some(mut month)) = (figure(&first, 0..4), figure(&first, 5..7)) else {
        return Vec::new();
    };
    while starts.len() < MONTHS_MAX {
        let Some(start) = parse(&format!("{year:04}-{month:02}-01T00:00")) else {
            break;
        };
        if start >= to {
            break;
        }
        if start >= from {
            starts.push((start, year * 12 + month - 1));
        }
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    let step = STEPS
        .into_iter()
        .find(|step| starts.iter().filter(|start| start.1 % step == 0).count() <= labels_max)
        .unwrap_or(1200);
    let kept = starts.into_iter().filter(|start| start.1 % step == 0);
    kept.enumerate()
        .map(|(index, (start, months))| {
            let (year, month) = (months / 12, months % 12 + 1);
            let name = month_name(lang, &format!("{month:02}"));
            let label = match lang {
                _ if step >= 12 => year.to_string(),
                Lang::Zh if index == 0 || month == 1 => format!("{year}年{name}"),
                Lang::En if index == 0 || month == 1 => format!("{name} {year}"),
                Lang::Zh | Lang::En => name,
            };
            (start, label)
        })
        .collect()
}

/// Months between two labels of a grid, from dense to sparse.
const STEPS: [i64; 8] = [1, 2, 3, 6, 12, 24, 60, 120];

/// Months a grid looks through: a hundred years.
const MONTHS_MAX: usize = 1200;

fn figure(text: &str, place: std::ops::Range<usize>) -> Option<i64> {
    text.get(place)?.parse().ok()
}

fn month_name(lang: Lang, month: &str) -> String {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    match lang {
        Lang::Zh => format!("{}月", month.trim_start_matches('0')),
        Lang::En => {
            let index = month.parse::<usize>().unwrap_or(1).saturating_sub(1);
            NAMES.get(index).copied().unwrap_or(month).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        parse(text).unwrap()
    }

    #[test]
    fn days_and_hours_are_chinas() {
        let now = at("2026-11-17T16:30:00Z");
        assert_eq!(date_clock(now), "2026-11-18 00:30");
        assert_eq!(machine(now), "2026-11-18T00:30+08:00");
        assert_eq!(near_date(Lang::Zh, now - HOUR, now), "昨天");
        assert_eq!(near_date(Lang::En, now - 3 * DAY, now), "15 Nov");
        assert_eq!(short_date(Lang::Zh, now - 365 * DAY, now), "2025-11-18");
        assert_eq!(short_date(Lang::En, now - 365 * DAY, now), "18 Nov 2025");
        assert_eq!(clock(-1), "07:59");
    }

    #[test]
    fn spans_use_their_largest_units() {
        for (micros, zh) in [
            (3 * HOUR + 12 * MINUTE, "3 小时 12 分"),
            (5 * MINUTE, "5 分钟"),
            (48 * SECOND, "48 秒"),
            (3 * DAY, "3 天"),
            (-1, "0 秒"),
        ] {
            assert_eq!(span(Lang::Zh, micros), zh);
        }
    }

    #[test]
    fn month_grids_stay_readable() {
        let months = month_grid(Lang::Zh, at("2026-05-18T00:00"), at("2026-11-18T09:40"), 14);
        let labels: Vec<_> = months.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["2026年6月", "7月", "8月", "9月", "10月", "11月"]);
        let years = month_grid(Lang::En, at("1990-03-01T00:00"), at("2026-11-18T09:40"), 14);
        assert!(years.len() <= 14 && years.iter().all(|(_, label)| label.len() == 4), "{years:?}");
    }
}
