//! The split of an encounter, in the order of the reference (insurance.md §2.2):
//! lines, cut for care away, account first, entitlement, deductible, segments and
//! caps, further funds, account and cash, delta. Each step's arithmetic is in its own
//! module; this one keeps their order and the checks around them.

use crate::amount::{YEAR_MAX, above, minus, part, plus};
use crate::input::RELATIVES_MAX;
use crate::ready::CrossRow;
use crate::trace::{NoBenefit, Note, Silent, Trace};
use crate::{Accumulators, Delta, Encounter, Outcome, Person, Plan, Pool, Ready, Refusal};
use kernel::{Bp, Error, FEN_MAX, Fault, Fen, Rounding};

/// An age nobody has reached.
const AGE_MAX: u8 = 150;

/// A settlement being worked out.
#[derive(Debug)]
pub(crate) struct Work<'a, T> {
    pub(crate) ready: &'a Ready,
    pub(crate) person: &'a Person,
    pub(crate) before: &'a Accumulators,
    pub(crate) encounter: &'a Encounter,
    pub(crate) pool: Pool,
    pub(crate) group: usize,
    pub(crate) cross: Option<&'a CrossRow>,
    /// In-scope amount that nobody has paid yet.
    pub(crate) burden: Fen,
    /// Prior self-pay that nobody has paid yet.
    pub(crate) preself_left: Fen,
    pub(crate) out: &'a mut Outcome,
    pub(crate) trace: &'a mut T,
}

/// Splits one encounter under a plan document; for many, resolve the plan once and
/// use [`Ready::settle`].
pub fn settle(plan: &Plan, person: &Person, before: &Accumulators, encounter: &Encounter) -> Result<Outcome, Error> {
    Ready::of(plan.clone())?.settle(person, before, encounter)
}

impl Ready {
    /// Splits an encounter. Refusals name the field; a broken invariant is a fault.
    pub fn settle(&self, person: &Person, before: &Accumulators, encounter: &Encounter) -> Result<Outcome, Error> {
        let mut out = Outcome::default();
        self.settle_into(person, before, encounter, &mut out)?;
        Ok(out)
    }

    /// The same into an outcome whose lists are used again; after an error its
    /// content means nothing.
    pub fn settle_into(
        &self,
        person: &Person,
        before: &Accumulators,
        encounter: &Encounter,
        out: &mut Outcome,
    ) -> Result<(), Error> {
        self.settle_traced(person, before, encounter, out, &mut Silent)
    }

    pub(crate) fn settle_traced<T: Trace>(
        &self,
        person: &Person,
        before: &Accumulators,
        encounter: &Encounter,
        out: &mut Outcome,
        trace: &mut T,
    ) -> Result<(), Error> {
        check_person(person)?;
        check_accumulators(before)?;
        self.check_encounter(before, encounter)?;
        let pool = self.pool(encounter.med_type).ok_or_else(|| Refusal::MedTypeUnknown.at("med_type"))?;
        reset(out, pool);
        let mut work = Work {
            ready: self,
            person,
            before,
            encounter,
            pool,
            group: self.group(person),
            cross: self.cross_rule(encounter.region, encounter.filing),
            burden: Fen::ZERO,
            preself_left: Fen::ZERO,
            out,
            trace,
        };
        work.run()?;
        out.check().map_err(|broken| Fault::broken(format!("a settlement's sums do not close: {broken}")).into())
    }

    fn check_encounter(&self, before: &Accumulators, encounter: &Encounter) -> Result<(), Error> {
        if before.year != encounter.year {
            return Err(Refusal::OtherYear.at("year").with(format!("{} and {}", before.year, encounter.year)));
        }
        if !(0..=FEN_MAX.0).contains(&encounter.hosp_part.0) {
            return Err(Refusal::AmountOutOfRange.at("hosp_part"));
        }
        if let (Some(begin), Some(end)) = (encounter.begin, encounter.end) {
            if end < begin {
                return Err(Refusal::DatesReversed.at("end"));
            }
            let plan = self.plan();
            if self.splits_years && plan.benefit_year(begin) != plan.benefit_year(end) {
                return Err(Refusal::StayMustSplit.at("end"));
            }
        }
        Ok(())
    }
}

fn reset(out: &mut Outcome, pool: Pool) {
    let mut lines = std::mem::take(&mut out.lines);
    let mut parts = std::mem::take(&mut out.parts);
    let mut detail = std::mem::take(&mut out.acct_mulaid_detail);
    let mut mutual = std::mem::take(&mut out.delta.mutual);
    lines.clear();
    parts.clear();
    detail.clear();
    mutual.clear();
    *out = Outcome {
        lines,
        parts,
        acct_mulaid_detail: detail,
        delta: Delta { mutual, ..Delta::none(pool) },
        ..Outcome::default()
    };
}

fn check_person(person: &Person) -> Result<(), Error> {
    if person.age > AGE_MAX {
        return Err(Refusal::PersonOutOfRange.at("age"));
    }
    let mutual = &person.mutual;
    if mutual.is_empty() {
        return Ok(());
    }
    let twice =
        mutual.iter().enumerate().any(|(place, one)| mutual.iter().take(place).any(|other| other.owner == one.owner));
    let limits = mutual.iter().all(|one| one.limit.is_none_or(|limit| limit >= Fen::ZERO));
    if mutual.len() > RELATIVES_MAX || twice || !limits {
        return Err(Refusal::PersonOutOfRange.at("mutual"));
    }
    Ok(())
}

fn check_accumulators(before: &Accumulators) -> Result<(), Error> {
    let fits = |amount: &Fen| (0..=YEAR_MAX.0).contains(&amount.0);
    let single = [
        before.hifob_paid,
        before.mi_base,
        before.mi_paid,
        before.maf_base,
        before.maf_paid,
        before.cvl_paid,
        before.acct_balance,
        before.acct_current_year,
    ];
    let tables = [before.dedc_used, before.inscp, before.pool_paid];
    let holds = single.iter().all(fits)
        && tables.iter().flatten().all(fits)
        && before.mutual.iter().all(|(_, balance)| fits(balance))
        && (0..=i64::from(u32::MAX)).contains(&before.admissions);
    if holds { Ok(()) } else { Err(Refusal::AccumulatorsOutOfRange.at("accumulators")) }
}

impl<T: Trace> Work<'_, T> {
    fn run(&mut self) -> Result<(), Error> {
        self.split_lines()?;
        self.move_prior()?;
        self.burden = self.out.inscp_scp_amt;
        self.preself_left = self.out.preselfpay_amt;
        let first = self.pay_account_first()?;
        let base = self.burden;
        let ready = self.ready;
        let rate = ready.rate(self.group, self.pool, self.encounter.level).filter(|_| !self.encounter.suspended);
        let dedc = self.deductible(base, rate.is_some())?;
        if let Some(rate) = rate {
            let delta = &mut self.out.delta;
            delta.admissions = i64::from(self.pool == Pool::Ip && !self.encounter.continuation);
            delta.dedc_used = dedc;
            delta.inscp = base;
            self.pay_pooled(rate, base, dedc)?;
            self.pay_further()?;
        } else {
            let suspended = self.encounter.suspended;
            self.trace
                .note(|| Note::NoBenefit { why: if suspended { NoBenefit::Suspended } else { NoBenefit::NoRate } });
        }
        self.share_out(first)?;
        self.pay_person(first)
    }

    /// Funds, hospital, person: who bears the fee.
    fn share_out(&mut self, first: Fen) -> Result<(), Error> {
        let out = &mut *self.out;
        let mut funds = out.hifp_pay;
        for pay in [out.hifob_pay, out.hifmi_pay, out.cvlserv_pay, out.maf_pay, out.hifes_pay, out.oth_pay] {
            funds = plus(funds, pay)?;
        }
        let left = minus(out.medfee_sumamt, funds)?;
        // What the account paid first is the person's already.
        if self.encounter.hosp_part > above(left, first) {
            return Err(Refusal::HospitalPartTooLarge.at("hosp_part").with(format!("{left} is left")));
        }
        out.fund_pay_sumamt = funds;
        out.hosp_part_amt = self.encounter.hosp_part;
        out.psn_part_amt = minus(left, out.hosp_part_amt)?;
        Ok(())
    }
}

/// A trade union's in-patient programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Union {
    /// Nothing below this.
    pub threshold: Fen,
    /// Its ratio.
    pub bp: Bp,
    /// The most it pays.
    pub cap: Option<Fen>,
}

/// What a union programme pays on a finished settlement:
/// `min(cap, part(max(0, in scope − funds − threshold), ratio))`.
pub fn union_pay(outcome: &Outcome, union: &Union, rounding: Rounding) -> Result<Fen, Error> {
    let sound = union.threshold >= Fen::ZERO && (0..=10_000).contains(&union.bp.0);
    if !sound || union.cap.is_some_and(|cap| cap < Fen::ZERO) {
        return Err(Refusal::RateOutOfRange.at("union"));
    }
    let burden = above(above(outcome.inscp_scp_amt, outcome.fund_pay_sumamt), union.threshold);
    let pay = part(burden, union.bp, rounding);
    Ok(union.cap.map_or(pay, |cap| pay.min(cap)))
}
