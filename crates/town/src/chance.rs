//! The town's own seeded generator: the same seed replays the same town for ever,
//! whatever version of whatever library is linked.
//! Integers only, so that no rounding of floats can differ between machines.
//! Leaves all meaning to its callers.

/// A stream of numbers that depends only on what it was seeded with (xoshiro256**, seeded by SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Chance {
    state: [u64; 4],
}

/// Which part of a person's story a stream is for, so that a change in one part leaves the others as they were.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Thread {
    /// Name, age, address.
    Person = 1,
    /// Illness and care.
    Life = 2,
}

fn split_mix(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Chance {
    /// The stream of one person for one thread.
    pub(crate) fn of(seed: u64, index: u32, thread: Thread) -> Chance {
        let mut mixed = seed ^ u64::from(index).wrapping_mul(0xD134_2543_DE82_EF95) ^ ((thread as u64) << 56);
        // Two rounds first, so that neighbours do not begin alike.
        split_mix(&mut mixed);
        let state = [split_mix(&mut mixed), split_mix(&mut mixed), split_mix(&mut mixed), split_mix(&mut mixed)];
        Chance { state }
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number in `0..limit`; `0` when the limit is `0`.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        let product = (self.next() >> 32) * u64::from(limit);
        u32::try_from(product >> 32).expect("a product of two 32-bit numbers, shifted by 32, fits")
    }

    /// A number from `low` to `high`, both included; `low` when the order is wrong.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u32::try_from(high - low).unwrap_or(0).saturating_add(1);
        low + i64::from(self.below(width))
    }

    /// True `percent` times in a hundred.
    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// True `per_mille` times in a thousand.
    pub(crate) fn per_mille(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// A number around `mean` with about the given standard deviation, never further than 3.5 of them.
    pub(crate) fn around(&mut self, mean: i64, deviation: i64) -> i64 {
        let bits = self.next();
        let sum = [0, 16, 32, 48]
            .into_iter()
            .map(|shift| i64::try_from((bits >> shift) & 0xFFFF).expect("sixteen bits fit"))
            .sum::<i64>()
            - 2 * 0xFFFF;
        // Four uniform 16-bit numbers have together a deviation of 37,837.
        mean + sum * deviation / 37_837
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.place_in(list.len())]
    }

    /// A position in a list of this length.
    pub(crate) fn place_in(&mut self, length: usize) -> usize {
        let limit = u32::try_from(length).unwrap_or(u32::MAX);
        usize::try_from(self.below(limit)).expect("a position below a length fits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_numbers_never_change() {
        let mut chance = Chance::of(20_261_118, 7, Thread::Life);
        let first = [chance.next(), chance.next()];
        assert_eq!(first, [GOLDEN_FIRST, GOLDEN_SECOND]);
    }

    // Written down on the first day; a change here is a change of every town ever shown.
    const GOLDEN_FIRST: u64 = 10_537_482_789_344_433_860;
    const GOLDEN_SECOND: u64 = 7_641_725_242_530_721_134;

    #[test]
    fn stays_inside_its_limits() {
        let mut chance = Chance::of(1, 1, Thread::Person);
        for _ in 0..10_000 {
            assert!(chance.below(7) < 7);
            assert!((3..=9).contains(&chance.between(3, 9)));
            assert!((65..=135).contains(&chance.around(100, 10)));
        }
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.between(5, 5), 5);
    }

    #[test]
    fn is_centred() {
        let mut chance = Chance::of(2, 2, Thread::Person);
        let sum: i64 = (0..20_000).map(|_| chance.around(1000, 100)).sum();
        assert!((995..=1005).contains(&(sum / 20_000)), "mean {}", sum / 20_000);
    }
}
