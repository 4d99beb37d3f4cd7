//! Accounting periods: civil months in China.

use kernel::time::china_day;

/// A month as `yyyymm`, for example 202611.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(
    /// Year times 100 plus month.
    pub i32,
);

impl Period {
    /// The month of an instant in microseconds UTC.
    pub fn of(at: i64) -> Self {
        let day = china_day(at);
        let digits: String = day.chars().filter(char::is_ascii_digit).take(6).collect();
        Self(digits.parse().unwrap_or(0))
    }

    /// Reads `202611` or `2026-11`.
    pub fn from_text(text: &str) -> Option<Self> {
        let digits = match text.len() {
            6 => text.to_owned(),
            7 if text.as_bytes().get(4) == Some(&b'-') => text.replacen('-', "", 1),
            _ => return None,
        };
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().map(Self).filter(|period| period.is_month())
    }

    /// Whether it is a month of a year from 1949 to 2999.
    pub const fn is_month(self) -> bool {
        let (year, month) = (self.0 / 100, self.0 % 100);
        1949 <= year && year <= 2999 && 1 <= month && month <= 12
    }

    /// The month after.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 % 100 >= 12 { Self(self.0.saturating_add(89)) } else { Self(self.0.saturating_add(1)) }
    }

    /// The month before.
    #[must_use]
    pub const fn previous(self) -> Self {
        if self.0 % 100 <= 1 { Self(self.0.saturating_sub(89)) } else { Self(self.0.saturating_sub(1)) }
    }
}

/// `2026-11`.
impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::parse;

    #[test]
    fn months_are_civil_months_in_china() {
        let at = parse("2026-11-30T16:30:00Z").unwrap();
        assert_eq!(Period::of(at), Period(202_612));
        assert_eq!(Period(202_612).next(), Period(202_701));
        assert_eq!(Period(202_701).previous(), Period(202_612));
        assert_eq!(Period::from_text("2026-11"), Some(Period(202_611)));
        assert_eq!(Period::from_text(&Period(202_611).to_string()), Some(Period(202_611)));
        for text in ["", "202613", "2026-1", "20261", "abcdef", "2026_11"] {
            assert_eq!(Period::from_text(text), None, "{text}");
        }
    }
}
