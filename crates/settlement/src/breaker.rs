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
        let mut waiting = Waiting { guarded: self, heard: false };
        let outcome = answering.await;
        waiting.heard = !matches!(outcome, Outcome::Unknown);
        outcome
    }
}

/// Somebody waits for an answer; who gives up waiting heard nothing.
struct Waiting<'g, 'p> {
    guarded: &'g Guarded<'p>,
    heard: bool,
}

impl Drop for Waiting<'_, '_> {
    fn drop(&mut self) {
        if self.heard {
            self.guarded.breaker.heard();
        } else {
            self.guarded.breaker.silent(self.guarded.world.now());
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
