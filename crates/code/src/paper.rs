//! Q3, on paper or a plain card: until when it is valid and a masked name, signed;
//! never records or money by itself (C8).
//!
//! | bytes | holds |
//! |---|---|
//! | 0 | version 1, kind 3 |
//! | 1 | suite: 1, 2 or 3 |
//! | 2–9 | kid of the issuer's key |
//! | 10–25 | number, only the issuer can tell whose |
//! | 26–29 | expiry, seconds since 1970 |
//! | 30… | masked name, 1 to 30 bytes of UTF-8 |
//! | last 64 | the issuer's signature, of a COSE_Sign1 with a CWT {2: name, 4: expiry, 7: number} |

use crate::cbor::Writer;
use crate::cose::Sign;
use crate::credential::canonical;
use crate::text::{self, Unreadable};
use crate::{Kid, VERSION, cose, name, part};
use suites::{SIGNATURE_LEN, SignError};

/// First byte.
pub const HEAD: u8 = VERSION << 4 | 3;
/// Bytes of a name at most: ten characters of Chinese.
pub const NAME_MAX: usize = 30;
const NAME_AT: usize = 30;

/// A code on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    bytes: Vec<u8>,
}

fn message(suite: u8, kid: Kid, number: [u8; 16], expires_at: u32, name: &str) -> Vec<u8> {
    let mut claims = Writer::new();
    claims.map(3).int(2).text(name).int(4).int(i64::from(expires_at)).int(7).bytes(&number);
    cose::to_be_signed(&cose::protected(suite, &kid.0), &[HEAD, suite], &claims.end())
}

impl Paper {
    /// Issues one; refused when the name is empty, too long or does not show as it
    /// reads.
    pub fn issue(
        issuer: &impl Sign,
        kid: Kid,
        number: [u8; 16],
        expires_at: u32,
        masked: &str,
    ) -> Result<Self, SignError> {
        if !name::shows(masked, NAME_MAX) {
            return Err(SignError);
        }
        let suite = issuer.suite();
        let mut bytes = vec![HEAD, suite];
        bytes.extend(kid.0);
        bytes.extend(number);
        bytes.extend(expires_at.to_be_bytes());
        bytes.extend(masked.as_bytes());
        bytes.extend(issuer.sign(&message(suite, kid, number, expires_at, masked))?);
        Ok(Self { bytes })
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let [_, suite, ..] = *bytes else { return Err(Unreadable::Length(bytes.len())) };
        suites::of(suite).map_err(|unknown| Unreadable::Suite(unknown.0))?;
        let end = bytes.len().saturating_sub(SIGNATURE_LEN);
        if !(NAME_AT + 1..=NAME_AT + NAME_MAX).contains(&end) {
            return Err(Unreadable::Length(bytes.len()));
        }
        name::read(&bytes[NAME_AT..end], NAME_MAX)?;
        if !canonical(suite, &bytes[end..]) {
            return Err(Unreadable::Field("issuer signature"));
        }
        Ok(Self { bytes: bytes.to_vec() })
    }

    /// The text to print.
    pub fn text(&self) -> String {
        text::write(&self.bytes)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The suite byte.
    pub fn suite(&self) -> u8 {
        self.bytes[1]
    }

    /// Which key is said to have issued it.
    pub fn kid(&self) -> Kid {
        Kid(part(&self.bytes, 2))
    }

    /// Who it stands for.
    pub fn number(&self) -> [u8; 16] {
        part(&self.bytes, 10)
    }

    /// Expiry, seconds since 1970.
    pub fn expires_at(&self) -> i64 {
        i64::from(u32::from_be_bytes(part(&self.bytes, 26)))
    }

    /// The masked name.
    pub fn name(&self) -> &str {
        let name = &self.bytes[NAME_AT..self.bytes.len() - SIGNATURE_LEN];
        // It was read as UTF-8.
        std::str::from_utf8(name).unwrap_or_default()
    }

    pub(crate) fn issued(&self) -> (Vec<u8>, [u8; SIGNATURE_LEN]) {
        let expires_at = u32::from_be_bytes(part(&self.bytes, 26));
        let message = message(self.suite(), self.kid(), self.number(), expires_at, self.name());
        (message, part(&self.bytes, self.bytes.len() - SIGNATURE_LEN))
    }
}
