//! Account money held for orders.

use ::store::{Insert, Kind, P, SqlExt, Tx};
use kernel::{Fault, Fen, PersonId};

static HOLDS: Insert = Insert {
    table: "settlement_holds",
    columns: &[
        ("person_id", Kind::Int),
        ("id", Kind::Int),
        ("quote_id", Kind::Int),
        ("amount", Kind::Int),
        ("stage", Kind::Text),
        ("reserve_id", Kind::Int),
        ("expires_at", Kind::Int),
    ],
    on_conflict: "",
};

/// Account money held for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HoldRow {
    pub(crate) id: i64,
    pub(crate) quote: i64,
    pub(crate) amount: Fen,
    pub(crate) stage: String,
    pub(crate) reserve: i64,
    pub(crate) expires_at: i64,
}

pub(crate) fn insert(tx: &mut Tx<'_>, person: PersonId, hold: &HoldRow) {
    let values = [
        person.0.into(),
        hold.id.into(),
        hold.quote.into(),
        hold.amount.0.into(),
        hold.stage.as_str().into(),
        hold.reserve.into(),
        hold.expires_at.into(),
    ];
    tx.insert_later(&HOLDS, values);
}

pub(crate) fn find(sql: &mut (impl SqlExt + ?Sized), person: PersonId, id: i64) -> Result<Option<HoldRow>, Fault> {
    sql.one(
        "SELECT quote_id, amount, stage, reserve_id, expires_at FROM settlement_holds WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id)],
        |row| {
            Ok(HoldRow {
                id,
                quote: row.i64(0)?,
                amount: Fen(row.i64(1)?),
                stage: row.text(2)?.to_owned(),
                reserve: row.i64(3)?,
                expires_at: row.i64(4)?,
            })
        },
    )
}

/// Moves a hold on from `held`; false when it is not held any more.
pub(crate) fn end(tx: &mut Tx<'_>, person: PersonId, id: i64, stage: &str) -> Result<bool, Fault> {
    let rows = tx.execute(
        "UPDATE settlement_holds SET stage = $3 WHERE person_id = $1 AND id = $2 AND stage = 'held'",
        &[P::I(person.0), P::I(id), P::S(stage)],
    )?;
    Ok(rows == 1)
}
