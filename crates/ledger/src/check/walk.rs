//! One thread's walk along segments of the journal.

use super::marks::Marks;
use super::persons::Sum;
use super::{Shared, WRONG_MAX};
use crate::fold::Chain;
use crate::rules::entry::{Line, balanced};
use crate::rules::fold::{Totals, add, merge};
use crate::rules::kind::EntryKind;
use crate::rules::packed::each_line;
use crate::store::accounts::{Owned, signed};
use crate::store::folds::{Segment, segments as read_segments};
use crate::store::{JournalRow, rows_between};
use ::store::SqlExt;
use kernel::{Fault, JournalId};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// Segments a thread takes at once.
const TAKEN: i64 = 16;

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) entries: u64,
    pub(crate) lines: u64,
    pub(crate) totals: Totals,
    pub(crate) persons: Sum,
    /// A mark of what each segment moved, to compare with its folds.
    pub(crate) folds: BTreeMap<i64, u128>,
    /// How many reversals, and the sum of their marks.
    pub(crate) reversals: (u64, u128),
    pub(crate) wrong: Vec<String>,
}

impl Walked {
    pub(crate) fn merge(&mut self, other: Self) -> Result<(), Fault> {
        self.entries = self.entries.saturating_add(other.entries);
        self.lines = self.lines.saturating_add(other.lines);
        merge(&mut self.totals, &other.totals)?;
        self.persons.merge(&other.persons);
        self.folds.extend(other.folds);
        self.reversals.0 = self.reversals.0.saturating_add(other.reversals.0);
        self.reversals.1 = self.reversals.1.wrapping_add(other.reversals.1);
        self.wrong.extend(other.wrong);
        Ok(())
    }

    fn blame(&mut self, says: String) {
        if self.wrong.len() < WRONG_MAX {
            self.wrong.push(says);
        }
    }
}

/// Walks rows with a buffer for their lines.
pub(crate) struct Walk<'a> {
    shared: &'a Shared,
    lines: Vec<Line>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(shared: &'a Shared) -> Self {
        Self { shared, lines: Vec::new() }
    }

    /// Examines one row and adds it to what was seen; its totals to `totals`.
    pub(crate) fn row(&mut self, row: &JournalRow<'_>, seen: &mut Walked, totals: &mut Totals) -> Result<(), Fault> {
        let id = JournalId(row.id());
        seen.entries = seen.entries.saturating_add(1);
        if self.shared.sealer.seal(&row.sealed) != row.seal {
            seen.blame(format!("U9: entry {id} does not match its seal"));
        }
        self.lines.clear();
        let lines = &mut self.lines;
        if each_line(row.id(), row.sealed.body, &mut |line| lines.push(line)).is_err() {
            seen.blame(format!("U9: entry {id} cannot be read"));
            return Ok(());
        }
        if let Err(error) = balanced(&self.lines) {
            seen.blame(format!("L1: entry {id}: {}", error.code()));
        }
        let (entity, period) = (row.entity(), row.period());
        for line in &self.lines {
            add(totals, entity, period, line)?;
            if line.account.code.guarded() {
                let owned = Owned { person: line.account.party, entity, code: line.account.code };
                seen.persons.add(&self.shared.marks, &owned, signed(line));
            }
        }
        let count = u64::try_from(self.lines.len()).unwrap_or(0);
        seen.lines = seen.lines.saturating_add(count);
        match row.kind() {
            Ok(EntryKind::Reversal) => {
                seen.reversals.0 = seen.reversals.0.saturating_add(1);
                seen.reversals.1 = seen.reversals.1.wrapping_add(self.shared.marks.of(&[row.of(), row.id()]));
            }
            Ok(_) => {}
            Err(_) => seen.blame(format!("U9: entry {id} is of no kind")),
        }
        Ok(())
    }
}

/// The mark of one fold.
pub(crate) fn fold_mark(marks: &Marks, key: &crate::rules::fold::Key, sums: &crate::rules::fold::Sums) -> u128 {
    let account = key.account;
    marks.of(&[
        key.entity.0,
        i64::from(key.period.0),
        i64::from(account.code.number()),
        i64::from(account.fund),
        account.party,
        sums.debit.0,
        sums.credit.0,
        sums.lines,
    ])
}

/// Takes segments until none is left.
pub(crate) fn segments(sql: &mut (impl SqlExt + ?Sized), shared: &Shared) -> Result<Walked, Fault> {
    let mut seen = Walked::default();
    let mut walk = Walk::new(shared);
    loop {
        let first = shared.next.fetch_add(TAKEN, Ordering::Relaxed).saturating_add(1);
        if first > shared.last {
            return Ok(seen);
        }
        let last = first.saturating_add(TAKEN).saturating_sub(1).min(shared.last);
        // With the one before, which the first hangs on.
        let some = read_segments(sql, first.saturating_sub(2), TAKEN.saturating_add(1))?;
        let mut previous = Segment::none();
        let mut expected = first.saturating_sub(1).max(1);
        for segment in some.into_iter().filter(|segment| segment.seq <= last) {
            if segment.seq != expected {
                seen.blame(format!("chain: after segment {} comes {}", expected.saturating_sub(1), segment.seq));
            }
            expected = segment.seq.saturating_add(1);
            if segment.seq >= first {
                one(sql, &mut walk, &previous, &segment, &mut seen)?;
            }
            previous = segment;
        }
        if expected != last.saturating_add(1) {
            seen.blame(format!("chain: segment {last} is missing"));
        }
    }
}

fn one(
    sql: &mut (impl SqlExt + ?Sized),
    walk: &mut Walk<'_>,
    previous: &Segment,
    segment: &Segment,
    seen: &mut Walked,
) -> Result<(), Fault> {
    let before = (seen.entries, seen.lines);
    let mut totals = Totals::new();
    let mut chain = Chain::after(&previous.hash, segment.seq, segment.from_id);
    rows_between(sql, segment.from_id, segment.to_id, i64::MAX, &mut |row| {
        chain.add(row);
        walk.row(row, seen, &mut totals)
    })?;
    if segment.from_id != previous.to_id {
        seen.blame(format!("chain: segment {} does not begin where {} ends", segment.seq, previous.seq));
    }
    let (entries, lines) = (seen.entries.saturating_sub(before.0), seen.lines.saturating_sub(before.1));
    let counted = (i64::try_from(entries).unwrap_or(-1), i64::try_from(lines).unwrap_or(-1));
    if counted != (segment.entries, segment.lines) {
        let had = segment.entries;
        seen.blame(format!(
            "U9: segment {} had {had} entries and has {entries}: some were removed or added",
            segment.seq
        ));
    } else if chain.end(segment.to_id) != segment.hash {
        seen.blame(format!("U9: the entries of segment {} do not match its hash", segment.seq));
    }
    let mark = totals.iter().fold(0u128, |all, (key, sums)| all.wrapping_add(fold_mark(&walk.shared.marks, key, sums)));
    seen.folds.insert(segment.seq, mark);
    merge(&mut seen.totals, &totals)?;
    let read = walk.shared.read.fetch_add(lines, Ordering::Relaxed).saturating_add(lines);
    (walk.shared.progress)(read);
    Ok(())
}
