//! Messages that come twice at the same moment run one after the other, so that the
//! second finds what the first did instead of running into it. Of this process only:
//! between processes the database's keys decide.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// Places in which messages wait; two that share one by chance wait a little longer.
const PLACES: usize = 1_024;

/// Who runs now; cheap to clone.
#[derive(Clone)]
pub(super) struct Twins {
    places: Arc<[Mutex<()>]>,
    hasher: RandomState,
}

impl Default for Twins {
    fn default() -> Self {
        Self { places: (0..PLACES).map(|_| Mutex::new(())).collect(), hasher: RandomState::new() }
    }
}

impl Twins {
    /// Waits until no twin of a message runs.
    pub(super) async fn alone(&self, institution: i64, msgid: &str) -> Option<MutexGuard<'_, ()>> {
        let hash = self.hasher.hash_one((institution, msgid));
        let place = usize::try_from(hash % u64::try_from(PLACES).unwrap_or(1)).unwrap_or(0);
        match self.places.get(place) {
            Some(place) => Some(place.lock().await),
            None => None,
        }
    }
}
