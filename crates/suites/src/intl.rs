//! Suites 1 and 3: SHA-256, AES-256-GCM, and Ed25519 (RFC 8032) or ECDSA P-256
//! (FIPS 186-5) signatures.

use crate::key::{Signer, Verifier, compressed};
use crate::{
    BadKey, BlockKey, DIGEST_LEN, INTL, INTL_P256, MacKey, NONCE_LEN, PrivateKey, PublicKey, SIGNATURE_LEN, SignError,
    Signed, Suite,
};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519 as ED25519_RULE, Ed25519KeyPair, KeyPair as _};
use aws_lc_rs::signature::{ParsedPublicKey, UnparsedPublicKey};
use ed25519_dalek::VerifyingKey;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// Items of one batch at most: beyond, the gain is small and a bad one costs more.
const BATCH_MAX: usize = 512;
/// Below this a batch is not faster than one by one.
const BATCH_MIN: usize = 4;

/// One of the two suites; they differ in the signature only.
#[derive(Debug)]
pub(crate) struct Intl {
    edwards: bool,
}

pub(crate) static ED25519: Intl = Intl { edwards: true };
pub(crate) static P256: Intl = Intl { edwards: false };

/// An Ed25519 key; the curve point is computed when a batch first asks for it.
#[derive(Debug)]
pub(crate) struct Ed25519Key {
    point: OnceLock<Option<VerifyingKey>>,
}

impl Ed25519Key {
    pub(crate) fn verify(bytes: &[u8], message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
        UnparsedPublicKey::new(&ED25519_RULE, bytes).verify(message, signature).is_ok()
    }

    fn point(&self, bytes: &[u8]) -> Option<&VerifyingKey> {
        self.point.get_or_init(|| VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()).as_ref()
    }
}

/// Half of the order of P-256, rounded down: a larger `s` is the same signature
/// written the other way.
pub const P256_HALF_ORDER: [u8; 32] = [
    0x7F, 0xFF, 0xFF, 0xFF, 0x80, 0x00, 0x00, 0x00, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xDE, 0x73, 0x7D,
    0x56, 0xD3, 0x8B, 0xCF, 0x42, 0x79, 0xDC, 0xE5, 0x61, 0x7E, 0x31, 0x92, 0xA8,
];

pub(crate) fn sign_p256(key: &p256::ecdsa::SigningKey, message: &[u8]) -> Result<[u8; SIGNATURE_LEN], SignError> {
    use p256::ecdsa::signature::Signer as _;
    let signature: p256::ecdsa::Signature = key.try_sign(message).map_err(|_backend| SignError)?;
    signature.normalize_s().to_bytes().as_slice().try_into().map_err(|_length| SignError)
}

fn edwards_private(secret: &[u8; 32]) -> Result<PrivateKey, BadKey> {
    let pair = Ed25519KeyPair::from_seed_unchecked(secret).map_err(|_rejected| BadKey::Value)?;
    let public = pair.public_key().as_ref().to_vec();
    Ok(PrivateKey { suite: INTL, secret: Zeroizing::new(*secret), public, signer: Signer::Ed25519(Box::new(pair)) })
}

fn p256_private(secret: &[u8; 32]) -> Result<PrivateKey, BadKey> {
    let key = p256::ecdsa::SigningKey::from_slice(secret).map_err(|_rejected| BadKey::Value)?;
    let public = key.verifying_key().to_sec1_point(true).as_bytes().to_vec();
    Ok(PrivateKey { suite: INTL_P256, secret: Zeroizing::new(*secret), public, signer: Signer::P256(Box::new(key)) })
}

impl Intl {
    fn parsed(&self, public: &[u8]) -> Result<PublicKey, BadKey> {
        if public.len() != self.public_len() {
            return Err(BadKey::Length(public.len()));
        }
        let verifier = if self.edwards {
            Verifier::Ed25519(Ed25519Key { point: OnceLock::new() })
        } else {
            if !compressed(public) {
                return Err(BadKey::Value);
            }
            // This root of a square is twice as fast as the verifying library's own.
            let point = p256::PublicKey::from_sec1_bytes(public).map_err(|_rejected| BadKey::Value)?;
            let point = point.to_sec1_point(false);
            let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.as_bytes());
            let parsed = parsed.map_err(|_rejected| BadKey::Value)?;
            Verifier::P256(Box::new(parsed))
        };
        Ok(PublicKey { suite: self.byte(), bytes: public.to_vec(), verifier })
    }
}

impl Suite for Intl {
    fn byte(&self) -> u8 {
        if self.edwards { INTL } else { INTL_P256 }
    }

    fn name(&self) -> &'static str {
        if self.edwards { "intl" } else { "intl-p256" }
    }

    fn public_len(&self) -> usize {
        if self.edwards { 32 } else { 33 }
    }

    fn digest(&self, parts: &[&[u8]]) -> [u8; DIGEST_LEN] {
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        for part in parts {
            context.update(part);
        }
        // SHA-256 has 32 bytes.
        let digest = context.finish();
        std::array::from_fn(|at| digest.as_ref()[at])
    }

    fn mac_key(&self, key: &[u8; 32]) -> MacKey {
        MacKey::sha256(key)
    }

    fn block_key(&self, key: &[u8; 32]) -> BlockKey {
        BlockKey::aes(key)
    }

    fn seal(&self, key: &[u8; 32], nonce: [u8; NONCE_LEN], context: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
        let mut sealed = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed).ok()?;
        Some(sealed)
    }

    fn open(
        &self,
        key: &[u8; 32],
        nonce: [u8; NONCE_LEN],
        context: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
        let mut plain = Zeroizing::new(sealed.to_vec());
        let length = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut plain).ok()?.len();
        plain.truncate(length);
        Some(plain)
    }

    fn private_key(&self, secret: &[u8; 32]) -> Result<PrivateKey, BadKey> {
        if self.edwards { edwards_private(secret) } else { p256_private(secret) }
    }

    fn public_key(&self, public: &[u8]) -> Result<PublicKey, BadKey> {
        let key = self.parsed(public)?;
        if let Verifier::Ed25519(edwards) = &key.verifier {
            let point = edwards.point(public).ok_or(BadKey::Value)?;
            // A point of small order would make signatures over anything valid; a
            // second way to write a point would be a second name of one key.
            if point.is_weak() || point.to_edwards().compress().as_bytes() != public {
                return Err(BadKey::Value);
            }
        }
        Ok(key)
    }

    fn vouched_key(&self, public: &[u8]) -> Result<PublicKey, BadKey> {
        self.parsed(public)
    }

    fn verify_batch(&self, items: &[Signed<'_>]) -> Vec<bool> {
        let mut found = Vec::with_capacity(items.len());
        for part in items.chunks(BATCH_MAX) {
            if self.edwards {
                by_halves(part, &mut found);
            } else {
                found.extend(part.iter().map(|item| item.key.verify(item.message, item.signature)));
            }
        }
        found
    }
}

/// Checks a batch as one; where it fails, its halves, so that few bad ones among
/// many cost little. The last word on a bad one has the single check.
fn by_halves(items: &[Signed<'_>], found: &mut Vec<bool>) {
    if items.len() < BATCH_MIN {
        found.extend(items.iter().map(|item| item.key.verify(item.message, item.signature)));
    } else if whole(items) {
        found.extend(std::iter::repeat_n(true, items.len()));
    } else {
        let (front, back) = items.split_at(items.len() / 2);
        by_halves(front, found);
        by_halves(back, found);
    }
}

fn whole(items: &[Signed<'_>]) -> bool {
    let mut keys = Vec::with_capacity(items.len());
    let mut messages = Vec::with_capacity(items.len());
    let mut signatures = Vec::with_capacity(items.len());
    for item in items {
        let Verifier::Ed25519(key) = &item.key.verifier else { return false };
        let Some(point) = key.point(&item.key.bytes) else { return false };
        keys.push(*point);
        messages.push(item.message);
        signatures.push(ed25519_dalek::Signature::from_bytes(item.signature));
    }
    ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok()
}
