//! Which institution may settle what for an area (F37).

use crate::Refusal;
use crate::rules::day::{Day, Period};
use kernel::{Error, InstitutionId};
use serde::{Deserialize, Serialize};

/// What is settled under an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CareKind {
    /// Out-patient care.
    Op,
    /// In-patient care.
    Ip,
    /// Chronic and special diseases.
    Chronic,
    /// Pharmacy sales.
    Pharmacy,
}

impl CareKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Op, Self::Ip, Self::Chronic, Self::Pharmacy];

    /// The name the database and the interface hold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Op => "op",
            Self::Ip => "ip",
            Self::Chronic => "chronic",
            Self::Pharmacy => "pharmacy",
        }
    }

    /// Back from the name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// From a treatment type: a prefix tree of national codes with local ones
    /// below (I4); nothing for a code that begins like none of them.
    pub fn of_med_type(med_type: &str) -> Option<Self> {
        if !(2..=6).contains(&med_type.len()) || !med_type.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(match med_type.get(..2)? {
            "11" | "12" | "13" | "15" | "16" | "19" | "51" | "81" => Self::Op,
            "14" => Self::Chronic,
            "21" | "22" | "23" | "24" | "25" | "26" | "27" | "28" | "52" | "53" => Self::Ip,
            "41" => Self::Pharmacy,
            _ => return None,
        })
    }
}

/// An agreement with an institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Designation {
    /// The area that made it.
    pub admdvs: String,
    /// Whom with.
    pub institution: InstitutionId,
    /// For what.
    pub kind: CareKind,
    /// 0 community, 1, 2, 3, P pharmacy.
    pub level: String,
    /// From when to when.
    pub period: Period,
    /// First day without direct settlement; after the last day when none.
    pub suspended_from: Day,
}

/// Levels an agreement may name.
pub const LEVELS: [&str; 5] = ["0", "1", "2", "3", "P"];

impl Designation {
    /// Refuses a day outside the agreement, and one of a suspension.
    pub fn open(&self, day: Day) -> Result<(), Error> {
        if !self.period.holds(day) {
            return Err(Refusal::InstitutionNotDesignated.at("institution"));
        }
        if day >= self.suspended_from {
            return Err(Refusal::InstitutionSuspended.at("institution").with(self.suspended_from.to_string()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn treatment_types_are_a_prefix_tree() {
        for (code, kind) in [
            ("11", Some(CareKind::Op)),
            ("140104", Some(CareKind::Chronic)),
            ("2101", Some(CareKind::Ip)),
            ("41", Some(CareKind::Pharmacy)),
            ("99", None),
            ("1", None),
            ("1x", None),
            ("1100000", None),
        ] {
            assert_eq!(CareKind::of_med_type(code), kind, "{code}");
        }
    }
}
