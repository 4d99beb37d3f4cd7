//! Signing keys in a PKCS#11 token: made in it, never out of it; this process has
//! their handles and asks the token for each signature.
//!
//! What stays sealed in software, under the operator's secret as before: the secrets
//! from which others are derived, keys of the suite `gm` (no common token has SM2),
//! and the keys of presence tokens, which live for a month, sign thousands of times a
//! second and vouch for a quarter of an hour. A key that was made before the token
//! came goes on in software until its successor is made, in the token. A token without
//! Ed25519 makes P-256 keys instead.
//!
//! The sealed part of a key in the token is [`MARK`] and the `CKA_ID` under which the
//! token has it: no secret, but a row of another key is noticed, since its public part
//! does not fit.

use crate::Refusal;
use crate::custody::{Custody, Made, Sealed, Signing, Wanted, fits};
use crate::rules::plan::Use;
use crate::secret::Secret;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as TokenError, RvError};
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use kernel::chance::Chance;
use kernel::{Error, Fault, FaultKind};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// How the sealed part of a key in the token begins.
pub const MARK: &[u8; 8] = b"pkcs11\0\x01";
const ID_LEN: usize = 16;
type Id = [u8; ID_LEN];

/// P-256 as an object identifier in DER.
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// Ed25519 as tokens name it: the identifier of RFC 8410, the name of PKCS#11 3.0.
const ED25519: [&[u8]; 2] = [&[0x06, 0x03, 0x2b, 0x65, 0x70], b"\x13\x0cedwards25519"];

/// Which token, and how to enter it.
#[derive(Debug, Clone)]
pub struct Access {
    module: PathBuf,
    token: String,
    pin: AuthPin,
}

impl Access {
    /// The token with this label, or in the slot of this number, of a module (a shared
    /// library of the token's maker), with the PIN of its user.
    pub fn new(module: PathBuf, token: String, pin: String) -> Self {
        Self { module, token, pin: AuthPin::from(pin) }
    }
}

fn failed(doing: impl fmt::Display, error: TokenError) -> Fault {
    Fault::from_source(FaultKind::Broken, format!("the PKCS#11 token: {doing}"), error)
}

/// A session that is logged in, with what was found through it.
struct Open {
    session: Session,
    handles: HashMap<Id, ObjectHandle>,
}

/// The token, shared by the custody and its open keys.
struct Inner {
    client: Pkcs11,
    slot: Slot,
    pin: AuthPin,
    mechanisms: Vec<MechanismType>,
    /// One session: a token does one thing at a time.
    open: Mutex<Option<Open>>,
}

impl Inner {
    fn connect(&self) -> Result<Open, TokenError> {
        let session = self.client.open_rw_session(self.slot)?;
        match session.login(UserType::User, Some(&self.pin)) {
            // Another session of this process logged in: it counts for all.
            Ok(()) | Err(TokenError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => return Err(error),
        }
        Ok(Open { session, handles: HashMap::new() })
    }

    /// Works in the session; a session that was lost (the token was taken out and put
    /// back, its server restarted) is opened anew, once.
    fn with<T>(&self, doing: &str, work: impl Fn(&mut Open) -> Result<T, TokenError>) -> Result<T, Fault> {
        let mut held = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = held.as_mut()
            && let Ok(done) = work(open)
        {
            return Ok(done);
        }
        *held = None;
        let mut open = self.connect().map_err(|error| failed("opening a session", error))?;
        let done = work(&mut open).map_err(|error| failed(doing, error))?;
        *held = Some(open);
        Ok(done)
    }

    fn has(&self, mechanisms: [MechanismType; 2]) -> bool {
        mechanisms.iter().all(|one| self.mechanisms.contains(one))
    }

    /// Whether the token makes and uses keys of a suite.
    fn knows(&self, suite: u8) -> bool {
        match suite {
            suites::INTL => self.has([MechanismType::ECC_EDWARDS_KEY_PAIR_GEN, MechanismType::EDDSA]),
            suites::INTL_P256 => self.has([MechanismType::ECC_KEY_PAIR_GEN, MechanismType::ECDSA]),
            _ => false,
        }
    }

    fn sign(&self, id: &Id, suite: u8, message: &[u8]) -> Result<Vec<u8>, Fault> {
        let digest = suites::intl().digest(&[message]);
        let signature = self.with("signing", |open| {
            let key = found(open, id)?;
            if suite == suites::INTL {
                let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
                open.session.sign(&mechanism, key, message)
            } else {
                open.session.sign(&Mechanism::Ecdsa, key, &digest)
            }
        })?;
        if suite == suites::INTL {
            return Ok(signature);
        }
        // Of the two forms of an ECDSA signature only the one with the low s is written.
        let signature = p256::ecdsa::Signature::from_slice(&signature)
            .map_err(|_bad| Fault::broken("the PKCS#11 token answered no signature of P-256"))?;
        Ok(signature.normalize_s().to_bytes().to_vec())
    }
}

/// The private key with an id.
fn found(open: &mut Open, id: &Id) -> Result<ObjectHandle, TokenError> {
    if let Some(handle) = open.handles.get(id) {
        return Ok(*handle);
    }
    let wanted = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(id.to_vec())];
    let handle = *open.session.find_objects(&wanted)?.first().ok_or(TokenError::InvalidValue)?;
    open.handles.insert(*id, handle);
    Ok(handle)
}

/// A key that the token has.
struct InToken {
    inner: Arc<Inner>,
    id: Id,
    suite: u8,
}

impl Signing for InToken {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        self.inner.sign(&self.id, self.suite, message)
    }
}

/// The custody; see the module.
pub struct Token {
    inner: Arc<Inner>,
    software: Sealed,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token in slot {}", self.inner.slot.id())
    }
}

/// The slot whose token has this label, else whose number it is.
fn slot_of(client: &Pkcs11, token: &str) -> Result<Slot, Error> {
    let slots = client.get_slots_with_token().map_err(|error| failed("listing slots", error))?;
    let labelled = |slot: &&Slot| client.get_token_info(**slot).is_ok_and(|info| info.label().trim() == token);
    let numbered = |slot: &&Slot| token.parse() == Ok(slot.id());
    let found = slots.iter().find(labelled).or_else(|| slots.iter().find(numbered));
    Ok(*found.ok_or_else(|| Refusal::TokenMissing.at("keys.token").with(token))?)
}

impl Token {
    /// Opens the token and logs in; `software` keeps what the token does not.
    pub fn open(access: Access, software: Sealed) -> Result<Self, Error> {
        let Access { module, token, pin } = access;
        let client =
            Pkcs11::new(&module).map_err(|error| failed(format_args!("loading {}", module.display()), error))?;
        match client.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // The module serves a whole process: an earlier custody may have begun.
            Ok(()) | Err(TokenError::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(failed("starting the module", error).into()),
        }
        let slot = slot_of(&client, &token)?;
        let mechanisms = client.get_mechanism_list(slot).map_err(|error| failed("listing mechanisms", error))?;
        let inner = Inner { client, slot, pin, mechanisms, open: Mutex::new(None) };
        if !inner.knows(suites::INTL) && !inner.knows(suites::INTL_P256) {
            return Err(Refusal::TokenUnfit.at("keys.token").with(token));
        }
        let open = inner.connect().map_err(|error| match error {
            TokenError::Pkcs11(RvError::PinIncorrect | RvError::PinLocked | RvError::PinInvalid, _) => {
                Refusal::PinWrong.at("keys.pin")
            }
            error => failed("logging in", error).into(),
        })?;
        *inner.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
        Ok(Self { inner: Arc::new(inner), software })
    }

    /// Whether keys of a use and suite are made in the token.
    fn takes(&self, wanted: &Wanted) -> bool {
        wanted.used.plan().signs && wanted.used != Use::Presence && self.inner.knows(wanted.suite)
    }

    /// Makes a pair that cannot leave the token; answers its public part.
    fn generate(&self, wanted: &Wanted, id: &Id) -> Result<Vec<u8>, Fault> {
        let site = wanted.site.map_or_else(String::new, |site| format!(" {site}"));
        let named = [
            Attribute::Token(true),
            Attribute::Id(id.to_vec()),
            Attribute::Label(format!("yima {}{site}", wanted.used.name()).into_bytes()),
        ];
        let private = [
            named.as_slice(),
            &[
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Sign(true),
                Attribute::Derive(false),
            ],
        ]
        .concat();
        let generate = |mechanism: &Mechanism<'_>, curve: &[u8]| {
            let public = [
                named.as_slice(),
                &[Attribute::Private(false), Attribute::Verify(true), Attribute::EcParams(curve.to_vec())],
            ]
            .concat();
            self.inner.with("making a key", |open| {
                let (public, _private) = open.session.generate_key_pair(mechanism, &public, &private)?;
                let told = open.session.get_attributes(public, &[AttributeType::EcPoint])?;
                match told.into_iter().next() {
                    Some(Attribute::EcPoint(point)) => Ok(point),
                    _ => Err(TokenError::InvalidValue),
                }
            })
        };
        let point = if wanted.suite == suites::INTL {
            let [identifier, name] = ED25519;
            let edwards = Mechanism::EccEdwardsKeyPairGen;
            generate(&edwards, identifier).or_else(|_refused| generate(&edwards, name))?
        } else {
            generate(&Mechanism::EccKeyPairGen, P256)?
        };
        public_of(wanted.suite, &point).ok_or_else(|| Fault::broken("the PKCS#11 token answered no public key"))
    }
}

/// The public part as our suites write it, from `CKA_EC_POINT`: an octet string in
/// DER, or as some tokens have it the bare point.
fn public_of(suite: u8, point: &[u8]) -> Option<Vec<u8>> {
    let bare = match point {
        [0x04, length, rest @ ..] if usize::from(*length) == rest.len() => rest,
        bare => bare,
    };
    if suite == suites::INTL {
        return (bare.len() == 32).then(|| bare.to_vec());
    }
    let point = p256::PublicKey::from_sec1_bytes(bare).ok()?;
    Some(point.to_sec1_point(true).as_bytes().to_vec())
}

/// The id of a sealed part that is in the token.
fn id_of(made: &Made) -> Option<Id> {
    made.sealed.strip_prefix(MARK)?.try_into().ok()
}

impl Custody for Token {
    fn suite(&self, asked: u8) -> u8 {
        let other = asked == suites::INTL && !self.inner.knows(asked);
        if other { suites::INTL_P256 } else { asked }
    }

    fn make(&self, wanted: &Wanted, chance: &dyn Chance) -> Result<Made, Error> {
        if !self.takes(wanted) {
            return self.software.make(wanted, chance);
        }
        let mut id = [0; ID_LEN];
        chance.fill(&mut id);
        let public = self.generate(wanted, &id)?;
        Ok(Made { public, sealed: [MARK.as_slice(), &id].concat() })
    }

    fn signing(&self, wanted: &Wanted, made: &Made) -> Result<Arc<dyn Signing>, Error> {
        let Some(id) = id_of(made) else { return self.software.signing(wanted, made) };
        let key = InToken { inner: self.inner.clone(), id, suite: wanted.suite };
        // A probe, so that a handle of another key is noticed before it signs anything.
        let probe = [b"yima-key-probe\0".as_slice(), wanted.used.name().as_bytes()].concat();
        if !fits(wanted.suite, &made.public, &probe, &key.sign(&probe)?) {
            return Err(Fault::broken("the PKCS#11 token has another key under this name").into());
        }
        Ok(Arc::new(key))
    }

    fn secret(&self, wanted: &Wanted, made: &Made) -> Result<Secret, Error> {
        self.software.secret(wanted, made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_with_and_without_its_wrapping() {
        let pair = suites::of(suites::INTL_P256).unwrap().private_key(&[7; 32]).unwrap();
        let whole = p256::PublicKey::from_sec1_bytes(pair.public()).unwrap().to_sec1_point(false);
        let wrapped = [&[0x04, 65][..], whole.as_bytes()].concat();
        for point in [whole.as_bytes(), &wrapped, pair.public()] {
            assert_eq!(public_of(suites::INTL_P256, point).as_deref(), Some(pair.public()));
        }
        assert_eq!(public_of(suites::INTL, &[9; 32]), Some(vec![9; 32]));
        assert_eq!(public_of(suites::INTL, &[&[0x04, 32][..], &[9; 32]].concat()), Some(vec![9; 32]));
        assert_eq!(public_of(suites::INTL, &[9; 31]), None);
        assert_eq!(public_of(suites::INTL_P256, &[4; 65]), None);
    }

    #[test]
    fn a_pin_is_not_shown() {
        let access = Access::new("/lib/x.so".into(), "yima".into(), "31415926".into());
        assert!(!format!("{access:?}").contains("31415926"));
    }
}
