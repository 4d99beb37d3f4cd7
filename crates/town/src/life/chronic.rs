//! Courses of long illness: regular visits, drugs renewed before they run out, figures
//! that move from where they were to where treatment brings them.

use super::ailments::{AILMENTS, Ailment, Watched};
use super::{Life, WINDOW_DAYS};
use crate::calendar::Day;
use crate::diagnoses::Diagnosis;
use crate::drugs::Drug;
use crate::institutions::{Department, Place, YUNZHOU};
use crate::labs::{Analyte, PULSE, Profile};
use crate::visit::{Class, Deed, Standing, Visit};

/// No more illnesses than this are followed in one course.
const ILLNESSES_MAX: usize = 4;
/// No more panels than this are drawn at one visit.
const PANELS_MAX: usize = 3;

/// One of a person's illnesses with what was chosen for this person.
struct Course {
    ailment: &'static Ailment,
    diagnosis: &'static Diagnosis,
    drugs: &'static [&'static Drug],
    since: Day,
}

/// A panel in care, and when it was last drawn.
struct Due {
    watched: &'static Watched,
    drawn: Option<Day>,
}

impl Life {
    pub(super) fn chronic(&mut self) {
        let courses = self.courses();
        let Some(leading) = courses.first() else {
            return;
        };
        let department = leading.ailment.department;
        let reason = leading.ailment.reason;
        let mut dues: Vec<Due> = Vec::new();
        for watched in courses.iter().flat_map(|course| course.ailment.watched) {
            if !dues.iter().any(|due| std::ptr::eq(due.watched.panel, watched.panel)) {
                dues.push(Due { watched, drawn: None });
            }
        }
        if self.chance.percent(22) {
            self.last_year(&courses, &mut dues, department, reason);
        }
        let days = self.visit_days();
        let count = i64::try_from(days.len()).unwrap_or(1);
        let usual = self.place_for(department);
        for (number, day) in (0..).zip(&days) {
            let progress = if count > 1 { number * 100 / (count - 1) } else { 50 };
            let place = if self.chance.percent(18) { self.place_for(department) } else { usual };
            let next = days.get(usize::try_from(number).unwrap_or(0) + 1);
            let until_next = next.map_or(30, |next| next.0 - day.0);
            self.course_visit(&courses, &mut dues, (place, department), *day, reason, progress, until_next);
        }
        self.refill(&courses);
    }

    /// Which long illnesses this person has in care.
    fn courses(&mut self) -> Vec<Course> {
        let band = match self.who.age {
            0..=17 => 0,
            18..=39 => 1,
            40..=59 => 2,
            60..=74 => 3,
            _ => 4,
        };
        if self.who.age < 6 {
            return Vec::new();
        }
        let mut courses = Vec::new();
        for ailment in &AILMENTS {
            let rate = ailment.in_care[band];
            let has = ailment.sex.fits(self.who.gender) && self.chance.per_mille(rate);
            if has && courses.len() < ILLNESSES_MAX {
                let years = self.chance.between(1, 12).min(self.who.age.max(1));
                let since = self.today.back(years * 365 - self.chance.between(0, 180));
                courses.push(Course {
                    ailment,
                    diagnosis: ailment.diagnoses[self.chance.place_in(ailment.diagnoses.len())],
                    drugs: ailment.regimens[self.chance.place_in(ailment.regimens.len())],
                    since: since.max(self.who.birth),
                });
            }
        }
        courses
    }

    /// Visits at even distances that suit how long the drugs last.
    fn visit_days(&mut self) -> Vec<Day> {
        let distance = *self.chance.pick(&[28, 35, 42, 56, 56, 84, 90]);
        let mut back = WINDOW_DAYS - 1 - self.chance.between(0, distance);
        let mut days = Vec::with_capacity(7);
        while back >= 0 {
            days.push(self.today.back(back));
            back -= distance + self.chance.between(-3, 4);
        }
        days
    }

    /// One visit before the half year, so that trends have a beginning.
    fn last_year(&mut self, courses: &[Course], dues: &mut [Due], department: Department, reason: &'static str) {
        let day = self.today.back(self.chance.between(WINDOW_DAYS + 20, 340));
        let place = self.who.home.with(department);
        let mut visit = self.clinic_visit(place, department, day, reason);
        if let Some(course) = courses.first() {
            visit.about(course.diagnosis);
        }
        for due in dues.iter_mut().take(PANELS_MAX) {
            self.labs(&mut visit, 25, due.watched.panel, due.watched.first);
        }
        self.visits.push(visit);
    }

    #[expect(clippy::too_many_arguments, reason = "one visit of a course is decided by all of these, and only here")]
    fn course_visit(
        &mut self,
        courses: &[Course],
        dues: &mut [Due],
        (place, department): (Place, Department),
        day: Day,
        reason: &'static str,
        progress: i64,
        until_next: i64,
    ) {
        let department = if place == Place::Beiyuan { Department::General } else { department };
        let mut visit = self.clinic_visit(place, department, day, reason);
        let first_here = !self.visits.iter().any(|one| {
            one.place == place
                && one.acts.iter().any(|act| matches!(act.deed, Deed::Problem { stands: Standing::Chronic, .. }))
        });
        for course in courses {
            visit.about(course.diagnosis);
            if first_here {
                visit.act(
                    8,
                    Deed::Problem { diagnosis: course.diagnosis, since: course.since, stands: Standing::Chronic },
                );
            }
        }
        self.course_pressure(&mut visit, courses, progress);
        let mut drawn = 0;
        for due in dues.iter_mut() {
            let ripe = due.drawn.is_none_or(|last| day.0 - last.0 >= due.watched.days);
            if ripe && drawn < PANELS_MAX && self.chance.percent(72) {
                let profile = blend(due.watched.first, due.watched.last, progress);
                self.labs(&mut visit, 15, due.watched.panel, &profile);
                due.drawn = Some(day);
                drawn += 1;
            }
        }
        if progress <= 50 {
            for &(exam, finding, percent) in courses.iter().flat_map(|course| course.ailment.exams) {
                // Looked at once, at any of the earlier visits.
                if self.chance.percent(percent / 2) && exams_of(&self.visits, exam.code) == 0 {
                    let later = self.chance.between(30, 110);
                    self.exam(&mut visit, later, exam, finding);
                }
            }
        }
        for course in courses {
            for drug in course.drugs {
                if self.may_take(drug) {
                    let packs = packs(drug, until_next);
                    visit.prescribe_against(9, course.diagnosis, drug, packs);
                }
            }
        }
        self.visits.push(visit);
    }

    fn course_pressure(&mut self, visit: &mut Visit, courses: &[Course], progress: i64) {
        // The last one is hypertension's, which sets the higher figures.
        let measured = courses.iter().filter_map(|course| course.ailment.pressure).next_back();
        if let Some([(from_systolic, from_diastolic), (to_systolic, to_diastolic)]) = measured {
            let systolic = from_systolic + (to_systolic - from_systolic) * progress / 100;
            let diastolic = from_diastolic + (to_diastolic - from_diastolic) * progress / 100;
            let systolic = self.chance.around(systolic, 7);
            let diastolic = self.chance.around(diastolic, 5);
            visit.pressure(2, systolic, diastolic);
        } else if self.who.age >= 60 && self.chance.percent(40) {
            let systolic = self.chance.around(128, 9);
            let diastolic = self.chance.around(76, 6);
            visit.pressure(2, systolic, diastolic);
            let pulse = self.chance.around(74, 7);
            visit.sign(2, &PULSE, pulse);
        }
    }

    /// Some fetch a pack at the pharmacy by the river between two visits.
    fn refill(&mut self, courses: &[Course]) {
        if self.who.county.region != YUNZHOU || !self.chance.percent(16) {
            return;
        }
        let drugs: Vec<&'static Drug> = courses.iter().flat_map(|course| course.drugs).copied().collect();
        if drugs.is_empty() {
            return;
        }
        let drug = *self.chance.pick(&drugs);
        let day = self.some_day();
        let start = day.at(self.chance.between(9 * 60, 20 * 60 + 30));
        let mut visit = Visit::new(Place::Kangning, Department::Dispensary, Class::Ambulatory, start, 6, "购药");
        visit.act(3, Deed::Dispense { drug, packs: 1 });
        self.visits.push(visit);
    }
}

/// As many packs as last until the next visit; sleeping pills for four weeks at most (第二类精神药品).
fn packs(drug: &Drug, days: i64) -> i64 {
    let packs = (days + drug.days - 1) / drug.days;
    let most = if drug.atc.starts_with("N05C") { 28 / drug.days } else { 12 };
    packs.clamp(1, most)
}

fn exams_of(visits: &[Visit], code: &str) -> usize {
    let deeds = visits.iter().flat_map(|visit| &visit.acts);
    deeds.filter(|act| matches!(act.deed, Deed::Exam { exam, .. } if exam.code == code)).count()
}

/// A profile part of the way (0–100) from one to another; what only one of them names stays as it is there.
fn blend(first: Profile, last: Profile, progress: i64) -> Vec<(&'static Analyte, i64, i64)> {
    let mix = |&(analyte, mean, deviation): &(&'static Analyte, i64, i64)| {
        let goal = last.iter().find(|(one, _, _)| std::ptr::eq(*one, analyte));
        let aim = goal.map_or(mean, |&(_, aim, _)| aim);
        (analyte, mean + (aim - mean) * progress / 100, deviation * 2 / 3)
    };
    first.iter().map(mix).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::{HBA1C, TSH};

    #[test]
    fn blending_goes_from_first_to_last() {
        const FIRST: Profile = &[(&HBA1C, 82, 6), (&TSH, 900, 30)];
        const LAST: Profile = &[(&HBA1C, 70, 6)];
        let middle = blend(FIRST, LAST, 50);
        assert_eq!((middle[0].1, middle[1].1), (76, 900));
        assert_eq!(blend(FIRST, LAST, 100)[0].1, 70);
    }
}
