//! What comes out: the fields a settlement carries, the parts by fund, the lines'
//! classes, and the delta that a reversal takes back; checked against the invariants
//! each time. Writing them down is `settlement`'s.

use crate::Pool;
use kernel::Fen;
use std::fmt;

/// Codes of the funds, as clearing and interfaces name them.
pub mod fund {
    /// Pooled fund of employees.
    pub const EMPLOYEE: u32 = 310_100;
    /// Pooled fund of residents.
    pub const RESIDENT: u32 = 390_100;
    /// Large-amount supplement.
    pub const SUPPLEMENT: u32 = 330_100;
    /// Major illness insurance.
    pub const MAJOR_ILLNESS: u32 = 390_200;
    /// Civil-servant supplement.
    pub const CIVIL_SERVANT: u32 = 320_100;
    /// Enterprise supplement.
    pub const ENTERPRISE: u32 = 370_100;
    /// Medical aid.
    pub const AID: u32 = 610_100;
    /// Other.
    pub const OTHER: u32 = 999_997;
    /// The personal account; no fund, own money.
    pub const ACCOUNT: u32 = 310_200;
    /// What a hospital bears.
    pub const HOSPITAL: u32 = 999_996;
}

/// The classes of one line; they sum to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineSplit {
    /// Full self-pay.
    pub fulamt_ownpay: Fen,
    /// Above the limit price.
    pub overlmt_selfpay: Fen,
    /// Prior self-pay.
    pub preselfpay: Fen,
    /// In scope.
    pub inscp: Fen,
}

/// What one fund pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part {
    /// The fund, see [`fund`].
    pub fund: u32,
    /// What it pays.
    pub amount: Fen,
    /// The in-scope amount it looked at.
    pub base: Fen,
    /// What its cap left before this settlement; `None` without a cap.
    pub room: Option<Fen>,
}

/// The change of the accumulators, kept with the settlement so that a reversal
/// takes back exactly this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// The pool it was counted in.
    pub pool: Pool,
    /// Admissions.
    pub admissions: i64,
    /// Deductible paid.
    pub dedc_used: Fen,
    /// In scope.
    pub inscp: Fen,
    /// Paid by the pooled fund.
    pub pool_paid: Fen,
    /// Paid by the large-amount supplement.
    pub hifob_paid: Fen,
    /// Burden counted for major illness.
    pub mi_base: Fen,
    /// Paid by major illness insurance.
    pub mi_paid: Fen,
    /// Burden counted for medical aid.
    pub maf_base: Fen,
    /// Paid by medical aid.
    pub maf_paid: Fen,
    /// Paid by the civil-servant supplement.
    pub cvl_paid: Fen,
    /// Change of the personal account; never above zero.
    pub acct_balance: Fen,
    /// Change of its current year's money.
    pub acct_current_year: Fen,
    /// Changes of relatives' accounts by owner; never above zero.
    pub mutual: Vec<(String, Fen)>,
}

impl Delta {
    /// No change in a pool.
    pub const fn none(pool: Pool) -> Self {
        Self {
            pool,
            admissions: 0,
            dedc_used: Fen::ZERO,
            inscp: Fen::ZERO,
            pool_paid: Fen::ZERO,
            hifob_paid: Fen::ZERO,
            mi_base: Fen::ZERO,
            mi_paid: Fen::ZERO,
            maf_base: Fen::ZERO,
            maf_paid: Fen::ZERO,
            cvl_paid: Fen::ZERO,
            acct_balance: Fen::ZERO,
            acct_current_year: Fen::ZERO,
            mutual: Vec::new(),
        }
    }
}

/// A settlement's split. Field names are those of the national interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Total fee.
    pub medfee_sumamt: Fen,
    /// Full self-pay.
    pub fulamt_ownpay_amt: Fen,
    /// Above limit prices.
    pub overlmt_selfpay: Fen,
    /// Prior self-pay.
    pub preselfpay_amt: Fen,
    /// In scope.
    pub inscp_scp_amt: Fen,
    /// The deductible that holds here.
    pub dedc_std: Fen,
    /// Deductible paid here.
    pub act_pay_dedc: Fen,
    /// In-scope base above an overflow cap.
    pub over_cap_base: Fen,
    /// Pooled fund.
    pub hifp_pay: Fen,
    /// Large-amount supplement.
    pub hifob_pay: Fen,
    /// Major illness insurance.
    pub hifmi_pay: Fen,
    /// Civil-servant supplement.
    pub cvlserv_pay: Fen,
    /// Medical aid.
    pub maf_pay: Fen,
    /// Enterprise supplement.
    pub hifes_pay: Fen,
    /// Other funds.
    pub oth_pay: Fen,
    /// All funds together.
    pub fund_pay_sumamt: Fen,
    /// Borne by the hospital.
    pub hosp_part_amt: Fen,
    /// The person's part: account, relatives' accounts, cash.
    pub psn_part_amt: Fen,
    /// From the own account.
    pub acct_pay: Fen,
    /// From relatives' accounts.
    pub acct_mulaid_pay: Fen,
    /// Who of the person's relatives (by place in `Person::mutual`) pays what.
    pub acct_mulaid_detail: Vec<(usize, Fen)>,
    /// Still to be paid.
    pub psn_cash_pay: Fen,
    /// The own account afterwards.
    pub balc: Fen,
    /// The classes of each line, in order.
    pub lines: Vec<LineSplit>,
    /// The pooled fund's effective ratio on what is above the deductible, in basis
    /// points (`pool_prop_selfpay`).
    pub pool_ratio_bp: i32,
    /// What each fund pays; only funds that were asked.
    pub parts: Vec<Part>,
    /// The change of the accumulators.
    pub delta: Delta,
}

/// The amounts of a settlement taken back: all signs turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mirror {
    /// Total fee.
    pub medfee_sumamt: Fen,
    /// Full self-pay.
    pub fulamt_ownpay_amt: Fen,
    /// Above limit prices.
    pub overlmt_selfpay: Fen,
    /// Prior self-pay.
    pub preselfpay_amt: Fen,
    /// In scope.
    pub inscp_scp_amt: Fen,
    /// Deductible paid.
    pub act_pay_dedc: Fen,
    /// In-scope base above an overflow cap.
    pub over_cap_base: Fen,
    /// Pooled fund.
    pub hifp_pay: Fen,
    /// Large-amount supplement.
    pub hifob_pay: Fen,
    /// Major illness insurance.
    pub hifmi_pay: Fen,
    /// Civil-servant supplement.
    pub cvlserv_pay: Fen,
    /// Medical aid.
    pub maf_pay: Fen,
    /// Enterprise supplement.
    pub hifes_pay: Fen,
    /// Other funds.
    pub oth_pay: Fen,
    /// All funds together.
    pub fund_pay_sumamt: Fen,
    /// Borne by the hospital.
    pub hosp_part_amt: Fen,
    /// The person's part.
    pub psn_part_amt: Fen,
    /// From the own account.
    pub acct_pay: Fen,
    /// From relatives' accounts.
    pub acct_mulaid_pay: Fen,
    /// Cash.
    pub psn_cash_pay: Fen,
}

/// An invariant that does not hold, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken(
    /// Which one.
    pub &'static str,
);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Broken {}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            medfee_sumamt: Fen::ZERO,
            fulamt_ownpay_amt: Fen::ZERO,
            overlmt_selfpay: Fen::ZERO,
            preselfpay_amt: Fen::ZERO,
            inscp_scp_amt: Fen::ZERO,
            dedc_std: Fen::ZERO,
            act_pay_dedc: Fen::ZERO,
            over_cap_base: Fen::ZERO,
            hifp_pay: Fen::ZERO,
            hifob_pay: Fen::ZERO,
            hifmi_pay: Fen::ZERO,
            cvlserv_pay: Fen::ZERO,
            maf_pay: Fen::ZERO,
            hifes_pay: Fen::ZERO,
            oth_pay: Fen::ZERO,
            fund_pay_sumamt: Fen::ZERO,
            hosp_part_amt: Fen::ZERO,
            psn_part_amt: Fen::ZERO,
            acct_pay: Fen::ZERO,
            acct_mulaid_pay: Fen::ZERO,
            acct_mulaid_detail: Vec::new(),
            psn_cash_pay: Fen::ZERO,
            balc: Fen::ZERO,
            lines: Vec::new(),
            pool_ratio_bp: 0,
            parts: Vec::new(),
            delta: Delta::none(Pool::Op),
        }
    }
}

fn sum(amounts: &[Fen]) -> Option<Fen> {
    amounts.iter().try_fold(Fen::ZERO, |total, amount| total.plus(*amount))
}

impl Outcome {
    /// Whether the sums close and nothing is below zero (I2 to I7 and the lines' sum);
    /// caps (I9) are checked where the room is known.
    pub fn check(&self) -> Result<(), Broken> {
        let holds = |left: Fen, right: &[Fen], name: &'static str| {
            if sum(right) == Some(left) { Ok(()) } else { Err(Broken(name)) }
        };
        let funds = [
            self.hifp_pay,
            self.hifob_pay,
            self.hifmi_pay,
            self.cvlserv_pay,
            self.maf_pay,
            self.hifes_pay,
            self.oth_pay,
        ];
        let classes = [self.fulamt_ownpay_amt, self.overlmt_selfpay, self.preselfpay_amt, self.inscp_scp_amt];
        holds(self.medfee_sumamt, &classes, "I2 the fee is not the sum of its classes")?;
        let bearers = [self.fund_pay_sumamt, self.psn_part_amt, self.hosp_part_amt];
        holds(self.medfee_sumamt, &bearers, "I3 the fee is not what funds, person and hospital bear")?;
        let purses = [self.acct_pay, self.acct_mulaid_pay, self.psn_cash_pay];
        holds(self.psn_part_amt, &purses, "I4 the person's part is not account, relatives and cash")?;
        holds(self.fund_pay_sumamt, &funds, "I5 the funds' total is not the sum of the funds")?;
        let parts = self.parts.iter().try_fold(Fen::ZERO, |total, part| total.plus(part.amount));
        if parts != Some(self.fund_pay_sumamt) {
            return Err(Broken("I5 the funds' total is not the sum of the parts"));
        }
        if self.act_pay_dedc > self.inscp_scp_amt {
            return Err(Broken("I6 more deductible than in-scope amount"));
        }
        let rest = [self.dedc_std, self.act_pay_dedc, self.over_cap_base, self.balc];
        let below = |amounts: &[Fen]| amounts.iter().any(|amount| *amount < Fen::ZERO);
        if below(&funds) || below(&classes) || below(&bearers) || below(&purses) || below(&rest) {
            return Err(Broken("I7 an amount is below nothing"));
        }
        if self.parts.iter().any(|part| part.room.is_some_and(|room| part.amount > room)) {
            return Err(Broken("I9 a fund pays more than its cap leaves"));
        }
        let relatives = self.acct_mulaid_detail.iter().try_fold(Fen::ZERO, |total, (_, amount)| total.plus(*amount));
        if relatives != Some(self.acct_mulaid_pay) {
            return Err(Broken("I4 the relatives' accounts do not sum"));
        }
        Ok(())
    }

    /// The same settlement taken back.
    pub fn mirrored(&self) -> Mirror {
        let turned = |amount: Fen| Fen(amount.0.saturating_neg());
        Mirror {
            medfee_sumamt: turned(self.medfee_sumamt),
            fulamt_ownpay_amt: turned(self.fulamt_ownpay_amt),
            overlmt_selfpay: turned(self.overlmt_selfpay),
            preselfpay_amt: turned(self.preselfpay_amt),
            inscp_scp_amt: turned(self.inscp_scp_amt),
            act_pay_dedc: turned(self.act_pay_dedc),
            over_cap_base: turned(self.over_cap_base),
            hifp_pay: turned(self.hifp_pay),
            hifob_pay: turned(self.hifob_pay),
            hifmi_pay: turned(self.hifmi_pay),
            cvlserv_pay: turned(self.cvlserv_pay),
            maf_pay: turned(self.maf_pay),
            hifes_pay: turned(self.hifes_pay),
            oth_pay: turned(self.oth_pay),
            fund_pay_sumamt: turned(self.fund_pay_sumamt),
            hosp_part_amt: turned(self.hosp_part_amt),
            psn_part_amt: turned(self.psn_part_amt),
            acct_pay: turned(self.acct_pay),
            acct_mulaid_pay: turned(self.acct_mulaid_pay),
            psn_cash_pay: turned(self.psn_cash_pay),
        }
    }
}
