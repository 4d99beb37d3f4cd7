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
}

pub(crate) fn fault(doing: &str, error: postgres::Error) -> Fault {
    let kind = match error.code() {
        Some(code) if *code == SqlState::UNIQUE_VIOLATION => FaultKind::Duplicate,
        Some(code) if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED => {
            FaultKind::Conflict
        }
        Some(code) if *code == SqlState::DISK_FULL => FaultKind::Full,
        Some(code) if *code == SqlState::ADMIN_SHUTDOWN || *code == SqlState::CRASH_SHUTDOWN => FaultKind::Lost,
        Some(_) => FaultKind::Broken,
        None => FaultKind::Lost,
    };
    Fault::from_source(kind, doing, error)
}

impl PgLink {
    pub(crate) fn connect(url: &str) -> Result<Self, Fault> {
        let mut client = Client::connect(url, NoTls).map_err(|error| fault("connecting to PostgreSQL", error))?;
        client
            .batch_execute("SET synchronous_commit = on; SET client_min_messages = warning; SET timezone = 'UTC'")
            .map_err(|error| fault("setting up a connection", error))?;
        Ok(Self { client, statements: HashMap::new() })
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
            Control::Begin => "BEGIN",
            Control::Commit => "COMMIT",
            Control::Rollback => "ROLLBACK",
            Control::Savepoint => "SAVEPOINT one",
            Control::Release => "RELEASE one",
            Control::RollbackTo => "ROLLBACK TO one",
        };
        self.client.batch_execute(sql).map_err(|error| fault(sql, error))
    }

    pub(crate) fn rows(
        &mut self,
        sql: &'static str,
        params: &[P<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let statement = self.statement((sql.as_ptr().addr(), sql.len()), || sql.to_owned())?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| -> &(dyn ToSql + Sync) { p }).collect();
        let mut rows = self.client.query_raw(&statement, params.iter().copied()).map_err(|error| fault(sql, error))?;
        while let Some(row) = rows.next().map_err(|error| fault(sql, error))? {
            each(&Row::Pg(&row))?;
        }
        Ok(())
    }

    pub(crate) fn execute(&mut self, sql: &'static str, params: &[P<'_>]) -> Result<u64, Fault> {
        let statement = self.statement((sql.as_ptr().addr(), sql.len()), || sql.to_owned())?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| -> &(dyn ToSql + Sync) { p }).collect();
        self.client.execute(&statement, &params).map_err(|error| fault(sql, error))
    }

    pub(crate) fn insert_many(&mut self, insert: &'static Insert, values: &[Val]) -> Result<(), Fault> {
        let statement = self.statement((std::ptr::from_ref(insert).addr(), 0), || insert.many_rows())?;
        let width = insert.columns.len();
        let columns: Vec<Box<dyn ToSql + Sync>> = insert
            .columns
            .iter()
            .enumerate()
            .map(|(at, (_, kind))| column(*kind, values.iter().skip(at).step_by(width)))
            .collect();
        let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(AsRef::as_ref).collect();
        self.client.execute(&statement, &params).map(drop).map_err(|error| fault(insert.table, error))
    }

    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Fault> {
        self.client.batch_execute(sql).map_err(|error| fault("running a migration", error))
    }
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
