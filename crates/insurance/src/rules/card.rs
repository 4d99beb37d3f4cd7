//! What a settlement must know of a person, in one row, and what it says on a day.

use crate::Refusal;
use crate::rules::coverage::{Coverage, Standing, StandingKind};
use crate::rules::day::Day;
use crate::rules::filing::{Filing, FilingKind};
use crate::rules::sharing::Sharing;
use kernel::{Error, Fault, FaultKind, InstitutionId};
use serde::{Deserialize, Serialize};

/// Where a personal account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum AccountStage {
    /// Residents have none.
    #[default]
    None,
    /// Pays and is paid into.
    Open,
    /// The employee's coverage ended: still pays.
    Dormant,
    /// By a court or an audit: neither pays nor moves.
    Frozen,
    /// Moved away or paid out.
    Closed,
}

impl AccountStage {
    /// The name the database and the interface hold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Open => "open",
            Self::Dormant => "dormant",
            Self::Frozen => "frozen",
            Self::Closed => "closed",
        }
    }

    /// Back from the name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::None, Self::Open, Self::Dormant, Self::Frozen, Self::Closed].into_iter().find(|one| one.name() == name)
    }

    /// Whether it pays.
    pub const fn pays(self) -> bool {
        matches!(self, Self::Open | Self::Dormant)
    }

    /// The next stage, or the refusal that an account does not move that way.
    pub fn moved(self, to: Self) -> Result<Self, Error> {
        let fine = match (self, to) {
            (Self::None, Self::Open)
            | (Self::Open, Self::Dormant | Self::Frozen | Self::Closed)
            | (Self::Dormant, Self::Open | Self::Frozen | Self::Closed)
            | (Self::Frozen, Self::Open | Self::Dormant | Self::Closed) => true,
            (Self::None | Self::Open | Self::Dormant | Self::Frozen | Self::Closed, _) => self == to,
        };
        if fine { Ok(to) } else { Err(Refusal::AccountStage.at("account").with(self.name())) }
    }
}

/// The row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The agency's number of the person.
    pub psn_no: String,
    /// Day of birth.
    pub birth_on: Day,
    /// Masked name, as bills print it.
    pub name: String,
    /// Masked document number, as bills print it.
    pub document: String,
    /// The personal account.
    pub account: AccountStage,
    /// Coverage periods, oldest first.
    pub coverages: Vec<Coverage>,
    /// Standings, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standings: Vec<Standing>,
    /// Filings that were accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filings: Vec<Filing>,
    /// Leave to spend from relatives' accounts, in the person's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sharings: Vec<Sharing>,
}

impl Card {
    /// Writes the row's body.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Fault> {
        serde_json::to_vec(self).map_err(|error| Fault::from_source(FaultKind::Broken, "writing a card", error))
    }

    /// Reads the row's body.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        serde_json::from_slice(bytes)
            .map_err(|error| Fault::from_source(FaultKind::Broken, "reading insurance_cards.body", error))
    }

    /// The basic coverage of a day, or the refusal that there is none.
    pub fn basic(&self, day: Day) -> Result<&Coverage, Error> {
        self.coverages
            .iter()
            .find(|one| one.basic() && one.period.holds(day))
            .ok_or_else(|| Refusal::CoverageNone.error().with(day.to_string()))
    }

    /// A standing of a day.
    pub fn standing(&self, kind: StandingKind, day: Day) -> Option<&Standing> {
        self.standings.iter().find(|one| one.kind == kind && one.period.holds(day))
    }

    /// Whether benefits are suspended on a day.
    pub fn suspended(&self, day: Day) -> bool {
        self.standing(StandingKind::Suspended, day).is_some()
    }

    /// Whether the person counts as retired on a day.
    pub fn retired(&self, day: Day) -> bool {
        self.basic(day).is_ok_and(Coverage::retired) || self.standing(StandingKind::Retired, day).is_some()
    }

    /// The filing that covers care away on a day: long-term first, then referral,
    /// emergency, temporary.
    pub fn away(&self, day: Day, area: &str, institution: InstitutionId) -> Option<&Filing> {
        [FilingKind::LongTerm, FilingKind::Referral, FilingKind::Emergency, FilingKind::Temporary].into_iter().find_map(
            |kind| self.filings.iter().find(|one| one.kind == kind && one.active(day) && one.covers(area, institution)),
        )
    }

    /// Whether a chronic disease is recognised that the diagnosis matches: the same
    /// code, or one below it (`I10` covers `I10.x05`).
    pub fn recognised(&self, day: Day, diagnosis: &str, institution: InstitutionId) -> bool {
        let matches = |code: &str| {
            diagnosis
                .strip_prefix(code)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || code.contains('.'))
        };
        self.filings.iter().any(|one| {
            one.kind == FilingKind::Chronic
                && one.active(day)
                && matches(&one.code)
                && (one.institution == 0 || one.institution == institution.0)
        })
    }

    /// Leave that can be used on a day, in order.
    pub fn relatives(&self, day: Day) -> impl Iterator<Item = &Sharing> {
        self.sharings.iter().filter(move |one| one.active(day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::day::Period;
    use crate::rules::filing::Stage;

    #[test]
    fn a_disease_covers_what_lies_below_it() {
        let filing = |code: &str| Filing {
            number: 1,
            kind: FilingKind::Chronic,
            stage: Stage::Accepted,
            area: String::new(),
            institution: 0,
            code: code.into(),
            period: Period::since(Day(0)),
        };
        let card = |code| Card {
            psn_no: "1".into(),
            birth_on: Day(0),
            name: String::new(),
            document: String::new(),
            account: AccountStage::None,
            coverages: vec![],
            standings: vec![],
            filings: vec![filing(code)],
            sharings: vec![],
        };
        for (recognised, diagnosis, wanted) in [
            ("I10", "I10.x05", true),
            ("I10", "I10", true),
            ("I10", "I100", false),
            ("E11.9", "E11.901", true),
            ("I10", "E11", false),
        ] {
            assert_eq!(
                card(recognised).recognised(Day(9), diagnosis, InstitutionId(3)),
                wanted,
                "{recognised} {diagnosis}"
            );
        }
    }

    #[test]
    fn a_closed_account_stays_closed() {
        assert_eq!(AccountStage::Closed.moved(AccountStage::Open).unwrap_err().code(), "insurance.account-stage");
        assert_eq!(AccountStage::None.moved(AccountStage::Open).unwrap(), AccountStage::Open);
    }
}
