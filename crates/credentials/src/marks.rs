//! The marks of used codes, in memory: a code is accepted once (C2).
//!
//! A mark need not be kept for long: outside its minute a code is refused by its
//! time, so the set never holds more than the last few minutes, however many codes
//! a day brings. A scan claims its step here first, then writes the mark in the
//! grouped rows of its transaction; the table's key decides between processes, and
//! after a restart the table fills the set again (C11). A clock that is set back
//! finds the floor: steps before it were forgotten and are refused for ever.

use code::Step;
use code::time::{HALF_MINUTE, SUBS, WINDOW};
use kernel::time::{MINUTE, SECOND};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How long a mark is kept: the window of codes and room for the clocks of two
/// processes.
pub const MARKS_KEPT: i64 = 5 * MINUTE;
/// Parts of the set, each behind its own lock.
const SHARDS: usize = 32;

const _: () = assert!(MARKS_KEPT > 2 * WINDOW * SECOND);

/// Who claims: one per scan, the same when its transaction is run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(u64);

/// What shows a code: a card or a device, with its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark {
    /// The card's or device's number.
    pub minted_by: i64,
    /// Half minute and sub-counter.
    pub step: Step,
}

/// The marks of one half minute.
type Half = HashMap<(i64, u8), Ticket>;

/// The set; one per node.
#[derive(Debug)]
pub struct Marks {
    shards: Vec<Mutex<BTreeMap<u32, Half>>>,
    /// The first half minute whose marks are kept.
    floor: AtomicU32,
    tickets: AtomicU64,
}

fn half(step: Step) -> u32 {
    step.half_minute()
}

/// The sub-counter as a byte: 0 to 7.
fn sub(step: Step) -> u8 {
    step.sub().to_le_bytes()[0]
}

/// The first step of the half minute around an instant, microseconds UTC.
pub fn step_at(at: i64) -> Step {
    Step::at(at.div_euclid(SECOND))
}

impl Marks {
    /// An empty set whose steps before `floor` are refused.
    pub fn new(floor: Step) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, floor: AtomicU32::new(half(floor)), tickets: AtomicU64::new(1) }
    }

    /// A ticket nobody had.
    pub fn ticket(&self) -> Ticket {
        Ticket(self.tickets.fetch_add(1, Ordering::Relaxed))
    }

    fn shard(&self, minted_by: i64) -> std::sync::MutexGuard<'_, BTreeMap<u32, Half>> {
        // Ids differ in the counter at their low end and the time at their high end.
        let mixed = minted_by.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let at = usize::try_from(mixed).unwrap_or(0) % SHARDS;
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims a step; false when somebody else has it, or its time was forgotten.
    pub fn claim(&self, mark: Mark, ticket: Ticket) -> bool {
        let at = half(mark.step);
        if at < self.floor.load(Ordering::Acquire) {
            return false;
        }
        let mut shard = self.shard(mark.minted_by);
        let key = (mark.minted_by, sub(mark.step));
        *shard.entry(at).or_default().entry(key).or_insert(ticket) == ticket
    }

    /// Whether a step is taken; claims nothing.
    pub fn taken(&self, mark: Mark) -> bool {
        let at = half(mark.step);
        at < self.floor.load(Ordering::Acquire)
            || self
                .shard(mark.minted_by)
                .get(&at)
                .is_some_and(|half| half.contains_key(&(mark.minted_by, sub(mark.step))))
    }

    /// The highest sub-counter taken in the half minute of `step`.
    pub fn last_sub(&self, minted_by: i64, step: Step) -> Option<u32> {
        let shard = self.shard(minted_by);
        let half = shard.get(&half(step))?;
        (0..SUBS).rev().find(|sub| half.contains_key(&(minted_by, sub.to_le_bytes()[0])))
    }

    /// Gives a claim back whose transaction did not happen. One whose outcome is not
    /// known is never given back.
    pub fn release(&self, mark: Mark, ticket: Ticket) {
        let mut shard = self.shard(mark.minted_by);
        if let Some(half) = shard.get_mut(&half(mark.step)) {
            let key = (mark.minted_by, sub(mark.step));
            if half.get(&key) == Some(&ticket) {
                half.remove(&key);
            }
        }
    }

    /// Takes in a mark that the table holds.
    pub fn learn(&self, mark: Mark) {
        self.claim(mark, Ticket(0));
    }

    /// The step before which marks may be forgotten at `now`.
    pub fn forgettable(now: i64) -> Step {
        step_at(now - MARKS_KEPT)
    }

    /// Forgets the marks before a step and refuses them from here on; the floor
    /// never sinks.
    pub fn forget(&self, before: Step) {
        let floor = half(before).max(self.floor.fetch_max(half(before), Ordering::AcqRel));
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            *shard = shard.split_off(&floor);
        }
    }

    /// How many marks are held.
    pub fn len(&self) -> usize {
        let count = |shard: &Mutex<BTreeMap<u32, Half>>| {
            shard.lock().unwrap_or_else(PoisonError::into_inner).values().map(HashMap::len).sum::<usize>()
        };
        self.shards.iter().map(count).sum()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Scans a second at the rate that felled a province's health code in 2022 fill the
/// set to this many marks at most.
pub const MARKS_AT_PEAK: i64 = 23_300 * (MARKS_KEPT / SECOND + HALF_MINUTE);

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_794_966_000 * SECOND;

    fn mark(minted_by: i64, at: i64) -> Mark {
        Mark { minted_by, step: step_at(at) }
    }

    #[test]
    fn one_claim_wins_and_may_claim_again() {
        let marks = Marks::new(Step(0));
        let (one, other) = (marks.ticket(), marks.ticket());
        assert!(marks.claim(mark(7, NOW), one));
        assert!(marks.claim(mark(7, NOW), one), "the same scan runs again after a conflict");
        assert!(!marks.claim(mark(7, NOW), other));
        assert!(marks.claim(mark(8, NOW), other));
        marks.release(mark(7, NOW), other);
        assert!(marks.taken(mark(7, NOW)), "only who claimed gives back");
        marks.release(mark(7, NOW), one);
        assert!(marks.claim(mark(7, NOW), other));
        assert_eq!(marks.last_sub(7, step_at(NOW)), Some(0));
        assert_eq!(marks.last_sub(9, step_at(NOW)), None);
    }

    #[test]
    fn what_is_forgotten_is_refused_also_when_the_clock_is_set_back() {
        let marks = Marks::new(Step(0));
        let ticket = marks.ticket();
        assert!(marks.claim(mark(7, NOW), ticket) && marks.claim(mark(7, NOW + 10 * MINUTE), ticket));
        marks.forget(Marks::forgettable(NOW + 10 * MINUTE));
        assert_eq!(marks.len(), 1);
        assert!(!marks.claim(mark(7, NOW), marks.ticket()));
        assert!(!marks.claim(mark(9, NOW), marks.ticket()), "nobody knows any more who used it");
        marks.forget(Step(0));
        assert!(marks.taken(mark(9, NOW)), "the floor never sinks");
    }

    #[test]
    fn fifty_threads_claim_one_step_and_one_wins() {
        let marks = Marks::new(Step(0));
        let won = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| {
                    if marks.claim(mark(7, NOW), marks.ticket()) {
                        won.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(won.load(Ordering::Relaxed), 1);
    }

    /// A day of a hundred million scans leaves no more than its last minutes.
    #[test]
    fn a_day_of_scans_holds_its_last_minutes_only() {
        let marks = Marks::new(Step(0));
        let ticket = marks.ticket();
        let mut most = 0;
        for minute in 0..120 {
            let now = NOW + minute * MINUTE;
            for scan in 0..700 {
                assert!(marks.claim(mark(minute * 1_000 + scan, now), ticket));
            }
            marks.forget(Marks::forgettable(now));
            most = most.max(marks.len());
        }
        assert!(most <= 700 * 6, "{most}");
        const { assert!(MARKS_AT_PEAK < 8_000_000) };
    }
}
