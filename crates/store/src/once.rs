//! Idempotent running: the key, the hash of the canonical body, the effect and
//! the reply are one transaction (I1–I6 of the invariants).

use crate::sql::SqlExt;
use crate::tx::Tx;
use crate::value::P;
use kernel::{Error, Fault};
use sha2::{Digest as _, Sha256};

kernel::refusals! {
    /// Why a repeated request is not run.
    pub enum Refusal {
        /// The key came before with another body (I2).
        KeyReused = 409 "store.key-reused",
            "This idempotency key was used before with another body.", "这个幂等键已经用在另一份内容上。",
            "Send the first body again, or take a new key.", "请重发原来的内容，或换一个新键。";
    }
}

/// Replies forgotten in one transaction.
pub const FORGOTTEN_MAX: i64 = 2_000;

/// Who repeats what.
#[derive(Debug, Clone)]
pub struct OnceKey {
    key: [u8; 16],
    body: [u8; 32],
    keep: bool,
}

impl OnceKey {
    /// A key of `principal` (an actor's id) for `route` over the canonical `body`;
    /// kept for ever when `keep`, else at least seven days.
    pub fn new(principal: i64, route: &str, key: &str, body: &[u8], keep: bool) -> Self {
        let mut hash = Sha256::new();
        hash.update(principal.to_le_bytes());
        hash.update(u64::try_from(route.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(route.as_bytes());
        hash.update(key.as_bytes());
        let full: [u8; 32] = hash.finalize().into();
        let mut short = [0; 16];
        short.copy_from_slice(&full[..16]);
        Self { key: short, body: Sha256::digest(body).into(), keep }
    }

    /// Picks the lane: twins of one key meet in one lane.
    pub fn home(&self) -> i64 {
        i64::from_le_bytes(self.key[..8].try_into().unwrap_or([0; 8]))
    }
}

/// A reply that is kept byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// Whether it was given before.
    pub repeated: bool,
}

/// Keys named before a check stops listing them.
const WRONG_MAX: i64 = 20;

/// Checks the replies that are kept: how many there are, and a sentence for each that
/// cannot have been given (I4: key, effect and reply are of one transaction).
pub fn check(sql: &mut (impl SqlExt + ?Sized)) -> Result<(i64, Vec<String>), Fault> {
    let kept = sql.one("SELECT COUNT(*) FROM store_once", &[], |row| row.i64(0))?.unwrap_or(0);
    let wrong = sql.all(
        "SELECT key, status FROM store_once
         WHERE status < 200 OR status > 599 OR LENGTH(body) <> 32 OR LENGTH(key) <> 16 OR keep NOT IN (0, 1)
         ORDER BY key LIMIT $1",
        &[P::I(WRONG_MAX)],
        |row| {
            Ok(format!(
                "I4: no reply of status {} was given under the key {}",
                row.i64(1)?,
                crate::value::hex(row.bytes(0)?)
            ))
        },
    )?;
    Ok((kept, wrong))
}

impl Tx<'_> {
    /// Runs `work` unless the key is known: then its first reply comes again (I1),
    /// or the refusal `store.key-reused` when the body differs (I2). A refused
    /// `work` leaves no trace, so that the caller may mend and repeat it. Twins in
    /// flight meet at the unique key: one wins, the other is run again and finds
    /// the reply (I3).
    pub fn once(
        &mut self,
        key: &OnceKey,
        work: impl FnOnce(&mut Self) -> Result<(u16, Vec<u8>), Error>,
    ) -> Result<Reply, Error> {
        if let Some((body, reply)) = self.kept(key)? {
            if body != key.body {
                return Err(Refusal::KeyReused.at("Idempotency-Key"));
            }
            return Ok(reply);
        }
        let (status, body) = work(self)?;
        let now = crate::sql::Sql::now(self);
        // Written at once, not grouped: the next closure of the same batch may
        // carry the same key and must find it.
        self.execute(
            "INSERT INTO store_once (key, body, status, reply, at, keep) VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                P::B(&key.key),
                P::B(&key.body),
                P::I(i64::from(status)),
                P::B(&body),
                P::I(now),
                P::I(i64::from(key.keep)),
            ],
        )?;
        Ok(Reply { status, body, repeated: false })
    }

    fn kept(&mut self, key: &OnceKey) -> Result<Option<([u8; 32], Reply)>, Fault> {
        self.one("SELECT body, status, reply FROM store_once WHERE key = $1", &[P::B(&key.key)], |row| {
            let body = row.bytes(0)?.try_into().map_err(|_wrong| Fault::broken("store_once.body is not 32 bytes"))?;
            let status = u16::try_from(row.i64(1)?).map_err(|_wrong| Fault::broken("store_once.status"))?;
            Ok((body, Reply { status, body: row.bytes(2)?.to_vec(), repeated: true }))
        })
    }

    /// Forgets replies that need not be kept and are older than `before`, at most
    /// [`FORGOTTEN_MAX`] so that no writer waits for long; answers how many (I6: those
    /// kept for ever stay).
    pub fn forget_replies(&mut self, before: i64) -> Result<u64, Fault> {
        self.execute(
            "DELETE FROM store_once WHERE key IN (SELECT key FROM store_once WHERE keep = 0 AND at < $1 LIMIT $2)",
            &[P::I(before), P::I(FORGOTTEN_MAX)],
        )
    }
}
