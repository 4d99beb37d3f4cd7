//! Statements of signing in: names, secrets, passkeys, sessions.

use crate::tokens::{ENROL, TokenKind};
use crate::tries::Standing;
use kernel::{ActorId, Fault};
use store::{P, SqlExt, Tx};

/// What somebody signs in with, besides passkeys.
#[derive(Clone)]
pub(crate) struct Secrets {
    /// Argon2id as PHC text.
    pub(crate) password: Option<String>,
    /// Confirmed secret of one-time codes.
    pub(crate) totp: Option<Vec<u8>>,
    /// Secret shown but not confirmed.
    pub(crate) totp_pending: Option<Vec<u8>>,
    /// Wrong tries.
    pub(crate) standing: Standing,
}

pub(crate) fn secrets(sql: &mut (impl SqlExt + ?Sized), actor: ActorId) -> Result<Option<Secrets>, Fault> {
    sql.one(
        "SELECT password, totp, totp_pending, failures, locked_until FROM access_secrets WHERE actor_id = $1",
        &[P::I(actor.0)],
        |row| {
            Ok(Secrets {
                password: row.opt_text(0)?.map(str::to_owned),
                totp: row.opt_bytes(1)?.map(<[u8]>::to_vec),
                totp_pending: row.opt_bytes(2)?.map(<[u8]>::to_vec),
                standing: Standing { failures: row.i64(3)?, locked_until: row.i64(4)? },
            })
        },
    )
}

/// The name an actor signs in with.
pub(crate) fn login_of(sql: &mut (impl SqlExt + ?Sized), actor: ActorId) -> Result<Option<String>, Fault> {
    sql.one("SELECT login FROM access_logins WHERE actor_id = $1 ORDER BY login LIMIT 1", &[P::I(actor.0)], |row| {
        Ok(row.text(0)?.to_owned())
    })
}

/// Sets the password and forgives earlier wrong tries.
pub(crate) fn set_password(tx: &mut Tx<'_>, actor: ActorId, phc: &str) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO access_secrets (actor_id, password, totp_step, failures, locked_until) VALUES ($1, $2, 0, 0, 0)
         ON CONFLICT (actor_id) DO UPDATE SET password = excluded.password, failures = 0, locked_until = 0",
        &[P::I(actor.0), P::S(phc)],
    )?;
    Ok(())
}

pub(crate) fn set_standing(tx: &mut Tx<'_>, actor: ActorId, standing: Standing) -> Result<(), Fault> {
    tx.execute(
        "UPDATE access_secrets SET failures = $2, locked_until = $3 WHERE actor_id = $1",
        &[P::I(actor.0), P::I(standing.failures), P::I(standing.locked_until)],
    )?;
    Ok(())
}

/// Uses up a step; false when it or a later one was used before.
pub(crate) fn use_step(tx: &mut Tx<'_>, actor: ActorId, step: i64) -> Result<bool, Fault> {
    let changed = tx.execute(
        "UPDATE access_secrets SET totp_step = $2 WHERE actor_id = $1 AND totp_step < $2",
        &[P::I(actor.0), P::I(step)],
    )?;
    Ok(changed == 1)
}

pub(crate) fn set_totp_pending(tx: &mut Tx<'_>, actor: ActorId, secret: &[u8]) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO access_secrets (actor_id, totp_pending, totp_step, failures, locked_until) VALUES ($1, $2, 0, 0, 0)
         ON CONFLICT (actor_id) DO UPDATE SET totp_pending = excluded.totp_pending",
        &[P::I(actor.0), P::B(secret)],
    )?;
    Ok(())
}

/// Makes the pending secret the confirmed one; `step` is used up.
pub(crate) fn confirm_totp(tx: &mut Tx<'_>, actor: ActorId, step: i64) -> Result<(), Fault> {
    tx.execute(
        "UPDATE access_secrets SET totp = totp_pending, totp_pending = NULL, totp_step = $2 WHERE actor_id = $1",
        &[P::I(actor.0), P::I(step)],
    )?;
    Ok(())
}

pub(crate) fn remove_totp(tx: &mut Tx<'_>, actor: ActorId) -> Result<bool, Fault> {
    let changed = tx.execute(
        "UPDATE access_secrets SET totp = NULL, totp_pending = NULL WHERE actor_id = $1 AND totp IS NOT NULL",
        &[P::I(actor.0)],
    )?;
    Ok(changed == 1)
}

/// Adds a session that later statements of the same batch see.
pub(crate) fn insert_session(
    tx: &mut Tx<'_>,
    digest: &[u8; 32],
    actor: ActorId,
    label: &str,
    expires_at: i64,
) -> Result<(), Fault> {
    let now = store::Sql::now(tx);
    tx.execute(
        "INSERT INTO access_tokens (digest, actor_id, kind, label, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        &[P::B(digest), P::I(actor.0), P::I(TokenKind::Session.code()), P::S(label), P::I(now), P::I(expires_at)],
    )?;
    Ok(())
}

/// Ends an actor's sessions but the one of digest `keep`; answers how many.
pub(crate) fn end_sessions(tx: &mut Tx<'_>, actor: ActorId, keep: Option<&[u8; 32]>) -> Result<u64, Fault> {
    let now = store::Sql::now(tx);
    let keep: &[u8] = keep.map_or(&[], |digest| digest.as_slice());
    tx.execute(
        "UPDATE access_tokens SET revoked_at = $2
         WHERE actor_id = $1 AND kind = $4 AND revoked_at IS NULL AND expires_at > $2 AND digest <> $3",
        &[P::I(actor.0), P::I(now), P::B(keep), P::I(TokenKind::Session.code())],
    )
}

/// Ends the sessions that may only set up a second factor; answers how many.
pub(crate) fn end_enrolling(tx: &mut Tx<'_>, actor: ActorId) -> Result<u64, Fault> {
    let now = store::Sql::now(tx);
    tx.execute(
        "UPDATE access_tokens SET revoked_at = $2
         WHERE actor_id = $1 AND kind = $4 AND label = $3 AND revoked_at IS NULL AND expires_at > $2",
        &[P::I(actor.0), P::I(now), P::S(ENROL), P::I(TokenKind::Session.code())],
    )
}

/// Ends sessions and bearer tokens of an actor.
pub(crate) fn end_tokens(tx: &mut Tx<'_>, actor: ActorId) -> Result<u64, Fault> {
    let now = store::Sql::now(tx);
    tx.execute(
        "UPDATE access_tokens SET revoked_at = $2 WHERE actor_id = $1 AND revoked_at IS NULL",
        &[P::I(actor.0), P::I(now)],
    )
}

/// Disables an actor; false when there is none or it was disabled before.
pub(crate) fn disable_actor(tx: &mut Tx<'_>, actor: ActorId) -> Result<bool, Fault> {
    let now = store::Sql::now(tx);
    let changed = tx.execute(
        "UPDATE access_actors SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL",
        &[P::I(actor.0), P::I(now)],
    )?;
    Ok(changed == 1)
}

/// A passkey as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PasskeyRow {
    /// Credential id.
    pub(crate) id: Vec<u8>,
    /// The credential as JSON.
    pub(crate) body: Vec<u8>,
    /// What its owner calls it.
    pub(crate) label: String,
    /// Since when, microseconds UTC.
    pub(crate) added_at: i64,
}

/// All passkeys of an actor in the order of their ids.
pub(crate) fn passkeys(sql: &mut (impl SqlExt + ?Sized), actor: ActorId) -> Result<Vec<PasskeyRow>, Fault> {
    sql.all(
        "SELECT id, body, label, added_at FROM access_passkeys WHERE actor_id = $1 ORDER BY id LIMIT 100",
        &[P::I(actor.0)],
        |row| {
            Ok(PasskeyRow {
                id: row.bytes(0)?.to_vec(),
                body: row.bytes(1)?.to_vec(),
                label: row.text(2)?.to_owned(),
                added_at: row.i64(3)?,
            })
        },
    )
}

pub(crate) fn passkey_count(sql: &mut (impl SqlExt + ?Sized), actor: ActorId) -> Result<i64, Fault> {
    let count =
        sql.one("SELECT COUNT(*) FROM access_passkeys WHERE actor_id = $1", &[P::I(actor.0)], |row| row.i64(0))?;
    Ok(count.unwrap_or(0))
}

/// Adds a passkey; false when somebody has one of this id already.
pub(crate) fn insert_passkey(
    tx: &mut Tx<'_>,
    actor: ActorId,
    id: &[u8],
    body: &[u8],
    label: &str,
) -> Result<bool, Fault> {
    let now = store::Sql::now(tx);
    let added = tx.execute(
        "INSERT INTO access_passkeys (actor_id, id, body, label, added_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        &[P::I(actor.0), P::B(id), P::B(body), P::S(label), P::I(now)],
    )?;
    Ok(added == 1)
}

/// Replaces the body that was read; false when it changed or went meanwhile.
pub(crate) fn update_passkey(tx: &mut Tx<'_>, actor: ActorId, row: &PasskeyRow, body: &[u8]) -> Result<bool, Fault> {
    let changed = tx.execute(
        "UPDATE access_passkeys SET body = $4 WHERE actor_id = $1 AND id = $2 AND body = $3",
        &[P::I(actor.0), P::B(&row.id), P::B(&row.body), P::B(body)],
    )?;
    Ok(changed == 1)
}

pub(crate) fn delete_passkey(tx: &mut Tx<'_>, actor: ActorId, id: &[u8]) -> Result<bool, Fault> {
    let gone = tx.execute("DELETE FROM access_passkeys WHERE actor_id = $1 AND id = $2", &[P::I(actor.0), P::B(id)])?;
    Ok(gone == 1)
}

/// A secret of the node by name.
pub(crate) fn node_key(sql: &mut (impl SqlExt + ?Sized), name: &str) -> Result<Option<Vec<u8>>, Fault> {
    sql.one("SELECT body FROM access_keys WHERE name = $1", &[P::S(name)], |row| Ok(row.bytes(0)?.to_vec()))
}

/// Keeps a secret of the node unless there is one of this name.
pub(crate) fn insert_node_key(tx: &mut Tx<'_>, name: &str, body: &[u8; 32]) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO access_keys (name, body) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        &[P::S(name), P::B(body)],
    )?;
    Ok(())
}
