//! The invariants of payment, checked against the database: run by `yima check
//! --ledger` and after tests of faults.
//!
//! PAY1: each payment that went through has exactly its entries in the books, none
//! other has any. PAY2: what went back never exceeds what came, and is what the refunds
//! say. PAY3: a subject has one live payment at most, the one its guard names. What a
//! payment must be beside its subject (PAY4) is said by whoever knows the subject.
//!
//! Memory does not grow with the journal: it is walked once for every million
//! payments.

use crate::noun::{Payment, Refund, RefundCause};
use crate::payable::Booked;
use crate::rules::stage::{RefundStage, Stage};
use crate::store;
use ::store::SqlExt;
use kernel::{Error, Fault, Fen, InstitutionId, PaymentId, PersonId};
use ledger::{Entity, EntryKind, Posted, Side};
use std::collections::HashMap;

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Payments seen.
    pub payments: u64,
    /// Refunds seen.
    pub refunds: u64,
    /// Entries of the books that name a payment.
    pub entries: u64,
    /// What is wrong, one sentence each; empty when all is well.
    pub wrong: Vec<String>,
}

/// Sentences kept.
const WRONG_MAX: usize = 50;
/// Payments read at once.
const READ_MAX: i64 = 1_000;
/// Payments held against one walk along the journal.
const PASS_MAX: usize = 1_000_000;
/// Kinds of entries that payments make.
const KINDS: [EntryKind; 4] =
    [EntryKind::CashTaken, EntryKind::DepositTaken, EntryKind::CashRefund, EntryKind::DepositReturned];

impl Report {
    fn wrong(&mut self, says: String) {
        if self.wrong.len() < WRONG_MAX {
            self.wrong.push(says);
        }
    }
}

/// What a payment must be beside its subject, asked for each that holds money with its
/// refunds: sentences, none when all is well.
pub type Beside<'a, S> = dyn FnMut(&mut S, &Payment, &[Refund]) -> Result<Vec<String>, Error> + 'a;

/// What the books must say of a payment, less what they say.
struct Awaited {
    institution: InstitutionId,
    taken: Fen,
    back: Fen,
}

/// Checks every payment.
pub fn check<S: SqlExt + ?Sized>(sql: &mut S, beside: &mut Beside<'_, S>) -> Result<Report, Error> {
    let mut report = Report::default();
    for (subject, id) in store::stray_guards(sql, READ_MAX)? {
        report.wrong(format!("PAY3: the guard of {subject} names {id}, which is no live payment of it"));
    }
    let mut behind = (PersonId(i64::MIN), PaymentId(i64::MIN));
    let mut named = 0u64;
    loop {
        let (mut awaited, mut whole) = (HashMap::new(), false);
        while awaited.len() < PASS_MAX && !whole {
            let some = store::after(sql, behind.0, behind.1, READ_MAX)?;
            whole = some.is_empty();
            for payment in some {
                behind = (payment.person, payment.id);
                report.payments = report.payments.saturating_add(1);
                awaited.insert(payment.id, one(sql, &payment, beside, &mut report)?);
            }
        }
        let met = booked(sql, &mut awaited, &mut report)?;
        named = named.saturating_add(met);
        for (id, left) in &awaited {
            if (left.taken, left.back) != (Fen::ZERO, Fen::ZERO) {
                report.wrong(format!(
                    "PAY1: the books lack {} taken and {} given back of payment {id}",
                    left.taken, left.back
                ));
            }
        }
        if whole {
            break;
        }
    }
    if named != report.entries {
        let strays = report.entries.saturating_sub(named);
        report.wrong(format!("PAY1: {strays} entries name payments that are not there"));
    }
    Ok(report)
}

/// One payment by itself (PAY2, PAY3) and beside its subject; answers what the books
/// must say of it.
fn one<S: SqlExt + ?Sized>(
    sql: &mut S,
    payment: &Payment,
    beside: &mut Beside<'_, S>,
    report: &mut Report,
) -> Result<Awaited, Error> {
    let refunds = if payment.refunds == 0 && payment.refunded == Fen::ZERO && payment.returning == Fen::ZERO {
        Vec::new()
    } else {
        store::refunds::of(sql, payment.person, payment.id)?
    };
    report.refunds = report.refunds.saturating_add(u64::try_from(refunds.len()).unwrap_or(0));
    let all = i64::try_from(refunds.len()).unwrap_or(0);
    let sum = |stages: &[RefundStage]| total(refunds.iter().filter(|one| stages.contains(&one.stage)));
    let back = [RefundStage::Asked, RefundStage::Underway, RefundStage::Done];
    let (done, going) = (sum(&[RefundStage::Done])?, sum(&back)?);
    if payment.refunded < Fen::ZERO || payment.refunded > payment.returning || payment.returning > payment.taken {
        report.wrong(format!(
            "PAY2: of payment {} {} came, {} is going back and {} went back",
            payment.id, payment.taken, payment.returning, payment.refunded
        ));
    }
    // More refunds than are read at once: their sums cannot be held against it.
    let read_all = payment.refunds < store::LISTED_MAX;
    if read_all && (done, going, all) != (payment.refunded, payment.returning, payment.refunds) {
        report.wrong(format!("PAY2: the refunds of payment {} are not what it says went back", payment.id));
    }
    if payment.stage.live() && store::live(sql, &payment.subject)? != Some((payment.person, payment.id)) {
        report.wrong(format!("PAY3: payment {} is live and its subject's guard does not name it", payment.id));
    }
    if payment.stage == Stage::Paid {
        for says in beside(sql, payment, &refunds)? {
            report.wrong(format!("PAY4: payment {}: {says}", payment.id));
        }
    }
    entries_of(payment, &refunds)
}

fn total<'a>(refunds: impl Iterator<Item = &'a Refund>) -> Result<Fen, Fault> {
    let sum = refunds.map(|one| one.money).try_fold(Fen::ZERO, Fen::plus);
    sum.ok_or_else(|| Fault::broken("the refunds of a payment leave 64 bits"))
}

/// What the books must say: money that nobody wanted was never booked; a deposit leaves
/// its account when it is asked back, and comes again when that got stuck.
fn entries_of(payment: &Payment, refunds: &[Refund]) -> Result<Awaited, Error> {
    let unwanted = refunds.iter().any(|one| one.cause == RefundCause::Unwanted);
    let booked = matches!(payment.stage, Stage::Paid | Stage::Refunded) && !unwanted;
    let institution = payment.institution;
    if !booked {
        return Ok(Awaited { institution, taken: Fen::ZERO, back: Fen::ZERO });
    }
    let at = |stage: RefundStage| total(refunds.iter().filter(move |one| one.stage == stage));
    let (taken, back) = match payment.booked {
        Booked::BySubject | Booked::AsRevenue => (Some(payment.taken), at(RefundStage::Done)?),
        Booked::AsDeposit => (payment.taken.plus(at(RefundStage::Stuck)?), total(refunds.iter())?),
    };
    let taken = taken.ok_or_else(|| Fault::broken(format!("the money of {} leaves 64 bits", payment.id)))?;
    Ok(Awaited { institution, taken, back })
}

/// Walks the journal and takes what it says from what is awaited; answers how many
/// entries it met of these payments. Counts all of them in the report.
fn booked(
    sql: &mut (impl SqlExt + ?Sized),
    awaited: &mut HashMap<PaymentId, Awaited>,
    report: &mut Report,
) -> Result<u64, Error> {
    let (mut met, mut named) = (0u64, 0u64);
    let mut elsewhere = Vec::new();
    ledger::read::each_of(sql, &KINDS, &mut |entry: &Posted| {
        let Some(id) = entry.refs.payment else { return };
        named = named.saturating_add(1);
        let Some(left) = awaited.get_mut(&id) else { return };
        met = met.saturating_add(1);
        if entry.entity != Entity::from(left.institution) && elsewhere.len() < WRONG_MAX {
            elsewhere.push(format!("PAY1: entry {} of payment {id} is in the books of {}", entry.id, entry.entity));
        }
        let debit = entry.lines.iter().filter(|line| line.side == Side::Debit);
        let amount = debit.fold(0i64, |sum, line| sum.saturating_add(line.amount.0));
        let side = match entry.kind {
            EntryKind::CashTaken | EntryKind::DepositTaken => &mut left.taken,
            _ => &mut left.back,
        };
        *side = Fen(side.0.saturating_sub(amount));
    })?;
    report.entries = named;
    for says in elsewhere {
        report.wrong(says);
    }
    Ok(met)
}
