//! Keys: all derived from one master key of the region, so that rotating is
//! counting and nothing but the master is stored.

use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::CardId;
use sha2::Sha256;

/// Bytes of a key.
pub const KEY_LEN: usize = 32;

/// A key, never shown in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; KEY_LEN]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl From<[u8; KEY_LEN]> for Key {
    fn from(bytes: [u8; KEY_LEN]) -> Self {
        Self(bytes)
    }
}

impl Key {
    /// HMAC-SHA-256 under this key over the parts one after another; every caller
    /// passes parts of fixed length, so that their borders are clear.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> [u8; KEY_LEN] {
        // HMAC fills a key up to its block of 64 bytes with zeros; done here, no
        // length can be wrong.
        let mut block = [0; 64];
        block[..KEY_LEN].copy_from_slice(&self.0);
        let mut keyed = Hmac::<Sha256>::new(&block.into());
        for part in parts {
            keyed.update(part);
        }
        keyed.finalize().into_bytes().into()
    }
}

/// The two keys of one epoch.
#[derive(Debug, Clone)]
pub struct EpochKeys {
    /// Hides card ids.
    handle: Key,
    /// Parent of the cards' own keys.
    code: Key,
}

impl EpochKeys {
    /// The keys of an epoch: `HMAC(master, "epoch" ‖ epoch, two bytes ‖ use)`, the
    /// use being `handle` or `code`.
    pub fn of(master: &Key, epoch: u16) -> Self {
        let key = |word: &[u8]| Key(master.tag(&[b"epoch", &epoch.to_be_bytes(), word]));
        Self { handle: key(b"handle"), code: key(b"code") }
    }

    /// Eight bytes that hide a card id beside its nonce.
    pub(crate) fn pad(&self, nonce: [u8; 8]) -> [u8; 8] {
        let tag = self.handle.tag(&[&nonce]);
        std::array::from_fn(|at| tag[at])
    }

    /// A card's own key in this epoch: `HMAC(code key, "device" ‖ card id)`.
    pub(crate) fn device(&self, card: CardId) -> Key {
        Key(self.code.tag(&[b"device", &card.0.to_be_bytes()]))
    }
}
