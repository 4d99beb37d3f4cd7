//! What became of a message of an institution, for ever (insurance.md §5.1, §5.3):
//! absent, committed, cancelled, tombstone.

use crate::Refusal;
use kernel::{Error, PersonId};
use sha2::{Digest as _, Sha256};

/// What a message asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// To register a visit.
    Register,
    /// To settle.
    Settle,
    /// To cancel a settlement.
    Cancel,
    /// Not known: it has not arrived.
    Unknown,
}

impl Verb {
    /// The number the database holds.
    pub const fn code(self) -> i64 {
        match self {
            Self::Unknown => 0,
            Self::Register => 1,
            Self::Settle => 2,
            Self::Cancel => 3,
        }
    }

    /// Back from the database's number.
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Unknown, Self::Register, Self::Settle, Self::Cancel].into_iter().find(|verb| verb.code() == code)
    }
}

/// A message that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It had its effect.
    Committed(Done),
    /// It had its effect, which was undone since.
    Cancelled(Done),
    /// It was taken back before it came.
    Tombstone,
}

/// What a message did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What it asked for.
    pub verb: Verb,
    /// SHA-256 of what it asked.
    pub hash: [u8; 32],
    /// Whom it was about.
    pub person: PersonId,
    /// The visit's or settlement's number.
    pub object: i64,
}

impl Known {
    /// The number of the state the database holds.
    pub const fn state(&self) -> i64 {
        match self {
            Self::Committed(_) => 1,
            Self::Cancelled(_) => 2,
            Self::Tombstone => 3,
        }
    }
}

/// Characters of a message number at most, and of a batch number.
pub const MSGID_MAX: usize = 64;

/// Refuses a message number that is empty, too long or unreadable.
pub fn checked(msgid: &str) -> Result<(), Error> {
    let fine = !msgid.is_empty() && msgid.len() <= MSGID_MAX && msgid.bytes().all(|byte| byte.is_ascii_graphic());
    if fine { Ok(()) } else { Err(Refusal::MessageInvalid.at("msgid")) }
}

/// The digest of what a message asks, over its canonical text.
pub fn hash(verb: Verb, canonical: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(verb.code().to_le_bytes());
    hash.update(canonical);
    hash.finalize().into()
}

/// What to do with a message that came before: nothing, and answer from what it made;
/// or the refusal that it was taken back, or asked something else.
pub fn again(known: &Known, verb: Verb, hash: &[u8; 32]) -> Result<i64, Error> {
    let done = match known {
        Known::Tombstone => return Err(Refusal::ReversedBeforeArrival.at("msgid")),
        Known::Committed(done) | Known::Cancelled(done) => done,
    };
    if done.verb != verb || done.hash != *hash {
        return Err(Refusal::DuplicateConflict.at("msgid"));
    }
    match known {
        // Whoever never got the answer must not take it for one that still holds.
        Known::Cancelled(_) => Err(Refusal::AlreadyCancelled.at("msgid")),
        Known::Committed(done) => Ok(done.object),
        Known::Tombstone => Err(Refusal::ReversedBeforeArrival.at("msgid")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_answered_by_its_state() {
        let done = |verb, body: &[u8]| Done { verb, hash: hash(verb, body), person: PersonId(1), object: 9 };
        let settle = done(Verb::Settle, b"a");
        for (known, verb, body, wanted) in [
            (Known::Committed(settle.clone()), Verb::Settle, b"a", Ok(9)),
            (Known::Committed(settle.clone()), Verb::Settle, b"b", Err("settlement.duplicate-conflict")),
            (Known::Committed(settle.clone()), Verb::Cancel, b"a", Err("settlement.duplicate-conflict")),
            (Known::Cancelled(settle.clone()), Verb::Settle, b"a", Err("settlement.already-cancelled")),
            (Known::Cancelled(settle), Verb::Settle, b"b", Err("settlement.duplicate-conflict")),
            (Known::Tombstone, Verb::Settle, b"a", Err("settlement.reversed-before-arrival")),
        ] {
            let got = again(&known, verb, &hash(verb, body)).map_err(|error| error.code());
            assert_eq!(got, wanted, "{known:?} {verb:?}");
        }
    }

    #[test]
    fn message_numbers_are_checked() {
        for (msgid, fine) in [("H41130200746202611241200000001", true), ("", false), ("a b", false), ("号", false)] {
            assert_eq!(checked(msgid).is_ok(), fine, "{msgid:?}");
        }
        assert!(checked(&"9".repeat(65)).is_err());
    }
}
