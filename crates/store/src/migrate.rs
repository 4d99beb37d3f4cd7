//! Migrations: per crate, run in the order of their minute stamps, each in one
//! transaction with the note that it ran, so that a kill at any statement leaves
//! it wholly done or not at all (D11).

use crate::db::Engine;
use crate::link::{Control, Link};
use crate::start::connect;
use crate::value::P;
use kernel::{Fault, Migration};
use sha2::{Digest as _, Sha256};

/// The text of a step in the words of one database. Tokens: `{BYTES}` for bytes,
/// `{CLUSTERED}` for a table kept in the order of its primary key.
fn written_out(sql: &str, link: &Link) -> String {
    match link {
        Link::Sqlite(_) => sql.replace("{BYTES}", "BLOB").replace("{CLUSTERED}", "WITHOUT ROWID"),
        Link::Pg(_) => sql.replace("{BYTES}", "BYTEA").replace("{CLUSTERED}", ""),
    }
}

fn digest(sql: &str) -> [u8; 32] {
    Sha256::digest(sql).into()
}

const NOTES: &str = "CREATE TABLE IF NOT EXISTS store_migrations (
    name TEXT NOT NULL PRIMARY KEY,
    digest {BYTES} NOT NULL,
    at BIGINT NOT NULL
)";

fn notes(link: &mut Link) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let mut ran = Vec::new();
    link.rows("SELECT name, digest FROM store_migrations ORDER BY name", &[], &mut |row| {
        ran.push((row.text(0)?.to_owned(), row.bytes(1)?.to_vec()));
        Ok(())
    })?;
    Ok(ran)
}

/// Steps that have not run. Refuses when a step that ran is gone or was edited.
fn waiting<'a>(migrations: &'a [Migration], ran: &[(String, Vec<u8>)]) -> Result<Vec<&'a Migration>, Fault> {
    for (name, stored) in ran {
        match migrations.iter().find(|step| step.name == name) {
            None => {
                return Err(Fault::broken(format!(
                    "migration {name} ran here but this program does not know it: it is older than the data"
                )));
            }
            Some(step) if digest(step.sql).as_slice() != stored.as_slice() => {
                return Err(Fault::broken(format!("migration {name} was edited after it ran")));
            }
            Some(_) => {}
        }
    }
    Ok(migrations.iter().filter(|step| !ran.iter().any(|(name, _)| name == step.name)).collect())
}

/// Runs what has not run yet.
pub(crate) fn run(link: &mut Link, migrations: &[Migration], now: i64) -> Result<(), Fault> {
    let text = written_out(NOTES, link);
    link.script(&text)?;
    let ran = notes(link)?;
    for step in waiting(migrations, &ran)? {
        link.control(Control::Begin)?;
        let text = written_out(step.sql, link);
        let done = link.script(&text).and_then(|()| {
            link.execute(
                "INSERT INTO store_migrations (name, digest, at) VALUES ($1, $2, $3)",
                &[P::S(step.name), P::B(&digest(step.sql)), P::I(now)],
            )
            .map(drop)
        });
        match done {
            Ok(()) => link.control(Control::Commit)?,
            Err(fault) => {
                // The first fault is the one to report.
                let _ = link.control(Control::Rollback);
                return Err(fault);
            }
        }
    }
    Ok(())
}

/// Every capability's steps in the order of their stamps.
pub fn in_order(capabilities: &[&kernel::Capability]) -> Vec<Migration> {
    let mut steps: Vec<Migration> = capabilities.iter().flat_map(|one| one.migrations.iter().copied()).collect();
    steps.sort_by_key(|step| step.name);
    steps
}

/// A step that would run, with its statements for the database at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// Its text.
    pub sql: String,
}

/// What [`crate::Db::open`] would run, without running it.
pub fn plan(engine: &Engine, migrations: &[Migration]) -> Result<Vec<Planned>, Fault> {
    if let Engine::Sqlite(path) = engine
        && !path.exists()
    {
        return Ok(migrations
            .iter()
            .map(|step| Planned {
                name: step.name.to_owned(),
                sql: step.sql.replace("{BYTES}", "BLOB").replace("{CLUSTERED}", "WITHOUT ROWID"),
            })
            .collect());
    }
    let mut link = connect(engine)?;
    let ran = if notes_exist(&mut link)? { notes(&mut link)? } else { Vec::new() };
    let steps = waiting(migrations, &ran)?;
    Ok(steps
        .into_iter()
        .map(|step| Planned { name: step.name.to_owned(), sql: written_out(step.sql, &link) })
        .collect())
}

fn notes_exist(link: &mut Link) -> Result<bool, Fault> {
    let sql = match link {
        Link::Sqlite(_) => "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'store_migrations'",
        Link::Pg(_) => "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'store_migrations'",
    };
    let mut found = 0;
    link.rows(sql, &[], &mut |row| {
        found = row.i64(0)?;
        Ok(())
    })?;
    Ok(found > 0)
}

/// The whole schema as text, for `docs/generated/schema.sql`.
pub fn schema_text(migrations: &[Migration]) -> String {
    let mut text = String::from(
        "-- Written by a test from the migrations of all crates; edit those, not this.\n\
         -- {BYTES}: BLOB or BYTEA. {CLUSTERED}: WITHOUT ROWID on SQLite.\n",
    );
    for step in migrations {
        text.push_str("\n-- ");
        text.push_str(step.name);
        text.push('\n');
        text.push_str(step.sql.trim());
        text.push('\n');
    }
    text
}
