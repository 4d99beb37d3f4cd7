//! Statements of the benchmarks on the tables of others: to choose what is read.

use store::{Db, Engine, Insert, Kind, P, SqlExt as _};

/// Some persons, spread over the whole table.
pub(crate) fn persons(db: &Db, want: i64) -> Result<Vec<i64>, String> {
    db.read_now(move |sql| {
        Ok(sql.all(
            "SELECT DISTINCT person_id FROM records_entries
             WHERE person_id <> 0 AND at < 0 LIMIT $1",
            &[P::I(want)],
            |row| row.i64(0),
        )?)
    })
    .map_err(|error| error.to_string())
}

/// A person's card.
pub(crate) fn cards(db: &Db, want: i64) -> Result<Vec<(i64, i64)>, String> {
    db.read_now(move |sql| {
        Ok(sql.all(
            "SELECT person_id, id FROM credentials_cards ORDER BY person_id LIMIT $1",
            &[P::I(want)],
            |row| Ok((row.i64(0)?, row.i64(1)?)),
        )?)
    })
    .map_err(|error| error.to_string())
}

/// Entries (person, id, kind) of one person's rows.
pub(crate) fn entries(db: &Db, person: i64) -> Result<Vec<(i64, i64, i64)>, String> {
    db.read_now(move |sql| {
        Ok(sql.all(
            "SELECT person_id, id, kind FROM records_entries WHERE person_id = $1 AND at > 0 LIMIT 20",
            &[P::I(person)],
            |row| Ok((row.i64(0)?, row.i64(1)?, row.i64(2)?)),
        )?)
    })
    .map_err(|error| error.to_string())
}

/// Stored bodies, for training a dictionary.
pub(crate) fn bodies(db: &Db) -> Result<Vec<Vec<u8>>, String> {
    db.read_now(|sql| {
        Ok(sql.all("SELECT body FROM records_entries WHERE person_id <> 0 LIMIT 30000", &[], |row| {
            Ok(row.bytes(0)?.to_vec())
        })?)
    })
    .map_err(|error| error.to_string())
}

/// Keys of the writing benchmark's rows.
pub(crate) fn probe_keys(db: &Db) -> Result<Vec<(i64, i64)>, String> {
    db.read_now(|sql| {
        Ok(sql.all("SELECT person_id, id FROM probe_rows LIMIT 50000", &[], |row| Ok((row.i64(0)?, row.i64(1)?)))?)
    })
    .map_err(|error| error.to_string())
}

/// One of them by its key.
pub(crate) fn probe_row(db: &Db, person: i64, id: i64) -> Result<(), String> {
    let found = db.read_now(move |sql| {
        Ok(sql.one(
            "SELECT word FROM probe_rows WHERE person_id = $1 AND id = $2",
            &[P::I(person), P::I(id)],
            |row| Ok(row.text(0)?.len()),
        )?)
    });
    match found {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err("a row is missing".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

static MARKS: Insert =
    Insert { table: "credentials_marks", columns: &[("step", Kind::Int), ("minter_id", Kind::Int)], on_conflict: "" };

/// Marks codes of one step as used, as scans do.
pub(crate) fn mark(db: &Db, step: u32, minters: Vec<i64>) -> Result<(), String> {
    db.write_now(0, move |tx| {
        for minter in &minters {
            tx.insert_later(&MARKS, [i64::from(step).into(), (*minter).into()]);
        }
        Ok(())
    })
    .map_err(|error| error.to_string())
}

/// How many marks are stored, and the bytes of their table with its index.
pub(crate) fn marks(db: &Db) -> Result<(i64, i64), String> {
    let size = match db.engine() {
        Engine::Sqlite(_) => "SELECT SUM(pgsize) FROM dbstat WHERE name = 'credentials_marks'",
        Engine::Postgres { .. } => "SELECT pg_total_relation_size('credentials_marks')",
    };
    db.read_now(move |sql| {
        let count = sql.one("SELECT COUNT(*) FROM credentials_marks", &[], |row| row.i64(0))?;
        let bytes = sql.one(size, &[], |row| row.i64(0))?;
        Ok((count.unwrap_or(0), bytes.unwrap_or(0)))
    })
    .map_err(|error| error.to_string())
}
