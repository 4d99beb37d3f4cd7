//! The stages of a payment and what moves it: whatever the channel tells, in any
//! order and any number of times, a payment is paid at most once, and money that
//! nobody waits for goes back.

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Asked of the channel; what became of it is not known yet.
    Asked,
    /// The channel knows it; the person has not confirmed yet.
    Waiting,
    /// Both legs are through.
    Paid,
    /// The channel says that nothing was taken.
    Failed,
    /// Nobody waits for it any more; money that comes late goes back.
    GivenUp,
    /// Money came that is not wanted; all of it is on its way back.
    Returning,
    /// All of the money went back.
    Refunded,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 7] =
        [Self::Asked, Self::Waiting, Self::Paid, Self::Failed, Self::GivenUp, Self::Returning, Self::Refunded];

    /// The number the database holds.
    pub fn code(self) -> i64 {
        match self {
            Self::Asked => 1,
            Self::Waiting => 2,
            Self::Paid => 3,
            Self::Failed => 4,
            Self::GivenUp => 5,
            Self::Returning => 6,
            Self::Refunded => 7,
        }
    }

    /// Back from the database's number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// The word of the JSON interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Waiting => "waiting",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::GivenUp => "given-up",
            Self::Returning => "returning",
            Self::Refunded => "refunded",
        }
    }

    /// What a person reads, in Chinese and English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Asked => ("正在确认，请勿重复支付", "Being confirmed, do not pay again"),
            Self::Waiting => ("等待您确认支付", "Waiting for you to confirm"),
            Self::Paid => ("已支付", "Paid"),
            Self::Failed => ("未支付，没有扣款", "Not paid, nothing was taken"),
            Self::GivenUp => ("已放弃，如有扣款将自动退回", "Given up; anything taken comes back by itself"),
            Self::Returning => ("正在退回", "On its way back"),
            Self::Refunded => ("已全额退回", "All of it went back"),
        }
    }

    /// Whether it keeps its subject from being paid another way.
    pub fn live(self) -> bool {
        match self {
            Self::Asked | Self::Waiting | Self::Paid => true,
            Self::Failed | Self::GivenUp | Self::Returning | Self::Refunded => false,
        }
    }

    /// Whether the channel must still be asked how it stands.
    pub fn undecided(self) -> bool {
        match self {
            Self::Asked | Self::Waiting => true,
            Self::Paid | Self::Failed | Self::GivenUp | Self::Returning | Self::Refunded => false,
        }
    }
}

/// What a channel says about an order, without its amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// It exists and waits for the person (`MIX_PAY_CREATED`).
    Created,
    /// Every leg is through (`MIX_PAY_SUCCESS`).
    Success,
    /// Nothing was taken, and nothing will be (`MIX_PAY_FAIL`).
    Failed,
    /// What was taken went back (`MIX_PAY_REFUND`).
    Refunded,
    /// It never came.
    Absent,
}

/// What follows from what a channel says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Nothing new.
    Nothing,
    /// The channel has it now.
    Wait,
    /// It is paid.
    Pay,
    /// It ended without money.
    Fail,
    /// It never came: ask again, under the same number.
    AskAgain,
    /// Money came that is not wanted: send it back.
    Return,
    /// It says what cannot be; somebody must look, nothing moves.
    Contradiction,
}

/// What a channel says, beside what is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// What it says.
    pub says: Says,
    /// Whether every amount it names is ours.
    pub agrees: bool,
    /// Whether a refund of ours is known.
    pub returned: bool,
}

/// The move at a stage.
pub fn next(stage: Stage, heard: Heard) -> Move {
    let Heard { says, agrees, returned } = heard;
    match (stage, says) {
        (Stage::Asked, Says::Created) => Move::Wait,
        (Stage::Asked, Says::Absent) => Move::AskAgain,
        (Stage::Asked | Stage::Waiting, Says::Success) if agrees => Move::Pay,
        (Stage::Asked | Stage::Waiting | Stage::Failed | Stage::GivenUp, Says::Success) => Move::Return,
        (Stage::Asked | Stage::Waiting, Says::Failed | Says::Refunded) => Move::Fail,
        (Stage::Waiting | Stage::Paid, Says::Absent) | (Stage::Paid, Says::Failed) => Move::Contradiction,
        (Stage::Paid, Says::Success) if !agrees => Move::Contradiction,
        (Stage::Paid, Says::Refunded) if !returned => Move::Contradiction,
        // Late, doubled and reordered messages end here.
        (Stage::Waiting, Says::Created)
        | (Stage::Paid, Says::Created | Says::Success | Says::Refunded)
        | (Stage::Failed | Stage::GivenUp, Says::Created | Says::Failed | Says::Refunded | Says::Absent)
        | (Stage::Returning | Stage::Refunded, _) => Move::Nothing,
    }
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefundStage {
    /// Asked of the channel; what became of it is not known yet.
    Asked,
    /// The channel is at it.
    Underway,
    /// The money went back.
    Done,
    /// The channel could not give it back; nothing moved, it can be asked afresh.
    Stuck,
}

impl RefundStage {
    /// The number the database holds.
    pub fn code(self) -> i64 {
        match self {
            Self::Asked => 1,
            Self::Underway => 2,
            Self::Done => 3,
            Self::Stuck => 4,
        }
    }

    /// Back from the database's number.
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Asked, Self::Underway, Self::Done, Self::Stuck].into_iter().find(|stage| stage.code() == code)
    }

    /// The word of the JSON interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Underway => "underway",
            Self::Done => "done",
            Self::Stuck => "stuck",
        }
    }

    /// Whether the channel must still be asked how it stands.
    pub fn undecided(self) -> bool {
        match self {
            Self::Asked | Self::Underway => true,
            Self::Done | Self::Stuck => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAYS: [Says; 5] = [Says::Created, Says::Success, Says::Failed, Says::Refunded, Says::Absent];

    fn after(stage: Stage, done: Move) -> Stage {
        match done {
            Move::Nothing | Move::Contradiction | Move::AskAgain => stage,
            Move::Wait => Stage::Waiting,
            Move::Pay => Stage::Paid,
            Move::Fail => Stage::Failed,
            Move::Return => Stage::Returning,
        }
    }

    #[test]
    fn each_saying_moves_as_written() {
        for (stage, says, agrees, moved) in [
            (Stage::Asked, Says::Created, true, Move::Wait),
            (Stage::Asked, Says::Success, true, Move::Pay),
            (Stage::Asked, Says::Success, false, Move::Return),
            (Stage::Asked, Says::Absent, true, Move::AskAgain),
            (Stage::Waiting, Says::Absent, true, Move::Contradiction),
            (Stage::Waiting, Says::Failed, true, Move::Fail),
            (Stage::Paid, Says::Success, true, Move::Nothing),
            (Stage::Paid, Says::Success, false, Move::Contradiction),
            (Stage::Paid, Says::Created, true, Move::Nothing),
            (Stage::GivenUp, Says::Success, true, Move::Return),
            (Stage::Failed, Says::Success, true, Move::Return),
            (Stage::Returning, Says::Success, true, Move::Nothing),
        ] {
            assert_eq!(next(stage, Heard { says, agrees, returned: false }), moved, "{stage:?} {says:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_said_nothing_is_paid_twice(said in proptest::collection::vec((0..5usize, any::<bool>()), 0..40)) {
            let (mut stage, mut paid, mut returned) = (Stage::Asked, 0, 0);
            for (at, agrees) in said {
                let done = next(stage, Heard { says: SAYS[at], agrees, returned: false });
                paid += i32::from(done == Move::Pay);
                returned += i32::from(done == Move::Return);
                let then = after(stage, done);
                // What ended does not come back to life.
                prop_assert!(stage.live() || !then.live());
                prop_assert!(stage != Stage::Paid || then == Stage::Paid);
                stage = then;
            }
            prop_assert!(paid + returned <= 1, "paid {} returned {}", paid, returned);
        }
    }

    #[test]
    fn numbers_come_back() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_code(stage.code()), Some(stage));
        }
        assert_eq!((Stage::from_code(0), RefundStage::from_code(9)), (None, None));
    }
}
