//! Supplementary settlements (insurance.md §4.10): what is paid later because
//! something became known later. The original is never rewritten; the difference is
//! a row of its own that points at it and is owed to the person.

use crate::books::{self, Books};
use crate::rules::stored::Stored;
use crate::store::settled::{self, RowKind, SettlementRow, Totals};
use crate::visit::By;
use crate::{SUPPLEMENTED, Settlements, store};
use ::store::{Event, Sql as _, Tx};
use adjudication::{Accumulators, AidClass, Delta, MajorIllness, Outcome, Rounds, fund};
use insurance::{CareKind, Day, Insured};
use kernel::{Actor, Bp, Error, Fault, Fen, InstitutionId, PersonId, Rounding, SettlementId, VisitId};
use ledger::EntryKind;

/// A top-up that was made: its number, of what, how much.
pub type Made = (SettlementId, Option<SettlementId>, Fen);

/// Settlements of a person that one top-up looks at.
const ROWS_MAX: i64 = 10_000;

fn more(new: Fen, old: Fen) -> Fen {
    Fen(new.0.saturating_sub(old.0).max(0))
}

fn sum(one: Fen, other: Fen) -> Fen {
    Fen(one.0.saturating_add(other.0))
}

/// An aid class that became known later: every settlement since a day is worked out
/// again with today's standing of its service day, and what major illness insurance
/// and medical aid would have paid more is paid now.
pub fn top_up(tx: &mut Tx<'_>, env: &Settlements, by: &By, person: PersonId, since: Day) -> Result<Vec<Made>, Error> {
    let (_, card) = insurance::eligibility::card(tx, person)?.ok_or(insurance::Refusal::PersonNotFound)?;
    let rows = settled::of_person(tx, person, 0, ROWS_MAX)?;
    let mut made = Vec::new();
    // What this run paid, counted in the context of the next settlement of the year.
    let mut carried: Vec<(String, i32, Delta)> = Vec::new();
    for row in rows.iter().filter(|row| row.kind == RowKind::Settlement && row.at >= since.start()) {
        if settled::undone_by(tx, person, row.id)?.is_some() {
            continue;
        }
        let plan = env.insurance.reference.plan_by_id(row.plan).ok_or_else(|| Fault::broken("a settlement's plan"))?;
        let mut stored = crate::answer::stored(row)?;
        let day = Day::of(row.at);
        let Ok(coverage) = card.basic(day) else { continue };
        let insured = Insured::under(&card, coverage, plan.clone(), day);
        if insured.person.aid_class.is_none() || insured.person.aid_class == stored.person.aid_class {
            continue;
        }
        if let Some((_, _, delta)) = carried.iter().find(|(of, year, _)| *of == row.insutype && *year == row.year) {
            stored.before = shifted(&stored.before, delta);
        }
        let old = plan.rules.settle(&stored.person, &stored.before, &stored.encounter)?;
        stored.person.aid_class = insured.person.aid_class;
        let new = plan.rules.settle(&stored.person, &stored.before, &stored.encounter)?;
        let before_this = settled::supplements(tx, row)?.iter().map(|one| one.totals.fund).fold(Fen::ZERO, sum);
        let Some((parts, delta)) = difference(&old, &new, before_this) else { continue };
        let paid = parts.iter().map(|(_, amount)| *amount).fold(Fen::ZERO, sum);
        let id = write(tx, env, by, Some(row), person, &row.insutype, &stored, &parts, &delta)?;
        match carried.iter_mut().find(|(of, year, _)| *of == row.insutype && *year == row.year) {
            Some((_, _, sum_so_far)) => add(sum_so_far, &delta),
            None => carried.push((row.insutype.clone(), row.year, delta)),
        }
        made.push((id, Some(row.id), paid));
    }
    Ok(made)
}

/// What the new split pays more than the old one from major illness insurance and
/// aid, less what was topped up before; nothing when that is nothing.
fn difference(old: &Outcome, new: &Outcome, paid_before: Fen) -> Option<(Vec<(u32, Fen)>, Delta)> {
    let illness = more(new.hifmi_pay, old.hifmi_pay);
    let aid = more(new.maf_pay, old.maf_pay);
    if sum(illness, aid) <= paid_before {
        return None;
    }
    let mut delta = Delta::none(old.delta.pool);
    delta.mi_paid = illness;
    delta.maf_paid = aid;
    delta.maf_base = more(new.delta.maf_base, old.delta.maf_base);
    let parts = [(fund::MAJOR_ILLNESS, illness), (fund::AID, aid)];
    Some((parts.into_iter().filter(|(_, amount)| amount.0 > 0).collect(), delta))
}

fn add(to: &mut Delta, one: &Delta) {
    to.mi_paid = sum(to.mi_paid, one.mi_paid);
    to.maf_paid = sum(to.maf_paid, one.maf_paid);
    to.maf_base = sum(to.maf_base, one.maf_base);
}

fn shifted(before: &Accumulators, delta: &Delta) -> Accumulators {
    Accumulators {
        mi_paid: sum(before.mi_paid, delta.mi_paid),
        maf_paid: sum(before.maf_paid, delta.maf_paid),
        maf_base: sum(before.maf_base, delta.maf_base),
        ..before.clone()
    }
}

/// Writes a top-up: year, books, row, event.
#[expect(clippy::too_many_arguments, reason = "one row's members; a struct would be built once and taken apart once")]
fn write(
    tx: &mut Tx<'_>,
    env: &Settlements,
    by: &By,
    of: Option<&SettlementRow>,
    person: PersonId,
    insutype: &str,
    stored: &Stored,
    parts: &[(u32, Fen)],
    delta: &Delta,
) -> Result<SettlementId, Error> {
    let year = insurance::years::find(tx, person, insutype, stored.before.year)?;
    let after = year.sums.after(delta)?;
    insurance::years::put(tx, person, insutype, &after)?;
    let id = SettlementId(tx.new_id());
    let agency = agency_of(tx, env, person)?;
    let visit = of.map_or(VisitId(0), |row| row.visit);
    let plan = of.map_or(0, |row| row.plan);
    let books = Books::supplement(agency, person, parts);
    let posted = env.ledger.post_all(tx, &books.entries(EntryKind::Supplement, books::refs(id, visit, plan, "")))?;
    let mut journals = [0; 2];
    for (slot, journal) in journals.iter_mut().zip(posted) {
        *slot = journal.0;
    }
    let paid = parts.iter().map(|(_, amount)| *amount).fold(Fen::ZERO, sum);
    let kept = Stored { delta: delta.clone(), journals, ..stored.clone() };
    let row = SettlementRow {
        person,
        id,
        kind: RowKind::Supplement,
        of: of.map(|row| row.id),
        visit,
        batch: String::new(),
        institution: of.map_or(InstitutionId(0), |row| row.institution),
        actor: by.actor,
        msgid: String::new(),
        insutype: insutype.to_owned(),
        year: stored.before.year,
        year_version: after.version.cast_signed(),
        plan,
        care: of.map_or(CareKind::Ip, |row| row.care),
        at: tx.now(),
        totals: Totals { fund: paid, cash: Fen(paid.0.saturating_neg()), ..Totals::default() },
        body: kept.pack()?,
    };
    settled::insert(tx, &row);
    store::index(tx, id.0, person);
    tx.event(Event {
        person: Some(person),
        actor: Some(by.actor),
        institution: of.map(|row| row.institution),
        object: id.to_string(),
        ..Event::of(&SUPPLEMENTED)
    });
    Ok(id)
}

fn agency_of(tx: &mut Tx<'_>, env: &Settlements, person: PersonId) -> Result<ledger::Entity, Error> {
    let (_, card) = insurance::eligibility::card(tx, person)?.ok_or(insurance::Refusal::PersonNotFound)?;
    let day = Day::of(tx.now());
    let coverage = card.basic(day).ok().or(card.coverages.last()).ok_or(insurance::Refusal::CoverageNone)?;
    Ok(env.agency(&coverage.admdvs))
}

/// The curve of major illness insurance: what a year's burden is paid in all
/// (insurance.md §2.2, step 9), each segment rounded once.
pub fn curve(mi: &MajorIllness, aid: Option<AidClass>, burden: Fen, rounding: Rounding) -> Fen {
    let favoured = aid.is_some_and(|class| mi.aid_classes.contains(&class));
    let threshold =
        if favoured { Fen(mi.threshold).part(Bp(mi.aid_threshold_bp), rounding) } else { Fen(mi.threshold) };
    let bonus = if favoured { mi.aid_bonus_bp } else { 0 };
    let mut paid = Fen::ZERO;
    let mut from = threshold.0;
    for segment in &mi.segments {
        let until = segment.upto.unwrap_or(i64::MAX).min(burden.0);
        let base = until.saturating_sub(from).max(0);
        let bp = segment.bp.saturating_add(bonus).min(10_000);
        paid = sum(paid, Fen(base).part(Bp(bp), rounding));
        from = from.max(until);
    }
    match mi.cap {
        Some(cap) if !(favoured && mi.aid_no_cap) => paid.min(Fen(cap)),
        Some(_) | None => paid,
    }
}

/// What the yearly second payment came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SecondPayments {
    /// People looked at.
    pub people: u64,
    /// People paid.
    pub paid: u64,
    /// What they were paid in all.
    pub sum: Fen,
    /// People who got more than the curve gives; listed for review.
    pub review: u64,
}

/// The yearly second payment of one person: the curve at the year's burden against
/// what was paid. A positive difference is paid; a negative one becomes a task.
fn second_payment(
    tx: &mut Tx<'_>,
    env: &Settlements,
    by: &By,
    person: PersonId,
    insutype: &str,
    year: i32,
) -> Result<Fen, Error> {
    let (_, card) = insurance::eligibility::card(tx, person)?.ok_or(insurance::Refusal::PersonNotFound)?;
    let found = insurance::years::find(tx, person, insutype, year)?;
    let coverage = card.coverages.iter().rev().find(|one| one.insutype == insutype);
    let coverage = coverage.ok_or(insurance::Refusal::CoverageNone)?;
    let last = Day::years_end(i64::from(year)).ok_or(insurance::Refusal::FieldInvalid)?.min(coverage.period.to_on);
    let plan = env.insurance.reference.plan(&coverage.admdvs, insutype, last)?;
    let Some(mi) = &plan.rules.plan().mi else { return Ok(Fen::ZERO) };
    let insured = Insured::under(&card, coverage, plan.clone(), last);
    let rounding = match plan.rules.plan().rounding {
        Some(Rounds::Down) => Rounding::Down,
        Some(Rounds::HalfUp) | None => Rounding::HalfUp,
    };
    let due = curve(mi, insured.person.aid_class, found.sums.mi_base, rounding);
    let difference = Fen(due.0.saturating_sub(found.sums.mi_paid.0));
    if difference < Fen::ZERO {
        store::insert_task(tx, person, "overpaid", SettlementId(0), SettlementId(0), difference);
    }
    if difference > Fen::ZERO {
        let mut delta = Delta::none(adjudication::Pool::Ip);
        delta.mi_paid = difference;
        let stored = Stored { before: found.sums.clone(), person: insured.person, ..Stored::empty() };
        let stored = Stored { person: adjudication::Person { mutual: Vec::new(), ..stored.person.clone() }, ..stored };
        write(tx, env, by, None, person, insutype, &stored, &[(fund::MAJOR_ILLNESS, difference)], &delta)?;
    }
    Ok(difference)
}

/// People of a year read at once.
const PEOPLE_MAX: i64 = 500;

impl Settlements {
    /// Tops up what was settled since a day.
    pub async fn top_up(&self, actor: &Actor, person: PersonId, since: Day) -> Result<Vec<Made>, Error> {
        let (by, env) = (By::of(actor), self.clone());
        self.db.write(person.0, move |tx| top_up(tx, &env, &by, person, since)).await
    }

    /// The yearly second payment of everybody; the same year again pays nothing more,
    /// because what was paid is counted.
    pub async fn second_payments(&self, actor: &Actor, year: i32) -> Result<SecondPayments, Error> {
        let by = By::of(actor);
        let mut done = SecondPayments::default();
        let mut behind = (i64::MIN, String::new());
        loop {
            let from = behind.clone();
            let people =
                self.db.read(move |sql| insurance::years::people(sql, year, (from.0, &from.1), PEOPLE_MAX)).await?;
            let Some((last, insutype)) = people.last() else { return Ok(done) };
            behind = (last.0, insutype.clone());
            for (person, insutype) in people {
                let env = self.clone();
                let paid =
                    self.db.write(person.0, move |tx| second_payment(tx, &env, &by, person, &insutype, year)).await;
                done.people = done.people.saturating_add(1);
                match paid {
                    Ok(paid) if paid > Fen::ZERO => {
                        done.paid = done.paid.saturating_add(1);
                        done.sum = sum(done.sum, paid);
                    }
                    Ok(paid) => done.review = done.review.saturating_add(u64::from(paid < Fen::ZERO)),
                    // A person without coverage or plan of that year is for the office.
                    Err(Error::Refused(_)) => done.review = done.review.saturating_add(1),
                    Err(fault) => return Err(fault),
                }
            }
        }
    }
}
