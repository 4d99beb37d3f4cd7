//! The six digits a person says when no picture can be scanned: the same secret,
//! the same half minute, the truncation of RFC 4226.
//!
//! Six digits are guessable: who asks first names the person by another number, is
//! rate-limited, and the act carries a lower assurance; that is for `credentials`.

use crate::{CodeKeys, Device, Step, TimeRule, epoch_at};
use suites::MacKey;

/// Digits of the number.
pub const DIGITS: usize = 6;

/// `n` decimal digits out of a MAC, as RFC 4226 §5.3 does.
pub(crate) fn truncated(tag: [u8; 32], modulus: u32) -> u32 {
    let at = usize::from(tag[31] & 0x0F);
    (u32::from_be_bytes([tag[at], tag[at + 1], tag[at + 2], tag[at + 3]]) & 0x7FFF_FFFF) % modulus
}

/// The number of a half minute under a device's secret: what the phone shows.
pub fn number(secret: &MacKey, half_minute: u32) -> String {
    format!("{:06}", truncated(secret.tag(&[b"YM1 spoken", &half_minute.to_be_bytes()]), 1_000_000))
}

impl CodeKeys {
    /// The step of a spoken number, when it is the device's within the rule's time
    /// under one of the last two epochs. The act shares its step with the code shown
    /// in the same half minute, so that both together count once.
    pub fn spoken(&self, device: Device, digits: &str, rule: TimeRule) -> Option<Step> {
        if digits.len() != DIGITS {
            return None;
        }
        let this = epoch_at(rule.now);
        let secrets: Vec<MacKey> = [Some(this), this.checked_sub(1)]
            .into_iter()
            .flatten()
            .map(|epoch| self.epoch(epoch, rule.now).mac(device))
            .collect();
        let said = |half_minute: &u32| secrets.iter().any(|secret| number(secret, *half_minute) == digits);
        rule.half_minutes().filter(said).last().map(Step::of_half_minute)
    }
}
