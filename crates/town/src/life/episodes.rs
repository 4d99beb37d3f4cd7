//! Short illnesses and accidents: whom they befall, when in the year, what is found and given.
//! Weights are relative and only meet within one age and one month.

mod adults;
mod children;
mod everybody;

pub(super) use adults::ADULTS;
pub(super) use children::CHILDREN;
pub(super) use everybody::EVERYBODY;

use super::Sex;
use crate::diagnoses::{self as dx, Diagnosis};
use crate::drugs::Drug;
use crate::imaging::{Exam, Finding};
use crate::institutions::Department as D;
use crate::labs::{self as lab, Panel, Profile};
use crate::operations::Operation;

/// When in the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::life) enum Season {
    Even,
    /// Colds: from the first cold days to March.
    Cold,
    /// Influenza: December and January, with edges.
    Flu,
    Summer,
    /// Pollen: spring, and again early autumn.
    Pollen,
}

impl Season {
    /// Relative frequency in a month (1–12), 1–10.
    pub(in crate::life) fn weight(self, month: i64) -> u32 {
        const COLD: [u32; 12] = [10, 9, 7, 5, 4, 3, 3, 3, 5, 7, 8, 10];
        const FLU: [u32; 12] = [10, 7, 4, 2, 1, 1, 1, 1, 1, 2, 6, 10];
        const SUMMER: [u32; 12] = [2, 2, 3, 4, 6, 9, 10, 10, 8, 5, 3, 2];
        const POLLEN: [u32; 12] = [2, 4, 9, 10, 8, 4, 3, 5, 9, 6, 3, 2];
        let at = usize::try_from(month - 1).unwrap_or(0) % 12;
        match self {
            Season::Even => 5,
            Season::Cold => COLD[at],
            Season::Flu => FLU[at],
            Season::Summer => SUMMER[at],
            Season::Pollen => POLLEN[at],
        }
    }
}

/// A short illness or an accident.
pub(in crate::life) struct Episode {
    pub(in crate::life) diagnosis: &'static Diagnosis,
    pub(in crate::life) reason: &'static str,
    /// First and last year of age.
    pub(in crate::life) ages: (i64, i64),
    pub(in crate::life) sex: Sex,
    pub(in crate::life) weight: u32,
    pub(in crate::life) season: Season,
    pub(in crate::life) department: D,
    /// Comes to the emergency room, this often in a hundred.
    pub(in crate::life) emergency: u32,
    /// Usual temperature in tenths of a degree, 0 where nobody measures.
    pub(in crate::life) fever: i64,
    pub(in crate::life) labs: &'static [(&'static Panel, Profile, u32)],
    pub(in crate::life) exams: &'static [(&'static Exam, &'static Finding, u32)],
    pub(in crate::life) operations: &'static [(&'static Operation, u32)],
    pub(in crate::life) drugs: &'static [(&'static Drug, u32)],
    /// Comes back after about a week, this often in a hundred.
    pub(in crate::life) again: u32,
}

const PLAIN: Episode = Episode {
    diagnosis: &dx::COLD,
    reason: "",
    ages: (0, 120),
    sex: Sex::Any,
    weight: 10,
    season: Season::Even,
    department: D::General,
    emergency: 0,
    fever: 0,
    labs: &[],
    exams: &[],
    operations: &[],
    drugs: &[],
    again: 0,
};

const VIRAL: Profile = &[(&lab::WBC, 560, 120), (&lab::NEUT, 520, 70), (&lab::LYMPH, 390, 60)];
const BACTERIAL: Profile =
    &[(&lab::WBC, 1340, 210), (&lab::NEUT, 818, 45), (&lab::LYMPH, 128, 35), (&lab::CRP, 420, 190)];
const CRP_UP: Profile = &[(&lab::CRP, 380, 190)];
const CRP_LOW: Profile = &[(&lab::CRP, 70, 40)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_can_fall_ill_in_any_month() {
        for month in 1..=12 {
            for season in [Season::Even, Season::Cold, Season::Flu, Season::Summer, Season::Pollen] {
                assert!((1..=10).contains(&season.weight(month)));
            }
        }
        for age in 0..100 {
            let all = CHILDREN.iter().chain(&EVERYBODY).chain(&ADULTS);
            let possible = all.filter(|one| one.ages.0 <= age && age <= one.ages.1).count();
            assert!(possible >= 8, "age {age}: {possible}");
        }
    }
}
