//! What the program is handed at start: clock, chance, and the mint of ids.

use crate::chance::{Chance, OsChance, SeededChance};
use crate::id::Ids;
use crate::time::{Clock, FrozenClock, SystemClock};
use std::sync::Arc;

/// Time, chance and fresh ids; cheap to clone, one per process.
#[derive(Debug, Clone)]
pub struct World {
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    ids: Arc<Ids>,
}

impl World {
    /// The machine's clock and randomness.
    pub fn real() -> Self {
        Self::of(Arc::new(SystemClock), Arc::new(OsChance))
    }

    /// A world of given clock and chance.
    pub fn of(clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Self {
        Self { clock, chance, ids: Arc::new(Ids::above(0)) }
    }

    /// A frozen, seeded world for tests, with the handle that moves its clock.
    pub fn frozen(at: i64, seed: u64) -> (Self, Arc<FrozenClock>) {
        let clock = Arc::new(FrozenClock::at(at));
        (Self::of(clock.clone(), Arc::new(SeededChance::new(seed))), clock)
    }

    /// Microseconds since 1970 UTC.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// The source of randomness.
    pub fn chance(&self) -> &dyn Chance {
        self.chance.as_ref()
    }

    /// A fresh time-sorted id.
    pub fn new_id(&self) -> i64 {
        let noise = u32::from_le_bytes(self.chance.number().to_le_bytes()[..4].try_into().unwrap_or([0; 4]));
        self.ids.mint(self.clock.now(), noise)
    }
}
