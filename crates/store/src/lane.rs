//! A lane: one thread, one connection, one chain. It takes what is waiting, runs
//! each closure inside a savepoint of one transaction, commits once, answers all;
//! the next batch forms while this one syncs, so no timer is needed.
//!
//! A closure that fails disturbs nobody. When the grouped flush or the commit
//! fails because of somebody's row, the batch is rolled back and the closures run
//! again one by one, so that only the culprit is told. When it fails because the disk
//! is full, looks go to the lane's reserve and count as done; they are given their
//! places in the chain before anything newer is written.

mod full;

use crate::event::{self, Event, Head, Line};
use crate::link::{Control, Link};
use crate::reserve::Reserve;
use crate::sqlite::SqliteLink;
use crate::tx::{Later, Tx};
use kernel::{Error, Fault, FaultKind, World};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvError, RecvTimeoutError, SendError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// Closures in one transaction at most.
const BATCH_MAX: usize = 512;
/// How often one closure is run again after a conflict with another process.
const CONFLICT_RETRIES_MAX: usize = 8;

/// Batches from this size on are answered by a thread of their own: waking so many
/// callers takes as long as preparing the next batch.
const ASIDE_MIN: usize = 32;
/// Batches that may wait to be answered before the lane itself has to wait.
const ASIDE_MAX: usize = 4;

/// The longest wait between two tries to reach a database that is away.
const RECONNECT_MS_MAX: u64 = 2_000;

/// What a lane is asked to do.
pub(crate) enum Job {
    /// Run a closure and answer after the commit.
    Work(Box<dyn Work>),
    /// Finish what is waiting and end the thread.
    Stop,
}

/// What one transaction does.
pub(crate) type Batch = Vec<Box<dyn Work>>;

/// A closure with the way to answer its caller.
pub(crate) trait Work: Send {
    /// Runs the closure; `Err` means: undo it (and whether a conflict was met).
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Undo>;
    /// Whether its effects are undone in any case.
    fn dry(&self) -> bool;
    /// The look it would record, if it does nothing else.
    fn look(&self) -> Option<&Event>;
    /// Tells the caller; `failed` is the batch's fault, if it met one.
    fn answer(self: Box<Self>, failed: Option<&Fault>);
}

/// Why a closure's effects are undone.
pub(crate) enum Undo {
    Refused,
    Conflict,
}

pub(crate) struct Typed<T, F> {
    pub(crate) work: F,
    pub(crate) dry: bool,
    pub(crate) result: Option<Result<T, Error>>,
    pub(crate) reply: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Work for Typed<T, F>
where
    T: Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, Error> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Undo> {
        // A verb that panics is told to its caller; the lane lives on for the others.
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| (self.work)(tx)))
            .unwrap_or_else(|_said| Err(Fault::broken("a verb panicked while it wrote").into()));
        let outcome = match &result {
            Ok(_) => Ok(()),
            Err(Error::Fault(fault)) if fault.kind == FaultKind::Conflict => Err(Undo::Conflict),
            Err(_) => Err(Undo::Refused),
        };
        self.result = Some(result);
        outcome
    }

    fn dry(&self) -> bool {
        self.dry
    }

    fn look(&self) -> Option<&Event> {
        None
    }

    fn answer(mut self: Box<Self>, failed: Option<&Fault>) {
        let result = match (self.result.take(), failed) {
            // A refusal had no effect: it stands whatever became of the batch.
            (Some(Err(error)), _) => Err(error),
            (_, Some(fault)) => Err(fault.echo().into()),
            (Some(done), None) => done,
            (None, None) => Err(Fault::broken("a closure was never run").into()),
        };
        // The caller may have gone away; what it asked for is done all the same.
        let _ = self.reply.send(result);
    }
}

/// An event and nothing else, with the way to answer its caller.
pub(crate) struct Recorded {
    pub(crate) event: Event,
    pub(crate) reply: oneshot::Sender<Result<(), Error>>,
}

impl Work for Recorded {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Undo> {
        // It may have to run again.
        tx.event(self.event.clone());
        Ok(())
    }

    fn dry(&self) -> bool {
        false
    }

    fn look(&self) -> Option<&Event> {
        Some(&self.event).filter(|event| event.name.look)
    }

    fn answer(self: Box<Self>, failed: Option<&Fault>) {
        // The caller may have gone away; the event stands all the same.
        let _ = self.reply.send(failed.map_or(Ok(()), |fault| Err(fault.echo().into())));
    }
}

/// Counts that the metrics show.
#[derive(Debug, Default)]
pub(crate) struct LaneCounts {
    /// Transactions committed.
    pub(crate) commits: AtomicU64,
    /// Closures answered.
    pub(crate) answered: AtomicU64,
    /// Closures waiting.
    pub(crate) waiting: AtomicU64,
}

pub(crate) struct Lane {
    pub(crate) number: i64,
    pub(crate) link: Link,
    pub(crate) world: World,
    pub(crate) counts: Arc<LaneCounts>,
    pub(crate) lost: Arc<AtomicBool>,
    pub(crate) on_lost: fn(),
    /// Opens the connection again after PostgreSQL went away.
    pub(crate) reopen: Box<dyn Fn() -> Result<Link, Fault> + Send>,
    /// Whether it went away.
    pub(crate) away: bool,
    /// Answers large batches while the next one is already under way.
    pub(crate) aside: SyncSender<Batch>,
    /// Where looks go while the disk is full; nothing where none could be made.
    pub(crate) reserve: Option<Reserve>,
}

/// Starts the thread that answers a lane's large batches; it ends with the lane, after
/// the last answer.
pub(crate) fn answers(lane: u16) -> std::io::Result<(SyncSender<Batch>, JoinHandle<()>)> {
    let (aside, batches) = sync_channel::<Batch>(ASIDE_MAX);
    let thread = std::thread::Builder::new().name(format!("answers-{lane}")).spawn(move || {
        for work in batches.into_iter().flatten() {
            work.answer(None);
        }
    })?;
    Ok((aside, thread))
}

impl Lane {
    /// Works until told to stop; ends when the disk can no longer be trusted.
    pub(crate) fn work(mut self, jobs: &Receiver<Job>) -> Result<(), Fault> {
        let mut head = event::head(&mut self.link, self.number)?;
        let mut later = Later::default();
        let mut events: Vec<(i64, Event)> = Vec::new();
        let mut quiet_commits = 0u32;
        (head, _) = self.settle(head)?;
        loop {
            let looks_wait = self.reserve.as_ref().is_some_and(Reserve::due);
            let (batch, stop) = take(jobs, quiet_commits > 0 || looks_wait);
            let mut full = None;
            if looks_wait {
                (head, full) = self.settle(head)?;
            }
            if let Some(fault) = full {
                self.counts.waiting.fetch_sub(batch.len() as u64, Ordering::Relaxed);
                self.answer(batch, Some(&fault));
            } else if !batch.is_empty() {
                self.counts.waiting.fetch_sub(batch.len() as u64, Ordering::Relaxed);
                head = self.batch(batch, head, &mut later, &mut events)?;
                quiet_commits += 1;
                self.fold(SqliteLink::checkpoint_when_long)?;
            } else if quiet_commits > 0 {
                self.fold(SqliteLink::checkpoint)?;
                quiet_commits = 0;
            }
            if stop {
                return Ok(());
            }
            if self.away {
                match self.reconnected(jobs) {
                    Some(found) => head = found,
                    None => return Ok(()),
                }
            }
        }
    }

    /// Folds SQLite's log into its file; a disk that fails meanwhile ends the work.
    fn fold(&mut self, checkpoint: fn(&mut SqliteLink) -> Result<(), Fault>) -> Result<(), Fault> {
        let Link::Sqlite(link) = &mut self.link else { return Ok(()) };
        checkpoint(link).inspect_err(|fault| {
            self.beyond_repair(fault);
        })
    }

    fn batch(
        &mut self,
        mut batch: Batch,
        head: Head,
        later: &mut Later,
        events: &mut Vec<(i64, Event)>,
    ) -> Result<Head, Fault> {
        match self.together(&mut batch, head, later, events) {
            Ok(new_head) => {
                self.answer(batch, None);
                Ok(new_head)
            }
            Err(fault) => {
                later.clear();
                events.clear();
                if self.beyond_repair(&fault) {
                    self.answer(batch, Some(&fault));
                    return Err(fault);
                }
                // After a failed commit the link may be anywhere: a failing
                // rollback says that there was nothing left to roll back.
                let _ = self.link.control(Control::Rollback);
                self.one_by_one(batch, head, later, events, &fault)
            }
        }
    }

    /// All closures in one transaction.
    fn together(
        &mut self,
        batch: &mut [Box<dyn Work>],
        head: Head,
        later: &mut Later,
        events: &mut Vec<(i64, Event)>,
    ) -> Result<Head, Fault> {
        self.link.control(Control::Begin)?;
        for work in batch.iter_mut() {
            if work.dry() {
                // What others of this batch left for later must not be written, and
                // then undone, together with the rehearsal.
                later.flush(&mut self.link)?;
            }
            let mut tx = Tx::new(&mut self.link, later, events, &self.world, self.number);
            let mut outcome = work.run(&mut tx);
            tx.sound(outcome.is_ok())?;
            if work.dry() && outcome.is_ok() {
                tx.rehearse()?;
                outcome = Err(Undo::Refused);
            }
            match outcome {
                Ok(()) => tx.keep()?,
                Err(Undo::Refused) => tx.undo()?,
                Err(Undo::Conflict) => return Err(Fault::new(FaultKind::Conflict, "a closure met a conflict")),
            }
        }
        let lines: Vec<Line<'_>> = events.iter().map(|(at, event)| event.line(*at)).collect();
        let new_head = event::append(&mut self.link, head, &lines, later)?;
        drop(lines);
        later.clear();
        events.clear();
        self.link.control(Control::Commit)?;
        self.counts.commits.fetch_add(1, Ordering::Relaxed);
        Ok(new_head)
    }

    /// Each closure in a transaction of its own; only the culprit fails.
    fn one_by_one(
        &mut self,
        batch: Batch,
        head: Head,
        later: &mut Later,
        events: &mut Vec<(i64, Event)>,
        first: &Fault,
    ) -> Result<Head, Fault> {
        if matches!(first.kind, FaultKind::Full | FaultKind::Busy) {
            self.answer(batch, Some(first));
            return Ok(head);
        }
        if first.kind == FaultKind::Lost {
            self.answer(batch, Some(first));
            self.away = true;
            return Ok(head);
        }
        let mut head = head;
        for work in batch {
            let mut alone = vec![work];
            let mut tries = 0;
            let failed = loop {
                match self.together(&mut alone, head, later, events) {
                    Ok(new_head) => {
                        head = new_head;
                        break None;
                    }
                    Err(fault) => {
                        later.clear();
                        events.clear();
                        let _ = self.link.control(Control::Rollback);
                        tries += 1;
                        if self.beyond_repair(&fault) {
                            self.answer(alone, Some(&fault));
                            return Err(fault);
                        }
                        self.away |= fault.kind == FaultKind::Lost;
                        if fault.kind != FaultKind::Conflict || tries > CONFLICT_RETRIES_MAX {
                            break Some(fault);
                        }
                    }
                }
            };
            self.answer(alone, failed.as_ref());
        }
        Ok(head)
    }

    fn answer(&mut self, batch: Batch, failed: Option<&Fault>) {
        self.counts.answered.fetch_add(batch.len() as u64, Ordering::Relaxed);
        let batch = match failed {
            None if batch.len() >= ASIDE_MIN => match self.aside.send(batch) {
                Ok(()) => return,
                Err(SendError(batch)) => batch,
            },
            _ => batch,
        };
        let mut kept = match failed {
            Some(fault) if fault.kind == FaultKind::Full => self.keep_looks(&batch),
            _ => 0,
        };
        for work in batch {
            let safe = kept > 0 && work.look().is_some();
            kept -= usize::from(safe);
            work.answer(if safe { None } else { failed });
        }
    }

    /// An SQLite that could not write or sync must not be asked again on the
    /// same file handle (D5): the process has to stop.
    fn beyond_repair(&self, fault: &Fault) -> bool {
        let over = matches!(self.link, Link::Sqlite(_)) && fault.kind == FaultKind::Lost;
        if over {
            tracing::error!(error = %fault, "the disk failed during a write; stopping without an acknowledgement");
            self.lost.store(true, Ordering::SeqCst);
            (self.on_lost)();
        }
        over
    }

    /// The end of the chain once the database is back, `None` when told to stop
    /// first. Who asks meanwhile is turned away: nobody knows how long it takes.
    fn reconnected(&mut self, jobs: &Receiver<Job>) -> Option<Head> {
        let mut wait_ms = 100;
        loop {
            let found = (self.reopen)().and_then(|mut link| {
                let head = event::head(&mut link, self.number)?;
                Ok((link, head))
            });
            match found {
                Ok((link, head)) => {
                    self.link = link;
                    self.away = false;
                    return Some(head);
                }
                Err(fault) => {
                    tracing::warn!(error = %fault, wait_ms, "the database is away; trying again");
                    if self.turn_away(jobs, Duration::from_millis(wait_ms)) {
                        return None;
                    }
                    wait_ms = (wait_ms * 2).min(RECONNECT_MS_MAX);
                }
            }
        }
    }

    /// Refuses what is asked for a while; true when told to stop.
    fn turn_away(&mut self, jobs: &Receiver<Job>, wait: Duration) -> bool {
        let away = Fault::new(FaultKind::Busy, "the database is away");
        #[expect(clippy::disallowed_methods, reason = "measuring a wait, not asking what time it is")]
        let began = std::time::Instant::now();
        while let Some(left) = wait.checked_sub(began.elapsed()) {
            match jobs.recv_timeout(left) {
                Ok(Job::Work(work)) => {
                    self.counts.waiting.fetch_sub(1, Ordering::Relaxed);
                    self.answer(vec![work], Some(&away));
                }
                Err(RecvTimeoutError::Timeout) => return false,
                Ok(Job::Stop) | Err(RecvTimeoutError::Disconnected) => return true,
            }
        }
        false
    }
}

/// What is waiting, at most a batch; an empty batch means a quiet moment.
fn take(jobs: &Receiver<Job>, may_rest: bool) -> (Batch, bool) {
    let mut batch = Vec::new();
    let first = if may_rest {
        match jobs.recv_timeout(Duration::from_millis(500)) {
            Ok(job) => job,
            Err(RecvTimeoutError::Timeout) => return (batch, false),
            Err(RecvTimeoutError::Disconnected) => return (batch, true),
        }
    } else {
        match jobs.recv() {
            Ok(job) => job,
            Err(RecvError) => return (batch, true),
        }
    };
    let mut next = Some(first);
    while let Some(job) = next {
        match job {
            Job::Work(work) => batch.push(work),
            Job::Stop => return (batch, true),
        }
        next = if batch.len() < BATCH_MAX { jobs.try_recv().ok() } else { None };
    }
    (batch, false)
}
