//! When the insured place does not answer: after a few settles in a row that were not
//! heard, new ones are turned away at once for a while, instead of each waiting for its
//! answer in front of a patient (insurance.md §5.6). Nothing is worked out elsewhere
//! meanwhile. Questions and reversals go on, and the first answer ends it.

use crate::place::{Answering, InsuredPlace, Order};
use crate::rules::ask::{Found, Outcome};
use kernel::time::SECOND;
use kernel::{SettlementId, World};
use std::sync::{Arc, Mutex, PoisonError};

/// Settles in a row that were not heard, before others are turned away.
pub const SILENT_MAX: u32 = 3;
/// How long others are turned away before one is tried again.
pub const REST: i64 = 15 * SECOND;
/// Who waited for so long waited for the place, not for its own caller to hang up;
/// a little less than an answer may take.
const PATIENCE: i64 = 9 * SECOND;
/// What who is turned away is told (insurance.md §4.11).
const UNAVAILABLE: &str = "INSURED_PLACE_UNAVAILABLE";

#[derive(Debug, Default)]
struct State {
    silent: u32,
    until: i64,
}

/// What is known of the line to an insured place; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Breaker(Arc<Mutex<State>>);

impl Breaker {
    /// Whether settles are turned away at an instant.
    pub fn rests(&self, now: i64) -> bool {
        now < self.0.lock().unwrap_or_else(PoisonError::into_inner).until
    }

    fn heard(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    fn silent(&self, now: i64) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.silent = state.silent.saturating_add(1);
        if state.silent >= SILENT_MAX {
            state.until = now.saturating_add(REST);
        }
    }
}

/// A place behind a breaker.
pub struct Guarded<'p> {
    place: &'p dyn InsuredPlace,
    breaker: Breaker,
    world: World,
}

impl<'p> Guarded<'p> {
    /// Guards a place.
    pub fn new(place: &'p dyn InsuredPlace, breaker: &Breaker, world: &World) -> Self {
        Self { place, breaker: breaker.clone(), world: world.clone() }
    }

    async fn listening<T>(&self, answering: Answering<'_, T>) -> Outcome<T> {
        let mut waiting = Waiting { guarded: self, since: self.world.now(), heard: None };
        let outcome = answering.await;
        waiting.heard = Some(!matches!(outcome, Outcome::Unknown));
        outcome
    }
}

/// Somebody waits for an answer. Who gave up when the time for it was over heard
/// nothing; who hung up earlier says nothing about the place.
struct Waiting<'g, 'p> {
    guarded: &'g Guarded<'p>,
    since: i64,
    heard: Option<bool>,
}

impl Drop for Waiting<'_, '_> {
    fn drop(&mut self) {
        let now = self.guarded.world.now();
        match self.heard {
            Some(true) => self.guarded.breaker.heard(),
            Some(false) => self.guarded.breaker.silent(now),
            None if now.saturating_sub(self.since) >= PATIENCE => self.guarded.breaker.silent(now),
            None => {}
        }
    }
}

impl InsuredPlace for Guarded<'_> {
    fn settle<'a>(&'a self, order: &'a Order) -> Answering<'a, SettlementId> {
        Box::pin(async move {
            if self.breaker.rests(self.world.now()) {
                return Outcome::Refused(UNAVAILABLE.into());
            }
            self.listening(self.place.settle(order)).await
        })
    }

    fn query<'a>(&'a self, order: &'a Order) -> Answering<'a, Found> {
        Box::pin(self.listening(self.place.query(order)))
    }

    fn reverse<'a>(&'a self, order: &'a Order) -> Answering<'a, ()> {
        Box::pin(self.listening(self.place.reverse(order)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future as _;

    /// A place that never answers.
    struct Mute;

    impl InsuredPlace for Mute {
        fn settle<'a>(&'a self, _: &'a Order) -> Answering<'a, SettlementId> {
            Box::pin(std::future::pending())
        }

        fn query<'a>(&'a self, _: &'a Order) -> Answering<'a, Found> {
            Box::pin(std::future::pending())
        }

        fn reverse<'a>(&'a self, _: &'a Order) -> Answering<'a, ()> {
            Box::pin(std::future::pending())
        }
    }

    #[test]
    fn who_hangs_up_early_says_nothing_about_the_place() {
        let (world, clock) = World::frozen(0, 1);
        let breaker = Breaker::default();
        let guarded = Guarded::new(&Mute, &breaker, &world);
        let given_up_after = |wait: i64| {
            let mut asked = Box::pin(guarded.listening::<()>(Box::pin(std::future::pending())));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(asked.as_mut().poll(&mut context).is_pending());
            clock.advance(wait);
        };
        (0..2 * SILENT_MAX).for_each(|_| given_up_after(SECOND));
        assert!(!breaker.rests(world.now()), "callers went away");
        (0..SILENT_MAX).for_each(|_| given_up_after(10 * SECOND));
        assert!(breaker.rests(world.now()), "nobody was answered");
    }
}
