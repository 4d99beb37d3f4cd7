//! Statements for the check of all bills.

use super::{BillRow, read_bill};
use crate::rules::number::BillNumber;
use ::store::{P, SqlExt};
use kernel::{BillId, Fault, InstitutionId, PersonId};

/// A bill with what is kept beside it.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    pub(crate) bill: BillRow,
    pub(crate) issued_at: i64,
    pub(crate) check: String,
    /// The red bill that took it back, as its state says.
    pub(crate) red: Option<BillId>,
}

/// Where a walk along the numbers stands: number, person, bill.
pub(crate) type At = (i64, i64, i64);

/// Bills behind a place, by number.
pub(crate) fn by_numbers(sql: &mut (impl SqlExt + ?Sized), behind: At, limit: i64) -> Result<Vec<Beside>, Fault> {
    sql.all(
        "SELECT b.person_id, b.id, b.number, b.institution_id, b.total_fen, b.original_id, b.body, b.issued_at,
             b.check_code, s.red_id
         FROM bills_bills b LEFT JOIN bills_states s ON s.person_id = b.person_id AND s.bill_id = b.id
         WHERE b.number >= $1 AND (b.number > $1 OR b.person_id > $2 OR (b.person_id = $2 AND b.id > $3))
         ORDER BY b.number, b.person_id, b.id LIMIT $4",
        &[P::I(behind.0), P::I(behind.1), P::I(behind.2), P::I(limit)],
        |row| {
            Ok(Beside {
                bill: read_bill(row)?,
                issued_at: row.i64(7)?,
                check: row.text(8)?.to_owned(),
                red: row.opt_i64(9)?.map(BillId),
            })
        },
    )
}

/// An issuer's digits, and its first number that was never given out.
pub(crate) fn issuer(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
) -> Result<Option<(i64, i64)>, Fault> {
    sql.one("SELECT issuer_no, next_no FROM bills_issuers WHERE institution_id = $1", &[P::I(institution.0)], |row| {
        Ok((row.i64(0)?, row.i64(1)?))
    })
}

/// Every bill of a person's settlements, without red ones: id and what took it back.
pub(crate) fn live_or_red(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    limit: i64,
) -> Result<Vec<(BillRow, Option<BillId>)>, Fault> {
    sql.all(
        "SELECT b.person_id, b.id, b.number, b.institution_id, b.total_fen, b.original_id, b.body, s.red_id
         FROM bills_bills b LEFT JOIN bills_states s ON s.person_id = b.person_id AND s.bill_id = b.id
         WHERE b.person_id = $1 AND b.original_id IS NULL ORDER BY b.id LIMIT $2",
        &[P::I(person.0), P::I(limit)],
        |row| Ok((read_bill(row)?, row.opt_i64(7)?.map(BillId))),
    )
}

impl BillRow {
    /// The number as its bytes say it, and whether they are a bill at all.
    pub(crate) fn bears(&self, number: BillNumber) -> bool {
        self.content().is_ok_and(|content| content.number == number.to_string())
    }
}
