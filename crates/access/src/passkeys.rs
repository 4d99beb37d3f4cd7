//! Passkeys (WebAuthn): adding them, signing in with them, taking them away.
//!
//! A ceremony takes two requests; what must be kept between them stays here, the
//! browser gets a random id. The options go to the browser as JSON and its answer
//! comes back as JSON, so pages need not know the library. An unknown name gets
//! credential ids that look like others and stay the same, so that nobody can
//! tell which names exist. A passkey asks for finger, face or PIN by itself: it
//! needs no one-time code, and wrong passwords of others do not shut it out.

use crate::ceremony::Ceremonies;
use crate::gate::Gate;
use crate::sign_in::{self, SignedIn, name_of};
use crate::store::{self, PasskeyRow};
use crate::tokens::{self, SESSION_LIFE};
use crate::{PASSKEY_ADDED, PASSKEY_REMOVED, Refusal, SIGN_IN_FAILED, actors};
use ::store::{Db, Event};
use kernel::{Actor, ActorId, Error, Fault, FaultKind};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};
use webauthn_rs::fake::{FakePasskeyDistribution, WebauthnFakeCredentialGenerator};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// Passkeys one actor may have.
pub const PASSKEYS_MAX: usize = 20;
/// Characters of the name somebody gives a passkey.
pub const LABEL_MAX: usize = 64;
/// Registrations under way at most; only signed-in actors begin them.
const REGISTERING_MAX: usize = 1_024;
/// Sign-ins under way at most; anybody may begin them.
const SIGNING_MAX: usize = 8_192;
/// Tries to invent credential ids for a name; one in six comes out empty.
const DECOY_TURNS_MAX: u32 = 32;
/// The node's secret from which they are made.
const DECOY_KEY: &str = "passkey-decoys";

/// The passkeys of a node; cheap to clone.
#[derive(Clone)]
pub struct Passkeys {
    inner: Arc<Inner>,
}

struct Inner {
    webauthn: Webauthn,
    registering: Ceremonies<(ActorId, PasskeyRegistration)>,
    signing: Ceremonies<(Who, DiscoverableAuthentication)>,
    decoy_key: OnceLock<[u8; 32]>,
}

/// Whose passkey a sign-in waits for.
enum Who {
    /// That of a name; of nobody when the name is unknown or has none.
    Named(Option<ActorId>),
    /// Any: the passkey tells whose it is.
    Anybody,
}

/// The first half of a ceremony.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// To be sent back with the browser's answer within five minutes.
    pub ceremony: String,
    /// For `navigator.credentials.create` or `.get`; bytes are base64url text.
    pub options: Value,
}

/// A passkey that was added.
#[derive(Debug, Clone)]
pub struct Added {
    /// Its id, base64url.
    pub id: String,
    /// The token of a full session, when the actor had signed in only to set up a
    /// second factor; that session has ended.
    pub session: Option<String>,
}

/// A passkey as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id, base64url.
    pub id: String,
    /// What its owner calls it.
    pub label: String,
    /// Since when, microseconds UTC.
    pub added_at: i64,
}

fn broken(doing: &'static str) -> impl FnOnce(WebauthnError) -> Fault {
    move |error| Fault::from_source(FaultKind::Broken, doing, error)
}

fn as_json(value: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(value)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing the options of a passkey", error))
}

/// A passkey's answer that cannot be accepted; why is for the log only.
fn refused(error: impl std::fmt::Display) -> Error {
    tracing::info!(error = %error, "a passkey was not accepted");
    Refusal::PasskeyFailed.into()
}

impl Passkeys {
    /// Passkeys for the site `rp_id` (a host name, `localhost` on this machine;
    /// an IP address cannot have passkeys), reached at `origin`
    /// (`https://yima.example.org`), shown to people as `rp_name`.
    pub fn new(rp_id: &str, origin: &str, rp_name: &str) -> Result<Self, Fault> {
        let origin = Url::parse(origin)
            .map_err(|error| Fault::from_source(FaultKind::Broken, "reading the origin of passkeys", error))?;
        let webauthn = WebauthnBuilder::new(rp_id, &origin)
            .and_then(|builder| builder.rp_name(rp_name).build())
            .map_err(broken("setting up passkeys: the site must be a host name and part of the origin"))?;
        let inner = Inner {
            webauthn,
            registering: Ceremonies::new(REGISTERING_MAX),
            signing: Ceremonies::new(SIGNING_MAX),
            decoy_key: OnceLock::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Begins to add a passkey to a signed-in actor.
    pub async fn start_registration(&self, gate: &Gate, actor: &Actor) -> Result<Challenge, Error> {
        sign_in::people_only(actor)?;
        let id = actor.id;
        let (login, rows) =
            gate.db().read(move |sql| Ok((store::login_of(sql, id)?, store::passkeys(sql, id)?))).await?;
        room_for_one_more(rows.len())?;
        let name = login.unwrap_or_else(|| actor.name.to_string());
        let known = rows.into_iter().map(|row| row.id).collect();
        let (options, state) = self
            .inner
            .webauthn
            .start_passkey_registration(handle_of(id), &name, &actor.name, Some(known))
            .map_err(broken("beginning to add a passkey"))?;
        let mut options = as_json(&options)?;
        // Kept on the device where it can be, so that it finds itself without a name.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred".into();
        let ceremony = self.inner.registering.begin(gate.db().world(), (id, state));
        Ok(Challenge { ceremony, options })
    }

    /// Adds the passkey the browser made, under a name of its owner's choice.
    pub async fn finish_registration(
        &self,
        gate: &Gate,
        actor: &Actor,
        ceremony: &str,
        answer: &str,
        label: &str,
    ) -> Result<Added, Error> {
        let begun = self.inner.registering.take(gate.db().world(), ceremony);
        let (owner, state) = begun.ok_or(Refusal::PasskeyFailed)?;
        if owner != actor.id {
            return Err(Refusal::PasskeyFailed.into());
        }
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(refused)?;
        let passkey = self.inner.webauthn.finish_passkey_registration(&answer, &state).map_err(refused)?;
        let (key, body) = (passkey.cred_id().clone(), body_of(&passkey)?);
        let id = base64url(&key);
        let label = label_of(label);
        let (actor, institution) = (actor.id, actor.institution);
        let session = gate
            .db()
            .write(actor.0, move |tx| {
                room_for_one_more(store::passkeys(tx, actor)?.len())?;
                if !store::insert_passkey(tx, actor, &key, &body, &label)? {
                    return Err(Refusal::PasskeyFailed.into());
                }
                tx.event(Event { actor: Some(actor), institution, ..Event::of(&PASSKEY_ADDED) });
                sign_in::promote(tx, actor, "passkey")
            })
            .await?;
        gate.forget_actors();
        Ok(Added { id, session })
    }

    /// Begins to sign in somebody who gave their name.
    pub async fn start_sign_in(&self, gate: &Gate, login: &str) -> Result<Challenge, Error> {
        let name = name_of(login);
        let asked = name.clone();
        let decoy_key = self.decoy_key(gate.db()).await?;
        let (actor, rows) = gate
            .db()
            .read(move |sql| {
                let actor = store::login(sql, &asked)?;
                Ok((actor, store::passkeys(sql, actor.unwrap_or(ActorId(0)))?))
            })
            .await?;
        let real: Vec<Vec<u8>> = rows.into_iter().map(|row| row.id).collect();
        let mut ids = decoys(&decoy_key, &name)?;
        let mut who = None;
        if !real.is_empty() {
            (ids, who) = (real, actor);
        }
        ids.sort();
        let ids = ids.iter().map(|id| json!({ "type": "public-key", "id": base64url(id) })).collect();
        self.start(gate, Who::Named(who), ids)
    }

    /// Begins to sign in whoever the passkey belongs to.
    pub fn start_sign_in_without_name(&self, gate: &Gate) -> Result<Challenge, Error> {
        self.start(gate, Who::Anybody, Vec::new())
    }

    fn start(&self, gate: &Gate, who: Who, ids: Vec<Value>) -> Result<Challenge, Error> {
        let (options, state) = self
            .inner
            .webauthn
            .start_discoverable_authentication()
            .map_err(broken("beginning to sign in with a passkey"))?;
        let mut options = as_json(&options)?;
        options["publicKey"]["allowCredentials"] = Value::Array(ids);
        if let Some(options) = options.as_object_mut() {
            // Whether to ask at once or within a form field is the page's choice.
            options.remove("mediation");
        }
        let ceremony = self.inner.signing.begin(gate.db().world(), (who, state));
        Ok(Challenge { ceremony, options })
    }

    /// Signs in with the browser's answer.
    pub async fn finish_sign_in(&self, gate: &Gate, ceremony: &str, answer: &str) -> Result<SignedIn, Error> {
        let begun = self.inner.signing.take(gate.db().world(), ceremony);
        let (who, state) = begun.ok_or(Refusal::PasskeyFailed)?;
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(refused)?;
        let actor = match self.whose(&who, &answer) {
            Ok(actor) => actor,
            Err(asked) => return Err(failed(gate, asked).await),
        };
        let key = answer.get_credential_id().to_vec();
        let rows = gate.db().read(move |sql| Ok(store::passkeys(sql, actor)?)).await?;
        let Some(row) = rows.into_iter().find(|row| row.id == key) else {
            return Err(failed(gate, Some(actor)).await);
        };
        let mut passkey = passkey_of(&row)?;
        let result = self.inner.webauthn.finish_discoverable_authentication_v2(&answer, state, &passkey);
        let result = match result {
            Ok(result) => result,
            Err(error) => {
                tracing::info!(error = %error, "a passkey was not accepted");
                return Err(failed(gate, Some(actor)).await);
            }
        };
        passkey.update_credential(&result);
        let body = body_of(&passkey)?;
        let policy = gate.policy().clone();
        let given = gate
            .db()
            .write(actor.0, move |tx| {
                let Some(who) = store::actor_by_id(tx, actor)? else {
                    return Ok(None);
                };
                // The same passkey twice at once, or removed meanwhile: not accepted.
                if actors::with_rights(&who, &policy).is_none() || !store::update_passkey(tx, actor, &row, &body)? {
                    return Ok(None);
                }
                Ok(Some((tokens::give_session(tx, actor, "passkey", SESSION_LIFE)?, who)))
            })
            .await?;
        match given {
            Some((token, row)) => sign_in::signed_in(gate, token, &row, false),
            None => Err(failed(gate, Some(actor)).await),
        }
    }

    /// Who answers: the one named, or the one the passkey names. Fails when the two
    /// differ or neither is known, with the one who was named.
    fn whose(&self, who: &Who, answer: &PublicKeyCredential) -> Result<ActorId, Option<ActorId>> {
        let told = self.inner.webauthn.identify_discoverable_authentication(answer).ok();
        let told = told.and_then(|(handle, _)| actor_of(handle));
        match who {
            Who::Anybody => told.ok_or(None),
            Who::Named(named) => {
                let silent = answer.get_user_unique_id().is_none_or(<[u8]>::is_empty);
                named.filter(|named| silent || told == Some(*named)).ok_or(*named)
            }
        }
    }

    /// An actor's passkeys, oldest first.
    pub async fn list(&self, gate: &Gate, actor: ActorId) -> Result<Vec<Listed>, Error> {
        let rows = gate.db().read(move |sql| Ok(store::passkeys(sql, actor)?)).await?;
        let mut listed: Vec<Listed> = rows
            .into_iter()
            .map(|row| Listed { id: base64url(&row.id), label: row.label, added_at: row.added_at })
            .collect();
        listed.sort_by_key(|one| one.added_at);
        Ok(listed)
    }

    /// Removes a passkey (its id as [`Self::list`] gives it) and ends the owner's
    /// sessions but that of the token `keep`; false when there is none.
    pub async fn remove(
        &self,
        gate: &Gate,
        by: &Actor,
        actor: ActorId,
        id: &str,
        keep: Option<&str>,
    ) -> Result<bool, Error> {
        let (id, keep) = (id.to_owned(), keep.map(tokens::digest));
        let (by, institution) = (by.id, by.institution);
        let removed = gate
            .db()
            .write(actor.0, move |tx| {
                let rows = store::passkeys(tx, actor)?;
                let Some(row) = rows.iter().find(|row| base64url(&row.id) == id) else {
                    return Ok(false);
                };
                store::delete_passkey(tx, actor, &row.id)?;
                store::end_sessions(tx, actor, keep.as_ref())?;
                let object = actor.to_string();
                tx.event(Event { actor: Some(by), institution, object, ..Event::of(&PASSKEY_REMOVED) });
                Ok(true)
            })
            .await?;
        gate.forget_actors();
        Ok(removed)
    }

    /// The node's secret for invented credential ids, made at first use and kept:
    /// a new one at each start would tell invented ids from real ones.
    async fn decoy_key(&self, db: &Db) -> Result<[u8; 32], Error> {
        if let Some(key) = self.inner.decoy_key.get() {
            return Ok(*key);
        }
        let kept = db.read(|sql| Ok(store::node_key(sql, DECOY_KEY)?)).await?;
        let kept = match kept {
            Some(kept) => kept,
            None => {
                db.write(0, |tx| {
                    let fresh = tx.new_key();
                    store::insert_node_key(tx, DECOY_KEY, &fresh)?;
                    store::node_key(tx, DECOY_KEY)?
                        .ok_or_else(|| Fault::broken("access_keys has no passkey-decoys after it was written").into())
                })
                .await?
            }
        };
        let key = <[u8; 32]>::try_from(kept.as_slice())
            .map_err(|error| Fault::from_source(FaultKind::Broken, "reading access_keys.body", error))?;
        Ok(*self.inner.decoy_key.get_or_init(|| key))
    }
}

/// Leaves the event of a failed sign-in; answers the refusal.
async fn failed(gate: &Gate, actor: Option<ActorId>) -> Error {
    let event = Event { actor, object: "passkey".to_owned(), ..Event::of(&SIGN_IN_FAILED) };
    match gate.db().record(actor.map_or(0, |id| id.0), event).await {
        Ok(()) => Refusal::PasskeyFailed.into(),
        Err(error) => error,
    }
}

fn room_for_one_more(count: usize) -> Result<(), Error> {
    if count < PASSKEYS_MAX {
        return Ok(());
    }
    Err(Refusal::PasskeyFailed.error().with(format!("{PASSKEYS_MAX} passkeys at most; remove one first")))
}

fn label_of(label: &str) -> String {
    let label: String = label.trim().chars().filter(|c| !c.is_control()).take(LABEL_MAX).collect();
    if label.is_empty() { "passkey".to_owned() } else { label }
}

/// How a passkey knows its owner: our id in sixteen bytes.
fn handle_of(actor: ActorId) -> Uuid {
    Uuid::from_u128(u128::from(actor.0.cast_unsigned()))
}

fn actor_of(handle: Uuid) -> Option<ActorId> {
    u64::try_from(handle.as_u128()).ok().map(|number| ActorId(number.cast_signed()))
}

fn passkey_of(row: &PasskeyRow) -> Result<Passkey, Fault> {
    serde_json::from_slice(&row.body)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "reading access_passkeys.body", error))
}

fn body_of(passkey: &Passkey) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(passkey).map_err(|error| Fault::from_source(FaultKind::Broken, "writing a passkey", error))
}

/// Credential ids for a name that has none: the same each time it is asked, at
/// least one, of lengths that real authenticators make.
fn decoys(key: &[u8; 32], name: &str) -> Result<Vec<Vec<u8>>, Fault> {
    let generator = WebauthnFakeCredentialGenerator::<FakePasskeyDistribution>::new(key)
        .map_err(broken("setting up invented credential ids"))?;
    for turn in 0..DECOY_TURNS_MAX {
        let ids =
            generator.generate(format!("{turn}:{name}").as_bytes()).map_err(broken("inventing credential ids"))?;
        if !ids.is_empty() {
            return Ok(ids);
        }
    }
    Err(Fault::broken(format!("no credential id came out of {DECOY_TURNS_MAX} tries")))
}

/// Bytes as base64url without padding (RFC 4648 §5), as WebAuthn writes them.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut word = [0; 4];
        word[1..=chunk.len()].copy_from_slice(chunk);
        let word = u32::from_be_bytes(word);
        for place in 0..=chunk.len() {
            let letter = (word >> (18 - 6 * place)) & 63;
            text.push(char::from(LETTERS[usize::try_from(letter).unwrap_or(0)]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_of_the_standard() {
        for (bytes, text) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")]
        {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
        assert_eq!(base64url(&[0xfb, 0xff, 0xfe]), "-__-");
    }

    #[test]
    fn decoys_stay_and_are_never_empty() {
        for number in 0..200 {
            let name = format!("name{number}");
            let ids = decoys(&[7; 32], &name).unwrap();
            assert!(!ids.is_empty());
            assert_eq!(ids, decoys(&[7; 32], &name).unwrap());
            assert_ne!(ids, decoys(&[8; 32], &name).unwrap());
        }
    }

    #[test]
    fn a_handle_leads_back() {
        for id in [0, 1, 7_654_321_012_345, i64::MAX] {
            assert_eq!(actor_of(handle_of(ActorId(id))), Some(ActorId(id)));
        }
        assert_eq!(actor_of(Uuid::from_u128(u128::MAX)), None);
    }

    #[test]
    fn a_site_is_a_host_name() {
        assert!(Passkeys::new("localhost", "http://localhost:8080", "Yima").is_ok());
        assert!(Passkeys::new("127.0.0.1", "http://127.0.0.1:8080", "Yima").is_err());
        assert!(Passkeys::new("example.org", "https://example.com", "Yima").is_err());
    }
}
