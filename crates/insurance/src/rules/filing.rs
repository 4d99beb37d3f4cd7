//! Filings and how they move: submitted, accepted or refused, cancelled,
//! superseded (insurance.md §3.1, §4.10).

use crate::Refusal;
use crate::rules::day::{Day, Period};
use kernel::{Error, FilingId, InstitutionId};
use serde::{Deserialize, Serialize};

/// What is filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilingKind {
    /// Care away for good: resettled, long-term resident, posted.
    LongTerm,
    /// A hospital sends the person to another area.
    Referral,
    /// Rescue away from home; counts as filed (N1 article 8).
    Emergency,
    /// Any other stay away.
    Temporary,
    /// A chronic or special disease is recognised.
    Chronic,
    /// An institution of one's choice.
    Designated,
}

impl FilingKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::LongTerm, Self::Referral, Self::Emergency, Self::Temporary, Self::Chronic, Self::Designated];

    /// The name the database and the interface hold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LongTerm => "long_term",
            Self::Referral => "referral",
            Self::Emergency => "emergency",
            Self::Temporary => "temporary",
            Self::Chronic => "chronic",
            Self::Designated => "designated",
        }
    }

    /// Back from the name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether nobody need decide: filed is accepted (personal commitment).
    pub const fn accepts_itself(self) -> bool {
        matches!(self, Self::Emergency | Self::Temporary | Self::Designated)
    }

    /// Days a filing holds when nobody says until when: a temporary one half a year
    /// (X2), the others until cancelled.
    pub const fn days_default(self) -> Option<i64> {
        match self {
            Self::Temporary | Self::Emergency | Self::Referral => Some(182),
            Self::LongTerm | Self::Chronic | Self::Designated => None,
        }
    }

    /// Whether it speaks of care in another area.
    pub const fn away(self) -> bool {
        matches!(self, Self::LongTerm | Self::Referral | Self::Emergency | Self::Temporary)
    }
}

/// Where a filing stands. Active and expired follow from the days of an accepted
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waits for an office.
    Submitted,
    /// The office asks for papers.
    PendingDocs,
    /// Holds from its first day to its last.
    Accepted,
    /// The office said no.
    Refused,
    /// Taken back before or while it held.
    Cancelled,
    /// Another filing of the same kind and place took its place.
    Superseded,
}

/// What somebody does with a filing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// The office accepts.
    Accept,
    /// The office says no.
    Refuse,
    /// The office asks for papers.
    AskDocs,
    /// The person brings them.
    Resubmit,
    /// The person or the office takes it back.
    Cancel,
    /// A newer one comes.
    Supersede,
}

impl Move {
    /// From the interface's word.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "accept" => Self::Accept,
            "refuse" => Self::Refuse,
            "ask-docs" => Self::AskDocs,
            "resubmit" => Self::Resubmit,
            "cancel" => Self::Cancel,
            _ => return None,
        })
    }
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 6] =
        [Self::Submitted, Self::PendingDocs, Self::Accepted, Self::Refused, Self::Cancelled, Self::Superseded];

    /// The name the database and the interface hold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::PendingDocs => "pending_docs",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
        }
    }

    /// Back from the name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// Whether an office must decide.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Submitted)
    }

    /// The next stage, or the refusal that this cannot be done now.
    pub fn moved(self, by: Move) -> Result<Self, Error> {
        Ok(match (self, by) {
            (Self::Submitted, Move::Accept) => Self::Accepted,
            (Self::Submitted, Move::Refuse) => Self::Refused,
            (Self::Submitted, Move::AskDocs) => Self::PendingDocs,
            (Self::PendingDocs, Move::Resubmit) => Self::Submitted,
            (Self::Submitted | Self::PendingDocs | Self::Accepted, Move::Cancel) => Self::Cancelled,
            (Self::Accepted, Move::Supersede) => Self::Superseded,
            (
                Self::Submitted
                | Self::PendingDocs
                | Self::Accepted
                | Self::Refused
                | Self::Cancelled
                | Self::Superseded,
                _,
            ) => return Err(Refusal::FilingStage.at("move").with(self.name())),
        })
    }
}

/// A filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// Its number; [`Filing::id`] as an id.
    pub number: i64,
    /// What is filed.
    pub kind: FilingKind,
    /// Where it stands.
    pub stage: Stage,
    /// The division it speaks of, six digits; empty where it does not matter.
    pub area: String,
    /// The institution's number; 0 for any.
    pub institution: i64,
    /// The disease's code; empty for others.
    pub code: String,
    /// From when to when.
    pub period: Period,
}

impl Filing {
    /// Its id.
    pub fn id(&self) -> FilingId {
        FilingId(self.number)
    }

    /// Whether it holds on a day.
    pub fn active(&self, day: Day) -> bool {
        self.stage == Stage::Accepted && self.period.holds(day)
    }

    /// Whether it covers an institution of an area: a filing to a city covers all
    /// its institutions; the first four digits name the city.
    pub fn covers(&self, area: &str, institution: InstitutionId) -> bool {
        let same_city = self.area.is_empty() || self.area.get(..4) == area.get(..4);
        same_city && (self.institution == 0 || self.institution == institution.0)
    }

    /// Whether a newer one of the same kind takes this one's place.
    pub fn same_matter(&self, other: &Self) -> bool {
        self.kind == other.kind && self.area == other.area && self.code == other.code
    }
}

/// Refuses a filing without what its kind needs.
pub fn admit(new: &Filing) -> Result<(), Error> {
    let six = new.area.len() == 6 && new.area.bytes().all(|byte| byte.is_ascii_digit());
    if new.kind.away() && !six {
        return Err(Refusal::FieldInvalid.at("area").with("a division code of six digits"));
    }
    if new.kind == FilingKind::Chronic && (new.code.is_empty() || new.code.len() > 30) {
        return Err(Refusal::FieldInvalid.at("code").with("the code of the disease"));
    }
    if new.kind == FilingKind::Designated && new.institution == 0 {
        return Err(Refusal::FieldInvalid.at("institution"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_way_back_from_an_end() {
        for end in [Stage::Refused, Stage::Cancelled, Stage::Superseded] {
            for by in [Move::Accept, Move::Refuse, Move::AskDocs, Move::Resubmit, Move::Cancel, Move::Supersede] {
                assert_eq!(end.moved(by).unwrap_err().code(), "insurance.filing-stage", "{end:?} {by:?}");
            }
        }
        assert_eq!(Stage::Submitted.moved(Move::AskDocs).unwrap().moved(Move::Resubmit).unwrap(), Stage::Submitted);
    }

    #[test]
    fn a_filing_covers_its_city() {
        let day = |text| Day::read(text).unwrap();
        let filing = Filing {
            number: 1,
            kind: FilingKind::Referral,
            stage: Stage::Accepted,
            area: "330100".into(),
            institution: 0,
            code: String::new(),
            period: Period::of(day("2026-01-01"), day("2026-06-30")).unwrap(),
        };
        assert!(filing.covers("330106", InstitutionId(9)) && !filing.covers("330200", InstitutionId(9)));
        assert!(filing.active(day("2026-06-30")) && !filing.active(day("2026-07-01")));
    }
}
