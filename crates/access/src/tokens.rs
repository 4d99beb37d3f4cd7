//! Bearer tokens and sessions: 32 random bytes, stored as their digest.

use crate::store;
use crate::{TOKEN_GIVEN, TOKEN_TAKEN};
use ::store::{Event, Tx};
use kernel::{ActorId, Error};
use sha2::{Digest as _, Sha256};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A machine's bearer token.
    Bearer,
    /// A browser's session.
    Session,
}

impl TokenKind {
    /// The number the database holds.
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Bearer => 1,
            Self::Session => 2,
        }
    }
}

/// A bearer token ends after a year at most.
pub const BEARER_LIFE_MAX: i64 = 366 * kernel::time::DAY;
/// A session ends after twelve hours, a long shift.
pub const SESSION_LIFE: i64 = 12 * kernel::time::HOUR;
/// Label of a session that may only set up a second factor: its actor holds no right.
pub const ENROL: &str = "enrol";
/// Such a session ends after a quarter of an hour.
pub const ENROL_LIFE: i64 = 15 * kernel::time::MINUTE;
/// How a token's text begins, so that leaked ones can be searched for.
pub const PREFIX: &str = "ymt_";

/// The text of a token: shown once, never stored.
pub fn text(key: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from(PREFIX);
    for byte in key {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What is stored of a token.
pub fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Gives `actor` a token; answers its text.
pub fn give(tx: &mut Tx<'_>, actor: ActorId, kind: TokenKind, label: &str, life: i64) -> String {
    let token = text(&tx.new_key());
    let expires_at = ::store::Sql::now(tx) + life.min(BEARER_LIFE_MAX);
    store::insert_token(tx, &digest(&token), actor, kind.code(), label, expires_at);
    tx.event(Event { actor: Some(actor), object: label.to_owned(), ..Event::of(&TOKEN_GIVEN) });
    token
}

/// Gives `actor` a session; answers its text. Unlike [`give`] it writes at once:
/// a verb of the same batch that ends all sessions must find this one.
pub(crate) fn give_session(tx: &mut Tx<'_>, actor: ActorId, label: &str, life: i64) -> Result<String, Error> {
    let token = text(&tx.new_key());
    let expires_at = ::store::Sql::now(tx) + life.min(SESSION_LIFE);
    store::insert_session(tx, &digest(&token), actor, label, expires_at)?;
    tx.event(Event { actor: Some(actor), object: label.to_owned(), ..Event::of(&TOKEN_GIVEN) });
    Ok(token)
}

/// Takes a token back; false when it was not valid. The caller tells the gate
/// to forget it.
pub fn take(tx: &mut Tx<'_>, token: &str) -> Result<bool, Error> {
    let taken = store::revoke_token(tx, &digest(token))?;
    if taken {
        tx.event(Event::of(&TOKEN_TAKEN));
    }
    Ok(taken)
}
