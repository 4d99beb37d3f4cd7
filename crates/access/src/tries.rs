//! Limits of signing in: when a name rests after wrong tries, and how many
//! passwords are hashed at once.
//!
//! Wrong tries of people with a password are kept in the database ([`crate::sign_in`]
//! writes them). Names without one are remembered here, in memory only, so that
//! they rest in the same way and nobody can tell which names exist, while nobody
//! can fill a table with invented names either.

use kernel::time::MINUTE;
use kernel::{Error, Fault, FaultKind};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, TryAcquireError};

/// Wrong tries in a row after which a name rests.
pub(crate) const FAILURES_MAX: i64 = 5;
/// How long it rests.
pub(crate) const REST: i64 = 15 * MINUTE;
/// Names without a password remembered at most; then all are forgotten. Each
/// costs its sender a whole password hash, so forgetting cannot be forced cheaply.
const NAMES_MAX: usize = 65_536;
/// Passwords hashed at the same time, 19 MiB each.
const HASHING_MAX: usize = 4;
/// Sign-ins that may wait for their turn to hash; the next is told to come again.
const WAITING_MAX: usize = 64;

/// Where a name stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Wrong tries in a row.
    pub(crate) failures: i64,
    /// No try before, microseconds UTC; 0 when it does not rest.
    pub(crate) locked_until: i64,
}

impl Standing {
    /// Whether no try is taken now.
    pub(crate) fn rests(self, now: i64) -> bool {
        now < self.locked_until
    }

    /// After one more wrong try.
    pub(crate) fn after_failure(self, now: i64) -> Self {
        let failures = self.failures + 1;
        if failures >= FAILURES_MAX {
            return Self { failures: 0, locked_until: now + REST };
        }
        Self { failures, locked_until: 0 }
    }
}

/// One per gate.
pub(crate) struct Tries {
    names: Mutex<HashMap<[u8; 32], Standing>>,
    waiting: Arc<Semaphore>,
    hashing: Arc<Semaphore>,
}

impl Tries {
    pub(crate) fn new() -> Self {
        Self {
            names: Mutex::new(HashMap::new()),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            hashing: Arc::new(Semaphore::new(HASHING_MAX)),
        }
    }

    /// Where a name without a password stands.
    pub(crate) fn of_unknown(&self, name: &str) -> Standing {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(&key(name)).copied().unwrap_or_default()
    }

    /// Counts a wrong try of a name without a password; false when it rests already.
    pub(crate) fn fail_unknown(&self, name: &str, now: i64) -> bool {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = names.get(&key(name)).copied().unwrap_or_default();
        if standing.rests(now) {
            return false;
        }
        if names.len() >= NAMES_MAX {
            names.clear();
        }
        names.insert(key(name), standing.after_failure(now));
        true
    }

    /// Runs a password hash on a thread made for waiting, a few at a time. The
    /// places are held until the hash is done, even when its caller has gone.
    pub(crate) async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let place = self.waiting.clone().try_acquire_owned().map_err(|error| match error {
            TryAcquireError::NoPermits => Fault::new(FaultKind::Busy, "too many sign-ins are waiting"),
            TryAcquireError::Closed => Fault::broken("the queue of sign-ins is closed"),
        })?;
        let turn =
            self.hashing.clone().acquire_owned().await.map_err(|error| {
                Fault::from_source(FaultKind::Broken, "waiting for a turn to hash a password", error)
            })?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop((place, turn));
            result
        });
        done.await.map_err(|error| Fault::from_source(FaultKind::Broken, "hashing a password", error).into())
    }
}

fn key(name: &str) -> [u8; 32] {
    Sha256::digest(name.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_wrong_try_lets_a_name_rest() {
        let mut standing = Standing::default();
        for _ in 1..FAILURES_MAX {
            standing = standing.after_failure(10);
            assert!(!standing.rests(10), "{standing:?}");
        }
        standing = standing.after_failure(10);
        assert!(standing.rests(10) && standing.rests(10 + REST - 1) && !standing.rests(10 + REST));
        assert_eq!(standing.after_failure(10 + REST), Standing { failures: 1, locked_until: 0 });
    }

    #[test]
    fn unknown_names_rest_alike() {
        let tries = Tries::new();
        for _ in 0..FAILURES_MAX {
            assert!(tries.fail_unknown("nobody", 1));
        }
        assert!(tries.of_unknown("nobody").rests(1));
        assert!(!tries.fail_unknown("nobody", 1));
        assert_eq!(tries.of_unknown("somebody"), Standing::default());
        assert!(tries.fail_unknown("nobody", 1 + REST));
    }
}
