//! Time in half minutes: which step a code is of, and when it is accepted.

use kernel::time::SECOND;

/// Seconds of one step.
pub const STEP_SECONDS: i64 = 30;
/// Codes one card can have accepted in one step: three bits of sub-counter.
pub const SUBS: u32 = 8;
/// How far the start of a code's step may lie from the server's time, both ways
/// (C1 of the invariants).
pub const WINDOW: i64 = 60 * SECOND;
/// Days of one key epoch.
pub const EPOCH_DAYS: i64 = 7;

/// A half minute with a sub-counter: half minutes since 1970 times 8, plus 0 to 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Step(
    /// The number as the code carries it.
    pub u32,
);

impl Step {
    /// The first step of the half minute around `at` (microseconds UTC).
    pub fn at(at: i64) -> Self {
        let half_minutes = at.max(0) / (STEP_SECONDS * SECOND);
        Self(u32::try_from(half_minutes).unwrap_or(u32::MAX / SUBS).saturating_mul(SUBS))
    }

    /// The same half minute with another sub-counter; nothing when there is none.
    pub fn with_sub(self, sub: u32) -> Option<Self> {
        (sub < SUBS).then(|| Self(self.0 - self.sub() + sub))
    }

    /// The sub-counter.
    pub fn sub(self) -> u32 {
        self.0 % SUBS
    }

    /// When the half minute begins, microseconds UTC.
    pub fn starts_at(self) -> i64 {
        i64::from(self.0 / SUBS) * STEP_SECONDS * SECOND
    }

    /// When the half minute ends, microseconds UTC.
    pub fn ends_at(self) -> i64 {
        self.starts_at() + STEP_SECONDS * SECOND
    }
}

/// The key epoch of an instant: weeks since 1970.
pub fn epoch_at(at: i64) -> u16 {
    u16::try_from(at.max(0) / (EPOCH_DAYS * kernel::time::DAY)).unwrap_or(u16::MAX)
}

/// Which codes are accepted at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRule {
    /// The server's time, microseconds UTC.
    pub now: i64,
}

impl TimeRule {
    /// Accepts a code whose step begins at most [`WINDOW`] from now, sealed with the
    /// key of this epoch or the one before; else says how old it is.
    pub fn check(self, step: Step, epoch: u16) -> Result<(), String> {
        let age = self.now - step.starts_at();
        if age.abs() > WINDOW {
            let seconds = age.unsigned_abs().div_ceil(SECOND.unsigned_abs());
            return Err(if age > 0 {
                format!("made {seconds} s ago, accepted for {} s", WINDOW / SECOND)
            } else {
                format!("made for a time {seconds} s ahead: compare the clocks")
            });
        }
        let newest = epoch_at(self.now + WINDOW);
        let oldest = epoch_at(self.now).saturating_sub(1);
        if (oldest..=newest).contains(&epoch) { Ok(()) } else { Err("sealed with a key that is out of use".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::DAY;

    const NOW: i64 = 1_794_966_000 * SECOND;

    #[test]
    fn steps_count_half_minutes() {
        let step = Step::at(NOW + 29 * SECOND);
        assert_eq!(step, Step(1_794_966_000 / 30 * 8));
        assert_eq!((step.starts_at(), step.ends_at()), (NOW, NOW + 30 * SECOND));
        assert_eq!(step.with_sub(7).map(Step::sub), Some(7));
        assert_eq!(step.with_sub(7).and_then(|step| step.with_sub(2)).map(Step::sub), Some(2));
        assert_eq!(step.with_sub(8), None);
        assert_eq!(Step::at(-5), Step(0));
        assert_eq!(Step::at(i64::MAX).sub(), 0);
    }

    fn check(shift: i64, accepted: bool) {
        let step = Step::at(NOW);
        let found = TimeRule { now: NOW + shift }.check(step, epoch_at(NOW));
        assert_eq!(found.is_ok(), accepted, "{shift} {found:?}");
    }

    #[test]
    fn a_code_lives_a_minute_around_its_start() {
        check(0, true);
        check(60 * SECOND, true);
        check(60 * SECOND + 1, false);
        check(-60 * SECOND, true);
        check(-60 * SECOND - 1, false);
        check(DAY, false);
        check(-DAY, false);
    }

    #[test]
    fn the_detail_says_how_old() {
        let late = TimeRule { now: NOW + 95 * SECOND }.check(Step::at(NOW), epoch_at(NOW));
        assert_eq!(late, Err("made 95 s ago, accepted for 60 s".to_owned()));
        let early = TimeRule { now: NOW - 61 * SECOND }.check(Step::at(NOW), epoch_at(NOW));
        assert_eq!(early, Err("made for a time 61 s ahead: compare the clocks".to_owned()));
    }

    #[test]
    fn two_epochs_are_accepted() {
        let this = epoch_at(NOW);
        for (epoch, accepted) in [(this, true), (this - 1, true), (this - 2, false), (this + 1, false)] {
            assert_eq!(TimeRule { now: NOW }.check(Step::at(NOW), epoch).is_ok(), accepted, "{epoch}");
        }
        // A clock a little behind meets codes of the epoch that is about to begin.
        let boundary = (i64::from(this) + 1) * EPOCH_DAYS * DAY;
        assert_eq!(TimeRule { now: boundary - 30 * SECOND }.check(Step::at(boundary), this + 1), Ok(()));
    }
}
