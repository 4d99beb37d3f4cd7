//! How fast one terminal may be wrong: guesses, replays and foreign codes drain a
//! bucket that fills again with time; good scans cost nothing (C10).

use kernel::ActorId;
use kernel::time::SECOND;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Refused codes a terminal may show in a row before it has to wait.
pub const BURST: i64 = 60;
/// One more becomes free in this time, microseconds.
pub const REFILL: i64 = SECOND;
/// Terminals remembered at most; those that may do everything are dropped first.
const TERMINALS_MAX: usize = 65_536;

/// The buckets of all terminals; one per node.
#[derive(Debug, Default)]
pub struct Pace {
    /// When each terminal's bucket will be full again, microseconds UTC.
    full_at: Mutex<HashMap<ActorId, i64>>,
}

impl Pace {
    /// Whole seconds until the terminal may try again; nothing when it may now.
    pub fn wait(&self, terminal: ActorId, now: i64) -> Option<i64> {
        let full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let over = full_at.get(&terminal).copied().unwrap_or(now) - now - (BURST - 1) * REFILL;
        (over > 0).then(|| (over + SECOND - 1) / SECOND)
    }

    /// Counts a refused code.
    pub fn drain(&self, terminal: ActorId, now: i64) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= TERMINALS_MAX {
            full_at.retain(|_, at| *at > now);
        }
        let at = full_at.entry(terminal).or_insert(now);
        *at = (*at).max(now) + REFILL;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_guesses_waits_and_others_do_not() {
        let pace = Pace::default();
        let (bad, good) = (ActorId(1), ActorId(2));
        let now = 1_000 * SECOND;
        for _ in 0..BURST {
            assert_eq!(pace.wait(bad, now), None);
            pace.drain(bad, now);
        }
        assert_eq!(pace.wait(bad, now), Some(1));
        assert_eq!(pace.wait(good, now), None);
        assert_eq!(pace.wait(bad, now + SECOND), None);
        pace.drain(bad, now + SECOND);
        assert_eq!(pace.wait(bad, now + SECOND), Some(1));
        assert_eq!(pace.wait(bad, now + 100 * SECOND), None, "the bucket fills again");
        // A clock that is set back locks nobody out for longer than the bucket lasts.
        assert!(pace.wait(bad, now).is_some_and(|wait| wait <= 2));
    }
}
