//! The code a phone shows (kind Q1): 39 bytes, shown as `YM1:` and base 45.
//!
//! | bytes | holds |
//! |---|---|
//! | 0 | version 1 in the high half, kind 1 in the low half |
//! | 1 | suite: 1 is HMAC-SHA-256 |
//! | 2–4 | region, the division code as a number, big-endian |
//! | 5–6 | key epoch: weeks since 1970, big-endian |
//! | 7–14 | nonce, random |
//! | 15–22 | card id XOR the first 8 bytes of HMAC(handle key of the epoch, nonce) |
//! | 23–26 | step: seconds since 1970 / 30 × 8 + sub-counter, big-endian |
//! | 27–38 | HMAC(device key, bytes 0–26), first 12 bytes |
//!
//! The device key is `HMAC(code key of the epoch, "device" ‖ card id)`; the keys of
//! an epoch come from the region's master key ([`super::key`]). Nothing in it names
//! a person, and two codes of one card share nothing but version, suite, region,
//! epoch and the time (C3). No look-up is needed to tell a true code from a forged
//! one. A text is accepted only as it would be written here, so that one code has
//! one text (C4).

use super::key::{EpochKeys, Key};
use super::step::Step;
use crate::Refusal;
use kernel::CardId;
use subtle::ConstantTimeEq as _;

/// How the text begins.
pub const PREFIX: &str = "YM1:";
/// Bytes of a code.
pub const CODE_LEN: usize = 39;
/// Characters of its text.
pub const TEXT_LEN: usize = 63;
/// Longer texts are not looked at.
pub const TEXT_MAX: usize = 512;
/// Regions are numbers of three bytes.
pub const REGION_MAX: u32 = 0x00FF_FFFF;

const VERSION_AND_KIND: u8 = 0x11;
const SUITE: u8 = 1;
/// Where the seal begins: it covers all before.
const SEAL_AT: usize = 27;
const SEAL_LEN: usize = 12;

/// What a code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Division code, at most [`REGION_MAX`].
    pub region: u32,
    /// Which epoch's keys sealed it.
    pub epoch: u16,
    /// The card that shows it.
    pub card: CardId,
    /// When, and which of the eight.
    pub step: Step,
}

/// A code whose form is right; what it says is not yet known to be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed([u8; CODE_LEN]);

fn part<const N: usize>(bytes: &[u8; CODE_LEN], from: usize) -> [u8; N] {
    std::array::from_fn(|at| bytes[from + at])
}

fn xor(one: [u8; 8], other: [u8; 8]) -> [u8; 8] {
    std::array::from_fn(|at| one[at] ^ other[at])
}

impl Sealed {
    /// Seals what a code says under the region's master key, with a nonce that was
    /// never used before.
    pub fn seal(master: &Key, said: &Said, nonce: [u8; 8]) -> Self {
        let keys = EpochKeys::of(master, said.epoch);
        let mut bytes = [0; CODE_LEN];
        bytes[0] = VERSION_AND_KIND;
        bytes[1] = SUITE;
        bytes[2..5].copy_from_slice(&said.region.to_be_bytes()[1..]);
        bytes[5..7].copy_from_slice(&said.epoch.to_be_bytes());
        bytes[7..15].copy_from_slice(&nonce);
        bytes[15..23].copy_from_slice(&xor(said.card.0.to_be_bytes(), keys.pad(nonce)));
        bytes[23..SEAL_AT].copy_from_slice(&said.step.0.to_be_bytes());
        let tag = keys.device(said.card).tag(&[&bytes[..SEAL_AT]]);
        bytes[SEAL_AT..].copy_from_slice(&tag[..SEAL_LEN]);
        Self(bytes)
    }

    /// The text to show.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", base45::encode(self.0))
    }

    /// Reads a scanned text, blanks around it aside. Refuses what is no code, what
    /// is not written as we write it, and versions, kinds and suites not known here.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
        if text.len() > TEXT_MAX {
            return Err(Refusal::CodeUnreadable);
        }
        let Some(body) = text.strip_prefix(PREFIX) else {
            return Err(if other_version(text) { Refusal::CodeVersionUnknown } else { Refusal::CodeUnreadable });
        };
        let bytes = base45::decode(body).ok().filter(|bytes| base45::encode(bytes) == body);
        let bytes = bytes.ok_or(Refusal::CodeUnreadable)?;
        match bytes.as_slice() {
            [VERSION_AND_KIND, SUITE, ..] => bytes.try_into().map(Self).map_err(|_length| Refusal::CodeUnreadable),
            [_, _, ..] => Err(Refusal::CodeVersionUnknown),
            [..] => Err(Refusal::CodeUnreadable),
        }
    }

    /// The region it says it is of.
    pub fn region(&self) -> u32 {
        let [high, middle, low] = part(&self.0, 2);
        u32::from_be_bytes([0, high, middle, low])
    }

    /// What the code says, when it is of this region and its seal is whole. Whether
    /// its time has passed is for [`super::step::TimeRule`] to say.
    pub fn open(&self, master: &Key, region: u32) -> Result<Said, Refusal> {
        if self.region() != region {
            return Err(Refusal::CodeOtherRegion);
        }
        let epoch = u16::from_be_bytes(part(&self.0, 5));
        let keys = EpochKeys::of(master, epoch);
        let card = CardId(i64::from_be_bytes(xor(part(&self.0, 15), keys.pad(part(&self.0, 7)))));
        let tag = keys.device(card).tag(&[&self.0[..SEAL_AT]]);
        if !bool::from(tag[..SEAL_LEN].ct_eq(&self.0[SEAL_AT..])) {
            return Err(Refusal::CodeForged);
        }
        Ok(Said { region, epoch, card, step: Step(u32::from_be_bytes(part(&self.0, 23))) })
    }
}

/// `YM2:` and the like: ours, but of a time to come.
fn other_version(text: &str) -> bool {
    let number = text.strip_prefix("YM").and_then(|rest| rest.split_once(':')).map(|(number, _)| number);
    number.is_some_and(|number| (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_code_is_told_from_what_is_not_ours_yet() {
        for (text, refusal) in [
            ("", Refusal::CodeUnreadable),
            ("YM1:", Refusal::CodeUnreadable),
            ("YM1:0", Refusal::CodeUnreadable),
            ("YM1:::::", Refusal::CodeUnreadable),
            ("YM1:00", Refusal::CodeUnreadable),
            ("ym1:X62", Refusal::CodeUnreadable),
            ("https://example.org/", Refusal::CodeUnreadable),
            ("一码通", Refusal::CodeUnreadable),
            ("YM1:X62", Refusal::CodeUnreadable),
            ("YM1:BB8", Refusal::CodeVersionUnknown),
            ("YM2:X62", Refusal::CodeVersionUnknown),
            ("YM12:", Refusal::CodeVersionUnknown),
            ("YM123:", Refusal::CodeUnreadable),
            ("YM:", Refusal::CodeUnreadable),
        ] {
            assert_eq!(Sealed::read(text), Err(refusal), "{text:?}");
        }
        assert_eq!(Sealed::read(&format!("YM1:{}", "0".repeat(600))), Err(Refusal::CodeUnreadable));
    }
}
