//! The index key: identifiers are looked up by a keyed digest only. The key is in the
//! custody of `keys`: whoever has the database alone can neither look a number up nor
//! try numbers out. A database of before that keeps its key, sealed.

use crate::rules::identifier::Identifier;
use crate::store;
use ::store::Db;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::{Error, Fault, FaultKind, InstitutionId};
use keys::{Keys, Use};
use sha2::Sha256;

/// Bytes of a digest: half of HMAC-SHA-256 is exact enough for any population.
pub(crate) const DIGEST_LEN: usize = 16;

/// What the key is derived under.
const LABEL: &[u8] = b"identifiers";
/// What the key of an older database is sealed under.
const LABEL_KEPT: &[u8] = b"identifiers-kept";
/// Bytes of such a key before it was sealed.
const OPEN_LEN: usize = 32;

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
    /// Opens the node's index key. Waits on a thread of its own: a node may be opened
    /// from inside the asynchronous world.
    pub fn load(db: &Db, keys: &Keys) -> Result<Self, Error> {
        std::thread::scope(|scope| scope.spawn(|| Self::load_here(db, keys)).join())
            .unwrap_or_else(|_panic| Err(Fault::broken("reading the index key").into()))
    }

    fn load_here(db: &Db, keys: &Keys) -> Result<Self, Error> {
        let Some(kept) = db.read_now(|sql| Ok(store::index_key(sql)?))? else {
            return Self::with_key(keys.secret(Use::Index, LABEL)?.bytes());
        };
        if kept.len() != OPEN_LEN {
            return Self::with_key(&keys.unseal(Use::Index, LABEL_KEPT, &kept)?);
        }
        let sealed = keys.seal(Use::Index, LABEL_KEPT, &kept)?;
        db.write_now(0, move |tx| Ok(store::seal_index_key(tx, &sealed)?))?;
        Self::with_key(&kept)
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
