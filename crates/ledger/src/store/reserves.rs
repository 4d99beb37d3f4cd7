//! Statements on money set aside.

use crate::rules::account::{Account, Code, Entity};
use ::store::{P, Row, SqlExt, Tx};
use kernel::{Fault, Fen, JournalId};

/// Names a reservation: whose money, and the entry that set it aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReserveId {
    /// The party of the account it was taken from: for personal accounts the person.
    pub party: i64,
    /// The entry that set it aside.
    pub id: JournalId,
}

/// Where a reservation stands; it leaves [`ReserveStage::Open`] once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReserveStage {
    /// Set aside.
    Open,
    /// Used, in whole or in part.
    Captured,
    /// Given back.
    Released,
    /// Given back because its time was over.
    Expired,
}

impl ReserveStage {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Open => 1,
            Self::Captured => 2,
            Self::Released => 3,
            Self::Expired => 4,
        }
    }

    fn from_number(number: i64) -> Option<Self> {
        [Self::Open, Self::Captured, Self::Released, Self::Expired].into_iter().find(|stage| stage.number() == number)
    }
}

/// Money set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    /// In whose books.
    pub entity: Entity,
    /// Taken from here.
    pub from: Account,
    /// Kept here.
    pub into: Account,
    /// How much.
    pub amount: Fen,
    /// How much was captured.
    pub taken: Fen,
    /// Where it stands.
    pub stage: ReserveStage,
    /// Ends by itself from here on, microseconds UTC.
    pub expires_at: i64,
    /// The entry that ended it.
    pub ended_by: Option<JournalId>,
}

pub(crate) fn insert(tx: &mut Tx<'_>, id: ReserveId, reserve: &crate::Reserve<'_>) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO ledger_reserves (party, id, entity_id, from_code, into_code, fund, amount, taken, stage,
             expires_at, ended_at, ended_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 1, $8, 0, 0)",
        &[
            P::I(id.party),
            P::I(id.id.0),
            P::I(reserve.entity.0),
            P::I(i64::from(reserve.from.code.number())),
            P::I(i64::from(reserve.into.code.number())),
            P::I(i64::from(reserve.from.fund)),
            P::I(reserve.amount.0),
            P::I(reserve.expires_at),
        ],
    )
    .map(drop)
}

fn read(id: ReserveId, row: &Row<'_>) -> Result<Reservation, Fault> {
    let wrong = |column: &str| Fault::broken(format!("ledger_reserves.{column} of {} cannot be", id.id));
    let account = |column: usize, name: &str| {
        let number = u16::try_from(row.i64(column)?).map_err(|_large| wrong(name))?;
        let code = Code::from_number(number).ok_or_else(|| wrong(name))?;
        let fund = u32::try_from(row.i64(3)?).map_err(|_large| wrong("fund"))?;
        Ok::<_, Fault>(Account { code, fund, party: id.party })
    };
    let ended_by = row.i64(8)?;
    Ok(Reservation {
        entity: Entity(row.i64(0)?),
        from: account(1, "from_code")?,
        into: account(2, "into_code")?,
        amount: Fen(row.i64(4)?),
        taken: Fen(row.i64(5)?),
        stage: ReserveStage::from_number(row.i64(6)?).ok_or_else(|| wrong("stage"))?,
        expires_at: row.i64(7)?,
        ended_by: (ended_by != 0).then_some(JournalId(ended_by)),
    })
}

/// A reservation as it stands.
pub fn reservation(sql: &mut (impl SqlExt + ?Sized), id: ReserveId) -> Result<Option<Reservation>, Fault> {
    sql.one(
        "SELECT entity_id, from_code, into_code, fund, amount, taken, stage, expires_at, ended_by
         FROM ledger_reserves WHERE party = $1 AND id = $2",
        &[P::I(id.party), P::I(id.id.0)],
        |row| read(id, row),
    )
}

/// How a reservation ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) stage: ReserveStage,
    pub(crate) taken: Fen,
    pub(crate) at: i64,
    pub(crate) by: JournalId,
}

/// Ends an open reservation; false when it had ended.
pub(crate) fn end(tx: &mut Tx<'_>, id: ReserveId, end: &End) -> Result<bool, Fault> {
    let rows = tx.execute(
        "UPDATE ledger_reserves SET stage = $3, taken = $4, ended_at = $5, ended_by = $6
         WHERE party = $1 AND id = $2 AND stage = 1",
        &[P::I(id.party), P::I(id.id.0), P::I(end.stage.number()), P::I(end.taken.0), P::I(end.at), P::I(end.by.0)],
    )?;
    Ok(rows == 1)
}

/// Open reservations whose time is over, oldest first.
pub(crate) fn due(sql: &mut (impl SqlExt + ?Sized), now: i64, limit: i64) -> Result<Vec<ReserveId>, Fault> {
    sql.all(
        "SELECT party, id FROM ledger_reserves WHERE stage = 1 AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
        &[P::I(now), P::I(limit)],
        |row| Ok(ReserveId { party: row.i64(0)?, id: JournalId(row.i64(1)?) }),
    )
}

/// Until when the last of a party's open reservations holds money, microseconds UTC.
pub(crate) fn open_until(sql: &mut (impl SqlExt + ?Sized), party: i64) -> Result<Option<i64>, Fault> {
    let now = sql.now();
    let last = sql.one(
        "SELECT MAX(expires_at) FROM ledger_reserves WHERE party = $1 AND stage = 1 AND expires_at > $2",
        &[P::I(party), P::I(now)],
        |row| row.opt_i64(0),
    )?;
    Ok(last.flatten())
}

/// Counts rows whose stage and end do not fit together (L6).
pub(crate) fn inconsistent(sql: &mut (impl SqlExt + ?Sized)) -> Result<Vec<ReserveId>, Fault> {
    sql.all(
        "SELECT party, id FROM ledger_reserves
         WHERE taken < 0 OR taken > amount OR amount <= 0
            OR (stage = 1 AND (ended_by <> 0 OR taken <> 0)) OR (stage <> 1 AND ended_by = 0)
            OR (stage IN (3, 4) AND taken <> 0) OR stage NOT IN (1, 2, 3, 4)
         ORDER BY party, id LIMIT 20",
        &[],
        |row| Ok(ReserveId { party: row.i64(0)?, id: JournalId(row.i64(1)?) }),
    )
}
