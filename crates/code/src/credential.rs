//! Q2, for two offline sides: a credential that an issuer signed, and the holder's
//! signature over the moment and what the checker asked. 197 or 198 bytes.
//!
//! | bytes | holds |
//! |---|---|
//! | 0 | version 1, kind 2 |
//! | 1 | suite: 1, 2 or 3, of both signatures |
//! | 2–9 | kid of the issuer's key |
//! | 10–25 | pseudonym, only the issuer can tell whose |
//! | 26… | the holder's public key: 32 bytes in suite 1, else 33 |
//! | +0 | class of cover |
//! | +1–2 | cap of what may be settled offline, whole yuan |
//! | +3–6 | expiry, seconds since 1970 |
//! | +7–70 | the issuer's signature |
//! | +71–74 | step; its highest bit says that a challenge was signed |
//! | +75–138 | the holder's signature |
//!
//! The issuer's signature is that of a COSE_Sign1 whose payload is a CWT (RFC 8392):
//! [`Credential::to_cose`] gives it, for programs that know only that.

use crate::cbor::Writer;
use crate::cose::Sign;
use crate::text::{self, Unreadable};
use crate::{Kid, Step, VERSION, cose, part};
use suites::{GM, INTL, SIGNATURE_LEN, SignError};

/// First byte.
pub const HEAD: u8 = VERSION << 4 | 2;
/// Seconds that a credential may be valid for at most: three days (reliability
/// rule C9; shorter means less to revoke).
pub const LIFE_MAX: i64 = 72 * 3600;
/// What the holder's signature begins with.
const HOLDER_CONTEXT: &[u8] = b"YM1 holder";
/// Where the holder's key begins.
const KEY_AT: usize = 26;
/// The bit of the step that tells of a challenge.
const CHALLENGE_BIT: u32 = 1 << 31;
/// Claims and a curve without registered numbers, of the ranges for private use.
const CLAIM_CLASS: i64 = -65_537;
const CLAIM_CAP: i64 = -65_538;
const CURVE_SM2: i64 = -65_537;

/// What a checker that can show something asks the holder to sign.
pub type Challenge = [u8; 8];

/// What an issuer says of a holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Differs between credentials of one person; the issuer can tell whose it is.
    pub pseudonym: [u8; 16],
    /// The holder's public key, of the issuer's suite.
    pub holder: Vec<u8>,
    /// Class of cover, a number of the region's list.
    pub class: u8,
    /// What may be settled offline, whole yuan.
    pub cap_yuan: u16,
    /// Expiry, seconds since 1970, at most [`LIFE_MAX`] away.
    pub expires_at: u32,
}

/// An issued credential, as the phone keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    bytes: Vec<u8>,
}

/// A credential as it is shown: with the holder's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    bytes: Vec<u8>,
}

/// Bytes of a suite's public key.
fn key_len(suite: u8) -> Result<usize, Unreadable> {
    match suites::of(suite) {
        Ok(known) => Ok(known.public_len()),
        Err(unknown) => Err(Unreadable::Suite(unknown.0)),
    }
}

/// Bytes of a credential of a suite, without the holder's part.
fn issued_len(suite: u8) -> Result<usize, Unreadable> {
    Ok(KEY_AT + key_len(suite)? + 7 + SIGNATURE_LEN)
}

/// The order of P-256 divided by two: with a larger `s` a signature has a second
/// form, which the layout refuses.
const HALF_ORDER: [u8; 32] = suites::P256_HALF_ORDER;

/// Whether a signature is in the one form that the layout accepts.
pub(crate) fn canonical(suite: u8, signature: &[u8]) -> bool {
    suite != suites::INTL_P256 || signature[32..] <= HALF_ORDER[..]
}

/// The fields every credential begins with, read from either form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn key_end(self) -> usize {
        // The suite was read: its key length is known.
        KEY_AT + if self.suite() == INTL { 32 } else { 33 }
    }

    fn suite(self) -> u8 {
        self.0[1]
    }

    fn kid(self) -> Kid {
        Kid(part(self.0, 2))
    }

    fn pseudonym(self) -> [u8; 16] {
        part(self.0, 10)
    }

    fn holder(self) -> &'a [u8] {
        &self.0[KEY_AT..self.key_end()]
    }

    fn class(self) -> u8 {
        self.0[self.key_end()]
    }

    fn cap_yuan(self) -> u16 {
        u16::from_be_bytes(part(self.0, self.key_end() + 1))
    }

    fn expires_at(self) -> u32 {
        u32::from_be_bytes(part(self.0, self.key_end() + 3))
    }

    fn issuer_signature(self) -> [u8; SIGNATURE_LEN] {
        part(self.0, self.key_end() + 7)
    }

    fn claims(self) -> Claims {
        Claims {
            pseudonym: self.pseudonym(),
            holder: self.holder().to_vec(),
            class: self.class(),
            cap_yuan: self.cap_yuan(),
            expires_at: self.expires_at(),
        }
    }
}

/// A COSE_Key (RFC 9052 §7) of a holder.
fn cose_key(out: &mut Writer, suite: u8, public: &[u8]) {
    if suite == INTL {
        out.map(3).int(1).int(1).int(-1).int(6).int(-2).bytes(public);
        return;
    }
    let curve = if suite == GM { CURVE_SM2 } else { 1 };
    out.map(4).int(1).int(2).int(-1).int(curve).int(-2).bytes(&public[1..]).int(-3).truth(public[0] == 3);
}

/// The CWT of a credential: expiry, id, confirmation key, class, cap.
fn payload(suite: u8, claims: &Claims) -> Vec<u8> {
    let mut out = Writer::new();
    out.map(5).int(4).int(i64::from(claims.expires_at)).int(7).bytes(&claims.pseudonym).int(8).map(1).int(1);
    cose_key(&mut out, suite, &claims.holder);
    out.int(CLAIM_CLASS).int(i64::from(claims.class)).int(CLAIM_CAP).int(i64::from(claims.cap_yuan));
    out.end()
}

fn message(suite: u8, kid: Kid, claims: &Claims) -> Vec<u8> {
    cose::to_be_signed(&cose::protected(suite, &kid.0), &[HEAD, suite], &payload(suite, claims))
}

impl Credential {
    /// Issues a credential; refused when the holder's key is not one of the issuer's
    /// suite.
    pub fn issue(issuer: &impl Sign, kid: Kid, claims: &Claims) -> Result<Self, SignError> {
        let suite = issuer.suite();
        let known = suites::of(suite).map_err(|_unknown| SignError)?;
        known.public_key(&claims.holder).map_err(|_bad| SignError)?;
        let mut bytes = vec![HEAD, suite];
        bytes.extend(kid.0);
        bytes.extend(claims.pseudonym);
        bytes.extend(&claims.holder);
        bytes.push(claims.class);
        bytes.extend(claims.cap_yuan.to_be_bytes());
        bytes.extend(claims.expires_at.to_be_bytes());
        bytes.extend(issuer.sign(&message(suite, kid, claims))?);
        Ok(Self { bytes })
    }

    /// Reads an issued credential, as a phone gets it.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let [head, suite, ..] = *bytes else { return Err(Unreadable::Length(bytes.len())) };
        if head != HEAD {
            return Err(Unreadable::Kind(head & 0x0F));
        }
        if bytes.len() != issued_len(suite)? {
            return Err(Unreadable::Length(bytes.len()));
        }
        fields_checked(bytes)?;
        Ok(Self { bytes: bytes.to_vec() })
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it says.
    pub fn claims(&self) -> Claims {
        Fields(&self.bytes).claims()
    }

    /// The same signature as a tagged COSE_Sign1 with a CWT in it; its context
    /// (external data) is the first two bytes of the code.
    pub fn to_cose(&self) -> Vec<u8> {
        let fields = Fields(&self.bytes);
        let suite = fields.suite();
        let message = cose::Sign1 {
            protected: cose::protected(suite, &fields.kid().0),
            algorithm: cose::algorithm(suite),
            kid: Some(fields.kid().0.to_vec()),
            payload: payload(suite, &fields.claims()),
            signature: fields.issuer_signature(),
        };
        message.write()
    }

    /// Shows it: the holder signs the step and, where the checker showed one, its
    /// challenge.
    pub fn show(&self, holder: &impl Sign, step: Step, challenge: Option<&Challenge>) -> Result<Shown, SignError> {
        let mut bytes = self.bytes.clone();
        let told = if challenge.is_some() { CHALLENGE_BIT } else { 0 };
        bytes.extend((step.0 & !CHALLENGE_BIT | told).to_be_bytes());
        let signature = holder.sign(&holder_message(&bytes, challenge))?;
        bytes.extend(signature);
        Ok(Shown { bytes })
    }
}

/// What the holder signs: a context, every byte before the signature, the challenge.
fn holder_message(bytes: &[u8], challenge: Option<&Challenge>) -> Vec<u8> {
    let mut message = Vec::with_capacity(HOLDER_CONTEXT.len() + bytes.len() + 8);
    message.extend(HOLDER_CONTEXT);
    message.extend(bytes);
    message.extend(challenge.into_iter().flatten());
    message
}

/// What of the fields has a form of its own: points begin with 2 or 3, P-256
/// signatures have their low form.
fn fields_checked(bytes: &[u8]) -> Result<(), Unreadable> {
    let fields = Fields(bytes);
    let suite = fields.suite();
    if suite != INTL && !matches!(fields.holder()[0], 2 | 3) {
        return Err(Unreadable::Field("holder"));
    }
    if canonical(suite, &fields.issuer_signature()) { Ok(()) } else { Err(Unreadable::Field("issuer signature")) }
}

impl Shown {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let [_, suite, ..] = *bytes else { return Err(Unreadable::Length(bytes.len())) };
        if bytes.len() != issued_len(suite)? + 4 + SIGNATURE_LEN {
            return Err(Unreadable::Length(bytes.len()));
        }
        fields_checked(bytes)?;
        if !canonical(suite, &bytes[bytes.len() - SIGNATURE_LEN..]) {
            return Err(Unreadable::Field("holder signature"));
        }
        Ok(Self { bytes: bytes.to_vec() })
    }

    /// The text to show.
    pub fn text(&self) -> String {
        text::write(&self.bytes)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The suite byte.
    pub fn suite(&self) -> u8 {
        self.fields().suite()
    }

    fn fields(&self) -> Fields<'_> {
        Fields(&self.bytes)
    }

    fn step_at(&self) -> usize {
        self.bytes.len() - SIGNATURE_LEN - 4
    }

    /// Which key is said to have issued it.
    pub fn kid(&self) -> Kid {
        self.fields().kid()
    }

    /// Who it stands for.
    pub fn pseudonym(&self) -> [u8; 16] {
        self.fields().pseudonym()
    }

    /// The holder's public key.
    pub fn holder(&self) -> &[u8] {
        self.fields().holder()
    }

    /// What the issuer says, once the signatures are known to be good.
    pub fn claims(&self) -> Claims {
        self.fields().claims()
    }

    /// Expiry, seconds since 1970.
    pub fn expires_at(&self) -> i64 {
        i64::from(self.fields().expires_at())
    }

    fn raw_step(&self) -> u32 {
        u32::from_be_bytes(part(&self.bytes, self.step_at()))
    }

    /// The step it says it is of.
    pub fn step(&self) -> Step {
        Step(self.raw_step() & !CHALLENGE_BIT)
    }

    /// Whether it says that a challenge was signed.
    pub fn challenged(&self) -> bool {
        self.raw_step() & CHALLENGE_BIT != 0
    }

    /// The credential without the holder's part.
    pub fn credential(&self) -> Credential {
        Credential { bytes: self.bytes[..self.step_at()].to_vec() }
    }

    /// What the issuer must have signed, and the signature.
    pub(crate) fn issued(&self) -> (Vec<u8>, [u8; SIGNATURE_LEN]) {
        let fields = self.fields();
        (message(fields.suite(), fields.kid(), &fields.claims()), fields.issuer_signature())
    }

    /// What the holder must have signed, and the signature.
    pub(crate) fn held(&self, challenge: Option<&Challenge>) -> (Vec<u8>, [u8; SIGNATURE_LEN]) {
        let end = self.bytes.len() - SIGNATURE_LEN;
        (holder_message(&self.bytes[..end], challenge), part(&self.bytes, end))
    }
}
