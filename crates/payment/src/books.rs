//! Entries of a payment in the hospital's books (insurance.md §3.4). H12 is the
//! clearing account of money due: party 0 is what persons still owe, each channel has
//! a party of its own for what it collected. A settlement debits H12 with the own
//! share; paying moves it from *owed* to the channel, and giving back moves it the
//! other way, so that H12 of a channel is always what its statement must say.

use crate::noun::{ChannelName, Payment, Refund, RefundCause};
use crate::payable::Booked;
use ::store::Tx;
use kernel::{Error, Fen};
use ledger::{Account, Entity, Entry, EntryKind, Ledger, Lines, Refs};

/// What persons owe and nobody collected yet.
pub const OWED: i64 = 0;
/// Notes and coins of the tills.
pub const CASH: i64 = 1;
/// Cards at the desks' terminals.
pub const POS: i64 = 2;
/// The mobile channel.
pub const MOBILE: i64 = 3;

fn collected(payment: &Payment) -> Account {
    Account::cashbox(match (payment.channel, payment.tender.as_str()) {
        (ChannelName::Mobile, _) => MOBILE,
        (ChannelName::Desk, "pos") => POS,
        (ChannelName::Desk, _) => CASH,
    })
}

fn post(
    ledger: &Ledger,
    tx: &mut Tx<'_>,
    payment: &Payment,
    kind: EntryKind,
    (debit, credit, amount): (Account, Account, Fen),
) -> Result<(), Error> {
    if amount == Fen::ZERO {
        return Ok(());
    }
    let lines = Lines::new().debit(debit, amount).credit(credit, amount);
    let refs = Refs { payment: Some(payment.id), note: &payment.subject.id, ..Refs::default() };
    let entity = Entity::from(payment.institution);
    ledger.post(tx, &Entry { entity, kind, period: None, refs, lines: lines.as_slice() }).map(drop)
}

/// A payment went through.
pub(crate) fn paid(ledger: &Ledger, tx: &mut Tx<'_>, payment: &Payment) -> Result<(), Error> {
    let (kind, from) = match payment.booked {
        Booked::BySubject => (EntryKind::CashTaken, Account::cashbox(OWED)),
        Booked::AsRevenue => (EntryKind::CashTaken, Account::revenue()),
        Booked::AsDeposit => (EntryKind::DepositTaken, Account::patient_deposit(payment.person)),
    };
    post(ledger, tx, payment, kind, (collected(payment), from, payment.taken))
}

/// A refund is asked: a deposit leaves the patient's account before the money leaves
/// the house, since it may be used up meanwhile.
pub(crate) fn asked_back(ledger: &Ledger, tx: &mut Tx<'_>, payment: &Payment, refund: &Refund) -> Result<(), Error> {
    match (payment.booked, refund.cause) {
        (Booked::AsDeposit, RefundCause::Cancelled | RefundCause::CashOnly) => {
            let deposit = Account::patient_deposit(payment.person);
            post(ledger, tx, payment, EntryKind::DepositReturned, (deposit, collected(payment), refund.money))
        }
        // Money that is not wanted was never booked.
        (_, RefundCause::Unwanted) | (Booked::BySubject | Booked::AsRevenue, _) => Ok(()),
    }
}

/// A refund got stuck: a deposit is the patient's again.
pub(crate) fn stuck(ledger: &Ledger, tx: &mut Tx<'_>, payment: &Payment, refund: &Refund) -> Result<(), Error> {
    match (payment.booked, refund.cause) {
        (Booked::AsDeposit, RefundCause::Cancelled | RefundCause::CashOnly) => {
            let deposit = Account::patient_deposit(payment.person);
            post(ledger, tx, payment, EntryKind::DepositTaken, (collected(payment), deposit, refund.money))
        }
        (_, RefundCause::Unwanted) | (Booked::BySubject | Booked::AsRevenue, _) => Ok(()),
    }
}

/// Money went back. Where the subject was cancelled its own reversal credits what is
/// owed; where money alone goes back, it is negative revenue.
pub(crate) fn refunded(ledger: &Ledger, tx: &mut Tx<'_>, payment: &Payment, refund: &Refund) -> Result<(), Error> {
    let from = match (payment.booked, refund.cause) {
        (_, RefundCause::Unwanted) | (Booked::AsDeposit, _) => return Ok(()),
        (Booked::BySubject, RefundCause::Cancelled) => Account::cashbox(OWED),
        (Booked::BySubject, RefundCause::CashOnly) | (Booked::AsRevenue, _) => Account::revenue(),
    };
    post(ledger, tx, payment, EntryKind::CashRefund, (from, collected(payment), refund.money))
}

/// The subject was undone, and its own reversal credits all of what is owed: money that
/// went back `before` as negative revenue was a part of that.
pub(crate) fn subject_undone(ledger: &Ledger, tx: &mut Tx<'_>, payment: &Payment, before: Fen) -> Result<(), Error> {
    match payment.booked {
        Booked::BySubject => {
            post(ledger, tx, payment, EntryKind::Other, (Account::cashbox(OWED), Account::revenue(), before))
        }
        Booked::AsRevenue | Booked::AsDeposit => Ok(()),
    }
}

/// A till was closed with a difference: it waits in suspense until it is explained.
pub(crate) fn till_difference(
    ledger: &Ledger,
    tx: &mut Tx<'_>,
    entity: Entity,
    box_of: i64,
    difference: Fen,
) -> Result<(), Error> {
    let (debit, credit) = if difference < Fen::ZERO {
        (Account::suspense(box_of), Account::cashbox(box_of))
    } else {
        (Account::cashbox(box_of), Account::suspense(box_of))
    };
    let amount = if difference < Fen::ZERO { difference.mirrored().unwrap_or(Fen::ZERO) } else { difference };
    let lines = Lines::new().debit(debit, amount).credit(credit, amount);
    if amount == Fen::ZERO {
        return Ok(());
    }
    let refs = Refs { note: "till", ..Refs::default() };
    ledger
        .post(tx, &Entry { entity, kind: EntryKind::Difference, period: None, refs, lines: lines.as_slice() })
        .map(drop)
}
