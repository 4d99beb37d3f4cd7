//! The invariants of settlement, checked against the database (reliability.md §5,
//! L4, L7, L8, A1, and beside other rows E2, E3, I4): run by `yima check --ledger` and
//! after each test of faults.

mod beside;

use crate::answer::{self, stored};
use crate::store::settled::{self, RowKind, SettlementRow};
use crate::{Settlements, store};
use ::store::SqlExt;
use adjudication::Accumulators;
use kernel::{Error, Fen, PersonId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What the walk found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// People with settlements.
    pub people: u64,
    /// Rows seen.
    pub rows: u64,
    /// Settlements worked out again.
    pub again: u64,
    /// Messages of institutions.
    pub messages: u64,
    /// What is wrong, one sentence each; empty when all is well.
    pub wrong: Vec<String>,
}

/// Sentences kept.
const WRONG_MAX: usize = 50;
/// Rows of a person read at once.
const ROWS_MAX: i64 = 100_000;

impl Report {
    fn wrong(&mut self, says: String) {
        if self.wrong.len() < WRONG_MAX {
            self.wrong.push(says);
        }
    }
}

/// Checks every person between two numbers, both included.
pub fn check(
    sql: &mut (impl SqlExt + ?Sized),
    env: &Settlements,
    from: PersonId,
    until: PersonId,
) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut behind = (from.0.saturating_sub(1), i64::MAX);
    loop {
        let mut next = None;
        settled::scan(sql, behind, until.0, 1, &mut |row| {
            next = Some(row.i64(0)?);
            Ok(())
        })?;
        let Some(person) = next else { break };
        person_holds(sql, env, PersonId(person), &mut report)?;
        report.people = report.people.saturating_add(1);
        behind = (person, i64::MAX);
    }
    Ok(report)
}

/// One person: each row by itself, the year as the fold of its rows, one undoing of
/// each, one live settlement of each batch of a visit.
pub fn person_holds(
    sql: &mut (impl SqlExt + ?Sized),
    env: &Settlements,
    person: PersonId,
    report: &mut Report,
) -> Result<(), Error> {
    let rows = settled::of_person(sql, person, 0, ROWS_MAX)?;
    let mut years: BTreeMap<(String, i32), Accumulators> = BTreeMap::new();
    let undone: HashSet<i64> = rows
        .iter()
        .filter(|row| matches!(row.kind, RowKind::Cancellation | RowKind::Reversal))
        .filter_map(|row| row.of.map(|id| id.0))
        .collect();
    let mut batches: HashMap<(i64, &str), i64> = HashMap::new();
    for row in &rows {
        report.rows = report.rows.saturating_add(1);
        row_holds(env, row, report)?;
        let year = years.entry((row.insutype.clone(), row.year)).or_insert_with(|| Accumulators::of_year(row.year));
        fold(year, row, report)?;
        let lives = row.kind == RowKind::Settlement && !undone.contains(&row.id.0);
        if lives && let Some(other) = batches.insert((row.visit.0, &row.batch), row.id.0) {
            report.wrong(format!(
                "L8: visit {} has two live settlements of one batch: {other} and {}",
                row.visit, row.id
            ));
        }
        if undone.contains(&row.id.0) && settled::undone_by(sql, person, row.id)?.is_none() {
            report.wrong(format!("L2: {} was undone and is not marked", row.id));
        }
    }
    beside::bills(sql, person, &rows, &undone, report)?;
    beside::own_messages(sql, &rows, &undone, report)?;
    for ((insutype, year), sums) in years {
        let kept = insurance::years::find(sql, person, &insutype, year)?.sums;
        if !same_sums(&sums, &kept) {
            report.wrong(format!("A1: {person} {insutype} {year}: the year is not the fold of its settlements"));
        }
    }
    let open: Fen = store::visits(sql, person, 1000)?
        .iter()
        .map(|visit| visit.total)
        .fold(Fen::ZERO, |sum, one| Fen(sum.0.saturating_add(one.0)));
    if open < Fen::ZERO {
        report.wrong(format!("{person}: open lines sum to less than nothing"));
    }
    Ok(())
}

/// L4 and L7 of one row.
fn row_holds(env: &Settlements, row: &SettlementRow, report: &mut Report) -> Result<(), Error> {
    let totals = &row.totals;
    let parts = [totals.fund, totals.account, totals.mutual, totals.cash, totals.hospital];
    let sum = parts.iter().fold(Fen::ZERO, |sum, one| Fen(sum.0.saturating_add(one.0)));
    if sum != totals.fee {
        report.wrong(format!("L4: the parts of {} are {sum}, its fee is {}", row.id, totals.fee));
    }
    if row.kind == RowKind::Settlement && parts.iter().any(|part| *part < Fen::ZERO) {
        report.wrong(format!("L4: a part of {} is less than nothing", row.id));
    }
    if row.kind == RowKind::Settlement {
        let (_, outcome) = answer::again(env, row)?;
        report.again = report.again.saturating_add(1);
        let kept = stored(row)?;
        if answer::totals_of(&outcome) != row.totals || outcome.delta != kept.delta {
            report.wrong(format!("L7: {} worked out again gives another result", row.id));
        }
    }
    Ok(())
}

fn fold(year: &mut Accumulators, row: &SettlementRow, report: &mut Report) -> Result<(), Error> {
    let kept = stored(row)?;
    // The fold is of sums; accounts are the ledger's.
    let mut delta = kept.delta;
    delta.acct_balance = Fen::ZERO;
    delta.acct_current_year = Fen::ZERO;
    delta.mutual.clear();
    let next = match row.kind {
        RowKind::Settlement | RowKind::Supplement => year.after(&delta),
        RowKind::Cancellation | RowKind::Reversal => adjudication::reverse(year, &delta),
    };
    match next {
        Ok(next) => *year = next,
        Err(error) => report.wrong(format!("A1: {} cannot be folded: {error}", row.id)),
    }
    Ok(())
}

fn same_sums(one: &Accumulators, other: &Accumulators) -> bool {
    let numbers = |of: &Accumulators| {
        (
            of.admissions,
            of.dedc_used,
            of.inscp,
            of.pool_paid,
            [of.hifob_paid, of.mi_base, of.mi_paid, of.maf_base, of.maf_paid, of.cvl_paid],
        )
    };
    numbers(one) == numbers(other)
}

impl Settlements {
    /// Checks everybody.
    pub async fn check(&self) -> Result<Report, Error> {
        let env = self.clone();
        self.db
            .read(move |sql| {
                let mut report = check(sql, &env, PersonId(i64::MIN.saturating_add(1)), PersonId(i64::MAX))?;
                beside::messages(sql, &mut report)?;
                Ok(report)
            })
            .await
    }
}
