//! The whole ledger examined: every entry balances and bears its seal (L1, U9), the
//! chain of segments is whole, totals equal the fold of postings (L10), persons'
//! accounts equal theirs and are never below zero (L5), holds end once (L6), nothing
//! is taken back twice or beyond its amount (L2), closed months still say the same.
//!
//! It streams: memory does not grow with the journal. Persons are compared by sums
//! of amount × random number per account, in buckets; only a bucket that differs is
//! read again to name the person. A running node may be checked: what moves is read
//! in one snapshot.

mod marks;
mod persons;
mod reversals;
pub mod verdict;
mod walk;

use crate::rules::account::Entity;
use crate::rules::fold::{Totals, Trial};
use crate::rules::packed::Sealer;
use crate::store::{self, Closing, folds, reserves};
use ::store::{Db, SqlExt};
use kernel::{Error, Fault, JournalId, PersonId};
use marks::Marks;
use persons::Shelves;
use reversals::TakenBack;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};
use walk::{Walk, Walked};

pub use verdict::Verdict;

/// Things named before the check stops listing them.
pub const WRONG_MAX: usize = 20;
/// Threads that walk the journal at most.
const THREADS_MAX: usize = 4;

/// What the check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Journal entries read.
    pub entries: u64,
    /// Lines in them.
    pub lines: u64,
    /// Segments of the chain.
    pub segments: u64,
    /// Persons' accounts.
    pub accounts: u64,
    /// Parts taken back.
    pub reversals: u64,
    /// Closed months.
    pub closings: u64,
    /// Entries that are not folded yet.
    pub tail: u64,
    /// What is wrong, one sentence each, at most [`WRONG_MAX`]; empty when all holds.
    pub wrong: Vec<String>,
}

impl Report {
    fn blame(&mut self, says: impl Into<String>) {
        if self.wrong.len() < WRONG_MAX {
            self.wrong.push(says.into());
        }
    }

    fn blame_all(&mut self, says: Vec<String>) {
        for one in says {
            self.blame(one);
        }
    }
}

/// Is told how many lines were read so far.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// What all threads share.
#[derive(Clone)]
pub(crate) struct Shared {
    sealer: Sealer,
    marks: Marks,
    next: Arc<AtomicI64>,
    last: i64,
    read: Arc<AtomicU64>,
    progress: Progress,
}

/// Examines the whole ledger; blocking, on threads of its own.
pub fn check(db: &Db, progress: Progress) -> Result<Report, Error> {
    let (key, begun) = db.read_now(|sql| Ok((store::seal_key(sql)?, folds::last_segment(sql)?)))?;
    let Some(key) = key else { return without_key(db) };
    let shared = Shared {
        sealer: Sealer::new(&key),
        marks: Marks::new(db.world().chance().key()),
        next: Arc::new(AtomicI64::new(0)),
        last: begun.seq,
        read: Arc::new(AtomicU64::new(0)),
        progress,
    };
    let mut walked = all_segments(db, &shared)?;
    let begin = store::snapshot_words(db.engine());
    let (asked, marks) = (shared.clone(), shared.marks);
    let still =
        db.read_now(move |sql| Ok(store::snapshot(sql, begin, |sql| Still::read(sql, &asked, begun.to_id))?))?;
    let mut report = Report { segments: u64::try_from(begun.seq).unwrap_or(0), ..Report::default() };
    report.tail = still.tail;
    judge(&mut report, &mut walked, still)
        .and_then(|buckets| {
            if buckets.is_empty() {
                return Ok(Vec::new());
            }
            db.read_now(move |sql| Ok(store::snapshot(sql, begin, |sql| persons::name(sql, &marks, &buckets))?))
        })
        .map(|says| {
            report.blame_all(says);
            report
        })
}

/// A ledger that was never used has no key and no entries.
fn without_key(db: &Db) -> Result<Report, Error> {
    let last = db.read_now(|sql| Ok(store::last_id(sql)?))?;
    let mut report = Report::default();
    if last != 0 {
        report.blame("the key that seals the journal is gone");
    }
    Ok(report)
}

/// Walks every segment on as many threads as there are cores.
fn all_segments(db: &Db, shared: &Shared) -> Result<Walked, Error> {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(THREADS_MAX);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let shared = shared.clone();
                scope.spawn(move || db.read_now(move |sql| Ok(walk::segments(sql, &shared)?)))
            })
            .collect();
        let mut walked = Walked::default();
        for worker in workers {
            let part = worker.join().map_err(|_panic| Fault::broken("a thread of the check panicked"))??;
            walked.merge(part)?;
        }
        Ok(walked)
    })
}

/// What one snapshot holds of everything that moves.
struct Still {
    /// Entries that came since the walk began, folded or not.
    since: Walked,
    tail: u64,
    shelves: Shelves,
    balances: Totals,
    folds: BTreeMap<i64, u128>,
    reversals: TakenBack,
    closings: Vec<Closing>,
    wrong: Vec<String>,
}

impl Still {
    fn read(sql: &mut (impl SqlExt + ?Sized), shared: &Shared, walked_to: i64) -> Result<Self, Fault> {
        let folded = folds::last_segment(sql)?.to_id;
        let (mut since, mut walk) = (Walked::default(), Walk::new(shared));
        let (mut within, mut beyond) = (Totals::new(), Totals::new());
        let mut tail = 0u64;
        store::rows_between(sql, walked_to, i64::MAX, i64::MAX, &mut |row| {
            let totals = if row.id() <= folded { &mut within } else { &mut beyond };
            tail = tail.saturating_add(u64::from(row.id() > folded));
            walk.row(row, &mut since, totals)
        })?;
        since.totals = within;
        let mut balances = Totals::new();
        folds::each_balance(sql, &mut |key, sums| {
            balances.insert(key, sums);
            Ok(())
        })?;
        let mut marks = BTreeMap::new();
        folds::each_fold(sql, &mut |segment, key, sums| {
            let slot: &mut u128 = marks.entry(segment).or_default();
            *slot = slot.wrapping_add(walk::fold_mark(&shared.marks, &key, &sums));
            Ok(())
        })?;
        let mut wrong: Vec<String> = reserves::inconsistent(sql)?
            .into_iter()
            .map(|id| format!("L6: the hold {} of {} has not one end", id.id, PersonId(id.party)))
            .collect();
        if let Some(stray) = store::id_from(sql, i64::MIN)?.filter(|id| *id <= 0) {
            wrong.push(format!("U9: entry {} was not written by a ledger", JournalId(stray)));
        }
        Ok(Self {
            since,
            tail,
            shelves: Shelves::read(sql, &shared.marks)?,
            balances,
            folds: marks,
            reversals: reversals::read(sql, &shared.marks)?,
            closings: store::closings(sql, None)?,
            wrong,
        })
    }
}

/// Holds what was walked against what is kept; answers buckets of persons that differ.
fn judge(report: &mut Report, walked: &mut Walked, still: Still) -> Result<Vec<usize>, Error> {
    let walked_folds = std::mem::take(&mut walked.folds);
    walked.merge(still.since)?;
    report.entries = walked.entries;
    report.lines = walked.lines;
    report.accounts = still.shelves.accounts;
    report.reversals = still.reversals.count;
    report.closings = u64::try_from(still.closings.len()).unwrap_or(0);
    report.blame_all(std::mem::take(&mut walked.wrong));
    report.blame_all(still.wrong);
    for (segment, mark) in &walked_folds {
        if still.folds.get(segment).copied().unwrap_or(0) != *mark {
            report.blame(format!("L10: the folds of segment {segment} are not the sum of its entries"));
        }
    }
    unlike_totals(report, &walked.totals, &still.balances);
    report.blame_all(still.shelves.below_zero.clone());
    if walked.reversals != (still.reversals.count, still.reversals.mark) {
        report.blame("L2: the reversals of the journal and those kept per entry are not the same");
    }
    report.blame_all(still.reversals.wrong);
    for closing in &still.closings {
        let trial = Trial::of(closing.entity, closing.period, &walked.totals)?;
        if trial.hash() != closing.hash {
            report.blame(format!("the closed month {} of {} has changed", closing.period, closing.entity));
        }
    }
    Ok(still.shelves.unlike(&walked.persons))
}

/// Names totals that are not the sum of the postings.
fn unlike_totals(report: &mut Report, walked: &Totals, kept: &Totals) {
    let mut difference: BTreeMap<Entity, kernel::Fen> = BTreeMap::new();
    for (key, sums) in walked {
        let net = sums.debit.minus(sums.credit).unwrap_or_default();
        let slot = difference.entry(key.entity).or_default();
        *slot = slot.plus(net).unwrap_or(*slot);
        if kept.get(key) != Some(sums) {
            report.blame(format!(
                "L10: the balance of {} of {} in {} is not the sum of its entries",
                key.account, key.entity, key.period
            ));
        }
    }
    for key in kept.keys().filter(|key| !walked.contains_key(key)) {
        report.blame(format!("L10: {} of {} has a balance and no entries", key.account, key.entity));
    }
    for (entity, net) in difference.iter().filter(|(_, net)| **net != kernel::Fen::ZERO) {
        report.blame(format!("L1: the books of {entity} differ by {net}"));
    }
}
