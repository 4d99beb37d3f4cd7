//! Filing and deciding filings.

use crate::enrol::{refresh, told};
use crate::rules::day::{Day, FOREVER, Period};
use crate::rules::filing::{Filing, FilingKind, Move, Stage, admit};
use crate::store::person;
use crate::{FILED, FILING_MOVED, Refusal};
use ::store::{Sql as _, Tx};
use kernel::{ActorId, Error, FilingId, InstitutionId, PersonId};

/// A filing to be made.
#[derive(Debug, Clone)]
pub struct NewFiling {
    /// What is filed.
    pub kind: FilingKind,
    /// The division it speaks of; empty where it does not matter.
    pub area: String,
    /// The institution, if it speaks of one.
    pub institution: Option<InstitutionId>,
    /// The disease's code; empty for others.
    pub code: String,
    /// First day; today when nothing.
    pub from_on: Option<Day>,
    /// Last day; by the kind's rule when nothing.
    pub to_on: Option<Day>,
}

/// Makes a filing: what nobody need decide holds at once, the rest waits for the
/// office of the insured place. Refuses people without coverage and suspended ones.
pub fn file(tx: &mut Tx<'_>, who: PersonId, new: &NewFiling, actor: ActorId) -> Result<(FilingId, Stage), Error> {
    let today = Day::of(tx.now());
    let (_, card) = person::card(tx, who)?.ok_or(Refusal::PersonNotFound)?;
    let admdvs = card.basic(today)?.admdvs.clone();
    if card.suspended(today) {
        return Err(Refusal::CoverageSuspended.into());
    }
    let from_on = new.from_on.unwrap_or(today);
    let to_on = new.to_on.unwrap_or_else(|| new.kind.days_default().map_or(FOREVER, |days| from_on.plus(days)));
    let period = Period::of(from_on, to_on).ok_or_else(|| Refusal::FieldInvalid.at("to"))?;
    let filing = Filing {
        number: tx.new_id(),
        kind: new.kind,
        stage: if new.kind.accepts_itself() { Stage::Accepted } else { Stage::Submitted },
        area: new.area.clone(),
        institution: new.institution.map_or(0, |id| id.0),
        code: new.code.clone(),
        period,
    };
    admit(&filing)?;
    if filing.stage == Stage::Accepted {
        supersede(tx, who, &filing, actor)?;
    }
    person::put_filing(tx, who, &filing, "", actor)?;
    person::list_waiting(tx, &admdvs, who, filing.number, filing.stage.waits())?;
    refresh(tx, who)?;
    told(tx, &FILED, who, actor, filing.id().to_string());
    Ok((filing.id(), filing.stage))
}

/// One active filing of a kind, area and disease: the newer takes the older's place.
fn supersede(tx: &mut Tx<'_>, who: PersonId, new: &Filing, actor: ActorId) -> Result<(), Error> {
    for (mut old, reason) in person::filings(tx, who)? {
        if old.number != new.number && old.stage == Stage::Accepted && old.same_matter(new) {
            old.stage = old.stage.moved(Move::Supersede)?;
            person::put_filing(tx, who, &old, &reason, actor)?;
        }
    }
    Ok(())
}

/// Characters of a reason at most.
const REASON_MAX: usize = 200;

/// Moves a filing: an office decides, its person takes it back or brings papers.
pub fn move_filing(
    tx: &mut Tx<'_>,
    who: PersonId,
    id: FilingId,
    by: Move,
    reason: &str,
    actor: ActorId,
) -> Result<Stage, Error> {
    if reason.chars().count() > REASON_MAX {
        return Err(Refusal::FieldInvalid.at("reason"));
    }
    let known = person::filings(tx, who)?;
    let found = known.into_iter().find(|(filing, _)| filing.number == id.0);
    let (mut filing, _) = found.ok_or_else(|| web::Refusal::NotFound.at("filing"))?;
    filing.stage = filing.stage.moved(by)?;
    if filing.stage == Stage::Accepted {
        supersede(tx, who, &filing, actor)?;
    }
    person::put_filing(tx, who, &filing, reason, actor)?;
    let today = Day::of(tx.now());
    let (_, card) = person::card(tx, who)?.ok_or(Refusal::PersonNotFound)?;
    // A person whose coverage ended meanwhile stays on the list of the last office.
    let admdvs = card.basic(today).ok().or(card.coverages.last()).map(|one| one.admdvs.clone()).unwrap_or_default();
    person::list_waiting(tx, &admdvs, who, filing.number, filing.stage.waits())?;
    refresh(tx, who)?;
    told(tx, &FILING_MOVED, who, actor, filing.id().to_string());
    Ok(filing.stage)
}
