//! Code and number of a bill, as people read and type them.
//!
//! The code has eight digits: four of the region, two of the kind, two of the
//! year. The number has thirteen: five of the issuer, eight of its sequence, which
//! never begins again: unique in the region, rising for each issuer (E1).

use super::content::Kind;
use std::fmt;
use std::str::FromStr;

/// The first number an issuer is given.
pub const ISSUER_FIRST: i64 = 10_001;
/// The last one: five digits.
pub const ISSUER_MAX: i64 = 99_999;
/// Numbers of one issuer: eight digits.
pub const SEQUENCE_MAX: i64 = 99_999_999;
/// What the issuer's digits are worth.
const PLACE: i64 = 100_000_000;

/// A bill's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillNumber(
    /// As the database holds it.
    pub i64,
);

impl BillNumber {
    /// The number of an issuer's sequence; nothing where either is beyond its digits.
    pub fn of(issuer: i64, sequence: i64) -> Option<Self> {
        let within = (ISSUER_FIRST..=ISSUER_MAX).contains(&issuer) && (1..=SEQUENCE_MAX).contains(&sequence);
        within.then(|| issuer.checked_mul(PLACE)?.checked_add(sequence).map(Self)).flatten()
    }
}

impl fmt::Display for BillNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}", self.0)
    }
}

/// Text that is no bill's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadNumber;

impl FromStr for BillNumber {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        if text.len() != 13 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadNumber);
        }
        text.parse().map(Self).map_err(|_never| BadNumber)
    }
}

/// The code of a bill: region (six digits, of which four are used), kind, and the
/// civil day it is issued on (`2026-11-18`).
pub fn code(region: u32, kind: Kind, day: &str) -> String {
    let year = day.get(2..4).unwrap_or("00");
    format!("{:04}{:02}{year}", region.checked_div(100).unwrap_or(0), kind.digits())
}

/// The six characters of a check code.
pub fn check_code(chance: [u8; 3]) -> String {
    ::store::value::hex(&chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_written() {
        let number = BillNumber::of(10_001, 42).unwrap();
        assert_eq!(number.to_string(), "1000100000042");
        assert_eq!("1000100000042".parse(), Ok(number));
        for text in ["", "100010000004", "10001000000421", "100010000004x", "+000100000042", " 100010000004"] {
            assert_eq!(text.parse::<BillNumber>(), Err(BadNumber), "{text}");
        }
        assert_eq!(BillNumber::of(10_000, 1), None);
        assert_eq!(BillNumber::of(10_001, 0), None);
        assert_eq!(BillNumber::of(100_000, 1), None);
        assert_eq!(BillNumber::of(10_001, SEQUENCE_MAX + 1), None);
    }

    #[test]
    fn codes_name_region_kind_and_year() {
        assert_eq!(code(990_100, Kind::Outpatient, "2026-11-18"), "99010126");
        assert_eq!(code(990_100, Kind::Inpatient, "2027-01-01"), "99010227");
    }
}
