//! COSE_Sign1 (RFC 9052 §4.2): one signature over protected header, context and
//! payload. The codes carry the same signature in fewer bytes; this is the form in
//! which other programs check it, and in which lists travel.

use crate::cbor::{BadCbor, Reader, Writer};
use suites::{GM, INTL, INTL_P256, PrivateKey, PublicKey, SIGNATURE_LEN, SignError};

/// The tag of COSE_Sign1.
const TAG: u64 = 18;
/// SM2 with SM3 has no registered number: this one is of the range for private use.
pub const ALG_SM2: i64 = -65_537;
/// EdDSA (RFC 9053 §2.2).
pub const ALG_EDDSA: i64 = -8;
/// ECDSA with SHA-256 (RFC 9053 §2.1).
pub const ALG_ES256: i64 = -7;

/// Header labels (RFC 9052 §3.1).
const LABEL_ALG: i64 = 1;
const LABEL_KID: i64 = 4;

/// Why a message is none, or not to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCose {
    /// Not the CBOR of a COSE_Sign1.
    Form(BadCbor),
    /// No algorithm in the protected header, or one that no suite has.
    Algorithm,
    /// The signature does not have 64 bytes.
    Signature,
}

impl From<BadCbor> for BadCose {
    fn from(bad: BadCbor) -> Self {
        Self::Form(bad)
    }
}

impl std::fmt::Display for BadCose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Form(bad) => write!(f, "not a COSE_Sign1: {bad}"),
            Self::Algorithm => f.write_str("no known algorithm is named"),
            Self::Signature => f.write_str("the signature has another length"),
        }
    }
}

impl std::error::Error for BadCose {}

/// Signs: a key in memory, or one that stays in a module or a service and is asked.
pub trait Sign {
    /// The suite byte of the key.
    fn suite(&self) -> u8;

    /// The signature over a message.
    fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LEN], SignError>;
}

impl Sign for PrivateKey {
    fn suite(&self) -> u8 {
        PrivateKey::suite(self)
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LEN], SignError> {
        PrivateKey::sign(self, message)
    }
}

/// The algorithm of a suite's signatures.
pub fn algorithm(suite: u8) -> i64 {
    match suite {
        GM => ALG_SM2,
        INTL_P256 => ALG_ES256,
        _ => ALG_EDDSA,
    }
}

/// The suite of an algorithm.
pub fn suite_of(algorithm: i64) -> Option<u8> {
    match algorithm {
        ALG_EDDSA => Some(INTL),
        ALG_ES256 => Some(INTL_P256),
        ALG_SM2 => Some(GM),
        _ => None,
    }
}

/// A protected header that names algorithm and key, encoded.
pub fn protected(suite: u8, kid: &[u8]) -> Vec<u8> {
    Writer::new().map(2).int(LABEL_ALG).int(algorithm(suite)).int(LABEL_KID).bytes(kid).end()
}

/// What is signed (RFC 9052 §4.4); `context` is the external data, which does not
/// travel and tells what the signature is for.
pub fn to_be_signed(protected: &[u8], context: &[u8], payload: &[u8]) -> Vec<u8> {
    Writer::new().array(4).text("Signature1").bytes(protected).bytes(context).bytes(payload).end()
}

/// A signed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign1 {
    /// The protected header, encoded.
    pub protected: Vec<u8>,
    /// The algorithm it names.
    pub algorithm: i64,
    /// The key it names, from the protected header or else the other.
    pub kid: Option<Vec<u8>>,
    /// The signed content.
    pub payload: Vec<u8>,
    /// The signature.
    pub signature: [u8; SIGNATURE_LEN],
}

impl Sign1 {
    /// Signs a payload for a context.
    pub fn sign(key: &impl Sign, kid: &[u8], context: &[u8], payload: Vec<u8>) -> Result<Self, SignError> {
        let protected = protected(key.suite(), kid);
        let signature = key.sign(&to_be_signed(&protected, context, &payload))?;
        let (algorithm, kid) = (algorithm(key.suite()), Some(kid.to_vec()));
        Ok(Self { protected, algorithm, kid, payload, signature })
    }

    /// The message with its tag; everything stands in the protected header.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.tag(TAG).array(4).bytes(&self.protected).map(0).bytes(&self.payload).bytes(&self.signature);
        out.end()
    }

    /// Reads a message of any program, with or without the tag. Whether what stands
    /// in the other header matters is for who reads it; nothing here trusts it.
    pub fn read(bytes: &[u8]) -> Result<Self, BadCose> {
        let mut reader = Reader::new(bytes);
        match reader.tag()? {
            None | Some(TAG) => {}
            Some(_) => return Err(BadCbor::Type.into()),
        }
        reader.array_of(4)?;
        let protected = reader.bytes()?;
        let mut inside = Reader::new(protected);
        let header = header_in(&mut inside)?;
        inside.end()?;
        let other = header_in(&mut reader)?;
        let payload = reader.bytes()?.to_vec();
        let signature = reader.bytes()?.try_into().map_err(|_length| BadCose::Signature)?;
        reader.end()?;
        let algorithm = header.algorithm.ok_or(BadCose::Algorithm)?;
        Ok(Self { protected: protected.to_vec(), algorithm, kid: header.kid.or(other.kid), payload, signature })
    }

    /// Reads a message that this crate wrote: tagged, nothing in the other header, and
    /// no byte otherwise than it is written here.
    pub fn read_strict(bytes: &[u8]) -> Result<Self, BadCose> {
        let message = Self::read(bytes)?;
        if message.write() == bytes { Ok(message) } else { Err(BadCbor::Form.into()) }
    }

    /// The suite of the algorithm it names.
    pub fn suite(&self) -> Result<u8, BadCose> {
        suite_of(self.algorithm).ok_or(BadCose::Algorithm)
    }

    /// Whether the key signed it for the context, by the algorithm it names.
    pub fn verify(&self, key: &PublicKey, context: &[u8]) -> bool {
        let same = self.suite() == Ok(key.suite());
        same && key.verify(&to_be_signed(&self.protected, context, &self.payload), &self.signature)
    }
}

#[derive(Default)]
struct Header {
    algorithm: Option<i64>,
    kid: Option<Vec<u8>>,
}

fn header_in(reader: &mut Reader<'_>) -> Result<Header, BadCose> {
    let mut header = Header::default();
    let pairs = reader.map()?;
    for _pair in 0..pairs {
        // Labels may be texts; those are passed over with their values.
        let mut ahead = reader.clone();
        let Ok(label) = ahead.int() else {
            reader.skip()?;
            reader.skip()?;
            continue;
        };
        *reader = ahead;
        match label {
            LABEL_ALG => header.algorithm = Some(reader.int()?),
            LABEL_KID => header.kid = Some(reader.bytes()?.to_vec()),
            _ => reader.skip()?,
        }
    }
    Ok(header)
}
