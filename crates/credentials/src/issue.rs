//! Issuing a card.

use crate::ISSUED;
use crate::rules::card::{LABEL_MAX, Medium};
use crate::store;
use ::store::{Event, Tx};
use kernel::{ActorId, CardId, Error, InstitutionId, PersonId};

/// A card to be issued.
#[derive(Debug, Clone, Copy)]
pub struct NewCard<'a> {
    /// Whose; the caller has made sure that there is such a person.
    pub person: PersonId,
    /// What carries it.
    pub medium: Medium,
    /// What its owner calls it, at most [`LABEL_MAX`] characters.
    pub label: &'a str,
    /// Who issues it; nobody for the node itself.
    pub issuer: Option<ActorId>,
    /// Where.
    pub institution: Option<InstitutionId>,
    /// Until when it shows codes, microseconds UTC; for ever when nothing.
    pub expires_at: Option<i64>,
}

/// Issues a card; refuses a label over its limit.
pub fn issue(tx: &mut Tx<'_>, new: &NewCard<'_>) -> Result<CardId, Error> {
    if new.label.chars().count() > LABEL_MAX {
        return Err(web::Refusal::BodyInvalid.at("label").with(format!("at most {LABEL_MAX} characters")));
    }
    let id = CardId(tx.new_id());
    store::insert_card(tx, id, new);
    tx.event(Event {
        person: Some(new.person),
        actor: new.issuer,
        institution: new.institution,
        object: id.to_string(),
        ..Event::of(&ISSUED)
    });
    Ok(id)
}
