//! Family mutual aid: the owner of an account lets a relative spend from it
//! (insurance.md §4.9).

use crate::Refusal;
use crate::rules::day::{Day, Period};
use kernel::{Error, PersonId};
use serde::{Deserialize, Serialize};

/// Kinships that may share (the owner is the person's …); wider ones are a matter
/// of the region and wait for a plan that says so.
pub const KINSHIPS: [&str; 3] = ["spouse", "parent", "child"];
/// Relatives of one person at most.
pub const RELATIVES_MAX: usize = 8;

/// Where a leave stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharingStage {
    /// The owner offered it.
    Drafted,
    /// The relative took it, both are insured.
    Active,
    /// The owner or the relative ended it.
    Revoked,
}

impl SharingStage {
    /// The name the database and the interface hold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Active => "active",
            Self::Revoked => "revoked",
        }
    }

    /// Back from the name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Drafted, Self::Active, Self::Revoked].into_iter().find(|stage| stage.name() == name)
    }

    /// The relative takes the offer.
    pub fn confirmed(self) -> Result<Self, Error> {
        match self {
            Self::Drafted => Ok(Self::Active),
            Self::Active | Self::Revoked => Err(Refusal::SharingStage.at("sharing").with(self.name())),
        }
    }

    /// Either ends it.
    pub fn revoked(self) -> Result<Self, Error> {
        match self {
            Self::Drafted | Self::Active => Ok(Self::Revoked),
            Self::Revoked => Err(Refusal::SharingStage.at("sharing").with(self.name())),
        }
    }
}

/// Leave to spend from a relative's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// Its number.
    pub number: i64,
    /// The owner's number; [`Sharing::owner`] as an id.
    pub owner_number: i64,
    /// What the owner is to the person.
    pub kinship: String,
    /// Where it stands.
    pub stage: SharingStage,
    /// Order among the person's relatives, from 1.
    pub place: i64,
    /// Fen for one settlement at most; no limit when nothing.
    pub use_max: Option<i64>,
    /// From when to when.
    pub period: Period,
}

impl Sharing {
    /// Whose account.
    pub fn owner(&self) -> PersonId {
        PersonId(self.owner_number)
    }

    /// Whether it can be used on a day.
    pub fn active(&self, day: Day) -> bool {
        self.stage == SharingStage::Active && self.period.holds(day)
    }
}

/// Refuses a kinship that cannot share, a limit below nothing, oneself.
pub fn admit(person: PersonId, new: &Sharing) -> Result<(), Error> {
    if !KINSHIPS.contains(&new.kinship.as_str()) {
        return Err(Refusal::SharingKinship.at("kinship"));
    }
    if person == new.owner() {
        return Err(Refusal::SharingKinship.at("owner"));
    }
    if new.use_max.is_some_and(|max| !(1..=kernel::FEN_MAX.0).contains(&max)) {
        return Err(Refusal::FieldInvalid.at("use_max"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_leave_stays_ended() {
        let active = SharingStage::Drafted.confirmed().unwrap();
        let ended = active.revoked().unwrap();
        assert_eq!(ended.confirmed().unwrap_err().code(), "insurance.sharing-stage");
        assert_eq!(ended.revoked().unwrap_err().code(), "insurance.sharing-stage");
        assert_eq!(active.confirmed().unwrap_err().code(), "insurance.sharing-stage");
    }
}
