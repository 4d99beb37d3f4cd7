//! One connection of either database; the only place that tells them apart.

use crate::pg::PgLink;
use crate::sql::Insert;
use crate::sqlite::SqliteLink;
use crate::value::{Cells, P, Row};
use kernel::Fault;

/// A connection used by one thread at a time.
pub(crate) enum Link {
    Sqlite(SqliteLink),
    Pg(Box<PgLink>),
}

/// Rows of one table, written together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group<'a> {
    /// The table and its columns.
    pub(crate) insert: &'static Insert,
    /// The rows' values, one after another.
    pub(crate) cells: Cells<'a>,
}

/// A statement with its parameters.
pub(crate) type Statement<'a> = (&'static str, &'a [P<'a>]);

/// Transaction control, the same words on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    Begin,
    Commit,
    Rollback,
    Savepoint,
    Release,
    RollbackTo,
}

impl Link {
    pub(crate) fn control(&mut self, control: Control) -> Result<(), Fault> {
        match self {
            Self::Sqlite(link) => link.control(control),
            Self::Pg(link) => link.control(control),
        }
    }

    pub(crate) fn rows(
        &mut self,
        sql: &'static str,
        params: &[P<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match self {
            Self::Sqlite(link) => link.rows(sql, params, each),
            Self::Pg(link) => link.rows(sql, params, each),
        }
    }

    pub(crate) fn execute(&mut self, sql: &'static str, params: &[P<'_>]) -> Result<u64, Fault> {
        match self {
            Self::Sqlite(link) => link.execute(sql, params),
            Self::Pg(link) => link.execute(sql, params),
        }
    }

    /// Writes grouped rows, and one statement more if there is one. `last` says that
    /// the commit comes next.
    pub(crate) fn write_groups(
        &mut self,
        groups: &[Group<'_>],
        and: Option<Statement<'_>>,
        last: bool,
    ) -> Result<(), Fault> {
        match self {
            Self::Sqlite(link) => {
                groups.iter().try_for_each(|group| link.insert_many(group))?;
                and.map_or(Ok(()), |(sql, params)| link.execute(sql, params).map(drop))
            }
            Self::Pg(link) => link.write_groups(groups, and, last),
        }
    }

    /// Runs a migration's text, several statements.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Fault> {
        match self {
            Self::Sqlite(link) => link.script(sql),
            Self::Pg(link) => link.script(sql),
        }
    }

    /// Whether the transaction that was begun is still there: SQLite gives it up by
    /// itself after some failures, PostgreSQL only with the connection.
    pub(crate) fn in_transaction(&self) -> bool {
        match self {
            Self::Sqlite(link) => !link.connection().is_autocommit(),
            Self::Pg(_) => true,
        }
    }

    /// A failed statement poisons the transaction: a savepoint is needed before
    /// reading too, not only before writing.
    pub(crate) fn reads_can_poison(&self) -> bool {
        matches!(self, Self::Pg(_))
    }
}
