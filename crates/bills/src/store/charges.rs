//! Statements on the charges of visits.

use crate::charges::Line;
use crate::rules::charge::LINES_MAX;
use ::store::{P, Sql as _, SqlExt, Tx};
use kernel::{Fault, Fen, PersonId, VisitId};

/// Adds a charge; false when its number is known.
pub(crate) fn insert(tx: &mut Tx<'_>, line: &Line<'_>, amount: Fen, body: &[u8]) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "INSERT INTO bills_charges
             (person_id, visit_id, sn, institution_id, order_no, charged_at, amount_fen, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (person_id, visit_id, sn) DO NOTHING",
        &[
            P::I(line.person.0),
            P::I(line.visit.0),
            P::S(line.sn),
            P::I(line.institution.0),
            P::S(line.order),
            P::I(now),
            P::I(amount.0),
            P::B(body),
        ],
    )?;
    Ok(rows == 1)
}

pub(crate) fn body(sql: &mut (impl SqlExt + ?Sized), line: &Line<'_>) -> Result<Option<Vec<u8>>, Fault> {
    sql.one(
        "SELECT body FROM bills_charges WHERE person_id = $1 AND visit_id = $2 AND sn = $3",
        &[P::I(line.person.0), P::I(line.visit.0), P::S(line.sn)],
        |row| Ok(row.bytes(0)?.to_vec()),
    )
}

pub(crate) fn count(sql: &mut (impl SqlExt + ?Sized), person: PersonId, visit: VisitId) -> Result<i64, Fault> {
    let count = sql.one(
        "SELECT COUNT(*) FROM bills_charges WHERE person_id = $1 AND visit_id = $2",
        &[P::I(person.0), P::I(visit.0)],
        |row| row.i64(0),
    )?;
    Ok(count.unwrap_or(0))
}

pub(crate) fn delete(tx: &mut Tx<'_>, person: PersonId, visit: VisitId, sn: &str) -> Result<bool, Fault> {
    let rows = tx.execute(
        "DELETE FROM bills_charges WHERE person_id = $1 AND visit_id = $2 AND sn = $3",
        &[P::I(person.0), P::I(visit.0), P::S(sn)],
    )?;
    Ok(rows == 1)
}

pub(crate) fn of_visit(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    visit: VisitId,
) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let most = i64::try_from(LINES_MAX).unwrap_or(i64::MAX);
    sql.all(
        "SELECT sn, body FROM bills_charges WHERE person_id = $1 AND visit_id = $2 ORDER BY sn LIMIT $3",
        &[P::I(person.0), P::I(visit.0), P::I(most)],
        |row| Ok((row.text(0)?.to_owned(), row.bytes(1)?.to_vec())),
    )
}
