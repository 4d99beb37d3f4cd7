//! Time in half minutes: which step a code is of, when it is accepted, which
//! epoch's keys it is of.

/// Seconds of one half minute.
pub const HALF_MINUTE: i64 = 30;
/// Codes of one device or credential in one half minute: three bits of sub-counter.
pub const SUBS: u32 = 8;
/// How far the start of a code's half minute may lie from the checker's time, both
/// ways, seconds (C1 of the invariants).
pub const WINDOW: i64 = 60;
/// Seconds of one epoch of keys: a week.
pub const EPOCH: i64 = 7 * 86_400;
/// Beyond this many seconds, a wrong clock is likelier than a slow hand.
pub const CLOCK_DOUBT: i64 = 600;
/// Half minutes that one handle covers: as long as a code of it may be accepted, so
/// that two codes never alive together share no byte of it (C3).
pub const SLOT: u32 = 4;

/// A half minute with a sub-counter: half minutes since 1970 times 8, plus 0 to 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Step(
    /// The number as the code carries it.
    pub u32,
);

impl Step {
    /// The first step of the half minute around `at`.
    pub fn at(at: i64) -> Self {
        let half_minutes = at.max(0) / HALF_MINUTE;
        Self(u32::try_from(half_minutes).unwrap_or(u32::MAX / SUBS).saturating_mul(SUBS))
    }

    /// The first step of a half minute, counted from 1970.
    pub fn of_half_minute(half_minute: u32) -> Self {
        Self(half_minute.saturating_mul(SUBS))
    }

    /// The same half minute with another sub-counter; nothing when there is none.
    pub fn with_sub(self, sub: u32) -> Option<Self> {
        (sub < SUBS).then(|| Self(self.0 - self.sub() + sub))
    }

    /// The sub-counter.
    pub fn sub(self) -> u32 {
        self.0 % SUBS
    }

    /// Half minutes since 1970.
    pub fn half_minute(self) -> u32 {
        self.0 / SUBS
    }

    /// Which handle covers it.
    pub fn slot(self) -> u32 {
        self.half_minute() / SLOT
    }

    /// When the half minute begins.
    pub fn starts_at(self) -> i64 {
        i64::from(self.half_minute()) * HALF_MINUTE
    }

    /// When the half minute ends.
    pub fn ends_at(self) -> i64 {
        self.starts_at() + HALF_MINUTE
    }
}

/// The key epoch of an instant: weeks since 1970.
pub fn epoch_at(at: i64) -> u16 {
    u16::try_from(at.max(0) / EPOCH).unwrap_or(u16::MAX)
}

/// How a code lies outside the time it is accepted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfTime {
    /// Made so many seconds ago: an old picture, or a clock that is slow.
    Late(
        /// Seconds.
        i64,
    ),
    /// Made for so many seconds ahead: one of the clocks is wrong.
    Early(
        /// Seconds.
        i64,
    ),
}

impl OutOfTime {
    /// Whether a wrong clock explains it better than a slow hand or an old picture:
    /// made for the future, or off by more than [`CLOCK_DOUBT`].
    pub fn doubts_clock(self) -> bool {
        match self {
            Self::Early(_) => true,
            Self::Late(seconds) => seconds > CLOCK_DOUBT,
        }
    }
}

impl std::fmt::Display for OutOfTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Late(seconds) => write!(f, "made {seconds} s ago, accepted for {WINDOW} s"),
            Self::Early(seconds) => write!(f, "made for a time {seconds} s ahead: compare the clocks"),
        }
    }
}

/// Which codes are accepted at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRule {
    /// The checker's time.
    pub now: i64,
    /// Seconds that the start of the half minute may lie from it; usually [`WINDOW`].
    pub window: i64,
}

impl TimeRule {
    /// The usual rule at a moment.
    pub fn at(now: i64) -> Self {
        Self { now, window: WINDOW }
    }

    /// Accepts a step that begins at most the window from now.
    pub fn check(self, step: Step) -> Result<(), OutOfTime> {
        let age = self.now.saturating_sub(step.starts_at());
        match age {
            _ if age > self.window => Err(OutOfTime::Late(age)),
            _ if age < -self.window => Err(OutOfTime::Early(age.saturating_neg())),
            _ => Ok(()),
        }
    }

    /// The half minutes that are accepted, oldest first.
    pub fn half_minutes(self) -> impl Iterator<Item = u32> {
        let first = self.now.saturating_sub(self.window).max(0);
        let first = first / HALF_MINUTE + i64::from(first % HALF_MINUTE != 0);
        let last = self.now.saturating_add(self.window).max(0) / HALF_MINUTE;
        (first..=last).filter_map(|half_minute| u32::try_from(half_minute).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_794_966_000;

    #[test]
    fn steps_count_half_minutes() {
        let step = Step::at(NOW + 29);
        assert_eq!(step, Step(1_794_966_000 / 30 * 8));
        assert_eq!((step.starts_at(), step.ends_at()), (NOW, NOW + 30));
        assert_eq!(step.with_sub(7).map(Step::sub), Some(7));
        assert_eq!(step.with_sub(7).and_then(|step| step.with_sub(2)).map(Step::sub), Some(2));
        assert_eq!(step.with_sub(8), None);
        assert_eq!(Step::at(-5), Step(0));
        assert_eq!(Step::at(i64::MAX).sub(), 0);
    }

    #[test]
    fn a_code_lives_a_minute_around_its_start() {
        for (shift, found) in [
            (0, Ok(())),
            (60, Ok(())),
            (61, Err(OutOfTime::Late(61))),
            (-60, Ok(())),
            (-61, Err(OutOfTime::Early(61))),
            (90, Err(OutOfTime::Late(90))),
            (86_400, Err(OutOfTime::Late(86_400))),
            (-86_400, Err(OutOfTime::Early(86_400))),
        ] {
            assert_eq!(TimeRule::at(NOW + shift).check(Step::at(NOW)), found, "{shift}");
        }
        assert!(!OutOfTime::Late(90).doubts_clock());
        assert!(OutOfTime::Late(86_400).doubts_clock() && OutOfTime::Early(61).doubts_clock());
    }

    #[test]
    fn the_accepted_half_minutes_are_those_that_pass() {
        for now in NOW - 31..NOW + 31 {
            let rule = TimeRule::at(now);
            let listed: Vec<u32> = rule.half_minutes().collect();
            for half_minute in Step::at(now - 200).half_minute()..Step::at(now + 200).half_minute() {
                let passes = rule.check(Step::of_half_minute(half_minute)).is_ok();
                assert_eq!(passes, listed.contains(&half_minute), "{now} {half_minute}");
            }
        }
    }
}
