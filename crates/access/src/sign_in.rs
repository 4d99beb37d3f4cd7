//! Signing in with name, password and one-time code; sessions and their end.
//!
//! A try is decided in one transaction after the password was hashed outside it:
//! the transaction reads the person's secrets again, so of many tries at once
//! only five wrong ones are told apart before the name rests. An unknown name
//! gets the same work, the same answers and the same rest as a known one.

use crate::gate::Gate;
use crate::store::{self, ActorRow, Secrets};
use crate::tokens::{self, ENROL, ENROL_LIFE, SESSION_LIFE};
use crate::tries::Standing;
use crate::{DISABLED, Refusal, SESSIONS_ENDED, SIGN_IN_FAILED, actors, password, totp};
use ::store::{Event, Sql, SqlExt, Tx};
use kernel::{Actor, ActorId, ActorKind, Error, Fault};
use std::sync::Arc;

/// Bytes of a sign-in name that are looked at.
const NAME_MAX: usize = 256;

/// Somebody who just signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// The session's token, for [`Gate::session_cookie`].
    pub token: String,
    /// How long it lasts, microseconds.
    pub life: i64,
    /// Who it is, with the rights of this session.
    pub actor: Arc<Actor>,
    /// The password was right and there is no second factor yet: the session
    /// holds no right and serves only to set one up.
    pub must_enrol: bool,
}

/// What somebody can sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factors {
    /// A password is set.
    pub password: bool,
    /// One-time codes are confirmed.
    pub totp: bool,
    /// How many passkeys there are.
    pub passkeys: i64,
}

impl Factors {
    /// Whether something besides a password is there.
    pub fn second(self) -> bool {
        self.totp || self.passkeys > 0
    }
}

/// A sign-in name as stored: trimmed, in lower case.
pub(crate) fn name_of(login: &str) -> String {
    login.trim().to_lowercase()
}

/// What a try came to.
enum Outcome {
    Full(String, Box<ActorRow>),
    Enrol(String, Box<ActorRow>),
    Wrong,
    Rests,
}

/// Signs in with name, password and one-time code (empty when there is none).
/// Refuses with [`Refusal::SignInWrong`] whatever was wrong, and with
/// [`Refusal::SignInLocked`] for fifteen minutes after five wrong tries in a row.
pub async fn sign_in(gate: &Gate, login: &str, password: &str, code: &str) -> Result<SignedIn, Error> {
    let name: String = name_of(login).chars().take(NAME_MAX).collect();
    let asked = name.clone();
    let found = gate.db().read(move |sql| Ok(account(sql, &asked)?)).await?;
    let now = gate.db().world().now();
    let standing = found.as_ref().map_or_else(|| gate.tries().of_unknown(&name), |(_, _, standing)| *standing);
    if standing.rests(now) {
        return Err(Refusal::SignInLocked.into());
    }
    let Some((id, phc, _)) = found else {
        password::verify(gate, None, password).await?;
        return Err(wrong_name(gate, &name).await);
    };
    let right = password::verify(gate, Some(phc.clone()), password).await?;
    let (policy, code) = (gate.policy().clone(), code.to_owned());
    let outcome = gate
        .db()
        .write(id.0, move |tx| {
            let (Some(secrets), Some(row)) = (store::secrets(tx, id)?, store::actor_by_id(tx, id)?) else {
                return Ok(Outcome::Wrong);
            };
            let usable = actors::with_rights(&row, &policy).is_some() && secrets.password.as_ref() == Some(&phc);
            decide(tx, &row, &secrets, right && usable, &code)
        })
        .await?;
    let (token, row, must_enrol) = match outcome {
        Outcome::Full(token, row) => (token, row, false),
        Outcome::Enrol(token, row) => (token, row, true),
        Outcome::Wrong => return Err(Refusal::SignInWrong.into()),
        Outcome::Rests => return Err(Refusal::SignInLocked.into()),
    };
    signed_in(gate, token, &row, must_enrol)
}

/// Actor, password and standing of a name that has a password.
fn account(sql: &mut (impl SqlExt + ?Sized), name: &str) -> Result<Option<(ActorId, String, Standing)>, Fault> {
    let Some(id) = store::login(sql, name)? else {
        return Ok(None);
    };
    let Some(secrets) = store::secrets(sql, id)? else {
        return Ok(None);
    };
    Ok(secrets.password.map(|password| (id, password, secrets.standing)))
}

/// Counts the try of a name without a password; leaves the same event.
async fn wrong_name(gate: &Gate, name: &str) -> Error {
    let now = gate.db().world().now();
    if !gate.tries().fail_unknown(name, now) {
        return Refusal::SignInLocked.into();
    }
    match gate.db().record(0, Event::of(&SIGN_IN_FAILED)).await {
        Ok(()) => Refusal::SignInWrong.into(),
        Err(error) => error,
    }
}

/// Decides one try; `right` says that the password was.
fn decide(tx: &mut Tx<'_>, row: &ActorRow, secrets: &Secrets, right: bool, code: &str) -> Result<Outcome, Error> {
    let now = Sql::now(tx);
    if secrets.standing.rests(now) {
        return Ok(Outcome::Rests);
    }
    let id = row.id;
    let step = secrets.totp.as_ref().and_then(|secret| totp::step_of(secret, code, now));
    let passed = match (&secrets.totp, step) {
        _ if !right => false,
        (Some(_), Some(step)) => store::use_step(tx, id, step)?,
        (Some(_), None) => false,
        // Somebody with a passkey signs in with it: the password alone is not enough.
        (None, _) => store::passkey_count(tx, id)? == 0,
    };
    if !passed {
        fail(tx, row, secrets.standing)?;
        return Ok(Outcome::Wrong);
    }
    store::set_standing(tx, id, Standing::default())?;
    if secrets.totp.is_none() {
        return Ok(Outcome::Enrol(tokens::give_session(tx, id, ENROL, ENROL_LIFE)?, Box::new(row.clone())));
    }
    Ok(Outcome::Full(tokens::give_session(tx, id, "password", SESSION_LIFE)?, Box::new(row.clone())))
}

/// Counts a wrong try.
fn fail(tx: &mut Tx<'_>, row: &ActorRow, standing: Standing) -> Result<(), Fault> {
    let after = standing.after_failure(Sql::now(tx));
    store::set_standing(tx, row.id, after)?;
    let object = if after.locked_until == 0 { "" } else { "locked" };
    tx.event(Event {
        actor: Some(row.id),
        institution: row.institution,
        object: object.to_owned(),
        ..Event::of(&SIGN_IN_FAILED)
    });
    Ok(())
}

/// The answer to somebody who signed in.
pub(crate) fn signed_in(gate: &Gate, token: String, row: &ActorRow, must_enrol: bool) -> Result<SignedIn, Error> {
    let mut actor = actors::with_rights(row, gate.policy()).ok_or(Refusal::SignInWrong)?;
    if must_enrol {
        actor.rights = Arc::from([]);
    }
    let life = if must_enrol { ENROL_LIFE } else { SESSION_LIFE };
    Ok(SignedIn { token, life, actor: Arc::new(actor), must_enrol })
}

/// Machines set up no factor of signing in: whoever got hold of a machine's token
/// would keep a way in after the token was taken back.
pub(crate) fn people_only(actor: &Actor) -> Result<(), Error> {
    match actor.kind {
        ActorKind::Staff | ActorKind::Citizen => Ok(()),
        ActorKind::Device | ActorKind::System => Err(Refusal::RightMissing.error().with("people only")),
    }
}

/// After a second factor was set up: ends the sessions that could only do that
/// and, if there was one, gives a full session. Who got the password but came too
/// late to set up a factor is out.
pub(crate) fn promote(tx: &mut Tx<'_>, actor: ActorId, label: &str) -> Result<Option<String>, Error> {
    if store::end_enrolling(tx, actor)? == 0 {
        return Ok(None);
    }
    tokens::give_session(tx, actor, label, SESSION_LIFE).map(Some)
}

/// Whether a signed-in actor knows its password; answers the hash it matched.
/// Wrong tries count as those of signing in.
pub(crate) async fn check_password(gate: &Gate, id: ActorId, password: &str) -> Result<String, Error> {
    let secrets = gate.db().read(move |sql| Ok(store::secrets(sql, id)?)).await?;
    let now = gate.db().world().now();
    let Some(secrets) = secrets else {
        return Err(Refusal::SignInWrong.at("password"));
    };
    if secrets.standing.rests(now) {
        return Err(Refusal::SignInLocked.into());
    }
    let right = password::verify(gate, secrets.password.clone(), password).await?;
    let outcome = gate
        .db()
        .write(id.0, move |tx| {
            let (Some(secrets), Some(row)) = (store::secrets(tx, id)?, store::actor_by_id(tx, id)?) else {
                return Ok(Err(Refusal::SignInWrong));
            };
            if secrets.standing.rests(Sql::now(tx)) {
                return Ok(Err(Refusal::SignInLocked));
            }
            if !right {
                fail(tx, &row, secrets.standing)?;
                return Ok(Err(Refusal::SignInWrong));
            }
            Ok(Ok(()))
        })
        .await?;
    outcome.map_err(|refusal| refusal.at("password"))?;
    secrets.password.ok_or_else(|| Refusal::SignInWrong.at("password"))
}

/// Ends the session of a token; false when it was not valid.
pub async fn sign_out(gate: &Gate, token: &str) -> Result<bool, Error> {
    let text = token.to_owned();
    let taken = gate.db().write(0, move |tx| tokens::take(tx, &text)).await?;
    gate.forget_token(token);
    Ok(taken)
}

/// Ends all sessions of an actor but that of the token `keep`; answers how many.
/// Bearer tokens of machines stay.
pub async fn end_sessions(gate: &Gate, by: &Actor, actor: ActorId, keep: Option<&str>) -> Result<u64, Error> {
    let keep = keep.map(tokens::digest);
    let (by, institution) = (by.id, by.institution);
    let ended = gate
        .db()
        .write(actor.0, move |tx| {
            let ended = store::end_sessions(tx, actor, keep.as_ref())?;
            let object = actor.to_string();
            tx.event(Event { actor: Some(by), institution, object, ..Event::of(&SESSIONS_ENDED) });
            Ok(ended)
        })
        .await?;
    gate.forget_actors();
    Ok(ended)
}

/// Disables an actor and ends its sessions and tokens; refuses one that is
/// unknown or disabled already.
pub async fn disable(gate: &Gate, by: &Actor, actor: ActorId) -> Result<(), Error> {
    let (by, institution) = (by.id, by.institution);
    gate.db()
        .write(actor.0, move |tx| {
            if !store::disable_actor(tx, actor)? {
                return Err(web::Refusal::NotFound.at("actor"));
            }
            store::end_tokens(tx, actor)?;
            let object = actor.to_string();
            tx.event(Event { actor: Some(by), institution, object, ..Event::of(&DISABLED) });
            Ok(())
        })
        .await?;
    gate.forget_actors();
    Ok(())
}

/// What an actor can sign in with, for the account page.
pub async fn factors(gate: &Gate, actor: ActorId) -> Result<Factors, Error> {
    gate.db()
        .read(move |sql| {
            let secrets = store::secrets(sql, actor)?;
            Ok(Factors {
                password: secrets.as_ref().is_some_and(|secrets| secrets.password.is_some()),
                totp: secrets.as_ref().is_some_and(|secrets| secrets.totp.is_some()),
                passkeys: store::passkey_count(sql, actor)?,
            })
        })
        .await
}
