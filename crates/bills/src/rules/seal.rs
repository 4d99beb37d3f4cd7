//! The compact form of a bill: what the seal signs, short enough for a QR code.
//!
//! `YB1:` and base 45 of: version (1), suite, kid (8), kind with the highest bit
//! set for a red bill, institution (8, big-endian), then as variable-length numbers
//! code, number, check code, second of issue, second of sealing, total, fund,
//! account, mutual aid, cash, hospital's part, number of the original (0 for none),
//! then the SHA-256 of the bill's JSON (32) and the signature (64) over
//! `yima-bill-1`, a zero byte and everything before the signature. A text is read
//! only when writing it again gives the same text, so no character can be changed,
//! also none that would mean the same.

use super::content::{Content, Kind};
use kernel::time::SECOND;
use kernel::{Fen, InstitutionId};
use keys::Kid;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// How a text begins.
pub const PREFIX: &str = "YB1:";
/// Characters of a text at most.
pub const TEXT_MAX: usize = 400;
const SIGNED_AS: &[u8] = b"yima-bill-1\0";
const VERSION: u8 = 1;
const SIGNATURE_LEN: usize = 64;
const RED: u8 = 0x80;

/// What the seal vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The byte of the key's suite.
    pub suite: u8,
    /// The name of the key.
    pub kid: Kid,
    /// What the bill is for.
    pub kind: Kind,
    /// Whether it takes another bill back.
    pub red: bool,
    /// Who issued it.
    pub institution: InstitutionId,
    /// Eight digits.
    pub code: i64,
    /// Thirteen digits.
    pub number: i64,
    /// The check code as a number of 24 bits.
    pub check: i64,
    /// When it was issued, seconds since 1970 UTC.
    pub issued_s: i64,
    /// When it was sealed, seconds since 1970 UTC.
    pub sealed_s: i64,
    /// All of it.
    pub total: Fen,
    /// The funds' part.
    pub fund: Fen,
    /// The own account's part.
    pub account: Fen,
    /// The relatives' accounts' part.
    pub mutual: Fen,
    /// The part paid in cash or by other means.
    pub cash: Fen,
    /// The part the institution bears.
    pub hospital: Fen,
    /// The number of the bill it takes back; 0 for none.
    pub original: i64,
    /// SHA-256 of the bill's JSON.
    pub digest: [u8; 32],
}

/// A text that is no sealed bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadSeal;

impl fmt::Display for BadSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the code of an e-bill, or a part of it is missing or changed")
    }
}

impl std::error::Error for BadSeal {}

/// Small numbers take little room, also negative ones.
fn put(out: &mut Vec<u8>, number: i64) {
    let mut rest = (number.wrapping_shl(1) ^ number.wrapping_shr(63)).cast_unsigned();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or(0);
        rest >>= 7;
        if rest == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// What is left to be read.
struct Rest<'b>(&'b [u8]);

impl Rest<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }

    fn number(&mut self) -> Option<i64> {
        let mut value = 0u64;
        for shift in (0..70u32).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                let half = (value >> 1).cast_signed();
                return Some(if value & 1 == 1 { !half } else { half });
            }
        }
        None
    }
}

impl Facts {
    /// What the seal of a bill will vouch for; nothing when the JSON is no bill.
    pub fn of(body: &[u8], suite: u8, kid: Kid, sealed_s: i64) -> Option<Self> {
        let content = Content::read(body)?;
        let parts = &content.parts;
        let original = match &content.original {
            Some(original) => original.number.parse().ok()?,
            None => 0,
        };
        Some(Self {
            suite,
            kid,
            kind: content.kind,
            red: content.original.is_some(),
            institution: content.institution_id()?,
            code: content.code.parse().ok()?,
            number: content.number.parse().ok()?,
            check: i64::from_str_radix(&content.check, 16).ok()?,
            issued_s: content.issued_at.div_euclid(SECOND),
            sealed_s,
            total: parts.total,
            fund: parts.fund()?,
            account: parts.account,
            mutual: parts.mutual,
            cash: parts.cash,
            hospital: parts.hospital,
            original,
            digest: Sha256::digest(body).into(),
        })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION, self.suite];
        out.extend_from_slice(&self.kid.0);
        out.push(self.kind.digits() | if self.red { RED } else { 0 });
        out.extend_from_slice(&self.institution.0.to_be_bytes());
        let amounts = [self.total, self.fund, self.account, self.mutual, self.cash, self.hospital];
        for number in [self.code, self.number, self.check, self.issued_s, self.sealed_s] {
            put(&mut out, number);
        }
        for amount in amounts {
            put(&mut out, amount.0);
        }
        put(&mut out, self.original);
        out.extend_from_slice(&self.digest);
        out
    }

    /// What is signed.
    pub fn message(&self) -> Vec<u8> {
        let mut message = SIGNED_AS.to_vec();
        message.extend(self.bytes());
        message
    }

    /// The text of the code.
    pub fn text(&self, signature: &[u8]) -> String {
        let mut bytes = self.bytes();
        bytes.extend_from_slice(signature);
        format!("{PREFIX}{}", base45::encode(bytes))
    }

    fn parsed(bytes: &[u8]) -> Option<(Self, [u8; SIGNATURE_LEN])> {
        let mut rest = Rest(bytes);
        if rest.byte()? != VERSION {
            return None;
        }
        let (suite, kid) = (rest.byte()?, Kid(rest.bytes()?));
        let kind = rest.byte()?;
        let institution = InstitutionId(i64::from_be_bytes(rest.bytes()?));
        let mut number = || rest.number();
        let facts = Self {
            suite,
            kid,
            kind: Kind::from_digits(kind & !RED)?,
            red: kind & RED != 0,
            institution,
            code: number()?,
            number: number()?,
            check: number()?,
            issued_s: number()?,
            sealed_s: number()?,
            total: Fen(number()?),
            fund: Fen(number()?),
            account: Fen(number()?),
            mutual: Fen(number()?),
            cash: Fen(number()?),
            hospital: Fen(number()?),
            original: number()?,
            digest: rest.bytes()?,
        };
        let signature = rest.bytes()?;
        rest.0.is_empty().then_some((facts, signature))
    }

    /// Reads a code's text: the facts and the signature, which is not checked here.
    pub fn read(text: &str) -> Result<(Self, [u8; SIGNATURE_LEN]), BadSeal> {
        let encoded = text.strip_prefix(PREFIX).filter(|_| text.len() <= TEXT_MAX).ok_or(BadSeal)?;
        let bytes = base45::decode(encoded).map_err(|_bad| BadSeal)?;
        let (facts, signature) = Self::parsed(&bytes).ok_or(BadSeal)?;
        let added = facts.fund.plus(facts.account).and_then(|sum| sum.plus(facts.mutual));
        let added = added.and_then(|sum| sum.plus(facts.cash)).and_then(|sum| sum.plus(facts.hospital));
        let sound = facts.text(&signature) == text && added == Some(facts.total) && facts.red == (facts.original != 0);
        if sound { Ok((facts, signature)) } else { Err(BadSeal) }
    }

    /// When it was sealed, microseconds UTC.
    pub fn sealed_at(&self) -> i64 {
        self.sealed_s.saturating_mul(SECOND)
    }

    /// When it was issued, microseconds UTC, to the second.
    pub fn issued_at(&self) -> i64 {
        self.issued_s.saturating_mul(SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(seed: i64) -> Facts {
        Facts {
            suite: 1,
            kid: Kid([0x80, 1, 2, 3, 4, 5, 6, 7]),
            kind: Kind::Outpatient,
            red: false,
            institution: InstitutionId(seed),
            code: 99_010_126,
            number: 1_000_100_000_042,
            check: 0x7b_e03a,
            issued_s: 1_794_966_000,
            sealed_s: 1_794_966_060,
            total: Fen(28_640),
            fund: Fen(18_790),
            account: Fen(5230),
            mutual: Fen(1500),
            cash: Fen(3120),
            hospital: Fen::ZERO,
            original: 0,
            digest: [7; 32],
        }
    }

    #[test]
    fn a_code_is_small_enough_for_paper() {
        let text = facts(i64::MAX).text(&[9; SIGNATURE_LEN]);
        assert!(text.len() <= 262, "{} characters do not fit into 53 modules", text.len());
        assert_eq!(Facts::read(&text), Ok((facts(i64::MAX), [9; SIGNATURE_LEN])));
    }

    #[test]
    fn what_does_not_add_up_is_no_bill() {
        let mut wrong = facts(1);
        wrong.cash = Fen(3121);
        assert_eq!(Facts::read(&wrong.text(&[9; SIGNATURE_LEN])), Err(BadSeal));
        wrong = facts(1);
        wrong.red = true;
        assert_eq!(Facts::read(&wrong.text(&[9; SIGNATURE_LEN])), Err(BadSeal));
        for text in ["", "YB1:", "YB1:A", "YB2:00", "yb1:00", "YB1:::::::"] {
            assert_eq!(Facts::read(text), Err(BadSeal), "{text}");
        }
    }

    proptest! {
        #[test]
        fn numbers_come_back(number in any::<i64>()) {
            let mut out = Vec::new();
            put(&mut out, number);
            let mut rest = Rest(&out);
            prop_assert_eq!(rest.number(), Some(number));
            prop_assert!(rest.0.is_empty());
        }

        #[test]
        fn any_text_is_read_or_refused(text in "YB1:[0-9A-Z $%*+./:-]{0,300}") {
            if let Ok((facts, signature)) = Facts::read(&text) {
                prop_assert_eq!(facts.text(&signature), text);
            }
        }
    }
}
