//! The one-dimensional barcode for scanners that read no QR: 28 digits in Code 128
//! set C.
//!
//! | digits | hold |
//! |---|---|
//! | 1 | 1 for an even epoch, 2 for an odd one |
//! | 20 | short handle of the slot, a number of 64 bits |
//! | 7 | truncated MAC(device secret, `YM1 bar` ‖ half minute, 4 bytes ‖ short handle, 8 bytes) |
//!
//! A short handle is the device id under eight Feistel rounds keyed by the epoch's
//! `bar` key and the slot. Seven check digits carry a lower assurance than Q1's 96
//! bits. It is of use in its own region only.

use crate::epoch::EpochKeys;
use crate::spoken::truncated;
use crate::{CodeKeys, Device, Opened, Step, TimeRule, epoch_at, part};
use suites::MacKey;

/// Digits of a barcode.
pub const DIGITS: usize = 28;
const ROUNDS: u8 = 8;

/// Makes and opens short handles of one epoch.
pub(crate) struct ShortHandles(MacKey);

impl ShortHandles {
    pub(crate) fn new(key: MacKey) -> Self {
        Self(key)
    }

    fn round(&self, round: u8, slot: u32, half: u32) -> u32 {
        let tag = self.0.tag(&[&[round], &slot.to_be_bytes(), &half.to_be_bytes()]);
        u32::from_be_bytes(part(&tag, 0))
    }

    /// The short handle of a device in a slot.
    pub(crate) fn of(&self, device: Device, slot: u32) -> [u8; 8] {
        let (mut left, mut right) = halves(device.0.to_be_bytes());
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.round(round, slot, right));
        }
        joined(left, right)
    }

    fn open(&self, short: [u8; 8], slot: u32) -> Device {
        let (mut left, mut right) = halves(short);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.round(round, slot, left), left);
        }
        Device(i64::from_be_bytes(joined(left, right)))
    }
}

fn halves(bytes: [u8; 8]) -> (u32, u32) {
    (u32::from_be_bytes(part(&bytes, 0)), u32::from_be_bytes(part(&bytes, 4)))
}

fn joined(left: u32, right: u32) -> [u8; 8] {
    (u64::from(left) << 32 | u64::from(right)).to_be_bytes()
}

fn check_digits(secret: &MacKey, half_minute: u32, short: [u8; 8]) -> u32 {
    truncated(secret.tag(&[b"YM1 bar", &half_minute.to_be_bytes(), &short]), 10_000_000)
}

/// The digits to show: what a phone computes from its stock.
pub fn digits(secret: &MacKey, epoch: u16, short: [u8; 8], half_minute: u32) -> String {
    let check = check_digits(secret, half_minute, short);
    format!("{}{:020}{check:07}", 1 + epoch % 2, u64::from_be_bytes(short))
}

/// The epoch, the short handle and the check digits of a text of digits.
fn parts(digits: &str, now: i64) -> Option<(u16, [u8; 8], u32)> {
    if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let parity = match digits.as_bytes().first()? {
        b'1' => 0,
        b'2' => 1,
        _ => return None,
    };
    let this = epoch_at(now);
    let epoch = if this % 2 == parity { this } else { this.checked_sub(1)? };
    let short: u64 = digits.get(1..21)?.parse().ok()?;
    Some((epoch, short.to_be_bytes(), digits.get(21..)?.parse().ok()?))
}

impl CodeKeys {
    /// Opens a barcode of this region within the rule's time; nothing when it is none.
    /// That the device exists is for the caller to find out, as for a code.
    pub fn open_barcode(&self, digits: &str, rule: TimeRule) -> Option<Opened> {
        let (epoch, short, check) = parts(digits, rule.now)?;
        let keys = self.epoch(epoch, rule.now);
        rule.half_minutes().filter_map(|half_minute| one(&keys, short, check, half_minute)).last()
    }
}

fn one(keys: &EpochKeys, short: [u8; 8], check: u32, half_minute: u32) -> Option<Opened> {
    let step = Step::of_half_minute(half_minute);
    let device = keys.bars.open(short, step.slot());
    let good = check_digits(&keys.mac(device), half_minute, short) == check;
    good.then_some(Opened { device, step, epoch: keys.epoch })
}
