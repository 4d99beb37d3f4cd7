//! Every statement on the tables of keys, and the facts that bind a database to
//! its realm and its secret.

use crate::rules::key::{Key, State};
use crate::rules::kid::Kid;
use crate::rules::plan::Use;
use ::store::{P, Row, SqlExt, Tx, fact};
use kernel::{Fault, InstitutionId};

const BINDING: &str = "keys.binding";

/// What binds a database to realm and secret: see [`crate::ring`].
pub(crate) fn binding(sql: &mut (impl SqlExt + ?Sized)) -> Result<Option<Vec<u8>>, Fault> {
    fact::find(sql, BINDING)
}

pub(crate) fn bind(tx: &mut Tx<'_>, binding: &[u8]) -> Result<(), Fault> {
    tx.set_fact(BINDING, binding)
}

/// A key with its sealed part.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) key: Key,
    pub(crate) sealed: Vec<u8>,
}

fn broken(column: &str, kid: Kid) -> Fault {
    Fault::broken(format!("keys_keys.{column} of {kid} cannot be"))
}

fn read(row: &Row<'_>) -> Result<Stored, Fault> {
    let kid = Kid(row.bytes(0)?.try_into().map_err(|_wrong| Fault::broken("keys_keys.kid is not 8 bytes"))?);
    let site = row.i64(2)?;
    let key = Key {
        kid,
        used: Use::from_name(row.text(1)?).ok_or_else(|| broken("used", kid))?,
        site: (site != 0).then_some(InstitutionId(site)),
        suite: u8::try_from(row.i64(3)?).map_err(|_wrong| broken("suite", kid))?,
        public: row.bytes(4)?.to_vec(),
        state: State::from_name(row.text(6)?).ok_or_else(|| broken("state", kid))?,
        created_at: row.i64(7)?,
        not_before: row.i64(8)?,
        not_after: row.i64(9)?,
        ended_at: row.opt_i64(10)?,
        reason: row.text(11)?.to_owned(),
    };
    Ok(Stored { key, sealed: row.bytes(5)?.to_vec() })
}

/// Keys read at once: a node of a province with ten thousand sites and ten years.
const KEYS_MAX: i64 = 1_000_000;

pub(crate) fn all(sql: &mut (impl SqlExt + ?Sized)) -> Result<Vec<Stored>, Fault> {
    sql.all(
        "SELECT kid, used, site_id, suite, public_part, sealed, state, created_at, not_before, not_after, ended_at,
             reason
         FROM keys_keys ORDER BY created_at, kid LIMIT $1",
        &[P::I(KEYS_MAX)],
        read,
    )
}

/// The keys of one use and site.
pub(crate) fn of_use(
    sql: &mut (impl SqlExt + ?Sized),
    used: Use,
    site: Option<InstitutionId>,
) -> Result<Vec<Stored>, Fault> {
    sql.all(
        "SELECT kid, used, site_id, suite, public_part, sealed, state, created_at, not_before, not_after, ended_at,
             reason
         FROM keys_keys WHERE used = $1 AND site_id = $2 ORDER BY created_at, kid LIMIT $3",
        &[P::S(used.name()), P::I(site.map_or(0, |site| site.0)), P::I(KEYS_MAX)],
        read,
    )
}

pub(crate) fn one(sql: &mut (impl SqlExt + ?Sized), kid: Kid) -> Result<Option<Stored>, Fault> {
    sql.one(
        "SELECT kid, used, site_id, suite, public_part, sealed, state, created_at, not_before, not_after, ended_at,
             reason
         FROM keys_keys WHERE kid = $1",
        &[P::B(&kid.0)],
        read,
    )
}

pub(crate) fn insert(tx: &mut Tx<'_>, stored: &Stored) -> Result<(), Fault> {
    let key = &stored.key;
    tx.execute(
        "INSERT INTO keys_keys (kid, used, site_id, suite, public_part, sealed, state, created_at, not_before,
             not_after, ended_at, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &[
            P::B(&key.kid.0),
            P::S(key.used.name()),
            P::I(key.site.map_or(0, |site| site.0)),
            P::I(i64::from(key.suite)),
            P::B(&key.public),
            P::B(&stored.sealed),
            P::S(key.state.name()),
            P::I(key.created_at),
            P::I(key.not_before),
            P::I(key.not_after),
            P::opt(key.ended_at),
            P::S(&key.reason),
        ],
    )?;
    changed(tx)
}

/// Moves a key from the state that was read; false when somebody was first.
pub(crate) fn set_state(
    tx: &mut Tx<'_>,
    key: &Key,
    state: State,
    ended_at: Option<i64>,
    reason: &str,
) -> Result<bool, Fault> {
    let rows = tx.execute(
        "UPDATE keys_keys SET state = $3, ended_at = $4, reason = $5 WHERE kid = $1 AND state = $2",
        &[P::B(&key.kid.0), P::S(key.state.name()), P::S(state.name()), P::opt(ended_at), P::S(reason)],
    )?;
    changed(tx)?;
    Ok(rows == 1)
}

fn changed(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO keys_versions (one, version) VALUES (1, 1)
         ON CONFLICT (one) DO UPDATE SET version = keys_versions.version + 1",
        &[],
    )
    .map(drop)
}

/// How many changes there were.
pub(crate) fn version(sql: &mut (impl SqlExt + ?Sized)) -> Result<i64, Fault> {
    Ok(sql.one("SELECT version FROM keys_versions WHERE one = 1", &[], |row| row.i64(0))?.unwrap_or(0))
}
