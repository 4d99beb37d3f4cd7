//! Statements on payouts and pay files.

use crate::payout::{Payee, Payout};
use crate::rules::payout::PayoutStage;
use ::store::{P, Row, SqlExt, Tx};
use kernel::{ActorId, Fault, Fen, JournalId};

/// Payouts of one pay file, and listed at once, at most.
pub(crate) const FILE_MAX: i64 = 5_000;

/// Adds a confirmed payout.
pub(crate) fn insert(tx: &mut Tx<'_>, payout: &Payout, by: ActorId) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO clearing_payouts (id, stage, payee_kind, payee_id, period, net_fen, deposit_fen, bank_name,
             bank_account, file_id, journal_id, reason, confirmed_at, confirmed_by, ended_at)
         VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, 0, 0, '', $9, $10, NULL)",
        &[
            P::I(payout.id),
            P::S(payout.payee.kind()),
            P::I(payout.payee.number()),
            P::S(&payout.period),
            P::I(payout.net.0),
            P::I(payout.deposit.0),
            P::S(&payout.bank_name),
            P::S(&payout.bank_account),
            P::I(payout.confirmed_at),
            P::I(by.0),
        ],
    )
    .map(drop)
}

fn read(row: &Row<'_>) -> Result<Payout, Fault> {
    let id = row.i64(0)?;
    let wrong = |column: &str| Fault::broken(format!("clearing_payouts.{column} of {id} cannot be"));
    Ok(Payout {
        id,
        stage: PayoutStage::from_code(row.i64(1)?).ok_or_else(|| wrong("stage"))?,
        payee: Payee::of(row.text(2)?, row.i64(3)?).ok_or_else(|| wrong("payee_kind"))?,
        period: row.text(4)?.to_owned(),
        net: Fen(row.i64(5)?),
        deposit: Fen(row.i64(6)?),
        bank_name: row.text(7)?.to_owned(),
        bank_account: row.text(8)?.to_owned(),
        file: row.i64(9)?,
        journal: JournalId(row.i64(10)?),
        reason: row.text(11)?.to_owned(),
        confirmed_at: row.i64(12)?,
    })
}

/// A payout by its id.
pub(crate) fn find(sql: &mut (impl SqlExt + ?Sized), id: i64) -> Result<Option<Payout>, Fault> {
    sql.one(
        "SELECT id, stage, payee_kind, payee_id, period, net_fen, deposit_fen, bank_name, bank_account, file_id,
             journal_id, reason, confirmed_at
         FROM clearing_payouts WHERE id = $1",
        &[P::I(id)],
        read,
    )
}

/// Payouts at a stage, oldest first, as many as a pay file takes.
pub(crate) fn at(sql: &mut (impl SqlExt + ?Sized), stage: PayoutStage) -> Result<Vec<Payout>, Fault> {
    sql.all(
        "SELECT id, stage, payee_kind, payee_id, period, net_fen, deposit_fen, bank_name, bank_account, file_id,
             journal_id, reason, confirmed_at
         FROM clearing_payouts WHERE stage = $1 ORDER BY id LIMIT $2",
        &[P::I(stage.code()), P::I(FILE_MAX)],
        read,
    )
}

/// Payouts to somebody for a month, oldest first.
pub(crate) fn of_payee(sql: &mut (impl SqlExt + ?Sized), payee: Payee, period: &str) -> Result<Vec<Payout>, Fault> {
    sql.all(
        "SELECT id, stage, payee_kind, payee_id, period, net_fen, deposit_fen, bank_name, bank_account, file_id,
             journal_id, reason, confirmed_at
         FROM clearing_payouts WHERE payee_kind = $1 AND payee_id = $2 AND period = $3 ORDER BY id LIMIT $4",
        &[P::S(payee.kind()), P::I(payee.number()), P::S(period), P::I(FILE_MAX)],
        read,
    )
}

/// Moves a payout; false when it moved meanwhile.
pub(crate) fn advance(
    tx: &mut Tx<'_>,
    payout: &Payout,
    from: PayoutStage,
    ended_at: Option<i64>,
) -> Result<bool, Fault> {
    let rows = tx.execute(
        "UPDATE clearing_payouts SET stage = $3, file_id = $4, journal_id = $5, reason = $6, ended_at = $7
         WHERE id = $1 AND stage = $2",
        &[
            P::I(payout.id),
            P::I(from.code()),
            P::I(payout.stage.code()),
            P::I(payout.file),
            P::I(payout.journal.0),
            P::S(&payout.reason),
            P::opt(ended_at),
        ],
    )?;
    Ok(rows == 1)
}

/// A pay file.
pub(crate) struct File<'a> {
    pub(crate) id: i64,
    pub(crate) payouts: i64,
    pub(crate) total: Fen,
    pub(crate) body: &'a [u8],
    pub(crate) made_at: i64,
}

/// Keeps a pay file byte for byte.
pub(crate) fn insert_file(tx: &mut Tx<'_>, file: &File<'_>, by: ActorId) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO clearing_files (id, payouts, total_fen, body, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6)",
        &[P::I(file.id), P::I(file.payouts), P::I(file.total.0), P::B(file.body), P::I(file.made_at), P::I(by.0)],
    )
    .map(drop)
}

/// A pay file's bytes.
pub(crate) fn file(sql: &mut (impl SqlExt + ?Sized), id: i64) -> Result<Option<Vec<u8>>, Fault> {
    sql.one("SELECT body FROM clearing_files WHERE id = $1", &[P::I(id)], |row| Ok(row.bytes(0)?.to_vec()))
}
