//! Random numbers that stand for accounts and rows: sums of them are equal when the
//! things are, and differ, but for one chance in 2^100, when one thing does.

use crate::store::accounts::Owned;
use std::hash::{DefaultHasher, Hasher as _};

/// Buckets persons are spread over, so that a difference leads to few of them; a
/// power of two.
pub(crate) const BUCKETS: usize = 1_024;

const MASK: u128 = BUCKETS as u128 - 1;

/// Makes marks under a seed drawn for one check.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks([u64; 4]);

impl Marks {
    /// Marks of a fresh key.
    pub(crate) fn new(key: [u8; 32]) -> Self {
        let mut seeds = [0u64; 4];
        for (seed, bytes) in seeds.iter_mut().zip(key.chunks_exact(8)) {
            *seed = bytes.iter().fold(0, |all, byte| (all << 8) | u64::from(*byte));
        }
        Self(seeds)
    }

    fn half(seeds: (u64, u64), parts: &[i64]) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(seeds.0);
        for part in parts {
            hasher.write_i64(*part);
        }
        hasher.write_u64(seeds.1);
        hasher.finish()
    }

    /// The mark of some numbers.
    pub(crate) fn of(&self, parts: &[i64]) -> u128 {
        let [a, b, c, d] = self.0;
        (u128::from(Self::half((a, b), parts)) << 64) | u128::from(Self::half((c, d), parts))
    }

    /// The mark of a person's account and its bucket.
    pub(crate) fn owned(&self, owned: &Owned) -> (u128, usize) {
        let mark = self.of(&[owned.person, owned.entity.0, i64::from(owned.code.number())]);
        (mark, usize::try_from(mark & MASK).unwrap_or(0))
    }
}
