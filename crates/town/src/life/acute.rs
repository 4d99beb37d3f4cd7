//! Episodes: how many in half a year, which, and what is done about each.

use super::episodes::{ADULTS, CHILDREN, EVERYBODY, Episode};
use super::{Life, WINDOW_DAYS};
use crate::calendar::Day;
use crate::imaging;
use crate::institutions::{Department, Place, doctor};
use crate::labs::{PULSE, TEMPERATURE};
use crate::operations;
use crate::visit::{Class, Deed, Visit};

/// Chances to fall ill in one half year.
const CHANCES: u32 = 5;
/// Episodes begin at least this far apart.
const APART_DAYS: i64 = 14;

impl Life {
    pub(super) fn acute(&mut self) {
        // Percent per chance; five chances make the half year.
        let rate = match self.who.age {
            0..=5 => 44,
            6..=13 => 28,
            14..=39 => 16,
            40..=64 => 18,
            _ => 20,
        };
        let mut ill: Vec<Day> = Vec::new();
        for _ in 0..CHANCES {
            if self.chance.percent(rate) {
                let day = self.some_day();
                if ill.iter().any(|other| (other.0 - day.0).abs() < APART_DAYS) {
                    continue;
                }
                ill.push(day);
                if let Some(episode) = self.episode_for(day) {
                    self.episode(episode, day);
                }
            }
        }
    }

    /// An episode that befalls people of this age and gender in this season.
    fn episode_for(&mut self, day: Day) -> Option<&'static Episode> {
        let (age, gender, month) = (self.who.age, self.who.gender, day.month());
        let weight = |one: &Episode| {
            let fits = one.ages.0 <= age && age <= one.ages.1 && one.sex.fits(gender);
            if fits { one.weight * one.season.weight(month) } else { 0 }
        };
        let all = || CHILDREN.iter().chain(&EVERYBODY).chain(&ADULTS);
        let total: u32 = all().map(weight).sum();
        let mut left = self.chance.below(total);
        all().find(|one| {
            let share = weight(one);
            let here = left < share;
            left = left.saturating_sub(share);
            here
        })
    }

    fn episode(&mut self, episode: &'static Episode, day: Day) {
        let child = self.who.age < 14;
        let inner = matches!(episode.department, Department::General | Department::Respiratory | Department::Gastro);
        let department = if child && inner { Department::Paediatrics } else { episode.department };
        let emergency = self.chance.percent(episode.emergency);
        let mut visit = if emergency {
            let place = self.place_for(Department::Emergency);
            let start = self.emergency_time(day);
            let minutes = self.chance.between(35, 190);
            let number = self.chance.place_in(4);
            let mut visit = Visit::new(place, Department::Emergency, Class::Emergency, start, minutes, episode.reason);
            visit.doctor = doctor(place, Department::Emergency, number);
            visit
        } else {
            let place = self.place_for(department);
            let department = general_at_community(place, department);
            self.clinic_visit(place, department, day, episode.reason)
        };
        if episode.fever > 0 {
            let temperature = self.chance.around(episode.fever, 5);
            visit.sign(2, &TEMPERATURE, temperature);
            if emergency {
                let pulse = self.chance.around(if child { 118 } else { 94 }, 9);
                visit.sign(2, &PULSE, pulse);
            }
        }
        visit.diagnose(8, episode.diagnosis);
        self.episode_deeds(&mut visit, episode);
        let place = visit.place;
        let department = visit.department;
        self.visits.push(visit);
        let days = self.chance.between(4, 11);
        let again = day.0 + days;
        if self.chance.percent(episode.again) && again <= self.today.0 {
            self.again(episode, place, department, Day(again));
        }
    }

    fn episode_deeds(&mut self, visit: &mut Visit, episode: &'static Episode) {
        for &(panel, profile, percent) in episode.labs {
            if self.chance.percent(percent) {
                self.labs(visit, 12, panel, profile);
            }
        }
        for &(exam, finding, percent) in episode.exams {
            if self.chance.percent(percent) {
                let later = self.chance.between(15, 50);
                self.exam(visit, later, exam, finding);
            }
        }
        for &(operation, percent) in episode.operations {
            if self.chance.percent(percent) {
                let minutes = self.chance.between(10, 45);
                visit.act(15, Deed::Operation { operation, minutes });
            }
        }
        for &(drug, percent) in episode.drugs {
            if self.chance.percent(percent) && self.may_take(drug) {
                visit.prescribe(20, drug, 1);
            }
        }
    }

    /// A second look after about a week: stitches out, a fracture in plaster, or simply better.
    fn again(&mut self, episode: &'static Episode, place: Place, was: Department, day: Day) {
        let department = if was == Department::Emergency { episode.department } else { was };
        let department = match department {
            Department::Emergency => Department::Surgery,
            Department::General if self.who.age < 14 => Department::Paediatrics,
            other => other,
        };
        let department = general_at_community(place, department);
        let place = place.with(department);
        let mut visit = self.clinic_visit(place, department, day, "复诊，症状好转");
        visit.about(episode.diagnosis);
        if episode.operations.iter().any(|(one, _)| std::ptr::eq(*one, &raw const operations::SUTURE)) {
            visit.reason = "伤口拆线";
            visit.act(10, Deed::Operation { operation: &operations::STITCHES_OUT, minutes: 8 });
        }
        if episode.exams.iter().any(|(exam, _, _)| exam.code == imaging::DX_WRIST.code) {
            visit.reason = "骨折复查";
            self.exam(&mut visit, 20, &imaging::DX_WRIST, &imaging::WRIST_HEALING);
        }
        debug_assert!(self.today.0 - day.0 <= WINDOW_DAYS, "inside the half year");
        self.visits.push(visit);
    }
}

/// At the community centre, general practice sees what has no door of its own.
fn general_at_community(place: Place, department: Department) -> Department {
    let own = place.institution().departments.contains(&department);
    if place == Place::Beiyuan && !own { Department::General } else { department }
}
