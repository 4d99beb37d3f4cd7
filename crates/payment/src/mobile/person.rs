//! Who pays, and for whom, as the channel must know it (`payer`, `relative`): the name and
//! the digest of the document, each encrypted with the channel's public key. In clear they
//! live between the index and this file only; what is kept, sent and sent again is the
//! sealed form, made once.

use super::sign::{KeyFault, from_pem};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of a document, by the channel's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CardType {
    /// The resident identity card.
    IdCard,
    /// A foreigner's passport.
    ForeignerPassport,
}

/// Somebody's name and document in clear; never printed, never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// As the document writes it.
    pub name: String,
    /// The document's number.
    pub document: String,
    /// Its kind.
    pub card: CardType,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

/// The same, sealed for the channel alone; Base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    name: String,
    id_digest: String,
    card_type: CardType,
}

/// Encrypts for the channel: RSA-OAEP with SHA-1, as its interface asks.
pub struct Sealer(OaepPublicEncryptingKey);

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

/// The digest of a document's number by which the channel compares it: MD5 of its capitals,
/// in small hexadecimal digits. No protection by itself, which is why it is encrypted too.
fn digest(document: &str) -> String {
    let digest: [u8; 16] = Md5::digest(document.trim().to_uppercase()).into();
    store::value::hex(&digest)
}

impl Sealer {
    /// Takes the channel's public key, PEM.
    pub fn new(key_pem: &str) -> Result<Self, KeyFault> {
        let wrong = || KeyFault("the channel's key does not encrypt");
        let key = PublicEncryptingKey::from_der(&from_pem(key_pem)?).map_err(|_rejected| wrong())?;
        OaepPublicEncryptingKey::new(key).map(Self).map_err(|_unspecified| wrong())
    }

    fn text(&self, clear: &str) -> Result<String, KeyFault> {
        let mut sealed = vec![0; self.0.ciphertext_size()];
        let sealed = self
            .0
            .encrypt(&OAEP_SHA1_MGF1SHA1, clear.as_bytes(), &mut sealed, None)
            .map_err(|_unspecified| KeyFault("a name is too long to be encrypted"))?;
        Ok(STANDARD.encode(sealed))
    }

    /// Seals somebody; the same person is sealed otherwise each time.
    pub fn seal(&self, who: &Identity) -> Result<Sealed, KeyFault> {
        Ok(Sealed {
            name: self.text(who.name.trim())?,
            id_digest: self.text(&digest(&who.document))?,
            card_type: who.card,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_never_printed() {
        let who = Identity { name: "周静怡".into(), document: "11010119850307002X".into(), card: CardType::IdCard };
        assert_eq!(format!("{who:?}"), "Identity");
        // RFC 1321's "abc", in capitals.
        assert_eq!(digest("abc"), digest(" ABC "));
        assert_eq!(digest("ABC"), "902fbdd2b1df0c4f70b4a5d23525e932");
    }
}
