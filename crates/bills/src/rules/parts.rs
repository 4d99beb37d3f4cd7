//! Who pays: the parts of a settlement, which add up to its total (E2, L4).

use super::charge::fen;
use crate::Refusal;
use kernel::{Error, Fen};
use serde::{Deserialize, Serialize};

/// Funds named on one bill at most.
pub const FUNDS_MAX: usize = 16;

/// What one fund pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundPart {
    /// Fund type (fund_pay_type), six digits.
    pub fund: String,
    /// How much.
    #[serde(with = "fen")]
    pub amount: Fen,
}

/// The parts of a settlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// All of it.
    #[serde(with = "fen")]
    pub total: Fen,
    /// The funds.
    pub funds: Vec<FundPart>,
    /// The person's own account.
    #[serde(with = "fen")]
    pub account: Fen,
    /// Relatives' accounts (家庭共济).
    #[serde(with = "fen")]
    pub mutual: Fen,
    /// What the person pays by any other means.
    #[serde(with = "fen")]
    pub cash: Fen,
    /// What the institution may not charge.
    #[serde(with = "fen")]
    pub hospital: Fen,
}

/// Fund types (insurance.md §1.2 and nhsa-interface.md §6), Chinese and English.
const FUNDS: &[(&str, &str, &str)] = &[
    ("310100", "职工统筹基金", "employee pooled fund"),
    ("320100", "公务员补助", "civil servants' supplement"),
    ("330100", "职工大额补助", "large-amount supplement"),
    ("330200", "大额意外", "accident supplement"),
    ("340100", "离休统筹", "retired cadres' fund"),
    ("350100", "伤残人员保障", "disabled soldiers' fund"),
    ("370100", "企业补充", "enterprise supplement"),
    ("390100", "居民统筹基金", "resident pooled fund"),
    ("390200", "居民大病保险", "major illness insurance"),
    ("510100", "生育基金", "maternity fund"),
    ("610100", "医疗救助", "medical aid"),
    ("610101", "医疗救助", "medical aid"),
    ("610102", "二次救助", "second medical aid"),
    ("999997", "其他基金", "other fund"),
];

/// What a fund is called; its code when it is not known.
pub fn fund_name(code: &str, english: bool) -> &str {
    let found = FUNDS.iter().find(|(known, _, _)| *known == code);
    found.map_or(code, |(_, zh, en)| if english { en } else { zh })
}

impl Parts {
    /// What the funds pay together; nothing beyond 64 bits.
    pub fn fund(&self) -> Option<Fen> {
        self.funds.iter().try_fold(Fen::ZERO, |sum, part| sum.plus(part.amount))
    }

    fn sum(&self) -> Option<Fen> {
        self.fund()?.plus(self.account)?.plus(self.mutual)?.plus(self.cash)?.plus(self.hospital)
    }

    /// Every part is at least nothing, and together they are the total.
    pub fn checked(&self) -> Result<(), Error> {
        let named =
            |part: &FundPart| part.fund.len() <= 12 && part.fund.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if self.funds.len() > FUNDS_MAX || !self.funds.iter().all(named) {
            return Err(Refusal::TotalMismatch.at("parts.funds"));
        }
        let each = [self.total, self.account, self.mutual, self.cash, self.hospital];
        let amounts = self.funds.iter().map(|part| part.amount).chain(each);
        if amounts.into_iter().any(|amount| amount < Fen::ZERO || amount > kernel::FEN_MAX) {
            return Err(Refusal::TotalMismatch.at("parts"));
        }
        if self.sum() == Some(self.total) { Ok(()) } else { Err(Refusal::TotalMismatch.at("parts.total")) }
    }

    /// The same, taken back; nothing beyond 64 bits.
    pub fn mirrored(&self) -> Option<Self> {
        let fund = |part: &FundPart| Some(FundPart { fund: part.fund.clone(), amount: part.amount.mirrored()? });
        Some(Self {
            total: self.total.mirrored()?,
            funds: self.funds.iter().map(fund).collect::<Option<_>>()?,
            account: self.account.mirrored()?,
            mutual: self.mutual.mirrored()?,
            cash: self.cash.mirrored()?,
            hospital: self.hospital.mirrored()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Parts {
        Parts {
            total: Fen(28_640),
            funds: vec![FundPart { fund: "310100".to_owned(), amount: Fen(18_790) }],
            account: Fen(5230),
            mutual: Fen(1500),
            cash: Fen(3120),
            hospital: Fen::ZERO,
        }
    }

    #[test]
    fn parts_add_up_or_are_refused() {
        assert!(parts().checked().is_ok());
        for spoil in [
            |parts: &mut Parts| parts.cash = Fen(3121),
            |parts: &mut Parts| parts.total = Fen(28_641),
            |parts: &mut Parts| (parts.cash, parts.account) = (Fen(-10), Fen(8360)),
            |parts: &mut Parts| parts.funds.push(FundPart { fund: "a b".to_owned(), amount: Fen::ZERO }),
            |parts: &mut Parts| parts.hospital = Fen(i64::MAX),
        ] {
            let mut spoilt = parts();
            spoil(&mut spoilt);
            assert_eq!(spoilt.checked().unwrap_err().code(), "bills.total-mismatch", "{spoilt:?}");
        }
        let back = parts().mirrored().unwrap();
        assert_eq!(back.sum(), Some(Fen(-28_640)));
        assert_eq!(back.mirrored(), Some(parts()));
    }
}
