//! The job that folds the journal into totals and seals it into a chain.
//!
//! Entries come in from several lanes, so an id minted earlier may be committed
//! later. The job mints an id, asks every lane to answer, and folds up to that id:
//! a closure that minted a smaller one ran before the lane answered, so it is
//! committed or gone for ever.

use crate::post::Ledger;
use crate::rules::fold::{Totals, add};
use crate::store::folds::{self, Segment};
use crate::store::{JournalRow, rows_between};
use ::store::Event;
use kernel::{Error, Fault, FaultKind};
use sha2::{Digest as _, Sha256};
use std::sync::atomic::Ordering;

/// Entries in one segment at most.
pub const SEGMENT_MAX: i64 = 8_192;

/// What one call of [`Ledger::fold`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Folded {
    /// Entries folded.
    pub entries: i64,
    /// Segments written.
    pub segments: i64,
}

/// Held while a fold runs; a caller that goes away lets the next one in.
struct Folding<'a>(&'a Ledger);

impl Drop for Folding<'_> {
    fn drop(&mut self) {
        self.0.inner.folding.store(false, Ordering::SeqCst);
    }
}

/// Hashes the entries of a segment after the previous segment's hash.
pub(crate) struct Chain(Sha256);

impl Chain {
    pub(crate) fn after(previous: &[u8; 32], seq: i64, from_id: i64) -> Self {
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(seq.to_le_bytes());
        hash.update(from_id.to_le_bytes());
        Self(hash)
    }

    pub(crate) fn add(&mut self, row: &JournalRow<'_>) {
        self.0.update(row.id().to_le_bytes());
        self.0.update(row.seal);
    }

    pub(crate) fn end(mut self, to_id: i64) -> [u8; 32] {
        self.0.update(to_id.to_le_bytes());
        self.0.finalize().into()
    }
}

/// Adds a journal row to totals; answers how many lines it had.
pub(crate) fn fold_row(totals: &mut Totals, row: &JournalRow<'_>) -> Result<i64, Fault> {
    let (entity, period) = (row.entity(), row.period());
    let (mut lines, mut failed) = (0i64, None);
    crate::rules::packed::each_line(row.id(), row.sealed.body, &mut |line| {
        lines = lines.saturating_add(1);
        if let Err(fault) = add(totals, entity, period, &line) {
            failed = Some(fault);
        }
    })?;
    failed.map_or(Ok(lines), Err)
}

impl Ledger {
    /// Folds and seals what was committed since the last time; two calls at once are
    /// one. Call it every second or so.
    pub async fn fold(&self) -> Result<Folded, Error> {
        if self.inner.folding.swap(true, Ordering::SeqCst) {
            return Ok(Folded::default());
        }
        let _folding = Folding(self);
        self.fold_all().await
    }

    /// Ends due reservations, then folds: what the program's loop calls.
    pub async fn turn(&self) -> Result<(), Error> {
        self.expire_due().await?;
        self.fold().await.map(drop)
    }

    /// An id such that every entry at or below it is committed or never will be.
    pub(crate) async fn watermark(&self) -> Result<i64, Error> {
        let id = self.mint(self.db().world().now());
        let lanes = i64::try_from(self.db().lane_count()).unwrap_or(1);
        for lane in 0..lanes {
            self.db().write(lane, |_tx| Ok(())).await?;
        }
        Ok(id)
    }

    async fn fold_all(&self) -> Result<Folded, Error> {
        let to = self.watermark().await?;
        let mut folded = Folded::default();
        loop {
            let Some((segment, totals)) = self.next_segment(to).await? else { return Ok(folded) };
            folded.entries = folded.entries.saturating_add(segment.entries);
            folded.segments = folded.segments.saturating_add(1);
            let full = segment.entries == SEGMENT_MAX;
            self.keep(segment, totals).await?;
            if !full {
                return Ok(folded);
            }
        }
    }

    async fn next_segment(&self, to: i64) -> Result<Option<(Segment, Totals)>, Error> {
        self.db()
            .read(move |sql| {
                let last = folds::last_segment(sql)?;
                let seq = last.seq.checked_add(1).ok_or_else(|| Fault::broken("segments are used up"))?;
                let mut segment = Segment { seq, from_id: last.to_id, to_id: last.to_id, entries: 0, lines: 0, ..last };
                let (mut totals, mut chain) = (Totals::new(), Chain::after(&last.hash, seq, last.to_id));
                rows_between(sql, last.to_id, to, SEGMENT_MAX, &mut |row| {
                    chain.add(row);
                    segment.entries = segment.entries.saturating_add(1);
                    segment.lines = segment.lines.saturating_add(fold_row(&mut totals, row)?);
                    segment.to_id = row.id();
                    Ok(())
                })?;
                segment.hash = chain.end(segment.to_id);
                Ok((segment.entries > 0).then_some((segment, totals)))
            })
            .await
    }

    async fn keep(&self, segment: Segment, totals: Totals) -> Result<(), Error> {
        self.db()
            .write(0, move |tx| {
                let last = folds::last_segment(tx)?;
                if last.seq.checked_add(1) != Some(segment.seq) {
                    return Err(Fault::new(FaultKind::Busy, "the journal is being folded by another").into());
                }
                folds::insert_segment(tx, &segment, &totals)?;
                let object = format!("{} {}", segment.seq, ::store::value::hex(&segment.hash));
                tx.event(Event { object, ..Event::of(&crate::FOLDED) });
                Ok(())
            })
            .await
    }

    /// The instant the ledger's clock shows, microseconds UTC.
    pub fn now(&self) -> i64 {
        self.db().world().now()
    }
}
