//! Dated facts about a person: suspensions, aid classes, civil servants.

use crate::enrol::{refresh, told};
use crate::rules::coverage::{Standing, StandingKind, admit_standing, ended};
use crate::rules::day::{Day, Period};
use crate::store::person;
use crate::{Refusal, STOOD};
use ::store::Tx;
use kernel::{ActorId, Error, PersonId};

/// Characters of a standing's value at most.
const VALUE_MAX: usize = 100;

/// Writes a standing; answers its number. One that begins in the past is how an aid
/// class is granted retroactively: the settlements since then are topped up by
/// `settlement`.
pub fn stand(
    tx: &mut Tx<'_>,
    who: PersonId,
    kind: StandingKind,
    value: &str,
    period: Period,
    actor: ActorId,
) -> Result<i64, Error> {
    if value.chars().count() > VALUE_MAX {
        return Err(Refusal::FieldInvalid.at("value"));
    }
    if person::member(tx, who)?.is_none() {
        return Err(Refusal::PersonNotFound.at("person"));
    }
    let standing = Standing { number: tx.new_id(), kind, value: value.to_owned(), period };
    admit_standing(&person::standings(tx, who)?, &standing)?;
    person::insert_standing(tx, who, &standing, actor)?;
    refresh(tx, who)?;
    told(tx, &STOOD, who, actor, kind.name().to_owned());
    Ok(standing.number)
}

/// Ends a standing on its new last day.
pub fn end(tx: &mut Tx<'_>, who: PersonId, number: i64, last: Day, actor: ActorId) -> Result<(), Error> {
    let known = person::standings(tx, who)?;
    let standing =
        known.iter().find(|one| one.number == number).ok_or_else(|| web::Refusal::NotFound.at("standing"))?;
    let period = ended(standing.period, last)?;
    person::end_standing(tx, who, number, period.to_on)?;
    refresh(tx, who)?;
    told(tx, &STOOD, who, actor, standing.kind.name().to_owned());
    Ok(())
}
