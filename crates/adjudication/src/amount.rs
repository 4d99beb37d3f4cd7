//! Checked sums and the two roundings of a plan; what leaves the range is refused by
//! name, never wrapped. Which amounts are rounded is each step's to say.

use crate::Refusal;
use kernel::{Bp, Error, FEN_MAX, Fen, Rounding};

/// The most a year's accumulator may hold: a thousand times the largest amount.
pub(crate) const YEAR_MAX: Fen = Fen(FEN_MAX.0.saturating_mul(1000));

/// The sum.
#[inline]
pub(crate) fn plus(a: Fen, b: Fen) -> Result<Fen, Error> {
    a.plus(b).ok_or_else(out_of_range)
}

/// The difference.
#[inline]
pub(crate) fn minus(a: Fen, b: Fen) -> Result<Fen, Error> {
    a.minus(b).ok_or_else(out_of_range)
}

/// The difference, nothing where it would be below nothing.
#[inline]
pub(crate) fn above(a: Fen, b: Fen) -> Fen {
    Fen(a.0.saturating_sub(b.0).max(0))
}

#[cold]
pub(crate) fn out_of_range() -> Error {
    Refusal::AmountOutOfRange.error()
}

/// `amount × rate`, rounded once.
#[inline]
pub(crate) fn part(amount: Fen, rate: Bp, rounding: Rounding) -> Fen {
    match amount.0.checked_mul(i64::from(rate.0)) {
        Some(product) => Fen(shrink(product, rounding)),
        None => amount.part(rate, rounding),
    }
}

/// A product of fen and basis points, back in fen, rounded once.
#[inline]
pub(crate) fn shrink(product: i64, rounding: Rounding) -> i64 {
    let size = product.unsigned_abs();
    let whole = size.wrapping_div(10_000);
    let up = matches!(rounding, Rounding::HalfUp) && size.wrapping_rem(10_000) >= 5_000;
    let rounded = i64::try_from(whole.saturating_add(u64::from(up))).unwrap_or(i64::MAX);
    if product < 0 { rounded.saturating_neg() } else { rounded }
}

/// A rate of a rate, rounded to whole basis points.
#[inline]
pub(crate) fn rate_part(rate: Bp, of: Bp, rounding: Rounding) -> Bp {
    let product = i64::from(rate.0).saturating_mul(i64::from(of.0));
    Bp(i32::try_from(shrink(product, rounding)).unwrap_or(i32::MAX))
}

/// The smallest base that pays `pay` at `rate`: the inverse of [`part`] at a cap.
pub(crate) fn base_for_pay(pay: Fen, rate: Bp, rounding: Rounding) -> Fen {
    if pay.0 <= 0 || rate.0 <= 0 {
        return Fen::ZERO;
    }
    let half = match rounding {
        Rounding::HalfUp => 5_000,
        Rounding::Down => 0,
    };
    let least = i128::from(pay.0).saturating_mul(10_000).saturating_sub(half);
    let rate = i128::from(rate.0);
    let base = least.saturating_add(rate.saturating_sub(1)).checked_div(rate).unwrap_or(0);
    Fen(i64::try_from(base).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_worked_cap_of_the_reference() {
        assert_eq!(base_for_pay(Fen(1_500_000), Bp(9500), Rounding::HalfUp), Fen(1_578_947));
        assert_eq!(base_for_pay(Fen::ZERO, Bp(9500), Rounding::HalfUp), Fen::ZERO);
        assert_eq!(rate_part(Bp(8500), Bp(8000), Rounding::HalfUp), Bp(6800));
    }

    proptest! {
        #[test]
        fn part_is_the_kernels(fen in -FEN_MAX.0..=FEN_MAX.0, bp in 0..=30_000i32) {
            for rounding in [Rounding::HalfUp, Rounding::Down] {
                prop_assert_eq!(part(Fen(fen), Bp(bp), rounding), Fen(fen).part(Bp(bp), rounding));
            }
        }

        #[test]
        fn the_inverse_is_the_smallest_base(pay in 1..=FEN_MAX.0, bp in 1..=10_000i32) {
            for rounding in [Rounding::HalfUp, Rounding::Down] {
                let base = base_for_pay(Fen(pay), Bp(bp), rounding);
                prop_assert!(part(base, Bp(bp), rounding) >= Fen(pay));
                prop_assert!(part(Fen(base.0 - 1), Bp(bp), rounding) < Fen(pay));
            }
        }
    }
}
