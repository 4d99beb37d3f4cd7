//! The index key: identifiers are looked up by a keyed digest only.

use crate::rules::identifier::Identifier;
use crate::store;
use ::store::Db;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::{Error, Fault, FaultKind, InstitutionId};
use sha2::Sha256;

/// Bytes of a digest: half of HMAC-SHA-256 is exact enough for any population.
pub(crate) const DIGEST_LEN: usize = 16;

/// What stands for an identifier in the look-up table.
pub(crate) type Digest = [u8; DIGEST_LEN];

/// Digests identifiers under the node's key; cheap to clone.
#[derive(Clone)]
pub struct Index {
    keyed: Hmac<Sha256>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Index")
    }
}

impl Index {
    /// Reads the node's index key, or makes it when the database is new. Waits on a
    /// thread of its own: a node may be opened from inside the asynchronous world.
    pub fn load(db: &Db) -> Result<Self, Error> {
        let read_or_make = || match db.read_now(|sql| Ok(store::index_key(sql)?))? {
            Some(key) => Ok(key),
            None => db.write_now(0, |tx| Ok(store::make_index_key(tx)?)),
        };
        let key = std::thread::scope(|scope| scope.spawn(read_or_make).join())
            .unwrap_or_else(|_panic| Err(Fault::broken("reading the index key").into()))?;
        Self::with_key(&key)
    }

    /// An index under a given key.
    pub fn with_key(key: &[u8]) -> Result<Self, Error> {
        let keyed = Hmac::new_from_slice(key)
            .map_err(|error| Fault::from_source(FaultKind::Broken, "taking the index key", error))?;
        Ok(Self { keyed })
    }

    /// The digest of an identifier as this institution tells it.
    pub(crate) fn digest(&self, institution: InstitutionId, identifier: &Identifier) -> Digest {
        let mut keyed = self.keyed.clone();
        keyed.update(identifier.canonical(institution).as_bytes());
        let whole = keyed.finalize().into_bytes();
        let mut digest = [0; DIGEST_LEN];
        digest.copy_from_slice(&whole[..DIGEST_LEN]);
        digest
    }
}
