//! Revocation lists for checkers that are offline: parted into shards, each a small
//! signed filter that answers "revoked" or "not", so that a terminal fetches only
//! what changed and learns no name from it.
//!
//! A shard is a tagged COSE_Sign1 with the context `YM1 revocations` and the payload
//! `[1, made at, shard, shards, suite of the digests, seed, slots of a block,
//! fingerprints]`. It is an xor filter (Graf and Lemire, 2019) of 16 bits:
//!
//! - `base = digest(kid, 8 bytes ‖ id, 16 bytes)`; the shard of an id is the first two
//!   bytes of `base` as a number, modulo the number of shards, a power of two.
//! - `d = digest(seed, 4 bytes ‖ base)`; the three slots are
//!   `i × block + (bytes 4i to 4i+3 of d as a number modulo block)`, i = 0, 1, 2;
//!   the fingerprint is bytes 12–13 of `d`.
//! - The id is revoked when the three fingerprints, two bytes each, XOR to its own.
//!
//! A shard speaks for the region of the key that signed it, in that key's realm: no
//! region can call another's codes revoked or good. Its instant is its version: a
//! checker takes none of a region that is older than what it holds of that region.
//!
//! One id in 65,536 is called revoked by mistake; it is then asked online. No revoked
//! id is missed.

use crate::cbor::{BadCbor, Reader, Writer};
use crate::cose::{Sign, Sign1};
use crate::trust::ListRefused;
use crate::{Kid, part};
use suites::{DIGEST_LEN, PublicKey, SignError, Suite};

/// What a shard is signed for.
pub const CONTEXT: &[u8] = b"YM1 revocations";
/// Shards at most.
pub const SHARDS_MAX: u32 = 65_536;
/// Slots of a block at most: a shard stays below 6 MB.
pub const BLOCK_MAX: usize = 1_000_000;
/// Seeds tried at most; one in three or so fails.
const SEEDS_MAX: u32 = 1000;

/// An id that is revoked or asked about: whose key signed it, and its 16 bytes
/// (pseudonym, number, or organisation and place).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revoked {
    /// The issuer's key.
    pub kid: Kid,
    /// The id under it.
    pub id: [u8; 16],
}

/// What `base` is.
pub type Base = [u8; DIGEST_LEN];

/// The digest that stands for an id.
pub fn base(suite: &dyn Suite, revoked: &Revoked) -> Base {
    suite.digest(&[&revoked.kid.0, &revoked.id])
}

/// The shard of an id.
pub fn shard_of(base: &Base, shards: u32) -> u32 {
    u32::from(u16::from_be_bytes(part(base, 0))) % shards.max(1)
}

/// One part of the revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// When it was made, seconds since 1970.
    pub made_at: i64,
    /// Which.
    pub shard: u32,
    /// Of how many.
    pub shards: u32,
    /// The suite whose digest it is made with.
    pub suite: u8,
    seed: u32,
    block: usize,
    prints: Vec<u8>,
}

fn slots(suite: &dyn Suite, seed: u32, base: &Base, block: usize) -> ([usize; 3], u16) {
    let digest = suite.digest(&[&seed.to_be_bytes(), base]);
    let slot = |at: usize| {
        let number = u32::from_be_bytes(part(&digest, at * 4)) as usize;
        at * block + number % block
    };
    ([slot(0), slot(1), slot(2)], u16::from_be_bytes(part(&digest, 12)))
}

impl Shard {
    /// Makes a shard of the bases that belong to it, each once; nothing when they are
    /// too many for one.
    pub fn build(made_at: i64, (shard, shards): (u32, u32), suite: &'static dyn Suite, bases: &[Base]) -> Option<Self> {
        let mut mine: Vec<Base> = bases.iter().filter(|base| shard_of(base, shards) == shard).copied().collect();
        mine.sort_unstable();
        mine.dedup();
        // 1.23 slots for each, as the construction needs, and some for small sets.
        let block = (mine.len() * 123 / 100).div_ceil(3) + 11;
        if block > BLOCK_MAX || !shards.is_power_of_two() || shards > SHARDS_MAX {
            return None;
        }
        let (seed, prints) = (0..SEEDS_MAX).find_map(|seed| Some((seed, peeled(suite, seed, &mine, block)?)))?;
        Some(Self { made_at, shard, shards, suite: suite.byte(), seed, block, prints })
    }

    /// Whether the id of this base is revoked; asked of the right shard only.
    pub fn holds(&self, base: &Base) -> bool {
        let Ok(suite) = suites::of(self.suite) else { return true };
        let (at, print) = slots(suite, self.seed, base, self.block);
        let found = at.iter().fold(0, |sum, slot| sum ^ u16::from_be_bytes(part(&self.prints, slot * 2)));
        found == print
    }

    /// Bytes of its fingerprints.
    pub fn len(&self) -> usize {
        self.prints.len()
    }

    /// Whether it has no slot, which no shard is.
    pub fn is_empty(&self) -> bool {
        self.prints.is_empty()
    }

    /// Signs it with a key that the trust list allows to.
    pub fn sign(&self, key: &impl Sign, kid: Kid) -> Result<Vec<u8>, SignError> {
        let mut out = Writer::new();
        out.array(8).int(1).int(self.made_at).int(i64::from(self.shard)).int(i64::from(self.shards));
        out.int(i64::from(self.suite)).int(i64::from(self.seed));
        out.int(i64::try_from(self.block).unwrap_or(i64::MAX)).bytes(&self.prints);
        Ok(Sign1::sign(key, &kid.0, CONTEXT, out.end())?.write())
    }

    /// Reads a shard; `key_of` gives the key that a kid names, when it may sign lists.
    pub fn read<'k>(bytes: &[u8], key_of: impl Fn(Kid) -> Option<&'k PublicKey>) -> Result<Self, ListRefused> {
        let message = Sign1::read_strict(bytes)?;
        let kid = message.kid.as_deref().and_then(|kid| kid.try_into().ok()).map(Kid);
        let key = kid.and_then(key_of).ok_or(ListRefused::Signature)?;
        if !message.verify(key, CONTEXT) {
            return Err(ListRefused::Signature);
        }
        Ok(content(&message.payload)?)
    }
}

fn content(payload: &[u8]) -> Result<Shard, BadCbor> {
    let mut reader = Reader::new(payload);
    reader.array_of(8)?;
    if reader.int()? != 1 {
        return Err(BadCbor::Value);
    }
    let shard = Shard {
        made_at: reader.int()?,
        shard: reader.number()?,
        shards: reader.number()?,
        suite: reader.number()?,
        seed: reader.number()?,
        block: reader.number()?,
        prints: reader.bytes()?.to_vec(),
    };
    reader.end()?;
    let known = suites::of(shard.suite).is_ok() && shard.shards.is_power_of_two() && shard.shards <= SHARDS_MAX;
    let sized = (1..=BLOCK_MAX).contains(&shard.block) && shard.prints.len() == shard.block * 6;
    if known && sized && shard.shard < shard.shards { Ok(shard) } else { Err(BadCbor::Value) }
}

/// Peels the three-part graph and fills the fingerprints backwards; nothing when the
/// seed leaves a core that cannot be peeled.
fn peeled(suite: &dyn Suite, seed: u32, bases: &[Base], block: usize) -> Option<Vec<u8>> {
    let edges: Vec<([usize; 3], u16)> = bases.iter().map(|base| slots(suite, seed, base, block)).collect();
    let mut degree = vec![0_u32; block * 3];
    // The XOR of the edges at a slot is the edge itself once one is left.
    let mut edge_sum = vec![0_usize; block * 3];
    for (edge, (at, _print)) in edges.iter().enumerate() {
        for slot in at {
            degree[*slot] += 1;
            edge_sum[*slot] ^= edge;
        }
    }
    let mut single: Vec<usize> = (0..degree.len()).filter(|slot| degree[*slot] == 1).collect();
    let mut order = Vec::with_capacity(edges.len());
    while let Some(slot) = single.pop() {
        if degree[slot] != 1 {
            continue;
        }
        let edge = edge_sum[slot];
        order.push((edge, slot));
        for other in edges[edge].0 {
            degree[other] -= 1;
            edge_sum[other] ^= edge;
            if degree[other] == 1 {
                single.push(other);
            }
        }
    }
    if order.len() != edges.len() {
        return None;
    }
    let mut prints = vec![0_u16; block * 3];
    for (edge, slot) in order.into_iter().rev() {
        let (at, print) = edges[edge];
        prints[slot] = at.iter().filter(|other| **other != slot).fold(print, |sum, other| sum ^ prints[*other]);
    }
    Some(prints.into_iter().flat_map(u16::to_be_bytes).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(suite: &dyn Suite, from: u64, count: u64) -> Vec<Base> {
        (from..from + count)
            .map(|number| {
                let mut id = [0; 16];
                id[..8].copy_from_slice(&number.to_be_bytes());
                base(suite, &Revoked { kid: Kid([1; 8]), id })
            })
            .collect()
    }

    #[test]
    fn all_that_are_revoked_are_held_and_few_others() {
        for suite in suites::all() {
            for count in [0, 1, 2, 10, 5000] {
                let inside = bases(suite, 0, count);
                for shard in 0..4 {
                    let built = Shard::build(1, (shard, 4), suite, &inside).expect("a shard");
                    let mine = inside.iter().filter(|base| shard_of(base, 4) == shard);
                    assert!(mine.clone().all(|base| built.holds(base)));
                    // 19.7 bits each, and 66 bytes for small sets.
                    assert!(built.len() <= mine.count() * 247 / 100 + 72);
                    let wrong = bases(suite, 1_000_000, 20_000).iter().filter(|base| built.holds(base)).count();
                    assert!(wrong <= 6, "{wrong} of 20,000");
                }
            }
        }
    }
}
