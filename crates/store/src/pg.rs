//! PostgreSQL, 15 and later: statements, grouped inserts by `unnest`, and what
//! its errors mean. The client runs on the thread that owns it.

use crate::link::Control;
use crate::sql::{Insert, Kind};
use crate::value::{P, Row, Val};
use kernel::{Fault, FaultKind};
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;
use postgres::{Client, NoTls, Statement};
use std::collections::HashMap;

/// A connection and the statements it has prepared.
pub(crate) struct PgLink {
    client: Client,
    statements: HashMap<(usize, usize), Statement>,
    /// A transaction was asked for and not begun: the first statement begins it, so
    /// that a batch of events alone is one statement and one round trip.
    begin_asked: bool,
    /// A savepoint is done with; it is released together with the next one.
    release_asked: bool,
}

pub(crate) fn fault(doing: &str, error: postgres::Error) -> Fault {
    let kind = match error.code() {
        Some(code) if *code == SqlState::UNIQUE_VIOLATION => FaultKind::Duplicate,
        Some(code) if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED => {
            FaultKind::Conflict
        }
        Some(code) if *code == SqlState::DISK_FULL => FaultKind::Full,
        Some(code) if *code == SqlState::ADMIN_SHUTDOWN || *code == SqlState::CRASH_SHUTDOWN => FaultKind::Lost,
        // Class 08: connection; 57P: the server goes; 53300: no connection is free.
        Some(code) if code.code().starts_with("08") || code.code().starts_with("57P") => FaultKind::Lost,
        Some(code) if *code == SqlState::TOO_MANY_CONNECTIONS || *code == SqlState::QUERY_CANCELED => FaultKind::Busy,
        Some(_) => FaultKind::Broken,
        // A value that does not fit its parameter is our mistake, not a lost server.
        None if error.to_string().starts_with("error serializing") => FaultKind::Broken,
        None if error.to_string().starts_with("error deserializing") => FaultKind::Broken,
        None => FaultKind::Lost,
    };
    match error.as_db_error() {
        // The server's DETAIL quotes the row; what is logged names nobody (U8).
        Some(said) => {
            let says = format!("{} {}: {}", said.severity(), said.code().code(), said.message());
            Fault::from_source(kind, doing, says)
        }
        None => Fault::from_source(kind, doing, error),
    }
}

impl PgLink {
    pub(crate) fn connect(url: &str) -> Result<Self, Fault> {
        let mut client = Client::connect(url, NoTls).map_err(|error| fault("connecting to PostgreSQL", error))?;
        client
            .batch_execute("SET synchronous_commit = on; SET client_min_messages = warning; SET timezone = 'UTC'")
            .map_err(|error| fault("setting up a connection", error))?;
        Ok(Self { client, statements: HashMap::new(), begin_asked: false, release_asked: false })
    }

    pub(crate) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    fn statement(&mut self, key: (usize, usize), text: impl FnOnce() -> String) -> Result<Statement, Fault> {
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let sql = text();
        let statement = self.client.prepare(&sql).map_err(|error| fault(&sql, error))?;
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }

    pub(crate) fn control(&mut self, control: Control) -> Result<(), Fault> {
        let sql = match control {
            Control::Begin => {
                self.begin_asked = true;
                return Ok(());
            }
            Control::Release => {
                self.release_asked = true;
                return Ok(());
            }
            Control::Commit | Control::Rollback => {
                self.release_asked = false;
                if std::mem::take(&mut self.begin_asked) {
                    return Ok(());
                }
                if control == Control::Commit { "COMMIT" } else { "ROLLBACK" }
            }
            Control::Savepoint => {
                match (std::mem::take(&mut self.begin_asked), std::mem::take(&mut self.release_asked)) {
                    (true, _) => "BEGIN; SAVEPOINT one",
                    (false, true) => "RELEASE one; SAVEPOINT one",
                    (false, false) => "SAVEPOINT one",
                }
            }
            Control::RollbackTo => "ROLLBACK TO one",
        };
        self.client.batch_execute(sql).map_err(|error| fault(sql, error))
    }

    fn begun(&mut self) -> Result<(), Fault> {
        if std::mem::take(&mut self.begin_asked) {
            self.client.batch_execute("BEGIN").map_err(|error| fault("BEGIN", error))?;
        }
        Ok(())
    }

    pub(crate) fn rows(
        &mut self,
        sql: &'static str,
        params: &[P<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.begun()?;
        let statement = self.statement((sql.as_ptr().addr(), sql.len()), || sql.to_owned())?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| -> &(dyn ToSql + Sync) { p }).collect();
        let mut rows = self.client.query_raw(&statement, params.iter().copied()).map_err(|error| fault(sql, error))?;
        while let Some(row) = rows.next().map_err(|error| fault(sql, error))? {
            each(&Row::Pg(&row))?;
        }
        Ok(())
    }

    pub(crate) fn execute(&mut self, sql: &'static str, params: &[P<'_>]) -> Result<u64, Fault> {
        self.begun()?;
        let statement = self.statement((sql.as_ptr().addr(), sql.len()), || sql.to_owned())?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| -> &(dyn ToSql + Sync) { p }).collect();
        self.client.execute(&statement, &params).map_err(|error| fault(sql, error))
    }

    pub(crate) fn insert_many(&mut self, insert: &'static Insert, values: &[Val]) -> Result<(), Fault> {
        self.begun()?;
        let statement = self.statement((std::ptr::from_ref(insert).addr(), 0), || insert.many_rows())?;
        let columns = columns(insert, values);
        let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(AsRef::as_ref).collect();
        self.client.execute(&statement, &params).map(drop).map_err(|error| fault(insert.table, error))
    }

    /// Grouped rows and the statement that must stand or fall with them, as one
    /// statement: when nothing else is in the transaction it needs none around it.
    pub(crate) fn insert_many_and(
        &mut self,
        insert: &'static Insert,
        values: &[Val],
        and: &'static str,
        and_params: &[P<'_>],
    ) -> Result<(), Fault> {
        let key = (std::ptr::from_ref(insert).addr(), and.as_ptr().addr());
        let statement = self.statement(key, || {
            let first = insert.columns.len();
            let mut shifted = and.to_owned();
            for number in (1..=and_params.len()).rev() {
                shifted = shifted.replace(&format!("${number}"), &format!("$+{}", first + number));
            }
            format!("WITH beside AS ({}) {}", shifted.replace("$+", "$"), insert.many_rows())
        })?;
        let columns = columns(insert, values);
        let mut params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(AsRef::as_ref).collect();
        params.extend(and_params.iter().map(|p| -> &(dyn ToSql + Sync) { p }));
        self.client.execute(&statement, &params).map(drop).map_err(|error| fault(insert.table, error))
    }

    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Fault> {
        self.begun()?;
        self.client.batch_execute(sql).map_err(|error| fault("running a migration", error))
    }
}

/// Grouped rows turned into one array a column.
fn columns<'a>(insert: &Insert, values: &'a [Val]) -> Vec<Box<dyn ToSql + Sync + 'a>> {
    let width = insert.columns.len();
    let each = insert.columns.iter().enumerate();
    each.map(|(at, (_, kind))| column(*kind, values.iter().skip(at).step_by(width))).collect()
}

/// One column of grouped rows as an array parameter.
fn column<'a>(kind: Kind, values: impl Iterator<Item = &'a Val>) -> Box<dyn ToSql + Sync + 'a> {
    match kind {
        Kind::Int => Box::new(
            values.map(|value| if let Val::I(number) = value { Some(*number) } else { None }).collect::<Vec<_>>(),
        ),
        Kind::Text => Box::new(
            values.map(|value| if let Val::S(text) = value { Some(text.as_str()) } else { None }).collect::<Vec<_>>(),
        ),
        Kind::Bytes => Box::new(
            values
                .map(|value| if let Val::B(bytes) = value { Some(bytes.as_slice()) } else { None })
                .collect::<Vec<_>>(),
        ),
    }
}
