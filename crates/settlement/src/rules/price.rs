//! The price of a unit as a hospital states it: yuan with at most six decimals (`pric`
//! is 16,6 in the national interface), read and written by its digits. What a line
//! costs is whole fen; what a price keeps behind the fen never enters a sum.

use kernel::{FEN_MAX, Fen};
use std::fmt;

/// Decimals of a price at most.
const DECIMALS: usize = 6;
/// Millionths of a yuan in a fen.
const IN_A_FEN: i64 = 10_000;
/// Thousand-millionths of a yuan in a fen: a price times thousandths of a unit.
const OF_A_PRODUCT: i128 = 10_000_000;

/// Fen of a price that is read at most; what is believed is [`FEN_MAX`], which the line says.
const READ_MAX: i64 = FEN_MAX.0.saturating_mul(10);

/// A price, in millionths of a yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(i64);

impl Price {
    /// Reads digits with at most one point and six decimals; nothing for signs, blanks,
    /// commas, exponents and what no amount can be.
    pub fn read(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(decimals) || decimals.len() > DECIMALS {
            return None;
        }
        let micro: i64 = format!("{whole}{decimals:0<DECIMALS$}").parse().ok()?;
        (micro <= READ_MAX.saturating_mul(IN_A_FEN)).then_some(Self(micro))
    }

    /// A price of whole fen; nothing below zero, and what no amount can be.
    pub fn of_fen(fen: i64) -> Option<Self> {
        (0..=READ_MAX).contains(&fen).then(|| Self(fen.saturating_mul(IN_A_FEN)))
    }

    /// Whether it is not beyond [`FEN_MAX`].
    pub const fn believed(self) -> bool {
        self.0 <= FEN_MAX.0.saturating_mul(IN_A_FEN)
    }

    /// Whether it is whole fen.
    pub const fn whole(self) -> bool {
        self.0 % IN_A_FEN == 0
    }

    /// In whole fen, halves up: what pages and totals that know no more decimals show.
    pub const fn fen(self) -> i64 {
        self.0.saturating_add(IN_A_FEN / 2) / IN_A_FEN
    }

    /// As a line keeps it: whole fen, and the digits where that is not all of it.
    pub fn kept(self) -> (i64, String) {
        (self.fen(), if self.whole() { String::new() } else { self.to_string() })
    }

    /// What so many thousandths of a unit cost, in whole fen, halves away from zero; nothing
    /// beyond 64 bits.
    pub fn amount(self, qty_milli: i64) -> Option<Fen> {
        let product = i128::from(self.0).checked_mul(i128::from(qty_milli))?;
        let doubled = product.checked_abs()?.checked_mul(2)?.checked_add(OF_A_PRODUCT)?;
        let nearest = doubled.checked_div(OF_A_PRODUCT.checked_mul(2)?)?.checked_mul(product.signum())?;
        i64::try_from(nearest).ok().map(Fen)
    }

    /// Whether a line of so many thousandths may cost this: the nearest fen, halves up.
    /// Where the price has more decimals than money, whoever computed the line may have
    /// cut instead: then either fen beside the exact product will do.
    pub fn fits(self, qty_milli: i64, amount: Fen) -> bool {
        if self.whole() {
            return self.amount(qty_milli) == Some(amount);
        }
        let exact = i128::from(self.0).checked_mul(i128::from(qty_milli));
        let said = i128::from(amount.0).checked_mul(OF_A_PRODUCT);
        let off = exact.zip(said).and_then(|(exact, said)| said.checked_sub(exact)?.checked_abs());
        off.is_some_and(|off| off < OF_A_PRODUCT)
    }

    /// With all six decimals, as the national interface answers it.
    pub fn six(self) -> String {
        let whole = self.0 / 1_000_000;
        format!("{whole}.{:06}", self.0 % 1_000_000)
    }
}

/// Yuan with two decimals, and more where there are more: `22.00`, `0.1234`.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let six = self.six();
        let least = six.find('.').map_or(six.len(), |point| point.saturating_add(3));
        let kept = six.trim_end_matches('0').len().max(least);
        f.write_str(six.get(..kept).unwrap_or(&six))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prices_are_read_by_their_digits() {
        for (text, wanted) in [
            ("22", Some(("22.00", 2200, ""))),
            ("22.5", Some(("22.50", 2250, ""))),
            ("22.500000", Some(("22.50", 2250, ""))),
            ("0.1234", Some(("0.1234", 12, "0.1234"))),
            ("0.123450", Some(("0.12345", 12, "0.12345"))),
            ("0.125", Some(("0.125", 13, "0.125"))),
            ("0.000001", Some(("0.000001", 0, "0.000001"))),
            ("10000000000", Some(("10000000000.00", FEN_MAX.0, ""))),
            ("100000000000", Some(("100000000000.00", FEN_MAX.0 * 10, ""))),
            ("100000000000.01", None),
            ("0.1234567", None),
            ("-1", None),
            ("+1", None),
            ("1,200.00", None),
            ("1e3", None),
            (".5", None),
            ("5.", None),
            ("", None),
            ("１", None),
            ("99999999999999999999", None),
        ] {
            let got = Price::read(text).map(|price| (price.to_string(), price.kept()));
            let wanted = wanted.map(|(said, fen, kept)| (said.to_owned(), (fen, kept.to_owned())));
            assert_eq!(got, wanted, "{text}");
        }
    }

    #[test]
    fn a_line_costs_the_nearest_fen_or_one_beside_it() {
        for (price, qty, amount, fits) in [
            ("22.00", 2_000, 4_400, true),
            ("22.00", 2_000, 4_399, false),
            ("3.33", 1_500, 500, true),
            ("3.33", 1_500, 499, false),
            ("0.1234", 21_000, 259, true),
            ("0.1234", 21_000, 260, true),
            ("0.1234", 21_000, 258, false),
            ("0.1234", 21_000, 261, false),
            ("0.1234", -21_000, -259, true),
            ("0.1234", -21_000, 259, false),
            ("0.1250", 4_000, 50, true),
            ("0.1250", 4_000, 51, false),
            ("0.1250", 4_000, 49, false),
            ("0.000001", 1_000, 0, true),
            ("0.000001", 1_000, 1, true),
        ] {
            assert_eq!(Price::read(price).unwrap().fits(qty, Fen(amount)), fits, "{price} × {qty} = {amount}");
        }
        assert!(Price::read("10000000000").unwrap().believed());
        assert!(!Price::read("10000000000.000001").unwrap().believed());
        assert_eq!(Price::read("10000000000").unwrap().amount(i64::MAX), None);
        assert!(!Price::read("10000000000").unwrap().fits(i64::MAX, Fen(i64::MAX)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(micro in 0..=FEN_MAX.0 * IN_A_FEN) {
            let price = Price(micro);
            prop_assert_eq!(Price::read(&price.to_string()), Some(price));
            prop_assert_eq!(Price::read(&price.six()), Some(price));
            let (fen, kept) = price.kept();
            prop_assert_eq!(kept.is_empty(), Price::of_fen(fen) == Some(price));
        }

        #[test]
        fn the_rounded_product_is_within_half_a_fen(micro in 0i64..100_000_000_000, qty in -1_000_000i64..1_000_000) {
            let price = Price(micro);
            let amount = price.amount(qty).unwrap();
            let off = i128::from(amount.0) * OF_A_PRODUCT - i128::from(micro) * i128::from(qty);
            prop_assert!(off.abs() * 2 <= OF_A_PRODUCT);
            prop_assert!(price.fits(qty, amount));
            prop_assert!(!price.fits(qty, Fen(amount.0 + 2)) && !price.fits(qty, Fen(amount.0 - 2)));
            prop_assert_eq!(price.amount(-qty).unwrap(), Fen(-amount.0), "a return takes back exactly what was charged");
            if price.whole() {
                prop_assert_eq!(amount, Fen(price.fen()).times_milli(qty, kernel::Rounding::HalfUp));
            }
        }
    }
}
