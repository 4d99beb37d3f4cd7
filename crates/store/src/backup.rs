//! Copies while running, what a safe PostgreSQL must be set to, and the lock that
//! keeps a second node off a lane.

use crate::db::Engine;
use crate::event::{self, ChainReport};
use crate::pg::{self, PgLink};
use crate::sqlite::{self, SqliteLink};
use crate::value::hex;
use crate::{Db, Sql};
use kernel::{Error, Fault, FaultKind};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest as _, Sha256};
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

/// What a copy holds, proven by reading it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// The trail inside it.
    pub chain: ChainReport,
}

fn io(doing: String, error: std::io::Error) -> Fault {
    let kind = if error.kind() == std::io::ErrorKind::StorageFull { FaultKind::Full } else { FaultKind::Broken };
    Fault::from_source(kind, doing, error)
}

/// Copies a running or stopped SQLite database into one file, page by page, then
/// reads the copy back.
pub fn copy_sqlite(from: &Path, to: &Path, mut progress: impl FnMut(i32, i32)) -> Result<Proof, Fault> {
    if to.exists() {
        return Err(Fault::broken(format!("{} exists already; choose another name", to.display())));
    }
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| sqlite::fault("opening the database to copy", error))?;
    // One snapshot from the first page to the last: without it every write of the
    // running node would begin the copy anew.
    source
        .execute_batch("PRAGMA busy_timeout = 5000; BEGIN")
        .and_then(|()| source.query_row("SELECT COUNT(*) FROM sqlite_schema", (), |_| Ok(())))
        .map_err(|error| sqlite::fault("opening a snapshot to copy", error))?;
    let mut target = Connection::open(to).map_err(|error| sqlite::fault("creating the copy", error))?;
    {
        let backup = Backup::new(&source, &mut target).map_err(|error| sqlite::fault("starting the copy", error))?;
        let mut step = |state: rusqlite::backup::Progress| progress(state.pagecount - state.remaining, state.pagecount);
        loop {
            let more = backup.step(4_096).map_err(|error| sqlite::fault("copying", error))?;
            step(backup.progress());
            match more {
                rusqlite::backup::StepResult::Done => break,
                rusqlite::backup::StepResult::More => {}
                _ => {
                    #[expect(clippy::disallowed_methods, reason = "a command's own thread, waiting for a lock")]
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }
    // The copy leaves WAL mode so that it is one file and nothing else.
    target
        .query_row("PRAGMA journal_mode = DELETE", (), |_| Ok(()))
        .map_err(|error| sqlite::fault("closing the copy", error))?;
    drop(target);
    prove_sqlite(to)
}

/// Reads a SQLite file through: pages, indexes, the trail.
pub fn prove_sqlite(path: &Path) -> Result<Proof, Fault> {
    let mut hash = Sha256::new();
    let mut file = std::fs::File::open(path).map_err(|error| io(format!("opening {}", path.display()), error))?;
    file.sync_all().map_err(|error| io(format!("syncing {}", path.display()), error))?;
    let mut bytes = 0u64;
    let mut buffer = vec![0u8; 1 << 20];
    loop {
        let got = file.read(&mut buffer).map_err(|error| io(format!("reading {}", path.display()), error))?;
        if got == 0 {
            break;
        }
        bytes += got as u64;
        hash.update(&buffer[..got]);
    }
    let mut link = SqliteLink::reader(path)?;
    integrity(&link)?;
    // One snapshot: a node that writes meanwhile must not look like a forger.
    link.script("BEGIN")?;
    let chain = event::verify(&mut Direct(&mut link))?;
    Ok(Proof { sha256: hex(&hash.finalize()), bytes, chain })
}

struct Direct<'a>(&'a mut SqliteLink);

impl Sql for Direct<'_> {
    fn now(&self) -> i64 {
        0
    }

    fn rows(
        &mut self,
        sql: &'static str,
        params: &[crate::P<'_>],
        each: &mut dyn FnMut(&crate::Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.0.rows(sql, params, each)
    }
}

/// SQLite's own check of pages and indexes.
fn integrity(link: &SqliteLink) -> Result<(), Fault> {
    let said: String = link
        .connection()
        .query_row("PRAGMA quick_check(1)", (), |row| row.get(0))
        .map_err(|error| sqlite::fault("checking pages", error))?;
    if said == "ok" { Ok(()) } else { Err(Fault::broken(format!("SQLite says: {said}"))) }
}

impl Db {
    /// Walks pages (SQLite) and every chain of events.
    pub fn check(&self) -> Result<ChainReport, Error> {
        if let Engine::Sqlite(path) = self.engine() {
            integrity(&SqliteLink::reader(path)?)?;
        }
        self.read_now(|sql| Ok(event::verify(sql)?))
    }
}

/// Refuses a PostgreSQL that would acknowledge what a power cut can take away.
pub(crate) fn refuse_unsafe_postgres(link: &mut PgLink) -> Result<(), Fault> {
    let ask = |link: &mut PgLink, name: &str| -> Result<String, Fault> {
        let row = link
            .client()
            .query_one("SELECT current_setting($1)", &[&name])
            .map_err(|error| pg::fault("asking PostgreSQL for a setting", error))?;
        row.try_get(0).map_err(|error| pg::fault("reading a setting", error))
    };
    let version: i64 = ask(link, "server_version_num")?.parse().unwrap_or(0);
    if version < 150_000 {
        return Err(Fault::broken(format!("PostgreSQL {version} is older than 15")));
    }
    for name in ["fsync", "full_page_writes"] {
        let value = ask(link, name)?;
        if value != "on" {
            return Err(Fault::broken(format!(
                "PostgreSQL runs with {name} = {value}: acknowledged writes could be lost"
            )));
        }
    }
    Ok(())
}

/// A node that was killed leaves sessions that end a moment later: tries to take
/// a lane before somebody else is said to have it.
const OWN_TRIES_MAX: usize = 30;
/// Wait between two such tries.
const OWN_WAIT_MS: u64 = 100;

/// Lanes of this database are numbered; each belongs to one process.
pub(crate) fn own_lane(link: &mut PgLink, number: i64) -> Result<(), Fault> {
    const LOCK_SPACE: i32 = 0x59_49_4d;
    let lane = i32::try_from(number).unwrap_or(i32::MAX);
    for _ in 0..OWN_TRIES_MAX {
        let row = link
            .client()
            .query_one("SELECT pg_try_advisory_lock($1, $2)", &[&LOCK_SPACE, &lane])
            .map_err(|error| pg::fault("taking a lane's lock", error))?;
        if row.try_get(0).map_err(|error| pg::fault("reading a lock", error))? {
            return Ok(());
        }
        #[expect(clippy::disallowed_methods, reason = "waiting for a dead node's session to end, on a thread of ours")]
        std::thread::sleep(Duration::from_millis(OWN_WAIT_MS));
    }
    Err(Fault::new(FaultKind::Busy, "another yima writes to this database"))
}

/// Walks the trail of a PostgreSQL database beside a running node.
pub fn prove_postgres(url: &str) -> Result<ChainReport, Fault> {
    struct Beside(PgLink);
    impl Sql for Beside {
        fn now(&self) -> i64 {
            0
        }

        fn rows(
            &mut self,
            sql: &'static str,
            params: &[crate::P<'_>],
            each: &mut dyn FnMut(&crate::Row<'_>) -> Result<(), Fault>,
        ) -> Result<(), Fault> {
            self.0.rows(sql, params, each)
        }
    }
    let mut beside = Beside(PgLink::connect(url)?);
    // One snapshot: the chain and its heads as of one instant.
    beside.0.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    event::verify(&mut beside)
}
