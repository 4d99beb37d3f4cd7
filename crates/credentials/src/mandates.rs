//! Giving and ending leave to show a code for somebody. A person names their own
//! delegates; a guardian is recorded at a staffed desk by the document.

use crate::rules::card::{Medium, Proof, State};
use crate::rules::mandate::{MANDATES_MAX, Mandate, MandateKind};
use crate::{Credentials, MANDATE_ENDED, MANDATE_GIVEN, NewCard, Refusal, Standing, issue_as, life, store};
use ::store::{Event, Sql as _, Tx};
use identity::Identifier;
use kernel::{Actor, CardId, Error, InstitutionId, PersonId, Purpose};

/// A mandate to be given.
#[derive(Debug, Clone)]
pub struct NewMandate {
    /// For whom.
    pub person: PersonId,
    /// Who may.
    pub holder: PersonId,
    /// Why.
    pub kind: MandateKind,
    /// For what; nothing means everything.
    pub purposes: Vec<Purpose>,
    /// Until when, microseconds UTC.
    pub until_at: Option<i64>,
    /// Up to which amount, in fen.
    pub limit_fen: Option<i64>,
}

/// Gives a mandate, with the card under which its holder's devices will show codes;
/// refuses limits that cannot be and more than one person can give.
pub fn give(tx: &mut Tx<'_>, new: &NewMandate, actor: &Actor) -> Result<(Mandate, CardId), Error> {
    let now = tx.now();
    let mandate = Mandate {
        id: tx.new_id(),
        person: new.person,
        holder: new.holder,
        kind: new.kind,
        purposes: new.purposes.clone(),
        until_at: new.until_at,
        limit_fen: new.limit_fen,
        ended_at: None,
    };
    mandate.sound(now).map_err(|refusal| refusal.at("mandate"))?;
    let open = store::mandates::given(tx, new.person)?;
    let open = open.iter().filter(|one| one.ended_at.is_none() && one.until_at.is_none_or(|until| until > now));
    if open.count() >= MANDATES_MAX {
        return Err(Refusal::TooMany.at("mandate"));
    }
    store::mandates::insert(tx, &mandate, actor.id)?;
    let card = NewCard {
        person: new.person,
        medium: Medium::Phone,
        label: new.kind.name(),
        issuer: Some(actor.id),
        institution: actor.institution,
        expires_at: new.until_at,
    };
    let proof = if new.kind == MandateKind::Guardian { Proof::Document } else { Proof::Told };
    let card = issue_as(tx, &card, Standing { state: State::Active, proof, mandate: mandate.id })?;
    told(tx, &MANDATE_GIVEN, &mandate, actor);
    Ok((mandate, card))
}

fn told(tx: &mut Tx<'_>, name: &'static kernel::EventName, mandate: &Mandate, actor: &Actor) {
    let detail = format!("{{\"kind\":\"{}\",\"holder\":\"{}\"}}", mandate.kind.name(), mandate.holder);
    tx.event(Event {
        person: Some(mandate.person),
        actor: Some(actor.id),
        institution: actor.institution,
        object: mandate.id.to_string(),
        detail: Some(detail.into_bytes()),
        ..Event::of(name)
    });
}

/// Ends a mandate and the cards shown under it; nothing when it had ended.
pub fn end(
    tx: &mut Tx<'_>,
    credentials: &Credentials,
    (person, id): (PersonId, i64),
    actor: &Actor,
) -> Result<bool, Error> {
    let mandate = store::mandates::one(tx, person, id)?.ok_or_else(|| web::Refusal::NotFound.at("mandate"))?;
    if !store::mandates::end(tx, person, id)? {
        return Ok(false);
    }
    for card in store::cards(tx, person)?.into_iter().filter(|card| card.mandate == id) {
        life::revoke(tx, credentials, (person, card.id), actor)?;
    }
    told(tx, &MANDATE_ENDED, &mandate, actor);
    Ok(true)
}

impl Credentials {
    /// Whom a document names, for giving them a mandate. Numbers are not to be tried
    /// out: each that names nobody counts against who asks.
    pub async fn named_by(&self, actor: &Actor, document: Identifier) -> Result<PersonId, Error> {
        self.paced(actor)?;
        let index = self.index.clone();
        let found = self
            .db
            .read(move |sql| identity::find(sql, &index, InstitutionId(0), std::slice::from_ref(&document)))
            .await?;
        found.ok_or_else(|| {
            self.pace.drain(actor.id, self.db.world().now());
            Refusal::PersonUnknown.at("to_identifier")
        })
    }

    /// What a person gave.
    pub async fn mandates_given(&self, person: PersonId) -> Result<Vec<Mandate>, Error> {
        self.db.read(move |sql| Ok(store::mandates::given(sql, person)?)).await
    }

    /// What a person may show for others now.
    pub async fn mandates_held(&self, holder: PersonId) -> Result<Vec<Mandate>, Error> {
        let now = self.db.world().now();
        let held = self.db.read(move |sql| Ok(store::mandates::held(sql, holder)?)).await?;
        let live = |one: &Mandate| one.ended_at.is_none() && one.until_at.is_none_or(|until| until > now);
        Ok(held.into_iter().filter(live).collect())
    }
}
