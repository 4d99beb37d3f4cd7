//! Signatures: `WECHATPAY2-SHA256-RSA2048` on what we send, the channel's own on
//! what it answers and calls back, each over lines that end in a line feed.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKey};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::time::SECOND;
use std::fmt;

/// The scheme's name in `Authorization`.
pub const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";
/// How far the channel's clock may be from ours, either way.
pub const WINDOW: i64 = 300 * SECOND;

/// A key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFault(
    /// What is wrong with it.
    pub &'static str,
);

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for KeyFault {}

/// The bytes inside a PEM block, whatever its label.
pub fn from_pem(pem: &str) -> Result<Vec<u8>, KeyFault> {
    let body: String =
        pem.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("-----")).collect();
    STANDARD.decode(body).map_err(|_bad| KeyFault("not PEM"))
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A new pair of keys, for the demo, a stand-in and tests.
#[derive(Clone)]
pub struct Fresh {
    /// PKCS#8 PEM.
    pub private_pem: String,
    /// X.509 `SubjectPublicKeyInfo` PEM.
    pub public_pem: String,
    /// The bare `RSAPublicKey`, DER.
    pub public_bare: Vec<u8>,
}

impl Fresh {
    /// Makes an RSA pair of 2048 bits.
    pub fn new() -> Result<Self, KeyFault> {
        let broken = |_unspecified| KeyFault("no key could be made");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(broken)?;
        let private: Pkcs8V1Der<'_> = pair.as_der().map_err(broken)?;
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(broken)?;
        Ok(Self {
            private_pem: pem("PRIVATE KEY", private.as_ref()),
            public_pem: pem("PUBLIC KEY", public.as_ref()),
            public_bare: pair.public_key().as_ref().to_vec(),
        })
    }
}

impl fmt::Debug for Fresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fresh")
    }
}

/// What is signed of a request.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Path with its query.
    pub path: &'a str,
    /// Seconds since 1970.
    pub at: i64,
    /// Chance, 32 hexadecimal digits.
    pub nonce: &'a str,
    /// The body; empty for `GET`.
    pub body: &'a str,
}

/// Signs as one merchant.
pub struct Signer {
    mchid: String,
    serial: String,
    pair: KeyPair,
}

impl Signer {
    /// Reads the merchant's private key.
    pub fn new(mchid: &str, serial: &str, key_pem: &str) -> Result<Self, KeyFault> {
        let pair = KeyPair::from_pkcs8(&from_pem(key_pem)?).map_err(|_rejected| KeyFault("not a PKCS#8 RSA key"))?;
        Ok(Self { mchid: mchid.to_owned(), serial: serial.to_owned(), pair })
    }

    /// The value of `Authorization`.
    pub fn authorization(&self, what: &Signed<'_>) -> Result<String, KeyFault> {
        let Signed { method, path, at, nonce, body } = what;
        let message = format!("{method}\n{path}\n{at}\n{nonce}\n{body}\n");
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|_unspecified| KeyFault("the key does not sign"))?;
        Ok(format!(
            "{SCHEME} mchid=\"{}\",nonce_str=\"{nonce}\",signature=\"{}\",timestamp=\"{at}\",serial_no=\"{}\"",
            self.mchid,
            STANDARD.encode(&signature),
            self.serial,
        ))
    }
}

/// What comes with a signed answer or callback.
#[derive(Debug, Clone, Default)]
pub struct Stamp {
    /// `Wechatpay-Timestamp`, seconds since 1970.
    pub at: String,
    /// `Wechatpay-Nonce`.
    pub nonce: String,
    /// `Wechatpay-Signature`, base 64.
    pub signature: String,
    /// `Wechatpay-Serial`: which key.
    pub serial: String,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// A header is missing.
    Missing,
    /// Made with a key that is not the channel's.
    OtherKey,
    /// Too old, or from the future.
    OutOfTime,
    /// Does not fit the body.
    Wrong,
}

impl Unsigned {
    /// One sentence for the trail.
    pub fn says(self) -> &'static str {
        match self {
            Self::Missing => "a signature header is missing",
            Self::OtherKey => "signed with a key that is not the channel's",
            Self::OutOfTime => "the time stamp is more than five minutes off",
            Self::Wrong => "the signature does not fit the body",
        }
    }
}

/// Checks what the channel signed.
pub struct Verifier {
    serial: String,
    key: UnparsedPublicKey<Vec<u8>>,
}

impl Verifier {
    /// Reads the channel's public key.
    pub fn new(serial: &str, key_pem: &str) -> Result<Self, KeyFault> {
        let der = from_pem(key_pem)?;
        PublicKey::from_der(&der).map_err(|_rejected| KeyFault("not an RSA public key"))?;
        Ok(Self { serial: serial.to_owned(), key: UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der) })
    }

    /// Whether the channel signed this body lately; `now` in microseconds UTC.
    pub fn check(&self, stamp: &Stamp, body: &[u8], now: i64) -> Result<(), Unsigned> {
        if [&stamp.at, &stamp.nonce, &stamp.signature, &stamp.serial].iter().any(|part| part.is_empty()) {
            return Err(Unsigned::Missing);
        }
        if stamp.serial != self.serial {
            return Err(Unsigned::OtherKey);
        }
        let at = stamp.at.parse::<i64>().ok().and_then(|at| at.checked_mul(SECOND));
        if at.and_then(|at| at.checked_sub(now)).is_none_or(|off| !(-WINDOW..=WINDOW).contains(&off)) {
            return Err(Unsigned::OutOfTime);
        }
        let signature = STANDARD.decode(&stamp.signature).map_err(|_bad| Unsigned::Wrong)?;
        let mut message = format!("{}\n{}\n", stamp.at, stamp.nonce).into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        self.key.verify(&message, &signature).map_err(|_unspecified| Unsigned::Wrong)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("serial", &self.serial).finish_non_exhaustive()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("mchid", &self.mchid).finish_non_exhaustive()
    }
}
