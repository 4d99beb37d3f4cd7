//! A newborn without a number and a person brought in without papers get a code at
//! once, as a provisional person; when it is known who they are, their cards and
//! presences become the person's own.

use crate::rules::card::{Act, Medium};
use crate::{Credentials, MERGED, Refusal, life, store};
use ::store::{Event, Tx};
use kernel::{Actor, Error, PersonId};

/// Gives everything of a provisional person to the real one: presences stay to be
/// seen, devices and mandates go on, the provisional cards end. Refuses somebody
/// who has any other card: those are two persons, and joining them is the index
/// office's.
pub fn merge(
    tx: &mut Tx<'_>,
    credentials: &Credentials,
    from: PersonId,
    into: PersonId,
    actor: &Actor,
) -> Result<u64, Error> {
    let cards = store::cards(tx, from)?;
    let provisional = |medium: Medium| matches!(medium, Medium::Infant | Medium::Temporary);
    // Cards shown under a mandate are a guardian's, and go along.
    let only = cards.iter().all(|card| provisional(card.medium) || card.mandate != 0);
    if from == into || cards.is_empty() || !only {
        return Err(Refusal::MergeRefused.at("from"));
    }
    let moved = store::move_person(tx, from, into)?;
    for card in cards.iter().filter(|card| provisional(card.medium) && !card.state.ended()) {
        life::act(tx, credentials, (into, card.id), Act::Replace, actor)?;
    }
    for person in [from, into] {
        tx.event(Event {
            person: Some(person),
            actor: Some(actor.id),
            institution: actor.institution,
            object: from.to_string(),
            ..Event::of(&MERGED)
        });
    }
    Ok(moved)
}
