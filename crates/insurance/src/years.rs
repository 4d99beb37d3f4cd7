//! The accumulators of a benefit year: the fold of its settlements, cached with a
//! version (A1–A5). Who settles folds in; this module only keeps them.

use crate::store::person as rows;
use ::store::{SqlExt, Tx};
use adjudication::Accumulators;
use kernel::{Error, Fault, Fen, PersonId};

/// The sums of one benefit year of one insurance of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// Whose.
    pub person: PersonId,
    /// Insured type.
    pub insutype: String,
    /// The sums; accounts' balances are the ledger's and are not kept here.
    pub sums: Accumulators,
}

/// The layout of the stored sums.
const LAYOUT: u8 = 1;

/// Reads one year; an empty one where nothing was settled yet.
pub fn find(sql: &mut (impl SqlExt + ?Sized), person: PersonId, insutype: &str, year: i32) -> Result<Year, Error> {
    let sums = match rows::year(sql, person, insutype, i64::from(year))? {
        Some((version, body)) => unpack(year, version, &body)?,
        None => Accumulators::of_year(year),
    };
    Ok(Year { person, insutype: insutype.to_owned(), sums })
}

/// All years of a person, newest first.
pub fn all(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Vec<Year>, Error> {
    rows::years(sql, person)?
        .into_iter()
        .map(|(insutype, year, version, body)| {
            let year = i32::try_from(year).map_err(|_large| Fault::broken("insurance_years.year is no year"))?;
            Ok(Year { person, insutype, sums: unpack(year, version, &body)? })
        })
        .collect()
}

/// Puts the sums after a settlement, a reversal or a credit in the place of those
/// before it; a conflict when those are no longer the latest, so that two never mix.
pub fn put(tx: &mut Tx<'_>, person: PersonId, insutype: &str, after: &Accumulators) -> Result<(), Error> {
    let version = i64::try_from(after.version).map_err(|_large| Fault::broken("a year's version"))?;
    let before = version.saturating_sub(1);
    Ok(rows::put_year(tx, person, insutype, i64::from(after.year), before, &pack(after))?)
}

/// [`put`] together with the grouped rows: for a verb whose person nobody else writes in
/// the same batch. Where somebody did, the batch is undone and the verb runs again.
pub fn put_later(tx: &mut Tx<'_>, person: PersonId, insutype: &str, after: &Accumulators) -> Result<(), Error> {
    let version = i64::try_from(after.version).map_err(|_large| Fault::broken("a year's version"))?;
    rows::put_year_later(tx, person, insutype, i64::from(after.year), version.saturating_sub(1), pack(after));
    Ok(())
}

/// People with a year, behind a person and insured type, in their order; for jobs that
/// look at everybody.
pub fn people(
    sql: &mut (impl SqlExt + ?Sized),
    year: i32,
    behind: (i64, &str),
    limit: i64,
) -> Result<Vec<(PersonId, String)>, Error> {
    Ok(rows::people_of_year(sql, i64::from(year), behind, limit)?)
}

fn numbers(sums: &Accumulators) -> [i64; 17] {
    let [d0, d1, d2] = sums.dedc_used;
    let [i0, i1, i2] = sums.inscp;
    let [p0, p1, p2] = sums.pool_paid;
    [
        sums.admissions,
        d0.0,
        d1.0,
        d2.0,
        i0.0,
        i1.0,
        i2.0,
        p0.0,
        p1.0,
        p2.0,
        sums.hifob_paid.0,
        sums.mi_base.0,
        sums.mi_paid.0,
        sums.maf_base.0,
        sums.maf_paid.0,
        sums.cvl_paid.0,
        sums.acct_current_year.0,
    ]
}

/// Writes the sums as the row keeps them: a layout byte, then numbers of as many
/// bytes as they need.
pub fn pack(sums: &Accumulators) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(48);
    bytes.push(LAYOUT);
    for number in numbers(sums) {
        // Zig-zag: small numbers of either sign stay short.
        let mut left = (number.wrapping_shl(1) ^ number.wrapping_shr(63)).cast_unsigned();
        while left >= 0x80 {
            bytes.push(u8::try_from(left & 0x7F).unwrap_or(0) | 0x80);
            left = left.wrapping_shr(7);
        }
        bytes.push(u8::try_from(left).unwrap_or(0));
    }
    bytes
}

/// Reads the sums of a row.
pub fn unpack(year: i32, version: i64, bytes: &[u8]) -> Result<Accumulators, Fault> {
    let wrong = || Fault::broken("insurance_years.body cannot be read");
    let (layout, mut rest) = bytes.split_first().ok_or_else(wrong)?;
    if *layout != LAYOUT {
        return Err(wrong());
    }
    let mut next = || -> Result<Fen, Fault> {
        let (mut value, mut shift) = (0u64, 0u32);
        loop {
            let (byte, after) = rest.split_first().ok_or_else(wrong)?;
            rest = after;
            if shift >= 64 {
                return Err(wrong());
            }
            value |= u64::from(byte & 0x7F).wrapping_shl(shift);
            shift = shift.wrapping_add(7);
            if byte & 0x80 == 0 {
                let half = value.wrapping_shr(1).cast_signed();
                return Ok(Fen(if value & 1 == 1 { !half } else { half }));
            }
        }
    };
    Ok(Accumulators {
        year,
        version: u64::try_from(version).map_err(|_negative| wrong())?,
        admissions: next()?.0,
        dedc_used: [next()?, next()?, next()?],
        inscp: [next()?, next()?, next()?],
        pool_paid: [next()?, next()?, next()?],
        hifob_paid: next()?,
        mi_base: next()?,
        mi_paid: next()?,
        maf_base: next()?,
        maf_paid: next()?,
        cvl_paid: next()?,
        acct_balance: Fen::ZERO,
        acct_current_year: next()?,
        mutual: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_and_unpacked_is_the_same(numbers in prop::array::uniform17(any::<i64>())) {
            let fen = |at: usize| Fen(numbers[at]);
            let sums = Accumulators {
                year: 2026, version: 7, admissions: numbers[0],
                dedc_used: [fen(1), fen(2), fen(3)], inscp: [fen(4), fen(5), fen(6)], pool_paid: [fen(7), fen(8), fen(9)],
                hifob_paid: fen(10), mi_base: fen(11), mi_paid: fen(12), maf_base: fen(13), maf_paid: fen(14), cvl_paid: fen(15),
                acct_balance: Fen::ZERO, acct_current_year: fen(16), mutual: vec![],
            };
            prop_assert_eq!(unpack(2026, 7, &pack(&sums)).unwrap(), sums);
        }

        #[test]
        fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(unpack(2026, 1, &bytes).is_ok() || !bytes.is_empty() || bytes.is_empty());
        }
    }
}
