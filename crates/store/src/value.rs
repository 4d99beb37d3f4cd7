//! Values in and out of statements: parameters, owned values for grouped
//! inserts, and a row of either database.

use kernel::{Fault, FaultKind};
use postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};
use std::error::Error as StdError;

/// A parameter of a statement, borrowed for the call.
#[derive(Debug, Clone, Copy)]
pub enum P<'a> {
    /// NULL.
    Null,
    /// BIGINT or SMALLINT.
    I(i64),
    /// TEXT.
    S(&'a str),
    /// BLOB or BYTEA.
    B(&'a [u8]),
    /// Several whole numbers, for `= ANY($n)` alone.
    Many(&'a [i64]),
}

impl P<'_> {
    /// A number, or NULL.
    pub fn opt(value: Option<i64>) -> Self {
        value.map_or(Self::Null, Self::I)
    }
}

/// An owned value, kept until a grouped insert is flushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Val {
    /// NULL.
    Null,
    /// BIGINT or SMALLINT.
    I(i64),
    /// TEXT.
    S(String),
    /// BLOB or BYTEA.
    B(Vec<u8>),
}

/// Bytes as lower-case hexadecimal text.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Val {
    /// The value as a parameter.
    pub fn as_param(&self) -> P<'_> {
        match self {
            Self::Null => P::Null,
            Self::I(number) => P::I(*number),
            Self::S(text) => P::S(text),
            Self::B(bytes) => P::B(bytes),
        }
    }
}

/// Values of grouped rows, one row after another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cells<'a> {
    /// Kept until the flush.
    Kept(&'a [Val]),
    /// Borrowed for the call.
    Lent(&'a [P<'a>]),
}

impl<'a> Cells<'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Kept(values) => values.len(),
            Self::Lent(values) => values.len(),
        }
    }

    /// A value by its place; NULL beyond the end.
    pub(crate) fn at(self, place: usize) -> P<'a> {
        match self {
            Self::Kept(values) => values.get(place).map_or(P::Null, Val::as_param),
            Self::Lent(values) => values.get(place).copied().unwrap_or(P::Null),
        }
    }
}

impl From<i64> for Val {
    fn from(value: i64) -> Self {
        Self::I(value)
    }
}

impl From<&str> for Val {
    fn from(value: &str) -> Self {
        Self::S(value.to_owned())
    }
}

impl From<String> for Val {
    fn from(value: String) -> Self {
        Self::S(value)
    }
}

impl From<Vec<u8>> for Val {
    fn from(value: Vec<u8>) -> Self {
        Self::B(value)
    }
}

impl From<&[u8]> for Val {
    fn from(value: &[u8]) -> Self {
        Self::B(value.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Val {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl rusqlite::ToSql for P<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, Value, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            // Numbers print as a JSON array, which is what `json_each` reads.
            Self::Many(numbers) => return Ok(ToSqlOutput::Owned(Value::Text(format!("{numbers:?}")))),
            Self::Null => ValueRef::Null,
            Self::I(number) => ValueRef::Integer(*number),
            Self::S(text) => ValueRef::Text(text.as_bytes()),
            Self::B(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl ToSql for P<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::I(number) if *ty == Type::INT2 => i16::try_from(*number)?.to_sql(ty, out)?,
            Self::I(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out)?,
            Self::I(number) => number.to_sql(ty, out)?,
            Self::S(text) => text.to_sql(ty, out)?,
            Self::B(bytes) => bytes.to_sql(ty, out)?,
            Self::Many(numbers) => numbers.to_sql(ty, out)?,
        };
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

/// A whole number of any width PostgreSQL sends.
struct AnyInt(i64);

impl<'a> FromSql<'a> for AnyInt {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(match *ty {
            Type::INT2 => i64::from(i16::from_sql(ty, raw)?),
            Type::INT4 => i64::from(i32::from_sql(ty, raw)?),
            _ => i64::from_sql(ty, raw)?,
        }))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT2 | Type::INT4 | Type::INT8)
    }
}

/// One row of an answer, valid inside the closure that reads it.
#[derive(Debug)]
pub enum Row<'a> {
    /// From SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// From PostgreSQL.
    Pg(&'a postgres::Row),
}

fn unreadable(column: usize, error: impl StdError + Send + Sync + 'static) -> Fault {
    Fault::from_source(FaultKind::Broken, format!("reading column {column} of a row"), error)
}

impl Row<'_> {
    /// A whole number that may be NULL.
    pub fn opt_i64(&self, column: usize) -> Result<Option<i64>, Fault> {
        match self {
            Self::Sqlite(row) => row.get(column).map_err(|error| unreadable(column, error)),
            Self::Pg(row) => row
                .try_get::<_, Option<AnyInt>>(column)
                .map(|value| value.map(|number| number.0))
                .map_err(|error| unreadable(column, error)),
        }
    }

    /// A whole number.
    pub fn i64(&self, column: usize) -> Result<i64, Fault> {
        self.opt_i64(column)?.ok_or_else(|| Fault::broken(format!("column {column} of a row is NULL")))
    }

    /// Text that may be NULL.
    pub fn opt_text(&self, column: usize) -> Result<Option<&str>, Fault> {
        match self {
            Self::Sqlite(row) => row
                .get_ref(column)
                .map_err(|error| unreadable(column, error))?
                .as_str_or_null()
                .map_err(|error| unreadable(column, error)),
            Self::Pg(row) => row.try_get(column).map_err(|error| unreadable(column, error)),
        }
    }

    /// Text.
    pub fn text(&self, column: usize) -> Result<&str, Fault> {
        self.opt_text(column)?.ok_or_else(|| Fault::broken(format!("column {column} of a row is NULL")))
    }

    /// Bytes that may be NULL.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<&[u8]>, Fault> {
        match self {
            Self::Sqlite(row) => row
                .get_ref(column)
                .map_err(|error| unreadable(column, error))?
                .as_blob_or_null()
                .map_err(|error| unreadable(column, error)),
            Self::Pg(row) => row.try_get(column).map_err(|error| unreadable(column, error)),
        }
    }

    /// Bytes.
    pub fn bytes(&self, column: usize) -> Result<&[u8], Fault> {
        self.opt_bytes(column)?.ok_or_else(|| Fault::broken(format!("column {column} of a row is NULL")))
    }
}
