//! Chance from a seed (SplitMix64), the rig's own: it shares no code with what it judges.

/// Replays: the same seed throws the same for ever.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    /// Heads or tails.
    pub fn coin(&mut self) -> bool {
        self.throw() >> 63 == 1
    }

    /// A number from 0 up to and with `most`.
    pub fn upto(&mut self, most: usize) -> usize {
        usize::try_from(self.throw() % (most as u64 + 1)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_replays_and_a_coin_is_fair() {
        let mut dice = Dice::of(9);
        let heads = (0..1_000).filter(|_| dice.coin()).count();
        assert!((450..550).contains(&heads), "{heads}");
        assert_eq!(Dice::of(3).throw(), Dice::of(3).throw());
        assert!((0..100).all(|_| dice.upto(3) <= 3));
    }
}
