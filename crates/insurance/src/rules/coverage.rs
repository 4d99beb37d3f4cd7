//! Coverage periods and dated standings of a person.

use crate::Refusal;
use crate::rules::day::{Day, Period};
use kernel::{CoverageId, Error};
use serde::{Deserialize, Serialize};

/// A coverage period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Its number; [`Coverage::id`] as an id.
    pub number: i64,
    /// The insured place, six digits.
    pub admdvs: String,
    /// The insured type, three digits.
    pub insutype: String,
    /// The kind of person, as `1101`.
    pub psn_type: String,
    /// From when to when.
    pub period: Period,
}

/// Basic insured types: employees' and residents' (I4).
pub const BASIC: [&str; 2] = ["310", "390"];
/// Insured types that stand beside a basic one.
pub const BESIDE: [&str; 8] = ["320", "330", "340", "350", "360", "370", "410", "510"];
/// Kinds of person (I4), and whether they are retired.
pub const PSN_TYPES: [(&str, bool); 14] = [
    ("1101", false),
    ("1102", false),
    ("1103", false),
    ("1201", true),
    ("1202", true),
    ("1203", true),
    ("1300", true),
    ("1401", false),
    ("1402", false),
    ("1403", false),
    ("1404", false),
    ("1501", false),
    ("1600", false),
    ("16", false),
];

impl Coverage {
    /// Its id.
    pub fn id(&self) -> CoverageId {
        CoverageId(self.number)
    }

    /// Whether it is a basic one.
    pub fn basic(&self) -> bool {
        BASIC.contains(&self.insutype.as_str())
    }

    /// Whether the person is retired.
    pub fn retired(&self) -> bool {
        PSN_TYPES.iter().any(|(code, retired)| *code == self.psn_type && *retired)
    }
}

/// Refuses types that do not exist, and a second basic coverage on any day.
pub fn admit(known: &[Coverage], new: &Coverage) -> Result<(), Error> {
    let type_known = BASIC.contains(&new.insutype.as_str()) || BESIDE.contains(&new.insutype.as_str());
    if !type_known {
        return Err(Refusal::FieldInvalid.at("insutype"));
    }
    if !PSN_TYPES.iter().any(|(code, _)| *code == new.psn_type) {
        return Err(Refusal::FieldInvalid.at("psn_type"));
    }
    let meets =
        |old: &&Coverage| old.period.meets(new.period) && (old.basic() && new.basic() || old.insutype == new.insutype);
    match known.iter().find(meets) {
        Some(old) => Err(Refusal::CoverageOverlap.at("from").with(format!("{} until {}", old.id(), old.period.to_on))),
        None => Ok(()),
    }
}

/// What kind of standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingKind {
    /// Arrears or a waiting period: no fund part, the account stays usable.
    Suspended,
    /// An aid class; the value names it.
    Aid,
    /// A civil servant: the supplement of 320 applies.
    CivilServant,
    /// Retired, where the kind of person does not say so.
    Retired,
    /// Signed up with a family doctor.
    FamilyDoctor,
}

impl StandingKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Suspended, Self::Aid, Self::CivilServant, Self::Retired, Self::FamilyDoctor];

    /// The name the database and the interface hold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Aid => "aid",
            Self::CivilServant => "civil_servant",
            Self::Retired => "retired",
            Self::FamilyDoctor => "family_doctor",
        }
    }

    /// Back from the name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A dated fact about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its number.
    pub number: i64,
    /// What kind.
    pub kind: StandingKind,
    /// The aid class, or the reason of a suspension.
    pub value: String,
    /// From when to when.
    pub period: Period,
}

/// Refuses an aid class that does not exist, and two aid classes on one day.
pub fn admit_standing(known: &[Standing], new: &Standing) -> Result<(), Error> {
    if new.kind == StandingKind::Aid && adjudication::AidClass::read(&new.value).is_none() {
        let known: Vec<&str> = adjudication::AidClass::ALL.iter().map(|class| class.code()).collect();
        return Err(Refusal::FieldInvalid.at("value").with(known.join(", ")));
    }
    let meets = |old: &&Standing| old.kind == new.kind && old.period.meets(new.period);
    match known.iter().find(meets) {
        Some(old) => Err(Refusal::StandingOverlap.at("from").with(format!("until {}", old.period.to_on))),
        None => Ok(()),
    }
}

/// Ends a period early; refuses a day that would leave it empty or make it longer.
pub fn ended(period: Period, last: Day) -> Result<Period, Error> {
    if last > period.to_on || last < period.from_on.before() {
        return Err(Refusal::FieldInvalid.at("to"));
    }
    Ok(Period { from_on: period.from_on, to_on: last })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(insutype: &str, from: &str, to: &str) -> Coverage {
        let day = |text| Day::read(text).unwrap();
        Coverage {
            number: 1,
            admdvs: "990100".into(),
            insutype: insutype.into(),
            psn_type: "1101".into(),
            period: Period::of(day(from), day(to)).unwrap(),
        }
    }

    #[test]
    fn one_basic_coverage_a_day() {
        let known = [coverage("310", "2025-01-01", "2026-06-30")];
        for (insutype, from, to, wanted) in [
            ("390", "2026-06-30", "2026-12-31", Err("insurance.coverage-overlap")),
            ("310", "2020-01-01", "2025-01-01", Err("insurance.coverage-overlap")),
            ("390", "2026-07-01", "2026-12-31", Ok(())),
            ("320", "2026-01-01", "2026-12-31", Ok(())),
            ("999", "2030-01-01", "2030-12-31", Err("insurance.field-invalid")),
        ] {
            let got = admit(&known, &coverage(insutype, from, to)).map_err(|error| error.code());
            assert_eq!(got, wanted, "{insutype} {from}");
        }
    }

    #[test]
    fn a_period_ends_inside_itself() {
        let period = coverage("310", "2026-01-01", "2026-12-31").period;
        let day = |text| Day::read(text).unwrap();
        assert_eq!(ended(period, day("2026-03-01")).unwrap().to_on, day("2026-03-01"));
        assert_eq!(ended(period, day("2027-01-01")).unwrap_err().code(), "insurance.field-invalid");
        assert_eq!(ended(period, day("2025-12-30")).unwrap_err().code(), "insurance.field-invalid");
    }
}
