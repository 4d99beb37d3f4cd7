//! The trust list: whose signatures count, for what, from when until when. Signed by
//! a root that the checker was given by hand, and kept by it while offline.
//!
//! It travels as a tagged COSE_Sign1 with the context `YM1 trust list` and this
//! payload, in deterministic CBOR:
//!
//! ```text
//! [1, version, made at, realm (0 production, 1 test),
//!  [[kid, suite, uses, region, from, until, public key, name], … by kid]]
//! ```

use crate::cbor::{BadCbor, Reader, Writer};
use crate::cose::{BadCose, Sign, Sign1};
use suites::{BadKey, PublicKey, SignError};

/// What a trust list is signed for.
pub const CONTEXT: &[u8] = b"YM1 trust list";
/// Issuers of one list at most.
pub const ISSUERS_MAX: usize = 20_000;

/// The name of a key, chosen by who made it. The highest bit of its first byte tells
/// a test key, so that test and production keys never mix (C6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kid(
    /// Eight bytes.
    pub [u8; 8],
);

impl Kid {
    /// Whether it names a test key.
    pub fn is_test(self) -> bool {
        self.0[0] & 0x80 != 0
    }

    /// The realm of the key.
    pub fn realm(self) -> Realm {
        if self.is_test() { Realm::Test } else { Realm::Production }
    }
}

impl std::fmt::Display for Kid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The two worlds that never mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Realm {
    /// Where people are cared for.
    Production,
    /// Where programs are tried.
    Test,
}

/// What an issuer's key may sign, as bits.
pub mod uses {
    /// Credentials of kind Q2.
    pub const CREDENTIAL: u8 = 1;
    /// Paper of kind Q3.
    pub const PAPER: u8 = 2;
    /// Sites of kind Q4.
    pub const SITE: u8 = 4;
    /// Revocation lists.
    pub const REVOCATION: u8 = 8;
    /// All of them.
    pub const ALL: u8 = 15;
}

/// An issuer's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Names the key.
    pub kid: Kid,
    /// Suite byte.
    pub suite: u8,
    /// What it may sign: bits of [`uses`].
    pub uses: u8,
    /// Whose it is.
    pub region: u32,
    /// Counts from here, seconds since 1970.
    pub from: i64,
    /// Counts no longer from here.
    pub until: i64,
    /// The public key.
    pub public: Vec<u8>,
    /// Who it is, for the person at the desk.
    pub name: String,
}

/// A root: a key that a checker trusts because it was given by hand.
#[derive(Debug)]
pub struct Root {
    /// Names it.
    pub kid: Kid,
    key: PublicKey,
}

impl Root {
    /// A root from its public key; a suite that is not known is a bad key.
    pub fn new(kid: Kid, suite: u8, public: &[u8]) -> Result<Self, BadKey> {
        let known = suites::of(suite).map_err(|_unknown| BadKey::Value)?;
        Ok(Self { kid, key: known.public_key(public)? })
    }
}

/// Whose signatures count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustList {
    /// Rises with every change; an older one does not replace a newer one.
    pub version: u64,
    /// When it was made, seconds since 1970.
    pub made_at: i64,
    /// Which world it is of; all its kids are of the same.
    pub realm: Realm,
    /// The keys, by kid.
    pub issuers: Vec<Issuer>,
}

/// Why a list was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListRefused {
    /// Not a message of this form.
    Form(BadCose),
    /// No key that may sign it is named, or the signature is not its.
    Signature,
    /// Of the other realm, or with a key of it.
    Realm,
    /// Keys not in order, a key twice, or bytes that are no key.
    Issuer,
    /// Older than the one that is held.
    Older,
    /// Made in the future: the checker's clock is slow.
    Clock,
}

impl From<BadCbor> for ListRefused {
    fn from(bad: BadCbor) -> Self {
        Self::Form(bad.into())
    }
}

impl From<BadCose> for ListRefused {
    fn from(bad: BadCose) -> Self {
        Self::Form(bad)
    }
}

impl std::fmt::Display for ListRefused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Form(bad) => write!(f, "not a list: {bad}"),
            Self::Signature => f.write_str("not signed by a key that may"),
            Self::Realm => f.write_str("test and production keys do not mix"),
            Self::Issuer => f.write_str("keys out of order, twice or malformed"),
            Self::Older => f.write_str("older than the list that is held"),
            Self::Clock => f.write_str("made in the future: compare the clocks"),
        }
    }
}

impl std::error::Error for ListRefused {}

impl TrustList {
    fn payload(&self) -> Vec<u8> {
        let mut issuers: Vec<&Issuer> = self.issuers.iter().collect();
        issuers.sort_by_key(|issuer| issuer.kid);
        let mut out = Writer::new();
        out.array(5).int(1).int(i64::try_from(self.version).unwrap_or(i64::MAX)).int(self.made_at);
        out.int(i64::from(self.realm == Realm::Test)).array(issuers.len());
        for issuer in issuers {
            out.array(8).bytes(&issuer.kid.0).int(i64::from(issuer.suite)).int(i64::from(issuer.uses));
            out.int(i64::from(issuer.region)).int(issuer.from).int(issuer.until);
            out.bytes(&issuer.public).text(&issuer.name);
        }
        out.end()
    }

    /// Signs it with a root, for the checkers to fetch.
    pub fn sign(&self, root: &impl Sign, kid: Kid) -> Result<Vec<u8>, SignError> {
        Ok(Sign1::sign(root, &kid.0, CONTEXT, self.payload())?.write())
    }

    /// Reads a list that one of the roots signed.
    pub fn read(bytes: &[u8], roots: &[Root], realm: Realm) -> Result<Self, ListRefused> {
        let message = Sign1::read_strict(bytes)?;
        let root = roots.iter().find(|root| Some(root.kid.0.as_slice()) == message.kid.as_deref());
        let root = root.ok_or(ListRefused::Signature)?;
        if root.kid.realm() != realm {
            return Err(ListRefused::Realm);
        }
        if !message.verify(&root.key, CONTEXT) {
            return Err(ListRefused::Signature);
        }
        let list = content(&message.payload)?;
        if list.realm != realm || list.issuers.iter().any(|issuer| issuer.kid.realm() != realm) {
            return Err(ListRefused::Realm);
        }
        if !list.issuers.is_sorted_by(|one, next| one.kid < next.kid) {
            return Err(ListRefused::Issuer);
        }
        Ok(list)
    }
}

fn content(payload: &[u8]) -> Result<TrustList, BadCbor> {
    let mut reader = Reader::new(payload);
    reader.array_of(5)?;
    if reader.int()? != 1 {
        return Err(BadCbor::Value);
    }
    let version = reader.number()?;
    let made_at = reader.int()?;
    let realm = match reader.int()? {
        0 => Realm::Production,
        1 => Realm::Test,
        _ => return Err(BadCbor::Value),
    };
    let length = reader.array()?;
    if length > ISSUERS_MAX {
        return Err(BadCbor::Value);
    }
    let issuers = (0..length).map(|_issuer| issuer(&mut reader)).collect::<Result<_, _>>()?;
    reader.end()?;
    Ok(TrustList { version, made_at, realm, issuers })
}

fn issuer(reader: &mut Reader<'_>) -> Result<Issuer, BadCbor> {
    reader.array_of(8)?;
    Ok(Issuer {
        kid: Kid(reader.exactly()?),
        suite: reader.number()?,
        uses: reader.number()?,
        region: reader.number()?,
        from: reader.int()?,
        until: reader.int()?,
        public: reader.bytes()?.to_vec(),
        name: reader.text()?.to_owned(),
    })
}
