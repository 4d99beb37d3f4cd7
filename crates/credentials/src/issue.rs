//! Issuing a card: at a staffed desk at once, or applied for and activated later.

use crate::rules::card::{LABEL_MAX, Medium, Proof, State};
use crate::{ISSUED, store};
use ::store::{Event, Sql as _, Tx};
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
    /// Until when it shows codes, microseconds UTC; as long as its medium lives when
    /// nothing.
    pub expires_at: Option<i64>,
}

/// How a card begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Applied or active.
    pub state: State,
    /// How sure it is whose it is.
    pub proof: Proof,
    /// The mandate under which somebody else shows it; 0 for none.
    pub mandate: i64,
}

impl Standing {
    /// A card that a clerk gives out after seeing the document.
    pub const AT_DESK: Self = Self { state: State::Active, proof: Proof::Document, mandate: 0 };
}

/// Issues a card that shows codes at once; refuses a label over its limit.
pub fn issue(tx: &mut Tx<'_>, new: &NewCard<'_>) -> Result<CardId, Error> {
    issue_as(tx, new, Standing::AT_DESK)
}

/// Issues a card in a stage, with what is known of its owner.
pub fn issue_as(tx: &mut Tx<'_>, new: &NewCard<'_>, standing: Standing) -> Result<CardId, Error> {
    if new.label.chars().count() > LABEL_MAX {
        return Err(web::Refusal::BodyInvalid.at("label").with(format!("at most {LABEL_MAX} characters")));
    }
    let id = CardId(tx.new_id());
    let now = tx.now();
    let expires_at = new.expires_at.or_else(|| new.medium.life().map(|life| now + life));
    store::insert_card(tx, id, &NewCard { expires_at, ..*new }, standing);
    tx.event(Event {
        person: Some(new.person),
        actor: new.issuer,
        institution: new.institution,
        object: id.to_string(),
        detail: Some(
            format!("{{\"medium\":\"{}\",\"proof\":\"{}\"}}", new.medium.name(), standing.proof.name()).into_bytes(),
        ),
        ..Event::of(&ISSUED)
    });
    Ok(id)
}
