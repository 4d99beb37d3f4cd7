//! The whole scan: one code in, presence and the masked person out.

use crate::codes::Opened;
use crate::present::{Presence, present};
use crate::store;
use crate::{Codes, Credentials, REPLAYED, Refusal};
use ::store::{Event, OnceKey, Reply, SqlExt, Tx};
use identity::Masked;
use kernel::{Actor, Error, Fault, Purpose};
use std::sync::Arc;

/// Characters of a place at most.
pub const PLACE_MAX: usize = 100;

/// What a desk or terminal sends.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The text that was scanned, typed or pasted.
    pub code: String,
    /// Five digits.
    pub purpose: String,
    /// Room, window or terminal; may be empty.
    pub place: String,
}

/// What a good scan tells.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// Who, masked.
    pub person: Masked,
    /// The presence, with the grant it opened.
    pub presence: Presence,
}

/// Who shows the code and for what. A purpose that is not known comes last among
/// the refusals, after a card that ended and a code that was used.
fn who(sql: &mut (impl SqlExt + ?Sized), opened: &Opened, purpose: &str) -> Result<(Masked, Purpose), Error> {
    let card = opened.card();
    let person = store::person_of(sql, card)?.ok_or(Refusal::CardUnknown.at("code"))?;
    let masked = identity::masked(sql, person)?
        .ok_or_else(|| Fault::broken(format!("credentials_index leads from card {card} to no person")))?;
    if let Some(purpose) = Purpose::from_code(purpose) {
        return Ok((masked, purpose));
    }
    let now = sql.now();
    let card = store::card(sql, person, card)?.ok_or(Refusal::CardUnknown.at("code"))?;
    if !card.live(now) {
        return Err(Refusal::CardRevoked.at("code"));
    }
    if store::last_used(sql, &card, opened.step(), opened.step())?.is_some() {
        return Err(Refusal::CodeUsed.at("code"));
    }
    Err(Refusal::PurposeUnknown.at("purpose"))
}

/// A scan inside one transaction, from opening the code to the presence.
fn scan_in(tx: &mut Tx<'_>, codes: &Codes, actor: &Actor, scan: &Scan) -> Result<Scanned, Error> {
    let opened = codes.open(&scan.code, ::store::Sql::now(tx))?;
    let (person, purpose) = who(tx, &opened, &scan.purpose)?;
    let presence = present(tx, &opened, person.id, actor, purpose, &scan.place)?;
    Ok(Scanned { person, presence })
}

fn checked(actor: &Actor, scan: &Scan) -> Result<(), Error> {
    if actor.institution.is_none() {
        return Err(Refusal::InstitutionMissing.into());
    }
    if scan.place.chars().count() > PLACE_MAX {
        return Err(web::Refusal::BodyInvalid.at("place").with(format!("at most {PLACE_MAX} characters")));
    }
    Ok(())
}

impl Credentials {
    /// Scans a code: opens it, finds who shows it, then in one transaction marks it
    /// used, proves presence and opens what the purpose opens. A code that was used
    /// before leaves a security event.
    pub async fn scan(&self, actor: &Arc<Actor>, scan: Scan) -> Result<Scanned, Error> {
        checked(actor, &scan)?;
        let opened = self.codes.open(&scan.code, self.db.world().now())?;
        let asked = scan.purpose.clone();
        let found = match self.db.read(move |sql| who(sql, &opened, &asked)).await {
            Ok(found) => found,
            Err(error) => return Err(self.refused(actor, &scan, error).await),
        };
        let (person, purpose) = found;
        let (by, place, id) = (actor.clone(), scan.place.clone(), person.id);
        let done = self.db.write(id.0, move |tx| present(tx, &opened, id, &by, purpose, &place)).await;
        match done {
            Ok(presence) => {
                self.opened_a_grant(&presence);
                Ok(Scanned { person, presence })
            }
            Err(error) => Err(self.refused(actor, &scan, error).await),
        }
    }

    /// Scans once for an idempotency key: the same key with the same scan gives the
    /// first reply again, also when the code has expired meanwhile (I1).
    pub async fn scan_once(
        &self,
        actor: &Arc<Actor>,
        scan: Scan,
        key: OnceKey,
        written: fn(&Credentials, &Scanned) -> Result<Vec<u8>, Error>,
    ) -> Result<Reply, Error> {
        checked(actor, &scan)?;
        let (this, by, sent) = (self.clone(), actor.clone(), scan.clone());
        let done = self.db.write(key.home(), move |tx| {
            let mut presence = None;
            let reply = tx.once(&key, |tx| {
                let scanned = scan_in(tx, &this.codes, &by, &sent)?;
                let body = written(&this, &scanned)?;
                presence = Some(scanned.presence);
                Ok((200, body))
            })?;
            Ok((reply, presence))
        });
        match done.await {
            Ok((reply, presence)) => {
                if let Some(presence) = presence {
                    self.opened_a_grant(&presence);
                }
                Ok(reply)
            }
            Err(error) => Err(self.refused(actor, &scan, error).await),
        }
    }

    fn opened_a_grant(&self, presence: &Presence) {
        if presence.grant.is_some() {
            self.gate.forget_grants(presence.person);
        }
    }

    /// The refusal to answer; a replay is first made durable as a security event.
    async fn refused(&self, actor: &Actor, scan: &Scan, error: Error) -> Error {
        if error.code() != Refusal::CodeUsed.kind().code {
            return error;
        }
        match self.replayed(actor, scan).await {
            Ok(()) => error,
            Err(fault) => fault,
        }
    }

    async fn replayed(&self, actor: &Actor, scan: &Scan) -> Result<(), Error> {
        let card = self.codes.open(&scan.code, self.db.world().now())?.card();
        let person = self.db.read(move |sql| Ok(store::person_of(sql, card)?)).await?;
        let event = Event {
            person,
            actor: Some(actor.id),
            institution: actor.institution,
            purpose: Purpose::from_code(&scan.purpose).map_or("", |purpose| purpose.code),
            object: card.to_string(),
            ..Event::of(&REPLAYED)
        };
        self.db.record(person.map_or(0, |person| person.0), event).await
    }
}
