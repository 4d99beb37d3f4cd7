//! The platform's side of signing and sealing.

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{Oaep, RsaPrivateKey};
use sha1::Sha1;

/// The parts of an `Authorization` of the scheme, by name.
pub fn parts(authorization: &str) -> Option<Vec<(String, String)>> {
    let rest = authorization.strip_prefix("WECHATPAY2-SHA256-RSA2048 ")?;
    rest.split(',')
        .map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().strip_prefix('"')?.strip_suffix('"')?.to_owned()))
        })
        .collect()
}

/// The platform's own key: it signs, and opens what was encrypted for it.
#[derive(Debug)]
pub struct OwnKey {
    signs: RsaKeyPair,
    opens: RsaPrivateKey,
}

impl OwnKey {
    /// Reads PKCS#8 PEM.
    ///
    /// # Errors
    /// When it is no such key.
    pub fn read(pem: &str) -> Result<Self, String> {
        let body: String = pem.lines().filter(|line| !line.contains("-----")).collect();
        let der = STANDARD.decode(body.trim()).map_err(|error| error.to_string())?;
        let signs = RsaKeyPair::from_pkcs8(&der).map_err(|error| error.to_string())?;
        let opens = RsaPrivateKey::from_pkcs8_der(&der).map_err(|error| error.to_string())?;
        Ok(Self { signs, opens })
    }

    /// Signs lines that each end in a line feed; base 64.
    pub fn sign(&self, lines: &[&[u8]]) -> String {
        let message = joined(lines);
        let mut signature = vec![0; self.signs.public().modulus_len()];
        match self.signs.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &message, &mut signature) {
            Ok(()) => STANDARD.encode(&signature),
            // A platform that cannot sign sends something that nobody believes.
            Err(_unspecified) => String::new(),
        }
    }
}

impl OwnKey {
    /// Opens a text that was encrypted with the platform's public key (RSA-OAEP, SHA-1).
    pub fn open(&self, sealed: &str) -> Option<String> {
        let bytes = STANDARD.decode(sealed).ok()?;
        String::from_utf8(self.opens.decrypt(Oaep::<Sha1>::new(), &bytes).ok()?).ok()
    }
}

fn joined(lines: &[&[u8]]) -> Vec<u8> {
    let mut message = Vec::new();
    for line in lines {
        message.extend_from_slice(line);
        message.push(b'\n');
    }
    message
}

/// Whether a merchant's key (a bare `RSAPublicKey`, DER) signed these lines.
pub fn signed(merchant_key: &[u8], lines: &[&[u8]], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, merchant_key).verify(&joined(lines), &signature).is_ok()
}

/// Seals bytes with 32 bytes of key and 12 of nonce; base 64.
pub fn seal(key: &[u8], nonce: [u8; 12], associated: &str, bytes: &[u8]) -> Option<String> {
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    let sealed = cipher.encrypt(&nonce.into(), Payload { msg: bytes, aad: associated.as_bytes() }).ok()?;
    Some(STANDARD.encode(sealed))
}
