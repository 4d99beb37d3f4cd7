//! Cards, devices and presences that ended a moment ago, in memory: what ends
//! between a scan's look-up and its transaction is refused all the same. Every
//! scan reads the committed stage of its card, so this set only covers the moment
//! between; entries older than that are dropped.

use kernel::time::MINUTE;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long an end is remembered: longer than any scan takes.
const REMEMBERED: i64 = 5 * MINUTE;
/// Ends remembered before old ones are looked for.
const TIDY_AT: usize = 4_096;

/// What ended lately; one per node.
#[derive(Debug, Default)]
pub struct Ended {
    at: Mutex<HashMap<i64, i64>>,
}

impl Ended {
    /// Something with this number ended; called inside the transaction that ends
    /// it: if that fails, a scan of the next minutes is refused too much, never
    /// accepted too much.
    pub fn tell(&self, number: i64, now: i64) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if at.len() >= TIDY_AT {
            at.retain(|_, ended_at| now - *ended_at < REMEMBERED);
        }
        at.insert(number, now);
    }

    /// It goes on after all: it was resumed, or its end did not happen.
    pub fn forget(&self, number: i64) {
        self.at.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
    }

    /// Whether it ended lately.
    pub fn has(&self, number: i64) -> bool {
        self.at.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_remembered_until_it_is_taken_back() {
        let ended = Ended::default();
        assert!(!ended.has(7));
        ended.tell(7, 0);
        assert!(ended.has(7) && !ended.has(8));
        ended.forget(7);
        assert!(!ended.has(7));
        for number in 0..5_000 {
            ended.tell(number, number * MINUTE);
        }
        assert!(!ended.has(1) && ended.has(4_999));
    }
}
