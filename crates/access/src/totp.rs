//! One-time codes (RFC 6238): SHA-1, 30 seconds, 6 digits, one step of grace on
//! either side, and no step is accepted twice.

use crate::gate::Gate;
use crate::sign_in;
use crate::store;
use crate::{Refusal, TOTP_CONFIRMED, TOTP_REMOVED};
use ::store::{Event, Sql, Tx};
use kernel::time::SECOND;
use kernel::{Actor, ActorId, Error, Fault, FaultKind};
use totp_rs::{Builder, Totp};
use url::Url;

/// The name authenticator programs show.
pub const ISSUER: &str = "Yima";
/// Bytes of a secret, as RFC 4226 §4 recommends.
const SECRET_LEN: usize = 20;

/// What a person puts into their authenticator program.
#[derive(Clone)]
pub struct Begun {
    /// The secret in base 32, for typing.
    pub secret: String,
    /// The same as `otpauth://` address, for a QR code.
    pub uri: String,
}

fn totp(secret: &[u8]) -> Totp {
    // The builder's own setting is SHA-1, 6 digits, 30 s and one step of grace.
    Builder::new().with_secret(secret).build_noncompliant()
}

/// The step whose code this is, one step before to one after now.
pub(crate) fn step_of(secret: &[u8], code: &str, now: i64) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now / SECOND).ok()?;
    totp(secret).check(&digits, seconds).and_then(|step| i64::try_from(step).ok())
}

/// Makes a secret that waits for its first code; an earlier confirmed one stays
/// in force until then.
pub fn begin(tx: &mut Tx<'_>, actor: &Actor) -> Result<Begun, Error> {
    sign_in::people_only(actor)?;
    let key = tx.new_key();
    let secret = &key[..SECRET_LEN];
    store::set_totp_pending(tx, actor.id, secret)?;
    let account = store::login_of(tx, actor.id)?.unwrap_or_else(|| actor.name.to_string());
    let text = totp(secret).secret().to_base32();
    let mut uri = Url::parse("otpauth://totp/")
        .map_err(|error| Fault::from_source(FaultKind::Broken, "building an otpauth address", error))?;
    uri.set_path(&format!("{ISSUER}:{account}"));
    uri.query_pairs_mut().append_pair("secret", &text).append_pair("issuer", ISSUER);
    Ok(Begun { secret: text, uri: uri.to_string() })
}

/// Confirms the waiting secret by a code of it, which is then used up. Sessions
/// that could only do this end; if there was one, the answer is the token of a
/// full session. The caller tells the gate to forget the actors after the commit.
pub fn confirm(tx: &mut Tx<'_>, actor: &Actor, code: &str) -> Result<Option<String>, Error> {
    let now = Sql::now(tx);
    let pending = store::secrets(tx, actor.id)?.and_then(|secrets| secrets.totp_pending);
    let step = pending.and_then(|secret| step_of(&secret, code, now));
    store::confirm_totp(tx, actor.id, step.ok_or_else(|| Refusal::SignInWrong.at("code"))?)?;
    tx.event(Event { actor: Some(actor.id), institution: actor.institution, ..Event::of(&TOTP_CONFIRMED) });
    sign_in::promote(tx, actor.id, "password")
}

/// Takes the one-time codes of an actor away, for a lost phone; its sessions end.
/// False when there were none. The caller tells the gate to forget the actors.
pub fn remove(tx: &mut Tx<'_>, by: &Actor, actor: ActorId) -> Result<bool, Error> {
    let removed = store::remove_totp(tx, actor)?;
    if removed {
        store::end_sessions(tx, actor, None)?;
        let object = actor.to_string();
        tx.event(Event { actor: Some(by.id), institution: by.institution, object, ..Event::of(&TOTP_REMOVED) });
    }
    Ok(removed)
}

impl Gate {
    /// [`begin`] in a transaction of its own.
    pub async fn begin_totp(&self, actor: &Actor) -> Result<Begun, Error> {
        let actor = actor.clone();
        self.db().write(actor.id.0, move |tx| begin(tx, &actor)).await
    }

    /// [`confirm`] in a transaction of its own.
    pub async fn confirm_totp(&self, actor: &Actor, code: &str) -> Result<Option<String>, Error> {
        let (actor, code) = (actor.clone(), code.to_owned());
        let session = self.db().write(actor.id.0, move |tx| confirm(tx, &actor, &code)).await?;
        self.forget_actors();
        Ok(session)
    }

    /// [`remove`] in a transaction of its own.
    pub async fn remove_totp(&self, by: &Actor, actor: ActorId) -> Result<bool, Error> {
        let by = by.clone();
        let removed = self.db().write(actor.0, move |tx| remove(tx, &by, actor)).await?;
        self.forget_actors();
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last six digits of RFC 6238 appendix B, SHA-1.
    #[test]
    fn codes_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let step = seconds / 30;
            assert_eq!(step_of(secret, code, seconds * SECOND), Some(step), "{seconds}");
            assert_eq!(
                step_of(secret, &format!(" {} {}", &code[..3], &code[3..]), (seconds + 30) * SECOND),
                Some(step)
            );
            assert_eq!(step_of(secret, code, (seconds - 30) * SECOND), Some(step));
            assert_eq!(step_of(secret, code, (seconds + 90) * SECOND), None);
        }
        assert_eq!(step_of(secret, "", 59 * SECOND), None);
        assert_eq!(step_of(secret, "28708２", 59 * SECOND), None);
    }
}
