//! Presenting a code: single use, card alive, then presence and what it opens.

use crate::codes::Opened;
use crate::store;
use crate::{Refusal, SCANNED};
use ::store::{Event, Sql as _, Tx};
use access::grant::GrantRow;
use kernel::time::MINUTE;
use kernel::{Actor, Error, InstitutionId, PersonId, PresenceId, Purpose};

/// How long a scan proves presence (reliability.md §8.2).
pub const PRESENCE_LIFE: i64 = 15 * MINUTE;

/// Somebody showed their code here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Its id.
    pub id: PresenceId,
    /// Who.
    pub person: PersonId,
    /// Where.
    pub institution: InstitutionId,
    /// For what.
    pub purpose: Purpose,
    /// When, microseconds UTC.
    pub proved_at: i64,
    /// Proves nothing from here on, microseconds UTC.
    pub expires_at: i64,
    /// The grant that it opened, if its purpose opens records.
    pub grant: Option<GrantRow>,
}

/// Accepts a true code of a person's card: marks it used, writes the presence and
/// the event, opens the visit's grant. Refuses a card that is unknown or revoked
/// and a code that was used, by whomever and however long ago. After the commit
/// the caller tells the gate to forget the person's grants.
pub fn present(
    tx: &mut Tx<'_>,
    opened: &Opened,
    person: PersonId,
    actor: &Actor,
    purpose: Purpose,
    place: &str,
) -> Result<Presence, Error> {
    let institution = actor.institution.ok_or(Refusal::InstitutionMissing)?;
    if !store::use_step(tx, person, opened.card(), opened.step())? {
        return Err(why_not(tx, opened, person)?.at("code"));
    }
    let now = tx.now();
    let mut presence = Presence {
        id: PresenceId(tx.new_id()),
        person,
        institution,
        purpose,
        proved_at: now,
        expires_at: now + PRESENCE_LIFE,
        grant: None,
    };
    store::insert_presence(tx, &presence, opened.card(), actor, place);
    tx.event(Event {
        person: Some(person),
        actor: Some(actor.id),
        institution: Some(institution),
        purpose: purpose.code,
        object: presence.id.to_string(),
        ..Event::of(&SCANNED)
    });
    presence.grant = access::grant::open(tx, actor, person, purpose, presence.id);
    Ok(presence)
}

/// Why a step could not be used.
fn why_not(tx: &mut Tx<'_>, opened: &Opened, person: PersonId) -> Result<Refusal, Error> {
    let now = tx.now();
    Ok(match store::card(tx, person, opened.card())? {
        None => Refusal::CardUnknown,
        Some(card) if !card.live(now) => Refusal::CardRevoked,
        Some(_) => Refusal::CodeUsed,
    })
}
