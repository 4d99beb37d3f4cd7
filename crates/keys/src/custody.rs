//! Who keeps the private parts. The node asks a custody to make a key, to open it
//! for signing, or to open a secret; what the custody gives out for storing is
//! opaque to everybody else.
//!
//! The software custody ([`Sealed`]) encrypts private parts under a key derived from
//! the operator's secret; [`crate::pkcs11::Token`] leaves signing keys in a PKCS#11
//! token; [`Unsealed`] is for tests. A key service of the operator's own is handed in
//! with [`crate::ring::Keeping::Other`]: `make` lets it make the pair and answers its
//! handle as the sealed part, `signing` answers an object that asks it for each
//! signature.

use crate::Refusal;
use crate::rules::plan::Use;
use crate::secret::{SECRET_LEN, Secret};
use kernel::chance::Chance;
use kernel::{Error, Fault, InstitutionId};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What a key is to be; a sealed part opens only for the same answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// What it is for.
    pub used: Use,
    /// Whose; nothing for the region.
    pub site: Option<InstitutionId>,
    /// The byte of its suite; 0 for a secret.
    pub suite: u8,
}

/// What a custody made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The public part; for a secret a digest of it.
    pub public: Vec<u8>,
    /// The private part as it may be stored.
    pub sealed: Vec<u8>,
}

/// A private key that is open.
pub trait Signing: Send + Sync {
    /// Signs.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault>;
}

/// Keeps private parts; see the module for who implements it.
pub trait Custody: Send + Sync + fmt::Debug {
    /// The suite that new keys get here when `asked` is wished for: a token may not
    /// have every mechanism.
    fn suite(&self, asked: u8) -> u8 {
        asked
    }

    /// Makes a pair, or a secret when the suite is 0.
    fn make(&self, wanted: &Wanted, chance: &dyn Chance) -> Result<Made, Error>;

    /// Opens a pair for signing.
    fn signing(&self, wanted: &Wanted, made: &Made) -> Result<Arc<dyn Signing>, Error>;

    /// Opens a secret.
    fn secret(&self, wanted: &Wanted, made: &Made) -> Result<Secret, Error>;
}

/// A pair in this process's memory.
struct InProcess(suites::PrivateKey);

impl Signing for InProcess {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        self.0
            .sign(message)
            .map(|signature| signature.to_vec())
            .map_err(|error| Fault::from_source(kernel::FaultKind::Broken, "signing", error))
    }
}

/// Whether a signature fits a public part and a message; false for a suite or a
/// key that is not known here.
pub fn fits(suite: u8, public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(signature) = signature.try_into() else { return false };
    suites::of(suite)
        .ok()
        .and_then(|suite| suite.public_key(public).ok())
        .is_some_and(|key| key.verify(message, signature))
}

/// A fresh private part with its public part.
fn drawn(wanted: &Wanted, chance: &dyn Chance) -> Result<(Secret, Vec<u8>), Error> {
    if wanted.suite == 0 {
        let secret = Secret::of(&mut chance.key());
        return Ok((secret.clone(), digest_of(&secret)));
    }
    let suite = known(wanted.suite)?;
    let pair = suite.generate(&mut |bytes| chance.fill(bytes));
    let mut bytes = **pair.secret();
    Ok((Secret::of(&mut bytes), pair.public().to_vec()))
}

fn known(suite: u8) -> Result<&'static dyn suites::Suite, Fault> {
    suites::of(suite).map_err(|_unknown| Fault::broken(format!("suite {suite} is not known")))
}

/// What stands for a secret where others have a public part.
fn digest_of(secret: &Secret) -> Vec<u8> {
    secret.derive(b"yima-secret-name").bytes().to_vec()
}

fn pair_of(wanted: &Wanted, made: &Made, secret: &Secret) -> Result<Arc<dyn Signing>, Error> {
    let pair = known(wanted.suite)?
        .private_key(secret.bytes())
        .map_err(|_bad| Fault::broken("keys_keys.sealed holds no key of its suite"))?;
    if pair.public() != made.public {
        return Err(Fault::broken("keys_keys.sealed does not belong to its public part").into());
    }
    Ok(Arc::new(InProcess(pair)))
}

fn whole(wanted: &Wanted, made: &Made, secret: Secret) -> Result<Secret, Error> {
    if wanted.suite == 0 && digest_of(&secret) == made.public {
        return Ok(secret);
    }
    Err(Fault::broken("keys_keys.sealed does not belong to its digest").into())
}

/// Private parts encrypted with AES-256-GCM; use, site, suite and public part are
/// authenticated with them, so that no row can be passed off as another.
#[derive(Debug)]
pub struct Sealed {
    key: Secret,
}

const NONCE_LEN: usize = suites::NONCE_LEN;

impl Sealed {
    /// A custody under a key that only this process has.
    pub fn under(key: Secret) -> Self {
        Self { key }
    }

    /// Seals what is no key of the ring under a name, so that it opens for that name
    /// only.
    pub(crate) fn wrap(key: &Secret, name: &[u8], plain: &[u8], chance: &dyn Chance) -> Result<Vec<u8>, Fault> {
        let mut nonce = [0; NONCE_LEN];
        chance.fill(&mut nonce);
        let sealed = suites::intl().seal(key.bytes(), nonce, name, plain).ok_or_else(|| Fault::broken("sealing"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Sealed::wrap`] sealed.
    pub(crate) fn unwrap(key: &Secret, name: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Refusal::SecretWrong)?;
        Ok(suites::intl().open(key.bytes(), *nonce, name, sealed).ok_or(Refusal::SecretWrong)?)
    }

    fn context(wanted: &Wanted, public: &[u8]) -> Vec<u8> {
        let site = wanted.site.map_or(0, |site| site.0).to_be_bytes();
        [b"yima-key-1\0", wanted.used.name().as_bytes(), b"\0", &site, &[wanted.suite], public].concat()
    }

    fn open(&self, wanted: &Wanted, made: &Made) -> Result<Secret, Error> {
        let plain = Self::unwrap(&self.key, &Self::context(wanted, &made.public), &made.sealed)?;
        let mut bytes: [u8; SECRET_LEN] =
            plain.as_slice().try_into().map_err(|_length| Fault::broken("keys_keys.sealed is not 32 bytes"))?;
        Ok(Secret::of(&mut bytes))
    }
}

impl Custody for Sealed {
    fn make(&self, wanted: &Wanted, chance: &dyn Chance) -> Result<Made, Error> {
        let (secret, public) = drawn(wanted, chance)?;
        let sealed = Self::wrap(&self.key, &Self::context(wanted, &public), secret.bytes(), chance)?;
        Ok(Made { public, sealed })
    }

    fn signing(&self, wanted: &Wanted, made: &Made) -> Result<Arc<dyn Signing>, Error> {
        pair_of(wanted, made, &self.open(wanted, made)?)
    }

    fn secret(&self, wanted: &Wanted, made: &Made) -> Result<Secret, Error> {
        whole(wanted, made, self.open(wanted, made)?)
    }
}

/// Private parts as they are: for tests and benchmarks, refused in production.
#[derive(Debug, Clone, Copy)]
pub struct Unsealed;

impl Unsealed {
    fn open(made: &Made) -> Result<Secret, Error> {
        let mut bytes: [u8; SECRET_LEN] =
            made.sealed.as_slice().try_into().map_err(|_length| Refusal::SecretWrong.error())?;
        Ok(Secret::of(&mut bytes))
    }
}

impl Custody for Unsealed {
    fn make(&self, wanted: &Wanted, chance: &dyn Chance) -> Result<Made, Error> {
        let (secret, public) = drawn(wanted, chance)?;
        Ok(Made { public, sealed: secret.bytes().to_vec() })
    }

    fn signing(&self, wanted: &Wanted, made: &Made) -> Result<Arc<dyn Signing>, Error> {
        pair_of(wanted, made, &Self::open(made)?)
    }

    fn secret(&self, wanted: &Wanted, made: &Made) -> Result<Secret, Error> {
        whole(wanted, made, Self::open(made)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::chance::SeededChance;

    fn wanted(suite: u8, site: i64) -> Wanted {
        Wanted { used: Use::BillSeal, site: (site != 0).then_some(InstitutionId(site)), suite }
    }

    #[test]
    fn a_sealed_key_opens_for_its_own_row_and_secret_only() {
        let chance = SeededChance::new(1);
        let custody = Sealed::under(Secret::of(&mut [7; 32]));
        for suite in [suites::INTL, suites::GM, suites::INTL_P256] {
            let made = custody.make(&wanted(suite, 5), &chance).unwrap();
            let signature = custody.signing(&wanted(suite, 5), &made).unwrap().sign(b"text").unwrap();
            assert!(fits(suite, &made.public, b"text", &signature));
            assert!(!fits(suite, &made.public, b"texT", &signature));
            assert!(!fits(99, &made.public, b"text", &signature));
            assert!(!made.sealed.windows(32).any(|part| part == made.public));
            assert!(custody.signing(&wanted(suite, 6), &made).is_err(), "another site's row");
            let other = Sealed::under(Secret::of(&mut [8; 32]));
            assert_eq!(
                other.signing(&wanted(suite, 5), &made).err().map(|error| error.code()),
                Some("keys.secret-wrong")
            );
        }
    }

    #[test]
    fn every_flipped_bit_of_a_sealed_secret_is_noticed() {
        let chance = SeededChance::new(2);
        for custody in [&Sealed::under(Secret::of(&mut [7; 32])) as &dyn Custody, &Unsealed] {
            let made = custody.make(&wanted(0, 0), &chance).unwrap();
            assert!(custody.secret(&wanted(0, 0), &made).is_ok());
            for bit in 0..made.sealed.len() * 8 {
                let mut bad = made.clone();
                bad.sealed[bit / 8] ^= 1 << (bit % 8);
                assert!(custody.secret(&wanted(0, 0), &bad).is_err(), "bit {bit}");
            }
        }
    }
}
