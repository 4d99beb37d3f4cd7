//! Cryptographic suites, each named by one byte, behind one trait: signatures,
//! digests, message authentication, authenticated encryption and one-block
//! encryption. No I/O, no clock; chance for new keys is handed in.
//!
//! | byte | name | signature | digest, MAC | AEAD, block | backend |
//! |---|---|---|---|---|---|
//! | 1 | `intl` | Ed25519 | SHA-256, HMAC | AES-256-GCM, AES-256 | aws-lc-rs; batches ed25519-dalek |
//! | 2 | `gm` | SM2 (id `1234567812345678`) | SM3, HMAC | SM4-GCM, SM4 | RustCrypto sm2, sm3, sm4 |
//! | 3 | `intl-p256` | ECDSA P-256 with SHA-256 | SHA-256, HMAC | AES-256-GCM, AES-256 | aws-lc-rs; signing RustCrypto p256 |
//!
//! Which key may sign what, whether it is a test key and when it is valid is for
//! `keys` and for the trust list of `code`.

mod gm;
mod intl;
mod key;
mod mac;
mod seal;

pub use intl::P256_HALF_ORDER;
pub use key::{BadKey, PrivateKey, PublicKey, SignError, Signed};
pub use mac::MacKey;
pub use seal::BlockKey;
pub use zeroize::Zeroizing;

/// Bytes of a digest, a MAC and a secret.
pub const DIGEST_LEN: usize = 32;
/// Bytes of a signature: `r ‖ s`, each 32 bytes big-endian, or Ed25519's 64.
pub const SIGNATURE_LEN: usize = 64;
/// Bytes of a nonce of the authenticated encryption.
pub const NONCE_LEN: usize = 12;
/// Bytes that authenticated encryption adds.
pub const TAG_LEN: usize = 16;

/// A secret of 32 bytes, wiped when dropped.
pub type Secret = Zeroizing<[u8; 32]>;

/// `intl` with Ed25519.
pub const INTL: u8 = 1;
/// `gm`: SM2, SM3, SM4.
pub const GM: u8 = 2;
/// `intl` with P-256, for holders whose phones lack Ed25519.
pub const INTL_P256: u8 = 3;

/// A suite byte that names nothing here (C6: refused, never guessed).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownSuite(
    /// The byte.
    pub u8,
);

impl std::fmt::Display for UnknownSuite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "suite {} is not known", self.0)
    }
}

impl std::error::Error for UnknownSuite {}

/// What a suite can do. Two families implement it: `intl` (twice, by signature
/// algorithm) and `gm`.
pub trait Suite: std::fmt::Debug + Send + Sync {
    /// The byte that names it.
    fn byte(&self) -> u8;

    /// Its name, for people and configuration.
    fn name(&self) -> &'static str;

    /// Bytes of a public key: 32 (Ed25519) or 33 (compressed point).
    fn public_len(&self) -> usize;

    /// The digest of the parts one after another.
    fn digest(&self, parts: &[&[u8]]) -> [u8; DIGEST_LEN];

    /// A key for message authentication, its inner state computed once.
    fn mac_key(&self, key: &[u8; 32]) -> MacKey;

    /// A key for single blocks of 16 bytes; `gm` uses the first 16 bytes of `key`.
    fn block_key(&self, key: &[u8; 32]) -> BlockKey;

    /// Encrypts and authenticates; the tag follows the text. `gm` uses the first 16
    /// bytes of `key`. A nonce must never repeat under one key.
    fn seal(&self, key: &[u8; 32], nonce: [u8; NONCE_LEN], context: &[u8], plain: &[u8]) -> Option<Vec<u8>>;

    /// Opens what [`Suite::seal`] made; nothing when anything was altered.
    fn open(&self, key: &[u8; 32], nonce: [u8; NONCE_LEN], context: &[u8], sealed: &[u8])
    -> Option<Zeroizing<Vec<u8>>>;

    /// A private key from its 32 bytes: Ed25519's seed, or a scalar big-endian.
    fn private_key(&self, secret: &[u8; 32]) -> Result<PrivateKey, BadKey>;

    /// A public key as strangers send it: one canonical form, on the curve, of full
    /// order.
    fn public_key(&self, public: &[u8]) -> Result<PublicKey, BadKey>;

    /// A public key that an issuer has checked and signed; skips the check of its
    /// order, which an offline check would pay for on every code.
    fn vouched_key(&self, public: &[u8]) -> Result<PublicKey, BadKey> {
        self.public_key(public)
    }

    /// Checks many signatures at once, cheaper than one by one where the suite can;
    /// the answers stand in the order of the items.
    fn verify_batch(&self, items: &[Signed<'_>]) -> Vec<bool> {
        items.iter().map(|item| item.key.verify(item.message, item.signature)).collect()
    }

    /// A new private key from handed-in chance, which fills the slice it gets.
    fn generate(&self, chance: &mut dyn FnMut(&mut [u8])) -> PrivateKey {
        let mut secret = Zeroizing::new([0; 32]);
        loop {
            chance(secret.as_mut_slice());
            // A scalar outside the group's order comes once in 2^32 draws.
            if let Ok(key) = self.private_key(&secret) {
                return key;
            }
        }
    }

    /// HKDF-Expand (RFC 5869) to one block: `MAC(key, info parts ‖ 01)`. The key must
    /// already be uniformly random, so nothing is extracted first.
    fn derive(&self, key: &MacKey, info: &[&[u8]]) -> Secret {
        let mut mac = key.begin();
        for part in info {
            mac.update(part);
        }
        mac.update(&[1]);
        Zeroizing::new(mac.end())
    }
}

/// The suite that a byte names.
pub fn of(byte: u8) -> Result<&'static dyn Suite, UnknownSuite> {
    match byte {
        INTL => Ok(&intl::ED25519),
        GM => Ok(&gm::Gm),
        INTL_P256 => Ok(&intl::P256),
        unknown => Err(UnknownSuite(unknown)),
    }
}

/// `intl` with Ed25519, the usual suite.
pub fn intl() -> &'static dyn Suite {
    &intl::ED25519
}

/// `gm`.
pub fn gm() -> &'static dyn Suite {
    &gm::Gm
}

/// Every suite.
pub fn all() -> [&'static dyn Suite; 3] {
    [&intl::ED25519, &gm::Gm, &intl::P256]
}
