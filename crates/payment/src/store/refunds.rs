//! Statements on refunds.

use crate::noun::{Payment, Refund, RefundCause};
use crate::rules::stage::RefundStage;
use ::store::{P, Row, SqlExt, Tx};
use kernel::{ActorId, Fault, Fen, InstitutionId, PaymentId, PersonId};

/// Adds a refund.
pub(crate) fn insert(tx: &mut Tx<'_>, refund: &Refund) -> Result<(), Fault> {
    let part = |at: usize| P::opt(refund.insured.and_then(|parts| parts.get(at).map(|fen| fen.0)));
    tx.execute(
        "INSERT INTO payment_refunds (person_id, payment_id, ordinal, actor_id, stage, money_fen, gov_fen, account_fen,
             other_fen, cause, reason, terminal, slip, shift_id, asked_at, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '', 0, $12, NULL)",
        &[
            P::I(refund.person.0),
            P::I(refund.payment.0),
            P::I(refund.ordinal),
            P::I(refund.actor.map_or(0, |id| id.0)),
            P::I(refund.stage.code()),
            P::I(refund.money.0),
            part(0),
            part(1),
            part(2),
            P::S(refund.cause.name()),
            P::S(&refund.reason),
            P::I(refund.asked_at),
        ],
    )
    .map(drop)
}

fn read(row: &Row<'_>) -> Result<Refund, Fault> {
    let (person, payment, ordinal) = (PersonId(row.i64(0)?), PaymentId(row.i64(1)?), row.i64(2)?);
    let wrong = |column: &str| Fault::broken(format!("payment_refunds.{column} of {payment}-{ordinal} cannot be"));
    let insured = match (row.opt_i64(6)?, row.opt_i64(7)?, row.opt_i64(8)?) {
        (Some(gov), Some(account), Some(other)) => Some([Fen(gov), Fen(account), Fen(other)]),
        _ => None,
    };
    Ok(Refund {
        person,
        payment,
        ordinal,
        actor: Some(row.i64(3)?).filter(|id| *id != 0).map(ActorId),
        stage: RefundStage::from_code(row.i64(4)?).ok_or_else(|| wrong("stage"))?,
        money: Fen(row.i64(5)?),
        insured,
        cause: RefundCause::from_name(row.text(9)?).ok_or_else(|| wrong("cause"))?,
        reason: row.text(10)?.to_owned(),
        asked_at: row.i64(11)?,
        ended_at: row.opt_i64(12)?,
    })
}

/// The refunds of a payment, in their order.
pub(crate) fn of(sql: &mut (impl SqlExt + ?Sized), person: PersonId, payment: PaymentId) -> Result<Vec<Refund>, Fault> {
    sql.all(
        "SELECT person_id, payment_id, ordinal, actor_id, stage, money_fen, gov_fen, account_fen, other_fen, cause,
             reason, asked_at, ended_at
         FROM payment_refunds WHERE person_id = $1 AND payment_id = $2 ORDER BY ordinal LIMIT $3",
        &[P::I(person.0), P::I(payment.0), P::I(super::LISTED_MAX)],
        read,
    )
}

/// One refund.
pub(crate) fn find(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    payment: PaymentId,
    ordinal: i64,
) -> Result<Option<Refund>, Fault> {
    sql.one(
        "SELECT person_id, payment_id, ordinal, actor_id, stage, money_fen, gov_fen, account_fen, other_fen, cause,
             reason, asked_at, ended_at
         FROM payment_refunds WHERE person_id = $1 AND payment_id = $2 AND ordinal = $3",
        &[P::I(person.0), P::I(payment.0), P::I(ordinal)],
        read,
    )
}

/// Refunds of an institution that have not ended, and stuck ones whose money is still
/// here: whose, of which payment, which; oldest first.
pub(crate) fn due(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
) -> Result<Vec<(PersonId, PaymentId, i64)>, Fault> {
    sql.all(
        "SELECT r.person_id, r.payment_id, r.ordinal FROM payment_refunds r
         JOIN payment_payments p ON p.person_id = r.person_id AND p.id = r.payment_id
         WHERE r.stage <> 3 AND p.institution_id = $1 AND (r.stage <> 4 OR p.returning_fen < p.taken_fen)
         ORDER BY r.asked_at, r.payment_id, r.ordinal LIMIT $2",
        &[P::I(institution.0), P::I(super::LISTED_MAX)],
        |row| Ok((PersonId(row.i64(0)?), PaymentId(row.i64(1)?), row.i64(2)?)),
    )
}

/// How much of a payment went back for one cause.
pub(crate) fn done_as(sql: &mut (impl SqlExt + ?Sized), payment: &Payment, cause: RefundCause) -> Result<Fen, Fault> {
    let sum = sql.one(
        "SELECT CAST(COALESCE(SUM(money_fen), 0) AS BIGINT) FROM payment_refunds
         WHERE person_id = $1 AND payment_id = $2 AND stage = 3 AND cause = $3",
        &[P::I(payment.person.0), P::I(payment.id.0), P::S(cause.name())],
        |row| row.i64(0),
    )?;
    Ok(Fen(sum.unwrap_or(0)))
}

/// The subject was undone: money that is on its way back without the insured parts
/// goes back for that.
pub(crate) fn become_cancelled(tx: &mut Tx<'_>, payment: &Payment) -> Result<(), Fault> {
    tx.execute(
        "UPDATE payment_refunds SET cause = $3
         WHERE person_id = $1 AND payment_id = $2 AND stage IN (1, 2) AND cause = $4",
        &[
            P::I(payment.person.0),
            P::I(payment.id.0),
            P::S(RefundCause::Cancelled.name()),
            P::S(RefundCause::CashOnly.name()),
        ],
    )
    .map(drop)
}

/// Where the desk gave it back: nothing for the mobile channel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Over {
    /// Terminal and slip; empty for notes.
    pub(crate) slip: (String, String),
    /// The shift; 0 for none.
    pub(crate) shift: i64,
}

/// Moves a refund from the stage it was read at; false when it moved meanwhile.
pub(crate) fn advance(tx: &mut Tx<'_>, refund: &Refund, from: RefundStage, over: &Over) -> Result<bool, Fault> {
    let rows = tx.execute(
        "UPDATE payment_refunds SET stage = $5, ended_at = $6, terminal = $7, slip = $8, shift_id = $9
         WHERE person_id = $1 AND payment_id = $2 AND ordinal = $3 AND stage = $4",
        &[
            P::I(refund.person.0),
            P::I(refund.payment.0),
            P::I(refund.ordinal),
            P::I(from.code()),
            P::I(refund.stage.code()),
            P::opt(refund.ended_at),
            P::S(&over.slip.0),
            P::S(&over.slip.1),
            P::I(over.shift),
        ],
    )?;
    Ok(rows == 1)
}
