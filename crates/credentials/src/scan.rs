//! The whole scan: one code in, presence and the masked person out.
//!
//! What is refused is refused after the same steps whatever the reason: a code of
//! another region or of nobody, a revoked card and a guess all cost a seal that is
//! computed, two look-ups, and a security event that is durable before the answer
//! (C10). Only what the form or the clock alone tell leaves earlier.

use crate::codes::Read;
use crate::marks::{Mark, Ticket};
use crate::present::{Presence, Showing, present};
use crate::rules::carrier::Carrier;
use crate::rules::mandate::Mandate;
use crate::store::{self, Minted};
use crate::{Credentials, REFUSED, REPLAYED, Refusal};
use ::store::{Db, Event, Joint, OnceKey, Reader, Reply, Sql as _, SqlExt, Tx};
use identity::Masked;
use kernel::{Actor, Error, FaultKind, PersonId, Purpose};
use std::sync::{Arc, Mutex, PoisonError};

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
    /// The presence as later requests show it, signed.
    pub token: String,
}

/// What was looked up of a code.
#[derive(Debug)]
pub(crate) struct Found {
    minted: Option<Minted>,
    mandate: Option<Mandate>,
    masked: Option<Masked>,
}

/// Looks up who shows a code: the same two statements whether there is such a
/// minter or not, a third for a mandate.
fn look_up(sql: &mut (impl SqlExt + ?Sized), mark: Mark) -> Result<Found, Error> {
    let minted = store::minted(sql, mark.minted_by)?;
    let card = minted.as_ref().map(|minted| (minted.card.person, minted.card.mandate));
    let (person, mandate) = card.unwrap_or((PersonId(0), 0));
    let masked = identity::masked(sql, person)?;
    let mandate = if mandate == 0 { None } else { store::mandates::one(sql, person, mandate)? };
    Ok(Found { minted, mandate, masked })
}

/// [`look_up`] of several codes at once, in their order.
fn look_up_all(sql: &mut Reader<'_>, marks: &[Mark]) -> Result<Vec<Found>, Error> {
    let minters: Vec<i64> = marks.iter().map(|mark| mark.minted_by).collect();
    let minted = store::minted_of(sql, &minters)?;
    let whose = |mark: &Mark| minted.get(&mark.minted_by).map_or(PersonId(0), |minted| minted.card.person);
    let persons: Vec<PersonId> = marks.iter().map(whose).collect();
    let masked = identity::masked_of(sql, &persons)?;
    marks
        .iter()
        .zip(&persons)
        .map(|(mark, person)| {
            let minted = minted.get(&mark.minted_by).cloned();
            let mandate = minted.as_ref().map_or(0, |minted| minted.card.mandate);
            let mandate = if mandate == 0 { None } else { store::mandates::one(sql, *person, mandate)? };
            Ok(Found { minted, mandate, masked: masked.get(person).cloned() })
        })
        .collect()
}

/// Where look-ups of codes that are scanned at the same moment meet.
pub(crate) type LookUps = Joint<Mark, Found>;

pub(crate) fn look_ups(db: &Db) -> LookUps {
    Joint::new(db, |sql, mark| look_up(sql, mark), look_up_all)
}

/// Why a code is not accepted, for the trail alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    NotOurs,
    Unknown,
    Ended,
}

impl Why {
    fn word(self) -> &'static str {
        match self {
            Self::NotOurs => "not-ours",
            Self::Unknown => "unknown",
            Self::Ended => "ended",
        }
    }
}

/// A code that holds, with who is meant.
struct Holds {
    showing: Showing,
    masked: Masked,
    purpose: Purpose,
}

/// A code that does not.
struct Not {
    error: Error,
    person: Option<PersonId>,
    why: &'static str,
}

impl From<Error> for Not {
    fn from(error: Error) -> Self {
        Self { error, person: None, why: "" }
    }
}

fn refused(why: Why) -> Not {
    Not { error: Refusal::CodeRefused.at("code"), person: None, why: why.word() }
}

/// A code as it was read.
#[derive(Debug, Clone, Copy)]
struct Seen {
    mark: Mark,
    carrier: Carrier,
    /// Whether its seal is this region's.
    ours: bool,
    /// Whether its step is taken.
    used: bool,
}

/// Decides what was found. A purpose that is not known comes last among the
/// refusals, after a card that ended and a code that was used.
fn judged(found: Found, seen: Seen, asked: &str, now: i64) -> Result<Holds, Not> {
    let Seen { mark, carrier, ours, used } = seen;
    let (Some(minted), true) = (found.minted, ours) else {
        return Err(refused(if ours { Why::Unknown } else { Why::NotOurs }));
    };
    let Some(masked) = found.masked else { return Err(refused(Why::Unknown)) };
    let card = minted.card;
    if minted.removed || !card.live(now) {
        return Err(Not { person: Some(card.person), ..refused(Why::Ended) });
    }
    if used {
        return Err(replay(card.person));
    }
    let purpose = Purpose::from_code(asked).ok_or_else(|| Refusal::PurposeUnknown.at("purpose"))?;
    if card.mandate != 0 {
        let mandate = found.mandate.as_ref().ok_or(Refusal::MandateEnded.error())?;
        mandate.permits(purpose, now).map_err(|refusal| refusal.at("purpose"))?;
    }
    let showing = Showing { person: card.person, card: card.id, mark: Some(mark), carrier, mandate: found.mandate };
    Ok(Holds { showing, masked, purpose })
}

fn replay(person: PersonId) -> Not {
    Not { error: Refusal::CodeUsed.at("code"), person: Some(person), why: "used" }
}

/// A claim that is given back unless the scan took effect.
type Claimed = Arc<Mutex<Option<Mark>>>;
/// Who was refused inside a transaction, and why.
type WhyNot = Arc<Mutex<Option<(Option<PersonId>, &'static str)>>>;

impl Credentials {
    fn checked(&self, actor: &Actor, scan: &Scan) -> Result<(), Error> {
        if actor.institution.is_none() {
            return Err(Refusal::InstitutionMissing.into());
        }
        if scan.place.chars().count() > PLACE_MAX {
            return Err(web::Refusal::BodyInvalid.at("place").with(format!("at most {PLACE_MAX} characters")));
        }
        self.paced(actor)
    }

    /// Refuses a terminal that showed too many bad codes.
    pub(crate) fn paced(&self, actor: &Actor) -> Result<(), Error> {
        match self.pace.wait(actor.id, self.db.world().now()) {
            None => Ok(()),
            Some(seconds) => Err(Refusal::TooFast.error().with(seconds.to_string())),
        }
    }

    /// Scans a code: opens it, finds who shows it, claims its step, then in one
    /// transaction marks it used, proves presence and opens what the purpose opens.
    /// A code that is not accepted leaves a security event.
    pub async fn scan(&self, actor: &Arc<Actor>, scan: Scan) -> Result<Scanned, Error> {
        self.checked(actor, &scan)?;
        let now = self.db.world().now();
        let read = self.resolved(self.codes.read(&scan.code, now)?, &scan.code).await?;
        let seen = self.seen(read)?;
        let mark = seen.mark;
        let found = self.look_ups.ask(mark).await?;
        let Holds { showing, masked, purpose } = match judged(found, seen, &scan.purpose, now) {
            Ok(holds) => holds,
            Err(not) => return Err(self.told(actor, &scan.purpose, not).await),
        };
        let (person, ticket) = (showing.person, self.marks.ticket());
        if !self.marks.claim(mark, ticket) {
            return Err(self.told(actor, &scan.purpose, replay(person)).await);
        }
        let (ended, by, asked) = (self.ended.clone(), actor.clone(), scan.purpose);
        let done = self.db.write(person.0, move |tx| present(tx, &ended, &showing, &by, purpose, &scan.place)).await;
        match done {
            Ok(presence) => {
                self.opened_a_grant(&presence);
                let token = self.tokens.give(&presence, actor.id).await?;
                Ok(Scanned { person: masked, presence, token })
            }
            Err(error) => Err(self.given_back(actor, &asked, Some((mark, person)), ticket, error).await),
        }
    }

    /// A credential for two offline sides, shown to a desk that has a network: its
    /// device and step, like the device's other codes.
    async fn resolved(&self, read: Read, text: &str) -> Result<Read, Error> {
        if read != Read::Offline {
            return Ok(read);
        }
        let mark = self.offline_mark(text).await?;
        Ok(mark.map_or_else(|| self.codes.nobodys(text), |(mark, carrier)| Read::True(mark, carrier)))
    }

    /// What may be scanned without a clerk's confirmation, with whether its step is
    /// taken.
    fn seen(&self, read: Read) -> Result<Seen, Error> {
        let (mark, carrier, ours) = match read {
            Read::True(mark, carrier) => (mark, carrier, true),
            Read::False(mark, carrier) => (mark, carrier, false),
            Read::Spoken(_) | Read::Offline | Read::Paper => return Err(Refusal::ConfirmationNeeded.at("code")),
        };
        Ok(Seen { mark, carrier, ours, used: self.marks.taken(mark) })
    }

    /// After a scan that did not happen: gives its claim back, unless another
    /// process has the mark or nobody knows whether it was written.
    pub(crate) async fn given_back(
        &self,
        actor: &Actor,
        purpose: &str,
        claimed: Option<(Mark, PersonId)>,
        ticket: Ticket,
        error: Error,
    ) -> Error {
        let Some((mark, person)) = claimed else { return error };
        match &error {
            Error::Fault(fault) if fault.kind == FaultKind::Duplicate => {
                self.told(actor, purpose, replay(person)).await
            }
            Error::Fault(fault) if fault.kind == FaultKind::Lost => error,
            Error::Fault(_) | Error::Refused(_) => {
                self.marks.release(mark, ticket);
                // An ended card is told like one that was found ended; others pass.
                self.told(actor, purpose, Not { error, person: Some(person), why: Why::Ended.word() }).await
            }
        }
    }

    /// A scan inside one transaction, from opening the code to the presence.
    fn scan_in(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        scan: &Scan,
        known: Option<Read>,
        (ticket, claimed): (Ticket, &Claimed),
    ) -> Result<Scanned, Not> {
        let now = tx.now();
        let read = known.map_or_else(|| self.codes.read(&scan.code, now), Ok)?;
        let seen = self.seen(read)?;
        let mark = seen.mark;
        let found = look_up(tx, mark)?;
        // The claim of a run that a conflict undid is this scan's own.
        let mine = claimed.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        let seen = Seen { used: seen.used && !mine, ..seen };
        let Holds { showing, masked, purpose } = judged(found, seen, &scan.purpose, now)?;
        if !self.marks.claim(mark, ticket) {
            return Err(replay(showing.person));
        }
        *claimed.lock().unwrap_or_else(PoisonError::into_inner) = Some(mark);
        let presence = present(tx, &self.ended, &showing, actor, purpose, &scan.place)?;
        let token = self.tokens.give_now(&presence, actor.id)?.unwrap_or_default();
        Ok(Scanned { person: masked, presence, token })
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
        self.checked(actor, &scan)?;
        let known = match self.codes.read(&scan.code, self.db.world().now()) {
            Ok(Read::Offline) => Some(self.resolved(Read::Offline, &scan.code).await?),
            // An expired code may be a repeated request: the transaction finds out.
            Ok(_) | Err(_) => None,
        };
        let ticket = self.marks.ticket();
        let claimed = Claimed::default();
        let not = WhyNot::default();
        let (this, by, sent, held, why) = (self.clone(), actor.clone(), scan.clone(), claimed.clone(), not.clone());
        let done = self.db.write(key.home(), move |tx| {
            let mut presence = None;
            let reply = tx.once(&key, |tx| {
                let scanned = this.scan_in(tx, &by, &sent, known.clone(), (ticket, &held)).map_err(|not| {
                    *why.lock().unwrap_or_else(PoisonError::into_inner) = Some((not.person, not.why));
                    not.error
                })?;
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
            Err(error) => {
                let mark = *claimed.lock().unwrap_or_else(PoisonError::into_inner);
                let (person, why) = not.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or((None, ""));
                match mark {
                    Some(mark) => {
                        let claimed = Some((mark, person.unwrap_or(PersonId(0))));
                        Err(self.given_back(actor, &scan.purpose, claimed, ticket, error).await)
                    }
                    None => Err(self.told(actor, &scan.purpose, Not { error, person, why }).await),
                }
            }
        }
    }

    pub(crate) fn opened_a_grant(&self, presence: &Presence) {
        if presence.grant.is_some() {
            self.gate.forget_grants(presence.person);
        }
    }

    /// The refusal to answer; a guess and a replay first drain the terminal's bucket
    /// and are made durable as security events.
    async fn told(&self, actor: &Actor, purpose: &str, not: Not) -> Error {
        let name = match not.error.code() {
            code if code == Refusal::CodeUsed.kind().code => &REPLAYED,
            code if code == Refusal::CodeRefused.kind().code => &REFUSED,
            _ => return not.error,
        };
        self.pace.drain(actor.id, self.db.world().now());
        let event = Event {
            person: not.person,
            actor: Some(actor.id),
            institution: actor.institution,
            purpose: Purpose::from_code(purpose).map_or("", |purpose| purpose.code),
            detail: Some(format!("{{\"why\":\"{}\"}}", not.why).into_bytes()),
            ..Event::of(name)
        };
        match self.db.record(not.person.map_or(0, |person| person.0), event).await {
            Ok(()) => not.error,
            Err(fault) => fault,
        }
    }

    /// Tells of a refused carrier other than a code: the same event, the same bucket.
    pub(crate) async fn told_of(&self, actor: &Actor, purpose: &str, person: Option<PersonId>, error: Error) -> Error {
        self.told(actor, purpose, Not { error, person, why: Why::Unknown.word() }).await
    }
}
