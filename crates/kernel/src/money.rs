//! Money: whole fen, rates in basis points, and every rounding by its name.
//!
//! No float enters here. Sums are checked: what leaves the range is an error of
//! the caller's to name, never a silent wrap (L3 of the invariants).

use std::fmt;

/// An amount of money in fen (1/100 yuan); may be negative where an entry takes
/// back what another gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fen(
    /// The number of fen.
    pub i64,
);

/// The largest single amount that is believed: 10^12 fen, ten thousand million yuan.
pub const FEN_MAX: Fen = Fen(1_000_000_000_000);

/// A rate in basis points: 10000 is the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bp(
    /// The number of basis points.
    pub i32,
);

/// The whole, as a rate.
pub const WHOLE: Bp = Bp(10_000);

/// How a part of an amount becomes whole fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// To the nearest, halves away from zero: a line and its mirror cancel.
    #[default]
    HalfUp,
    /// Towards zero.
    Down,
}

/// Text that is no amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadMoney {
    /// Not digits with at most one point and two decimals.
    Form,
    /// Beyond [`FEN_MAX`].
    TooLarge,
}

impl fmt::Display for BadMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not yuan written as digits with at most two decimals",
            Self::TooLarge => "more than ten thousand million yuan",
        })
    }
}

impl std::error::Error for BadMoney {}

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The sum; `None` beyond 64 bits.
    pub const fn plus(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference; `None` beyond 64 bits.
    pub const fn minus(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// The same amount the other way; `None` for the one number that has none.
    pub const fn mirrored(self) -> Option<Self> {
        match self.0.checked_neg() {
            Some(mirror) => Some(Self(mirror)),
            None => None,
        }
    }

    /// `self × rate`, rounded as named; computed in 128 bits, so it cannot overflow
    /// for amounts and rates that exist.
    #[must_use]
    pub fn part(self, rate: Bp, rounding: Rounding) -> Self {
        Self(divide(i128::from(self.0) * i128::from(rate.0), 10_000, rounding))
    }

    /// `self × thousandths / 1000`, rounded as named: the price of a quantity.
    #[must_use]
    pub fn times_milli(self, thousandths: i64, rounding: Rounding) -> Self {
        Self(divide(i128::from(self.0) * i128::from(thousandths), 1000, rounding))
    }

    /// Reads yuan as digits, an optional minus and at most two decimals (`81.5`,
    /// `-3.20`); refuses signs, blanks, commas and exponents.
    pub fn from_yuan(text: &str) -> Result<Self, BadMoney> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "00"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(decimals) || decimals.len() > 2 {
            return Err(BadMoney::Form);
        }
        let whole: i64 = whole.parse().map_err(|_too_long| BadMoney::TooLarge)?;
        let cents: i64 = decimals.parse().map_err(|_not_digits| BadMoney::Form)?;
        let cents = if decimals.len() == 1 { cents * 10 } else { cents };
        let fen = whole.checked_mul(100).and_then(|fen| fen.checked_add(cents)).ok_or(BadMoney::TooLarge)?;
        if fen > FEN_MAX.0 {
            return Err(BadMoney::TooLarge);
        }
        Ok(Self(if negative { -fen } else { fen }))
    }
}

/// Halves away from zero or towards zero; saturates at the ends of 64 bits.
fn divide(product: i128, by: i128, rounding: Rounding) -> i64 {
    let nearest = match rounding {
        Rounding::HalfUp => (product.abs() * 2 + by) / (by * 2) * product.signum(),
        Rounding::Down => product / by,
    };
    i64::try_from(nearest).unwrap_or(if nearest > 0 { i64::MAX } else { i64::MIN })
}

/// Yuan with two decimals: `81.50`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", size / 100, size % 100)
    }
}

/// Per cent without useless zeros: `85%`, `92.5%`, `0.25%`.
impl fmt::Display for Bp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        match size % 100 {
            0 => write!(f, "{sign}{}%", size / 100),
            tenths if tenths % 10 == 0 => write!(f, "{sign}{}.{}%", size / 100, tenths / 10),
            rest => write!(f, "{sign}{}.{rest:02}%", size / 100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_round_as_named() {
        for (fen, bp, half_up, down) in [
            (1, 5000, 1, 0),
            (-1, 5000, -1, 0),
            (3, 5000, 2, 1),
            (-3, 5000, -2, -1),
            (100, 3333, 33, 33),
            (0, 10_000, 0, 0),
        ] {
            assert_eq!(Fen(fen).part(Bp(bp), Rounding::HalfUp), Fen(half_up), "{fen} {bp}");
            assert_eq!(Fen(fen).part(Bp(bp), Rounding::Down), Fen(down), "{fen} {bp}");
        }
        assert_eq!(Fen(1999).times_milli(1500, Rounding::HalfUp), Fen(2999));
    }

    #[test]
    fn yuan_are_read_strictly() {
        for (text, fen) in [("0", 0), ("81.5", 8150), ("81.50", 8150), ("-0.01", -1), ("0.07", 7)] {
            assert_eq!(Fen::from_yuan(text), Ok(Fen(fen)), "{text}");
        }
        for text in ["", "-", ".5", "5.", "1,000.00", "1e3", "+1", " 1", "1.005", "１", "--1", "1.-5", "NaN"] {
            assert_eq!(Fen::from_yuan(text), Err(BadMoney::Form), "{text:?}");
        }
        assert_eq!(Fen::from_yuan("10000000000.01"), Err(BadMoney::TooLarge));
        assert_eq!(Fen::from_yuan("99999999999999999999"), Err(BadMoney::TooLarge));
    }

    #[test]
    fn rates_read_as_per_cent() {
        for (bp, text) in
            [(8500, "85%"), (9250, "92.5%"), (25, "0.25%"), (10_000, "100%"), (-150, "-1.5%"), (5, "0.05%")]
        {
            assert_eq!(Bp(bp).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn written_and_read_is_the_same(fen in -FEN_MAX.0..=FEN_MAX.0) {
            prop_assert_eq!(Fen::from_yuan(&Fen(fen).to_string()), Ok(Fen(fen)));
        }

        #[test]
        fn a_mirror_cancels_its_line(fen in -FEN_MAX.0..=FEN_MAX.0, bp in 0..=10_000i32) {
            for rounding in [Rounding::HalfUp, Rounding::Down] {
                let one = Fen(fen).part(Bp(bp), rounding);
                prop_assert_eq!(one.plus(Fen(-fen).part(Bp(bp), rounding)), Some(Fen::ZERO));
                // Within one fen of the exact product, the remainder is the other's.
                prop_assert!((i128::from(one.0) * 10_000 - i128::from(fen) * i128::from(bp)).abs() < 10_000);
            }
        }
    }
}
