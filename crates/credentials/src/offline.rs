//! What works when both sides are without a network (Q2): a credential that the
//! region signs for a device, the check of one that is shown, and what terminals
//! tell later. Double use is bounded by the credential's cap and found here.

use crate::lists::Lists;
use crate::marks::Mark;
use crate::rules::carrier::Carrier;
use crate::store::{
    self,
    offline::{Accepted, Slip},
};
use crate::{ACCEPTED_OFFLINE, Credentials, DUPLICATE_OFFLINE, Refusal};
use ::store::{Event, Tx};
use code::credential::{Challenge, LIFE_MAX};
use code::verify::Moment;
use code::{Claims, Credential, Said, Verdict, Verifier};
use kernel::time::{DAY, HOUR, MINUTE, SECOND};
use kernel::{Actor, DeviceId, Error, Fault, Purpose};
use keys::{Signer, Use};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use suites::{SIGNATURE_LEN, SignError};

/// What may be settled offline with one credential, yuan.
pub const CAP_YUAN: u16 = 200;
/// The class of cover that a credential tells without asking the insurance.
const CLASS_UNKNOWN: u8 = 0;
/// How late a terminal may tell, and how far its clock may be ahead.
const TOLD_LATE_MAX: i64 = 30 * DAY;
const AHEAD_MAX: i64 = 5 * MINUTE;
/// Acceptances told at once at most.
pub const TOLD_MAX: usize = 500;

/// A key of the node where the formats ask for somebody who signs.
pub(crate) struct Issuer<'a>(pub(crate) &'a Signer);

impl code::cose::Sign for Issuer<'_> {
    fn suite(&self) -> u8 {
        self.0.suite()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LEN], SignError> {
        let signature = self.0.sign(message).map_err(|_fault| SignError)?;
        signature.try_into().map_err(|_length| SignError)
    }
}

/// A phone's own signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The byte of its suite; nothing for the node's own.
    pub suite: Option<u8>,
    /// Its public part: 32 bytes in suite 1, else a compressed point of 33.
    pub public: Vec<u8>,
}

/// A credential as its device fetches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its bytes, to which the device adds step and signature.
    pub credential: Vec<u8>,
    /// The byte of its suite.
    pub suite: u8,
    /// Until when, microseconds UTC.
    pub expires_at: i64,
}

/// What a terminal tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The text that was accepted.
    pub code: String,
    /// When, by the terminal's clock, microseconds UTC.
    pub at: i64,
    /// For what.
    pub purpose: Purpose,
    /// What the terminal had asked the holder to sign.
    pub challenge: Option<Challenge>,
    /// Whether a clerk looked at the person: without it paper counts for nothing (C8).
    pub confirmed: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Kept.
    Kept,
    /// The same was told before.
    Again,
    /// Kept, but the same code was accepted elsewhere too.
    Duplicate,
    /// Not believed: its signature, its time or its credential is wrong.
    NotBelieved,
}

impl Outcome {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Again => "again",
            Self::Duplicate => "duplicate",
            Self::NotBelieved => "not-believed",
        }
    }
}

/// A code that a terminal accepted.
#[derive(Debug, Clone, Copy)]
struct Believed {
    number: [u8; 16],
    /// The step of a credential; 0 for paper, which shows the same for ever.
    step: i64,
    carrier: Carrier,
}

/// What a verifier at the terminal's moment makes of it; nothing when it would not
/// have been accepted there.
fn believed(verifier: &Verifier, one: &Told) -> Option<Believed> {
    let checked = verifier.check(&one.code, &Moment { now: one.at / SECOND, challenge: one.challenge });
    // What the terminal held of revocations is not known here.
    if !checked.verdict.accepted() && checked.verdict != Verdict::ValidNoRevocations {
        return None;
    }
    match checked.said? {
        Said::Credential { pseudonym: number, step, .. } => {
            Some(Believed { number, step: i64::from(step.0), carrier: Carrier::Credential })
        }
        Said::Paper { .. } if one.confirmed => match code::read(&one.code) {
            Ok(code::Code::Paper(paper)) => Some(Believed { number: paper.number(), step: 0, carrier: Carrier::Paper }),
            Ok(_) | Err(_) => None,
        },
        Said::Paper { .. } | Said::Site(_) => None,
    }
}

impl Credentials {
    /// The key that signs credentials for holders of a suite: the node's own where it
    /// fits, else that for phones which know P-256 only.
    async fn issuer_for(&self, suite: Option<u8>) -> Result<Signer, Error> {
        let own = self.keys.signer(Use::Issuing, None).await?;
        match suite {
            Some(suite) if suite == own.suite() => Ok(own),
            Some(suites::INTL_P256) => self.keys.signer(Use::IssuingP256, None).await,
            Some(_) => Err(Refusal::DeviceKeyInvalid.at("suite")),
            None => Ok(own),
        }
    }

    /// A credential for a device's own signing key, good for three days; refused
    /// when the device, its card or the key is not good.
    pub async fn credential(&self, actor: &Actor, id: DeviceId, holder: Holder) -> Result<Given, Error> {
        let owner = actor.person.ok_or_else(|| web::Refusal::NotFound.at("device"))?;
        let now = self.db.world().now();
        let found = self.db.read(move |sql| {
            let Some(device) = store::devices::one(sql, owner, id)? else { return Ok(None) };
            let card = store::card(sql, device.shows, device.card)?;
            Ok(card.filter(|card| device.removed_at.is_none() && card.live(now) && card.mandate == 0))
        });
        let card = found.await?.ok_or_else(|| Refusal::CardEnded.at("device"))?;
        let signer = self.issuer_for(holder.suite).await?;
        let fresh = self.db.world().chance().key();
        let number = std::array::from_fn(|at| fresh[at]);
        let seconds = now / SECOND + LIFE_MAX;
        let expires_at = u32::try_from(seconds).map_err(|_late| Fault::broken("a credential beyond 2106"))?;
        let claims =
            Claims { pseudonym: number, holder: holder.public, class: CLASS_UNKNOWN, cap_yuan: CAP_YUAN, expires_at };
        let credential = Credential::issue(&Issuer(&signer), code::Kid(signer.kid().0), &claims)
            .map_err(|_bad| Refusal::DeviceKeyInvalid.at("holder"))?;
        let expires_at = seconds * SECOND;
        let slip = Slip { number, kid: signer.kid(), person: card.person, card: card.id, minter: id.0, expires_at };
        let (by, institution) = (actor.id, actor.institution);
        self.db
            .write(card.person.0, move |tx| {
                store::offline::insert_slip(tx, &slip)?;
                tx.event(crate::paper::given(slip.person, id.to_string(), by, institution));
                Ok(())
            })
            .await?;
        Ok(Given { credential: credential.bytes().to_vec(), suite: signer.suite(), expires_at })
    }

    /// A verifier that holds this region's own lists, some seconds old at most; what
    /// ended since is refused by the look-up of its card and device.
    async fn verifier(&self) -> Result<Arc<Verifier>, Error> {
        let now = self.db.world().now();
        if let Some(verifier) = self.lately.verifier.get(now) {
            return Ok(verifier);
        }
        let fresh = holding(&*self.lists().await?, now)?;
        Ok(self.lately.verifier.keep(now, fresh))
    }

    /// A verifier as it stood at the hour of `at`; what was revoked since counts not.
    async fn verifier_of(&self, at: i64) -> Result<Verifier, Error> {
        holding(&self.trust_at(at - at.rem_euclid(HOUR)).await?, at)
    }

    /// The slip of a credential or printed code that is shown here and now, when its
    /// signatures hold and it was not revoked. The slip is looked up whatever the
    /// verdict, so that the time tells nothing of it (C10).
    pub(crate) async fn slip_of(&self, text: &str) -> Result<Option<(Slip, Option<code::Step>)>, Error> {
        let moment = Moment { now: self.db.world().now() / SECOND, challenge: None };
        let (number, step) = match code::read(text) {
            Ok(code::Code::Offline(shown)) => (shown.pseudonym(), Some(shown.step())),
            Ok(code::Code::Paper(paper)) => (paper.number(), None),
            Ok(code::Code::Phone(_) | code::Code::Site(_)) | Err(_) => return Ok(None),
        };
        let checked = self.verifier().await?.check_evenly(text, &moment);
        let slip = self.db.read(move |sql| Ok(store::offline::slip(sql, &number)?)).await?;
        Ok(slip.filter(|_| checked.verdict.accepted()).map(|slip| (slip, step)))
    }

    /// What a Q2 shown online marks: the device and the step, like its other codes.
    pub(crate) async fn offline_mark(&self, text: &str) -> Result<Option<(Mark, Carrier)>, Error> {
        let found = self.slip_of(text).await?;
        Ok(found.and_then(|(slip, step)| Some((Mark { minted_by: slip.minter, step: step? }, Carrier::Credential))))
    }

    /// Takes in what a terminal accepted without a network; answers for each in
    /// order. Telling twice does no harm.
    pub async fn tell_offline(&self, actor: &Arc<Actor>, told: Vec<Told>) -> Result<Vec<Outcome>, Error> {
        let institution = actor.institution.ok_or(Refusal::InstitutionMissing)?;
        if told.len() > TOLD_MAX {
            return Err(web::Refusal::BodyTooLarge.at("acceptances"));
        }
        let now = self.db.world().now();
        // Of each hour one: a list must not be younger than what is judged by it.
        let mut verifiers: HashMap<i64, Verifier> = HashMap::new();
        let mut outcomes = Vec::with_capacity(told.len());
        for one in told {
            let in_time = one.at <= now + AHEAD_MAX && one.at >= now - TOLD_LATE_MAX;
            let believed = if in_time {
                let verifier = match verifiers.entry(one.at.div_euclid(HOUR)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(free) => free.insert(self.verifier_of(one.at).await?),
                };
                believed(verifier, &one)
            } else {
                None
            };
            let Some(shown) = believed else {
                outcomes.push(Outcome::NotBelieved);
                continue;
            };
            let slip = self.db.read(move |sql| Ok(store::offline::slip(sql, &shown.number)?)).await?;
            let Some(slip) = slip else {
                outcomes.push(Outcome::NotBelieved);
                continue;
            };
            let accepted = Accepted {
                number: shown.number,
                step: shown.step,
                actor: actor.id,
                at: one.at,
                person: slip.person,
                institution,
                purpose: one.purpose,
            };
            // All of one credential go through one lane, so that duplicates meet.
            outcomes.push(self.db.write(slip.person.0, move |tx| keep(tx, &accepted, shown.carrier)).await?);
        }
        Ok(outcomes)
    }
}

/// A verifier with the node's own lists.
fn holding(lists: &Lists, now: i64) -> Result<Verifier, Error> {
    let refused = |why: code::trust::ListRefused| Fault::broken(format!("the node's own lists: {why}"));
    let mut verifier = Verifier::new(lists.realm, vec![lists.root()?]);
    verifier.take_trust_list(&lists.trust, now / SECOND).map_err(refused)?;
    for shard in &lists.revoked {
        verifier.take_revocations(shard, now / SECOND).map_err(refused)?;
    }
    Ok(verifier)
}

/// Keeps an acceptance. A credential's step counts once anywhere; paper says the same
/// whenever it is shown, so that nothing is twice there.
fn keep(tx: &mut Tx<'_>, accepted: &Accepted, carrier: Carrier) -> Result<Outcome, Error> {
    if !store::offline::insert(tx, accepted)? {
        return Ok(Outcome::Again);
    }
    let twice = carrier == Carrier::Credential && store::offline::count(tx, &accepted.number, accepted.step)? > 1;
    let detail = format!("{{\"accepted_at\":{},\"carrier\":\"{}\"}}", accepted.at, carrier.name());
    let event = Event {
        person: Some(accepted.person),
        actor: Some(accepted.actor),
        institution: Some(accepted.institution),
        purpose: accepted.purpose.code,
        detail: Some(detail.into_bytes()),
        ..Event::of(&ACCEPTED_OFFLINE)
    };
    if twice {
        tx.event(Event { name: &DUPLICATE_OFFLINE, ..event.clone() });
    }
    tx.event(event);
    Ok(if twice { Outcome::Duplicate } else { Outcome::Kept })
}
