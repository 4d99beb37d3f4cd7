//! From what is known to a split: the person on the day, the place, the year so far,
//! the accounts, the lines. Writes nothing; quoting and settling both use it, so that
//! what was shown is what is done.

use crate::rules::line::Line;
use crate::rules::stage::VisitKind;
use crate::store::settled::Read;
use crate::visit::Visit;
use crate::{Refusal, Settlements};
use ::store::SqlExt;
use adjudication::{Accumulators, Encounter, MedType, Outcome, Person, Relative};
use insurance::eligibility::{Place, place};
use insurance::{Card, CareKind, Day, Insured};
use kernel::{Error, Fault, Fen, PersonId};

/// Days after its service day that something is settled directly; later it is
/// claimed.
pub const LATE_DAYS_MAX: i64 = 365;

/// What is to be settled.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The visit.
    pub visit: Visit,
    /// Its open lines.
    pub lines: Vec<Line>,
}

/// How it is to be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Personal and relatives' accounts pay.
    pub use_account: bool,
    /// A part of a stay that goes on.
    pub mid_stay: bool,
    /// What the institution may not charge.
    pub hospital: Fen,
    /// The total as the sender states it.
    pub total: Option<Fen>,
    /// Money held for this: the own account pays from it alone.
    pub held: Option<Fen>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { use_account: true, mid_stay: false, hospital: Fen::ZERO, total: None, held: None }
    }
}

/// A split with what it was made from.
#[derive(Debug, Clone)]
pub struct Computed {
    /// The person on the service day.
    pub insured: Insured,
    /// What about the person changed money; relatives as they were asked.
    pub person: Person,
    /// The year before.
    pub before: Accumulators,
    /// The encounter.
    pub encounter: Encounter,
    /// The split.
    pub outcome: Outcome,
    /// Relatives in the order of `person.mutual`.
    pub relatives: Vec<PersonId>,
    /// Masked name and document, as bills print them.
    pub payer: (String, String),
    /// The service day.
    pub day: Day,
}

/// The day whose plan, coverage and year count (A5): of a stay the day it ended, of
/// a visit its day.
fn service_day(visit: &Visit, terms: &Terms, today: Day) -> Day {
    match visit.kind() {
        VisitKind::Stay if terms.mid_stay => today,
        VisitKind::Stay => visit.ended_on.unwrap_or(today),
        VisitKind::Visit => visit.began_on,
    }
}

/// Works the split out.
pub(crate) fn compute(
    env: &Settlements,
    sql: &mut (impl SqlExt + ?Sized),
    read: &Read,
    subject: &Subject,
    terms: &Terms,
) -> Result<Computed, Error> {
    let visit = &subject.visit;
    let today = Day::of(sql.now());
    let day = service_day(visit, terms, today);
    if day > today || day < today.plus(-LATE_DAYS_MAX) {
        return Err(Refusal::LimitDaysExceeded.at("visit").with(day.to_string()));
    }
    let card = read.card.as_ref().ok_or_else(|| insurance::Refusal::PersonNotFound.at("person"))?;
    let insured = Insured::on(card, &env.insurance.reference, day)?;
    let admdvs = insured.coverage.admdvs.as_str();
    let designation = env.insurance.designation(admdvs, visit.institution, visit.care, day)?;
    let area = env.directory.get(visit.institution).map(|one| one.region.clone()).unwrap_or_default();
    let place = place(card, &insured, &designation, &area, day)?;
    if visit.care == CareKind::Chronic && !card.recognised(day, &visit.about.diagnosis, visit.institution) {
        return Err(insurance::Refusal::ChronicNotRecognised.at("diagnosis"));
    }
    let mut before = year_before(read, &insured, insured.plan.year_of(day))?;
    let mut person = insured.person.clone();
    person.mutual.clear();
    let mut relatives = Vec::new();
    if terms.use_account {
        own_account(env, sql, (visit.person, read), &insured, terms, &mut before)?;
        relatives = relatives_of(env, sql, &insured, &mut person, &mut before)?;
    }
    let encounter = encounter(subject, terms, &insured, place, day)?;
    let outcome = insured.plan.rules.settle(&person, &before, &encounter)?;
    if visit.about.limit_fen.is_some_and(|limit| outcome.medfee_sumamt.0 > limit) {
        return Err(Refusal::PresenceLimit.at("visit"));
    }
    let payer = payer(card);
    Ok(Computed { insured, person, before, encounter, outcome, relatives, payer, day })
}

fn payer(card: &Card) -> (String, String) {
    (card.name.clone(), card.document.clone())
}

fn year_before(read: &Read, insured: &Insured, year: i32) -> Result<Accumulators, Error> {
    let insutype = &insured.coverage.insutype;
    let found = read.years.iter().find(|(known, of, _, _)| known == insutype && *of == i64::from(year));
    match found {
        Some((_, _, version, body)) => Ok(insurance::years::unpack(year, *version, body)?),
        None => Ok(Accumulators::of_year(year)),
    }
}

/// Reads the balance of the own account, if it may pay.
fn own_account(
    env: &Settlements,
    sql: &mut (impl SqlExt + ?Sized),
    (own, read): (PersonId, &Read),
    insured: &Insured,
    terms: &Terms,
    before: &mut Accumulators,
) -> Result<(), Error> {
    if !insured.account_pays {
        return Ok(());
    }
    let agency = env.agency(&insured.coverage.admdvs);
    before.acct_balance = match (terms.held, &read.accounts) {
        (Some(held), _) => held,
        (None, Some(known)) => free(known.get(&agency).copied()),
        (None, None) => free(ledger::personal(sql, agency, own)?),
    };
    before.acct_current_year = before.acct_current_year.min(before.acct_balance);
    Ok(())
}

/// Reads the balances of relatives of the same pooling area whose accounts can pay.
/// Answers the relatives in order.
fn relatives_of(
    env: &Settlements,
    sql: &mut (impl SqlExt + ?Sized),
    insured: &Insured,
    person: &mut Person,
    before: &mut Accumulators,
) -> Result<Vec<PersonId>, Error> {
    let mut relatives = Vec::new();
    let admdvs = insured.coverage.admdvs.as_str();
    let agency = env.agency(admdvs);
    for (owner, limit) in &insured.relatives {
        let Some((_, card)) = insurance::eligibility::card(sql, *owner)? else { continue };
        let day = Day::of(sql.now());
        let here = card.basic(day).is_ok_and(|coverage| coverage.admdvs == admdvs);
        if !here || !card.account.pays() {
            continue;
        }
        let name = owner.to_string();
        before.mutual.push((name.clone(), free(ledger::personal(sql, agency, *owner)?)));
        person.mutual.push(Relative { owner: name, limit: *limit });
        relatives.push(*owner);
    }
    Ok(relatives)
}

/// What an account can pay; nothing while it is frozen.
fn free(account: Option<ledger::Personal>) -> Fen {
    account.filter(|one| !one.frozen).map_or(Fen::ZERO, |one| one.balance)
}

fn encounter(subject: &Subject, terms: &Terms, insured: &Insured, place: Place, day: Day) -> Result<Encounter, Error> {
    let visit = &subject.visit;
    let med_type = MedType::read(&visit.med_type)
        .ok_or_else(|| Fault::broken(format!("settlement_visits.med_type of {}", visit.id)))?;
    let stay = visit.kind() == VisitKind::Stay;
    Ok(Encounter {
        year: insured.plan.year_of(day),
        med_type,
        level: place.level,
        region: place.region,
        filing: place.filing,
        // A continued stay counts from the day after its last part; its plan never
        // splits it again.
        begin: visit.began_on.adjudicated().filter(|_| stay && !visit.about.continued),
        end: day.adjudicated().filter(|_| stay && !visit.about.continued),
        mid_stay: terms.mid_stay,
        continuation: visit.about.continued,
        suspended: insured.suspended,
        account_refused: !terms.use_account,
        hosp_part: terms.hospital,
        total: terms.total,
        lines: subject.lines.iter().map(Line::adjudicated).collect(),
    })
}
