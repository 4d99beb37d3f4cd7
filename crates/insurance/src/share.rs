//! Family mutual aid: offering, taking and ending leave to spend from an account.

use crate::enrol::{refresh, told};
use crate::rules::day::{Day, Period};
use crate::rules::sharing::{RELATIVES_MAX, Sharing, SharingStage, admit};
use crate::store::person;
use crate::{Refusal, SHARED};
use ::store::{Sql as _, Tx};
use kernel::{ActorId, Error, Fen, PersonId};

/// A leave to be offered.
#[derive(Debug, Clone)]
pub struct NewSharing {
    /// Whose account.
    pub owner: PersonId,
    /// Who may spend.
    pub relative: PersonId,
    /// What the owner is to the relative.
    pub kinship: String,
    /// For one settlement at most; no limit when nothing.
    pub use_max: Option<Fen>,
    /// From when to when.
    pub period: Period,
}

/// Years under which a relative need not confirm.
const MINOR_UNDER: i64 = 18;

/// The owner offers leave. Both must be insured; a minor's leave holds at once, others
/// confirm it. Answers its number and stage.
pub fn offer(tx: &mut Tx<'_>, new: &NewSharing, actor: ActorId) -> Result<(i64, SharingStage), Error> {
    let today = Day::of(tx.now());
    let (_, owner) = person::card(tx, new.owner)?.ok_or(Refusal::PersonNotFound)?;
    let (_, relative) = person::card(tx, new.relative)?.ok_or_else(|| Refusal::PersonNotFound.at("relative"))?;
    owner.basic(today)?;
    relative.basic(today).map_err(|error| error.at("relative"))?;
    if !owner.account.pays() {
        return Err(Refusal::AccountStage.at("owner").with(owner.account.name()));
    }
    let known = person::sharings(tx, new.relative)?;
    let live: Vec<_> = known.iter().filter(|one| one.stage != SharingStage::Revoked).collect();
    let minor = relative.birth_on.age_on(today) < MINOR_UNDER;
    let sharing = Sharing {
        number: tx.new_id(),
        owner_number: new.owner.0,
        kinship: new.kinship.clone(),
        stage: if minor { SharingStage::Active } else { SharingStage::Drafted },
        place: live.iter().map(|one| one.place).max().unwrap_or(0).saturating_add(1),
        use_max: new.use_max.map(|max| max.0),
        period: new.period,
    };
    admit(new.relative, &sharing)?;
    if live.iter().any(|one| one.owner_number == new.owner.0) {
        return Err(Refusal::SharingStage.at("owner"));
    }
    if live.len() >= RELATIVES_MAX {
        return Err(Refusal::FieldInvalid.at("relative").with(format!("at most {RELATIVES_MAX} owners")));
    }
    person::put_sharing(tx, new.relative, &sharing)?;
    refresh(tx, new.relative)?;
    told(tx, &SHARED, new.relative, actor, sharing.stage.name().to_owned());
    told(tx, &SHARED, new.owner, actor, sharing.stage.name().to_owned());
    Ok((sharing.number, sharing.stage))
}

fn moved(
    tx: &mut Tx<'_>,
    relative: PersonId,
    number: i64,
    actor: ActorId,
    by: impl Fn(SharingStage) -> Result<SharingStage, Error>,
) -> Result<SharingStage, Error> {
    let known = person::sharings(tx, relative)?;
    let found = known.into_iter().find(|one| one.number == number);
    let mut sharing = found.ok_or_else(|| web::Refusal::NotFound.at("sharing"))?;
    sharing.stage = by(sharing.stage)?;
    person::put_sharing(tx, relative, &sharing)?;
    refresh(tx, relative)?;
    told(tx, &SHARED, relative, actor, sharing.stage.name().to_owned());
    told(tx, &SHARED, sharing.owner(), actor, sharing.stage.name().to_owned());
    Ok(sharing.stage)
}

/// The relative takes an offer.
pub fn confirm(tx: &mut Tx<'_>, relative: PersonId, number: i64, actor: ActorId) -> Result<SharingStage, Error> {
    moved(tx, relative, number, actor, SharingStage::confirmed)
}

/// The owner or the relative ends a leave: at once for quotes, not for settlements
/// that were made; those are given back to the owner also afterwards (G71).
pub fn revoke(tx: &mut Tx<'_>, relative: PersonId, number: i64, actor: ActorId) -> Result<SharingStage, Error> {
    moved(tx, relative, number, actor, SharingStage::revoked)
}

/// To whom an owner gave leave: number and person.
pub fn given(sql: &mut (impl ::store::SqlExt + ?Sized), owner: PersonId) -> Result<Vec<(i64, PersonId)>, Error> {
    Ok(person::shared_by(sql, owner)?)
}
