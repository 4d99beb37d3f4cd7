//! PostgreSQL, 15 and later: statements, grouped inserts by `unnest`, and what
//! its errors mean. The client runs on the thread that owns it.

use crate::link::{Control, Group, Statement as Beside};
use crate::sql::Kind;
use crate::value::{Cells, P, Row};
use bytes::BufMut as _;
use kernel::{Fault, FaultKind};
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type};
use postgres::{Client, NoTls, Statement};
use std::collections::HashMap;
use std::error::Error as StdError;

/// Tables that one statement writes at most.
const COMBINED_TABLES_MAX: usize = 12;
/// Combinations of tables prepared on one connection; further ones go table by table.
const COMBINED_MAX: usize = 128;

/// What every connection is set to. LZ4, where the server was built with it, packs long
/// values several times faster than PostgreSQL's own method.
const SESSION: &str = "SET synchronous_commit = on; SET client_min_messages = warning; SET timezone = 'UTC';
    SELECT set_config('default_toast_compression', 'lz4', false) FROM pg_settings
    WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)";

/// A connection and the statements it has prepared.
pub(crate) struct PgLink {
    client: Client,
    statements: HashMap<(usize, usize), Statement>,
    /// Those that write grouped rows, by their tables.
    combined: HashMap<Vec<usize>, Statement>,
    /// A transaction was asked for and not begun: the first statement begins it, so
    /// that a batch of grouped rows alone is one statement and one round trip.
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
        client.batch_execute(SESSION).map_err(|error| fault("setting up a connection", error))?;
        Ok(Self {
            client,
            statements: HashMap::new(),
            combined: HashMap::new(),
            begin_asked: false,
            release_asked: false,
        })
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

    /// Grouped rows and what must stand or fall with them. Different tables go as one
    /// statement, which needs no transaction around it when nothing came before it in
    /// the batch and the commit is next: one round trip for the whole batch.
    pub(crate) fn write_groups(
        &mut self,
        groups: &[Group<'_>],
        and: Option<Beside<'_>>,
        last: bool,
    ) -> Result<(), Fault> {
        let one = self.one_statement(groups, and.map(|(sql, _)| sql))?;
        if !last || one.is_none() {
            self.begun()?;
        }
        let Some(statement) = one else {
            for group in groups {
                self.write_groups(&[*group], None, false)?;
            }
            return and.map_or(Ok(()), |(sql, params)| self.execute(sql, params).map(drop));
        };
        let columns: Vec<Column<'_>> = groups.iter().flat_map(Column::all).collect();
        let mut params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|one| -> &(dyn ToSql + Sync) { one }).collect();
        if let Some((_, beside)) = and {
            params.extend(beside.iter().map(|p| -> &(dyn ToSql + Sync) { p }));
        }
        let table = groups.last().map_or("grouped rows", |group| group.insert.table);
        self.client.execute(&statement, &params).map(drop).map_err(|error| fault(table, error))
    }

    /// The statement that writes all groups at once; nothing when they must go one by
    /// one: none at all, a table that comes twice (its second part would not see the
    /// first), or too many different combinations to prepare them all.
    fn one_statement(&mut self, groups: &[Group<'_>], and: Option<&'static str>) -> Result<Option<Statement>, Fault> {
        let known = groups.iter().map(|group| std::ptr::from_ref(group.insert).addr());
        let key: Vec<usize> = known.chain(and.map(|sql| sql.as_ptr().addr())).collect();
        if let Some(statement) = self.combined.get(&key) {
            return Ok(Some(statement.clone()));
        }
        let twice = |(at, group): (usize, &Group<'_>)| {
            groups.iter().take(at).any(|other| other.insert.table == group.insert.table)
        };
        let alone = groups.len() == 1 && and.is_none();
        let many = groups.len() > COMBINED_TABLES_MAX || (self.combined.len() >= COMBINED_MAX && !alone);
        if groups.is_empty() || many || groups.iter().enumerate().any(twice) {
            return Ok(None);
        }
        let sql = combined(groups, and);
        let statement = self.client.prepare(&sql).map_err(|error| fault(&sql, error))?;
        self.combined.insert(key, statement.clone());
        Ok(Some(statement))
    }

    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Fault> {
        self.begun()?;
        self.client.batch_execute(sql).map_err(|error| fault("running a migration", error))
    }
}

/// `WITH … INSERT …`: every group but the last and the statement beside them as
/// parts, the last group as the statement itself. All see the same moment.
fn combined(groups: &[Group<'_>], and: Option<&'static str>) -> String {
    let mut first = 1;
    let mut inserts = Vec::with_capacity(groups.len());
    for group in groups {
        inserts.push(group.insert.many_rows(first));
        first += group.insert.columns.len();
    }
    let main = inserts.pop().unwrap_or_default();
    let mut parts: Vec<String> =
        inserts.into_iter().enumerate().map(|(number, insert)| format!("part{number} AS ({insert})")).collect();
    if let Some(and) = and {
        parts.push(format!("beside AS ({})", shifted(and, first - 1)));
    }
    if parts.is_empty() { main } else { format!("WITH {} {main}", parts.join(", ")) }
}

/// A statement whose `$1` is called `$(1 + by)`, and so on.
fn shifted(sql: &str, by: usize) -> String {
    let mut pieces = sql.split('$');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|one: char| one.is_ascii_digit()).len();
        let (number, rest) = piece.split_at(digits);
        let number = number.parse::<usize>().map_or_else(|_none| number.to_owned(), |number| (number + by).to_string());
        text.push('$');
        text.push_str(&number);
        text.push_str(rest);
    }
    text
}

/// One column of grouped rows as an array parameter, written straight into the
/// message.
#[derive(Debug)]
struct Column<'a> {
    cells: Cells<'a>,
    first: usize,
    width: usize,
    kind: Kind,
}

impl<'a> Column<'a> {
    fn all(group: &Group<'a>) -> impl Iterator<Item = Self> {
        let (cells, width) = (group.cells, group.insert.columns.len());
        group.insert.columns.iter().enumerate().map(move |(first, (_, kind))| Self { cells, first, width, kind: *kind })
    }
}

impl ToSql for Column<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        let element = match self.kind {
            Kind::Int => Type::INT8,
            Kind::Text => Type::TEXT,
            Kind::Bytes => Type::BYTEA,
        };
        // One dimension, NULLs possible, numbered from 1.
        out.put_i32(1);
        out.put_i32(1);
        out.put_u32(element.oid());
        out.put_i32(i32::try_from(self.cells.len() / self.width)?);
        out.put_i32(1);
        for place in (self.first..self.cells.len()).step_by(self.width) {
            match (self.kind, self.cells.at(place)) {
                (_, P::Null) => out.put_i32(-1),
                (Kind::Int, P::I(number)) => {
                    out.put_i32(8);
                    out.put_i64(number);
                }
                (Kind::Text, P::S(text)) => {
                    out.put_i32(i32::try_from(text.len())?);
                    out.put_slice(text.as_bytes());
                }
                (Kind::Bytes, P::B(bytes)) => {
                    out.put_i32(i32::try_from(bytes.len())?);
                    out.put_slice(bytes);
                }
                (kind, other) => return Err(format!("a column of {kind:?} was given {other:?}").into()),
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Insert;

    static ONE: Insert = Insert { table: "one", columns: &[("a", Kind::Int), ("b", Kind::Text)], on_conflict: "" };
    static TWO: Insert = Insert { table: "two", columns: &[("c", Kind::Bytes)], on_conflict: "" };

    #[test]
    fn groups_become_one_statement() {
        let group = |insert| Group { insert, cells: Cells::Lent(&[]) };
        assert_eq!(
            combined(&[group(&ONE), group(&TWO)], Some("UPDATE three SET d = $2 WHERE e = $1")),
            "WITH part0 AS (INSERT INTO one (a, b) SELECT unnest($1::bigint[]), unnest($2::text[]) ), \
             beside AS (UPDATE three SET d = $5 WHERE e = $4) \
             INSERT INTO two (c) SELECT unnest($3::bytea[]) "
        );
        assert_eq!(combined(&[group(&TWO)], None), "INSERT INTO two (c) SELECT unnest($1::bytea[]) ");
    }

    #[test]
    fn numbers_are_shifted_once() {
        assert_eq!(shifted("$1, $12, $2", 10), "$11, $22, $12");
    }
}
