//! SQLite: bundled, WAL, `synchronous=FULL`; pragmas, statements and what its
//! errors mean.

use crate::link::{Control, Group};
use crate::sql::for_sqlite;
use crate::value::{P, Row};
use kernel::{Fault, FaultKind};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};
use std::collections::HashMap;
use std::path::Path;

/// Older versions can corrupt a database when a WAL is reset at the wrong moment.
const OLDEST_SQLITE: i32 = 3_051_003;
/// Prepared statements kept per connection.
const STATEMENTS_KEPT: usize = 256;
/// The WAL is folded into the file when it reaches this many pages of 4 KiB. Whoever
/// writes meanwhile waits, some 50 ms; with fewer pages the waits are shorter, and many
/// more: pages that change often are then written and synced each time.
const WAL_PAGES_MAX: i64 = 20_000;

/// A connection and the texts it has translated.
pub(crate) struct SqliteLink {
    conn: Connection,
    texts: HashMap<(usize, usize), String>,
}

pub(crate) fn fault(doing: &str, error: rusqlite::Error) -> Fault {
    let kind = match &error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DiskFull => FaultKind::Full,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => FaultKind::Busy,
            ErrorCode::SystemIoFailure => FaultKind::Lost,
            ErrorCode::ConstraintViolation
                if matches!(
                    failure.extended_code,
                    ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_ROWID
                ) =>
            {
                FaultKind::Duplicate
            }
            _ => FaultKind::Broken,
        },
        _ => FaultKind::Broken,
    };
    Fault::from_source(kind, doing, error)
}

/// Refuses an SQLite that is known to lose data.
pub(crate) fn assert_version() -> Result<(), Fault> {
    let version = rusqlite::version_number();
    if version < OLDEST_SQLITE {
        return Err(Fault::broken(format!("SQLite {version} is older than {OLDEST_SQLITE}")));
    }
    Ok(())
}

/// Makes what an earlier process left in the log durable before anything leans on it:
/// where its last sync failed, the cache may hold commits that the platter does not (D5),
/// and the next power cut would take away all that was acknowledged on top of them.
fn renew_log(path: &Path) -> Result<(), Fault> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    match crate::durable::again(Path::new(&log)) {
        // Some filesystems need room even to write over a block; no sync failed there.
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {
            tracing::warn!(error = %error, "the log could not be written again: the disk is full");
            Ok(())
        }
        done => done.map_err(|error| Fault::from_source(FaultKind::Lost, "writing the log again", error)),
    }
}

impl SqliteLink {
    /// The one writer; the folder's lock is held.
    pub(crate) fn writer(path: &Path) -> Result<Self, Fault> {
        renew_log(path)?;
        let conn = Connection::open(path).map_err(|error| fault("opening the database", error))?;
        // The lane folds the WAL in by itself: SQLite's own way to do it would
        // swallow a failed sync. After a page was split SQLite walks its whole cache at
        // the commit: with 64 MiB that was a fifth of the lane's time.
        Self::prepared(
            conn,
            "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864;
             PRAGMA cache_size = -16384; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON; PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY;",
        )
    }

    pub(crate) fn reader(path: &Path) -> Result<Self, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags).map_err(|error| fault("opening a reader", error))?;
        Self::prepared(
            conn,
            "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA mmap_size = 0;
             PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 0;",
        )
    }

    fn prepared(conn: Connection, pragmas: &str) -> Result<Self, Fault> {
        conn.execute_batch(pragmas).map_err(|error| fault("setting up a connection", error))?;
        // Without it a statement whose LIMIT is a parameter is compiled anew whenever that
        // parameter is bound, in case another plan were better: a sixth of a scan's time.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(|error| fault("setting up a connection", error))?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Ok(Self { conn, texts: HashMap::new() })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.conn
    }

    fn text<'a>(texts: &'a mut HashMap<(usize, usize), String>, sql: &'static str) -> &'a str {
        texts.entry((sql.as_ptr().addr(), sql.len())).or_insert_with(|| for_sqlite(sql))
    }

    pub(crate) fn control(&mut self, control: Control) -> Result<(), Fault> {
        let sql = match control {
            Control::Begin => "BEGIN IMMEDIATE",
            Control::Commit => "COMMIT",
            Control::Rollback => "ROLLBACK",
            Control::Savepoint => "SAVEPOINT one",
            Control::Release => "RELEASE one",
            Control::RollbackTo => "ROLLBACK TO one",
        };
        let mut statement = self.conn.prepare_cached(sql).map_err(|error| fault(sql, error))?;
        statement.execute(()).map(drop).map_err(|error| fault(sql, error))
    }

    pub(crate) fn rows(
        &mut self,
        sql: &'static str,
        params: &[P<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let text = Self::text(&mut self.texts, sql);
        let mut statement = self.conn.prepare_cached(text).map_err(|error| fault(sql, error))?;
        let mut rows = statement.query(rusqlite::params_from_iter(params.iter())).map_err(|error| fault(sql, error))?;
        while let Some(row) = rows.next().map_err(|error| fault(sql, error))? {
            each(&Row::Sqlite(row))?;
        }
        Ok(())
    }

    pub(crate) fn execute(&mut self, sql: &'static str, params: &[P<'_>]) -> Result<u64, Fault> {
        let text = Self::text(&mut self.texts, sql);
        let mut statement = self.conn.prepare_cached(text).map_err(|error| fault(sql, error))?;
        let changed =
            statement.execute(rusqlite::params_from_iter(params.iter())).map_err(|error| fault(sql, error))?;
        Ok(u64::try_from(changed).unwrap_or(0))
    }

    pub(crate) fn insert_many(&mut self, group: &Group<'_>) -> Result<(), Fault> {
        let insert = group.insert;
        let key = (std::ptr::from_ref(insert).addr(), 0);
        let text = self.texts.entry(key).or_insert_with(|| insert.one_row());
        let mut statement = self.conn.prepare_cached(text).map_err(|error| fault(insert.table, error))?;
        let width = insert.columns.len();
        for first in (0..group.cells.len()).step_by(width) {
            let row = (first..first + width).map(|place| group.cells.at(place));
            statement.execute(rusqlite::params_from_iter(row)).map_err(|error| fault(insert.table, error))?;
        }
        Ok(())
    }

    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Fault> {
        self.conn.execute_batch(sql).map_err(|error| fault("running a migration", error))
    }

    /// Folds the WAL into the file as far as readers allow; called in quiet moments.
    /// One that cannot finish now is tried again at the next; only a disk that
    /// fails is told.
    pub(crate) fn checkpoint(&mut self) -> Result<(), Fault> {
        self.fold("PRAGMA wal_checkpoint(PASSIVE)").map(drop)
    }

    /// The same when the WAL has grown long, for times without a quiet moment.
    pub(crate) fn checkpoint_when_long(&mut self) -> Result<(), Fault> {
        let pages = self.fold("PRAGMA wal_checkpoint(NOOP)")?;
        if pages > WAL_PAGES_MAX { self.checkpoint() } else { Ok(()) }
    }

    /// Runs a checkpoint; answers how many pages are left in the WAL.
    fn fold(&mut self, sql: &'static str) -> Result<i64, Fault> {
        let mut statement = self.conn.prepare_cached(sql).map_err(|error| fault(sql, error))?;
        let left = statement.query_row((), |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?));
        match left.map_err(|error| fault(sql, error)) {
            Err(fault) if fault.kind != FaultKind::Lost => Ok(0),
            left => left,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_statement_is_compiled_once_whatever_is_bound() {
        let conn = Connection::open_in_memory().expect("a database");
        let link = SqliteLink::prepared(conn, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)").expect("a link");
        let sql = "SELECT b FROM t WHERE a > $1 ORDER BY a LIMIT $2";
        for most in 1..5 {
            let mut statement = link.conn.prepare_cached(sql).expect("a statement");
            assert!(!statement.exists((0, most)).expect("runs"));
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "run {most}");
        }
    }
}
