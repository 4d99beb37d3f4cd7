//! Suite 2: SM2 (GB/T 32918), SM3 (GB/T 32905) and SM4-GCM (GB/T 32907, RFC 8998),
//! the signer's identity always being the standard's default.
//!
//! Signing is the backend's, in constant time. Checking follows GB/T 32918.2 §7.1
//! on the backend's curve arithmetic with its variable-time sum, which is allowed
//! because everything in a check is public.

use crate::key::{Signer, Verifier, compressed};
use crate::{
    BadKey, BlockKey, DIGEST_LEN, GM, MacKey, NONCE_LEN, PrivateKey, PublicKey, SIGNATURE_LEN, SignError, Suite,
};
use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use sm2::elliptic_curve::group::Group as _;
use sm2::elliptic_curve::ops::{MulByGeneratorVartime as _, Reduce as _};
use sm2::elliptic_curve::point::AffineCoordinates as _;
use sm2::elliptic_curve::sec1::ToSec1Point as _;
use sm2::{ProjectivePoint, Scalar};
use sm3::{Digest as _, Sm3};
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// The default identity of GB/T 35276 §10.
pub(crate) const IDENTITY: &str = "1234567812345678";

/// `a ‖ b ‖ x_G ‖ y_G` of the curve (GB/T 32918.5 §2), as they enter `Z_A`.
const CURVE: [u8; 128] = [
    0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFC, 0x28, 0xE9, 0xFA, 0x9E, 0x9D, 0x9F,
    0x5E, 0x34, 0x4D, 0x5A, 0x9E, 0x4B, 0xCF, 0x65, 0x09, 0xA7, 0xF3, 0x97, 0x89, 0xF5, 0x15, 0xAB, 0x8F, 0x92, 0xDD,
    0xBC, 0xBD, 0x41, 0x4D, 0x94, 0x0E, 0x93, 0x32, 0xC4, 0xAE, 0x2C, 0x1F, 0x19, 0x81, 0x19, 0x5F, 0x99, 0x04, 0x46,
    0x6A, 0x39, 0xC9, 0x94, 0x8F, 0xE3, 0x0B, 0xBF, 0xF2, 0x66, 0x0B, 0xE1, 0x71, 0x5A, 0x45, 0x89, 0x33, 0x4C, 0x74,
    0xC7, 0xBC, 0x37, 0x36, 0xA2, 0xF4, 0xF6, 0x77, 0x9C, 0x59, 0xBD, 0xCE, 0xE3, 0x6B, 0x69, 0x21, 0x53, 0xD0, 0xA9,
    0x87, 0x7C, 0xC6, 0x2A, 0x47, 0x40, 0x02, 0xDF, 0x32, 0xE5, 0x21, 0x39, 0xF0, 0xA0,
];

type Sm4Gcm = AesGcm<sm4::Sm4, U12>;

#[derive(Debug)]
pub(crate) struct Gm;

/// A public key with the digest state that already holds `Z_A`.
#[derive(Debug)]
pub(crate) struct Sm2Key {
    point: ProjectivePoint,
    begun: Sm3,
}

impl Sm2Key {
    fn new(public: &sm2::PublicKey) -> Self {
        let point = public.to_sec1_point(false);
        // ENTL is the identity's length in bits: 16 bytes.
        let entl = [0, 128];
        let za = Sm3::new()
            .chain_update(entl)
            .chain_update(IDENTITY)
            .chain_update(CURVE)
            .chain_update(&point.as_bytes()[1..])
            .finalize();
        Self { point: public.to_projective(), begun: Sm3::new_with_prefix(za) }
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
        let Ok(signature) = sm2::dsa::Signature::from_bytes(&(*signature).into()) else { return false };
        let (r, s) = (signature.r(), signature.s());
        let e = Scalar::reduce(&self.begun.clone().chain_update(message).finalize());
        let t = *r + *s;
        if bool::from(t.is_zero()) {
            return false;
        }
        let sum = ProjectivePoint::mul_by_generator_and_mul_add_vartime(&s, &t, &self.point);
        !bool::from(sum.is_identity()) && *r == e + Scalar::reduce(&sum.to_affine().x())
    }
}

pub(crate) fn sign(key: &sm2::dsa::SigningKey, message: &[u8]) -> Result<[u8; SIGNATURE_LEN], SignError> {
    use sm2::dsa::signature::Signer as _;
    let signature = key.try_sign(message).map_err(|_backend| SignError)?;
    Ok(signature.to_bytes().into())
}

/// Puts a key that everybody knows in the place of one that is no longer needed.
pub(crate) fn overwrite(key: &mut sm2::dsa::SigningKey) {
    static KNOWN: OnceLock<Option<sm2::dsa::SigningKey>> = OnceLock::new();
    if let Some(known) = KNOWN.get_or_init(|| sm2::dsa::SigningKey::from_slice(IDENTITY, &[1; 32]).ok()) {
        key.clone_from(known);
        // Keeps the compiler from leaving out a write that nobody reads.
        std::hint::black_box(key);
    }
}

fn half(key: &[u8; 32]) -> [u8; 16] {
    std::array::from_fn(|at| key[at])
}

impl Suite for Gm {
    fn byte(&self) -> u8 {
        GM
    }

    fn name(&self) -> &'static str {
        "gm"
    }

    fn public_len(&self) -> usize {
        33
    }

    fn digest(&self, parts: &[&[u8]]) -> [u8; DIGEST_LEN] {
        let mut digest = Sm3::new();
        for part in parts {
            digest.update(part);
        }
        digest.finalize().into()
    }

    fn mac_key(&self, key: &[u8; 32]) -> MacKey {
        MacKey::sm3(key)
    }

    fn block_key(&self, key: &[u8; 32]) -> BlockKey {
        BlockKey::sm4(half(key))
    }

    fn seal(&self, key: &[u8; 32], nonce: [u8; NONCE_LEN], context: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        Sm4Gcm::new(&half(key).into()).encrypt(&nonce.into(), Payload { msg: plain, aad: context }).ok()
    }

    fn open(
        &self,
        key: &[u8; 32],
        nonce: [u8; NONCE_LEN],
        context: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let opened = Sm4Gcm::new(&half(key).into()).decrypt(&nonce.into(), Payload { msg: sealed, aad: context });
        opened.ok().map(Zeroizing::new)
    }

    fn private_key(&self, secret: &[u8; 32]) -> Result<PrivateKey, BadKey> {
        let key = sm2::dsa::SigningKey::from_slice(IDENTITY, secret).map_err(|_rejected| BadKey::Value)?;
        let public = key.verifying_key().to_sec1_point(true).as_bytes().to_vec();
        Ok(PrivateKey { suite: GM, secret: Zeroizing::new(*secret), public, signer: Signer::Sm2(Box::new(key)) })
    }

    fn public_key(&self, public: &[u8]) -> Result<PublicKey, BadKey> {
        if public.len() != self.public_len() {
            return Err(BadKey::Length(public.len()));
        }
        if !compressed(public) {
            return Err(BadKey::Value);
        }
        let key = sm2::PublicKey::from_sec1_bytes(public).map_err(|_rejected| BadKey::Value)?;
        Ok(PublicKey { suite: GM, bytes: public.to_vec(), verifier: Verifier::Sm2(Box::new(Sm2Key::new(&key))) })
    }
}
