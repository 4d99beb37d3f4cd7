//! Mandates: leave to show a code for somebody else.

use crate::rules::mandate::{MANDATES_MAX, Mandate, MandateKind, purposes_of, purposes_text};
use ::store::{P, Row, Sql as _, SqlExt, Tx};
use kernel::{ActorId, Fault, PersonId};

pub(crate) fn insert(tx: &mut Tx<'_>, mandate: &Mandate, by: ActorId) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO credentials_mandates (person_id, id, holder_id, kind, purposes, until_at, limit_fen, given_at,
             given_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            P::I(mandate.person.0),
            P::I(mandate.id),
            P::I(mandate.holder.0),
            P::S(mandate.kind.name()),
            P::S(&purposes_text(&mandate.purposes)),
            P::opt(mandate.until_at),
            P::opt(mandate.limit_fen),
            P::I(now),
            P::I(by.0),
        ],
    )
    .map(drop)
}

fn read(row: &Row<'_>) -> Result<Mandate, Fault> {
    let id = row.i64(1)?;
    let broken = |column: &str| Fault::broken(format!("credentials_mandates.{column} of {id} cannot be"));
    Ok(Mandate {
        id,
        person: PersonId(row.i64(0)?),
        holder: PersonId(row.i64(2)?),
        kind: MandateKind::from_name(row.text(3)?).ok_or_else(|| broken("kind"))?,
        purposes: purposes_of(row.text(4)?).ok_or_else(|| broken("purposes"))?,
        until_at: row.opt_i64(5)?,
        limit_fen: row.opt_i64(6)?,
        ended_at: row.opt_i64(7)?,
    })
}

fn most() -> i64 {
    i64::try_from(MANDATES_MAX * 8).unwrap_or(i64::MAX)
}

/// What a person gave, newest first.
pub(crate) fn given(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Vec<Mandate>, Fault> {
    sql.all(
        "SELECT person_id, id, holder_id, kind, purposes, until_at, limit_fen, ended_at FROM credentials_mandates
         WHERE person_id = $1 ORDER BY id DESC LIMIT $2",
        &[P::I(person.0), P::I(most())],
        read,
    )
}

/// What a person holds for others, newest first.
pub(crate) fn held(sql: &mut (impl SqlExt + ?Sized), holder: PersonId) -> Result<Vec<Mandate>, Fault> {
    sql.all(
        "SELECT person_id, id, holder_id, kind, purposes, until_at, limit_fen, ended_at FROM credentials_mandates
         WHERE holder_id = $1 ORDER BY id DESC LIMIT $2",
        &[P::I(holder.0), P::I(most())],
        read,
    )
}

pub(crate) fn one(sql: &mut (impl SqlExt + ?Sized), person: PersonId, id: i64) -> Result<Option<Mandate>, Fault> {
    sql.one(
        "SELECT person_id, id, holder_id, kind, purposes, until_at, limit_fen, ended_at FROM credentials_mandates
         WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id)],
        read,
    )
}

/// Ends a mandate; false when it had ended or does not exist.
pub(crate) fn end(tx: &mut Tx<'_>, person: PersonId, id: i64) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "UPDATE credentials_mandates SET ended_at = $3 WHERE person_id = $1 AND id = $2 AND ended_at IS NULL",
        &[P::I(person.0), P::I(id), P::I(now)],
    )?;
    Ok(rows == 1)
}
