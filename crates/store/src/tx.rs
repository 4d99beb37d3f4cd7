//! What a verb may do inside its transaction.

use crate::event::Event;
use crate::job;
use crate::link::{Control, Group, Link};
use crate::sql::{Insert, Sql};
use crate::value::{Cells, P, Row, Val};
use kernel::{Fault, FaultKind, World};

/// Rows of grouped inserts that wait for the flush, in order of first use.
#[derive(Default)]
pub(crate) struct Later {
    tables: Vec<(&'static Insert, Vec<Val>)>,
    /// How many values each table had when the verb that runs began.
    marks: Vec<usize>,
}

impl Later {
    fn push(&mut self, insert: &'static Insert, values: impl IntoIterator<Item = Val>) {
        let at = self.tables.iter().position(|(known, _)| std::ptr::eq(*known, insert));
        let at = at.unwrap_or_else(|| {
            self.tables.push((insert, Vec::new()));
            self.tables.len() - 1
        });
        let rows = &mut self.tables[at].1;
        rows.extend(values);
        debug_assert_eq!(rows.len() % insert.columns.len(), 0, "a value for each column of {}", insert.table);
    }

    fn mark(&mut self) {
        self.marks.clear();
        self.marks.extend(self.tables.iter().map(|(_, rows)| rows.len()));
    }

    fn cut(&mut self) {
        for (at, (_, rows)) in self.tables.iter_mut().enumerate() {
            rows.truncate(self.marks.get(at).copied().unwrap_or(0));
        }
    }

    /// The rows that wait, a group for each table.
    pub(crate) fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        let filled = self.tables.iter().filter(|(_, rows)| !rows.is_empty());
        filled.map(|(insert, rows)| Group { insert, cells: Cells::Kept(rows) })
    }

    /// Writes what waits, with more to come in the transaction.
    pub(crate) fn flush(&mut self, link: &mut Link) -> Result<(), Fault> {
        let groups: Vec<Group<'_>> = self.groups().collect();
        if !groups.is_empty() {
            link.write_groups(&groups, None, false)?;
            self.clear();
        }
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.tables.iter_mut().for_each(|(_, rows)| rows.clear());
    }
}

/// A verb's transaction: joins the batch's, never commits, cannot wait for the
/// network. If the verb fails, nothing it did remains.
pub struct Tx<'a> {
    pub(crate) link: &'a mut Link,
    pub(crate) later: &'a mut Later,
    pub(crate) events: &'a mut Vec<(i64, Event)>,
    world: &'a World,
    now: i64,
    lane: i64,
    savepoint: bool,
    events_mark: usize,
    failed: Option<FaultKind>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(
        link: &'a mut Link,
        later: &'a mut Later,
        events: &'a mut Vec<(i64, Event)>,
        world: &'a World,
        lane: i64,
    ) -> Self {
        later.mark();
        let events_mark = events.len();
        Self { link, later, events, world, now: world.now(), lane, savepoint: false, events_mark, failed: None }
    }

    /// A savepoint is set before the first statement that could need undoing.
    fn guard(&mut self) -> Result<(), Fault> {
        if !self.savepoint {
            self.link.control(Control::Savepoint)?;
            self.savepoint = true;
        }
        Ok(())
    }

    /// Refuses to go on with the batch after a statement failed in a way that the
    /// verb's savepoint does not cover: the disk or the connection is gone, SQLite
    /// gave up the whole transaction, or the verb passed over the failure, which
    /// PostgreSQL would turn into a silent rollback at the commit.
    pub(crate) fn sound(&self, kept: bool) -> Result<(), Fault> {
        let Some(kind) = self.failed else { return Ok(()) };
        match kind {
            FaultKind::Lost => Err(Fault::new(FaultKind::Lost, "a statement of a verb")),
            kind if !self.link.in_transaction() => Err(Fault::new(kind, "the transaction was given up")),
            _ if kept => Err(Fault::broken("a verb went on after a statement had failed")),
            _ => Ok(()),
        }
    }

    fn noted<T>(&mut self, done: Result<T, Fault>) -> Result<T, Fault> {
        done.inspect_err(|fault| self.failed = self.failed.or(Some(fault.kind)))
    }

    /// Keeps what the verb did in the batch.
    pub(crate) fn keep(self) -> Result<(), Fault> {
        if self.savepoint { self.link.control(Control::Release) } else { Ok(()) }
    }

    /// Undoes what the verb did.
    pub(crate) fn undo(self) -> Result<(), Fault> {
        self.later.cut();
        self.events.truncate(self.events_mark);
        if self.savepoint {
            self.link.control(Control::RollbackTo)?;
            self.link.control(Control::Release)?;
        }
        Ok(())
    }

    /// Writes the verb's grouped rows now, so that a dry run meets every constraint.
    pub(crate) fn rehearse(&mut self) -> Result<(), Fault> {
        self.guard()?;
        self.later.flush(self.link)
    }

    /// Runs a writing statement; answers how many rows it touched.
    pub fn execute(&mut self, sql: &'static str, params: &[P<'_>]) -> Result<u64, Fault> {
        let done = self.guard().and_then(|()| self.link.execute(sql, params));
        self.noted(done)
    }

    /// Adds a row that nobody reads back before the commit.
    pub fn insert_later(&mut self, insert: &'static Insert, values: impl IntoIterator<Item = Val>) {
        self.later.push(insert, values);
    }

    /// Adds an event to the chain.
    pub fn event(&mut self, event: Event) {
        self.events.push((self.now, event));
    }

    /// Asks that `topic`'s handler gets `body` after the commit, not before
    /// `due_at`; it may get it twice.
    pub fn after(&mut self, topic: &'static str, due_at: i64, body: Vec<u8>) {
        let id = self.new_id();
        self.insert_later(
            &job::JOBS,
            [self.lane.into(), id.into(), topic.into(), due_at.into(), 0.into(), body.into()],
        );
    }

    /// Puts a message for the outside in the outbox: it leaves after the commit.
    pub fn outbox(&mut self, topic: &'static str, body: Vec<u8>) {
        let now = self.now;
        self.after(topic, now, body);
    }

    /// A fresh time-sorted id.
    pub fn new_id(&self) -> i64 {
        self.world.new_id()
    }

    /// 32 random bytes.
    pub fn new_key(&self) -> [u8; 32] {
        self.world.chance().key()
    }

    /// Time, chance and ids.
    pub fn world(&self) -> &World {
        self.world
    }
}

impl Sql for Tx<'_> {
    fn now(&self) -> i64 {
        self.now
    }

    fn rows(
        &mut self,
        sql: &'static str,
        params: &[P<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let ready = if self.link.reads_can_poison() { self.guard() } else { Ok(()) };
        let done = ready.and_then(|()| self.link.rows(sql, params, each));
        self.noted(done)
    }
}
