//! Ceremonies of passkeys that have begun: kept here between the two requests,
//! each finished at most once, within five minutes, and not too many of them.

use kernel::World;
use kernel::time::MINUTE;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long a ceremony may take.
pub(crate) const CEREMONY_LIFE: i64 = 5 * MINUTE;

/// Begun ceremonies by random id; when there is no room, the oldest gives way.
pub(crate) struct Ceremonies<T> {
    begun: Mutex<HashMap<String, (i64, T)>>,
    max: usize,
}

impl<T> Ceremonies<T> {
    pub(crate) fn new(max: usize) -> Self {
        Self { begun: Mutex::new(HashMap::new()), max }
    }

    /// Keeps a ceremony; answers the id that its browser sends back.
    pub(crate) fn begin(&self, world: &World, state: T) -> String {
        let (id, now) = (crate::passkeys::base64url(&world.chance().key()), world.now());
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.len() >= self.max {
            begun.retain(|_, (until, _)| now < *until);
        }
        if begun.len() >= self.max {
            let oldest = begun.iter().min_by_key(|(_, (until, _))| *until).map(|(id, _)| id.clone());
            oldest.and_then(|id| begun.remove(&id));
        }
        begun.insert(id.clone(), (now + CEREMONY_LIFE, state));
        id
    }

    /// Takes a ceremony out; nothing when unknown, finished or too old.
    pub(crate) fn take(&self, world: &World, id: &str) -> Option<T> {
        let (until, state) = self.begun.lock().unwrap_or_else(PoisonError::into_inner).remove(id)?;
        (world.now() < until).then_some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceremony_is_finished_once_and_in_time() {
        let (world, clock) = World::frozen(1_000, 7);
        let ceremonies = Ceremonies::new(2);
        let first = ceremonies.begin(&world, 1);
        assert_eq!(ceremonies.take(&world, &first), Some(1));
        assert_eq!(ceremonies.take(&world, &first), None);
        let late = ceremonies.begin(&world, 2);
        clock.advance(CEREMONY_LIFE);
        assert_eq!(ceremonies.take(&world, &late), None);
    }

    #[test]
    fn the_oldest_gives_way() {
        let (world, clock) = World::frozen(1_000, 7);
        let ceremonies = Ceremonies::new(2);
        let ids: Vec<String> = (1..=3)
            .map(|state| {
                clock.advance(1);
                ceremonies.begin(&world, state)
            })
            .collect();
        let left: Vec<Option<i32>> = ids.iter().map(|id| ceremonies.take(&world, id)).collect();
        assert_eq!(left, [None, Some(2), Some(3)]);
    }
}
