//! Passwords: Argon2id with 19 MiB, two passes and one lane, stored as PHC text.
//!
//! A hash takes tens of milliseconds, so it is never worked out inside a
//! transaction: [`hash`] first, then [`set`].

use crate::gate::Gate;
use crate::sign_in::{self, name_of};
use crate::store;
use crate::{PASSWORD_SET, Refusal, tokens};
use ::store::{Event, Tx};
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use kernel::{Actor, ActorId, Error, Fault, FaultKind, World};

/// Characters a password must have.
pub const CHARS_MIN: usize = 12;
/// Bytes a password may have.
pub const BYTES_MAX: usize = 1_024;

const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A password that may be set: long enough, and hashed.
#[derive(Clone)]
pub struct Hashed(String);

fn hasher() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "setting up Argon2id", error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Refuses what is too short, too long or the sign-in name itself.
fn strong(login: &str, password: &str) -> Result<(), Error> {
    let name = name_of(login);
    if password.len() > BYTES_MAX {
        return Err(Refusal::PasswordWeak.at("password").with(format!("{BYTES_MAX} bytes at most")));
    }
    if password.chars().count() < CHARS_MIN || (!name.is_empty() && name_of(password) == name) {
        return Err(Refusal::PasswordWeak.at("password"));
    }
    Ok(())
}

/// Hashes a password for [`set`]; refuses a weak one. Takes tens of milliseconds
/// of the calling thread: not for asynchronous code and not for a transaction.
pub fn hash(world: &World, login: &str, password: &str) -> Result<Hashed, Error> {
    strong(login, password)?;
    let salt = world.chance().key();
    let phc = hasher()?
        .hash_password_with_salt(password.as_bytes(), &salt[..16])
        .map_err(|error| Fault::from_source(FaultKind::Broken, "hashing a password", error))?;
    Ok(Hashed(phc.to_string()))
}

/// Whether `password` is the one of `phc`. Without a `phc` the answer is no,
/// after the same work.
fn holds(phc: Option<&str>, password: &str) -> Result<bool, Fault> {
    let Some(phc) = phc else {
        let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
        hasher()?
            .hash_password_into(password.as_bytes(), &[0; 16], &mut out)
            .map_err(|error| Fault::from_source(FaultKind::Broken, "hashing a password", error))?;
        return Ok(false);
    };
    match hasher()?.verify_password(password.as_bytes(), phc) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(Fault::from_source(FaultKind::Broken, "reading access_secrets.password", error)),
    }
}

/// [`holds`] on a thread made for waiting, when it is this sign-in's turn.
pub(crate) async fn verify(gate: &Gate, phc: Option<String>, password: &str) -> Result<bool, Error> {
    // What is too long to have been set is wrong; it is not worth hashing whole.
    let (phc, password) = if password.len() > BYTES_MAX { (None, "") } else { (phc, password) };
    let password = password.to_owned();
    Ok(gate.tries().hashing(move || holds(phc.as_deref(), &password)).await??)
}

/// Sets an actor's password, forgives wrong tries and ends all its sessions. The
/// caller tells the gate to forget the actors after the commit.
pub fn set(tx: &mut Tx<'_>, actor: ActorId, password: &Hashed) -> Result<(), Error> {
    put(tx, actor, password, None)
}

fn put(tx: &mut Tx<'_>, actor: ActorId, password: &Hashed, keep: Option<&[u8; 32]>) -> Result<(), Error> {
    store::set_password(tx, actor, &password.0)?;
    store::end_sessions(tx, actor, keep)?;
    tx.event(Event { actor: Some(actor), object: actor.to_string(), ..Event::of(&PASSWORD_SET) });
    Ok(())
}

async fn hash_aside(gate: &Gate, login: String, password: &str) -> Result<Hashed, Error> {
    strong(&login, password)?;
    let (world, password) = (gate.db().world().clone(), password.to_owned());
    gate.tries().hashing(move || hash(&world, &login, &password)).await?
}

/// A signed-in actor changes its own password: the old one must be right, wrong
/// tries count as those of signing in, and every session but that of `token` ends.
pub async fn change(gate: &Gate, actor: &Actor, token: &str, old: &str, new: &str) -> Result<(), Error> {
    let id = actor.id;
    let login = gate.db().read(move |sql| Ok(store::login_of(sql, id)?)).await?.ok_or(Refusal::SignInWrong)?;
    let old_phc = sign_in::check_password(gate, id, old).await?;
    let hashed = hash_aside(gate, login, new).await?;
    let keep = tokens::digest(token);
    gate.db()
        .write(id.0, move |tx| {
            let now = store::secrets(tx, id)?.and_then(|secrets| secrets.password);
            if now.as_ref() != Some(&old_phc) {
                return Err(Refusal::SignInWrong.at("password"));
            }
            put(tx, id, &hashed, Some(&keep))
        })
        .await?;
    gate.forget_actors();
    Ok(())
}

/// An administrator gives an actor a new password; all its sessions end.
pub async fn assign(gate: &Gate, by: &Actor, actor: ActorId, new: &str) -> Result<(), Error> {
    let login = gate.db().read(move |sql| Ok(store::login_of(sql, actor)?)).await?;
    let hashed = hash_aside(gate, login.ok_or(web::Refusal::NotFound)?, new).await?;
    let (by, institution) = (by.id, by.institution);
    gate.db()
        .write(actor.0, move |tx| {
            store::set_password(tx, actor, &hashed.0)?;
            store::end_sessions(tx, actor, None)?;
            tx.event(Event { actor: Some(by), institution, object: actor.to_string(), ..Event::of(&PASSWORD_SET) });
            Ok(())
        })
        .await?;
    gate.forget_actors();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords() {
        let check = |login: &str, password: &str| strong(login, password).map_err(|error| error.code());
        assert_eq!(check("li", "elevenchars"), Err("access.password-weak"));
        assert_eq!(check("Wang.Xiaoming", "wang.xiaoming"), Err("access.password-weak"));
        assert_eq!(check("li", &"x".repeat(BYTES_MAX + 1)), Err("access.password-weak"));
        assert_eq!(check("li", "twelve chars"), Ok(()));
        assert_eq!(check("li", "今天天气很好适合散步去吗"), Ok(()));
    }

    #[test]
    fn a_hash_is_salted_and_names_its_cost() {
        let (world, _) = World::frozen(0, 7);
        let one = hash(&world, "li", "correct horse battery").unwrap();
        let two = hash(&world, "li", "correct horse battery").unwrap();
        assert!(one.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.0);
        assert_ne!(one.0, two.0);
        assert!(holds(Some(&one.0), "correct horse battery").unwrap());
        assert!(!holds(Some(&one.0), "correct horse batterx").unwrap());
        assert!(!holds(None, "correct horse battery").unwrap());
        assert!(holds(Some("no PHC text"), "x").is_err());
    }
}
