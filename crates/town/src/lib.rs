//! A made-up region: two cities, their hospitals, their people and half a year of their care,
//! for the demo, for benchmarks and for tests.
//!
//! Everything follows from a [`Plan`]: the same plan gives the same bytes, on any machine, for ever.
//! Nothing is read and nothing is written; the "now" is handed in.
//! Nobody in it is real: identity numbers begin with 99, phones with 199000.
//! It knows no database and no route; a loader carries what it makes into a node.
//!
//! Modules in reading order: who is there (`institutions`, `staff`, `people`, `names`, `id_number`),
//! what there is in medicine (`diagnoses`, `drugs`, `labs`, `imaging`, `operations`, `vaccines`),
//! what happens (`visit`, `life`, `story`), how it is written down (`chart`, `json`),
//! and what it all leans on (`chance`, `calendar`).

mod calendar;
mod chance;
mod chart;
mod diagnoses;
mod drugs;
mod id_number;
mod imaging;
mod institutions;
mod json;
mod labs;
mod life;
mod names;
mod operations;
mod people;
mod staff;
mod story;
mod vaccines;
mod visit;

pub use id_number::check_character;
pub use institutions::{Department, Institution, LANJIANG, Level, YUNZHOU};
pub use people::{Cover, Gender, IdKind, Person};
pub use staff::Staff;
pub use story::Named;

use calendar::Moment;
use serde_json::Value;
use std::ops::Range;

/// What a town follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The same seed gives the same people.
    pub seed: u64,
    /// How many people live there; those of the story are the first of them.
    pub people: u32,
    /// The present, in microseconds since 1970-01-01T00:00Z; nothing is dated later.
    pub now_micros: i64,
}

/// The town of one plan. It holds nothing but the plan, so it costs nothing to share.
#[derive(Clone, Copy, Debug)]
pub struct Town {
    plan: Plan,
    now: Moment,
}

/// One FHIR resource and the institution that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Key of the institution.
    pub institution: &'static str,
    /// The resource.
    pub resource: Value,
}

/// How much there is of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Institutions of all kinds.
    pub institutions: usize,
    /// Hospitals and health centres among them.
    pub hospitals: usize,
    /// People counted.
    pub people: u64,
    /// People with at least one visit.
    pub people_with_records: u64,
    /// Resources of all kinds.
    pub resources: u64,
    /// Bytes of JSON of all resources.
    pub bytes: u64,
    /// Patient.
    pub patients: u64,
    /// Encounter.
    pub encounters: u64,
    /// Condition.
    pub conditions: u64,
    /// Observation.
    pub observations: u64,
    /// DiagnosticReport.
    pub reports: u64,
    /// ImagingStudy.
    pub studies: u64,
    /// MedicationRequest and MedicationDispense.
    pub medications: u64,
    /// Procedure, Immunization and AllergyIntolerance.
    pub others: u64,
}

impl Town {
    /// The town of this plan.
    pub fn new(plan: Plan) -> Town {
        Town { plan, now: Moment::of_micros(plan.now_micros) }
    }

    /// What it follows from.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// Hospitals, pharmacy, ambulance crew and offices.
    pub fn institutions(&self) -> &'static [Institution] {
        &institutions::INSTITUTIONS
    }

    /// People and machines that serve.
    pub fn staff(&self) -> Vec<Staff> {
        staff::all()
    }

    /// The people of the story, as many of them as the plan has room for.
    pub fn named(&self) -> Vec<Named> {
        let lives_here = |one: &&Named| one.index < self.plan.people;
        story::NAMED.iter().filter(lives_here).cloned().collect()
    }

    /// The person with this number; any number has one, whether the plan counts that far or not.
    pub fn person(&self, index: u32) -> Person {
        people::person(self.plan.seed, index, self.now)
    }

    /// The id that an institution's Patient resource of a person has, whether the person was there or not;
    /// `None` for an unknown institution.
    pub fn patient_id(&self, index: u32, institution: &str) -> Option<String> {
        let known = self.institutions().iter().find(|one| one.key == institution)?;
        Some(chart::patient_id(index, known))
    }

    /// Hands over a person's resources as JSON text: institution key, resource type, bytes.
    /// First a Patient for each institution visited, then visit by visit in order of time;
    /// a reference only points to what came before it.
    pub fn write_resources(&self, index: u32, sink: &mut dyn FnMut(&'static str, &'static str, &[u8])) {
        let visits = if index < story::PEOPLE {
            story::visits(index, self.now).unwrap_or_default()
        } else {
            life::visits(self.plan.seed, index, self.now)
        };
        if !visits.is_empty() {
            chart::write(&self.person(index), &visits, self.now, sink);
        }
    }

    /// The same resources as values, with decimals as written.
    pub fn resources(&self, index: u32) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.write_resources(index, &mut |institution, _, bytes| {
            let resource = serde_json::from_slice(bytes).expect("what we write is JSON");
            entries.push(Entry { institution, resource });
        });
        entries
    }

    /// Counts everything; this makes every person's resources once, some hundred thousand a second.
    pub fn summary(&self) -> Summary {
        self.summary_of(0..self.plan.people)
    }

    /// Counts what some of the people have, so that several threads can share the work; see [`Summary::plus`].
    pub fn summary_of(&self, people: Range<u32>) -> Summary {
        let mut summary = Summary {
            institutions: self.institutions().len(),
            hospitals: self.institutions().iter().filter(|one| one.level.is_hospital()).count(),
            ..Summary::default()
        };
        for index in people {
            let before = summary.resources;
            self.write_resources(index, &mut |_, kind, bytes| {
                summary.count(kind, bytes.len());
            });
            summary.people += 1;
            summary.people_with_records += u64::from(summary.resources > before);
        }
        summary
    }
}

impl Summary {
    /// The sum of two counts of different people.
    #[must_use]
    pub fn plus(self, other: Summary) -> Summary {
        Summary {
            institutions: self.institutions,
            hospitals: self.hospitals,
            people: self.people + other.people,
            people_with_records: self.people_with_records + other.people_with_records,
            resources: self.resources + other.resources,
            bytes: self.bytes + other.bytes,
            patients: self.patients + other.patients,
            encounters: self.encounters + other.encounters,
            conditions: self.conditions + other.conditions,
            observations: self.observations + other.observations,
            reports: self.reports + other.reports,
            studies: self.studies + other.studies,
            medications: self.medications + other.medications,
            others: self.others + other.others,
        }
    }

    fn count(&mut self, kind: &str, bytes: usize) {
        self.resources += 1;
        self.bytes += u64::try_from(bytes).unwrap_or(0);
        let place = match kind {
            "Patient" => &mut self.patients,
            "Encounter" => &mut self.encounters,
            "Condition" => &mut self.conditions,
            "Observation" => &mut self.observations,
            "DiagnosticReport" => &mut self.reports,
            "ImagingStudy" => &mut self.studies,
            "MedicationRequest" | "MedicationDispense" => &mut self.medications,
            _ => &mut self.others,
        };
        *place += 1;
    }
}
