//! The invariants of bills, checked against the database (reliability.md §5): run by
//! `yima check --ledger` and after tests of faults.
//!
//! E1: a number is given out once, to its issuer, and rises. It may leave gaps: it is
//! taken before a settlement that may fail. E2: lines and parts give the total, in the
//! row as on the bill; that they are the settlement's too is asked by `settlement`.
//! E3: a bill is taken back once, by a red one that mirrors and names it.

use crate::rules::charge::Charge;
use crate::rules::content::Content;
use crate::rules::number::BillNumber;
use crate::rules::parts::Parts;
use crate::store::proof::{At, Beside, by_numbers, issuer, live_or_red};
use crate::store::{self, BillRow};
use ::store::SqlExt;
use kernel::time::HOUR;
use kernel::{BillId, Error, Fen, InstitutionId, PersonId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Bills seen, red ones among them.
    pub bills: u64,
    /// Red ones.
    pub red: u64,
    /// What is wrong, one sentence each; empty when all is well.
    pub wrong: Vec<String>,
}

/// Sentences kept.
const WRONG_MAX: usize = 50;
/// Bills read at once.
const READ_MAX: i64 = 500;
/// How much earlier than a bill with a lower number one may have been issued: a number
/// is taken before the settlement that uses it.
const EARLIER_MAX: i64 = HOUR;

impl Report {
    fn wrong(&mut self, says: String) {
        if self.wrong.len() < WRONG_MAX {
            self.wrong.push(says);
        }
    }
}

/// Along the numbers: the last one, and of each issuer its digits, its first free
/// number and when its latest bill was issued.
#[derive(Default)]
struct Along {
    last: Option<BillNumber>,
    issuers: HashMap<InstitutionId, (Option<(i64, i64)>, i64)>,
}

/// Checks every bill, in the order of the numbers.
pub fn check(sql: &mut (impl SqlExt + ?Sized)) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut along = Along::default();
    let mut behind: At = (i64::MIN, i64::MIN, i64::MIN);
    loop {
        let some = by_numbers(sql, behind, READ_MAX)?;
        let Some(last) = some.last() else { return Ok(report) };
        behind = (last.bill.number.0, last.bill.person.0, last.bill.id.0);
        for one in &some {
            report.bills = report.bills.saturating_add(1);
            numbered(sql, one, &mut along, &mut report)?;
            adds_up(one, &mut report);
            match one.bill.original {
                Some(original) => red(sql, one, original, &mut report)?,
                None => taken_back(sql, one, &mut report)?,
            }
        }
    }
}

/// E1 of one bill.
fn numbered(
    sql: &mut (impl SqlExt + ?Sized),
    one: &Beside,
    along: &mut Along,
    report: &mut Report,
) -> Result<(), Error> {
    let Beside { bill, issued_at, .. } = one;
    if along.last.replace(bill.number) == Some(bill.number) {
        report.wrong(format!("E1: the number {} is on two bills", bill.number));
    }
    let (given, latest) = match along.issuers.entry(bill.institution) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert((issuer(sql, bill.institution)?, i64::MIN)),
    };
    let fits = given.is_some_and(|(digits, free)| {
        let (first, end) = (BillNumber::of(digits, 1), BillNumber::of(digits, free.saturating_sub(1)));
        first.zip(end).is_some_and(|(first, end)| first <= bill.number && bill.number <= end)
    });
    if !fits {
        report.wrong(format!("E1: the number {} was never given to its issuer {}", bill.number, bill.institution));
    }
    if issued_at.saturating_add(EARLIER_MAX) < *latest {
        report.wrong(format!("E1: bill {} was issued long before lower numbers of its issuer", bill.number));
    }
    *latest = (*latest).max(*issued_at);
    Ok(())
}

/// E2 of one bill by itself: what is printed adds up, and the row says the same.
fn adds_up(one: &Beside, report: &mut Report) {
    let bill = &one.bill;
    let Ok(content) = bill.content() else {
        report.wrong(format!("E2: bill {} cannot be read", bill.number));
        return;
    };
    let lines: Option<Fen> = content.lines.iter().map(|line: &Charge| line.amount).try_fold(Fen::ZERO, Fen::plus);
    // A red bill is checked as the mirror of its original.
    let parts = bill.original.is_some() || content.parts.checked().is_ok();
    if !parts || lines != Some(content.parts.total) {
        report.wrong(format!("E2: lines and parts of bill {} do not give its total", bill.number));
    }
    let row = (bill.total, one.check.as_str(), one.issued_at);
    if row != (content.parts.total, content.check.as_str(), content.issued_at) || !bill.bears(bill.number) {
        report.wrong(format!("E2: bill {} says something else than its row", bill.number));
    }
}

/// E3 of a red bill.
fn red(sql: &mut (impl SqlExt + ?Sized), one: &Beside, original: BillId, report: &mut Report) -> Result<(), Error> {
    report.red = report.red.saturating_add(1);
    let bill = &one.bill;
    let Some(first) = store::bill(sql, bill.person, original)?.filter(|first| first.original.is_none()) else {
        report.wrong(format!("E3: the red bill {} takes back a bill that is not there", bill.number));
        return Ok(());
    };
    if store::state(sql, bill.person, original)?.red != Some(bill.id) {
        report.wrong(format!("E3: bill {} is taken back by {}, and not only by it", first.number, bill.number));
    }
    if !mirrors(bill, &first) {
        report.wrong(format!("E3: the red bill {} is not the mirror of {}", bill.number, first.number));
    }
    Ok(())
}

/// Whether a red bill names its original and gives back exactly its parts.
fn mirrors(red: &BillRow, first: &BillRow) -> bool {
    let (Ok(red), Ok(first)): (Result<Content, _>, Result<Content, _>) = (red.content(), first.content()) else {
        return false;
    };
    let named = red.original.as_ref().is_some_and(|one| one.number == first.number && one.code == first.code);
    named && first.parts.mirrored() == Some(red.parts)
}

/// E3 of a bill that its state calls taken back.
fn taken_back(sql: &mut (impl SqlExt + ?Sized), one: &Beside, report: &mut Report) -> Result<(), Error> {
    let Some(red) = one.red else { return Ok(()) };
    let there = store::bill(sql, one.bill.person, red)?.is_some_and(|red| red.original == Some(one.bill.id));
    if !there {
        report.wrong(format!("E3: the red bill that took {} back is not there", one.bill.number));
    }
    Ok(())
}

/// The bill of a settlement, for whoever holds it against the settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its id: the settlement's.
    pub id: BillId,
    /// Its number.
    pub number: BillNumber,
    /// Who paid what; nothing where it cannot be read.
    pub parts: Option<Parts>,
    /// Whether a red bill took it back.
    pub red: bool,
}

/// Bills of a person read at once.
const PERSON_MAX: i64 = 100_000;

/// The bills of a person's settlements, without red ones.
pub fn of_person(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Vec<Issued>, Error> {
    let issued = |(bill, red): (BillRow, Option<BillId>)| Issued {
        id: bill.id,
        number: bill.number,
        parts: bill.content().ok().map(|content| content.parts),
        red: red.is_some(),
    };
    Ok(live_or_red(sql, person, PERSON_MAX)?.into_iter().map(issued).collect())
}
