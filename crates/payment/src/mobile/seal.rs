//! Opens what a callback carries: AES-256-GCM under the key of API v3, with nonce
//! and associated data beside it.

use super::sign::KeyFault;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// The sealed part of a callback.
#[derive(Debug, Clone, Deserialize)]
pub struct Resource {
    /// `AEAD_AES_256_GCM`.
    pub algorithm: String,
    /// Base 64 of the sealed bytes and their tag.
    pub ciphertext: String,
    /// Twelve characters.
    pub nonce: String,
    /// Sealed along, not hidden.
    #[serde(default)]
    pub associated_data: String,
}

/// The key that opens callbacks.
pub struct Opener(LessSafeKey);

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opener")
    }
}

impl Opener {
    /// Takes the 32 bytes of the key.
    pub fn new(key: &str) -> Result<Self, KeyFault> {
        let key =
            UnboundKey::new(&AES_256_GCM, key.as_bytes()).map_err(|_wrong| KeyFault("the seal key is not 32 bytes"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// The bytes inside, or nothing when the seal is broken or of another kind.
    pub fn open(&self, sealed: &Resource) -> Option<Vec<u8>> {
        if sealed.algorithm != "AEAD_AES_256_GCM" {
            return None;
        }
        let nonce = Nonce::try_assume_unique_for_key(sealed.nonce.as_bytes()).ok()?;
        let mut bytes = STANDARD.decode(&sealed.ciphertext).ok()?;
        let open = self.0.open_in_place(nonce, Aad::from(sealed.associated_data.as_bytes()), &mut bytes).ok()?;
        Some(open.to_vec())
    }
}
