//! Reading the books: trial balances and statements, from what was folded plus the
//! entries that came since.

use crate::fold::fold_row;
use crate::post::Ledger;
use crate::rules::account::{Account, Entity};
use crate::rules::entry::{Line, Posted};
use crate::rules::fold::{Trial, merge};
use crate::rules::kind::EntryKind;
use crate::rules::packed::each_line;
use crate::rules::period::Period;
use crate::store::{self, Closing, JournalRow, folds};
use ::store::SqlExt;
use kernel::{Error, Fault, FaultKind, Fen, JournalId};

/// Lines of a statement page at most.
pub const PAGE_MAX: usize = 200;
/// Segments a statement page looks into at most.
const SEGMENTS_MAX: i64 = 256;
/// How often a reading begins anew because a fold came between its statements.
const TRIES_MAX: usize = 8;

/// Books there are: whose, and from which month to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Books {
    /// Whose.
    pub entity: Entity,
    /// The first month with postings.
    pub from: Period,
    /// The last.
    pub to: Period,
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// The entry.
    pub entry: Posted,
    /// What it moved on the account: debits.
    pub debit: Fen,
    /// And credits.
    pub credit: Fen,
}

/// A page of an account's entries, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Lines.
    pub lines: Vec<StatementLine>,
    /// Ask for entries below this id for the next page; nothing when this is the last.
    pub before: Option<JournalId>,
}

/// An entry with what is linked to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The entry.
    pub entry: Posted,
    /// Entries that take it back.
    pub taken_back_by: Vec<JournalId>,
}

impl Ledger {
    /// All books that have folded postings.
    pub async fn books(&self) -> Result<Vec<Books>, Error> {
        let found = self.db().read(|sql| Ok(folds::books(sql)?)).await?;
        Ok(found.into_iter().map(|(entity, from, to)| Books { entity, from, to }).collect())
    }

    /// The trial balance of a month, as of now.
    pub async fn trial(&self, entity: Entity, period: Period) -> Result<Trial, Error> {
        self.db().read(move |sql| Ok(trial(sql, entity, period)?)).await
    }

    /// Entries of an account, newest first, below an id. Persons' accounts are listed
    /// per person by [`crate::movements`], here all persons together.
    pub async fn statement(
        &self,
        entity: Entity,
        account: Account,
        before: i64,
        limit: usize,
    ) -> Result<Statement, Error> {
        self.db().read(move |sql| Ok(statement(sql, entity, account.summed(), before, limit.clamp(1, PAGE_MAX))?)).await
    }

    /// An entry with its links.
    pub async fn entry(&self, id: JournalId) -> Result<Option<Linked>, Error> {
        self.db()
            .read(move |sql| {
                let Some(entry) = store::entry(sql, id)? else { return Ok(None) };
                let taken_back_by = store::taken_back_by(sql, id)?;
                Ok(Some(Linked { entry, taken_back_by }))
            })
            .await
    }

    /// Closed months of an entity.
    pub async fn closings(&self, entity: Entity) -> Result<Vec<Closing>, Error> {
        self.db().read(move |sql| Ok(store::closings(sql, Some(entity))?)).await
    }
}

/// Reads every entry of some kinds in the order of the journal, for others to hold
/// against what they keep themselves.
pub fn each_of(
    sql: &mut (impl SqlExt + ?Sized),
    kinds: &[EntryKind],
    each: &mut dyn FnMut(&Posted),
) -> Result<(), Fault> {
    store::rows_between(sql, i64::MIN, i64::MAX, i64::MAX, &mut |row| {
        if row.kind().is_ok_and(|kind| kinds.contains(&kind)) {
            each(&row.posted()?);
        }
        Ok(())
    })
}

/// Folded totals plus the tail. Each statement sees what is committed at its own
/// instant, so a fold between two of them is noticed and the reading begun anew.
pub(crate) fn trial(sql: &mut (impl SqlExt + ?Sized), entity: Entity, period: Period) -> Result<Trial, Fault> {
    for _ in 0..TRIES_MAX {
        let begun = folds::last_segment(sql)?;
        let mut totals = folds::totals(sql, entity, period)?;
        let mut tail = crate::rules::fold::Totals::new();
        store::rows_between(sql, begun.to_id, i64::MAX, i64::MAX, &mut |row| {
            if row.entity() == entity { fold_row(&mut tail, row).map(drop) } else { Ok(()) }
        })?;
        if folds::last_segment(sql)?.seq == begun.seq {
            merge(&mut totals, &tail)?;
            return Trial::of(entity, period, &totals);
        }
    }
    Err(Fault::new(FaultKind::Busy, "the journal is folded faster than it is read"))
}

/// What an entry moved on an account, all persons together.
fn moved(account: &Account, row: &JournalRow<'_>) -> Result<Option<(Fen, Fen)>, Fault> {
    let mut lines: Vec<Line> = Vec::new();
    each_line(row.id(), row.sealed.body, &mut |line| {
        if line.account.summed() == *account {
            lines.push(line);
        }
    })?;
    if lines.is_empty() {
        return Ok(None);
    }
    let mut sums = crate::rules::fold::Sums::default();
    lines.iter().try_for_each(|line| sums.add(line))?;
    Ok(Some((sums.debit, sums.credit)))
}

/// Entries of an account among the journal's rows in (from, to], newest first.
fn lines_between(
    sql: &mut (impl SqlExt + ?Sized),
    entity: Entity,
    account: &Account,
    from: i64,
    to: i64,
) -> Result<Vec<StatementLine>, Fault> {
    let mut found = Vec::new();
    store::rows_between(sql, from, to, i64::MAX, &mut |row| {
        if row.entity() == entity
            && let Some((debit, credit)) = moved(account, row)?
        {
            found.push(StatementLine { entry: row.posted()?, debit, credit });
        }
        Ok(())
    })?;
    found.reverse();
    Ok(found)
}

fn statement(
    sql: &mut (impl SqlExt + ?Sized),
    entity: Entity,
    account: Account,
    before: i64,
    limit: usize,
) -> Result<Statement, Fault> {
    let last = before.saturating_sub(1);
    let folded = folds::last_segment(sql)?.to_id;
    let mut lines = if last > folded { lines_between(sql, entity, &account, folded, last)? } else { Vec::new() };
    let mut looked = 0i64;
    let mut floor = folded.min(last).saturating_add(1);
    while lines.len() <= limit && looked < SEGMENTS_MAX {
        let some = folds::segments_of(sql, entity, &account, floor, 16)?;
        if some.is_empty() {
            break;
        }
        for segment in some {
            looked = looked.saturating_add(1);
            lines.extend(lines_between(sql, entity, &account, segment.from_id, segment.to_id.min(last))?);
            floor = segment.from_id;
            if lines.len() > limit {
                break;
            }
        }
    }
    let more = lines.len() > limit;
    lines.truncate(limit);
    let before = if more {
        lines.last().map(|line| line.entry.id)
    } else {
        // Looked far enough for one page and found few: the next page goes on there.
        (looked >= SEGMENTS_MAX).then_some(JournalId(floor))
    };
    Ok(Statement { lines, before })
}
