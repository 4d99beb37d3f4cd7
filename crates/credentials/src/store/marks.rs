//! The marks of used codes and the floor below which they were forgotten.

use crate::marks::Mark;
use ::store::{Insert, Kind, P, SqlExt, Tx, fact};
use code::Step;
use kernel::Fault;

const FLOOR: &str = "credentials.marks-floor";

static MARKS: Insert = Insert {
    table: "credentials_marks",
    columns: &[("step", Kind::Int), ("minter_id", Kind::Int)],
    // A mark that is there already fails the flush: the key decides between processes.
    on_conflict: "",
};

/// Writes a mark with the batch; a second one of the same step is a duplicate.
pub(crate) fn insert(tx: &mut Tx<'_>, mark: Mark) {
    tx.insert_later(&MARKS, [i64::from(mark.step.0).into(), mark.minted_by.into()]);
}

fn step(number: i64) -> Result<Step, Fault> {
    u32::try_from(number).map(Step).map_err(|_wrong| Fault::broken("credentials_marks.step is no step"))
}

/// Hands every mark from a step on to `each`. Older ones are passed over, however many
/// wait to be forgotten: a start is as fast after a day that nobody tidied up.
pub(crate) fn since(sql: &mut (impl SqlExt + ?Sized), from: Step, mut each: impl FnMut(Mark)) -> Result<(), Fault> {
    let from = [P::I(i64::from(from.0))];
    sql.rows("SELECT step, minter_id FROM credentials_marks WHERE step >= $1", &from, &mut |row| {
        each(Mark { step: step(row.i64(0)?)?, minted_by: row.i64(1)? });
        Ok(())
    })
}

/// The step below which marks were forgotten.
pub(crate) fn floor(sql: &mut (impl SqlExt + ?Sized)) -> Result<Step, Fault> {
    let Some(bytes) = fact::find(sql, FLOOR)? else { return Ok(Step(0)) };
    let bytes: [u8; 4] =
        bytes.try_into().map_err(|_wrong| Fault::broken("store_facts: credentials.marks-floor is not 4 bytes"))?;
    Ok(Step(u32::from_be_bytes(bytes)))
}

/// Marks forgotten by one transaction at most, so that no writer waits for long.
pub(crate) const FORGOTTEN_MAX: u64 = 20_000;

/// Forgets marks before a step, at most [`FORGOTTEN_MAX`], and raises the floor
/// with them; answers how many.
pub(crate) fn forget(tx: &mut Tx<'_>, before: Step) -> Result<u64, Fault> {
    if floor(tx)? < before {
        tx.set_fact(FLOOR, &before.0.to_be_bytes())?;
    }
    tx.execute(
        "DELETE FROM credentials_marks WHERE (step, minter_id) IN (
             SELECT step, minter_id FROM credentials_marks WHERE step < $1 ORDER BY step LIMIT $2)",
        &[P::I(i64::from(before.0)), P::I(i64::try_from(FORGOTTEN_MAX).unwrap_or(i64::MAX))],
    )
}

/// The highest sub-counter used in the half minute that begins with `first`.
pub(crate) fn last_sub(sql: &mut (impl SqlExt + ?Sized), minter: i64, first: Step) -> Result<Option<u32>, Fault> {
    let at = |sub: u32| P::I(i64::from(first.0) + i64::from(sub));
    sql.one(
        "SELECT step FROM credentials_marks
         WHERE step IN ($2, $3, $4, $5, $6, $7, $8, $9) AND minter_id = $1 ORDER BY step DESC LIMIT 1",
        &[P::I(minter), at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)],
        |row| Ok(step(row.i64(0)?)?.sub()),
    )
}
