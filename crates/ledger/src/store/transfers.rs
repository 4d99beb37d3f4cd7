//! Statements on transfers that came from a file.

use ::store::{Engine, Insert, Kind, P, Row, SqlExt, Tx};
use kernel::{Fault, JournalId};
use std::collections::HashMap;

/// References asked for in one statement.
pub(crate) const ASKED: usize = 32;

/// A reference as it is kept.
pub(crate) type Reference = [u8; 16];

static TRANSFERS: Insert = Insert {
    table: "ledger_transfers",
    columns: &[("reference", Kind::Bytes), ("id", Kind::Int), ("digest", Kind::Int)],
    on_conflict: "",
};

pub(crate) fn keep(tx: &mut Tx<'_>, reference: &Reference, id: JournalId, digest: i64) {
    tx.insert_later(&TRANSFERS, [reference.as_slice().into(), id.0.into(), digest.into()]);
}

/// What is known of references: the entry and the digest.
pub(crate) type Known = HashMap<Reference, (i64, i64)>;

fn keep_known(found: &mut Known, row: &Row<'_>) -> Result<(), Fault> {
    let reference = row.bytes(0)?.try_into();
    let reference = reference.map_err(|_wrong| Fault::broken("ledger_transfers.reference is not 16 bytes"))?;
    found.insert(reference, (row.i64(1)?, row.i64(2)?));
    Ok(())
}

/// Which of some references are known, with what they were. PostgreSQL looks all up in
/// one statement, since each is a round trip.
pub(crate) fn known(sql: &mut (impl SqlExt + ?Sized), engine: &Engine, asked: &[Reference]) -> Result<Known, Fault> {
    let mut found = HashMap::new();
    if matches!(engine, Engine::Postgres { .. }) {
        let count = i64::try_from(asked.len()).unwrap_or(0);
        sql.rows(
            "SELECT had.reference, had.id, had.digest
             FROM generate_series(CAST(0 AS BIGINT), CAST($2 AS BIGINT) - 1) AS place(at)
             CROSS JOIN LATERAL (SELECT reference, id, digest FROM ledger_transfers
                 WHERE reference = substring(CAST($1 AS BYTEA) FROM CAST(place.at * 16 + 1 AS INTEGER) FOR 16)
                 LIMIT 1) AS had",
            &[P::B(&asked.concat()), P::I(count)],
            &mut |row| keep_known(&mut found, row),
        )?;
        return Ok(found);
    }
    for some in asked.chunks(ASKED) {
        let filler: &[u8] = some.first().map_or(&[], |first| first.as_slice());
        let mut params = [P::B(filler); ASKED];
        params.iter_mut().zip(some).for_each(|(param, one)| *param = P::B(one));
        sql.rows(
            "SELECT reference, id, digest FROM ledger_transfers WHERE reference IN ($1, $2, $3, $4, $5, $6, $7, $8, $9,
                 $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29,
                 $30, $31, $32)",
            &params,
            &mut |row| keep_known(&mut found, row),
        )?;
    }
    Ok(found)
}
