//! What the sender of a settlement knows about it: settling, uncertain, reversing,
//! and the three ends (insurance.md §4.1, §5.2). The insured place itself never
//! doubts; it may be this node.

use kernel::SettlementId;
use kernel::time::SECOND;

/// What an asked place answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// Done.
    Ok(T),
    /// Definitely not done; the code says why.
    Refused(String),
    /// It may have been done: never shown as a failure, never tried under another
    /// number.
    Unknown,
}

/// Where an ask stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Asked; no answer yet.
    Settling,
    /// No answer came, and none is found yet: "being confirmed, do not pay again".
    Uncertain,
    /// The place says that it never came: taken back, to be sure.
    Reversing,
    /// Done; the settlement is known.
    Settled,
    /// Definitely not done.
    Refused,
    /// Taken back; it will never be done.
    Reversed,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 6] =
        [Self::Settling, Self::Uncertain, Self::Reversing, Self::Settled, Self::Refused, Self::Reversed];

    /// The name the database and the interface hold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settling => "settling",
            Self::Uncertain => "uncertain",
            Self::Reversing => "reversing",
            Self::Settled => "settled",
            Self::Refused => "refused",
            Self::Reversed => "reversed",
        }
    }

    /// Back from the name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// Whether nobody need ask any more.
    pub const fn ended(self) -> bool {
        matches!(self, Self::Settled | Self::Refused | Self::Reversed)
    }
}

/// What a query of the place found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The settlement lives.
    Settled(SettlementId),
    /// It was made and undone.
    Undone,
    /// The message never came.
    Absent,
    /// The message was taken back before it came.
    Tombstone,
}

/// What to do next about an ask that is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask whether the message came.
    Query,
    /// Take the message back.
    Reverse,
    /// Nothing more.
    Rest,
}

impl Stage {
    /// After the place answered the settle itself.
    #[must_use]
    pub const fn answered(self, outcome: &Outcome<SettlementId>) -> Self {
        match (self, outcome) {
            (Self::Settling | Self::Uncertain, Outcome::Ok(_)) => Self::Settled,
            (Self::Settling, Outcome::Refused(_)) => Self::Refused,
            (Self::Settling, Outcome::Unknown) => Self::Uncertain,
            (stage, _) => stage,
        }
    }

    /// After a query.
    #[must_use]
    pub const fn queried(self, found: &Outcome<Found>) -> Self {
        match (self, found) {
            (Self::Settling | Self::Uncertain, Outcome::Ok(Found::Settled(_))) => Self::Settled,
            (Self::Settling | Self::Uncertain, Outcome::Ok(Found::Absent)) => Self::Reversing,
            (Self::Settling | Self::Uncertain | Self::Reversing, Outcome::Ok(Found::Tombstone | Found::Undone)) => {
                Self::Reversed
            }
            (Self::Settling, Outcome::Unknown | Outcome::Refused(_)) => Self::Uncertain,
            (stage, _) => stage,
        }
    }

    /// After a reversal: it is idempotent, so an unknown one is sent again.
    #[must_use]
    pub const fn reversed(self, outcome: &Outcome<()>) -> Self {
        match (self, outcome) {
            (Self::Reversing, Outcome::Ok(())) => Self::Reversed,
            (stage, _) => stage,
        }
    }

    /// What the chasing job does.
    pub const fn next(self) -> Next {
        match self {
            Self::Settling | Self::Uncertain => Next::Query,
            Self::Reversing => Next::Reverse,
            Self::Settled | Self::Refused | Self::Reversed => Next::Rest,
        }
    }
}

/// Waits before the first, second, … question: 2, 5, 15, 60 s, then each minute
/// (insurance.md §5.2).
pub fn wait_after(tries: i64) -> i64 {
    let seconds = match tries {
        ..=0 => 2,
        1 => 5,
        2 => 15,
        3.. => 60,
    };
    SECOND.saturating_mul(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ask_ends_one_way_only() {
        let id = SettlementId(4);
        let settled = Stage::Settling.answered(&Outcome::Ok(id));
        assert_eq!(settled, Stage::Settled);
        for end in [Stage::Settled, Stage::Refused, Stage::Reversed] {
            assert_eq!(end.answered(&Outcome::Unknown), end);
            assert_eq!(end.queried(&Outcome::Ok(Found::Absent)), end);
            assert_eq!(end.reversed(&Outcome::Ok(())), end);
            assert!(end.ended() && end.next() == Next::Rest);
        }
    }

    #[test]
    fn unknown_is_never_a_refusal() {
        let uncertain = Stage::Settling.answered(&Outcome::Unknown);
        assert_eq!(uncertain, Stage::Uncertain);
        assert_eq!(uncertain.queried(&Outcome::Unknown), Stage::Uncertain);
        assert_eq!(uncertain.queried(&Outcome::Ok(Found::Absent)), Stage::Reversing);
        assert_eq!(Stage::Reversing.reversed(&Outcome::Unknown), Stage::Reversing);
        assert_eq!(Stage::Reversing.reversed(&Outcome::Ok(())), Stage::Reversed);
        assert_eq!(uncertain.queried(&Outcome::Ok(Found::Settled(SettlementId(4)))), Stage::Settled);
        // The late answer of a settle that was asked about meanwhile is believed.
        assert_eq!(uncertain.answered(&Outcome::Ok(SettlementId(4))), Stage::Settled);
    }

    #[test]
    fn questions_come_later_each_time() {
        assert_eq!([0, 1, 2, 3, 99].map(|tries| wait_after(tries) / SECOND), [2, 5, 15, 60, 60]);
    }
}
