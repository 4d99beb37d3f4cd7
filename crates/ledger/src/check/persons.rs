//! Persons' accounts three times: as the journal's postings make them, as they are
//! shown, and as their movements make them; and money on hold as the open holds say.

use super::marks::{BUCKETS, Marks};
use crate::rules::account::Code;
use crate::rules::fold::too_large;
use crate::store::accounts::{Owned, Shelf, each_amount};
use crate::store::{accounts, rows_between};
use ::store::SqlExt;
use kernel::{Fault, Fen, PersonId};
use std::collections::BTreeMap;

/// Buckets that are read again to name persons, at most.
const NAMED_MAX: usize = 8;

/// A sum of marked amounts by bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sum(Vec<u128>);

impl Default for Sum {
    fn default() -> Self {
        Self(vec![0; BUCKETS])
    }
}

impl Sum {
    pub(crate) fn add(&mut self, marks: &Marks, owned: &Owned, amount: Fen) {
        let (mark, bucket) = marks.owned(owned);
        let signed = i128::from(amount.0).cast_unsigned();
        if let Some(slot) = self.0.get_mut(bucket) {
            *slot = slot.wrapping_add(signed.wrapping_mul(mark));
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(to, from)| *to = to.wrapping_add(*from));
    }

    fn unlike(&self, other: &Self) -> Vec<usize> {
        let pairs = self.0.iter().zip(&other.0).enumerate();
        pairs.filter(|(_, (one, two))| one != two).map(|(bucket, _)| bucket).collect()
    }
}

/// What the tables of persons' money say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelves {
    shown: Sum,
    moved: Sum,
    held: Sum,
    reserved: Sum,
    pub(crate) accounts: u64,
    pub(crate) below_zero: Vec<String>,
}

impl Shelves {
    pub(crate) fn read(sql: &mut (impl SqlExt + ?Sized), marks: &Marks) -> Result<Self, Fault> {
        let mut found = Self::default();
        each_amount(sql, Shelf::Accounts, &mut |owned, amount| {
            found.accounts = found.accounts.saturating_add(1);
            found.shown.add(marks, owned, amount);
            if owned.code == Code::PersonalHeld {
                found.held.add(marks, owned, amount);
            }
            if amount < Fen::ZERO && found.below_zero.len() < super::WRONG_MAX {
                found.below_zero.push(format!("L5: {} shows {amount}", said(owned)));
            }
            Ok(())
        })?;
        each_amount(sql, Shelf::Movements, &mut |owned, amount| {
            found.moved.add(marks, owned, amount);
            Ok(())
        })?;
        each_amount(sql, Shelf::OpenReserves, &mut |owned, amount| {
            if owned.code == Code::PersonalHeld {
                found.reserved.add(marks, owned, amount);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Buckets in which something differs from the journal.
    pub(crate) fn unlike(&self, journal: &Sum) -> Vec<usize> {
        let mut buckets = journal.unlike(&self.shown);
        buckets.extend(journal.unlike(&self.moved));
        buckets.extend(self.held.unlike(&self.reserved));
        buckets.sort_unstable();
        buckets.dedup();
        buckets
    }
}

fn said(owned: &Owned) -> String {
    format!("account {} of {} in the books of {}", owned.code.text(), PersonId(owned.person), owned.entity)
}

/// What is known of one account: by the journal, shown, moved, reserved.
type Seen = BTreeMap<Owned, [Fen; 4]>;

fn add(seen: &mut Seen, owned: &Owned, column: usize, amount: Fen) -> Result<(), Fault> {
    if let Some(slot) = seen.entry(*owned).or_default().get_mut(column) {
        *slot = slot.plus(amount).ok_or_else(too_large)?;
    }
    Ok(())
}

/// Reads the persons of some buckets again and names those that differ.
pub(crate) fn name(sql: &mut (impl SqlExt + ?Sized), marks: &Marks, buckets: &[usize]) -> Result<Vec<String>, Fault> {
    let some = buckets.get(..buckets.len().min(NAMED_MAX)).unwrap_or_default();
    let asked = |owned: &Owned| some.contains(&marks.owned(owned).1);
    let mut seen = Seen::new();
    for (column, shelf) in [(1, Shelf::Accounts), (2, Shelf::Movements), (3, Shelf::OpenReserves)] {
        each_amount(sql, shelf, &mut |owned, amount| {
            if asked(owned) { add(&mut seen, owned, column, amount) } else { Ok(()) }
        })?;
    }
    rows_between(sql, i64::MIN, i64::MAX, i64::MAX, &mut |row| {
        let entity = row.entity();
        let mut failed = Ok(());
        // A body that cannot be read was named by the walk already.
        let _ = crate::rules::packed::each_line(row.id(), row.sealed.body, &mut |line| {
            let owned = Owned { person: line.account.party, entity, code: line.account.code };
            if line.account.code.guarded() && asked(&owned) && failed.is_ok() {
                failed = add(&mut seen, &owned, 0, accounts::signed(&line));
            }
        });
        failed
    })?;
    let mut says = Vec::new();
    for (owned, [journal, shows, moved, reserved]) in seen {
        if journal != shows || journal != moved {
            says.push(format!(
                "L10: {} shows {shows}, its movements give {moved}, the journal {journal}",
                said(&owned)
            ));
        }
        if owned.code == Code::PersonalHeld && shows != reserved {
            says.push(format!("L6: {} shows {shows}, its open holds are {reserved}", said(&owned)));
        }
    }
    if says.is_empty() {
        says.push("L10: persons' accounts differ from the journal, and agreed again when they were named".to_owned());
    }
    Ok(says)
}
