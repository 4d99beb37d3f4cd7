//! Jobs and the outbox: what must follow a commit is a row of the same
//! transaction; handlers may see it twice.

use crate::db::Db;
use crate::sql::{Insert, Kind, Sql, SqlExt};
use crate::tx::Tx;
use crate::value::P;
use kernel::time::{MINUTE, SECOND};
use kernel::{Error, Fault};

/// Jobs taken from a lane at once.
const TAKEN_MAX: i64 = 64;
/// Waiting doubles from a second up to this after each failure.
const WAIT_MAX: i64 = 60 * MINUTE;

pub(crate) static JOBS: Insert = Insert {
    table: "store_jobs",
    columns: &[
        ("lane", Kind::Int),
        ("id", Kind::Int),
        ("topic", Kind::Text),
        ("due_at", Kind::Int),
        ("tries", Kind::Int),
        ("body", Kind::Bytes),
    ],
    on_conflict: "",
};

/// A due job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its lane, also the `home` its handler must write under.
    pub lane: i64,
    /// Its id.
    pub id: i64,
    /// Which handler.
    pub topic: String,
    /// How often it failed.
    pub tries: i64,
    /// What the handler needs.
    pub body: Vec<u8>,
}

impl Db {
    /// Due jobs of every lane, oldest first, at most a batch per lane.
    pub async fn due_jobs(&self) -> Result<Vec<Due>, Error> {
        let lanes = i64::try_from(self.lane_count()).unwrap_or(1);
        self.read(move |sql| {
            let now = sql.now();
            let mut due = Vec::new();
            for lane in 0..lanes {
                due.extend(sql.all(
                    "SELECT id, topic, tries, body FROM store_jobs
                     WHERE lane = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3",
                    &[P::I(lane), P::I(now), P::I(TAKEN_MAX)],
                    |row| {
                        Ok(Due {
                            lane,
                            id: row.i64(0)?,
                            topic: row.text(1)?.to_owned(),
                            tries: row.i64(2)?,
                            body: row.bytes(3)?.to_vec(),
                        })
                    },
                )?);
            }
            Ok(due)
        })
        .await
    }
}

impl Tx<'_> {
    /// The job is done: takes its row away. Call it in the transaction of the
    /// handler's effect.
    pub fn job_done(&mut self, job: &Due) -> Result<(), Fault> {
        self.execute("DELETE FROM store_jobs WHERE lane = $1 AND id = $2", &[P::I(job.lane), P::I(job.id)]).map(drop)
    }

    /// The job failed: it comes again, later each time.
    pub fn job_failed(&mut self, job: &Due) -> Result<(), Fault> {
        let wait = (SECOND << job.tries.clamp(0, 20)).min(WAIT_MAX);
        let due_at = self.now() + wait;
        self.execute(
            "UPDATE store_jobs SET tries = tries + 1, due_at = $3 WHERE lane = $1 AND id = $2",
            &[P::I(job.lane), P::I(job.id), P::I(due_at)],
        )
        .map(drop)
    }
}
