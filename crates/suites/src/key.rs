//! Private and public keys of every suite, parsed once and used often.

use crate::{SIGNATURE_LEN, Secret, gm, intl};

/// Why bytes are not a key of the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadKey {
    /// Another number of bytes than the suite's keys have.
    Length(usize),
    /// Not a point of the curve in its one canonical form, of a small subgroup, or
    /// not a scalar below the order.
    Value,
}

impl std::fmt::Display for BadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Length(length) => write!(f, "no key of this suite has {length} bytes"),
            Self::Value => f.write_str("the bytes are not a key of this suite"),
        }
    }
}

impl std::error::Error for BadKey {}

/// Whether bytes are a compressed point as it is written here: the backends would also
/// read the form without the sign of y, a second name of one key.
pub(crate) fn compressed(public: &[u8]) -> bool {
    matches!(public.first(), Some(2 | 3))
}

/// A backend did not sign; keys made here never meet it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignError;

impl std::fmt::Display for SignError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the key could not sign")
    }
}

impl std::error::Error for SignError {}

/// A private key; its secret is wiped when dropped and never printed.
pub struct PrivateKey {
    pub(crate) suite: u8,
    pub(crate) secret: Secret,
    pub(crate) public: Vec<u8>,
    pub(crate) signer: Signer,
}

pub(crate) enum Signer {
    Ed25519(Box<aws_lc_rs::signature::Ed25519KeyPair>),
    P256(Box<p256::ecdsa::SigningKey>),
    Sm2(Box<sm2::dsa::SigningKey>),
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey of suite {}", self.suite)
    }
}

impl Drop for PrivateKey {
    fn drop(&mut self) {
        // The other backends wipe their own; SM2's does not.
        if let Signer::Sm2(key) = &mut self.signer {
            gm::overwrite(key);
        }
    }
}

impl PrivateKey {
    /// The byte of its suite.
    pub fn suite(&self) -> u8 {
        self.suite
    }

    /// The public key, 32 or 33 bytes.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The 32 secret bytes, for sealing them away.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Signs; the same message gives the same signature in every suite.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LEN], SignError> {
        match &self.signer {
            Signer::Ed25519(pair) => pair.sign(message).as_ref().try_into().map_err(|_length| SignError),
            Signer::P256(key) => intl::sign_p256(key, message),
            Signer::Sm2(key) => gm::sign(key, message),
        }
    }
}

/// A public key, parsed.
#[derive(Debug)]
pub struct PublicKey {
    pub(crate) suite: u8,
    pub(crate) bytes: Vec<u8>,
    pub(crate) verifier: Verifier,
}

#[derive(Debug)]
pub(crate) enum Verifier {
    Ed25519(intl::Ed25519Key),
    P256(Box<aws_lc_rs::signature::ParsedPublicKey>),
    Sm2(Box<gm::Sm2Key>),
}

impl PublicKey {
    /// The byte of its suite.
    pub fn suite(&self) -> u8 {
        self.suite
    }

    /// Its bytes, 32 or 33.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the signature is this key's over the message.
    pub fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
        match &self.verifier {
            Verifier::Ed25519(_point) => intl::Ed25519Key::verify(&self.bytes, message, signature),
            Verifier::P256(key) => key.verify_sig(message, signature).is_ok(),
            Verifier::Sm2(key) => key.verify(message, signature),
        }
    }
}

/// A signature to be checked, for [`crate::Suite::verify_batch`].
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Who is said to have signed.
    pub key: &'a PublicKey,
    /// What.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a [u8; SIGNATURE_LEN],
}
