//! What happens to a card between its issue and its end: activated, suspended,
//! resumed, reported lost, revoked, replaced, run out. Whatever ends or rests shows
//! nothing from the commit on (C5).

use crate::rules::card::{Act, Card, State};
use crate::{Credentials, MOVED, NewCard, REVOKED, Refusal, Standing, issue_as, store};
use ::store::{Event, Sql as _, Tx};
use kernel::{Actor, CardId, Error, EventName, PersonId};

/// The card of a person, or that there is none.
pub(crate) fn known(tx: &mut Tx<'_>, person: PersonId, card: CardId) -> Result<Card, Error> {
    store::card(tx, person, card)?.ok_or_else(|| web::Refusal::NotFound.at("card"))
}

fn logged(tx: &mut Tx<'_>, name: &'static EventName, card: &Card, then: State, actor: Option<&Actor>) {
    let detail = format!("{{\"from\":\"{}\",\"to\":\"{}\"}}", card.state.name(), then.name());
    tx.event(Event {
        person: Some(card.person),
        actor: actor.map(|actor| actor.id),
        institution: actor.and_then(|actor| actor.institution),
        object: card.id.to_string(),
        detail: Some(detail.into_bytes()),
        ..Event::of(name)
    });
}

fn moved(
    tx: &mut Tx<'_>,
    credentials: &Credentials,
    card: &Card,
    what: Act,
    actor: Option<&Actor>,
) -> Result<State, Error> {
    let now = tx.now();
    if card.ran_out(now) && what != Act::Expire {
        return Err(Refusal::CardEnded.at("card"));
    }
    let then = card.state.after(what).map_err(|refusal| refusal.at("card"))?;
    if !store::set_state(tx, card, then)? {
        return Err(Refusal::StageWrong.at("card"));
    }
    if then == State::Active {
        credentials.ended.forget(card.id.0);
    } else {
        credentials.ended.tell(card.id.0, now);
    }
    if then.ended() {
        store::numbers::free(tx, card.id)?;
    }
    logged(tx, if then == State::Revoked { &REVOKED } else { &MOVED }, card, then, actor);
    Ok(then)
}

impl Credentials {
    /// A person's cards, newest first, also those that somebody else shows for them.
    pub async fn cards(&self, person: PersonId) -> Result<Vec<Card>, Error> {
        self.db.read(move |sql| Ok(store::cards(sql, person)?)).await
    }
}

/// Does something with a person's card; answers where it stands then. Refuses what
/// its stage does not allow.
pub fn act(
    tx: &mut Tx<'_>,
    credentials: &Credentials,
    (person, card): (PersonId, CardId),
    what: Act,
    actor: &Actor,
) -> Result<State, Error> {
    let card = known(tx, person, card)?;
    moved(tx, credentials, &card, what, Some(actor))
}

/// Revokes a person's card; false when it had ended already.
pub fn revoke(
    tx: &mut Tx<'_>,
    credentials: &Credentials,
    (person, card): (PersonId, CardId),
    actor: &Actor,
) -> Result<bool, Error> {
    let card = known(tx, person, card)?;
    if card.state.ended() {
        return Ok(false);
    }
    moved(tx, credentials, &card, Act::Revoke, Some(actor)).map(|_state| true)
}

/// Ends a card by its successor, which has its medium, its owner, its mandate and
/// its proof; answers the new card.
pub fn replace(
    tx: &mut Tx<'_>,
    credentials: &Credentials,
    (person, card): (PersonId, CardId),
    label: &str,
    actor: &Actor,
) -> Result<CardId, Error> {
    let old = known(tx, person, card)?;
    moved(tx, credentials, &old, Act::Replace, Some(actor))?;
    let new = NewCard {
        person,
        medium: old.medium,
        label: if label.is_empty() { &old.label } else { label },
        issuer: Some(actor.id),
        institution: actor.institution,
        expires_at: None,
    };
    issue_as(tx, &new, Standing { state: State::Active, proof: old.proof, mandate: old.mandate })
}

/// Writes down that a card ran out; nothing when somebody ended it meanwhile.
pub(crate) fn expire(tx: &mut Tx<'_>, credentials: &Credentials, card: &Card) -> Result<(), Error> {
    let Some(card) = store::card(tx, card.person, card.id)? else { return Ok(()) };
    let now = tx.now();
    if card.ran_out(now) { moved(tx, credentials, &card, Act::Expire, None).map(drop) } else { Ok(()) }
}
