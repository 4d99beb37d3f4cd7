//! What a terminal has accepted while offline: its replay memory, the sum spent on
//! each credential, and the records that it keeps durable and hands in later.
//!
//! The memory is bounded; the log it is rebuilt from after a restart is the caller's
//! (a file, flash, a database): [`UseLog::append`] must return only when the record
//! is durable.

use crate::credential::{Challenge, LIFE_MAX};
use crate::{Step, part};
use std::collections::HashMap;

/// Acceptances remembered at most, unless told otherwise.
pub const REMEMBERED: usize = 100_000;
const CHECK_LEN: usize = 4;
/// Length, instant, purpose, amount, challenge told, challenge.
const FRONT: usize = 2 + 8 + 4 + 8 + 1 + 8;

/// Keeps records, one after another.
pub trait UseLog {
    /// Appends a record and returns when it is durable; else says why it is not.
    fn append(&mut self, record: &[u8]) -> Result<(), String>;
}

impl UseLog for Vec<u8> {
    fn append(&mut self, record: &[u8]) -> Result<(), String> {
        self.extend(record);
        Ok(())
    }
}

/// A code that was accepted offline, as it is handed in later: the region checks it
/// again, as of `at`, and finds what was used twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// When, seconds since 1970, by the terminal's clock.
    pub at: i64,
    /// What for, the five digits of a purpose.
    pub purpose: u32,
    /// What was settled, fen; 0 when nothing.
    pub amount_fen: u64,
    /// What the terminal asked the holder to sign.
    pub challenge: Option<Challenge>,
    /// The bytes of the code.
    pub code: Vec<u8>,
}

fn check(bytes: &[u8]) -> [u8; CHECK_LEN] {
    part(&suites::intl().digest(&[bytes]), 0)
}

impl Acceptance {
    /// Its record: length of all of it (two bytes), instant, purpose, amount, whether
    /// challenged, challenge or zeros, code, first four bytes of SHA-256 of all before.
    pub fn record(&self) -> Vec<u8> {
        let length = u16::try_from(FRONT + self.code.len() + CHECK_LEN).unwrap_or(u16::MAX);
        let mut record = Vec::with_capacity(usize::from(length));
        record.extend(length.to_be_bytes());
        record.extend(self.at.to_be_bytes());
        record.extend(self.purpose.to_be_bytes());
        record.extend(self.amount_fen.to_be_bytes());
        record.push(u8::from(self.challenge.is_some()));
        record.extend(self.challenge.unwrap_or_default());
        record.extend(&self.code);
        let check = check(&record);
        record.extend(check);
        record
    }

    /// The record at the start of some bytes, and its length; nothing when it is torn.
    pub fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let length = usize::from(u16::from_be_bytes(bytes.get(..2)?.try_into().ok()?));
        let record = bytes.get(..length)?;
        let end = length.checked_sub(CHECK_LEN).filter(|end| *end > FRONT)?;
        if check(&record[..end]) != record[end..] || record[22] > 1 {
            return None;
        }
        let acceptance = Self {
            at: i64::from_be_bytes(part(record, 2)),
            purpose: u32::from_be_bytes(part(record, 10)),
            amount_fen: u64::from_be_bytes(part(record, 14)),
            challenge: (record[22] == 1).then(|| part(record, 23)),
            code: record[FRONT..end].to_vec(),
        };
        Some((acceptance, length))
    }

    /// All records of a log, and how many of its bytes they take: what follows was torn
    /// by a power cut and never acknowledged.
    pub fn read_all(log: &[u8]) -> (Vec<Self>, usize) {
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some((acceptance, length)) = log.get(at..).and_then(Self::read) {
            found.push(acceptance);
            at += length;
        }
        (found, at)
    }
}

#[derive(Debug, Clone)]
struct Seen {
    expires_at: i64,
    spent_fen: u64,
    steps: Vec<(Step, i64)>,
}

/// The replay memory.
#[derive(Debug)]
pub(crate) struct Used {
    limit: usize,
    held: usize,
    by: HashMap<[u8; 16], Seen>,
}

impl Used {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, held: 0, by: HashMap::new() }
    }

    /// When the same step of the same credential was accepted here.
    pub(crate) fn at(&self, pseudonym: [u8; 16], step: Step) -> Option<i64> {
        let seen = self.by.get(&pseudonym)?;
        seen.steps.iter().find(|(used, _at)| *used == step).map(|(_used, at)| *at)
    }

    /// What was settled on the credential here, fen.
    pub(crate) fn spent_fen(&self, pseudonym: [u8; 16]) -> u64 {
        self.by.get(&pseudonym).map_or(0, |seen| seen.spent_fen)
    }

    /// Whether one more can be remembered; forgets credentials that have expired.
    pub(crate) fn has_room(&mut self, now: i64) -> bool {
        if self.held >= self.limit {
            self.by.retain(|_pseudonym, seen| seen.expires_at > now);
            self.held = self.by.values().map(|seen| seen.steps.len()).sum();
        }
        self.held < self.limit
    }

    pub(crate) fn remember(&mut self, pseudonym: [u8; 16], expires_at: i64, step: Step, at: i64, amount_fen: u64) {
        // A made-up expiry of long ago or far ahead keeps no memory longer.
        let expires_at = expires_at.min(at.saturating_add(LIFE_MAX));
        let seen = self.by.entry(pseudonym).or_insert(Seen { expires_at, spent_fen: 0, steps: Vec::new() });
        seen.expires_at = seen.expires_at.max(expires_at);
        seen.spent_fen = seen.spent_fen.saturating_add(amount_fen);
        seen.steps.push((step, at));
        self.held += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_log_gives_what_is_whole() {
        let one = Acceptance { at: 7, purpose: 1301, amount_fen: 5, challenge: Some([3; 8]), code: vec![1; 198] };
        let two = Acceptance { challenge: None, code: vec![2; 197], ..one.clone() };
        let log = [one.record(), two.record()].concat();
        assert_eq!(Acceptance::read_all(&log), (vec![one.clone(), two], log.len()));
        let first = one.record().len();
        for cut in first..log.len() {
            assert_eq!(Acceptance::read_all(&log[..cut]), (vec![one.clone()], first));
        }
        for bit in first * 8..log.len() * 8 {
            let mut broken = log.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Acceptance::read_all(&broken).0, vec![one.clone()], "bit {bit}");
        }
    }

    #[test]
    fn the_memory_is_bounded_and_forgets_what_expired() {
        let mut used = Used::new(3);
        for number in 0..3 {
            assert!(used.has_room(0));
            used.remember([number; 16], 100 + i64::from(number), Step(8), 1, 50);
        }
        assert!(!used.has_room(99));
        assert_eq!((used.at([1; 16], Step(8)), used.at([1; 16], Step(9))), (Some(1), None));
        assert!(used.has_room(101));
        assert_eq!((used.spent_fen([1; 16]), used.spent_fen([2; 16])), (0, 50));
    }
}
