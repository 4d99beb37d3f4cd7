//! The split of what is paid, and the two identities it must keep
//! (insurance.md §4.8): `total = gov + account + other + cash + added` and
//! `total = gov + account + other + paid in money + reduced`.

use crate::Refusal;
use kernel::{Error, FEN_MAX, Fen};

/// How a bill is split between insurance, account and money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shares {
    /// The whole: what the bill says plus what was added.
    pub total: Fen,
    /// Paid by the funds (`med_ins_gov_fee`).
    pub gov: Fen,
    /// Paid by personal accounts, the own and relatives' (`med_ins_self_fee`).
    pub account: Fen,
    /// Paid by other insurance parts (`med_ins_other_fee`).
    pub other: Fen,
    /// What insurance leaves to be paid in money (`med_ins_cash_fee`).
    pub cash: Fen,
    /// Fees added to the bill outside insurance, such as delivery (`cash_add_fee`).
    pub added: Fen,
    /// What the institution takes off the money due (`cash_reduce_fee`).
    pub reduced: Fen,
}

/// Which legs a payment has, in the channel's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Money only.
    CashOnly,
    /// Insurance only; no money is due.
    InsuranceOnly,
    /// Both.
    Both,
}

impl Mix {
    /// `mix_pay_type` of the mobile channel.
    pub fn name(self) -> &'static str {
        match self {
            Self::CashOnly => "CASH_ONLY",
            Self::InsuranceOnly => "INSURANCE_ONLY",
            Self::Both => "CASH_AND_INSURANCE",
        }
    }
}

fn sum(parts: &[Fen]) -> Option<Fen> {
    parts.iter().try_fold(Fen::ZERO, |sum, part| sum.plus(*part))
}

impl Shares {
    /// A split that is believed: no part below zero or beyond the largest amount,
    /// both identities kept, money due not below zero.
    pub fn checked(self) -> Result<Self, Error> {
        let parts = [self.gov, self.account, self.other, self.cash, self.added, self.reduced, self.total];
        if parts.iter().any(|part| *part < Fen::ZERO || *part > FEN_MAX) {
            return Err(Refusal::SharesWrong.error().with("a part is below zero or beyond belief"));
        }
        if sum(&[self.gov, self.account, self.other, self.cash, self.added]) != Some(self.total) {
            return Err(Refusal::SharesWrong.error().with("the parts do not add up to the total"));
        }
        if self.total == Fen::ZERO {
            return Err(Refusal::SharesWrong.error().with("nothing is to be paid"));
        }
        if self.money().is_none_or(|money| money < Fen::ZERO) {
            return Err(Refusal::SharesWrong.error().with("more is taken off than is due"));
        }
        Ok(self)
    }

    fn money(&self) -> Option<Fen> {
        self.cash.plus(self.added)?.minus(self.reduced)
    }

    /// What the person pays in money (`wechat_pay_cash_fee`): cash and additions
    /// less reductions.
    pub fn to_pay(&self) -> Fen {
        self.money().unwrap_or(Fen::ZERO)
    }

    /// What insurance and accounts pay together.
    pub fn insured(&self) -> Fen {
        sum(&[self.gov, self.account, self.other]).unwrap_or(Fen::ZERO)
    }

    /// Which legs it has.
    pub fn mix(&self) -> Mix {
        match (self.to_pay() > Fen::ZERO, self.insured() > Fen::ZERO) {
            (true, true) => Mix::Both,
            (false, _) => Mix::InsuranceOnly,
            (true, false) => Mix::CashOnly,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shares(parts: [i64; 7]) -> Shares {
        let [total, gov, account, other, cash, added, reduced] = parts.map(Fen);
        Shares { total, gov, account, other, cash, added, reduced }
    }

    #[test]
    fn identities_are_kept_or_refused() {
        for (parts, to_pay) in [
            ([8150, 5000, 1000, 0, 2150, 0, 0], Some(2150)),
            ([8650, 5000, 1000, 0, 2150, 500, 100], Some(2550)),
            ([100, 0, 0, 0, 100, 0, 0], Some(100)),
            ([100, 60, 40, 0, 0, 0, 0], Some(0)),
            ([8150, 5000, 1000, 0, 2149, 0, 0], None),
            ([8150, 5000, 1000, 0, 2150, 0, 2151], None),
            ([100, 200, 0, 0, -100, 0, 0], None),
            ([0, 0, 0, 0, 0, 0, 0], None),
            ([i64::MAX, i64::MAX, 0, 0, 0, 0, 0], None),
        ] {
            let checked = shares(parts).checked();
            assert_eq!(checked.as_ref().ok().map(Shares::to_pay), to_pay.map(Fen), "{parts:?}");
            if let Err(error) = checked {
                assert_eq!(error.code(), "payment.shares-wrong");
            }
        }
    }

    proptest! {
        #[test]
        fn a_believed_split_adds_up_both_ways(parts in proptest::array::uniform6(0..1_000_000_000i64)) {
            let [gov, account, other, cash, added, off] = parts;
            let whole = gov + account + other + cash + added;
            prop_assume!(whole > 0);
            let reduced = if cash + added == 0 { 0 } else { off % (cash + added + 1) };
            let split = shares([whole, gov, account, other, cash, added, reduced]).checked().unwrap();
            prop_assert_eq!(split.insured().0 + split.to_pay().0 + reduced, whole);
        }
    }
}
