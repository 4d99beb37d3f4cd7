//! Every statement on the ledger's tables: here the journal and what takes entries
//! back; beside it [`accounts`], [`reserves`], [`folds`] and [`transfers`].

pub(crate) mod accounts;
pub(crate) mod folds;
pub(crate) mod reserves;
pub(crate) mod transfers;

use crate::rules::account::Entity;
use crate::rules::entry::{Line, Posted};
use crate::rules::kind::EntryKind;
use crate::rules::packed::{SEAL_LEN, Sealed, pack_lines, unpack, unpack_lines};
use crate::rules::period::Period;
use ::store::{Engine, Insert, Kind, P, Row, SqlExt, Tx, fact};
use kernel::{Fault, JournalId};

const KEY: &str = "ledger.seal-key";

fn key(bytes: Vec<u8>) -> Result<[u8; 32], Fault> {
    bytes.try_into().map_err(|_wrong| Fault::broken("store_facts: ledger.seal-key is not 32 bytes"))
}

pub(crate) fn seal_key(sql: &mut (impl SqlExt + ?Sized)) -> Result<Option<[u8; 32]>, Fault> {
    fact::find(sql, KEY)?.map(key).transpose()
}

/// Makes the key unless somebody was first; answers the one that is kept.
pub(crate) fn make_seal_key(tx: &mut Tx<'_>) -> Result<[u8; 32], Fault> {
    key(tx.key_fact(KEY)?)
}

pub(crate) static JOURNAL: Insert = Insert {
    table: "ledger_journal",
    columns: &[
        ("id", Kind::Int),
        ("entity_id", Kind::Int),
        ("period", Kind::Int),
        ("at", Kind::Int),
        ("kind", Kind::Int),
        ("of_id", Kind::Int),
        ("body", Kind::Bytes),
        ("seal", Kind::Bytes),
    ],
    on_conflict: "",
};

/// A row of the journal as the database gives it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JournalRow<'a> {
    pub(crate) sealed: Sealed<'a>,
    pub(crate) seal: &'a [u8],
}

impl<'a> JournalRow<'a> {
    fn read(row: &'a Row<'_>) -> Result<Self, Fault> {
        let mut numbers = [0i64; 6];
        for (column, number) in numbers.iter_mut().enumerate() {
            *number = row.i64(column)?;
        }
        Ok(Self { sealed: Sealed { numbers, body: row.bytes(6)? }, seal: row.bytes(7)? })
    }

    pub(crate) fn id(&self) -> i64 {
        self.sealed.numbers[0]
    }

    pub(crate) fn entity(&self) -> Entity {
        Entity(self.sealed.numbers[1])
    }

    pub(crate) fn period(&self) -> Period {
        Period(i32::try_from(self.sealed.numbers[2]).unwrap_or(0))
    }

    pub(crate) fn kind(&self) -> Result<EntryKind, Fault> {
        u8::try_from(self.sealed.numbers[4])
            .ok()
            .and_then(EntryKind::from_number)
            .ok_or_else(|| Fault::broken(format!("ledger_journal.kind of entry {} is no kind", self.id())))
    }

    pub(crate) fn of(&self) -> i64 {
        self.sealed.numbers[5]
    }

    pub(crate) fn posted(&self) -> Result<Posted, Fault> {
        let (refs, lines) = unpack(self.id(), self.sealed.body)?;
        Ok(Posted {
            id: JournalId(self.id()),
            entity: self.entity(),
            kind: self.kind()?,
            period: self.period(),
            at: self.sealed.numbers[3],
            of: (self.of() != 0).then_some(JournalId(self.of())),
            refs,
            lines,
        })
    }
}

/// A row to be appended.
pub(crate) fn append(tx: &mut Tx<'_>, sealed: &Sealed<'_>, seal: [u8; SEAL_LEN]) {
    let [id, entity, period, at, kind, of] = sealed.numbers;
    let values = [
        id.into(),
        entity.into(),
        period.into(),
        at.into(),
        kind.into(),
        of.into(),
        sealed.body.into(),
        seal[..].into(),
    ];
    tx.insert_later(&JOURNAL, values);
}

/// How a reading transaction begins that sees one instant only.
pub(crate) const fn snapshot_words(engine: &Engine) -> &'static str {
    match engine {
        Engine::Sqlite(_) => "BEGIN",
        Engine::Postgres { .. } => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    }
}

/// Runs a reading in one snapshot, which ends with it.
pub(crate) fn snapshot<S: SqlExt + ?Sized, T>(
    sql: &mut S,
    begin: &'static str,
    read: impl FnOnce(&mut S) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let nothing = &mut |_row: &Row<'_>| Ok(());
    sql.rows(begin, &[], nothing)?;
    let found = read(sql);
    let ended = sql.rows("COMMIT", &[], nothing);
    let found = found?;
    ended.map(|()| found)
}

/// One entry.
pub(crate) fn entry(sql: &mut (impl SqlExt + ?Sized), id: JournalId) -> Result<Option<Posted>, Fault> {
    sql.one(
        "SELECT id, entity_id, period, at, kind, of_id, body, seal FROM ledger_journal WHERE id = $1",
        &[P::I(id.0)],
        |row| JournalRow::read(row)?.posted(),
    )
}

/// Rows after an id up to another, at most `limit`, in order.
pub(crate) fn rows_between(
    sql: &mut (impl SqlExt + ?Sized),
    after: i64,
    to: i64,
    limit: i64,
    each: &mut dyn FnMut(&JournalRow<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    sql.rows(
        "SELECT id, entity_id, period, at, kind, of_id, body, seal FROM ledger_journal
         WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3",
        &[P::I(after), P::I(to), P::I(limit)],
        &mut |row| each(&JournalRow::read(row)?),
    )
}

/// The last id; 0 in an empty journal.
pub(crate) fn last_id(sql: &mut (impl SqlExt + ?Sized)) -> Result<i64, Fault> {
    let last = sql.one("SELECT id FROM ledger_journal ORDER BY id DESC LIMIT 1", &[], |row| row.i64(0))?;
    Ok(last.unwrap_or(0))
}

/// The last id at or below another; 0 when there is none.
pub(crate) fn last_id_to(sql: &mut (impl SqlExt + ?Sized), to: i64) -> Result<i64, Fault> {
    let last =
        sql.one("SELECT id FROM ledger_journal WHERE id <= $1 ORDER BY id DESC LIMIT 1", &[P::I(to)], |row| {
            row.i64(0)
        })?;
    Ok(last.unwrap_or(0))
}

/// Entries that take one back.
pub(crate) fn taken_back_by(sql: &mut (impl SqlExt + ?Sized), of: JournalId) -> Result<Vec<JournalId>, Fault> {
    sql.all("SELECT id FROM ledger_reversals WHERE of_id = $1 ORDER BY part LIMIT 1000", &[P::I(of.0)], |row| {
        Ok(JournalId(row.i64(0)?))
    })
}

/// An id of the journal at or above another.
pub(crate) fn id_from(sql: &mut (impl SqlExt + ?Sized), from: i64) -> Result<Option<i64>, Fault> {
    sql.one("SELECT id FROM ledger_journal WHERE id >= $1 ORDER BY id LIMIT 1", &[P::I(from)], |row| row.i64(0))
}

/// What was taken back of an entry so far: the last part's number, all lines.
pub(crate) fn reversed(sql: &mut (impl SqlExt + ?Sized), of: JournalId) -> Result<(i64, Vec<Line>), Fault> {
    let (mut part, mut lines) = (0, Vec::new());
    sql.rows("SELECT part, body FROM ledger_reversals WHERE of_id = $1 ORDER BY part", &[P::I(of.0)], &mut |row| {
        part = row.i64(0)?;
        lines.extend(unpack_lines(of.0, row.bytes(1)?)?);
        Ok(())
    })?;
    Ok((part, lines))
}

/// Writes down a part that is taken back; false when another transaction wrote the
/// same part first.
pub(crate) fn take_back(
    tx: &mut Tx<'_>,
    of: JournalId,
    part: i64,
    id: JournalId,
    lines: &[Line],
) -> Result<bool, Fault> {
    let mut body = Vec::new();
    pack_lines(&mut body, lines);
    let rows = tx.execute(
        "INSERT INTO ledger_reversals (of_id, part, id, body) VALUES ($1, $2, $3, $4)
         ON CONFLICT (of_id, part) DO NOTHING",
        &[P::I(of.0), P::I(part), P::I(id.0), P::B(&body)],
    )?;
    Ok(rows == 1)
}

/// A part taken back of an entry.
pub(crate) struct Part {
    pub(crate) of: i64,
    pub(crate) number: i64,
    /// The entry that takes it back.
    pub(crate) by: i64,
    pub(crate) lines: Vec<Line>,
}

/// Every part taken back, in the order of the entries they belong to.
pub(crate) fn each_reversal(
    sql: &mut (impl SqlExt + ?Sized),
    after: (i64, i64),
    limit: i64,
) -> Result<Vec<Part>, Fault> {
    sql.all(
        "SELECT of_id, part, id, body FROM ledger_reversals
         WHERE of_id > $1 OR (of_id = $1 AND part > $2) ORDER BY of_id, part LIMIT $3",
        &[P::I(after.0), P::I(after.1), P::I(limit)],
        |row| {
            let of = row.i64(0)?;
            Ok(Part { of, number: row.i64(1)?, by: row.i64(2)?, lines: unpack_lines(of, row.bytes(3)?)? })
        },
    )
}

/// Closed months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// Whose books.
    pub entity: Entity,
    /// Which month.
    pub period: Period,
    /// When, microseconds UTC.
    pub closed_at: i64,
    /// Accounts in the trial balance.
    pub accounts: i64,
    /// Sum of its debit balances.
    pub debit: kernel::Fen,
    /// Sum of its credit balances.
    pub credit: kernel::Fen,
    /// SHA-256 over its lines.
    pub hash: [u8; 32],
}

pub(crate) fn insert_closing(tx: &mut Tx<'_>, closing: &Closing, actor: i64) -> Result<bool, Fault> {
    let rows = tx.execute(
        "INSERT INTO ledger_closings (entity_id, period, closed_at, actor_id, accounts, debit, credit, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (entity_id, period) DO NOTHING",
        &[
            P::I(closing.entity.0),
            P::I(i64::from(closing.period.0)),
            P::I(closing.closed_at),
            P::I(actor),
            P::I(closing.accounts),
            P::I(closing.debit.0),
            P::I(closing.credit.0),
            P::B(&closing.hash),
        ],
    )?;
    Ok(rows == 1)
}

/// Closed months of all books, or of one; at most 100,000.
pub(crate) fn closings(sql: &mut (impl SqlExt + ?Sized), entity: Option<Entity>) -> Result<Vec<Closing>, Fault> {
    let only = entity.map_or(0, |entity| entity.0);
    sql.all(
        "SELECT entity_id, period, closed_at, accounts, debit, credit, hash FROM ledger_closings
         WHERE CAST($1 AS BIGINT) = 0 OR entity_id = $1 ORDER BY entity_id, period LIMIT 100000",
        &[P::I(only)],
        |row| {
            Ok(Closing {
                entity: Entity(row.i64(0)?),
                period: Period(i32::try_from(row.i64(1)?).unwrap_or(0)),
                closed_at: row.i64(2)?,
                accounts: row.i64(3)?,
                debit: kernel::Fen(row.i64(4)?),
                credit: kernel::Fen(row.i64(5)?),
                hash: row
                    .bytes(6)?
                    .try_into()
                    .map_err(|_wrong| Fault::broken("ledger_closings.hash is not 32 bytes"))?,
            })
        },
    )
}
