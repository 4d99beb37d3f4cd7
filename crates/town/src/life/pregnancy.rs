//! Expecting: visits at the weeks antenatal care prescribes, and the birth when its day has come.

use super::Life;
use crate::calendar::Day;
use crate::diagnoses as dx;
use crate::drugs as rx;
use crate::imaging as im;
use crate::institutions::{Department, Place};
use crate::labs as lab;
use crate::operations as op;
use crate::people::Gender;
use crate::visit::{Class, Deed, Visit};

/// Weeks of pregnancy at which care expects the mother.
const VISIT_WEEKS: [i64; 10] = [8, 12, 16, 20, 24, 28, 32, 35, 37, 39];

/// What stays the same through one pregnancy.
struct Course {
    place: Place,
    /// Whether sugar runs high, as in one of seven.
    sweet: bool,
    /// Weight at the beginning, tenths of a kilogram.
    weight: i64,
}

impl Life {
    pub(super) fn pregnancy(&mut self) {
        let fertile = (22..=40).contains(&self.who.age) && self.who.gender == Gender::Female;
        if !fertile || !self.chance.per_mille(62) {
            return;
        }
        // Week of pregnancy today; past 39 means that the child is born.
        let week_today = self.chance.between(9, 60);
        let began = self.today.back(week_today * 7);
        // Careful with everybody who is expecting in the half year or may be nursing.
        self.expecting = true;
        let place = self.place_for(Department::Maternity);
        let course = Course { place, sweet: self.chance.percent(15), weight: self.chance.around(560, 60) };
        let mut first = true;
        for week in VISIT_WEEKS {
            let day = Day(began.0 + week * 7 + self.chance.between(-3, 3));
            if day > self.today || day < self.today.back(super::WINDOW_DAYS) {
                continue;
            }
            self.antenatal(&course, week, day, first);
            first = false;
        }
        let birth = Day(began.0 + 276 + self.chance.between(0, 7));
        if birth < self.today && birth > self.today.back(super::WINDOW_DAYS) {
            self.birth(place, birth);
        }
    }

    fn antenatal(&mut self, course: &Course, week: i64, day: Day, first: bool) {
        let Course { place, sweet, weight } = *course;
        let weight = weight + week * 3;
        let reason = match week {
            8 => "停经 8 周，要求检查",
            9..=13 => "孕 12 周产检",
            14..=27 => "孕中期产检",
            _ => "孕晚期产检",
        };
        let mut visit = self.clinic_visit(place, Department::Maternity, day, reason);
        let diagnosis = if week == 8 { &dx::PREGNANCY_CONFIRMED } else { &dx::PREGNANCY };
        if first {
            visit.diagnose(8, diagnosis);
        } else {
            visit.about(diagnosis);
        }
        let systolic = self.chance.around(112, 7);
        let diastolic = self.chance.around(70, 5);
        visit.pressure(2, systolic, diastolic);
        visit.sign(2, &lab::WEIGHT, weight);
        if week % 4 == 0 {
            self.labs(&mut visit, 20, &lab::URINE, &[]);
        }
        match week {
            8 => visit.prescribe(12, &rx::FOLIC_ACID, 1),
            12 => {
                self.labs(&mut visit, 20, &lab::BLOOD_COUNT, &[(&lab::HGB, 121, 6)]);
                self.labs(&mut visit, 20, &lab::THYROID, &[(&lab::TSH, 150, 45)]);
                self.exam(&mut visit, 40, &im::US_FETUS, &im::FETUS_EARLY);
            }
            20 => self.exam(&mut visit, 40, &im::US_FETUS, &im::FETUS_MID),
            24 => {
                let glucose = if sweet { (532, 890) } else { (456, 682) };
                let profile = [(&lab::GLUCOSE, glucose.0, 15), (&lab::GLUCOSE_2H, glucose.1, 45)];
                self.labs(&mut visit, 10, &lab::TOLERANCE, &profile);
            }
            28 => {
                self.labs(&mut visit, 20, &lab::BLOOD_COUNT, &[(&lab::HGB, 108, 6)]);
                visit.prescribe(12, &rx::IRON, 3);
                if sweet {
                    visit.diagnose(9, &dx::GESTATIONAL_DIABETES);
                }
            }
            32 => self.exam(&mut visit, 40, &im::US_FETUS, &im::FETUS_LATE),
            _ => {}
        }
        self.visits.push(visit);
    }

    fn birth(&mut self, place: Place, day: Day) {
        let start = day.at(self.chance.between(60, 22 * 60));
        let section = self.chance.percent(44);
        let nights = if section { 5 } else { 3 };
        let leaving = Day(day.0 + nights).at(self.chance.between(9 * 60, 11 * 60));
        let stayed = leaving.0 - start.0;
        let mut visit = Visit::new(place, Department::Maternity, Class::Inpatient, start, stayed, "停经 39 周余，待产");
        visit.doctor = crate::institutions::doctor(place, Department::Maternity, 1);
        visit.diagnose(30, if section { &dx::CAESAREAN } else { &dx::LIVE_BIRTH });
        self.labs(&mut visit, 40, &lab::BLOOD_COUNT, &[(&lab::HGB, 114, 7)]);
        let operation = if section { &op::CAESAREAN } else { &op::DELIVERY };
        let minutes = if section { 55 } else { 25 };
        let later = self.chance.between(240, 900);
        visit.act(later, Deed::Operation { operation, minutes });
        visit.prescribe(stayed - 30, &rx::IRON, 3);
        self.visits.push(visit);
        let after = Day(day.0 + 42);
        if after < self.today {
            let mut visit = self.clinic_visit(place, Department::Maternity, after, "产后 42 天复查");
            self.exam(&mut visit, 25, &im::US_PELVIS, &im::PELVIS_NORMAL);
            self.visits.push(visit);
        }
    }
}
