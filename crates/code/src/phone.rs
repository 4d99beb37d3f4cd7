//! Q1, minted by a phone: 38 bytes, 61 characters, QR version 3 at level M.
//!
//! | bytes | holds |
//! |---|---|
//! | 0 | version 1 in the high half, kind 1 in the low half |
//! | 1 | suite: 1 (HMAC-SHA-256, AES-256) or 2 (HMAC-SM3, SM4) |
//! | 2–4 | region, the division code as a number, big-endian |
//! | 5 | low byte of the key epoch (weeks since 1970) |
//! | 6–21 | handle of the slot: only the region's server can open it |
//! | 22–25 | step: half minutes since 1970 × 8 + sub-counter, big-endian |
//! | 26–37 | MAC(device secret, bytes 0–25), first 12 bytes |
//!
//! Nothing in it names a person, and two codes of one device that are not alive
//! together share nothing but version, suite, region, epoch and what of the time
//! they have in common (C3).

use crate::text::{self, Unreadable};
use crate::{Step, VERSION, part};
use suites::{GM, INTL, MacKey};

/// Bytes of a code.
pub const LEN: usize = 38;
/// Characters of its text.
pub const TEXT_LEN: usize = 61;
/// First byte.
pub const HEAD: u8 = VERSION << 4 | 1;
/// Bytes of a handle.
pub const HANDLE_LEN: usize = 16;
/// Where the tag begins: it covers all before.
const TAG_AT: usize = 26;

/// A phone's code whose form is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Phone(pub(crate) [u8; LEN]);

/// What a phone fills in; the tag is computed over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// Suite byte, 1 or 2.
    pub suite: u8,
    /// Division code.
    pub region: u32,
    /// Key epoch of the stock that the handle is from.
    pub epoch: u16,
    /// The handle of the step's slot.
    pub handle: [u8; HANDLE_LEN],
    /// When, and which of the eight.
    pub step: Step,
}

impl Phone {
    /// Makes a code as a phone does, with the device's secret of the epoch.
    pub fn mint(secret: &MacKey, fields: &Fields) -> Self {
        let mut bytes = [0; LEN];
        bytes[0] = HEAD;
        bytes[1] = fields.suite;
        bytes[2..5].copy_from_slice(&fields.region.to_be_bytes()[1..]);
        bytes[5] = fields.epoch.to_be_bytes()[1];
        bytes[6..22].copy_from_slice(&fields.handle);
        bytes[22..TAG_AT].copy_from_slice(&fields.step.0.to_be_bytes());
        let tag = secret.tag(&[&bytes[..TAG_AT]]);
        bytes[TAG_AT..].copy_from_slice(&tag[..LEN - TAG_AT]);
        Self(bytes)
    }

    pub(crate) fn read(bytes: &[u8], suite: u8) -> Result<Self, Unreadable> {
        if !matches!(suite, INTL | GM) {
            return Err(Unreadable::Suite(suite));
        }
        bytes.try_into().map(Self).map_err(|_length| Unreadable::Length(bytes.len()))
    }

    /// The text to show.
    pub fn text(&self) -> String {
        text::write(&self.0)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; LEN] {
        &self.0
    }

    /// The suite byte, 1 or 2.
    pub fn suite(&self) -> u8 {
        self.0[1]
    }

    /// The region it says it is of.
    pub fn region(&self) -> u32 {
        let [high, middle, low] = part(&self.0, 2);
        u32::from_be_bytes([0, high, middle, low])
    }

    /// The low byte of the epoch.
    pub fn epoch_low(&self) -> u8 {
        self.0[5]
    }

    /// The handle.
    pub fn handle(&self) -> [u8; HANDLE_LEN] {
        part(&self.0, 6)
    }

    /// The step it says it is of.
    pub fn step(&self) -> Step {
        Step(u32::from_be_bytes(part(&self.0, 22)))
    }

    /// Whether the tag is the secret's.
    pub(crate) fn sealed_with(&self, secret: &MacKey) -> bool {
        secret.matches(&[&self.0[..TAG_AT]], &self.0[TAG_AT..])
    }
}
