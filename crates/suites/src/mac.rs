//! HMAC (RFC 2104) with the key's inner state computed once.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sm3::Sm3;

/// A key for message authentication.
#[derive(Clone)]
pub struct MacKey(pub(crate) Running);

/// A message under way; a key is a message not yet begun.
#[derive(Clone)]
pub(crate) enum Running {
    Sha256(Hmac<Sha256>),
    Sm3(Hmac<Sm3>),
}

impl std::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MacKey")
    }
}

/// HMAC fills a key up to its block of 64 bytes with zeros; done here, no length can
/// be wrong.
fn block(key: &[u8; 32]) -> zeroize::Zeroizing<[u8; 64]> {
    let mut block = zeroize::Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    block
}

impl MacKey {
    pub(crate) fn sha256(key: &[u8; 32]) -> Self {
        Self(Running::Sha256(Hmac::new((&*block(key)).into())))
    }

    pub(crate) fn sm3(key: &[u8; 32]) -> Self {
        Self(Running::Sm3(Hmac::new((&*block(key)).into())))
    }

    /// Begins a message that comes in parts.
    pub(crate) fn begin(&self) -> Running {
        self.0.clone()
    }

    /// The code over the parts one after another; who calls keeps their borders clear.
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut running = self.begin();
        for part in parts {
            running.update(part);
        }
        running.end()
    }

    /// Whether `tag` is a code over the parts, shortened to its own length; the time
    /// it takes does not tell where they differ. An empty tag never matches.
    pub fn matches(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        let whole = self.tag(parts);
        let known = !tag.is_empty() && tag.len() <= whole.len();
        known && aws_lc_rs::constant_time::verify_slices_are_equal(&whole[..tag.len()], tag).is_ok()
    }
}

impl Running {
    pub(crate) fn update(&mut self, part: &[u8]) {
        match self {
            Self::Sha256(keyed) => keyed.update(part),
            Self::Sm3(keyed) => keyed.update(part),
        }
    }

    pub(crate) fn end(self) -> [u8; 32] {
        match self {
            Self::Sha256(keyed) => keyed.finalize().into_bytes().into(),
            Self::Sm3(keyed) => keyed.finalize().into_bytes().into(),
        }
    }
}
