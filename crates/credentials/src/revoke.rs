//! Revoking a card: it shows nothing from the commit on (C5).

use crate::REVOKED;
use crate::store;
use ::store::{Event, Tx};
use kernel::{Actor, CardId, Error, PersonId};

/// Revokes a person's card; false when it was revoked already.
pub fn revoke(tx: &mut Tx<'_>, person: PersonId, card: CardId, actor: &Actor) -> Result<bool, Error> {
    let revoked = store::revoke(tx, person, card)?;
    if revoked {
        tx.event(Event {
            person: Some(person),
            actor: Some(actor.id),
            institution: actor.institution,
            object: card.to_string(),
            ..Event::of(&REVOKED)
        });
    }
    Ok(revoked)
}
