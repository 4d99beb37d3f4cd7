//! The statements both databases understand: `$1` parameters, upper-case
//! keywords, columns named; `= ANY($1)` for one of several numbers.

use crate::value::{P, Row};
use kernel::Fault;

/// What kind of column a grouped insert fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// BIGINT or SMALLINT.
    Int,
    /// TEXT.
    Text,
    /// BLOB or BYTEA.
    Bytes,
}

/// An insert whose rows nobody reads back before the commit: rows of one batch
/// are grouped and written together (SQLite: one prepared statement; PostgreSQL:
/// one `unnest`). Declare it as a `static`.
#[derive(Debug)]
pub struct Insert {
    /// The table.
    pub table: &'static str,
    /// Its columns in the order of the values, with their kinds.
    pub columns: &'static [(&'static str, Kind)],
    /// Empty, or `ON CONFLICT … DO …`.
    pub on_conflict: &'static str,
}

impl Insert {
    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// `INSERT … VALUES` for one row, in SQLite's numbering.
    pub(crate) fn one_row(&self) -> String {
        let marks: Vec<String> = (1..=self.columns.len()).map(|n| format!("?{n}")).collect();
        format!("INSERT INTO {} ({}) VALUES ({}) {}", self.table, self.names(), marks.join(", "), self.on_conflict)
    }

    /// `INSERT … SELECT unnest(…), …` for any number of rows, PostgreSQL's; the first
    /// column's array is parameter `first`. The arrays are as long as each other and
    /// unfold side by side.
    pub(crate) fn many_rows(&self, first: usize) -> String {
        let arrays: Vec<String> = (first..)
            .zip(self.columns)
            .map(|(n, (_, kind))| match kind {
                Kind::Int => format!("unnest(${n}::bigint[])"),
                Kind::Text => format!("unnest(${n}::text[])"),
                Kind::Bytes => format!("unnest(${n}::bytea[])"),
            })
            .collect();
        format!("INSERT INTO {} ({}) SELECT {} {}", self.table, self.names(), arrays.join(", "), self.on_conflict)
    }
}

/// Reading: what a transaction and a reader both offer.
pub trait Sql {
    /// Microseconds since 1970 UTC, the same during one closure.
    fn now(&self) -> i64;

    /// Runs a query and hands each row to `each`.
    fn rows(
        &mut self,
        sql: &'static str,
        params: &[P<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault>;
}

/// Shorter ways to ask, for anything that can [`Sql`].
pub trait SqlExt: Sql {
    /// The first row, if there is one.
    fn one<T>(
        &mut self,
        sql: &'static str,
        params: &[P<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut found = None;
        self.rows(sql, params, &mut |row| {
            if found.is_none() {
                found = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// All rows; the statement must carry its own LIMIT.
    fn all<T>(
        &mut self,
        sql: &'static str,
        params: &[P<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut found = Vec::new();
        self.rows(sql, params, &mut |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }
}

impl<S: Sql + ?Sized> SqlExt for S {}

/// `$N` as SQLite's `?N`: left alone it would number them by first appearance; and
/// `= ANY($N)`, which it does not know, as the elements of a JSON array.
pub(crate) fn for_sqlite(sql: &str) -> String {
    let text = sql.replace('$', "?");
    let mut pieces = text.split("= ANY(");
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        whole.push_str("IN (SELECT value FROM json_each(");
        whole.push_str(&piece.replacen(')', "))", 1));
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    static SAMPLE: Insert =
        Insert { table: "t", columns: &[("a", Kind::Int), ("b", Kind::Bytes)], on_conflict: "ON CONFLICT DO NOTHING" };

    #[test]
    fn one_text_becomes_both_dialects() {
        assert_eq!(SAMPLE.one_row(), "INSERT INTO t (a, b) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
        assert_eq!(
            SAMPLE.many_rows(3),
            "INSERT INTO t (a, b) SELECT unnest($3::bigint[]), unnest($4::bytea[]) ON CONFLICT DO NOTHING"
        );
        assert_eq!(for_sqlite("VALUES ($2, $1)"), "VALUES (?2, ?1)");
        assert_eq!(
            for_sqlite("WHERE (a = ANY($2) AND b = ANY($1)) OR c = $3"),
            "WHERE (a IN (SELECT value FROM json_each(?2)) AND b IN (SELECT value FROM json_each(?1))) OR c = ?3"
        );
    }
}
