//! Statements on segments, folds and balances.

use crate::rules::account::{Account, Code, Entity};
use crate::rules::fold::{Key, Sums, Totals};
use crate::rules::period::Period;
use ::store::{Insert, Kind, P, Row, SqlExt, Tx};
use kernel::{Fault, Fen};

/// A stretch of the journal that was folded and sealed into the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Its number, from 1.
    pub(crate) seq: i64,
    /// Entries above this id …
    pub(crate) from_id: i64,
    /// … up to this id.
    pub(crate) to_id: i64,
    /// How many.
    pub(crate) entries: i64,
    /// Lines in them.
    pub(crate) lines: i64,
    /// The chain's hash at its end.
    pub(crate) hash: [u8; 32],
}

impl Segment {
    /// Before the first.
    pub(crate) const fn none() -> Self {
        Self { seq: 0, from_id: 0, to_id: 0, entries: 0, lines: 0, hash: [0; 32] }
    }
}

fn read_segment(row: &Row<'_>) -> Result<Segment, Fault> {
    Ok(Segment {
        seq: row.i64(0)?,
        from_id: row.i64(1)?,
        to_id: row.i64(2)?,
        entries: row.i64(3)?,
        lines: row.i64(4)?,
        hash: row.bytes(5)?.try_into().map_err(|_wrong| Fault::broken("ledger_segments.hash is not 32 bytes"))?,
    })
}

/// The last segment; [`Segment::none`] before the first.
pub(crate) fn last_segment(sql: &mut (impl SqlExt + ?Sized)) -> Result<Segment, Fault> {
    let last = sql.one(
        "SELECT seq, from_id, to_id, entries, lines, hash FROM ledger_segments ORDER BY seq DESC LIMIT 1",
        &[],
        read_segment,
    )?;
    Ok(last.unwrap_or_else(Segment::none))
}

/// Segments after one, at most `limit`, in order.
pub(crate) fn segments(sql: &mut (impl SqlExt + ?Sized), after: i64, limit: i64) -> Result<Vec<Segment>, Fault> {
    sql.all(
        "SELECT seq, from_id, to_id, entries, lines, hash FROM ledger_segments WHERE seq > $1 ORDER BY seq LIMIT $2",
        &[P::I(after), P::I(limit)],
        read_segment,
    )
}

static FOLDS: Insert = Insert {
    table: "ledger_folds",
    columns: &[
        ("entity_id", Kind::Int),
        ("code", Kind::Int),
        ("fund", Kind::Int),
        ("party", Kind::Int),
        ("segment", Kind::Int),
        ("period", Kind::Int),
        ("debit", Kind::Int),
        ("credit", Kind::Int),
        ("lines", Kind::Int),
    ],
    on_conflict: "",
};

static BALANCES: Insert = Insert {
    table: "ledger_balances",
    columns: &[
        ("entity_id", Kind::Int),
        ("period", Kind::Int),
        ("code", Kind::Int),
        ("fund", Kind::Int),
        ("party", Kind::Int),
        ("debit", Kind::Int),
        ("credit", Kind::Int),
        ("lines", Kind::Int),
    ],
    on_conflict: "ON CONFLICT (entity_id, period, code, fund, party) DO UPDATE SET
        debit = ledger_balances.debit + excluded.debit, credit = ledger_balances.credit + excluded.credit,
        lines = ledger_balances.lines + excluded.lines",
};

/// Writes a segment with its folds and adds them to the balances.
pub(crate) fn insert_segment(tx: &mut Tx<'_>, segment: &Segment, totals: &Totals) -> Result<(), Fault> {
    let now = ::store::Sql::now(tx);
    tx.execute(
        "INSERT INTO ledger_segments (seq, from_id, to_id, entries, lines, at, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            P::I(segment.seq),
            P::I(segment.from_id),
            P::I(segment.to_id),
            P::I(segment.entries),
            P::I(segment.lines),
            P::I(now),
            P::B(&segment.hash),
        ],
    )?;
    for (key, sums) in totals {
        let account = key.account;
        let (code, fund) = (i64::from(account.code.number()), i64::from(account.fund));
        let period = i64::from(key.period.0);
        let amounts = [sums.debit.0.into(), sums.credit.0.into(), sums.lines.into()];
        let place = [key.entity.0, code, fund, account.party, segment.seq, period];
        tx.insert_later(&FOLDS, place.map(Into::into).into_iter().chain(amounts.clone()));
        let place = [key.entity.0, period, code, fund, account.party];
        tx.insert_later(&BALANCES, place.map(Into::into).into_iter().chain(amounts));
    }
    Ok(())
}

fn account(code: i64, fund: i64, party: i64) -> Result<Account, Fault> {
    let code = u16::try_from(code).ok().and_then(Code::from_number);
    let code = code.ok_or_else(|| Fault::broken("a code of ledger_balances is not in the chart"))?;
    let fund = u32::try_from(fund).map_err(|_large| Fault::broken("a fund of ledger_balances is no fund"))?;
    Ok(Account { code, fund, party })
}

fn read_total(row: &Row<'_>) -> Result<(Key, Sums), Fault> {
    let key = Key {
        entity: Entity(row.i64(0)?),
        period: Period(i32::try_from(row.i64(1)?).unwrap_or(0)),
        account: account(row.i64(2)?, row.i64(3)?, row.i64(4)?)?,
    };
    Ok((key, Sums { debit: Fen(row.i64(5)?), credit: Fen(row.i64(6)?), lines: row.i64(7)? }))
}

/// Totals of an entity up to a period, as folded.
pub(crate) fn totals(sql: &mut (impl SqlExt + ?Sized), entity: Entity, to: Period) -> Result<Totals, Fault> {
    let mut totals = Totals::new();
    sql.rows(
        "SELECT entity_id, period, code, fund, party, debit, credit, lines FROM ledger_balances
         WHERE entity_id = $1 AND period <= $2 ORDER BY period, code, fund, party",
        &[P::I(entity.0), P::I(i64::from(to.0))],
        &mut |row| {
            let (key, sums) = read_total(row)?;
            totals.insert(key, sums);
            Ok(())
        },
    )?;
    Ok(totals)
}

/// Every balance row.
pub(crate) fn each_balance(
    sql: &mut (impl SqlExt + ?Sized),
    each: &mut dyn FnMut(Key, Sums) -> Result<(), Fault>,
) -> Result<(), Fault> {
    sql.rows(
        "SELECT entity_id, period, code, fund, party, debit, credit, lines FROM ledger_balances",
        &[],
        &mut |row| {
            let (key, sums) = read_total(row)?;
            each(key, sums)
        },
    )
}

/// Every fold row, in no order: its segment, key and sums.
pub(crate) fn each_fold(
    sql: &mut (impl SqlExt + ?Sized),
    each: &mut dyn FnMut(i64, Key, Sums) -> Result<(), Fault>,
) -> Result<(), Fault> {
    sql.rows(
        "SELECT entity_id, period, code, fund, party, debit, credit, lines, segment FROM ledger_folds",
        &[],
        &mut |row| {
            let (key, sums) = read_total(row)?;
            each(row.i64(8)?, key, sums)
        },
    )
}

/// Entities with books, with the periods they have postings in.
pub(crate) fn books(sql: &mut (impl SqlExt + ?Sized)) -> Result<Vec<(Entity, Period, Period)>, Fault> {
    sql.all(
        "SELECT entity_id, CAST(MIN(period) AS BIGINT), CAST(MAX(period) AS BIGINT) FROM ledger_balances
         GROUP BY entity_id ORDER BY entity_id LIMIT 10000",
        &[],
        |row| {
            let month = |number: i64| Period(i32::try_from(number).unwrap_or(0));
            Ok((Entity(row.i64(0)?), month(row.i64(1)?), month(row.i64(2)?)))
        },
    )
}

/// What an account moved in a segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved {
    pub(crate) from_id: i64,
    pub(crate) to_id: i64,
}

/// Segments in which an account has lines below an id, newest first.
pub(crate) fn segments_of(
    sql: &mut (impl SqlExt + ?Sized),
    entity: Entity,
    account: &Account,
    before: i64,
    limit: i64,
) -> Result<Vec<Moved>, Fault> {
    sql.all(
        "SELECT DISTINCT s.seq, s.from_id, s.to_id FROM ledger_folds f JOIN ledger_segments s ON s.seq = f.segment
         WHERE f.entity_id = $1 AND f.code = $2 AND f.fund = $3 AND f.party = $4 AND s.from_id < $5
         ORDER BY s.seq DESC LIMIT $6",
        &[
            P::I(entity.0),
            P::I(i64::from(account.code.number())),
            P::I(i64::from(account.fund)),
            P::I(account.party),
            P::I(before),
            P::I(limit),
        ],
        |row| Ok(Moved { from_id: row.i64(1)?, to_id: row.i64(2)? }),
    )
}
