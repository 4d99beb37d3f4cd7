//! Identifiers: `i64` inside, short text with a type prefix and a check
//! character outside (`p0h4k2m8x7d3q5z9`), so that a mistyped or misplaced id is
//! refused before any look-up.
//!
//! Text form: one prefix letter, 13 digits of Crockford base 32 (lower case,
//! most significant first), one check character: the sum of digit × position
//! modulo 31, in the same alphabet, so that every single wrong character and
//! every swap of neighbours is noticed.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of an id's text: prefix, 13 digits, check.
pub const TEXT_LEN: usize = 15;

/// Text that is not the id it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadId;

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id of this kind: wrong length, letter or check character")
    }
}

impl std::error::Error for BadId {}

fn digit(byte: u8) -> Option<u64> {
    let lower = byte.to_ascii_lowercase();
    ALPHABET.iter().position(|c| *c == lower).and_then(|at| u64::try_from(at).ok())
}

fn check(prefix: u8, digits: &[u64; 13]) -> u8 {
    let mut sum = u64::from(prefix);
    for (weight, value) in (2u64..).zip(digits.iter()) {
        sum += weight * value;
    }
    ALPHABET[usize::try_from(sum % 31).unwrap_or(0)]
}

/// Writes `value` as text with `prefix` in front and the check character behind.
pub fn to_text(prefix: u8, value: i64) -> String {
    let bits = value.cast_unsigned();
    let mut digits = [0u64; 13];
    for (place, slot) in digits.iter_mut().enumerate() {
        *slot = (bits >> (5 * (12 - place))) & 31;
    }
    let mut text = String::with_capacity(TEXT_LEN);
    text.push(char::from(prefix));
    for value in digits {
        text.push(char::from(ALPHABET[usize::try_from(value).unwrap_or(0)]));
    }
    text.push(char::from(check(prefix, &digits)));
    text
}

/// Reads an id's text back; refuses another prefix, a wrong length or letter, a
/// value beyond 64 bits and a wrong check character.
pub fn from_text(prefix: u8, text: &str) -> Result<i64, BadId> {
    let bytes = text.as_bytes();
    if bytes.len() != TEXT_LEN || bytes[0] != prefix {
        return Err(BadId);
    }
    let mut digits = [0u64; 13];
    let mut bits = 0u64;
    for (slot, byte) in digits.iter_mut().zip(&bytes[1..14]) {
        let value = digit(*byte).ok_or(BadId)?;
        if bits >> 59 != 0 {
            return Err(BadId);
        }
        bits = (bits << 5) | value;
        *slot = value;
    }
    if bytes[14].to_ascii_lowercase() != check(prefix, &digits) {
        return Err(BadId);
    }
    Ok(bits.cast_signed())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(
            /// The number as the database holds it.
            pub i64,
        );

        impl $name {
            /// The letter that tells this kind of id from others in text.
            pub const PREFIX: u8 = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_text($prefix, self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                from_text($prefix, text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A person in the master index.
    PersonId b'p';
    /// An institution of the directory.
    InstitutionId b'n';
    /// Somebody or something that acts: staff, citizen, device, system.
    ActorId b'a';
    /// A card: the right of one medium to show a person's code.
    CardId b'c';
    /// A scan that proved presence.
    PresenceId b's';
    /// Leave to read a person's rows.
    GrantId b'g';
    /// A clinical entry of a person.
    EntryId b'e';
    /// A device of a person that mints codes, or of an institution that scans them.
    DeviceId b'd';
    /// A person's membership in an insurance.
    CoverageId b'o';
    /// A filing: care away, referral, chronic recognition, designated institution.
    FilingId b'f';
    /// A visit or a stay, as the insured place numbers it (mdtrt_id).
    VisitId b'v';
    /// A quote: what a settlement would give now.
    QuoteId b'q';
    /// A settlement (setl_id).
    SettlementId b't';
    /// A bill.
    BillId b'b';
    /// A journal entry of the ledger.
    JournalId b'j';
    /// A payment of an own share.
    PaymentId b'm';
    /// A reconciliation task.
    TaskId b'r';
}

/// Mints time-sorted numbers: milliseconds since 2024 in the high bits, a
/// counter below, never the same or smaller twice in one process.
#[derive(Debug)]
pub struct Ids {
    last: AtomicI64,
}

/// 2024-01-01T00:00:00Z in microseconds; ids count from here.
const EPOCH_MICROS: i64 = 1_704_067_200_000_000;

impl Ids {
    /// A mint that will never give a number at or below `floor`.
    pub fn above(floor: i64) -> Self {
        Self { last: AtomicI64::new(floor) }
    }

    /// The next number for an instant in microseconds; `noise` (20 bits are
    /// used) spreads the numbers of processes that start in the same millisecond.
    pub fn mint(&self, now_micros: i64, noise: u32) -> i64 {
        let millis = (now_micros - EPOCH_MICROS).max(0) / 1000;
        let wanted = (millis << 22) | i64::from(noise & 0xF_FFFF);
        let step = |last: i64| Some(if wanted > last { wanted } else { last + 1 });
        match self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step) {
            Ok(last) | Err(last) => step(last).unwrap_or(wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_round_trips(value in any::<i64>()) {
            let text = PersonId(value).to_string();
            prop_assert_eq!(text.len(), TEXT_LEN);
            prop_assert_eq!(text.parse::<PersonId>(), Ok(PersonId(value)));
            prop_assert_eq!(text.parse::<ActorId>(), Err(BadId));
        }

        #[test]
        fn one_wrong_character_is_noticed(value in 0..i64::MAX, at in 1usize..15, step in 1u8..31) {
            let mut bytes = PersonId(value).to_string().into_bytes();
            let old = digit(bytes[at]).unwrap();
            let new = ALPHABET[usize::try_from((old + u64::from(step)) % 32).unwrap()];
            // 0 and 31 weigh the same modulo 31: the one pair a check of 32 letters cannot tell.
            prop_assume!(!matches!((old, new), (0, b'z') | (31, b'0')));
            bytes[at] = new;
            prop_assert_eq!(String::from_utf8(bytes).unwrap().parse::<PersonId>(), Err(BadId));
        }
    }

    #[test]
    fn minted_numbers_only_rise() {
        let ids = Ids::above(0);
        let first = ids.mint(EPOCH_MICROS + 1_000_000, 7);
        let second = ids.mint(EPOCH_MICROS + 1_000_000, 3);
        let third = ids.mint(EPOCH_MICROS, 3);
        assert!(first < second && second < third, "{first} {second} {third}");
    }
}
