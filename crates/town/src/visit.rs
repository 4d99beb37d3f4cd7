//! What a life is made of: visits, and what was done in each.
//! Says nothing about FHIR; `chart` writes it down.

use crate::calendar::{Day, Moment};
use crate::diagnoses::{Allergy, Diagnosis};
use crate::drugs::Drug;
use crate::imaging::{Exam, Finding};
use crate::institutions::{Department, Place};
use crate::labs::{Analyte, Panel};
use crate::operations::Operation;
use crate::vaccines::Vaccine;

/// How one came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Outpatient.
    Ambulatory,
    /// Emergency room.
    Emergency,
    /// Inpatient.
    Inpatient,
    /// On the road, in an ambulance.
    Field,
}

/// One contact with one institution.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) place: Place,
    pub(crate) department: Department,
    pub(crate) class: Class,
    pub(crate) start: Moment,
    /// When it ended, or will end.
    pub(crate) end: Moment,
    pub(crate) doctor: &'static str,
    /// Why, in words: "咳嗽、发热 2 天".
    pub(crate) reason: &'static str,
    pub(crate) diagnosis: Option<&'static Diagnosis>,
    pub(crate) acts: Vec<Act>,
}

/// Something done at a moment of a visit.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) at: Moment,
    pub(crate) deed: Deed,
}

/// What was done.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// A diagnosis was written down.
    Problem { diagnosis: &'static Diagnosis, since: Day, stands: Standing },
    /// An allergy was written down.
    Allergy { allergy: &'static Allergy, since: Day },
    /// Blood pressure in mmHg.
    Pressure { systolic: i64, diastolic: i64 },
    /// Another vital sign, scaled by the analyte's decimals.
    Sign { analyte: &'static Analyte, value: i64 },
    /// A laboratory report.
    Labs { panel: &'static Panel, readings: Vec<Reading>, reported: Moment, note: &'static str },
    /// An imaging or other examination with its report.
    Exam {
        exam: &'static Exam,
        finding: &'static Finding,
        reported: Moment,
        /// Who wrote the report and who checked it.
        signed: Option<(&'static str, &'static str)>,
    },
    /// A prescription, taken as the drug's dosage says, against an illness.
    Prescription { drug: &'static Drug, packs: i64, against: Option<&'static Diagnosis> },
    /// A drug handed over at a counter.
    Dispense { drug: &'static Drug, packs: i64 },
    /// An operation or procedure.
    Operation { operation: &'static Operation, minutes: i64 },
    /// A vaccination.
    Vaccination { vaccine: &'static Vaccine, dose: i64 },
}

/// Whether a diagnosis stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Belongs on the person's problem list.
    Chronic,
    /// Belongs to this visit.
    Episode,
    /// Was true then, is over now.
    Resolved,
}

/// One measured value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) analyte: &'static Analyte,
    pub(crate) value: Value,
}

/// A number scaled by the analyte's decimals, or a word.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    /// Scaled number.
    Number(i64),
    /// "阴性" or "阳性".
    Negative,
    /// Positive, so out of the ordinary.
    Positive,
}

/// Leaves out what has not begun, puts the rest in order of time, and drops other visits during a stay.
pub(crate) fn in_order(visits: &mut Vec<Visit>, now: Moment) {
    let stays: Vec<(Moment, Moment)> =
        visits.iter().filter(|visit| visit.class == Class::Inpatient).map(|visit| (visit.start, visit.end)).collect();
    let elsewhere = |visit: &Visit| stays.iter().any(|&(from, to)| from < visit.start && visit.start <= to);
    visits.retain(|visit| visit.start <= now && !elsewhere(visit));
    visits.sort_by_key(|visit| visit.start);
    for visit in visits {
        visit.acts.sort_by_key(|act| act.at);
    }
}

impl Visit {
    /// A visit of this many minutes in which nothing happened yet.
    pub(crate) fn new(
        place: Place,
        department: Department,
        class: Class,
        start: Moment,
        minutes: i64,
        reason: &'static str,
    ) -> Visit {
        Visit {
            place,
            department,
            class,
            start,
            end: start.plus(minutes),
            doctor: crate::institutions::doctor(place, department, 0),
            reason,
            diagnosis: None,
            acts: Vec::with_capacity(8),
        }
    }

    /// Adds a deed this many minutes after the start.
    pub(crate) fn act(&mut self, minutes: i64, deed: Deed) {
        self.acts.push(Act { at: self.start.plus(minutes), deed });
    }

    /// Notes the first diagnosis of the visit, without writing a problem down.
    pub(crate) fn about(&mut self, diagnosis: &'static Diagnosis) {
        self.diagnosis.get_or_insert(diagnosis);
    }

    /// Writes a diagnosis down as belonging to this visit.
    pub(crate) fn diagnose(&mut self, minutes: i64, diagnosis: &'static Diagnosis) {
        self.about(diagnosis);
        let since = self.start.day();
        self.act(minutes, Deed::Problem { diagnosis, since, stands: Standing::Episode });
    }

    /// Prescribes so many packs against what the visit is about.
    pub(crate) fn prescribe(&mut self, minutes: i64, drug: &'static Drug, packs: i64) {
        let against = self.diagnosis;
        self.act(minutes, Deed::Prescription { drug, packs, against });
    }

    /// Prescribes so many packs against one of several illnesses.
    pub(crate) fn prescribe_against(
        &mut self,
        minutes: i64,
        diagnosis: &'static Diagnosis,
        drug: &'static Drug,
        packs: i64,
    ) {
        let against = Some(diagnosis);
        self.act(minutes, Deed::Prescription { drug, packs, against });
    }

    /// Blood pressure in mmHg.
    pub(crate) fn pressure(&mut self, minutes: i64, systolic: i64, diastolic: i64) {
        self.act(minutes, Deed::Pressure { systolic, diastolic });
    }

    /// Another vital sign, scaled by its decimals.
    pub(crate) fn sign(&mut self, minutes: i64, analyte: &'static Analyte, value: i64) {
        self.act(minutes, Deed::Sign { analyte, value });
    }
}
