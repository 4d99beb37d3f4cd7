//! Presenting a code: what a good scan writes, and what it opens.

use crate::ended::Ended;
use crate::marks::Mark;
use crate::rules::carrier::{Carrier, Level};
use crate::rules::mandate::Mandate;
use crate::store;
use crate::{Refusal, SCANNED};
use ::store::{Event, Sql as _, Tx};
use access::grant::GrantRow;
use kernel::time::MINUTE;
use kernel::{Actor, CardId, Error, InstitutionId, PersonId, PresenceId, Purpose};

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
    /// What was shown.
    pub carrier: Carrier,
    /// How sure it is that the person stands here.
    pub level: Level,
    /// Who showed it in the person's stead.
    pub holder: Option<PersonId>,
    /// Under which mandate; 0 for none.
    pub mandate: i64,
    /// Up to which amount a settlement may go, in fen.
    pub limit_fen: Option<i64>,
    /// When, microseconds UTC.
    pub proved_at: i64,
    /// Proves nothing from here on, microseconds UTC.
    pub expires_at: i64,
    /// The grant that it opened, if its purpose opens records.
    pub grant: Option<GrantRow>,
}

/// What was shown, looked up and found good.
#[derive(Debug, Clone)]
pub(crate) struct Showing {
    /// Whose code.
    pub(crate) person: PersonId,
    /// By which card; 0 when a document was shown instead of one.
    pub(crate) card: CardId,
    /// The mark that is used up; nothing for documents.
    pub(crate) mark: Option<Mark>,
    /// What was shown.
    pub(crate) carrier: Carrier,
    /// Who shows it in the person's stead.
    pub(crate) mandate: Option<Mandate>,
}

/// Writes a presence whose mark the caller claimed: the mark, the presence, the
/// event, the visit's grant. Refuses a card or device that ended since it was
/// looked up. After the commit the caller tells the gate to forget the person's
/// grants.
pub(crate) fn present(
    tx: &mut Tx<'_>,
    ended: &Ended,
    showing: &Showing,
    actor: &Actor,
    purpose: Purpose,
    place: &str,
) -> Result<Presence, Error> {
    let institution = actor.institution.ok_or(Refusal::InstitutionMissing)?;
    let minter = showing.mark.map(|mark| mark.minted_by);
    if ended.has(showing.card.0) || minter.is_some_and(|minter| ended.has(minter)) {
        return Err(Refusal::CodeRefused.at("code"));
    }
    if let Some(mark) = showing.mark {
        store::marks::insert(tx, mark);
    }
    let now = tx.now();
    let mut presence = Presence {
        id: PresenceId(tx.new_id()),
        person: showing.person,
        institution,
        purpose,
        carrier: showing.carrier,
        level: showing.carrier.level(),
        holder: showing.mandate.as_ref().map(|mandate| mandate.holder),
        mandate: showing.mandate.as_ref().map_or(0, |mandate| mandate.id),
        limit_fen: showing.mandate.as_ref().and_then(|mandate| mandate.limit_fen),
        proved_at: now,
        expires_at: now + PRESENCE_LIFE,
        grant: None,
    };
    tx.event(Event {
        person: Some(showing.person),
        actor: Some(actor.id),
        institution: Some(institution),
        purpose: purpose.code,
        object: presence.id.to_string(),
        ..Event::of(&SCANNED)
    });
    presence.grant = access::grant::open(tx, actor, showing.person, purpose, presence.id);
    store::presences::insert(tx, &presence, showing.card, actor, place);
    Ok(presence)
}
