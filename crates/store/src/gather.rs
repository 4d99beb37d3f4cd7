//! Asks of one kind that run as one closure: whoever asks first sends it to the lane,
//! and when the lane comes to it, it takes along all that was asked meanwhile. What
//! each of them would read alone is then read once for all.
//!
//! An ask disturbs no other: one that cannot be kept with the rest, or all of them
//! when they fail together, run again each in a closure of its own. Asks with the same
//! home never run together, and one that comes while another is with the rest waits
//! for it: neither would see what the other has left for the flush.

use crate::db::Db;
use crate::event::Event;
use crate::lane::{Undo, Work};
use crate::tx::Tx;
use kernel::{Error, Fault, FaultKind};
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Asks that run together at most.
pub const TOGETHER_MAX: usize = 256;

/// Asks that wait for one lane before the next is refused as busy.
const WAITING_MAX: usize = 8_192;

/// What became of an ask that ran with others.
#[derive(Debug)]
pub enum Part<T> {
    /// It is done, or refused without having written anything.
    Done(Result<T, Error>),
    /// It wrote nothing and has to run in a closure of its own.
    Alone,
}

/// What became of asks that ran together, in their order; an error undoes them all.
pub type Parts<T> = Result<Vec<Part<T>>, Error>;

/// The two ways to do what is asked. An error of `together` undoes all of them, and
/// each is done alone.
pub struct Ways<A, T> {
    /// Does several, of different homes; a part for each, in their order.
    pub together: fn(&mut Tx<'_>, &[&A]) -> Parts<T>,
    /// Does one.
    pub alone: fn(&mut Tx<'_>, &A) -> Result<T, Error>,
}

/// Where asks of one kind meet; clones are the same one.
pub struct Gather<A, T> {
    inner: Arc<Inner<A, T>>,
}

struct Inner<A, T> {
    db: Db,
    ways: Ways<A, T>,
    lanes: Vec<Mutex<Waiting<A, T>>>,
}

/// What waits for one lane.
struct Waiting<A, T> {
    asks: Vec<Asked<A, T>>,
    /// Whether a closure that will take them is on its way.
    sent: bool,
    /// Homes of what is under way.
    homes: HashMap<i64, Home<A, T>>,
}

/// How the asks of one home are under way.
enum Home<A, T> {
    /// One is with others; these came after it.
    Together(Vec<Asked<A, T>>),
    /// So many run in closures of their own.
    Alone(usize),
}

/// An ask with the way to answer it.
struct Asked<A, T> {
    home: i64,
    ask: A,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<A, T> Asked<A, T> {
    fn answer(self, with: Result<T, Error>) {
        // The caller may have gone away; what it asked for is done all the same.
        let _ = self.reply.send(with);
    }
}

impl<A, T> Clone for Gather<A, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<A, T> std::fmt::Debug for Gather<A, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gather")
    }
}

impl<A: Send + 'static, T: Send + 'static> Gather<A, T> {
    /// Where asks meet that are done in one of these ways.
    pub fn new(db: &Db, ways: Ways<A, T>) -> Self {
        let empty = || Mutex::new(Waiting { asks: Vec::new(), sent: false, homes: HashMap::new() });
        let lanes = (0..db.lane_count()).map(|_| empty()).collect();
        Self { inner: Arc::new(Inner { db: db.clone(), ways, lanes }) }
    }

    /// Does what is asked and answers when it is durable; `home` as in [`Db::write`].
    pub async fn ask(&self, home: i64, ask: A) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.put(Asked { home, ask, reply });
        answer.await.unwrap_or_else(|_gone| Err(Fault::new(FaultKind::Lost, "the writer stopped").into()))
    }

    fn lane_of(&self, home: i64) -> usize {
        usize::try_from(home.cast_unsigned() % self.inner.lanes.len().max(1) as u64).unwrap_or(0)
    }

    fn lane(&self, lane: usize) -> MutexGuard<'_, Waiting<A, T>> {
        self.inner.lanes[lane].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, asked: Asked<A, T>) {
        let (home, at) = (asked.home, self.lane_of(asked.home));
        let mut waiting = self.lane(at);
        if waiting.asks.len() >= WAITING_MAX {
            drop(waiting);
            return asked.answer(Err(Fault::new(FaultKind::Busy, "too much waits for the writer").into()));
        }
        match waiting.homes.get_mut(&home) {
            Some(Home::Together(behind)) => behind.push(asked),
            Some(Home::Alone(running)) => {
                *running += 1;
                drop(waiting);
                self.send_alone(asked);
            }
            None => {
                waiting.homes.insert(home, Home::Together(Vec::new()));
                waiting.asks.push(asked);
                let sent = std::mem::replace(&mut waiting.sent, true);
                drop(waiting);
                if !sent {
                    self.send(at);
                }
            }
        }
    }

    /// Sends the closure that takes what waits.
    fn send(&self, lane: usize) {
        let work = Together { gather: self.clone(), lane, taken: Vec::new(), result: None, answered: false };
        let home = i64::try_from(lane).unwrap_or(0);
        if let Err(fault) = self.inner.db.queue(home, Box::new(work)) {
            self.turn_away(lane, &fault);
        }
    }

    fn send_alone(&self, asked: Asked<A, T>) {
        let home = asked.home;
        let (gather, asked) = (self.clone(), Some(asked));
        // One that cannot be queued is dropped, and tells its caller so.
        if let Err(fault) = self.inner.db.queue(home, Box::new(Alone { gather, asked, result: None })) {
            tracing::debug!(error = %fault, "an ask was not queued");
        }
    }

    /// What runs now: as much as may run together. The rest gets a closure of its own.
    fn take(&self, lane: usize) -> Vec<Asked<A, T>> {
        let mut waiting = self.lane(lane);
        let now = waiting.asks.len().min(TOGETHER_MAX);
        let rest = waiting.asks.split_off(now);
        waiting.sent = !rest.is_empty();
        let more = waiting.sent;
        let taken = std::mem::replace(&mut waiting.asks, rest);
        drop(waiting);
        if more {
            self.send(lane);
        }
        taken
    }

    /// Tells everybody who waits for a lane that it will not do it.
    fn turn_away(&self, lane: usize, fault: &Fault) {
        let mut waiting = self.lane(lane);
        waiting.sent = false;
        let taken = std::mem::take(&mut waiting.asks);
        drop(waiting);
        let told = taken.into_iter().map(|asked| (asked, Part::Done(Err(fault.echo().into())))).collect();
        self.finish(lane, told);
    }

    /// Answers what ran together, and sends on what has to run alone.
    fn finish(&self, lane: usize, parts: Vec<(Asked<A, T>, Part<T>)>) {
        let (mut done, mut alone) = (Vec::with_capacity(parts.len()), Vec::new());
        let mut waiting = self.lane(lane);
        for (asked, part) in parts {
            let (home, before) = (asked.home, alone.len());
            match part {
                Part::Done(result) => done.push((asked, result)),
                Part::Alone => alone.push(asked),
            }
            if let Some(Home::Together(behind)) = waiting.homes.remove(&home) {
                alone.extend(behind);
            }
            let running = alone.len() - before;
            if running > 0 {
                waiting.homes.insert(home, Home::Alone(running));
            }
        }
        drop(waiting);
        for (asked, result) in done {
            asked.answer(result);
        }
        for asked in alone {
            self.send_alone(asked);
        }
    }
}

impl<A, T> Inner<A, T> {
    /// One of a home's asks that ran alone is over.
    fn left(&self, home: i64) {
        let at = usize::try_from(home.cast_unsigned() % self.lanes.len().max(1) as u64).unwrap_or(0);
        let mut waiting = self.lanes[at].lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.homes.get_mut(&home) {
            Some(Home::Alone(running)) if *running > 1 => *running -= 1,
            Some(Home::Alone(_)) => drop(waiting.homes.remove(&home)),
            Some(Home::Together(_)) | None => {}
        }
    }
}

fn panicked<T>() -> Result<T, Error> {
    Err(Fault::broken("a verb panicked while it wrote").into())
}

fn outcome<T>(result: &Result<T, Error>) -> Result<(), Undo> {
    match result {
        Ok(_) => Ok(()),
        Err(Error::Fault(fault)) if fault.kind == FaultKind::Conflict => Err(Undo::Conflict),
        Err(_) => Err(Undo::Refused),
    }
}

/// The closure that does several.
struct Together<A: Send + 'static, T: Send + 'static> {
    gather: Gather<A, T>,
    lane: usize,
    taken: Vec<Asked<A, T>>,
    result: Option<Parts<T>>,
    answered: bool,
}

impl<A: Send + 'static, T: Send + 'static> Work for Together<A, T> {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Undo> {
        if self.taken.is_empty() {
            self.taken = self.gather.take(self.lane);
        }
        let asks: Vec<&A> = self.taken.iter().map(|asked| &asked.ask).collect();
        let together = self.gather.inner.ways.together;
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| together(tx, &asks)));
        let result = result.unwrap_or_else(|_said| panicked());
        let outcome = outcome(&result);
        self.result = Some(result);
        outcome
    }

    fn dry(&self) -> bool {
        false
    }

    fn look(&self) -> Option<&Event> {
        None
    }

    fn answer(mut self: Box<Self>, failed: Option<&Fault>) {
        self.answered = true;
        let taken = std::mem::take(&mut self.taken);
        if let (Some(fault), None) = (failed, &self.result) {
            // It never ran: nobody else will take what waits.
            return self.gather.turn_away(self.lane, fault);
        }
        let parts: Vec<Part<T>> = match (self.result.take(), failed) {
            // The database is full, busy or away: it will not be better alone.
            (_, Some(fault)) if matches!(fault.kind, FaultKind::Full | FaultKind::Busy | FaultKind::Lost) => {
                taken.iter().map(|_| Part::Done(Err(fault.echo().into()))).collect()
            }
            (Some(Ok(parts)), None) if parts.len() == taken.len() => parts,
            (_, _) => taken.iter().map(|_| Part::Alone).collect(),
        };
        self.gather.finish(self.lane, taken.into_iter().zip(parts).collect());
    }
}

impl<A: Send + 'static, T: Send + 'static> Drop for Together<A, T> {
    fn drop(&mut self) {
        if !self.answered {
            // One that never ran has no outcome that could be unknown.
            let gone = if self.result.is_none() {
                Fault::new(FaultKind::Busy, "the writer's queue is full, or it has stopped")
            } else {
                Fault::new(FaultKind::Lost, "the writer stopped before it answered")
            };
            let told = std::mem::take(&mut self.taken);
            let told = told.into_iter().map(|asked| (asked, Part::Done(Err(gone.echo().into())))).collect();
            self.gather.finish(self.lane, told);
            self.gather.turn_away(self.lane, &gone);
        }
    }
}

/// The closure that does one.
struct Alone<A: Send + 'static, T: Send + 'static> {
    gather: Gather<A, T>,
    asked: Option<Asked<A, T>>,
    result: Option<Result<T, Error>>,
}

impl<A: Send + 'static, T: Send + 'static> Work for Alone<A, T> {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Undo> {
        let Some(asked) = &self.asked else { return Err(Undo::Refused) };
        let alone = self.gather.inner.ways.alone;
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| alone(tx, &asked.ask)));
        let result = result.unwrap_or_else(|_said| panicked());
        let outcome = outcome(&result);
        self.result = Some(result);
        outcome
    }

    fn dry(&self) -> bool {
        false
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
        if let Some(asked) = self.asked.take() {
            self.gather.inner.left(asked.home);
            asked.answer(result);
        }
    }
}

impl<A: Send + 'static, T: Send + 'static> Drop for Alone<A, T> {
    fn drop(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.gather.inner.left(asked.home);
            asked.answer(Err(Fault::new(FaultKind::Busy, "the writer's queue is full, or it has stopped").into()));
        }
    }
}
