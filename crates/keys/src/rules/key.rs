//! A key and its stages: next, active, retired, revoked. There is no way back.

use super::kid::Kid;
use super::plan::Use;
use crate::Refusal;
use kernel::InstitutionId;

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Published, so that verifiers know it; signs nothing yet.
    Next,
    /// Signs.
    Active,
    /// Signs nothing any more; what it signed counts until its end.
    Retired,
    /// Nothing it signed counts, whenever that was.
    Revoked,
}

impl State {
    /// The word in the database and in the trust list.
    pub fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }

    /// Back from the word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired, Self::Revoked].into_iter().find(|state| state.name() == name)
    }

    /// Whether a key may move from here to there.
    pub fn may_become(self, then: Self) -> bool {
        match self {
            Self::Next => matches!(then, Self::Active | Self::Revoked),
            Self::Active => matches!(then, Self::Retired | Self::Revoked),
            Self::Retired => then == Self::Revoked,
            Self::Revoked => false,
        }
    }
}

/// A key as everybody may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub kid: Kid,
    /// What it is for.
    pub used: Use,
    /// The institution it belongs to; nothing for the region.
    pub site: Option<InstitutionId>,
    /// The byte of its suite; 0 for a secret.
    pub suite: u8,
    /// The public part; for a secret a digest of it.
    pub public: Vec<u8>,
    /// Where it stands.
    pub state: State,
    /// When it was made, microseconds UTC.
    pub created_at: i64,
    /// Signs nothing before, microseconds UTC.
    pub not_before: i64,
    /// Nothing signed by it counts from here on, microseconds UTC.
    pub not_after: i64,
    /// When it was retired or revoked, microseconds UTC.
    pub ended_at: Option<i64>,
    /// Why it was revoked.
    pub reason: String,
}

impl Key {
    /// Where the passing of time takes the key; nothing when it stays. An active
    /// one is retired by its successor, not by time.
    pub fn moved(&self, now: i64) -> Option<State> {
        (self.state == State::Next && self.not_before <= now).then_some(State::Active)
    }

    /// Whether a successor should be published now.
    pub fn wants_successor(&self, now: i64) -> bool {
        let plan = self.used.plan();
        self.state == State::Active && plan.signs && now >= self.not_after - plan.overlap - plan.lead
    }

    /// Whether what it signed at `signed_at` counts at `now`: a signature of a time
    /// after the key had ended is no signature of it.
    pub fn counts(&self, signed_at: i64, now: i64) -> Result<(), Refusal> {
        match self.state {
            State::Revoked => Err(Refusal::KeyRevoked),
            State::Next => Err(Refusal::KeyOutOfTime),
            State::Active | State::Retired => {
                let early = signed_at < self.not_before - SKEW_MAX || signed_at > now + SKEW_MAX;
                let late = signed_at >= self.not_after
                    || self.ended_at.is_some_and(|ended_at| signed_at > ended_at + SKEW_MAX);
                if early || late { Err(Refusal::KeyOutOfTime) } else { Ok(()) }
            }
        }
    }
}

/// How far the clocks of two nodes may stand apart (F8): microseconds.
pub const SKEW_MAX: i64 = 5 * kernel::time::MINUTE;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::kid::Realm;
    use kernel::time::DAY;

    fn key(state: State, ended_at: Option<i64>) -> Key {
        Key {
            kid: Kid::of(Realm::Test, Use::Issuing, 1, b"k"),
            used: Use::Issuing,
            site: None,
            suite: 1,
            public: b"k".to_vec(),
            state,
            created_at: 0,
            not_before: DAY,
            not_after: 91 * DAY,
            ended_at,
            reason: String::new(),
        }
    }

    #[test]
    fn there_is_no_way_back() {
        let all = [State::Next, State::Active, State::Retired, State::Revoked];
        for from in all {
            assert_eq!(State::from_name(from.name()), Some(from));
            assert!(!from.may_become(State::Next) && !from.may_become(from));
            assert_eq!(from.may_become(State::Revoked), from != State::Revoked);
        }
        assert!(!State::Retired.may_become(State::Active));
        assert_eq!(State::from_name("lost"), None);
    }

    #[test]
    fn a_signature_counts_within_the_life_of_its_key() {
        for (state, ended_at, signed_at, expected) in [
            (State::Active, None, DAY, Ok(())),
            (State::Active, None, DAY - SKEW_MAX - 1, Err(Refusal::KeyOutOfTime)),
            (State::Active, None, 41 * DAY, Err(Refusal::KeyOutOfTime)),
            (State::Retired, Some(30 * DAY), 30 * DAY, Ok(())),
            (State::Retired, Some(30 * DAY), 31 * DAY, Err(Refusal::KeyOutOfTime)),
            (State::Revoked, Some(30 * DAY), 2 * DAY, Err(Refusal::KeyRevoked)),
            (State::Next, None, DAY, Err(Refusal::KeyOutOfTime)),
        ] {
            assert_eq!(key(state, ended_at).counts(signed_at, 40 * DAY), expected, "{state:?} {signed_at}");
        }
        assert_eq!(key(State::Active, None).counts(91 * DAY, 92 * DAY), Err(Refusal::KeyOutOfTime));
    }

    #[test]
    fn the_successor_comes_before_the_end() {
        let old = key(State::Active, None);
        assert!(!old.wants_successor(58 * DAY));
        assert!(old.wants_successor(59 * DAY));
        assert_eq!(key(State::Next, None).moved(DAY - 1), None);
        assert_eq!(key(State::Next, None).moved(DAY), Some(State::Active));
        assert_eq!(old.moved(80 * DAY), None);
    }
}
