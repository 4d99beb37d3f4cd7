//! Enrolling: a number, a coverage period, a personal account.

use crate::rules::card::{AccountStage, Card};
use crate::rules::coverage::{Coverage, admit, ended};
use crate::rules::day::{Day, Period};
use crate::rules::filing::Stage;
use crate::rules::sharing::SharingStage;
use crate::store::person::{self, Member};
use crate::{ACCOUNT_MOVED, ENROLLED, LEFT, Refusal};
use ::store::{Event, Sql as _, Tx};
use kernel::time::SECOND;
use kernel::{ActorId, CoverageId, Error, PersonId};

/// A coverage to be written.
#[derive(Debug, Clone)]
pub struct NewCoverage {
    /// The agency's number; made from the person's id when empty.
    pub psn_no: String,
    /// Day of birth.
    pub birth_on: Day,
    /// Masked name, as bills print it.
    pub name: String,
    /// Masked document number, as bills print it.
    pub document: String,
    /// Insured place, six digits.
    pub admdvs: String,
    /// Insured type, three digits.
    pub insutype: String,
    /// Kind of person, as `1101`.
    pub psn_type: String,
    /// Employer, may be empty.
    pub employer: String,
    /// From when to when.
    pub period: Period,
}

/// Characters of an agency's number and of an employer at most.
const NUMBER_MAX: usize = 30;
const EMPLOYER_MAX: usize = 200;

fn number_of(person: PersonId, asked: &str) -> Result<String, Error> {
    if asked.is_empty() {
        return Ok(person.to_string());
    }
    let plain = asked.len() <= NUMBER_MAX && asked.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { Ok(asked.to_owned()) } else { Err(Refusal::FieldInvalid.at("psn_no")) }
}

/// Writes a coverage period for a person of the index; the first one gives the
/// number and, to an employee, opens the account. The caller has made sure that
/// there is such a person.
pub fn enrol(tx: &mut Tx<'_>, who: PersonId, new: &NewCoverage, actor: ActorId) -> Result<CoverageId, Error> {
    let psn_no = number_of(who, &new.psn_no)?;
    if new.admdvs.len() != 6 || !new.admdvs.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::FieldInvalid.at("admdvs"));
    }
    if new.employer.chars().count() > EMPLOYER_MAX {
        return Err(Refusal::FieldInvalid.at("employer"));
    }
    let coverage = Coverage {
        number: tx.new_id(),
        admdvs: new.admdvs.clone(),
        insutype: new.insutype.clone(),
        psn_type: new.psn_type.clone(),
        period: new.period,
    };
    admit(&person::coverages(tx, who)?, &coverage)?;
    if person::take_number(tx, &psn_no, who)? != who {
        return Err(Refusal::NumberTaken.at("psn_no"));
    }
    let known = person::member(tx, who)?;
    let account = known.as_ref().map_or(AccountStage::None, |member| member.account);
    let member = Member {
        psn_no: known.map_or(psn_no, |member| member.psn_no),
        birth_on: new.birth_on,
        name: new.name.clone(),
        document: new.document.clone(),
        account,
    };
    person::put_member(tx, who, &member)?;
    person::insert_coverage(tx, who, &coverage, &new.employer, actor)?;
    if coverage.insutype == "310" && matches!(account, AccountStage::None | AccountStage::Dormant) {
        person::set_account(tx, who, AccountStage::Open)?;
    }
    refresh(tx, who)?;
    told(tx, &ENROLLED, who, actor, coverage.id().to_string());
    Ok(coverage.id())
}

/// Refuses while money of the person is held: who holds it was promised the account as
/// it is, so leaving waits for capture or expiry (insurance.md §5.8, row 22).
fn nothing_held(tx: &mut Tx<'_>, who: PersonId) -> Result<(), Error> {
    match ledger::held_until(tx, who)? {
        None => Ok(()),
        Some(until) => {
            let seconds = until.saturating_sub(tx.now()).div_euclid(SECOND);
            Err(Refusal::MoneyHeld.error().with(format!("{seconds} s more at most")))
        }
    }
}

/// Ends a coverage period on its new last day; an employee's account rests then.
/// Refuses while money of the person is held.
pub fn leave(tx: &mut Tx<'_>, who: PersonId, id: CoverageId, last: Day, actor: ActorId) -> Result<(), Error> {
    let known = person::coverages(tx, who)?;
    let coverage = known.iter().find(|one| one.number == id.0).ok_or_else(|| web::Refusal::NotFound.at("coverage"))?;
    nothing_held(tx, who)?;
    let period = ended(coverage.period, last)?;
    person::end_coverage(tx, who, id.0, period.to_on)?;
    if coverage.insutype == "310" {
        let account = person::member(tx, who)?.map_or(AccountStage::None, |member| member.account);
        if account == AccountStage::Open {
            person::set_account(tx, who, AccountStage::Dormant)?;
        }
    }
    refresh(tx, who)?;
    told(tx, &LEFT, who, actor, id.to_string());
    Ok(())
}

/// Freezes, opens, rests or closes a personal account; it is not closed while money of
/// it is held.
pub fn move_account(tx: &mut Tx<'_>, who: PersonId, to: AccountStage, actor: ActorId) -> Result<(), Error> {
    let member = person::member(tx, who)?.ok_or(Refusal::PersonNotFound)?;
    let stage = member.account.moved(to)?;
    if stage == AccountStage::Closed {
        nothing_held(tx, who)?;
    }
    person::set_account(tx, who, stage)?;
    refresh(tx, who)?;
    told(tx, &ACCOUNT_MOVED, who, actor, to.name().to_owned());
    Ok(())
}

/// Makes the person's card afresh from the tables.
pub(crate) fn refresh(tx: &mut Tx<'_>, who: PersonId) -> Result<(), Error> {
    let member = person::member(tx, who)?.ok_or(Refusal::PersonNotFound)?;
    let mut filings: Vec<_> = person::filings(tx, who)?.into_iter().map(|(filing, _)| filing).collect();
    filings.retain(|filing| filing.stage == Stage::Accepted);
    let mut sharings = person::sharings(tx, who)?;
    sharings.retain(|one| one.stage == SharingStage::Active);
    let card = Card {
        psn_no: member.psn_no,
        birth_on: member.birth_on,
        name: member.name,
        document: member.document,
        account: member.account,
        coverages: person::coverages(tx, who)?,
        standings: person::standings(tx, who)?,
        filings,
        sharings,
    };
    Ok(person::put_card(tx, who, &card)?)
}

pub(crate) fn told(tx: &mut Tx<'_>, name: &'static kernel::EventName, who: PersonId, actor: ActorId, object: String) {
    tx.event(Event { person: Some(who), actor: Some(actor), object, ..Event::of(name) });
}
