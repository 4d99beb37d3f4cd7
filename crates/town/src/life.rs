//! Half a year of one person: courses of long illness, episodes, stays, pregnancies,
//! vaccinations and check-ups, in visits. Depends only on seed, person and now.
//! Leaves the writing down to `chart`, the people of the story to `story`.

mod acute;
mod ailments;
mod chronic;
mod episodes;
mod pregnancy;
mod prevention;
mod stays;

use crate::calendar::{Day, Moment};
use crate::chance::{Chance, Thread};
use crate::diagnoses::{ALLERGIES, Allergy};
use crate::drugs::Drug;
use crate::imaging::{Exam, Finding};
use crate::institutions::{Department, LANJIANG, Place, doctor};
use crate::labs::{Analyte, Body, Panel};
use crate::people::{Gender, Outline, outline};
use crate::visit::{Class, Deed, Visit, in_order};

/// How many days the half year is.
pub(crate) const WINDOW_DAYS: i64 = 180;

/// A life in the making.
pub(crate) struct Life {
    who: Outline,
    today: Day,
    chance: Chance,
    allergy: Option<&'static Allergy>,
    expecting: bool,
    visits: Vec<Visit>,
}

/// For whom something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sex {
    Any,
    Women,
    Men,
}

impl Sex {
    fn fits(self, gender: Gender) -> bool {
        match self {
            Sex::Any => true,
            Sex::Women => gender == Gender::Female,
            Sex::Men => gender == Gender::Male,
        }
    }
}

/// The visits of a generated person, in order, none begun after now.
pub(crate) fn visits(seed: u64, index: u32, now: Moment) -> Vec<Visit> {
    let who = outline(seed, index, now, &mut Chance::of(seed, index, Thread::Person));
    let mut chance = Chance::of(seed, index, Thread::Life);
    // One in fifteen is allergic to something.
    let allergic = chance.per_mille(65);
    let allergy = allergic.then(|| *chance.pick(&ALLERGIES));
    let today = now.day();
    let mut life = Life { who, today, chance, allergy, expecting: false, visits: Vec::new() };
    life.pregnancy();
    life.chronic();
    life.stays();
    life.acute();
    life.prevention();
    in_order(&mut life.visits, now);
    life.note_allergy();
    life.visits
}

impl Life {
    /// A day of the half year.
    fn some_day(&mut self) -> Day {
        let back = self.chance.between(0, WINDOW_DAYS - 1);
        self.today.back(back)
    }

    /// A minute of a day at which an outpatient department is open; on Sundays, mostly the day before.
    fn clinic_time(&mut self, day: Day) -> Moment {
        let open = if day.is_sunday() && self.chance.percent(85) { day.back(1) } else { day };
        let minute = if self.chance.percent(68) {
            self.chance.between(8 * 60, 11 * 60 + 20)
        } else {
            self.chance.between(13 * 60 + 40, 16 * 60 + 40)
        };
        open.at(minute)
    }

    /// A minute at which people come to an emergency room: any, more in the evening.
    fn emergency_time(&mut self, day: Day) -> Moment {
        let minute = if self.chance.percent(55) {
            self.chance.between(17 * 60, 23 * 60 + 50)
        } else {
            self.chance.between(0, 23 * 60 + 59)
        };
        day.at(minute)
    }

    /// Where this person takes such a complaint: mostly home, else the big hospital, sometimes elsewhere.
    fn place_for(&mut self, department: Department) -> Place {
        let lanjiang = self.who.county.region == LANJIANG;
        let chosen = match self.chance.below(100) {
            0..=71 => self.who.home,
            72..=87 if lanjiang => Place::LanjiangTcm,
            72..=87 => Place::YunzhouFirst,
            88..=95 if lanjiang => Place::Mengchuan,
            88..=91 => Place::Donggang,
            92..=95 => Place::Linhu,
            // Out of the region: at work, travelling, or for a second opinion.
            _ if lanjiang => Place::YunzhouFirst,
            _ => Place::LanjiangTcm,
        };
        chosen.with(department)
    }

    /// A clinic visit on this day, with one of the department's doctors.
    fn clinic_visit(&mut self, place: Place, department: Department, day: Day, reason: &'static str) -> Visit {
        let start = self.clinic_time(day);
        let minutes = self.chance.between(9, 24);
        let number = self.chance.place_in(4);
        let mut visit = Visit::new(place, department, Class::Ambulatory, start, minutes, reason);
        visit.doctor = doctor(place, department, number);
        visit
    }

    /// Draws blood (or the like) this many minutes into the visit and reports it when the panel is done.
    fn labs(
        &mut self,
        visit: &mut Visit,
        minutes: i64,
        panel: &'static Panel,
        profile: &[(&'static Analyte, i64, i64)],
    ) {
        let body = Body { gender: self.who.gender, age: self.who.age };
        let readings = panel.draw(&mut self.chance, body, profile);
        let reported = visit.start.plus(minutes + panel.minutes + self.chance.between(0, 25));
        visit.act(minutes, Deed::Labs { panel, readings, reported, note: "" });
    }

    /// Takes pictures this many minutes into the visit; no X-rays for those who expect a child.
    fn exam(&mut self, visit: &mut Visit, minutes: i64, exam: &'static Exam, finding: &'static Finding) {
        if self.expecting && matches!(exam.modality, "CT" | "DX") {
            return;
        }
        let reported = visit.start.plus(minutes + exam.minutes + self.chance.between(0, 30));
        visit.act(minutes, Deed::Exam { exam, finding, reported, signed: None });
    }

    /// Whether a careful doctor would give this drug to this person.
    fn may_take(&self, drug: &Drug) -> bool {
        let of = |prefixes: &[&str]| prefixes.iter().any(|prefix| drug.atc.starts_with(prefix));
        let to_swallow = drug.name.contains('片') || drug.name.contains("胶囊");
        let allergic = self.allergy.is_some_and(|one| !one.atc.is_empty() && of(&[one.atc]));
        let too_young = (self.who.age < 6 && to_swallow) || (self.who.age < 18 && of(&["J01MA"]));
        // Painkillers of the ibuprofen kind, quinolones, retinoids, metronidazole, statins.
        let harms_child = self.expecting && of(&["M01", "J01MA", "D10AD", "P01AB", "C10AA"]);
        !allergic && !too_young && !harms_child
    }

    /// The first to ask writes an allergy down.
    fn note_allergy(&mut self) {
        let Some(allergy) = self.allergy else { return };
        let years = self.chance.between(1, 20).min(self.who.age.max(1));
        let since = self.today.back(years * 365);
        let asked = |visit: &&mut Visit| visit.place != Place::Kangning;
        if let Some(first) = self.visits.iter_mut().find(asked) {
            first.act(3, Deed::Allergy { allergy, since: since.max(self.who.birth) });
        }
    }
}
