//! What is done before anybody is ill: vaccines by age and season, yearly checks of the old and of the employed.

use super::{Life, WINDOW_DAYS};
use crate::calendar::Day;
use crate::diagnoses as dx;
use crate::imaging as im;
use crate::institutions::{Department, Place};
use crate::labs as lab;
use crate::people::Gender;
use crate::vaccines::{self as vx, SCHEDULE, Vaccine};
use crate::visit::Deed;

impl Life {
    pub(super) fn prevention(&mut self) {
        let age = self.who.age;
        if age <= 14 {
            self.childhood();
        }
        if age >= 65 && self.chance.percent(26) {
            self.autumn_vaccine(&vx::INFLUENZA);
        }
        if age >= 65 && self.chance.percent(4) {
            self.autumn_vaccine(&vx::PNEUMOCOCCAL);
        }
        if age >= 65 && self.chance.percent(18) {
            self.elder_check();
        }
        if (22..=59).contains(&age) && self.chance.percent(5) {
            self.employer_check();
        }
    }

    /// Doses of the childhood schedule that fell due in the half year.
    fn childhood(&mut self) {
        for (months, vaccine, dose) in SCHEDULE {
            if vaccine.cvx == vx::HPV.cvx && self.who.gender != Gender::Female {
                continue;
            }
            let due = Day(self.who.birth.0 + months * 1461 / 48 + self.chance.between(0, 12));
            let inside = due <= self.today && due > self.today.back(WINDOW_DAYS);
            // A few are late or go elsewhere.
            if inside && self.chance.percent(92) {
                self.vaccination(due, vaccine, dose, "预防接种");
            }
        }
    }

    fn autumn_vaccine(&mut self, vaccine: &'static Vaccine) {
        let day = self.some_day();
        if matches!(day.month(), 9..=12) {
            self.vaccination(day, vaccine, 1, "预防接种");
        }
    }

    fn vaccination(&mut self, day: Day, vaccine: &'static Vaccine, dose: i64, reason: &'static str) {
        let place = self.who.home.with(Department::Prevention);
        // Two doses due on one day are given in one visit.
        let same = |visit: &&mut crate::visit::Visit| {
            visit.place == place
                && visit.department == Department::Prevention
                && (visit.start.day().0 - day.0).abs() <= 12
        };
        if let Some(visit) = self.visits.iter_mut().find(same) {
            visit.act(6, Deed::Vaccination { vaccine, dose });
            return;
        }
        let mut visit = self.clinic_visit(place, Department::Prevention, day, reason);
        visit.act(5, Deed::Vaccination { vaccine, dose });
        self.visits.push(visit);
    }

    /// The yearly check of people over 65 at their own health centre.
    fn elder_check(&mut self) {
        let day = self.some_day();
        let place = self.who.home.with(Department::Prevention);
        let mut visit = self.clinic_visit(place, Department::Prevention, day, "65 岁以上老年人年度体检");
        visit.about(&dx::CHECKUP);
        let systolic = self.chance.around(136, 11);
        let diastolic = self.chance.around(78, 7);
        visit.pressure(3, systolic, diastolic);
        self.labs(&mut visit, 10, &lab::GLUCOSE_ONLY, &[(&lab::GLUCOSE, 565, 60)]);
        self.labs(&mut visit, 10, &lab::LIPIDS, &[(&lab::LDL, 305, 50), (&lab::TC, 495, 60)]);
        let finding = match self.chance.below(10) {
            0..=3 => &im::ABDOMEN_US_NORMAL,
            4..=7 => &im::ABDOMEN_US_FATTY,
            _ => &im::ABDOMEN_US_CYST,
        };
        if place == Place::Beiyuan || self.chance.percent(60) {
            self.exam(&mut visit, 30, &im::US_ABDOMEN, finding);
        }
        self.exam(&mut visit, 20, &im::ECG, &im::ECG_NORMAL);
        self.visits.push(visit);
    }

    fn employer_check(&mut self) {
        let day = self.some_day();
        let place = self.place_for(Department::Checkup);
        let mut visit = self.clinic_visit(place, Department::Checkup, day, "单位年度体检");
        visit.about(&dx::CHECKUP);
        let systolic = self.chance.around(122, 9);
        let diastolic = self.chance.around(77, 7);
        visit.pressure(3, systolic, diastolic);
        self.labs(&mut visit, 10, &lab::BLOOD_COUNT, &[]);
        let profile = [(&lab::URATE, 352, 60), (&lab::ALT, 27, 13)];
        self.labs(&mut visit, 10, &lab::LIVER_KIDNEY, &profile);
        self.labs(&mut visit, 10, &lab::LIPIDS, &[(&lab::TG, 158, 70)]);
        let chest = if self.chance.percent(20) { &im::CHEST_CT_NODULE } else { &im::CHEST_CT_NORMAL };
        if self.who.age >= 40 && self.chance.percent(50) {
            self.exam(&mut visit, 60, &im::CT_CHEST, chest);
        } else {
            self.exam(&mut visit, 50, &im::DX_CHEST, &im::CHEST_DX_NORMAL);
        }
        self.visits.push(visit);
    }
}
