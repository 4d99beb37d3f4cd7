//! The stages of a payout: confirmed, in a pay file, paid or bounced; a bounced one can
//! be confirmed again with another account.

/// Where a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PayoutStage {
    /// Confirmed; waits for the next pay file.
    Confirmed,
    /// In a pay file; the bank has not answered.
    Paying,
    /// The bank paid it.
    Paid,
    /// The bank sent it back; the claim stands again.
    PayFailed,
}

impl PayoutStage {
    /// The number the database holds.
    pub fn code(self) -> i64 {
        match self {
            Self::Confirmed => 1,
            Self::Paying => 2,
            Self::Paid => 3,
            Self::PayFailed => 4,
        }
    }

    /// Back from the database's number.
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Confirmed, Self::Paying, Self::Paid, Self::PayFailed].into_iter().find(|one| one.code() == code)
    }

    /// The word of the JSON interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Paying => "paying",
            Self::Paid => "paid",
            Self::PayFailed => "pay_failed",
        }
    }
}

/// What the bank says of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BankSays {
    /// It paid.
    Paid,
    /// It sent it back.
    Bounced,
}

/// What follows: the stage to move to, or nothing new; refused where the bank says
/// the opposite of what it said, or speaks of what was never sent.
pub fn heard(stage: PayoutStage, says: BankSays) -> Result<Option<PayoutStage>, PayoutStage> {
    match (stage, says) {
        (PayoutStage::Paying, BankSays::Paid) => Ok(Some(PayoutStage::Paid)),
        (PayoutStage::Paying, BankSays::Bounced) => Ok(Some(PayoutStage::PayFailed)),
        (PayoutStage::Paid, BankSays::Paid) | (PayoutStage::PayFailed, BankSays::Bounced) => Ok(None),
        (PayoutStage::Confirmed, _)
        | (PayoutStage::Paid, BankSays::Bounced)
        | (PayoutStage::PayFailed, BankSays::Paid) => Err(stage),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bank_is_heard_once() {
        use {BankSays as B, PayoutStage as S};
        for (stage, says, then) in [
            (S::Paying, B::Paid, Ok(Some(S::Paid))),
            (S::Paying, B::Bounced, Ok(Some(S::PayFailed))),
            (S::Paid, B::Paid, Ok(None)),
            (S::PayFailed, B::Bounced, Ok(None)),
            (S::Paid, B::Bounced, Err(S::Paid)),
            (S::Confirmed, B::Paid, Err(S::Confirmed)),
        ] {
            assert_eq!(heard(stage, says), then, "{stage:?} {says:?}");
            assert_eq!(S::from_code(stage.code()), Some(stage));
        }
    }
}
