//! Statements of the benchmarks on the tables of others: to choose what is read.

use store::{Db, P, SqlExt as _};

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
