//! Statements on shifts and what they counted.

use crate::rules::till::{Counted, Total};
use ::store::{P, SqlExt, Tx};
use kernel::{ActorId, Fault, Fen, InstitutionId};

/// A shift at a till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) id: i64,
    pub(crate) institution: InstitutionId,
    pub(crate) actor: ActorId,
    pub(crate) till: String,
    pub(crate) float: Fen,
    pub(crate) opened_at: i64,
}

/// The open shift of a clerk.
pub(crate) fn open_shift(sql: &mut (impl SqlExt + ?Sized), actor: ActorId) -> Result<Option<Shift>, Fault> {
    sql.one(
        "SELECT id, institution_id, actor_id, till, float_fen, opened_at FROM payment_shifts
         WHERE actor_id = $1 AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
        &[P::I(actor.0)],
        |row| {
            Ok(Shift {
                id: row.i64(0)?,
                institution: InstitutionId(row.i64(1)?),
                actor: ActorId(row.i64(2)?),
                till: row.text(3)?.to_owned(),
                float: Fen(row.i64(4)?),
                opened_at: row.i64(5)?,
            })
        },
    )
}

/// Opens a shift.
pub(crate) fn insert(tx: &mut Tx<'_>, shift: &Shift) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO payment_shifts (id, institution_id, actor_id, till, float_fen, moves, opened_at, closed_at)
         VALUES ($1, $2, $3, $4, $5, 0, $6, NULL)",
        &[
            P::I(shift.id),
            P::I(shift.institution.0),
            P::I(shift.actor.0),
            P::S(&shift.till),
            P::I(shift.float.0),
            P::I(shift.opened_at),
        ],
    )
    .map(drop)
}

/// Counts a payment or refund into an open shift; false when it is closed. The row
/// is moved so that closing and paying in two lanes wait for one another.
pub(crate) fn touch(tx: &mut Tx<'_>, shift: i64) -> Result<bool, Fault> {
    let rows =
        tx.execute("UPDATE payment_shifts SET moves = moves + 1 WHERE id = $1 AND closed_at IS NULL", &[P::I(shift)])?;
    Ok(rows == 1)
}

/// Closes a shift; false when it is closed already.
pub(crate) fn close(tx: &mut Tx<'_>, shift: i64, at: i64) -> Result<bool, Fault> {
    let rows = tx.execute(
        "UPDATE payment_shifts SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL",
        &[P::I(shift), P::I(at)],
    )?;
    Ok(rows == 1)
}

/// What went through a shift with one tender.
pub(crate) fn total(sql: &mut (impl SqlExt + ?Sized), shift: i64, tender: &str) -> Result<Total, Fault> {
    let (payments, taken) = sql
        .one(
            "SELECT COUNT(*), CAST(COALESCE(SUM(taken_fen), 0) AS BIGINT) FROM payment_payments
             WHERE shift_id = $1 AND tender = $2 AND stage IN (3, 6, 7)",
            &[P::I(shift), P::S(tender)],
            |row| Ok((row.i64(0)?, row.i64(1)?)),
        )?
        .unwrap_or_default();
    let by_card = i64::from(tender == "pos");
    let (refunds, given) = sql
        .one(
            "SELECT COUNT(*), CAST(COALESCE(SUM(money_fen), 0) AS BIGINT) FROM payment_refunds
             WHERE shift_id = $1 AND stage = 3 AND CASE WHEN slip = '' THEN 0 ELSE 1 END = $2",
            &[P::I(shift), P::I(by_card)],
            |row| Ok((row.i64(0)?, row.i64(1)?)),
        )?
        .unwrap_or_default();
    Ok(Total { payments, taken: Fen(taken), refunds, given: Fen(given) })
}

/// Keeps what a closed shift counted.
pub(crate) fn keep(tx: &mut Tx<'_>, shift: i64, tender: &str, counted: &Counted) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO payment_shift_totals (shift_id, tender, payments, taken_fen, refunds, given_fen, expected_fen,
             counted_fen)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            P::I(shift),
            P::S(tender),
            P::I(counted.total.payments),
            P::I(counted.total.taken.0),
            P::I(counted.total.refunds),
            P::I(counted.total.given.0),
            P::I(counted.expected.0),
            P::I(counted.counted.0),
        ],
    )
    .map(drop)
}
