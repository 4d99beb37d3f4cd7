//! Look-ups of one kind that run as one: while one is under way on PostgreSQL, those
//! that are asked meanwhile wait and then share a statement, instead of a round trip
//! each. On SQLite a look-up costs less than a meeting, so each runs by itself.

use crate::db::{Db, Engine, Reader};
use kernel::{Error, Fault};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Look-ups that share a statement at most.
const TOGETHER_MAX: usize = 128;
/// Rounds after which a reader turns to other questions first.
const ROUNDS_MAX: usize = 8;

/// What one look-up finds.
pub type One<K, V> = fn(&mut Reader<'_>, K) -> Result<V, Error>;
/// What several find, in their order.
pub type Many<K, V> = fn(&mut Reader<'_>, &[K]) -> Result<Vec<V>, Error>;

/// Where look-ups of one kind meet; clones are the same one.
pub struct Joint<K, V> {
    inner: Arc<Inner<K, V>>,
}

struct Inner<K, V> {
    db: Db,
    one: One<K, V>,
    many: Many<K, V>,
    waiting: Mutex<Waiting<K, V>>,
}

struct Waiting<K, V> {
    asked: Vec<Asked<K, V>>,
    /// Whether a reader is at it, or on its way.
    busy: bool,
}

struct Asked<K, V> {
    key: K,
    reply: oneshot::Sender<Result<V, Error>>,
}

impl<K, V> Clone for Joint<K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V> std::fmt::Debug for Joint<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Joint")
    }
}

impl<K: Clone + Send + 'static, V: Send + 'static> Joint<K, V> {
    /// Where look-ups meet that are done in one of two ways.
    pub fn new(db: &Db, one: One<K, V>, many: Many<K, V>) -> Self {
        let waiting = Mutex::new(Waiting { asked: Vec::new(), busy: false });
        Self { inner: Arc::new(Inner { db: db.clone(), one, many, waiting }) }
    }

    /// Looks up; what it finds was committed when it was asked, or later.
    pub async fn ask(&self, key: K) -> Result<V, Error> {
        if matches!(self.inner.db.engine(), Engine::Sqlite(_)) {
            let one = self.inner.one;
            return self.inner.db.read(move |sql| one(sql, key)).await;
        }
        let (reply, answer) = oneshot::channel();
        if self.first(Asked { key, reply }) {
            Round { joint: self.clone(), over: false }.send()?;
        }
        answer.await.unwrap_or_else(|_gone| Err(Fault::new(kernel::FaultKind::Lost, "the database is away").into()))
    }

    /// Lets one wait; whether no reader is at it yet.
    fn first(&self, asked: Asked<K, V>) -> bool {
        let mut waiting = self.waiting();
        waiting.asked.push(asked);
        !std::mem::replace(&mut waiting.busy, true)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<K, V>> {
        self.inner.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader's turn; one that is dropped undone tells those who wait that the readers
/// are gone.
struct Round<K: Clone + Send + 'static, V: Send + 'static> {
    joint: Joint<K, V>,
    over: bool,
}

impl<K: Clone + Send + 'static, V: Send + 'static> Drop for Round<K, V> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let mut waiting = self.joint.waiting();
        waiting.busy = false;
        waiting.asked.clear();
    }
}

impl<K: Clone + Send + 'static, V: Send + 'static> Round<K, V> {
    fn send(self) -> Result<(), Error> {
        let db = self.joint.inner.db.clone();
        db.read_aside(move |sql| self.run(sql))
    }

    fn run(mut self, sql: &mut Reader<'_>) {
        for _ in 0..ROUNDS_MAX {
            let Some(asked) = self.take() else {
                // Whoever comes now sends a round of their own.
                self.over = true;
                return;
            };
            self.answer(sql, asked);
        }
        if let Err(error) = self.send() {
            tracing::debug!(error = %error, "look-ups were turned away");
        }
    }

    /// What runs now; nothing, and nobody at it any more, when nobody waits.
    fn take(&self) -> Option<Vec<Asked<K, V>>> {
        let mut waiting = self.joint.waiting();
        if waiting.asked.is_empty() {
            waiting.busy = false;
            return None;
        }
        let now = waiting.asked.len().min(TOGETHER_MAX);
        let rest = waiting.asked.split_off(now);
        Some(std::mem::replace(&mut waiting.asked, rest))
    }

    fn answer(&self, sql: &mut Reader<'_>, asked: Vec<Asked<K, V>>) {
        let Inner { one, many, .. } = &*self.joint.inner;
        let keys: Vec<K> = asked.iter().map(|asked| asked.key.clone()).collect();
        let found = if keys.len() == 1 {
            None
        } else {
            let found = std::panic::catch_unwind(AssertUnwindSafe(|| many(sql, &keys)));
            found.ok().and_then(Result::ok).filter(|found| found.len() == asked.len())
        };
        let Some(found) = found else {
            // A lone one, or one of several that spoils the rest: each by itself.
            for Asked { key, reply } in asked {
                let found = std::panic::catch_unwind(AssertUnwindSafe(|| one(sql, key)));
                // A caller that has gone away needs no answer.
                let _ = reply.send(found.unwrap_or_else(|_said| Err(Fault::broken("a look-up panicked").into())));
            }
            return;
        };
        for (Asked { reply, .. }, found) in asked.into_iter().zip(found) {
            // As above.
            let _ = reply.send(Ok(found));
        }
    }
}
