//! One connection of either database; the only place that tells them apart.

use crate::pg::PgLink;
use crate::sql::Insert;
use crate::sqlite::SqliteLink;
use crate::value::{P, Row, Val};
use kernel::Fault;

/// A connection used by one thread at a time.
pub(crate) enum Link {
    Sqlite(SqliteLink),
    Pg(PgLink),
}

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

    /// Writes grouped rows; `values` holds them one after another.
    pub(crate) fn insert_many(&mut self, insert: &'static Insert, values: &[Val]) -> Result<(), Fault> {
        match self {
            Self::Sqlite(link) => link.insert_many(insert, values),
            Self::Pg(link) => link.insert_many(insert, values),
        }
    }

    /// Writes grouped rows and one statement more, together.
    pub(crate) fn insert_many_and(
        &mut self,
        insert: &'static Insert,
        values: &[Val],
        and: &'static str,
        and_params: &[P<'_>],
    ) -> Result<(), Fault> {
        match self {
            Self::Sqlite(link) => {
                link.insert_many(insert, values)?;
                link.execute(and, and_params).map(drop)
            }
            Self::Pg(link) => link.insert_many_and(insert, values, and, and_params),
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
